//! The audit log of Teleport.

use sidestep::event::{Account, AuthEvent, AuthProtocol, Host, LogonType, Mfa, Outcome};

use super::Taken;
use super::fields::{account, destination, host, refused, source, time_at};
use super::shape::pass_over;
use super::tape::Node;
use crate::record_sink::RecordSink;
use crate::values::clipped;
use sidestep::Timestamp;

/// What a sign-in leads to where the cluster has no name.
const PLACE: &str = "teleport";

/// The fields as Teleport names them.
const NAMES: [(&str, &str); 4] = [
    ("account", "user"),
    ("src_host", "addr.remote"),
    ("dst_host", "server_hostname"),
    ("outcome_reason", "error"),
];

/// Whether a text is a code such as `T1000I` or `TDB00W`.
pub(super) fn is_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes.len(), 5..=9)
        && bytes.first() == Some(&b'T')
        && matches!(bytes.last(), Some(b'I' | b'W' | b'E'))
        && bytes.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && bytes.iter().any(u8::is_ascii_digit)
}

/// Hands on a login, or the start of a session on a host.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let word = |name: &str| root.word(name);
    let kind = word("event").unwrap_or("event without a name");
    let cluster = || word("cluster_name").unwrap_or(PLACE);
    let (login, dst) = match kind {
        "user.login" => (None, Host::named(cluster())),
        "auth" => {
            let server = host(&[word("server_hostname")]);
            let unknown = server.is_unknown();
            (word("login"), if unknown { Host::named(cluster()) } else { server })
        }
        "session.start" | "session.join" => (word("login"), server(root)),
        "windows.desktop.session.start" => {
            let desktop = word("desktop_name").or_else(|| computer(root));
            (word("windows_user").or_else(|| word("login")), host(&[desktop, word("desktop_addr")]))
        }
        "db.session.start" => {
            let database = word("db_service").or_else(|| word("db_uri"));
            (word("db_user"), host(&[database.or_else(|| word("db_name"))]))
        }
        "app.session.start" => {
            (None, host(&[word("app_name").or_else(|| word("app_public_addr"))]))
        }
        _ => return Ok(pass_over(sink, "Teleport", kind)),
    };
    let time = time_at(root, &["time"], sink.times())?;
    let user = account(word("user"), None, None);
    let (who, subject) = match login {
        // A login of the host, which the user was let use.
        Some(login) => (account(Some(login), word("windows_domain"), None), user),
        None => (user, None),
    };
    // Of a desktop it is the desktop's own address.
    let from = word("addr.remote").filter(|from| Some(*from) != word("desktop_addr"));
    let outcome = outcome(root);
    let mut event =
        AuthEvent::builder(Timestamp::from_micros(time), who.unwrap_or_else(|| Account::new("")))
            .src_host(source(&[from]))
            .dst_host(destination(dst, "server_hostname")?)
            .logon_type(logon_type(kind))
            .auth_protocol(protocol(kind, word("method")))
            .outcome(outcome)
            .mfa(mfa(root))
            .raw_ref(number);
    if let Some(subject) = subject {
        event = event.subject(subject);
    }
    if let Some(reason) = word("error").filter(|_| outcome == Outcome::Failure) {
        event = event.outcome_reason(clipped(reason));
    }
    let event = event.build().map_err(|error| refused(&error, &NAMES))?;
    Ok(sink.event(&event))
}

/// The host, or the pod, that a session is on.
fn server(root: Node<'_>) -> Host<'_> {
    let word = |name: &str| root.word(name);
    if let Some(pod) = word("kubernetes_pod_name") {
        return match word("kubernetes_pod_namespace") {
            Some(namespace) => Host::named(format!("{namespace}/{pod}")),
            None => Host::named(pod),
        };
    }
    let server = word("server_hostname").or_else(|| word("kubernetes_cluster"));
    host(&[server.or_else(|| word("server_id")), word("server_addr")])
}

/// The name that a desktop's computer has in the directory.
fn computer(root: Node<'_>) -> Option<&str> {
    let labels = root.get("desktop_labels")?;
    let name = ["teleport.dev/dns_host_name", "teleport.dev/computer_name"];
    name.iter().find_map(|name| labels.get(name)?.first_text())
}

/// Whether it succeeded: it says so, or else the last letter of its code does.
fn outcome(root: Node<'_>) -> Outcome {
    match (root.word("success"), root.word("code")) {
        (Some("true"), _) => Outcome::Success,
        (Some("false"), _) => Outcome::Failure,
        (_, Some(code)) if code.ends_with('I') => Outcome::Success,
        (_, Some(code)) if code.ends_with(['W', 'E']) => Outcome::Failure,
        _ => Outcome::Unknown,
    }
}

fn logon_type(kind: &str) -> LogonType {
    match kind {
        "windows.desktop.session.start" => LogonType::RemoteInteractive,
        _ => LogonType::Unknown,
    }
}

fn protocol(kind: &str, method: Option<&str>) -> AuthProtocol {
    match (kind, method) {
        ("user.login", Some("saml")) => AuthProtocol::Saml,
        ("user.login", Some("oidc")) => AuthProtocol::OpenId,
        ("user.login", Some("github")) => AuthProtocol::OAuth2,
        _ => AuthProtocol::Unknown,
    }
}

/// A device is named where one was used.
fn mfa(root: Node<'_>) -> Mfa {
    let device = ["mfa_device", "mfa_device.mfa_device_name", "with_mfa"];
    let named = device.iter().filter_map(|path| root.find(path));
    let used = named.into_iter().any(|node| {
        node.first_text().is_some() || node.children().any(|child| child.text().is_some())
    });
    if used { Mfa::Used } else { Mfa::Unknown }
}
