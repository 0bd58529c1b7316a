//! The rows of batches as events.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Fields, Schema, SchemaRef};
use sidestep::event::AuthEvent;
use sidestep_formats::{
    EventField, FieldError, FieldMapping, FieldMeaning, FieldValue, FieldValues, OnError,
    TimeFormat, event_of_fields,
};

use crate::column::{Cell, Values};
use crate::columns::{EventColumns, accepted};
use crate::error::{BatchError, ColumnsError, RowError};
use sidestep::Timestamp;

/// Errors of skipped rows that are kept.
const MESSAGES_KEPT: usize = 5;

/// Largest whole number up to which every whole number is a double.
const EXACT: f64 = 9_007_199_254_740_992.0;

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
/// number of its row over all batches; the first is 0.
#[derive(Debug, Clone, Default)]
pub struct BatchReader {
    mapping: FieldMapping,
    on_error: OnError,
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
        Ok(OpenBatch { values: Batch::new(batch, &columns)?, rows: batch.num_rows() })
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
            let number = self.summary.rows;
            self.summary.rows += 1;
            let flow = match batch.values.event(row, number, |event| sink(Some(event))) {
                Ok(flow) => {
                    self.summary.events += 1;
                    flow
                }
                Err(error) => {
                    self.bad(RowError { row: number, error })?;
                    sink(None)
                }
            };
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
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
}

impl std::fmt::Debug for OpenBatch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenBatch").field("rows", &self.rows).finish_non_exhaustive()
    }
}

/// A column of one batch.
struct Filled<'b> {
    values: Values<'b>,
    /// What each distinct value of a dictionary means, understood once for all rows.
    meanings: Option<Vec<Meaning<'b>>>,
}

type Meaning<'b> = Result<Option<FieldMeaning<'b>>, FieldError>;

impl<'b> Filled<'b> {
    fn new(values: Values<'b>, field: EventField, rows: usize) -> Self {
        let meaning = |text: Option<&'b str>| meaning(text.map(Cell::Text), field);
        // Of a large dictionary, a batch may use but little.
        let distinct = values.distinct().filter(|distinct| distinct.len() <= rows);
        let meanings = distinct.filter(|_| field != EventField::Time);
        Self { meanings: meanings.map(|distinct| distinct.map(meaning).collect()), values }
    }
}

/// The columns of one batch, by field.
struct Batch<'b> {
    /// Those that hold anything.
    columns: [Option<Filled<'b>>; EventField::ALL.len()],
    /// Which there are at all.
    has: [bool; EventField::ALL.len()],
    time_format: TimeFormat,
}

impl<'b> Batch<'b> {
    fn new(batch: &'b RecordBatch, columns: &EventColumns) -> Result<Self, ColumnsError> {
        let mut filled = [const { None }; EventField::ALL.len()];
        let mut has = [false; EventField::ALL.len()];
        for ((column, has), &field) in filled.iter_mut().zip(&mut has).zip(EventField::ALL) {
            let Some(at) = columns.column(field) else { continue };
            *has = true;
            let array = batch.column(at).as_ref();
            let values = Values::new(array).ok_or_else(|| ColumnsError::Mistyped {
                field,
                column: batch.schema_ref().field(at).name().clone(),
                found: array.data_type().to_string(),
                accepted: accepted(field),
            })?;
            if !matches!(values, Values::Nothing) {
                *column = Some(Filled::new(values, field, batch.num_rows()));
            }
        }
        Ok(Self { columns: filled, has, time_format: columns.time_format().clone() })
    }

    /// Lends the event of a row to `take`.
    fn event<T>(
        &self,
        row: usize,
        number: u64,
        take: impl FnOnce(&AuthEvent<'b>) -> T,
    ) -> Result<T, FieldError> {
        let time = self.time(row)?;
        event_of_fields(time, &Row { batch: self, row }, number, take)
    }

    /// Microseconds since 1970.
    fn time(&self, row: usize) -> Result<i64, FieldError> {
        const FIELD: EventField = EventField::Time;
        let format = &self.time_format;
        let cell = self.columns[FIELD as usize].as_ref().and_then(|time| time.values.get(row));
        let Some(cell) = cell else {
            return Err(FieldError::empty(FIELD));
        };
        let time = match cell {
            Cell::Time(time) => Some(time),
            Cell::Signed(number) => format.of_number(number).map(Timestamp::micros),
            Cell::Unsigned(number) => {
                let number = i64::try_from(number).ok();
                number.and_then(|number| format.of_number(number)).map(Timestamp::micros)
            }
            Cell::Float(number) => of_float(number, format),
            Cell::Text(text) => return self.time_of_text(text),
            Cell::Truth(_) | Cell::FarTime | Cell::Lost => None,
        };
        time.ok_or_else(|| match cell {
            Cell::FarTime => FieldError::new(FIELD, "lies outside 1970 to 9999"),
            Cell::Lost => lost(FIELD),
            Cell::Signed(number) => unfit(number, format),
            Cell::Unsigned(number) => unfit(number, format),
            Cell::Float(number) => unfit(number, format),
            Cell::Text(_) | Cell::Truth(_) | Cell::Time(_) => FieldError::empty(FIELD),
        })
    }

    fn time_of_text(&self, text: &str) -> Result<i64, FieldError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(FieldError::empty(EventField::Time));
        }
        self.time_format
            .parse(text)
            .map(Timestamp::micros)
            .ok_or_else(|| FieldError::unfit(EventField::Time, text, self.time_format.expected()))
    }
}

fn unfit(number: impl std::fmt::Display, format: &TimeFormat) -> FieldError {
    FieldError::new(EventField::Time, format!("{number} is not {}", format.expected()))
}

/// A time as a floating-point number: its whole part tells its unit, as that of a whole number does.
fn of_float(number: f64, format: &TimeFormat) -> Option<i64> {
    if !(0.0..EXACT).contains(&number) {
        return None;
    }
    let whole = number.trunc();
    // Below 2^53 both are exact.
    #[allow(clippy::cast_possible_truncation)]
    let whole_time = format.of_number(whole as i64)?.micros();
    let scale = match format {
        TimeFormat::Seconds => 1e6,
        TimeFormat::Milliseconds => 1e3,
        TimeFormat::Auto if whole < 1e11 => 1e6,
        TimeFormat::Auto if whole < 1e14 => 1e3,
        _ => 1.0,
    };
    #[allow(clippy::cast_possible_truncation)]
    let rest = ((number - whole) * scale).round() as i64;
    whole_time.checked_add(rest)
}

/// One row of a batch.
struct Row<'r, 'b> {
    batch: &'r Batch<'b>,
    row: usize,
}

impl<'b> FieldValues<'b> for Row<'_, 'b> {
    #[inline]
    fn meaning(&self, field: EventField) -> Meaning<'b> {
        let Some(Filled { values, meanings }) = &self.batch.columns[field as usize] else {
            return Ok(None);
        };
        if let Some(meanings) = meanings {
            let Some(key) = values.key(self.row) else { return Ok(None) };
            return match meanings.get(key) {
                Some(Ok(meaning)) => Ok(*meaning),
                Some(Err(error)) => Err(error.clone()),
                None => Err(lost(field)),
            };
        }
        meaning(values.get(self.row), field)
    }

    #[inline]
    fn has(&self, field: EventField) -> bool {
        self.batch.has[field as usize]
    }
}

#[cold]
fn lost(field: EventField) -> FieldError {
    FieldError::new(field, "has a key that its dictionary does not have")
}

/// What a value means in a field; nothing where there is none.
fn meaning(cell: Option<Cell<'_>>, field: EventField) -> Meaning<'_> {
    let Some(cell) = cell else { return Ok(None) };
    let value = match cell {
        Cell::Text(text) => FieldValue::Text(text),
        Cell::Unsigned(number) => FieldValue::Number(number),
        Cell::Truth(truth) => FieldValue::Truth(truth),
        Cell::Signed(number) => FieldValue::Number(
            u64::try_from(number)
                .map_err(|_| FieldError::new(field, format!("{number} is below zero")))?,
        ),
        // Tables that know no missing whole numbers write NaN for them.
        Cell::Float(number) if number.is_nan() => return Ok(None),
        Cell::Float(number) if number.fract() == 0.0 && (0.0..EXACT).contains(&number) =>
        {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            FieldValue::Number(number as u64)
        }
        Cell::Float(number) => {
            return Err(FieldError::new(field, format!("{number} is not a whole number")));
        }
        Cell::Time(_) | Cell::FarTime => return Err(FieldError::new(field, "is a time")),
        Cell::Lost => return Err(lost(field)),
    };
    value.meaning(field)
}
