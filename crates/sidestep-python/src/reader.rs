//! The reader that turns the rows of tables into events.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use sidestep_arrow::BatchReader;
use sidestep_formats::FieldMapping;

use crate::error::config;

/// Reads tables, one after the other, and counts over all of them.
#[pyclass(frozen, module = "sidestep._native")]
pub(crate) struct Reader {
    inner: Mutex<BatchReader>,
}

impl Reader {
    /// The reader itself. Take it only while detached: whoever holds it may wait for the interpreter.
    pub(crate) fn lock(&self) -> MutexGuard<'_, BatchReader> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Reader {
    /// `columns` maps fields to columns, and to nothing those that are not to be read.
    #[new]
    fn new(
        columns: BTreeMap<String, Option<String>>,
        time_format: &str,
        on_error: &str,
    ) -> PyResult<Self> {
        let inner = BatchReader::new(mapping(columns, time_format)?, parsed(on_error)?);
        Ok(Self { inner: Mutex::new(inner) })
    }

    /// Rows, events and skipped rows so far, and what was wrong with the first of them.
    fn summary(&self, py: Python<'_>) -> (u64, u64, u64, Vec<String>) {
        py.detach(|| {
            let reader = self.lock();
            let summary = reader.summary();
            let errors = summary.first_errors.iter().map(ToString::to_string).collect();
            (summary.rows, summary.events, summary.skipped, errors)
        })
    }
}

/// Which column holds what; a field that is mapped to nothing is not read.
pub(crate) fn mapping(
    columns: BTreeMap<String, Option<String>>,
    time_format: &str,
) -> PyResult<FieldMapping> {
    use sidestep_formats::Column;
    let mut mapping = FieldMapping::default().with_time_format(parsed(time_format)?);
    for (field, column) in columns {
        let column = column.map_or(Column::Absent, Column::Name);
        mapping = mapping.with(parsed(&field)?, column);
    }
    Ok(mapping)
}

/// A word as what it names.
pub(crate) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(word: &str) -> PyResult<T> {
    word.parse().map_err(config)
}
