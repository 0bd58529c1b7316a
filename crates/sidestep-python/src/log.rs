//! Logs on disk.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use pyo3::prelude::*;
use sidestep::Timestamp;
use sidestep::event::Event;
use sidestep_arrow::{EventBatchBuilder, events_schema};
use sidestep_formats::{LogReader, ReadOptions, ReadSummary};

use crate::error::{format, table};
use crate::pulse::Pulse;
use crate::reader::{mapping, parsed};
use crate::table::Table;

/// Rows of a batch that is given out.
const BATCH: usize = 1 << 16;

/// What was read: events, companion records, skipped lines, and what was wrong with the first.
pub(crate) type Told = (u64, u64, u64, Vec<String>);

/// How a log is to be read.
pub(crate) fn options(
    log_format: &str,
    columns: BTreeMap<String, Option<String>>,
    time_format: &str,
    year: Option<i16>,
    host: Option<String>,
    on_error: &str,
) -> PyResult<ReadOptions> {
    Ok(ReadOptions::default()
        .with_format(parsed(log_format)?)
        .with_mapping(mapping(columns, time_format)?)
        .with_year(year)
        .with_host(host)
        .with_now(Some(now()))
        .with_on_error(parsed(on_error)?))
}

/// The time of reading, from which a syslog without a year has its dates.
#[allow(clippy::disallowed_methods, reason = "Python's caller reads logs now")]
fn now() -> Timestamp {
    SystemTime::now().into()
}

/// In which order the logs of a folder are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Folder {
    /// One after the other, by name.
    ByName,
    /// All at the same time, their events in order of time, as an engine needs them.
    ByTime,
}

/// Reads a log and gives each event to `take`.
pub(crate) fn each_event(
    py: Python<'_>,
    path: &Path,
    folder: Folder,
    options: ReadOptions,
    tick: Option<Py<PyAny>>,
    mut take: impl FnMut(Event<'_>) -> PyResult<()> + Send,
) -> PyResult<Told> {
    py.detach(move || {
        let mut pulse = Pulse::new(tick);
        let mut reader = LogReader::new(options);
        let mut stopped = None;
        let mut sink = |event: Event<'_>| match take(event).and_then(|()| pulse.count()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                stopped = Some(error);
                ControlFlow::Break(())
            }
        };
        let read = match folder {
            Folder::ByName => reader.read_path(path, &mut sink),
            Folder::ByTime => reader.read_merged(&[path.to_owned()], &mut sink),
        };
        match stopped {
            Some(error) => Err(error),
            None => read.map(|_| told(reader.summary())).map_err(format),
        }
    })
}

fn told(summary: &ReadSummary) -> Told {
    let mut errors: Vec<_> = summary.first_errors.iter().map(ToString::to_string).collect();
    errors.extend(summary.first_not_read.iter().map(ToString::to_string));
    (summary.events, summary.activities, summary.skipped, errors)
}

/// The authentication events of a log as a table, and what was read.
#[pyfunction]
#[pyo3(signature = (path, log_format, columns, time_format, year, host, on_error, tick))]
#[allow(clippy::too_many_arguments, reason = "the options of a reader")]
pub(crate) fn read_path(
    py: Python<'_>,
    path: PathBuf,
    log_format: &str,
    columns: BTreeMap<String, Option<String>>,
    time_format: &str,
    year: Option<i16>,
    host: Option<String>,
    on_error: &str,
    tick: Option<Py<PyAny>>,
) -> PyResult<(Table, Told)> {
    let options = options(log_format, columns, time_format, year, host, on_error)?;
    let mut builder = EventBatchBuilder::default();
    let mut batches = Vec::new();
    let told = each_event(py, &path, Folder::ByName, options, tick, |event| {
        let Some(event) = event.auth() else { return Ok(()) };
        builder.push(event).map_err(table)?;
        if builder.len() == BATCH {
            batches.push(builder.finish().map_err(table)?);
        }
        Ok(())
    })?;
    if !builder.is_empty() {
        batches.push(builder.finish().map_err(table)?);
    }
    Ok((Table::new(events_schema(), batches), told))
}
