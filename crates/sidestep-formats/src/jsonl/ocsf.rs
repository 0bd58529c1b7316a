//! OCSF, of which class 3002 (Authentication) tells of logins.

use sidestep::event::{
    Account, AccountKind, Activity, AuthEvent, AuthProtocol, Host, LogonType, Mfa, Outcome,
};

use super::Taken;
use super::fields::{account, host, refused, source, time_at, with_port};
use super::shape::pass_over;
use super::tape::{Node, Tape};
use crate::record_sink::RecordSink;
use crate::values::{self, clipped, guid};
use crate::vocabulary;
use sidestep::Timestamp;

/// The class of authentication events.
const AUTHENTICATION: &str = "3002";

/// The fields as OCSF names them.
const NAMES: [(&str, &str); 5] = [
    ("account", "user.name"),
    ("subject", "actor.user.name"),
    ("src_host", "src_endpoint.hostname"),
    ("dst_host", "dst_endpoint.hostname"),
    ("outcome_reason", "status_detail"),
];

/// Hands on an authentication event.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let word = |path: &str| root.word(path);
    let class = word("class_uid").unwrap_or("of unknown number");
    if class != AUTHENTICATION {
        return Ok(pass_over(sink, "OCSF class", class));
    }
    if root.get("user").is_some_and(|user| user.text().is_some()) && root.holds_json(|_| true) {
        let mut tape = Tape::default();
        return authentication(tape.open_texts(root, |_| true), number, sink);
    }
    authentication(root, number, sink)
}

fn authentication(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let word = |path: &str| root.word(path);
    let time = time_at(root, &["time", "time_dt", "start_time"], sink.times())?;
    let actor = self::user(root, "actor.user");
    let user = who(root, actor.as_ref()).unwrap_or_else(|| Account::new(""));
    let src = endpoint(root, "src_endpoint", source).unwrap_or_default();
    let dst = endpoint(root, "dst_endpoint", host)
        .or_else(|| endpoint(root, "device", host))
        .or_else(|| word("service.name").map(Host::named))
        .or_else(|| word("dst_endpoint.svc_name").map(service))
        .unwrap_or_default();
    let mut event = AuthEvent::builder(Timestamp::from_micros(time), user.clone())
        .src_host(src)
        .dst_host(dst)
        .activity(activity(word("activity_id"), word("activity_name")))
        .logon_type(logon_type(word("logon_type_id"), word("logon_type")))
        .auth_protocol(auth_protocol(word("auth_protocol_id"), word("auth_protocol")))
        .outcome(outcome(word("status_id"), word("status")))
        .mfa(word("is_mfa").and_then(vocabulary::mfa).unwrap_or(Mfa::Unknown))
        .raw_ref(number);
    if let Some(subject) = actor.filter(|subject| !is_same(subject, &user)) {
        event = event.subject(subject);
    }
    if let Some(reason) = word("status_detail").or_else(|| word("status_code")) {
        event = event.outcome_reason(clipped(reason));
    }
    if let Some(name) = word("logon_process.name") {
        event = event.logon_process(name);
    }
    let session_uid = word("session.uid");
    if let Some(id) = session_uid.and_then(values::number) {
        event = event.logon_id(id);
    }
    if let Some(id) = word("session.uuid").or(session_uid).and_then(guid) {
        event = event.logon_guid(id);
    }
    if let Some(code) = word("metadata.event_code").and_then(|code| code.parse().ok()) {
        event = event.event_code(code);
    }
    let event = event.build().map_err(|error| refused(&error, &NAMES))?;
    Ok(sink.event(&event))
}

/// Whether the one who asked is the one who was logged on.
fn is_same(a: &Account<'_>, b: &Account<'_>) -> bool {
    a.name == b.name && a.domain == b.domain
}

/// A `user` object: its name, or else what identifies it.
fn user<'r>(root: Node<'r>, path: &str) -> Option<Account<'r>> {
    let user = root.find(path)?;
    let uid = user.word("uid");
    let name = user.word("name").or_else(|| user.word("email_addr")).or(uid);
    let account = account(name, user.word("domain"), uid)?;
    Some(match user.word("type_id") {
        Some("3") => account.with_kind(AccountKind::WellKnown),
        Some("4") if account.kind == AccountKind::Unknown => {
            account.with_kind(AccountKind::Service)
        }
        _ => account,
    })
}

/// Who was logged on. Where only an identifier is given that is also the actor's, the actor's name is
/// theirs: so CloudTrail's sign-ins are written.
fn who<'r>(root: Node<'r>, actor: Option<&Account<'r>>) -> Option<Account<'r>> {
    let user = root.find("user")?;
    let named = user.word("name").is_some() || user.word("email_addr").is_some();
    let uid = user.word("uid");
    if !named
        && uid.is_some_and(|uid| root.word("actor.user.uid") == Some(uid))
        && let Some(actor) = actor
    {
        return Some(actor.clone());
    }
    self::user(root, "user")
}

/// A service that is named by an address of the web: its host.
fn service(name: &str) -> Host<'_> {
    let rest = name.split_once("://").map_or(name, |(_, rest)| rest);
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    host(&[Some(&rest[..end])])
}

/// An `endpoint` or `device` object that names a host.
fn endpoint<'r>(
    root: Node<'r>,
    path: &str,
    read: impl Fn(&[Option<&'r str>]) -> Host<'r>,
) -> Option<Host<'r>> {
    let node = root.find(path)?;
    let found = read(&[node.word("hostname"), node.word("name"), node.word("ip")]);
    (!found.is_unknown()).then(|| with_port(found, node.word("port")))
}

fn activity(id: Option<&str>, name: Option<&str>) -> Activity {
    match id {
        Some("1") => Activity::Logon,
        Some("2") => Activity::Logoff,
        Some("3") => Activity::TicketGrantingTicket,
        Some("4") => Activity::ServiceTicket,
        Some("5") => Activity::Renewal,
        Some("6") => Activity::Preauthentication,
        Some("7") => Activity::AccountSwitch,
        _ => name.map_or(Activity::Other, vocabulary::activity),
    }
}

fn logon_type(id: Option<&str>, name: Option<&str>) -> LogonType {
    match id {
        Some("1") => LogonType::System,
        // The numbers are those of Windows, which has none of the others.
        Some(id @ ("2" | "3" | "4" | "5" | "7" | "8" | "9" | "10" | "11" | "12" | "13")) => {
            vocabulary::logon_type(id)
        }
        _ => name.map_or(LogonType::Unknown, vocabulary::logon_type),
    }
}

fn auth_protocol(id: Option<&str>, name: Option<&str>) -> AuthProtocol {
    match id {
        Some("1") => AuthProtocol::Ntlm,
        Some("2") => AuthProtocol::Kerberos,
        Some("3") => AuthProtocol::Digest,
        Some("4") => AuthProtocol::OpenId,
        Some("5") => AuthProtocol::Saml,
        Some("6") => AuthProtocol::OAuth2,
        Some("7") => AuthProtocol::Pap,
        Some("8") => AuthProtocol::Chap,
        Some("9") => AuthProtocol::Eap,
        Some("10") => AuthProtocol::Radius,
        Some("11") => AuthProtocol::Basic,
        Some("12") => AuthProtocol::Ldap,
        _ => name.map_or(AuthProtocol::Unknown, vocabulary::auth_protocol),
    }
}

fn outcome(id: Option<&str>, name: Option<&str>) -> Outcome {
    match id {
        Some("1") => Outcome::Success,
        Some("2") => Outcome::Failure,
        _ => name.and_then(vocabulary::outcome).unwrap_or(Outcome::Unknown),
    }
}
