//! Remote desktop and remote management.

use std::ops::ControlFlow;

use sidestep::event::{Account, Activity, Host, HostActivityKind, LogonType, Outcome};

use super::parts::{hand_on, hand_on_activity, is_own_loopback, remote};
use super::{Field, Record, pass_over};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::vocabulary;

/// LocalSessionManager 21, 24, 25: a session began, was left open, was taken up again.
pub(super) fn session(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let client = client(record, Field::Address);
    let activity = match record.event_id {
        24 => Activity::SessionDisconnect,
        25 => Activity::SessionReconnect,
        _ => Activity::Logon,
    };
    let logon_type = if client.is_unknown() {
        // A session at the console, or of a client whose address Windows lost.
        LogonType::Interactive
    } else {
        LogonType::RemoteInteractive
    };
    let builder = record
        .auth(record.text(Field::User).map(Account::parse))?
        .activity(activity)
        .logon_type(logon_type)
        .outcome(Outcome::Success)
        .src_host(client);
    hand_on(builder, sink)
}

/// RemoteConnectionManager 1149: the account was let in. Without network-level authentication it
/// is written before anybody said who he is.
pub(super) fn connection(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let account = record.text(Field::Param1).map(|name| match record.text(Field::Param2) {
        Some(domain) => Account::new(name).with_domain(domain),
        None => Account::parse(name),
    });
    let outcome = if account.is_some() { Outcome::Success } else { Outcome::Unknown };
    let builder = record
        .auth(account)?
        .logon_type(LogonType::RemoteInteractive)
        .outcome(outcome)
        .src_host(client(record, Field::Param3));
    hand_on(builder, sink)
}

/// RdpCoreTS 131: a client connected.
pub(super) fn transport(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let builder = record
        .activity(HostActivityKind::NetworkConnection, None)?
        .peer(client(record, Field::Address))
        .object("RDP");
    hand_on_activity(builder, sink)
}

/// WinRM 6 is written by the client, 91 and 169 by the server.
pub(super) fn winrm(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    match record.event_id {
        6 => {
            let Some(server) = record.text(Field::Connection).and_then(server) else {
                // A session with itself.
                pass_over(record.event_id, &record.provider, sink);
                return Ok(ControlFlow::Continue(()));
            };
            let builder = record
                .activity(HostActivityKind::NetworkConnection, None)?
                .peer(server)
                .object("WinRM");
            hand_on_activity(builder, sink)
        }
        91 => {
            let mut builder = record.activity(HostActivityKind::ProcessStart, None)?;
            if let Some(resource) = record.text(Field::ResourceUri) {
                builder = builder.object(resource);
            }
            hand_on_activity(builder, sink)
        }
        _ => {
            let mut builder = record
                .auth(record.text(Field::User).map(Account::parse))?
                .logon_type(LogonType::Network)
                .outcome(Outcome::Success);
            if let Some(package) = record.text(Field::Package) {
                builder = builder.auth_protocol(vocabulary::auth_protocol(package));
            }
            hand_on(builder, sink)
        }
    }
}

/// Remote Desktop Gateway 302 and 303: a client was connected through it to a host, or disconnected.
/// The gateway wrote the record and only stands between.
pub(super) fn gateway(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let Some(resource) = record.text(Field::Resource) else {
        pass_over(record.event_id, &record.provider, sink);
        return Ok(ControlFlow::Continue(()));
    };
    let activity =
        if record.event_id == 302 { Activity::Logon } else { Activity::SessionDisconnect };
    let builder = record
        .auth(record.text(Field::User).map(Account::parse))?
        .activity(activity)
        .logon_type(LogonType::RemoteInteractive)
        .outcome(Outcome::Success)
        .src_host(client(record, Field::Address))
        .dst_host(remote(resource).unwrap_or_else(|| record.recorder()));
    hand_on(builder, sink)
}

/// Where a desktop was opened from. A loopback address is the host itself, to which a tunnel hands
/// the connection on; a session at the console has no address at all.
fn client<'r>(record: &'r Record<'_>, field: Field) -> Host<'r> {
    if is_own_loopback(record, field) {
        return record.recorder();
    }
    record.text(field).and_then(remote).unwrap_or_default()
}

/// The host of `http://host:5985/wsman?PSVersion=5.1` or `host/wsman`.
fn server(connection: &str) -> Option<Host<'_>> {
    let rest = connection.split_once("://").map_or(connection, |(_, rest)| rest);
    remote(rest.split(['/', '?']).next().unwrap_or(rest))
}
