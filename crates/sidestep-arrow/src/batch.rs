//! The columns of one batch, and its rows as events.

use std::ops::Range;

use arrow_array::{Array, RecordBatch};
use sidestep::Timestamp;
use sidestep::event::AuthEvent;
use sidestep_formats::{
    EventField, FieldError, FieldMeaning, FieldValue, FieldValues, NoEvent, TimeFormat, Zone,
    event_of_fields,
};

use crate::column::{Cell, Values, is_local, micros};
use crate::columns::{EventColumns, accepted};
use crate::error::ColumnsError;

/// Largest whole number up to which every whole number is a double.
pub(crate) const EXACT: f64 = 9_007_199_254_740_992.0;

pub(crate) const FIELDS: usize = EventField::ALL.len();

/// A column of one batch.
pub(crate) struct Filled<'b> {
    pub(crate) values: Values<'b>,
    /// What each distinct value of a dictionary means, understood once for all rows.
    pub(crate) meanings: Option<Vec<Meaning<'b>>>,
}

pub(crate) type Meaning<'b> = Result<Option<FieldMeaning<'b>>, FieldError>;

impl<'b> Filled<'b> {
    fn new(values: Values<'b>, field: EventField, rows: usize) -> Self {
        // Of a large dictionary, a batch may use but little.
        let distinct = values.distinct().filter(|(_, count)| *count <= rows);
        let distinct = distinct.filter(|_| field != EventField::Time);
        let meanings = distinct.map(|(distinct, count)| {
            (0..count).map(|at| meaning(distinct.get(at), field)).collect()
        });
        Self { values, meanings }
    }
}

/// The columns of one batch, by field.
pub(crate) struct Batch<'b> {
    /// Those that hold anything.
    pub(crate) columns: [Option<Filled<'b>>; FIELDS],
    /// Whether the numbers of events are Windows' own.
    pub(crate) windows_codes: bool,
    time_format: TimeFormat,
    /// The zone of text without one, unless it is UTC.
    zone: Option<Zone>,
    /// Whether stored times are of the clocks of that zone.
    is_local: bool,
    /// Until when times are believed.
    latest: Timestamp,
}

impl<'b> Batch<'b> {
    pub(crate) fn new(
        batch: &'b RecordBatch,
        columns: &EventColumns,
        zone: Option<Zone>,
        latest: Timestamp,
    ) -> Result<Self, ColumnsError> {
        let mut filled = [const { None }; FIELDS];
        for (column, &field) in filled.iter_mut().zip(EventField::ALL) {
            let Some(at) = columns.column(field) else { continue };
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
        let time = columns.column(EventField::Time);
        let is_local = time.is_some_and(|at| is_local(batch.column(at).data_type()));
        Ok(Self {
            columns: filled,
            windows_codes: columns.has_windows_codes(),
            time_format: columns.time_format().clone(),
            zone,
            is_local,
            latest,
        })
    }

    /// Lends the event of a row to `take`, whatever its values are.
    pub(crate) fn event<T>(
        &self,
        row: usize,
        number: u64,
        take: impl FnOnce(&AuthEvent<'b>) -> T,
    ) -> Result<T, NoEvent> {
        let time = self.time(row)?;
        if time > self.latest.micros() {
            return Err(far(time).into());
        }
        event_of_fields(time, &Row { batch: self, row }, number, take)
    }

    /// The times of some rows, in their order; `None` for one that cannot be read or is not believed.
    pub(crate) fn times(&self, rows: Range<usize>) -> impl Iterator<Item = Option<i64>> {
        let column = self.columns[EventField::Time as usize].as_ref();
        let stored = column.and_then(|column| column.values.stored_times());
        let stored = stored.filter(|_| self.zone.is_none() || !self.is_local);
        rows.map(move |row| match stored {
            Some((times, unit)) => micros(times[row], unit),
            None => self.time(row).ok(),
        })
        .map(|time| time.filter(|time| *time <= self.latest.micros()))
    }

    /// Microseconds since 1970.
    pub(crate) fn time(&self, row: usize) -> Result<i64, FieldError> {
        const FIELD: EventField = EventField::Time;
        let format = &self.time_format;
        let cell = self.columns[FIELD as usize].as_ref().and_then(|time| time.values.get(row));
        let Some(cell) = cell else {
            return Err(FieldError::empty(FIELD));
        };
        let time = match cell {
            Cell::Time(time) => match &self.zone {
                Some(zone) if self.is_local => {
                    zone.time_of_local(Timestamp::from_micros(time)).map(Timestamp::micros)
                }
                _ => Some(time),
            },
            Cell::Signed(number) => format.of_number(number).map(Timestamp::micros),
            Cell::Unsigned(number) => {
                let number = i64::try_from(number).ok();
                number.and_then(|number| format.of_number(number)).map(Timestamp::micros)
            }
            Cell::Float(number) => of_float(number, format),
            Cell::Decimal(number, scale) => of_decimal(number, scale, format),
            Cell::Text(text) => return self.time_of_text(text),
            Cell::Truth(_) | Cell::FarTime | Cell::Lost | Cell::Huge => None,
        };
        time.ok_or_else(|| match cell {
            Cell::FarTime | Cell::Time(_) | Cell::Huge | Cell::Decimal(..) => {
                FieldError::new(FIELD, "lies outside 1970 to 9999")
            }
            Cell::Lost => lost(FIELD),
            // Tables that know no missing numbers write NaN for them.
            Cell::Float(number) if number.is_nan() => FieldError::empty(FIELD),
            Cell::Signed(number) => unfit(number, format),
            Cell::Unsigned(number) => unfit(number, format),
            Cell::Float(number) => unfit(number, format),
            Cell::Text(_) | Cell::Truth(_) => FieldError::empty(FIELD),
        })
    }

    fn time_of_text(&self, text: &str) -> Result<i64, FieldError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(FieldError::empty(EventField::Time));
        }
        let time = match &self.zone {
            Some(zone) => self.time_format.parse_in(text, zone),
            None => self.time_format.parse(text),
        };
        time.map(Timestamp::micros)
            .ok_or_else(|| FieldError::unfit(EventField::Time, text, self.time_format.expected()))
    }
}

/// The error of a time that is not believed.
#[cold]
fn far(time: i64) -> FieldError {
    let time = Timestamp::from_micros(time);
    FieldError::new(
        EventField::Time,
        format!(
            "lies at {time}, years after the others can: a number in another unit, or a broken clock"
        ),
    )
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

/// A time as a decimal number: as a floating-point number, but exact.
fn of_decimal(number: i128, scale: i8, format: &TimeFormat) -> Option<i64> {
    let (whole, rest) = split(number, scale)?;
    let time = format.of_number(i64::try_from(whole).ok()?)?.micros();
    let micros = match format {
        TimeFormat::Seconds => 1_000_000,
        TimeFormat::Milliseconds => 1_000,
        TimeFormat::Auto if whole < 100_000_000_000 => 1_000_000,
        TimeFormat::Auto if whole < 100_000_000_000_000 => 1_000,
        _ => 1,
    };
    // A rest that is too long for this is cut first, to far below a microsecond.
    let (rest, one) = match u32::from(scale.unsigned_abs()) {
        long @ 20.. => (rest / 10_i128.checked_pow(long - 19)?, 10_i128.pow(19)),
        short => (rest, 10_i128.pow(short)),
    };
    time.checked_add(i64::try_from(rest * micros / one).ok()?)
}

/// The whole part of a decimal number, and what remains of it, in units of its scale; `None` for one below
/// zero or too large.
fn split(number: i128, scale: i8) -> Option<(i128, i128)> {
    if number < 0 {
        return None;
    }
    let one = 10_i128.checked_pow(u32::from(scale.unsigned_abs()))?;
    if scale < 0 { Some((number.checked_mul(one)?, 0)) } else { Some((number / one, number % one)) }
}

/// One row of a batch, whose values are understood when they are asked for.
struct Row<'r, 'b> {
    batch: &'r Batch<'b>,
    row: usize,
}

impl<'b> FieldValues<'b> for Row<'_, 'b> {
    type Meaning = FieldMeaning<'b>;
    type Error = FieldError;

    fn meaning(&self, field: EventField) -> Meaning<'b> {
        let column = self.batch.columns[field as usize].as_ref();
        meaning(column.and_then(|column| column.values.get(self.row)), field)
    }

    fn has_windows_codes(&self) -> bool {
        self.batch.windows_codes
    }
}

#[cold]
fn lost(field: EventField) -> FieldError {
    FieldError::new(field, "has a key that its dictionary does not have")
}

/// What a value means in a field; nothing where there is none.
pub(crate) fn meaning(cell: Option<Cell<'_>>, field: EventField) -> Meaning<'_> {
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
        Cell::Decimal(number, scale) => match split(number, scale) {
            Some((whole, 0)) => FieldValue::Number(
                u64::try_from(whole).map_err(|_| FieldError::new(field, "is too large"))?,
            ),
            Some(_) => return Err(FieldError::new(field, "is not a whole number")),
            None => return Err(FieldError::new(field, "is below zero or too large")),
        },
        Cell::Huge => return Err(FieldError::new(field, "is too large")),
        Cell::Time(_) | Cell::FarTime => return Err(FieldError::new(field, "is a time")),
        Cell::Lost => return Err(lost(field)),
    };
    value.meaning(field)
}
