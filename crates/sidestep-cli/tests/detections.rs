//! Detections through the command: listed, fed, told without history, weighed and allowed.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

fn sidestep(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_sidestep"))
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("the command starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("it writes UTF-8")
}

/// Windows events in which somebody logs on from afar and installs a service.
const PSEXEC: &str = concat!(
    r#"{"EventTime":"2026-03-02 09:00:00","EventID":4624,"SourceName":"Microsoft-Windows-Security-Auditing","#,
    r#""Channel":"Security","Hostname":"SRV-1.corp.example","TargetUserName":"bob","TargetDomainName":"CORP","#,
    r#""LogonType":3,"AuthenticationPackageName":"Kerberos","TargetLogonId":"0x99","IpAddress":"10.0.0.5"}"#,
    "\n",
    r#"{"EventTime":"2026-03-02 09:00:04","EventID":4697,"SourceName":"Microsoft-Windows-Security-Auditing","#,
    r#""Channel":"Security","Hostname":"SRV-1.corp.example","SubjectUserName":"bob","SubjectDomainName":"CORP","#,
    r#""SubjectLogonId":"0x99","ServiceName":"xyz","ServiceFileName":"C:\\Windows\\xyz.exe"}"#,
    "\n",
);

fn files() -> (TempDir, String, String) {
    let dir = TempDir::new().expect("a folder can be made");
    let path = |name: &str| dir.path().join(name).to_str().expect("it is UTF-8").to_owned();
    let (log, policy) = (path("events.json"), path("policy.toml"));
    fs::write(Path::new(&log), PSEXEC).expect("it can be written");
    (dir, log, policy)
}

#[test]
fn detections_are_listed_and_shown() {
    let listed = sidestep(&["detections"]);
    let listed = text(&listed.stdout);
    for detection in sidestep::detection::detections() {
        assert!(listed.contains(detection.id), "{}", detection.id);
        let page = sidestep(&["detections", detection.id]);
        assert_eq!(text(&page.stdout), detection.to_markdown());
    }
    let unknown = sidestep(&["detections", "no_such"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("no_such"));
}

#[test]
fn coverage_says_what_a_log_can_feed_and_what_is_missing() {
    let (_dir, log, _) = files();
    let told = sidestep(&["detect", "--explain-coverage", &log]);
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stderr));
    let told = text(&told.stdout);
    let (fed, lacking) = told.split_once("What the others lack:").expect("something is missing");
    assert!(fed.contains("service_install") && fed.starts_with("2 events"), "{told}");
    assert!(lacking.contains("pass_the_hash"), "{told}");
}

#[test]
fn ways_around_the_second_factor_are_told() {
    let dir = TempDir::new().expect("a folder");
    let log = dir.path().join("vpn.csv");
    let lines = "time,user,src,dst,mfa\n1,amy,laptop,vault,true\n2,amy,laptop,jump,false\n\
                 3,root,jump,build,\n4,deploy,build,vault,false\n5,amy,laptop,mail,true\n";
    fs::write(&log, lines).expect("the folder can be written to");
    let log = log.display().to_string();
    let told = sidestep(&["detect", "--mfa-report", "--valued", "VAULT", "--valued", "nope", &log]);
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stderr));
    let expected = "\
5 logons from one host to another: 40.0 % with a second factor, 40.0 % without, 20.0 % not told.

nope: nobody logged on to it from another host.

vault  2 accounts, 50.0 % with a second factor, 50.0 % without
  reached without one from 1 host directly, and over others from 2 more hosts; from the farthest:
    laptop -amy-> jump -root-> build -deploy-> vault
";
    assert_eq!(text(&told.stdout), expected);
    let told = text(&sidestep(&["detect", "--mfa-report", &log]).stdout);
    assert_eq!(told.matches(" account").count(), 4, "{told}");
    assert!(told.contains("mail  1 account, all with a second factor\n  no way without"), "{told}");
}

#[test]
fn a_capture_without_history_is_told_by_rules_alone() {
    let (_dir, log, _) = files();
    let told = sidestep(&["detect", "--emit", "json", &log]);
    let alert: Value = serde_json::from_str(&text(&told.stdout)).expect("there is one alert");
    let hop = &alert["hops"][0];
    assert_eq!(hop["evidence"][0]["name"], "service_install");
    assert_eq!((&hop["user"], &hop["dst_host"]), (&"bob@CORP".into(), &"SRV-1".into()));
    let techniques: Vec<_> = alert["techniques"].as_array().into_iter().flatten().collect();
    assert!(techniques.iter().any(|technique| technique["id"] == "T1569.002"), "{alert}");
    let closing = text(&told.stderr);
    assert!(closing.contains("by detections alone, on 1 day with events"), "{closing}");
}

#[test]
fn a_policy_turns_off_and_allows_and_says_what_is_wrong_with_it() {
    let (_dir, log, policy) = files();
    let detect = |toml: &str| {
        fs::write(Path::new(&policy), toml).expect("it can be written");
        sidestep(&["detect", "--emit", "json", "--policy", &policy, &log])
    };
    let off = detect("[weights]\nservice_install = 0\n");
    assert_eq!((off.status.code(), text(&off.stdout)), (Some(0), String::new()));
    // The record of the service names no address; the logon that it follows from does.
    let allowed = detect("[[allow]]\ndetection = \"service_install\"\nsubnet = \"10.0.0.0/24\"\n");
    assert_eq!(text(&allowed.stdout), "");
    let elsewhere = detect("[[allow]]\nsubnet = \"10.0.1.0/24\"\n");
    assert_ne!(text(&elsewhere.stdout), "");
    let allowed = detect("[[allow]]\naccount = \"BOB\"\nhost = \"srv-1\"\nuntil = 2026-03-03\n");
    assert_eq!(text(&allowed.stdout), "");
    assert!(text(&allowed.stderr).contains("allowed by the policy"), "{}", text(&allowed.stderr));
    let expired = detect("[[allow]]\naccount = \"bob\"\nuntil = 2026-03-02\n");
    assert_ne!(text(&expired.stdout), "");
    let wrong = detect("\n[weights]\nno_such = 1\n");
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text(&wrong.stderr).contains("policy.toml: line 3: "), "{}", text(&wrong.stderr));
}
