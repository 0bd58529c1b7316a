//! Files that are no logs: none is read as if it were one.

use std::ops::ControlFlow;

use proptest::prelude::*;
use sidestep::Timestamp;
use sidestep_formats::{LogReader, ReadOptions};

/// Share of bad lines from which on the command says that a log is bad.
const TOLERATED: f64 = 0.01;

fn word() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z]{2,9}", "[A-Z][a-z]{2,9}", "[a-z]{2,6}_[a-z]{2,6}", "[0-9]{1,5}"]
}

fn sentence() -> impl Strategy<Value = String> {
    prop::collection::vec(word(), 1..12).prop_map(|words| words.join(" "))
}

fn lines(line: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    prop::collection::vec(line, 1..40).prop_map(|lines| lines.join("\n") + "\n")
}

/// Any JSON value, such as a configuration holds.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(serde_json::Value::from),
        any::<i32>().prop_map(serde_json::Value::from),
        sentence().prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
            prop::collection::hash_map("[a-z]{3,9}", inner, 1..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

fn table(delimiter: &'static str) -> impl Strategy<Value = String> {
    (2_usize..8).prop_flat_map(move |columns| {
        let row = prop::collection::vec(word(), columns).prop_map(move |row| row.join(delimiter));
        prop::collection::vec(row, 2..30).prop_map(|rows| rows.join("\n") + "\n")
    })
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    let text = prop_oneof![
        lines(sentence()),
        lines((word(), sentence()).prop_map(|(key, value)| format!("{key} = {value}"))),
        lines((word(), sentence()).prop_map(|(key, value)| format!("{key}: {value}"))),
        lines((word(), word()).prop_map(|(a, b)| format!("    let {a} = {b}(); // {a}"))),
        lines((word(), word()).prop_map(|(a, b)| format!("INSERT INTO {a} VALUES ('{b}');"))),
        lines((word(), sentence()).prop_map(|(tag, text)| format!("<{tag}>{text}</{tag}>")))
            .prop_map(|body| format!("<?xml version=\"1.0\"?>\n<root>\n{body}</root>\n")),
        lines(sentence().prop_map(|text| format!("<p>{text}</p>")))
            .prop_map(|body| format!("<!DOCTYPE html>\n<html><body>\n{body}</body></html>\n")),
        lines(sentence().prop_map(|text| format!("# {text}"))),
        lines((0..250_u8, word(), 200..504_u16).prop_map(|(host, path, status)| format!(
            "10.0.0.{host} - - [02/Mar/2026:09:00:01 +0000] \"GET /{path} HTTP/1.1\" {status} 512"
        ))),
        lines((0..99_u32, sentence()).prop_map(|(at, text)| format!("[{at:>5}.000123] {text}"))),
        lines((word(), sentence()).prop_map(|(level, text)| format!(
            "2026-03-02 09:00:01,500 {level} [main] com.example.App - {text}"
        ))),
        lines((word(), sentence()).prop_map(|(level, text)| format!("{level}\t{text}"))),
        lines((any::<u32>(), any::<u16>()).prop_map(|(time, value)| format!("{time},{value}"))),
        table(","),
        table(";"),
        table("\t"),
        prop::collection::hash_map("[a-z]{3,9}", json(), 1..6).prop_map(|map| {
            let object: serde_json::Map<_, _> = map.into_iter().collect();
            serde_json::to_string_pretty(&object).unwrap()
        }),
        lines(prop::collection::hash_map("[a-z]{3,9}", json(), 1..6).prop_map(|map| {
            serde_json::to_string(&serde_json::Value::Object(map.into_iter().collect())).unwrap()
        })),
    ];
    let magic = prop_oneof![
        Just(&b"\x89PNG\r\n\x1a\n"[..]),
        Just(&b"%PDF-1.7\n"[..]),
        Just(&b"\x7fELF\x02\x01\x01"[..]),
        Just(&b"MZ\x90\x00"[..]),
        Just(&b"SQLite format 3\0"[..]),
        Just(&b"\xd4\xc3\xb2\xa1"[..]),
        Just(&b"regf"[..]),
        Just(&b""[..]),
    ];
    let binary = (magic, prop::collection::vec(any::<u8>(), 16..2000))
        .prop_map(|(magic, rest)| [magic, &rest].concat());
    prop_oneof![4 => text.prop_map(String::into_bytes), 1 => binary]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn none_is_read_as_a_log(bytes in file()) {
        let now = Timestamp::from_micros(1_772_442_001_000_000);
        let mut reader = LogReader::new(ReadOptions::default().with_now(Some(now)));
        let mut events = 0;
        let read = reader.read(&bytes[..], "file", &mut |_| {
            events += 1;
            ControlFlow::Continue(())
        });
        let summary = reader.summary();
        prop_assert_eq!(events, 0, "{:?}", summary);
        let is_refused =
            read.is_err() || summary.is_not_understood() || summary.skipped_share() > TOLERATED;
        prop_assert!(is_refused, "{:?}", summary);
    }
}
