//! What Windows notes of the use of NTLM: each end of an authentication, and the controller between them.
//! Since Windows 11 24H2 and Server 2025 (4020 to 4023), and where its audit was turned on before.

use std::ops::ControlFlow;

use sidestep::event::{Account, Activity, AuthProtocol, Host, LogonType, Outcome};

use super::parts::{hand_on, remote};
use super::{Field, Record, pass_over};
use crate::error::Fault;
use crate::record_sink::RecordSink;

/// Takes one of the events of this file.
pub(super) fn emit(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let (source, destination) = match record.event_id {
        // Written by the client, which does not learn how it ended.
        4020 | 4021 | 8001 => (Some(record.recorder()), target(record)),
        // Written by the controller, for the server that asked it.
        8004 => (client(record), record.text(Field::ChannelName).and_then(remote)),
        // Written by the server.
        _ => (client(record), Some(record.recorder())),
    };
    let (Some(source), Some(destination)) = (source, destination) else {
        // Within one host, or with an end that is not known.
        pass_over(record.event_id, &record.provider, sink);
        return Ok(ControlFlow::Continue(()));
    };
    let Some(account) = account(record) else {
        pass_over(record.event_id, &record.provider, sink);
        return Ok(ControlFlow::Continue(()));
    };
    let outcome = match record.number(Field::Status) {
        Some(0) => Outcome::Success,
        Some(_) => Outcome::Failure,
        None => Outcome::Unknown,
    };
    let activity =
        if record.event_id == 8004 { Activity::CredentialValidation } else { Activity::Logon };
    let mut builder = record
        .auth(Some(account))?
        .activity(activity)
        .logon_type(LogonType::Network)
        .auth_protocol(AuthProtocol::Ntlm)
        .outcome(outcome)
        .src_host(source)
        .dst_host(destination);
    if outcome == Outcome::Failure
        && let Some(reason) = record.status(Field::Status)
    {
        builder = builder.outcome_reason(reason);
    }
    hand_on(builder, sink)
}

/// A value that says something; these events write `(NULL)` where they have none.
fn told<'r>(record: &'r Record<'_>, field: Field) -> Option<&'r str> {
    let is_null = |text: &str| ["(null)", "null"].iter().any(|no| text.eq_ignore_ascii_case(no));
    record.text(field).filter(|text| !is_null(text))
}

/// The account that was given, or that of the process, whose own credentials were used.
fn account<'r>(record: &'r Record<'_>) -> Option<Account<'r>> {
    let of = |name, domain| {
        let name = told(record, name)?;
        Some(match told(record, domain) {
            Some(domain) => Account::new(name).with_domain(domain),
            None => Account::parse(name),
        })
    };
    of(Field::User, Field::DomainName)
        .or_else(|| of(Field::UserName, Field::DomainName))
        .or_else(|| of(Field::ClientUser, Field::ClientDomain))
}

/// Where a server was called from; `None` where it was not from another host.
fn client<'r>(record: &'r Record<'_>) -> Option<Host<'r>> {
    let named = record.host(Field::RemoteClient, Field::Address, Field::Port);
    let host = if named.is_unknown() { record.client() } else { named };
    (!host.is_unknown()).then_some(host)
}

/// The server by its name and address, or that of the service principal it was called by.
fn target<'r>(record: &'r Record<'_>) -> Option<Host<'r>> {
    let host = record.host(Field::TargetMachine, Field::TargetIp, Field::Port);
    if !host.is_unknown() {
        return Some(host);
    }
    let principal = told(record, Field::TargetService)?;
    let (_, name) = principal.split_once('/').unwrap_or(("", principal));
    let host = remote(name.split(['/', ':', '@']).next().unwrap_or(name))?;
    let own = record.recorder();
    let is_own = match (&host.name, &own.name) {
        (Some(name), Some(own)) => super::parts::is_same(name, own),
        _ => false,
    };
    (!is_own).then_some(host)
}
