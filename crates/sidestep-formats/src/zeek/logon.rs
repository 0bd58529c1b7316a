//! `ntlm.log` and `rdp.log`: logons that name an account.

use std::ops::ControlFlow;

use sidestep::event::{
    Account, AuthEvent, AuthProtocol, HostActivity, HostActivityKind, LogonType, Outcome,
};

use super::record::{Field, Record};
use super::{did, named, nothing, of_session, send};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use sidestep::Timestamp;

/// An exchange of NTLM. Where it names no user it still says which name the server has.
pub(super) fn ntlm(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let server = named(record, Field::ServerDnsComputerName)
        .or_else(|| named(record, Field::ServerNbComputerName));
    let mut dst = record.resp()?;
    dst.name = server.map(Into::into);
    let Some(user) = record.get(Field::Username) else {
        if server.is_none() {
            return nothing(sink, "zeek ntlm without a user or a server's name");
        }
        let mut builder = HostActivity::builder(
            Timestamp::from_micros(record.time()?),
            HostActivityKind::AddressBinding,
            dst,
        )
        .peer(record.orig()?);
        if let Some(line) = record.raw_ref {
            builder = builder.raw_ref(line);
        }
        let activity = builder.build().map_err(|error| Fault::record(error.to_string()))?;
        return Ok(sink.activity(&activity));
    };
    let account = match record.get(Field::Domainname).filter(|domain| *domain != ".") {
        Some(domain) => Account::new(user).with_domain(domain),
        None => Account::parse(user),
    };
    let mut src = record.orig()?;
    src.name = named(record, Field::Hostname).map(Into::into);
    let outcome = match record.truth(Field::Success)? {
        Some(true) => Outcome::Success,
        Some(false) => Outcome::Failure,
        None => Outcome::Unknown,
    };
    let builder = AuthEvent::builder(Timestamp::from_micros(record.time()?), account)
        .src_host(src)
        .dst_host(dst)
        .logon_type(LogonType::Network)
        .auth_protocol(AuthProtocol::Ntlm)
        .outcome(outcome);
    send(record, of_session(record, builder), sink)
}

/// A connection to a remote desktop. The cookie is the user's name as the client sends it ahead of
/// any authentication, cut at nine characters or so; what follows is encrypted, so that nothing
/// says whether the logon succeeded. Where the client sends no cookie, a connection was made.
pub(super) fn rdp(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let Some(account) = record.get(Field::Cookie).map(Account::parse) else {
        return did(record, HostActivityKind::NetworkConnection, Some("rdp"), sink);
    };
    if account.name.is_empty() {
        return did(record, HostActivityKind::NetworkConnection, Some("rdp"), sink);
    }
    let src = match named(record, Field::ClientName) {
        Some(name) => record.orig()?.with_name(name),
        None => record.orig()?,
    };
    let mut builder = AuthEvent::builder(Timestamp::from_micros(record.time()?), account)
        .src_host(src)
        .dst_host(record.resp()?)
        .logon_type(LogonType::RemoteInteractive);
    if let Some("HYBRID" | "HYBRID_EX") = record.get(Field::SecurityProtocol) {
        builder = builder.auth_protocol(AuthProtocol::Negotiate);
    }
    match record.get(Field::Result) {
        // "Success" is that of the connection, ahead of the logon.
        None | Some("encrypted" | "Success") => {}
        Some(refusal) => {
            builder = builder.outcome(Outcome::Failure).outcome_reason(refusal);
        }
    }
    send(record, of_session(record, builder), sink)
}
