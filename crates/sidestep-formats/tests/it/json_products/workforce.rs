//! Okta, Google Workspace and GitHub.

use sidestep::event::{AccountKind, Activity, AuthProtocol, Mfa, Outcome};

use super::{dst, fault, flat, given, one, passed, src, with_texts};

fn okta(kind: &str, result: &str, more: &str) -> String {
    format!(
        r#"{{"uuid":"f790","published":"2026-03-02T09:00:01.500Z","eventType":"{kind}","version":"0","severity":"INFO","displayMessage":"x","actor":{{"id":"00u1","type":"User","alternateId":"alice@corp.example","displayName":"Alice Example"}},"client":{{"userAgent":{{"browser":"CHROME"}},"ipAddress":"203.0.113.5","device":"Computer"}},"outcome":{{"result":"{result}","reason":"{result} it is"}},"target":[{{"id":"0ua","type":"AppUser","alternateId":"alice","displayName":"Alice"}},{{"id":"0oa","type":"AppInstance","alternateId":"Salesforce","displayName":"Salesforce.com"}}],"authenticationContext":{{"externalSessionId":"s1"}},"debugContext":{{"debugData":{{"signOnMode":"SAML 2.0"}}}}{more}}}"#
    )
}

#[test]
fn okta_sign_ins() {
    let text = okta("user.authentication.sso", "SUCCESS", "");
    let bridge = format!(
        r#"{{"version":"0","id":"1","detail-type":"SystemLog","source":"aws.partner/okta.com/x","detail":{text}}}"#
    );
    let parts = with_texts(&text, &["actor", "client", "outcome", "target", "debugContext"]);
    for text in [&text, &flat(&text), &bridge, &parts] {
        let event = one(text);
        assert_eq!(event.time().micros(), 1_772_442_001_500_000);
        assert_eq!(event.account().to_string(), "alice@corp.example");
        assert_eq!((src(&event).as_str(), dst(&event).as_str()), ("203.0.113.5", "Salesforce.com"));
        assert_eq!(event.auth_protocol(), AuthProtocol::Saml);
        assert_eq!((event.outcome(), event.outcome_reason()), (Outcome::Success, None));
        assert_eq!(event.mfa(), Mfa::Unknown);
    }
    let start = okta("user.session.start", "FAILURE", "").replace("AppInstance", "Rule");
    let event = one(&start);
    assert_eq!(dst(&event), "okta");
    assert_eq!(
        (event.outcome(), event.outcome_reason()),
        (Outcome::Failure, Some("FAILURE it is"))
    );
    for (result, outcome) in [
        ("ALLOW", Outcome::Success),
        ("DENY", Outcome::Failure),
        ("CHALLENGE", Outcome::Unknown),
        ("UNANSWERED", Outcome::Unknown),
    ] {
        assert_eq!(
            one(&okta("policy.evaluate_sign_on", result, "")).outcome(),
            outcome,
            "{result}"
        );
    }
    assert_eq!(one(&okta("user.authentication.auth_via_mfa", "SUCCESS", "")).mfa(), Mfa::Used);
    assert_eq!(one(&okta("user.authentication.auth_via_mfa", "FAILURE", "")).mfa(), Mfa::Unknown);
    assert_eq!(one(&okta("user.session.end", "SUCCESS", "")).activity(), Activity::Logoff);
    assert_eq!(passed(&okta("user.lifecycle.create", "SUCCESS", "")), "Okta user.lifecycle.create");
    let unknown =
        start.replace("alice@corp.example", "unknown").replace("Alice Example", "unknown");
    assert_eq!(passed(&unknown), "Okta user.session.start of an unknown user");
    let system = text.replace("\"type\":\"User\"", "\"type\":\"SystemPrincipal\"");
    assert_eq!(one(&system).account().kind, AccountKind::WellKnown);
    let timeless = text.replace("2026-03-02T09:00:01.500Z", "soon");
    let fault = fault(&timeless);
    assert!(fault.starts_with("log.json:1: published: \"soon\" is not a time"), "{fault}");
}

fn activity(application: &str, events: &str) -> String {
    format!(
        r#"{{"kind":"admin#reports#activity","id":{{"time":"2026-03-02T09:00:01.500Z","uniqueQualifier":"-1","applicationName":"{application}","customerId":"C0"}},"etag":"e","actor":{{"email":"alice@corp.example","profileId":"1"}},"ipAddress":"203.0.113.5","events":[{events}]}}"#
    )
}

#[test]
fn google_workspace_logins() {
    let good = r#"{"type":"login","name":"login_success","parameters":[{"name":"login_type","value":"google_password"},{"name":"login_challenge_method","multiValue":["password","google_prompt"]},{"name":"is_suspicious","boolValue":false}]}"#;
    let bad = r#"{"type":"login","name":"login_failure","parameters":[{"name":"login_type","value":"google_password"},{"name":"login_challenge_method","multiValue":["password"]},{"name":"login_failure_type","value":"login_failure_invalid_password"}]}"#;
    let text = activity("login", good);
    for text in [&text, &with_texts(&text, &["id", "actor", "events"])] {
        let event = one(text);
        assert_eq!(event.time().micros(), 1_772_442_001_500_000);
        assert_eq!(event.account().to_string(), "alice@corp.example");
        assert_eq!(
            (src(&event).as_str(), dst(&event).as_str()),
            ("203.0.113.5", "accounts.google.com")
        );
        assert_eq!(event.auth_protocol(), AuthProtocol::Password);
        assert_eq!((event.outcome(), event.mfa()), (Outcome::Success, Mfa::Used));
    }
    let failed = one(&activity("login", bad));
    assert_eq!((failed.outcome(), failed.mfa()), (Outcome::Failure, Mfa::NotUsed));
    assert_eq!(failed.outcome_reason(), Some("login_failure_invalid_password"));
    let page = format!(
        r#"{{"kind":"admin#reports#activities","etag":"e","nextPageToken":"t","items":[{text},{text}]}}"#
    );
    assert_eq!(given(&page).logins.len(), 2);
    let both = given(&activity("login", &format!("{good},{bad}")));
    assert_eq!(both.logins.len(), 2);
    let second = r#"{"type":"login","name":"login_verification","parameters":[{"name":"is_second_factor","boolValue":true}]}"#;
    let step = one(&activity("login", second));
    assert_eq!((step.outcome(), step.mfa()), (Outcome::Unknown, Mfa::Used));
    let saml = r#"{"type":"login","name":"login_success","parameters":[{"name":"application_name","value":"Salesforce"}]}"#;
    let event = one(&activity("saml", saml));
    assert_eq!((dst(&event).as_str(), event.auth_protocol()), ("Salesforce", AuthProtocol::Saml));
    let enrolled = activity("login", r#"{"type":"2sv_change","name":"2sv_enroll"}"#);
    assert_eq!(passed(&enrolled), "Google Workspace login 2sv_enroll");
    let drive = activity("drive", r#"{"type":"access","name":"view"}"#);
    assert_eq!(passed(&drive), "Google Workspace drive view");
}

#[test]
fn google_workspace_logins_in_cloud_logging() {
    let entry = |service: &str, method: &str, event: &str| {
        format!(
            r#"{{"insertId":"i","timestamp":"2026-03-02T09:00:01.500Z","logName":"organizations/1/logs/cloudaudit.googleapis.com%2Fdata_access","resource":{{"type":"audited_resource"}},"protoPayload":{{"@type":"type.googleapis.com/google.cloud.audit.AuditLog","authenticationInfo":{{"principalEmail":"alice@corp.example"}},"requestMetadata":{{"callerIp":"203.0.113.5"}},"serviceName":"{service}","methodName":"{method}","resourceName":"core/v1/namespaces/prod/pods/web-1/exec","metadata":{{"event":[{event}]}}}}}}"#
        )
    };
    let failed = one(&entry(
        "login.googleapis.com",
        "google.login.LoginService.loginFailure",
        r#"{"eventName":"login_failure","eventType":"login","parameter":[{"label":"LABEL_OPTIONAL","name":"login_type","type":"TYPE_STRING","value":"google_password"},{"name":"login_challenge_method","multiStrValue":["password"]}]}"#,
    ));
    assert_eq!(failed.account().to_string(), "alice@corp.example");
    assert_eq!(
        (src(&failed).as_str(), dst(&failed).as_str()),
        ("203.0.113.5", "accounts.google.com")
    );
    assert_eq!((failed.outcome(), failed.mfa()), (Outcome::Failure, Mfa::NotUsed));
    let pod = one(&entry("k8s.io", "io.k8s.core.v1.pods.exec.create", ""));
    assert_eq!(dst(&pod), "prod/web-1");
    assert_eq!(pod.outcome(), Outcome::Success);
    let other = entry("compute.googleapis.com", "v1.compute.instances.insert", "");
    assert_eq!(passed(&other), "Google Cloud v1.compute.instances.insert");
}

#[test]
fn github_sign_ins() {
    let record = |action: &str, more: &str| {
        format!(
            r#"{{"@timestamp":1772442001500,"_document_id":"d","action":"{action}","actor":"alice","actor_id":1,"actor_ip":"203.0.113.5","created_at":1772442001500,"org":"octo","user":"bob"{more}}}"#
        )
    };
    let text = record("user.login", "");
    for text in [&text, &flat(&text)] {
        let event = one(text);
        assert_eq!(event.time().micros(), 1_772_442_001_500_000);
        assert_eq!(event.account().to_string(), "alice");
        assert_eq!((src(&event).as_str(), dst(&event).as_str()), ("203.0.113.5", "github.com"));
        assert_eq!((event.outcome(), event.mfa()), (Outcome::Success, Mfa::Unknown));
    }
    assert_eq!(one(&record("user.failed_login", "")).outcome(), Outcome::Failure);
    assert_eq!(one(&record("user.two_factor_challenge_success", "")).mfa(), Mfa::Used);
    let sso = one(&record("org.sso_response", ""));
    assert_eq!((dst(&sso).as_str(), sso.auth_protocol()), ("github.com/octo", AuthProtocol::Saml));
    assert_eq!(one(&record("user.logout", "")).activity(), Activity::Logoff);
    let staff = one(&record("staff.fake_login", ""));
    assert_eq!((staff.account().name.as_ref(), staff.activity()), ("bob", Activity::AccountSwitch));
    assert_eq!(staff.subject().unwrap().name, "alice");
    for action in ["git.clone", "org.add_member", "external_identity.provision"] {
        assert_eq!(passed(&record(action, "")), format!("GitHub {action}"));
    }
}
