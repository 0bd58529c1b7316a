//! Shares, files, remote calls, and the names of addresses.

use std::net::IpAddr;
use std::ops::ControlFlow;

use sidestep::event::{Host, HostActivity, HostActivityKind};

use super::record::{Field, Record};
use super::{did, host_name, named, nothing};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::values::{clipped, ip, is_local};
use sidestep::Timestamp;

/// Addresses of one name that are handed on.
const MOST_ADDRESSES: usize = 16;

/// A share was connected to. The host is known by its address only: the name in the path may be
/// that of a domain.
pub(super) fn smb_mapping(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    did(record, HostActivityKind::ShareAccess, record.get(Field::Path), sink)
}

/// A file was opened, renamed or deleted over SMB. A pipe is opened in the same way.
pub(super) fn smb_files(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let action = record.get(Field::Action).unwrap_or_default();
    let action = action.strip_prefix("SMB::").unwrap_or(action);
    if !(action.starts_with("FILE_") || action.starts_with("PIPE_"))
        || action.ends_with("_CLOSE")
        || action.ends_with("_UNKNOWN")
    {
        return nothing(sink, "zeek smb_files, neither opened nor changed");
    }
    let (path, name) = (record.get(Field::Path), record.get(Field::Name));
    // Outside of a share there are only the pipes of IPC$, whose name Zeek writes with a stroke.
    let on_ipc = path.is_some_and(|path| path.to_ascii_uppercase().ends_with("IPC$"));
    let unshared = path.is_none() && name.is_some_and(|name| name.starts_with('\\'));
    if action.starts_with("PIPE_") || on_ipc || unshared {
        return did(record, HostActivityKind::NamedPipe, name.and_then(host_name), sink);
    }
    let joined = match (path, name) {
        (Some(path), Some(name)) => Some(format!("{path}\\{}", name.trim_start_matches('\\'))),
        (path, name) => path.or(name).map(str::to_owned),
    };
    did(record, HostActivityKind::FileTransfer, joined.as_deref(), sink)
}

/// A remote call: its interface and operation, such as `svcctl CreateServiceW`.
pub(super) fn dce_rpc(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let call = match (record.get(Field::Endpoint), record.get(Field::Operation)) {
        (Some(endpoint), Some(operation)) => format!("{endpoint} {operation}"),
        (Some(only), None) | (None, Some(only)) => only.to_owned(),
        (None, None) => return nothing(sink, "zeek dce_rpc without an interface"),
    };
    did(record, HostActivityKind::NamedPipe, Some(&call), sink)
}

/// An address was leased to a host that gave its name.
pub(super) fn dhcp(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let name = named(record, Field::ClientFqdn).or_else(|| named(record, Field::HostName));
    let mut ip = record.address(Field::AssignedAddr)?;
    if ip.is_none() {
        // A host that asks for settings only has its address already; one that lets go had it.
        let types = record.get(Field::MsgTypes).unwrap_or_default();
        if !types.contains("RELEASE") && !types.contains("DECLINE") {
            ip = record.address(Field::ClientAddr)?;
        }
    }
    let (Some(name), Some(ip)) = (name, ip) else {
        return nothing(sink, "zeek dhcp without a name or an address");
    };
    let peer = record.address(Field::ServerAddr)?.map(Host::at).unwrap_or_default();
    bind(record, name, ip, peer, record.get(Field::Mac), sink)
}

/// A name was found to have addresses; each is a record of its own. Where the answer goes over
/// other names, the addresses are those of the last.
pub(super) fn dns(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let asked = matches!(record.get(Field::QtypeName), None | Some("A" | "AAAA"));
    let answers = record.get(Field::Answers).filter(|_| asked);
    let (Some(query), Some(answers)) = (named(record, Field::Query), answers) else {
        return nothing(sink, "zeek dns without an address");
    };
    let mut name = query;
    let mut told = 0;
    for answer in answers.split(',') {
        let answer = answer.trim_matches(['[', ']', '"', ' ']);
        let Some(ip) = ip(answer) else {
            name = host_name(answer).unwrap_or(name);
            continue;
        };
        if is_local(&ip) || told == MOST_ADDRESSES {
            continue;
        }
        told += 1;
        if bind(record, name, ip, Host::default(), None, sink)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    if told == 0 {
        return nothing(sink, "zeek dns without an address");
    }
    Ok(ControlFlow::Continue(()))
}

/// Hands on that a host of this name has this address.
fn bind(
    record: &Record<'_>,
    name: &str,
    ip: IpAddr,
    peer: Host<'_>,
    object: Option<&str>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let host = Host::named(name).with_ip(ip);
    let mut builder = HostActivity::builder(
        Timestamp::from_micros(record.time()?),
        HostActivityKind::AddressBinding,
        host,
    )
    .peer(peer);
    if let Some(line) = record.raw_ref {
        builder = builder.raw_ref(line);
    }
    if let Some(object) = object {
        builder = builder.object(clipped(object));
    }
    let activity = builder.build().map_err(|error| Fault::record(error.to_string()))?;
    Ok(sink.activity(&activity))
}
