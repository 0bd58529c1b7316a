//! Logs that were once misread, where they are present.

#![allow(clippy::print_stdout, reason = "says what it skips")]

use std::path::{Path, PathBuf};

use sidestep::event::{Mfa, Outcome};

use super::{Given, dst, given, src};

/// A file of the logs that were misread, or `None` after saying that the test skips.
fn case(name: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("../shared/data/cases").join(name))
        .find(|path| path.exists());
    if found.is_none() {
        println!("skipped: cases/{name} is not in ../shared/data");
    }
    found
}

fn read(name: &str) -> Option<Given> {
    let text = std::fs::read_to_string(case(name)?).unwrap();
    Some(given(&text))
}

#[test]
fn device_logons_of_defender() {
    let Some(found) = read("defender-device-logon-events/api.jsonl") else { return };
    let told: Vec<_> = found
        .logins
        .iter()
        .map(|login| (login.account().name.to_string(), login.outcome(), dst(login)))
        .collect();
    let to = "files-1.corp.example";
    assert_eq!(
        told,
        [
            ("alice".to_owned(), Outcome::Success, to.to_owned()),
            ("bob".to_owned(), Outcome::Failure, to.to_owned()),
            ("carol".to_owned(), Outcome::Unknown, to.to_owned()),
        ]
    );
    for login in &found.logins {
        assert_eq!(login.src_host().name.as_deref(), Some("WS-17"));
        assert_eq!(login.src_host().ip, Some("10.0.0.5".parse().unwrap()));
    }
}

#[test]
fn sign_ins_with_parts_as_texts() {
    for file in ["text.jsonl", "control-objects.jsonl"] {
        let Some(found) = read(&format!("entra-objects-as-text/{file}")) else { return };
        let by =
            |name: &str| found.logins.iter().find(|login| login.account().name == name).unwrap();
        assert_eq!(by("fail").outcome(), Outcome::Failure, "{file}");
        assert_eq!((by("mfa").mfa(), by("steps").mfa()), (Mfa::Used, Mfa::Used), "{file}");
        assert_eq!(by("device").src_host().name.as_deref(), Some("WS-17"), "{file}");
    }
}

#[test]
fn ocsf_of_security_lake() {
    let Some(found) = read("ocsf-of-cloudtrail/login.jsonl") else { return };
    let [alice, bob] = &found.logins[..] else { panic!("{:?}", found.summary) };
    assert_eq!((alice.account().name.as_ref(), alice.subject()), ("alice", None));
    assert_eq!(
        (src(alice).as_str(), dst(alice).as_str()),
        ("203.0.113.5", "console.aws.amazon.com")
    );
    assert_eq!(bob.account().name, "bob");
    assert!(bob.src_host().is_unknown());
}

#[test]
fn addresses_with_ports() {
    for file in ["entra.jsonl", "ocsf.jsonl"] {
        let Some(found) = read(&format!("address-with-port/{file}")) else { return };
        let from: Vec<_> = found
            .logins
            .iter()
            .map(|login| {
                (login.src_host().ip.unwrap().to_string(), login.src_host().port.is_some())
            })
            .collect();
        let right = ["10.0.0.5", "10.0.0.5", "10.9.8.7", "2001:db8::5", "203.0.113.6"];
        assert_eq!(from, right.map(|ip| (ip.to_owned(), true)), "{file}");
        assert!(found.logins.iter().all(|login| login.src_host().name.is_none()), "{file}");
    }
}
