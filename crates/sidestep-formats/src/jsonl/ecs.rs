//! Authentication events in the Elastic Common Schema that are not Windows events.

use sidestep::event::{Account, Activity, AuthEvent, AuthProtocol, Host, LogonType, Outcome};

use super::Taken;
use super::fields::{account, host, refused, source, time_at, with_port};
use super::shape::pass_over;
use super::suricata;
use super::tape::Node;
use crate::record_sink::RecordSink;
use crate::values::clipped;
use crate::vocabulary;
use sidestep::Timestamp;

/// The fields as ECS names them.
const NAMES: [(&str, &str); 5] = [
    ("account", "user.name"),
    ("subject", "source.user.name"),
    ("src_host", "source.address"),
    ("dst_host", "host.name"),
    ("outcome_reason", "event.reason"),
];

/// Whether a record says of which kind it is.
pub(super) fn has_category(root: Node<'_>) -> bool {
    root.find("event.category").is_some()
}

/// Hands on an authentication event.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let word = |path: &str| root.word(path);
    let category = root.find("event.category");
    if let Some(eve) = root.find("suricata.eve").filter(|eve| eve.is_object()) {
        return suricata::take_of_beats(root, eve, number, sink);
    }
    if !category.is_some_and(|category| holds(category, "authentication")) {
        let kind = category.and_then(Node::first_text);
        let kind = kind.or_else(|| word("event.dataset")).or_else(|| word("event.action"));
        return Ok(pass_over(sink, "ECS event", kind.unwrap_or("without a category")));
    }
    let told = word("event.action").and_then(vocabulary::happened);
    let told = told.filter(|(activity, _)| *activity != Activity::Other);
    if told.is_none() && is_of_accounts(root) {
        return Ok(pass_over(sink, "ECS event", word("event.action").unwrap_or("of an account")));
    }
    let time = time_at(root, &["@timestamp", "event.start", "event.created"], sink.times())?;
    let (user, subject) = users(root);
    let src = endpoint(root, "source", source)
        .or_else(|| endpoint(root, "client", source))
        .unwrap_or_default();
    let dst = endpoint(root, "destination", host)
        .or_else(|| endpoint(root, "server", host))
        .or_else(|| recording_host(root).filter(|_| service(root).is_none()))
        .or_else(|| word("service.name").or_else(|| service(root)).map(Host::named))
        .unwrap_or_default();
    let method = word("system.auth.ssh.method");
    let mut event =
        AuthEvent::builder(Timestamp::from_micros(time), user.unwrap_or_else(|| Account::new("")))
            .src_host(src)
            .dst_host(dst)
            .activity(told.map_or_else(|| activity(root), |(activity, _)| activity))
            .outcome(
                word("event.outcome")
                    .and_then(vocabulary::outcome)
                    .or_else(|| told.and_then(|(_, outcome)| outcome))
                    .unwrap_or(Outcome::Unknown),
            )
            .auth_protocol(method.map_or(AuthProtocol::Unknown, vocabulary::auth_protocol))
            .logon_type(
                word("winlog.logon.type").map_or(LogonType::Unknown, vocabulary::logon_type),
            )
            .raw_ref(number);
    if let Some(subject) = subject {
        event = event.subject(subject);
    }
    if let Some(reason) = word("event.reason").or_else(|| word("error.message")) {
        event = event.outcome_reason(clipped(reason));
    }
    if let Some(code) = word("event.code").and_then(|code| code.parse().ok()) {
        event = event.event_code(code);
    }
    let event = event.build().map_err(|error| refused(&error, &NAMES))?;
    Ok(sink.event(&event))
}

/// Whether a field, which may be a list, holds a word.
fn holds(node: Node<'_>, word: &str) -> bool {
    node.text() == Some(word) || node.children().any(|child| child.text() == Some(word))
}

/// Who was logged on as, and who asked if that is another.
///
/// Where a login crosses hosts, `source.user` and `destination.user` are its two ends; where an
/// account changed on a host, `user.effective` is what it changed to.
fn users(root: Node<'_>) -> (Option<Account<'_>>, Option<Account<'_>>) {
    let at = |path: &str| {
        let word = |name: &str| within(root, path, name);
        let id = word("id");
        account(word("name").or_else(|| word("email")).or(id), word("domain"), id)
    };
    let user = at("user");
    let asked = at("source.user").or_else(|| at("client.user"));
    let target = at("destination.user").or_else(|| at("user.effective"));
    let (target, asked) = match target {
        Some(target) => (Some(target), asked.or(user)),
        None => (user.or_else(|| asked.clone()), asked),
    };
    let other = |asked: &Account<'_>| {
        target.as_ref().is_none_or(|a| a.name != asked.name || a.domain != asked.domain)
    };
    let asked = asked.filter(other);
    (target, asked)
}

/// The text of a field within another, also where both are written as one name.
fn within<'r>(root: Node<'r>, path: &str, name: &str) -> Option<&'r str> {
    root.word(&format!("{path}.{name}"))
}

/// One end of a connection.
fn endpoint<'r>(
    root: Node<'r>,
    path: &str,
    read: impl Fn(&[Option<&'r str>]) -> Host<'r>,
) -> Option<Host<'r>> {
    let word = |name: &str| within(root, path, name);
    let found = read(&[word("domain"), word("address"), word("ip")]);
    (!found.is_unknown()).then(|| with_port(found, word("port")))
}

/// The host that the event is of: by name, since of its many addresses none is the one.
fn recording_host(root: Node<'_>) -> Option<Host<'_>> {
    let name = root.word("host.hostname").or_else(|| root.word("host.name"));
    let found = host(&[name.or_else(|| root.word("host.ip"))]);
    (!found.is_unknown()).then_some(found)
}

/// The service that an event is of, where it was asked for over the network: `host` is then the one that
/// asked.
fn service(root: Node<'_>) -> Option<&str> {
    const SERVICES: [&str; 14] = [
        "1password",
        "auth0",
        "aws",
        "azure",
        "bitwarden",
        "cisco_duo",
        "gcp",
        "github",
        "google_workspace",
        "jumpcloud",
        "o365",
        "okta",
        "ping_one",
        "slack",
    ];
    root.word("event.module").filter(|module| SERVICES.contains(module))
}

/// Whether an event is of an account that was made or changed, and of no logon.
fn is_of_accounts(root: Node<'_>) -> bool {
    root.find("event.type").is_some_and(|kinds| {
        let any = |words: &[&str]| words.iter().any(|word| holds(kinds, word));
        any(&["change", "creation", "deletion", "admin"])
            && !any(&["start", "end", "access", "allowed", "denied", "error"])
    })
}

/// What happened where the action does not say: whether it ended something.
fn activity(root: Node<'_>) -> Activity {
    match root.find("event.type") {
        Some(kind) if holds(kind, "end") => Activity::Logoff,
        _ => Activity::Logon,
    }
}
