//! Teleport, Vault, Kubernetes and osquery.

use sidestep::event::{AccountKind, Activity, AuthProtocol, LogonType, Mfa, Outcome};

use super::{dst, fault, flat, given, one, passed, src};

fn teleport(event: &str, code: &str, more: &str) -> String {
    format!(
        r#"{{"ei":0,"event":"{event}","code":"{code}","time":"2026-03-02T09:00:01.5Z","uid":"68a83a99","cluster_name":"corp","user":"alice","addr.remote":"203.0.113.5:49812"{more}}}"#
    )
}

#[test]
fn teleport_logins_and_sessions() {
    let login = one(&teleport(
        "user.login",
        "T1000I",
        r#","method":"local","success":true,"mfa_device":{"mfa_device_name":"key","mfa_device_type":"WebAuthn"}"#,
    ));
    assert_eq!(login.time().micros(), 1_772_442_001_500_000);
    assert_eq!(login.account().to_string(), "alice");
    assert_eq!((src(&login).as_str(), dst(&login).as_str()), ("203.0.113.5", "corp"));
    assert_eq!(login.src_host().port, Some(49812));
    assert_eq!((login.outcome(), login.mfa()), (Outcome::Success, Mfa::Used));
    let failed = one(&teleport(
        "user.login",
        "T1000W",
        r#","method":"saml","success":false,"error":"invalid credentials""#,
    ));
    assert_eq!((failed.outcome(), failed.auth_protocol()), (Outcome::Failure, AuthProtocol::Saml));
    assert_eq!(failed.outcome_reason(), Some("invalid credentials"));

    let session = teleport(
        "session.start",
        "T2000I",
        r#","login":"root","server_hostname":"web-1","server_id":"s","server_addr":"10.0.0.9:3022","sid":"x","namespace":"default","proto":"ssh""#,
    );
    for text in [&session, &flat(&session)] {
        let event = one(text);
        assert_eq!(event.account().to_string(), "root");
        assert_eq!(event.subject().unwrap().to_string(), "alice");
        assert_eq!(event.dst_host().name.as_deref(), Some("web-1"));
        assert_eq!(event.dst_host().ip, Some("10.0.0.9".parse().unwrap()));
        assert_eq!(event.outcome(), Outcome::Success);
    }
    let refused = one(&teleport(
        "auth",
        "T3007W",
        r#","login":"root","success":false,"error":"access denied""#,
    ));
    assert_eq!((refused.outcome(), refused.account().name.as_ref()), (Outcome::Failure, "root"));
    let desktop = one(&teleport(
        "windows.desktop.session.start",
        "TDP00I",
        r#","windows_user":"administrator","windows_domain":"corp.example","desktop_addr":"10.0.0.7:3389","desktop_labels":{"teleport.dev/computer_name":"WIN-7"}"#,
    ));
    assert_eq!(desktop.account().to_string(), "administrator@corp.example");
    assert_eq!(desktop.dst_host().name.as_deref(), Some("WIN-7"));
    assert_eq!(desktop.logon_type(), LogonType::RemoteInteractive);
    let own = teleport(
        "windows.desktop.session.start",
        "TDP00I",
        r#","windows_user":"a","desktop_addr":"203.0.113.5:49812""#,
    );
    assert!(one(&own).src_host().is_unknown());
    let database = one(&teleport(
        "db.session.start",
        "TDB00W",
        r#","db_user":"postgres","db_service":"orders""#,
    ));
    assert_eq!((dst(&database).as_str(), database.outcome()), ("orders", Outcome::Failure));
    assert_eq!(
        dst(&one(&teleport("app.session.start", "T2007I", r#","app_name":"grafana""#))),
        "grafana"
    );
    assert_eq!(passed(&teleport("kube.request", "T3009I", "")), "Teleport kube.request");
    assert_eq!(
        fault(&teleport("session.start", "T2000I", r#","login":"root""#)),
        "log.json:1: server_hostname: is missing; a login needs a destination"
    );
}

fn vault(kind: &str, path: &str, more: &str) -> String {
    format!(
        r#"{{"time":"2026-03-02T09:00:01.5Z","type":"{kind}","request":{{"id":"1","operation":"update","mount_type":"userpass","path":"{path}","data":{{"password":"hmac-sha256:ab"}},"remote_address":"203.0.113.5","remote_port":49812}}{more}}}"#
    )
}

#[test]
fn vault_logins_count_once() {
    let path = "auth/userpass/login/alice";
    let good = r#","auth":{"client_token":"hmac-sha256:1","accessor":"hmac-sha256:2","display_name":"userpass-alice","metadata":{"username":"alice"}},"response":{"auth":{"display_name":"userpass-alice"}}"#;
    let event = one(&vault("response", path, good));
    assert_eq!(event.account().to_string(), "alice");
    assert_eq!((src(&event).as_str(), dst(&event).as_str()), ("203.0.113.5", "vault"));
    assert_eq!(event.src_host().port, Some(49812));
    assert_eq!(
        (event.outcome(), event.auth_protocol()),
        (Outcome::Success, AuthProtocol::Password)
    );
    assert_eq!(one(&flat(&vault("response", path, good))).account().name, "alice");
    assert_eq!(passed(&vault("request", path, "")), "Vault request");
    let failed = one(&vault(
        "response",
        path,
        r#","error":"1 error occurred: invalid username or password""#,
    ));
    assert_eq!((failed.account().name.as_ref(), failed.outcome()), ("alice", Outcome::Failure));
    assert!(failed.outcome_reason().unwrap().contains("invalid username"));
    let asked = one(&vault(
        "response",
        path,
        r#","auth":{"display_name":"userpass-alice","mfa_requirement":{"mfa_request_id":"m"}}"#,
    ));
    assert_eq!((asked.outcome(), asked.mfa()), (Outcome::Unknown, Mfa::Unknown));
    let second = one(&vault("response", "sys/mfa/validate", good));
    assert_eq!((second.outcome(), second.mfa()), (Outcome::Success, Mfa::Used));
    let role = one(&vault(
        "response",
        "auth/approle/login",
        r#","auth":{"display_name":"approle","metadata":{"role_name":"ci"}}"#,
    ));
    assert_eq!(role.account().name, "ci");
    let spaced =
        vault("response", path, good).replace("\"id\":\"1\"", "\"namespace\":{\"path\":\"team/\"}");
    assert_eq!(dst(&one(&spaced)), "vault/team");
    assert_eq!(passed(&vault("response", "secret/data/login", "")), "Vault update secret");
    assert_eq!(passed(&vault("response", "auth/token/renew-self", "")), "Vault update auth");
    assert_eq!(
        fault(&vault("response", "auth/approle/login", r#","error":"denied""#)),
        "log.json:1: auth.display_name: account is empty; an event needs it"
    );
}

fn audit(stage: &str, user: &str, part: &str, code: u16) -> String {
    format!(
        r#"{{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"a","stage":"{stage}","requestURI":"/api","verb":"create","user":{{"username":"{user}","groups":["system:authenticated"]}},"sourceIPs":["203.0.113.5","10.0.0.1"],"objectRef":{{"resource":"pods","namespace":"prod","name":"web-1","apiVersion":"v1","subresource":"{part}"}},"responseStatus":{{"metadata":{{}},"code":{code},"reason":"Forbidden"}},"requestReceivedTimestamp":"2026-03-02T09:00:01.500000Z","stageTimestamp":"2026-03-02T09:30:00.000000Z"}}"#
    )
}

#[test]
fn a_way_into_a_pod_is_a_logon() {
    let text = audit("ResponseComplete", "alice@corp.example", "exec", 101);
    let azure = serde_json::json!({"time":"2026-03-02T09:31:00Z","category":"kube-audit",
        "operationName":"Microsoft.ContainerService/managedClusters/diagnosticLogs/Read",
        "properties":{"log":text,"stream":"stdout","pod":"kube-apiserver-1"}});
    for text in [&text, &azure.to_string()] {
        let event = one(text);
        assert_eq!(event.time().micros(), 1_772_442_001_500_000);
        assert_eq!(event.account().to_string(), "alice@corp.example");
        assert_eq!((src(&event).as_str(), dst(&event).as_str()), ("203.0.113.5", "prod/web-1"));
        assert_eq!((event.outcome(), event.outcome_reason()), (Outcome::Success, None));
    }
    let list =
        format!(r#"{{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[{text},{text}]}}"#);
    assert_eq!(given(&list).logins.len(), 2);
    let refused = one(&audit("ResponseComplete", "bob", "portforward", 403));
    assert_eq!(
        (refused.outcome(), refused.outcome_reason()),
        (Outcome::Failure, Some("Forbidden"))
    );
    let service = one(&audit("ResponseComplete", "system:serviceaccount:ci:runner", "attach", 200));
    assert_eq!(service.account().to_string(), "runner@ci");
    assert_eq!(service.account().kind, AccountKind::Service);
    let nobody = one(&audit("ResponseComplete", "system:anonymous", "exec", 401));
    assert_eq!(nobody.account().kind, AccountKind::Anonymous);
    let as_another =
        text.replace("\"sourceIPs\"", r#""impersonatedUser":{"username":"admin"},"sourceIPs""#);
    let event = one(&as_another);
    assert_eq!(
        (event.account().name.as_ref(), event.subject().unwrap().name.as_ref()),
        ("admin", "alice")
    );
    assert_eq!(
        passed(&audit("RequestReceived", "alice", "exec", 101)),
        "Kubernetes stage RequestReceived"
    );
    assert_eq!(
        passed(&audit("ResponseComplete", "system:node:n1", "exec", 101)),
        "Kubernetes pods/exec of the cluster itself"
    );
    assert_eq!(
        passed(&audit("ResponseComplete", "alice", "log", 200)),
        "Kubernetes create pods/log"
    );
    let review =
        text.replace("\"pods\"", "\"tokenreviews\"").replace(r#","subresource":"exec""#, "");
    assert_eq!(passed(&review), "Kubernetes create tokenreviews");
}

fn osquery(action: &str, columns: &str) -> String {
    format!(
        r#"{{"name":"pack/it/logins","hostIdentifier":"web-1","calendarTime":"Mon Mar  2 09:05:00 2026 UTC","unixTime":1772442300,"epoch":0,"counter":1,"numerics":false,"columns":{columns},"action":"{action}"}}"#
    )
}

#[test]
fn osquery_rows_of_logins() {
    let last = r#"{"username":"alice","tty":"pts/0","pid":"811","type":"7","type_name":"user-process","time":"1772442001","host":"10.0.0.5"}"#;
    let text = osquery("added", last);
    for text in [&text, &flat(&text)] {
        let event = one(text);
        assert_eq!(event.time().micros(), 1_772_442_001_000_000);
        assert_eq!(event.account().name, "alice");
        assert_eq!((src(&event).as_str(), dst(&event).as_str()), ("10.0.0.5", "web-1"));
        assert_eq!((event.activity(), event.outcome()), (Activity::Logon, Outcome::Success));
    }
    let ended = one(&osquery("added", &last.replace("user-process", "dead-process")));
    assert_eq!(ended.activity(), Activity::Logoff);
    let boot = last.replace("user-process", "boot-time");
    assert_eq!(passed(&osquery("added", &boot)), "osquery row of type boot-time");
    assert_eq!(passed(&osquery("removed", last)), "osquery removed row of pack/it/logins");
    let nobody = last.replace("alice", "");
    assert_eq!(passed(&osquery("added", &nobody)), "osquery row of nobody");
    let here =
        r#"{"type":"user","user":"bob","tty":":0","host":":0","time":"1772442001","pid":"7"}"#;
    let event = one(&osquery("added", here));
    assert!(event.src_host().is_unknown());
    assert_eq!(event.logon_type(), LogonType::Interactive);
    let snapshot = format!(
        r#"{{"snapshot":[{last},{here}],"action":"snapshot","name":"q","hostIdentifier":"h","unixTime":1772442300,"decorations":{{"hostname":"web-2"}}}}"#
    );
    let found = given(&snapshot);
    assert_eq!(found.logins.iter().map(dst).collect::<Vec<_>>(), ["web-2", "web-2"]);
    let audit = r#"{"auid":"1000","uid":"0","terminal":"ssh","address":"10.0.0.5","type":"1100","message":"x"}"#;
    assert_eq!(given(&osquery("added", audit)).summary.not_understood["osquery user_events"], 1);
    assert_eq!(
        passed(&osquery("added", r#"{"path":"/bin/ls","cmdline":"ls","pid":"9"}"#)),
        "osquery pack/it/logins"
    );
    assert_eq!(
        passed(
            r#"{"name":"q","hostIdentifier":"h","unixTime":1,"snapshot":[],"action":"snapshot"}"#
        ),
        "osquery empty result of q"
    );
}

#[test]
fn osquery_rows_of_windows_events() {
    let columns = serde_json::json!({
        "channel": "Security", "datetime": "2026-03-02T09:00:01.5000000Z", "eventid": "4624",
        "computer_name": "files-1.corp.example", "provider_name": "Microsoft-Windows-Security-Auditing",
        "keywords": "0x8020000000000000", "level": "0", "task": "12544", "time": "1772442300",
        "data": r#"{"EventData":{"TargetUserName":"alice","TargetDomainName":"CORP","TargetUserSid":"S-1-5-21-1-2-3-1104","LogonType":"3","IpAddress":"10.0.0.5","IpPort":"49812","AuthenticationPackageName":"NTLM","TargetLogonId":"0x1234"}}"#
    });
    let event = one(&osquery("added", &columns.to_string()));
    assert_eq!(event.time().micros(), 1_772_442_001_500_000);
    assert_eq!(event.account().to_string(), "alice@CORP");
    assert_eq!((src(&event).as_str(), dst(&event).as_str()), ("10.0.0.5", "files-1.corp.example"));
    assert_eq!(event.event_code(), Some(4624));
    let other = columns.to_string().replace("4624", "5061");
    assert_eq!(
        passed(&osquery("added", &other)),
        "Windows event 5061 of Microsoft-Windows-Security-Auditing"
    );
}
