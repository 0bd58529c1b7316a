//! The audit log of GitHub.

use sidestep::event::{Account, Activity, AuthEvent, AuthProtocol, Host, Mfa, Outcome};

use super::Taken;
use super::fields::{account, refused, source, time_at};
use super::shape::pass_over;
use super::tape::Node;
use crate::record_sink::RecordSink;
use crate::values::clipped;
use sidestep::Timestamp;

/// What a sign-in leads to.
const PLACE: &str = "github.com";

/// The fields as GitHub names them.
const NAMES: [(&str, &str); 3] =
    [("account", "actor"), ("src_host", "actor_ip"), ("dst_host", "org")];

/// Hands on a sign-in.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let word = |name: &str| root.word(name);
    let action = word("action").unwrap_or_default();
    let (outcome, mfa) = match action {
        "user.login" => (Outcome::Success, Mfa::Unknown),
        "user.failed_login" => (Outcome::Failure, Mfa::Unknown),
        "user.two_factor_challenge_success" => (Outcome::Success, Mfa::Used),
        "user.two_factor_challenge_failure" => (Outcome::Failure, Mfa::Unknown),
        "user.two_factor_requested" => (Outcome::Unknown, Mfa::Unknown),
        "org.sso_response" | "business.sso_response" => (sso(root), Mfa::Unknown),
        // Staff of a server who act as somebody else.
        "staff.fake_login" => (Outcome::Success, Mfa::Unknown),
        "user.logout" => (Outcome::Success, Mfa::Unknown),
        _ => return Ok(pass_over(sink, "GitHub", action)),
    };
    let time = time_at(root, &["@timestamp", "created_at"], sink.times())?;
    let (actor, user) = (account(word("actor"), None, None), account(word("user"), None, None));
    let as_another = action == "staff.fake_login";
    let who = if as_another { user.clone() } else { actor.clone().or(user) };
    let sso = action.ends_with(".sso_response");
    let mut event =
        AuthEvent::builder(Timestamp::from_micros(time), who.unwrap_or_else(|| Account::new("")))
            .src_host(source(&[word("actor_ip")]))
            .dst_host(place(root, sso))
            .activity(match action {
                "user.logout" => Activity::Logoff,
                "staff.fake_login" => Activity::AccountSwitch,
                _ => Activity::Logon,
            })
            .auth_protocol(if sso { AuthProtocol::Saml } else { AuthProtocol::Unknown })
            .outcome(outcome)
            .mfa(mfa)
            .raw_ref(number);
    if let Some(actor) = actor.filter(|_| as_another) {
        event = event.subject(actor);
    }
    let reason = word("failure_reason").or_else(|| word("error")).or_else(|| word("reason"));
    if let Some(reason) = reason.filter(|_| outcome == Outcome::Failure) {
        event = event.outcome_reason(clipped(reason));
    }
    let event = event.build().map_err(|error| refused(&error, &NAMES))?;
    Ok(sink.event(&event))
}

/// Where to: GitHub, or an organization behind its own sign-on.
fn place(root: Node<'_>, sso: bool) -> Host<'_> {
    let org = root.word("org").or_else(|| root.word("business")).filter(|_| sso);
    match org {
        Some(org) => Host::named(format!("{PLACE}/{org}")),
        None => Host::named(PLACE),
    }
}

/// What an identity provider answered: an error is named where there is one.
fn sso(root: Node<'_>) -> Outcome {
    if root.word("error").is_some() || root.word("failure_reason").is_some() {
        Outcome::Failure
    } else {
        Outcome::Success
    }
}
