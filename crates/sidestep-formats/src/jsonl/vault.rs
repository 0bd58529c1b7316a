//! The audit log of HashiCorp Vault and `OpenBao`: who logged in, by what it answered.

use sidestep::event::{Account, AuthEvent, AuthProtocol, Host, Mfa, Outcome};

use super::Taken;
use super::fields::{account, refused, source, time_at, with_port};
use super::shape::pass_over;
use super::tape::Node;
use crate::record_sink::RecordSink;
use crate::values::clipped;
use sidestep::Timestamp;

/// What a login leads to.
const PLACE: &str = "vault";

/// What a login's second step is called.
const SECOND_FACTOR: &str = "sys/mfa/validate";

/// The fields as Vault names them.
const NAMES: [(&str, &str); 4] = [
    ("account", "auth.display_name"),
    ("src_host", "request.remote_address"),
    ("dst_host", "request.namespace.path"),
    ("outcome_reason", "error"),
];

/// Hands on a login. The answer tells what the request does, and what came of it.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let word = |path: &str| root.word(path);
    if word("type") != Some("response") {
        return Ok(pass_over(sink, "Vault", "request"));
    }
    let path = word("request.path").unwrap_or_default();
    let operation = word("request.operation").unwrap_or_default();
    if !is_login(path) {
        // Paths name secrets; what they begin with names the engine.
        let engine = path.split('/').next().unwrap_or_default();
        return Ok(pass_over(sink, "Vault", &format!("{operation} {engine}")));
    }
    let time = time_at(root, &["time"], sink.times())?;
    let error = word("error");
    let asked_for_more = root.find("auth.mfa_requirement").is_some_and(|more| more.is_object())
        || root.find("response.auth.mfa_requirement").is_some_and(|more| more.is_object());
    let outcome = if error.is_some() {
        Outcome::Failure
    } else if asked_for_more {
        Outcome::Unknown
    } else {
        Outcome::Success
    };
    let src = with_port(source(&[word("request.remote_address")]), word("request.remote_port"));
    let mfa =
        if path == SECOND_FACTOR && outcome == Outcome::Success { Mfa::Used } else { Mfa::Unknown };
    let dst = match word("request.namespace.path").map(|path| path.trim_end_matches('/')) {
        Some(namespace) if !namespace.is_empty() => Host::named(format!("{PLACE}/{namespace}")),
        _ => Host::named(PLACE),
    };
    let user = user(root, path).unwrap_or_else(|| Account::new(""));
    let mut event = AuthEvent::builder(Timestamp::from_micros(time), user)
        .src_host(src)
        .dst_host(dst)
        .auth_protocol(protocol(root, path))
        .outcome(outcome)
        .mfa(mfa)
        .raw_ref(number);
    if let Some(error) = error {
        event = event.outcome_reason(clipped(error));
    }
    let event = event.build().map_err(|error| refused(&error, &NAMES))?;
    Ok(sink.event(&event))
}

/// Whether a path is where a method of authentication logs in.
fn is_login(path: &str) -> bool {
    path == SECOND_FACTOR
        || path.strip_prefix("auth/").is_some_and(|rest| {
            rest.split('/').skip(1).any(|part| matches!(part, "login" | "callback"))
        })
}

/// Who logged in: by the name that the method knows, or the one that was asked for.
fn user<'r>(root: Node<'r>, path: &'r str) -> Option<Account<'r>> {
    // Names of a person, and of a machine, as the methods call them.
    const NAMES: [&str; 7] = [
        "auth.metadata.username",
        "auth.metadata.user",
        "auth.metadata.service_account_name",
        "auth.metadata.common_name",
        "auth.metadata.role_name",
        "auth.metadata.role",
        "auth.metadata.canonical_arn",
    ];
    let plain = |text: &&str| !text.starts_with("hmac-");
    let answer = root.get("response");
    let named = NAMES.iter().find_map(|name| {
        let within = || answer.and_then(|answer| answer.word(name));
        root.word(name).or_else(within).filter(plain)
    });
    let asked = path.split_once("/login/").map(|(_, name)| name).filter(|name| !name.is_empty());
    let shown = root.word("auth.display_name").or_else(|| root.word("response.auth.display_name"));
    let shown = shown.filter(plain);
    account(named.or(asked).or(shown), None, None)
}

fn protocol(root: Node<'_>, path: &str) -> AuthProtocol {
    let method = root.word("request.mount_type");
    let method = method.or_else(|| path.strip_prefix("auth/")?.split('/').next());
    match method {
        Some("ldap") => AuthProtocol::Ldap,
        Some("userpass") => AuthProtocol::Password,
        Some("kerberos") => AuthProtocol::Kerberos,
        Some("radius") => AuthProtocol::Radius,
        Some("oidc" | "jwt") => AuthProtocol::OpenId,
        Some("saml") => AuthProtocol::Saml,
        _ => AuthProtocol::Unknown,
    }
}
