//! The rows of batches as events.

use std::collections::BTreeMap;
use std::mem;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Fields, Schema, SchemaRef};
use sidestep::Timestamp;
use sidestep::event::{AuthEvent, Event};
use sidestep_formats::{
    EventSink, FieldMapping, Mapping, NoEvent, OnError, ReadOptions, RowTaken, TableRows, Zone,
    latest_believed,
};

use crate::batch::Batch;
use crate::block::{Block, Memo, ROWS};
use crate::columns::EventColumns;
use crate::error::{BatchError, ColumnsError, RowError};
use crate::known::Known;
use crate::open::{OpenBatch, Opened, RowPlace};
use crate::sample::samples;

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
    /// Events handed on; of a table that is known as a whole, companion records too.
    pub events: u64,
    /// Rows that were understood and are not about logins, by what they are.
    pub passed_over: BTreeMap<String, u64>,
    /// Rows of which nobody can say what they are, by what they say.
    pub not_understood: BTreeMap<String, u64>,
    /// Of these, rows skipped because they are no event.
    pub skipped: u64,
    /// What was wrong with the first of them.
    pub first_errors: Vec<RowError>,
}

/// How the batches of one schema are read.
#[derive(Debug, Clone)]
enum Resolved {
    Columns(EventColumns),
    /// By the shape that the names of the columns show.
    Known(TableRows, Mapping),
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
    /// The time of reading, where it is known.
    now: Option<Timestamp>,
    first_ref: u64,
    resolved: Option<(SchemaRef, Resolved)>,
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

    /// Sets the time of reading: a row that lies more than a year after it is bad, for its time is a
    /// number in another unit or of a broken clock. Without it the bound is the year 2100.
    #[must_use]
    pub const fn with_now(mut self, now: Option<Timestamp>) -> Self {
        self.now = now;
        self
    }

    /// Sets the `raw_ref` of the first row. Errors count rows from 0 all the same.
    #[must_use]
    pub const fn counting_from(mut self, first_ref: u64) -> Self {
        self.first_ref = first_ref;
        self
    }

    /// The schema of the last batch, and which of its columns hold what; `None` before the first, and of
    /// a table that is known as a whole, which [`mapping`](Self::mapping) names.
    #[must_use]
    pub fn columns(&self) -> Option<(&SchemaRef, &EventColumns)> {
        match self.resolved.as_ref()? {
            (schema, Resolved::Columns(columns)) => Some((schema, columns)),
            (_, Resolved::Known(..)) => None,
        }
    }

    /// How the columns of the last batch were read; `None` before the first.
    #[must_use]
    pub fn mapping(&self) -> Option<&Mapping> {
        self.resolved.as_ref().map(|(_, resolved)| match resolved {
            Resolved::Columns(columns) => columns.mapping(),
            Resolved::Known(_, mapping) => mapping,
        })
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
        if self.known_table(schema).is_some() {
            return Ok(());
        }
        EventColumns::resolve(schema, &self.mapping).map(|_| ())
    }

    /// Reads a batch to its end or until the sink breaks, which is what it gives back. Rows that are
    /// no event are counted, and not handed on.
    ///
    /// # Errors
    /// [`BatchError`]: the columns give no event, or a row is bad and the reader is to stop there.
    pub fn for_each_event(
        &mut self,
        batch: &RecordBatch,
        sink: &mut EventSink<'_>,
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
        let zone = self.zone.clone();
        let latest = latest_believed(self.now);
        let values = match self.resolve(batch)? {
            Resolved::Known(table, _) => Opened::Known(Box::new(Known::new(batch, table, zone))),
            Resolved::Columns(columns) => {
                Opened::Columns(Box::new(Batch::new(batch, columns, zone, latest)?))
            }
        };
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
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, BatchError> {
        self.read(batch, rows, self.summary.rows, &mut Memo::default(), &mut on_events(sink))
    }

    /// As [`for_each_event_of`](Self::for_each_event_of), of rows of several open batches that together
    /// are all that this reader reads, in the order in which `places` names them. The numbers of the rows
    /// are those that they have without an order.
    ///
    /// # Errors
    /// The same.
    pub fn for_each_event_at(
        &mut self,
        batches: &[OpenBatch<'_>],
        places: &[RowPlace],
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, BatchError> {
        self.read_at(batches, places, &mut on_events(sink))
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
        self.read(batch, rows, self.summary.rows, &mut Memo::default(), &mut on_rows(sink))
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
        self.read_at(batches, places, &mut on_rows(sink))
    }

    /// Reads rows of open batches, those that follow one another in a batch together.
    fn read_at(
        &mut self,
        batches: &[OpenBatch<'_>],
        places: &[RowPlace],
        take: &mut impl FnMut(Option<Event<'_>>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, BatchError> {
        let mut memo = Memo::default();
        for places in places.chunk_by(RowPlace::is_followed_by) {
            let RowPlace { batch, row, number } = places[0];
            let Some(batch) = batches.get(batch) else { continue };
            let rows = row..row.saturating_add(places.len());
            let flow = self.read(batch, rows, number, &mut memo, take)?;
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Reads rows that follow one another, of which `number` is the number of the first over all batches. `take`
    /// is given the events of each row, and then nothing.
    fn read<'b>(
        &mut self,
        batch: &OpenBatch<'b>,
        rows: Range<usize>,
        number: u64,
        memo: &mut Memo<'b>,
        take: &mut impl FnMut(Option<Event<'_>>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, BatchError> {
        let rows = rows.start..rows.end.min(batch.rows);
        let values = match &batch.values {
            Opened::Columns(values) => values,
            Opened::Known(known) => {
                for (row, number) in rows.zip(number..) {
                    let flow =
                        self.known_row(known, row, number, &mut |event| take(Some(event)))?;
                    if flow.is_break() || take(None).is_break() {
                        return Ok(ControlFlow::Break(()));
                    }
                }
                return Ok(ControlFlow::Continue(()));
            }
        };
        for start in rows.clone().step_by(ROWS) {
            let part = start..rows.end.min(start + ROWS);
            let block = Block::new(values, part.clone(), memo);
            for row in part {
                let number = number + (row - rows.start) as u64;
                self.summary.rows += 1;
                let event = block
                    .event(row, self.first_ref + number, |event| take(Some(Event::Auth(event))));
                let flow = match event {
                    Ok(flow) => {
                        self.summary.events += 1;
                        flow
                    }
                    Err(reason) => {
                        self.no_event(reason, number)?;
                        ControlFlow::Continue(())
                    }
                };
                if flow.is_break() || take(None).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Counts a row that is no event.
    #[cold]
    fn no_event(&mut self, reason: NoEvent, number: u64) -> Result<(), RowError> {
        match reason {
            NoEvent::Fault(error) => self.bad(RowError { row: number, error })?,
            NoEvent::WindowsEvent(code) => {
                let kind = format!("Windows event {code}");
                *self.summary.passed_over.entry(kind).or_default() += 1;
            }
            NoEvent::UnknownActivity(word) => self.not_understood(&word),
        }
        Ok(())
    }

    fn known_row(
        &mut self,
        known: &Known<'_>,
        row: usize,
        number: u64,
        sink: &mut EventSink<'_>,
    ) -> Result<ControlFlow<()>, RowError> {
        self.summary.rows += 1;
        let mut events = 0;
        let taken = known.read(row, self.first_ref + number, &mut |event| {
            events += 1;
            sink(event)
        });
        self.summary.events += events;
        let summary = &mut self.summary;
        known.counts(|rows| {
            rows.count_into(&mut summary.passed_over, &mut summary.not_understood);
        });
        match taken {
            RowTaken::Read(flow) => Ok(flow),
            RowTaken::Bad(error) => {
                self.bad(RowError { row: number, error })?;
                Ok(ControlFlow::Continue(()))
            }
        }
    }

    #[cold]
    fn not_understood(&mut self, word: &str) {
        /// Kinds that are counted apart.
        const MOST_KINDS: usize = 256;
        let kinds = &mut self.summary.not_understood;
        let word: String = word.chars().take(64).collect();
        let kind = format!("row whose activity is {word:?}");
        let kind = if kinds.len() < MOST_KINDS { kind } else { "other".to_owned() };
        *kinds.entry(kind).or_default() += 1;
    }

    /// The reader of a table whose columns are those of a known one.
    fn known_table(&self, schema: &SchemaRef) -> Option<TableRows> {
        if !self.mapping.is_default() {
            return None;
        }
        let names: Vec<_> = schema.fields().iter().map(|field| field.name().as_str()).collect();
        let options = ReadOptions::default()
            .with_mapping(self.mapping.clone())
            .with_zone(self.zone.clone().unwrap_or_default())
            .with_now(self.now);
        TableRows::of(&names, options)
    }

    /// Decides how to read a batch, as the first of its schema was read.
    fn resolve(&mut self, batch: &RecordBatch) -> Result<&Resolved, ColumnsError> {
        let schema = batch.schema_ref();
        let known = self
            .resolved
            .take()
            .filter(|(known, _)| Arc::ptr_eq(known, schema) || known.fields() == schema.fields());
        let resolved = match known {
            Some(known) => known,
            None => (schema.clone(), self.resolve_anew(batch)?),
        };
        Ok(&self.resolved.insert(resolved).1)
    }

    fn resolve_anew(&self, batch: &RecordBatch) -> Result<Resolved, ColumnsError> {
        if let Some(table) = self.known_table(batch.schema_ref())
            && Known::new(batch, &table, None).is_known(batch.num_rows())
        {
            let mapping = table.mapping();
            return Ok(Resolved::Known(table, mapping));
        }
        let samples = samples(batch, self.mapping.time_format());
        let columns = EventColumns::resolve_by(batch.schema_ref(), &self.mapping, &samples);
        match columns {
            Err(ColumnsError::Mistyped { .. }) => {
                EventColumns::resolve_by(&types_of_values(batch), &self.mapping, &samples)
            }
            columns => columns,
        }
        .map(Resolved::Columns)
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

/// What hands on events, and not that a row ends.
fn on_events(sink: &mut EventSink<'_>) -> impl FnMut(Option<Event<'_>>) -> ControlFlow<()> {
    |event| event.map_or(ControlFlow::Continue(()), &mut *sink)
}

/// What calls a sink once for each row.
fn on_rows(sink: &mut RowSink<'_>) -> impl FnMut(Option<Event<'_>>) -> ControlFlow<()> {
    let mut is_given = false;
    move |event| match event {
        // Of several events the first stands for the row.
        Some(Event::Auth(event)) if !is_given => {
            is_given = true;
            sink(Some(event))
        }
        Some(_) => ControlFlow::Continue(()),
        None if mem::take(&mut is_given) => ControlFlow::Continue(()),
        None => sink(None),
    }
}
