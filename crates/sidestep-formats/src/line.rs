//! Lines of bounded length out of a [`Source`].

use std::io;
use std::ops::ControlFlow;

use memchr::memchr;

use crate::error::{Fault, FormatError};
use crate::record_sink::RecordSink;
use crate::source::Source;

/// Longest line, in bytes, that is held. What is longer is no log line; it is skipped unread.
pub(crate) const MAX_LINE: usize = 1 << 20;

/// What is said of a line or record that is too long to be held.
pub(crate) const TOO_LONG: &str = "is longer than 1 MiB; no login is";

/// Whether this is `Record 7`, which `evtx_dump` writes above each record: no record, and nothing bad.
pub(crate) fn is_heading(line: &[u8]) -> bool {
    let number = line.trim_ascii().strip_prefix(b"Record ");
    number.is_some_and(|number| !number.is_empty() && number.iter().all(u8::is_ascii_digit))
}

/// One line.
pub(crate) enum Line<'a> {
    /// Its bytes, without the line break.
    Text(&'a [u8]),
    /// It was longer than [`MAX_LINE`] and is gone.
    TooLong,
}

/// Gives every line that is not empty to `take`, with its number, until it breaks. Bytes that are no
/// UTF-8 are replaced: programs write whatever bytes they have.
pub(crate) fn each_line(
    source: &mut Source<'_>,
    sink: &mut RecordSink<'_>,
    mut take: impl FnMut(&str, u64, &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault>,
) -> Result<ControlFlow<()>, FormatError> {
    let mut number = 0;
    loop {
        let line = match source.next_line() {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(ControlFlow::Continue(())),
            Err(error) => return Err(sink.broken(number, error)),
        };
        number += 1;
        let taken = match line {
            Line::TooLong => Err(Fault::record(TOO_LONG)),
            Line::Text([]) => continue,
            Line::Text(line) => take(&String::from_utf8_lossy(line), number, sink),
        };
        match taken {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => return Ok(ControlFlow::Break(())),
            Err(fault) => sink.bad(number, 1, fault)?,
        }
    }
}

impl Source<'_> {
    /// The next line; `None` at the end of the input. A last line need not be terminated.
    pub(crate) fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        let mut searched = 0;
        loop {
            let window = self.window();
            if let Some(found) = memchr(b'\n', &window[searched..]) {
                let length = searched + found;
                return Ok(Some(self.take_line(length, length + 1)));
            }
            if self.exhausted() {
                let length = window.len();
                return Ok(if length == 0 { None } else { Some(self.take_line(length, length)) });
            }
            searched = window.len();
            if searched > MAX_LINE {
                self.skip_line()?;
                return Ok(Some(Line::TooLong));
            }
            self.more()?;
        }
    }

    /// Uses up `used` bytes, the first `length` of which are a line.
    fn take_line(&mut self, length: usize, used: usize) -> Line<'_> {
        let line = self.take(length, used);
        if line.len() > MAX_LINE {
            return Line::TooLong;
        }
        Line::Text(line.strip_suffix(b"\r").unwrap_or(line))
    }

    /// Drops everything up to and with the next line break.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let window = self.window();
            let held = window.len();
            if let Some(found) = memchr(b'\n', window) {
                self.consume(found + 1);
                return Ok(());
            }
            self.consume(held);
            if self.exhausted() {
                return Ok(());
            }
            self.more()?;
        }
    }
}
