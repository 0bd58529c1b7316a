//! Times as logs write them, to microseconds since 1970.

use std::str::FromStr;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::error::ParseError;
use crate::zone::Zone;
use sidestep::Timestamp;

/// Microseconds: since 1970 where it is a time, else of a length of time.
pub(crate) type Micros = i64;

/// How a time column is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TimeFormat {
    /// Told from each value: a number below 10^11 is seconds, below 10^14 milliseconds, above that
    /// microseconds; anything else is read as RFC 3339.
    #[default]
    Auto,
    /// Seconds since 1970, or since the log's own start; a fraction is allowed.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Microseconds since 1970.
    Microseconds,
    /// RFC 3339, such as `2026-03-01T08:15:30.25+01:00`. A space may stand for the `T`; without a
    /// zone it is UTC.
    Rfc3339,
}

impl FromStr for TimeFormat {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Ok(match text {
            "auto" => Self::Auto,
            "seconds" => Self::Seconds,
            "milliseconds" => Self::Milliseconds,
            "microseconds" => Self::Microseconds,
            "rfc3339" => Self::Rfc3339,
            _ => {
                return Err(ParseError {
                    what: "time format",
                    value: text.to_owned(),
                    expected: "auto, seconds, milliseconds, microseconds or rfc3339".to_owned(),
                });
            }
        })
    }
}

impl TimeFormat {
    /// Reads a time; `None` for what is no time in this format.
    #[must_use]
    pub fn parse(self, text: &str) -> Option<Timestamp> {
        self.micros(text).map(Timestamp::from_micros)
    }

    /// The same in microseconds since 1970.
    pub(crate) fn micros(self, text: &str) -> Option<Micros> {
        match self {
            Self::Seconds => decimal(text.as_bytes(), 6),
            Self::Milliseconds => decimal(text.as_bytes(), 3),
            Self::Microseconds => decimal(text.as_bytes(), 0),
            Self::Rfc3339 => rfc3339(text),
            Self::Auto => {
                let whole = text.bytes().take_while(u8::is_ascii_digit).count();
                let number =
                    whole > 0 && text[whole..].chars().all(|c| c == '.' || c.is_ascii_digit());
                if !number {
                    return rfc3339(text);
                }
                let digits = text[..whole].trim_start_matches('0').len();
                decimal(
                    text.as_bytes(),
                    match digits {
                        0..=11 => 6,
                        12..=14 => 3,
                        _ => 0,
                    },
                )
            }
        }
    }

    /// The time that a number stands for; `None` for one before 1970, one too large, and where times are
    /// written as RFC 3339.
    #[must_use]
    pub const fn of_number(self, number: i64) -> Option<Timestamp> {
        let scale = match self {
            Self::Seconds => 1_000_000,
            Self::Milliseconds => 1_000,
            Self::Microseconds => 1,
            Self::Rfc3339 => return None,
            Self::Auto => match number {
                ..=99_999_999_999 => 1_000_000,
                100_000_000_000..=99_999_999_999_999 => 1_000,
                _ => 1,
            },
        };
        if number < 0 {
            return None;
        }
        match number.checked_mul(scale) {
            Some(micros) => Some(Timestamp::from_micros(micros)),
            None => None,
        }
    }

    /// What a value of this format is called in an error.
    #[must_use]
    pub const fn expected(self) -> &'static str {
        match self {
            Self::Auto => "a time (a number since 1970, or RFC 3339)",
            Self::Seconds => "a number of seconds",
            Self::Milliseconds => "a number of milliseconds",
            Self::Microseconds => "a number of microseconds",
            Self::Rfc3339 => "a time in RFC 3339",
        }
    }
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

/// A time with a zone, or one in UTC without.
fn rfc3339(text: &str) -> Option<Micros> {
    if is_zoned(text) {
        return Some(text.parse::<jiff::Timestamp>().ok()?.as_microsecond());
    }
    let time = text.parse::<DateTime>().ok()?;
    Some(TimeZone::UTC.to_timestamp(time).ok()?.as_microsecond())
}

/// A month by its English name, cut to three letters.
pub(crate) fn month(name: &str) -> Option<i8> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    (1..).zip(MONTHS).find(|(_, month)| *month == name).map(|(number, _)| number)
}

/// A day and a time of day such as `09:11:22.264883`, in a zone.
pub(crate) fn civil(year: i16, month: i8, day: i8, clock: &str, zone: &Zone) -> Option<Micros> {
    let date = jiff::civil::Date::new(year, month, day).ok()?;
    let time: jiff::civil::Time = clock.parse().ok()?;
    Some(zone.0.to_timestamp(date.to_datetime(time)).ok()?.as_microsecond())
}

/// Whether a time such as `2026-03-01T08:15:30` has a zone after it.
pub(crate) fn is_zoned(text: &str) -> bool {
    let after_date = text.as_bytes().get("2026-03-01".len()..).unwrap_or_default();
    after_date.iter().any(|byte| matches!(byte, b'Z' | b'z' | b'+' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_scaled_exactly() {
        assert_eq!(decimal(b"1", 6), Some(1_000_000));
        assert_eq!(decimal(b"1.5", 6), Some(1_500_000));
        assert_eq!(decimal(b"1.0000019", 6), Some(1_000_001));
        assert_eq!(decimal(b"1700000000123.456", 3), Some(1_700_000_000_123_456));
        assert_eq!(decimal(b"9", 0), Some(9));
        for bad in
            ["", ".", ".5", "-1", "1e3", "1.x", " 1", "99999999999999999999", "9300000000000"]
        {
            assert_eq!(decimal(bad.as_bytes(), 6), None, "{bad}");
        }
    }

    #[test]
    fn auto_tells_the_unit_from_the_size() {
        let auto = |text| TimeFormat::Auto.micros(text);
        assert_eq!(auto("86400"), Some(86_400_000_000));
        assert_eq!(auto("1700000000"), Some(1_700_000_000_000_000));
        assert_eq!(auto("1700000000.25"), Some(1_700_000_000_250_000));
        assert_eq!(auto("1700000000000"), Some(1_700_000_000_000_000));
        assert_eq!(auto("1700000000000000"), Some(1_700_000_000_000_000));
        assert_eq!(auto("2023-11-14T22:13:20Z"), Some(1_700_000_000_000_000));
        assert_eq!(auto("2023-11-14 23:13:20.5+01:00"), Some(1_700_000_000_500_000));
        assert_eq!(auto("2023-11-14T22:13:20"), Some(1_700_000_000_000_000));
        assert_eq!(auto("yesterday"), None);
        assert_eq!(auto("12.5.2023"), None);
    }

    #[test]
    fn a_number_stands_for_the_same_time_as_its_digits() {
        for format in [
            TimeFormat::Auto,
            TimeFormat::Seconds,
            TimeFormat::Milliseconds,
            TimeFormat::Microseconds,
            TimeFormat::Rfc3339,
        ] {
            for number in [
                0,
                86_400,
                99_999_999_999,
                100_000_000_000,
                99_999_999_999_999,
                100_000_000_000_000,
                1_700_000_000_000_000,
            ] {
                assert_eq!(format.of_number(number), format.parse(&number.to_string()), "{number}");
            }
            assert_eq!(format.of_number(-1), None);
        }
        assert_eq!(TimeFormat::Seconds.of_number(i64::MAX), None);
    }

    #[test]
    fn a_named_format_takes_nothing_else() {
        assert_eq!(TimeFormat::Seconds.parse("2023-11-14T22:13:20Z"), None);
        assert_eq!(TimeFormat::Rfc3339.parse("1700000000"), None);
        assert_eq!(TimeFormat::Milliseconds.micros("1700000000000"), Some(1_700_000_000_000_000));
        assert_eq!("hours".parse::<TimeFormat>().map_err(|e| e.value), Err("hours".to_owned()));
    }
}
