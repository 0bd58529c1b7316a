//! The batches of several tables, one after the other.

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use pyo3::prelude::*;
use pyo3::types::PyIterator;

use crate::capsule::{self, Batches};
use crate::error::table;
use crate::reader::Reader;

/// Takes tables from an iterator, and batches from tables. To be used while detached.
pub(crate) struct Source<'r> {
    tables: Py<PyIterator>,
    reader: &'r Reader,
    open: Option<Batches>,
    schema: Option<SchemaRef>,
    rows: usize,
}

impl<'r> Source<'r> {
    pub(crate) fn new(tables: &Bound<'_, PyAny>, reader: &'r Reader) -> PyResult<Self> {
        let tables = tables.try_iter()?.unbind();
        Ok(Self { tables, reader, open: None, schema: None, rows: 0 })
    }

    /// The next batch; `None` at the end.
    pub(crate) fn next(&mut self) -> PyResult<Option<RecordBatch>> {
        loop {
            if let Some(open) = &mut self.open {
                if let Some(batch) = open.next().map_err(table)? {
                    self.rows += batch.num_rows();
                    return Ok(Some(batch));
                }
                self.open = None;
            }
            let reader = self.reader;
            let next = Python::attach(|py| {
                let Some(next) = self.tables.bind(py).clone().next() else { return Ok(None) };
                capsule::batches(&next?, &|name| reader.wants(name)).map(Some)
            })?;
            let Some(next) = next else { return Ok(None) };
            self.reader.leaves(&next.wanted.unused);
            self.schema = Some(next.schema());
            self.open = Some(next);
        }
    }

    /// Checks the columns where no row was there to complain of them.
    pub(crate) fn check(&self) -> PyResult<()> {
        if let Some(schema) = self.schema.as_ref().filter(|_| self.rows == 0) {
            let empty = RecordBatch::new_empty(schema.clone());
            self.reader.lock().open(&empty).map_err(|error| self.reader.refused(error))?;
        }
        Ok(())
    }
}
