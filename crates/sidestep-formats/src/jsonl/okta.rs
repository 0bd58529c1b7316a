//! The System Log of Okta.

use sidestep::event::{
    Account, AccountKind, Activity, AuthEvent, AuthProtocol, Host, Mfa, Outcome,
};

use super::Taken;
use super::fields::{account, refused, source, time_at};
use super::shape::pass_over;
use super::tape::Node;
use crate::record_sink::RecordSink;
use crate::values::clipped;
use crate::vocabulary;
use sidestep::Timestamp;

/// What a sign-in leads to where the record names no application.
const PLACE: &str = "okta";

/// The fields as Okta names them.
const NAMES: [(&str, &str); 4] = [
    ("account", "actor.alternateId"),
    ("src_host", "client.ipAddress"),
    ("dst_host", "target"),
    ("outcome_reason", "outcome.reason"),
];

/// Hands on a sign-in.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let word = |path: &str| root.word(path);
    let kind = word("eventType").unwrap_or("event without a type");
    let activity = match kind {
        "user.session.start" | "user.session.access_admin_app" | "policy.evaluate_sign_on" => {
            Activity::Logon
        }
        "user.session.end" | "user.authentication.slo" => Activity::Logoff,
        "user.authentication.universal_logout" => return Ok(pass_over(sink, "Okta", kind)),
        _ if kind.starts_with("user.authentication.") => Activity::Logon,
        _ => return Ok(pass_over(sink, "Okta", kind)),
    };
    let Some(user) = actor(root) else {
        return Ok(pass_over(sink, "Okta", &format!("{kind} of an unknown user")));
    };
    let time = time_at(root, &["published"], sink.times())?;
    let stated = word("outcome.result");
    let outcome = match stated {
        // More is asked for, or nothing was decided.
        Some("CHALLENGE" | "SKIPPED" | "SCHEDULED" | "RATE_LIMIT" | "ABANDONED") | None => {
            Outcome::Unknown
        }
        Some(word) => vocabulary::outcome(word).unwrap_or(Outcome::Unknown),
    };
    let mut event = AuthEvent::builder(Timestamp::from_micros(time), user)
        .src_host(source(&[word("client.ipAddress")]))
        .dst_host(Host::named(place(root)))
        .activity(activity)
        .auth_protocol(protocol(root, kind))
        .outcome(outcome)
        .mfa(mfa(kind, outcome))
        .raw_ref(number);
    if let Some(reason) = word("outcome.reason").filter(|_| outcome != Outcome::Success) {
        event = event.outcome_reason(clipped(reason));
    }
    let event = event.build().map_err(|error| refused(&error, &NAMES))?;
    Ok(sink.event(&event))
}

/// Who signed in. Okta calls whom it does not know `unknown`.
fn actor(root: Node<'_>) -> Option<Account<'_>> {
    let word = |path: &str| root.word(path);
    let known = |text: &&str| !text.eq_ignore_ascii_case("unknown");
    let name = word("actor.alternateId").filter(known);
    let name = name.or_else(|| word("actor.displayName").filter(known));
    let user = account(name, None, None)?;
    Some(match word("actor.type") {
        Some("SystemPrincipal") => user.with_kind(AccountKind::WellKnown),
        Some("PublicClientApp" | "PrivateClientApp") => user.with_kind(AccountKind::Service),
        _ => user,
    })
}

/// The application that was signed in to, or Okta itself.
fn place(root: Node<'_>) -> &str {
    let targets = root.get("target").filter(|node| node.is_array());
    let app = targets.and_then(|targets| {
        let is_app =
            |node: &Node<'_>| matches!(node.word("type"), Some("AppInstance" | "Application"));
        let app = targets.children().find(is_app)?;
        app.word("displayName").or_else(|| app.word("alternateId"))
    });
    app.unwrap_or(PLACE)
}

fn protocol(root: Node<'_>, kind: &str) -> AuthProtocol {
    match kind {
        "user.authentication.auth_via_radius" => return AuthProtocol::Radius,
        "user.authentication.auth_via_LDAP_agent" => return AuthProtocol::Ldap,
        "user.authentication.auth_via_inbound_SAML" => return AuthProtocol::Saml,
        _ => {}
    }
    let mode = root.word("debugContext.debugData.signOnMode");
    mode.map_or(AuthProtocol::Unknown, |mode| {
        vocabulary::folded(mode, |word| {
            if word.starts_with("saml") {
                AuthProtocol::Saml
            } else if word.starts_with("openid") || word.starts_with("oidc") {
                AuthProtocol::OpenId
            } else {
                AuthProtocol::Unknown
            }
        })
    })
}

/// Only the event of a factor says that there was one.
fn mfa(kind: &str, outcome: Outcome) -> Mfa {
    if kind == "user.authentication.auth_via_mfa" && outcome == Outcome::Success {
        Mfa::Used
    } else {
        Mfa::Unknown
    }
}
