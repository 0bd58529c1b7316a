//! Fills a tape from a record that is sound JSON, which nearly all are. It gives up at the first thing out of
//! the ordinary, and the record is then left to `serde_json`: what is an error, and which, is decided
//! there alone. On records that it reads the list is the same, text by text.

use serde::de::DeserializeSeed;

use super::fill::{Value, is_idle, is_plain};
use super::{Kind, MAX_DEPTH, Span, Tape};

/// Digits that any number of them fits 64 bits.
const MOST_DIGITS: usize = 18;

/// One bit in each byte: the lowest, the highest.
const ONES: u128 = u128::MAX / 0xff;
const HIGH: u128 = ONES << 7;

impl Tape {
    /// Puts a record on the list that is one object; `None` where another parser has to decide, and what is
    /// on the list then means nothing.
    pub(super) fn scan(&mut self, text: &str) -> Option<()> {
        let mut scan = Scan { text, bytes: text.as_bytes(), at: 0, tape: self };
        if scan.next()? != b'{' {
            return None;
        }
        scan.object(Span::default(), 0, false)?;
        scan.blanks();
        (scan.at == text.len()).then_some(())
    }
}

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tape: &'t mut Tape,
}

/// A text between its quotes.
struct Quoted {
    start: usize,
    end: usize,
    escaped: bool,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    #[inline]
    fn blanks(&mut self) {
        while let Some(..=b' ') = self.peek() {
            if !matches!(self.bytes[self.at], b' ' | b'\n' | b'\t' | b'\r') {
                return;
            }
            self.at += 1;
        }
    }

    /// The next byte that is no blank, which is stepped over.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        self.blanks();
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// What follows the opening brace of an object.
    fn object(&mut self, name: Span, depth: u8, plain: bool) -> Option<()> {
        let depth = deeper(depth)?;
        if plain {
            return self.skip_object(depth);
        }
        let container = self.tape.open(name, Kind::Object);
        let mut next = self.next()?;
        if next != b'}' {
            loop {
                if next != b'"' {
                    return None;
                }
                let key = self.key()?;
                if self.next()? != b':' {
                    return None;
                }
                match key {
                    Some((name, plain)) => self.value(name, depth, plain)?,
                    None => self.skip(depth)?,
                }
                match self.next()? {
                    b',' => next = self.next()?,
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        self.tape.close(container);
        Some(())
    }

    /// What follows the opening bracket of a list.
    fn list(&mut self, name: Span, depth: u8, plain: bool) -> Option<()> {
        let depth = deeper(depth)?;
        if plain {
            return self.skip_list(depth);
        }
        let container = self.tape.open(name, Kind::Array);
        self.blanks();
        if self.peek()? == b']' {
            self.at += 1;
        } else {
            loop {
                self.value(Span::default(), depth, false)?;
                match self.next()? {
                    b',' => {}
                    b']' => break,
                    _ => return None,
                }
            }
        }
        self.tape.close(container);
        Some(())
    }

    /// A name behind its quote; `Some(None)` where nobody needs what is under it.
    #[inline]
    fn key(&mut self) -> Option<Option<(Span, bool)>> {
        let quoted = self.quoted()?;
        let whole = self.tape.whole;
        if quoted.escaped {
            let start = self.tape.arena.len();
            let name = self.unescape(&quoted)?;
            let is_plain = !whole && is_plain(&self.tape.arena[start..]);
            return Some(Some((name, is_plain)));
        }
        let name = self.text.get(quoted.start..quoted.end)?;
        if !whole && is_idle(name) {
            return Some(None);
        }
        Some(Some((self.span(&quoted), !whole && is_plain(name))))
    }

    #[inline]
    fn value(&mut self, name: Span, depth: u8, plain: bool) -> Option<()> {
        match self.next()? {
            b'"' => {
                let quoted = self.quoted()?;
                let value =
                    if quoted.escaped { self.unescape(&quoted)? } else { self.span(&quoted) };
                self.tape.push(name, Kind::Text, value);
                Some(())
            }
            b'{' => self.object(name, depth, plain),
            b'[' => self.list(name, depth, plain),
            byte => self.scalar(byte, name, depth),
        }
    }

    /// A number, a truth value or nothing, which begins with a byte.
    fn scalar(&mut self, first: u8, name: Span, depth: u8) -> Option<()> {
        let start = self.at - 1;
        match first {
            b'-' | b'0'..=b'9' => {
                let is_whole = self.number(first)?;
                let length = self.at - start;
                // A zero may have a sign, which makes it a fraction.
                if is_whole
                    && length <= MOST_DIGITS
                    && (first != b'-' || self.bytes[start + 1] != b'0')
                {
                    let value = self.span(&Quoted { start, end: self.at, escaped: false });
                    self.tape.push(name, Kind::Number, value);
                    return Some(());
                }
                let text = self.text.get(start..self.at)?;
                let mut json = serde_json::Deserializer::from_str(text);
                Value { tape: self.tape, name, depth, plain: false }.deserialize(&mut json).ok()
            }
            b'n' => {
                self.word("null", start)?;
                self.tape.push(name, Kind::Null, Span::default());
                Some(())
            }
            b't' | b'f' => {
                self.word(if first == b't' { "true" } else { "false" }, start)?;
                let value = self.span(&Quoted { start, end: self.at, escaped: false });
                self.tape.push(name, Kind::Bool, value);
                Some(())
            }
            _ => None,
        }
    }

    fn word(&mut self, word: &str, start: usize) -> Option<()> {
        self.at = start + word.len();
        (self.bytes.get(start..self.at)? == word.as_bytes()).then_some(())
    }

    /// Steps over a number that begins with a byte, and says whether it is whole.
    fn number(&mut self, first: u8) -> Option<bool> {
        let first = match first {
            b'-' => {
                let digit = self.peek().filter(u8::is_ascii_digit)?;
                self.at += 1;
                digit
            }
            first => first,
        };
        let digits = self.digits();
        if first == b'0' && digits > 0 {
            return None;
        }
        let mut is_whole = true;
        if self.peek() == Some(b'.') {
            self.at += 1;
            is_whole = false;
            (self.digits() > 0).then_some(())?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            is_whole = false;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            (self.digits() > 0).then_some(())?;
        }
        Some(is_whole)
    }

    /// Steps over digits, and gives how many there were.
    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    /// Steps over a value that nobody needs.
    fn skip(&mut self, depth: u8) -> Option<()> {
        match self.next()? {
            b'"' => self.quoted().map(drop),
            b'{' => self.skip_object(deeper(depth)?),
            b'[' => self.skip_list(deeper(depth)?),
            first @ (b'-' | b'0'..=b'9') => self.number(first).map(drop),
            b'n' => self.word("null", self.at - 1),
            b't' => self.word("true", self.at - 1),
            b'f' => self.word("false", self.at - 1),
            _ => None,
        }
    }

    fn skip_object(&mut self, depth: u8) -> Option<()> {
        let mut next = self.next()?;
        if next == b'}' {
            return Some(());
        }
        loop {
            if next != b'"' {
                return None;
            }
            self.quoted()?;
            if self.next()? != b':' {
                return None;
            }
            self.skip(depth)?;
            match self.next()? {
                b',' => next = self.next()?,
                b'}' => return Some(()),
                _ => return None,
            }
        }
    }

    fn skip_list(&mut self, depth: u8) -> Option<()> {
        self.blanks();
        if self.peek()? == b']' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.skip(depth)?;
            match self.next()? {
                b',' => {}
                b']' => return Some(()),
                _ => return None,
            }
        }
    }

    /// Steps over a text whose opening quote was passed.
    #[inline]
    fn quoted(&mut self) -> Option<Quoted> {
        let start = self.at;
        let end = special(self.bytes, start)?;
        if self.bytes[end] == b'"' {
            self.at = end + 1;
            return Some(Quoted { start, end, escaped: false });
        }
        self.quoted_from(start, end)
    }

    /// The same from the first escape on.
    #[inline(never)]
    fn quoted_from(&mut self, start: usize, first: usize) -> Option<Quoted> {
        let mut at = first;
        loop {
            at = special(self.bytes, at)?;
            match self.bytes[at] {
                b'"' => break,
                b'\\' => {
                    at += match self.bytes.get(at + 1)? {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => 2,
                        b'u' => {
                            hex(self.bytes.get(at + 2..at + 6)?)?;
                            6
                        }
                        _ => return None,
                    };
                }
                _ => return None,
            }
        }
        self.at = at + 1;
        Some(Quoted { start, end: at, escaped: true })
    }

    /// The place of a text without escapes.
    #[allow(clippy::cast_possible_truncation, reason = "a record is at most 1 MiB long")]
    #[inline]
    fn span(&self, quoted: &Quoted) -> Span {
        Span { start: quoted.start as u32, length: (quoted.end - quoted.start) as u32 }
    }

    /// A text with escapes, as it reads.
    fn unescape(&mut self, quoted: &Quoted) -> Option<Span> {
        let start = self.tape.arena.len();
        let mut rest = self.text.get(quoted.start..quoted.end)?;
        while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
            self.tape.arena.push_str(rest.get(..at)?);
            let (char, used) = match rest.as_bytes().get(at + 1)? {
                b'b' => ('\u{8}', 2),
                b'f' => ('\u{c}', 2),
                b'n' => ('\n', 2),
                b'r' => ('\r', 2),
                b't' => ('\t', 2),
                // Of a pair of surrogates another parser has to make one character.
                b'u' => (char::from_u32(hex(rest.as_bytes().get(at + 2..at + 6)?)?)?, 6),
                other => (char::from(*other), 2),
            };
            self.tape.arena.push(char);
            rest = rest.get(at + used..)?;
        }
        self.tape.arena.push_str(rest);
        Some(self.tape.since(start))
    }
}

fn deeper(depth: u8) -> Option<u8> {
    (depth < MAX_DEPTH).then(|| depth + 1)
}

/// Four hexadecimal digits.
fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, digit| Some(sum << 4 | char::from(*digit).to_digit(16)?))
}

/// The next quote, backslash or control character. Sixteen bytes are looked at at a time, within which most texts
/// end.
#[inline]
fn special(bytes: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(sixteen) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let word = u128::from_le_bytes(*sixteen);
        // A quote with its second bit the other way is the byte behind the control characters, and none of
        // those leaves their range by that.
        let turned = word ^ (ONES * 0x02);
        let quote_or_control = turned.wrapping_sub(ONES * 0x21) & !turned;
        let turned = word ^ (ONES * u128::from(b'\\'));
        let backslash = turned.wrapping_sub(ONES) & !turned;
        // A byte may be taken for one only behind one that is.
        let found = (quote_or_control | backslash) & HIGH;
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 16;
    }
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\' | ..0x20);
    Some(at + bytes.get(at..)?.iter().position(is_special)?)
}

#[cfg(test)]
mod tests;
