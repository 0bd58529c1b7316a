//! What the columns of a batch hold, by their first rows.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use sidestep_formats::{ColumnSample, EventField, FieldValue, SAMPLED_ROWS, TimeFormat};

use crate::batch::EXACT;
use crate::column::{Cell, Values};

/// Looks at the first rows of every column that is called as a field may be.
pub(crate) fn samples(batch: &RecordBatch, format: &TimeFormat) -> Vec<ColumnSample> {
    let schema = batch.schema_ref();
    let columns = schema.fields().iter().zip(batch.columns());
    columns
        .map(|(field, array)| {
            let mut sample = ColumnSample::default();
            let asked = EventField::ALL.iter().any(|asked| asked.rank(field.name()).is_some());
            if let Some(values) = Values::new(array.as_ref()).filter(|_| asked) {
                let rows = 0..batch.num_rows().min(SAMPLED_ROWS);
                match values.distinct() {
                    Some((distinct, count)) => {
                        let mut keys = vec![None; rows.len()];
                        values.each_key(rows, &mut keys, |beside, key| *beside = Some(key));
                        let mut used = BTreeMap::<_, u32>::new();
                        for key in keys.into_iter().flatten().filter(|key| *key < count) {
                            *used.entry(key).or_default() += 1;
                        }
                        for (key, rows) in used {
                            note(&mut sample, distinct.get(key), rows, format);
                        }
                    }
                    None => rows.for_each(|row| note(&mut sample, values.get(row), 1, format)),
                }
            }
            sample
        })
        .collect()
}

/// Takes in a value of so many rows.
fn note(sample: &mut ColumnSample, cell: Option<Cell<'_>>, rows: u32, format: &TimeFormat) {
    let value = match cell {
        Some(Cell::Text(text)) => FieldValue::Text(text),
        Some(Cell::Truth(truth)) => FieldValue::Truth(truth),
        Some(Cell::Unsigned(number)) => FieldValue::Number(number),
        Some(Cell::Signed(number)) => match u64::try_from(number) {
            Ok(number) => FieldValue::Number(number),
            Err(_) => return,
        },
        Some(Cell::Float(number)) if (0.0..EXACT).contains(&number) =>
        {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            FieldValue::Number(number as u64)
        }
        Some(Cell::Decimal(number, scale)) => {
            let one = 10_i128.checked_pow(u32::from(scale.unsigned_abs()));
            let whole = one.filter(|_| scale >= 0).and_then(|one| u64::try_from(number / one).ok());
            match whole {
                Some(number) => FieldValue::Number(number),
                None => return,
            }
        }
        Some(Cell::Time(_) | Cell::FarTime) => return sample.note_times(rows),
        None | Some(Cell::Float(_) | Cell::Huge | Cell::Lost) => return,
    };
    sample.note_rows(value, rows, format);
}
