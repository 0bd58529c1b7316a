//! Zeek logs, as TSV or as JSON.
//!
//! Either fills a [`Record`] and hands it to [`emit`], which is the one place that knows what each
//! log means.

mod activity;
mod conn;
mod kerberos;
mod logon;
mod record;
mod tsv;

use std::ops::ControlFlow;

use sidestep::event::{AuthEventBuilder, HostActivity, HostActivityKind};

use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::values::{clipped, cut};

pub(crate) use self::record::{Kind, Record};
pub(crate) use self::tsv::{Zeek, is_header};

use self::record::{Field, short};
use sidestep::Timestamp;

/// Hands on what the record tells.
pub(crate) fn emit(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    match record.kind {
        Kind::Kerberos => kerberos::kerberos(record, sink),
        Kind::Ntlm => logon::ntlm(record, sink),
        Kind::Rdp => logon::rdp(record, sink),
        Kind::SmbMapping => activity::smb_mapping(record, sink),
        Kind::SmbFiles => activity::smb_files(record, sink),
        Kind::DceRpc => activity::dce_rpc(record, sink),
        Kind::Dhcp => activity::dhcp(record, sink),
        Kind::Dns => activity::dns(record, sink),
        Kind::Conn => conn::conn(record, sink),
        Kind::Ssh => conn::ssh(record, sink),
        Kind::Rfb => conn::rfb(record, sink),
    }
}

/// Counts a sound record that tells nothing.
#[allow(clippy::unnecessary_wraps, reason = "every way out of an emitter is of one type")]
fn nothing(sink: &mut RecordSink<'_>, what: &str) -> Result<ControlFlow<()>, Fault> {
    sink.pass_over(what);
    Ok(ControlFlow::Continue(()))
}

/// Counts a record of a log that never tells of logins, by the log's path.
pub(crate) fn pass_over_log(path: &str, sink: &mut RecordSink<'_>) {
    /// Longest path that is shown.
    const LONGEST: usize = 64;
    let path = cut(path, LONGEST);
    sink.pass_over_foreign(&format!("Zeek {path}"), &format!("zeek {path}"));
}

/// Hands on an authentication event with the record's session and place.
#[inline]
fn send<'e>(
    record: &Record<'_>,
    mut builder: AuthEventBuilder<'e>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    if let Some(line) = record.raw_ref {
        builder = builder.raw_ref(line);
    }
    let event = builder.build().map_err(|error| Fault::record(error.to_string()))?;
    Ok(sink.event(&event))
}

/// Marks an event with the session that its connection carries.
#[inline]
fn of_session<'e>(record: &Record<'_>, builder: AuthEventBuilder<'e>) -> AuthEventBuilder<'e> {
    match record.session() {
        Some(session) => builder.logon_guid(session).logon_id(short(session)),
        None => builder,
    }
}

/// Hands on what the connection's responder did for its originator.
#[inline]
fn did(
    record: &Record<'_>,
    kind: HostActivityKind,
    object: Option<&str>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let mut builder =
        HostActivity::builder(Timestamp::from_micros(record.time()?), kind, record.resp()?)
            .peer(record.orig()?);
    if let Some(session) = record.session() {
        builder = builder.logon_id(short(session));
    }
    if let Some(line) = record.raw_ref {
        builder = builder.raw_ref(line);
    }
    if let Some(object) = object {
        builder = builder.object(clipped(object));
    }
    let activity = builder.build().map_err(|error| Fault::record(error.to_string()))?;
    Ok(sink.activity(&activity))
}

/// A host's name as Zeek gives it, without what is no part of it; `None` where none is left.
fn host_name(text: &str) -> Option<&str> {
    let name = text.trim().trim_start_matches('\\').trim_end_matches('.');
    (!matches!(name, "" | "-")).then_some(name)
}

/// A text of the record, where it is a host's name.
fn named<'a>(record: &'a Record<'_>, field: Field) -> Option<&'a str> {
    record.get(field).and_then(host_name)
}
