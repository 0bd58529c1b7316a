//! Sign-ins of Entra ID: the `signIn` resource of Graph, the export of Azure Monitor, and the tables
//! of Log Analytics.

use sidestep::event::{Account, AccountKind, AuthEvent, AuthProtocol, Host, Mfa, Outcome};

use super::Taken;
use super::fields::{account, refused, source};
use super::shape::pass_over;
use super::tape::{Node, Tape};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::values::clipped;
use crate::vocabulary;
use sidestep::Timestamp;

/// Codes that interrupt a sign-in to ask for more: it has neither succeeded nor failed.
const INTERRUPTS: [&str; 13] = [
    "16000", "50058", "50072", "50074", "50076", "50079", "50097", "50125", "50127", "50129",
    "50140", "50158", "65001",
];

/// The fields as Graph names them.
const NAMES: [(&str, &str); 3] =
    [("account", "userPrincipalName"), ("src_host", "ipAddress"), ("dst_host", "appDisplayName")];

/// Parts of a sign-in that are objects.
const PARTS: [&str; 5] =
    ["properties", "status", "deviceDetail", "mfaDetail", "authenticationDetails"];

/// Hands on a sign-in, also where its parts were exported as text.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let is_part = |name: &str| PARTS.iter().any(|part| part.eq_ignore_ascii_case(name));
    if root.holds_json(is_part) {
        let mut tape = Tape::default();
        return sign_in(tape.open_texts(root, is_part), number, sink);
    }
    sign_in(root, number, sink)
}

fn sign_in(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    // Azure Monitor puts Graph's resource under `properties`; Log Analytics writes capitals.
    let inner = root.get_any_case("properties").filter(|node| node.is_object());
    let get = |name: &str| {
        inner.and_then(|inner| inner.get_any_case(name)).or_else(|| root.get_any_case(name))
    };
    let word = |name: &str| get(name).and_then(Node::first_text);
    let Some(app) = word("appDisplayName").or_else(|| word("resourceDisplayName")) else {
        // A user, a group member or an audit record names a principal too.
        let kind = word("category").or_else(|| word("operationName"));
        return Ok(pass_over(sink, "Entra ID", kind.unwrap_or("record that is no sign-in")));
    };
    let made = word("createdDateTime").or_else(|| word("time")).or_else(|| word("TimeGenerated"));
    // The portal of Log Analytics says the zone in the name.
    let made = made.or_else(|| word("TimeGenerated [UTC]"));
    let Some(made) = made else {
        return Err(Fault::column("createdDateTime", "is missing; an event needs a time"));
    };
    let times = sink.times();
    let time = times
        .read(made)
        .ok_or_else(|| Fault::word("createdDateTime", made.as_bytes(), times.expected()))?;
    let device = get("deviceDetail").and_then(|device| device.get_any_case("displayName"));
    let ip = word("ipAddress").or_else(|| word("callerIpAddress"));
    let (outcome, reason) = outcome(get("status"), word("resultType"));
    let mut event = AuthEvent::builder(Timestamp::from_micros(time), principal(&word))
        .src_host(source(&[device.and_then(Node::first_text), ip]))
        .dst_host(Host::named(app))
        .outcome(outcome)
        .auth_protocol(word("authenticationProtocol").map_or(AuthProtocol::Unknown, protocol))
        .mfa(mfa(word("authenticationRequirement"), get("mfaDetail"), get("authenticationDetails")))
        .raw_ref(number);
    let described = word("resultDescription");
    if let Some(reason) = reason.or(described).filter(|_| outcome != Outcome::Success) {
        event = event.outcome_reason(clipped(reason));
    }
    let event = event.build().map_err(|error| refused(&error, &NAMES))?;
    Ok(sink.event(&event))
}

/// Who signed in: a user, or a service principal.
fn principal<'r>(word: &impl Fn(&str) -> Option<&'r str>) -> Account<'r> {
    if let Some(user) = account(word("userPrincipalName"), None, None) {
        return user;
    }
    let service = word("servicePrincipalName").or_else(|| word("servicePrincipalId"));
    match service {
        Some(name) => Account::new(name).with_kind(AccountKind::Service),
        None => {
            let user = word("identity").or_else(|| word("userDisplayName"));
            Account::new(user.or_else(|| word("userId")).unwrap_or_default())
        }
    }
}

/// Whether it succeeded, and why not.
fn outcome<'r>(status: Option<Node<'r>>, result: Option<&'r str>) -> (Outcome, Option<&'r str>) {
    let inner = |name: &str| status.and_then(|status| status.get_any_case(name)?.first_text());
    let code = inner("errorCode").or(result);
    let outcome = match code {
        // Some tables write a word.
        None => status
            .and_then(Node::first_text)
            .and_then(vocabulary::outcome)
            .unwrap_or(Outcome::Unknown),
        Some(code) => code_outcome(code),
    };
    // Graph writes `Other.` where there is no reason.
    (outcome, inner("failureReason").filter(|reason| *reason != "Other.").or(code))
}

/// Whether a sign-in with this error code succeeded.
pub(super) fn code_outcome(code: &str) -> Outcome {
    match code {
        "0" => Outcome::Success,
        code if INTERRUPTS.contains(&code) => Outcome::Unknown,
        _ => Outcome::Failure,
    }
}

/// What authenticated, by Entra's word for it.
pub(super) fn protocol(text: &str) -> AuthProtocol {
    match text {
        "saml20" => AuthProtocol::Saml,
        "deviceCode" | "ropc" => AuthProtocol::OAuth2,
        _ => vocabulary::auth_protocol(text),
    }
}

/// Whether a second factor was used: what was asked for says it, or what was done.
fn mfa(requirement: Option<&str>, detail: Option<Node<'_>>, steps: Option<Node<'_>>) -> Mfa {
    if detail.is_some_and(|detail| {
        detail.is_object() && detail.children().any(|method| method.text().is_some())
    }) {
        return Mfa::Used;
    }
    let says_multi = |step: Node<'_>| {
        step.get_any_case("authenticationStepRequirement").and_then(Node::text)
            == Some("multiFactorAuthentication")
            && step.get_any_case("succeeded").and_then(Node::text) == Some("true")
    };
    if steps.is_some_and(|steps| steps.is_array() && steps.children().any(says_multi)) {
        return Mfa::Used;
    }
    match requirement {
        Some("multiFactorAuthentication") => Mfa::Used,
        Some("singleFactorAuthentication") => Mfa::NotUsed,
        _ => Mfa::Unknown,
    }
}
