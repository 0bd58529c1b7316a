//! Logs on disk.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use arrow_array::RecordBatch;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sidestep::Timestamp;
use sidestep::event::Event;
use sidestep_arrow::{EventBatchBuilder, events_schema};
use sidestep_formats::{LogReader, NotRead, OrderSummary, ReadOptions, ReadSummary, TakeEvents};

use crate::error::{format, table};
use crate::pulse::Pulse;
use crate::reader::{mapping, parsed};
use crate::table::Table;

/// Rows of a batch that is given out.
const BATCH: usize = 1 << 16;

/// Messages kept of bad lines, and of files that were not read.
const MESSAGES: usize = 100;

/// How a log is to be read.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub(crate) struct LogOptions {
    format: String,
    columns: BTreeMap<String, Option<String>>,
    time_format: String,
    year: Option<i16>,
    host: Option<String>,
    zone: String,
    on_error: String,
}

impl LogOptions {
    pub(crate) fn reader(self) -> PyResult<LogReader> {
        let options = ReadOptions::default()
            .with_format(parsed(&self.format)?)
            .with_mapping(mapping(self.columns, &self.time_format)?)
            .with_year(self.year)
            .with_host(self.host)
            .with_zone(parsed(&self.zone)?)
            .with_now(Some(now()))
            .with_messages_kept(MESSAGES)
            .with_on_error(parsed(&self.on_error)?);
        Ok(LogReader::new(options))
    }
}

/// The time of reading, from which a syslog without a year has its dates.
#[allow(clippy::disallowed_methods, reason = "Python's caller reads logs now")]
pub(crate) fn now() -> Timestamp {
    SystemTime::now().into()
}

/// Reads logs in order of time, as the command does. Gives what was read, and what reading broke off with.
pub(crate) fn read_logs(
    reader: &mut LogReader,
    paths: &[PathBuf],
    lateness: Duration,
    taker: &mut dyn TakeEvents,
) -> (OrderSummary, PyResult<()>) {
    match reader.read_in_order(paths, lateness, taker) {
        Ok((_, order)) => (order, Ok(())),
        Err(error) => (OrderSummary::default(), Err(format(error))),
    }
}

/// What was read, by name.
pub(crate) fn told<'py>(
    py: Python<'py>,
    summary: &ReadSummary,
    order: &OrderSummary,
) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("rows", summary.records())?;
    dict.set_item("events", summary.events)?;
    dict.set_item("activities", summary.activities)?;
    dict.set_item("passed_over", &summary.passed_over)?;
    dict.set_item("not_understood", &summary.not_understood)?;
    dict.set_item("skipped", summary.skipped)?;
    let errors: Vec<_> = summary.first_errors.iter().map(ToString::to_string).collect();
    dict.set_item("errors", errors)?;
    dict.set_item("files", summary.files)?;
    dict.set_item("files_not_read", summary.files_not_read)?;
    dict.set_item("files_damaged", summary.files_damaged)?;
    dict.set_item("not_read", named(&summary.first_not_read))?;
    // Of other logs among them, those of kinds that never tell of logins are no cause for concern.
    let useless = if summary.is_not_understood() { &summary.first_not_understood[..] } else { &[] };
    dict.set_item("useless", named(useless))?;
    dict.set_item("put_in_order", order.put_in_order)?;
    Ok(dict)
}

/// Files, each with what is the matter with it.
fn named(files: &[NotRead]) -> Vec<(String, String)> {
    files.iter().map(|file| (file.place.clone(), file.why.clone())).collect()
}

/// Makes a table of authentication events.
struct Builder {
    rows: EventBatchBuilder,
    batches: Vec<RecordBatch>,
    newest: Option<Timestamp>,
    /// Events that came after one of a later time.
    behind: u64,
    pulse: Pulse,
    stopped: Option<PyErr>,
}

impl Builder {
    fn finish(&mut self) -> PyResult<()> {
        if !self.rows.is_empty() {
            self.batches.push(self.rows.finish().map_err(table)?);
        }
        Ok(())
    }

    fn push(&mut self, event: Event<'_>) -> PyResult<()> {
        self.behind += u64::from(self.newest > Some(event.time()));
        self.newest = self.newest.max(Some(event.time()));
        if let Some(event) = event.auth() {
            self.rows.push(event).map_err(table)?;
            if self.rows.len() == BATCH {
                self.finish()?;
            }
        }
        self.pulse.count()
    }
}

impl TakeEvents for Builder {
    fn take(&mut self, event: Event<'_>) -> ControlFlow<()> {
        match self.push(event) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.stopped = Some(error);
                ControlFlow::Break(())
            }
        }
    }

    fn late(&self) -> u64 {
        self.behind
    }

    fn forget(&mut self) -> bool {
        self.rows = EventBatchBuilder::default();
        self.batches.clear();
        (self.newest, self.behind) = (None, 0);
        true
    }
}

/// The authentication events of logs as a table, in order of time, and what was read.
#[pyfunction]
#[pyo3(signature = (paths, options, tick))]
pub(crate) fn read_paths<'py>(
    py: Python<'py>,
    paths: Vec<PathBuf>,
    options: LogOptions,
    tick: Option<Py<PyAny>>,
) -> PyResult<(Table, Bound<'py, PyDict>)> {
    let mut reader = options.reader()?;
    let (batches, summary, order) = py.detach(|| {
        let mut builder = Builder {
            rows: EventBatchBuilder::default(),
            batches: Vec::new(),
            newest: None,
            behind: 0,
            pulse: Pulse::new(tick),
            stopped: None,
        };
        let (order, read) = read_logs(&mut reader, &paths, Duration::ZERO, &mut builder);
        if let Some(error) = builder.stopped {
            return Err(error);
        }
        read?;
        builder.finish()?;
        Ok((builder.batches, reader.summary().clone(), order))
    })?;
    Ok((Table::new(events_schema(), batches), told(py, &summary, &order)?))
}
