//! Columns of every type that a table may come with.

use std::ops::ControlFlow;
use std::sync::Arc;

use arrow_array::types::{Int8Type, Int32Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array,
    Int8Array, Int32Array, Int64Array, LargeStringArray, NullArray, RecordBatch, RunArray,
    StringArray, StringViewArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray,
};
use sidestep::Timestamp;
use sidestep::event::{AuthEvent, OwnedEvent};
use sidestep_arrow::{BatchReader, ColumnsError, EventColumns, rows_by_time};
use sidestep_formats::{Column, EventField, FieldMapping, OnError};

fn text(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// Two logins, with other columns added or in the place of those that are called so.
fn batch(others: Vec<(&str, ArrayRef)>) -> RecordBatch {
    let mut columns = vec![
        ("time", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef),
        ("user", text(&["alice", "bob"])),
        ("src", text(&["WS-1", "WS-2"])),
        ("dst", text(&["FILES", "FILES"])),
    ];
    for (name, array) in others {
        columns.retain(|(have, _)| *have != name);
        columns.push((name, array));
    }
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, a)| (n, a, true)))
        .unwrap()
}

fn events_of(reader: &mut BatchReader, batch: &RecordBatch) -> Vec<OwnedEvent> {
    let mut events = Vec::new();
    let _ = reader
        .for_each_event(batch, &mut |event| {
            events.push(event.into());
            ControlFlow::Continue(())
        })
        .unwrap();
    events
}

/// What a reader that stops at bad rows makes of each event.
fn read<T>(batch: &RecordBatch, of: impl Fn(&AuthEvent<'_>) -> T) -> Vec<T> {
    let mut reader = BatchReader::new(FieldMapping::default(), OnError::Stop);
    let events = events_of(&mut reader, batch);
    events.iter().map(|event| of(event.as_event().auth().unwrap())).collect()
}

fn times(zone: &str, time: ArrayRef) -> Vec<i64> {
    let mut reader = BatchReader::default().with_zone(zone.parse().unwrap());
    let batch = batch(vec![("time", time)]);
    let events = events_of(&mut reader, &batch);
    events.iter().map(|event| event.as_event().time().micros()).collect()
}

#[test]
fn outcomes_are_booleans_numbers_and_text_of_any_layout() {
    let runs = RunArray::<Int32Type>::try_new(
        &Int32Array::from(vec![1, 2]),
        &StringArray::from(vec!["success", "failure"]),
    )
    .unwrap();
    let outcomes: Vec<ArrayRef> = vec![
        Arc::new(BooleanArray::from(vec![true, false])),
        // As Arrow's type `bool8` is stored.
        Arc::new(Int8Array::from(vec![1, 0])),
        Arc::new(Int64Array::from(vec![1, 0])),
        Arc::new(Float64Array::from(vec![1.0, 0.0])),
        Arc::new(Decimal128Array::from(vec![100, 0]).with_precision_and_scale(5, 2).unwrap()),
        Arc::new(LargeStringArray::from(vec!["success", "failure"])),
        Arc::new(StringViewArray::from(vec!["success", "failure"])),
        Arc::new(vec!["success", "failure"].into_iter().collect::<DictionaryArray<Int8Type>>()),
        Arc::new(runs),
    ];
    let expected = read(&batch(vec![("result", outcomes[0].clone())]), |event| event.outcome());
    assert_ne!(expected[0], expected[1]);
    for outcome in outcomes {
        let kind = outcome.data_type().clone();
        assert_eq!(
            read(&batch(vec![("result", outcome)]), |event| event.outcome()),
            expected,
            "{kind}"
        );
    }
    let missing = Arc::new(Float64Array::from(vec![1.0, f64::NAN])) as ArrayRef;
    let found = read(&batch(vec![("result", missing)]), |event| event.outcome());
    assert_eq!(found[0], expected[0]);
    assert_ne!(found[1], expected[1]);
}

#[test]
fn a_number_called_status_is_taken_only_where_it_is_named() {
    let batch = batch(vec![("Status", Arc::new(Int64Array::from(vec![0, 1])) as ArrayRef)]);
    let refused = EventColumns::resolve(batch.schema_ref(), &FieldMapping::default());
    assert!(matches!(refused, Err(ColumnsError::Mistyped { .. })), "{refused:?}");
    let mapping =
        FieldMapping::default().with(EventField::Outcome, Column::Name("Status".to_owned()));
    assert!(EventColumns::resolve(batch.schema_ref(), &mapping).is_ok());
}

#[test]
fn numbers_come_as_decimals_and_in_dictionaries() {
    let code = |array: ArrayRef| read(&batch(vec![("EventID", array)]), |event| event.event_code());
    let expected = vec![Some(4624), Some(4625)];
    let numbers = Arc::new(Int64Array::from(vec![4624, 4625]));
    let keys = Int8Array::from(vec![0, 1]);
    let dictionary = DictionaryArray::<Int8Type>::try_new(keys, numbers).unwrap();
    assert_eq!(code(Arc::new(dictionary)), expected);
    let decimal = Decimal128Array::from(vec![4_624_000, 4_625_000]);
    assert_eq!(code(Arc::new(decimal.with_precision_and_scale(20, 3).unwrap())), expected);
    let huge = Decimal128Array::from(vec![4624, 4625]).with_precision_and_scale(38, 0).unwrap();
    assert_eq!(code(Arc::new(huge)), expected);
    let half = Decimal128Array::from(vec![46_245, 46_250]).with_precision_and_scale(20, 1).unwrap();
    let mut reader = BatchReader::default();
    let batch = batch(vec![("EventID", Arc::new(half) as ArrayRef)]);
    assert_eq!(events_of(&mut reader, &batch).len(), 1);
    let error = reader.summary().first_errors[0].to_string();
    assert_eq!(error, "row 0: event_code: is not a whole number");
}

#[test]
fn times_of_every_type_are_the_same() {
    let seconds = [1_700_000_000_i64, 1_700_000_001];
    let micros = seconds.map(|second| second * 1_000_000).to_vec();
    let milliseconds = TimestampMillisecondArray::from(seconds.map(|s| s * 1_000).to_vec());
    let values = Arc::new(milliseconds.clone()) as ArrayRef;
    let dictionary =
        DictionaryArray::<Int8Type>::try_new(Int8Array::from(vec![0, 1]), values.clone()).unwrap();
    let runs =
        RunArray::<Int32Type>::try_new(&Int32Array::from(vec![1, 2]), &milliseconds).unwrap();
    let decimal = Decimal128Array::from(seconds.map(|s| i128::from(s) * 1_000_000_000).to_vec());
    let nanoseconds = TimestampNanosecondArray::from(seconds.map(|s| s * 1_000_000_000).to_vec());
    let kinds: Vec<ArrayRef> = vec![
        Arc::new(TimestampSecondArray::from(seconds.to_vec()).with_timezone("+05:00")),
        values,
        Arc::new(nanoseconds),
        Arc::new(dictionary),
        Arc::new(runs),
        Arc::new(decimal.with_precision_and_scale(38, 9).unwrap()),
        Arc::new(Int64Array::from(seconds.to_vec())),
        text(&["2023-11-14T22:13:20Z", "2023-11-14T22:13:21"]),
    ];
    for kind in kinds {
        let name = kind.data_type().clone();
        assert_eq!(times("UTC", kind), micros, "{name}");
    }
    let fraction = Decimal128Array::from(vec![1_700_000_000_123_456_789, 0]);
    let fraction = fraction.with_precision_and_scale(38, 9).unwrap();
    assert_eq!(times("UTC", Arc::new(fraction))[0], 1_700_000_000_123_456);
}

#[test]
fn times_without_a_zone_are_of_the_zone_that_is_given() {
    const HOUR: i64 = 3_600_000_000;
    let noon = [19_000 * 86_400 + 43_200, 19_000 * 86_400 + 43_201];
    let naive = TimestampSecondArray::from(noon.to_vec());
    let in_utc = times("UTC", Arc::new(naive.clone()));
    let earlier: Vec<_> = in_utc.iter().map(|time| time - HOUR).collect();
    assert_eq!(times("+01:00", Arc::new(naive.clone())), earlier);
    let words = text(&["2022-01-08 12:00:00", "2022-01-08T12:00:01"]);
    assert_eq!(times("+01:00", words), earlier);
    let day = times("+01:00", Arc::new(Date32Array::from(vec![19_000, 19_000])));
    assert_eq!(day[0], earlier[0] - 12 * HOUR);
    // Those with a zone keep theirs, and numbers are since 1970.
    assert_eq!(times("+01:00", Arc::new(naive.with_timezone("Asia/Tokyo"))), in_utc);
    assert_eq!(times("+01:00", Arc::new(Int64Array::from(noon.to_vec()))), in_utc);
    assert_eq!(times("+01:00", text(&["2022-01-08 12:00:00Z", "2022-01-08T12:00:01Z"])), in_utc);
}

#[test]
fn an_empty_batch_has_no_types() {
    let batch = batch(vec![("user", Arc::new(Float64Array::from(vec![1.0, 2.0])) as ArrayRef)]);
    let mut reader = BatchReader::default();
    assert!(reader.open(&batch).is_err());
    assert_eq!(reader.open(&batch.slice(0, 0)).unwrap().num_rows(), 0);
    let nulls = (0..2).map(|_| None::<&str>).collect::<DictionaryArray<Int8Type>>();
    for column in [Arc::new(NullArray::new(2)) as ArrayRef, Arc::new(nulls)] {
        let events = events_of(&mut reader, &self::batch(vec![("result", column)]));
        assert_eq!(events.len(), 2);
    }
}

#[test]
fn a_reader_tells_its_columns() {
    let mut reader = BatchReader::default();
    assert!(reader.columns().is_none());
    let batch = batch(vec![("colour", text(&["red", "blue"]))]);
    events_of(&mut reader, &batch);
    let (schema, columns) = reader.columns().unwrap();
    let mut named: Vec<_> = columns
        .fields()
        .map(|(field, at)| (field.name(), schema.field(at).name().as_str()))
        .collect();
    named.sort_unstable();
    assert_eq!(
        named,
        [("account", "user"), ("dst_host", "dst"), ("src_host", "src"), ("time", "time")]
    );
    let mapping = FieldMapping::default().with_pair("account=who").unwrap();
    for (name, may) in [("who", true), ("user", false), ("src_ip", true), ("colour", false)] {
        assert_eq!(EventColumns::may_use(name, &mapping), may, "{name}");
    }
}

#[test]
fn rows_can_be_read_in_order_of_time() {
    let first = batch(vec![("time", Arc::new(Int64Array::from(vec![Some(5), None])) as ArrayRef)]);
    let second = batch(vec![("time", Arc::new(Int64Array::from(vec![5, 3])) as ArrayRef)]);
    let mut reader = BatchReader::default().counting_from(100);
    let open = [reader.open(&first).unwrap(), reader.open(&second).unwrap()];
    assert_eq!(open[0].time(1), None);
    assert_eq!(open[1].time(2), None);
    let places = rows_by_time(&open);
    let mut seen = Vec::new();
    let _ = reader
        .for_each_row_at(&open, &places, &mut |event| {
            seen.push(event.map(|event| (event.time(), event.raw_ref())));
            ControlFlow::Continue(())
        })
        .unwrap();
    let time = |second: i64| Timestamp::from_micros(second * 1_000_000);
    let expected = [(3, 103), (5, 100), (5, 102)];
    let expected = expected.map(|(second, number)| Some((time(second), Some(number))));
    assert_eq!(seen, [&[None], &expected[..]].concat());
    let summary = reader.summary();
    assert_eq!((summary.rows, summary.events, summary.skipped), (4, 3, 1));
    assert!(summary.first_errors[0].to_string().starts_with("row 1: time"));
}
