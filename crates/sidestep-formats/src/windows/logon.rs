//! Logons, logoffs, sessions and explicit credentials.

use std::borrow::Cow;
use std::ops::ControlFlow;

use sidestep::event::{Account, Activity, AuthProtocol, Host, LogonType, Outcome};

use super::parts::{clipped, hand_on, is_own_loopback, remote};
use super::{Field, Record};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::vocabulary;

/// Takes one of the events of this file.
pub(super) fn emit(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    match record.event_id {
        4624 | 4625 => logon(record, sink),
        4634 | 4647 => logoff(record, sink),
        4648 => explicit(record, sink),
        4672 => own_session(record, Activity::SpecialPrivileges, Outcome::Success, sink),
        4778 | 4779 => reconnect(record, sink),
        4825 => denied(record, sink),
        // 4662: an object of the directory was touched.
        _ => own_session(record, Activity::Other, Outcome::Unknown, sink),
    }
}

/// 4624 and 4625, written by the host that was logged on to.
fn logon(record: &Record<'_>, sink: &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault> {
    let account = record.target();
    let protocol = protocol(record);
    let subject = record.subject().filter(|subject| Some(subject) != account.as_ref());
    let logon_type = logon_type_of(record)?;
    let source = if logon_type.is_some_and(is_made_here) {
        record.host_at(Field::Address, Field::Port)
    } else {
        record.client()
    };
    let mut builder = record
        .auth(account)?
        .src_host(source)
        .auth_protocol(protocol)
        .outcome(if record.event_id == 4624 { Outcome::Success } else { Outcome::Failure });
    if let Some(subject) = subject {
        builder = builder.subject(subject);
    }
    if let Some(logon_type) = logon_type {
        builder = builder.logon_type(logon_type);
        if logon_type == LogonType::RemoteInteractive && is_own_loopback(record, Field::Address) {
            // A desktop that a tunnel hands on to the host from itself; elsewhere it means no client.
            builder = builder.src_host(record.recorder());
        }
    }
    if let Some(process) = record.text(Field::LogonProcess) {
        builder = builder.logon_process(process);
    }
    // Zero is a fact for NTLM, and merely "no key" elsewhere.
    let ntlm = matches!(protocol, AuthProtocol::Ntlm | AuthProtocol::MsV1);
    let key_length = record.number(Field::KeyLength).and_then(|bits| u16::try_from(bits).ok());
    if let Some(bits) = key_length.filter(|bits| ntlm || *bits != 0) {
        builder = builder.key_length(bits);
    }
    if let Some(id) = record.session(Field::TargetLogonId) {
        builder = builder.logon_id(id);
    }
    if let Some(guid) = record.guid(Field::LogonGuid) {
        builder = builder.logon_guid(guid);
    }
    if record.event_id == 4625
        && let Some(reason) = failure(record)
    {
        builder = builder.outcome_reason(reason);
    }
    hand_on(builder, sink)
}

/// The type of a logon. A word that means none would silence the rules that need it, so it is a fault.
fn logon_type_of(record: &Record<'_>) -> Result<Option<LogonType>, Fault> {
    let Some(text) = record.text(Field::LogonType) else { return Ok(None) };
    match vocabulary::spelt_logon_type(text) {
        Some(logon_type) => Ok(Some(logon_type)),
        None => Err(Fault::word("LogonType", text.as_bytes(), "a logon type such as 3")),
    }
}

/// Whether a logon of this type is made at the host that writes it: `WorkstationName` is then that
/// host itself, perhaps under the name that it had before. An address of another host still tells
/// where from, for a desktop that is taken up again from afar is unlocked (7) from there.
const fn is_made_here(logon_type: LogonType) -> bool {
    matches!(
        logon_type,
        LogonType::Interactive
            | LogonType::Unlock
            | LogonType::CachedInteractive
            | LogonType::CachedUnlock
    )
}

/// The package, and what `Negotiate` chose where the event says it.
fn protocol(record: &Record<'_>) -> AuthProtocol {
    let package =
        record.text(Field::Package).map_or(AuthProtocol::Unknown, vocabulary::auth_protocol);
    let ntlm = || record.text(Field::LmPackage).is_some_and(|name| name.starts_with("NTLM"));
    if package == AuthProtocol::Negotiate && ntlm() { AuthProtocol::Ntlm } else { package }
}

/// The sub-status where there is one, for it is the finer.
fn failure<'r>(record: &'r Record<'_>) -> Option<Cow<'r, str>> {
    let says = |field| record.status(field).filter(|_| record.number(field) != Some(0));
    says(Field::SubStatus).or_else(|| says(Field::Status))
}

/// 4634 and 4647.
fn logoff(record: &Record<'_>, sink: &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault> {
    let mut builder =
        record.auth(record.target())?.activity(Activity::Logoff).outcome(Outcome::Success);
    if let Some(logon_type) = logon_type_of(record)? {
        builder = builder.logon_type(logon_type);
    }
    if let Some(id) = record.session(Field::TargetLogonId) {
        builder = builder.logon_id(id);
    }
    hand_on(builder, sink)
}

/// 4648, written by the host where the credentials were used: it is the source, and the target
/// server the destination. With itself as the target it tells of a logon at that host, whose
/// client has an address where it is another.
fn explicit(record: &Record<'_>, sink: &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault> {
    let recorder = record.recorder();
    let target = target_server(record);
    let (source, destination) = match target {
        Some(target) => (recorder, target),
        None => match record.host(Field::Workstation, Field::Address, Field::Port) {
            client if client.is_unknown() => (recorder.clone(), recorder),
            client => (client, recorder),
        },
    };
    let account = record.target();
    let subject = record.subject().filter(|subject| Some(subject) != account.as_ref());
    let mut builder = record
        .auth(account)?
        .activity(Activity::AccountSwitch)
        .src_host(source)
        .dst_host(destination);
    if let Some(subject) = subject {
        builder = builder.subject(subject);
    }
    if let Some(guid) = record.guid(Field::TargetLogonGuid) {
        builder = builder.logon_guid(guid);
    }
    if let Some((class, _)) = record.text(Field::TargetInfo).and_then(|info| info.split_once('/')) {
        builder = builder.logon_process(class);
    }
    hand_on(builder, sink)
}

/// The server of a 4648, or that of the service principal it was for; `None` for the host itself.
fn target_server<'r>(record: &'r Record<'_>) -> Option<Host<'r>> {
    if let Some(name) = record.text(Field::TargetServer) {
        return remote(name);
    }
    let (_, rest) = record.text(Field::TargetInfo)?.split_once('/')?;
    remote(rest.split(['/', ':', '@']).next().unwrap_or(rest))
}

/// Events of a session that name no account but the one it belongs to.
fn own_session(
    record: &Record<'_>,
    activity: Activity,
    outcome: Outcome,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let mut builder = record.auth(record.subject())?.activity(activity).outcome(outcome);
    if let Some(id) = record.session(Field::SubjectLogonId) {
        builder = builder.logon_id(id);
    }
    hand_on(builder, sink)
}

/// 4778 and 4779: a session was taken up again, or left open.
fn reconnect(record: &Record<'_>, sink: &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault> {
    let account: Option<Account<'_>> =
        record.account(Field::AccountName, Field::AccountDomain, Field::SubjectSid);
    let client = record.client();
    let desktop = record.text(Field::Session).is_some_and(|name| name.starts_with("RDP"));
    let activity = if record.event_id == 4778 {
        Activity::SessionReconnect
    } else {
        Activity::SessionDisconnect
    };
    let mut builder = record.auth(account)?.activity(activity).outcome(Outcome::Success);
    if desktop || !client.is_unknown() {
        builder = builder.logon_type(LogonType::RemoteInteractive);
    }
    if let Some(id) = record.session(Field::LogonId) {
        builder = builder.logon_id(id);
    }
    if let Some(session) = record.text(Field::Session) {
        builder = builder.session_name(clipped(Cow::Borrowed(session)));
    }
    hand_on(builder.src_host(client), sink)
}

/// 4825: an account that may not use remote desktop was turned away.
fn denied(record: &Record<'_>, sink: &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault> {
    let account = record.account(Field::AccountName, Field::AccountDomain, Field::SubjectSid);
    let mut builder = record
        .auth(account)?
        .src_host(record.client())
        .logon_type(LogonType::RemoteInteractive)
        .outcome(Outcome::Failure);
    if let Some(id) = record.session(Field::LogonId) {
        builder = builder.logon_id(id);
    }
    hand_on(builder, sink)
}
