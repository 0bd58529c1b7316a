//! Finds where each event in XML begins and ends.

use std::io;

use memchr::{memchr, memchr_iter, memmem};

use super::EVENT;
use crate::line::MAX_LINE;
use crate::source::Source;

/// An event, or what stands where one should.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) what: What,
    /// Its length at the start of the window.
    pub(super) length: usize,
    /// The line on which it begins; the first is 1.
    pub(super) line: u64,
    /// What it is known by: its line, or its number among the events where lines hold several.
    pub(super) number: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Event,
    /// An event whose end is missing.
    Cut,
    /// An event too long to be held; it is gone.
    TooLong,
    /// Text that lies in no event.
    Debris,
}

/// Cuts a source into events.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// Line breaks passed.
    breaks: u64,
    records: u64,
    /// The line on which the last event ended.
    last_line: u64,
}

/// What may be a start of markup that is cut by the end of the window.
const LONGEST_MARK: usize = 64;

/// What is found at a `<`.
enum Markup {
    /// Something that ends with these bytes, and what is in it does not matter.
    Until(&'static [u8]),
    Begin,
    End,
}

impl Frames {
    /// Lines passed so far.
    pub(super) const fn line(&self) -> u64 {
        self.breaks
    }

    /// The next frame, which is at the start of the window; `None` at the end.
    pub(super) fn next(&mut self, source: &mut Source<'_>) -> io::Result<Option<Frame>> {
        loop {
            let window = source.window();
            let blanks = window.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if blanks > 0 || window.is_empty() {
                self.pass(source, blanks);
                if source.window().is_empty() {
                    if source.exhausted() {
                        return Ok(None);
                    }
                    source.more()?;
                }
                continue;
            }
            if window[0] != b'<' {
                if let Some(frame) = self.text(source)? {
                    return Ok(Some(frame));
                }
                continue;
            }
            source.fill(LONGEST_MARK)?;
            match markup(source.window()) {
                Markup::Until(end) => self.skip(source, end)?,
                Markup::End => self.skip(source, b">")?,
                Markup::Begin => return self.event(source).map(Some),
            }
        }
    }

    /// Uses up a frame.
    pub(super) fn consume(&mut self, source: &mut Source<'_>, frame: &Frame) {
        self.records += 1;
        self.pass(source, frame.length);
        self.last_line = self.breaks + 1;
    }

    fn frame(&self, what: What, length: usize) -> Frame {
        let line = self.breaks + 1;
        let number = if line == self.last_line { self.records + 1 } else { line };
        Frame { what, length, line, number }
    }

    /// Uses up bytes and counts their line breaks.
    fn pass(&mut self, source: &mut Source<'_>, length: usize) {
        self.breaks += memchr_iter(b'\n', source.take(length, length)).count() as u64;
    }

    /// The event that begins at the start of the window.
    fn event(&mut self, source: &mut Source<'_>) -> io::Result<Frame> {
        let mut at = 1;
        loop {
            match self::end(source.window(), &mut at, source.exhausted()) {
                Some((what, length)) => return Ok(self.frame(what, length)),
                None if at > MAX_LINE => {
                    let frame = self.frame(What::TooLong, 0);
                    self.skip(source, b"</Event>")?;
                    return Ok(frame);
                }
                None => source.more()?,
            }
        }
    }

    /// Text up to the next markup or the end of its line; `None` for what `evtx_dump` writes above
    /// each event, and what separates them in a list.
    fn text(&mut self, source: &mut Source<'_>) -> io::Result<Option<Frame>> {
        let mut searched = 0;
        loop {
            let window = source.window();
            let found = window[searched..].iter().position(|byte| matches!(byte, b'\n' | b'<'));
            searched = found.map_or(window.len(), |found| searched + found);
            if found.is_some() || source.exhausted() || searched > MAX_LINE {
                let text = &window[..searched];
                let empty = crate::line::is_heading(text) || text.trim_ascii() == b",";
                if !empty {
                    return Ok(Some(self.frame(What::Debris, searched)));
                }
                self.pass(source, searched);
                return Ok(None);
            }
            source.more()?;
        }
    }

    /// Drops everything up to and with these bytes.
    fn skip(&mut self, source: &mut Source<'_>, end: &[u8]) -> io::Result<()> {
        loop {
            let window = source.window();
            if let Some(found) = memmem::find(window, end) {
                self.pass(source, found + end.len());
                return Ok(());
            }
            // The end itself may be cut by that of the window.
            let kept = if source.exhausted() { 0 } else { end.len() - 1 };
            let length = window.len().saturating_sub(kept);
            self.pass(source, length);
            if source.exhausted() {
                return Ok(());
            }
            source.more()?;
        }
    }
}

/// Where the event that begins a window ends, looking on from `at`; `None` where the window does not
/// show it.
fn end(window: &[u8], at: &mut usize, whole: bool) -> Option<(What, usize)> {
    loop {
        let Some(found) = memchr(b'<', &window[*at..]) else {
            *at = window.len();
            return whole.then_some((What::Cut, window.len()));
        };
        *at += found;
        let rest = &window[*at..];
        if rest.len() < LONGEST_MARK && !whole {
            return None;
        }
        match markup(rest) {
            Markup::Until(b">") => *at += 1,
            Markup::Until(mark) => match memmem::find(rest, mark) {
                Some(found) => *at += found + mark.len(),
                None if whole => return Some((What::Cut, window.len())),
                None => return None,
            },
            // Events do not nest: the end of the one before is missing.
            Markup::Begin => return Some((What::Cut, *at)),
            Markup::End => {
                return match memchr(b'>', rest) {
                    Some(found) => Some((What::Event, *at + found + 1)),
                    None => whole.then_some((What::Cut, window.len())),
                };
            }
        }
    }
}

/// What begins with this `<`.
fn markup(text: &[u8]) -> Markup {
    match text {
        [b'<', b'?', ..] => Markup::Until(b"?>"),
        [b'<', b'!', b'-', b'-', ..] => Markup::Until(b"-->"),
        [b'<', b'!', b'[', b'C', b'D', ..] => Markup::Until(b"]]>"),
        [b'<', b'/', name @ ..] if local_name(name) == EVENT => Markup::End,
        [b'<', name @ ..] if local_name(name) == EVENT => Markup::Begin,
        _ => Markup::Until(b">"),
    }
}

/// The name at the start of a text, without a namespace before it.
pub(super) fn local_name(text: &[u8]) -> &[u8] {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/' | b'<');
    let looked_at = &text[..text.len().min(LONGEST_MARK)];
    let name = &looked_at[..looked_at.iter().position(ends).unwrap_or(looked_at.len())];
    match memchr(b':', name) {
        Some(colon) => &name[colon + 1..],
        None => name,
    }
}
