//! Times in the one form of ISO 8601 that nearly all logs write, without the generality of a parser of dates.
//! Any other form, and what is no time, is left to that.

use super::Micros;

const SECOND: Micros = 1_000_000;

/// Years whose times are of the range of every type here, whatever their offset.
const YEARS: std::ops::RangeInclusive<i64> = 1971..=9998;

/// A time in the form `2026-03-02T09:00:01.25+01:00`, with a blank for the `T`, without a fraction, with `Z`, or
/// without an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Iso {
    /// Microseconds since 1970 on the clock of its zone.
    pub(crate) clock: Micros,
    /// By how many microseconds the zone is ahead of UTC, where that is written.
    pub(crate) ahead: Option<Micros>,
}

impl Iso {
    /// Reads a time; `None` where it is of another form.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (head, rest) = text.as_bytes().split_first_chunk::<19>()?;
        if (head[4], head[7], head[13], head[16]) != (b'-', b'-', b':', b':')
            || !matches!(head[10], b'T' | b' ')
        {
            return None;
        }
        let pair = |at: usize| two(head[at], head[at + 1]);
        let (year, month, day) = (pair(0)? * 100 + pair(2)?, pair(5)?, pair(8)?);
        let (hour, minute, second) = (pair(11)?, pair(14)?, pair(17)?);
        let is_time = YEARS.contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in(year, month)).contains(&day)
            && hour < 24
            && minute < 60
            && second < 60;
        if !is_time {
            return None;
        }
        let (micros, rest) = fraction(rest)?;
        let ahead = match *rest {
            [] => None,
            [b'Z'] => Some(0),
            [sign @ (b'+' | b'-'), a, b, b':', c, d] => {
                let (hours, minutes) = (two(a, b)?, two(c, d)?);
                if hours > 23 || minutes > 59 {
                    return None;
                }
                let ahead = (hours * 60 + minutes) * 60 * SECOND;
                Some(if sign == b'+' { ahead } else { -ahead })
            }
            _ => return None,
        };
        let seconds = ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) * 60 + second;
        Some(Self { clock: seconds * SECOND + micros, ahead })
    }

    /// Microseconds since 1970, UTC, where the offset is written.
    pub(crate) fn utc(self) -> Option<Micros> {
        Some(self.clock - self.ahead?)
    }
}

/// Two digits.
#[inline]
fn two(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

/// The microseconds of a fraction of at most nine digits, and what follows it.
fn fraction(rest: &[u8]) -> Option<(Micros, &[u8])> {
    let Some(digits) = rest.strip_prefix(b".") else { return Some((0, rest)) };
    let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if !(1..=9).contains(&count) {
        return None;
    }
    let (digits, rest) = digits.split_at(count);
    let six = digits.iter().copied().chain(std::iter::repeat(b'0')).take(6);
    Some((six.fold(0, |micros, digit| micros * 10 + i64::from(digit - b'0')), rest))
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970 to a date of the Gregorian calendar, counted in years that begin with March so that the
/// leap day is their last.
const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let months_since_march = (month + 9) % 12;
    let of_year = (153 * months_since_march + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::DateTime;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;

    use super::*;

    /// The same by the parser of dates, in which a time without an offset is one in UTC.
    fn slow(text: &str) -> Option<Micros> {
        let civil = || TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok();
        let has_offset = text.get(19..).is_some_and(|end| end.contains(['Z', '+', '-']));
        let time = if has_offset { text.parse::<Timestamp>().ok() } else { civil() };
        time.map(Timestamp::as_microsecond)
    }

    #[test]
    fn the_common_form_is_read() {
        for text in [
            "2026-03-02T09:00:01Z",
            "2026-03-02 09:00:01",
            "2026-03-02T09:00:01.5",
            "2026-03-02T09:00:01.123456789Z",
            "2026-03-02T09:00:01.000000+01:00",
            "2026-03-02T09:00:01-11:30",
            "2024-02-29T23:59:59.999999Z",
            "2000-02-29T00:00:00Z",
            "1971-01-01T00:00:00+23:59",
            "9998-12-31T23:59:59-23:59",
        ] {
            let iso = Iso::parse(text).expect(text);
            assert_eq!(Some(iso.clock - iso.ahead.unwrap_or(0)), slow(text), "{text}");
            assert_eq!(iso.utc().is_some(), iso.ahead.is_some());
        }
    }

    #[test]
    fn other_forms_are_left_to_the_parser_of_dates() {
        for text in [
            "",
            "2026-03-02",
            "2026-03-02T09:00",
            "2026-03-02T09:00:60Z",
            "2026-02-29T09:00:01Z",
            "2100-02-29T09:00:01Z",
            "2026-13-02T09:00:01Z",
            "2026-00-02T09:00:01Z",
            "2026-03-00T09:00:01Z",
            "2026-03-02T24:00:00Z",
            "1969-12-31T23:59:59Z",
            "9999-01-01T00:00:00Z",
            "2026-03-02T09:00:01.Z",
            "2026-03-02T09:00:01.1234567890Z",
            "2026-03-02T09:00:01,5",
            "2026-03-02T09:00:01+0100",
            "2026-03-02T09:00:01+24:00",
            "2026-03-02T09:00:01 Z",
            "2026-03-02T09:00:01Z ",
            "2026-03-02T0\u{661}:00:01Z",
        ] {
            assert_eq!(Iso::parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_time_is_that_of_the_parser_of_dates(
            year in 1960..10_000,
            date in (1..14, 1..33),
            time in (0..25, 0..61, 0..61),
            rest in "[T ](\\.[0-9]{0,10})?(Z|[+-][0-2][0-9]:[0-6][0-9])?",
        ) {
            let (mark, rest) = rest.split_at(1);
            let ((month, day), (hour, minute, second)) = (date, time);
            let text =
                format!("{year}-{month:02}-{day:02}{mark}{hour:02}:{minute:02}:{second:02}{rest}");
            if let Some(iso) = Iso::parse(&text) {
                prop_assert_eq!(Some(iso.clock - iso.ahead.unwrap_or(0)), slow(&text), "{}", text);
            }
        }
    }
}
