//! Entra ID's portal and tables, Microsoft Defender, and OCSF as a lake keeps it.

use sidestep::event::{AccountKind, Activity, AuthProtocol, LogonType, Mfa, Outcome};

use super::{dst, fault, flat, given, one, passed, src, with_texts};

const DEVICE: &str = r#"{"Timestamp":"2026-03-02T09:00:01.500Z","DeviceId":"d1","DeviceName":"files-1.corp.example","ActionType":"LogonSuccess","LogonType":"Network","AccountDomain":"corp","AccountName":"alice","AccountSid":"S-1-5-21-1-2-3-1104","Protocol":"NTLM","FailureReason":"","IsLocalAdmin":false,"LogonId":12345,"RemoteDeviceName":"WS-17","RemoteIP":"10.0.0.5","RemoteIPType":"Private","RemotePort":49812,"InitiatingProcessAccountName":"system","ReportId":1}"#;

#[test]
fn defender_tells_of_logons_to_devices() {
    let hub = format!(
        r#"{{"time":"2026-03-02T09:01:00Z","tenantId":"t","operationName":"Publish","category":"AdvancedHunting-DeviceLogonEvents","properties":{DEVICE}}}"#
    );
    let listed = format!(r#"{{"records":[{hub}]}}"#);
    let table = DEVICE.replace("\"Timestamp\"", "\"Type\":\"DeviceLogonEvents\",\"TimeGenerated\"");
    let as_text = with_texts(&hub, &["properties"]);
    for text in [DEVICE, &hub, &listed, &flat(DEVICE), &table, &as_text] {
        let event = one(text);
        assert_eq!(event.time().micros(), 1_772_442_001_500_000, "{text}");
        assert_eq!(event.account().to_string(), "alice@corp");
        assert_eq!(event.account().sid.as_deref(), Some("S-1-5-21-1-2-3-1104"));
        assert_eq!(event.src_host().name.as_deref(), Some("WS-17"));
        assert_eq!(event.src_host().ip, Some("10.0.0.5".parse().unwrap()));
        assert_eq!(event.src_host().port, Some(49812));
        assert_eq!(dst(&event), "files-1.corp.example");
        assert_eq!(event.logon_type(), LogonType::Network);
        assert_eq!(event.auth_protocol(), AuthProtocol::Ntlm);
        assert_eq!(event.outcome(), Outcome::Success);
        assert_eq!(event.outcome_reason(), None);
        assert_eq!(event.logon_id(), Some(12345));
    }
    let answer = format!(r#"{{"Stats":{{}},"Schema":[],"Results":[{DEVICE},{DEVICE}]}}"#);
    assert_eq!(given(&answer).logins.len(), 2);
    let failed = DEVICE
        .replace("LogonSuccess", "LogonFailed")
        .replace("\"FailureReason\":\"\"", "\"FailureReason\":\"InvalidUserNameOrPassword\"");
    let failed = one(&failed);
    assert_eq!(failed.outcome(), Outcome::Failure);
    assert_eq!(failed.outcome_reason(), Some("InvalidUserNameOrPassword"));
    assert_eq!(one(&DEVICE.replace("LogonSuccess", "LogonAttempted")).outcome(), Outcome::Unknown);
    let other = DEVICE.replace("LogonSuccess", "ProcessCreated");
    assert_eq!(passed(&other), "Defender ProcessCreated");
    let nobody = DEVICE.replace("\"alice\"", "\"\"");
    assert_eq!(fault(&nobody), "log.json:1: AccountName: account is empty; an event needs it");
}

#[test]
fn defender_tells_of_logons_seen_by_a_controller() {
    let row = |logon: &str, more: &str| {
        format!(
            r#"{{"Timestamp":"2026-03-02T09:00:01Z","ActionType":"LogonSuccess","Application":"Active Directory","LogonType":"{logon}","Protocol":"Kerberos","AccountName":"alice","AccountDomain":"corp","AccountUpn":"alice@corp.example","DeviceName":"ws-17.corp.example","IPAddress":"10.0.0.5","Port":50001,"DestinationDeviceName":"dc-1.corp.example","DestinationIPAddress":"10.0.0.2","DestinationPort":88,"ReportId":"r"{more}}}"#
        )
    };
    let event = one(&row("Resource access", r#","TargetDeviceName":"FILES-1""#));
    assert_eq!(event.src_host().name.as_deref(), Some("ws-17.corp.example"));
    assert_eq!(event.src_host().port, Some(50001));
    assert_eq!(dst(&event), "FILES-1");
    assert_eq!(event.logon_type(), LogonType::Network);
    let checked = one(&row("Credentials validation", ""));
    assert_eq!(checked.activity(), Activity::CredentialValidation);
    assert_eq!(checked.dst_host().name.as_deref(), Some("dc-1.corp.example"));
    assert_eq!(one(&row("Remote desktop", "")).logon_type(), LogonType::RemoteInteractive);
    let cloud = r#"{"Timestamp":"2026-03-02T09:00:01Z","ActionType":"LogonFailed","Application":"Microsoft 365","AccountUpn":"alice@corp.example","IPAddress":"203.0.113.5","ReportId":"r"}"#;
    let event = one(cloud);
    assert_eq!(event.account().to_string(), "alice@corp.example");
    assert_eq!((src(&event).as_str(), dst(&event).as_str()), ("203.0.113.5", "Microsoft 365"));
    let hub = r#"{"time":"2026-03-02T09:01:00Z","tenantId":"t","operationName":"Publish","category":"AdvancedHunting-DeviceProcessEvents","properties":{"ActionType":"ProcessCreated","Timestamp":"2026-03-02T09:00:01Z"}}"#;
    assert_eq!(passed(hub), "Defender ProcessCreated");
}

#[test]
fn the_portal_of_entra_writes_names_for_people() {
    let row = |status: &str, more: &str| {
        format!(
            r#"{{"Date (UTC)":"2026-03-02T09:00:00Z","Request ID":"r0","User ID":"26be","User":"Alex Example","Username":"alex0@corp.example","Application":"Portal","Application ID ":"c44b","Resource":"Graph","IP address":"203.0.113.5","Location":"Berlin, DE","Status":"{status}"{more}}}"#
        )
    };
    let event = one(&row(
        "Success",
        r#","Sign-in error code":"","Failure reason":"Other.","Authentication requirement":"Multifactor authentication""#,
    ));
    assert_eq!(event.time().micros(), 1_772_442_000_000_000);
    assert_eq!(event.account().to_string(), "alex0@corp.example");
    assert_eq!((src(&event).as_str(), dst(&event).as_str()), ("203.0.113.5", "Portal"));
    assert_eq!((event.outcome(), event.mfa()), (Outcome::Success, Mfa::Used));
    assert_eq!(event.outcome_reason(), None);
    let failed = one(&row(
        "Failure",
        r#","Sign-in error code":"50126","Failure reason":"Error validating credentials","Authentication requirement":"Single-factor authentication""#,
    ));
    assert_eq!((failed.outcome(), failed.mfa()), (Outcome::Failure, Mfa::NotUsed));
    assert_eq!(failed.outcome_reason(), Some("Error validating credentials"));
    let asked = one(&row(
        "Interrupted",
        r#","Sign-in error code":"50140","Multifactor authentication result":"""#,
    ));
    assert_eq!((asked.outcome(), asked.outcome_reason()), (Outcome::Unknown, Some("50140")));
    let satisfied = row(
        "Success",
        r#","Multifactor authentication result":"MFA requirement satisfied by claim in the token""#,
    );
    assert_eq!(one(&satisfied).mfa(), Mfa::Used);
    let service = r#"{"Date (UTC)":"2026-03-02T09:00:00Z","Service principal ID":"s","Service principal name":"backup","Resource":"Key Vault","IP address":"203.0.113.9","Status":"Success"}"#;
    assert_eq!(one(service).account().kind, AccountKind::Service);
    let audit = r#"{"Date (UTC)":"2026-03-02T09:00:00Z","Service":"Core Directory","Activity":"Add user","Result":"success"}"#;
    assert_eq!(passed(audit), "Entra ID Add user");
}

#[test]
fn parts_of_a_sign_in_may_be_texts() {
    let record = r#"{"TimeGenerated":"2026-03-02T09:00:01Z","Type":"AADNonInteractiveUserSignInLogs","UserPrincipalName":"alice@corp.example","AppDisplayName":"Portal","IPAddress":"203.0.113.5:443","Status":{"errorCode":50126,"failureReason":"bad password"},"DeviceDetail":{"displayName":"WS-17"},"AuthenticationDetails":[{"authenticationStepRequirement":"multiFactorAuthentication","succeeded":true}],"MfaDetail":{}}"#;
    let parts = ["Status", "DeviceDetail", "AuthenticationDetails", "MfaDetail"];
    let texts = with_texts(record, &parts);
    for text in [record, &texts] {
        let event = one(text);
        assert_eq!(event.outcome(), Outcome::Failure, "{text}");
        assert_eq!(event.outcome_reason(), Some("bad password"));
        assert_eq!(event.src_host().name.as_deref(), Some("WS-17"));
        assert_eq!(event.src_host().ip, Some("203.0.113.5".parse().unwrap()));
        assert_eq!(event.src_host().port, Some(443));
        assert_eq!(event.mfa(), Mfa::Used);
    }
    let exported = format!(
        r#"{{"time":"2026-03-02T09:00:01Z","category":"NonInteractiveUserSignInLogs","properties":{record}}}"#
    );
    assert_eq!(one(&with_texts(&exported, &["properties"])).account().name, "alice");
    let cloudtrail = r#"{"eventVersion":"1.08","eventTime":"2026-03-02T09:00:01Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","sourceIPAddress":"203.0.113.7","userIdentity":{"type":"IAMUser","userName":"alice","accountId":"1"},"requestParameters":{"roleArn":"arn:aws:iam::1:role/R"}}"#;
    let event = one(&with_texts(cloudtrail, &["userIdentity", "requestParameters"]));
    assert_eq!(
        (event.account().to_string().as_str(), dst(&event).as_str()),
        ("alice@1", "arn:aws:iam::1:role/R")
    );
}

#[test]
fn ocsf_of_cloudtrail_names_the_actor_and_the_service() {
    let record = |ip: &str| {
        format!(
            r#"{{"activity_id":1,"class_uid":3002,"time":1772442001500,"status_id":1,"user":{{"uid":"arn:aws:iam::1:user/alice"}},"actor":{{"user":{{"name":"alice","uid":"arn:aws:iam::1:user/alice"}}}},"src_endpoint":{{"ip":"{ip}"}},"dst_endpoint":{{"svc_name":"https://console.aws.amazon.com/console/home?x=1"}}}}"#
        )
    };
    for text in [
        record("203.0.113.5"),
        with_texts(&record("203.0.113.5"), &["user", "actor", "dst_endpoint"]),
    ] {
        let event = one(&text);
        assert_eq!(event.account().to_string(), "alice");
        assert_eq!(event.subject(), None);
        assert_eq!(
            (src(&event).as_str(), dst(&event).as_str()),
            ("203.0.113.5", "console.aws.amazon.com")
        );
    }
    assert!(one(&record("AWS Internal")).src_host().is_unknown());
    let ported = one(&record("[2001:db8::5]:49812"));
    assert_eq!(ported.src_host().ip, Some("2001:db8::5".parse().unwrap()));
    assert_eq!(ported.src_host().port, Some(49812));
    let another = record("10.0.0.5:0")
        .replace("\"alice\",\"uid\":\"arn:aws:iam::1:user/alice\"", "\"root\",\"uid\":\"x\"");
    let event = one(&another);
    assert_eq!(event.account().name, "arn:aws:iam::1:user/alice");
    assert_eq!(event.subject().unwrap().name, "root");
    assert_eq!(event.src_host().port, None);
    assert_eq!(given(&another).summary.not_understood.len(), 0);
}
