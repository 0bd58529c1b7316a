//! No input panics, hangs, or is lost without being counted.

use std::ops::ControlFlow;

use proptest::prelude::*;
use sidestep_formats::{FieldMapping, Format, LogReader, OnError, ReadOptions, ReadSummary};

fn read(bytes: &[u8], format: Format, mapping: FieldMapping) -> ReadSummary {
    let mut reader =
        LogReader::new(ReadOptions::default().with_format(format).with_mapping(mapping));
    let _ = reader.read(bytes, "log", &mut |event| {
        assert!(event.auth().is_some_and(|event| !event.account().name.is_empty()));
        ControlFlow::Continue(())
    });
    reader.summary().clone()
}

/// Text that looks like a log often enough to get past the first checks.
fn loggish() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => proptest::sample::select(vec![
            ",", ",", ",", "\n", "\r\n", "\"", "@", "?", "-", ".", ";", "\t", "$", "\\", "\u{feff}",
            "0", "17", "86400", "1700000000123", "2026-03-01T08:00:00Z", "U1", "U1@DOM1", "C1$",
            "Kerberos", "NTLM", "Network", "LogOn", "TGS", "Success", "Fail", "time", "user",
            "account", "src", "dst", "host", "ip", "10.0.0.1", "outcome", "4624", "0x3e7",
            "1,U1@D,U1@D,C1,C2,?,Network,LogOn,Success\n", "time,user,src,dst,status\n",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

/// The whole range of mappings that a caller can give.
fn mapping() -> impl Strategy<Value = FieldMapping> {
    let number = prop_oneof![1..12_usize, Just(4096)];
    proptest::collection::vec(
        (proptest::sample::select(sidestep_formats::EventField::ALL.to_vec()), number),
        0..6,
    )
    .prop_map(|pairs| {
        pairs.into_iter().fold(FieldMapping::default(), |mapping, (field, column)| {
            mapping.with(field, sidestep_formats::Column::Number(column))
        })
    })
}

fn lines(bytes: &[u8]) -> u64 {
    bytes.split(|byte| *byte == b'\n').count() as u64
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..2048)) {
        for format in [Format::Auto, Format::Lanl, Format::Csv] {
            read(&bytes, format, FieldMapping::default());
        }
    }

    #[test]
    fn every_lanl_line_is_an_event_or_counted(bytes in loggish()) {
        let summary = read(&bytes, Format::Lanl, FieldMapping::default());
        let filled = bytes
            .strip_prefix("\u{feff}".as_bytes())
            .unwrap_or(&bytes)
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty() && *line != b"\r")
            .count() as u64;
        let counted = summary.events + summary.skipped;
        // A header is neither.
        prop_assert!(counted == filled || counted + 1 == filled, "{counted} of {filled}");
    }

    #[test]
    fn csv_counts_no_more_than_there_is(bytes in loggish(), mapping in mapping()) {
        let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes).trim_ascii_start();
        // Records of JSON may share a line.
        let json = matches!(text.first(), Some(b'{' | b'['));
        for format in if json { &[Format::Csv][..] } else { &[Format::Auto, Format::Csv] } {
            let summary = read(&bytes, *format, mapping.clone());
            // A bare carriage return ends a record too, without ending a line.
            let breaks = bytes.iter().filter(|byte| **byte == b'\r').count() as u64;
            prop_assert!(summary.events + summary.skipped <= lines(&bytes) + breaks);
        }
    }

    #[test]
    fn damaged_archives_are_read(
        bytes in loggish(),
        flips in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<proptest::sample::Index>(),
    ) {
        let packed = {
            use std::io::Write;
            let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gz.write_all(&bytes).unwrap();
            let mut xz = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(0)).unwrap();
            xz.write_all(&bytes).unwrap();
            let mut bz = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
            bz.write_all(&bytes).unwrap();
            let zstd = zstd::encode_all(&bytes[..], 1).unwrap();
            [gz.finish().unwrap(), zstd, xz.finish().unwrap(), bz.finish().unwrap()]
        };
        for mut packed in packed {
            for (index, value) in &flips {
                let at = index.index(packed.len());
                packed[at] ^= value;
            }
            packed.truncate(cut.index(packed.len() + 1));
            read(&packed, Format::Auto, FieldMapping::default());
        }
    }

    #[test]
    fn stopping_gives_the_first_error_that_skipping_keeps(bytes in loggish()) {
        let skipped = read(&bytes, Format::Lanl, FieldMapping::default());
        let mut reader = LogReader::new(ReadOptions::default().with_format(Format::Lanl).with_on_error(OnError::Stop));
        let stopped = reader.read(&bytes[..], "log", &mut |_| ControlFlow::Continue(()));
        prop_assert_eq!(
            stopped.err().map(|error| error.to_string()),
            skipped.first_errors.first().map(ToString::to_string)
        );
    }
}
