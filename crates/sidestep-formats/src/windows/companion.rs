//! What hosts do beside authenticating: shares, services, tasks, accounts, processes, files, pipes.

use std::borrow::Cow;
use std::ops::ControlFlow;

use sidestep::event::{Account, AccountKind, Host, HostActivityKind, Outcome};

use super::parts::{
    SYSTEM_SESSION, clipped, command_line, hand_on, hand_on_activity, object, remote,
};
use super::{Field, Record, pass_over};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::values::{ip, is_local};

/// Rights to a file by which it is changed: write, append.
const WRITES: u64 = 0x2 | 0x4;

/// The rights of replication by their GUIDs (MS-ADTS, section 5.1.3.2.1), the most telling first.
const REPLICATION: [(&str, &str); 3] = [
    ("1131f6ad-9c07-11d1-f79f-00c04fc2dcd2", "DS-Replication-Get-Changes-All"),
    ("89e95b76-444d-4c62-991a-0facbeda640c", "DS-Replication-Get-Changes-In-Filtered-Set"),
    ("1131f6aa-9c07-11d1-f79f-00c04fc2dcd2", "DS-Replication-Get-Changes"),
];

/// Takes an event of the Security log that is no authentication.
pub(super) fn security(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let subject = record.subject();
    if record.event_id == 4697 && is_of_a_desktop(record, subject.as_ref()) {
        sink.pass_over("Windows event 4697 of a per-user service");
        return Ok(ControlFlow::Continue(()));
    }
    let mut session = record.session(Field::SubjectLogonId);
    let mut account = subject;
    let kind = match record.event_id {
        4688 => {
            // The account that the process runs as, where it is not its creator's.
            if let Some(target) = record.target() {
                account = Some(target);
                session = record.session(Field::TargetLogonId).or(session);
            }
            HostActivityKind::ProcessStart
        }
        4697 => HostActivityKind::ServiceInstall,
        4698 | 4702 => HostActivityKind::ScheduledTask,
        4720 | 4741 => HostActivityKind::AccountCreation,
        4722 | 4724 | 4738 | 4742 | 4781 => HostActivityKind::AccountChange,
        4728 | 4732 | 4756 => HostActivityKind::GroupMembership,
        _ => HostActivityKind::ShareAccess,
    };
    let what = match kind {
        HostActivityKind::ProcessStart => record.text(Field::Program).map(Cow::Borrowed),
        HostActivityKind::ServiceInstall => {
            object(record.text(Field::Service), record.text(Field::Path))
        }
        HostActivityKind::ScheduledTask => record.text(Field::Task).map(Cow::Borrowed),
        HostActivityKind::GroupMembership => object(
            record.text(Field::TargetName),
            record.text(Field::MemberName).or_else(|| record.text(Field::MemberSid)),
        ),
        HostActivityKind::ShareAccess => share(record),
        HostActivityKind::AccountChange if record.event_id == 4781 => {
            record.text(Field::NewName).map(Cow::Borrowed)
        }
        _ => record.text(Field::TargetName).map(Cow::Borrowed),
    };
    let mut builder = record.activity(kind, account)?;
    match kind {
        HostActivityKind::ShareAccess => {
            // No name of the client is given, only its address.
            builder = builder.peer(record.host(Field::Workstation, Field::Address, Field::Port));
            if let Some(mask) = record.number(Field::AccessMask) {
                builder = builder.writes(mask & WRITES != 0);
            }
        }
        HostActivityKind::ProcessStart => {
            if let Some(parent) = record.text(Field::Parent) {
                builder = builder.parent(clipped(Cow::Borrowed(parent)));
            }
            if let Some(command) = command_line(record) {
                builder = builder.detail(command);
            }
        }
        HostActivityKind::AccountChange => {
            if let Some(former) = record.text(Field::OldName) {
                builder = builder.detail(clipped(Cow::Borrowed(former)));
            }
        }
        HostActivityKind::ScheduledTask => {
            if let Some(remote) = asked_remotely(record) {
                builder = builder.remote(remote);
            }
        }
        _ => {}
    }
    if let Some(what) = what {
        builder = builder.object(clipped(what));
    }
    if let Some(id) = session {
        builder = builder.logon_id(id);
    }
    hand_on_activity(builder, sink)
}

/// Whether a service is one that Windows itself makes for a desktop session, as it does at each: of
/// a type for such services, called by a template and the number of the session, and installed by
/// the system. A template is what somebody installs, and stays an event.
fn is_of_a_desktop(record: &Record<'_>, subject: Option<&Account<'_>>) -> bool {
    let by_system = record.session(Field::SubjectLogonId) == Some(SYSTEM_SESSION)
        && subject.is_some_and(|subject| {
            subject.kind == AccountKind::Machine || subject.sid.as_deref() == Some("S-1-5-18")
        });
    let per_user = matches!(record.number(Field::ServiceType), Some(0x50 | 0x60 | 0xd0 | 0xe0));
    let numbered = record
        .text(Field::Service)
        .and_then(|name| name.rsplit_once('_'))
        .is_some_and(|(name, number)| !name.is_empty() && u64::from_str_radix(number, 16).is_ok());
    by_system && per_user && numbered
}

/// Whether a task was asked for over the network, which newer versions say: then no process of this
/// host did.
fn asked_remotely(record: &Record<'_>) -> Option<bool> {
    let process = record.number(Field::CallerProcess)?;
    Some(process == 0 && record.number(Field::CallerLocality).is_none_or(|locality| locality == 0))
}

/// Security 4662, where the rights that it names are those of replication; `None` for other uses of
/// the directory.
pub(super) fn replication(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Option<Result<ControlFlow<()>, Fault>> {
    let properties = record.text(Field::Properties)?;
    let named = |(guid, _): &&(&str, &str)| {
        properties
            .as_bytes()
            .windows(guid.len())
            .any(|part| part.eq_ignore_ascii_case(guid.as_bytes()))
    };
    let (_, right) = REPLICATION.iter().find(named)?;
    Some(replicated(record, right, sink))
}

fn replicated(
    record: &Record<'_>,
    right: &'static str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let mut builder =
        record.activity(HostActivityKind::DirectoryReplication, record.subject())?.object(right);
    if let Some(id) = record.session(Field::SubjectLogonId) {
        builder = builder.logon_id(id);
    }
    hand_on_activity(builder, sink)
}

/// `\\*\IPC$`, or `\\*\IPC$\svcctl` where a file in it was asked for.
fn share<'r>(record: &'r Record<'_>) -> Option<Cow<'r, str>> {
    let share = record.text(Field::Share)?;
    Some(match record.text(Field::ShareFile).filter(|file| *file != "\\") {
        Some(file) => {
            let mut path = String::with_capacity(share.len() + 1 + file.len());
            path.push_str(share.trim_end_matches('\\'));
            path.push('\\');
            path.push_str(file.trim_start_matches('\\'));
            Cow::Owned(path)
        }
        None => Cow::Borrowed(share),
    })
}

/// System 7045. It does not say who installed the service.
pub(super) fn service(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let mut builder = record.activity(HostActivityKind::ServiceInstall, None)?;
    if let Some(what) = object(record.text(Field::Service), record.text(Field::Path)) {
        builder = builder.object(what);
    }
    hand_on_activity(builder, sink)
}

/// System 5805: a machine's own logon to the controller was refused.
pub(super) fn netlogon(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let machine = record.text(Field::Param1);
    let account = machine.map(|name| Account::new(name).with_kind(AccountKind::Machine));
    let source = machine.and_then(|name| remote(name.trim_end_matches('$'))).unwrap_or_default();
    let mut builder = record.auth(account)?.src_host(source).outcome(Outcome::Failure);
    if let Some(reason) = record.text(Field::Param2) {
        builder = builder.outcome_reason(clipped(Cow::Borrowed(reason)));
    }
    hand_on(builder, sink)
}

/// DistributedCOM 10016: an account was refused an object. Only one that asked from another host
/// tells of a movement; most are Windows' own programs that ask too much of their own host.
pub(super) fn refused_object(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let Some(peer) = record.text(Field::Param9).and_then(ip).filter(|ip| !is_local(ip)) else {
        pass_over(record.event_id, &record.provider, sink);
        return Ok(ControlFlow::Continue(()));
    };
    let account = record.account(Field::Param7, Field::Param6, Field::Param8);
    let class = record.text(Field::Param4).unwrap_or("?");
    let builder = record
        .activity(HostActivityKind::NetworkConnection, account)?
        .peer(Host::at(peer))
        .object(clipped(Cow::Owned(format!("DCOM {class}"))))
        .remote(true);
    hand_on_activity(builder, sink)
}

/// Sysmon: processes, connections, files that came over the network, pipes.
pub(super) fn sysmon(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let program = record.text(Field::Program);
    let (kind, what) = match record.event_id {
        1 => (HostActivityKind::ProcessStart, program),
        3 => (HostActivityKind::NetworkConnection, program),
        11 => {
            // The kernel writes what comes over SMB; what a program writes is its own business.
            if !program.is_some_and(|name| name.eq_ignore_ascii_case("System")) {
                pass_over(record.event_id, &record.provider, sink);
                return Ok(ControlFlow::Continue(()));
            }
            (HostActivityKind::FileTransfer, record.text(Field::File))
        }
        _ => (HostActivityKind::NamedPipe, record.text(Field::Pipe)),
    };
    let mut host = record.recorder();
    if kind == HostActivityKind::NetworkConnection {
        host.port = accepted_at(record);
        host.ip = own_address(record);
    }
    let account = record.text(Field::User).map(Account::parse);
    let mut builder = record.activity_on(host, kind, account)?;
    if record.event_id == 3 {
        builder = builder.peer(other_end(record));
    }
    if let Some(what) = what {
        builder = builder.object(clipped(Cow::Borrowed(what)));
    }
    let parent = match kind {
        HostActivityKind::ProcessStart => record.text(Field::Parent),
        HostActivityKind::NamedPipe => program,
        _ => None,
    };
    if let Some(parent) = parent {
        builder = builder.parent(clipped(Cow::Borrowed(parent)));
    }
    if let Some(command) = command_line(record).filter(|_| kind == HostActivityKind::ProcessStart) {
        builder = builder.detail(command);
    }
    if let Some(id) = record.session(Field::LogonId) {
        builder = builder.logon_id(id);
    }
    hand_on_activity(builder, sink)
}

/// The end of a connection that the host which wrote the record is not.
fn other_end<'r>(record: &'r Record<'_>) -> Host<'r> {
    if is_accepted(record) {
        record.host(Field::SourceName, Field::SourceIp, Field::SourcePort)
    } else {
        record.host(Field::DestinationName, Field::DestinationIp, Field::DestinationPort)
    }
}

fn is_accepted(record: &Record<'_>) -> bool {
    record.text(Field::Initiated).is_some_and(|word| word.eq_ignore_ascii_case("false"))
}

/// The address of the host that wrote the record, at which logs of other hosts may know it.
fn own_address(record: &Record<'_>) -> Option<std::net::IpAddr> {
    let end = if is_accepted(record) { Field::DestinationIp } else { Field::SourceIp };
    record.text(end).and_then(crate::values::ip).filter(|ip| !crate::values::is_local(ip))
}

/// The port at which the host that wrote the record was called, where it was.
fn accepted_at(record: &Record<'_>) -> Option<u16> {
    record
        .number(Field::DestinationPort)
        .filter(|_| is_accepted(record))
        .and_then(|port| u16::try_from(port).ok())
}
