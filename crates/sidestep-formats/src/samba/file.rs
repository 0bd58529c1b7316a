//! Samba's own log file: `[2026/03/02 09:00:01.500000,  3] ../../auth/auth_log.c:862(log_json)`, and
//! what was said in the lines below, each with blanks before it.

use std::ops::ControlFlow;

use super::message;
use crate::dialect::Dialect;
use crate::error::FormatError;
use crate::line::each_line;
use crate::options::ReadOptions;
use crate::record_sink::RecordSink;
use crate::source::Source;
use crate::syslog::{Envelope, nothing};
use crate::time::{Micros, civil};

/// Reads Samba's log file.
pub(crate) struct File;

/// Whether a line is a header of Samba's.
pub(crate) fn is_header(line: &[u8]) -> bool {
    line.len() > 20
        && line[0] == b'['
        && line[1..5].iter().all(u8::is_ascii_digit)
        && line[5] == b'/'
        && line[8] == b'/'
        && line[14] == b':'
}

/// When a header was written, in the zone of its host.
fn time(line: &str, options: &ReadOptions) -> Option<Micros> {
    let (date, rest) = line.get(1..)?.split_once(' ')?;
    let clock = rest.split([',', ']']).next()?;
    let mut parts = date.split('/');
    let mut part = || parts.next();
    let (year, month, day) = (part()?.parse().ok()?, part()?.parse().ok()?, part()?.parse().ok()?);
    civil(year, month, day, clock, &options.zone)
}

impl Dialect for File {
    fn read(
        &mut self,
        source: &mut Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let (mut at, mut program) = (None, "smbd");
        each_line(source, sink, |line, number, sink| {
            if is_header(line.as_bytes()) {
                at = time(line, sink.options);
                program = if line.contains("vfs_full_audit") { "smbd_audit" } else { "smbd" };
                return Ok(ControlFlow::Continue(()));
            }
            // Records as JSON may stand by themselves.
            if !line.starts_with([' ', '\t', '{']) {
                return nothing(sink, "samba, another message");
            }
            let envelope =
                Envelope { time: at, host: "", program, process: "", raw_ref: Some(number) };
            message(&envelope, line, sink)
        })
    }
}
