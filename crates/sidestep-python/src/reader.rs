//! The reader that turns the rows of tables into events.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::prelude::*;
use sidestep_arrow::{BatchError, BatchReader, ColumnsError, EventColumns};
use sidestep_formats::{FieldMapping, Zone};

use crate::error::{batch, config, raised};
use crate::log::now;

/// Columns named in an error at most.
const MOST_NAMED: usize = 40;

/// Fields with the columns that were taken for them, the names of the columns left unread, the shape by
/// which the whole table is known, and what was decided by what the columns hold.
type Taken = (Vec<(String, String)>, Vec<String>, Option<String>, Vec<String>);

/// Reads the tables of one call, one after the other, and counts over all of them.
#[pyclass(frozen, module = "sidestep._native")]
pub(crate) struct Reader {
    mapping: FieldMapping,
    inner: Mutex<BatchReader>,
    /// The names of the columns of the last table that are not looked at.
    unused: Mutex<Vec<String>>,
}

impl Reader {
    /// The reader itself. Take it only while detached: whoever holds it may wait for the interpreter.
    pub(crate) fn lock(&self) -> MutexGuard<'_, BatchReader> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unused(&self) -> MutexGuard<'_, Vec<String>> {
        self.unused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a column of this name is looked at.
    pub(crate) fn wants(&self, name: &str) -> bool {
        EventColumns::may_use(name, &self.mapping)
    }

    /// Notes the columns of the next table that are not looked at.
    pub(crate) fn leaves(&self, names: &[String]) {
        let mut unused = self.unused();
        for name in names {
            if !unused.contains(name) {
                unused.push(name.clone());
            }
        }
    }

    /// The exception of a batch that could not be read, which also names the columns not looked at.
    pub(crate) fn refused(&self, error: BatchError) -> PyErr {
        let unused = self.unused();
        match &error {
            BatchError::Columns(
                ColumnsError::Missing { .. } | ColumnsError::NoSuchColumn { .. },
            ) if !unused.is_empty() => {
                let named: Vec<_> =
                    unused.iter().take(MOST_NAMED).map(|n| format!("{n:?}")).collect();
                let more = match unused.len().saturating_sub(MOST_NAMED) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                let named = named.join(", ");
                raised("ColumnsError", format!("{error}; the other columns are {named}{more}"))
            }
            _ => batch(error),
        }
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
        zone: &str,
    ) -> PyResult<Self> {
        let mapping = mapping(columns, time_format)?;
        let inner = BatchReader::new(mapping.clone(), parsed(on_error)?);
        let inner = inner.with_zone(parsed::<Zone>(zone)?).with_now(Some(now()));
        let inner = Mutex::new(inner);
        Ok(Self { mapping, inner, unused: Mutex::default() })
    }

    /// Of these columns, which are looked at. The others are noted as those of the next table.
    fn wanted(&self, names: Vec<String>) -> Vec<bool> {
        let wanted: Vec<_> = names.iter().map(|name| self.wants(name)).collect();
        let left = names.into_iter().zip(&wanted).filter(|(_, wanted)| !**wanted);
        self.leaves(&left.map(|(name, _)| name).collect::<Vec<_>>());
        wanted
    }

    /// How the columns of the last table were read; nothing where no table was read.
    fn columns(&self, py: Python<'_>) -> Option<Taken> {
        py.detach(|| {
            let reader = self.lock();
            let mapping = reader.mapping()?;
            let taken = mapping.fields.iter();
            let taken = taken.map(|(field, column)| (field.name().to_owned(), column.clone()));
            let unused = self.unused();
            // A table that is known as a whole says itself what it needs.
            let left = mapping.unread.iter().chain(unused.iter()).cloned();
            Some((taken.collect(), left.collect(), mapping.shape.clone(), mapping.notes.clone()))
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
