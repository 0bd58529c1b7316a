//! Where an object of JSON ends, by its braces alone.

use memchr::memchr3;

use super::super::tape::MAX_DEPTH;

/// Follows the braces of JSON text, chunk by chunk, to where an object ends, or was cut.
#[derive(Debug)]
pub(super) struct Braces {
    depth: usize,
    in_text: bool,
    escaped: bool,
    /// Whether the last byte was a line break.
    line_begins: bool,
    /// The last byte that is no blank.
    last: u8,
    /// Which of the open containers are lists, the innermost in the lowest bit.
    lists: u128,
}

impl Braces {
    /// Begins within so many open objects.
    pub(super) const fn new(depth: usize) -> Self {
        Self { depth, in_text: false, escaped: false, line_begins: false, last: 0, lists: 0 }
    }

    /// Where the object ends in `chunk`. A line break within a text, or an object that begins a
    /// line where none may stand, show that the record was cut; it ends there.
    pub(super) fn end(&mut self, chunk: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(&byte) = chunk.get(at) {
            if self.escaped {
                self.escaped = false;
                if byte == b'\n' {
                    return Some(at);
                }
                at += 1;
                continue;
            }
            if self.in_text {
                at += memchr3(b'"', b'\\', b'\n', &chunk[at..])?;
                match chunk[at] {
                    b'"' => self.in_text = false,
                    b'\\' => self.escaped = true,
                    _ => return Some(at),
                }
                at += 1;
                continue;
            }
            match byte {
                b'"' => self.in_text = true,
                b'{' if self.line_begins && self.depth > 0 && !self.value_may_follow() => {
                    return Some(at);
                }
                b'{' | b'[' => {
                    self.depth += 1;
                    self.lists = self.lists << 1 | u128::from(byte == b'[');
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    self.lists >>= 1;
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ => {}
            }
            self.line_begins = byte == b'\n';
            if !byte.is_ascii_whitespace() {
                self.last = byte;
            }
            at += 1;
        }
        None
    }

    /// Whether a value may stand here. What nests this deep is no record to begin with.
    const fn value_may_follow(&self) -> bool {
        match self.last {
            _ if self.depth > MAX_DEPTH as usize => false,
            b':' | b'[' => true,
            b',' => self.lists & 1 == 1,
            _ => false,
        }
    }
}
