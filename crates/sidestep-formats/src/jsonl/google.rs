//! Logins of Google Workspace: activities of the Reports API, and the same events as Cloud Logging
//! keeps them.

use std::ops::ControlFlow;

use sidestep::event::{Account, Activity, AuthEvent, AuthProtocol, Host, Mfa, Outcome};

use super::Taken;
use super::fields::{account, refused, source, time_at};
use super::kubernetes;
use super::product::each;
use super::shape::pass_over;
use super::tape::Node;
use crate::record_sink::RecordSink;
use crate::time::Micros;
use crate::values::clipped;
use sidestep::Timestamp;

/// What a sign-in leads to where the event names no application.
const PLACE: &str = "accounts.google.com";

/// What such records are called when they are passed over.
const WORKSPACE: &str = "Google Workspace";

/// The fields as the Reports API names them.
const NAMES: [(&str, &str); 4] = [
    ("account", "actor.email"),
    ("src_host", "ipAddress"),
    ("dst_host", "application_name"),
    ("outcome_reason", "login_failure_type"),
];

/// What all events of a record share.
struct Common<'r> {
    time: Micros,
    account: Option<Account<'r>>,
    src: Host<'r>,
    saml: bool,
    number: u64,
}

/// Hands on the logins of an activity, which may hold several events.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let word = |path: &str| root.word(path);
    if let Some(items) = root.get("items").filter(|items| items.is_array()) {
        return each(items, number, sink, take);
    }
    let application = word("id.applicationName").unwrap_or_default();
    let events = root.get("events").filter(|events| events.is_array());
    if !matches!(application, "login" | "saml") {
        let name = events.and_then(|events| events.children().next()?.word("name"));
        let kind = format!("{application} {}", name.unwrap_or_default());
        return Ok(pass_over(sink, WORKSPACE, kind.trim_end()));
    }
    let user = word("actor.email").or_else(|| word("actor.key"));
    let user = user.or_else(|| word("actor.profileId"));
    let common = Common {
        time: time_at(root, &["id.time"], sink.times())?,
        account: account(user, None, None),
        src: source(&[word("ipAddress")]),
        saml: application == "saml",
        number,
    };
    let events = events.filter(|events| events.children().next().is_some());
    let Some(events) = events else {
        return Ok(pass_over(sink, WORKSPACE, "activity without events"));
    };
    for event in events.children() {
        let name = event.word("name").unwrap_or("event without a name");
        if one(&common, name, event.get("parameters"), sink)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Hands on what an entry of Cloud Logging tells: a login of Workspace, or a way into a pod.
pub(super) fn take_of_cloud(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let word = |path: &str| root.word(path);
    let method = word("protoPayload.methodName").unwrap_or_default();
    match word("protoPayload.serviceName") {
        Some("login.googleapis.com") => {}
        Some("k8s.io") => return kubernetes::take_of_google(root, method, number, sink),
        _ => return Ok(pass_over(sink, "Google Cloud", method)),
    }
    let common = Common {
        time: time_at(root, &["timestamp", "receiveTimestamp"], sink.times())?,
        account: account(word("protoPayload.authenticationInfo.principalEmail"), None, None),
        src: source(&[word("protoPayload.requestMetadata.callerIp")]),
        saml: false,
        number,
    };
    let events = root.find("protoPayload.metadata.event").filter(|events| events.is_array());
    let Some(events) = events else {
        let last = method.rsplit('.').next().unwrap_or(method);
        return one(&common, last, None, sink);
    };
    for event in events.children() {
        let name = event.word("eventName").unwrap_or("event without a name");
        if one(&common, name, event.get("parameter"), sink)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Hands on one event.
fn one(
    common: &Common<'_>,
    name: &str,
    parameters: Option<Node<'_>>,
    sink: &mut RecordSink<'_>,
) -> Taken {
    let value = |name: &str| parameter(parameters?, name)?.first_text();
    let (activity, outcome) = match name {
        "login_success" | "loginSuccess" => (Activity::Logon, Outcome::Success),
        "login_failure" | "loginFailure" => (Activity::Logon, Outcome::Failure),
        // A step of a login; the login itself is an event of its own.
        "login_challenge" | "loginChallenge" | "login_verification" | "loginVerification" => {
            let status = value("login_challenge_status");
            let failed = status.is_some_and(|status| status.to_ascii_lowercase().contains("fail"));
            (Activity::Logon, if failed { Outcome::Failure } else { Outcome::Unknown })
        }
        "logout" => (Activity::Logoff, Outcome::Success),
        _ => return Ok(pass_over(sink, WORKSPACE, &format!("login {name}"))),
    };
    let user = common.account.clone();
    let user = user.or_else(|| account(value("affected_email_address"), None, None));
    let place = value("application_name").unwrap_or(PLACE);
    let mut event = AuthEvent::builder(
        Timestamp::from_micros(common.time),
        user.unwrap_or_else(|| Account::new("")),
    )
    .src_host(common.src.clone())
    .dst_host(Host::named(place))
    .activity(activity)
    .auth_protocol(protocol(common.saml, value("login_type")))
    .outcome(outcome)
    .mfa(mfa(parameters))
    .raw_ref(common.number);
    let reason = value("login_failure_type").or_else(|| value("failure_type"));
    if let Some(reason) = reason.filter(|_| outcome == Outcome::Failure) {
        event = event.outcome_reason(clipped(reason));
    }
    let event = event.build().map_err(|error| refused(&error, &NAMES))?;
    Ok(sink.event(&event))
}

/// The value of a parameter, whatever its type.
fn parameter<'r>(parameters: Node<'r>, name: &str) -> Option<Node<'r>> {
    const VALUES: [&str; 5] = ["value", "boolValue", "multiValue", "multiStrValue", "intValue"];
    let found = parameters.children().find(|one| one.word("name") == Some(name))?;
    VALUES.iter().find_map(|value| found.get(value))
}

fn protocol(saml: bool, login_type: Option<&str>) -> AuthProtocol {
    match login_type {
        _ if saml => AuthProtocol::Saml,
        Some("saml") => AuthProtocol::Saml,
        Some("google_password") => AuthProtocol::Password,
        Some("oidc") => AuthProtocol::OpenId,
        _ => AuthProtocol::Unknown,
    }
}

/// Whether a second factor was used: the event says so, or one of its challenges is one.
fn mfa(parameters: Option<Node<'_>>) -> Mfa {
    /// Challenges that ask for something beside a password.
    const SECOND: [&str; 11] = [
        "backup_code",
        "google_authenticator",
        "google_prompt",
        "idv_any_phone",
        "idv_preregistered_phone",
        "internal_two_factor",
        "offline_otp",
        "security_key",
        "security_key_otp",
        "sms",
        "totp",
    ];
    let Some(parameters) = parameters else { return Mfa::Unknown };
    let is_second = parameter(parameters, "is_second_factor").and_then(Node::first_text);
    if is_second == Some("true") {
        return Mfa::Used;
    }
    let Some(methods) = parameter(parameters, "login_challenge_method") else {
        return Mfa::Unknown;
    };
    let single = methods.text();
    let mut all = single.into_iter().chain(methods.children().filter_map(Node::text)).peekable();
    if all.peek().is_none() {
        return Mfa::Unknown;
    }
    let mut only_password = true;
    for method in all {
        if SECOND.contains(&method) {
            return Mfa::Used;
        }
        only_password &= method == "password";
    }
    if only_password { Mfa::NotUsed } else { Mfa::Unknown }
}
