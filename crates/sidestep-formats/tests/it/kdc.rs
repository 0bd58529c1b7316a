//! KDCs: MIT's krb5kdc in its file and through syslog, and Heimdal's kdc.

use std::ops::ControlFlow;

use sidestep::event::{AccountKind, Activity, AuthEvent, Outcome, TicketEncryption};
use sidestep_formats::{Format, LogReader, ReadOptions, ReadSummary};

type Read = (Vec<AuthEvent<'static>>, ReadSummary);

fn read_with(log: &str, options: ReadOptions) -> Read {
    let mut events = Vec::new();
    let mut reader = LogReader::new(options);
    let _ = reader
        .read(log.as_bytes(), "kdc.log", &mut |event| {
            events.extend(event.auth().cloned().map(AuthEvent::into_owned));
            ControlFlow::Continue(())
        })
        .unwrap();
    (events, reader.summary().clone())
}

fn read(log: &str) -> Read {
    read_with(log, ReadOptions::default().with_year(Some(2026)))
}

const ETYPES: &str = "(2 etypes {aes256-cts-hmac-sha1-96(18), DEPRECATED:arcfour-hmac(23)})";

/// Lines of a file of krb5kdc's, a second apart.
fn file(messages: &[&str]) -> String {
    let line = |(second, text): (usize, &&str)| {
        let text = text.replace("(ET)", ETYPES);
        format!("Mar  2 09:00:{second:02} kdc1 krb5kdc[17](info): {text}\n")
    };
    messages.iter().enumerate().map(line).collect()
}

fn issue(kind: &str, from: &str, keys: [u8; 2], client: &str, service: &str) -> String {
    let name = |key: u8| {
        if key == 23 { "DEPRECATED:arcfour-hmac(23)" } else { "aes256-cts-hmac-sha1-96(18)" }
    };
    format!(
        "{kind} (ET) {from}: ISSUE: authtime 1772442000, etypes {{rep={}, tkt={}, \
         ses=aes256-cts-hmac-sha1-96(18)}}, {client}@R.EX for {service}@R.EX",
        name(keys[0]),
        name(keys[1])
    )
}

const ASKED: &str = "AS_REQ (ET) 10.0.0.5: NEEDED_PREAUTH: alice@R.EX for krbtgt/R.EX@R.EX, Additional pre-authentication required";

#[test]
fn a_login_is_a_granting_ticket_and_what_follows() {
    let log = file(&[
        "commencing operation",
        ASKED,
        &issue("AS_REQ", "10.0.0.5", [18, 18], "alice", "krbtgt/R.EX"),
        &issue("TGS_REQ", "10.0.0.5", [18, 23], "alice", "HTTP/web1.r.ex"),
        &issue("TGS_REQ", "10.0.0.5", [18, 18], "alice", "host/web1.r.ex"),
        &issue("TGS_REQ", "10.0.0.5", [18, 18], "alice", "krbtgt/R.EX"),
    ]);
    // The same through syslog, which has no severity.
    for log in [log.clone(), log.replace("(info)", "")] {
        let (events, summary) = read(&log);
        let forced = ReadOptions::default().with_year(Some(2026)).with_format(Format::Krb5kdc);
        assert_eq!(read_with(&log, forced).0, events);
        assert_eq!((events.len(), summary.skipped), (4, 0), "{summary:?}");
        assert_eq!(summary.passed_over["krb5kdc, NEEDED_PREAUTH"], 1);
        let kinds: Vec<_> = events.iter().map(AuthEvent::activity).collect();
        let service = Activity::ServiceTicket;
        assert_eq!(kinds, [Activity::TicketGrantingTicket, service, service, Activity::Renewal]);
        let first = &events[0];
        assert_eq!(first.time().to_string(), "2026-03-02T09:00:02Z");
        assert_eq!(first.account().to_string(), "alice@R.EX");
        assert_eq!(first.src_host().to_string(), "10.0.0.5");
        let reached: Vec<_> = events.iter().map(|event| event.dst_host().to_string()).collect();
        assert_eq!(reached, ["kdc1", "web1.r.ex", "web1.r.ex", "kdc1"]);
        assert_eq!(events[1].ticket_encryption(), Some(TicketEncryption::RC4_HMAC));
        assert_eq!((events[1].logon_process(), events[2].logon_process()), (None, Some("host")));
        assert!(events.iter().all(|event| event.preauth_type().is_none()));
        assert!(events.iter().all(|event| event.outcome() == Outcome::Success));
        // One ticket is one credential, wherever it is shown.
        assert!(events.iter().all(|event| event.credential() == Some("alice@R.EX 1772442000")));
    }
}

#[test]
fn a_ticket_that_needed_no_preauthentication_says_so() {
    let log = file(&[
        ASKED,
        &issue("AS_REQ", "10.0.0.9", [23, 18], "alice", "krbtgt/R.EX"),
        &issue("AS_REQ", "10.0.0.5", [18, 18], "alice", "krbtgt/R.EX"),
    ]);
    let (events, _) = read(&log);
    // It was asked of another host than the one that got it.
    assert_eq!((events[0].preauth_type(), events[1].preauth_type()), (Some(0), None));
    // What can be broken of a first answer is under the key of the client.
    assert_eq!(events[0].ticket_encryption(), Some(TicketEncryption::RC4_HMAC));
}

#[test]
fn refusals_say_why() {
    let refused = |status: &str, client: &str| {
        format!("AS_REQ (ET) 10.0.0.9: {status}: {client} for krbtgt/R.EX@R.EX, some words for it")
    };
    let log = file(&[
        "preauth (encrypted_timestamp) verify failure: Preauthentication failed",
        &refused("PREAUTH_FAILED", "alice@R.EX"),
        &refused("CLIENT_NOT_FOUND", "nobody for x@R.EX"),
        &refused("CLIENT KEY EXPIRED", "bob@R.EX"),
        &refused("CLIENT_NOT_FOUND", "<unknown client>"),
        &refused("CLIENT_NOT_FOUND", "WELLKNOWN/ANONYMOUS@R.EX"),
    ]);
    let (events, summary) = read(&log);
    assert_eq!((events.len(), summary.passed_over.values().sum::<u64>()), (4, 2));
    assert!(events.iter().all(|event| event.outcome() == Outcome::Failure));
    let told: Vec<_> =
        events.iter().map(|event| (event.activity(), event.outcome_reason().unwrap())).collect();
    let granting = Activity::TicketGrantingTicket;
    assert_eq!(
        told,
        [
            (Activity::Preauthentication, "PREAUTH_FAILED"),
            (granting, "KDC_ERR_C_PRINCIPAL_UNKNOWN"),
            (granting, "CLIENT KEY EXPIRED"),
            (granting, "KDC_ERR_C_PRINCIPAL_UNKNOWN"),
        ]
    );
    assert_eq!(events[1].account().name, "nobody for x");
    assert_eq!(events[3].account().kind, AccountKind::Anonymous);
}

#[test]
fn a_service_that_does_not_exist_is_refused_once() {
    let text = "TGS_REQ (ET) 10.0.0.5: LOOKING_UP_SERVER: authtime 0, etypes {rep=UNSUPPORTED:(0)} \
                alice@R.EX for http/none.r.ex@R.EX, Server not found in Kerberos database";
    let log = file(&[text, text, "closing down fd 13", text, text]);
    let (events, summary) = read(&log);
    assert_eq!((events.len(), summary.skipped), (2, 0));
    assert_eq!(events[0].dst_host().to_string(), "none.r.ex");
    assert_eq!((events[0].credential(), events[0].ticket_encryption()), (None, None));
    assert_eq!(events[0].outcome(), Outcome::Failure);
}

#[test]
fn a_line_that_was_cut_is_bad() {
    let (events, summary) =
        read(&file(&["AS_REQ (ET) 10.0.0.5: ISSUE: authtime 17", "AS_REQ (ET"]));
    assert_eq!((events.len(), summary.skipped), (0, 2));
    assert!(summary.first_errors[0].to_string().contains("is the line cut?"));
}

const HEIMDAL: [&str; 12] = [
    "AS-REQ alice@R.EX from IPv4:10.0.0.5 for krbtgt/R.EX@R.EX",
    "No preauth found, returning PREAUTH-REQUIRED -- alice@R.EX",
    "sending 277 bytes to IPv4:10.0.0.5",
    "AS-REQ alice@R.EX from IPv4:10.0.0.5 for krbtgt/R.EX@R.EX",
    "ENC-TS Pre-authentication succeeded -- alice@R.EX using arcfour-hmac-md5",
    "AS-REQ authtime: 2026-03-02T09:00:03 starttime: unset endtime: 2026-03-02T19:00:03 renew till: unset",
    "TGS-REQ alice@R.EX from IPv4:10.0.0.5 for host/web1.r.ex@R.EX [canonicalize, renewable]",
    "TGS-REQ authtime: 2026-03-02T09:00:03 starttime: 2026-03-02T09:00:06 endtime: unset renew till: unset",
    "AS-REQ bob@R.EX from IPv4:10.0.0.6 for krbtgt/R.EX@R.EX",
    "Failed to decrypt PA-DATA -- bob@R.EX (enctype aes256-cts-hmac-sha1-96) error Decrypt integrity check failed",
    "AS-REQ nopre@R.EX from IPv4:10.0.0.9 for krbtgt/R.EX@R.EX",
    "AS-REQ authtime: 2026-03-02T09:00:10 starttime: unset endtime: unset renew till: unset",
];

#[test]
fn heimdal_tells_of_a_request_in_several_lines() {
    let lines = HEIMDAL.iter().enumerate();
    let own: String =
        lines.clone().map(|(at, text)| format!("2026-03-02T09:00:{at:02} {text}\n")).collect();
    let syslog: String =
        lines.map(|(at, text)| format!("Mar  2 09:00:{at:02} kdc1 kdc[17]: {text}\n")).collect();
    let options = ReadOptions::default().with_host(Some("kdc1".to_owned()));
    let (events, summary) = read_with(&own, options.clone());
    assert_eq!(read(&syslog).0, events);
    assert_eq!(read_with(&own, options.with_format(Format::Krb5kdc)).0, events);
    assert_eq!(summary.skipped + summary.not_understood.values().sum::<u64>(), 0);
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            let (who, to) = (event.account().name.to_string(), event.dst_host().to_string());
            (event.activity(), event.outcome(), who, to, event.preauth_type())
        })
        .collect();
    let granting = Activity::TicketGrantingTicket;
    let (yes, no) = (Outcome::Success, Outcome::Failure);
    let kdc = || "kdc1".to_owned();
    assert_eq!(
        told,
        [
            (granting, yes, "alice".to_owned(), kdc(), Some(2)),
            (Activity::ServiceTicket, yes, "alice".to_owned(), "web1.r.ex".to_owned(), None),
            (Activity::Preauthentication, no, "bob".to_owned(), kdc(), None),
            (granting, yes, "nopre".to_owned(), kdc(), Some(0)),
        ]
    );
    assert_eq!(events[0].ticket_encryption(), Some(TicketEncryption::RC4_HMAC));
    assert_eq!(events[0].src_host().to_string(), "10.0.0.5");
    assert_eq!(events[0].raw_ref(), Some(4));
}

#[test]
fn heimdal_at_its_usual_level_tells_of_tickets_without_a_result() {
    let log = "2026-03-02T09:00:00 TGS-REQ a@R.EX from IPv4:10.0.0.5 for cifs/f1.r.ex@R.EX\n\
               2026-03-02T09:00:01 TGS-REQ a@R.EX from IPv4:10.0.0.5 for cifs/f2.r.ex@R.EX\n\
               2026-03-02T09:00:01 Server not found in database: cifs/f2.r.ex@R.EX: no such entry\n\
               2026-03-02T09:00:02 TGS-REQ a@R.EX from IPv6:fd00::5 for cifs/f3.r.ex@R.EX\n";
    let (events, _) = read_with(log, ReadOptions::default().with_host(Some("kdc1".to_owned())));
    let told: Vec<_> =
        events.iter().map(|event| (event.dst_host().to_string(), event.outcome())).collect();
    let (unknown, no) = (Outcome::Unknown, Outcome::Failure);
    let at = str::to_owned;
    assert_eq!(told, [(at("f1.r.ex"), unknown), (at("f2.r.ex"), no), (at("f3.r.ex"), unknown)]);
    assert_eq!(events[2].src_host().to_string(), "fd00::5");
    // Nothing in it names the KDC.
    let (events, summary) = read_with(log, ReadOptions::default());
    assert_eq!((events.len(), summary.skipped), (0, 3));
    assert!(summary.first_errors[0].to_string().contains("--host"));
}
