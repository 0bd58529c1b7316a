//! Tables that are known by their columns, and columns chosen by what they hold.

use std::ops::ControlFlow;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray, TimestampNanosecondArray,
};
use proptest::prelude::*;
use sidestep::event::{AuthEvent, Outcome};
use sidestep_arrow::{BatchReader, RowSummary, rows_by_time};
use sidestep_formats::{EventField, LogReader, ReadOptions};

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(
        columns.into_iter().map(|(name, column)| (name, column, true)),
    )
    .expect("columns of one length")
}

fn text(values: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(values.to_vec()))
}

/// What a batch holds: its events, how many companion records, and what was counted.
fn read(batch: &RecordBatch) -> (Vec<AuthEvent<'static>>, usize, RowSummary, String) {
    let mut reader = BatchReader::default();
    let (mut events, mut others) = (Vec::new(), 0);
    let _ = reader
        .for_each_event(batch, &mut |event| {
            match event.auth() {
                Some(event) => events.push(event.clone().into_owned()),
                None => others += 1,
            }
            ControlFlow::Continue(())
        })
        .expect("the batch gives events");
    let mapping = reader.mapping().expect("a batch was read").to_string();
    (events, others, reader.summary().clone(), mapping)
}

/// What must be the same wherever a login is stored.
fn essence(event: &AuthEvent<'_>) -> String {
    format!(
        "{} {} {} -> {} {:?} {:?} {:?} {:?}",
        event.time(),
        event.account(),
        event.src_host(),
        event.dst_host(),
        event.logon_type(),
        event.outcome(),
        event.activity(),
        event.event_code(),
    )
}

fn windows() -> RecordBatch {
    let start = 1_772_442_001_500_i64;
    batch(vec![
        (
            "TimeCreated",
            Arc::new(TimestampMillisecondArray::from(vec![start + 3, start, start + 1, start + 2]))
                as ArrayRef,
        ),
        ("EventID", Arc::new(Float64Array::from(vec![4624.0, 4624.0, 4720.0, 1102.0]))),
        ("Computer", text(&["files-1"; 4])),
        ("TargetUserName", text(&["alice", "bob", "new1", "-"])),
        ("TargetDomainName", text(&["CORP"; 4])),
        ("LogonType", Arc::new(Float64Array::from(vec![Some(3.0), Some(10.0), None, None]))),
        ("IpAddress", text(&["10.0.0.5", "::1", "-", "-"])),
    ])
}

#[test]
fn a_frame_of_windows_events_is_read_as_in_json() {
    let (events, others, summary, mapping) = read(&windows());
    assert_eq!(mapping, "known as Windows events");
    assert_eq!(events.len(), 2);
    assert_eq!(events[0].account().to_string(), "alice@CORP");
    assert_eq!(events[0].src_host().to_string(), "10.0.0.5");
    assert_eq!(events[0].raw_ref(), Some(0));
    // A desktop opened from the host itself.
    assert_eq!(events[1].src_host().to_string(), "files-1");
    assert_eq!((others, summary.events, summary.rows, summary.skipped), (1, 3, 4, 0));
    assert_eq!(summary.passed_over.keys().collect::<Vec<_>>(), ["Windows event 1102"]);
}

#[test]
fn each_row_of_a_known_table_is_given_once_and_in_order_of_time() {
    let whole = windows();
    let mut reader = BatchReader::default();
    let mut rows = Vec::new();
    let _ = reader
        .for_each_row(&whole, &mut |event| {
            rows.push(event.map(|event| event.account().name.to_string()));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(rows, [Some("alice".to_owned()), Some("bob".to_owned()), None, None]);

    let open = [reader.open(&whole).unwrap()];
    let mut names = Vec::new();
    let _ = reader
        .for_each_event_at(&open, &rows_by_time(&open), &mut |event| {
            names.extend(event.auth().map(|event| event.account().name.to_string()));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(names, ["bob", "alice"]);
}

#[test]
fn frames_of_other_shapes_are_known() {
    let zeek = batch(vec![
        ("ts", Arc::new(Float64Array::from(vec![1_772_442_001.5])) as ArrayRef),
        ("uid", text(&["C1"])),
        ("id.orig_h", text(&["10.0.0.5"])),
        ("id.orig_p", Arc::new(Float64Array::from(vec![49812.0]))),
        ("id.resp_h", text(&["10.0.0.9"])),
        ("id.resp_p", Arc::new(Int64Array::from(vec![445]))),
        ("username", text(&["alice"])),
        ("hostname", text(&["WS-17"])),
        ("domainname", text(&["CORP"])),
        ("success", Arc::new(BooleanArray::from(vec![true]))),
    ]);
    let (events, _, _, mapping) = read(&zeek);
    assert_eq!(mapping, "known as Zeek");
    assert_eq!(events[0].src_host().name.as_deref(), Some("WS-17"));
    assert_eq!(events[0].outcome(), Outcome::Success);

    let entra = batch(vec![
        (
            "TimeGenerated",
            Arc::new(TimestampNanosecondArray::from(vec![1_772_442_001_500_000_000])) as ArrayRef,
        ),
        ("UserPrincipalName", text(&["bob@x.example"])),
        ("AppDisplayName", text(&["Portal"])),
        ("IPAddress", text(&["203.0.113.9"])),
        ("ResultType", text(&["50126"])),
        ("DeviceDetail", text(&["{\"displayName\":\"WS-\\u0037\"}"])),
    ]);
    let (events, _, _, mapping) = read(&entra);
    assert_eq!(mapping, "known as sign-ins of Entra ID");
    assert_eq!(events[0].src_host().name.as_deref(), Some("WS-7"));
    assert_eq!(events[0].outcome(), Outcome::Failure);
}

#[test]
fn a_column_is_chosen_by_what_it_holds() {
    let splunk = batch(vec![
        ("_time", text(&["2026-03-02T09:00:01Z", "2026-03-02T09:00:02Z"])),
        ("host", text(&["web1", "web1"])),
        ("source", text(&["/var/log/secure", "/var/log/secure"])),
        ("user", text(&["-", ""])),
        ("username", text(&["alice", "bob"])),
        ("src_ip", text(&["10.0.0.5", "10.0.0.6"])),
        ("action", text(&["success", "failure"])),
        ("event_code", Arc::new(Int64Array::from(vec![4624, 4688]))),
    ]);
    let (events, _, summary, mapping) = read(&splunk);
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].account().name, "alice");
    assert_eq!(events[0].src_host().to_string(), "10.0.0.5");
    assert_eq!(summary.passed_over.len(), 1);
    assert!(mapping.contains("(unread: source, user)"), "{mapping}");
    assert!(
        mapping.contains("account is username, and not user, which holds nothing"),
        "{mapping}"
    );
}

#[test]
fn a_word_that_is_not_known_is_counted() {
    let table = batch(vec![
        ("time", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef),
        ("user", text(&["alice", "bob"])),
        ("dst", text(&["a", "b"])),
        ("action", text(&["dance", "login"])),
    ]);
    let (events, _, summary, _) = read(&table);
    assert_eq!(events.len(), 1);
    assert_eq!(summary.not_understood.values().sum::<u64>(), 1);
    assert_eq!(summary.skipped, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// A login is the same event in CSV and in columns of several types, known by name or not.
    #[test]
    fn a_login_is_the_same_in_csv_and_in_columns(
        logins in prop::collection::vec(
            (0..86_400_i64, "[a-z][a-z0-9]{0,8}", "[A-Z]{1,6}", any::<[u8; 3]>(), any::<bool>(),
             prop::sample::select(vec![3_i64, 8, 10])),
            1..20,
        ),
        known in any::<bool>(),
    ) {
        const START: i64 = 1_772_409_600;
        let names = if known {
            ["TimeCreated", "EventID", "TargetUserName", "TargetDomainName", "IpAddress", "LogonType", "Computer"]
        } else {
            ["time", "event_code", "user", "domain", "src_ip", "logon_type", "dst_host"]
        };
        let code = |success: bool| if success { 4624 } else { 4625 };
        let ip = |[b, c, d]: [u8; 3]| format!("10.{b}.{c}.{d}");
        let mut csv = names.join(",") + "\n";
        for (at, user, domain, address, success, kind) in &logins {
            let address = ip(*address);
            csv += &format!("{},{},{user},{domain},{address},{kind},F-1\n", START + at, code(*success));
        }
        let mut expected = Vec::new();
        let mut reader = LogReader::new(ReadOptions::default());
        let _ = reader.read(csv.as_bytes(), "log.csv", &mut |event| {
            expected.extend(event.auth().map(essence));
            ControlFlow::Continue(())
        }).unwrap();
        prop_assert_eq!(expected.len(), logins.len());

        let times: Vec<_> = logins.iter().map(|login| START + login.0).collect();
        let codes: Vec<_> = logins.iter().map(|login| code(login.4)).collect();
        let kinds: Vec<_> = logins.iter().map(|login| login.5).collect();
        let users: Vec<_> = logins.iter().map(|login| login.1.as_str()).collect();
        let domains: Vec<_> = logins.iter().map(|login| login.2.as_str()).collect();
        let addresses: Vec<_> = logins.iter().map(|login| ip(login.3)).collect();
        let millis = |times: &[i64]| times.iter().map(|time| time * 1000).collect::<Vec<_>>();
        let strings = |numbers: &[i64]| -> ArrayRef {
            Arc::new(numbers.iter().map(|number| Some(number.to_string())).collect::<StringArray>())
        };
        #[allow(clippy::cast_precision_loss)]
        let floats = |numbers: &[i64]| -> ArrayRef {
            Arc::new(numbers.iter().map(|number| Some(*number as f64)).collect::<Float64Array>())
        };
        let layouts: [[ArrayRef; 3]; 3] = [
            [Arc::new(Int64Array::from(times.clone())), Arc::new(Int64Array::from(codes.clone())), strings(&kinds)],
            [Arc::new(TimestampMillisecondArray::from(millis(&times)).with_timezone("UTC")), floats(&codes), floats(&kinds)],
            [strings(&times), strings(&codes), Arc::new(Int64Array::from(kinds.clone()))],
        ];
        for [time, code, kind] in layouts {
            let user: ArrayRef = Arc::new(users.iter().copied().collect::<DictionaryArray<Int32Type>>());
            let columns = [
                time, code, user, text(&domains),
                Arc::new(StringArray::from(addresses.clone())) as ArrayRef, kind, text(&vec!["F-1"; logins.len()]),
            ];
            let table = batch(names.into_iter().zip(columns).collect());
            let (events, _, _, mapping) = read(&table);
            let events: Vec<_> = events.iter().map(essence).collect();
            prop_assert_eq!(&events, &expected, "{}", mapping);
        }
    }
}

#[test]
fn the_mapping_names_fields_and_columns() {
    let table = batch(vec![
        ("Timestamp", Arc::new(Int64Array::from(vec![1])) as ArrayRef),
        ("User", text(&["alice"])),
        ("Host", text(&["a"])),
        ("Note", text(&["x"])),
    ]);
    let mut reader = BatchReader::default();
    assert!(reader.mapping().is_none());
    let _ = reader.for_each_event(&table, &mut |_| ControlFlow::Continue(())).unwrap();
    let mapping = reader.mapping().unwrap();
    assert_eq!(mapping.fields[1], (EventField::Account, "User".to_owned()));
    assert_eq!(mapping.unread, ["Note"]);
    assert_eq!(mapping.to_string(), "time=Timestamp, account=User, dst_host=Host (unread: Note)");
}
