//! The tokens of binary XML.

/// Units of the longest name of an element or attribute.
pub(super) const LONGEST_NAME: u16 = 256;

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
    pub(super) fn name(&mut self) -> Option<String> {
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
        Some(name)
    }

    /// A value in the stream itself; only text occurs there.
    pub(super) fn literal(&mut self) -> Option<String> {
        if self.u8()? == 0x01 { self.text() } else { None }
    }

    /// Text with its length before it.
    pub(super) fn text(&mut self) -> Option<String> {
        let length = self.u16()?;
        self.units(length)
    }

    fn units(&mut self, length: u16) -> Option<String> {
        self.steps(usize::from(length))?;
        let start = self.at;
        self.skip(usize::from(length) * 2)?;
        let units = self.chunk[start..self.at].as_chunks::<2>().0.iter();
        let units = units.map(|unit| u16::from_le_bytes(*unit));
        Some(char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
    }
}
