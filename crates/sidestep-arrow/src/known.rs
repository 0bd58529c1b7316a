//! The rows of a batch whose columns are those of a known table, such as Windows events.

use std::cell::RefCell;

use arrow_array::RecordBatch;
use sidestep::Timestamp;
use sidestep_formats::{EventSink, RowTaken, TableRows, Zone};

use crate::batch::EXACT;
use crate::column::{Cell, Values, is_local};

/// Rows looked at to see that a table is what its columns are called.
const LOOKED_AT: usize = 64;

/// An open batch of a known table.
pub(crate) struct Known<'b> {
    /// By column; `None` for one whose type no value is read from.
    columns: Vec<Option<Values<'b>>>,
    /// The zone of stored times of a local clock, and which columns have such.
    zone: Option<Zone>,
    local: Vec<bool>,
    rows: RefCell<TableRows>,
}

impl<'b> Known<'b> {
    pub(crate) fn new(batch: &'b RecordBatch, table: &TableRows, zone: Option<Zone>) -> Self {
        let columns = batch.columns().iter().map(|array| Values::new(array.as_ref())).collect();
        let local = batch.columns().iter().map(|array| is_local(array.data_type())).collect();
        Self { columns, zone, local, rows: RefCell::new(table.clone()) }
    }

    /// Whether any of the first rows is what the columns are called, or there is none.
    pub(crate) fn is_known(&self, rows: usize) -> bool {
        let mut table = self.rows.borrow_mut();
        rows == 0
            || (0..rows.min(LOOKED_AT)).any(|row| {
                self.fill(row, &mut table);
                table.knows()
            })
    }

    /// Reads a row, of which `number` is the number over all batches.
    pub(crate) fn read(&self, row: usize, number: u64, sink: &mut EventSink<'_>) -> RowTaken {
        let mut table = self.rows.borrow_mut();
        self.fill(row, &mut table);
        table.take(number, sink)
    }

    /// The time of the first event of a row.
    pub(crate) fn time(&self, row: usize) -> Option<Timestamp> {
        // What is counted here is counted where the row is read.
        let mut table = self.rows.borrow().clone();
        self.fill(row, &mut table);
        let mut time = None;
        let _ = table.take(0, &mut |event| {
            time = Some(event.time());
            std::ops::ControlFlow::Break(())
        });
        time
    }

    /// Gives what was counted since the last time.
    pub(crate) fn counts(&self, take: impl FnOnce(&mut TableRows)) {
        take(&mut self.rows.borrow_mut());
    }

    fn fill(&self, row: usize, table: &mut TableRows) {
        table.begin();
        for (column, is_local) in self.columns.iter().zip(&self.local) {
            match column.as_ref().and_then(|values| values.get(row)) {
                None | Some(Cell::Lost | Cell::Huge | Cell::FarTime) => table.add_text(""),
                Some(Cell::Text(text)) => table.add_text(text),
                Some(Cell::Signed(number)) => table.add(number),
                Some(Cell::Unsigned(number)) => table.add(number),
                Some(Cell::Truth(truth)) => table.add(truth),
                Some(Cell::Time(time)) => {
                    let time = Timestamp::from_micros(time);
                    let zone = self.zone.as_ref().filter(|_| *is_local);
                    table.add(zone.and_then(|zone| zone.time_of_local(time)).unwrap_or(time));
                }
                Some(Cell::Float(number)) if number.is_nan() => table.add_text(""),
                // Tables that know no missing whole numbers write them all with a point.
                #[allow(clippy::cast_possible_truncation, reason = "it is whole, and below 2^53")]
                Some(Cell::Float(number)) if number.fract() == 0.0 && number.abs() < EXACT => {
                    table.add(number as i64);
                }
                Some(Cell::Float(number)) => table.add(number),
                Some(Cell::Decimal(number, scale)) => table.add(Decimal(number, scale)),
            }
        }
    }
}

/// A decimal number as text.
struct Decimal(i128, i8);

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(number, scale) = *self;
        let one = 10_i128.checked_pow(u32::from(scale.unsigned_abs()));
        match one {
            Some(one) if scale > 0 => {
                let width = usize::from(scale.unsigned_abs());
                let (whole, rest) = ((number / one).abs(), (number % one).abs());
                let sign = if number < 0 { "-" } else { "" };
                if rest == 0 {
                    return write!(f, "{sign}{whole}");
                }
                write!(f, "{sign}{whole}.{rest:0width$}")
            }
            Some(one) if scale < 0 => match number.checked_mul(one) {
                Some(number) => write!(f, "{number}"),
                None => Ok(()),
            },
            _ => write!(f, "{number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_written_as_it_is() {
        let text = |number, scale| Decimal(number, scale).to_string();
        assert_eq!(text(462_400, 2), "4624");
        assert_eq!(text(-150, 2), "-1.50");
        assert_eq!(text(1_772_442_001_500_000, 6), "1772442001.500000");
        assert_eq!(text(5, -2), "500");
        assert_eq!(text(7, 0), "7");
    }
}
