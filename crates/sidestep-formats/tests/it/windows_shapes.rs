//! One logon in every shape in which tools write Windows events, and syslog within what relays put
//! around it.

use std::ops::ControlFlow;

use serde_json::{Value, json};
use sidestep::event::{AuthEvent, LogonType};
use sidestep_formats::{LogReader, ReadOptions, ReadSummary};

fn read(text: &str) -> (Vec<AuthEvent<'static>>, ReadSummary) {
    let mut reader = LogReader::new(ReadOptions::default().with_messages_kept(20));
    let mut events = Vec::new();
    let flow = reader.read(text.as_bytes(), "log", &mut |event| {
        events.extend(event.auth().map(|event| event.clone().into_owned()));
        ControlFlow::Continue(())
    });
    assert!(flow.unwrap().is_continue());
    (events, reader.summary().clone())
}

const TIME: &str = "2026-03-02T09:00:01.500Z";

/// What a 4624 of version 2 holds, in its order.
const VALUES: [(&str, &str); 27] = [
    ("SubjectUserSid", "S-1-0-0"),
    ("SubjectUserName", "-"),
    ("SubjectDomainName", "-"),
    ("SubjectLogonId", "0x0"),
    ("TargetUserSid", "S-1-5-21-1-2-3-1104"),
    ("TargetUserName", "alice"),
    ("TargetDomainName", "CORP"),
    ("TargetLogonId", "0x5a1b2c"),
    ("LogonType", "3"),
    ("LogonProcessName", "NtLmSsp "),
    ("AuthenticationPackageName", "NTLM"),
    ("WorkstationName", "WS-17"),
    ("LogonGuid", "{00000000-0000-0000-0000-000000000000}"),
    ("TransmittedServices", "-"),
    ("LmPackageName", "NTLM V2"),
    ("KeyLength", "128"),
    ("ProcessId", "0x0"),
    ("ProcessName", "-"),
    ("IpAddress", "10.0.0.5"),
    ("IpPort", "49812"),
    ("ImpersonationLevel", "%%1833"),
    ("RestrictedAdminMode", "-"),
    ("TargetOutboundUserName", "-"),
    ("TargetOutboundDomainName", "-"),
    ("VirtualAccount", "%%1843"),
    ("TargetLinkedLogonId", "0x0"),
    ("ElevatedToken", "%%1843"),
];

const PROVIDER: &str = "Microsoft-Windows-Security-Auditing";
const COMPUTER: &str = "files-1.corp.example";

const MESSAGE: &str = "An account was successfully logged on.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tS-1-0-0\r\n\
    \tAccount Name:\t\t-\r\n\tAccount Domain:\t\t-\r\n\tLogon ID:\t\t0x0\r\n\r\nLogon Type:\t\t\t3\r\n\r\n\
    New Logon:\r\n\tSecurity ID:\t\tS-1-5-21-1-2-3-1104\r\n\tAccount Name:\t\talice\r\n\
    \tAccount Domain:\t\tCORP\r\n\tLogon ID:\t\t0x5A1B2C\r\n\r\nNetwork Information:\r\n\
    \tWorkstation Name:\tWS-17\r\n\tSource Network Address:\t10.0.0.5\r\n\tSource Port:\t\t49812\r\n\r\n\
    Detailed Authentication Information:\r\n\tLogon Process:\t\tNtLmSsp \r\n\
    \tAuthentication Package:\tNTLM\r\n\tPackage Name (NTLM only):\tNTLM V2\r\n\tKey Length:\t\t128\r\n\r\n\
    This event is generated when a logon session is created.";

fn named() -> Value {
    VALUES.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect()
}

fn ordered() -> Value {
    VALUES.iter().map(|(_, value)| json!(value)).collect()
}

fn xml_data() -> String {
    let data = VALUES.map(|(name, value)| format!("<Data Name='{name}'>{value}</Data>"));
    format!("<EventData>{}</EventData>", data.concat())
}

fn xml() -> String {
    format!(
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
         <Provider Name='{PROVIDER}'/><EventID>4624</EventID><Version>2</Version>\
         <TimeCreated SystemTime='{TIME}'/><EventRecordID>7</EventRecordID><Channel>Security</Channel>\
         <Computer>{COMPUTER}</Computer></System>{}</Event>",
        xml_data()
    )
}

fn evtx_dump() -> Value {
    json!({"Event": {"System": {"Provider": {"#attributes": {"Name": PROVIDER}}, "EventID": 4624,
        "TimeCreated": {"#attributes": {"SystemTime": TIME}}, "Channel": "Security",
        "Computer": COMPUTER}, "EventData": named()}})
}

fn beats() -> Value {
    json!({"@timestamp": TIME, "winlog": {"event_id": "4624", "provider_name": PROVIDER,
        "channel": "Security", "computer_name": COMPUTER, "event_data": named()}})
}

/// A flat record with these fields beside those of the header.
fn flat(fields: &[(&str, Value)]) -> Value {
    let mut record = json!({"EventID": 4624, "ProviderName": PROVIDER, "Channel": "Security",
        "Computer": COMPUTER, "TimeCreated": TIME});
    for (name, value) in fields {
        record[*name] = value.clone();
    }
    record
}

fn wazuh() -> Value {
    let small = |name: &str| name[..1].to_lowercase() + &name[1..];
    let data: Value = VALUES.iter().map(|(name, value)| (small(name), json!(value))).collect();
    json!({"win": {"system": {"providerName": PROVIDER, "eventID": "4624", "version": "2",
        "systemTime": TIME, "eventRecordID": "7", "channel": "Security", "computer": COMPUTER,
        "message": "x"}, "eventdata": data}})
}

/// What PowerShell makes of an event, with the times of one of its versions.
fn powershell(time: &Value, properties: &Value) -> Value {
    json!({"Id": 4624, "Version": 2, "Qualifiers": null, "Level": 0, "Task": 12544, "RecordId": 7,
        "ProviderName": PROVIDER, "ProviderId": "54849625", "LogName": "Security",
        "MachineName": COMPUTER, "UserId": null, "TimeCreated": time, "Message": "An account ...",
        "Bookmark": {}, "KeywordsDisplayNames": ["Audit Success"], "Properties": properties})
}

/// Everything that must give the same logon.
fn shapes() -> Vec<(&'static str, String)> {
    let data: Vec<Value> =
        VALUES.iter().map(|(name, value)| json!({"@Name": name, "#text": value})).collect();
    let property = |value: &str| json!({"Value": value});
    let mut properties: Vec<Value> = VALUES.iter().map(|(_, value)| property(value)).collect();
    // What is a number or a SID there is one here.
    properties[0] =
        json!({"Value": {"BinaryLength": 12, "AccountDomainSid": null, "Value": "S-1-0-0"}});
    properties[7] = json!({"Value": 0x005a_1b2c});
    properties[8] = json!({"Value": 3});
    properties[15] = json!({"Value": 128});
    let properties = json!(properties);
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap();
    let answer = json!({"took": 3, "timed_out": false, "_shards": {"total": 1, "failed": 0}, "hits": {
        "total": {"value": 1, "relation": "eq"}, "max_score": 1.0,
        "hits": [{"_index": "w", "_id": "a", "_score": 1.0, "_source": beats()}]}});
    let mut fields = serde_json::Map::new();
    for (name, value) in VALUES {
        fields.insert(format!("winlog.event_data.{name}"), json!([value]));
    }
    for (name, value) in
        [("event_id", "4624"), ("provider_name", PROVIDER), ("computer_name", COMPUTER)]
    {
        fields.insert(format!("winlog.{name}"), json!([value]));
    }
    fields.insert("@timestamp".to_owned(), json!([TIME]));
    let splunk = json!({"result": {"EventCode": "4624", "ComputerName": COMPUTER, "LogName": "Security",
        "SourceName": "Microsoft Windows security auditing.", "_time": TIME,
        "Account_Name": ["-", "alice"], "Account_Domain": ["-", "CORP"], "Logon_Type": "3",
        "Security_ID": ["S-1-0-0", "S-1-5-21-1-2-3-1104"], "Logon_ID": ["0x0", "0x5A1B2C"],
        "Workstation_Name": "WS-17", "Source_Network_Address": "10.0.0.5", "Source_Port": "49812",
        "Logon_Process": "NtLmSsp", "Authentication_Package": "NTLM", "Key_Length": "128",
        "Package_Name__NTLM_only_": "NTLM V2"}});
    let rest = |record: &Value, name: &str| {
        let mut record = record.clone();
        record.as_object_mut().unwrap().remove(name);
        record
    };
    vec![
        ("winlogbeat", beats().to_string()),
        ("fluent bit", flat(&[("StringInserts", ordered())]).to_string()),
        ("fluentd", flat(&[("EventData", ordered())]).to_string()),
        ("winlogbeat, a list", {
            let mut record = beats();
            record["winlog"]["event_data"] = ordered();
            record.to_string()
        }),
        ("powershell 5.1", pretty(&json!([powershell(&json!("/Date(1772442001500)/"), &properties)]))),
        (
            "powershell 5.1, wrapped",
            pretty(&powershell(
                &json!({"value": "/Date(1772442001500)/", "DisplayHint": 2, "DateTime": "Monday"}),
                &json!({"value": properties, "Count": 27}),
            )),
        ),
        ("powershell 7", json!([powershell(&json!(TIME), &ordered())]).to_string()),
        (
            "Get-EventLog",
            json!([{"MachineName": COMPUTER, "Data": "", "Index": 7, "CategoryNumber": 12544,
                "EventID": 4624, "EntryType": 8, "Message": "x", "Source": PROVIDER,
                "ReplacementStrings": ordered(), "InstanceId": 4624,
                "TimeGenerated": "/Date(1772442001500)/", "UserName": null}])
            .to_string(),
        ),
        ("EventData as XML", flat(&[("EventData", json!(xml_data()))]).to_string()),
        (
            "EvtxECmd",
            flat(&[
                ("UserName", json!("-\\-")),
                ("RemoteHost", json!("WS-17 (10.0.0.5)")),
                ("Payload", json!(json!({"EventData": {"Data": data}}).to_string())),
            ])
            .to_string(),
        ),
        ("EventData as JSON", flat(&[("EventData", json!(named().to_string()))]).to_string()),
        ("a list as text", flat(&[("StringInserts", json!(ordered().to_string()))]).to_string()),
        (
            "osquery",
            json!({"name": "windows_events", "columns": {"eventid": "4624", "provider_name": PROVIDER,
                "computer_name": COMPUTER, "datetime": TIME, "source": "Security",
                "data": json!({"EventData": named()}).to_string()}})
            .to_string(),
        ),
        ("message", flat(&[("Message", json!(MESSAGE))]).to_string()),
        (
            "message on one line",
            flat(&[("Message", json!(MESSAGE.split_whitespace().collect::<Vec<_>>().join(" ")))])
                .to_string(),
        ),
        ("splunk", splunk.to_string()),
        ("wazuh archives", wazuh().to_string()),
        (
            "wazuh alerts",
            json!({"timestamp": "2026-03-02T10:00:00.000+0000", "rule": {"level": 3, "id": "60106"},
                "agent": {"id": "7", "name": "another"}, "manager": {"name": "siem"}, "data": wazuh()})
            .to_string(),
        ),
        (
            "wazuh full log",
            json!({"timestamp": "2026-03-02T10:00:00.000+0000", "agent": {"name": "another"},
                "full_log": wazuh().to_string(), "location": "EventChannel"})
            .to_string(),
        ),
        ("evtx_dump", format!("Record 1\n{}\n", evtx_dump())),
        ("evtx_dump, pretty", format!("Record 1\n{}\n", pretty(&evtx_dump()))),
        ("elasticsearch", pretty(&answer)),
        ("elasticsearch on one line", answer.to_string()),
        ("kibana", json!({"rawResponse": answer}).to_string()),
        ("elasticdump", answer["hits"]["hits"][0].to_string()),
        ("fields", json!({"_index": "w", "_id": "a", "fields": fields}).to_string()),
        ("splunk's answer", json!({"preview": false, "messages": [], "results": [rest(&splunk["result"], "")]}).to_string()),
        ("graylog", json!({"query": "*", "total_results": 1, "messages": []}).to_string().replace(
            "\"messages\":[]", &format!("\"messages\":[{{\"message\":{},\"index\":\"g\"}}]", flat(&[("EventData", ordered())])))
            .replace("\"total_results\":1,", "")),
        ("datadog", json!({"content": {"attributes": {"Event": {"System": evtx_dump()["Event"]["System"],
            "EventData": {"Data": named()}}}}}).to_string()),
        ("chainsaw", json!({"group": "x", "document": {"kind": "evtx", "data": evtx_dump()}}).to_string()),
        ("old fluentd", json!({"channel": "security", "record_number": "7", "event_id": "4624",
            "time_generated": TIME, "source_name": PROVIDER, "computer_name": COMPUTER,
            "description": MESSAGE, "string_inserts": ordered()}).to_string()),
        ("values by their places", {
            let values = VALUES.iter().enumerate();
            let values: Value = values
                .map(|(place, (_, value))| (format!("param{}", place + 1), json!(value)))
                .collect();
            let mut record = beats();
            record["winlog"]["event_data"] = values;
            record.to_string()
        }),
        ("message of an event that was selected", json!([{"TimeCreated": TIME, "Id": 4624,
            "LevelDisplayName": "Information", "MachineName": COMPUTER, "Message": MESSAGE}]).to_string()),
        ("twice", flat(&[("StringInserts", ordered()), ("EventData", ordered())]).to_string()),
        ("wazuh, paths as names", {
            let mut record = serde_json::Map::new();
            let wazuh = wazuh();
            for part in ["system", "eventdata"] {
                for (name, value) in wazuh["win"][part].as_object().unwrap() {
                    record.insert(format!("data.win.{part}.{name}"), value.clone());
                }
            }
            Value::Object(record).to_string()
        }),
        ("XML", xml()),
        ("XML in a document", format!("<?xml version='1.0'?>\n<Events>{}</Events>", xml())),
        ("XML in JSON", json!({"_raw": xml(), "sourcetype": "XmlWinEventLog"}).to_string()),
        ("XML in a message", json!({"@timestamp": "2026-03-02T10:00:00Z", "message": xml(),
            "host": {"name": "collector"}, "ecs": {"version": "8.0"}}).to_string()),
        ("JSON in a log", json!({"log": flat(&[("EventData", named())]).to_string(), "stream": "x"}).to_string()),
        ("JSON as an object", json!({"time": 1, "host": "collector", "event": flat(&[("EventData", named())])}).to_string()),
    ]
}

#[test]
fn every_shape_gives_the_same_logon() {
    for (name, log) in shapes() {
        let (events, summary) = read(&log);
        assert_eq!(summary.skipped, 0, "{name}: {:?}", summary.first_errors);
        assert_eq!(events.len(), 1, "{name}: {summary:?}\n{log}");
        let event = &events[0];
        assert_eq!(event.time().micros(), 1_772_442_001_500_000, "{name}");
        let account = event.account();
        assert_eq!((&*account.name, account.domain.as_deref()), ("alice", Some("CORP")), "{name}");
        assert_eq!(account.sid.as_deref(), Some("S-1-5-21-1-2-3-1104"), "{name}");
        let source = event.src_host();
        assert_eq!(source.name.as_deref(), Some("WS-17"), "{name}");
        assert_eq!(source.ip, "10.0.0.5".parse().ok(), "{name}");
        assert_eq!(source.port, Some(49812), "{name}");
        assert_eq!(event.dst_host().name.as_deref(), Some(COMPUTER), "{name}");
        assert_eq!(event.logon_type(), LogonType::Network, "{name}");
        assert_eq!(
            (event.logon_id(), event.key_length()),
            (Some(0x005a_1b2c), Some(128)),
            "{name}"
        );
    }
}

#[test]
fn a_logon_without_values_is_bad_and_names_nobody() {
    for fields in [
        vec![],
        vec![("StringInserts", json!(["alice", "3"]))],
        vec![("Message", json!("Ein Konto wurde angemeldet."))],
        vec![("Properties", json!(["System.Diagnostics.Eventing.Reader.EventProperty"]))],
        vec![("EventData", json!("<EventData><Data Name='LogonType'>3</Da"))],
        vec![("Payload", json!("{\"EventData\": {\"Data\": ["))],
    ] {
        let (events, summary) = read(&flat(&fields).to_string());
        assert_eq!((events.len(), summary.skipped), (0, 1), "{fields:?}: {summary:?}");
    }
    for id in [4625, 4648, 4768, 4769, 4776, 4672, 4688] {
        let mut record = flat(&[]);
        record["EventID"] = json!(id);
        let (events, summary) = read(&record.to_string());
        assert_eq!((events.len(), summary.skipped), (0, 1), "{id}");
        let error = summary.first_errors[0].to_string();
        assert!(error.contains(&format!("a {id} without a readable EventData")), "{error}");
    }
}

#[test]
fn a_number_or_type_may_be_spelt_otherwise() {
    for id in [
        json!("4624"),
        json!("4624.0"),
        json!(4624.0),
        json!("0x1210"),
        json!("4,624"),
        json!(" 4624 "),
    ] {
        let mut record = flat(&[("EventData", named())]);
        record["EventID"] = id.clone();
        assert_eq!(read(&record.to_string()).0.len(), 1, "{id}");
    }
    for (text, expected) in [
        ("0x9", LogonType::NewCredentials),
        ("9 - NewCredentials", LogonType::NewCredentials),
        ("NewCredentials", LogonType::NewCredentials),
        ("9.0", LogonType::NewCredentials),
        ("Network (3)", LogonType::Network),
    ] {
        let mut values = named();
        values["LogonType"] = json!(text);
        let (events, _) = read(&flat(&[("EventData", values)]).to_string());
        assert_eq!(events[0].logon_type(), expected, "{text}");
    }
    let mut values = named();
    values["LogonType"] = json!("Netzwerk");
    let (events, summary) = read(&flat(&[("EventData", values)]).to_string());
    assert_eq!((events.len(), summary.skipped), (0, 1));
    assert_eq!(
        summary.first_errors[0].to_string(),
        "log:1: LogonType: \"Netzwerk\" is not a logon type such as 3"
    );
}

#[test]
fn an_answer_counts_by_its_records() {
    let hits: Vec<Value> = (0..3).map(|id| json!({"_id": id, "_source": beats()})).collect();
    let log = json!({"took": 1, "hits": {"hits": hits}, "aggregations": {"a": [1, {"b": 2}]}});
    let (events, summary) = read(&format!("{log}\n{log}\n"));
    assert_eq!((events.len(), summary.skipped), (6, 0));
    let (events, summary) = read(r#"{"took":1,"hits":{"total":0,"hits":[]}}"#);
    assert_eq!((events.len(), summary.skipped), (0, 0));
    assert!(summary.not_understood.is_empty() && summary.passed_over.is_empty());
}

const SSHD: &str = "Accepted publickey for bob from 10.0.0.6 port 52144 ssh2: RSA SHA256:x";

#[test]
fn a_line_of_syslog_is_read_within_what_relays_put_around_it() {
    let line = format!("Mar  2 09:00:01 web1 sshd[812]: {SSHD}");
    let new = format!("<86>1 2026-03-02T09:00:01.000Z web1 sshd 812 - - {SSHD}");
    for record in [
        json!({"@timestamp": "2026-03-02T09:00:01Z", "message": line, "ecs": {"version": "8.0"},
            "host": {"name": "collector"}, "log": {"file": {"path": "/var/log/auth.log"}}}),
        json!({"@timestamp": "2026-03-02T09:00:01Z", "event": {"original": new, "dataset": "x"}}),
        json!({"date": 1_772_442_001, "log": line}),
        json!({"message": new}),
        json!({"timestamp": "2026-03-02T09:00:01.000+0000", "full_log": line,
            "agent": {"name": "another"}, "rule": {"id": "5715"}, "decoder": {"name": "sshd"},
            "predecoder": {"program_name": "sshd", "hostname": "web1"}, "location": "/var/log/auth.log"}),
        json!({"timestamp": "2026-03-02T09:00:01Z", "host": "web1", "appname": "sshd", "message": SSHD}),
        json!({"timereported": "2026-03-02T09:00:01+00:00", "hostname": "web1", "syslogtag": "sshd[812]:",
            "msg": SSHD}),
        json!({"MESSAGE": SSHD, "_HOSTNAME": "web1", "SYSLOG_IDENTIFIER": "sshd", "date": 1_772_442_001}),
        json!({"time": "2026-03-02T09:00:01Z", "ident": "sshd", "host": "web1", "message": SSHD}),
        json!({"log": json!({"time": "2026-03-02T09:00:01Z", "message": new}).to_string()}),
    ] {
        let (events, summary) = read(&record.to_string());
        assert_eq!((events.len(), summary.skipped), (1, 0), "{record}: {summary:?}");
        let event = &events[0];
        assert_eq!(event.time().micros(), 1_772_442_001_000_000, "{record}");
        assert_eq!(event.account().name, "bob", "{record}");
        assert_eq!(event.src_host().ip, "10.0.0.6".parse().ok(), "{record}");
        assert_eq!(event.dst_host().name.as_deref(), Some("web1"), "{record}");
    }
}

#[test]
fn what_lies_in_no_envelope_is_not_understood() {
    for record in [
        json!({"message": "hello", "level": "info"}),
        json!({"message": SSHD, "time": "2026-03-02T09:00:01Z"}),
        json!({"message": "{\"a\": 1}"}),
        json!({"log": "{\"log\": \"{\\\"log\\\": \\\"x\\\"}\"}"}),
    ] {
        let (events, summary) = read(&record.to_string());
        assert_eq!((events.len(), summary.skipped), (0, 0), "{record}");
        assert_eq!(summary.not_understood.values().sum::<u64>(), 1, "{record}");
    }
}

#[test]
fn an_event_sent_as_syslog_is_read() {
    let text = MESSAGE.replace("\r\n", " ").replace('\t', "  ");
    let snare = format!(
        "MSWinEventLog\t1\tSecurity\t7\tMon Mar 02 09:00:01 2026\t4624\t{PROVIDER}\tN/A\tN/A\t\
         Success Audit\t{COMPUTER}\tLogon\t\t{text}\t7"
    );
    for line in [
        format!("<13>1 2026-03-02T09:00:01.000Z relay - - - - {snare}"),
        format!("<13>2026-03-02T09:00:01.000+00:00 relay {snare}"),
        format!("<14>1 2026-03-02T09:00:01.000Z {COMPUTER} {PROVIDER} 640 - - {text}"),
        format!("<14>2026-03-02T09:00:01.000+00:00 {COMPUTER} Security-Auditing: 4624: {text}"),
    ] {
        let (events, summary) = read(&format!("{line}\n"));
        assert_eq!((events.len(), summary.skipped), (1, 0), "{line}: {summary:?}");
        let event = &events[0];
        assert_eq!(event.time().micros(), 1_772_442_001_000_000, "{line}");
        assert_eq!(event.account().name, "alice", "{line}");
        assert_eq!(event.src_host().ip, "10.0.0.5".parse().ok(), "{line}");
        assert_eq!(event.dst_host().name.as_deref(), Some(COMPUTER), "{line}");
    }
}
