//! sshd: what a connection comes to over several messages, names, and where connections arrive.

#![allow(clippy::print_stdout, reason = "says what it skips")]

use std::fs;
use std::ops::ControlFlow;
use std::path::PathBuf;

use sidestep::event::{Activity, AuthEvent, Event, HostActivity, HostActivityKind, Mfa, Outcome};
use sidestep_formats::{LogReader, ReadOptions, ReadSummary};

const FROM: &str = "from 10.0.0.5 port 50022 ssh2";
const KEY: &str = "ED25519 SHA256:aBc+/9";

type Found = (Vec<AuthEvent<'static>>, Vec<HostActivity<'static>>, ReadSummary);

fn read(log: &[u8]) -> Found {
    let (mut events, mut activities) = (Vec::new(), Vec::new());
    let mut reader = LogReader::new(ReadOptions::default().with_year(Some(2026)));
    let flow = reader
        .read(log, "auth.log", &mut |event| {
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
    assert_eq!(summary.skipped, 0, "{:?}", summary.first_errors);
    let counted = summary.events + summary.passed_over.values().sum::<u64>();
    let lines = log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
    let dropped = activities.iter().filter(|a| a.kind() == HostActivityKind::NetworkConnection);
    let twice = dropped.filter(|a| a.peer().port.is_some() && counted > lines as u64).count();
    assert_eq!(counted, (lines + twice) as u64, "{:?}", summary.passed_over);
    (events, activities, summary)
}

/// Reads messages, each with its second, the host's name and the number of its process.
fn read_all(messages: &[(u32, &str, u32, &str)]) -> Found {
    let line = |(second, host, process, text): &(u32, &str, u32, &str)| {
        let (minute, second) = (second / 60, second % 60);
        format!("2026-03-02T09:{minute:02}:{second:02}Z {host} sshd[{process}]: {text}\n")
    };
    read(messages.iter().map(line).collect::<String>().as_bytes())
}

/// What came of the messages: second, activity, account and outcome of each event.
fn told(events: &[AuthEvent<'_>]) -> Vec<(i64, Activity, String, Outcome)> {
    let second = |event: &AuthEvent<'_>| event.time().micros() / 1_000_000 - 1_772_442_000;
    let tell = |event: &AuthEvent<'_>| {
        (second(event), event.activity(), event.account().to_string(), event.outcome())
    };
    events.iter().map(tell).collect()
}

#[test]
fn a_key_that_was_offered_by_the_way_is_no_failure() {
    let failed = format!("Failed publickey for bob {FROM}: {KEY}");
    let gss = format!("Failed gssapi-with-mic for bob {FROM}");
    let accepted = format!("Accepted password for bob {FROM}");
    let (events, _, summary) = read_all(&[
        (1, "web1", 7, &gss),
        (1, "web1", 7, &failed),
        (1, "web1", 7, &failed),
        (3, "web1", 7, &accepted),
    ]);
    assert_eq!(told(&events), [(3, Activity::Logon, "bob".to_owned(), Outcome::Success)]);
    assert_eq!(summary.passed_over.values().sum::<u64>(), 3);
    // That of another process, or of another host, is one, and so is the same process again.
    for (host, process, port) in [("web1", 8, 50022), ("web2", 7, 50022), ("web1", 7, 50023)] {
        let accepted = format!("Accepted password for bob from 10.0.0.5 port {port} ssh2");
        let (events, ..) = read_all(&[(1, "web1", 7, &failed), (3, host, process, &accepted)]);
        let outcomes: Vec<_> = events.iter().map(AuthEvent::outcome).collect();
        assert_eq!(outcomes.len(), 2, "{host} {process} {port}");
        assert!(outcomes.contains(&Outcome::Failure));
    }
}

#[test]
fn a_connection_that_ends_without_a_login_has_failed_once() {
    let failed = format!("Failed publickey for bob {FROM}: {KEY}");
    for end in [
        "Connection closed by authenticating user bob 10.0.0.5 port 50022 [preauth]",
        "Connection closed by 10.0.0.5 port 50022 [preauth]",
        "Connection closed by 10.0.0.5 [preauth]",
        "Received disconnect from 10.0.0.5: 11: Bye Bye [preauth]",
        "error: maximum authentication attempts exceeded for bob from 10.0.0.5 port 50022 ssh2 [preauth]",
        "Disconnecting authenticating user bob 10.0.0.5 port 50022: Too many authentication failures [preauth]",
        "fatal: Timeout before authentication for 10.0.0.5 port 50022",
        "Connection from 10.0.0.6 port 50023 on 127.0.0.1 port 22 rdomain \"\"",
    ] {
        let (events, ..) =
            read_all(&[(1, "web1", 7, &failed), (2, "web1", 7, &failed), (4, "web1", 7, end)]);
        let logons: Vec<_> = events.iter().filter(|e| e.activity() == Activity::Logon).collect();
        assert_eq!(logons.len(), 1, "{end}");
        assert_eq!(told(&events)[0], (1, Activity::Logon, "bob".to_owned(), Outcome::Failure));
        assert_eq!(logons[0].credential(), Some("SHA256:aBc+/9"));
    }
    // Nothing else comes of it in time, or at all.
    let server = "Server listening on 0.0.0.0 port 22.";
    let (events, ..) = read_all(&[(1, "web1", 7, &failed), (122, "web1", 1, server)]);
    assert_eq!(events.len(), 1);
    let parent = "Timeout before authentication for connection from 10.0.0.5 to 10.0.0.7, pid = 7";
    let (events, activities, _) = read_all(&[(1, "web1", 7, &failed), (30, "web1", 1, parent)]);
    assert_eq!((events.len(), activities.len()), (1, 1));
}

#[test]
fn a_wrong_password_says_more_than_a_key() {
    let key = format!("Failed publickey for bob {FROM}: {KEY}");
    let password = format!("Failed password for bob {FROM}");
    let closed = "Connection closed by 10.0.0.5 port 50022 [preauth]";
    let (events, ..) = read_all(&[
        (1, "web1", 7, &key),
        (2, "web1", 7, &password),
        (3, "web1", 7, &password),
        (4, "web1", 7, closed),
    ]);
    let seconds: Vec<_> = told(&events).into_iter().map(|(second, ..)| second).collect();
    assert_eq!(seconds, [2, 3]);
}

#[test]
fn an_unknown_user_fails_once_whatever_keys_they_have() {
    let key = format!("Failed publickey for invalid user eve {FROM}: {KEY}");
    let (events, ..) = read_all(&[(1, "web1", 7, &key), (1, "web1", 7, &key)]);
    assert_eq!(told(&events), [(1, Activity::Logon, "eve".to_owned(), Outcome::Failure)]);
}

#[test]
fn without_processes_the_other_end_marks_a_connection() {
    let log = format!(
        "Mar  2 09:00:01 web1 sshd: Failed publickey for bob {FROM}: {KEY}\n\
         Mar  2 09:00:02 web1 sshd: Failed publickey for bob from 10.0.0.6 port 50022 ssh2: {KEY}\n\
         Mar  2 09:00:03 web1 sshd: Accepted password for bob {FROM}\n"
    );
    let (events, ..) = read(log.as_bytes());
    let sources: Vec<_> = events.iter().map(|event| event.src_host().to_string()).collect();
    assert_eq!(sources, ["10.0.0.5", "10.0.0.6"]);
}

#[test]
fn a_password_that_pam_took_for_wrong_counts_once() {
    let pam = "error: PAM: Authentication failure for bob from 10.0.0.5";
    let failed = format!("Failed keyboard-interactive/pam for bob {FROM}");
    let accepted = format!("Accepted keyboard-interactive/pam for bob {FROM}");
    let closed = "Connection closed by authenticating user bob 10.0.0.5 port 50022 [preauth]";
    for (messages, failures) in [
        (vec![pam, &failed], 1),
        (vec![pam, closed], 1),
        (vec![pam, pam, &failed, closed], 2),
        (vec![pam, &accepted], 1),
        (vec![pam], 1),
    ] {
        let numbered: Vec<_> =
            (1_u32..).zip(&messages).map(|(second, text)| (second, "web1", 7, *text)).collect();
        let (events, ..) = read_all(&numbered);
        let failed = events
            .iter()
            .filter(|e| e.activity() == Activity::Logon && e.outcome() == Outcome::Failure);
        assert_eq!(failed.count(), failures, "{messages:?}");
        assert!(events.is_sorted_by_key(AuthEvent::time));
    }
    let unknown = "error: PAM: User not known to the underlying authentication module for illegal user x y from 10.0.0.5";
    let (events, ..) = read_all(&[(1, "web1", 7, unknown)]);
    assert_eq!(events[0].account().name, "x y");
    assert_eq!(events[0].outcome_reason(), Some("invalid user"));
}

#[test]
fn an_account_that_may_not_log_on_is_refused_for_that() {
    let failed = format!("Failed password for bob {FROM}");
    let denied = "fatal: Access denied for user bob by PAM account configuration [preauth]";
    let account = "pam_unix(sshd:account): account bob has expired (account expired)";
    let (events, ..) =
        read_all(&[(1, "web1", 7, account), (1, "web1", 7, &failed), (1, "web1", 7, denied)]);
    assert_eq!(told(&events), [(1, Activity::Logon, "bob".to_owned(), Outcome::Failure)]);
    assert_eq!(events[0].outcome_reason(), Some("account bob has expired (account expired)"));
    // With a key the refusal is all there is.
    let (events, ..) = read_all(&[(1, "web1", 7, denied)]);
    assert_eq!(
        told(&events),
        [(1, Activity::Preauthentication, "bob".to_owned(), Outcome::Failure)]
    );
    assert_eq!(events[0].outcome_reason(), Some("access denied by PAM account configuration"));
    let not_allowed = "User bob from 10.0.0.5 not allowed because listed in DenyUsers";
    let invalid = format!("Failed password for invalid user bob {FROM}");
    let (events, ..) = read_all(&[(1, "web1", 7, not_allowed), (2, "web1", 7, &invalid)]);
    let reasons: Vec<_> = events.iter().map(|event| event.outcome_reason().unwrap()).collect();
    assert_eq!(reasons, ["listed in DenyUsers"; 2]);
    let root = "ROOT LOGIN REFUSED FROM 10.0.0.5 port 50022";
    let (events, ..) =
        read_all(&[(1, "web1", 7, root), (1, "web1", 7, &format!("{root} [preauth]"))]);
    assert_eq!(events.len(), 1);
}

#[test]
fn two_methods_are_two_factors() {
    let key = format!("Partial publickey for bob {FROM}: {KEY}");
    for (method, mfa) in [
        ("password", Mfa::Used),
        ("keyboard-interactive/pam", Mfa::Used),
        ("publickey", Mfa::Unknown),
    ] {
        let accepted = format!("Accepted {method} for bob {FROM}");
        let (events, ..) = read_all(&[(1, "web1", 7, &key), (2, "web1", 7, &accepted)]);
        assert_eq!((events.len(), events[0].mfa()), (1, mfa), "{method}");
        let (events, ..) = read_all(&[(1, "web1", 8, &key), (2, "web1", 7, &accepted)]);
        assert_eq!(events[0].mfa(), Mfa::Unknown);
    }
}

#[test]
fn none_is_a_login_where_it_was_accepted() {
    let (events, ..) = read_all(&[
        (1, "web1", 7, &format!("Failed none for bob {FROM}")),
        (1, "web1", 7, &format!("Accepted none for bob {FROM}")),
    ]);
    assert_eq!(told(&events), [(1, Activity::Logon, "bob".to_owned(), Outcome::Success)]);
}

#[test]
fn a_name_is_that_of_the_other_logs() {
    let pam = r"pam_unix(sshd:session): session closed for user CORP\emil";
    let (events, ..) = read_all(&[
        (1, "web1", 7, &format!(r"Accepted password for CORP\\emil {FROM}")),
        (2, "web1", 7, pam),
        (3, "web1", 7, r"Invalid user CORP\\emil from 10.0.0.5 port 9"),
        (
            4,
            "web1",
            7,
            r"Connection closed by authenticating user CORP\\\\emil 10.0.0.5 port 9 [preauth]",
        ),
        (
            4,
            "web1",
            8,
            r"Connection closed by authenticating user CORP\\emil 10.0.0.5 port 9 [preauth]",
        ),
        (
            5,
            "web1",
            7,
            "error: maximum authentication attempts exceeded for CORP\\\\emil from 10.0.0.5 port 9 ssh2",
        ),
        (6, "web1", 7, &format!(r"Failed password for na\303\257ve {FROM}")),
        (
            7,
            "web1",
            7,
            r"Connection closed by authenticating user na\\303\\257ve 10.0.0.5 port 9 [preauth]",
        ),
    ]);
    let names: Vec<_> = events.iter().map(|event| event.account().to_string()).collect();
    assert_eq!(names, [["emil@CORP"; 6].as_slice(), &["naïve"; 2]].concat());
}

#[test]
fn where_a_connection_arrives_the_host_has_an_address() {
    let began =
        |on: &str| format!("Connection from 10.0.0.5 port 50022 on {on} port 22 rdomain \"\"");
    let (events, activities, _) = read_all(&[
        (1, "web1", 7, &began("10.0.0.7")),
        (2, "web1", 8, &began("10.0.0.7")),
        (3, "web1", 9, &began("127.0.0.1")),
        (3, "web1", 9, &began("fe80::1%eth0")),
        (4, "web1", 10, &began("2001:db8::7")),
        (5, "web2", 11, &began("10.0.0.7")),
        (6, "10.0.0.9", 11, &began("10.0.0.9")),
    ]);
    assert!(events.is_empty());
    let bound: Vec<_> = activities
        .iter()
        .map(|a| (a.kind(), a.host().to_string(), a.host().ip.unwrap().to_string()))
        .collect();
    let binding =
        |address: &str| (HostActivityKind::AddressBinding, "web1".to_owned(), address.to_owned());
    assert_eq!(bound, [binding("10.0.0.7"), binding("2001:db8::7")]);
}

#[test]
fn a_connection_that_was_dropped_is_an_attempt_of_nobody_known() {
    let (events, activities, _) = read_all(&[(
        1,
        "web1",
        1,
        "drop connection #0 from [10.0.0.5]:50022 on [10.0.0.7]:22 penalty: failed authentication",
    )]);
    assert!(events.is_empty());
    let kinds: Vec<_> = activities.iter().map(HostActivity::kind).collect();
    assert_eq!(kinds, [HostActivityKind::AddressBinding, HostActivityKind::NetworkConnection]);
    let dropped = &activities[1];
    assert_eq!(
        (dropped.host().to_string(), dropped.peer().to_string()),
        ("web1".into(), "10.0.0.5".into())
    );
    assert_eq!((dropped.peer().port, dropped.object()), (Some(50_022), Some("ssh refused")));
    let penalty =
        "srclimit_penalise: 10.0.0.5/32: activating ipv4 penalty of 15 seconds for penalty: x";
    let (events, activities, _) = read_all(&[
        (1, "web1", 1, penalty),
        (2, "web1", 1, "refused connect from ws1.corp.example (10.0.0.5)"),
        (3, "web1", 1, "drop connection #10 past MaxStartups"),
    ]);
    assert_eq!((events.len(), activities.len()), (0, 1));
    assert_eq!(activities[0].peer().to_string(), "10.0.0.5");
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
fn the_cases_are_read_right() {
    if let Some(log) = case("sshd-accepted-none/auth.log") {
        let (events, ..) = read(&log);
        assert_eq!(events.len(), 31);
        assert_eq!(events[30].outcome(), Outcome::Success);
    }
    if let Some(log) = case("sshd-backslash-in-names/auth.log") {
        let (events, ..) = read(&log);
        let logons = events.iter().filter(|event| event.activity() == Activity::Logon);
        let names: Vec<_> = logons.map(|event| event.account().to_string()).collect();
        assert_eq!(names, ["dave@CORP", "dave@CORP", "eve x@CORP"]);
    }
}
