//! Tables known by their header, columns chosen by what they hold, and what is said of both.

use std::ops::ControlFlow;

use proptest::prelude::*;
use sidestep::event::{Activity, AuthEvent, LogonType, Outcome};
use sidestep_formats::{
    EventField, FieldMapping, FormatError, LogReader, ReadOptions, ReadSummary,
};

/// Reads a log whole.
fn try_read(
    log: &str,
    options: ReadOptions,
) -> (Vec<AuthEvent<'static>>, ReadSummary, Result<(), FormatError>) {
    let mut events = Vec::new();
    let mut reader = LogReader::new(options);
    let result = reader.read(log.as_bytes(), "log.csv", &mut |event| {
        events.extend(event.auth().map(|event| event.clone().into_owned()));
        ControlFlow::Continue(())
    });
    (events, reader.summary().clone(), result.map(drop))
}

fn read(log: &str) -> (Vec<AuthEvent<'static>>, ReadSummary) {
    let (events, summary, result) = try_read(log, ReadOptions::default());
    result.unwrap();
    assert_eq!(summary.skipped, 0, "{:?}", summary.first_errors);
    (events, summary)
}

fn refused(log: &str) -> String {
    try_read(log, ReadOptions::default()).2.unwrap_err().to_string()
}

/// A login in a few words: `alice@CORP WS-1 -> FILES`.
fn told(event: &AuthEvent<'_>) -> String {
    let src = event.src_host();
    let from = match (&src.name, src.ip) {
        (Some(name), Some(ip)) => format!("{name} ({ip})"),
        _ => src.to_string(),
    };
    format!("{} {from} -> {}", event.account(), event.dst_host())
}

fn all(events: &[AuthEvent<'_>]) -> Vec<String> {
    events.iter().map(told).collect()
}

#[test]
fn a_table_of_windows_events_is_read_as_in_json() {
    let log = "TimeCreated,EventID,Computer,TargetUserName,TargetDomainName,LogonType,IpAddress,WorkstationName\n\
        2026-03-02T09:00:01Z,4624,files-1,alice,CORP,3,10.0.0.5,WS-17\n\
        2026-03-02T09:00:02Z,4720,files-1,new1,CORP,,10.0.0.5,WS-17\n\
        2026-03-02T09:00:03Z,1102,files-1,heidi,CORP,,10.0.0.5,WS-17\n\
        2026-03-02T09:00:04Z,4624,files-1,bob,CORP,3,::1,-\n";
    let (events, summary) = read(log);
    assert_eq!(all(&events), ["alice@CORP WS-17 (10.0.0.5) -> files-1", "bob@CORP ? -> files-1"]);
    assert_eq!(summary.activities, 1);
    assert_eq!(summary.passed_over.keys().collect::<Vec<_>>(), ["Windows event 1102"]);
    assert_eq!(summary.mappings[0].to_string(), "known as Windows events");
    assert_eq!(events[1].raw_ref(), Some(5));
}

#[test]
fn names_with_dots_are_paths() {
    let beats = "@timestamp,winlog.event_id,winlog.computer_name,winlog.event_data.TargetUserName,\
        winlog.event_data.TargetDomainName,winlog.event_data.LogonType,winlog.event_data.IpAddress\n\
        2026-03-02T09:00:01Z,4624,files-1,alice,CORP,3,10.0.0.5\n";
    let xml = "Event.System.EventID,Event.System.Computer,Event.System.TimeCreated.#attributes.SystemTime,\
        Event.EventData.TargetUserName,Event.EventData.TargetDomainName,Event.EventData.LogonType,Event.EventData.IpAddress\n\
        4624,files-1,2026-03-02T09:00:01Z,alice,CORP,3,10.0.0.5\n";
    let (beats, _) = read(beats);
    let (xml, _) = read(xml);
    assert_eq!(all(&beats), ["alice@CORP 10.0.0.5 -> files-1"]);
    assert_eq!(beats, xml);
}

#[test]
fn evtxecmd_is_read_by_its_payload() {
    let header = "RecordNumber,EventRecordId,TimeCreated,EventId,Provider,Channel,Computer,MapDescription,\
        UserName,RemoteHost,PayloadData1,Payload";
    let payload = |account: &str| {
        format!(
            r##"{{"EventData":{{"Data":[{{"@Name":"TargetUserName","#text":"{account}"}},{{"@Name":"TargetDomainName","#text":"CORP"}},{{"@Name":"LogonType","#text":"3"}},{{"@Name":"IpAddress","#text":"10.0.0.5"}}]}}}}"##
        )
    };
    let quoted = payload("alice").replace('"', "\"\"");
    let provider = "Microsoft-Windows-Security-Auditing";
    let csv = format!(
        "{header}\n1,9,2026-03-02 09:00:01.5000000,4624,{provider},Security,files-1,Successful logon,\
         -\\-,WS-17 (10.0.0.5),Target: x,\"{quoted}\"\n\
         2,10,2026-03-02 09:00:02,4688,{provider},Security,files-1,,,,,\n\
         3,11,2026-03-02 09:00:02,1102,Microsoft-Windows-Eventlog,Security,files-1,,,,,\n"
    );
    let (events, summary, result) = try_read(&csv, ReadOptions::default());
    result.unwrap();
    assert_eq!(all(&events), ["alice@CORP 10.0.0.5 -> files-1"]);
    assert_eq!(events[0].logon_type(), LogonType::Network);
    assert_eq!(summary.mappings[0].shape.as_deref(), Some("Windows events by EvtxECmd"));
    assert!(summary.passed_over.contains_key("Windows event 1102 of Microsoft-Windows-Eventlog"));

    let json = serde_json::json!({"MapDescription": "Successful logon", "UserName": "-\\-",
        "ChunkNumber": 0, "Computer": "files-1", "Payload": payload("alice"), "Channel": "Security",
        "Provider": provider, "EventId": 4624, "EventRecordId": "9",
        "TimeCreated": "2026-03-02T09:00:01.5+00:00"});
    let (events, _) = read(&json.to_string());
    assert_eq!(all(&events), ["alice@CORP 10.0.0.5 -> files-1"]);
}

#[test]
fn clouds_and_sensors_are_known_by_their_header() {
    let entra = "TimeGenerated,UserPrincipalName,AppDisplayName,IPAddress,ResultType,DeviceDetail\n\
        2026-03-02T09:00:01Z,bob@x.example,Portal,203.0.113.9,50126,\"{\"\"displayName\"\":\"\"WS-7\"\"}\"\n";
    let (events, summary) = read(entra);
    assert_eq!(all(&events), ["bob@x.example WS-7 (203.0.113.9) -> Portal"]);
    assert_eq!(events[0].outcome(), Outcome::Failure);
    assert_eq!(summary.mappings[0].shape.as_deref(), Some("sign-ins of Entra ID"));

    let portal = "Date (UTC),Request ID,User,Username,Application,IP address,Status\n\
        2026-03-02T09:00:01Z,r1,Alex Example,alex@x.example,Portal,203.0.113.9,Interrupted\n\
        2026-03-02T09:00:02Z,r2,Alex Example,alex@x.example,Portal,203.0.113.9,Success\n\
        2026-03-02T09:00:03Z,r3,Alex Example,alex@x.example,Portal,203.0.113.9,Failure\n";
    let (events, _) = read(portal);
    assert_eq!(all(&events)[0], "alex@x.example 203.0.113.9 -> Portal");
    let outcomes: Vec<_> = events.iter().map(AuthEvent::outcome).collect();
    assert_eq!(outcomes, [Outcome::Unknown, Outcome::Success, Outcome::Failure]);

    let trail = "eventTime,eventSource,eventName,userIdentity.type,userIdentity.userName,sourceIPAddress,\
        recipientAccountId,responseElements.ConsoleLogin\n\
        2026-03-02T09:00:01Z,signin.amazonaws.com,ConsoleLogin,IAMUser,bob,203.0.113.9,1234,Failure\n";
    let (events, _) = read(trail);
    assert_eq!(all(&events), ["bob@1234 203.0.113.9 -> console.amazonaws.com/1234"]);
    assert_eq!(events[0].outcome(), Outcome::Failure);

    let zeek = "ts,uid,id.orig_h,id.orig_p,id.resp_h,id.resp_p,username,hostname,domainname,success\n\
        1772442001.5,C1,10.0.0.5,49812,10.0.0.9,445,alice,WS-17,CORP,T\n";
    let (events, _) = read(zeek);
    assert_eq!(all(&events), ["alice@CORP WS-17 (10.0.0.5) -> 10.0.0.9"]);
    assert_eq!(events[0].outcome(), Outcome::Success);

    let ecs = "@timestamp,event.category,event.type,event.outcome,user.name,source.ip,host.name\n\
        2026-03-02T09:00:01Z,\"authentication, session\",start,failure,alice,10.0.0.5,web1\n";
    let (events, _) = read(ecs);
    assert_eq!(all(&events), ["alice 10.0.0.5 -> web1"]);
    assert_eq!(events[0].outcome(), Outcome::Failure);
}

#[test]
fn results_of_tools_are_refused() {
    for log in [
        "Timestamp,RuleTitle,Level,Computer,Channel,EventID\n2026-03-02,x,high,h,Sec,4624\n",
        "{\"Timestamp\":\"2026-03-02\",\"RuleTitle\":\"x\",\"Level\":\"high\",\"Computer\":\"h\"}\n",
        "timestamp,detections,path,Event ID,Record ID,Computer,Event Data\n2026-03-02,x,p,4624,1,h,d\n",
    ] {
        let (_, _, result) = try_read(log, ReadOptions::default());
        let error = result.unwrap_err();
        assert!(matches!(error, FormatError::Findings { .. }), "{error}");
        assert!(error.to_string().contains("give the logs that the tool read"), "{error}");
    }
}

#[test]
fn a_column_is_chosen_by_what_it_holds() {
    let splunk = "_time,host,source,sourcetype,user,src_ip,action\n\
        2026-03-02T09:00:01.000Z,web1,/var/log/secure,linux_secure,alice,10.0.0.5,success\n\
        2026-03-02T09:00:02.000Z,web1,/var/log/secure,linux_secure,bob,10.0.0.6,failure\n";
    let (events, summary) = read(splunk);
    assert_eq!(all(&events), ["alice 10.0.0.5 -> web1", "bob 10.0.0.6 -> web1"]);
    assert_eq!(events[1].outcome(), Outcome::Failure);
    assert_eq!(events[1].activity(), Activity::Logon);
    assert_eq!(
        summary.mappings[0].to_string(),
        "time=_time, account=user, src_ip=src_ip, dst_host=host, outcome=action (unread: source, \
         sourcetype); source is not src_host: it holds paths or names of logs"
    );
    let fields: Vec<_> = summary.mappings[0].fields.iter().map(|(field, _)| *field).collect();
    assert!(fields.contains(&EventField::Outcome));
}

#[test]
fn windows_numbers_under_other_names_are_known() {
    let log = "time,host,event_code,user,src\n\
        1,dc1,4624,alice,ws1\n2,dc1,4688,bob,ws1\n3,dc1,1102,,ws1\n4,dc1,77,carol,ws1\n";
    let (events, summary) = read(log);
    assert_eq!(all(&events), ["alice ws1 -> dc1"]);
    assert_eq!(summary.passed_over.values().sum::<u64>(), 3);
    // Numbers of someone else say nothing.
    let (events, _) = read("time,host,event_code,user,src\n1,dc1,77,alice,ws1\n2,dc1,78,bob,ws1\n");
    assert_eq!(events.len(), 2);
}

#[test]
fn a_word_that_is_not_known_is_counted() {
    let (events, summary) = read("time,user,src,dst,action\n1,u,a,b,dance\n2,u,a,b,login\n");
    assert_eq!(events.len(), 1);
    assert_eq!(
        summary.not_understood.keys().collect::<Vec<_>>(),
        ["CSV whose action is \"dance\""]
    );
}

#[test]
fn what_stands_before_the_header_is_stepped_over() {
    for head in ["sep=;\r\n", "# by a tool\n\n", "#TYPE Selected.System\n", "\u{feff}sep=;\n"] {
        let log = format!(
            "{head}\"time\";\"user\";\"src\";\"dst\"\n\"1\";u;a;b\n2;u;a\n3;u;a;b;;\n4;u;a;b;c\n"
        );
        let (events, summary, result) = try_read(&log, ReadOptions::default());
        result.unwrap();
        let lines = head.lines().count() as u64;
        let refs: Vec<_> = events.iter().filter_map(AuthEvent::raw_ref).collect();
        assert_eq!(refs, [lines + 2, lines + 4], "{head:?}");
        assert_eq!(summary.skipped, 2, "{head:?}");
        assert_eq!(
            summary.first_errors[1].to_string(),
            format!("log.csv:{}: has 5 columns where the first line has 4", lines + 5)
        );
    }
}

#[test]
fn a_table_that_gives_no_login_says_what_is_missing() {
    let rows = "2026-03-02T09:00:00Z,r0,Alex,\"Berlin, DE\"\n".repeat(30);
    let error = refused(&format!("Date (UTC),Request ID,User,Location\n{rows}"));
    assert!(
        error.starts_with("log.csv: no column gives the dst_host; the first line has"),
        "{error}"
    );
    let error = refused(&"2026-03-02T09:00:00Z,alice,ws1,files\n".repeat(30));
    assert!(error.contains("CSV without a header") && error.contains("--map time=1"), "{error}");
    let error = refused("date,time,user,src,dst\n2026-03-01,08:00:01,u,a,b\n");
    assert!(error.contains("\"date\" holds days and \"time\" the time of day"), "{error}");
}

#[test]
fn the_word_of_the_caller_beats_a_known_header() {
    let mapping = FieldMapping::default().with_pair("dst_host=Computer").unwrap();
    let log = "TimeCreated,EventID,Computer,TargetUserName,IpAddress\n2026-03-02T09:00:01Z,4624,f,alice,10.0.0.5\n";
    let (events, summary, result) = try_read(log, ReadOptions::default().with_mapping(mapping));
    result.unwrap();
    assert_eq!(all(&events), ["alice 10.0.0.5 -> f"]);
    assert_eq!(summary.mappings[0].shape, None);
}

/// A login as the dialects below write it.
#[derive(Debug, Clone)]
struct Login {
    second: u32,
    account: String,
    domain: String,
    src: String,
    ip: [u8; 4],
    dst: String,
    kind: u8,
    success: bool,
}

fn login() -> impl Strategy<Value = Login> {
    (
        0..86_400_u32,
        "[a-z][a-z0-9._ \"',;-]{0,8}[a-z0-9]",
        "[A-Z]{1,8}",
        "WS-[0-9]{1,3}",
        any::<[u8; 3]>(),
        "SRV-[0-9]{1,3}",
        prop::sample::select(vec![3_u8, 8, 10]),
        any::<bool>(),
    )
        .prop_map(|(second, account, domain, src, [b, c, d], dst, kind, success)| Login {
            second,
            account,
            domain,
            src,
            ip: [10, b, c, d],
            dst,
            kind,
            success,
        })
}

impl Login {
    fn time(&self) -> String {
        let (hour, minute) = (self.second / 3600, self.second / 60 % 60);
        format!("2026-03-02T{hour:02}:{minute:02}:{:02}Z", self.second % 60)
    }

    fn address(&self) -> String {
        let [a, b, c, d] = self.ip;
        format!("{a}.{b}.{c}.{d}")
    }

    fn id(&self) -> u16 {
        if self.success { 4624 } else { 4625 }
    }

    /// The values of a Windows event by name.
    fn windows(&self) -> [(&'static str, String); 8] {
        [
            ("TimeCreated", self.time()),
            ("EventID", self.id().to_string()),
            ("Computer", self.dst.clone()),
            ("TargetUserName", self.account.clone()),
            ("TargetDomainName", self.domain.clone()),
            ("LogonType", self.kind.to_string()),
            ("IpAddress", self.address()),
            ("WorkstationName", self.src.clone()),
        ]
    }
}

fn csv(rows: &[Vec<String>], delimiter: char) -> String {
    let quote = |cell: &String| {
        if cell.contains(['"', delimiter]) {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    };
    let line = |row: &Vec<String>| {
        row.iter().map(quote).collect::<Vec<_>>().join(&delimiter.to_string()) + "\n"
    };
    rows.iter().map(line).collect()
}

/// What must be the same whatever a login is written in.
fn essence(event: &AuthEvent<'_>) -> String {
    format!(
        "{} {} {:?} {:?} {:?} {:?}",
        event.time().micros(),
        told(event),
        event.logon_type(),
        event.outcome(),
        event.activity(),
        event.event_code(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// One login is the same event in JSON, in a table that is known, and in one that is not.
    #[test]
    fn a_login_is_the_same_in_every_table(
        logins in prop::collection::vec(login(), 1..20),
        delimiter in prop::sample::select(vec![',', ';', '\t', '|']),
    ) {
        let read = |log: &str| -> Vec<String> { read(log).0.iter().map(essence).collect() };
        let json: String = logins
            .iter()
            .map(|login| {
                let values = login.windows().map(|(name, value)| (name.to_owned(), value.into()));
                let object: serde_json::Map<_, serde_json::Value> = values.into_iter().collect();
                serde_json::Value::from(object).to_string() + "\n"
            })
            .collect();
        let expected = read(&json);
        prop_assert_eq!(expected.len(), logins.len());
        let names = |prefix: &str| {
            logins[0].windows().iter().map(|(name, _)| format!("{prefix}{name}")).collect()
        };
        let values = |login: &Login| login.windows().map(|(_, value)| value).to_vec();
        let known: Vec<Vec<String>> =
            std::iter::once(names("")).chain(logins.iter().map(values)).collect();
        prop_assert_eq!(&read(&csv(&known, delimiter)), &expected, "known");
        for header in [
            "time,event_code,dst_host,account,domain,logon_type,src_ip,src_host",
            "Timestamp,EventID,Host,User Name,User Domain,Logon Type,Source IP,Source Host",
            "@timestamp,event.code,host.name,user.name,user.domain,logon_type,source.ip,src",
        ] {
            let header = header.split(',').map(str::to_owned).collect();
            let rows: Vec<_> = std::iter::once(header).chain(known[1..].iter().cloned()).collect();
            prop_assert_eq!(&read(&csv(&rows, delimiter)), &expected, "{:?}", rows[0]);
        }
    }
}
