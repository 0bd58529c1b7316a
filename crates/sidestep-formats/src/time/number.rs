//! Times that are numbers.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Micros;

/// 100 ns from 1601, from which a FILETIME counts, to 1970.
const FILETIME_EPOCH: u64 = 116_444_736_000_000_000;

/// Reads a text that is a number, whose size tells its unit; `None` for what is no number. The inner
/// `None` is a number that is no time.
pub(super) fn auto(text: &str, zone: &TimeZone) -> Option<Option<Micros>> {
    let bytes = text.as_bytes();
    let whole = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let rest = &bytes[whole..];
    match rest {
        _ if whole == 0 => return None,
        [] => {}
        [b'.', fraction @ ..] if fraction.iter().all(u8::is_ascii_digit) => {}
        [b'.' | b'e' | b'E', ..] => return exponential(text).map(Some),
        _ => return None,
    }
    let digits = text[..whole].trim_start_matches('0').len();
    Some(match digits {
        0..=11 => decimal(bytes, 6),
        12..=13 => decimal(bytes, 3),
        14 if rest.is_empty() => compact(text, zone).or_else(|| decimal(bytes, 3)),
        14 => decimal(bytes, 3),
        17 if rest.is_empty() => compact(text, zone).or_else(|| decimal(bytes, 0)),
        15..=17 => decimal(bytes, 0),
        _ => text[..whole].parse().ok().and_then(fine),
    })
}

/// The time of a number, by its size.
pub(super) fn of_size(number: u64, zone: &TimeZone) -> Option<Micros> {
    let written = || compact(&number.to_string(), zone);
    let times = |scale| i64::try_from(number).ok()?.checked_mul(scale);
    match number {
        ..=99_999_999_999 => times(1_000_000),
        100_000_000_000..=9_999_999_999_999 => times(1_000),
        10_000_000_000_000..=99_999_999_999_999 => written().or_else(|| times(1_000)),
        100_000_000_000_000..=9_999_999_999_999_999 => times(1),
        10_000_000_000_000_000..=99_999_999_999_999_999 => written().or_else(|| times(1)),
        _ => fine(number),
    }
}

/// A number of units finer than microseconds: a FILETIME has 18 digits until the year 4769, and
/// nanoseconds since 1970 have 19 from 2001 on.
fn fine(number: u64) -> Option<Micros> {
    if number < 1_000_000_000_000_000_000 {
        return i64::try_from(number.checked_sub(FILETIME_EPOCH)? / 10).ok();
    }
    i64::try_from(number / 1_000).ok()
}

/// `yyyymmddHHMMSS`, perhaps with milliseconds.
fn compact(text: &str, zone: &TimeZone) -> Option<Micros> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<i16>().ok();
    let small = |from: usize| i8::try_from(number(from, from + 2)?).ok();
    let year = number(0, 4).filter(|year| (1970..=2199).contains(year))?;
    let millis = if text.len() == 17 { i32::from(number(14, 17)?) } else { 0 };
    let (month, day, hour, minute, second) =
        (small(4)?, small(6)?, small(8)?, small(10)?, small(12)?);
    let time = DateTime::new(year, month, day, hour, minute, second, millis * 1_000_000).ok()?;
    Some(zone.to_timestamp(time).ok()?.as_microsecond())
}

/// A number of seconds or milliseconds as spreadsheets and data frames write large ones: `1.7724e9`.
fn exponential(text: &str) -> Option<Micros> {
    let number: f64 = text.parse().ok().filter(|number| (0.0..1e17).contains(number))?;
    let scale = match number {
        ..1e11 => 1e6,
        ..1e14 => 1e3,
        _ => 1.0,
    };
    #[allow(clippy::cast_possible_truncation, reason = "below 1e17")]
    Some((number * scale).round() as i64)
}

/// A decimal number times ten to the `scale`, cut to a whole. No sign, no exponent.
pub(crate) fn decimal(text: &[u8], scale: usize) -> Option<i64> {
    let mut value: i64 = 0;
    let mut digits = 0;
    let mut rest = text.iter();
    let mut point = false;
    for &byte in rest.by_ref() {
        match byte {
            b'0'..=b'9' => {
                value = value.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
                digits += 1;
            }
            b'.' if digits > 0 => {
                point = true;
                break;
            }
            _ => return None,
        }
    }
    if digits == 0 {
        return None;
    }
    let mut places = 0;
    if point {
        for &byte in rest {
            if !byte.is_ascii_digit() {
                return None;
            }
            if places < scale {
                value = value.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
                places += 1;
            }
        }
    }
    for _ in places..scale {
        value = value.checked_mul(10)?;
    }
    Some(value)
}
