//! The rows of batches as events.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Fields, Schema, SchemaRef};
use sidestep::Timestamp;
use sidestep::event::AuthEvent;
use sidestep_formats::{FieldMapping, OnError, Zone};

use crate::batch::Batch;
use crate::columns::EventColumns;
use crate::error::{BatchError, ColumnsError, RowError};

/// Errors of skipped rows that are kept.
const MESSAGES_KEPT: usize = 5;

/// What a reader hands rows to; `None` is a row that is no event. `Break` ends the reading.
pub type RowSink<'s> = dyn FnMut(Option<&AuthEvent<'_>>) -> ControlFlow<()> + 's;

/// What was read so far, over all batches that one reader was given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct RowSummary {
    /// Rows read.
    pub rows: u64,
    /// Of these, events handed on.
    pub events: u64,
    /// Of these, rows skipped because they are no event.
    pub skipped: u64,
    /// What was wrong with the first of them.
    pub first_errors: Vec<RowError>,
}

/// Reads batches, one after the other, and counts over all of them.
///
/// The schema is looked at anew whenever a batch comes with another. The `raw_ref` of an event is the
/// number of its row over all batches; the first is 0, unless [`counting_from`](Self::counting_from) says
/// otherwise.
#[derive(Debug, Clone, Default)]
pub struct BatchReader {
    mapping: FieldMapping,
    on_error: OnError,
    /// The zone of times without one, unless it is UTC.
    zone: Option<Zone>,
    first_ref: u64,
    resolved: Option<(SchemaRef, EventColumns)>,
    summary: RowSummary,
}

impl BatchReader {
    /// A reader that has read nothing yet. Columns that the mapping does not name are found by their
    /// names.
    #[must_use]
    pub fn new(mapping: FieldMapping, on_error: OnError) -> Self {
        Self { mapping, on_error, ..Self::default() }
    }

    /// Sets the zone of times that are stored without one: timestamps, dates and text. UTC unless said.
    #[must_use]
    pub fn with_zone(mut self, zone: Zone) -> Self {
        self.zone = Some(zone).filter(|zone| *zone != Zone::default());
        self
    }

    /// Sets the `raw_ref` of the first row. Errors count rows from 0 all the same.
    #[must_use]
    pub const fn counting_from(mut self, first_ref: u64) -> Self {
        self.first_ref = first_ref;
        self
    }

    /// The schema of the last batch, and which of its columns hold what; `None` before the first.
    #[must_use]
    pub fn columns(&self) -> Option<(&SchemaRef, &EventColumns)> {
        self.resolved.as_ref().map(|(schema, columns)| (schema, columns))
    }

    /// What was read so far, also when reading broke off with an error.
    #[must_use]
    pub const fn summary(&self) -> &RowSummary {
        &self.summary
    }

    /// Checks that the columns of a schema give events.
    ///
    /// # Errors
    /// [`ColumnsError`], naming the column, what was found and what would be accepted.
    pub fn check(&mut self, schema: &SchemaRef) -> Result<(), ColumnsError> {
        self.resolve(schema).map(|_| ())
    }

    /// Reads a batch to its end or until the sink breaks, which is what it gives back. Rows that are
    /// no event are counted, and not handed on.
    ///
    /// # Errors
    /// [`BatchError`]: the columns give no event, or a row is bad and the reader is to stop there.
    pub fn for_each_event(
        &mut self,
        batch: &RecordBatch,
        sink: &mut dyn FnMut(&AuthEvent<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, BatchError> {
        let open = self.open(batch)?;
        self.for_each_event_of(&open, 0..open.num_rows(), sink)
    }

    /// As [`for_each_event`](Self::for_each_event), and also hands on that a row is no event.
    ///
    /// # Errors
    /// The same.
    pub fn for_each_row(
        &mut self,
        batch: &RecordBatch,
        sink: &mut RowSink<'_>,
    ) -> Result<ControlFlow<()>, BatchError> {
        let open = self.open(batch)?;
        self.for_each_row_of(&open, 0..open.num_rows(), sink)
    }

    /// Finds the columns of a batch, to read it in parts: what its dictionaries say is understood once,
    /// and not again for each part, as it would be for slices of the batch.
    ///
    /// # Errors
    /// [`BatchError`]: the columns give no event.
    pub fn open<'b>(&mut self, batch: &'b RecordBatch) -> Result<OpenBatch<'b>, BatchError> {
        let columns = self.resolve_for(batch)?;
        let values = Batch::new(batch, &columns, self.zone.clone())?;
        Ok(OpenBatch { values, rows: batch.num_rows() })
    }

    /// As [`for_each_event`](Self::for_each_event), of some rows of an open batch; those beyond its end
    /// are none.
    ///
    /// # Errors
    /// [`BatchError`]: a row is bad and the reader is to stop there.
    pub fn for_each_event_of(
        &mut self,
        batch: &OpenBatch<'_>,
        rows: Range<usize>,
        sink: &mut dyn FnMut(&AuthEvent<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, BatchError> {
        self.for_each_row_of(batch, rows, &mut |event| {
            event.map_or(ControlFlow::Continue(()), &mut *sink)
        })
    }

    /// As [`for_each_row`](Self::for_each_row), of some rows of an open batch; those beyond its end are none.
    ///
    /// # Errors
    /// [`BatchError`]: a row is bad and the reader is to stop there.
    pub fn for_each_row_of(
        &mut self,
        batch: &OpenBatch<'_>,
        rows: Range<usize>,
        sink: &mut RowSink<'_>,
    ) -> Result<ControlFlow<()>, BatchError> {
        for row in rows.start..rows.end.min(batch.rows) {
            let flow = self.row(batch, row, self.summary.rows, sink)?;
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// As [`for_each_row_of`](Self::for_each_row_of), of rows of several open batches that together are
    /// all that this reader reads, in the order in which `places` names them. The numbers of the rows are
    /// those that they have without an order.
    ///
    /// # Errors
    /// The same.
    pub fn for_each_row_at(
        &mut self,
        batches: &[OpenBatch<'_>],
        places: &[RowPlace],
        sink: &mut RowSink<'_>,
    ) -> Result<ControlFlow<()>, BatchError> {
        for place in places {
            let Some(batch) = batches.get(place.batch) else { continue };
            if place.row >= batch.rows {
                continue;
            }
            let flow = self.row(batch, place.row, place.number, sink)?;
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Reads one row, of which `number` is the number over all batches.
    #[inline]
    fn row(
        &mut self,
        batch: &OpenBatch<'_>,
        row: usize,
        number: u64,
        sink: &mut RowSink<'_>,
    ) -> Result<ControlFlow<()>, RowError> {
        self.summary.rows += 1;
        match batch.values.event(row, self.first_ref + number, |event| sink(Some(event))) {
            Ok(flow) => {
                self.summary.events += 1;
                Ok(flow)
            }
            Err(error) => {
                self.bad(RowError { row: number, error })?;
                Ok(sink(None))
            }
        }
    }

    fn resolve_for(&mut self, batch: &RecordBatch) -> Result<EventColumns, ColumnsError> {
        match self.resolve(batch.schema_ref()) {
            Ok(columns) => Ok(columns.clone()),
            Err(ColumnsError::Mistyped { .. }) => {
                EventColumns::resolve(&types_of_values(batch), &self.mapping)
            }
            Err(error) => Err(error),
        }
    }

    fn resolve(&mut self, schema: &SchemaRef) -> Result<&EventColumns, ColumnsError> {
        let known = self
            .resolved
            .take()
            .filter(|(known, _)| Arc::ptr_eq(known, schema) || known.fields() == schema.fields());
        let resolved = match known {
            Some(known) => known,
            None => (schema.clone(), EventColumns::resolve(schema, &self.mapping)?),
        };
        Ok(&self.resolved.insert(resolved).1)
    }

    #[cold]
    fn bad(&mut self, error: RowError) -> Result<(), RowError> {
        self.summary.skipped += 1;
        if self.on_error == OnError::Stop {
            return Err(error);
        }
        if self.summary.first_errors.len() < MESSAGES_KEPT {
            self.summary.first_errors.push(error);
        }
        Ok(())
    }
}

/// The schema of a batch, in which a column without a value has no type: pandas says that it is one of
/// numbers, whatever is meant to be there.
fn types_of_values(batch: &RecordBatch) -> Schema {
    let columns = batch.schema_ref().fields().iter().zip(batch.columns());
    let fields = columns.map(|(field, column)| {
        if column.logical_null_count() == column.len() {
            Arc::new(field.as_ref().clone().with_data_type(DataType::Null))
        } else {
            field.clone()
        }
    });
    Schema::new(fields.collect::<Fields>())
}

/// A batch that a reader found the columns of, by [`BatchReader::open`].
pub struct OpenBatch<'b> {
    values: Batch<'b>,
    rows: usize,
}

impl OpenBatch<'_> {
    /// How many rows it has.
    #[must_use]
    pub const fn num_rows(&self) -> usize {
        self.rows
    }

    /// The time of a row; `None` where it has none that can be read, or there is no such row.
    #[must_use]
    pub fn time(&self, row: usize) -> Option<Timestamp> {
        let time = (row < self.rows).then(|| self.values.time(row))?;
        time.ok().map(Timestamp::from_micros)
    }
}

/// One row among several batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RowPlace {
    /// The index of its batch.
    pub batch: usize,
    /// The index of the row in the batch.
    pub row: usize,
    /// The number of the row over all batches.
    pub number: u64,
}

/// Every row of some batches in order of time. Rows of one time keep their order; those without a time,
/// which are no events, come first.
#[must_use]
pub fn rows_by_time(batches: &[OpenBatch<'_>]) -> Vec<RowPlace> {
    let rows = batches
        .iter()
        .enumerate()
        .flat_map(|(at, batch)| (0..batch.rows).map(move |row| (batch.time(row), at, row)));
    let mut rows: Vec<_> = rows
        .zip(0..)
        .map(|((time, batch, row), number)| (time, RowPlace { batch, row, number }))
        .collect();
    rows.sort_by_key(|(time, _)| *time);
    rows.into_iter().map(|(_, place)| place).collect()
}

impl std::fmt::Debug for OpenBatch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenBatch").field("rows", &self.rows).finish_non_exhaustive()
    }
}
