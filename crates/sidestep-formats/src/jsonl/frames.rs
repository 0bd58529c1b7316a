//! Finds where each record of a JSON log begins and ends, however the log is laid out.

mod braces;
mod list;

use std::io;

use memchr::{memchr, memchr_iter, memchr3};

use self::braces::Braces;
use self::list::{LISTS_WITHIN, Within, list_within};
use crate::line::MAX_LINE;
use crate::source::Source;

/// A record, or what stands where one should.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) what: What,
    /// Length of the record in the window, and of what is used up with it.
    pub(super) length: usize,
    pub(super) used: usize,
    /// The line on which it begins; the first is 1.
    pub(super) line: u64,
    /// Its number among the records of the log; the first is 1.
    pub(super) number: u64,
    /// Whether something else begins on the same line.
    pub(super) shares_line: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A line that is likely one object.
    Line,
    /// What the braces say is one object.
    Braces,
    /// Something that is no object.
    Debris,
    /// A record too long to be held; it is gone.
    TooLong,
    /// The log ended within a list of records.
    Unclosed,
}

/// Where in the log it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Between records that follow each other.
    Top,
    /// In a list of records that lies in so many objects.
    List { depth: usize },
}

/// Cuts a source into records.
#[derive(Debug)]
pub(super) struct Frames {
    place: Place,
    /// Whether to take lines for records, which is fast, and true of most logs.
    by_line: bool,
    /// Line breaks passed.
    breaks: u64,
    records: u64,
    /// The line on which the last record ended, or began.
    last_line: u64,
}

impl Frames {
    pub(super) const fn new() -> Self {
        Self { place: Place::Top, by_line: true, breaks: 0, records: 0, last_line: 0 }
    }

    /// Lines passed so far.
    pub(super) const fn line(&self) -> u64 {
        self.breaks
    }

    /// Takes records for what their braces enclose, because the line was not one.
    pub(super) const fn look_closer(&mut self) {
        self.by_line = false;
    }

    /// The next record, which is at the start of the window; `None` at the end.
    pub(super) fn next(&mut self, source: &mut Source<'_>) -> io::Result<Option<Frame>> {
        loop {
            let Some(byte) = self.pass_blanks(source)? else {
                return Ok(match self.place {
                    Place::List { .. } => {
                        self.place = Place::Top;
                        Some(self.frame(What::Unclosed, 0, 0))
                    }
                    Place::Top => None,
                });
            };
            match (byte, self.place) {
                (b'{', Place::Top) => {
                    source.fill(LISTS_WITHIN)?;
                    match list_within(source.window()) {
                        Some(Within { begin, depth }) => {
                            self.pass(source, begin);
                            self.place = Place::List { depth };
                        }
                        None => return self.object(source).map(Some),
                    }
                }
                (b'{', Place::List { .. }) => return self.object(source).map(Some),
                (b'[', Place::Top) => {
                    self.pass(source, 1);
                    self.place = Place::List { depth: 0 };
                }
                (b',', Place::List { .. }) => self.pass(source, 1),
                (b']', Place::List { depth }) => {
                    self.pass(source, 1);
                    self.place = Place::Top;
                    if depth > 0 {
                        // What follows the list in the objects that hold it.
                        let mut braces = Braces::new(depth);
                        self.skip(source, &mut braces)?;
                    }
                }
                _ => return self.debris(source).map(Some),
            }
        }
    }

    /// Uses up a frame.
    pub(super) fn consume(&mut self, source: &mut Source<'_>, frame: &Frame) {
        self.records += 1;
        let ends_line = match frame.what {
            What::Line => {
                self.breaks += u64::from(source.window().get(frame.used - 1) == Some(&b'\n'));
                source.consume(frame.used);
                return;
            }
            What::Braces => {
                let rest = &source.window()[frame.used..];
                let blank = |byte: &&u8| !matches!(byte, b' ' | b'\t' | b'\r' | b',');
                matches!(rest.iter().find(blank), None | Some(b'\n'))
            }
            _ => false,
        };
        let first = self.breaks;
        self.pass(source, frame.used);
        self.last_line = self.breaks + 1;
        // Lines that each hold one object are taken whole from here on.
        self.by_line = ends_line && self.breaks == first;
    }

    /// A frame at the start of the window.
    fn frame(&self, what: What, length: usize, used: usize) -> Frame {
        let line = self.breaks + 1;
        let shares_line = line == self.last_line;
        Frame { what, length, used, line, number: self.records + 1, shares_line }
    }

    /// Uses up bytes and counts their line breaks.
    fn pass(&mut self, source: &mut Source<'_>, length: usize) {
        self.breaks += memchr_iter(b'\n', source.take(length, length)).count() as u64;
    }

    /// Steps over blanks; gives the byte that follows them, `None` at the end.
    fn pass_blanks(&mut self, source: &mut Source<'_>) -> io::Result<Option<u8>> {
        loop {
            let window = source.window();
            let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            let length = window.iter().take_while(|byte| blank(byte)).count();
            if let Some(byte) = window.get(length).copied() {
                if length > 0 {
                    self.pass(source, length);
                }
                return Ok(Some(byte));
            }
            self.pass(source, length);
            source.more()?;
            if source.window().is_empty() && source.exhausted() {
                return Ok(None);
            }
        }
    }

    /// The object that begins at the start of the window.
    fn object(&mut self, source: &mut Source<'_>) -> io::Result<Frame> {
        if self.by_line {
            if let Some((length, used)) = line(source)? {
                let mut text = source.window()[..length].trim_ascii_end();
                if matches!(self.place, Place::List { .. }) {
                    text = text.strip_suffix(b",").unwrap_or(text);
                }
                return Ok(self.frame(What::Line, text.len(), used));
            }
            self.by_line = false;
        }
        let mut braces = Braces::new(0);
        let mut scanned = 0;
        loop {
            let window = source.window();
            match braces.end(&window[scanned..]) {
                Some(end) => {
                    let used = scanned + end;
                    let what = if used > MAX_LINE { What::TooLong } else { What::Braces };
                    return Ok(self.frame(what, used, used));
                }
                None => scanned = window.len(),
            }
            if source.exhausted() && scanned <= MAX_LINE {
                return Ok(self.frame(What::Braces, scanned, scanned));
            }
            if scanned > MAX_LINE {
                let frame = self.frame(What::TooLong, 0, 0);
                self.pass(source, scanned);
                self.skip(source, &mut braces)?;
                return Ok(frame);
            }
            source.more()?;
        }
    }

    /// Drops everything up to where the braces close.
    fn skip(&mut self, source: &mut Source<'_>, braces: &mut Braces) -> io::Result<()> {
        loop {
            let window = source.window();
            let (length, ended) = match braces.end(window) {
                Some(end) => (end, true),
                None => (window.len(), source.exhausted()),
            };
            self.pass(source, length);
            if ended {
                return Ok(());
            }
            source.more()?;
        }
    }

    /// Something that is no object, up to the next border.
    fn debris(&mut self, source: &mut Source<'_>) -> io::Result<Frame> {
        let mut searched = 0;
        loop {
            let window = source.window();
            let rest = &window[searched..];
            let found = match self.place {
                Place::Top => memchr(b'\n', rest),
                Place::List { .. } => memchr3(b'\n', b',', b']', rest),
            };
            let end = found
                .map(|found| searched + found)
                .or_else(|| source.exhausted().then_some(window.len()));
            if let Some(end) = end {
                // At least one byte is used up, or there would be no end.
                return Ok(self.frame(What::Debris, end, end.max(1)));
            }
            searched = window.len();
            if searched > MAX_LINE {
                let frame = self.frame(What::TooLong, 0, 0);
                while !source.exhausted() && memchr(b'\n', source.window()).is_none() {
                    source.consume(source.window().len());
                    source.more()?;
                }
                let window = source.window();
                let length = memchr(b'\n', window).unwrap_or(window.len());
                source.consume(length);
                return Ok(frame);
            }
            source.more()?;
        }
    }
}

/// Length of the line that begins the window, and with its line break; `None` where it does not
/// end within the longest record.
fn line(source: &mut Source<'_>) -> io::Result<Option<(usize, usize)>> {
    let mut searched = 0;
    loop {
        let window = source.window();
        if let Some(found) = memchr(b'\n', &window[searched..]) {
            let length = searched + found;
            return Ok((length <= MAX_LINE).then_some((length, length + 1)));
        }
        let length = window.len();
        if source.exhausted() {
            return Ok((length <= MAX_LINE).then_some((length, length)));
        }
        if length > MAX_LINE {
            return Ok(None);
        }
        searched = length;
        source.more()?;
    }
}
