//! Attempts to log on: those that succeeded, those that failed, and what is offered by the way.

use std::ops::ControlFlow;

use sidestep::event::{Account, Activity, AuthProtocol, Host, LogonType, Mfa, Outcome};

use super::super::connection::{Connection, Key, OFFERED, begun, release};
use super::super::escape::unescaped;
use super::super::{Envelope, nothing, send};
use super::peer::{Attempt, Peer, credential};
use super::{SSHD, cut};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::values::{clipped, ip};
use crate::vocabulary;

/// What a message that has no user is called.
const NAMELESS: &str = "sshd, a user without a name";

/// The methods of which several make a login of several factors.
const METHODS: [&str; 6] = [
    "publickey",
    "password",
    "keyboard-interactive",
    "hostbased",
    "gssapi-with-mic",
    "gssapi-keyex",
];

/// A method without the device behind it, as in `keyboard-interactive/pam`.
fn base(method: &str) -> &str {
    method.split_once('/').map_or(method, |(method, _)| method)
}

/// Whether a client tries a method by itself, with what it has, before it asks anybody.
fn is_offered(method: &str) -> bool {
    matches!(method, "publickey" | "hostbased" | "gssapi-with-mic" | "gssapi-keyex")
}

fn protocol(method: &str) -> AuthProtocol {
    match base(method) {
        "gssapi-with-mic" | "gssapi-keyex" => AuthProtocol::Kerberos,
        method => vocabulary::auth_protocol(method),
    }
}

/// Takes what is known of the connection of an attempt, if its process is still the same one.
fn same(envelope: &Envelope<'_>, peer: &Peer<'_>, sink: &mut RecordSink<'_>) -> ControlFlow<()> {
    let key = Key::of(envelope, peer.address, peer.port);
    let is_other = sink.connections.get(key).is_some_and(|connection| {
        connection.source.is_some_and(|(address, port)| {
            Some(address) != ip(peer.address) || (port.is_some() && port != peer.port)
        })
    });
    match sink.connections.end(key.filter(|_| is_other)) {
        Some(over) => release(over, sink),
        None => ControlFlow::Continue(()),
    }
}

/// A factor that was accepted while others have to follow.
pub(super) fn partial(
    envelope: &Envelope<'_>,
    method: &str,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    if let Some(Attempt { peer, .. }) = Attempt::parse(text)
        && let Some(known) = METHODS.iter().find(|known| **known == base(method))
    {
        if same(envelope, &peer, sink).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let key = Key::of(envelope, peer.address, peer.port);
        if let Some(connection) = begun(envelope, key, sink) {
            connection.factor = Some(known);
            connection.source = ip(peer.address).map(|address| (address, peer.port));
        }
    }
    nothing(sink, "sshd, Partial")
}

/// A login.
pub(super) fn accepted(
    envelope: &Envelope<'_>,
    method: &str,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let Attempt { peer, info, .. } = Attempt::parse(text).ok_or_else(cut)?;
    if peer.user.is_empty() {
        return nothing(sink, NAMELESS);
    }
    // A user that exists has no such name: lines were joined.
    if peer.user.contains(" port ") && peer.user.contains(" from ") {
        return Err(Fault::record("holds several messages; were its line ends lost?"));
    }
    if same(envelope, &peer, sink).is_break() {
        return Ok(ControlFlow::Break(()));
    }
    let mut mfa = Mfa::Unknown;
    let key = Key::of(envelope, peer.address, peer.port);
    if let Some(Connection { offer, wrong, factor, .. }) = sink.connections.end(key) {
        if offer.is_some() {
            sink.pass_over(OFFERED);
        }
        if let Some(wrong) = wrong
            && sink.event(&wrong).is_break()
        {
            return Ok(ControlFlow::Break(()));
        }
        if factor.is_some_and(|factor| factor != base(method)) {
            mfa = Mfa::Used;
        }
    }
    let name = unescaped(peer.user);
    let mut builder = envelope
        .event(Account::parse(&name), Activity::Logon, Outcome::Success)?
        .src_host(peer.host())
        .logon_type(LogonType::Network)
        .auth_protocol(protocol(method))
        .logon_process(SSHD)
        .mfa(mfa);
    let mark = info.and_then(credential);
    if let Some(mark) = &mark {
        builder = builder.credential(clipped(mark));
    }
    if let Some(info) = info {
        builder = builder.outcome_reason(clipped(info));
    }
    send(builder, sink)
}

/// An attempt that failed. One that a client makes by itself, with a key or a ticket, is held until the
/// connection comes to a login or to its end.
pub(super) fn failed(
    envelope: &Envelope<'_>,
    method: &str,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let Attempt { peer, invalid, info } = Attempt::parse(text).ok_or_else(cut)?;
    if peer.user.is_empty() {
        return nothing(sink, NAMELESS);
    }
    if same(envelope, &peer, sink).is_break() {
        return Ok(ControlFlow::Break(()));
    }
    let key = Key::of(envelope, peer.address, peer.port);
    let barred = sink.connections.get(key).and_then(|connection| connection.barred.clone());
    let name = unescaped(peer.user);
    let mut builder = envelope
        .event(Account::parse(&name), Activity::Logon, Outcome::Failure)?
        .src_host(peer.host())
        .logon_type(LogonType::Network)
        .auth_protocol(protocol(method))
        .logon_process(SSHD);
    let mark = info.and_then(credential);
    if let Some(mark) = &mark {
        builder = builder.credential(clipped(mark));
    }
    if let Some(barred) = &barred {
        builder = builder.outcome_reason(&**barred);
    } else if let Some(info) = info {
        builder = builder.outcome_reason(clipped(info));
    } else if invalid {
        builder = builder.outcome_reason("invalid user");
    }
    if !is_offered(base(method)) {
        if let Some(connection) = sink.connections.get(key) {
            connection.has_failed = true;
            connection.source = ip(peer.address).map(|address| (address, peer.port));
            let (offer, wrong) = (connection.offer.take(), connection.wrong.take());
            if offer.is_some() {
                sink.pass_over(OFFERED);
            }
            match wrong {
                // Both are of the same password.
                Some(_) if base(method) == "keyboard-interactive" => {
                    sink.pass_over("sshd, a wrong password, written twice");
                }
                Some(wrong) if sink.event(&wrong).is_break() => {
                    return Ok(ControlFlow::Break(()));
                }
                _ => {}
            }
        }
        return send(builder, sink);
    }
    let event = builder.build().map_err(|error| Fault::record(error.to_string()))?;
    let Some(connection) = begun(envelope, key, sink) else { return Ok(sink.event(&event)) };
    connection.source = ip(peer.address).map(|address| (address, peer.port));
    if connection.offer.is_some() || connection.has_failed {
        return nothing(sink, OFFERED);
    }
    if invalid {
        // No login can follow.
        connection.has_failed = true;
        return Ok(sink.event(&event));
    }
    connection.offer = Some(Box::new(event.into_owned()));
    Ok(ControlFlow::Continue(()))
}

/// `Authentication failure for bob from 10.0.0.5`: PAM took a password for wrong. If sshd writes it too,
/// it is in the next line.
pub(super) fn wrong(
    envelope: &Envelope<'_>,
    rest: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let told = rest.split_once(" for ").and_then(|(what, who)| Some((what, Peer::at_end(who)?)));
    let Some((what, mut peer)) = told else {
        return nothing(sink, "sshd, another message");
    };
    let invalid = peer.strip_invalid();
    if peer.user.is_empty() {
        return nothing(sink, NAMELESS);
    }
    let key = Key::of(envelope, peer.address, None);
    // Without a number of its process it cannot be known whether sshd writes it again.
    let activity = if key.is_some() { Activity::Logon } else { Activity::Preauthentication };
    let name = unescaped(peer.user);
    let mut builder = envelope
        .event(Account::parse(&name), activity, Outcome::Failure)?
        .src_host(peer.host())
        .logon_type(LogonType::Network)
        .auth_protocol(AuthProtocol::Password)
        .logon_process(SSHD);
    if invalid {
        builder = builder.outcome_reason("invalid user");
    } else if what != "Authentication failure" {
        builder = builder.outcome_reason(clipped(what));
    }
    let event = builder.build().map_err(|error| Fault::record(error.to_string()))?;
    let Some(connection) = begun(envelope, key, sink) else { return Ok(sink.event(&event)) };
    let before = connection.wrong.replace(Box::new(event.into_owned()));
    match before {
        Some(before) => Ok(sink.event(&before)),
        None => Ok(ControlFlow::Continue(())),
    }
}

/// `denied for user bob by PAM account configuration`: the password may well have been right.
pub(super) fn denied(
    envelope: &Envelope<'_>,
    rest: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let user = rest.strip_prefix("denied for user ").unwrap_or(rest);
    let (user, by) = user.rsplit_once(" by ").unwrap_or((user, "sshd"));
    let key = Key::of(envelope, "", None);
    let connection = sink.connections.end(key).unwrap_or_default();
    if user.is_empty() {
        // This says nothing of its own; what was held of the connection stands.
        if release(connection, sink).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        return nothing(sink, NAMELESS);
    }
    let Connection { source, barred, has_failed, offer, wrong, .. } = connection;
    if offer.is_some() {
        sink.pass_over(OFFERED);
    }
    if wrong.is_some() {
        sink.pass_over("sshd, a failure that the refusal after it explains");
    }
    if has_failed {
        return nothing(sink, "sshd, a refusal that was told before");
    }
    let name = unescaped(user);
    let reason = barred.map_or_else(|| format!("access denied by {by}"), String::from);
    let host = match source {
        Some((address, Some(port))) => Host::at(address).with_port(port),
        Some((address, None)) => Host::at(address),
        None => Host::default(),
    };
    let builder = envelope
        .event(Account::parse(&name), Activity::Preauthentication, Outcome::Failure)?
        .src_host(host)
        .logon_process(SSHD)
        .outcome_reason(clipped(&reason));
    send(builder, sink)
}
