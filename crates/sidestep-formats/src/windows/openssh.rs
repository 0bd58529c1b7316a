//! OpenSSH for Windows, which writes to the event log what it writes to syslog elsewhere.

use std::ops::ControlFlow;

use super::{Field, Record, pass_over};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::syslog::{self, Envelope};

/// Hands on what a message of its server tells; that of another of its programs is passed over.
pub(super) fn emit(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let program = record.text(Field::Process).unwrap_or_default();
    let program = program.strip_suffix(".exe").unwrap_or(program);
    let Some(payload) = record.text(Field::Payload).filter(|_| syslog::is_sshd(program)) else {
        pass_over(record.event_id, &record.provider, sink);
        return Ok(ControlFlow::Continue(()));
    };
    let envelope = Envelope {
        time: record.time,
        host: record.computer.trim(),
        program,
        // The record names no process of sshd's in its text.
        process: "",
        raw_ref: record.raw_ref,
    };
    syslog::message(&envelope, payload, sink)
}
