//! Cases of logs that were misread once, end to end. They lie beside the project and are no part of it;
//! where they are missing, the test says so and passes. To add one, add rows to [`ROWS`].

#![allow(clippy::print_stdout, reason = "says what it skips, and what it measured")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What must be so of a run.
#[derive(Debug, Clone, Copy)]
enum Want {
    Status(i32),
    Alerts(usize),
    Logins(u64),
    /// One alert, and its techniques are among others these.
    Names(&'static [&'static str]),
    /// No alert has this technique.
    NeverNames(&'static str),
    /// The summary holds this text.
    Says(&'static str),
    /// Standard output holds this text.
    Shows(&'static str),
    /// The first alert was raised at a time that begins so.
    At(&'static str),
    /// The summary does not hold this text.
    Lacks(&'static str),
    /// The alerts are the same, but for their references to records, as those of another file of
    /// the case.
    AlertsOf(&'static str),
    /// What was found, where and by whom, is that of another file; when, and how odd, may differ.
    FindingsOf(&'static str),
}

use Want::{
    Alerts, AlertsOf, At, FindingsOf, Lacks, Logins, Names, NeverNames, Says, Shows, Status,
};

/// A case, a file of it, further arguments, and what must come of it.
type Row = (&'static str, &'static str, &'static [&'static str], &'static [Want]);

const ROWS: &[Row] = &[
    (
        "capture-openssh-on-windows",
        "input.jsonl",
        &[],
        &[
            Status(0),
            Logins(5),
            Says("2 findings"),
            Lacks("passed over"),
            AlertsOf("control-syslog.log"),
        ],
    ),
    ("capture-openssh-on-windows", "control-syslog.log", &[], &[Logins(5), Says("2 findings")]),
    (
        "capture-tar-archive",
        "ustar.tar.gz",
        &[],
        &[Status(0), Logins(3), AlertsOf("control.jsonl")],
    ),
    ("capture-tar-archive", "pax.tar.gz", &[], &[Status(0), Logins(3), AlertsOf("control.jsonl")]),
    ("capture-tar-archive", "control.jsonl", &[], &[Status(0), Logins(3), Alerts(1)]),
    (
        "capture-wrapped-log",
        "input.jsonl",
        &[],
        &[
            Status(0),
            Says(" 0 late"),
            Says("23 events out of order"),
            Lacks("set back"),
            AlertsOf("control-in-order.jsonl"),
        ],
    ),
    (
        "capture-wrapped-log",
        "clock-set-back.jsonl",
        &[],
        &[
            Status(0),
            Says(" 0 late"),
            Says("set back 1 time"),
            FindingsOf("control-in-order.jsonl"),
        ],
    ),
    (
        "capture-wrapped-log",
        "control-in-order.jsonl",
        &[],
        &[Status(0), Alerts(1), Says(" 0 late"), Lacks("out of order"), Lacks("set back")],
    ),
    ("capture-host-under-its-old-name", "input.jsonl", &[], &[Status(0), Logins(0), Alerts(0)]),
    (
        "capture-services-of-a-session",
        "input.jsonl",
        &[],
        &[Status(0), Alerts(0), Says("5  Windows event 4697 of a per-user service")],
    ),
    (
        "capture-services-of-a-session",
        "masked.jsonl",
        &[],
        &[Status(0), FindingsOf("control-without.jsonl")],
    ),
    ("capture-desktop-sweep", "input.jsonl", &[], &[Names(&["T1021.001"])]),
    ("capture-desktop-sweep", "benign.jsonl", &[], SILENT),
    (
        "capture-guessing-without-success",
        "input.jsonl",
        &[],
        &[Names(&["T1110.001"]), NeverNames("T1110.003")],
    ),
    ("capture-guessing-without-success", "benign.jsonl", &[], SILENT),
    ("capture-kerberoast-of-five", "input.jsonl", &[], &[Names(&["T1558.003"])]),
    ("capture-kerberoast-of-five", "benign.jsonl", &[], SILENT),
    ("capture-machine-changes-its-password", "one.jsonl", &[], SILENT),
    ("capture-machine-changes-its-password", "zerologon.jsonl", &[], &[Names(&["T1210"])]),
    (
        "capture-machine-changes-its-password",
        "zerologon.jsonl",
        &["--learn-days", "7"],
        &[Names(&["T1210"])],
    ),
    ("capture-machine-changes-its-password", "control-zerologon.jsonl", &[], &[Names(&["T1210"])]),
    ("capture-name-of-a-controller-taken", "input.jsonl", &[], &[Names(&["T1558", "T1068"])]),
    (
        "capture-name-of-a-controller-taken",
        "tickets-only.jsonl",
        &[],
        &[Names(&["T1558", "T1068"])],
    ),
    (
        "capture-proof-lost-in-a-small-network",
        "input.jsonl",
        &[],
        &[Names(&["T1569.002", "T1021.002"]), FindingsOf("control-short.jsonl")],
    ),
    (
        "capture-remote-shell-without-its-logon",
        "wmi.jsonl",
        &[],
        &[Names(&["T1047"]), NeverNames("T1021.003")],
    ),
    (
        "capture-remote-shell-without-its-logon",
        "dcom.jsonl",
        &[],
        &[Names(&["T1021.003"]), NeverNames("T1047")],
    ),
    ("capture-remote-shell-without-its-logon", "benign.jsonl", &[], SILENT),
    (
        "capture-session-passed-on-at-its-own-client",
        "input.jsonl",
        &[],
        &[Names(&["T1563.002"]), NeverNames("T1021.002")],
    ),
    (
        "capture-session-passed-on-at-its-own-client",
        "service.jsonl",
        &[],
        &[Names(&["T1563.002", "T1569.002"])],
    ),
    ("capture-spray-by-explicit-credentials", "input.jsonl", &[], &[Names(&["T1110.003"])]),
    ("capture-spray-by-explicit-credentials", "benign.jsonl", &[], SILENT),
    (
        "capture-system-speaks-from-afar",
        "input.jsonl",
        &[],
        &[Names(&["T1210"]), NeverNames("T1550.002")],
    ),
    ("capture-system-speaks-from-afar", "benign.jsonl", &[], SILENT),
    ("capture-tickets-asked-for-by-a-tool", "input.jsonl", &[], &[Names(&["T1558"])]),
    ("capture-tickets-asked-for-by-a-tool", "benign.jsonl", &[], SILENT),
    // Logs that were misread in silence.
    ("address-with-port", "entra.jsonl", &[], &[Status(0), Logins(5)]),
    ("address-with-port", "ocsf.jsonl", &[], &[Status(0), Logins(5)]),
    ("address-with-port", "src.csv", &[], &[Status(0), Logins(5)]),
    ("address-with-port", "windows-4624.jsonl", &[], &[Status(0), Logins(5)]),
    (
        "coverage-of-an-unread-log",
        "us.csv",
        &["--explain-coverage"],
        &[Status(3), Says("skipped  3 lines (100.0 %)")],
    ),
    ("csv-action-says-the-outcome", "splunk-cim.csv", &[], &[Status(0), Logins(7)]),
    (
        "csv-event-ids-that-are-no-logins",
        "events.csv",
        &[],
        &[Status(0), Logins(1), Says("Windows event 1102")],
    ),
    ("csv-loopback-source", "security.csv", &[], &[Status(0), Logins(1), Lacks("lines (")]),
    ("csv-loopback-source", "control.jsonl", &[], &[Status(0), Logins(1)]),
    ("csv-source-is-where-the-log-came-from", "linux_secure.csv", &[], &[Status(0), Logins(3)]),
    ("csv-source-is-where-the-log-came-from", "wineventlog.csv", &[], &[Status(0), Logins(3)]),
    (
        "csv-taken-for-syslog",
        "InteractiveSignIns.csv",
        &[],
        &[Status(0), Logins(120), Lacks("syslog"), Lacks("lines (")],
    ),
    ("defender-device-logon-events", "api.jsonl", &[], &[Status(0), Logins(3)]),
    ("defender-device-logon-events", "portal.csv", &[], &[Status(0), Logins(3)]),
    ("elasticsearch-answer", "search.json", &[], THREE_AND_A_HASH),
    ("entra-objects-as-text", "text.jsonl", &[], &[Status(0), Logins(4)]),
    (
        "entra-objects-as-text",
        "text.jsonl",
        &["--mfa-report"],
        &[Status(0), Shows("66.7 % with a second factor")],
    ),
    ("evtx-dump-record-lines", "pretty.json", &[], THREE_AND_A_HASH),
    ("evtx-dump-record-lines", "one-line.json", &[], THREE_AND_A_HASH),
    ("evtxecmd-csv", "EvtxECmd_Output.csv", &[], THREE_AND_A_HASH),
    ("folder-with-unread-logs", "logs", &[], &[Status(0), Says("files    3 read"), Says(" 9 in ")]),
    ("logon-type-spellings", "named.jsonl", &[], &[Status(0), AlertsOf("control.jsonl")]),
    ("logon-type-spellings", "hex.jsonl", &[], &[Status(0), AlertsOf("control.jsonl")]),
    ("logon-type-spellings", "control.jsonl", &[], &[Status(0), Names(&["T1550.002"])]),
    ("ocsf-of-cloudtrail", "login.jsonl", &[], &[Status(0), Logins(1)]),
    ("powershell-get-winevent-json", "ps51.json", &[], THREE_AND_A_HASH),
    ("powershell-get-winevent-json", "ps7.json", &[], THREE_AND_A_HASH),
    ("samba-auth-json", "auth.jsonl", &[], &[Status(0), Logins(3)]),
    ("samba-auth-json", "log.smbd", &[], &[Status(0), Logins(3)]),
    ("sshd-accepted-none", "auth.log", &[], &[Status(0), Logins(31), Names(&["T1110.001"])]),
    ("syslog-host-in-other-clothes", "hosts.log", &["--year", "2026"], &[Status(0), Logins(4)]),
    (
        "syslog-solaris-message-id",
        "solaris.log",
        &["--year", "2026"],
        &[Status(0), Logins(31), Names(&["T1110.001"])],
    ),
    (
        "syslog-through-a-relay",
        "relay.log",
        &["--year", "2026"],
        &[Status(0), Logins(5), Lacks("another program")],
    ),
    ("time-numbers", "filetime.jsonl", &[], &[Status(0), Logins(1)]),
    ("time-numbers", "compact.csv", &[], &[Status(0), Logins(2)]),
    ("time-spellings", "space-offset.jsonl", &[], &[Status(0), Logins(3)]),
    ("time-spellings", "utc.jsonl", &[], &[Status(0), Logins(3)]),
    ("time-spellings", "us.csv", &[], &[Status(3), Logins(0)]),
    ("time-spellings", "us.csv", &["--time-format", US], &[Status(0), Logins(3)]),
    (
        "time-spellings",
        "sentinel.csv",
        &["--time-format", "%m/%d/%Y, %I:%M:%S%.f %p"],
        &[Status(0), Logins(3)],
    ),
    ("time-spellings", "kibana.csv", &[], &[Status(0), Logins(3)]),
    ("wazuh-json", "alerts.json", &[], THREE_AND_A_HASH),
    ("wazuh-json", "archives.json", &[], THREE_AND_A_HASH),
    ("windows-values-without-names", "fluentbit-stringinserts.jsonl", &[], THREE_AND_A_HASH),
    ("windows-values-without-names", "fluentd-eventdata-list.jsonl", &[], THREE_AND_A_HASH),
    ("windows-values-without-names", "control-named.jsonl", &[], THREE_AND_A_HASH),
    ("zeek-logs-by-other-names", "conn.jsonl", &[], &[Status(0), Says("3 companion records")]),
    ("zeek-logs-by-other-names", "ntlm_east.jsonl", &[], &[Status(0), Logins(3)]),
    (
        "zone-is-not-heard-in-json",
        "nxlog-local.jsonl",
        &[],
        &[Status(0), At("2026-03-02T09:15:04")],
    ),
    (
        "zone-is-not-heard-in-json",
        "nxlog-local.jsonl",
        &["--zone", "Europe/Berlin"],
        &[Status(0), At("2026-03-02T08:15:04")],
    ),
];

/// Three logins between hosts, and a session of type 9 that shows a hash passed.
const THREE_AND_A_HASH: &[Want] = &[Status(0), Logins(3), Names(&["T1550.002"]), Lacks("lines (")];

/// A time as the United States write it.
const US: &str = "%m/%d/%Y %I:%M:%S %p";

/// Nothing is raised.
const SILENT: &[Want] = &[Status(0), Alerts(0)];

/// What came of a run.
struct Outcome {
    status: i32,
    /// The summary on standard error.
    summary: String,
    shown: String,
    alerts: Vec<Value>,
}

fn detect(log: &Path, args: &[&str]) -> Outcome {
    let dir = TempDir::new().expect("a folder can be made");
    let alerts = dir.path().join("alerts.json");
    // Reports are in place of alerts.
    let is_report = args.iter().any(|it| matches!(*it, "--explain-coverage" | "--mfa-report"));
    let output = Command::new(env!("CARGO_BIN_EXE_sidestep"))
        .arg("detect")
        .arg(log)
        .args(args)
        .args(if is_report { &[][..] } else { &["--emit", "json", "--output"] })
        .args(if is_report { None } else { Some(&alerts) })
        .stdin(Stdio::null())
        .output()
        .expect("the command starts");
    let alerts = fs::read_to_string(&alerts).unwrap_or_default();
    Outcome {
        status: output.status.code().expect("it ends by itself"),
        shown: String::from_utf8(output.stdout).expect("it writes UTF-8"),
        summary: String::from_utf8(output.stderr).expect("it writes UTF-8"),
        alerts: alerts.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect(),
    }
}

/// An alert without what tells of the place of its records.
fn without_references(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| name.as_str() != "raw_ref")
            .map(|(name, value)| (name.clone(), without_references(value)))
            .collect(),
        Value::Array(values) => values.iter().map(without_references).collect(),
        other => other.clone(),
    }
}

/// The hops of an alert by account and hosts, with the names of the findings on each.
fn findings(alert: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_ascii_lowercase();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    list(&alert["hops"])
        .iter()
        .map(|hop| {
            let rules = list(&hop["evidence"]);
            let mut rules: Vec<_> = rules.iter().map(|it| text(&it["name"])).collect();
            rules.retain(|name| name.contains('_'));
            rules.sort_unstable();
            let [user, from, to] = ["user", "src_host", "dst_host"].map(|field| text(&hop[field]));
            format!("{user} {from} {to} {}", rules.join(" "))
        })
        .collect()
}

/// The techniques of an alert.
fn techniques(alert: &Value) -> Vec<String> {
    let list = alert["techniques"].as_array().cloned().unwrap_or_default();
    list.iter().filter_map(|it| it["id"].as_str().map(str::to_owned)).collect()
}

/// What is not as it must be.
fn failure(case: &Path, outcome: &Outcome, want: Want) -> Option<String> {
    let logins = |count: u64| format!("logins   {count} between hosts");
    let other = |file: &str| detect(&case.join(file), &[]).alerts;
    let fails = match want {
        Status(status) => outcome.status != status,
        Alerts(count) => outcome.alerts.len() != count,
        Logins(count) => !outcome.summary.contains(&logins(count)),
        Names(ids) => {
            let named = outcome.alerts.first().map(techniques).unwrap_or_default();
            outcome.alerts.len() != 1 || !ids.iter().all(|id| named.iter().any(|it| it == id))
        }
        NeverNames(id) => outcome.alerts.iter().flat_map(techniques).any(|it| it == id),
        Says(text) => !outcome.summary.contains(text),
        Shows(text) => !outcome.shown.contains(text),
        At(time) => {
            let raised = outcome.alerts.first().and_then(|alert| alert["detected_at"].as_str());
            !raised.is_some_and(|raised| raised.starts_with(time))
        }
        Lacks(text) => outcome.summary.contains(text),
        AlertsOf(file) => {
            let all = |alerts: &[Value]| alerts.iter().map(without_references).collect::<Vec<_>>();
            all(&outcome.alerts) != all(&other(file))
        }
        FindingsOf(file) => {
            let all = |alerts: &[Value]| alerts.iter().map(findings).collect::<Vec<_>>();
            let expected = all(&other(file));
            expected.is_empty() || all(&outcome.alerts) != expected
        }
    };
    fails.then(|| format!("{want:?}, but status {} and\n{}", outcome.status, outcome.summary))
}

#[test]
fn every_case_is_read_right() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/cases");
    let mut failures = Vec::new();
    for (case, file, args, wants) in ROWS {
        let path = folder.join(case);
        if !path.is_dir() {
            println!("skipped: cases/{case} is not in ../shared/data");
            continue;
        }
        let outcome = detect(&path.join(file), args);
        for want in *wants {
            let failure = failure(&path, &outcome, *want);
            failures.extend(failure.map(|what| format!("{case}/{file}: {what}")));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
