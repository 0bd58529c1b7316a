//! Records a second of each shape of JSON and of the text logs that are not measured elsewhere, on
//! one record many times over, beside what plain `serde_json` takes to make a tree of the same JSON.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use sidestep::Timestamp;
use sidestep_formats::{LogReader, ReadOptions};

/// Records of each log.
const RECORDS: u64 = 20_000;

/// A record of each shape of JSON.
const JSON: &[(&str, &str)] = &[
    (
        "Suricata smb",
        r#"{"timestamp":"2026-03-02T09:00:01.25+0000","flow_id":1,"event_type":"smb","src_ip":"10.0.0.5","src_port":49812,"dest_ip":"10.0.0.9","dest_port":445,"smb":{"command":"SMB2_COMMAND_SESSION_SETUP","status":"STATUS_SUCCESS","status_code":"0x0","ntlmssp":{"domain":"CORP","user":"alice","host":"WS-17"}}}"#,
    ),
    (
        "Suricata krb5",
        r#"{"timestamp":"2026-03-02T09:00:01.25+0000","flow_id":1,"event_type":"krb5","src_ip":"10.0.0.9","src_port":88,"dest_ip":"10.0.0.5","dest_port":49812,"krb5":{"msg_type":"KRB_TGS_REP","cname":"alice","realm":"CORP","sname":"cifs/files-1","ticket_encryption":"rc4-hmac"}}"#,
    ),
    (
        "Suricata dcerpc",
        r#"{"timestamp":"2026-03-02T09:00:01.25+0000","flow_id":1,"event_type":"dcerpc","src_ip":"10.0.0.5","src_port":49812,"dest_ip":"10.0.0.9","dest_port":135,"dcerpc":{"request":"REQUEST","req":{"opnum":12},"interfaces":[{"uuid":"367abb81-9844-35f1-ad32-98f038001003"}]}}"#,
    ),
    (
        "Okta",
        r#"{"published":"2026-03-02T09:00:01Z","eventType":"user.session.start","actor":{"alternateId":"alice@corp.example"},"client":{"ipAddress":"203.0.113.5"},"outcome":{"result":"SUCCESS"},"target":[{"type":"AppInstance","displayName":"S"}]}"#,
    ),
    (
        "Google Workspace",
        r#"{"kind":"admin#reports#activity","id":{"time":"2026-03-02T09:00:01Z","applicationName":"login"},"actor":{"email":"alice@corp.example"},"ipAddress":"203.0.113.5","events":[{"name":"login_success","parameters":[{"name":"login_challenge_method","multiValue":["password"]}]}]}"#,
    ),
    (
        "Google Cloud Logging",
        r#"{"timestamp":"2026-03-02T09:00:01Z","protoPayload":{"serviceName":"login.googleapis.com","methodName":"google.login.LoginService.loginSuccess","authenticationInfo":{"principalEmail":"alice@corp.example"},"requestMetadata":{"callerIp":"203.0.113.5"}}}"#,
    ),
    (
        "GitHub",
        r#"{"@timestamp":1772442001500,"_document_id":"d","action":"user.login","actor":"alice","actor_id":1,"actor_ip":"203.0.113.5"}"#,
    ),
    (
        "Teleport",
        r#"{"event":"session.start","code":"T2000I","time":"2026-03-02T09:00:01Z","uid":"u","user":"alice","login":"root","addr.remote":"203.0.113.5:49812","server_hostname":"web-1"}"#,
    ),
    (
        "Vault",
        r#"{"time":"2026-03-02T09:00:01Z","type":"response","auth":{"display_name":"x","metadata":{"username":"alice"}},"request":{"operation":"update","path":"auth/userpass/login/alice","remote_address":"203.0.113.5"}}"#,
    ),
    (
        "Kubernetes",
        r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","stage":"ResponseComplete","verb":"create","user":{"username":"alice"},"sourceIPs":["203.0.113.5"],"objectRef":{"resource":"pods","namespace":"prod","name":"web-1","subresource":"exec"},"responseStatus":{"code":101},"requestReceivedTimestamp":"2026-03-02T09:00:01Z"}"#,
    ),
    (
        "osquery",
        r#"{"name":"q","hostIdentifier":"web-1","unixTime":1772442300,"columns":{"username":"alice","tty":"pts/0","type_name":"user-process","time":"1772442001","host":"10.0.0.5"},"action":"added"}"#,
    ),
    (
        "Defender",
        r#"{"Timestamp":"2026-03-02T09:00:01Z","DeviceName":"files-1","ActionType":"LogonSuccess","LogonType":"Network","AccountName":"alice","RemoteIP":"10.0.0.5","ReportId":1}"#,
    ),
    (
        "Entra portal",
        r#"{"Date (UTC)":"2026-03-02T09:00:00Z","User":"Alex","Username":"alex@corp.example","Application":"Portal","IP address":"203.0.113.5","Status":"Success"}"#,
    ),
    (
        "OCSF of CloudTrail",
        r#"{"activity_id":1,"class_uid":3002,"time":1772442001500,"status_id":1,"user":{"uid":"x"},"actor":{"user":{"name":"alice","uid":"x"}},"src_endpoint":{"ip":"203.0.113.5"},"dst_endpoint":{"svc_name":"https://console.aws.amazon.com/x"}}"#,
    ),
];

/// A record of each log of other texts, which may be several lines.
const TEXT: &[(&str, &str)] = &[
    (
        "krb5kdc",
        "Mar 02 09:00:01 kdc-1 krb5kdc[7](info): TGS_REQ (8 etypes {aes256-cts-hmac-sha1-96(18)}) 10.0.0.5: ISSUE: authtime 1772441001, etypes {rep=aes256-cts-hmac-sha1-96(18), tkt=aes256-cts-hmac-sha1-96(18), ses=aes256-cts-hmac-sha1-96(18)}, alice@CORP.EXAMPLE for host/web-1.corp.example@CORP.EXAMPLE",
    ),
    (
        "auditd",
        "type=USER_LOGIN msg=audit(1772442001.500:120): pid=700 uid=0 auid=1000 ses=3 subj=unconfined msg='op=login id=1000 exe=\"/usr/sbin/sshd\" hostname=10.0.0.5 addr=10.0.0.5 terminal=/dev/pts/0 res=success'",
    ),
    (
        "FreeRADIUS",
        "Mon Mar  2 09:00:01 2026 : Auth: (0) Login OK: [bob] (from client gw-1 port 0 cli 10.0.0.5)",
    ),
    (
        "Samba",
        r#"{"timestamp":"2026-03-02T09:00:01.500000+0000","type":"Authentication","Authentication":{"version":{"major":1,"minor":2},"eventId":4624,"logonId":"0","logonType":3,"status":"NT_STATUS_OK","localAddress":"ipv4:10.0.0.20:445","remoteAddress":"ipv4:10.0.0.5:49812","serviceDescription":"SMB2","authDescription":null,"clientDomain":"CORP","clientAccount":"alice","workstation":"WS-17","becameAccount":"alice","becameDomain":"CORP","becameSid":"S-1-5-21-1-2-3-1104","mappedAccount":"alice","mappedDomain":"CORP","passwordType":"NTLMv2","duration":5000}}"#,
    ),
    (
        "Windows XML",
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>4624</EventID><Version>2</Version><TimeCreated SystemTime='2026-03-02T09:00:01.5000000Z'/><EventRecordID>7</EventRecordID><Channel>Security</Channel><Computer>files-1</Computer></System><EventData><Data Name='TargetUserName'>alice</Data><Data Name='TargetDomainName'>CORP</Data><Data Name='LogonType'>3</Data><Data Name='AuthenticationPackageName'>NTLM</Data><Data Name='WorkstationName'>WS-17</Data><Data Name='IpAddress'>10.0.0.5</Data><Data Name='IpPort'>49812</Data></EventData></Event>",
    ),
];

/// Reads a log and gives how many events it has.
fn read(text: &str) -> u64 {
    let now = Timestamp::from_micros(1_772_442_001_000_000);
    let options = ReadOptions::default().with_now(Some(now)).with_host(Some("kdc-1".to_owned()));
    let mut reader = LogReader::new(options);
    let end = reader.read(text.as_bytes(), "made here", &mut |event| {
        black_box(event);
        ControlFlow::Continue(())
    });
    assert_eq!(end.expect("the text is well formed"), ControlFlow::Continue(()));
    assert_eq!(reader.summary().skipped, 0, "{:?}", reader.summary());
    reader.summary().events
}

fn dialects(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("dialects");
    group.throughput(Throughput::Elements(RECORDS)).sampling_mode(SamplingMode::Flat);
    group.sample_size(10).warm_up_time(Duration::from_millis(200));
    group.measurement_time(Duration::from_secs(1));
    for (name, record) in JSON {
        let text = format!("{record}\n").repeat(usize::try_from(RECORDS).expect("small"));
        assert!(read(&text) >= RECORDS, "{name}");
        group.bench_function(*name, |bencher| bencher.iter(|| read(&text)));
        group.bench_function(format!("{name}, serde_json"), |bencher| {
            let tree = |line| serde_json::from_str::<serde_json::Value>(line).expect("JSON");
            bencher.iter(|| text.lines().for_each(|line| drop(black_box(tree(line)))));
        });
    }
    for (name, record) in TEXT {
        let text = format!("{record}\n").repeat(usize::try_from(RECORDS).expect("small"));
        assert!(read(&text) > 0, "{name}");
        group.bench_function(*name, |bencher| bencher.iter(|| read(&text)));
    }
    group.finish();
}

criterion_group!(benches, dialects);
criterion_main!(benches);
