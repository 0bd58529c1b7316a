//! Logs in the shape of known ones, with other names, other words or other things around them: each is
//! read right, or said not to be.

use std::ops::ControlFlow;

use sidestep::event::AuthEvent;
use sidestep_formats::{LogReader, ReadOptions, ReadSummary};

/// What was read of a log, a login in a few words, and what was said of the rest.
fn read(log: &str) -> (Vec<String>, ReadSummary) {
    let mut events = Vec::new();
    let mut reader = LogReader::new(ReadOptions::default());
    let result = reader.read(log.as_bytes(), "log", &mut |event| {
        events.extend(event.auth().map(told));
        ControlFlow::Continue(())
    });
    assert!(result.unwrap().is_continue());
    (events, reader.summary().clone())
}

/// `Logon Success alice@CORP WS-1 (10.0.0.5) -> files-1`.
fn told(event: &AuthEvent<'_>) -> String {
    let src = event.src_host();
    let from = match (&src.name, src.ip) {
        (Some(name), Some(ip)) => format!("{name} ({ip})"),
        _ => src.to_string(),
    };
    let (activity, outcome) = (event.activity(), event.outcome());
    format!("{activity:?} {outcome:?} {} {from} -> {}", event.account(), event.dst_host())
}

#[test]
fn an_account_of_a_query_is_never_nobody() {
    let log = r#"{"TimeGenerated":"2026-03-02T09:15:04Z","Computer":"files-1","EventID":4624,"Account":"CORP\\alice","IpAddress":"10.0.0.5","LogonType":3}
{"TimeGenerated":"2026-03-02T09:15:05Z","Computer":"files-1","EventID":4625,"TargetAccount":"CORP\\bob","IpAddress":"10.0.0.6","LogonType":3}
{"result":{"_time":"2026-03-02T09:15:06Z","Computer":"files-1","EventID":4624,"TargetAccount":"carol","IpAddress":"10.0.0.7","LogonType":3}}
{"time":1,"data":{"TimeGenerated":"2026-03-02T09:15:07Z","Computer":"files-1","EventID":4624,"TargetAccount":"CORP\\dora","IpAddress":"10.0.0.8","LogonType":3}}
{"TimeGenerated":"2026-03-02T09:15:08Z","Computer":"files-1","EventID":4625,"TargetUserName":"","IpAddress":"10.0.0.9","LogonType":3}
"#;
    let (events, summary) = read(log);
    let right = [
        "Logon Success alice@CORP 10.0.0.5 -> files-1",
        "Logon Failure bob@CORP 10.0.0.6 -> files-1",
        "Logon Success carol 10.0.0.7 -> files-1",
        "Logon Success dora@CORP 10.0.0.8 -> files-1",
        "Logon Failure ? 10.0.0.9 -> files-1",
    ];
    assert_eq!(events, right, "{summary:?}");
}

#[test]
fn the_account_of_a_table_of_a_query_is_never_nobody() {
    let log = "TimeGenerated,Computer,EventID,Account,SubjectUserName,IpAddress,LogonType\n\
        2026-03-02T09:15:04Z,files-1,4624,CORP\\alice,-,10.0.0.5,3\n";
    let (events, summary) = read(log);
    assert_eq!(events, ["Logon Success alice@CORP 10.0.0.5 -> files-1"], "{summary:?}");
}

#[test]
fn a_name_that_may_be_of_another_makes_no_login() {
    let log = r#"{"EventTime":"2026-03-02T09:15:04Z","Computer":"files-1","EventID":4624,"UserName":"alice","LogonType":10,"SourceIP":"10.0.0.5"}
"#;
    let (events, summary) = read(log);
    assert_eq!(events, [""; 0]);
    assert_eq!(summary.skipped, 1);
    assert!(summary.first_errors[0].to_string().contains("UserName may be"), "{summary:?}");
}

#[test]
fn nothing_in_brackets_is_no_host() {
    let log = "time,user,src_host,dst_host,result\n\
        2026-03-02T09:15:04Z,alice,(null),files-1,success\n";
    assert_eq!(read(log).0, ["Logon Success alice ? -> files-1"]);
}

#[test]
fn an_event_in_words_says_what_a_row_is() {
    let head = "timestamp,{},user,client_ip,server\n";
    let row = |second: usize, word: &str| {
        format!("2026-03-02T09:15:0{second}Z,{word},u{second},10.0.0.{second},files-1\n")
    };
    for name in ["event", "event_type", "Event Name", "operation", "type", "signature"] {
        let words = ["LOGIN_SUCCESS", "login_failed", "logout", "password_change"];
        let rows: String = words.iter().enumerate().map(|(at, word)| row(at + 1, word)).collect();
        let (events, summary) = read(&(head.replace("{}", name) + &rows));
        let right = [
            "Logon Success u1 10.0.0.1 -> files-1",
            "Logon Failure u2 10.0.0.2 -> files-1",
            "Logoff Unknown u3 10.0.0.3 -> files-1",
        ];
        assert_eq!(events, right, "{name}");
        assert_eq!(summary.not_understood.values().sum::<u64>(), 1, "{name}: {summary:?}");
    }
    let titles = row(1, "An account was successfully logged on.")
        + &row(2, "4625 - An account failed to log on.")
        + &row(3, "Success Audit: An account was logged off");
    let right = [
        "Logon Success u1 10.0.0.1 -> files-1",
        "Logon Failure u2 10.0.0.2 -> files-1",
        "Logoff Success u3 10.0.0.3 -> files-1",
    ];
    assert_eq!(read(&(head.replace("{}", "event") + &titles)).0, right);
}

#[test]
fn a_column_of_other_words_or_numbers_is_not_what_happened() {
    for word in ["corp", "1", "0", "Security"] {
        let log = format!(
            "timestamp,type,user,client_ip,server\n\
             2026-03-02T09:15:01Z,{word},alice,10.0.0.5,files-1\n"
        );
        assert_eq!(read(&log).0, ["Logon Unknown alice 10.0.0.5 -> files-1"], "{word}");
    }
}

const LOGON: &str = r#"{"TimeCreated":"2026-03-02T09:15:04Z","Computer":"files-1","EventID":4624,"TargetUserName":"alice","TargetDomainName":"CORP","IpAddress":"10.0.0.5","LogonType":3}"#;
const SSHD: &str =
    "Mar  2 09:15:04 web1 sshd[812]: Accepted password for bob from 10.0.0.6 port 5000 ssh2";

/// As a text within JSON.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[test]
fn lists_within_records_are_read() {
    let (text, sshd) = (quoted(LOGON), quoted(SSHD));
    let batch = quoted(&format!("{{\"records\":[{LOGON},{LOGON}]}}"));
    let of_search = format!("{{\"took\":1,\"hits\":{{\"hits\":[{{\"_source\":{LOGON}}}]}}}}");
    for log in [
        format!(
            r#"{{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","logEvents":[{{"id":"1","timestamp":1,"message":{text}}},{{"id":"2","timestamp":1,"message":{text}}}]}}"#
        ),
        format!(r#"{{"took":2,"responses":[{of_search},{of_search}]}}"#),
        format!(r#"{{"id":"x","name":"y","responses":[{of_search},{of_search}]}}"#),
        format!(r#"{{"body":{batch},"partition":"0"}}"#),
        format!(
            r#"{{"@timestamp":"2026-03-02T09:15:05Z","message":{batch},"input":{{"type":"x"}}}}"#
        ),
        format!(
            "{{\"topic\":\"t\",\"offset\":1,\"value\":{LOGON}}}\n{{\"topic\":\"t\",\"offset\":2,\"value\":{text}}}"
        ),
        format!(
            "{{\"topic\":\"t\",\"payload\":{text}}}\n{{\"id\":\"t\",\"content\":{{\"host\":\"x\",\"message\":{text}}}}}"
        ),
    ] {
        let (events, summary) = read(&(log.clone() + "\n"));
        let right = "Logon Success alice@CORP 10.0.0.5 -> files-1";
        assert_eq!(events, [right, right], "{log} {summary:?}");
    }
    let log = format!(
        r#"{{"messageType":"DATA_MESSAGE","owner":"1","logEvents":[{{"id":"1","timestamp":1772442904500,"message":{sshd}}},{{"id":"2","message":"?"}}]}}"#
    );
    let (events, summary) = read(&log);
    assert_eq!(events, ["Logon Success bob 10.0.0.6 -> web1"]);
    assert_eq!(summary.not_understood.values().sum::<u64>(), 1);
}

#[test]
fn a_bad_record_of_a_list_does_not_lose_the_others() {
    let bad = r#"{"TimeCreated":"soon","EventID":4624,"TargetUserName":"eve","LogonType":3}"#;
    let log = format!(r#"{{"id":"x","records":[{bad},{LOGON},{bad}]}}"#);
    let (events, summary) = read(&log);
    assert_eq!(events.len(), 1);
    assert_eq!(summary.skipped, 1);
    assert!(summary.first_errors[0].to_string().contains("2 records in it"), "{summary:?}");
}

#[test]
fn a_collectors_names_do_not_hide_those_of_windows() {
    let event = &LOGON[1..LOGON.len() - 1];
    let right = ["Logon Success alice@CORP 10.0.0.5 -> files-1"];
    for own in [
        r#""hostname":"COLLECT""#,
        r#""MachineName":"COLLECT""#,
        r#""Address":"10.9.9.9""#,
        r#""ClientIP":"10.9.9.9""#,
        r#""ClientAddress":"""#,
        r#""TargetSid":"-""#,
    ] {
        for log in [format!("{{{own},{event}}}\n"), format!("{{{event},{own}}}\n")] {
            assert_eq!(read(&log).0, right, "{log}");
        }
    }
}

#[test]
fn a_logon_at_no_host_is_said_to_be_bad() {
    let event = LOGON.replace(r#""Computer":"files-1","#, "");
    let (events, summary) = read(&event);
    assert_eq!(events, [""; 0]);
    assert!(summary.first_errors[0].to_string().contains("Computer: is missing"), "{summary:?}");
    let right = ["Logon Success alice@CORP 10.0.0.5 -> files-1"];
    for own in [r#""host":"files-1""#, r#""host":{"name":"files-1"}"#, r#""source":"files-1""#] {
        let log = event.replacen('{', &format!("{{{own},"), 1);
        assert_eq!(read(&log).0, right, "{log}");
    }
    let log = event.replacen('{', r#"{"source":"C:\\a.evtx","#, 1);
    assert_eq!(read(&log).1.skipped, 1, "{log}");
}

#[test]
fn numbers_of_errors_are_no_outcomes() {
    let log = "time,user,src_ip,host,result\n\
        2026-03-02T09:15:01Z,alice,10.0.0.5,files-1,0\n\
        2026-03-02T09:15:02Z,bob,10.0.0.5,files-1,50126\n";
    let mut reader = LogReader::new(ReadOptions::default());
    let error = reader.read(log.as_bytes(), "log", &mut |_| ControlFlow::Continue(())).unwrap_err();
    assert!(error.to_string().contains("whether 0 is a success"), "{error}");
    let truths = log.replace("50126", "1");
    let right =
        ["Logon Failure alice 10.0.0.5 -> files-1", "Logon Success bob 10.0.0.5 -> files-1"];
    assert_eq!(read(&truths).0, right);
}

#[test]
fn an_ecs_event_is_what_its_words_say() {
    let record = |action: &str, rest: &str| {
        format!(
            r#"{{"@timestamp":"2026-03-02T09:15:04Z","event":{{"category":["authentication"],"action":"{action}",{rest}}},"user":{{"name":"alice"}},"source":{{"ip":"10.0.0.5"}},"host":{{"name":"web1"}}}}"#
        )
    };
    for (log, right) in [
        (record("login_failed", r#""kind":"event""#), "Logon Failure alice 10.0.0.5 -> web1"),
        (record("ssh_login", r#""outcome":"success""#), "Logon Success alice 10.0.0.5 -> web1"),
        (record("logged-out", r#""type":["end"]"#), "Logoff Unknown alice 10.0.0.5 -> web1"),
        (
            record("x", r#""module":"okta","type":["start"]"#),
            "Logon Unknown alice 10.0.0.5 -> okta",
        ),
        (record("x", r#""module":"system""#), "Logon Unknown alice 10.0.0.5 -> web1"),
    ] {
        assert_eq!(read(&(log.clone() + "\n")).0, [right], "{log}");
    }
    let changed = record("password-change", r#""type":["user","change"],"outcome":"success""#);
    let login = record("login", r#""outcome":"success""#);
    let (events, summary) = read(&format!("{changed}\n{login}\n"));
    assert_eq!(events, ["Logon Success alice 10.0.0.5 -> web1"]);
    assert!(summary.passed_over.contains_key("ECS event password-change"), "{summary:?}");
}

#[test]
fn records_that_are_encoded_are_not_understood() {
    let log = r#"{"Records":[{"kinesis":{"data":"eyJhIjoxfQ=="},"eventSource":"aws:kinesis","eventName":"aws:kinesis:record","eventVersion":"1.0"}]}"#;
    let (events, summary) = read(log);
    assert_eq!(events, [""; 0]);
    assert_eq!(summary.not_understood.values().sum::<u64>(), 1, "{summary:?}");
}
