//! Some rows of a batch, whose values are looked up column by column before they are made events row by row.

use std::collections::HashMap;
use std::convert::Infallible;
use std::ops::Range;

use ahash::RandomState;
use sidestep::event::AuthEvent;
use sidestep_formats::{EventField, FieldMeaning, FieldValues, NoEvent, event_of_fields};

use crate::batch::{Batch, FIELDS, Meaning, meaning};
use crate::column::{Cell, Values};

/// Rows of a block: so few that what is looked up for them stays in the fastest cache.
pub(crate) const ROWS: usize = 128;
/// Texts of one column without a dictionary whose meanings are kept, about.
const MOST_KEPT: usize = 1 << 14;

/// The fields whose values have a meaning apart from time.
const OTHERS: &[EventField] = match EventField::ALL {
    [EventField::Time, others @ ..] => others,
    _ => panic!("time is the first field"),
};

/// Rows that were looked up.
pub(crate) struct Block<'r, 'b> {
    batch: &'r Batch<'b>,
    start: usize,
    rows: Vec<Row<'r, 'b>>,
}

/// What a row says.
#[derive(Clone, Copy)]
struct Row<'r, 'b> {
    /// Microseconds since 1970.
    time: i64,
    meanings: [Option<&'r FieldMeaning<'b>>; FIELDS],
    /// Whether a value means nothing there.
    is_bad: bool,
    windows_codes: bool,
}

impl<'r, 'b> Block<'r, 'b> {
    /// Looks up some rows of a batch.
    pub(crate) fn new(batch: &'r Batch<'b>, rows: Range<usize>, memo: &'r mut Memo<'b>) -> Self {
        let start = rows.start;
        memo.understand(batch, rows.clone());
        let row = |time: Option<i64>| Row {
            time: time.unwrap_or_default(),
            meanings: [None; FIELDS],
            is_bad: time.is_none(),
            windows_codes: batch.windows_codes,
        };
        let mut looked_up: Vec<_> = batch.times(rows.clone()).map(row).collect();
        for &field in OTHERS {
            let Some(column) = &batch.columns[field as usize] else { continue };
            match &column.meanings {
                Some(meanings) => {
                    column.values.each_key(rows.clone(), &mut looked_up, |row, key| {
                        row.note(field, meanings.get(key));
                    })
                }
                None => {
                    let Understood { meanings, places, .. } = &memo.columns[field as usize];
                    for (row, &place) in looked_up.iter_mut().zip(places) {
                        row.note(field, meanings.get(place as usize));
                    }
                }
            }
        }
        Self { batch, start, rows: looked_up }
    }

    /// Lends the event of a row, one of the block, to `take`.
    #[inline]
    pub(crate) fn event<T>(
        &self,
        row: usize,
        number: u64,
        take: impl FnOnce(&AuthEvent<'b>) -> T,
    ) -> Result<T, NoEvent> {
        match &self.rows[row - self.start] {
            // Only that way says what is wrong, of the first field that is needed.
            looked_up if looked_up.is_bad => self.batch.event(row, number, take),
            looked_up => event_of_fields(looked_up.time, looked_up, number, take),
        }
    }
}

impl<'r, 'b> Row<'r, 'b> {
    /// Notes what a field says.
    #[inline]
    fn note(&mut self, field: EventField, meaning: Option<&'r Meaning<'b>>) {
        match meaning {
            Some(Ok(meaning)) => self.meanings[field as usize] = meaning.as_ref(),
            Some(Err(_)) | None => self.is_bad = true,
        }
    }
}

impl<'r, 'b> FieldValues<'b> for Row<'r, 'b> {
    type Meaning = &'r FieldMeaning<'b>;
    type Error = Infallible;

    #[inline]
    fn meaning(&self, field: EventField) -> Result<Option<&'r FieldMeaning<'b>>, Infallible> {
        Ok(self.meanings[field as usize])
    }

    #[inline]
    fn has_windows_codes(&self) -> bool {
        self.windows_codes
    }
}

/// What values of columns without a dictionary mean, in a block and, of texts, in those before.
#[derive(Default)]
pub(crate) struct Memo<'b> {
    columns: [Understood<'b>; FIELDS],
}

impl<'b> Memo<'b> {
    fn understand(&mut self, batch: &Batch<'b>, rows: Range<usize>) {
        for &field in OTHERS {
            if let Some(column) = &batch.columns[field as usize]
                && column.meanings.is_none()
            {
                self.columns[field as usize].understand(&column.values, field, rows.clone());
            }
        }
    }
}

/// What values of one column mean.
#[derive(Default)]
struct Understood<'b> {
    /// The first is that of a null.
    meanings: Vec<Meaning<'b>>,
    /// By row of the block, the place of what it says.
    places: Vec<u32>,
    /// The same by text.
    texts: HashMap<&'b str, u32, RandomState>,
}

impl<'b> Understood<'b> {
    fn understand(&mut self, values: &Values<'b>, field: EventField, rows: Range<usize>) {
        let Self { meanings, places, texts } = self;
        if texts.is_empty() || meanings.len() > MOST_KEPT {
            texts.clear();
            meanings.clear();
            meanings.push(Ok(None));
        }
        places.clear();
        let mut add = |cell| {
            meanings.push(meaning(Some(cell), field));
            (meanings.len() - 1) as u32
        };
        let mut find = |text, add: &mut dyn FnMut(Cell<'b>) -> u32| {
            *texts.entry(text).or_insert_with(|| add(Cell::Text(text)))
        };
        if let (Values::Text(column), true) = (values, is_costly(field)) {
            // Rows often say what the one before them does.
            let mut last = None;
            column.each(rows, |text| {
                places.push(match (text, last) {
                    (None, _) => 0,
                    (Some(text), Some((same, place))) if text == same => place,
                    (Some(text), _) => {
                        let place = find(text, &mut add);
                        last = Some((text, place));
                        place
                    }
                });
            });
            return;
        }
        places.extend(rows.map(|row| match values.get(row) {
            None => 0,
            Some(Cell::Text(text)) if is_costly(field) => find(text, &mut add),
            Some(cell) => add(cell),
        }));
    }
}

/// Whether it costs more to understand a text than to find it among others.
const fn is_costly(field: EventField) -> bool {
    matches!(
        field,
        EventField::Account
            | EventField::Subject
            | EventField::SrcHost
            | EventField::SrcIp
            | EventField::DstHost
            | EventField::DstIp
            | EventField::Activity
            | EventField::LogonType
            | EventField::AuthProtocol
            | EventField::Outcome
            | EventField::Mfa
    )
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::{Int8Type, Int32Type, UInt16Type};
    use arrow_array::{
        ArrayRef, DictionaryArray, Int32Array, LargeStringArray, RecordBatch, RunArray,
        StringArray, StringViewArray,
    };
    use proptest::prelude::*;
    use sidestep_formats::{FieldMapping, latest_believed};

    use super::*;
    use crate::columns::EventColumns;

    /// What fields say, and do not.
    const WORDS: &[(&str, &[&str])] = &[
        ("time", &["1772442000", "1772442001", "1772442002.5", "soon", "99999999999999999", ""]),
        ("account", &["alice@CORP", "CORP\\bob", " carol ", "WS-1$", "SYSTEM", "-", "@", "\\"]),
        ("domain", &["CORP", "", "LAB"]),
        ("sid", &["S-1-5-21-7", "-"]),
        ("subject", &["alice@CORP", "carol", "dave"]),
        ("subject_domain", &["CORP", "LAB"]),
        (
            "src_host",
            &["WS-1", "localhost", "10.0.0.7:50", "ws-2 (10.0.0.8)", "unknown", "\\\\WS-3"],
        ),
        ("src_ip", &["10.0.0.9", "::1", "10.0.0.9:70", "WS-9", "fe80::1"]),
        ("src_port", &["445", "0", "70000", "-"]),
        ("dst_host", &["FILES", "files.corp.example", "127.0.0.1", "", "10.1.1.1"]),
        ("dst_ip", &["10.0.0.10", "nowhere at all"]),
        ("logon_type", &["3", "Network", "interactive", "whatever"]),
        ("auth_protocol", &["Kerberos", "NTLM", "x"]),
        ("outcome", &["success", "Failure", "1", "0", "perhaps"]),
        ("outcome_reason", &["0xC000006A", "expired"]),
        ("activity", &["logon", "logoff", "TGS", "LogonFailed", "dancing"]),
        ("event_code", &["4624", "4625", "4768", "4688", "7", "x"]),
        ("logon_process", &["Kerberos", "-"]),
        ("logon_id", &["0x3e7", "77", "id"]),
        ("credential", &["SHA256:x"]),
        ("session_name", &["RDP-Tcp#8"]),
        ("mfa", &["yes", "no", "sometimes"]),
    ];

    /// Layouts of a column of text.
    const LAYOUTS: usize = 8;

    fn laid_out(texts: &[Option<&str>], layout: usize) -> ArrayRef {
        let texts = || texts.iter().copied();
        match layout {
            0 => Arc::new(texts().collect::<StringArray>()),
            1 => Arc::new(texts().collect::<LargeStringArray>()),
            2 => Arc::new(texts().collect::<StringViewArray>()),
            3 => Arc::new(texts().collect::<DictionaryArray<Int8Type>>()),
            4 => Arc::new(texts().collect::<DictionaryArray<UInt16Type>>()),
            5 => Arc::new(texts().collect::<RunArray<Int32Type>>()),
            // Nulls are among the values, and so is much that no row has.
            6 | 7 => {
                let unused = if layout == 6 { 1 } else { 2 * ROWS };
                let values = texts().chain(std::iter::repeat_n(Some("unused"), unused));
                let keys = (0..texts().len() as i32).collect::<Int32Array>();
                let values = Arc::new(values.collect::<LargeStringArray>());
                Arc::new(DictionaryArray::try_new(keys, values).expect("keys of the dictionary"))
            }
            _ => unreachable!("a layout"),
        }
    }

    /// Rows of words by their numbers, of which a large one is a null.
    fn table(rows: &[Vec<usize>], layouts: &[usize]) -> RecordBatch {
        let columns = WORDS.iter().zip(layouts).enumerate().map(|(at, ((name, words), layout))| {
            let texts: Vec<_> = rows.iter().map(|row| words.get(row[at]).copied()).collect();
            (*name, laid_out(&texts, *layout), true)
        });
        RecordBatch::try_from_iter_with_nullable(columns).expect("columns of one length")
    }

    fn word() -> impl Strategy<Value = usize> {
        // The first of a field means something.
        prop_oneof![3 => Just(0), 1 => 0_usize..9]
    }

    type Read = Vec<Result<AuthEvent<'static>, NoEvent>>;

    /// The rows of a batch looked up in blocks, and one by one.
    fn both_ways(table: &RecordBatch) -> (Read, Read) {
        let columns = EventColumns::resolve(&table.schema(), &FieldMapping::default())
            .expect("the columns of an event");
        let batch =
            Batch::new(table, &columns, None, latest_believed(None)).expect("columns of text");
        let own = |event: &AuthEvent<'_>| event.clone().into_owned();
        let (mut memo, mut in_blocks) = (Memo::default(), Vec::new());
        for start in (0..table.num_rows()).step_by(ROWS) {
            let rows = start..table.num_rows().min(start + ROWS);
            let block = Block::new(&batch, rows.clone(), &mut memo);
            in_blocks.extend(rows.clone().map(|row| block.event(row, row as u64, own)));
        }
        let alone = (0..table.num_rows()).map(|row| batch.event(row, row as u64, own)).collect();
        (in_blocks, alone)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever a column of text is stored as, a row is the same event, or no event for the same reason,
        /// and so it is where each value is understood for itself.
        #[test]
        fn a_row_is_the_same_in_every_layout(
            rows in prop::collection::vec(prop::collection::vec(word(), WORDS.len()), 1..200),
            plain in prop::collection::vec(any::<bool>(), WORDS.len()),
            layouts in prop::collection::vec(0..LAYOUTS, WORDS.len()),
        ) {
            let rows: Vec<Vec<_>> = rows
                .into_iter()
                .map(|row| row.iter().zip(&plain).map(|(&word, plain)| if *plain { 0 } else { word }).collect())
                .collect();
            let (expected, alone) = both_ways(&table(&rows, &[0; WORDS.len()]));
            prop_assert_eq!(&expected, &alone);
            let (in_blocks, alone) = both_ways(&table(&rows, &layouts));
            prop_assert_eq!(&in_blocks, &expected);
            prop_assert_eq!(&alone, &expected);
        }
    }
}
