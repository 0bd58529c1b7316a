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

/// Beginnings of lines that daemons of Linux write.
const LINUX: [&str; 12] = [
    "type=USER_LOGIN msg=audit(1772442004.250:456): pid=17 msg='op=login acct=\"bob\" addr=10.0.0.5 res=",
    "type=USER_AUTH msg=audit(03/02/2026 10:00:04.250:456) : pid=17 acct=bob res=failed ",
    "Mar  2 09:00:04 web1 audit[17]: USER_START pid=17 msg='acct=\"root\" exe=\"/usr/bin/su\" res=success' ",
    "Mar  2 09:00:04 kdc1 krb5kdc[17](info): AS_REQ (1 etypes {18}) 10.0.0.5: ISSUE: authtime 17, etypes {rep=18 tkt=18 ses=18}, a@R for ",
    "Mar  2 09:00:04 kdc1 krb5kdc[17]: TGS_REQ (1 etypes {18}) 10.0.0.5: ",
    "Mar  2 09:00:04 kdc1 kdc[17]: AS-REQ a@R from IPv4:10.0.0.5 for ",
    "Mar  2 09:00:04 fs1 smbd[17]:   Auth: [SMB2,(null)] user [D]\\[a] at [Mon, 02 Mar 2026 09:00:01.499000 UTC] with [",
    "[2026/03/02 09:00:01.500000,  3] ../../auth/auth_log.c:862(log_json)",
    "  {\"timestamp\": \"2026-03-02T09:00:01.5+0000\", \"type\": \"Authorization\", \"Authorization\": {\"authType\": \"krb5\", \"account\": \"",
    "Mon Mar  2 09:00:01 2026 : Auth: (0) Login OK: [bob] (from client ",
    "Mon Mar  2 09:00:01 2026",
    "\tAcct-Status-Type = Start",
];

fn has_a_name(event: Option<&sidestep::event::AuthEvent<'_>>) {
    assert!(event.is_none_or(|event| !event.account().name.is_empty()));
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
    fn any_line_of_a_linux_daemon_is_counted(
        heads in proptest::collection::vec(0..LINUX.len(), 1..6),
        text in "[ -~\u{1d}é]{0,80}",
        cut in any::<proptest::sample::Index>(),
    ) {
        for format in [Format::Auditd, Format::FreeRadius, Format::Krb5kdc, Format::Samba, Format::Syslog] {
            let log: Vec<String> = heads
                .iter()
                .map(|head| {
                    let line = format!("{}{text}", LINUX[*head]);
                    let end = cut.index(line.len() + 1);
                    String::from_utf8_lossy(&line.as_bytes()[..end]).into_owned()
                })
                .collect();
            let options = ReadOptions::default().with_format(format).with_year(Some(2026));
            let mut reader = LogReader::new(options.with_host(Some("h".to_owned())));
            let _ = reader.read(log.join("\n").as_bytes(), "log", &mut |event| {
                has_a_name(event.auth());
                ControlFlow::Continue(())
            });
            let summary = reader.summary();
            let counted = summary.events
                + summary.skipped
                + summary.passed_over.values().sum::<u64>()
                + summary.not_understood.values().sum::<u64>();
            let lines = log.iter().filter(|line| !line.is_empty()).count() as u64;
            // Headers stand for nothing by themselves, and a record of the detail has several lines.
            prop_assert!(counted <= lines + 1, "{counted} of {lines}: {summary:?}");
            let whole = matches!(format, Format::Auditd | Format::Syslog);
            prop_assert!(!whole || counted == lines, "{counted} of {lines}: {summary:?}");
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
            prop_assert!(
                summary.events + summary.skipped <= lines(&bytes) + breaks,
                "{summary:?} of {format:?}"
            );
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
