//! Where the records of a log go: to whoever takes its events, and into the summary.

use std::io;
use std::ops::ControlFlow;

use jiff::civil::Date;
use sidestep::event::{AuthEvent, Event, HostActivity};

use crate::clocks::Clocks;
use crate::error::{Fault, FormatError, LineError};
use crate::options::{OnError, ReadOptions};
use crate::summary::ReadSummary;
use crate::time::Micros;

/// What a reader hands events to. `Break` ends the reading.
pub type EventSink<'s> = dyn FnMut(Event<'_>) -> ControlFlow<()> + 's;

/// Kinds of record that are counted apart among those passed over.
const MOST_KINDS: usize = 256;

/// One reading of one log: where its events, the records passed over and the faults go.
pub(crate) struct RecordSink<'a> {
    pub(crate) place: &'a str,
    pub(crate) options: &'a ReadOptions,
    /// The day of the last line whose year had to be inferred, over all logs read.
    pub(crate) last_dated: &'a mut Option<Date>,
    summary: &'a mut ReadSummary,
    clocks: Clocks,
    sink: &'a mut EventSink<'a>,
}

impl<'a> RecordSink<'a> {
    pub(crate) fn new(
        place: &'a str,
        options: &'a ReadOptions,
        last_dated: &'a mut Option<Date>,
        summary: &'a mut ReadSummary,
        sink: &'a mut EventSink<'a>,
    ) -> Self {
        Self { place, options, last_dated, summary, clocks: Clocks::default(), sink }
    }

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
    pub(crate) fn numbered(&mut self, host: &str, channel: &str, number: u64, time: Micros) {
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

/// Gives `with` a sink of records that hands its events to `sink`, for tests of what dialects have in common.
#[cfg(test)]
pub(crate) fn with_record_sink<T>(
    sink: &mut EventSink<'_>,
    with: impl FnOnce(&mut RecordSink<'_>) -> T,
) -> (T, ReadSummary) {
    let options = ReadOptions::default();
    let mut summary = ReadSummary::default();
    let mut last_dated = None;
    let mut records = RecordSink::new("log", &options, &mut last_dated, &mut summary, sink);
    let given = with(&mut records);
    (given, summary)
}
