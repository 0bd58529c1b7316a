//! What Dropbear says of logins: the SSH server of routers and small systems.

use std::ops::ControlFlow;

use sidestep::event::{Account, Activity, AuthProtocol, LogonType, Outcome};

use super::{Envelope, nothing, send, source};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::values::clipped;

/// `Password auth succeeded for 'bob' from 10.0.0.5:50001`, `Pubkey auth succeeded for 'bob' with
/// ssh-ed25519 key SHA256:... from 10.0.0.5:50001`, `Bad password attempt for 'bob' from ...`.
///
/// Dropbear writes no name of a user that does not exist.
pub(super) fn message(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let told = text.split_once(" for '").and_then(|(what, rest)| {
        let outcome = match what {
            "Password auth succeeded"
            | "PAM password auth succeeded"
            | "Pubkey auth succeeded"
            | "Auth succeeded with blank password" => Outcome::Success,
            "Bad password attempt" | "Bad PAM password attempt" => Outcome::Failure,
            _ => return None,
        };
        Some((what, outcome, rest))
    });
    let Some((what, outcome, rest)) = told else {
        return nothing(sink, "dropbear, another message");
    };
    let cut = || Fault::record("does not say where the login came from; is the line cut?");
    let (rest, peer) = rest.rsplit_once(" from ").ok_or_else(cut)?;
    let (user, key) = rest.split_once('\'').ok_or_else(cut)?;
    if user.is_empty() {
        return nothing(sink, "dropbear, a user without a name");
    }
    let (address, port) = match peer.rsplit_once(':') {
        Some((address, port)) => (address.trim_matches(['[', ']']), port.parse::<u16>().ok()),
        None => (peer, None),
    };
    let host = source(address);
    let host = match port {
        Some(port) if !host.is_unknown() => host.with_port(port),
        _ => host,
    };
    let is_key = what == "Pubkey auth succeeded";
    let mut builder = envelope
        .event(Account::parse(user), Activity::Logon, outcome)?
        .src_host(host)
        .logon_type(LogonType::Network)
        .auth_protocol(if is_key { AuthProtocol::PublicKey } else { AuthProtocol::Password })
        .logon_process("dropbear");
    if let Some((_, mark)) = key.rsplit_once("key ").filter(|(_, mark)| mark.contains(':')) {
        builder = builder.credential(clipped(mark));
    }
    send(builder, sink)
}
