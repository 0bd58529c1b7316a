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
            bencher.iter(|| text.lines().map(|line| black_box(tree(line))).count());
        });
    }
    group.finish();
}

criterion_group!(benches, dialects);
criterion_main!(benches);
