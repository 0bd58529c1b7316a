//! UTF-16, as Windows writes text, made UTF-8 as it is read.

use std::io::{self, Read};

use crate::sniff::UTF32;

/// Bytes by which UTF-16 is known where it has no byte-order mark.
const LOOKED_AT: usize = 16;

/// Bytes of UTF-16 taken at a time.
const BLOCK: usize = 64 << 10;

/// An input that is given as it is, unless it begins as UTF-16: then as UTF-8, without byte-order marks.
/// What is no valid UTF-16, such as an odd last byte, becomes U+FFFD.
pub(crate) struct Utf16Input<R> {
    inner: R,
    kind: Kind,
    /// What is ready to be given, from `given` on.
    ready: Vec<u8>,
    given: usize,
    /// What failed when `ready` had been read.
    failure: Option<io::Error>,
    raw: Vec<u8>,
}

enum Kind {
    Unseen,
    AsItIs,
    Utf16(Decoder),
    Ended,
}

impl<R: Read> Utf16Input<R> {
    pub(crate) const fn new(inner: R) -> Self {
        Self {
            inner,
            kind: Kind::Unseen,
            ready: Vec::new(),
            given: 0,
            failure: None,
            raw: Vec::new(),
        }
    }

    /// Reads the first bytes and decides by them.
    fn begin(&mut self) {
        let first = &mut self.ready;
        self.failure = self.inner.by_ref().take(LOOKED_AT as u64).read_to_end(first).err();
        self.kind = match ByteOrder::of(first) {
            None => Kind::AsItIs,
            Some(order) => {
                let mut decoder = Decoder::new(order);
                let first = std::mem::take(&mut self.ready);
                decoder.decode(&first, &mut self.ready);
                Kind::Utf16(decoder)
            }
        };
    }
}

impl<R: Read> Read for Utf16Input<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if matches!(self.kind, Kind::Unseen) {
            self.begin();
        }
        loop {
            let ready = &self.ready[self.given..];
            if !ready.is_empty() {
                let length = ready.len().min(buffer.len());
                buffer[..length].copy_from_slice(&ready[..length]);
                self.given += length;
                return Ok(length);
            }
            if let Some(error) = self.failure.take() {
                return Err(error);
            }
            let Kind::Utf16(decoder) = &mut self.kind else {
                return if matches!(self.kind, Kind::AsItIs) {
                    self.inner.read(buffer)
                } else {
                    Ok(0)
                };
            };
            self.ready.clear();
            self.given = 0;
            self.raw.resize(BLOCK, 0);
            match self.inner.read(&mut self.raw)? {
                0 => {
                    decoder.end(&mut self.ready);
                    self.kind = Kind::Ended;
                }
                read => decoder.decode(&self.raw[..read], &mut self.ready),
            }
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ByteOrder {
    Little,
    Big,
}

impl ByteOrder {
    /// The order of UTF-16 that begins so; `None` where this is none.
    fn of(first: &[u8]) -> Option<Self> {
        if UTF32.iter().any(|mark| first.starts_with(mark)) {
            return None;
        }
        match first {
            [0xff, 0xfe, ..] => return Some(Self::Little),
            [0xfe, 0xff, ..] => return Some(Self::Big),
            _ => {}
        }
        // Without a mark: all ASCII, and more than one character, for one may be a number.
        let is_ascii = |order: Self| {
            let mut units = first.chunks_exact(2).map(|pair| order.unit(pair[0], pair[1]));
            first.len() >= 4 && units.all(|unit| matches!(unit, 0x20..=0x7e | 0x09 | 0x0a | 0x0d))
        };
        [Self::Little, Self::Big].into_iter().find(|order| is_ascii(*order))
    }

    const fn unit(self, first: u8, second: u8) -> u16 {
        match self {
            Self::Little => u16::from_le_bytes([first, second]),
            Self::Big => u16::from_be_bytes([first, second]),
        }
    }
}

/// Decodes UTF-16 piece by piece, wherever the pieces are cut.
struct Decoder {
    order: ByteOrder,
    /// The first byte of a unit whose second has not come.
    half: Option<u8>,
    /// The first unit of a pair whose second has not come.
    high: Option<u16>,
    /// Whether a line begins here. Files that were put together have a byte-order mark at each seam.
    line_begins: bool,
}

const MARK: u16 = 0xfeff;

impl Decoder {
    const fn new(order: ByteOrder) -> Self {
        Self { order, half: None, high: None, line_begins: true }
    }

    fn decode(&mut self, mut bytes: &[u8], text: &mut Vec<u8>) {
        text.reserve(bytes.len());
        if let (Some(first), [second, rest @ ..]) = (self.half, bytes) {
            self.half = None;
            self.unit(self.order.unit(first, *second), text);
            bytes = rest;
        }
        let units = bytes.chunks_exact(2);
        if let [odd] = units.remainder() {
            self.half = Some(*odd);
        }
        for pair in units {
            self.unit(self.order.unit(pair[0], pair[1]), text);
        }
    }

    #[inline]
    fn unit(&mut self, unit: u16, text: &mut Vec<u8>) {
        if let (Ok(byte @ ..0x80), None) = (u8::try_from(unit), self.high) {
            self.line_begins = byte == b'\n';
            text.push(byte);
        } else {
            self.rare(unit, text);
        }
    }

    fn rare(&mut self, unit: u16, text: &mut Vec<u8>) {
        if let Some(high) = self.high.take() {
            self.line_begins = false;
            if let 0xdc00..0xe000 = unit {
                let point = (u32::from(high - 0xd800) << 10 | u32::from(unit - 0xdc00)) + 0x1_0000;
                push(char::from_u32(point), text);
            } else {
                push(None, text);
                self.unit(unit, text);
            }
        } else if let 0xd800..0xdc00 = unit {
            self.high = Some(unit);
        } else if unit != MARK || !self.line_begins {
            self.line_begins = false;
            push(char::from_u32(u32::from(unit)), text);
        }
    }

    /// Gives what had begun when the input ended.
    fn end(&mut self, text: &mut Vec<u8>) {
        if self.high.take().is_some() {
            push(None, text);
        }
        if self.half.take().is_some() {
            push(None, text);
        }
    }
}

/// Adds a character, or the sign for one that cannot be read.
fn push(char: Option<char>, text: &mut Vec<u8>) {
    let char = char.unwrap_or(char::REPLACEMENT_CHARACTER);
    text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Gives so many bytes at a time.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(self.1);
            self.0.read(&mut buffer[..most])
        }
    }

    fn read(bytes: &[u8], step: usize) -> Vec<u8> {
        let mut text = Vec::new();
        Utf16Input::new(Trickle(bytes, step)).read_to_end(&mut text).unwrap();
        text
    }

    fn bytes(units: impl IntoIterator<Item = u16>, order: ByteOrder) -> Vec<u8> {
        let bytes = |unit: u16| match order {
            ByteOrder::Little => unit.to_le_bytes(),
            ByteOrder::Big => unit.to_be_bytes(),
        };
        units.into_iter().flat_map(bytes).collect()
    }

    #[test]
    fn it_is_known_by_its_mark_or_by_its_zeros() {
        for order in [ByteOrder::Little, ByteOrder::Big] {
            let plain = "{\"a\":\"\u{e9}\u{1f600}\"}\r\n";
            let text = || plain.encode_utf16();
            assert_eq!(read(&bytes([MARK].into_iter().chain(text()), order), 3), plain.as_bytes());
            // The zeros show it only as far as the first bytes are ASCII.
            let ascii = format!("{{\"when\":1,{plain}");
            assert_eq!(read(&bytes(ascii.encode_utf16(), order), 3), ascii.as_bytes());
        }
        for other in
            ["", "a", "a\0", "\0a", "ab", "abc\0d", "7\0\0\0", "a\0\0b", "\u{7}\0\0\0\u{9}\0\0\0"]
        {
            assert_eq!(read(other.as_bytes(), 1), other.as_bytes());
        }
        let utf32 = [0xff, 0xfe, 0, 0, b'a', 0, 0, 0];
        assert_eq!(read(&utf32, 2), utf32);
    }

    #[test]
    fn files_that_were_put_together_have_marks_at_their_seams_only() {
        let text = "\u{feff}a\n\u{feff}b\u{feff}c\n";
        assert_eq!(
            read(&bytes(text.encode_utf16(), ByteOrder::Little), 5),
            "a\nb\u{feff}c\n".as_bytes()
        );
    }

    #[test]
    fn halves_become_replacement_characters() {
        let units = [MARK, 0xd83d, 0xd83d, 0xde00, 0xde00, 0x61, 0xd83d, 0x0a, 0xd83d];
        let mut bytes = bytes(units, ByteOrder::Little);
        bytes.push(b'x');
        let expected = "\u{fffd}\u{1f600}\u{fffd}a\u{fffd}\n\u{fffd}\u{fffd}";
        assert_eq!(read(&bytes, 1), expected.as_bytes());
    }

    #[test]
    fn what_was_read_before_a_failure_is_given() {
        struct Failing(bool);
        impl Read for Failing {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                if std::mem::replace(&mut self.0, true) {
                    return Err(io::Error::other("gone"));
                }
                buffer[..6].copy_from_slice(b"a\0b\0c\0");
                Ok(6)
            }
        }
        let (mut input, mut text) = (Utf16Input::new(Failing(false)), Vec::new());
        assert_eq!(input.read_to_end(&mut text).unwrap_err().to_string(), "gone");
        assert_eq!(text, b"abc");
    }

    proptest! {
        #[test]
        fn any_units_are_decoded_as_the_standard_library_does(
            units in prop::collection::vec(
                prop_oneof![any::<u16>(), 0xd7f0_u16..0xe010, 0_u16..0x80], 0..80,
            ),
            step in 1_usize..9,
            big in any::<bool>(),
        ) {
            prop_assume!(!units.contains(&MARK));
            let order = if big { ByteOrder::Big } else { ByteOrder::Little };
            let expected = String::from_utf16_lossy(&units);
            let given = bytes([MARK].into_iter().chain(units.iter().copied()), order);
            prop_assume!(!UTF32.iter().any(|mark| given.starts_with(mark)));
            prop_assert_eq!(String::from_utf8(read(&given, step)).unwrap(), expected);
        }

        #[test]
        fn utf8_is_given_as_it_is(text in "[ -~\u{e9}\u{20ac}\n]{0,60}", step in 1_usize..9) {
            prop_assert_eq!(read(text.as_bytes(), step), text.as_bytes());
        }
    }
}
