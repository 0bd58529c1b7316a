//! What real sshd of two versions wrote, where it is present beside the workspace; it is no part of the
//! project. What is read is held against counts made by looking for words in the lines, and against
//! what was done.

#![allow(clippy::print_stdout, reason = "says what it skips")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::PathBuf;

use flate2::read::MultiGzDecoder;
use sidestep::event::{
    Activity, AuthEvent, AuthProtocol, Event, HostActivity, HostActivityKind, Mfa, Outcome,
};
use sidestep_formats::{LogReader, ReadOptions, ReadSummary};

struct Log {
    text: String,
    events: Vec<AuthEvent<'static>>,
    activities: Vec<HostActivity<'static>>,
    summary: ReadSummary,
}

/// Reads a file of the testbed, or `None` after saying that the test skips.
fn read(name: &str) -> Option<Log> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/testbed_linux")
        .join(name);
    let Ok(bytes) = fs::read(&path) else {
        println!("skipped: {name} is not in ../shared/data/testbed_linux");
        return None;
    };
    let mut text = String::new();
    if name.ends_with(".gz") {
        MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    let mut reader = LogReader::new(ReadOptions::default().with_year(Some(2026)));
    let (mut events, mut activities) = (Vec::new(), Vec::new());
    let flow = reader
        .read(text.as_bytes(), name, &mut |event| {
            match event {
                Event::Auth(event) => events.push(event.clone().into_owned()),
                Event::Activity(activity) => activities.push(activity.clone().into_owned()),
                _ => {}
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(flow.is_continue());
    let summary = reader.summary().clone();
    assert_eq!(summary.skipped, 0, "{name}: {:?}", summary.first_errors);
    assert!(summary.not_understood.is_empty(), "{name}: {:?}", summary.not_understood);
    Some(Log { text, events, activities, summary })
}

impl Log {
    /// Lines that hold all words.
    fn lines(&self, words: &[&str]) -> usize {
        self.text.lines().filter(|line| words.iter().all(|word| line.contains(word))).count()
    }

    fn logons(&self, outcome: Outcome) -> Vec<&AuthEvent<'static>> {
        self.events
            .iter()
            .filter(|event| event.activity() == Activity::Logon && event.outcome() == outcome)
            .filter(|event| event.logon_process() == Some("sshd"))
            .collect()
    }

    fn bound(&self) -> BTreeSet<String> {
        self.activities
            .iter()
            .filter(|activity| activity.kind() == HostActivityKind::AddressBinding)
            .map(|activity| {
                let host = activity.host();
                format!("{} {}", host.name.as_deref().unwrap(), host.ip.unwrap())
            })
            .collect()
    }
}

fn short(event: &AuthEvent<'_>) -> String {
    format!(
        "{} {} {} {:?} {} {:?} {:?} {:?} {:?} {:?}",
        event.time().micros() / 1_000_000,
        event.account(),
        event.src_host(),
        event.src_host().port,
        event.dst_host(),
        event.activity(),
        event.outcome(),
        event.mfa(),
        event.credential(),
        event.outcome_reason()
    )
}

#[test]
fn the_chain_is_read_whole_in_both_templates() {
    let mut known: Option<Vec<String>> = None;
    for name in ["ssh-chain/all-hosts-iso.log.gz", "ssh-chain/all-hosts-rfc5424.log.gz"] {
        let Some(read) = read(name) else { continue };
        assert_eq!(read.text.lines().count(), 1658);
        let logins = read.logons(Outcome::Success);
        assert_eq!(logins.len(), read.lines(&["Accepted ", " for ", " from "]));
        assert_eq!(logins.len(), 197);
        let by = |protocol| logins.iter().filter(|e| e.auth_protocol() == protocol).count();
        assert_eq!((by(AuthProtocol::PublicKey), by(AuthProtocol::Password)), (149, 48));
        // The bare keys that were offered before a certificate are no failures.
        let failed = read.logons(Outcome::Failure);
        assert_eq!(failed.len(), read.lines(&["Failed password for "]) + 1);
        assert_eq!(failed.len(), 22);
        let offered = "sshd, a key or ticket that was offered by the way";
        assert_eq!(read.summary.passed_over[offered], 9);
        // Two factors, on the one host that logs the first.
        let both: Vec<_> = logins.iter().filter(|event| event.mfa() == Mfa::Used).collect();
        assert_eq!(both.len(), 5);
        assert!(
            both.iter().all(|e| e.account().name == "ivan" && e.dst_host().to_string() == "jump1")
        );
        let emil: Vec<_> = logins.iter().filter(|event| event.account().name == "emil").collect();
        assert_eq!(emil.len(), 13);
        assert!(emil.iter().all(|event| event.account().domain.as_deref() == Some("CORP")));
        let named: BTreeSet<_> = failed.iter().map(|event| event.account().to_string()).collect();
        for name in ["naïve", "admin@CORP", "user@realm.example", "oracle test", "anna"] {
            assert!(named.contains(name), "{name}: {named:?}");
        }
        assert!(named.iter().all(|name| !name.contains('\\')), "{named:?}");
        // A certificate is known by its authority, name and number.
        let certified =
            logins.iter().filter(|e| e.credential().is_some_and(|c| c.contains(" ID ops@lab")));
        assert_eq!(certified.count(), read.lines(&["Accepted publickey for ops "]));
        assert_eq!(
            read.bound(),
            ["build1 10.77.1.51", "db1 10.77.1.41", "jump1 10.77.1.20"].map(str::to_owned).into()
        );
        let switched =
            read.events.iter().filter(|e| e.activity() == Activity::AccountSwitch).count();
        assert_eq!(switched, 11);
        let dropped: Vec<_> = read
            .activities
            .iter()
            .filter(|activity| activity.kind() == HostActivityKind::NetworkConnection)
            .collect();
        assert_eq!(dropped.len(), 1);
        assert_eq!(dropped[0].host().to_string(), "build1");
        let all: Vec<_> = read.events.iter().map(short).collect();
        assert_eq!(&all, known.get_or_insert_with(|| all.clone()));
    }
}

#[test]
fn what_a_host_kept_itself_is_what_the_collector_has_of_it() {
    let Some(own) = read("ssh-chain/jump1-own-rfc3164.log.gz") else { return };
    assert_eq!(own.logons(Outcome::Success).len(), own.lines(&["Accepted ", " for ", " from "]));
    let Some(all) = read("ssh-chain/all-hosts-iso.log.gz") else { return };
    let of = |read: &Log| -> Vec<String> {
        let of_host = read.events.iter().filter(|e| e.dst_host().to_string() == "jump1");
        of_host.map(short).collect()
    };
    assert_eq!(of(&own), of(&all));
    assert_eq!(own.bound(), ["jump1 10.77.1.20".to_owned()].into());
}

#[test]
fn two_versions_and_two_levels_say_the_same() {
    let Some(read) = read("ssh-versions/side-by-side-iso.log.gz") else { return };
    let logins = read.logons(Outcome::Success);
    assert_eq!(logins.len(), read.lines(&["Accepted ", " for ", " from "]));
    let failed = read.logons(Outcome::Failure);
    let wrong =
        read.lines(&["Failed password for "]) + read.lines(&["Failed keyboard-interactive"]);
    // Of three keys that one client offers, one failure, on the two hosts that log it.
    assert_eq!(failed.len(), wrong + 2);
    for host in ["old9i", "old9v", "new10i", "new10v"] {
        let reason = |user: &str| {
            let mut of = failed.iter().filter(|event| event.dst_host().to_string() == host);
            let found = of.find(|event| event.account().name == user).unwrap();
            found.outcome_reason().unwrap_or_default().to_owned()
        };
        // The passwords of these were right.
        assert!(reason("exp1").contains("has expired"), "{}", reason("exp1"));
        assert_eq!(reason("deny1"), "listed in DenyUsers");
        let both =
            logins.iter().filter(|e| e.dst_host().to_string() == host && e.mfa() == Mfa::Used);
        assert_eq!(both.count(), if host.ends_with('v') { 2 } else { 0 });
    }
    let bound = ["new10i 10.77.90.13", "new10v 10.77.90.14", "old9v 10.77.90.12"];
    assert_eq!(read.bound(), bound.map(str::to_owned).into());
    let dropped = read
        .activities
        .iter()
        .filter(|activity| activity.kind() == HostActivityKind::NetworkConnection);
    assert_eq!(dropped.count(), read.lines(&["drop connection #"]));
}

#[test]
fn the_first_run_is_read_whole() {
    let Some(read) = read("sshd-92-and-105.log") else { return };
    let logins = read.logons(Outcome::Success);
    assert_eq!((logins.len(), read.logons(Outcome::Failure).len()), (10, 4));
    for process in ["]: ", "sshd-session["] {
        let lines = read.lines(&["Accepted", process]);
        assert!(lines > 0, "{process}");
    }
    let eve: BTreeSet<_> = read
        .events
        .iter()
        .filter(|event| event.account().name.contains("eve"))
        .map(|event| event.account().to_string())
        .collect();
    assert_eq!(eve, ["eve x@CORP".to_owned()].into());
    let certified: Vec<_> = logins.iter().filter_map(|event| event.credential()).collect();
    let certified = certified.iter().filter(|mark| mark.contains("ID bob-laptop serial 42"));
    assert_eq!(certified.count(), 2);
}

#[test]
fn the_journal_says_the_same() {
    let Some(read) = read("journald/sshd-92-and-105.json") else { return };
    assert_eq!(read.logons(Outcome::Success).len(), read.lines(&["Accepted publickey for "]));
    let failed = read.logons(Outcome::Failure);
    // Each wrong password is written by PAM, and that of an unknown user once more.
    assert_eq!(failed.len(), read.lines(&["error: PAM: Authentication failure for "]));
    assert!(failed.iter().any(|event| event.account().name == "yana"));
    assert!(failed.iter().all(|event| event.dst_host().to_string() == "jhost1"));
    let zoe: BTreeSet<_> = read
        .events
        .iter()
        .filter(|event| event.account().name.contains("zoe"))
        .map(|event| event.account().to_string())
        .collect();
    assert_eq!(zoe, ["zoe@CORP".to_owned()].into());
}
