//! What sshd says of logins.
//!
//! The name of a user that does not exist is the text of whoever asked, and may look like the rest
//! of a message. Messages are therefore read from the right, from what sshd itself puts there.

mod attempt;
mod listener;
mod peer;

use std::borrow::Cow;
use std::ops::ControlFlow;

use sidestep::event::{Account, Activity, Outcome};

use self::peer::{Peer, port_at_end, without_version};
use super::connection::{Key, begun, release};
use super::escape::unescaped;
use super::names::is_facility;
use super::stray::holds_login;
use super::{Envelope, nothing, send, words};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::values::clipped;

/// What it is called as a logon process.
const SSHD: &str = "sshd";

/// A message of sshd's. Only `Accepted` and `Failed` are logons, and a password that PAM took for
/// wrong. The other refusals go together with `Failed` lines, or stand for attempts of which there are
/// none; they are pre-authentication, so that nothing counts twice.
pub(super) fn message(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    // rsyslog writes a carriage return so.
    let text = text.strip_suffix("#015").unwrap_or(text).trim_end_matches(' ');
    let text = text.strip_suffix(" [preauth]").unwrap_or(text);
    let text = without_level(text);
    let Some((word, rest)) = words::first(text) else {
        return nothing(sink, "sshd, another message");
    };
    match word {
        "Accepted" | "Failed" | "Postponed" | "Partial" => {
            let Some((method, rest)) = words::first(rest)
                .and_then(|(method, rest)| Some((method, rest.strip_prefix("for ")?)))
            else {
                return nothing(sink, "sshd, another message");
            };
            match word {
                "Postponed" => nothing(sink, "sshd, Postponed"),
                // One of several factors: the login itself is still to come.
                "Partial" => attempt::partial(envelope, method, rest, sink),
                "Accepted" => attempt::accepted(envelope, method, rest, sink),
                // A client's question which methods there are.
                _ if method == "none" => nothing(sink, "sshd, method none"),
                _ => attempt::failed(envelope, method, rest, sink),
            }
        }
        "PAM:" => attempt::wrong(envelope, rest, sink),
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
            if over(envelope, peer.address, peer.port, sink).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            refused(envelope, &peer, "maximum authentication attempts exceeded", sink)
        }
        "ROOT" => {
            let Some(rest) = rest.strip_prefix("LOGIN REFUSED FROM ") else {
                return nothing(sink, "sshd, another message");
            };
            let (address, port) = port_at_end(rest);
            let key = Key::of(envelope, address, port);
            if let Some(connection) = begun(envelope, key, sink) {
                // The process that asks writes it again.
                if connection.is_root_refused {
                    return nothing(sink, "sshd, root login refused, written twice");
                }
                connection.is_root_refused = true;
            }
            refused(envelope, &Peer { user: "root", address, port }, "root login refused", sink)
        }
        "User" if rest.contains(" not allowed because ") => not_allowed(envelope, rest, sink),
        "Access" if rest.starts_with("denied for user ") => attempt::denied(envelope, rest, sink),
        "Connection" if rest.starts_with("from ") => listener::began(envelope, rest, sink),
        "Connection" | "Disconnected" | "Disconnecting" => ended(envelope, rest, sink),
        "Received" | "Unable" => {
            if over(envelope, "", None, sink).is_break() {
                return Ok(ControlFlow::Break(()));
            }
            nothing(sink, "sshd, end of a connection")
        }
        "Timeout" => listener::timed_out(envelope, rest, sink),
        "drop" if rest.starts_with("connection #") => listener::dropped(envelope, rest, sink),
        "refused" if rest.starts_with("connect from ") => listener::shut_out(envelope, rest, sink),
        _ => another(text, sink),
    }
}

/// Takes away the level that sshd, or what keeps its log, puts before a message.
#[inline]
fn without_level(text: &str) -> &str {
    // Messages that matter begin with a capital, save these few.
    if !text.as_bytes().first().is_some_and(|byte| byte.is_ascii_lowercase() || *byte == b'(') {
        return text;
    }
    // The unified log of macOS names the library.
    let text = match text.strip_prefix('(').and_then(|text| text.split_once(") ")) {
        Some((library, text)) if !library.contains(' ') => text,
        _ => text,
    };
    const LEVELS: [&str; 6] = ["error: ", "fatal: ", "info: ", "notice: ", "debug1: ", "debug: "];
    match LEVELS.iter().find_map(|level| text.strip_prefix(level)) {
        Some(text) => text.strip_prefix("fatal: ").unwrap_or(text),
        None => match text.split_once(": ") {
            Some((level, text)) if is_facility(level) => text,
            _ => text,
        },
    }
}

/// What is wrong with a message of a known kind that lacks its end.
fn cut() -> Fault {
    Fault::record("does not say where the login came from; is the line cut?")
}

/// Ends a connection: what was held of it is certain now.
fn over(
    envelope: &Envelope<'_>,
    address: &str,
    port: Option<u16>,
    sink: &mut RecordSink<'_>,
) -> ControlFlow<()> {
    let key = Key::of(envelope, address, port);
    match sink.connections.end(key) {
        Some(connection) => release(connection, sink),
        None => ControlFlow::Continue(()),
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
    let name = unescaped(peer.user);
    let builder = envelope
        .event(Account::parse(&name), Activity::Preauthentication, Outcome::Failure)?
        .src_host(peer.host())
        .logon_process(SSHD)
        .outcome_reason(clipped(reason));
    send(builder, sink)
}

/// `User name from address not allowed because reason`: the user exists. `Failed` lines call them
/// invalid all the same.
fn not_allowed(
    envelope: &Envelope<'_>,
    rest: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let (who, reason) = rest.split_once(" not allowed because ").unwrap_or((rest, ""));
    let (user, address) = who.split_once(" from ").unwrap_or((who, ""));
    let (address, port) = port_at_end(address);
    let key = Key::of(envelope, address, port);
    if let Some(connection) = begun(envelope, key, sink) {
        connection.barred = Some(clipped(reason).into());
    }
    refused(envelope, &Peer { user, address, port }, reason, sink)
}

/// A message of no known kind; one that holds a login nevertheless is counted apart.
fn another(text: &str, sink: &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault> {
    // What a client sends before it is known may look like a login.
    if holds_login(text) && !text.starts_with("Bad protocol version") {
        sink.not_understood("a login by sshd behind other words");
        return Ok(ControlFlow::Continue(()));
    }
    nothing(sink, "sshd, another message")
}

/// A connection that ended. Before the login it tells of one that did not come off; that of an
/// invalid user was told before, and that after a login is told by PAM.
fn ended(
    envelope: &Envelope<'_>,
    rest: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    const USER: &str = "authenticating user ";
    let how = ["", "closed by ", "reset by ", "from "];
    let who = how.iter().find_map(|how| rest.strip_prefix(how)?.strip_prefix(USER));
    let Some(who) = who else {
        let (who, port) = port_at_end(rest);
        let address = who.rsplit_once(' ').map_or("", |(_, address)| address);
        if over(envelope, address, port, sink).is_break() {
            return Ok(ControlFlow::Break(()));
        }
        return nothing(sink, "sshd, end of a connection");
    };
    // Only one that sshd itself ends has a reason, which may hold a name; the user exists.
    let (who, reason) = match who.split_once(": ") {
        Some((who, reason)) => (who, reason),
        None => (who, "connection closed"),
    };
    let (who, port) = port_at_end(who);
    let Some((user, address)) = who.rsplit_once(' ') else { return Err(cut()) };
    if over(envelope, address, port, sink).is_break() {
        return Ok(ControlFlow::Break(()));
    }
    // Here the name is escaped twice.
    let user: Cow<'_, str> = unescaped(user);
    refused(envelope, &Peer { user: &user, address, port }, reason, sink)
}
