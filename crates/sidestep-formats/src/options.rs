//! How to read a log.

use std::str::FromStr;

use crate::error::ParseError;
use crate::field_mapping::FieldMapping;
use crate::zone::Zone;
use sidestep::Timestamp;

/// The dialect of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Format {
    /// Told from the contents.
    #[default]
    Auto,
    /// The nine columns of the LANL authentication log, with or without a header.
    Lanl,
    /// Columns by name or number, see [`FieldMapping`].
    Csv,
    /// A Windows event log in its binary form.
    Evtx,
    /// Zeek's TSV logs, told apart by their headers.
    Zeek,
    /// sshd, PAM, su and sudo in syslog: RFC 3164, with ISO times, or RFC 5424.
    Syslog,
    /// The log file of a KDC: MIT's krb5kdc, or Heimdal's kdc.
    Krb5kdc,
    /// Samba's own log file, with its audit of authentication. The same as JSON lines is JSON.
    Samba,
    /// FreeRADIUS' `radius.log`, or the `detail` of its accounting.
    FreeRadius,
    /// The log of the Linux audit system, raw, enriched, or out of `ausearch`.
    Auditd,
    /// JSON objects, each of which tells by its contents what it is: Windows events, Zeek logs, ECS,
    /// OCSF, sign-ins of Entra ID and AWS, the systemd journal.
    Json,
    /// Windows events in XML, one after the other or in one document.
    WindowsXml,
    /// The logins that Linux keeps in binary records, in `wtmp` and `utmp`; those of a file that says
    /// itself that they failed are failures all the same.
    Wtmp,
    /// The failed logins that Linux keeps in the same records, in `btmp`.
    Btmp,
}

impl FromStr for Format {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        match text {
            "auto" => Ok(Self::Auto),
            "lanl" => Ok(Self::Lanl),
            "csv" => Ok(Self::Csv),
            "evtx" => Ok(Self::Evtx),
            "zeek" => Ok(Self::Zeek),
            "syslog" => Ok(Self::Syslog),
            "krb5kdc" => Ok(Self::Krb5kdc),
            "samba" => Ok(Self::Samba),
            "freeradius" => Ok(Self::FreeRadius),
            "auditd" => Ok(Self::Auditd),
            "json" => Ok(Self::Json),
            "windows-xml" => Ok(Self::WindowsXml),
            "wtmp" | "utmp" => Ok(Self::Wtmp),
            "btmp" => Ok(Self::Btmp),
            _ => Err(ParseError {
                what: "format",
                value: text.to_owned(),
                expected:
                    "auto, lanl, csv, evtx, json, windows-xml, zeek, syslog, krb5kdc, samba, \
                           freeradius, auditd, wtmp or btmp"
                        .to_owned(),
            }),
        }
    }
}

/// What to do with a record that is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnError {
    /// Count it, keep the first few messages, go on.
    #[default]
    Skip,
    /// Stop with [`FormatError::BadLine`](crate::FormatError::BadLine).
    Stop,
}

impl FromStr for OnError {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        match text {
            "skip" => Ok(Self::Skip),
            "stop" => Ok(Self::Stop),
            _ => Err(ParseError {
                what: "error mode",
                value: text.to_owned(),
                expected: "skip or stop".to_owned(),
            }),
        }
    }
}

/// How to read.
///
/// ```
/// use sidestep_formats::{Format, ReadOptions};
///
/// let options = ReadOptions::default().with_format(Format::Syslog).with_year(Some(2024));
/// assert_eq!(options.year, Some(2024));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadOptions {
    /// The dialect.
    pub format: Format,
    /// Which column holds what, where the dialect is CSV.
    pub mapping: FieldMapping,
    /// The year of the first line of a syslog that writes none; later lines follow on over any new
    /// year. Unless said, it follows from [`now`](ReadOptions::now).
    pub year: Option<i16>,
    /// The time of reading, for a syslog that writes no year where [`year`](ReadOptions::year) is not
    /// said: the first line of each log lies in the year before it. This library reads no clock, so
    /// that such a log without either is [`FormatError::NoYear`](crate::FormatError::NoYear).
    pub now: Option<Timestamp>,
    /// The zone of times that are written without one; UTC unless said.
    pub zone: Zone,
    /// The host that wrote the log, by name or address, for a dialect that does not name it, such as
    /// `wtmp`: logins are to this host. Without it such a log is
    /// [`FormatError::NoHost`](crate::FormatError::NoHost).
    /// Where only some records name it, as in the files of Samba, FreeRADIUS and auditd, those that do
    /// not are bad. A host that the log itself names comes first.
    pub host: Option<String>,
    /// What to do with a record that is no event.
    pub on_error: OnError,
    /// Messages kept of skipped records, and of files that were not read; 5 of each unless said.
    pub messages_kept: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            format: Format::Auto,
            mapping: FieldMapping::default(),
            year: None,
            now: None,
            zone: Zone::default(),
            host: None,
            on_error: OnError::Skip,
            messages_kept: 5,
        }
    }
}

impl ReadOptions {
    /// Sets [`format`](Self::format).
    #[must_use]
    pub const fn with_format(mut self, format: Format) -> Self {
        self.format = format;
        self
    }

    /// Sets [`mapping`](Self::mapping).
    #[must_use]
    pub fn with_mapping(mut self, mapping: FieldMapping) -> Self {
        self.mapping = mapping;
        self
    }

    /// Sets [`year`](Self::year).
    #[must_use]
    pub const fn with_year(mut self, year: Option<i16>) -> Self {
        self.year = year;
        self
    }

    /// Sets [`now`](Self::now).
    #[must_use]
    pub const fn with_now(mut self, now: Option<Timestamp>) -> Self {
        self.now = now;
        self
    }

    /// Sets [`zone`](Self::zone).
    #[must_use]
    pub fn with_zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    /// Sets [`host`](Self::host).
    #[must_use]
    pub fn with_host(mut self, host: Option<String>) -> Self {
        self.host = host;
        self
    }

    /// Sets [`on_error`](Self::on_error).
    #[must_use]
    pub const fn with_on_error(mut self, on_error: OnError) -> Self {
        self.on_error = on_error;
        self
    }

    /// Sets [`messages_kept`](Self::messages_kept).
    #[must_use]
    pub const fn with_messages_kept(mut self, messages_kept: usize) -> Self {
        self.messages_kept = messages_kept;
        self
    }
}
