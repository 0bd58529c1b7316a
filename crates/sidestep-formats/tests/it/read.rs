//! Whole logs: dialects told apart, compression, line ends, bounds, and what breaks off.

use std::io::{self, Read, Write};
use std::ops::ControlFlow;

use sidestep_formats::{Format, FormatError, LogReader, OnError, ReadOptions, ReadSummary};

const LOGIN: &str = "1,U1@DOM1,U1@DOM1,C1,C7,Kerberos,Network,LogOn,Success\n";

fn read(input: impl Read, options: ReadOptions) -> (ReadSummary, Result<(), FormatError>) {
    let mut reader = LogReader::new(options);
    let result = reader.read(input, "log", &mut |_| ControlFlow::Continue(()));
    (reader.summary().clone(), result.map(drop))
}

fn auto(input: &[u8]) -> (ReadSummary, Result<(), FormatError>) {
    read(input, ReadOptions::default())
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let options = lzma_rust2::XzOptions::with_preset(1);
    let mut encoder = lzma_rust2::XzWriter::new(Vec::new(), options).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

type Pack = fn(&[u8]) -> Vec<u8>;

const PACKS: [Pack; 4] = [gzip, zstd, xz, bzip2];

/// UTF-16 in either byte order, with and without a byte-order mark.
fn utf16(text: &str) -> Vec<Vec<u8>> {
    let encoded = |mark: &str, bytes: fn(u16) -> [u8; 2]| {
        format!("{mark}{text}").encode_utf16().flat_map(bytes).collect()
    };
    ["", "\u{feff}"]
        .into_iter()
        .flat_map(|mark| [encoded(mark, u16::to_le_bytes), encoded(mark, u16::to_be_bytes)])
        .collect()
}

/// Gives one byte at a time, as a slow pipe may.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let end = buffer.len().min(1);
        self.0.read(&mut buffer[..end])
    }
}

#[test]
fn headers_line_ends_and_marks_make_no_difference() {
    let header = "time,src_user,dst_user,src_computer,dst_computer,auth_type,logon_type,\
                  auth_orientation,outcome\n";
    let documented = "time,src_user@dom,dst_user@dom,src_host,dst_host,auth,logon,orientation,\
                      result\n";
    for head in ["", header, documented, "\u{feff}", "\u{feff}time,a,b,c,d,e,f,g,h\n", "\n\n"] {
        let log = format!("{head}{LOGIN}\n{LOGIN}");
        for log in [log.clone(), log.replace('\n', "\r\n"), log.trim_end().to_owned()] {
            for format in [Format::Auto, Format::Lanl] {
                let options = ReadOptions::default().with_format(format);
                let (summary, result) = read(log.as_bytes(), options.clone());
                result.unwrap();
                assert_eq!((summary.events, summary.skipped), (2, 0), "{log:?} {format:?}");
                let (trickled, result) = read(Trickle(log.as_bytes()), options);
                result.unwrap();
                assert_eq!(trickled, summary);
            }
        }
    }
}

#[test]
fn an_empty_log_is_no_error() {
    for log in ["", "\n", "\r\n\r\n"] {
        for format in [Format::Auto, Format::Lanl, Format::Csv, Format::Json] {
            let (mut summary, result) =
                read(log.as_bytes(), ReadOptions::default().with_format(format));
            result.unwrap();
            assert_eq!(summary.files, 1);
            summary.files = 0;
            assert_eq!(summary, ReadSummary::default());
        }
    }
}

#[test]
fn what_is_no_log_is_refused_with_advice() {
    let (_, result) = auto(b"<html lang='en'>\n");
    let error = result.unwrap_err().to_string();
    assert!(error.starts_with("log: the format cannot be told: it begins with "), "{error}");
    assert!(error.contains("--format") && error.contains("--map"), "{error}");
    for (bytes, what) in [
        (&b"\xff\xfe\0\0a\0\0\0"[..], "the file is UTF-32"),
        (b"\0\0\xfe\xff\0\0\0a", "the file is UTF-32"),
        (b"\x04\x22\x4d\x18\x64\x40\xa7", "packed with lz4, which is not read"),
        (b"\x1f\x9d\x90abc", "packed with compress (.Z), which is not read"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "packed with 7-Zip, which is not read"),
    ] {
        let error = auto(bytes).1.unwrap_err();
        assert!(matches!(error, FormatError::UnknownDialect { .. }));
        assert!(error.to_string().starts_with(&format!("log: {what}; ")), "{error}");
    }
}

#[test]
fn utf16_is_read_as_its_text_is() {
    let crlf = format!("{LOGIN}{LOGIN}cut,sho\n").replace('\n', "\r\n");
    let csv = "time,user,dst\n2026-03-01T08:00:00Z,J\u{fc}rgen \u{1f600},b\nx,u,b\n";
    let json = "[\r\n  {\"EventID\": 4624, \"Hostname\": \"a\", \"Channel\": \"Security\"}]";
    for text in [&crlf, csv, json] {
        let (whole, result) = auto(text.as_bytes());
        result.unwrap();
        assert!(whole.events + whole.skipped > 0, "{whole:?}");
        for bytes in utf16(text) {
            let packed = PACKS.iter().map(|pack| pack(&bytes));
            for bytes in packed.chain([bytes.clone()]) {
                let (summary, result) = read(Trickle(&bytes), ReadOptions::default());
                result.unwrap();
                assert_eq!(summary, whole);
            }
        }
    }
    // The dialect may be given, and the last unit may be cut.
    for mut bytes in utf16(&LOGIN.repeat(3)) {
        bytes.pop();
        let (summary, result) = read(&bytes[..], ReadOptions::default().with_format(Format::Lanl));
        result.unwrap();
        assert_eq!(summary.events + summary.skipped, 3, "{summary:?}");
    }
}

#[test]
fn a_log_with_some_bad_lines_is_still_lanl() {
    let mut log = "cut line\n".to_owned();
    log.push_str(&LOGIN.repeat(3));
    let (summary, result) = auto(log.as_bytes());
    result.unwrap();
    assert_eq!((summary.events, summary.skipped), (3, 1));
    assert!((summary.skipped_share() - 0.25).abs() < 1e-12);
}

#[test]
fn messages_are_kept_up_to_a_bound_and_invalid_text_is_a_bad_line() {
    let mut log = LOGIN.repeat(20).into_bytes();
    log.extend(b"\xff\xfe,bad\n".repeat(9));
    log.extend(LOGIN.bytes());
    let (summary, result) = auto(&log);
    result.unwrap();
    assert_eq!((summary.events, summary.skipped), (21, 9));
    assert_eq!(summary.first_errors.len(), 5);
    assert_eq!(summary.first_errors[0].to_string(), "log:21: is not UTF-8");
    let options = ReadOptions::default().with_on_error(OnError::Stop);
    assert!(matches!(read(&log[..], options).1, Err(FormatError::BadLine(e)) if e.line == 21));
}

#[test]
fn compression_is_told_by_content() {
    let log = LOGIN.repeat(1000);
    let whole = auto(log.as_bytes()).0;
    // Logs that rotate are often concatenated: several members, several frames.
    let half = &log.as_bytes()[..LOGIN.len() * 400 + 11];
    let rest = &log.as_bytes()[half.len()..];
    let mut packed: Vec<Vec<u8>> = Vec::new();
    for pack in PACKS {
        packed.push(pack(log.as_bytes()));
        packed.push([pack(half), pack(rest)].concat());
        packed.push([pack(b""), pack(half), pack(b""), pack(rest), pack(b"")].concat());
    }
    packed.push([xz(half), vec![0; 8], xz(rest), vec![0; 4]].concat());
    packed.push([b"\x52\x2a\x4d\x18\x03\0\0\0abc".to_vec(), zstd(log.as_bytes())].concat());
    for packed in packed {
        let (summary, result) = read(Trickle(&packed), ReadOptions::default());
        result.unwrap();
        assert_eq!(summary, whole);
    }
}

#[test]
fn a_cut_archive_says_how_far_it_was_read() {
    // Varied lines, so that the cut does not fall into one long repeat.
    let log: String = (0..20_000)
        .map(|n| {
            format!(
                "{n},U{}@D,U{}@D,C{},C{},?,Network,LogOn,Success\n",
                n % 97,
                n % 97,
                n * 7919 % 1013,
                n * 104_729 % 977
            )
        })
        .collect();
    for pack in PACKS {
        let packed = pack(log.as_bytes());
        let (summary, result) = auto(&packed[..packed.len() - 100]);
        let Err(FormatError::Read { place, line, .. }) = &result else { panic!("{result:?}") };
        assert_eq!((place.as_str(), *line), ("log", summary.events));
        assert!(summary.events > 1000, "{summary:?}");
        assert_eq!(summary.skipped, 0);
    }
}

#[test]
fn what_does_not_match_its_checksum_is_an_error_also_of_a_short_log() {
    for pack in PACKS {
        let packed = pack(LOGIN.as_bytes());
        // Every compression but zstd has checksums by default; a flip of any bit is seen, or changes nothing.
        for at in 0..packed.len() {
            let mut flipped = packed.clone();
            flipped[at] ^= 0x10;
            let (summary, result) = auto(&flipped);
            if result.is_ok() && !packed.starts_with(b"\x28\xb5\x2f\xfd") {
                assert_eq!((summary.events, summary.skipped), (1, 0), "byte {at} of {packed:x?}");
            }
        }
    }
}

#[test]
fn xz_of_a_huge_dictionary_is_refused() {
    let packed = |size: u8| {
        let mut packed = xz(LOGIN.as_bytes());
        // The block's header: its length, flags, the filter LZMA2, one byte of properties.
        assert_eq!(packed[14..16], [0x21, 1], "{packed:x?}");
        let end = 12 + (usize::from(packed[12]) + 1) * 4;
        packed[16] = size;
        let mut crc = flate2::Crc::new();
        crc.update(&packed[12..end - 4]);
        packed[end - 4..end].copy_from_slice(&crc.sum().to_le_bytes());
        auto(&packed)
    };
    // 64 MiB, which is what `xz -9` writes, 128 MiB, 192 MiB and 4 GiB.
    for size in [28, 30] {
        assert_eq!(packed(size).0.events, 1);
    }
    for size in [31, 40] {
        let (summary, result) = packed(size);
        assert_eq!(summary.events, 0);
        let error = result.unwrap_err();
        assert!(matches!(error, FormatError::Read { .. }));
        assert!(error.to_string().contains("larger than 128 MiB"), "{error}");
    }
}

#[test]
fn text_that_begins_as_bzip2_is_text() {
    let (summary, result) = read(
        &b"BZh9,U1@DOM1,C1,C7,Kerberos,Network,LogOn,Success\n"[..],
        ReadOptions::default().with_format(Format::Lanl),
    );
    result.unwrap();
    assert_eq!(summary.skipped, 1);
}

#[test]
fn a_line_without_end_is_one_bad_line_and_is_not_held() {
    let filler = io::repeat(b'x').take(64 << 20);
    let log = LOGIN.as_bytes().chain(filler).chain(b"\n".as_slice()).chain(LOGIN.as_bytes());
    let (summary, result) = read(log, ReadOptions::default());
    result.unwrap();
    assert_eq!((summary.events, summary.skipped), (2, 1));
    assert_eq!(summary.first_errors[0].to_string(), "log:2: is longer than 1 MiB; no login is");

    let filler = io::repeat(b'x').take(64 << 20);
    let head = b"time,user,dst\n1,u,b\n2,\"".as_slice();
    let log = head.chain(filler).chain(b"\",b\n3,u,b\n".as_slice());
    let (summary, result) = read(log, ReadOptions::default());
    result.unwrap();
    assert_eq!((summary.events, summary.skipped), (2, 1));
    assert_eq!(summary.first_errors[0].line, 3);
}

#[test]
fn the_sink_can_end_the_reading() {
    let log = LOGIN.repeat(10);
    let mut reader = LogReader::new(ReadOptions::default());
    let mut left = 3;
    let flow = reader
        .read(log.as_bytes(), "log", &mut |_| {
            left -= 1;
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .unwrap();
    assert!(flow.is_break());
    assert_eq!(reader.summary().events, 3);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let mut reader = LogReader::new(ReadOptions::default());
    let error = reader
        .read_path("no/such/file.csv".as_ref(), &mut |_| ControlFlow::Continue(()))
        .unwrap_err();
    assert!(error.to_string().starts_with("no/such/file.csv: cannot be opened: "), "{error}");
}

#[test]
fn every_format_has_a_row_in_the_documentation() {
    let docs = include_str!("../../../../docs/formats.md");
    let (_, table) = docs.split_once("## All shapes").expect("the table");
    let (table, _) = table.split_once("\n## ").expect("what follows it");
    let refused = "no such format".parse::<Format>().unwrap_err();
    let names = refused.expected.replace(" or ", ", ");
    for name in names.split(", ").filter(|name| *name != "auto") {
        assert!(name.parse::<Format>().is_ok(), "{name}");
        assert!(table.contains(&format!("`{name}`")), "{name}");
    }
}
