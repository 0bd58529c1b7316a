//! The audit system's own log, raw or enriched, and what `ausearch` makes of it.

use std::ops::ControlFlow;

use super::Record;
use super::parse::{self, Head, Values};
use crate::dialect::Dialect;
use crate::error::FormatError;
use crate::line::each_line;
use crate::record_sink::RecordSink;
use crate::source::Source;

/// Reads the log.
pub(crate) struct File;

/// Whether a line is one of the log.
pub(crate) fn is_audit(line: &[u8]) -> bool {
    (line.starts_with(b"type=") || line.starts_with(b"node="))
        && std::str::from_utf8(line).is_ok_and(|line| Head::parse(line).is_some())
}

impl Dialect for File {
    fn read(
        &mut self,
        source: &mut Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        each_line(source, sink, |line, number, sink| {
            // What `ausearch` puts between records.
            if line == "----" || line.starts_with("time->") {
                return Ok(ControlFlow::Continue(()));
            }
            let Some(head) = Head::parse(line) else {
                sink.not_understood("a line of no shape that auditd writes");
                return Ok(ControlFlow::Continue(()));
            };
            let time = head.at.map(|at| parse::time(at, sink.options)).transpose()?;
            let values = match super::is_about_logins(head.kind) {
                true => Values::of(head.rest, head.is_interpreted()),
                false => Values::default(),
            };
            let record = Record {
                kind: head.kind,
                time,
                host: head.node,
                raw_ref: Some(number),
                values,
                among_others: false,
            };
            record.take(sink)
        })
    }
}
