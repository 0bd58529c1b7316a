//! The reader of logs, whatever their dialect.

use std::cell::Cell;
use std::io::Read;
use std::ops::ControlFlow;
use std::rc::Rc;

use jiff::civil::Date;

use crate::audit;
use crate::bytes_read::BytesRead;
use crate::csv::Csv;
use crate::dialect::Dialect;
use crate::error::FormatError;
use crate::freeradius::FreeRadius;
use crate::jsonl::Json;
use crate::lanl::Lanl;
use crate::options::{Format, ReadOptions};
use crate::record_sink::{EventSink, RecordSink};
use crate::samba;
use crate::sniff;
use crate::source::Source;
use crate::summary::ReadSummary;
use crate::syslog::Syslog;
use crate::utmp::{self, Utmp};
use crate::windows_xml::WindowsXml;
use crate::zeek::Zeek;

/// Reads logs, one after the other, and counts over all of them.
#[derive(Debug, Clone)]
pub struct LogReader {
    last_dated: Option<Date>,
    pub(crate) options: ReadOptions,
    pub(crate) summary: ReadSummary,
    pub(crate) bytes: BytesRead,
}

impl LogReader {
    /// A reader that has read nothing yet.
    #[must_use]
    pub fn new(options: ReadOptions) -> Self {
        Self {
            options,
            summary: ReadSummary::default(),
            bytes: BytesRead::default(),
            last_dated: None,
        }
    }

    /// A reader with the same options that has read nothing, and counts bytes to the same place.
    pub(crate) fn for_another(&self) -> Self {
        Self { bytes: self.bytes.clone(), ..Self::new(self.options.clone()) }
    }

    /// What was read so far, also when reading broke off with an error.
    #[must_use]
    pub const fn summary(&self) -> &ReadSummary {
        &self.summary
    }

    /// How many bytes were taken from the inputs: to be asked while reading, to show how far it is.
    #[must_use]
    pub fn bytes_read(&self) -> BytesRead {
        self.bytes.clone()
    }

    /// Reads `input` to its end or until the sink breaks, which is what it gives back; of a tar
    /// archive every file, in the order in which they lie there, as
    /// [`read_archive`](LogReader::read_archive) does those of a zip archive. Errors call the input
    /// `place`. The input is read in large blocks and needs no buffer of its own.
    ///
    /// # Errors
    /// [`FormatError`]: the dialect is not known, its columns give no event, reading broke off,
    /// or a record is bad and the options say to stop. What was handed on before stays counted.
    pub fn read(
        &mut self,
        input: impl Read,
        place: &str,
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let input = self.bytes.counting(input);
        self.read_opened(Source::open(input, place)?, place, sink)
    }

    /// Reads a log that grows, and that says when it has given all that it can give at once.
    pub(crate) fn read_growing(
        &mut self,
        input: impl Read,
        place: &str,
        drained: Rc<Cell<bool>>,
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let input = self.bytes.counting(input);
        self.read_opened(Source::open(input, place)?.growing(drained), place, sink)
    }

    fn read_opened(
        &mut self,
        mut source: Source<'_>,
        place: &str,
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        if sniff::is_tar(&mut source) {
            #[cfg(feature = "tar")]
            return self.read_tar(source, place, sink);
            #[cfg(not(feature = "tar"))]
            return Err(FormatError::Codec { place: place.to_owned(), codec: "tar" });
        }
        self.read_source(source, place, sink)
    }

    /// Reads a file of an archive, of which the bytes are counted elsewhere.
    #[cfg(any(feature = "tar", feature = "zip"))]
    pub(crate) fn read_uncounted(
        &mut self,
        input: impl Read,
        place: &str,
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let mut source = Source::open(input, place)?;
        if sniff::is_tar(&mut source) {
            return Err(FormatError::UnknownDialect {
                place: place.to_owned(),
                looked_at: "this is a tar archive within another archive".to_owned(),
                advice: "unpack the outer one".to_owned(),
            });
        }
        self.read_source(source, place, sink)
    }

    fn read_source(
        &mut self,
        mut source: Source<'_>,
        place: &str,
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let mut records =
            RecordSink::new(place, &self.options, &mut self.last_dated, &mut self.summary, sink);
        sniff::prepare(&mut source, &mut records)?;
        let mut dialect: Box<dyn Dialect> = match self.options.format {
            Format::Auto => sniff::dialect(&source, place, &self.options.mapping)?,
            Format::Lanl => Box::new(Lanl::default()),
            Format::Csv => Box::new(Csv::new(self.options.mapping.clone())),
            Format::Evtx => sniff::evtx(place)?,
            Format::Zeek => Box::new(Zeek),
            Format::Syslog => Box::new(Syslog),
            Format::Samba => Box::new(samba::File),
            Format::FreeRadius => Box::new(FreeRadius),
            Format::Auditd => Box::new(audit::File),
            Format::Krb5kdc => sniff::krb5kdc(&source),
            Format::Json => Box::new(Json),
            Format::WindowsXml => Box::new(WindowsXml),
            Format::Wtmp => Box::new(Utmp::new(Some(utmp::Kind::Sessions))),
            Format::Btmp => Box::new(Utmp::new(Some(utmp::Kind::Failures))),
        };
        let mut flow = dialect.read(&mut source, &mut records);
        if !matches!(flow, Ok(ControlFlow::Break(()))) {
            // What is certain only now counts also where reading broke off.
            let end = records.last();
            flow = flow.and(end);
        }
        let flow = flow?;
        records.finish()?;
        self.summary.files += 1;
        Ok(flow)
    }
}
