//! Syslog: what each message gives, whatever the line around it, and what is wrong with a line.

use std::ops::ControlFlow;

use proptest::prelude::*;
use sidestep::Timestamp;
use sidestep::event::{Activity, AuthEvent, AuthProtocol, LogonType, Outcome};
use sidestep_formats::{Format, FormatError, LogReader, ReadOptions, ReadSummary};

fn read_with(log: &[u8], options: ReadOptions) -> (Vec<AuthEvent<'static>>, ReadSummary) {
    let mut events = Vec::new();
    let mut reader = LogReader::new(options);
    let _ = reader
        .read(log, "auth.log", &mut |event| {
            events.extend(event.auth().cloned().map(AuthEvent::into_owned));
            ControlFlow::Continue(())
        })
        .unwrap();
    (events, reader.summary().clone())
}

fn options() -> ReadOptions {
    ReadOptions::default().with_year(Some(2023))
}

/// Reads one message of a program.
fn read(program: &str, text: &str) -> (Vec<AuthEvent<'static>>, ReadSummary) {
    let (events, summary) =
        read_with(format!("Dec 10 06:55:46 web1 {program}[17]: {text}\n").as_bytes(), options());
    assert_eq!(summary.skipped, 0, "{text}: {:?}", summary.first_errors);
    (events, summary)
}

fn one(program: &str, text: &str) -> AuthEvent<'static> {
    let (mut events, _) = read(program, text);
    assert_eq!(events.len(), 1, "{text}");
    events.remove(0)
}

fn silent(program: &str, text: &str) {
    let (events, summary) = read(program, text);
    assert_eq!((events.len(), summary.passed_over.values().sum::<u64>()), (0, 1), "{text}");
}

#[test]
fn a_login_has_all_that_its_line_says() {
    let text = "Accepted publickey for bob from 10.0.0.5 port 50022 ssh2: ED25519 SHA256:aBc+/9";
    for line in [
        format!("Dec 10 06:55:46 web1 sshd[17]: {text}"),
        format!("<86>Dec 10 06:55:46 web1 sshd[17]: {text}"),
        format!("2023-12-10T07:55:46+01:00 web1 sshd-session[17]: {text}"),
        format!("<86>1 2023-12-10T06:55:46Z web1 sshd 17 - - {text}"),
    ] {
        let (events, summary) = read_with(line.as_bytes(), options());
        assert_eq!((events.len(), summary.skipped), (1, 0), "{line}");
        let event = &events[0];
        assert_eq!(event.time().to_string(), "2023-12-10T06:55:46Z");
        assert_eq!((event.activity(), event.outcome()), (Activity::Logon, Outcome::Success));
        assert_eq!(event.account().name, "bob");
        assert_eq!(event.src_host().to_string(), "10.0.0.5");
        assert_eq!(event.src_host().port, Some(50_022));
        assert_eq!(event.dst_host().to_string(), "web1");
        assert_eq!(event.auth_protocol(), AuthProtocol::PublicKey);
        assert_eq!(event.logon_type(), LogonType::Network);
        assert_eq!(event.logon_process(), Some("sshd"));
        assert_eq!(event.outcome_reason(), Some("ED25519 SHA256:aBc+/9"));
        assert_eq!(event.raw_ref(), Some(1));
    }
}

#[test]
fn methods_are_protocols() {
    for (method, protocol) in [
        ("password", AuthProtocol::Password),
        ("keyboard-interactive/pam", AuthProtocol::Password),
        ("publickey", AuthProtocol::PublicKey),
        ("gssapi-with-mic", AuthProtocol::Kerberos),
        ("hostbased", AuthProtocol::Other),
    ] {
        let text = format!("Failed {method} for root from ::ffff:10.0.0.5 port 22 ssh2 [preauth]");
        let event = one("sshd", &text);
        assert_eq!((event.auth_protocol(), event.outcome()), (protocol, Outcome::Failure));
        assert_eq!(event.src_host().to_string(), "10.0.0.5");
    }
}

#[test]
fn the_name_of_an_invalid_user_is_not_taken_for_the_rest() {
    let name = "x from 9.9.9.9 port 22 ssh2: RSA SHA256:aa";
    let event =
        one("sshd", &format!("Failed password for invalid user {name} from 10.0.0.5 port 9 ssh2"));
    assert_eq!(event.account().name, name);
    assert_eq!(event.src_host().to_string(), "10.0.0.5");
    assert_eq!(event.outcome_reason(), Some("invalid user"));
    for text in ["Invalid user {} from 10.0.0.5 port 9", "Invalid user {} from 10.0.0.5"] {
        let event = one("sshd", &text.replace("{}", name));
        assert_eq!(event.account().name, name);
        assert_eq!(event.src_host().to_string(), "10.0.0.5");
        assert_eq!(event.activity(), Activity::Preauthentication);
    }
}

#[test]
fn refusals_are_no_logons() {
    for (text, user, reason) in [
        ("ROOT LOGIN REFUSED FROM 10.0.0.5 port 9", "root", "root login refused"),
        ("ROOT LOGIN REFUSED FROM 10.0.0.5", "root", "root login refused"),
        (
            "error: maximum authentication attempts exceeded for invalid user a b from 10.0.0.5 port 9 ssh2 [preauth]",
            "a b",
            "maximum authentication attempts exceeded",
        ),
        (
            "User bob from 10.0.0.5 not allowed because not listed in AllowUsers",
            "bob",
            "not listed in AllowUsers",
        ),
        (
            "Connection closed by authenticating user bob 10.0.0.5 port 9 [preauth]",
            "bob",
            "connection closed",
        ),
        (
            "Connection reset by authenticating user bob 10.0.0.5 port 9 [preauth]",
            "bob",
            "connection closed",
        ),
        (
            "Disconnected from authenticating user bob 10.0.0.5 port 9 [preauth]",
            "bob",
            "connection closed",
        ),
        (
            "Disconnecting authenticating user bob 10.0.0.5 port 9: Too many authentication failures [preauth]",
            "bob",
            "Too many authentication failures",
        ),
    ] {
        let event = one("sshd", text);
        assert_eq!(event.activity(), Activity::Preauthentication, "{text}");
        assert_eq!(event.outcome(), Outcome::Failure);
        assert_eq!((event.account().name.as_ref(), event.outcome_reason()), (user, Some(reason)));
        assert_eq!(event.src_host().to_string(), "10.0.0.5");
    }
}

#[test]
fn what_tells_nothing_is_passed_over() {
    for text in [
        "Postponed keyboard-interactive for bob from 10.0.0.5 port 9 ssh2 [preauth]",
        "Partial publickey for bob from 10.0.0.5 port 9 ssh2: RSA SHA256:aa",
        "Failed none for invalid user bob from 10.0.0.5 port 9 ssh2",
        "Failed password for invalid user  from 10.0.0.5 port 9 ssh2",
        "Accepted certificate ID \"x\" (serial 0) signed by RSA CA SHA256:aa via /etc/ca",
        "Connection closed by invalid user bob 10.0.0.5 port 9 [preauth]",
        "Connection closed by 10.0.0.5 port 9 [preauth]",
        "Disconnected from user bob 10.0.0.5 port 9",
        "Received disconnect from 10.0.0.5: 11: Bye Bye [preauth]",
        "pam_unix(sshd:auth): check pass; user unknown",
        "pam_unix(sshd:session): session opened for user bob(uid=1000) by (uid=0)",
        "Server listening on 0.0.0.0 port 22.",
        "",
    ] {
        silent("sshd", text);
    }
    silent("CRON", "pam_unix(cron:session): session opened for user root by (uid=0)");
    silent("kernel", "device accepted for eth0");
}

#[test]
fn a_login_that_pam_repeats_counts_once() {
    let log = "Dec 10 09:32:20 web1 sshd[9]: Accepted password for bob from 10.0.0.5 port 9 ssh2\n\
               Dec 10 09:32:20 web1 sshd[9]: pam_unix(sshd:session): session opened for user bob by (uid=0)\n\
               Dec 10 10:32:20 web1 sshd[9]: pam_unix(sshd:session): session closed for user bob\n";
    let (events, _) = read_with(log.as_bytes(), options());
    let told: Vec<_> = events.iter().map(AuthEvent::activity).collect();
    assert_eq!(told, [Activity::Logon, Activity::Logoff]);
}

#[test]
fn repeats_are_unfolded_up_to_a_bound() {
    let inner = "Failed password for root from 10.0.0.5 port 9 ssh2";
    for (times, events) in [("3", 3), ("4000000000", 128)] {
        let (found, _) = read("sshd", &format!("message repeated {times} times: [ {inner}]"));
        assert_eq!(found.len(), events);
        assert!(found.iter().all(|event| event.src_host().to_string() == "10.0.0.5"));
    }
    silent("sshd", "message repeated 0 times: [ Failed password for root]");
}

#[test]
fn pam_tells_of_wrong_passwords_and_of_sessions_at_the_console() {
    let text = "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= \
                rhost=ws1.corp.example  user=root";
    let event = one("sshd", text);
    assert_eq!(event.activity(), Activity::CredentialValidation);
    assert_eq!(event.src_host().to_string(), "ws1.corp.example");
    let old = "authentication failure; logname= uid=0 euid=0 tty=NODEVssh ruser= rhost=10.0.0.5 ";
    silent("sshd(pam_unix)", old);
    assert_eq!(one("sshd(pam_unix)", &format!("{old} user=bob")).account().name, "bob");
    let console = one("login(pam_unix)", "session opened for user root by LOGIN(uid=0)");
    assert_eq!(
        (console.activity(), console.logon_type()),
        (Activity::Logon, LogonType::Interactive)
    );
    assert!(console.src_host().is_unknown());
    let greeter = "pam_unix(gdm-password:session): session closed for user bob";
    assert_eq!(one("gdm-password]", greeter).activity(), Activity::Logoff);
}

#[test]
fn su_and_sudo_switch_accounts() {
    for (program, text, subject, account, outcome) in [
        (
            "sudo",
            "     bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/sh -c a ; b",
            Some("bob"),
            "root",
            Outcome::Success,
        ),
        (
            "sudo",
            "bob : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/sh",
            Some("bob"),
            "root",
            Outcome::Failure,
        ),
        (
            "su",
            "pam_unix(su-l:session): session opened for user root(uid=0) by bob(uid=1000)",
            Some("bob"),
            "root",
            Outcome::Success,
        ),
        (
            "su(pam_unix)",
            "session opened for user news by (uid=0)",
            Some("root"),
            "news",
            Outcome::Success,
        ),
        ("su", "FAILED SU (to root) bob on pts/1", Some("bob"), "root", Outcome::Failure),
        ("su", "FAILED su for root by bob", Some("bob"), "root", Outcome::Failure),
        ("su", "BAD SU bob to root on /dev/ttyp0", Some("bob"), "root", Outcome::Failure),
        ("su", "bob to root on /dev/ttyp0", Some("bob"), "root", Outcome::Success),
    ] {
        let event = one(program, text);
        assert_eq!(event.activity(), Activity::AccountSwitch, "{text}");
        assert_eq!(event.subject().map(|subject| subject.name.as_ref()), subject, "{text}");
        assert_eq!((event.account().name.as_ref(), event.outcome()), (account, outcome), "{text}");
        assert_eq!(event.dst_host().to_string(), "web1");
    }
    silent("sudo", "pam_unix(sudo:session): session opened for user root by bob(uid=1000)");
    silent("su", "(to root) bob on pts/1");
    silent("su", "+ /dev/pts/1 bob:root");
}

#[test]
fn sources_that_name_no_host_are_left_out() {
    for address in ["127.0.0.1", "::1", "fe80::1%eth0", "UNKNOWN", "localhost"] {
        let text = format!("Accepted password for bob from {address} port 9 ssh2");
        let event = one("sshd", &text);
        assert!(event.src_host().is_unknown(), "{address}");
        assert_eq!(event.dst_host().to_string(), "web1");
    }
}

#[test]
fn times_have_the_year_and_zone_that_were_given() {
    let log = "Dec 31 23:59:59 web1 sshd[9]: Accepted password for a from 10.0.0.5 port 9 ssh2\n\
               Jan  1 00:00:01 web1 sshd[9]: Accepted password for b from 10.0.0.5 port 9 ssh2\n";
    let next = "Jan  8 00:00:00 web1 sshd[9]: Accepted password for c from 10.0.0.5 port 9 ssh2\n";
    let options = options().with_zone("+01:00".parse().unwrap());
    let mut times = Vec::new();
    let mut reader = LogReader::new(options);
    for log in [log, next] {
        let _ = reader
            .read(log.as_bytes(), "auth.log", &mut |event| {
                times.push(event.time().to_string());
                ControlFlow::Continue(())
            })
            .unwrap();
    }
    assert_eq!(
        times,
        ["2023-12-31T22:59:59Z", "2023-12-31T23:00:01Z", "2024-01-07T23:00:00Z"],
        "a rotated log goes on where the one before it ended"
    );
}

#[test]
fn without_a_year_dates_follow_from_the_time_of_reading() {
    let log = "Nov 30 08:00:00 web1 sshd[9]: Accepted password for a from 10.0.0.5 port 9 ssh2\n\
               Jan  1 08:00:00 web1 sshd[9]: Accepted password for b from 10.0.0.5 port 9 ssh2\n";
    let read = |now| {
        let mut times = Vec::new();
        let mut reader = LogReader::new(ReadOptions::default().with_now(now));
        let end = reader.read(log.as_bytes(), "auth.log", &mut |event| {
            times.push(event.time().to_string());
            ControlFlow::Continue(())
        });
        (times, end)
    };
    // 2024-06-15 and 2023-06-15.
    for (now, dates) in [
        (1_718_409_600_000_000, ["2023-11-30T08:00:00Z", "2024-01-01T08:00:00Z"]),
        (1_686_787_200_000_000, ["2022-11-30T08:00:00Z", "2023-01-01T08:00:00Z"]),
    ] {
        let (times, end) = read(Some(Timestamp::from_micros(now)));
        assert!(end.is_ok() && times == dates, "{times:?}");
    }
    let (times, end) = read(None);
    let error = end.unwrap_err();
    assert!(matches!(error, FormatError::NoYear { line: 1, .. }) && times.is_empty(), "{error}");
    assert!(error.to_string().starts_with("auth.log:1: the time has no year"), "{error}");
}

#[test]
fn a_bad_line_says_what_is_wrong() {
    let log = "Dec 10 06:55:46 web1 sshd[1]: Accepted password for bob from 10.0.0.5 port 9 ssh2\n\
               Dec 10 06:55:4\n\
               Dec 10 06:55:46 web1 sshd[1]: Accepted password for bo\n\
               Feb 30 06:55:46 web1 sshd[1]: Accepted password for bob from 10.0.0.5 port 9 ssh2\n\
               <86>1 - web1 sshd 17 - - Accepted password for bob from 10.0.0.5 port 9 ssh2\n\
               ??\n";
    let mut log = log.to_owned().into_bytes();
    log.extend(b"Dec 10 06:55:46 web1 app[1]: \xff\xfe\n");
    let (events, summary) = read_with(&log, options());
    assert_eq!((events.len(), summary.skipped), (1, 5));
    assert_eq!(summary.passed_over["syslog of another program"], 1);
    let errors: Vec<_> = summary.first_errors.iter().map(ToString::to_string).collect();
    assert_eq!(errors[0], "auth.log:2: does not begin as a line of syslog: time, host, program");
    assert_eq!(errors[1], "auth.log:3: does not say where the login came from; is the line cut?");
    assert!(errors[2].starts_with("auth.log:4: time: month 2 has no day 30"), "{}", errors[2]);
    assert_eq!(errors[3], "auth.log:5: has no time that can be read");
}

/// Text that looks like syslog often enough to get past the first checks.
fn syslogish() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => proptest::sample::select(vec![
            "Dec 10 06:55:46 web1 sshd[17]: ", "2023-12-10T06:55:46Z web1 sshd[1]: ", "\n", "\n",
            "<86>1 2023-12-10T06:55:46Z web1 sshd 17 - - ", "Feb 29 00:00:00 w su: ", "\r\n", "[",
            "Jul  1 23:59:60 w sudo: ", "Accepted password for ", "Failed publickey for ", " ssh2",
            "invalid user ", "bob", " from ", "10.0.0.5", "::1", " port ", "22", "65536", ": ",
            "RSA SHA256:aa", " [preauth]", "Invalid user ", "message repeated 3 times: [ ", "]",
            "pam_unix(sshd:auth): ", "authentication failure; ", "rhost=", " user=", "]", "\"",
            "session opened for user ", " by ", "(uid=0)", "bob : TTY=x ; USER=root ; COMMAND=y",
            "Connection closed by authenticating user ", "User ", " not allowed because ", "é",
            "FAILED SU (to ", ") ", "ROOT LOGIN REFUSED FROM ", " ", "\\", "<", ">", "\u{feff}",
            "Partial publickey for ", "error: PAM: Authentication failure for ", "illegal user ",
            "Failed publickey for bob from 10.0.0.5 port 22 ssh2: RSA SHA256:aa\n",
            "Accepted publickey for bob from 10.0.0.5 port 22 ssh2: RSA SHA256:aa\n",
            "error: PAM: Authentication failure for bob from 10.0.0.5\n",
            "Failed keyboard-interactive/pam for bob from 10.0.0.5 port 22 ssh2\n",
            "Dec 10 06:58:46 web1 sshd[17]: ", "Connection closed by 10.0.0.5 port 22\n",
            "fatal: Access denied for user ", " by PAM account configuration", "Accepted none for ",
            "Connection from ", " on ", "pam_unix(sshd:account): account x has expired\n", "\\303",
            "Timeout before authentication for connection from 10.0.0.5 to 10.0.0.7, pid = 17\n",
            "<86>Dec 10 06:55:46 ", "relay web1 ", "auth.info ", "[ID 7 auth.info] ", "2026 ",
            "maximum authentication attempts exceeded for ", "Disconnecting ", "authenticating user ",
        ]).prop_map(|text| text.as_bytes().to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn every_line_is_an_event_or_counted(bytes in syslogish()) {
        let bytes: Vec<u8> = [b"Dec 10 06:55:46 web1 x: y\n".as_slice(), &bytes].concat();
        let options = options().with_format(Format::Syslog);
        let (_, summary) = read_with(&bytes, options);
        let lines = bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty() && *line != b"\r")
            .count() as u64;
        let unknown: u64 = summary.not_understood.values().sum();
        let passed: u64 = summary.passed_over.values().sum();
        let counted = summary.events + passed + unknown + summary.skipped;
        // A repeated message is more than one.
        prop_assert!(counted >= lines, "{counted} of {lines}");
        // A NUL or a carriage return may stand between two.
        let is_stream = bytes.contains(&0) || bytes.windows(2).any(|two| two[0] == b'\r' && two[1] != b'\n');
        if !is_stream && !bytes.windows(8).any(|word| word == b"repeated") {
            prop_assert_eq!(counted, lines);
        }
        let _ = LogReader::new(ReadOptions::default())
            .read(&bytes[..], "log", &mut |_| ControlFlow::Continue(()));
    }
}
