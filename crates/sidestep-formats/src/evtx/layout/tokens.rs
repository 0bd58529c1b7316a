//! The tokens of binary XML.

/// Units of the longest name of an element or attribute.
pub(super) const LONGEST_NAME: u16 = 256;

/// Bytes of the longest name that means something here; all of those are ASCII.
const LONGEST_KNOWN: usize = 48;

/// A name, as far as it may be one that means something here. Any other is empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Name {
    bytes: [u8; LONGEST_KNOWN],
    length: usize,
}

impl Name {
    fn of(units: &[[u8; 2]]) -> Self {
        let mut name = Self { bytes: [0; LONGEST_KNOWN], length: 0 };
        let Some(bytes) = name.bytes.get_mut(..units.len()) else { return name };
        let mut others = 0;
        for (byte, [low, high]) in bytes.iter_mut().zip(units) {
            *byte = *low;
            others |= (low & 0x80) | high;
        }
        if others == 0 {
            name.length = units.len();
        }
        name
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

/// Text in the stream, not decoded yet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Units<'c>(&'c [[u8; 2]]);

impl Units<'_> {
    /// The text as a name, which is empty where none like it means something here.
    pub(super) fn name(self) -> Name {
        Name::of(self.0)
    }

    pub(super) fn text(self) -> String {
        let units = self.0.iter().map(|unit| u16::from_le_bytes(*unit));
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    }
}

/// A binary XML stream, read token by token up to the end of `chunk`.
pub(super) struct Tokens<'c> {
    pub(super) chunk: &'c [u8],
    pub(super) at: usize,
    /// Steps left, see [`STEPS`](super::STEPS).
    pub(super) left: &'c mut usize,
}

impl<'c> Tokens<'c> {
    /// Whether another token follows.
    pub(super) const fn more(&self) -> bool {
        self.at < self.chunk.len()
    }

    /// Takes steps; `None` where there are no more.
    pub(super) fn steps(&mut self, count: usize) -> Option<()> {
        *self.left = self.left.checked_sub(count)?;
        Some(())
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let bytes = self.chunk.get(self.at..)?.first_chunk::<N>()?;
        self.at += N;
        Some(*bytes)
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        self.bytes::<1>().map(|[byte]| byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        self.bytes().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        self.bytes().map(u32::from_le_bytes)
    }

    pub(super) fn skip(&mut self, count: usize) -> Option<()> {
        self.at = self.at.checked_add(count).filter(|at| *at <= self.chunk.len())?;
        Some(())
    }

    /// A name, which stands elsewhere in the chunk, or here where it is used first.
    pub(super) fn name(&mut self) -> Option<Name> {
        let offset = usize::try_from(self.u32()?).ok()?;
        let here = self.at;
        // Before its length stand the place of the next name and a hash.
        self.at = offset.checked_add(6)?;
        let length = self.u16()?;
        let name = if length <= LONGEST_NAME { self.units(length)? } else { return None };
        if offset == here {
            // It ends with a zero.
            self.skip(2)?;
        } else {
            self.at = here;
        }
        Some(name.name())
    }

    /// A value in the stream itself; only text occurs there.
    pub(super) fn literal(&mut self) -> Option<Units<'c>> {
        if self.u8()? == 0x01 { self.text() } else { None }
    }

    /// Text with its length before it.
    pub(super) fn text(&mut self) -> Option<Units<'c>> {
        let length = self.u16()?;
        self.units(length)
    }

    fn units(&mut self, length: u16) -> Option<Units<'c>> {
        self.steps(usize::from(length))?;
        let start = self.at;
        self.skip(usize::from(length) * 2)?;
        Some(Units(self.chunk[start..self.at].as_chunks::<2>().0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::windows::Field;

    fn units(text: &str) -> Vec<[u8; 2]> {
        text.encode_utf16().map(u16::to_le_bytes).collect()
    }

    #[test]
    fn every_name_that_is_known_is_read_whole() {
        for known in Field::NAMES {
            assert_eq!(Units(&units(known)).name().as_str(), *known);
        }
    }

    #[test]
    fn a_name_that_cannot_be_known_is_empty() {
        for other in ["LogonTyp\u{fc}", "\u{141}", &"x".repeat(LONGEST_KNOWN + 1)] {
            assert_eq!(Units(&units(other)).name().as_str(), "", "{other}");
        }
    }
}
