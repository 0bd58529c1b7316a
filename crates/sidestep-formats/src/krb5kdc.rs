//! The files of KDCs: MIT's krb5kdc, whose lines are those of syslog, and Heimdal's kdc, whose lines
//! begin with a time and name no host.

use std::ops::ControlFlow;

use crate::dialect::Dialect;
use crate::error::FormatError;
use crate::line::each_line;
use crate::record_sink::RecordSink;
use crate::source::Source;
use crate::syslog::{self, Envelope};

/// Reads the file of Heimdal's kdc.
pub(crate) struct HeimdalFile;

/// Whether a line is one of Heimdal's file: `2026-03-02T09:00:00 AS-REQ alice@R from IPv4:...`.
pub(crate) fn is_heimdal(line: &[u8]) -> bool {
    let Some((time, text)) = std::str::from_utf8(line).ok().and_then(split) else { return false };
    time.len() >= 19
        && (text.starts_with("AS-REQ ") || text.starts_with("TGS-REQ "))
        && (text.contains(" from IPv") || text.contains("-REQ authtime: "))
}

/// Splits the time off.
fn split(line: &str) -> Option<(&str, &str)> {
    let (time, text) = line.split_once(' ')?;
    let bytes = time.as_bytes();
    (bytes.len() >= 19 && bytes[0].is_ascii_digit() && bytes[4] == b'-' && bytes[10] == b'T')
        .then_some((time, text.trim_start()))
}

impl Dialect for HeimdalFile {
    fn read(
        &mut self,
        source: &mut Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        each_line(source, sink, |line, number, sink| {
            let Some((time, text)) = split(line) else {
                sink.not_understood("a line without a time in a log of Heimdal's kdc");
                return Ok(ControlFlow::Continue(()));
            };
            let options = sink.options;
            let envelope = Envelope {
                time: Some(syslog::whole_time(time, options)?),
                host: options.host.as_deref().unwrap_or_default(),
                program: "kdc",
                process: "",
                raw_ref: Some(number),
            };
            syslog::message(&envelope, text, sink)
        })
    }
}
