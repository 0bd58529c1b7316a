//! Simulated logs of every dialect: written, read back without loss, and judged.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use sidestep::event::Event;
use sidestep_formats::{LogReader, ReadOptions, ReadSummary};
use tempfile::TempDir;

fn sidestep(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sidestep"))
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("the command starts")
}

fn out(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("it writes UTF-8")
}

const SIZE: [&str; 6] = ["--accounts", "100", "--days", "8", "--learn-days", "4"];

fn simulated(dialect: &str) -> TempDir {
    let dir = TempDir::new().expect("a folder can be made");
    let path = dir.path().to_str().expect("its name is UTF-8");
    let words = ["simulate", path, "--dialect", dialect, "--seed", "3", "--attacks", "4"];
    out(&sidestep(&[&words[..], &SIZE, &["--telemetry", "complete"]].concat()));
    dir
}

/// Events by kind, and what the reader says.
fn read(dir: &Path) -> (BTreeMap<String, u64>, ReadSummary) {
    let mut kinds = BTreeMap::new();
    let mut reader = LogReader::new(ReadOptions::default());
    for entry in std::fs::read_dir(dir).expect("the folder is there") {
        let path = entry.expect("it can be listed").path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            continue;
        }
        let _ = reader
            .read_path(&path, &mut |event| {
                let kind = match event {
                    Event::Auth(event) => event.activity().to_string(),
                    Event::Activity(activity) => activity.kind().to_string(),
                    _ => "unknown".to_owned(),
                };
                *kinds.entry(kind).or_default() += 1;
                ControlFlow::Continue(())
            })
            .expect("it can be read");
    }
    (kinds, reader.summary().clone())
}

#[test]
fn every_record_is_read_back() {
    let windows = [
        "Account Change",
        "Account Creation",
        "Account Switch",
        "Authentication Ticket",
        "Credential Validation",
        "Directory Replication",
        "Group Membership",
        "Logoff",
        "Logon",
        "Preauth",
        "Process Start",
        "Scheduled Task",
        "Service Install",
        "Service Ticket Request",
        "Share Access",
    ];
    let zeek = [
        "Address Binding",
        "Authentication Ticket",
        "File Transfer",
        "Logon",
        "Named Pipe",
        "Network Connection",
        "Service Ticket Request",
        "Share Access",
    ];
    let tickets = ["Authentication Ticket", "Logoff", "Logon", "Service Ticket Request"];
    // Screens that were locked tell of nothing that moves, and PAM of what sshd told before.
    let screens = "Windows event 480";
    let expected: [(&str, &[&str], &[&str]); 5] = [
        ("windows-json", &windows, &[screens]),
        ("zeek", &zeek, &[]),
        ("sshd", &["Logoff", "Logon"], &["pam session"]),
        ("ocsf", &tickets, &[]),
        ("mixed", &[&windows[..], &zeek].concat(), &[screens, "pam session"]),
    ];
    for (dialect, kinds, passed_over) in expected {
        let dir = simulated(dialect);
        let (found, summary) = read(dir.path());
        assert_eq!((summary.skipped, summary.files_not_read), (0, 0), "{:?}", summary.first_errors);
        for kind in kinds {
            assert!(found.contains_key(*kind), "{dialect} {kind}: {found:?}");
        }
        for what in summary.passed_over.keys() {
            assert!(passed_over.iter().any(|begin| what.starts_with(begin)), "{dialect}: {what}");
        }
    }
}

#[test]
fn folders_and_seeds_are_judged_alike() {
    for dialect in ["windows-json", "mixed"] {
        let dir = simulated(dialect);
        let path = dir.path().to_str().expect("its name is UTF-8");
        let judged = out(&sidestep(&["evaluate", path, "--learn-days", "4", "--json"]));
        let folder: Value = serde_json::from_str(&judged).expect("it is JSON");
        let words =
            ["evaluate", "--dialect", dialect, "--seeds", "3", "--telemetry", "complete", "--json"];
        let judged = out(&sidestep(&[&words[..], &SIZE].concat()));
        let seeds: Value = serde_json::from_str(&judged).expect("it is JSON");
        assert_eq!(seeds["setup"]["dialect"], dialect);
        let logins = |report: &Value| report["runs"][0]["attack_logins_in_log"].as_u64();
        assert!(logins(&folder).is_some_and(|n| n > 3), "{dialect}: {folder}");
        assert!(logins(&seeds).is_some_and(|n| n > 3), "{dialect}");
    }
}

#[test]
fn several_dialects_are_compared() {
    let words = ["evaluate", "--dialect", "lanl,windows-json,zeek", "--seeds", "3"];
    let text = out(&sidestep(&[&words[..], &SIZE].concat()));
    let table = text.lines().rev().take(4).collect::<Vec<_>>().join("\n");
    for word in ["lanl ", "windows-json ", "zeek ", "dialect "] {
        assert!(table.contains(word), "{table}");
    }
    let text = out(&sidestep(&[&words[..], &SIZE, &["--json"]].concat()));
    let reports: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(reports["zeek"]["setup"]["dialect"], "zeek");
    assert_eq!(reports["lanl"]["setup"]["dialect"], Value::Null);
}
