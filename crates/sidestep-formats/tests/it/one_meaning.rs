//! The same logins, written in every dialect that can hold them, give the same events. What a dialect
//! cannot say is left out of the comparison, and must be absent.

use std::net::IpAddr;
use std::ops::ControlFlow;

use proptest::prelude::*;
use serde_json::{Value, json};
use sidestep::event::{AuthEvent, AuthProtocol, LogonType, Outcome};
use sidestep_formats::{LogReader, ReadOptions};

/// A login over the network, as its writers below take it.
#[derive(Debug, Clone)]
struct Login {
    /// Milliseconds since 1970.
    time: i64,
    user: String,
    domain: String,
    workstation: String,
    ip: IpAddr,
    port: u16,
    /// The host logged on to.
    host: String,
    succeeded: bool,
    protocol: AuthProtocol,
}

/// What an event says of a login; `None` is what its dialect cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    /// Microseconds since 1970.
    time: i64,
    user: String,
    domain: Option<String>,
    workstation: Option<String>,
    ip: Option<IpAddr>,
    port: Option<u16>,
    host: String,
    outcome: Outcome,
    protocol: Option<AuthProtocol>,
    logon_type: Option<LogonType>,
}

impl Said {
    fn of(event: &AuthEvent<'_>) -> Self {
        let text = |text: &str| text.to_owned();
        let (src, dst) = (event.src_host(), event.dst_host());
        Self {
            time: event.time().micros(),
            user: text(&event.account().name),
            domain: event.account().domain.as_deref().map(text),
            workstation: src.name.as_deref().map(text),
            ip: src.ip,
            port: src.port,
            host: dst.name.as_deref().map(text).unwrap_or_default(),
            outcome: event.outcome(),
            protocol: Some(event.auth_protocol()).filter(|it| *it != AuthProtocol::Unknown),
            logon_type: Some(event.logon_type()).filter(|it| *it != LogonType::Unknown),
        }
    }

    /// All that there is to say.
    fn all(login: &Login) -> Self {
        Self {
            time: login.time * 1_000,
            user: login.user.clone(),
            domain: Some(login.domain.clone()),
            workstation: Some(login.workstation.clone()),
            ip: Some(login.ip),
            port: Some(login.port),
            host: login.host.clone(),
            outcome: if login.succeeded { Outcome::Success } else { Outcome::Failure },
            protocol: Some(login.protocol),
            logon_type: Some(LogonType::Network),
        }
    }
}

/// A way of writing logins down, and what it leaves unsaid.
struct Dialect {
    name: &'static str,
    write: fn(&[Login]) -> String,
    unsaid: fn(&mut Said),
}

const DIALECTS: &[Dialect] = &[
    Dialect { name: "NXLog JSON", write: |it| lines(it, nxlog), unsaid: |_| () },
    Dialect { name: "Winlogbeat JSON", write: |it| lines(it, winlogbeat), unsaid: |_| () },
    Dialect { name: "evtx_dump JSON", write: |it| lines(it, nested), unsaid: |_| () },
    Dialect { name: "Wazuh JSON", write: |it| lines(it, wazuh), unsaid: |_| () },
    Dialect { name: "Fluent Bit JSON", write: |it| lines(it, string_inserts), unsaid: |_| () },
    Dialect { name: "PowerShell JSON", write: |it| list(it, powershell), unsaid: |_| () },
    Dialect { name: "Elasticsearch answer", write: search_answer, unsaid: |_| () },
    Dialect { name: "Windows XML", write: xml, unsaid: |_| () },
    Dialect { name: "SecurityEvent CSV", write: security_event, unsaid: |_| () },
    Dialect { name: "EvtxECmd CSV", write: evtxecmd, unsaid: |_| () },
    Dialect { name: "plain CSV", write: plain_csv, unsaid: |_| () },
    Dialect { name: "tab-separated", write: |it| plain_csv(it).replace(',', "\t"), unsaid: |_| () },
    Dialect { name: "OCSF", write: |it| lines(it, ocsf), unsaid: |_| () },
    Dialect {
        name: "ECS",
        write: |it| lines(it, ecs),
        unsaid: |said| (said.protocol, said.logon_type) = (None, None),
    },
    Dialect {
        name: "Splunk CIM CSV",
        write: splunk_cim,
        unsaid: |said| {
            (said.workstation, said.port, said.domain) = (None, None, None);
            (said.protocol, said.logon_type) = (None, None);
        },
    },
    Dialect { name: "Defender JSON", write: |it| lines(it, defender), unsaid: |_| () },
];

fn iso(login: &Login) -> String {
    sidestep::Timestamp::from_micros(login.time * 1_000).to_string()
}

fn lines(logins: &[Login], record: fn(&Login) -> Value) -> String {
    logins.iter().map(|login| record(login).to_string() + "\n").collect()
}

fn list(logins: &[Login], record: fn(&Login) -> Value) -> String {
    Value::from(logins.iter().map(record).collect::<Vec<_>>()).to_string()
}

const fn event_id(login: &Login) -> u32 {
    if login.succeeded { 4624 } else { 4625 }
}

fn package(login: &Login) -> &'static str {
    if login.protocol == AuthProtocol::Ntlm { "NTLM" } else { "Kerberos" }
}

/// The values of 4624 version 2 and 4625 version 0, in their order.
fn values(login: &Login) -> Vec<(&'static str, String)> {
    let text = |text: &str| text.to_owned();
    let zeros = "{00000000-0000-0000-0000-000000000000}";
    let mut values = vec![
        ("SubjectUserSid", text("S-1-0-0")),
        ("SubjectUserName", text("-")),
        ("SubjectDomainName", text("-")),
        ("SubjectLogonId", text("0x0")),
        ("TargetUserSid", text("S-1-5-21-1004336348-1177238915-682003330-1104")),
        ("TargetUserName", login.user.clone()),
        ("TargetDomainName", login.domain.clone()),
    ];
    if login.succeeded {
        values.push(("TargetLogonId", text("0x5a1b2c")));
    } else {
        values.push(("Status", text("0xc000006d")));
        values.push(("FailureReason", text("%%2313")));
        values.push(("SubStatus", text("0xc000006a")));
    }
    values.push(("LogonType", text("3")));
    values.push(("LogonProcessName", text("NtLmSsp ")));
    values.push(("AuthenticationPackageName", text(package(login))));
    values.push(("WorkstationName", login.workstation.clone()));
    if login.succeeded {
        values.push(("LogonGuid", text(zeros)));
    }
    values.push(("TransmittedServices", text("-")));
    values.push(("LmPackageName", text("-")));
    values.push(("KeyLength", text("128")));
    values.push(("ProcessId", text("0x0")));
    values.push(("ProcessName", text("-")));
    values.push(("IpAddress", login.ip.to_string()));
    values.push(("IpPort", login.port.to_string()));
    if login.succeeded {
        for (name, value) in [
            ("ImpersonationLevel", "%%1833"),
            ("RestrictedAdminMode", "-"),
            ("TargetOutboundUserName", "-"),
            ("TargetOutboundDomainName", "-"),
            ("VirtualAccount", "%%1843"),
            ("TargetLinkedLogonId", "0x0"),
            ("ElevatedToken", "%%1842"),
        ] {
            values.push((name, text(value)));
        }
    }
    values
}

fn data(login: &Login) -> serde_json::Map<String, Value> {
    values(login).into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

const PROVIDER: &str = "Microsoft-Windows-Security-Auditing";

fn nxlog(login: &Login) -> Value {
    let mut record = data(login);
    record.insert("EventTime".into(), iso(login).into());
    record.insert("Hostname".into(), login.host.clone().into());
    record.insert("EventID".into(), event_id(login).into());
    record.insert("SourceName".into(), PROVIDER.into());
    record.insert("Channel".into(), "Security".into());
    record.into()
}

fn winlogbeat(login: &Login) -> Value {
    json!({"@timestamp": iso(login), "winlog": {"event_id": event_id(login).to_string(),
        "provider_name": PROVIDER, "channel": "Security", "computer_name": login.host,
        "event_data": data(login)}})
}

fn nested(login: &Login) -> Value {
    json!({"Event": {"System": {"Provider": {"#attributes": {"Name": PROVIDER}},
        "EventID": event_id(login), "TimeCreated": {"#attributes": {"SystemTime": iso(login)}},
        "Channel": "Security", "Computer": login.host}, "EventData": data(login)}})
}

fn wazuh(login: &Login) -> Value {
    let lower = |name: &str| name[..1].to_ascii_lowercase() + &name[1..];
    let data: serde_json::Map<_, _> =
        values(login).into_iter().map(|(name, value)| (lower(name), value.into())).collect();
    json!({"timestamp": "2026-03-02T10:00:00.000+0000", "rule": {"level": 3, "id": "60106"},
        "agent": {"id": "001", "name": "agent-7"}, "manager": {"name": "wazuh"},
        "data": {"win": {"system": {"providerName": PROVIDER,
            "eventID": event_id(login).to_string(), "version": if login.succeeded { "2" } else { "0" },
            "systemTime": iso(login), "channel": "Security", "computer": login.host},
            "eventdata": data}}, "location": "EventChannel"})
}

fn string_inserts(login: &Login) -> Value {
    let inserts: Vec<_> = values(login).into_iter().map(|(_, value)| value).collect();
    json!({"ProviderName": PROVIDER, "EventID": event_id(login), "Channel": "Security",
        "TimeCreated": iso(login), "Computer": login.host, "Version": if login.succeeded { 2 } else { 0 },
        "StringInserts": inserts})
}

fn powershell(login: &Login) -> Value {
    let properties: Vec<_> =
        values(login).into_iter().map(|(_, value)| json!({"Value": value})).collect();
    json!({"Id": event_id(login), "Version": if login.succeeded { 2 } else { 0 }, "ProviderName": PROVIDER,
        "LogName": "Security", "RecordId": 7, "MachineName": login.host,
        "TimeCreated": format!("/Date({})/", login.time), "Properties": properties})
}

fn search_answer(logins: &[Login]) -> String {
    let hits: Vec<_> = logins
        .iter()
        .map(|login| json!({"_index": "logs", "_source": winlogbeat(login)}))
        .collect();
    json!({"took": 1, "timed_out": false, "hits": {"total": {"value": hits.len()}, "hits": hits}})
        .to_string()
}

fn xml(logins: &[Login]) -> String {
    let event = |login: &Login| {
        let data: String = values(login)
            .iter()
            .map(|(name, value)| format!("<Data Name='{name}'>{value}</Data>"))
            .collect();
        format!(
            "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>\
             <Provider Name='{PROVIDER}'/><EventID>{}</EventID><TimeCreated SystemTime='{}'/>\
             <Channel>Security</Channel><Computer>{}</Computer></System>\
             <EventData>{data}</EventData></Event>\n",
            event_id(login),
            iso(login),
            login.host
        )
    };
    logins.iter().map(event).collect()
}

fn csv(header: &str, rows: impl Iterator<Item = Vec<String>>) -> String {
    let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
    let rows = rows.map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n");
    format!("{header}\n{}", rows.collect::<String>())
}

fn security_event(logins: &[Login]) -> String {
    let wanted = ["TargetUserName", "TargetDomainName", "LogonType", "AuthenticationPackageName"];
    let rest = ["WorkstationName", "IpAddress", "IpPort"];
    let rows = logins.iter().map(|login| {
        let values = values(login);
        let value = |name: &&str| {
            values.iter().find(|(have, _)| have == name).map(|(_, value)| value.clone()).unwrap()
        };
        let head = [iso(login), event_id(login).to_string(), login.host.clone()];
        head.into_iter().chain(wanted.iter().chain(&rest).map(value)).collect()
    });
    csv(&format!("TimeGenerated,EventID,Computer,{},{}", wanted.join(","), rest.join(",")), rows)
}

fn evtxecmd(logins: &[Login]) -> String {
    let rows = logins.iter().map(|login| {
        let data: Vec<_> = values(login)
            .iter()
            .map(|(name, value)| json!({"@Name": name, "#text": value}))
            .collect();
        vec![
            "7".to_owned(),
            "7".to_owned(),
            iso(login).replace('T', " ").replace('Z', ""),
            event_id(login).to_string(),
            "LogAlways".to_owned(),
            PROVIDER.to_owned(),
            "Security".to_owned(),
            login.host.clone(),
            "Logon".to_owned(),
            "-\\-".to_owned(),
            format!("{} ({})", login.workstation, login.ip),
            "x".to_owned(),
            json!({"EventData": {"Data": data}}).to_string(),
        ]
    });
    csv(
        "RecordNumber,EventRecordId,TimeCreated,EventId,Level,Provider,Channel,Computer,\
         MapDescription,UserName,RemoteHost,PayloadData1,Payload",
        rows,
    )
}

fn plain_csv(logins: &[Login]) -> String {
    let rows = logins.iter().map(|login| {
        let outcome = if login.succeeded { "success" } else { "failure" };
        let (ip, port) = (login.ip.to_string(), login.port.to_string());
        [
            &iso(login),
            &login.user,
            &login.domain,
            &login.workstation,
            &ip,
            &port,
            &login.host,
            "Network",
            package(login),
            outcome,
        ]
        .join(",")
    });
    let header =
        "time,user,domain,src_host,src_ip,src_port,dst_host,logon_type,auth_protocol,outcome";
    format!("{header}\n{}\n", rows.collect::<Vec<_>>().join("\n"))
}

fn splunk_cim(logins: &[Login]) -> String {
    csv(
        "_time,user,src,dest,action",
        logins.iter().map(|login| {
            let action = if login.succeeded { "success" } else { "failure" };
            vec![
                iso(login),
                login.user.clone(),
                login.ip.to_string(),
                login.host.clone(),
                action.to_owned(),
            ]
        }),
    )
}

fn ocsf(login: &Login) -> Value {
    json!({"class_uid": 3002, "activity_id": 1, "time": login.time,
        "auth_protocol_id": if login.protocol == AuthProtocol::Ntlm { 1 } else { 2 },
        "logon_type_id": 3, "status_id": if login.succeeded { 1 } else { 2 },
        "user": {"name": login.user, "domain": login.domain},
        "src_endpoint": {"hostname": login.workstation, "ip": login.ip, "port": login.port},
        "dst_endpoint": {"hostname": login.host}})
}

fn ecs(login: &Login) -> Value {
    json!({"@timestamp": iso(login), "event": {"category": ["authentication"], "type": ["start"],
        "outcome": if login.succeeded { "success" } else { "failure" }},
        "user": {"name": login.user, "domain": login.domain},
        "source": {"domain": login.workstation, "ip": login.ip, "port": login.port},
        "host": {"name": login.host}})
}

fn defender(login: &Login) -> Value {
    json!({"Timestamp": iso(login), "DeviceName": login.host,
        "ActionType": if login.succeeded { "LogonSuccess" } else { "LogonFailed" },
        "LogonType": "Network", "AccountName": login.user, "AccountDomain": login.domain,
        "RemoteDeviceName": login.workstation, "RemoteIP": login.ip, "RemotePort": login.port,
        "Protocol": package(login)})
}

fn login() -> impl Strategy<Value = Login> {
    let ip = prop_oneof![
        any::<[u8; 2]>().prop_map(|[a, b]| IpAddr::from([10, 1, a, b])),
        any::<u16>().prop_map(|group| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, group | 1])),
    ];
    (
        (1_700_000_000_000_i64..1_770_000_000_000, any::<bool>(), any::<bool>(), 1_u16..),
        ("[a-z]{2,8}", "[A-Z]{3,8}", "WS-[0-9]{1,3}", ip, "srv-[0-9]{1,3}"),
    )
        .prop_map(|((time, succeeded, ntlm, port), (user, domain, workstation, ip, host))| {
            Login {
                time,
                user,
                domain,
                workstation,
                ip,
                port,
                host,
                succeeded,
                protocol: if ntlm { AuthProtocol::Ntlm } else { AuthProtocol::Kerberos },
            }
        })
}

fn read(text: &str) -> Result<Vec<Said>, String> {
    let mut said = Vec::new();
    let mut reader = LogReader::new(ReadOptions::default());
    let read = reader.read(text.as_bytes(), "log", &mut |event| {
        said.extend(event.auth().map(Said::of));
        ControlFlow::Continue(())
    });
    match read {
        Ok(_) if reader.summary().skipped == 0 => Ok(said),
        other => Err(format!("{other:?} {:?}", reader.summary())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_login_is_the_same_in_every_dialect(logins in prop::collection::vec(login(), 1..6)) {
        for dialect in DIALECTS {
            let text = (dialect.write)(&logins);
            let expected: Vec<Said> = logins
                .iter()
                .map(|login| {
                    let mut said = Said::all(login);
                    (dialect.unsaid)(&mut said);
                    said
                })
                .collect();
            prop_assert_eq!(read(&text), Ok(expected), "{}: {}", dialect.name, text);
        }
    }
}
