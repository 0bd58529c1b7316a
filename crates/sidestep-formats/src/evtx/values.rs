//! A record's values as text, all in one buffer that is used over and over.

use std::ops::Range;

use evtx::binxml::value_variant::{BinXmlValue, SidRef};

/// Microseconds between 1601, where Windows begins to count, and 1970.
const FROM_1601: i64 = 11_644_473_600_000_000;

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

    /// Adds a literal.
    pub(super) fn literal(&mut self, text: &str) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text.as_bytes());
        start..self.bytes.len()
    }

    /// Adds a value, where it is of a kind that is wanted anywhere.
    pub(super) fn value(&mut self, value: &BinXmlValue<'_>) -> Option<Range<usize>> {
        let start = self.bytes.len();
        match value {
            BinXmlValue::StringType(text) => drop(self.utf16(text.as_bytes())),
            BinXmlValue::AnsiStringType(text) => self.bytes.extend_from_slice(text.as_bytes()),
            BinXmlValue::SidType(sid) => self.sid(sid),
            BinXmlValue::GuidType(guid) => self.guid(guid),
            BinXmlValue::HexInt32Type(number) => self.hex(u64::from(*number)),
            BinXmlValue::HexInt64Type(number) => self.hex(*number),
            BinXmlValue::BoolType(true) => self.bytes.extend_from_slice(b"true"),
            BinXmlValue::BoolType(false) => self.bytes.extend_from_slice(b"false"),
            value => self.decimal(number(value)?),
        }
        Some(start..self.bytes.len())
    }

    /// Adds UTF-16, nearly all of which is ASCII.
    pub(super) fn utf16(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        let units = bytes.as_chunks::<2>().0;
        if units.iter().fold(0, |all, [low, high]| all | (low & 0x80) | high) == 0 {
            self.bytes.extend(units.iter().map(|[low, _]| low));
            return start..self.bytes.len();
        }
        let units = units.iter().map(|unit| u16::from_le_bytes(*unit));
        for c in char::decode_utf16(units) {
            let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        start..self.bytes.len()
    }

    fn decimal(&mut self, mut number: u64) {
        let start = self.bytes.len();
        loop {
            self.bytes.push(b'0' + (number % 10) as u8);
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.bytes[start..].reverse();
    }

    fn hex(&mut self, number: u64) {
        self.bytes.extend_from_slice(b"0x");
        let digits = (u64::BITS - number.leading_zeros()).div_ceil(4).max(1);
        for digit in (0..digits).rev() {
            self.digit((number >> (4 * digit)) as u8);
        }
    }

    /// Adds the low half of a byte.
    fn digit(&mut self, half: u8) {
        self.bytes.push(b"0123456789abcdef"[usize::from(half & 0xf)]);
    }

    /// Adds a GUID, whose first three numbers stand back to front.
    fn guid(&mut self, guid: &[u8; 16]) {
        for index in [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] {
            self.digit(guid[index] >> 4);
            self.digit(guid[index]);
        }
    }

    fn sid(&mut self, sid: &SidRef<'_>) {
        let Some((&[revision, _, a, b, c, d, e, f], subs)) = sid.as_bytes().split_first_chunk()
        else {
            return;
        };
        self.bytes.extend_from_slice(b"S-");
        self.decimal(u64::from(revision));
        self.bytes.push(b'-');
        self.decimal(u64::from_be_bytes([0, 0, a, b, c, d, e, f]));
        for sub in subs.as_chunks::<4>().0 {
            self.bytes.push(b'-');
            self.decimal(u64::from(u32::from_le_bytes(*sub)));
        }
    }
}

/// A value as a number that is not negative.
pub(super) fn number(value: &BinXmlValue<'_>) -> Option<u64> {
    match value {
        BinXmlValue::UInt8Type(number) => Some(u64::from(*number)),
        BinXmlValue::UInt16Type(number) => Some(u64::from(*number)),
        BinXmlValue::UInt32Type(number) | BinXmlValue::HexInt32Type(number) => {
            Some(u64::from(*number))
        }
        BinXmlValue::UInt64Type(number) | BinXmlValue::HexInt64Type(number) => Some(*number),
        BinXmlValue::Int8Type(number) => u64::try_from(*number).ok(),
        BinXmlValue::Int16Type(number) => u64::try_from(*number).ok(),
        BinXmlValue::Int32Type(number) => u64::try_from(*number).ok(),
        BinXmlValue::Int64Type(number) => u64::try_from(*number).ok(),
        BinXmlValue::SizeTType(number) => u64::try_from(*number).ok(),
        _ => None,
    }
}

/// A value as microseconds since 1970.
pub(super) fn time(value: &BinXmlValue<'_>) -> Option<i64> {
    match value {
        BinXmlValue::FileTimeType(time) => Some(i64::try_from(time.0 / 10).ok()? - FROM_1601),
        BinXmlValue::SysTimeType(time) => Some(time.to_timestamp()?.as_microsecond()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use evtx::Utf16LeSlice;
    use evtx::binxml::value_variant::FileTime;

    fn text(value: &BinXmlValue<'_>) -> String {
        let mut text = Text::default();
        let range = text.value(value).unwrap();
        text.as_str()[range].to_owned()
    }

    #[test]
    fn values_are_written_as_windows_writes_them() {
        assert_eq!(text(&BinXmlValue::UInt32Type(0)), "0");
        assert_eq!(text(&BinXmlValue::UInt64Type(u64::MAX)), u64::MAX.to_string());
        assert_eq!(text(&BinXmlValue::HexInt64Type(0)), "0x0");
        assert_eq!(text(&BinXmlValue::HexInt64Type(0x0562_614e)), "0x562614e");
        assert_eq!(text(&BinXmlValue::HexInt32Type(u32::MAX)), "0xffffffff");
        assert_eq!(text(&BinXmlValue::BoolType(false)), "false");
        let guid = std::array::from_fn(|index| index as u8);
        assert_eq!(
            text(&BinXmlValue::GuidType(guid)),
            "03020100050407060809 0a0b0c0d0e0f".replace(' ', "")
        );
        let mut empty = Text::default();
        assert_eq!(empty.value(&BinXmlValue::NullType), None);
        assert_eq!(empty.value(&BinXmlValue::Int32Type(-1)), None);
    }

    #[test]
    fn text_that_is_not_ascii_or_not_utf16_is_still_text() {
        let bytes: Vec<u8> = "Ünï𝄞".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&BinXmlValue::StringType(Utf16LeSlice::new(&bytes, 99))), "Ünï𝄞");
        let half = [0x34, 0xd8, b'x', 0];
        assert_eq!(text(&BinXmlValue::StringType(Utf16LeSlice::new(&half, 2))), "\u{fffd}x");
    }

    #[test]
    fn times_are_counted_from_1970() {
        let at = |ticks| time(&BinXmlValue::FileTimeType(FileTime(ticks)));
        assert_eq!(at(0), Some(-FROM_1601));
        assert_eq!(at(132_223_104_000_000_000), Some(1_577_836_800_000_000));
        assert_eq!(at(u64::MAX), Some(i64::try_from(u64::MAX / 10).unwrap() - FROM_1601));
        assert_eq!(time(&BinXmlValue::NullType), None);
    }
}
