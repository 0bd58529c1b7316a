//! Where the records of a log go: to whoever takes its events, and into the summary.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;

use jiff::civil::Date;
use sidestep::event::{AuthEvent, Event, HostActivity};

use crate::clocks::Clocks;
use crate::error::{Fault, FormatError, LineError};
use crate::memory::Memory;
use crate::options::{OnError, ReadOptions};
use crate::summary::{NotRead, ReadSummary};
use crate::syslog::{self, Connections, heimdal};
use crate::table::Mapping;
use crate::time::{Micros, Times, latest_believed};
use sidestep::Timestamp;

/// What a reader hands events to. `Break` ends the reading.
pub type EventSink<'s> = dyn FnMut(Event<'_>) -> ControlFlow<()> + 's;

/// Kinds of record that are counted apart among those passed over, and those not understood.
const MOST_KINDS: usize = 256;

/// One reading of one log: where its events, the records passed over and the faults go.
pub(crate) struct RecordSink<'a> {
    pub(crate) place: &'a str,
    pub(crate) options: &'a ReadOptions,
    /// The day of the last line whose year had to be inferred, over all logs read.
    pub(crate) last_dated: &'a mut Option<Date>,
    summary: &'a mut ReadSummary,
    /// What was counted of this log alone.
    tally: Tally,
    clocks: Clocks,
    /// Until when times are believed.
    latest: Timestamp,
    /// The error that ended the reading within an event.
    fatal: Option<FormatError>,
    /// What is known of connections to sshd of this log.
    pub(crate) connections: Connections,
    /// What was seen of this log a little while ago.
    pub(crate) memory: Memory,
    sink: &'a mut EventSink<'a>,
}

/// How far one log was understood.
#[derive(Debug, Default)]
struct Tally {
    /// Events, and records passed over that a log of logins may hold.
    understood: u64,
    /// Records passed over of kinds that never tell of logins.
    foreign: u64,
    not_understood: u64,
    skipped: u64,
    /// What the first foreign record, and the first that was not understood, are of.
    first_foreign: Option<String>,
    first_unknown: Option<String>,
}

/// Of so many records of a log one must be understood, or else the log is not.
const UNDERSTOOD_ONE_IN: u64 = 20;

impl<'a> RecordSink<'a> {
    pub(crate) fn new(
        place: &'a str,
        options: &'a ReadOptions,
        last_dated: &'a mut Option<Date>,
        summary: &'a mut ReadSummary,
        sink: &'a mut EventSink<'a>,
    ) -> Self {
        Self {
            place,
            options,
            last_dated,
            summary,
            tally: Tally::default(),
            clocks: Clocks::default(),
            latest: latest_believed(options.now),
            fatal: None,
            connections: Connections::default(),
            memory: Memory::default(),
            sink,
        }
    }

    /// Hands on an event.
    #[inline]
    pub(crate) fn event(&mut self, event: &AuthEvent<'_>) -> ControlFlow<()> {
        if event.time() > self.latest {
            return self.far(event.time(), event.raw_ref());
        }
        self.summary.events += 1;
        self.tally.understood += 1;
        (self.sink)(Event::Auth(event))
    }

    /// Hands on a companion record.
    pub(crate) fn activity(&mut self, activity: &HostActivity<'_>) -> ControlFlow<()> {
        if activity.time() > self.latest {
            return self.far(activity.time(), activity.raw_ref());
        }
        self.summary.events += 1;
        self.summary.activities += 1;
        self.tally.understood += 1;
        (self.sink)(Event::Activity(activity))
    }

    /// Takes an event of a time that is not believed for a bad record.
    #[cold]
    fn far(&mut self, time: Timestamp, raw_ref: Option<u64>) -> ControlFlow<()> {
        let what = format!(
            "lies at {time}, years after the others can: a number in another unit, or a broken clock"
        );
        match self.bad(raw_ref.unwrap_or_default(), 1, Fault::column("time", what)) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.fatal = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    /// How the times of the log are read.
    pub(crate) fn times(&self) -> Times<'a> {
        Times::new(self.options.mapping.time_format(), &self.options.zone)
    }

    /// Counts a record that was understood and is not about logins; `what` names its kind.
    pub(crate) fn pass_over(&mut self, what: &str) {
        self.tally.understood += 1;
        count(&mut self.summary.passed_over, what);
    }

    /// Counts a record of a kind that never tells of logins, of a `shape` that also has kinds that
    /// do: Zeek's `http` log, Suricata's `dns` events. A log of nothing else is named at its end.
    pub(crate) fn pass_over_foreign(&mut self, shape: &str, what: &str) {
        self.tally.foreign += 1;
        self.tally.first_foreign.get_or_insert_with(|| shape.to_owned());
        count(&mut self.summary.passed_over, what);
    }

    /// Counts a record of a shape that is not known, of which nobody can say what it tells; `what`
    /// names the nearest shape, such as `JSON with the keys a, b, c`.
    pub(crate) fn not_understood(&mut self, what: &str) {
        self.tally.not_understood += 1;
        self.tally.first_unknown.get_or_insert_with(|| what.to_owned());
        count(&mut self.summary.not_understood, what);
    }

    /// Hands on what the last records of the log left to be told by a next one.
    pub(crate) fn last(&mut self) -> Result<ControlFlow<()>, FormatError> {
        if syslog::finish(self).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        match heimdal::finish(self) {
            Ok(flow) => Ok(flow),
            Err(fault) => self.bad(0, 1, fault).map(ControlFlow::Continue),
        }
    }

    /// Ends the log: says of which shape it is where (nearly) nothing of it was understood.
    ///
    /// # Errors
    /// The error that broke off the reading within an event.
    pub(crate) fn finish(self) -> Result<(), FormatError> {
        if let Some(error) = self.fatal {
            return Err(error);
        }
        let Tally { understood, foreign, not_understood, skipped, .. } = self.tally;
        let all = understood + foreign + not_understood + skipped;
        let known = understood + foreign;
        let why = if not_understood > 0 && known.saturating_mul(UNDERSTOOD_ONE_IN) < all {
            self.summary.files_not_understood += 1;
            let nearest = self.tally.first_unknown.unwrap_or_default();
            format!("not understood: it looks like {nearest}")
        } else if foreign > 0 && understood == 0 {
            self.summary.files_without_logins += 1;
            let shape = self.tally.first_foreign.unwrap_or_default();
            format!("looks like {shape} without authentication events")
        } else {
            return Ok(());
        };
        if self.summary.first_not_understood.len() < self.options.messages_kept {
            let place = self.place.to_owned();
            self.summary.first_not_understood.push(NotRead { place, why });
        }
        Ok(())
    }

    /// Notes how the columns of a table are read.
    pub(crate) fn mapping(&mut self, read: Mapping) {
        if self.summary.mappings.len() < self.options.messages_kept {
            self.summary.mappings.push(read);
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
        self.tally.skipped += lines;
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

/// Counts one more of a kind.
fn count(counts: &mut BTreeMap<String, u64>, what: &str) {
    if let Some(count) = counts.get_mut(what) {
        *count += 1;
    } else {
        // What a log calls its records is its own text, of which there is no end.
        let what = if counts.len() < MOST_KINDS { what } else { "other" };
        *counts.entry(what.to_owned()).or_default() += 1;
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
