//! Windows events in XML: what `wevtutil qe /f:xml` prints, what the Event Viewer saves, `ToXml()` of
//! PowerShell a line, Splunk's `XmlWinEventLog`, `evtx_dump -o xml`.
//!
//! Events are found one after the other, in whatever element they lie, and each is taken apart by
//! itself, so that memory does not depend on the length of the log.

mod event;
mod frames;

use std::ops::ControlFlow;

pub(crate) use self::event::{take, values};
use self::frames::{Frames, What};
use crate::dialect::Dialect;
use crate::error::{Fault, FormatError, quote};
use crate::line::TOO_LONG;
use crate::record_sink::RecordSink;
use crate::source::Source;

/// The name of the element that is one event.
const EVENT: &[u8] = b"Event";

/// Reads Windows events in XML.
pub(crate) struct WindowsXml;

impl Dialect for WindowsXml {
    fn read(
        &mut self,
        source: &mut Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let mut frames = Frames::default();
        loop {
            let frame = match frames.next(source) {
                Ok(Some(frame)) => frame,
                Ok(None) => return Ok(ControlFlow::Continue(())),
                Err(error) => return Err(sink.broken(frames.line(), error)),
            };
            let text = &source.window()[..frame.length];
            let taken = match frame.what {
                What::Event => match std::str::from_utf8(text) {
                    Ok(text) => take(text, frame.number, sink),
                    Err(_) => Err(Fault::record("is not UTF-8")),
                },
                What::Cut => Err(Fault::record(
                    "an event is cut: its end is missing; check that the file is complete",
                )),
                What::TooLong => Err(Fault::record(TOO_LONG)),
                What::Debris => {
                    Err(Fault::record(format!("{} is no event in XML", quote(text.trim_ascii()))))
                }
            };
            frames.consume(source, &frame);
            match taken {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Ok(ControlFlow::Break(())),
                Err(fault) => sink.bad(frame.line, 1, fault)?,
            }
        }
    }
}

/// Whether a text begins with an event, or with a list of them: what stands before it may be a
/// declaration or a comment.
pub(crate) fn begins_event(text: &[u8]) -> bool {
    let mut rest = text.trim_ascii_start();
    loop {
        let end: &[u8] = match rest {
            [b'<', b'?', ..] => b"?>",
            [b'<', b'!', b'-', b'-', ..] => b"-->",
            [b'<', name @ ..] => {
                let name = frames::local_name(name);
                return name == EVENT || name == b"Events";
            }
            _ => return false,
        };
        let Some(found) = memchr::memmem::find(rest, end) else { return false };
        rest = rest[found + end.len()..].trim_ascii_start();
    }
}

#[cfg(test)]
mod tests;
