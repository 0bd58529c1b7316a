//! What sshd says of logins.
//!
//! The name of a user that does not exist is the text of whoever asked, and may look like the rest
//! of a message. Messages are therefore read from the right, from what sshd itself puts there.

use std::ops::ControlFlow;

use sidestep::event::{Account, Activity, AuthProtocol, LogonType, Outcome};

use super::{Envelope, nothing, send, source};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::values::clipped;
use crate::vocabulary;

/// What it is called as a logon process.
const SSHD: &str = "sshd";

/// A message of sshd's. Only `Accepted` and `Failed` are logons. The other refusals go together
/// with `Failed` lines, or stand for attempts of which there are none; they are
/// pre-authentication, so that nothing counts twice.
pub(super) fn message(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let text = text.strip_suffix(" [preauth]").unwrap_or(text);
    let text = text.strip_prefix("error: ").unwrap_or(text);
    let Some((word, rest)) = text.split_once(' ') else {
        return nothing(sink, "sshd, another message");
    };
    match word {
        "Accepted" | "Failed" | "Postponed" | "Partial" => {
            let Some((method, rest)) = rest.split_once(" for ").filter(|(m, _)| !m.contains(' '))
            else {
                return nothing(sink, "sshd, another message");
            };
            match word {
                "Postponed" => nothing(sink, "sshd, Postponed"),
                // One of several factors: the login itself is still to come.
                "Partial" => nothing(sink, "sshd, Partial"),
                // A client's question which methods there are.
                _ if method == "none" => nothing(sink, "sshd, method none"),
                _ => logon(envelope, word == "Accepted", method, rest, sink),
            }
        }
        "Invalid" if rest.starts_with("user ") => {
            let peer = Peer::at_end(&rest["user ".len()..]).ok_or_else(cut)?;
            refused(envelope, &peer, "invalid user", sink)
        }
        "maximum" => {
            let attempts = "authentication attempts exceeded for ";
            let Some(rest) = rest.strip_prefix(attempts) else {
                return nothing(sink, "sshd, another message");
            };
            let mut peer = Peer::at_end(without_version(rest)).ok_or_else(cut)?;
            peer.strip_invalid();
            refused(envelope, &peer, "maximum authentication attempts exceeded", sink)
        }
        "ROOT" => {
            let Some(rest) = rest.strip_prefix("LOGIN REFUSED FROM ") else {
                return nothing(sink, "sshd, another message");
            };
            let (address, port) = port_at_end(rest);
            refused(envelope, &Peer { user: "root", address, port }, "root login refused", sink)
        }
        "User" if rest.contains(" not allowed because ") => not_allowed(envelope, rest, sink),
        "Connection" | "Disconnected" | "Disconnecting" => ended(envelope, rest, sink),
        _ => nothing(sink, "sshd, another message"),
    }
}

/// What is wrong with a message of a known kind that lacks its end.
fn cut() -> Fault {
    Fault::record("does not say where the login came from; is the line cut?")
}

/// A user, and where it asks from.
#[derive(Debug, PartialEq, Eq)]
struct Peer<'t> {
    user: &'t str,
    address: &'t str,
    port: Option<u16>,
}

impl<'t> Peer<'t> {
    /// `user from address` or `user from address port n`, up to the end of the text.
    fn at_end(text: &'t str) -> Option<Self> {
        let (text, port) = port_at_end(text);
        let (user, address) = text.rsplit_once(" from ")?;
        (!address.is_empty() && !address.contains(' ')).then_some(Self { user, address, port })
    }

    /// Takes away what sshd puts before the name of a user that does not exist.
    fn strip_invalid(&mut self) -> bool {
        let name = self.user.strip_prefix("invalid user ");
        let name = name.or_else(|| self.user.strip_prefix("illegal user "));
        self.user = name.unwrap_or(self.user);
        name.is_some()
    }
}

/// Splits ` port n` off the end.
fn port_at_end(text: &str) -> (&str, Option<u16>) {
    match text.rsplit_once(" port ") {
        Some((before, port)) if port.parse::<u16>().is_ok() => (before, port.parse().ok()),
        _ => (text, None),
    }
}

fn without_version(text: &str) -> &str {
    text.strip_suffix(" ssh2").or_else(|| text.strip_suffix(" ssh1")).unwrap_or(text)
}

/// One attempt.
#[derive(Debug, PartialEq, Eq)]
struct Attempt<'t> {
    peer: Peer<'t>,
    /// Whether the user does not exist.
    invalid: bool,
    /// Key and fingerprint, certificate, or Kerberos principal.
    info: Option<&'t str>,
}

impl<'t> Attempt<'t> {
    /// `[invalid user ]user from address port n ssh2[: info]`.
    fn parse(text: &'t str) -> Option<Self> {
        const BORDER: &str = " ssh2: ";
        let of = |text: &'t str, info| {
            let mut peer = Peer::at_end(text)?;
            let invalid = peer.strip_invalid();
            Some(Self { peer, invalid, info })
        };
        // A key's type and fingerprint cannot be mistaken, so that the last border is the border.
        if let Some((before, info)) = text.rsplit_once(BORDER)
            && is_key(info)
        {
            return of(before, Some(info));
        }
        // Other information is also the text of whoever asks. A user that exists has no name that
        // looks like a border, and so the first one counts; that of one that does not may.
        let existing = !text.starts_with("invalid user ") && !text.starts_with("illegal user ");
        if existing
            && let Some((before, info)) = text.split_once(BORDER)
            && let Some(attempt) = of(before, Some(info))
            && attempt.peer.port.is_some()
            && !attempt.peer.user.contains(' ')
        {
            return Some(attempt);
        }
        if text.len() == without_version(text).len()
            && let Some((before, info)) = text.rsplit_once(BORDER)
        {
            return of(before, Some(info));
        }
        of(without_version(text), None)
    }
}

/// Whether information is a key's type and fingerprint, `ED25519 SHA256:...`, and nothing else.
fn is_key(info: &str) -> bool {
    let Some((kind, fingerprint)) = info.split_once(' ') else { return false };
    let word = |text: &str, marks: &[u8]| {
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || marks.contains(&b))
    };
    word(kind, b"-") && fingerprint.contains(':') && word(fingerprint, b":+/=")
}

/// A logon that succeeded or failed.
fn logon(
    envelope: &Envelope<'_>,
    accepted: bool,
    method: &str,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let Attempt { peer, invalid, info } = Attempt::parse(text).ok_or_else(cut)?;
    if peer.user.is_empty() {
        return nothing(sink, "sshd, a user without a name");
    }
    let outcome = if accepted { Outcome::Success } else { Outcome::Failure };
    let mut builder = envelope
        .event(Account::parse(peer.user), Activity::Logon, outcome)?
        .src_host(peer.host())
        .logon_type(LogonType::Network)
        .auth_protocol(protocol(method))
        .logon_process(SSHD);
    if let Some(info) = info {
        if let Some((_, fingerprint)) = info.split_once(' ').filter(|_| is_key(info)) {
            builder = builder.credential(clipped(fingerprint));
        }
        builder = builder.outcome_reason(clipped(info));
    } else if invalid {
        builder = builder.outcome_reason("invalid user");
    }
    send(builder, sink)
}

/// The method, which may name the device behind it: `keyboard-interactive/pam`.
fn protocol(method: &str) -> AuthProtocol {
    match method.split_once('/').map_or(method, |(method, _)| method) {
        "gssapi-with-mic" | "gssapi-keyex" => AuthProtocol::Kerberos,
        method => vocabulary::auth_protocol(method),
    }
}

impl Peer<'_> {
    fn host(&self) -> sidestep::event::Host<'_> {
        let host = source(self.address);
        match self.port {
            Some(port) if !host.is_unknown() => host.with_port(port),
            _ => host,
        }
    }
}

/// A refusal that is no failed logon by itself.
fn refused(
    envelope: &Envelope<'_>,
    peer: &Peer<'_>,
    reason: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    if peer.user.is_empty() {
        return nothing(sink, "sshd, a user without a name");
    }
    let builder = envelope
        .event(Account::parse(peer.user), Activity::Preauthentication, Outcome::Failure)?
        .src_host(peer.host())
        .logon_process(SSHD)
        .outcome_reason(clipped(reason));
    send(builder, sink)
}

/// `User name from address not allowed because reason`: the user exists.
fn not_allowed(
    envelope: &Envelope<'_>,
    rest: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let (who, reason) = rest.split_once(" not allowed because ").unwrap_or((rest, ""));
    let (user, address) = who.split_once(" from ").unwrap_or((who, ""));
    refused(envelope, &Peer { user, address, port: None }, reason, sink)
}

/// A connection that ended. Before the login it tells of one that did not come off; that of an
/// invalid user was told before, and that after a login is told by PAM.
fn ended(
    envelope: &Envelope<'_>,
    rest: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    const USER: &str = "authenticating user ";
    let how = rest
        .split_once(USER)
        .filter(|(how, _)| matches!(*how, "" | "closed by " | "reset by " | "from "));
    let Some((_, who)) = how else {
        return nothing(sink, "sshd, end of a connection");
    };
    // Only one that sshd itself ends has a reason, which may hold a name; the user exists.
    let (who, reason) = match who.split_once(": ") {
        Some((who, reason)) => (who, reason),
        None => (who, "connection closed"),
    };
    let (who, port) = port_at_end(who);
    let Some((user, address)) = who.rsplit_once(' ') else { return Err(cut()) };
    refused(envelope, &Peer { user, address, port }, reason, sink)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn attempt(text: &str) -> (String, bool, String, Option<u16>, Option<String>) {
        let Attempt { peer, invalid, info } = Attempt::parse(text).unwrap();
        (peer.user.to_owned(), invalid, peer.address.to_owned(), peer.port, info.map(str::to_owned))
    }

    #[test]
    fn information_is_read_as_far_as_it_can_be_told() {
        let key = "ED25519 SHA256:abc+/def";
        let read = attempt(&format!("bob from 10.0.0.1 port 5 ssh2: {key}"));
        assert_eq!(read, ("bob".into(), false, "10.0.0.1".into(), Some(5), Some(key.into())));
        // The id of a certificate is text of whoever made it.
        let forged = "RSA-CERT SHA256:aa ID x from 9.9.9.9 port 1 ssh2: RSA SHA256:bb \
                      (serial 0) CA RSA SHA256:cc";
        let read = attempt(&format!("bob from 10.0.0.1 port 5 ssh2: {forged}"));
        assert_eq!(read, ("bob".into(), false, "10.0.0.1".into(), Some(5), Some(forged.into())));
        let ends = "RSA-CERT SHA256:aa ID x from 9.9.9.9 port 1 ssh2";
        let read = attempt(&format!("bob from 10.0.0.1 port 5 ssh2: {ends}"));
        assert_eq!((read.2.as_str(), read.4.as_deref()), ("10.0.0.1", Some(ends)));
        let principal = attempt("bob from 10.0.0.1 port 5 ssh2: bob@CORP.EXAMPLE");
        assert_eq!(principal.4.as_deref(), Some("bob@CORP.EXAMPLE"));
    }

    /// Names that try to be the rest of a message.
    fn user() -> impl Strategy<Value = String> {
        let piece = proptest::sample::select(vec![
            " from ",
            " port ",
            "1.2.3.4",
            "22",
            " ssh2",
            ": ",
            " ssh2: ",
            "RSA SHA256:aa",
            " for ",
            "invalid user ",
            "root",
            " ",
            "x",
            "]",
            "[preauth]",
            "é",
            " from 1.2.3.4 port 22 ssh2",
        ]);
        prop_oneof![
            proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat()),
            "[^\\n]{0,40}",
        ]
    }

    proptest! {
        #[test]
        fn any_name_of_an_invalid_user_comes_back(user in user(), port in any::<u16>()) {
            let expected =
                |info: Option<&str>| (user.clone(), true, "10.0.0.1".to_owned(), Some(port), info.map(str::to_owned));
            let plain = format!("invalid user {user} from 10.0.0.1 port {port} ssh2");
            prop_assert_eq!(attempt(&plain), expected(None));
            let key = "ECDSA-CERT SHA256:x/y+z=";
            prop_assert_eq!(attempt(&format!("{plain}: {key}")), expected(Some(key)));
        }

        #[test]
        fn any_name_comes_back_from_a_password(user in user(), port in any::<u16>()) {
            prop_assume!(!user.starts_with("invalid user ") && !user.starts_with("illegal user "));
            // One that exists cannot hold the border of the information.
            prop_assume!(!user.contains(" ssh2: "));
            let (name, invalid, address, found, info) =
                attempt(&format!("{user} from 10.0.0.1 port {port} ssh2"));
            prop_assert_eq!((name, invalid, address.as_str(), found, info), (user, false, "10.0.0.1", Some(port), None));
        }

        #[test]
        fn any_name_comes_back_from_a_peer(user in user(), port in any::<u16>()) {
            let with_port = format!("{user} from ::1 port {port}");
            let expected = Peer { user: &user, address: "::1", port: Some(port) };
            prop_assert_eq!(Peer::at_end(&with_port), Some(expected));
            let without = format!("{user} from ::1");
            let expected = Peer { user: &user, address: "::1", port: None };
            prop_assert_eq!(Peer::at_end(&without), Some(expected));
        }
    }
}
