//! The logins that Linux keeps in binary records: what each gives, in every layout, and what is none.

#![allow(clippy::print_stdout, reason = "says what it skips")]

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::process::Command;

use proptest::prelude::*;
use sidestep::event::{AuthEvent, Outcome};
use sidestep_formats::{Format, FormatError, LogReader, ReadOptions, ReadSummary};

/// One record, as the fields of `struct utmp`.
#[derive(Clone, Copy)]
struct Entry<'t> {
    kind: i16,
    pid: i32,
    line: &'t str,
    user: &'t str,
    host: &'t str,
    seconds: u32,
    micros: u32,
    address: [u8; 16],
}

const START: u32 = 1_772_442_000;

const fn entry<'t>(kind: i16, line: &'t str, user: &'t str, host: &'t str) -> Entry<'t> {
    Entry { kind, pid: 4711, line, user, host, seconds: START, micros: 500_000, address: [0; 16] }
}

const fn v4(a: u8, b: u8, c: u8, d: u8) -> [u8; 16] {
    [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
}

impl Entry<'_> {
    const fn at(mut self, seconds: u32) -> Self {
        self.seconds = START + seconds;
        self
    }

    const fn from(mut self, address: [u8; 16]) -> Self {
        self.address = address;
        self
    }

    /// As the C library lays it out: 32 or 64 bits for session and time, little or big end first.
    fn bytes(&self, wide: bool, big: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        let number = |value: i64, length: usize| {
            let (little, big_end) = (value.to_le_bytes(), value.to_be_bytes());
            if big { big_end[8 - length..].to_vec() } else { little[..length].to_vec() }
        };
        let field = |text: &str, length: usize| {
            let mut field = text.as_bytes().to_vec();
            field.resize(length, 0);
            field
        };
        let word = if wide { 8 } else { 4 };
        bytes.extend(number(self.kind.into(), 2));
        bytes.extend([0; 2]);
        bytes.extend(number(self.pid.into(), 4));
        bytes.extend(field(self.line, 32));
        bytes.extend(field(&self.line[self.line.len().saturating_sub(4)..], 4));
        bytes.extend(field(self.user, 32));
        bytes.extend(field(self.host, 256));
        bytes.extend([0; 4]);
        bytes.extend(number(0, word));
        bytes.extend(number(self.seconds.into(), word));
        bytes.extend(number(self.micros.into(), word));
        bytes.extend(self.address);
        bytes.resize(if wide { 400 } else { 384 }, 0);
        bytes
    }
}

/// A file of such records.
fn file(entries: &[Entry<'_>], wide: bool, big: bool) -> Vec<u8> {
    entries.iter().flat_map(|entry| entry.bytes(wide, big)).collect()
}

fn small(entries: &[Entry<'_>]) -> Vec<u8> {
    file(entries, false, false)
}

type Read = (Vec<AuthEvent<'static>>, ReadSummary, Result<(), FormatError>);

fn read_with(bytes: &[u8], place: &str, options: ReadOptions) -> Read {
    let mut events = Vec::new();
    let mut reader = LogReader::new(options);
    let end = reader.read(bytes, place, &mut |event| {
        events.extend(event.auth().cloned().map(AuthEvent::into_owned));
        ControlFlow::Continue(())
    });
    (events, reader.summary().clone(), end.map(drop))
}

fn on_web1() -> ReadOptions {
    ReadOptions::default().with_host(Some("web1".to_owned()))
}

/// Every event in a line, and the kinds that were passed over.
fn told(bytes: &[u8], place: &str) -> (Vec<String>, ReadSummary) {
    let (events, summary, end) = read_with(bytes, place, on_web1());
    end.unwrap();
    let line = |event: &AuthEvent<'_>| {
        let mut line = format!(
            "{:?} {:?} {} {} > {} {:?}",
            event.activity(),
            event.outcome(),
            event.account(),
            event.src_host(),
            event.dst_host(),
            event.logon_type(),
        );
        for (name, value) in [("session", event.session_name()), ("process", event.logon_process())]
        {
            if let Some(value) = value {
                let _ = write!(line, " {name}={value}");
            }
        }
        line
    };
    (events.iter().map(line).collect(), summary)
}

const SESSIONS: [Entry<'static>; 9] = [
    entry(2, "~", "reboot", "6.1.0-18-amd64"),
    entry(1, "~", "runlevel", "6.1.0-18-amd64"),
    entry(5, "tty1", "", ""),
    entry(6, "tty1", "LOGIN", ""),
    entry(7, "tty1", "root", "").at(60),
    entry(7, "pts/0", "alice", "ws-17.corp.example").from(v4(10, 0, 0, 17)).at(70),
    entry(8, "pts/0", "", "").at(80),
    entry(8, "tty1", "", "").at(90),
    entry(1, "~", "shutdown", "6.1.0-18-amd64").at(100),
];

#[test]
fn sessions_are_logons_and_logoffs_in_every_layout() {
    for (wide, big) in [(false, false), (true, false), (false, true), (true, true)] {
        let bytes = file(&SESSIONS, wide, big);
        // The content tells, whatever the name.
        for place in ["wtmp", "log", "btmp-of-web1"] {
            let (lines, summary) = told(&bytes, place);
            assert_eq!(
                lines,
                [
                    "Logon Success root ? > web1 Interactive session=tty1",
                    "Logon Success alice ws-17.corp.example > web1 Network session=pts/0",
                    "Logoff Success alice ? > web1 Unknown session=pts/0",
                    "Logoff Success root ? > web1 Unknown session=tty1",
                ],
                "{wide} {big}"
            );
            assert_eq!((summary.skipped, summary.files), (0, 1));
            assert_eq!(summary.passed_over.values().sum::<u64>(), 5);
        }
        let (events, ..) = read_with(&bytes, "wtmp", on_web1());
        assert_eq!(events[1].time().to_string(), "2026-03-02T09:01:10.500000Z");
        assert_eq!(events[1].raw_ref(), Some(6));
        assert_eq!(events[1].src_host().ip, Some([10, 0, 0, 17].into()));
    }
}

#[test]
fn failures_are_failed_logons() {
    let failures = [
        // sshd, login and su, login of shadow and gdm.
        entry(6, "ssh:notty", "admin", "203.0.113.9").from(v4(203, 0, 113, 9)),
        entry(6, "tty1", "root", "").at(1),
        entry(7, "pts/3", "bob", "ws-4").at(2),
        entry(7, ":0", "carol", ":0").at(3),
        entry(6, "tty1", "(unknown)", "").at(4),
    ];
    let expected = [
        "Logon Failure admin 203.0.113.9 > web1 Network process=sshd",
        "Logon Failure root ? > web1 Interactive session=tty1",
        "Logon Failure bob ws-4 > web1 Network session=pts/3",
        "Logon Failure carol ? > web1 Interactive session=:0",
    ];
    let (lines, summary) = told(&small(&failures), "var/log/btmp-20260301");
    assert_eq!(lines, expected);
    assert_eq!((summary.skipped, summary.passed_over.values().sum::<u64>()), (0, 1));
    // sshd's mark tells it where the name does not, or says otherwise.
    assert_eq!(told(&small(&failures), "log").0, expected);
    assert_eq!(told(&small(&failures), "wtmp").0, expected);
}

#[test]
fn a_few_logins_mean_what_the_name_says_or_nothing() {
    let bytes = small(&[entry(7, "pts/0", "alice", "ws-17")]);
    for (place, outcome) in [
        ("wtmp.1", Outcome::Success),
        ("web1/utmp", Outcome::Success),
        ("logs.zip!var/log/btmp", Outcome::Failure),
    ] {
        let (events, ..) = read_with(&bytes, place, on_web1());
        assert_eq!(events[0].outcome(), outcome, "{place}");
    }
    let error = read_with(&bytes, "-", on_web1()).2.unwrap_err();
    assert!(matches!(error, FormatError::UnknownDialect { .. }));
    assert!(error.to_string().contains("--format btmp"), "{error}");
    for (format, outcome) in [(Format::Wtmp, Outcome::Success), (Format::Btmp, Outcome::Failure)] {
        let (events, ..) = read_with(&bytes, "-", on_web1().with_format(format));
        assert_eq!(events[0].outcome(), outcome);
    }
    // A folder may hold both.
    let (events, ..) = read_with(&bytes, "btmp", on_web1().with_format(Format::Wtmp));
    assert_eq!(events[0].outcome(), Outcome::Failure);
}

#[test]
fn the_host_must_be_given_where_there_are_logins() {
    let error = read_with(&small(&SESSIONS), "wtmp", ReadOptions::default()).2.unwrap_err();
    assert!(matches!(&error, FormatError::NoHost { place } if place == "wtmp"), "{error}");
    assert!(error.to_string().contains("--host"), "{error}");
    let empty = ReadOptions::default().with_host(Some(String::new()));
    let end = read_with(&small(&SESSIONS), "wtmp", empty).2;
    assert!(matches!(end, Err(FormatError::NoHost { .. })));
    let (_, summary, end) = read_with(&small(&SESSIONS[..4]), "wtmp", ReadOptions::default());
    end.unwrap();
    assert_eq!(summary.passed_over.values().sum::<u64>(), 4);
    // An address is one, not a name.
    let by_address = ReadOptions::default().with_host(Some("10.0.0.5".to_owned()));
    let (events, ..) = read_with(&small(&SESSIONS), "wtmp", by_address);
    assert_eq!(events[0].dst_host().ip, Some([10, 0, 0, 5].into()));
}

#[test]
fn hosts_are_told_from_what_programs_write_there() {
    let v6 = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x17];
    let mapped = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 17];
    let mut loopback = [0; 16];
    loopback[15] = 1;
    for (line, host, address, expected) in [
        ("pts/0", "10.0.0.17", v4(10, 0, 0, 17), Some("10.0.0.17 Network")),
        ("pts/0", "10.0.0.17", [0; 16], Some("10.0.0.17 Network")),
        ("pts/0", "2001:db8::17", v6, Some("2001:db8::17 Network")),
        ("pts/0", "::ffff:10.0.0.17", mapped, Some("10.0.0.17 Network")),
        ("pts/0", "", v4(10, 0, 0, 17), Some("10.0.0.17 Network")),
        ("pts/0", "ws-17", [0; 16], Some("ws-17 Network")),
        ("pts/0", "ws-17 via mosh [4711]", [0; 16], Some("ws-17 Network")),
        ("pts/0", "localhost", v4(127, 0, 0, 1), Some("? Interactive")),
        ("pts/0", "::1", loopback, Some("? Interactive")),
        ("vsftpd:99", "10.0.0.17", [0; 16], Some("10.0.0.17 Network")),
        ("tty7", ":0", [0; 16], Some("? Interactive")),
        (":1", "ws-17:1", [0; 16], Some("ws-17 Remote Interactive")),
        (":1", "10.0.0.17:0.0", [0; 16], Some("10.0.0.17 Remote Interactive")),
        // Windows of sessions.
        ("pts/1", ":0", [0; 16], None),
        ("pts/1", ":0.0", [0; 16], None),
        ("pts/1", "tmux(815).%0", [0; 16], None),
        ("pts/1", "10.0.0.17:S.0", [0; 16], None),
        ("pts/1", ":pts/0:S.12", [0; 16], None),
        ("pts/1", "mosh [815]", [0; 16], None),
    ] {
        let boot = entry(2, "~", "reboot", "6.1.0");
        let begin = entry(7, line, "alice", host).from(address);
        let (events, summary, _) =
            read_with(&small(&[boot, begin, entry(8, line, "", "")]), "wtmp", on_web1());
        let seen = events.first().map(|event| {
            let kind = format!("{:?}", event.logon_type()).replace("RemoteI", "Remote I");
            format!("{} {kind}", event.src_host())
        });
        assert_eq!(seen.as_deref(), expected, "{host}");
        assert_eq!(events.len(), if expected.is_some() { 2 } else { 0 }, "{host}");
        assert_eq!(summary.skipped, 0);
    }
}

#[test]
fn the_end_of_a_session_is_of_whoever_began_it() {
    let (lines, summary) = told(
        &small(&[
            entry(7, "pts/0", "alice", "ws-17"),
            entry(7, "pts/0", "bob", "ws-4").at(1),
            // As the manual has it, a login without a name is a logout.
            entry(7, "pts/0", "", "").at(2),
            entry(7, "pts/1", "carol", "ws-9").at(3),
            entry(2, "~", "reboot", "6.1.0").at(4),
            entry(8, "pts/1", "", "").at(5),
            entry(8, "pts/2", "dave", "").at(6),
        ]),
        "wtmp",
    );
    let logoffs: Vec<_> = lines.iter().filter(|line| line.starts_with("Logoff")).collect();
    assert_eq!(
        logoffs,
        [
            "Logoff Success bob ? > web1 Unknown session=pts/0",
            "Logoff Success dave ? > web1 Unknown session=pts/2",
        ]
    );
    assert_eq!(summary.passed_over.values().sum::<u64>(), 2);
}

#[test]
fn a_bad_record_is_counted_and_the_others_are_read() {
    let mut entries = [entry(7, "pts/0", "alice", "ws-17"); 12];
    entries[0] = entry(2, "~", "reboot", "6.1.0");
    entries[1].kind = 77;
    entries[2].micros = 5_000_000;
    entries[3].host = "ws\x1b[31m";
    entries[4].seconds = 0;
    let mut bytes = small(&entries);
    // A name of all its field has no zero at its end; one that is no UTF-8 is nobody's.
    bytes[5 * 384 + 44..][..32].fill(b'a');
    bytes[6 * 384 + 44] = 0xff;
    bytes.truncate(11 * 384 + 100);
    let (events, summary, end) = read_with(&bytes, "wtmp", on_web1());
    end.unwrap();
    assert_eq!((events.len(), summary.skipped), (5, 6));
    assert_eq!(events[0].account().name, "a".repeat(32));
    let errors: Vec<_> = summary.first_errors.iter().map(ToString::to_string).collect();
    assert_eq!(errors[0], "wtmp:2: ut_type: 77 is no type of record");
    assert_eq!(errors[4], r#"wtmp:7: ut_user: "�lice" is not UTF-8"#);
}

#[test]
fn other_bytes_are_not_taken_for_logins() {
    for bytes in [vec![0; 384 * 5], vec![7; 4000], b"7\0\0\0".repeat(1000), vec![0xff; 4000]] {
        let (_, summary, end) = read_with(&bytes, "wtmp", on_web1());
        assert!(end.is_err(), "{bytes:?}");
        assert_eq!(summary.events, 0);
    }
    // Times beyond all clocks, and files of less than a record.
    let mut old = entry(7, "pts/0", "alice", "ws-17");
    old.seconds = 17;
    assert!(read_with(&small(&[old]), "wtmp", on_web1()).2.is_err());
    assert!(read_with(&small(&SESSIONS)[..383], "wtmp", on_web1()).2.is_err());
}

/// `utmpdump` of util-linux reads what these tests write, where it is installed.
#[test]
fn the_tool_of_the_system_reads_the_same_records() {
    let file_of_sessions = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file_of_sessions.path(), small(&SESSIONS)).unwrap();
    let Ok(output) = Command::new("utmpdump").arg(file_of_sessions.path()).output() else {
        println!("skipped: utmpdump is not installed");
        return;
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<_> = text.lines().collect();
    if cfg!(not(target_arch = "x86_64")) {
        println!("skipped: records of this machine are of another size");
        return;
    }
    assert_eq!(lines.len(), SESSIONS.len(), "{text}");
    for part in
        ["[7]", "alice", "pts/0", "ws-17.corp.example", "10.0.0.17", "2026-03-02T09:01:10,500000"]
    {
        assert!(lines[5].contains(part), "{part}: {}", lines[5]);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_and_every_record_is_counted(
        bytes in prop::collection::vec(prop_oneof![3 => Just(0_u8), 1 => any::<u8>()], 0..3000),
        format in prop::sample::select(vec![Format::Wtmp, Format::Btmp]),
    ) {
        let (events, summary, _) = read_with(&bytes, "log", on_web1().with_format(format));
        let counted = summary.skipped + summary.passed_over.values().sum::<u64>() + events.len() as u64;
        let length = bytes.len() as u64;
        prop_assert!([length.div_ceil(384), length.div_ceil(400)].contains(&counted), "{counted}");
    }

    #[test]
    fn random_bytes_are_no_logins(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        let (events, ..) = read_with(&bytes, "wtmp", on_web1());
        prop_assert!(events.is_empty());
    }

    #[test]
    fn damaged_files_lose_no_record_unseen(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        wide in any::<bool>(),
        big in any::<bool>(),
    ) {
        let mut bytes = file(&SESSIONS, wide, big);
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let (events, summary, _) = read_with(&bytes, "wtmp", on_web1().with_format(Format::Wtmp));
        let counted = summary.skipped + summary.passed_over.values().sum::<u64>() + events.len() as u64;
        prop_assert_eq!(counted, 9);
    }
}
