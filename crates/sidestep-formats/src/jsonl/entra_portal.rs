//! Sign-ins of Entra ID as its portal writes them for download, under names for people.

use sidestep::event::{Account, AccountKind, AuthEvent, AuthProtocol, Host, Mfa, Outcome};

use super::Taken;
use super::entra::{code_outcome, protocol};
use super::fields::{account, refused, source, time_at};
use super::shape::pass_over;
use super::tape::Node;
use crate::record_sink::RecordSink;
use crate::values::clipped;
use crate::vocabulary;
use sidestep::Timestamp;

/// The fields as the portal names them.
const NAMES: [(&str, &str); 4] = [
    ("account", "Username"),
    ("src_host", "IP address"),
    ("dst_host", "Application"),
    ("outcome_reason", "Failure reason"),
];

/// Hands on a sign-in.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    // Other tables of the portal end some names with a blank.
    let word = |name: &str| {
        let node = root.children().find(|node| node.name().trim_end().eq_ignore_ascii_case(name));
        node.and_then(Node::first_text)
    };
    let Some(app) = word("Application").or_else(|| word("Resource")) else {
        let kind = word("Activity").unwrap_or("record that is no sign-in");
        return Ok(pass_over(sink, "Entra ID", kind));
    };
    let time = time_at(root, &["Date (UTC)"], sink.times())?;
    // `User` is the name that people read.
    let user = account(word("Username").or_else(|| word("Sign-in identifier")), None, None)
        .or_else(|| {
            let service = word("Service principal name").or_else(|| word("Service principal ID"));
            Some(Account::new(service?).with_kind(AccountKind::Service))
        })
        .or_else(|| account(word("User ID").or_else(|| word("User")), None, None));
    let outcome = outcome(word("Status"), word("Sign-in error code"));
    let mut event =
        AuthEvent::builder(Timestamp::from_micros(time), user.unwrap_or_else(|| Account::new("")))
            .src_host(source(&[word("IP address")]))
            .dst_host(Host::named(app))
            .outcome(outcome)
            .auth_protocol(word("Authentication Protocol").map_or(AuthProtocol::Unknown, protocol))
            .mfa(mfa(root))
            .raw_ref(number);
    let reason = word("Failure reason").filter(|reason| !reason.starts_with("Other"));
    let reason = reason.or_else(|| word("Sign-in error code"));
    if let Some(reason) = reason.filter(|_| outcome != Outcome::Success) {
        event = event.outcome_reason(clipped(reason));
    }
    let event = event.build().map_err(|error| refused(&error, &NAMES))?;
    Ok(sink.event(&event))
}

/// Whether it succeeded: the word says it, or the code.
fn outcome(status: Option<&str>, code: Option<&str>) -> Outcome {
    match status {
        Some(status) if status.eq_ignore_ascii_case("interrupted") => Outcome::Unknown,
        Some(status) => vocabulary::outcome(status).unwrap_or(Outcome::Unknown),
        None => code.map_or(Outcome::Unknown, code_outcome),
    }
}

/// Whether a second factor was used: what came of it says so, or what was asked for.
fn mfa(root: Node<'_>) -> Mfa {
    let word = |name: &str| root.get_any_case(name).and_then(Node::first_text);
    let result = word("Multifactor authentication result");
    if result.is_some_and(|text| vocabulary::folded(text, |word| word.contains("satisfied"))) {
        return Mfa::Used;
    }
    let required = word("Authentication requirement");
    required.map_or(Mfa::Unknown, |text| {
        vocabulary::folded(text, |word| match word {
            "multifactorauthentication" => Mfa::Used,
            "singlefactorauthentication" => Mfa::NotUsed,
            _ => Mfa::Unknown,
        })
    })
}
