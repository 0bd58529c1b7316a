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
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(LOGIN.bytes().flat_map(|b| [b, 0])).collect();
    let error = auto(&utf16).1.unwrap_err().to_string();
    assert!(error.contains("UTF-16"), "{error}");
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
    let zstd = zstd::encode_all(log.as_bytes(), 1).unwrap();
    // Logs that rotate are often concatenated: several members, several frames.
    let half = &log.as_bytes()[..LOGIN.len() * 400 + 11];
    let rest = &log.as_bytes()[half.len()..];
    let members = [gzip(half), gzip(rest)].concat();
    let frames = [zstd::encode_all(half, 1).unwrap(), zstd::encode_all(rest, 1).unwrap()].concat();
    for packed in [gzip(log.as_bytes()), zstd, members, frames] {
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
    for packed in [gzip(log.as_bytes()), zstd::encode_all(log.as_bytes(), 3).unwrap()] {
        let (summary, result) = auto(&packed[..packed.len() - 100]);
        let Err(FormatError::Read { place, line, .. }) = &result else { panic!("{result:?}") };
        assert_eq!((place.as_str(), *line), ("log", summary.events));
        assert!(summary.events > 1000, "{summary:?}");
        assert_eq!(summary.skipped, 0);
    }
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
