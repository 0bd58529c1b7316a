//! `conn.log`, `ssh.log` and `rfb.log`: connections that name no account.

use std::ops::ControlFlow;

use sidestep::event::HostActivityKind;

use super::record::{Field, Record};
use super::{did, nothing};
use crate::error::Fault;
use crate::record_sink::RecordSink;

/// Zeek's names of services that one moves by, the most telling first, and what they are called
/// here.
const SERVICES: [(&str, &str); 11] = [
    ("smb", "smb"),
    ("rdp", "rdp"),
    ("ssh", "ssh"),
    ("rfb", "vnc"),
    ("vnc", "vnc"),
    ("winrm", "winrm"),
    ("telnet", "telnet"),
    ("dce_rpc", "rpc"),
    ("krb", "kerberos"),
    ("krb_tcp", "kerberos"),
    ("krb_udp", "kerberos"),
];

/// A connection by a service that one moves by: as Zeek told it, or else by its port. What was
/// never answered is passed over.
pub(super) fn conn(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let Some(service) = service(record)? else {
        return nothing(sink, "zeek conn of another service");
    };
    if let Some("S0" | "REJ" | "RSTOS0" | "SH") = record.get(Field::ConnState) {
        return nothing(sink, "zeek conn without an answer");
    }
    did(record, HostActivityKind::NetworkConnection, Some(service), sink)
}

fn service(record: &Record<'_>) -> Result<Option<&'static str>, Fault> {
    let told = record.get(Field::Service);
    if let Some(told) = told {
        let by_name = |name: &str| told.split(',').any(|service| service == name);
        if let Some((_, service)) = SERVICES.iter().find(|(name, _)| by_name(name)) {
            return Ok(Some(service));
        }
    }
    if !matches!(record.get(Field::Proto), None | Some("tcp")) {
        return Ok(None);
    }
    let port = record.port(Field::RespP)?.unwrap_or_default();
    Ok(match (port, told) {
        // Windows Remote Management is HTTP to Zeek.
        (5985 | 5986, _) => Some("winrm"),
        (_, Some(_)) => None,
        (22, _) => Some("ssh"),
        (23, _) => Some("telnet"),
        (88, _) => Some("kerberos"),
        (135, _) => Some("rpc"),
        (139 | 445, _) => Some("smb"),
        (3389, _) => Some("rdp"),
        (5900..=5903, _) => Some("vnc"),
        _ => None,
    })
}

/// A connection to sshd: it is encrypted, so that no account is known, but Zeek tells from its
/// course whether somebody got in.
pub(super) fn ssh(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let object = match record.truth(Field::AuthSuccess)? {
        Some(true) => "ssh accepted",
        Some(false) => "ssh refused",
        None => "ssh",
    };
    did(record, HostActivityKind::NetworkConnection, Some(object), sink)
}

/// A connection by VNC, which knows no accounts.
pub(super) fn rfb(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let object = match record.truth(Field::Auth)? {
        Some(true) => "vnc accepted",
        Some(false) => "vnc refused",
        None => "vnc",
    };
    did(record, HostActivityKind::NetworkConnection, Some(object), sink)
}
