//! Times that are written as dates.

use jiff::Timestamp as Instant;
use jiff::civil::DateTime;
use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::TimeZone;

use super::Micros;
use super::iso::Iso;

/// Patterns of dates whose month is a word, so that none can be taken for another: `Mar 2, 2026 @
/// 09:00:01.5` (Kibana), the C library's, RFC 2822's, and that of web servers.
const WORDED: [&str; 9] = [
    "%b %d, %Y @ %H:%M:%S%.f",
    "%b %d, %Y, %I:%M:%S%.f %p",
    "%b %d, %Y %I:%M:%S%.f %p",
    "%b %d, %Y %H:%M:%S%.f",
    "%b %d %Y %H:%M:%S%.f",
    "%d %b %Y %H:%M:%S%.f",
    "%d-%b-%Y %H:%M:%S%.f",
    "%d/%b/%Y:%H:%M:%S%.f",
    "%b %d %H:%M:%S%.f %Y",
];

/// Any form that means one time only.
pub(super) fn any(text: &str, zone: &TimeZone) -> Option<Micros> {
    if !may_be_time(text) {
        return None;
    }
    iso(text, zone)
        .or_else(|| dotnet(text))
        .or_else(|| respelt(text, zone))
        .or_else(|| worded(text, zone))
}

/// Whether a text has what every spelling of a time has: a digit, and that first or one of these marks beside it.
/// Names of hosts and accounts have them seldom, and to look for a time in each takes long.
fn may_be_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_mark = |byte: &u8| matches!(byte, b' ' | b',' | b':' | b'/');
    bytes.iter().any(u8::is_ascii_digit) && (bytes[0].is_ascii_digit() || bytes.iter().any(is_mark))
}

/// A time with a zone, or one of this zone without.
pub(super) fn iso(text: &str, zone: &TimeZone) -> Option<Micros> {
    if let Some(iso) = Iso::parse(text) {
        match iso.utc() {
            Some(utc) => return Some(utc),
            None if *zone == TimeZone::UTC => return Some(iso.clock),
            None => {}
        }
    }
    if is_zoned(text) {
        return Some(text.parse::<Instant>().ok()?.as_microsecond());
    }
    in_zone(text.parse().ok()?, zone)
}

fn in_zone(time: DateTime, zone: &TimeZone) -> Option<Micros> {
    Some(zone.to_timestamp(time).ok()?.as_microsecond())
}

/// Whether a time such as `2026-03-01T08:15:30` has a zone after it.
pub(crate) fn is_zoned(text: &str) -> bool {
    let after_date = text.as_bytes().get("2026-03-01".len()..).unwrap_or_default();
    after_date.iter().any(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-'))
        || text.ends_with("UTC")
        || text.ends_with("GMT")
}

/// `/Date(1772442001500)/`, as .NET writes times in JSON: milliseconds, whatever offset follows.
fn dotnet(text: &str) -> Option<Micros> {
    let number = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let end = number.find(['+', '-']).unwrap_or(number.len());
    super::decimal(&number.as_bytes()[..end], 3)
}

/// ISO 8601 with blanks before the zone, slashes in the date, a comma before the fraction, or a name
/// for UTC.
fn respelt(text: &str, zone: &TimeZone) -> Option<Micros> {
    /// Longest text that is a time.
    const LONGEST: usize = 48;
    let text = text.trim();
    let is_date = |mark: u8| {
        let bytes = text.as_bytes();
        bytes.len() > 10 && bytes[4] == mark && bytes[7] == mark && bytes[0].is_ascii_digit()
    };
    if text.len() > LONGEST || !(is_date(b'-') || is_date(b'/')) || !text.is_ascii() {
        return None;
    }
    let (clock, offset) = split_offset(text);
    let mut iso = clock.replace('/', "-").replace(',', ".");
    if let Some(offset) = offset {
        iso.push_str(offset);
        return Some(iso.parse::<Instant>().ok()?.as_microsecond());
    }
    in_zone(iso.parse().ok()?, zone)
}

/// The zone at the end of a time, as RFC 3339 writes it.
fn split_offset(text: &str) -> (&str, Option<&str>) {
    for utc in ["UTC", "GMT", "Z"] {
        if let Some(clock) = text.strip_suffix(utc) {
            return (clock.trim_end(), Some("Z"));
        }
    }
    // Behind the date, whose dashes are none of an offset.
    let sign = text.bytes().rposition(|byte| matches!(byte, b'+' | b'-')).filter(|at| *at > 10);
    match sign {
        Some(at) => (text[..at].trim_end(), Some(&text[at..])),
        None => (text, None),
    }
}

fn worded(text: &str, zone: &TimeZone) -> Option<Micros> {
    /// Longest text that is such a time.
    const LONGEST: usize = 64;
    if text.len() > LONGEST || !text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return None;
    }
    let text = text.trim();
    // The day of the week says nothing new.
    let text = match text.split_once([' ', ',']) {
        Some((day, rest)) if is_weekday(day) => rest.trim_start_matches([' ', ',']),
        _ => text,
    };
    let (clock, offset) = split_offset(text);
    let civil = WORDED
        .iter()
        .find_map(|pattern| BrokenDownTime::parse(pattern, clock).ok()?.to_datetime().ok())?;
    match offset {
        None => in_zone(civil, zone),
        Some(offset) => Some(format!("{civil}{offset}").parse::<Instant>().ok()?.as_microsecond()),
    }
}

fn is_weekday(text: &str) -> bool {
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    DAYS.iter().any(|day| text.get(..3).is_some_and(|begin| begin.eq_ignore_ascii_case(day)))
        && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// Whether a text is a pattern of strptime that gives a date and a time.
pub(super) fn is_pattern(pattern: &str) -> bool {
    const SAMPLE: DateTime = jiff::civil::datetime(2026, 3, 2, 21, 4, 5, 0);
    let Ok(instant) = TimeZone::UTC.to_timestamp(SAMPLE) else { return false };
    let sample = jiff::ZonedDateTime::new(instant, TimeZone::UTC);
    let written = jiff::fmt::strtime::format(pattern, &sample);
    pattern.contains('%')
        && written.is_ok_and(|text| {
            let read = by_pattern(pattern, &text, &TimeZone::UTC);
            read.is_some_and(|time| (instant.as_microsecond() - time).abs() < 60_000_000)
        })
}

/// A time written by a pattern.
pub(super) fn by_pattern(pattern: &str, text: &str, zone: &TimeZone) -> Option<Micros> {
    let parts = BrokenDownTime::parse(pattern, text.trim()).ok()?;
    if parts.offset().is_some() {
        return Some(parts.to_timestamp().ok()?.as_microsecond());
    }
    if let Ok(instant) = parts.to_timestamp() {
        // `%s` and the like.
        return Some(instant.as_microsecond());
    }
    in_zone(parts.to_datetime().ok()?, zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIME: &str = "2026-03-02T09:00:01Z";

    fn micros(text: &str) -> i64 {
        text.parse::<Instant>().unwrap().as_microsecond()
    }

    #[test]
    fn forms_that_mean_one_time_are_read() {
        for text in [
            TIME,
            "2026-03-02 09:00:01",
            "2026-03-02 09:00:01 +0000",
            "2026-03-02 11:00:01 +0200",
            "2026-03-02 11:00:01+02:00",
            "2026-03-02 04:00:01 -0500",
            "2026-03-02 09:00:01 UTC",
            "2026-03-02 09:00:01.000000 UTC",
            "2026-03-02T09:00:01,000Z",
            "2026/03/02 09:00:01",
            "2026/03/02 09:00:01.000000 GMT",
            "/Date(1772442001000)/",
            "/Date(1772442001000+0100)/",
            "Mar 2, 2026 @ 09:00:01.000",
            "Mar 02, 2026 09:00:01 AM",
            "Mar  2 2026 09:00:01",
            "Mon Mar  2 09:00:01 2026",
            "Mon, 02 Mar 2026 09:00:01 +0000",
            "Monday, 02 Mar 2026 10:00:01 +0100",
            "02/Mar/2026:09:00:01 +0000",
            "02-Mar-2026 09:00:01",
        ] {
            assert_eq!(any(text, &TimeZone::UTC), Some(micros(TIME)), "{text}");
        }
    }

    #[test]
    fn a_time_without_a_zone_is_of_the_one_given() {
        let berlin = TimeZone::get("Europe/Berlin").unwrap();
        for text in ["2026-03-02 10:00:01", "2026/03/02 10:00:01", "Mar 2, 2026 @ 10:00:01"] {
            assert_eq!(any(text, &berlin), Some(micros(TIME)), "{text}");
        }
        for text in [TIME, "2026-03-02 09:00:01 +0000", "2026-03-02 09:00:01 UTC"] {
            assert_eq!(any(text, &berlin), Some(micros(TIME)), "{text}");
        }
    }

    #[test]
    fn day_and_month_are_never_guessed() {
        for text in ["3/2/2026 9:00:01 AM", "02.03.2026 09:00:01", "03-02-2026 09:00:01", "9:00"] {
            assert_eq!(any(text, &TimeZone::UTC), None, "{text}");
        }
    }

    #[test]
    fn a_pattern_reads_what_it_says() {
        for (pattern, text) in [
            ("%m/%d/%Y %I:%M:%S %p", "3/2/2026 9:00:01 AM"),
            ("%m/%d/%Y, %I:%M:%S%.f %p", "3/2/2026, 9:00:01.000 AM"),
            ("%d.%m.%Y %H:%M:%S", "02.03.2026 09:00:01"),
            ("%d.%m.%Y %H:%M:%S %z", "02.03.2026 10:00:01 +0100"),
            ("%b %d, %Y @ %H:%M:%S%.f", "Mar 2, 2026 @ 09:00:01.000"),
        ] {
            assert!(is_pattern(pattern), "{pattern}");
            assert_eq!(by_pattern(pattern, text, &TimeZone::UTC), Some(micros(TIME)), "{text}");
        }
        for no_pattern in ["hours", "%q", "%H:%M", "%m/%d/%Y", "%"] {
            assert!(!is_pattern(no_pattern), "{no_pattern}");
        }
        assert_eq!(by_pattern("%m/%d/%Y %H:%M:%S", "13/40/2026 09:00:01", &TimeZone::UTC), None);
    }
}
