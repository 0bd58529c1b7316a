//! Windows event logs: whole, damaged, cut, and made up.
#![cfg(feature = "evtx")]

mod built;
mod real;

use std::collections::BTreeMap;
use std::io::Write;
use std::ops::ControlFlow;

use built::{Logon, NEW_YEAR};
use proptest::prelude::*;
use sidestep::event::Event;
use sidestep_formats::{Format, FormatError, LogReader, OnError, ReadOptions, ReadSummary};

/// Events by the number of their kind.
type Counts = BTreeMap<u32, u64>;

fn options(format: Format) -> ReadOptions {
    ReadOptions::default().with_format(format)
}

fn code(event: Event<'_>) -> u32 {
    let code = match event {
        Event::Auth(event) => event.event_code(),
        Event::Activity(activity) => activity.event_code(),
        _ => None,
    };
    code.unwrap_or_default()
}

/// Reads a log, which may be damaged but must not end the reading.
fn read(bytes: &[u8]) -> (Counts, ReadSummary) {
    let mut counts = Counts::new();
    let mut reader = LogReader::new(options(Format::Evtx));
    let end = reader.read(bytes, "log.evtx", &mut |event| {
        *counts.entry(code(event)).or_default() += 1;
        ControlFlow::Continue(())
    });
    assert!(end.is_ok_and(|flow| flow.is_continue()));
    (counts, reader.summary().clone())
}

/// Everything that a reading accounts for.
fn accounted(summary: &ReadSummary) -> u64 {
    summary.events + summary.skipped + summary.passed_over.values().sum::<u64>()
}

fn three() -> Vec<u8> {
    built::log(&[
        Logon { id: 1, filetime: NEW_YEAR, user: "alice" },
        Logon { id: 2, filetime: 0, user: "bob" },
        Logon { id: 3, filetime: NEW_YEAR + 10_000_000, user: "carol" },
    ])
}

#[test]
fn a_log_is_known_by_its_first_bytes() {
    let mut users = Vec::new();
    let mut reader = LogReader::new(ReadOptions::default());
    let end = reader.read(&three()[..], "log", &mut |event| {
        let event = event.auth().unwrap();
        assert_eq!(event.dst_host().to_string(), "FILES-1.corp.example");
        assert_eq!(event.src_host().to_string(), "10.0.0.5");
        users.push((event.account().to_string(), event.time().micros(), event.raw_ref()));
        ControlFlow::Continue(())
    });
    assert!(end.is_ok());
    assert_eq!(
        users,
        [
            ("alice".to_owned(), 1_577_836_800_000_000, Some(1001)),
            ("carol".to_owned(), 1_577_836_801_000_000, Some(1003)),
        ]
    );
    // The second has the time that Windows counts from, in its event and in its header.
    assert_eq!(reader.summary().skipped, 1);
    let error = reader.summary().first_errors[0].to_string();
    assert!(error.starts_with("log:2: TimeCreated: time -11644473600000000"), "{error}");
}

#[test]
fn compressed_and_piped_logs_are_read_too() {
    let log = three();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(&log).unwrap();
    assert_eq!(read(&gzip.finish().unwrap()), read(&log));
    assert_eq!(read(&zstd::encode_all(&log[..], 1).unwrap()), read(&log));
}

#[test]
fn a_file_that_has_wrapped_around_is_read_from_its_oldest_chunk() {
    let logon = |id| Logon { id, filetime: NEW_YEAR + id * 10_000_000, user: "alice" };
    let chunk = |first: u64| [logon(first), logon(first + 1)];
    let dir = tempfile::TempDir::new().unwrap();
    let path = dir.path().join("log.evtx");
    let numbers = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        let (mut numbers, mut reader) = (Vec::new(), LogReader::new(ReadOptions::default()));
        let end = reader.read_path(&path, &mut |event| {
            numbers.push(event.auth().unwrap().raw_ref().unwrap() - 1000);
            ControlFlow::Continue(())
        });
        assert!(end.unwrap().is_continue());
        (numbers, reader.summary().skipped)
    };
    let in_order = built::log_of(&[&chunk(1), &chunk(3), &chunk(5), &chunk(7)]);
    assert_eq!(numbers(&in_order), ((1..=8).collect(), 0));
    let mut wrapped = built::log_of(&[&chunk(5), &chunk(7), &chunk(1), &chunk(3)]);
    assert_eq!(numbers(&wrapped), ((1..=8).collect(), 0));
    // A chunk whose first record is damaged stays behind its neighbour, and what is cut at the end.
    let damaged = 4096 + (64 << 10);
    wrapped[damaged + 512..damaged + 516].fill(0);
    wrapped.truncate(wrapped.len() - (64 << 10) + 2000);
    assert_eq!(numbers(&wrapped).0, [1, 2, 5, 6, 8, 3, 4]);
}

#[test]
fn a_log_without_records_has_none() {
    let none = |log: &[u8]| {
        let summary = read(log).1;
        let passed_over: u64 = summary.passed_over.values().sum();
        assert_eq!((summary.events, passed_over, summary.skipped), (0, 0, 0));
    };
    none(b"");
    none(&three()[..4096]);
    let mut unused = three();
    unused[4096..].fill(0);
    none(&unused);
}

#[test]
fn another_file_is_refused() {
    let mut reader = LogReader::new(options(Format::Evtx));
    let error = reader.read(&b"1,2,3\n"[..], "log", &mut |_| ControlFlow::Continue(()));
    let error = error.unwrap_err();
    assert!(matches!(error, FormatError::UnknownDialect { .. }), "{error}");
}

#[test]
fn a_damaged_record_is_counted_and_the_rest_read() {
    let log = three();
    let first = 4096 + 512;
    for damaged in [first, first + 4, first + 24, first + 28] {
        let mut log = log.clone();
        log[damaged] ^= 0xff;
        let (counts, summary) = read(&log);
        // The first record holds the template of all; bob's time is no time.
        assert!(counts[&4624] >= 1 || damaged != first, "{damaged}: {summary:?}");
        assert!(summary.skipped >= 2, "{damaged}: {summary:?}");
    }
    // What its header says of itself, and of how many chunks there are, is not believed.
    let mut header = log.clone();
    header[8..128].fill(0xff);
    assert_eq!(read(&header), read(&log));
    let mut chunk = log.clone();
    chunk[4096] ^= 0xff;
    let (counts, summary) = read(&chunk);
    assert_eq!((counts[&4624], summary.skipped), (2, 2));
    // Nor is its list of names.
    let mut names = log.clone();
    names[4096 + 128..4096 + 384].fill(0xff);
    assert_eq!(read(&names), read(&log));
}

#[test]
fn a_cut_log_gives_its_whole_records() {
    let log = three();
    let end = 4096 + log[4096..].iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let (counts, summary) = read(&log[..end - 20]);
    assert_eq!(counts[&4624], 1);
    assert!(summary.skipped >= 2, "{summary:?}");
    let cut = summary.first_errors.iter().any(|error| error.what.contains("is cut within chunk 0"));
    assert!(cut, "{summary:?}");
    // Behind the last record there is nothing to lose.
    assert_eq!(read(&log[..end + 100]), read(&log));
    assert_eq!(read(&log[..4096 + 100]).1.skipped, 1);
    assert_eq!(read(&log[..100]).1.skipped, 1);
    // An archive that breaks off is read as far as it goes, and is an error.
    let packed = zstd::encode_all(&log[..], 1).unwrap();
    let mut reader = LogReader::new(options(Format::Auto));
    let end = reader.read(&packed[..packed.len() - 8], "log", &mut |_| ControlFlow::Continue(()));
    assert!(matches!(end, Err(FormatError::Read { .. })), "{end:?}");
}

#[test]
fn reading_stops_where_it_is_asked_to() {
    let log = three();
    let mut reader = LogReader::new(ReadOptions::default());
    let end = reader.read(&log[..], "log", &mut |_| ControlFlow::Break(()));
    assert!(end.unwrap().is_break());
    assert_eq!(reader.summary().events, 1);
    let mut reader = LogReader::new(ReadOptions::default().with_on_error(OnError::Stop));
    let end = reader.read(&log[..], "log", &mut |_| ControlFlow::Continue(()));
    assert!(matches!(end, Err(FormatError::BadLine(_))), "{end:?}");
    assert_eq!(reader.summary().events, 1);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_damaged_log_is_read(
        flips in proptest::collection::vec((4096..8192_usize, any::<u8>()), 0..12),
        cut in any::<proptest::sample::Index>(),
        whole in any::<bool>(),
    ) {
        let mut log = three();
        for (at, value) in flips {
            log[at] ^= value;
        }
        if !whole {
            log.truncate(cut.index(log.len() + 1));
        }
        if log.is_empty() || log.starts_with(b"ElfFile\0") {
            let summary = read(&log).1;
            // Three records can be no more than a few events and faults.
            prop_assert!(accounted(&summary) < 1000);
        }
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
        let mut log = three();
        log[4096 + 512..4096 + 512 + bytes.len()].copy_from_slice(&bytes);
        read(&log);
    }
}
