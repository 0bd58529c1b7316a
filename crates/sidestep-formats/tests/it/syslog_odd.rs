//! Syslog: what systems other than Linux write, streams without lines, and logins in words that are
//! known but not read.

use std::ops::ControlFlow;

use sidestep::event::{Activity, AuthEvent, Outcome};
use sidestep_formats::{Format, LogReader, ReadOptions, ReadSummary};

fn read_with(log: &str, options: ReadOptions) -> (Vec<AuthEvent<'static>>, ReadSummary) {
    let mut events = Vec::new();
    let mut reader = LogReader::new(options.with_year(Some(2026)));
    let flow = reader
        .read(log.as_bytes(), "auth.log", &mut |event| {
            events.extend(event.auth().cloned().map(AuthEvent::into_owned));
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(flow.is_continue());
    (events, reader.summary().clone())
}

/// Who, from where, to where, and how it went.
fn facts(log: &str) -> Vec<String> {
    let (events, summary) = read_with(log, ReadOptions::default().with_format(Format::Syslog));
    assert_eq!(summary.skipped, 0, "{log}: {:?}", summary.first_errors);
    let fact = |event: &AuthEvent<'_>| {
        let by = event.subject().map(|by| format!("{by} as ")).unwrap_or_default();
        let (from, to, how) = (event.src_host(), event.dst_host(), event.outcome());
        format!("{by}{} {from} {to} {how:?}", event.account())
    };
    events.iter().map(fact).collect()
}

fn not_understood(log: &str) -> u64 {
    let (events, summary) = read_with(log, ReadOptions::default().with_format(Format::Syslog));
    assert!(events.is_empty(), "{log}");
    summary.not_understood.values().sum()
}

const LOGIN: &str = "Accepted password for bob from 10.0.0.5 port 9 ssh2";

#[test]
fn a_level_is_not_the_host() {
    for head in [
        "Mar  2 09:00:01 aix1 auth|security:info sshd[11]:",
        "Mar  2 09:00:01 aix1 daemon:notice sshd[11]:",
        "Mar  2 09:00:01 Message forwarded from aix1: sshd[11]:",
        "Mar  2 09:00:01 relay Message forwarded from aix1: sshd[11]:",
        "Mar  2 09:00:01 aix1 sshd[11]: info:",
        "Mar  2 09:00:01 aix1 sshd[11]: auth.info:",
        "2026-03-02 09:00:01.123456+0000  aix1 sshd[11]: (libsystem_info.dylib)",
    ] {
        assert_eq!(facts(&format!("{head} {LOGIN}\n")), ["bob 10.0.0.5 aix1 Success"], "{head}");
    }
    // These name no host.
    for head in
        ["2026-03-02T09:00:01.123Z In(38) sshd[11]:", "2026-03-02 09:00:01.123 Df sshd[11:1a2b]"]
    {
        let log = format!("{head} {LOGIN}\n");
        let (events, summary) = read_with(&log, ReadOptions::default());
        assert_eq!((events.len(), summary.skipped), (0, 1), "{head}");
        let host = Some("esx1".to_owned());
        let (events, _) = read_with(&log, ReadOptions::default().with_host(host));
        assert_eq!(events[0].dst_host().name.as_deref(), Some("esx1"), "{head}");
    }
    let log = format!("Mar  2 09:00:01 localhost sshd[11]: {LOGIN}\n");
    let (events, _) = read_with(&log, ReadOptions::default().with_host(Some("mac1".to_owned())));
    assert_eq!(events[0].dst_host().name.as_deref(), Some("mac1"));
}

#[test]
fn records_of_a_stream_are_not_one_login() {
    let line = |second: u32, user: &str| {
        format!(
            "<38>1 2026-03-02T09:00:0{second}Z web1 sshd 11 - - Accepted password for {user} from \
             10.0.0.5 port 9 ssh2"
        )
    };
    let (one, two) = (line(1, "bob"), line(2, "eve"));
    let right = ["bob 10.0.0.5 web1 Success", "eve 10.0.0.5 web1 Success"];
    for stream in [
        format!("{} {one}{} {two}", one.len(), two.len()),
        format!("{one}\0{two}\0"),
        format!("{one}\r{two}\r"),
        // What a crash leaves in a file.
        format!("{one}\n\0\0\0\0{two}\n"),
    ] {
        assert_eq!(facts(&stream), right, "{stream:?}");
    }
    // Line ends that were lost cannot be found again.
    let log =
        format!("Mar  2 09:00:01 web1 sshd[11]: {LOGIN} Mar  2 09:00:02 web1 sshd[11]: {LOGIN}\n");
    let (events, summary) = read_with(&log, ReadOptions::default());
    assert_eq!((events.len(), summary.skipped), (0, 1));
}

#[test]
fn a_line_that_repeats_the_last_is_unfolded() {
    let failed =
        "Mar  2 09:00:01 web1 sshd[11]: Failed password for bob from 10.0.0.5 port 9 ssh2\n";
    for repeat in ["last", "sshd[11]: last", "sshd[11]: [ID 800047 auth.info] last", "--- last"] {
        let log = format!("{failed}Mar  2 09:00:04 web1 {repeat} message repeated 2 times\n");
        assert_eq!(facts(&log), ["bob 10.0.0.5 web1 Failure"; 3], "{repeat}");
    }
    for other in [
        "Mar  2 09:00:04 web2 last message repeated 2 times\n",
        "Mar  2 09:00:02 web1 cron[3]: x\nMar  2 09:00:04 web1 last message repeated 2 times\n",
        "Mar  2 09:00:02 web1 sshd[11]: x\nMar  2 09:00:04 web1 last message repeated 2 times\n",
    ] {
        assert_eq!(facts(&format!("{failed}{other}")), ["bob 10.0.0.5 web1 Failure"], "{other}");
    }
}

#[test]
fn su_sudo_and_doas_of_every_system_switch_accounts() {
    for (message, right) in [
        ("su[5]: 'su root' succeeded for bob on /dev/pts/1", "bob as root ? web1 Success"),
        (
            "su[5]: [ID 366847 auth.notice] 'su - ora' failed for bob on /dev/pts/1",
            "bob as ora ? web1 Failure",
        ),
        ("su: from bob to root at /dev/pts/0", "bob as root ? web1 Success"),
        ("su: BAD SU from bob to root at /dev/pts/0", "bob as root ? web1 Failure"),
        (
            "pkexec[5]: bob: Executing command [USER=root] [TTY=/dev/pts/0] [CWD=/] [COMMAND=/bin/sh]",
            "bob as root ? web1 Success",
        ),
        (
            "pkexec[5]: bob: Error executing command as another user: Not authorized [USER=root]",
            "bob as root ? web1 Failure",
        ),
        ("su: BAD SU bob to root on /dev/ttyp0", "bob as root ? web1 Failure"),
        ("sudo: bob : CHROOT=/x ; PWD=/ ; USER=root ; COMMAND=/x", "bob as root ? web1 Success"),
        ("doas: bob ran command /bin/sh as root from /home/bob", "bob as root ? web1 Success"),
        (
            "doas: bob ran command mail as eve from x as root from /home/bob",
            "bob as root ? web1 Success",
        ),
    ] {
        assert_eq!(facts(&format!("Mar  2 09:00:01 web1 {message}\n")), [right], "{message}");
    }
    for silent in
        ["sudo: bob : (command continued) a ; USER=root", "doas: failed auth for bob", "su: x to y"]
    {
        assert!(facts(&format!("Mar  2 09:00:01 web1 {silent}\n")).is_empty(), "{silent}");
    }
    assert_eq!(not_understood("Mar  2 09:00:01 web1 sudo: @cee:{\"sudo\":{\"accept\":{}}}\n"), 1);
}

#[test]
fn sshd_and_dropbear_are_read_in_all_their_words() {
    for (message, right) in [
        (
            "sshd[11]: error: PAM: authentication error for bob from 10.0.0.5 via 10.0.0.7",
            "bob 10.0.0.5 web1 Failure",
        ),
        (
            "sshd[11]: Failed password for bob from 10.0.0.5 port 9 on 10.0.0.7 port 22 ssh2",
            "bob 10.0.0.5 web1 Failure",
        ),
        (
            "sshd[11]: User bob from 10.0.0.5 port 9 not allowed because x",
            "bob 10.0.0.5 web1 Failure",
        ),
        (
            "dropbear[11]: Password auth succeeded for 'bob' from 10.0.0.5:9",
            "bob 10.0.0.5 web1 Success",
        ),
        (
            "dropbear[11]: Pubkey auth succeeded for 'bob' with ssh-ed25519 key SHA256:a from 10.0.0.5:9",
            "bob 10.0.0.5 web1 Success",
        ),
        (
            "dropbear[11]: Bad password attempt for 'bob' from 2001:db8::5:9",
            "bob 2001:db8::5 web1 Failure",
        ),
    ] {
        // What waits for the end of its connection comes with the log's.
        assert_eq!(facts(&format!("Mar  2 09:00:01 web1 {message}\n")), [right], "{message}");
    }
    let nobody = "sshd[11]: Failed password for <invalid username> from 10.0.0.5 port 9 ssh2";
    assert!(facts(&format!("Mar  2 09:00:01 web1 {nobody}\n")).is_empty());
}

#[test]
fn logins_in_unread_words_are_counted_apart() {
    for line in [
        "Mar  2 09:00:01 sw1 000123: Mar  2 09:00:01.123: %SEC_LOGIN-5-LOGIN_SUCCESS: Login Success [user: bob]",
        "Mar  2 09:00:01 asa1 %ASA-6-605005: Login permitted from 10.0.0.5/9 to inside:10.1.1.1/ssh",
        "Mar  2 09:00:01 web1 login[5]: LOGIN ON pts/0 BY bob FROM client.example",
        "Mar  2 09:00:01 r1 system,info,account user bob logged in from 10.0.0.5 via ssh",
        "Mar  2 09:00:01 r1 U7PG2,f09f,v4: dropbear[11]: Password auth succeeded for 'bob' from 10.0.0.5:9",
        "Mar  2 09:00:01 fw1 CEF:0|Unix|sshd|1.0|100|SSH login|3|suser=bob src=10.0.0.5",
        "Mar  2 09:00:01 esx1 Hostd[5]: Event 55 : User root@10.0.0.5 logged in as VMware-client/6.5.0",
        "Mar  2 09:00:01 fw1 devname=\"fw1\" logid=\"01\" type=\"event\" action=\"login\" user=\"bob\"",
        "Mar  2 09:00:01 app1 app: {\"msg\":\"Accepted password for bob from 10.0.0.5 port 9 ssh2\"}",
        "Mar  2 09:00:01 web1 sshd[11]: [11] Accepted password for bob from 10.0.0.5 port 9 ssh2",
    ] {
        assert_eq!(not_understood(&format!("{line}\n")), 1, "{line}");
    }
    let guess = "sshd[11]: Bad protocol version identification 'Accepted password for bob from \
                 10.0.0.5' from 10.0.0.6 port 9";
    assert_eq!(not_understood(&format!("Mar  2 09:00:01 web1 {guess}\n")), 0);
}

#[test]
fn the_audit_log_is_known_under_any_tag() {
    let record = "type=USER_LOGIN msg=audit(1772442001.123:45): pid=11 uid=0 auid=4294967295 ses=3 \
                  msg='op=login acct=\"bob\" exe=\"/usr/sbin/sshd\" hostname=? addr=10.0.0.5 \
                  terminal=ssh res=success'";
    for tag in
        ["tag_audit_log:", "auditd[5]:", "audisp-remote:", "audit_log:", "linux-audit: node=web1"]
    {
        let log = format!("Mar  2 09:00:01 web1 {tag} {record}\n");
        let (events, _) = read_with(&log, ReadOptions::default());
        assert_eq!(events.len(), 1, "{tag}");
        assert_eq!(
            (events[0].activity(), events[0].outcome()),
            (Activity::Logon, Outcome::Success)
        );
    }
}

#[test]
fn a_source_means_what_it_means_elsewhere() {
    let from = |source: &str| {
        facts(&format!(
            "Mar  2 09:00:01 web1 sshd[11]: Accepted password for bob from {source} port 9 ssh2\n"
        ))
    };
    for source in ["10.0.0.5", "::ffff:10.0.0.5", "10.0.0.5:123", "10.0.0.5/32", "10.0.0.5."] {
        assert_eq!(from(source), ["bob 10.0.0.5 web1 Success"], "{source}");
    }
    for here in ["localhost", "localhost.localdomain", "ip6-localhost", "::1", "fe80::1%eth0", "-"]
    {
        assert_eq!(from(here), ["bob ? web1 Success"], "{here}");
    }
    assert_eq!(from("client.example."), ["bob client.example web1 Success"]);
}

#[test]
fn more_collectors_are_known_by_their_names() {
    const TEXT: &str = "Accepted password for bob from 10.0.0.5 port 9 ssh2";
    let line = format!("Mar  2 09:00:01 web1 sshd[11]: {TEXT}");
    for record in [
        // Splunk's collector with an object, osquery, Azure, nxlog, syslog-ng, Sumo Logic.
        format!(r#"{{"time":"1772442001","host":"hf1","event":{{"message":"{line}"}}}}"#),
        format!(
            r#"{{"name":"syslog","hostIdentifier":"agent","action":"added","columns":{{"time":"1772442001","host":"web1","facility":"auth","severity":"6","tag":"sshd[11]:","message":"{TEXT}"}}}}"#
        ),
        format!(
            r#"{{"TimeGenerated":"2026-03-02T09:00:01Z","Computer":"web1","Facility":"auth","SyslogMessage":"{TEXT}","ProcessName":"sshd"}}"#
        ),
        format!(
            r#"{{"EventTime":"2026-03-02 09:00:01","Hostname":"web1","SourceName":"sshd","Message":"{TEXT}"}}"#
        ),
        format!(
            r#"{{"PROGRAM":"sshd","HOST":"web1","MESSAGE":"{TEXT}","ISODATE":"2026-03-02T09:00:01+00:00"}}"#
        ),
        format!(r#"{{"_raw":"{line}","_sourcehost":"web1","_messagetime":"1772442001000"}}"#),
    ] {
        let (events, summary) = read_with(&format!("{record}\n"), ReadOptions::default());
        assert_eq!(events.len(), 1, "{record}: {summary:?}");
        assert_eq!(events[0].dst_host().name.as_deref(), Some("web1"), "{record}");
        assert_eq!(events[0].time().micros(), 1_772_442_001_000_000, "{record}");
    }
}

#[test]
fn a_record_sent_as_a_line_of_syslog_is_read() {
    let zeek = r#"{"_path":"ntlm","ts":1772442001.1,"uid":"C1","id.orig_h":"10.0.0.5","id.orig_p":1,"id.resp_h":"10.0.0.7","id.resp_p":445,"username":"bob","success":true}"#;
    let windows = r#"{"EventID":4624,"TimeCreated":"2026-03-02T09:00:01Z","Computer":"srv1","TargetUserName":"bob","LogonType":3,"IpAddress":"10.0.0.5"}"#;
    let xml = "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider \
               Name='Microsoft-Windows-Security-Auditing'/><EventID>4624</EventID><TimeCreated \
               SystemTime='2026-03-02T09:00:01Z'/><Computer>srv1</Computer></System><EventData><Data \
               Name='TargetUserName'>bob</Data><Data Name='LogonType'>3</Data><Data \
               Name='IpAddress'>10.0.0.5</Data></EventData></Event>";
    for (head, record, to) in [
        ("Mar  2 09:00:01 s1 zeek:", zeek, "10.0.0.7"),
        ("<134>1 2026-03-02T09:00:01Z s1 corelight - - -", zeek, "10.0.0.7"),
        ("Mar  2 09:00:01 s1 app[4]: @cee:", zeek, "10.0.0.7"),
        ("Mar  2 09:00:01 relay nxlog[3]:", windows, "srv1"),
        ("Mar  2 09:00:01 relay agent:", xml, "srv1"),
    ] {
        let right = format!("bob 10.0.0.5 {to} Success");
        assert_eq!(facts(&format!("{head} {record}\n")), [right], "{head}");
    }
    // Other records are those of another program.
    let log = "Mar  2 09:00:01 s1 app: {\"level\":\"info\"}\nMar  2 09:00:01 s1 app: {\"a\":\n";
    let (events, summary) = read_with(log, ReadOptions::default().with_format(Format::Syslog));
    assert_eq!((events.len(), summary.passed_over.values().sum::<u64>()), (0, 2));
}

#[test]
fn an_offset_behind_an_old_time_is_its_zone() {
    for (time, seconds) in [
        ("Mar  2 09:00:01 +0100", 1_772_438_401),
        ("Mar  2 09:00:01 2026 -05:00", 1_772_460_001),
        ("Mar  2 2026 09:00:01 GMT+01:00", 1_772_438_401),
        ("Mar  2 09:00:01 UTC", 1_772_442_001),
    ] {
        for end in ["", "#015", "  "] {
            let log = format!(
                "{time} web1 sshd[11]: Accepted password for bob from 10.0.0.5 port 9 ssh2{end}\n"
            );
            let (events, _) = read_with(&log, ReadOptions::default());
            assert_eq!(events[0].time().micros(), seconds * 1_000_000, "{log}");
            assert_eq!(events[0].dst_host().name.as_deref(), Some("web1"), "{log}");
        }
    }
}
