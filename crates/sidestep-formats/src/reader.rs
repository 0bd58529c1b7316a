//! The reader of logs, whatever their dialect.

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::str::FromStr;

use jiff::civil::Date;
use sidestep::{AuthEvent, Event, HostActivity, Timestamp};

use crate::clocks::{ClockSetBack, Clocks};
use crate::csv::{Csv, CsvMapping};
use crate::error::{Fault, FormatError, LineError, ParseError};
use crate::files::{BytesRead, NotRead};
use crate::jsonl::Json;
use crate::lanl::Lanl;
use crate::sniff;
use crate::source::Source;
use crate::syslog::{Syslog, Zone};
use crate::zeek::Zeek;

/// What a reader hands events to. `Break` ends the reading.
pub type EventSink<'s> = dyn FnMut(Event<'_>) -> ControlFlow<()> + 's;

/// Kinds of record that are counted apart among those passed over.
const MOST_KINDS: usize = 256;

/// What is said of a line or record that is too long to be held.
pub(crate) const TOO_LONG: &str = "is longer than 1 MiB; no login is";

/// The dialect of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Format {
    /// Told from the contents.
    #[default]
    Auto,
    /// The nine columns of the LANL authentication log, with or without a header.
    Lanl,
    /// Columns by name or number, see [`CsvMapping`].
    Csv,
    /// A Windows event log in its binary form.
    Evtx,
    /// Zeek's TSV logs, told apart by their headers.
    Zeek,
    /// sshd, PAM, su and sudo in syslog: RFC 3164, with ISO times, or RFC 5424.
    Syslog,
    /// JSON objects, each of which tells by its contents what it is: Windows events, Zeek logs, ECS,
    /// OCSF, sign-ins of Entra ID and AWS, the systemd journal.
    Json,
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
            "json" => Ok(Self::Json),
            _ => Err(ParseError {
                what: "format",
                value: text.to_owned(),
                expected: "auto, lanl, csv, evtx, json, zeek or syslog".to_owned(),
            }),
        }
    }
}

/// What to do with a record that is no event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnError {
    /// Count it, keep the first few messages, go on.
    #[default]
    Skip,
    /// Stop with [`FormatError::BadLine`].
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadOptions {
    /// The dialect.
    pub format: Format,
    /// Which column holds what, where the dialect is CSV.
    pub mapping: CsvMapping,
    /// The year of the first line of a syslog that writes none; later lines follow on over any new
    /// year. Unless said, it follows from [`now`](ReadOptions::now).
    pub year: Option<i16>,
    /// The time of reading, for a syslog that writes no year where [`year`](ReadOptions::year) is not
    /// said: the first line of each log lies in the year before it. This library reads no clock, so
    /// that such a log without either is [`FormatError::NoYear`].
    pub now: Option<Timestamp>,
    /// The zone of times that are written without one; UTC unless said.
    pub zone: Zone,
    /// What to do with a record that is no event.
    pub on_error: OnError,
    /// Messages kept of skipped records, and of files that were not read; 5 of each unless said.
    pub messages_kept: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            format: Format::Auto,
            mapping: CsvMapping::default(),
            year: None,
            now: None,
            zone: Zone::default(),
            on_error: OnError::Skip,
            messages_kept: 5,
        }
    }
}

/// What was read so far, over all logs that one reader was given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ReadSummary {
    /// Events handed on: authentication events and companion records.
    pub events: u64,
    /// Of these, companion records.
    pub activities: u64,
    /// Sound records that hold nothing that moves, by what they are.
    pub passed_over: BTreeMap<String, u64>,
    /// Lines, or records of JSON, skipped because they are wrong. Blank lines and headers are not
    /// counted.
    pub skipped: u64,
    /// What was wrong with the first of them.
    pub first_errors: Vec<LineError>,
    /// Logs read to the end, each file of a folder or archive for itself.
    pub files: u64,
    /// Files of folders and archives that were not read, or not to their end.
    pub files_not_read: u64,
    /// Of these, those that are damaged or cannot be opened; the others are no logs.
    pub files_damaged: u64,
    /// The first of them, and why.
    pub first_not_read: Vec<NotRead>,
    /// How often the clock of a host was set back by more than an hour, as the numbers of its records
    /// show.
    pub clocks_set_back: u64,
    /// The first of these.
    pub first_clocks: Vec<ClockSetBack>,
}

impl ReadSummary {
    /// Skipped lines as a share of all: 0 where nothing was read.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    pub fn skipped_share(&self) -> f64 {
        let passed_over: u64 = self.passed_over.values().sum();
        match self.events + passed_over + self.skipped {
            0 => 0.0,
            all => self.skipped as f64 / all as f64,
        }
    }
}

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
        let mut source = Source::open(input, place)?;
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
        let mut run = Run {
            place,
            options: &self.options,
            last_dated: &mut self.last_dated,
            summary: &mut self.summary,
            clocks: Clocks::default(),
            sink,
        };
        sniff::prepare(&mut source, &mut run)?;
        let mut dialect: Box<dyn Dialect> = match self.options.format {
            Format::Auto => sniff::dialect(&source, place, &self.options.mapping)?,
            Format::Lanl => Box::new(Lanl),
            Format::Csv => Box::new(Csv::new(self.options.mapping.clone())),
            Format::Evtx => sniff::evtx(place)?,
            Format::Zeek => Box::new(Zeek),
            Format::Syslog => Box::new(Syslog),
            Format::Json => Box::new(Json),
        };
        let flow = dialect.read(&mut source, &mut run)?;
        self.summary.files += 1;
        Ok(flow)
    }
}

/// One dialect: one file here implements it.
pub(crate) trait Dialect {
    /// Turns the source into events and faults and gives each to the run.
    fn read(
        &mut self,
        source: &mut Source<'_>,
        run: &mut Run<'_>,
    ) -> Result<ControlFlow<()>, FormatError>;
}

/// One reading of one log: where events and faults go.
pub(crate) struct Run<'a> {
    pub(crate) place: &'a str,
    pub(crate) options: &'a ReadOptions,
    /// The day of the last line whose year had to be inferred, over all logs read.
    pub(crate) last_dated: &'a mut Option<Date>,
    summary: &'a mut ReadSummary,
    clocks: Clocks,
    sink: &'a mut EventSink<'a>,
}

impl Run<'_> {
    /// Hands on an event.
    #[inline]
    pub(crate) fn event(&mut self, event: &AuthEvent<'_>) -> ControlFlow<()> {
        self.summary.events += 1;
        (self.sink)(Event::Auth(event))
    }

    /// Hands on a companion record.
    pub(crate) fn activity(&mut self, activity: &HostActivity<'_>) -> ControlFlow<()> {
        self.summary.events += 1;
        self.summary.activities += 1;
        (self.sink)(Event::Activity(activity))
    }

    /// Counts a sound record that holds nothing that moves; `what` names its kind.
    pub(crate) fn pass_over(&mut self, what: &str) {
        let counts = &mut self.summary.passed_over;
        if let Some(count) = counts.get_mut(what) {
            *count += 1;
        } else {
            // What a log calls its records is its own text, of which there is no end.
            let what = if counts.len() < MOST_KINDS { what } else { "other" };
            *counts.entry(what.to_owned()).or_default() += 1;
        }
    }

    /// Notes a record by its number in the log of its host, by which it shows if the clock was set back.
    pub(crate) fn numbered(&mut self, host: &str, channel: &str, number: u64, time: Timestamp) {
        if let Some(fall) = self.clocks.note(host, channel, number, time) {
            self.summary.clocks_set_back += 1;
            if self.summary.first_clocks.len() < self.options.messages_kept {
                self.summary.first_clocks.push(fall);
            }
        }
    }

    /// Takes a bad record that begins on `line` and is `lines` long.
    #[cold]
    pub(crate) fn bad(&mut self, line: u64, lines: u64, fault: Fault) -> Result<(), FormatError> {
        let stop = self.options.on_error == OnError::Stop;
        self.summary.skipped += lines;
        if !stop && self.summary.first_errors.len() >= self.options.messages_kept {
            return Ok(());
        }
        let error = LineError {
            place: self.place.to_owned(),
            line,
            column: fault.column.map(Into::into),
            what: fault.what,
        };
        if stop {
            return Err(FormatError::BadLine(error));
        }
        self.summary.first_errors.push(error);
        Ok(())
    }

    /// The error of a reading that broke off after `line`.
    #[cold]
    pub(crate) fn broken(&self, line: u64, source: io::Error) -> FormatError {
        FormatError::Read { place: self.place.to_owned(), line, source }
    }
}

/// Gives `with` a run that hands its events to `sink`, for tests of what dialects have in common.
#[cfg(test)]
pub(crate) fn with_run<T>(
    sink: &mut EventSink<'_>,
    with: impl FnOnce(&mut Run<'_>) -> T,
) -> (T, ReadSummary) {
    let options = ReadOptions::default();
    let mut summary = ReadSummary::default();
    let mut last_dated = None;
    let mut run = Run {
        place: "log",
        options: &options,
        last_dated: &mut last_dated,
        summary: &mut summary,
        clocks: Clocks::default(),
        sink,
    };
    let given = with(&mut run);
    (given, summary)
}
