//! Damaged and half-known records: each is counted, and none becomes an event of nobody.

use proptest::prelude::*;
use serde_json::Value;

use super::given;

/// One record of each kind that tells of a login.
const RECORDS: [&str; 14] = [
    r#"{"timestamp":"2026-03-02T09:00:01.25+0000","flow_id":1,"event_type":"smb","src_ip":"10.0.0.5","src_port":49812,"dest_ip":"10.0.0.9","dest_port":445,"smb":{"command":"SMB2_COMMAND_SESSION_SETUP","status":"STATUS_SUCCESS","status_code":"0x0","ntlmssp":{"domain":"CORP","user":"alice","host":"WS-17"}}}"#,
    r#"{"timestamp":"2026-03-02T09:00:01.25+0000","flow_id":1,"event_type":"krb5","src_ip":"10.0.0.9","src_port":88,"dest_ip":"10.0.0.5","dest_port":49812,"krb5":{"msg_type":"KRB_TGS_REP","cname":"alice","realm":"CORP","sname":"cifs/files-1","ticket_encryption":"rc4-hmac"}}"#,
    r#"{"timestamp":"2026-03-02T09:00:01.25+0000","flow_id":1,"event_type":"dcerpc","src_ip":"10.0.0.5","src_port":49812,"dest_ip":"10.0.0.9","dest_port":135,"dcerpc":{"request":"REQUEST","req":{"opnum":12},"interfaces":[{"uuid":"367abb81-9844-35f1-ad32-98f038001003"}]}}"#,
    r#"{"published":"2026-03-02T09:00:01Z","eventType":"user.session.start","actor":{"alternateId":"alice@corp.example"},"client":{"ipAddress":"203.0.113.5"},"outcome":{"result":"SUCCESS"},"target":[{"type":"AppInstance","displayName":"S"}]}"#,
    r#"{"kind":"admin#reports#activity","id":{"time":"2026-03-02T09:00:01Z","applicationName":"login"},"actor":{"email":"alice@corp.example"},"ipAddress":"203.0.113.5","events":[{"name":"login_success","parameters":[{"name":"login_challenge_method","multiValue":["password"]}]}]}"#,
    r#"{"timestamp":"2026-03-02T09:00:01Z","protoPayload":{"serviceName":"login.googleapis.com","methodName":"google.login.LoginService.loginSuccess","authenticationInfo":{"principalEmail":"alice@corp.example"},"requestMetadata":{"callerIp":"203.0.113.5"}}}"#,
    r#"{"@timestamp":1772442001500,"_document_id":"d","action":"user.login","actor":"alice","actor_id":1,"actor_ip":"203.0.113.5"}"#,
    r#"{"event":"session.start","code":"T2000I","time":"2026-03-02T09:00:01Z","uid":"u","user":"alice","login":"root","addr.remote":"203.0.113.5:49812","server_hostname":"web-1"}"#,
    r#"{"time":"2026-03-02T09:00:01Z","type":"response","auth":{"display_name":"x","metadata":{"username":"alice"}},"request":{"operation":"update","path":"auth/userpass/login/alice","remote_address":"203.0.113.5"}}"#,
    r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","stage":"ResponseComplete","verb":"create","user":{"username":"alice"},"sourceIPs":["203.0.113.5"],"objectRef":{"resource":"pods","namespace":"prod","name":"web-1","subresource":"exec"},"responseStatus":{"code":101},"requestReceivedTimestamp":"2026-03-02T09:00:01Z"}"#,
    r#"{"name":"q","hostIdentifier":"web-1","unixTime":1772442300,"columns":{"username":"alice","tty":"pts/0","type_name":"user-process","time":"1772442001","host":"10.0.0.5"},"action":"added"}"#,
    r#"{"Timestamp":"2026-03-02T09:00:01Z","DeviceName":"files-1","ActionType":"LogonSuccess","LogonType":"Network","AccountName":"alice","RemoteIP":"10.0.0.5","ReportId":1}"#,
    r#"{"Date (UTC)":"2026-03-02T09:00:00Z","User":"Alex","Username":"alex@corp.example","Application":"Portal","IP address":"203.0.113.5","Status":"Success"}"#,
    r#"{"activity_id":1,"class_uid":3002,"time":1772442001500,"status_id":1,"user":{"uid":"x"},"actor":{"user":{"name":"alice","uid":"x"}},"src_endpoint":{"ip":"203.0.113.5"},"dst_endpoint":{"svc_name":"https://console.aws.amazon.com/x"}}"#,
];

/// What may stand where something else should.
fn other() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        Just(None),
        Just(Some(Value::Null)),
        any::<bool>().prop_map(|truth| Some(Value::Bool(truth))),
        any::<i64>().prop_map(|number| Some(Value::from(number))),
        ".{0,12}".prop_map(|text| Some(Value::from(text))),
        Just(Some(Value::from("{\"a\":1}"))),
        Just(Some(Value::from("[{\"a\":"))),
        Just(Some(Value::Array(Vec::new()))),
        Just(Some(serde_json::json!([{"name": 1}, "x", []]))),
        Just(Some(serde_json::json!({"name": {"time": []}}))),
    ]
}

/// Paths of all values in a record.
fn paths(value: &Value, at: &str, to: &mut Vec<String>) {
    let mut child = |name: &str, value: &Value| {
        let path = format!("{at}/{}", name.replace('~', "~0").replace('/', "~1"));
        to.push(path.clone());
        paths(value, &path, to);
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| child(name, value)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(at, value)| child(&at.to_string(), value));
        }
        _ => {}
    }
}

/// Puts something else at a path, or takes away what is there.
fn replace(record: &mut Value, path: &str, with: Option<Value>) {
    let Some((parent, name)) = path.rsplit_once('/') else { return };
    let name = name.replace("~1", "/").replace("~0", "~");
    match (record.pointer_mut(parent), with) {
        (Some(Value::Object(map)), Some(value)) => {
            map.insert(name, value);
        }
        (Some(Value::Object(map)), None) => {
            map.remove(&name);
        }
        (Some(Value::Array(list)), with) => {
            if let Some(place) = name.parse::<usize>().ok().and_then(|at| list.get_mut(at)) {
                *place = with.unwrap_or(Value::Null);
            }
        }
        _ => {}
    }
}

#[test]
fn each_of_them_is_a_login_when_it_is_whole() {
    for record in RECORDS {
        let given = given(record);
        assert_eq!(given.summary.events, 1, "{record}: {:?}", given.summary);
    }
}

proptest! {
    #[test]
    fn no_damage_goes_without_a_count(
        which in 0..RECORDS.len(),
        places in prop::collection::vec((any::<prop::sample::Index>(), other()), 1..4),
    ) {
        let mut record: Value = serde_json::from_str(RECORDS[which]).unwrap();
        for (place, with) in places {
            let mut all = Vec::new();
            paths(&record, "", &mut all);
            if !all.is_empty() {
                replace(&mut record, &all[place.index(all.len())], with);
            }
        }
        let given = given(&record.to_string());
        let summary = given.summary;
        let passed: u64 = summary.passed_over.values().sum();
        let unknown: u64 = summary.not_understood.values().sum();
        let counted = summary.events + passed + unknown + summary.skipped;
        prop_assert!(counted >= 1, "{record}: {summary:?}");
        for login in &given.logins {
            prop_assert!(!login.account().name.trim().is_empty(), "{record}: {login:?}");
        }
    }
}
