//! Rows become the same events whatever their columns are stored as.

use std::ops::ControlFlow;
use std::sync::Arc;

use arrow_array::types::{Int8Type, Int32Type, UInt64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Date64Array, DictionaryArray, Float64Array,
    Int32Array, Int64Array, LargeStringArray, NullArray, RecordBatch, StringArray, StringViewArray,
    TimestampMicrosecondArray, TimestampMillisecondArray, TimestampNanosecondArray,
    TimestampSecondArray, UInt16Array, UInt64Array,
};
use proptest::prelude::*;
use sidestep::alert::Alert;
use sidestep::event::{AuthEvent, LogonType, Outcome};
use sidestep::{Config, Engine, WarmUp};
use sidestep_arrow::{
    BatchError, BatchReader, ColumnsError, ScoreBatchBuilder, alerts_batch, hops_batch,
};
use sidestep_formats::{EventField, FieldMapping, LogReader, OnError, ReadOptions};

const SECOND: i64 = 1_700_000_000;

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, column)| (name, column, true)),
    )
    .expect("columns of one length")
}

fn text(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

fn seconds() -> ArrayRef {
    Arc::new(Int64Array::from(vec![SECOND, SECOND + 1]))
}

fn events_of(reader: &mut BatchReader, batch: &RecordBatch) -> Vec<AuthEvent<'static>> {
    let mut events = Vec::new();
    let _ = reader
        .for_each_event(batch, &mut |event| {
            events.extend(event.auth().map(|event| event.clone().into_owned()));
            ControlFlow::Continue(())
        })
        .expect("the batch gives events");
    events
}

fn events(batch: &RecordBatch) -> Vec<AuthEvent<'static>> {
    events_of(&mut BatchReader::default(), batch)
}

/// The batch that every other is compared with.
fn plain() -> RecordBatch {
    batch(vec![
        ("time", seconds()),
        ("account", text(&["alice@CORP", "bob@CORP"])),
        ("src_host", text(&["WS-1", "WS-2"])),
        ("dst_host", text(&["FILES", "FILES"])),
    ])
}

#[test]
fn every_layout_of_text_gives_the_same_events() {
    let names = ["alice@CORP", "bob@CORP"];
    let layouts: Vec<ArrayRef> = vec![
        Arc::new(LargeStringArray::from(names.to_vec())),
        Arc::new(StringViewArray::from(names.to_vec())),
        Arc::new(names.into_iter().collect::<DictionaryArray<Int8Type>>()),
        Arc::new(names.into_iter().collect::<DictionaryArray<UInt64Type>>()),
        Arc::new(
            DictionaryArray::<Int32Type>::try_new(
                Int32Array::from(vec![2, 0]),
                Arc::new(LargeStringArray::from(vec!["bob@CORP", "unused", "alice@CORP"])),
            )
            .unwrap(),
        ),
        Arc::new(
            DictionaryArray::<Int32Type>::try_new(
                Int32Array::from(vec![0, 1]),
                Arc::new(StringViewArray::from(names.to_vec())),
            )
            .unwrap(),
        ),
    ];
    for layout in layouts {
        let kind = layout.data_type().clone();
        let batch = batch(vec![
            ("time", seconds()),
            ("account", layout),
            ("src_host", text(&["WS-1", "WS-2"])),
            ("dst_host", text(&["FILES", "FILES"])),
        ]);
        assert_eq!(events(&batch), events(&plain()), "{kind}");
    }
}

#[test]
fn every_way_to_write_the_time_gives_the_same_events() {
    let (first, second) = (SECOND, SECOND + 1);
    let scaled = |scale: i64| vec![first * scale, second * scale];
    let times: Vec<ArrayRef> = vec![
        Arc::new(TimestampSecondArray::from(scaled(1))),
        Arc::new(TimestampMillisecondArray::from(scaled(1000))),
        Arc::new(TimestampMicrosecondArray::from(scaled(1_000_000))),
        Arc::new(TimestampNanosecondArray::from(scaled(1_000_000_000))),
        Arc::new(TimestampNanosecondArray::from(scaled(1_000_000_000)).with_timezone("+01:00")),
        Arc::new(TimestampSecondArray::from(scaled(1)).with_timezone("Europe/Berlin")),
        Arc::new(Date64Array::from(scaled(1000))),
        Arc::new(Int64Array::from(scaled(1000))),
        Arc::new(Int64Array::from(scaled(1_000_000))),
        Arc::new(Int32Array::from(vec![1_700_000_000, 1_700_000_001])),
        Arc::new(UInt64Array::from(vec![1_700_000_000, 1_700_000_001])),
        Arc::new(Float64Array::from(vec![1_700_000_000.0, 1_700_000_001.0])),
        text(&["2023-11-14T22:13:20Z", "2023-11-14 23:13:21+01:00"]),
        text(&["1700000000", "1700000001"]),
    ];
    for time in times {
        let kind = time.data_type().clone();
        let mut columns = plain().columns().to_vec();
        columns[0] = time;
        let names = ["time", "account", "src_host", "dst_host"];
        let batch = batch(names.into_iter().zip(columns).collect());
        assert_eq!(events(&batch), events(&plain()), "{kind}");
    }
    let day = batch(vec![
        ("date", Arc::new(Date32Array::from(vec![19_675]))),
        ("user", text(&["alice"])),
        ("host", text(&["FILES"])),
    ]);
    assert_eq!(events(&day)[0].time().micros(), 19_675 * 86_400_000_000);
}

#[test]
fn a_fraction_of_a_second_is_kept() {
    let batch = batch(vec![
        ("time", Arc::new(Float64Array::from(vec![1_700_000_000.25]))),
        ("user", text(&["alice"])),
        ("host", text(&["FILES"])),
    ]);
    assert_eq!(events(&batch)[0].time().micros(), 1_700_000_000_250_000);
}

#[test]
fn a_table_and_the_same_csv_give_the_same_events() {
    let csv = "time,user,src,dst,src_ip,src_port,status,logontype,authtype,eventid,logonid,mfa\n\
               1700000000,alice@CORP,WS-1,FILES,10.0.0.5,4711,Success,3,Kerberos,4624,0x1f,no\n\
               1700000001,CORP\\bob,\\\\WS-2,FILES,-,,Fail,10,NTLM,4625,32,yes\n";
    let mut expected = Vec::new();
    let _ = LogReader::new(ReadOptions::default())
        .read(csv.as_bytes(), "log.csv", &mut |event| {
            expected.extend(event.auth().map(|event| event.clone().into_owned()));
            ControlFlow::Continue(())
        })
        .unwrap();
    let null = |value: u16| Arc::new(UInt16Array::from(vec![Some(value), None])) as ArrayRef;
    let typed = batch(vec![
        ("time", seconds()),
        ("user", text(&["alice@CORP", "CORP\\bob"])),
        ("src", text(&["WS-1", "\\\\WS-2"])),
        ("dst", text(&["FILES", "FILES"])),
        ("src_ip", Arc::new(StringArray::from(vec![Some("10.0.0.5"), None]))),
        ("src_port", null(4711)),
        ("status", Arc::new(BooleanArray::from(vec![true, false]))),
        ("logontype", Arc::new(Float64Array::from(vec![3.0, 10.0]))),
        ("authtype", text(&["Kerberos", "NTLM"])),
        ("eventid", Arc::new(Int64Array::from(vec![4624, 4625]))),
        ("logonid", text(&["0x1f", "32"])),
        ("mfa", Arc::new(BooleanArray::from(vec![false, true]))),
    ]);
    let got = events(&typed);
    assert_eq!(got.len(), 2);
    assert_eq!(
        (got[1].outcome(), got[1].logon_type()),
        (Outcome::Failure, LogonType::RemoteInteractive)
    );
    for (got, expected) in got.iter().zip(&expected) {
        let without_place = |event: &AuthEvent<'_>| {
            let text = format!("{event:?}");
            text[..text.find("raw_ref").expect("an event shows its place")].to_owned()
        };
        assert_eq!(without_place(got), without_place(expected));
    }
}

#[test]
fn nulls_in_optional_columns_are_absent_and_in_needed_ones_skip_the_row() {
    let batch = batch(vec![
        ("time", Arc::new(Int64Array::from(vec![Some(1), None, Some(3), Some(4)]))),
        ("user", Arc::new(StringArray::from(vec![Some("a"), Some("b"), None, Some("d")]))),
        ("src", Arc::new(NullArray::new(4))),
        ("dst", Arc::new(StringArray::from(vec![Some("X"), Some("X"), Some("X"), None]))),
    ]);
    let mut reader = BatchReader::default();
    let got = events_of(&mut reader, &batch);
    assert_eq!(got.len(), 1);
    assert!(got[0].src_host().is_unknown());
    let summary = reader.summary();
    assert_eq!((summary.rows, summary.events, summary.skipped), (4, 1, 3));
    let told: Vec<_> = summary.first_errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "row 1: time: is empty; an event needs a time",
            "row 2: account: is empty; an event needs an account",
            "row 3: dst_host: dst_host is empty; an event needs it",
        ]
    );
    let mut strict = BatchReader::new(FieldMapping::default(), OnError::Stop);
    let error = strict.for_each_event(&batch, &mut |_| ControlFlow::Continue(())).unwrap_err();
    assert!(matches!(error, BatchError::BadRow(ref bad) if bad.row == 1), "{error}");
}

#[test]
fn nulls_of_a_dictionary_and_of_its_values_are_nulls() {
    let values = Arc::new(StringArray::from(vec![Some("alice"), None]));
    let keys = Int32Array::from(vec![Some(0), Some(1), None]);
    let batch = batch(vec![
        ("time", Arc::new(Int64Array::from(vec![1, 2, 3]))),
        ("user", Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values).unwrap())),
        ("dst", text(&["X", "X", "X"])),
    ]);
    let mut reader = BatchReader::default();
    assert_eq!(events_of(&mut reader, &batch).len(), 1);
    assert_eq!(reader.summary().skipped, 2);
    let none: DictionaryArray<Int32Type> = [None::<&str>, None, None].into_iter().collect();
    let empty = RecordBatch::try_new(
        batch.schema(),
        vec![batch.column(0).clone(), Arc::new(none), batch.column(2).clone()],
    )
    .unwrap();
    assert!(events(&empty).is_empty());
}

#[test]
fn a_slice_gives_its_own_rows() {
    let dictionary: DictionaryArray<Int8Type> = ["alice", "bob", "carol"].into_iter().collect();
    let whole = batch(vec![
        ("time", Arc::new(TimestampSecondArray::from(vec![1, 2, 3]))),
        ("user", Arc::new(dictionary)),
        ("dst", Arc::new(StringViewArray::from(vec!["X", "a name beyond twelve bytes", "Z"]))),
    ]);
    let all = events(&whole);
    let mut reader = BatchReader::default();
    let mut parts = events_of(&mut reader, &whole.slice(0, 1));
    parts.extend(events_of(&mut reader, &whole.slice(1, 2)));
    assert_eq!(parts, all);
}

#[test]
fn values_that_mean_nothing_skip_the_row_and_say_so() {
    let batch = batch(vec![
        ("time", Arc::new(Float64Array::from(vec![-1.0, f64::NAN, 1e300, 5.0, 6.0]))),
        ("user", text(&["a", "b", "c", "d", "e"])),
        ("dst", text(&["X", "X", "X", "X", "X"])),
        ("src_port", Arc::new(Int64Array::from(vec![1, 2, 3, -4, 70_000]))),
    ]);
    let mut reader = BatchReader::default();
    assert!(events_of(&mut reader, &batch).is_empty());
    let told: Vec<_> = reader.summary().first_errors.iter().map(ToString::to_string).collect();
    assert!(told[0].starts_with("row 0: time: -1 is not a time"), "{told:?}");
    assert!(told[1].starts_with("row 1: time: is empty"), "{told:?}");
    assert!(told[2].contains("is not a time"), "{told:?}");
    assert_eq!(told[3], "row 3: src_port: -4 is below zero");
    assert_eq!(told[4], "row 4: src_port: 70000 is not a port");
}

#[test]
fn a_missing_or_mistyped_column_is_told_with_what_is_there() {
    let found = |columns: Vec<(&str, ArrayRef)>, mapping: FieldMapping| {
        let batch = batch(columns);
        let mut reader = BatchReader::new(mapping, OnError::Skip);
        match reader.for_each_event(&batch, &mut |_| ControlFlow::Continue(())) {
            Err(BatchError::Columns(error)) => error,
            other => panic!("not an error of columns: {other:?}"),
        }
    };
    let error =
        found(vec![("when", seconds()), ("dst", text(&["X", "Y"]))], FieldMapping::default());
    assert!(matches!(error, ColumnsError::Missing { field: EventField::Time, .. }));
    let told = error.to_string();
    assert!(told.contains("\"when\" (Int64)") && told.contains("timestamp"), "{told}");

    let columns = || vec![("time", seconds()), ("user", seconds()), ("dst", text(&["X", "Y"]))];
    let told = found(columns(), FieldMapping::default()).to_string();
    assert!(
        told.contains("\"user\"") && told.contains("Int64") && told.contains("string view"),
        "{told}"
    );

    let mapping = FieldMapping::default().with_pair("account=who").unwrap();
    let told = found(columns(), mapping).to_string();
    assert!(told.contains("\"who\"") && told.contains("account"), "{told}");
}

#[test]
fn another_schema_on_the_way_is_looked_at_anew() {
    let mut reader = BatchReader::default();
    assert_eq!(events_of(&mut reader, &plain()).len(), 2);
    let other = batch(vec![
        ("user", text(&["carol"])),
        ("host", text(&["FILES"])),
        ("ts", Arc::new(Int64Array::from(vec![5]))),
    ]);
    let got = events_of(&mut reader, &other);
    assert_eq!((got[0].account().name.as_ref(), got[0].raw_ref()), ("carol", Some(2)));
}

/// Logins of an office in which, on the last day, somebody moves through it all.
fn office() -> RecordBatch {
    let (mut time, mut user, mut src, mut dst) = (vec![], vec![], vec![], vec![]);
    let mut login = |at: i64, who: String, from: String, to: String| {
        time.push(at);
        user.push(who);
        src.push(from);
        dst.push(to);
    };
    for day in 0..14_i64 {
        for person in 0..120_i64 {
            let at = day * 86_400 + 32_400;
            let server = format!("FILES-{}", person / 10);
            login(at, format!("user{person}@CORP"), format!("WS-{person}"), server);
        }
    }
    for (hop, [from, to]) in [[3, 17], [17, 25], [25, 40]].into_iter().enumerate() {
        let at = 14 * 86_400 + 36_000 + 3_600 * hop as i64;
        login(at, format!("user{from}@CORP"), format!("WS-{from}"), format!("WS-{to}"));
    }
    batch(vec![
        ("time", Arc::new(TimestampSecondArray::from(time))),
        ("user", Arc::new(StringArray::from(user))),
        ("src", Arc::new(StringArray::from(src))),
        ("dst", Arc::new(StringArray::from(dst))),
    ])
}

fn alerts_in(parts: &[RecordBatch]) -> Vec<Alert> {
    let config = Config::builder().warm_up(WarmUp::Days(13)).build().unwrap();
    let mut engine = Engine::new(config);
    let mut reader = BatchReader::default();
    let mut alerts = Vec::new();
    for part in parts {
        let _ = reader
            .for_each_event(part, &mut |event| {
                alerts.extend(engine.process(event));
                ControlFlow::Continue(())
            })
            .unwrap();
    }
    alerts.extend(engine.finish());
    alerts
}

#[test]
fn scores_alerts_and_hops_come_out_as_tables() {
    let batch = office();
    let alerts = alerts_in(std::slice::from_ref(&batch));
    assert!(!alerts.is_empty(), "the office has a movement");
    let table = alerts_batch(&alerts).unwrap();
    assert_eq!(table.num_rows(), alerts.len());
    let hops = hops_batch(&alerts).unwrap();
    assert_eq!(hops.num_rows(), alerts.iter().map(|alert| alert.hops.len()).sum::<usize>());
    assert_eq!(alerts_batch(&[]).unwrap().num_rows(), 0);
    assert_eq!(hops_batch(&[]).unwrap().num_rows(), 0);

    let mut engine = Engine::new(Config::default());
    let mut scores = ScoreBatchBuilder::with_capacity(batch.num_rows());
    for event in events(&batch) {
        let whole = engine.score(&event);
        let vector = engine.score_vector(&event);
        assert_eq!((whole.surprise, whole.p_value), (vector.surprise, vector.p_value));
        assert!((0.0..1.0).contains(&vector.score()));
        scores.push(Some(&vector));
        engine.learn(&event);
    }
    scores.push(None);
    let scores = scores.finish().unwrap();
    assert_eq!(scores.num_rows(), batch.num_rows() + 1);
    assert!(scores.columns().iter().all(|column| column.null_count() == 1));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_split_into_batches_gives_the_same_alerts(mut cuts in prop::collection::vec(0_usize..1683, 0..6)) {
        let whole = office();
        cuts.extend([0, whole.num_rows()]);
        cuts.sort_unstable();
        let parts: Vec<_> =
            cuts.windows(2).map(|cut| whole.slice(cut[0], cut[1] - cut[0])).collect();
        let mut engine =
            Engine::new(Config::builder().warm_up(WarmUp::Days(13)).build().unwrap());
        let mut expected: Vec<Alert> =
            events(&whole).iter().flat_map(|event| engine.process(event)).collect();
        expected.extend(engine.finish());
        prop_assert!(!expected.is_empty());
        prop_assert_eq!(alerts_in(&parts), expected);
    }
}

#[test]
fn an_open_batch_is_read_in_parts() {
    let batch = office();
    let read = |parts: &[std::ops::Range<usize>]| {
        let mut reader = BatchReader::default();
        let open = reader.open(&batch).unwrap();
        let mut rows = Vec::new();
        for part in parts {
            let flow = reader.for_each_row_of(&open, part.clone(), &mut |event| {
                rows.push(event.map(|event| (event.time(), event.raw_ref())));
                ControlFlow::Continue(())
            });
            assert!(flow.unwrap().is_continue());
        }
        (rows, reader.summary().clone())
    };
    let count = batch.num_rows();
    let whole = read(&[0..count, count..count]);
    assert_eq!(whole.0.len(), count);
    assert_eq!(read(&[0..7, 7..7, 7..count + 9, count..usize::MAX]), whole);
}

#[test]
fn a_time_years_ahead_is_a_bad_row() {
    let now = Some(sidestep::Timestamp::from_secs(SECOND));
    // Of a table whose columns are taken one by one, and of one that is known as a whole.
    let year = 366 * 86_400;
    for ahead in [year - 60, year + 60] {
        let times: ArrayRef = Arc::new(Int64Array::from(vec![SECOND, SECOND + ahead]));
        let codes: ArrayRef = Arc::new(UInt16Array::from(vec![4624, 4624]));
        for batch in [
            batch(vec![
                ("time", times.clone()),
                ("account", text(&["alice", "bob"])),
                ("dst_host", text(&["FILES", "FILES"])),
            ]),
            batch(vec![
                ("TimeGenerated", times.clone()),
                ("EventID", codes),
                ("Computer", text(&["FILES", "FILES"])),
                ("TargetUserName", text(&["alice", "bob"])),
                ("LogonType", text(&["3", "3"])),
                ("IpAddress", text(&["10.0.0.5", "10.0.0.5"])),
            ]),
        ] {
            let mut reader = BatchReader::default().with_now(now);
            let taken = events_of(&mut reader, &batch).len();
            let bad = u64::from(ahead > year);
            let summary = reader.summary();
            assert_eq!((taken as u64, summary.skipped), (2 - bad, bad), "{summary:?}");
            for error in &summary.first_errors {
                assert!(error.to_string().contains("years after the others can"), "{error}");
            }
        }
    }
}
