//! The first records of a CSV file, looked at before it is read.

use super::header::Header;
use super::record::{Next, Record, Records};
use crate::event_field::EventField;
use crate::field_value::FieldValue;
use crate::source::Source;
use crate::table::{ColumnSample, Rows, SAMPLED_ROWS};
use crate::time::TimeFormat;

/// What each column holds, as far as the window shows it.
pub(super) fn samples(
    source: &Source<'_>,
    header: &Header,
    format: &TimeFormat,
) -> Vec<ColumnSample> {
    let mut samples = vec![ColumnSample::default(); header.columns()];
    // Other columns cannot be chosen.
    let asked: Vec<_> = header
        .names()
        .iter()
        .enumerate()
        .filter(|(_, name)| EventField::ALL.iter().any(|field| field.rank(name).is_some()))
        .map(|(column, _)| column)
        .collect();
    first_records(source, header, |record| {
        for &column in &asked {
            let text = record.get(column).and_then(|text| std::str::from_utf8(text).ok());
            if let Some(text) = text {
                samples[column].note(FieldValue::Text(text), format);
            }
        }
        true
    });
    samples
}

/// Whether the mapping of a known table reads any of the first records. Without one, the header
/// says it.
pub(super) fn is_known(source: &Source<'_>, header: &Header, rows: &mut Rows) -> bool {
    let (mut any, mut known) = (false, false);
    first_records(source, header, |record| {
        any = true;
        let (text, ends) = record.whole();
        known |= std::str::from_utf8(text).is_ok_and(|text| rows.knows(text, ends));
        !known
    });
    known || !any
}

/// Gives the first records that are whole until `take` has seen enough.
fn first_records(source: &Source<'_>, header: &Header, mut take: impl FnMut(&Record<'_>) -> bool) {
    let window = source.window();
    let Ok(mut first) = Source::open(window, "") else { return };
    let mut records = Records::new(header.delimiter, 0);
    let mut is_header = true;
    for _ in 0..=SAMPLED_ROWS {
        match records.next(&mut first) {
            Ok(Next::Record { record, .. }) => {
                // The last may be cut; one cut in its columns is of another number of them.
                let cut = first.window().is_empty() && !source.exhausted();
                if !is_header
                    && record.misshapen(header.columns(), 0).is_none()
                    && !cut
                    && !take(&record)
                {
                    return;
                }
            }
            Ok(Next::TooLong { .. }) => {}
            Ok(Next::End) | Err(_) => return,
        }
        is_header = false;
    }
}
