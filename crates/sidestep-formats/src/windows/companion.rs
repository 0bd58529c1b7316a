//! What hosts do beside authenticating: shares, services, tasks, accounts, processes, files, pipes.

use std::borrow::Cow;
use std::ops::ControlFlow;

use sidestep::{Account, AccountKind, Host, HostActivityKind, Outcome};

use super::parts::{clipped, hand_on, hand_on_activity, object, remote};
use super::{Field, Record, pass_over};
use crate::error::Fault;
use crate::reader::Run;

/// Takes an event of the Security log that is no authentication.
pub(super) fn security(record: &Record<'_>, run: &mut Run<'_>) -> Result<ControlFlow<()>, Fault> {
    let subject = record.subject();
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
        4722 | 4724 | 4738 | 4742 => HostActivityKind::AccountChange,
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
        _ => record.text(Field::TargetName).map(Cow::Borrowed),
    };
    let mut builder = record.activity(kind, account)?;
    if kind == HostActivityKind::ShareAccess {
        // No name of the client is given, only its address.
        builder = builder.peer(record.host(Field::Workstation, Field::Address, Field::Port));
    }
    if let Some(what) = what {
        builder = builder.object(clipped(what));
    }
    if let Some(id) = session {
        builder = builder.logon_id(id);
    }
    hand_on_activity(builder, run)
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
pub(super) fn service(record: &Record<'_>, run: &mut Run<'_>) -> Result<ControlFlow<()>, Fault> {
    let mut builder = record.activity(HostActivityKind::ServiceInstall, None)?;
    if let Some(what) = object(record.text(Field::Service), record.text(Field::Path)) {
        builder = builder.object(what);
    }
    hand_on_activity(builder, run)
}

/// System 5805: a machine's own logon to the controller was refused.
pub(super) fn netlogon(record: &Record<'_>, run: &mut Run<'_>) -> Result<ControlFlow<()>, Fault> {
    let machine = record.text(Field::Param1);
    let account = machine.map(|name| Account::new(name).with_kind(AccountKind::Machine));
    let source = machine.and_then(|name| remote(name.trim_end_matches('$'))).unwrap_or_default();
    let mut builder = record.auth(account)?.src_host(source).outcome(Outcome::Failure);
    if let Some(reason) = record.text(Field::Param2) {
        builder = builder.outcome_reason(clipped(Cow::Borrowed(reason)));
    }
    hand_on(builder, run)
}

/// Sysmon: processes, connections, files that came over the network, pipes.
pub(super) fn sysmon(record: &Record<'_>, run: &mut Run<'_>) -> Result<ControlFlow<()>, Fault> {
    let program = record.text(Field::Program);
    let (kind, what) = match record.event_id {
        1 => (HostActivityKind::ProcessStart, program),
        3 => (HostActivityKind::NetworkConnection, program),
        11 => {
            // The kernel writes what comes over SMB; what a program writes is its own business.
            if !program.is_some_and(|name| name.eq_ignore_ascii_case("System")) {
                pass_over(record.event_id, &record.provider, run);
                return Ok(ControlFlow::Continue(()));
            }
            (HostActivityKind::FileTransfer, record.text(Field::File))
        }
        _ => (HostActivityKind::NamedPipe, record.text(Field::Pipe)),
    };
    let mut builder = record.activity(kind, record.text(Field::User).map(Account::parse))?;
    if record.event_id == 3 {
        builder = builder.peer(other_end(record));
    }
    if let Some(what) = what {
        builder = builder.object(clipped(Cow::Borrowed(what)));
    }
    if let Some(id) = record.session(Field::LogonId) {
        builder = builder.logon_id(id);
    }
    hand_on_activity(builder, run)
}

/// The end of a connection that the host which wrote the record is not.
fn other_end<'r>(record: &'r Record<'_>) -> Host<'r> {
    let accepted =
        record.text(Field::Initiated).is_some_and(|word| word.eq_ignore_ascii_case("false"));
    if accepted {
        record.host(Field::SourceName, Field::SourceIp, Field::SourcePort)
    } else {
        record.host(Field::DestinationName, Field::DestinationIp, Field::DestinationPort)
    }
}
