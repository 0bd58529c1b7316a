//! JSON logs of every layout and shape, by hand-written records.

use std::io::{self, Read};
use std::ops::ControlFlow;

use sidestep::event::{AccountKind, Activity, AuthEvent, AuthProtocol, LogonType, Mfa, Outcome};
use sidestep_formats::{Format, LogReader, OnError, ReadOptions, ReadSummary};

fn read_from(input: impl Read) -> (Vec<AuthEvent<'static>>, ReadSummary) {
    let mut reader = LogReader::new(ReadOptions::default().with_messages_kept(20));
    let mut events = Vec::new();
    let flow = reader.read(input, "log.json", &mut |event| {
        events.extend(event.auth().map(|event| event.clone().into_owned()));
        ControlFlow::Continue(())
    });
    assert!(flow.unwrap().is_continue());
    (events, reader.summary().clone())
}

fn read(text: &str) -> (Vec<AuthEvent<'static>>, ReadSummary) {
    read_from(text.as_bytes())
}

fn one(text: &str) -> AuthEvent<'static> {
    let (mut events, summary) = read(text);
    assert_eq!((events.len(), summary.skipped), (1, 0), "{:?}", summary.first_errors);
    events.remove(0)
}

fn errors(summary: &ReadSummary) -> Vec<String> {
    summary.first_errors.iter().map(ToString::to_string).collect()
}

/// A login of `user` in OCSF, on one line.
fn ocsf(user: &str) -> String {
    format!(
        r#"{{"class_uid":3002,"activity_id":1,"time":1700000000000,"user":{{"name":"{user}"}},"dst_endpoint":{{"hostname":"B"}}}}"#
    )
}

/// The same, pretty-printed.
fn pretty(user: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(&ocsf(user)).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

fn names(events: &[AuthEvent<'_>]) -> Vec<String> {
    events.iter().map(|event| event.account().name.to_string()).collect()
}

fn raw_refs(events: &[AuthEvent<'_>]) -> Vec<u64> {
    events.iter().filter_map(AuthEvent::raw_ref).collect()
}

#[test]
fn every_layout_holds_the_same_records() {
    let users = ["a", "b", "c"];
    let lines: Vec<String> = users.map(ocsf).to_vec();
    let pretty: Vec<String> = users.map(pretty).to_vec();
    for text in [
        lines.join("\n"),
        lines.join("\r\n") + "\r\n",
        lines.join("\n\n\n"),
        lines.join(""),
        lines.join(" "),
        format!("[{}]", lines.join(",")),
        format!("[\n{}\n]\n", lines.join(",\n")),
        format!("[\n  {}\n]\n", lines.join("\n  , ")),
        format!("\u{feff}{}", lines.join("\n")),
        pretty.join("\n"),
        format!("[{}]", pretty.join(", ")),
        format!(r#"{{"Records":[{}]}}"#, lines.join(",")),
        format!("{{\"Records\": [\n{}\n]\n}}", lines.join(",\n")),
        format!(r#"{{"records":[{}]}}"#, pretty.join(",")),
        format!(r#"{{"@odata.context":"x","value":[{}],"@odata.nextLink":"y"}}"#, lines.join(",")),
        format!(r#"{{"value":[{},{}]}}{{"value":[{}]}}"#, lines[0], lines[1], lines[2]),
        format!("{{\"value\":[{},{}]}}\n{{\"value\":[{}]}}\n", lines[0], lines[1], lines[2]),
        format!("[{}]\n[{},{}]\n", lines[0], lines[1], lines[2]),
        lines.iter().map(|line| format!("{{\"preview\":false,\"result\":{line}}}\n")).collect(),
        lines.iter().map(|line| format!("{{\"_source\":{line}}}\n")).collect(),
        lines
            .iter()
            .map(|line| serde_json::json!({ "result": { "_raw": line } }).to_string() + "\n")
            .collect(),
    ] {
        let (events, summary) = read(&text);
        assert_eq!(names(&events), users, "{text}: {:?}", errors(&summary));
        assert_eq!(summary.skipped, 0, "{text}");
    }
}

#[test]
fn a_log_is_told_to_be_json_in_spite_of_a_damaged_beginning() {
    let [b, c] = ["b", "c"].map(ocsf);
    for (first, skipped) in [("", 0), ("}\n", 1), ("x\":1}\n", 1), ("{oh}\n", 1), ("[1]\n", 1)] {
        let (events, summary) = read(&format!("{first}{b}\n{c}\n"));
        assert_eq!(names(&events), ["b", "c"], "{first}");
        assert_eq!(summary.skipped, skipped, "{first}");
    }
}

#[test]
fn a_record_is_known_by_its_line_or_by_its_number() {
    let lines = ["a", "b", "c"].map(ocsf);
    assert_eq!(raw_refs(&read(&lines.join("\n\n")).0), [1, 3, 5]);
    assert_eq!(raw_refs(&read(&format!("[{}]", lines.join(","))).0), [1, 2, 3]);
    assert_eq!(raw_refs(&read(&["a", "b"].map(pretty).join("\n")).0), [1, 12]);
}

#[test]
fn small_reads_give_the_same_as_large_ones() {
    /// Gives a byte at a time.
    struct Trickle<'t>(&'t [u8]);
    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            buffer[0] = *first;
            self.0 = rest;
            Ok(1)
        }
    }
    let mut text = String::new();
    for number in 0..400 {
        text.push_str(&ocsf(&format!("u{number}")));
        text.push('\n');
        text.push_str(&pretty(&format!("p{number}")));
        text.push_str("\nx\n");
    }
    let whole = read(&text);
    assert_eq!((whole.0.len(), whole.1.skipped), (800, 400));
    assert_eq!(read_from(Trickle(text.as_bytes())), whole);
}

/// A record that is cut after its first field.
fn first_field(record: &str) -> &str {
    record.split_inclusive(',').next().unwrap()
}

#[test]
fn damage_costs_no_more_than_the_record_it_hit() {
    let [a, b, c] = ["a", "b", "c"].map(ocsf);
    let cut = &a[..a.len() / 2];
    let open = r#"{"class_uid":3002,"#;
    let mut lost = Vec::new();
    for text in [
        // Cut within a text, cut between names, not JSON, not an object, not UTF-8 in what follows.
        format!("{cut}\n{b}\n{c}\n"),
        format!("{open}\n{b}\n{c}\n"),
        format!("{{\"a\": oh}}\n{b}\n{c}\n"),
        format!("{{\"a\": \"x\"y\"}}\n{b}\n{c}\n"),
        format!("}}}}]]\n{b}\n{c}\n"),
        format!("{b}\nplain text\n{c}\n"),
        format!("{b}\n{c}\n{cut}"),
        format!("{b}\n{c}\n{open}"),
        format!("[{b},{{\"a\": oh}},{c}]"),
        format!("[{b},17,{c}]"),
        format!("[\n{b},\n{cut}\n{c}\n]"),
        format!("[\n{b},\n{open}\n{c}\n]"),
        format!("[{b},{c}"),
        format!("{}\n{}\n{open}", pretty("b"), pretty("c")),
        format!("{}\n{}\n{}", first_field(&pretty("a")), pretty("b"), pretty("c")),
        format!("{{\"Records\":[{b},{c},"),
        format!("{{\"deep\":{}1{}}}\n{b}\n{c}", "[".repeat(64), "]".repeat(64)),
        format!("{{\"deep\":{}\n{b}\n{c}", "[".repeat(5000)),
        format!("{{\"long\":\"{}\"}}\n{b}\n{c}", "x".repeat(2 << 20)),
        format!("{{\"long\":{}}}\n{b}\n{c}", " ".repeat(2 << 20)),
        format!("{}\n{b}\n{c}", "x".repeat(2 << 20)),
        format!("[{b},{{\"long\":\"{}\"}},{c}]", "x".repeat(3 << 20)),
    ] {
        let (events, summary) = read_json(&text);
        assert_eq!(names(&events), ["b", "c"], "{:.80}: {:?}", text, errors(&summary));
        assert_eq!(summary.skipped, 1, "{:.80}: {:?}", text, errors(&summary));
        lost.push(errors(&summary).remove(0));
    }
    for what in [
        "log.json:1: is no JSON (byte",
        "log.json:2: \"plain text\" is not a JSON object",
        "log.json:1: record 2: \"17\" is not a JSON object",
        "log.json:1: record 3: the log ends within a list of records",
        "nests deeper than 64",
        "is longer than 1 MiB",
    ] {
        assert!(lost.iter().any(|error| error.contains(what)), "{what}: {lost:#?}");
    }
}

/// Reads what its first bytes may not show to be JSON.
fn read_json(text: &str) -> (Vec<AuthEvent<'static>>, ReadSummary) {
    let options = ReadOptions::default().with_format(Format::Json);
    let mut reader = LogReader::new(options);
    let mut events = Vec::new();
    let flow = reader.read(text.as_bytes(), "log.json", &mut |event| {
        events.extend(event.auth().map(|event| event.clone().into_owned()));
        ControlFlow::Continue(())
    });
    assert!(flow.unwrap().is_continue());
    (events, reader.summary().clone())
}

#[test]
fn a_bad_record_may_stop_the_reading() {
    let options = ReadOptions::default().with_on_error(OnError::Stop);
    let mut reader = LogReader::new(options);
    let text = format!("{}\n{{]\n{}\n", ocsf("a"), ocsf("b"));
    let end = reader.read(text.as_bytes(), "log.json", &mut |_| ControlFlow::Continue(()));
    assert!(end.unwrap_err().to_string().starts_with("log.json:2: is no JSON"));
    assert_eq!((reader.summary().events, reader.summary().skipped), (1, 1));
}

#[test]
fn the_sink_may_end_the_reading() {
    let mut reader = LogReader::new(ReadOptions::default());
    let text = format!("{}\n{}\n", ocsf("a"), ocsf("b"));
    let end = reader.read(text.as_bytes(), "log.json", &mut |_| ControlFlow::Break(()));
    assert_eq!(end.unwrap(), ControlFlow::Break(()));
    assert_eq!(reader.summary().events, 1);
}

#[test]
fn what_is_no_login_is_passed_over_by_its_name() {
    let long = "x".repeat(200);
    let (_, summary) = read(&format!(
        "{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n",
        r#"{"class_uid":1007,"time":1}"#,
        r#"{"EventID":4703,"SourceName":"Microsoft-Windows-Security-Auditing"}"#,
        r#"{"_path":"weird","ts":1}"#,
        r#"{"@timestamp":"2020-01-01T00:00:00Z","event":{"category":["process"]}}"#,
        r#"{"eventVersion":"1.08","eventSource":"s3.amazonaws.com","eventName":"GetObject"}"#,
        r#"{"time":"2020-01-01T00:00:00Z","category":"AuditLogs","properties":{}}"#,
        r#"{"preview":true,"result":{}}"#,
        format_args!(r#"{{"type":"{long}"}}"#),
    ));
    let kinds: Vec<&str> = summary.passed_over.keys().map(String::as_str).collect();
    assert_eq!(
        kinds,
        [
            "CloudTrail GetObject",
            "ECS event process",
            "OCSF class 1007",
            "Splunk preview",
            "Windows event 4703 of Microsoft-Windows-Security-Auditing",
            "zeek weird",
        ]
    );
    let unknown: Vec<&str> = summary.not_understood.keys().map(String::as_str).collect();
    assert_eq!(
        unknown,
        [
            "JSON AuditLogs with the keys time, category, properties",
            &format!("JSON {} with the keys type", &long[..64]),
        ]
    );
    assert_eq!((summary.events, summary.skipped), (0, 0));
    assert!(!summary.is_not_understood(), "most of it was");
}

#[test]
fn a_log_that_is_not_understood_is_named_by_its_nearest_shape() {
    let (_, summary) = read(r#"{"b":1,"a":2,"c":{},"d":[],"e":null,"f":0}"#);
    assert!(summary.is_not_understood());
    let said: Vec<_> = summary.first_not_understood.iter().map(ToString::to_string).collect();
    let nearest = "JSON of an unknown kind with the keys b, a, c, d, e ...";
    assert_eq!(said, [format!("log.json: not understood: it looks like {nearest}")]);
    assert_eq!(summary.not_understood[nearest], 1);
    // One record in 20 is enough to know a log by.
    let known = r#"{"_path":"conn","ts":1,"id.orig_h":"10.0.0.5","id.resp_h":"10.0.0.9"}"#;
    let unknown = "{\"a\":1}\n";
    assert!(!read(&(unknown.repeat(19) + known)).1.is_not_understood());
    assert!(read(&(unknown.repeat(20) + known)).1.is_not_understood());
}

#[test]
fn a_log_of_kinds_that_are_not_about_logins_says_so() {
    let (_, summary) = read(r#"{"_path":"http","ts":1}"#);
    assert!(summary.is_not_understood());
    let said = summary.first_not_understood[0].to_string();
    assert_eq!(said, "log.json: looks like Zeek http without authentication events");
}

#[test]
fn a_time_years_ahead_is_a_bad_record() {
    let (_, summary) = read(
        r#"{"class_uid":3002,"time":20000000000000,"user":{"name":"a"},"device":{"hostname":"B"}}"#,
    );
    assert_eq!((summary.events, summary.skipped), (0, 1));
    let said = errors(&summary).remove(0);
    assert!(said.starts_with("log.json:1: time: lies at 2603-10-11T"), "{said}");
}

#[test]
fn ocsf_authentication() {
    let event = one(
        r#"{"class_uid":3002,"category_uid":3,"activity_id":1,"type_uid":300201,"severity_id":1,
        "time":1700000000123,"auth_protocol_id":1,"logon_type_id":10,"status_id":2,
        "status_detail":"INVALID_CREDENTIALS","is_mfa":false,
        "user":{"name":"alice","domain":"CORP","uid":"S-1-5-21-1-2-3-1104"},
        "actor":{"user":{"name":"bob","domain":"CORP"}},
        "src_endpoint":{"hostname":"WS-1","ip":"::ffff:10.0.0.5","port":49152},
        "dst_endpoint":{"hostname":"FILES-1","ip":"10.0.0.9"},
        "session":{"uid":"0x3e7"},"logon_process":{"name":"User32"},
        "metadata":{"event_code":"4625","product":{"name":"x"},"version":"1.6.0"}}"#,
    );
    assert_eq!(event.time().micros(), 1_700_000_000_123_000);
    assert_eq!(event.account().to_string(), "alice@CORP");
    assert_eq!(event.account().sid.as_deref(), Some("S-1-5-21-1-2-3-1104"));
    assert_eq!(event.subject().unwrap().to_string(), "bob@CORP");
    assert_eq!(event.src_host().name.as_deref(), Some("WS-1"));
    assert_eq!(event.src_host().ip, Some("10.0.0.5".parse().unwrap()));
    assert_eq!(event.src_host().port, Some(49152));
    assert_eq!(event.dst_host().name.as_deref(), Some("FILES-1"));
    assert_eq!(event.dst_host().ip, Some("10.0.0.9".parse().unwrap()));
    assert_eq!(event.activity(), Activity::Logon);
    assert_eq!(event.logon_type(), LogonType::RemoteInteractive);
    assert_eq!(event.auth_protocol(), AuthProtocol::Ntlm);
    assert_eq!(event.outcome(), Outcome::Failure);
    assert_eq!(event.outcome_reason(), Some("INVALID_CREDENTIALS"));
    assert_eq!(event.mfa(), Mfa::NotUsed);
    assert_eq!(event.logon_id(), Some(0x3e7));
    assert_eq!(event.logon_process(), Some("User32"));
    assert_eq!(event.event_code(), Some(4625));
}

#[test]
fn ocsf_account_switches() {
    for activity in
        [r#""activity_id":7"#, r#""activity_id":"7""#, r#""activity_name":"Account Switch""#]
    {
        let event = one(&format!(
            r#"{{"class_uid":3002,{activity},"time":1700000000123,"status_id":1,
            "account_switch_type_id":1,"account_switch_type":"Substitute User",
            "user":{{"name":"root"}},"actor":{{"user":{{"name":"alice"}}}},
            "device":{{"hostname":"web1"}},"metadata":{{"version":"1.8.0"}}}}"#,
        ));
        assert_eq!(event.activity(), Activity::AccountSwitch, "{activity}");
        assert_eq!(event.account().to_string(), "root");
        assert_eq!(event.subject().unwrap().to_string(), "alice");
        assert_eq!(event.dst_host().name.as_deref(), Some("web1"));
        assert_eq!(event.outcome(), Outcome::Success);
    }
}

#[test]
fn ocsf_numbers_mean_what_ocsf_says() {
    let event = |fields: &str| {
        one(&format!(
            r#"{{"class_uid":3002,"time":1,"user":{{"name":"a"}},"device":{{"hostname":"B"}},{fields}}}"#
        ))
    };
    for (id, activity) in [
        (2, Activity::Logoff),
        (3, Activity::TicketGrantingTicket),
        (4, Activity::ServiceTicket),
        (5, Activity::Renewal),
        (6, Activity::Preauthentication),
        (7, Activity::AccountSwitch),
        (99, Activity::Other),
    ] {
        assert_eq!(event(&format!(r#""activity_id":{id}"#)).activity(), activity);
    }
    assert_eq!(event(r#""logon_type_id":1"#).logon_type(), LogonType::System);
    assert_eq!(event(r#""logon_type_id":0"#).logon_type(), LogonType::Unknown);
    assert_eq!(event(r#""logon_type_id":3"#).logon_type(), LogonType::Network);
    let named = r#""auth_protocol_id":99,"auth_protocol":"Negotiate""#;
    assert_eq!(event(named).auth_protocol(), AuthProtocol::Negotiate);
    let plain = event(r#""status_id":0"#);
    assert_eq!(plain.outcome(), Outcome::Unknown);
    assert_eq!(plain.mfa(), Mfa::Unknown);
    assert!(plain.src_host().is_unknown());
    let local = event(r#""src_endpoint":{"ip":"::1","port":5}"#);
    assert!(local.src_host().is_unknown());
    assert_eq!(local.src_host().port, None);
    let guid = event(r#""session":{"uid":"{e47dc43d-b81d-c7e5-4703-edf79a82e62b}"}"#);
    assert_eq!(guid.logon_guid(), Some(0xe47d_c43d_b81d_c7e5_4703_edf7_9a82_e62b));
}

#[test]
fn ocsf_without_its_fields_says_which() {
    let (_, summary) = read(
        r#"{"class_uid":3002,"user":{"name":"a"},"device":{"hostname":"B"}}
{"class_uid":3002,"time":1,"device":{"hostname":"B"}}
{"class_uid":3002,"time":1,"user":{"name":"a"}}
{"class_uid":3002,"time":"soon","user":{"name":"a"},"device":{"hostname":"B"}}
{"class_uid":3002,"time_dt":"1601-01-01T00:00:00Z","user":{"name":"a"},"device":{"hostname":"B"}}"#,
    );
    assert_eq!(
        errors(&summary),
        [
            "log.json:1: time: is missing; an event needs a time",
            "log.json:2: user.name: account is empty; an event needs it",
            "log.json:3: dst_endpoint.hostname: dst_host is empty; an event needs it",
            "log.json:4: time: \"soon\" is not a time (a number since 1970, or RFC 3339; for other forms say the time format)",
            "log.json:5: time: time -11644473600000000 lies outside 1970 to 9999 (microseconds since 1970, UTC)",
        ]
    );
}

#[test]
fn ecs_authentication() {
    let event = one(
        r#"{"@timestamp":"2024-05-01T10:00:00.000Z","event":{"category":["authentication","session"],
        "type":["start"],"outcome":"success","action":"ssh_login","dataset":"system.auth"},
        "user":{"name":"alice","id":"1001"},"source":{"ip":"10.0.0.5","port":50022,
        "address":"ws-1"},"host":{"hostname":"web-1","name":"web-1.corp.example",
        "ip":["10.0.0.9","fe80::1"]},"system":{"auth":{"ssh":{"method":"publickey"}}}}"#,
    );
    assert_eq!(event.time().micros(), 1_714_557_600_000_000);
    assert_eq!(event.account().to_string(), "alice");
    assert_eq!(event.subject(), None);
    assert_eq!(event.src_host().name.as_deref(), Some("ws-1"));
    assert_eq!(event.src_host().ip, Some("10.0.0.5".parse().unwrap()));
    assert_eq!(event.src_host().port, Some(50022));
    assert_eq!(event.dst_host().name.as_deref(), Some("web-1"));
    assert_eq!(event.dst_host().ip, None);
    assert_eq!(event.activity(), Activity::Logon);
    assert_eq!(event.auth_protocol(), AuthProtocol::PublicKey);
    assert_eq!(event.outcome(), Outcome::Success);

    let dotted = one(
        r#"{"@timestamp":"2024-05-01T10:00:00Z","event.category":"authentication","event.type":"end",
        "event.reason":"idle","user.name":"CORP\\alice","source.user.name":"bob",
        "destination.domain":"db-1","destination.port":22,"source.ip":"127.0.0.1"}"#,
    );
    assert_eq!(dotted.account().to_string(), "alice@CORP");
    assert_eq!(dotted.subject().unwrap().to_string(), "bob");
    assert_eq!(dotted.dst_host().name.as_deref(), Some("db-1"));
    assert_eq!(dotted.dst_host().port, Some(22));
    assert!(dotted.src_host().is_unknown());
    assert_eq!(dotted.activity(), Activity::Logoff);
    assert_eq!(dotted.outcome(), Outcome::Unknown);
    assert_eq!(dotted.outcome_reason(), Some("idle"));

    let switched =
        one(r#"{"@timestamp":"2024-05-01T10:00:00Z","event":{"category":"authentication"},
        "user":{"name":"alice","effective":{"name":"root"}},"host":{"name":"web-1"}}"#);
    assert_eq!(switched.account().to_string(), "root");
    assert_eq!(switched.subject().unwrap().to_string(), "alice");
}

/// A sign-in as Graph has it; `more` is added.
fn sign_in(more: &str) -> String {
    format!(
        r#"{{"id":"66ea54eb","createdDateTime":"2024-05-01T10:00:00Z","userDisplayName":"Alice",
        "userPrincipalName":"alice@corp.example","userId":"26be570a","appId":"c44b4083",
        "appDisplayName":"Azure Portal","ipAddress":"203.0.113.7","clientAppUsed":"Browser",
        "resourceDisplayName":"Windows Azure Service Management API",
        "deviceDetail":{{"deviceId":"","displayName":"WS-1","operatingSystem":"Windows 10"}},
        {more}}}"#
    )
    .replace('\n', "")
}

#[test]
fn entra_sign_ins() {
    let event = one(&format!(
        r#"{{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#auditLogs/signIns","value":[{}]}}"#,
        sign_in(
            r#""status":{"errorCode":0,"failureReason":"Other."},"mfaDetail":null,
            "authenticationRequirement":"multiFactorAuthentication","authenticationProtocol":"oAuth2""#
        )
    ));
    assert_eq!(event.time().micros(), 1_714_557_600_000_000);
    assert_eq!(event.account().to_string(), "alice@corp.example");
    assert_eq!(event.src_host().name.as_deref(), Some("WS-1"));
    assert_eq!(event.src_host().ip, Some("203.0.113.7".parse().unwrap()));
    assert_eq!(event.dst_host().name.as_deref(), Some("Azure Portal"));
    assert_eq!(event.outcome(), Outcome::Success);
    assert_eq!(event.outcome_reason(), None);
    assert_eq!(event.mfa(), Mfa::Used);
    assert_eq!(event.auth_protocol(), AuthProtocol::OAuth2);

    let failed = one(&sign_in(
        r#""status":{"errorCode":50126,"failureReason":"Invalid username or password"},
        "authenticationRequirement":"singleFactorAuthentication""#,
    ));
    assert_eq!(failed.outcome(), Outcome::Failure);
    assert_eq!(failed.outcome_reason(), Some("Invalid username or password"));
    assert_eq!(failed.mfa(), Mfa::NotUsed);

    let interrupted = one(&sign_in(r#""status":{"errorCode":50140}"#));
    assert_eq!(interrupted.outcome(), Outcome::Unknown);
    assert_eq!(one(&sign_in(r#""x":0"#)).outcome(), Outcome::Unknown);
}

#[test]
fn entra_sign_ins_by_azure_monitor_and_log_analytics() {
    let exported = one(&format!(
        r#"{{"records":[{{"time":"2024-05-01T10:00:01Z","category":"SignInLogs","operationName":"Sign-in activity","resultType":"50126","resultDescription":"Invalid","callerIpAddress":"203.0.113.9","properties":{}}}]}}"#,
        sign_in(r#""mfaDetail":{"authMethod":"Phone"}"#)
    ));
    assert_eq!(exported.account().to_string(), "alice@corp.example");
    assert_eq!(exported.outcome(), Outcome::Failure);
    assert_eq!(exported.outcome_reason(), Some("50126"));
    assert_eq!(exported.mfa(), Mfa::Used);

    let table = one(
        r#"{"TimeGenerated":"2024-05-01T10:00:01Z","UserPrincipalName":"alice@corp.example","IPAddress":"203.0.113.9","ResultType":"0","AppDisplayName":"Azure Portal","AuthenticationRequirement":"singleFactorAuthentication"}"#,
    );
    assert_eq!(table.outcome(), Outcome::Success);
    assert_eq!(table.src_host().ip, Some("203.0.113.9".parse().unwrap()));

    let service = one(
        r#"{"time":"2024-05-01T10:00:01Z","category":"ServicePrincipalSignInLogs","resultType":"0","properties":{"servicePrincipalName":"backup","resourceDisplayName":"Key Vault","ipAddress":"203.0.113.9"}}"#,
    );
    assert_eq!(service.account().kind, AccountKind::Service);
    assert_eq!(service.dst_host().name.as_deref(), Some("Key Vault"));

    let (events, summary) = read(r#"{"userPrincipalName":"alice@corp.example","id":"1"}"#);
    assert!(events.is_empty());
    assert_eq!(summary.passed_over.get("Entra ID record that is no sign-in"), Some(&1));
}

#[test]
fn cloudtrail_roles_are_places() {
    let event = one(r#"{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole",
        "principalId":"AROA:session","arn":"arn:aws:sts::111122223333:assumed-role/Dev/session",
        "accountId":"111122223333","sessionContext":{"sessionIssuer":{"type":"Role",
        "arn":"arn:aws:iam::111122223333:role/Dev","userName":"Dev"},
        "attributes":{"creationDate":"2024-05-01T09:00:00Z","mfaAuthenticated":"true"}}},
        "eventTime":"2024-05-01T10:00:00Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole",
        "awsRegion":"eu-central-1","sourceIPAddress":"203.0.113.7","requestParameters":{
        "roleArn":"arn:aws:iam::444455556666:role/Prod","roleSessionName":"x"},
        "responseElements":{"credentials":{}},"recipientAccountId":"111122223333"}]}"#);
    assert_eq!(event.time().micros(), 1_714_557_600_000_000);
    assert_eq!(event.account().to_string(), "Dev@111122223333");
    assert_eq!(event.src_host().name.as_deref(), Some("arn:aws:iam::111122223333:role/Dev"));
    assert_eq!(event.src_host().ip, Some("203.0.113.7".parse().unwrap()));
    assert_eq!(event.dst_host().name.as_deref(), Some("arn:aws:iam::444455556666:role/Prod"));
    assert_eq!(event.outcome(), Outcome::Success);
    assert_eq!(event.mfa(), Mfa::Used);
    assert_eq!(event.activity(), Activity::Logon);
}

#[test]
fn cloudtrail_console_and_sessions() {
    let event = |identity: &str, more: &str| {
        one(&format!(
            r#"{{"eventVersion":"1.08","eventTime":"2024-05-01T10:00:00Z","userIdentity":{{{identity}}},"sourceIPAddress":"203.0.113.7","recipientAccountId":"111122223333",{more}}}"#
        ))
    };
    let alice = r#""type":"IAMUser","userName":"alice","accountId":"111122223333""#;
    let console = event(
        alice,
        r#""eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","additionalEventData":{"MFAUsed":"No"},"responseElements":{"ConsoleLogin":"Failure"},"errorMessage":"Failed authentication""#,
    );
    assert_eq!(console.account().to_string(), "alice@111122223333");
    assert_eq!(console.dst_host().name.as_deref(), Some("console.amazonaws.com/111122223333"));
    assert_eq!(console.outcome(), Outcome::Failure);
    assert_eq!(console.outcome_reason(), Some("Failed authentication"));
    assert_eq!(console.mfa(), Mfa::NotUsed);

    let session = event(
        alice,
        r#""eventSource":"sts.amazonaws.com","eventName":"GetSessionToken","requestParameters":{"serialNumber":"arn:aws:iam::111122223333:mfa/alice"}"#,
    );
    assert_eq!(session.dst_host().name.as_deref(), Some("sts.amazonaws.com/111122223333"));
    assert_eq!(session.mfa(), Mfa::Used);

    let denied = event(
        r#""type":"SAMLUser","userName":"bob","principalId":"p""#,
        r#""eventSource":"sts.amazonaws.com","eventName":"AssumeRoleWithSAML","errorCode":"AccessDenied","requestParameters":{"roleArn":"arn:aws:iam::1:role/R"}"#,
    );
    assert_eq!(denied.auth_protocol(), AuthProtocol::Saml);
    assert_eq!(denied.outcome(), Outcome::Failure);
    assert_eq!(denied.outcome_reason(), Some("AccessDenied"));

    let service = event(
        r#""type":"AWSService","invokedBy":"ec2.amazonaws.com""#,
        r#""eventSource":"sts.amazonaws.com","eventName":"AssumeRole","requestParameters":{"roleArn":"arn:aws:iam::1:role/R"}"#,
    );
    assert_eq!(service.account().name, "ec2.amazonaws.com");
    assert_eq!(service.account().kind, AccountKind::Service);
    assert_eq!(
        event(
            r#""type":"Root""#,
            r#""eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin""#
        )
        .account()
        .name,
        "root"
    );

    let nested = one(
        &serde_json::json!({"Events": [{"EventId": "1f2e-77", "CloudTrailEvent":
            r#"{"eventVersion":"1.08","eventTime":"2024-05-01T10:00:00Z","userIdentity":{"type":"Root","accountId":"1"},"eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin"}"#
        }]})
        .to_string(),
    );
    assert_eq!(nested.dst_host().name.as_deref(), Some("console.amazonaws.com/1"));
}
