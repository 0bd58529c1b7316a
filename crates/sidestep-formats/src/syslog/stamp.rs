//! The time at the head of a line, in the forms that loggers and collectors write.

use crate::time::{Micros, month};

/// A time, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When<'l> {
    /// RFC 5424's `-`.
    Unknown,
    /// RFC 3164's, which has neither year nor zone.
    Yearless(Stamp),
    /// The same with a year.
    Dated(i16, Stamp),
    /// ISO 8601, with a zone or without.
    Whole(&'l str),
    /// Seconds, milliseconds or microseconds since 1970.
    Epoch(Micros),
    /// With the short name of a zone, of which several share each.
    Zoned(&'l str),
}

impl When<'_> {
    /// Whether the year is written.
    pub(super) const fn has_year(&self) -> bool {
        !matches!(self, Self::Yearless(_) | Self::Unknown)
    }
}

/// `Dec 10 06:55:46`, with a fraction or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) month: i8,
    pub(super) day: i8,
    pub(super) hour: i8,
    pub(super) minute: i8,
    pub(super) second: i8,
    pub(super) micros: u32,
    /// Whether it is said to be UTC, whatever the zone of the log.
    pub(super) utc: bool,
    /// Minutes by which it is ahead of UTC, where an offset is written; then it is no other zone's.
    pub(super) east: i16,
}

/// Short names of zones. Each is used for several, or changes with the season.
const ZONES: [&str; 22] = [
    "CET", "CEST", "EET", "EEST", "WET", "WEST", "BST", "MSK", "EST", "EDT", "CST", "CDT", "MST",
    "MDT", "PST", "PDT", "IST", "JST", "KST", "AEST", "AEDT", "SAST",
];

/// Reads the time at the beginning of a text, and gives what follows its blanks; `None` where no time
/// stands there, or no blank after it.
#[inline]
pub(super) fn take(text: &str) -> Option<(When<'_>, &str)> {
    let bytes = text.as_bytes();
    // What begins with a digit is of none of the forms that begin with a word or a bracket.
    if bytes.first().is_some_and(u8::is_ascii_digit) {
        return bare(text, None);
    }
    // RFC 3164, as most have it.
    if let Some((stamp, used)) = Stamp::parse(bytes)
        && bytes.get(used) == Some(&b' ')
    {
        let rest = text[used..].trim_start_matches(' ');
        return Some(after_stamp(stamp, rest));
    }
    if let Some(inner) = text.strip_prefix('[') {
        return bare(inner, Some(']'));
    }
    bare(text, None)
}

/// A time that `closing` ends, where it began with a bracket.
fn bare(text: &str, closing: Option<char>) -> Option<(When<'_>, &str)> {
    let text = past_weekday(text);
    let bytes = text.as_bytes();
    let (mut when, mut rest) = if let Some(used) = iso(bytes) {
        (When::Whole(&text[..used]), &text[used..])
    } else if let Some((micros, used)) = epoch(bytes) {
        (When::Epoch(micros), &text[used..])
    } else if let Some((year, after)) = year(text) {
        // `2026 Dec 10 06:55:46`.
        let after = after.trim_start_matches(' ');
        let (stamp, used) = Stamp::parse(after.as_bytes())?;
        (When::Dated(year, stamp), &after[used..])
    } else if let Some((when, rest)) = with_year_between(text) {
        (when, rest)
    } else {
        let (stamp, used) = Stamp::parse(bytes)?;
        (When::Yearless(stamp), &text[used..])
    };
    if let Some(closing) = closing {
        if let When::Yearless(stamp) = when
            && let Some((year, after)) = year(rest.trim_start_matches(' '))
        {
            (when, rest) = (When::Dated(year, stamp), after);
        }
        rest = rest.strip_prefix(closing)?;
    } else {
        rest = rest.strip_prefix([':', ',']).unwrap_or(rest);
    }
    let after = rest.strip_prefix(' ')?.trim_start_matches(' ');
    if let When::Yearless(stamp) = when {
        return Some(after_stamp(stamp, after));
    }
    Some(zoned(when, after))
}

/// `2026` behind a time of RFC 3164, then the name of a zone.
fn after_stamp(stamp: Stamp, rest: &str) -> (When<'_>, &str) {
    match year(rest) {
        Some((year, after)) if after.starts_with(' ') => {
            zoned(When::Dated(year, stamp), after.trim_start_matches(' '))
        }
        _ => zoned(When::Yearless(stamp), rest),
    }
}

impl Stamp {
    /// Microseconds by which it is ahead of UTC.
    #[inline]
    pub(super) fn ahead(&self) -> Micros {
        Micros::from(self.east) * 60_000_000
    }
}

/// Minutes of an offset such as `+0100`, `-05:00` or `GMT+01:00`, and what follows it.
#[inline]
fn offset(rest: &str) -> Option<(i16, &str)> {
    let text = match rest.as_bytes().first()? {
        b'+' | b'-' => rest,
        b'G' => rest.strip_prefix("GMT")?,
        b'U' => rest.strip_prefix("UTC")?,
        _ => return None,
    };
    let (word, after) = text.split_once(' ')?;
    let (sign, digits) = word.split_at_checked(1)?;
    let sign = match sign {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = match (digits.len(), digits.split_once(':')) {
        (5, Some(parts)) => parts,
        (4, None) => digits.split_at_checked(2)?,
        (2, None) => (digits, "00"),
        _ => return None,
    };
    let part = |text: &str, most: i16| {
        let all = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<i16>().ok().filter(|number| all && *number <= most)
    };
    Some((sign * (part(hours, 15)? * 60 + part(minutes, 59)?), after))
}

/// The same with the name of a zone behind it, where there is one.
fn zoned<'l>(when: When<'l>, rest: &'l str) -> (When<'l>, &'l str) {
    if let Some((east, after)) = offset(rest) {
        let at = |stamp: Stamp| Stamp { utc: true, east, ..stamp };
        let after = after.trim_start_matches(' ');
        return match when {
            When::Yearless(stamp) => (When::Yearless(at(stamp)), after),
            When::Dated(year, stamp) => (When::Dated(year, at(stamp)), after),
            _ => (when, rest),
        };
    }
    // Zones have names in capitals, and hosts seldom have.
    let Some((word, after)) = rest
        .as_bytes()
        .first_chunk::<2>()
        .filter(|start| start.iter().all(u8::is_ascii_uppercase))
        .and_then(|_| rest.split_once(' '))
    else {
        return (when, rest);
    };
    let after = after.trim_start_matches(' ');
    let when = match (word, when) {
        ("UTC" | "GMT", When::Yearless(stamp)) => When::Yearless(Stamp { utc: true, ..stamp }),
        ("UTC" | "GMT", When::Dated(year, stamp)) => {
            When::Dated(year, Stamp { utc: true, ..stamp })
        }
        // The clock reads no further than the time, so that the zone must stand in it.
        ("UTC" | "GMT", When::Whole(text)) => utc_of(text),
        (word, When::Yearless(_) | When::Dated(..) | When::Whole(_)) if ZONES.contains(&word) => {
            When::Zoned(word)
        }
        _ => return (when, rest),
    };
    (when, after)
}

/// An ISO time whose zone stands behind it, and is UTC.
fn utc_of(text: &str) -> When<'_> {
    let read = || {
        let (date, time) = (text.get(..10)?, text.get(11..)?);
        let mut date = date.split('-');
        let year = date.next()?.parse().ok()?;
        let (month, day) = (date.next()?.parse().ok()?, date.next()?.parse().ok()?);
        let (mut stamp, used) = Stamp::clock(time.as_bytes(), 0)?;
        (stamp.month, stamp.day, stamp.utc) = (month, day, true);
        (used == time.len()).then_some(When::Dated(year, stamp))
    };
    read().unwrap_or(When::Whole(text))
}

/// What follows `Mon ` or `Mon, `.
fn past_weekday(text: &str) -> &str {
    const DAYS: [&[u8]; 7] = [b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
    match text.as_bytes().get(..3) {
        Some(day) if day[0].is_ascii_uppercase() && DAYS.contains(&day) => {
            let rest = &text[3..];
            let rest = rest.strip_prefix(',').unwrap_or(rest);
            rest.strip_prefix(' ').map_or(text, |rest| rest.trim_start_matches(' '))
        }
        _ => text,
    }
}

/// A year, and what follows it.
fn year(text: &str) -> Option<(i16, &str)> {
    let digits = text.get(..4).filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()))?;
    let year = digits.parse().ok().filter(|year| (1970..=2199).contains(year))?;
    let rest = &text[4..];
    (!rest.starts_with(|next: char| next.is_ascii_alphanumeric())).then_some((year, rest))
}

/// `Dec 10 2026 06:55:46`.
fn with_year_between(text: &str) -> Option<(When<'_>, &str)> {
    let bytes = text.as_bytes();
    let (month, day, at) = Stamp::day(bytes)?;
    let (year, rest) = year(text.get(at..)?.trim_start_matches(' '))?;
    let rest = rest.strip_prefix(',').unwrap_or(rest).trim_start_matches(' ');
    let (clock, used) = Stamp::clock(rest.as_bytes(), 0)?;
    Some((When::Dated(year, Stamp { month, day, ..clock }), &rest[used..]))
}

/// The length of `2026-03-02T09:00:01.5+00:00`, with a blank for the `T`, a comma for the point, and
/// any form of the offset, before which a blank may stand.
fn iso(bytes: &[u8]) -> Option<usize> {
    let shape = bytes.first_chunk::<19>()?;
    if (shape[4], shape[7], shape[13], shape[16]) != (b'-', b'-', b':', b':') {
        return None;
    }
    let is_digit = |at: &usize| shape[*at].is_ascii_digit();
    if !matches!(shape[10], b'T' | b't' | b' ')
        || ![0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18].iter().all(is_digit)
    {
        return None;
    }
    let digits =
        |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = 19;
    if matches!(bytes.get(at), Some(b'.' | b',')) {
        match digits(at + 1) {
            0 => {}
            some => at += 1 + some,
        }
    }
    let offset = |at: usize| {
        if !matches!(bytes.get(at), Some(b'+' | b'-')) {
            return None;
        }
        match (digits(at + 1), bytes.get(at + 3)) {
            (4, _) => Some(at + 5),
            (2, Some(b':')) if digits(at + 4) == 2 => Some(at + 6),
            (2, _) => Some(at + 3),
            _ => None,
        }
    };
    Some(match bytes.get(at) {
        Some(b'Z' | b'z') => at + 1,
        Some(b' ') => offset(at + 1).unwrap_or(at),
        _ => offset(at).unwrap_or(at),
    })
}

/// Seconds since 1970 with a fraction or without, or milli- or microseconds.
fn epoch(bytes: &[u8]) -> Option<(Micros, usize)> {
    let whole = bytes.iter().take(17).take_while(|byte| byte.is_ascii_digit()).count();
    let number =
        bytes[..whole].iter().fold(0, |sum: i64, digit| sum * 10 + i64::from(digit - b'0'));
    match whole {
        10 => {
            let mut at = whole;
            let mut micros = 0;
            if bytes.get(at) == Some(&b'.') {
                let mut scale = 100_000;
                at += 1;
                while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
                    micros += scale * i64::from(digit - b'0');
                    scale /= 10;
                    at += 1;
                }
            }
            Some((number * 1_000_000 + micros, at))
        }
        13 => Some((number * 1000, whole)),
        16 => Some((number, whole)),
        _ => None,
    }
}

impl Stamp {
    /// Reads `Dec 10 06:55:46` at the beginning of a line, and gives its length.
    #[inline]
    pub(super) fn parse(line: &[u8]) -> Option<(Self, usize)> {
        let (month, day, at) = Self::day(line)?;
        if line.get(at) != Some(&b' ') {
            return None;
        }
        let (clock, at) = Self::clock(line, at + 1)?;
        Some((Self { month, day, ..clock }, at))
    }

    /// Reads `Dec 10` or `Dec  1`: month, day and where they end.
    #[inline]
    fn day(line: &[u8]) -> Option<(i8, i8, usize)> {
        let month = month(line.get(..3)?)?;
        let mut at = 3;
        while line.get(at) == Some(&b' ') && at < 5 {
            at += 1;
        }
        if at == 3 {
            return None;
        }
        let mut day = digit(line, at)?;
        at += 1;
        if let Some(second) = digit(line, at) {
            day = 10 * day + second;
            at += 1;
        }
        Some((month, day, at))
    }

    /// Reads `06:55:46.25` from a place on, and gives where it ends.
    #[inline]
    fn clock(line: &[u8], from: usize) -> Option<(Self, usize)> {
        let pair = |at: usize| Some(10 * digit(line, at)? + digit(line, at + 1)?);
        let mut at = from;
        if line.get(at + 2) != Some(&b':') || line.get(at + 5) != Some(&b':') {
            return None;
        }
        let (hour, minute, second) = (pair(at)?, pair(at + 3)?, pair(at + 6)?);
        at += 8;
        let mut micros = 0;
        if matches!(line.get(at), Some(b'.' | b',')) && digit(line, at + 1).is_some() {
            at += 1;
            let mut scale = 100_000;
            while let Some(digit) = digit(line, at) {
                micros += scale * u32::from(digit.unsigned_abs());
                scale /= 10;
                at += 1;
            }
        }
        Some((Self { month: 0, day: 0, hour, minute, second, micros, utc: false, east: 0 }, at))
    }
}

#[inline]
fn digit(line: &[u8], at: usize) -> Option<i8> {
    match line.get(at) {
        Some(byte @ b'0'..=b'9') => Some((byte - b'0').cast_signed()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(micros: u32) -> Stamp {
        Stamp { month: 12, day: 10, hour: 6, minute: 55, second: 46, micros, utc: false, east: 0 }
    }

    #[test]
    fn a_time_may_be_written_in_many_ways() {
        let utc = Stamp { utc: true, ..stamp(0) };
        for (text, expected) in [
            ("Dec 10 06:55:46", When::Yearless(stamp(0))),
            ("Dec 10 06:55:46.25", When::Yearless(stamp(250_000))),
            ("Dec 10 06:55:46,25", When::Yearless(stamp(250_000))),
            ("Dec 10 06:55:46:", When::Yearless(stamp(0))),
            ("[Dec 10 06:55:46]", When::Yearless(stamp(0))),
            ("Thu Dec 10 06:55:46", When::Yearless(stamp(0))),
            ("Dec 10 06:55:46 UTC", When::Yearless(utc)),
            ("Dec 10 06:55:46 2026", When::Dated(2026, stamp(0))),
            ("Dec 10 2026 06:55:46", When::Dated(2026, stamp(0))),
            ("Dec 10 2026, 06:55:46.5", When::Dated(2026, stamp(500_000))),
            ("2026 Dec 10 06:55:46", When::Dated(2026, stamp(0))),
            ("Thu Dec 10 06:55:46 2026", When::Dated(2026, stamp(0))),
            ("[Thu Dec 10 06:55:46 2026]", When::Dated(2026, stamp(0))),
            ("Dec 10 06:55:46 2026 UTC", When::Dated(2026, utc)),
            ("Dec 10 06:55:46 2026 CET", When::Zoned("CET")),
            ("Dec 10 06:55:46 2026 +0130", When::Dated(2026, Stamp { east: 90, ..utc })),
            ("Dec 10 06:55:46 -05:00", When::Yearless(Stamp { east: -300, ..utc })),
            ("Dec 10 06:55:46 GMT+01", When::Yearless(Stamp { east: 60, ..utc })),
            ("Thu 2026-12-10 06:55:46 UTC", When::Dated(2026, utc)),
            ("Thu 2026-12-10 06:55:46 CEST", When::Zoned("CEST")),
            ("2026-12-10T06:55:46Z", When::Whole("2026-12-10T06:55:46Z")),
            ("2026-12-10 06:55:46", When::Whole("2026-12-10 06:55:46")),
            ("[2026-12-10 06:55:46]", When::Whole("2026-12-10 06:55:46")),
            ("2026-12-10 06:55:46,5", When::Whole("2026-12-10 06:55:46,5")),
            ("2026-12-10T06:55:46.5+0100", When::Whole("2026-12-10T06:55:46.5+0100")),
            ("2026-12-10 06:55:46 +01:00", When::Whole("2026-12-10 06:55:46 +01:00")),
            ("2026-12-10 06:55:46 +01", When::Whole("2026-12-10 06:55:46 +01")),
            ("1796885746", When::Epoch(1_796_885_746_000_000)),
            ("1796885746.25", When::Epoch(1_796_885_746_250_000)),
            ("[1796885746.25]", When::Epoch(1_796_885_746_250_000)),
            ("1796885746250", When::Epoch(1_796_885_746_250_000)),
            ("1796885746250000", When::Epoch(1_796_885_746_250_000)),
        ] {
            for blanks in [" ", "   "] {
                let line = format!("{text}{blanks}web1 sshd: x");
                assert_eq!(take(&line), Some((expected, "web1 sshd: x")), "{line}");
            }
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "",
            "Dec",
            "Dec 10",
            "Dez 10 06:55:46",
            "Dec 10 06.55.46",
            "2026-12-10",
            "20261210T065546Z",
            "2026-12-10T06:55",
            "17",
            "179688574",
            "17968857461",
            "[17",
            "1796885746,x",
            "Mon",
            "Mon x",
            "2026",
            "[2026-12-10 06:55:46",
            "2026 x",
            "ü",
            "Dec ü",
            "2026 ü",
        ] {
            assert_eq!(take(&format!("{text}web1 sshd: x")), None, "{text}");
            assert_eq!(take(text), None, "{text}");
        }
        assert_eq!(take("2026-03-02T09:00:01Z,alice,web1 x"), None);
        assert_eq!(take("2026-03-02 09:00:01,alice,web1 x"), None);
    }
}
