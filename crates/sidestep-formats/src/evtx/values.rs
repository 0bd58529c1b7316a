//! The values that a record brings, each taken from where it stands and only where it is wanted,
//! and put as text into one buffer that is used over and over.

use std::ops::Range;

use super::chunk::{FROM_1601, u32_at};

/// Bytes of text that are taken of one record. The largest value is 64 KiB, and events that are read
/// have none near it.
const MOST_TEXT: usize = 256 << 10;

/// Texts that are taken of a value which holds several.
const MOST_TEXTS: usize = 16;

/// Binary XML in a value.
const XML: u8 = 0x21;
/// Several values in one; texts have a zero after each.
const SEVERAL: u8 = 0x80;
const TEXTS: u8 = SEVERAL | 0x01;

/// A value as it stands in the chunk.
#[derive(Debug, Clone, Copy)]
pub(super) struct Value<'c> {
    kind: u8,
    bytes: &'c [u8],
}

impl<'c> Value<'c> {
    fn fixed<const N: usize>(self) -> Option<[u8; N]> {
        self.bytes.first_chunk().copied()
    }

    /// A number that is not negative.
    pub(super) fn number(self) -> Option<u64> {
        Some(match (self.kind, self.bytes.len()) {
            (0x03, _) => u64::try_from(i8::from_le_bytes(self.fixed()?)).ok()?,
            (0x04, _) => u64::from(u8::from_le_bytes(self.fixed()?)),
            (0x05, _) => u64::try_from(i16::from_le_bytes(self.fixed()?)).ok()?,
            (0x06, _) => u64::from(u16::from_le_bytes(self.fixed()?)),
            (0x07, _) => u64::try_from(i32::from_le_bytes(self.fixed()?)).ok()?,
            (0x08 | 0x14, _) | (0x10, 4) => u64::from(u32::from_le_bytes(self.fixed()?)),
            (0x09, _) => u64::try_from(i64::from_le_bytes(self.fixed()?)).ok()?,
            (0x0a | 0x15, _) | (0x10, 8) => u64::from_le_bytes(self.fixed()?),
            _ => return None,
        })
    }

    /// Microseconds since 1970. No event here has a time of the other kind that Windows knows.
    pub(super) fn time(self) -> Option<i64> {
        if self.kind != 0x11 {
            return None;
        }
        let ticks = u64::from_le_bytes(self.fixed()?);
        Some(i64::try_from(ticks / 10).ok()? - FROM_1601)
    }

    /// Where binary XML stands, as its offset in the chunk and its length.
    pub(super) const fn is_xml(self) -> bool {
        self.kind == XML && !self.bytes.is_empty()
    }

    /// The texts of a value that holds several.
    pub(super) fn texts(self) -> Option<impl Iterator<Item = Self>> {
        (self.kind == TEXTS).then(|| {
            let units = self.bytes.as_chunks::<2>().0;
            let units = units.strip_suffix(&[[0, 0]]).unwrap_or(units);
            let texts = units.split(|unit| *unit == [0, 0]).take(MOST_TEXTS);
            texts.map(|units| Value { kind: 0x01, bytes: units.as_flattened() })
        })
    }
}

/// Where the values of one record stand.
#[derive(Debug, Default)]
pub(super) struct Values {
    slots: Vec<Slot>,
}

/// The kind of a value, and where in the chunk it stands.
#[derive(Debug, Clone, Copy, Default)]
struct Slot {
    kind: u8,
    start: u32,
    end: u32,
}

impl Slot {
    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

impl Values {
    pub(super) fn clear(&mut self) {
        self.slots.clear();
    }

    /// The value of this number.
    pub(super) fn get<'c>(&self, chunk: &'c [u8], number: usize) -> Option<Value<'c>> {
        let slot = self.slots.get(number)?;
        Some(Value { kind: slot.kind, bytes: chunk.get(slot.range())? })
    }

    /// Where the value of this number stands.
    pub(super) fn place(&self, number: usize) -> Range<usize> {
        self.slots.get(number).map(|slot| slot.range()).unwrap_or_default()
    }

    /// Finds the values of the instance of a template whose token ends at `at`, and gives the
    /// place of the template; `None` where it is damaged: where a value is of no kind there is, or goes
    /// on behind the record, whose end is that of `chunk`.
    pub(super) fn find(&mut self, chunk: &[u8], at: usize) -> Option<u32> {
        self.slots.clear();
        let rest = chunk.get(at..)?;
        // A byte that is always one, and the template's number.
        let template = u32_at(rest, 5)?;
        let mut rest = rest.get(9..)?;
        if usize::try_from(template).ok()? == chunk.len() - rest.len() {
            // The template itself stands where it is used first.
            let size = usize::try_from(u32_at(rest, 20)?).ok()?;
            rest = rest.get(24_usize.checked_add(size)?..)?;
        }
        let count = usize::try_from(u32_at(rest, 0)?).ok()?;
        let (kinds, rest) = rest.get(4..)?.split_at_checked(count.checked_mul(4)?)?;
        let kinds = kinds.as_chunks::<4>().0;
        let mut start = u32::try_from(chunk.len() - rest.len()).ok()?;
        let mut are_kinds = true;
        self.slots.resize(kinds.len(), Slot::default());
        for (slot, [low, high, kind, _]) in self.slots.iter_mut().zip(kinds) {
            let end = start.checked_add(u32::from(u16::from_le_bytes([*low, *high])))?;
            are_kinds &= is_kind(*kind);
            *slot = Slot { kind: *kind, start, end };
            start = end;
        }
        // None ends before the one in front of it, so that the last shows whether any goes on too far.
        let end = usize::try_from(start).ok()?;
        // An instance of a template is all that there is.
        let sound = are_kinds && end <= chunk.len() && matches!(chunk.get(end), None | Some(0));
        if !sound {
            self.slots.clear();
        }
        sound.then_some(template)
    }
}

/// Whether there are values of this kind, or several of it in one value.
#[inline]
pub(super) const fn is_kind(kind: u8) -> bool {
    matches!(kind & !SEVERAL, 0x00..=0x15 | XML)
}

/// Text of many values. Only whole characters are put in, so that it is UTF-8 throughout.
#[derive(Debug, Default)]
pub(super) struct Text {
    bytes: Vec<u8>,
}

impl Text {
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }

    pub(super) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap_or_default()
    }

    /// Whether a record brought more than any would.
    pub(super) const fn is_full(&self) -> bool {
        self.bytes.len() > MOST_TEXT
    }

    /// Adds a literal.
    pub(super) fn literal(&mut self, text: &str) -> Option<Range<usize>> {
        if self.is_full() {
            return None;
        }
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text.as_bytes());
        Some(start..self.bytes.len())
    }

    /// Adds a value, where it is of a kind that is wanted anywhere.
    pub(super) fn value(&mut self, value: Value<'_>) -> Option<Range<usize>> {
        if self.is_full() {
            return None;
        }
        let start = self.bytes.len();
        match value.kind {
            0x01 => self.utf16(value.bytes),
            0x02 => self.latin(value.bytes),
            0x0d => self.bytes.extend_from_slice(match u32_at(value.bytes, 0)? {
                0 => b"false",
                _ => b"true",
            }),
            0x0f => self.guid(&value.fixed()?),
            0x13 => self.sid(value.bytes)?,
            0x10 | 0x14 | 0x15 => self.hex(value.number()?),
            _ => self.decimal(value.number()?),
        }
        Some(start..self.bytes.len())
    }

    /// Adds UTF-16, nearly all of which is ASCII.
    fn utf16(&mut self, bytes: &[u8]) {
        let mut units = bytes.as_chunks::<2>().0;
        while let [rest @ .., [0, 0]] = units {
            units = rest;
        }
        let start = self.bytes.len();
        self.bytes.resize(start + units.len(), 0);
        let mut all = 0;
        for (byte, unit) in self.bytes[start..].iter_mut().zip(units) {
            all |= u16::from_le_bytes(*unit);
            *byte = unit[0];
        }
        if all >= 0x80 {
            self.bytes.truncate(start);
            self.decoded(units);
        }
    }

    #[cold]
    fn decoded(&mut self, units: &[[u8; 2]]) {
        let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
        for c in char::decode_utf16(units) {
            self.char(c.unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }

    /// Adds text of one byte a character.
    fn latin(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().filter(|byte| **byte != 0) {
            self.char(char::from(*byte));
        }
    }

    fn char(&mut self, c: char) {
        self.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn decimal(&mut self, mut number: u64) {
        let mut digits = [0; 20];
        let mut start = digits.len();
        while number >= 100 {
            start -= 2;
            let pair = (number % 100) as u8;
            digits[start] = b'0' + pair / 10;
            digits[start + 1] = b'0' + pair % 10;
            number /= 100;
        }
        loop {
            start -= 1;
            digits[start] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.bytes.extend_from_slice(&digits[start..]);
    }

    fn hex(&mut self, number: u64) {
        let mut digits = *b"0x0000000000000000";
        let count = (u64::BITS - number.leading_zeros()).div_ceil(4).max(1);
        for (place, digit) in digits[2..].iter_mut().zip((0..count).rev()) {
            *place = hex_digit((number >> (4 * digit)) as u8);
        }
        self.bytes.extend_from_slice(&digits[..2 + count as usize]);
    }

    /// Adds a GUID, whose first three numbers stand back to front.
    fn guid(&mut self, guid: &[u8; 16]) {
        const ORDER: [usize; 16] = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
        let mut digits = [[0; 2]; 16];
        for (digits, index) in digits.iter_mut().zip(ORDER) {
            *digits = [hex_digit(guid[index] >> 4), hex_digit(guid[index])];
        }
        self.bytes.extend_from_slice(digits.as_flattened());
    }

    fn sid(&mut self, sid: &[u8]) -> Option<()> {
        let (&[revision, count, a, b, c, d, e, f], subs) = sid.split_first_chunk()?;
        self.bytes.extend_from_slice(b"S-");
        self.decimal(u64::from(revision));
        self.bytes.push(b'-');
        self.decimal(u64::from_be_bytes([0, 0, a, b, c, d, e, f]));
        for sub in subs.as_chunks::<4>().0.iter().take(usize::from(count)) {
            self.bytes.push(b'-');
            self.decimal(u64::from(u32::from_le_bytes(*sub)));
        }
        Some(())
    }
}

/// The low half of a byte.
fn hex_digit(half: u8) -> u8 {
    b"0123456789abcdef"[usize::from(half & 0xf)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(kind: u8, bytes: &[u8]) -> Option<String> {
        let mut text = Text::default();
        let range = text.value(Value { kind, bytes })?;
        Some(text.as_str()[range].to_owned())
    }

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn values_are_written_as_windows_writes_them() {
        let of = |kind, bytes: &[u8]| text(kind, bytes).unwrap();
        assert_eq!(of(0x08, &0_u32.to_le_bytes()), "0");
        assert_eq!(of(0x0a, &u64::MAX.to_le_bytes()), u64::MAX.to_string());
        assert_eq!(of(0x15, &0_u64.to_le_bytes()), "0x0");
        assert_eq!(of(0x15, &0x0562_614e_u64.to_le_bytes()), "0x562614e");
        assert_eq!(of(0x14, &u32::MAX.to_le_bytes()), "0xffffffff");
        assert_eq!(of(0x10, &[1, 0, 0, 0]), "0x1");
        assert_eq!(of(0x0d, &[0; 4]), "false");
        assert_eq!(of(0x02, b"ab\xe9\0"), "abé");
        let guid: Vec<u8> = (0..16).collect();
        assert_eq!(of(0x0f, &guid), "030201000504070608090a0b0c0d0e0f");
        let sid = [1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0];
        assert_eq!(of(0x13, &sid), "S-1-5-32-544");
    }

    #[test]
    fn what_is_cut_or_of_another_kind_has_no_text() {
        for (kind, bytes) in [
            (0x00, &[][..]),
            (0x07, &(-1_i32).to_le_bytes()),
            (0x08, &[1, 2]),
            (0x0d, &[1]),
            (0x0f, &[0; 15]),
            (0x10, &[0; 5]),
            (0x13, &[1, 2, 0]),
            (0x21, &[0; 8]),
        ] {
            assert_eq!(text(kind, bytes), None, "{kind:#x}");
        }
    }

    #[test]
    fn text_that_is_not_ascii_or_not_utf16_is_still_text() {
        assert_eq!(text(0x01, &utf16("Ünï𝄞\0")).unwrap(), "Ünï𝄞");
        assert_eq!(text(0x01, &[0x34, 0xd8, b'x', 0]).unwrap(), "\u{fffd}x");
        assert_eq!(text(0x01, &[b'x', 0, b'y']).unwrap(), "x");
        let several = utf16("one\0\0three\0");
        let texts = Value { kind: TEXTS, bytes: &several }.texts().unwrap();
        let texts: Vec<_> = texts.map(|value| text(0x01, value.bytes).unwrap()).collect();
        assert_eq!(texts, ["one", "", "three"]);
    }

    #[test]
    fn text_is_bounded() {
        let mut text = Text::default();
        let value = Value { kind: 0x01, bytes: &[b'x', 0].repeat(30_000) };
        while text.value(value).is_some() {}
        assert!(text.is_full() && text.as_str().len() < MOST_TEXT + 30_000);
        assert_eq!(text.literal("x"), None);
    }

    #[test]
    fn times_are_counted_from_1970() {
        let at = |ticks: u64| Value { kind: 0x11, bytes: &ticks.to_le_bytes() }.time();
        assert_eq!(at(0), Some(-FROM_1601));
        assert_eq!(at(132_223_104_000_000_000), Some(1_577_836_800_000_000));
        assert_eq!(at(u64::MAX), Some(i64::try_from(u64::MAX / 10).unwrap() - FROM_1601));
        assert_eq!(Value { kind: 0x11, bytes: &[1, 2] }.time(), None);
        assert_eq!(Value { kind: 0x0a, bytes: &[0; 8] }.time(), None);
    }

    #[test]
    fn values_are_found_wherever_their_template_stands() {
        // Elsewhere: one byte, the template's number and place, two values, their sizes and kinds.
        let elsewhere = [1, 7, 0, 0, 0, 99, 0, 0, 0, 2, 0, 0, 0, 2, 0, 6, 0, 1, 0, 4, 0, 5, 0, 9];
        let mut values = Values::default();
        assert_eq!(values.find(&elsewhere, 0), Some(99));
        assert_eq!(values.get(&elsewhere, 0).unwrap().number(), Some(5));
        assert_eq!(values.get(&elsewhere, 1).unwrap().number(), Some(9));
        assert!(values.get(&elsewhere, 2).is_none());

        let mut here = vec![1, 7, 0, 0, 0, 9, 0, 0, 0];
        here.extend([0; 20]);
        here.extend([3, 0, 0, 0, 8, 8, 8]);
        here.extend(&elsewhere[9..]);
        assert_eq!(values.find(&here, 0), Some(9));
        assert_eq!(values.get(&here, 1).unwrap().number(), Some(9));
        for end in 0..elsewhere.len() {
            assert_eq!(values.find(&elsewhere[..end], 0), None, "values end with their record");
        }
        let mut damaged = elsewhere.to_vec();
        damaged[15] = 0x16;
        assert_eq!(values.find(&damaged, 0), None, "there are no values of this kind");
        assert_eq!(values.find(&[&elsewhere[..], &[7]].concat(), 0), None, "nothing follows them");
    }
}
