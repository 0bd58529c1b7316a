//! The audit log of Kubernetes: who went into a pod.

use sidestep::event::{Account, AccountKind, AuthEvent, Host, Outcome};

use super::Taken;
use super::fields::{account, destination, refused, source, time_at};
use super::product::each;
use super::shape::{not_understood, pass_over};
use super::tape::Node;
use crate::record_sink::RecordSink;
use crate::values::clipped;
use sidestep::Timestamp;

/// The fields as Kubernetes names them.
const NAMES: [(&str, &str); 4] = [
    ("account", "user.username"),
    ("src_host", "sourceIPs"),
    ("dst_host", "objectRef.name"),
    ("outcome_reason", "responseStatus.message"),
];

/// What such records are called when they are passed over.
const NAME: &str = "Kubernetes";

/// Whether one is in a pod, or behind it, by this part of it.
fn leads_in(part: &str) -> bool {
    matches!(part, "exec" | "attach" | "portforward")
}

/// Hands on a way into a pod.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let word = |path: &str| root.word(path);
    if let Some(items) = root.get("items").filter(|items| items.is_array()) {
        return each(items, number, sink, take);
    }
    let (verb, resource) = (word("verb"), word("objectRef.resource"));
    let (verb, resource) = (verb.unwrap_or("no verb"), resource.unwrap_or("no resource"));
    let part = word("objectRef.subresource");
    if resource != "pods" || !part.is_some_and(leads_in) {
        let kind = match part {
            Some(part) => format!("{verb} {resource}/{part}"),
            None => format!("{verb} {resource}"),
        };
        return Ok(pass_over(sink, NAME, &kind));
    }
    // Each request is written when it came, when it was answered, and when it was done.
    match word("stage") {
        Some("ResponseComplete" | "Panic") | None => {}
        Some(stage) => return Ok(pass_over(sink, NAME, &format!("stage {stage}"))),
    }
    let asked = user(word("user.username"));
    let asked = match asked {
        Some(Who::Cluster) => return Ok(pass_over(sink, NAME, "pods/exec of the cluster itself")),
        Some(Who::Account(account)) => Some(account),
        None => None,
    };
    let acted = match user(word("impersonatedUser.username")) {
        Some(Who::Account(account)) => Some(account),
        _ => None,
    };
    let (who, subject) = match acted {
        Some(acted) => (Some(acted), asked),
        None => (asked, None),
    };
    // It begins long before it is done.
    let time = time_at(root, &["requestReceivedTimestamp", "stageTimestamp"], sink.times())?;
    let dst = pod(word("objectRef.namespace"), word("objectRef.name"));
    let outcome = match word("responseStatus.code").and_then(|code| code.parse::<u16>().ok()) {
        Some(code) if code >= 400 => Outcome::Failure,
        Some(_) => Outcome::Success,
        None => match word("annotations.authorization.k8s.io/decision") {
            Some("forbid") => Outcome::Failure,
            _ => Outcome::Unknown,
        },
    };
    let mut event =
        AuthEvent::builder(Timestamp::from_micros(time), who.unwrap_or_else(|| Account::new("")))
            .src_host(source(&[word("sourceIPs")]))
            .dst_host(destination(dst, "objectRef.name")?)
            .outcome(outcome)
            .raw_ref(number);
    if let Some(subject) = subject {
        event = event.subject(subject);
    }
    let reason = word("responseStatus.reason").or_else(|| word("responseStatus.message"));
    if let Some(reason) = reason.filter(|_| outcome == Outcome::Failure) {
        event = event.outcome_reason(clipped(reason));
    }
    let event = event.build().map_err(|error| refused(&error, &NAMES))?;
    Ok(sink.event(&event))
}

/// Hands on what an entry of Azure's resource logs holds, which was opened already if it was a text.
pub(super) fn take_of_azure(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    match root.find("properties.log").filter(|log| log.is_object()) {
        Some(log) => take(log, number, sink),
        None => Ok(not_understood(sink, root)),
    }
}

/// Hands on a way into a pod as Google's Cloud Logging has it: the method names the verb, and the
/// resource the pod.
pub(super) fn take_of_google(
    root: Node<'_>,
    method: &str,
    number: u64,
    sink: &mut RecordSink<'_>,
) -> Taken {
    let word = |path: &str| root.word(path);
    let mut parts = method.rsplit('.').skip(1);
    let into = parts.next().is_some_and(leads_in) && parts.next() == Some("pods");
    if !into {
        return Ok(pass_over(sink, "Google Cloud", method));
    }
    let user = match user(word("protoPayload.authenticationInfo.principalEmail")) {
        Some(Who::Cluster) => return Ok(pass_over(sink, NAME, "pods/exec of the cluster itself")),
        Some(Who::Account(account)) => account,
        None => Account::new(""),
    };
    let time = time_at(root, &["timestamp", "receiveTimestamp"], sink.times())?;
    // `core/v1/namespaces/default/pods/web/exec`
    let resource = word("protoPayload.resourceName").unwrap_or_default();
    let after = |name: &str| resource.split('/').skip_while(|part| *part != name).nth(1);
    let dst = pod(after("namespaces"), after("pods"));
    let code = word("protoPayload.status.code");
    let failed = code.is_some_and(|code| code != "0");
    let event = AuthEvent::builder(Timestamp::from_micros(time), user)
        .src_host(source(&[word("protoPayload.requestMetadata.callerIp")]))
        .dst_host(destination(dst, "protoPayload.resourceName")?)
        .outcome(if failed { Outcome::Failure } else { Outcome::Success })
        .raw_ref(number);
    let event = event.build().map_err(|error| refused(&error, &NAMES))?;
    Ok(sink.event(&event))
}

/// A pod is a host, by its namespace and name.
fn pod<'r>(namespace: Option<&'r str>, name: Option<&'r str>) -> Host<'r> {
    match (namespace, name) {
        (Some(namespace), Some(name)) => Host::named(format!("{namespace}/{name}")),
        (None, Some(name)) => Host::named(name),
        _ => Host::default(),
    }
}

/// Who asks.
enum Who<'r> {
    Account(Account<'r>),
    /// A part of the cluster, which does so of itself.
    Cluster,
}

/// Who a name stands for. The account of a program is somebody: whoever steals its token acts as it.
fn user(name: Option<&str>) -> Option<Who<'_>> {
    let name = name?;
    if let Some(service) = name.strip_prefix("system:serviceaccount:") {
        let (namespace, name) = service.split_once(':').unwrap_or(("", service));
        let account = Account::new(name).with_domain(namespace).with_kind(AccountKind::Service);
        return Some(Who::Account(account));
    }
    if matches!(name, "system:anonymous" | "system:unauthenticated") {
        return Some(Who::Account(Account::of_kind(AccountKind::Anonymous, name)));
    }
    if matches!(name, "system:admin" | "system:masters") {
        return Some(Who::Account(Account::new(name)));
    }
    if name.starts_with("system:") {
        return Some(Who::Cluster);
    }
    account(Some(name), None, None).map(Who::Account)
}
