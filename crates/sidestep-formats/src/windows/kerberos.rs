//! What domain controllers write: tickets, and credentials that they check for others.

use std::borrow::Cow;
use std::ops::ControlFlow;

use sidestep::event::{
    Account, Activity, AuthEventBuilder, AuthProtocol, Host, Outcome, TicketEncryption,
};

use super::parts::{clipped, hand_on, is_own_loopback, remote};
use super::{Field, Record};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::vocabulary;

/// What Windows writes for the encryption of a ticket that was refused.
const NO_TICKET: u64 = 0xffff_ffff;

/// The class of the service that a machine's own account stands for.
const OF_MACHINE: &str = "host";

/// Takes one of the events of this file.
pub(super) fn emit(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    if record.event_id == 4776 {
        return validation(record, sink);
    }
    let activity = match record.event_id {
        4768 => Activity::TicketGrantingTicket,
        4769 => Activity::ServiceTicket,
        4770 => Activity::Renewal,
        _ => Activity::Preauthentication,
    };
    let mut builder = record
        .auth(client(record))?
        .activity(activity)
        .auth_protocol(AuthProtocol::Kerberos)
        .src_host(source(record));
    if let Some(destination) = service_host(record).filter(|_| record.event_id == 4769) {
        builder = builder.dst_host(destination);
        if record.text(Field::Service).is_some_and(|service| service.ends_with('$')) {
            builder = builder.logon_process(OF_MACHINE);
        }
    }
    if let Some(guid) = record.guid(Field::LogonGuid) {
        builder = builder.logon_guid(guid);
    }
    let encryption = record.number(Field::TicketEncryption).filter(|kind| *kind != NO_TICKET);
    if let Some(kind) = encryption.and_then(|kind| u32::try_from(kind).ok()) {
        builder = builder.ticket_encryption(TicketEncryption(kind));
    }
    let preauth = record.number(Field::PreauthType).and_then(|kind| u8::try_from(kind).ok());
    if let Some(kind) = preauth {
        builder = builder.preauth_type(kind);
    }
    if let Some(hash) = record.text(Field::TicketHash).filter(|hash| *hash != "N/A") {
        builder = builder.credential(clipped(Cow::Borrowed(hash)));
    }
    let builder = match record.event_id {
        // Windows writes one only where the ticket was renewed.
        4770 => builder.outcome(Outcome::Success),
        _ => with_status(record, builder),
    };
    hand_on(builder, sink)
}

/// 4776: the controller checked a name and password for the workstation.
fn validation(record: &Record<'_>, sink: &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault> {
    let package = record.text(Field::Package).map_or(AuthProtocol::Ntlm, vocabulary::auth_protocol);
    let builder = record
        .auth(record.target())?
        .activity(Activity::CredentialValidation)
        .auth_protocol(package)
        .src_host(record.client());
    hand_on(with_status(record, builder), sink)
}

/// The account that asked for the ticket. `user@REALM` is how Windows writes it in 4769; the
/// realm of 4771 stands in its service only.
fn client<'r>(record: &'r Record<'_>) -> Option<Account<'r>> {
    let mut account = record.target()?;
    let name = record.text(Field::TargetName)?;
    if let Some((user, realm)) = name.rsplit_once('@')
        && !user.is_empty()
    {
        let domain = record.text(Field::TargetDomain).unwrap_or(realm);
        let plain = Account::new(user).with_domain(domain);
        let sid = account.sid;
        account = plain;
        account.sid = sid;
    }
    if account.domain.is_none()
        && let Some(("krbtgt", realm)) =
            record.text(Field::Service).and_then(|service| service.split_once('/'))
    {
        account = account.with_domain(realm);
    }
    Some(account)
}

/// Where a ticket was asked from. A loopback address is the controller itself, which goes without
/// saying unless the ticket is for another host.
fn source<'r>(record: &'r Record<'_>) -> Host<'r> {
    if record.event_id == 4769 && is_own_loopback(record, Field::Address) {
        record.recorder()
    } else {
        record.client()
    }
}

/// The host that a service ticket is for: a machine account's host, or the account that runs the
/// service; `None` for tickets of the controller itself.
fn service_host<'r>(record: &'r Record<'_>) -> Option<Host<'r>> {
    let service = record.text(Field::Service)?;
    if let Some(host) = service.strip_suffix('$') {
        return remote(host);
    }
    let (class, instance) = service.split_once('/').unwrap_or((service, ""));
    if class.eq_ignore_ascii_case("krbtgt") {
        return None;
    }
    let host = instance.split(['/', ':', '@']).next().unwrap_or_default();
    remote(if host.is_empty() { service.split('@').next().unwrap_or(service) } else { host })
}

/// The outcome that the status tells, and the status where it is a reason.
fn with_status<'r>(record: &'r Record<'_>, builder: AuthEventBuilder<'r>) -> AuthEventBuilder<'r> {
    match (record.status(Field::Status), record.number(Field::Status)) {
        (_, Some(0)) => builder.outcome(Outcome::Success),
        (Some(status), _) => builder.outcome(Outcome::Failure).outcome_reason(status),
        // Windows writes 4771 only where pre-authentication failed.
        (None, _) if record.event_id == 4771 => builder.outcome(Outcome::Failure),
        (None, _) => builder,
    }
}
