//! What is behind a reader: its options, and reading with them.

use std::ffi::c_void;
use std::io;
use std::ops::ControlFlow;
use std::time::SystemTime;

use sidestep::Timestamp;
use sidestep_arrow::BatchReader;
use sidestep_formats::{FormatError, LogReader, ReadOptions, ReadSummary};

use crate::error::Failure;
use crate::log::{Log, SIDESTEP_LOG_WARN};
use crate::pointer;
use crate::reader::{
    SIDESTEP_READER_COLUMN, SIDESTEP_READER_FORMAT, SIDESTEP_READER_HOST, SIDESTEP_READER_ON_ERROR,
    SIDESTEP_READER_TIME_FORMAT, SIDESTEP_READER_YEAR, SIDESTEP_READER_ZONE, sidestep_input,
};
use crate::status::{
    SIDESTEP_ERR_CONFIG, SIDESTEP_ERR_FORMAT, SIDESTEP_ERR_NOT_UNDERSTOOD, SIDESTEP_ERR_STOPPED,
    SIDESTEP_ERR_VALUE,
};

/// A reader, made when it first reads, so that options can be set before.
pub(crate) struct ReaderState {
    pub(crate) options: ReadOptions,
    pub(crate) reader: Option<LogReader>,
    pub(crate) batches: Option<BatchReader>,
    pub(crate) log: Log,
    /// Events that were put in order by reading logs again.
    pub(crate) put_in_order: u64,
}

impl ReaderState {
    /// The reader, made if it has read nothing yet.
    pub(crate) fn log_reader(&mut self) -> &mut LogReader {
        self.reader
            .get_or_insert_with(|| LogReader::new(self.options.clone().with_now(Some(now()))))
    }

    /// Says what was skipped beyond the `known` first messages.
    pub(crate) fn say_skipped(&self, known: usize) {
        let errors = self.reader.iter().flat_map(|reader| &reader.summary().first_errors);
        for skipped in errors.skip(known) {
            self.log.say(SIDESTEP_LOG_WARN, || skipped.to_string());
        }
    }

    /// Reads one log.
    ///
    /// # Safety
    /// The pointer, and what it points at, are as the header says.
    pub(crate) unsafe fn read(
        &mut self,
        input: *const sidestep_input,
        sink: &mut sidestep_formats::EventSink<'_>,
    ) -> Result<(), Failure> {
        // SAFETY: the caller's promise.
        let (input, place) = unsafe {
            let input: &sidestep_input = pointer::sized(input)?;
            (input, input.place.get("input.place")?.unwrap_or("log"))
        };
        let reader = self.log_reader();
        let known = reader.summary().first_errors.len();
        let before = Understood::of(reader.summary());
        let outcome = match input.read {
            Some(read) if input.bytes.is_null() => {
                reader.read(Pulled { read, user: input.user }, place, sink)
            }
            Some(_) => {
                let what = "set bytes, or read, but not both";
                return Err(Failure::new(SIDESTEP_ERR_VALUE, what).at("input"));
            }
            None => {
                // SAFETY: the caller's promise.
                let bytes = unsafe { pointer::slice(input.bytes, input.len, "input.bytes") }?;
                reader.read(bytes, place, sink)
            }
        };
        self.say_skipped(known);
        match outcome {
            Ok(ControlFlow::Continue(())) => before.check(self.log_reader().summary(), place),
            Ok(ControlFlow::Break(())) => {
                Err(Failure::new(SIDESTEP_ERR_STOPPED, "the callback asked to stop").at(place))
            }
            Err(error) => Err(unread(&error, place)),
        }
    }
}

/// How far what was read before a call was understood.
pub(crate) struct Understood {
    events: u64,
    not_understood: u64,
    without_logins: u64,
}

impl Understood {
    pub(crate) const fn of(summary: &ReadSummary) -> Self {
        Self {
            events: summary.events,
            not_understood: summary.files_not_understood,
            without_logins: summary.files_without_logins,
        }
    }

    /// Fails where (nearly) nothing was understood of a log since.
    pub(crate) fn check(&self, now: &ReadSummary, place: &str) -> Result<(), Failure> {
        let unknown = now.files_not_understood > self.not_understood;
        let other = now.events == self.events && now.files_without_logins > self.without_logins;
        if !unknown && !other {
            return Ok(());
        }
        let why = now.first_not_understood.last().map(ToString::to_string);
        let why = why.unwrap_or_else(|| format!("{place}: not understood"));
        Err(Failure::new(SIDESTEP_ERR_NOT_UNDERSTOOD, why).at(place))
    }
}

/// The time of reading, from which a syslog without a year has its dates.
#[allow(clippy::disallowed_methods, reason = "the caller in C reads logs now")]
pub(crate) fn now() -> Timestamp {
    SystemTime::now().into()
}

/// Sets one option, `SIDESTEP_READER_...`, from its text.
pub(crate) fn set_option(
    options: &mut ReadOptions,
    option: u32,
    value: &str,
) -> Result<(), Failure> {
    let wrong = |error: sidestep_formats::ParseError| {
        Failure::new(SIDESTEP_ERR_CONFIG, error.to_string()).at("value")
    };
    match option {
        SIDESTEP_READER_FORMAT => options.format = value.parse().map_err(wrong)?,
        SIDESTEP_READER_COLUMN => {
            options.mapping = options.mapping.clone().with_pair(value).map_err(wrong)?;
        }
        SIDESTEP_READER_TIME_FORMAT => {
            let format = value.parse().map_err(wrong)?;
            options.mapping = options.mapping.clone().with_time_format(format);
        }
        SIDESTEP_READER_ZONE => options.zone = value.parse().map_err(wrong)?,
        SIDESTEP_READER_YEAR => {
            let year = value.parse().ok().filter(|year| (1970..=9999).contains(year));
            options.year = Some(year.ok_or_else(|| {
                let what = format!("year `{value}`: expected 1970 to 9999");
                Failure::new(SIDESTEP_ERR_CONFIG, what).at("value")
            })?);
        }
        SIDESTEP_READER_HOST => options.host = Some(value.to_owned()),
        SIDESTEP_READER_ON_ERROR => options.on_error = value.parse().map_err(wrong)?,
        _ => {
            let what = format!("{option} is no SIDESTEP_READER_ value");
            return Err(Failure::new(SIDESTEP_ERR_VALUE, what).at("option"));
        }
    }
    Ok(())
}

pub(crate) fn unread(error: &FormatError, place: &str) -> Failure {
    let at = match error {
        FormatError::BadLine(line) => format!("{}:{}", line.place, line.line),
        FormatError::Read { place, line, .. } => format!("{place}:{line}"),
        _ => place.to_owned(),
    };
    Failure::new(SIDESTEP_ERR_FORMAT, error.to_string()).at(at)
}

/// Bytes that a callback gives.
struct Pulled {
    read: unsafe extern "C" fn(*mut c_void, *mut u8, usize) -> i64,
    user: *mut c_void,
}

impl io::Read for Pulled {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // SAFETY: whoever gave the callback said that it may be called so.
        let read = unsafe { (self.read)(self.user, into.as_mut_ptr(), into.len()) };
        match usize::try_from(read) {
            Ok(read) if read <= into.len() => Ok(read),
            Ok(read) => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("the callback says that it wrote {read} bytes where {} fit", into.len()),
            )),
            Err(_) => Err(io::Error::other(format!("the callback gave {read}"))),
        }
    }
}
