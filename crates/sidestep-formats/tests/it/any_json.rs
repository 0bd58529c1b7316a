//! No JSON, and nothing that looks like it, panics, or is lost without being counted.

use std::ops::ControlFlow;

use proptest::prelude::*;
use serde_json::{Value, json};
use sidestep_formats::{Format, LogReader, ReadOptions, ReadSummary};

fn read(bytes: &[u8], format: Format) -> ReadSummary {
    let mut reader = LogReader::new(ReadOptions::default().with_format(format));
    let _ = reader.read(bytes, "log", &mut |event| {
        assert!(event.auth().is_none_or(|event| !event.account().name.is_empty()));
        ControlFlow::Continue(())
    });
    reader.summary().clone()
}

fn counted(summary: &ReadSummary) -> u64 {
    summary.records()
}

/// Names that the shapes are told by, and that they are read from.
const NAMES: [&str; 69] = [
    "winlog",
    "event_data",
    "event_id",
    "EventID",
    "EventCode",
    "Event",
    "System",
    "EventData",
    "UserData",
    "Data",
    "#attributes",
    "#text",
    "@Name",
    "Name",
    "Value",
    "SystemTime",
    "TimeCreated",
    "Computer",
    "Channel",
    "EventTime",
    "EventReceivedTime",
    "@timestamp",
    "TargetUserName",
    "LogonType",
    "IpAddress",
    "class_uid",
    "time",
    "user",
    "name",
    "uid",
    "domain",
    "actor",
    "src_endpoint",
    "dst_endpoint",
    "hostname",
    "ip",
    "port",
    "session",
    "event",
    "category",
    "type",
    "outcome",
    "source",
    "host",
    "result",
    "_raw",
    "_path",
    "id.orig_h",
    "ts",
    "eventName",
    "eventSource",
    "eventTime",
    "userIdentity",
    "requestParameters",
    "roleArn",
    "userPrincipalName",
    "properties",
    "appDisplayName",
    "status",
    "MESSAGE",
    "__REALTIME_TIMESTAMP",
    "ecs",
    "message",
    "log",
    "win",
    "system",
    "eventID",
    "Properties",
    "Message",
];

const WORDS: [&str; 29] = [
    "",
    "-",
    "alice",
    "CORP\\alice",
    "alice@corp.example",
    "10.0.0.5",
    "::ffff:10.0.0.5",
    "::1",
    "fe80::1%eth0",
    "4624",
    "0x3e7",
    "3",
    "3002",
    "authentication",
    "start",
    "success",
    "2024-05-01T10:00:00Z",
    "2024-05-01 10:00:00",
    "1601-01-01T00:00:00Z",
    "'2024-05-01T10:00:00Z'",
    "ConsoleLogin",
    "AssumeRole",
    "SignInLogs",
    "kerberos",
    "ü\n\"\\",
    "{\"class_uid\":3002}",
    "<Event><System><EventID>4624</EventID></System></Event>",
    "Mar  2 09:00:01 web1 sshd[812]: Accepted password for bob from 10.0.0.6 port 1 ssh2",
    "New Logon:\n\tAccount Name:\tbob\n\tLogon Type:\t3",
];

fn value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![Just(4624_i64), Just(3002), Just(1), Just(1 << 40), any::<i64>()];
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        2 => number.prop_map(Value::from),
        1 => any::<f64>().prop_map(|number| json!(number)),
        6 => proptest::sample::select(WORDS.to_vec()).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 8, |inner| {
        prop_oneof![
            1 => proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            4 => record_of(inner),
        ]
    })
}

fn record_of(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let name = proptest::sample::select(NAMES.to_vec()).prop_map(str::to_owned);
    proptest::collection::vec((name, inner), 0..8)
        .prop_map(|fields| Value::Object(fields.into_iter().collect()))
}

fn records() -> impl Strategy<Value = Vec<Value>> {
    proptest::collection::vec(record_of(value()), 1..6)
}

/// Text that is JSON often enough to get past the first checks.
fn jsonish() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => proptest::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\n", "\r\n", " ", "\u{feff}", "\\u00", "null", "true",
            "1e999", "-0", "17", "\"Records\":[", "{\"value\":[", "{\"EventID\":4624,", "\"class_uid\":3002",
            "{\"class_uid\":3002}\n", "{\"event\":{\"category\":\"authentication\"}}",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
    ];
    proptest::collection::vec(piece, 0..80).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(bytes in jsonish()) {
        for format in [Format::Auto, Format::Json] {
            read(&bytes, format);
        }
    }

    /// Where something stands, something is counted.
    #[test]
    fn nothing_is_lost(bytes in jsonish()) {
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
        let blank = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'[' | b']' | b',');
        if !text.iter().all(blank) && !text.contains(&b'[') {
            prop_assert!(counted(&read(&bytes, Format::Json)) > 0);
        }
    }

    /// Every record is counted once, however the log is laid out.
    #[test]
    fn every_record_is_counted_once(records in records()) {
        let lines: Vec<String> = records.iter().map(Value::to_string).collect();
        let pretty: Vec<String> =
            records.iter().map(|record| serde_json::to_string_pretty(record).unwrap()).collect();
        // An object that holds nothing but a list of records is no record.
        let wraps = |line: &String| line.contains("\"value\":[") || line.contains("ecords\":[");
        prop_assume!(!lines.iter().any(wraps));
        let whole = read(lines.join("\n").as_bytes(), Format::Json);
        // A text that is a record counts as the one that holds it.
        prop_assert_eq!(counted(&whole), records.len() as u64);
        for text in [
            lines.join(""),
            format!("[{}]", lines.join(",")),
            format!("[\n{}\n]", lines.join(",\n")),
            format!("{{\"Records\":[{}]}}", lines.join(",")),
            pretty.join("\n"),
            format!("[{}]", pretty.join(", ")),
        ] {
            let summary = read(text.as_bytes(), Format::Json);
            prop_assert_eq!(summary.events, whole.events, "{}", text);
            prop_assert_eq!(&summary.passed_over, &whole.passed_over, "{}", text);
            prop_assert_eq!(&summary.not_understood, &whole.not_understood, "{}", text);
            prop_assert_eq!(summary.skipped, whole.skipped, "{}", text);
        }
    }

    /// A line that is no JSON costs itself and nothing else.
    #[test]
    fn a_damaged_line_costs_itself(
        records in records(),
        at in any::<proptest::sample::Index>(),
        cut in any::<proptest::sample::Index>(),
    ) {
        let mut lines: Vec<String> = records.iter().map(Value::to_string).collect();
        prop_assume!(!lines.iter().any(|line| line.contains("\"value\":[") || line.len() < 3));
        let good = read(lines.join("\n").as_bytes(), Format::Json);
        let at = at.index(lines.len());
        let mut end = 1 + cut.index(lines[at].len() - 1);
        while !lines[at].is_char_boundary(end) {
            end -= 1;
        }
        lines[at].truncate(end);
        // After a colon or a bracket the next line might be what belongs there.
        prop_assume!(!lines[at].ends_with([':', '[', ',']));
        let summary = read(lines.join("\n").as_bytes(), Format::Json);
        prop_assert_eq!(counted(&summary), counted(&good), "{}", lines.join("\n"));
        prop_assert!(summary.skipped >= 1);
    }

    #[test]
    fn damaged_archives_are_read(
        bytes in jsonish(),
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<proptest::sample::Index>(),
    ) {
        use std::io::{Cursor, Write};
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["a.json", "b/c.json"] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(&bytes).unwrap();
        }
        let mut packed = zip.finish().unwrap().into_inner();
        for (index, value) in &flips {
            let at = index.index(packed.len());
            packed[at] ^= value;
        }
        packed.truncate(cut.index(packed.len() + 1).max(packed.len() / 2));
        let mut reader = LogReader::new(ReadOptions::default());
        let _ = reader.read_archive(Cursor::new(packed), "a.zip", &mut |_| ControlFlow::Continue(()));
    }
}
