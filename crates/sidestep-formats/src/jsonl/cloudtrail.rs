//! AWS CloudTrail: who signed in to an account, or took on a role in one.
//!
//! A role is a place that is logged on to, by its ARN; whoever acts in a role comes from it. So a way
//! from role to role is a way from host to host.

use std::borrow::Cow;
use std::ops::ControlFlow;

use sidestep::event::{Account, AccountKind, AuthEvent, AuthProtocol, Host, Mfa, Outcome};

use super::Taken;
use super::fields::{refused, source, time_at};
use super::shape::pass_over;
use super::tape::{Node, Tape};
use crate::record_sink::RecordSink;
use crate::values::{clipped, cut};
use crate::vocabulary;
use sidestep::Timestamp;

/// The fields as CloudTrail names them.
const NAMES: [(&str, &str); 4] = [
    ("account", "userIdentity.userName"),
    ("src_host", "sourceIPAddress"),
    ("dst_host", "requestParameters.roleArn"),
    ("outcome_reason", "errorCode"),
];

/// Hands on a sign-in.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let name = root.word("eventName").unwrap_or("event without a name");
    let protocol = match name {
        "ConsoleLogin" | "AssumeRole" | "AssumeRoot" | "GetSessionToken" | "GetFederationToken"
        | "SwitchRole" => AuthProtocol::Unknown,
        "AssumeRoleWithSAML" => AuthProtocol::Saml,
        "AssumeRoleWithWebIdentity" => AuthProtocol::OpenId,
        _ => {
            // What a function of Lambda is given has such names too, and its records encoded.
            let source = root.word("eventSource").filter(|source| source.starts_with("aws:"));
            let Some(source) = source else { return Ok(pass_over(sink, "CloudTrail", name)) };
            sink.not_understood(&format!("record for a function from {}", cut(source, 32)));
            return Ok(ControlFlow::Continue(()));
        }
    };
    let as_text = |name: &&str| root.get(name).is_some_and(|part| part.text().is_some());
    if ["userIdentity", "requestParameters"].iter().any(as_text) && root.holds_json(|_| true) {
        let mut tape = Tape::default();
        return sign_in(tape.open_texts(root, |_| true), name, protocol, number, sink);
    }
    sign_in(root, name, protocol, number, sink)
}

fn sign_in(
    root: Node<'_>,
    name: &str,
    protocol: AuthProtocol,
    number: u64,
    sink: &mut RecordSink<'_>,
) -> Taken {
    let word = |path: &str| root.word(path);
    let time = time_at(root, &["eventTime"], sink.times())?;
    let mut event = AuthEvent::builder(Timestamp::from_micros(time), caller(root))
        .src_host(from(root))
        .dst_host(Host::named(place(root, name)))
        .auth_protocol(protocol)
        .outcome(outcome(root))
        .mfa(mfa(root))
        .raw_ref(number);
    if let Some(reason) = word("errorMessage").or_else(|| word("errorCode")) {
        event = event.outcome_reason(clipped(reason));
    }
    let event = event.build().map_err(|error| refused(&error, &NAMES))?;
    Ok(sink.event(&event))
}

/// Who asked. In a role's session that is the role: the session's name is the caller's to choose.
fn caller(root: Node<'_>) -> Account<'_> {
    let word = |path: &str| root.word(path);
    let account_id = word("userIdentity.accountId").or_else(|| word("recipientAccountId"));
    let named = |name: &'static str| word(name).map(Account::new);
    let user = match word("userIdentity.type") {
        Some("Root") => Some(Account::new("root")),
        Some("AWSService") => {
            named("userIdentity.invokedBy").map(|user| user.with_kind(AccountKind::Service))
        }
        Some("AssumedRole") => named("userIdentity.sessionContext.sessionIssuer.userName"),
        _ => None,
    };
    let user = user
        .or_else(|| named("userIdentity.userName"))
        .or_else(|| named("userIdentity.sessionContext.sessionIssuer.userName"))
        .or_else(|| word("userIdentity.arn").map(|arn| Account::new(last(arn))))
        .or_else(|| named("userIdentity.principalId"))
        .unwrap_or_else(|| Account::new(""));
    user.with_domain(account_id.unwrap_or_default())
}

/// What follows the last slash of an ARN.
fn last(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// Where it came from: the role in which the caller acts, the service that calls, the address.
fn from(root: Node<'_>) -> Host<'_> {
    let role = match root.word("userIdentity.type") {
        Some("AssumedRole") => root.word("userIdentity.sessionContext.sessionIssuer.arn"),
        _ => None,
    };
    source(&[role, root.word("sourceIPAddress")])
}

/// What was signed in to: a role, the console of an account, or the account's own sessions.
fn place<'r>(root: Node<'r>, name: &str) -> Cow<'r, str> {
    let word = |path: &str| root.word(path);
    if let Some(role) = word("requestParameters.roleArn") {
        return Cow::Borrowed(role);
    }
    if name == "SwitchRole"
        && let Some(role) = word("additionalEventData.SwitchTo")
    {
        return Cow::Borrowed(role);
    }
    let account = match name {
        "AssumeRoot" => word("requestParameters.targetPrincipal"),
        _ => None,
    };
    let account = account
        .or_else(|| word("recipientAccountId"))
        .or_else(|| word("userIdentity.accountId"))
        .unwrap_or("unknown");
    let service = if matches!(name, "ConsoleLogin" | "SwitchRole") { "console" } else { "sts" };
    Cow::Owned(format!("{service}.amazonaws.com/{account}"))
}

fn outcome(root: Node<'_>) -> Outcome {
    let said = ["ConsoleLogin", "SwitchRole"]
        .iter()
        .find_map(|name| root.find("responseElements")?.word(name));
    match said.and_then(vocabulary::outcome) {
        Some(outcome) => outcome,
        None if root.word("errorCode").is_some() => Outcome::Failure,
        None => Outcome::Success,
    }
}

fn mfa(root: Node<'_>) -> Mfa {
    if root.word("requestParameters.serialNumber").is_some() {
        return Mfa::Used;
    }
    root.word("additionalEventData.MFAUsed")
        .or_else(|| root.word("userIdentity.sessionContext.attributes.mfaAuthenticated"))
        .and_then(vocabulary::mfa)
        .unwrap_or(Mfa::Unknown)
}
