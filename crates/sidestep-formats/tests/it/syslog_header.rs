//! Syslog: heads of lines, as collectors and relays write them.

#![allow(clippy::print_stdout, reason = "says what it skips")]

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use proptest::prelude::*;
use sidestep::event::{AuthEvent, Outcome};
use sidestep_formats::{Format, FormatError, LogReader, ReadOptions, ReadSummary};

fn read_with(log: &[u8], format: Format) -> (Vec<AuthEvent<'static>>, ReadSummary) {
    let mut events = Vec::new();
    let mut reader =
        LogReader::new(ReadOptions::default().with_year(Some(2026)).with_format(format));
    let flow = reader
        .read(log, "auth.log", &mut |event| {
            events.extend(event.auth().cloned().map(AuthEvent::into_owned));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(flow.is_continue());
    (events, reader.summary().clone())
}

/// What has to come out of every template in the same way: who, from where, to where, when, how.
fn facts(events: &[AuthEvent<'_>]) -> Vec<String> {
    let fact = |event: &AuthEvent<'_>| {
        format!(
            "{} {} {}:{:?} {} {:?} {:?} {:?} {:?}",
            event.time(),
            event.account(),
            event.src_host(),
            event.src_host().port,
            event.dst_host(),
            event.activity(),
            event.outcome(),
            event.auth_protocol(),
            event.outcome_reason(),
        )
    };
    events.iter().map(fact).collect()
}

/// One message, and all that a template may write of it.
#[derive(Debug, Clone)]
struct Message {
    second: u32,
    host: String,
    process: u32,
    text: String,
}

impl Message {
    /// `Mar  2 09:00:07`.
    fn old(&self) -> String {
        format!("Mar  2 09:{:02}:{:02}", self.second / 60, self.second % 60)
    }

    fn iso(&self) -> String {
        format!("2026-03-02T09:{:02}:{:02}+00:00", self.second / 60, self.second % 60)
    }
}

type Template = (&'static str, fn(&Message) -> String);

/// What rsyslog and syslog-ng ship, and what other loggers write.
const TEMPLATES: &[Template] = &[
    ("RSYSLOG_TraditionalFileFormat", |m| {
        format!("{} {} sshd[{}]: {}", m.old(), m.host, m.process, m.text)
    }),
    ("RSYSLOG_FileFormat", |m| format!("{} {} sshd[{}]: {}", m.iso(), m.host, m.process, m.text)),
    ("RSYSLOG_SysklogdFileFormat", |m| {
        format!("{} {} sshd[{}]: {}", m.old(), m.host, m.process, m.text)
    }),
    ("RSYSLOG_TraditionalForwardFormat", |m| {
        format!("<38>{} {} sshd[{}]: {}", m.old(), m.host, m.process, m.text)
    }),
    ("RSYSLOG_ForwardFormat", |m| {
        format!("<38>{} {} sshd[{}]: {}", m.iso(), m.host, m.process, m.text)
    }),
    ("RSYSLOG_SyslogProtocol23Format", |m| {
        format!("<38>1 {} {} sshd {} - -  {}", m.iso(), m.host, m.process, m.text)
    }),
    ("syslog-ng, default", |m| format!("{} {} sshd[{}]: {}", m.old(), m.host, m.process, m.text)),
    ("syslog-ng, ISODATE", |m| format!("{} {} sshd[{}]: {}", m.iso(), m.host, m.process, m.text)),
    ("syslog-ng, chain_hostnames", |m| {
        format!("{} s_net@relay/{} sshd[{}]: {}", m.old(), m.host, m.process, m.text)
    }),
    ("syslog-ng, syslog-protocol", |m| {
        format!(
            "<38>1 {} {} sshd {} - [meta sequenceId=\"7\"] {}",
            m.iso(),
            m.host,
            m.process,
            m.text
        )
    }),
    ("RFC 6587", |m| {
        let line = format!("<38>1 {} {} sshd {} - - {}", m.iso(), m.host, m.process, m.text);
        format!("{} {line}", line.len())
    }),
    ("Solaris", |m| {
        let id = "[ID 800047 auth.info]";
        format!("{} {} sshd[{}]: {id} {}", m.old(), m.host, m.process, m.text)
    }),
    ("FreeBSD, -v -v", |m| {
        format!("{} <auth.info> {} sshd[{}]: {}", m.old(), m.host, m.process, m.text)
    }),
    ("busybox", |m| format!("{} {} auth.info sshd[{}]: {}", m.old(), m.host, m.process, m.text)),
    ("journalctl, short-full", |m| {
        let (date, time) = (&m.iso()[..10], &m.iso()[11..19]);
        format!("Mon {date} {time} UTC {} sshd[{}]: {}", m.host, m.process, m.text)
    }),
    ("journalctl, with-unit", |m| {
        let (date, time) = (&m.iso()[..10], &m.iso()[11..19]);
        format!("Mon {date} {time} UTC {} ssh.service[{}]: {}", m.host, m.process, m.text)
    }),
    ("journalctl, short-unix", |m| {
        format!("{}.000000 {} sshd[{}]: {}", 1_772_442_000 + m.second, m.host, m.process, m.text)
    }),
    ("a year behind", |m| format!("{} 2026 {} sshd[{}]: {}", m.old(), m.host, m.process, m.text)),
    ("a blank for the T", |m| {
        format!("{} {} sshd[{}]: {}", m.iso().replace('T', " "), m.host, m.process, m.text)
    }),
    ("a comma for the point", |m| {
        let iso = m.iso();
        format!("{},000 {} sshd[{}]: {}", &iso[..19], m.host, m.process, m.text)
    }),
    ("in brackets", |m| format!("[{}] [{}] sshd[{}]: {}", m.iso(), m.host, m.process, m.text)),
    ("the host twice", |m| {
        format!("<86>{} {} {} sshd[{}]: {}", m.old(), m.host, m.host, m.process, m.text)
    }),
    ("behind a relay's name", |m| {
        format!("{} 10.9.9.9 {} sshd[{}]: {}", m.old(), m.host, m.process, m.text)
    }),
    ("behind a relay's head", |m| {
        let inner = format!("{} {} sshd[{}]: {}", m.old(), m.host, m.process, m.text);
        format!("{} relay {inner}", m.old())
    }),
    ("behind a relay's head, with a priority", |m| {
        let inner = format!("<86>{} {} sshd[{}]: {}", m.old(), m.host, m.process, m.text);
        format!("{} 10.9.9.9 {inner}", m.iso())
    }),
    ("behind a relay's head, ISO", |m| {
        let inner = format!("{} {} sshd[{}]: {}", m.iso(), m.host, m.process, m.text);
        format!("{} relay {inner}", m.old())
    }),
    ("within RFC 5424", |m| {
        let inner = format!("<38>{} {} sshd[{}]: {}", m.old(), m.host, m.process, m.text);
        format!("<13>1 {} relay - - - - {inner}", m.iso())
    }),
    ("a container's line", |m| {
        let inner = format!("{} {} sshd[{}]: {}", m.old(), m.host, m.process, m.text);
        format!("{}.000000000Z stdout F {inner}", &m.iso()[..19])
    }),
];

fn messages() -> impl Strategy<Value = Vec<Message>> {
    let host = prop_oneof![
        "[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,4})?",
        "[a-z][a-z0-9]{0,8}\\.corp\\.example",
        (1..255_u8).prop_map(|end| format!("10.0.3.{end}")),
        (1..u16::MAX).prop_map(|end| format!("2001:db8::{end:x}")),
    ];
    let text = prop_oneof![
        Just("Accepted password for bob from 10.0.0.5 port 50022 ssh2".to_owned()),
        Just("Accepted publickey for amy from ::1 port 9 ssh2: ED25519 SHA256:aBc+/9".to_owned()),
        "Failed password for [a-z]{1,9} from 10\\.0\\.0\\.[1-9] port [1-9][0-9]{0,3} ssh2",
        "Failed password for invalid user [a-z]{1,5}( [a-z]{1,5}){0,2} from 10\\.0\\.0\\.[1-9] port 7 ssh2",
        Just("error: maximum authentication attempts exceeded for bob from 10.0.0.5 port 9 ssh2 [preauth]".to_owned()),
        Just("pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=10.0.0.5  user=root".to_owned()),
        Just("Server listening on 0.0.0.0 port 22.".to_owned()),
    ];
    let message = (0..3600_u32, host, 1..99_999_u32, text)
        .prop_map(|(second, host, process, text)| Message { second, host, process, text });
    proptest::collection::vec(message, 1..12).prop_map(|mut messages| {
        messages.sort_by_key(|message| message.second);
        messages
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn every_template_gives_the_same_events(messages in messages()) {
        let mut known: Option<(Vec<String>, u64)> = None;
        for (name, template) in TEMPLATES {
            let log: String = messages.iter().map(|message| template(message) + "\n").collect();
            let (events, summary) = read_with(log.as_bytes(), Format::Auto);
            prop_assert_eq!(summary.skipped, 0, "{}: {:?}", name, summary.first_errors);
            prop_assert!(summary.not_understood.is_empty(), "{}", name);
            let found = (facts(&events), summary.passed_over.values().sum());
            let known = known.get_or_insert_with(|| found.clone());
            prop_assert_eq!(&*known, &found, "{}\n{}", name, log);
        }
    }
}

#[test]
fn what_rsyslog_writes_to_be_debugged_is_refused() {
    let log = "Debug line with all properties:\n\
               FROMHOST: 'web1', fromhost-ip: '10.0.0.7', HOSTNAME: 'web1', PRI: 38,\n\
               syslogtag 'sshd[11]:', programname: 'sshd', APP-NAME: 'sshd', PROCID: '11', MSGID: '-',\n\
               TIMESTAMP: 'Mar  2 09:00:00', STRUCTURED-DATA: '-',\n\
               msg: ' Accepted password for bob from 10.0.0.5 port 50022 ssh2'\n\
               rawmsg: '<38>Mar  2 09:00:00 web1 sshd[11]: Accepted password for bob from 10.0.0.5 port 50022 ssh2'\n\n";
    let mut reader = LogReader::new(ReadOptions::default().with_year(Some(2026)));
    let end = reader.read(log.as_bytes(), "debug.log", &mut |_| ControlFlow::Continue(()));
    assert!(
        matches!(end, Err(FormatError::UnknownDialect { .. } | FormatError::Columns { .. })),
        "{end:?}"
    );
    let (events, summary) = read_with(log.as_bytes(), Format::Syslog);
    assert_eq!((events.len(), summary.skipped), (0, 6));
}

#[test]
fn a_login_that_no_head_says_is_sshds_is_counted_apart() {
    let login = "Accepted publickey for bob from 10.0.0.5 port 50022 ssh2: ED25519 SHA256:aBc+/9";
    for line in [
        format!("Mar  2 09:00:00 web1 wrapper[3]: {login}"),
        format!("Mar  2 09:00:00 web1 kernel: {login}"),
        format!("2026-03-02T09:00:00.000000001Z stderr F {login}"),
        format!("2026-03-02T09:00:00Z {login}"),
        format!("Mar  2 09:00:00 web1 nginx: <38>Mar  2 09:00:00 db1 sshd[3]: {login}"),
        format!("<38>1 2026-03-02T09:00:00Z web1 app 3 - - {{\"log\":\"{login}\"}}"),
    ] {
        let (events, summary) = read_with(line.as_bytes(), Format::Syslog);
        assert_eq!((events.len(), summary.skipped), (0, 0), "{line}");
        assert_eq!(summary.not_understood.values().sum::<u64>(), 1, "{line}");
        assert_eq!(summary.files_not_understood, 1, "{line}");
    }
}

#[test]
fn a_table_whose_rows_begin_with_a_time_is_no_syslog() {
    for log in [
        "Date,User,Where\n2026-03-02T09:00:00Z,Bob Example,Portal: main\n2026-03-02T09:00:01Z,Amy Example,Portal: main\n",
        "2026-03-02 09:00:00 Bob logged in\n2026-03-02 09:00:01 Amy logged in\n",
        "2026-03-02 09:00:00 GET /index.html 200\n2026-03-02 09:00:01 GET /a 200\n",
    ] {
        let mut reader = LogReader::new(ReadOptions::default());
        let end = reader.read(log.as_bytes(), "log", &mut |_| ControlFlow::Continue(()));
        assert!(
            matches!(end, Err(FormatError::UnknownDialect { .. } | FormatError::Columns { .. })),
            "{log}: {end:?}"
        );
    }
}

#[test]
fn a_name_of_a_zone_is_no_guess() {
    let line = "Mon 2026-03-02 09:00:00 CET web1 sshd[3]: Accepted password for bob from 10.0.0.5 port 5 ssh2";
    let (events, summary) = read_with(line.as_bytes(), Format::Syslog);
    assert_eq!((events.len(), summary.skipped), (0, 1));
    assert!(summary.first_errors[0].to_string().contains("zone CET"));
}

/// A file of the cases beside the workspace, or `None` after saying that the test skips.
fn case(name: &str) -> Option<Vec<u8>> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/cases").join(name);
    if let Ok(bytes) = fs::read(&path) {
        return Some(bytes);
    }
    println!("skipped: {name} is not in ../shared/data/cases");
    None
}

#[test]
fn the_hosts_of_the_cases_are_those_that_wrote_the_lines() {
    for (name, number) in
        [("syslog-host-in-other-clothes/hosts.log", 4), ("syslog-through-a-relay/relay.log", 5)]
    {
        let Some(log) = case(name) else { continue };
        let (events, summary) = read_with(&log, Format::Auto);
        assert_eq!((events.len(), summary.skipped), (number, 0), "{name}");
        assert!(events.iter().all(|event| event.dst_host().to_string() == "web1"), "{name}");
        assert!(events.iter().all(|event| event.src_host().to_string() == "10.0.0.5"), "{name}");
    }
    if let Some(log) = case("syslog-solaris-message-id/solaris.log") {
        let (events, _) = read_with(&log, Format::Auto);
        let failed = events.iter().filter(|event| event.outcome() == Outcome::Failure).count();
        assert_eq!((events.len(), failed), (31, 30));
    }
    if let Some(log) = case("csv-taken-for-syslog/InteractiveSignIns.csv") {
        let mut reader = LogReader::new(ReadOptions::default());
        let _ = reader.read(&log[..], "signins.csv", &mut |_| ControlFlow::Continue(()));
        let passed = &reader.summary().passed_over;
        assert!(!passed.contains_key("syslog of another program"), "{passed:?}");
    }
}
