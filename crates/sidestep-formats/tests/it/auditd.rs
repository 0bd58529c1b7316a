//! The Linux audit system: its log, raw and enriched, `ausearch`, syslog, the journal, and laurel.

use std::ops::ControlFlow;

use sidestep::event::{Activity, AuthEvent, LogonType, Outcome};
use sidestep_formats::{Format, LogReader, ReadOptions, ReadSummary};

type Read = (Vec<AuthEvent<'static>>, ReadSummary);

fn read_with(log: &str, options: ReadOptions) -> Read {
    let mut events = Vec::new();
    let mut reader = LogReader::new(options);
    let _ = reader
        .read(log.as_bytes(), "audit.log", &mut |event| {
            events.extend(event.auth().cloned().map(AuthEvent::into_owned));
            ControlFlow::Continue(())
        })
        .unwrap();
    let summary = reader.summary().clone();
    assert!(summary.not_understood.is_empty(), "{summary:?}");
    (events, summary)
}

fn on(host: &str) -> ReadOptions {
    ReadOptions::default().with_host(Some(host.to_owned())).with_year(Some(2026))
}

/// A record of a program's: 2026-03-02T09:00:00Z is 1772442000.
fn record(kind: &str, second: u32, pid: u32, message: &str) -> String {
    let ses = if message.contains("res=failed") { "4294967295" } else { "3" };
    format!(
        "type={kind} msg=audit(17724420{second:02}.250:4{second:02}): pid={pid} uid=0 auid=4294967295 ses={ses} \
         subj=system_u:system_r:sshd_t:s0 msg='{message}'\n"
    )
}

const SSHD: &str = "exe=\"/usr/sbin/sshd\" hostname=10.0.0.5 addr=10.0.0.5 terminal=ssh";

/// What one login by a password leaves.
fn login() -> String {
    let bob = |op: &str| format!("op={op} acct=\"bob\" {SSHD} res=success");
    record("USER_AUTH", 1, 17, &bob("PAM:authentication grantors=pam_unix"))
        + &record("USER_ACCT", 1, 17, &bob("PAM:accounting grantors=pam_unix"))
        + &record("CRED_ACQ", 2, 17, &bob("PAM:setcred grantors=pam_unix"))
        + "type=LOGIN msg=audit(1772442002.250:403): pid=17 uid=0 old-auid=4294967295 auid=1000 tty=(none) old-ses=4294967295 ses=3 res=1\n"
        + &record("USER_START", 3, 17, &bob("PAM:session_open grantors=pam_unix"))
        + "type=SYSCALL msg=audit(1772442003.260:404): arch=c000003e syscall=59 success=yes exit=0 pid=18 auid=1000\n"
        + &record("USER_LOGIN", 4, 17, &format!("op=login id=1000 {SSHD} res=success"))
        + &record("USER_END", 5, 17, &bob("PAM:session_close grantors=pam_unix"))
}

fn check(event: &AuthEvent<'_>) {
    assert_eq!((event.activity(), event.outcome()), (Activity::Logon, Outcome::Success));
    assert_eq!(event.account().to_string(), "bob");
    assert_eq!(event.src_host().to_string(), "10.0.0.5");
    assert_eq!(event.dst_host().to_string(), "web1");
    assert_eq!(event.logon_type(), LogonType::Network);
    assert_eq!((event.logon_process(), event.logon_id()), (Some("sshd"), Some(3)));
}

#[test]
fn one_login_is_one_event_in_every_wrapping() {
    let raw = login();
    let node: String = raw.lines().map(|line| format!("node=web1 {line}\n")).collect();
    let enriched: String = raw
        .lines()
        .map(|line| format!("{line}\u{1d}UID=\"root\" AUID=\"bob\" ID=\"bob\"\n"))
        .collect();
    let searched: String =
        raw.lines().map(|line| format!("----\ntime->Mon Mar  2 09:00:01 2026\n{line}\n")).collect();
    let syslog: String =
        raw.lines().map(|line| format!("Mar  2 09:00:01 web1 audispd: {line}\n")).collect();
    for log in [&raw, &node, &enriched, &searched, &syslog] {
        let (events, summary) = read_with(log, on("web1"));
        assert_eq!((events.len(), summary.skipped), (1, 0), "{log}\n{summary:?}");
        check(&events[0]);
        assert_eq!(events[0].time().to_string(), "2026-03-02T09:00:04.250000Z");
        assert_eq!(events[0].event_code(), Some(1112));
    }
    let forced = on("web1").with_format(Format::Auditd);
    assert_eq!(read_with(&raw, forced).0, read_with(&raw, on("web1")).0);
    // Nothing in it names the host.
    let (events, summary) = read_with(&raw, ReadOptions::default());
    assert_eq!((events.len(), summary.skipped), (0, 1));
    assert!(summary.first_errors[0].to_string().contains("--host"));
}

#[test]
fn an_account_may_be_encoded_or_a_number() {
    let one = |message: &str| {
        let (mut events, summary) = read_with(&record("USER_LOGIN", 1, 9, message), on("web1"));
        assert_eq!((events.len(), summary.skipped), (1, 0), "{message}");
        events.remove(0).account().to_string()
    };
    assert_eq!(one(&format!("op=login acct=726F6F74 {SSHD} res=success")), "root");
    assert_eq!(one(&format!("op=login id=0 {SSHD} res=success")), "root");
    assert_eq!(one(&format!("op=login id=1000 {SSHD} res=success")), "uid=1000");
    // Of a user that does not exist sshd names none: `(invalid user)`.
    let nobody = format!("op=login acct=28696E76616C6964207573657229 {SSHD} res=failed");
    let (events, summary) = read_with(&record("USER_LOGIN", 1, 9, &nobody), on("web1"));
    assert_eq!((events.len(), summary.passed_over.values().sum::<u64>()), (0, 1));
}

#[test]
fn a_failure_counts_once() {
    let wrong = format!("op=PAM:authentication grantors=? acct=\"bob\" {SSHD} res=failed");
    let refused = format!("op=login acct=\"bob\" {SSHD} res=failed");
    let log = record("USER_AUTH", 1, 17, &wrong) + &record("USER_LOGIN", 2, 17, &refused);
    let (events, _) = read_with(&log, on("web1"));
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].outcome(), events[0].event_code()), (Outcome::Failure, Some(1100)));
    assert_eq!(events[0].logon_id(), None);
    // One that PAM was not asked for is told by the login alone.
    let (events, _) = read_with(&record("USER_LOGIN", 2, 17, &refused), on("web1"));
    assert_eq!((events.len(), events[0].outcome()), (1, Outcome::Failure));
}

#[test]
fn su_and_sudo_switch_accounts() {
    let tail = "hostname=web1 addr=? terminal=/dev/pts/0";
    let start = |exe: &str, name: &str| {
        record(
            "USER_START",
            1,
            20,
            &format!(
                "op=PAM:session_open acct=\"{name}\" exe=\"/usr/bin/{exe}\" {tail} res=success"
            ),
        )
        .replace('\n', "\u{1d}UID=\"bob\" AUID=\"bob\"\n")
    };
    let wrong = record(
        "USER_AUTH",
        2,
        21,
        &format!("op=PAM:authentication acct=\"root\" exe=\"/usr/bin/su\" {tail} res=failed"),
    );
    let cron = start("../sbin/crond", "root");
    let (events, summary) =
        read_with(&(start("su", "root") + &start("sudo", "root") + &wrong + &cron), on("web1"));
    assert_eq!(summary.passed_over.values().sum::<u64>(), 1);
    let told: Vec<_> = events
        .iter()
        .map(|e| {
            (
                e.activity(),
                e.outcome(),
                e.account().name.to_string(),
                e.subject().map(ToString::to_string),
            )
        })
        .collect();
    let (switch, bob) = (Activity::AccountSwitch, || Some("bob".to_owned()));
    let root = || "root".to_owned();
    assert_eq!(
        told,
        [
            (switch, Outcome::Success, root(), bob()),
            (switch, Outcome::Success, root(), bob()),
            (switch, Outcome::Failure, root(), None)
        ]
    );
    assert!(events.iter().all(|event| event.src_host().is_unknown()));
}

#[test]
fn ausearch_interprets() {
    let log = "----\ntype=USER_LOGIN msg=audit(03/02/2026 10:00:04.250:456) : pid=17 uid=root auid=bob ses=3 \
               subj=sshd_t msg='op=login id=bob exe=/usr/lib/openssh/sshd-session hostname=ws1.r addr=10.0.0.5 terminal=ssh res=success' \n";
    let options = on("web1").with_zone("+01:00".parse().unwrap());
    let (events, _) = read_with(log, options);
    assert_eq!(events.len(), 1);
    let event = &events[0];
    assert_eq!(event.time().to_string(), "2026-03-02T09:00:04.250000Z");
    assert_eq!(
        (event.account().to_string(), event.logon_process()),
        ("bob".to_owned(), Some("sshd"))
    );
    assert_eq!(event.src_host().name.as_deref(), Some("ws1.r"));
    assert_eq!(event.src_host().ip.unwrap().to_string(), "10.0.0.5");
}

#[test]
fn in_the_journal_a_login_is_not_counted_again() {
    let login = "pid=17 uid=0 auid=1000 ses=3 msg='op=login acct=\"bob\" exe=\"/usr/sbin/sshd\" hostname=10.0.0.5 addr=10.0.0.5 terminal=ssh res=success'";
    let audit = format!("Mar  2 09:00:04 web1 audit[17]: USER_LOGIN {login}\n");
    let kernel = format!(
        "Mar  2 09:00:04 web1 kernel: audit: type=1112 audit(1772442004.250:456): {login}\n"
    );
    let other = "Mar  2 09:00:00 web1 kernel: usb 1-1: new device\n";
    for log in [&audit, &kernel, &(audit.clone() + &kernel), &(kernel.clone() + other + &audit)] {
        let (events, summary) = read_with(log, on("x"));
        assert_eq!((events.len(), summary.skipped), (1, 0), "{log}");
        check(&events[0]);
    }
    // sshd tells of its logins itself.
    let start =
        "Mar  2 08:00:00 web1 audit[1]: SERVICE_START pid=1 uid=0 msg='unit=x res=success'\n";
    let sshd =
        "Mar  2 09:00:03 web1 sshd[17]: Accepted password for bob from 10.0.0.5 port 5 ssh2\n";
    let (events, _) = read_with(&(start.to_owned() + sshd + &audit + &kernel), on("x"));
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].src_host().port, Some(5));
}

#[test]
fn laurel_writes_the_same_as_json() {
    let inner = "\"op\":\"login\",\"acct\":\"bob\",\"exe\":\"/usr/sbin/sshd\",\"hostname\":\"10.0.0.5\",\"addr\":\"10.0.0.5\",\"terminal\":\"ssh\",\"res\":\"success\"";
    let around = |body: &str| {
        format!("{{\"ID\":\"1772442004.250:456\",\"NODE\":\"web1\",\"USER_LOGIN\":{body}}}\n")
    };
    let text = inner_text();
    for body in [
        format!("[{{\"pid\":17,\"uid\":0,\"ses\":3,{inner}}}]"),
        format!("{{\"pid\":17,\"uid\":0,\"ses\":3,\"msg\":{{{inner}}}}}"),
        format!("[{{\"pid\":17,\"uid\":0,\"ses\":3,\"msg\":\"{text}\"}}]"),
    ] {
        let (events, summary) = read_with(&around(&body), ReadOptions::default());
        assert_eq!((events.len(), summary.skipped), (1, 0), "{body}");
        check(&events[0]);
        assert_eq!(events[0].time().to_string(), "2026-03-02T09:00:04.250000Z");
    }
    let other =
        "{\"ID\":\"1772442004.250:456\",\"SYSCALL\":{\"pid\":17},\"PATH\":[{\"name\":\"/x\"}]}\n";
    let (events, summary) = read_with(other, ReadOptions::default());
    assert_eq!((events.len(), summary.skipped), (0, 0));
    assert_eq!(summary.files_without_logins, 1);
}

fn inner_text() -> String {
    format!("op=login acct=\\\"bob\\\" {} res=success", SSHD.replace('"', "\\\""))
}

#[test]
fn a_record_that_was_cut_is_bad() {
    let log = record("USER_LOGIN", 1, 9, "op=login acct=\"bob\" exe=\"/usr/sbin/sshd\" hostn");
    let (events, summary) = read_with(&log, on("web1"));
    assert_eq!((events.len(), summary.skipped), (0, 1));
    assert!(summary.first_errors[0].to_string().contains("res"));
}
