//! Logs that real daemons wrote, where they are present beside the workspace; they are no part of the
//! project. What is read is held against what was done, as their notes say.

#![allow(clippy::print_stdout, reason = "says what it skips")]

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;

use sidestep::event::{Activity, AuthEvent, Outcome, TicketEncryption};
use sidestep_formats::{LogReader, ReadOptions, ReadSummary};

type Counts = BTreeMap<(Activity, Outcome), usize>;

/// A log that is present, read as a daemon of `host`; `None` after saying that the test skips.
fn read(name: &str, host: Option<&str>) -> Option<(Vec<AuthEvent<'static>>, ReadSummary)> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/testbed_linux")
        .join(name);
    if !path.exists() {
        println!("skipped: {name} is not in ../shared/data");
        return None;
    }
    let options =
        ReadOptions::default().with_year(Some(2026)).with_host(host.map(ToOwned::to_owned));
    let mut reader = LogReader::new(options);
    let mut events = Vec::new();
    let _ = reader
        .read_path(&path, &mut |event| {
            events.extend(event.auth().cloned().map(AuthEvent::into_owned));
            ControlFlow::Continue(())
        })
        .unwrap();
    let summary = reader.summary().clone();
    assert_eq!(summary.skipped, 0, "{name}: {:?}", summary.first_errors);
    assert!(summary.not_understood.is_empty(), "{name}: {:?}", summary.not_understood);
    Some((events, summary))
}

fn count(events: &[AuthEvent<'_>]) -> Counts {
    let mut counts = Counts::new();
    for event in events {
        *counts.entry((event.activity(), event.outcome())).or_default() += 1;
    }
    counts
}

const YES: Outcome = Outcome::Success;
const NO: Outcome = Outcome::Failure;

#[test]
fn krb5kdc_gave_tickets() {
    let Some((events, _)) = read("krb5kdc.log", None) else { return };
    // alice, bob and svc_old; host/, cifs/ twice, svc_old; one renewal; bob's wrong password; nobody.
    assert_eq!(
        count(&events),
        Counts::from([
            ((Activity::TicketGrantingTicket, YES), 3),
            ((Activity::TicketGrantingTicket, NO), 1),
            ((Activity::ServiceTicket, YES), 4),
            ((Activity::ServiceTicket, NO), 1),
            ((Activity::Renewal, YES), 1),
            ((Activity::Preauthentication, NO), 1),
        ])
    );
    let weak: Vec<_> = events
        .iter()
        .filter(|event| event.ticket_encryption() == Some(TicketEncryption::RC4_HMAC))
        .map(|event| (event.account().name.as_ref(), event.activity()))
        .collect();
    let old = "svc_old";
    assert_eq!(weak, [(old, Activity::TicketGrantingTicket), (old, Activity::ServiceTicket)]);
}

#[test]
fn krb5kdc_shows_roasting_and_a_ticket_carried_off() {
    let Some((events, _)) = read("krb5kdc-more.log", None) else { return };
    // The account without pre-authentication, and one whose password has expired, at its change.
    let without: Vec<_> = events
        .iter()
        .filter(|event| event.preauth_type() == Some(0))
        .map(|event| event.account().name.as_ref())
        .collect();
    assert_eq!(without, ["exp1", "nopre"]);
    // Nina's ticket, got at 10.77.70.11, was used at 10.77.70.14.
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for event in &events {
        if let Some(ticket) = event.credential() {
            let (from, at) = (event.src_host().to_string(), places.entry(ticket).or_default());
            if !at.contains(&from) {
                at.push(from);
            }
        }
    }
    let carried: Vec<_> = places.into_iter().filter(|(_, places)| places.len() > 1).collect();
    let both = vec!["10.77.70.11".to_owned(), "10.77.70.14".to_owned()];
    assert_eq!(carried, [("nina@BREW.EXAMPLE 1795943820", both)]);
    let counts = count(&events);
    // Two by people, one by nina's name and three of the service's by the attacker.
    assert_eq!(counts[&(Activity::Preauthentication, NO)], 6);
    let attacked = |event: &&AuthEvent<'_>| event.src_host().to_string() == "10.77.70.14";
    assert_eq!(events.iter().filter(attacked).filter(|event| event.outcome() == YES).count(), 3);
}

#[test]
fn krb5kdc_says_the_same_through_syslog() {
    let Some((events, _)) = read("krb5kdc-through-syslog.log", None) else { return };
    let Some((own, _)) = read("krb5kdc-more.log", None) else { return };
    let told = |event: &AuthEvent<'_>| {
        (
            event.time().micros() / 1_000_000,
            event.activity(),
            event.outcome(),
            event.account().to_string(),
            event.src_host().to_string(),
            event.dst_host().to_string(),
            event.credential().map(ToOwned::to_owned),
        )
    };
    // The file goes on after what the syslog holds.
    let (a, b): (Vec<_>, Vec<_>) =
        (events.iter().map(told).collect(), own.iter().map(told).collect());
    assert!(!a.is_empty());
    assert_eq!(a, b[..a.len()]);
}

#[test]
fn samba_told_of_each_login_once() {
    let Some((events, _)) = read("samba-dc-auth_json_audit.log", Some("dc1")) else { return };
    assert_eq!(
        count(&events),
        Counts::from([
            ((Activity::Logon, YES), 1),
            ((Activity::Logon, NO), 2),
            ((Activity::TicketGrantingTicket, YES), 1),
            ((Activity::Preauthentication, NO), 1),
        ])
    );
}

#[test]
fn samba_in_a_domain_told_who_came_from_where() {
    let Some((events, _)) = read("samba-domain/fs1-auth_json-level5.log.gz", Some("fs1")) else {
        return;
    };
    // Nine by password that worked, of which the attacker's seven, three that did not, two by ticket.
    assert_eq!(
        count(&events),
        Counts::from([((Activity::Logon, YES), 11), ((Activity::Logon, NO), 3)])
    );
    let attacker = |event: &&AuthEvent<'_>| {
        event.src_host().ip.is_some_and(|ip| ip.to_string() == "10.77.60.33")
    };
    assert_eq!(events.iter().filter(attacker).count(), 8);
    let Some((text, _)) = read("samba-domain/fs1-auth_audit-text.log.gz", Some("fs1")) else {
        return;
    };
    assert_eq!(count(&text), count(&events));
    for (one, other) in text.iter().zip(&events) {
        let told = |event: &AuthEvent<'_>| {
            let who = event.account().to_string();
            (who, event.src_host().clone().into_owned(), event.dst_host().clone().into_owned())
        };
        assert_eq!(told(one), told(other));
    }
    let Some((controller, _)) = read("samba-domain/dc1-auth_json-level5.log.gz", Some("dc1"))
    else {
        return;
    };
    // What the controller checked for fs1 is no login at the controller.
    let counts = count(&controller);
    assert_eq!(counts[&(Activity::CredentialValidation, YES)], 9);
    assert_eq!(counts[&(Activity::CredentialValidation, NO)], 2);
    // Two kinits each by anna (one by another kind), bert and the machine count once.
    let dora = |event: &&AuthEvent<'_>| {
        event.activity() == Activity::TicketGrantingTicket && event.account().name == "dora"
    };
    assert_eq!(controller.iter().filter(dora).count(), 2);
    assert!(
        controller
            .iter()
            .filter(dora)
            .all(|event| event.ticket_encryption() == Some(TicketEncryption::RC4_HMAC))
    );
}

#[test]
fn samba_told_of_changes_in_the_directory() {
    let Some((_, summary)) = read("samba-domain/dc1-dsdb_json.log.gz", Some("dc1")) else { return };
    // The member's own account and services, tool7 with its password and state, and Domain Admins.
    assert_eq!(summary.activities, 6);
}

#[test]
fn samba_told_of_shares() {
    let Some((_, summary)) = read("samba-domain/fs1-log.ws1-full_audit.log", Some("fs1")) else {
        return;
    };
    assert_eq!(summary.activities, 1);
}

#[test]
fn samba_is_read_as_lines_and_in_its_own_log() {
    for name in ["../cases/samba-auth-json/auth.jsonl", "../cases/samba-auth-json/log.smbd"] {
        let Some((events, _)) = read(name, None) else { return };
        let told: Vec<_> = events
            .iter()
            .map(|event| {
                let from = event.src_host().ip.map(|ip| ip.to_string()).unwrap_or_default();
                (event.account().name.as_ref(), event.outcome(), from, event.dst_host().to_string())
            })
            .collect();
        let at = |who, outcome| (who, outcome, "10.0.0.5".to_owned(), "10.0.0.20".to_owned());
        assert_eq!(told, [at("alice", YES), at("bob", NO), at("carol", YES)]);
    }
}

#[test]
fn freeradius_let_in_and_refused() {
    let Some((events, _)) = read("freeradius/radius.log", None) else { return };
    assert_eq!(
        count(&events),
        Counts::from([((Activity::Logon, YES), 3), ((Activity::Logon, NO), 5)])
    );
    let last = &events[7];
    assert_eq!(
        (last.src_host().to_string(), last.dst_host().to_string()),
        ("203.0.113.77".into(), "vpngw1".into())
    );
    let Some((sessions, _)) = read("freeradius/detail-20261129", None) else { return };
    // It is the login that was let in last, on the same way.
    assert_eq!(count(&sessions), Counts::from([((Activity::Logon, YES), 1)]));
    assert_eq!(sessions[0].account(), last.account());
    assert_eq!(sessions[0].src_host(), last.src_host());
}
