//! Times as logs write them, to microseconds since 1970.

mod iso;
mod number;
mod spelling;

use std::str::FromStr;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::error::ParseError;
use crate::zone::Zone;
use sidestep::Timestamp;

pub(crate) use self::iso::Iso;
pub(crate) use self::number::decimal;
pub(crate) use self::spelling::is_zoned;

/// Microseconds: since 1970 where it is a time, else of a length of time.
pub(crate) type Micros = i64;

/// How a time column is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum TimeFormat {
    /// Found from each value. A number below 10^11 is seconds since 1970, below 10^14 milliseconds,
    /// below 10^17 microseconds, below 10^18 a FILETIME (100 ns since 1601), above that nanoseconds;
    /// 14 digits that are a date and a time are `yyyymmddHHMMSS`, 17 the same with milliseconds.
    /// Anything else is RFC 3339, also with blanks or slashes in it, or a date whose month is a word.
    /// A date such as `3/2/2026` is never guessed.
    #[default]
    Auto,
    /// Seconds since 1970, or since the log's own start; a fraction is allowed.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Microseconds since 1970.
    Microseconds,
    /// RFC 3339, such as `2026-03-01T08:15:30.25+01:00`. A space may stand for the `T`; without a
    /// zone it is of the zone that the log is read with, UTC unless said.
    Rfc3339,
    /// A pattern of strptime, such as `%m/%d/%Y %I:%M:%S %p`; `%.f` is a fraction, if there is one.
    Pattern(Arc<str>),
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
            text if spelling::is_pattern(text) => Self::Pattern(text.into()),
            _ => {
                return Err(ParseError {
                    what: "time format",
                    value: text.to_owned(),
                    expected:
                        "auto, seconds, milliseconds, microseconds, rfc3339, or a pattern of \
                               strptime with a date and a time, such as %m/%d/%Y %I:%M:%S %p"
                            .to_owned(),
                });
            }
        })
    }
}

impl TimeFormat {
    /// Reads a time, in UTC where it is written without a zone; `None` for what is no time in this
    /// format.
    #[must_use]
    pub fn parse(&self, text: &str) -> Option<Timestamp> {
        self.micros(text, &TimeZone::UTC).map(Timestamp::from_micros)
    }

    /// As [`parse`](Self::parse), in this zone where it is written without one.
    #[must_use]
    pub fn parse_in(&self, text: &str, zone: &Zone) -> Option<Timestamp> {
        self.micros(text, &zone.0).map(Timestamp::from_micros)
    }

    /// As [`parse`](Self::parse), in microseconds since 1970.
    pub(crate) fn utc(&self, text: &str) -> Option<Micros> {
        self.micros(text, &TimeZone::UTC)
    }

    /// The same in a zone.
    pub(crate) fn micros(&self, text: &str, zone: &TimeZone) -> Option<Micros> {
        match self {
            Self::Seconds => decimal(text.as_bytes(), 6),
            Self::Milliseconds => decimal(text.as_bytes(), 3),
            Self::Microseconds => decimal(text.as_bytes(), 0),
            Self::Rfc3339 => spelling::iso(text, zone),
            Self::Auto => number::auto(text, zone).unwrap_or_else(|| spelling::any(text, zone)),
            Self::Pattern(pattern) => spelling::by_pattern(pattern, text, zone),
        }
    }

    /// The time that a number stands for, as its digits would; `None` for one before 1970, one too
    /// large, and where times are written in words.
    #[must_use]
    pub fn of_number(&self, number: i64) -> Option<Timestamp> {
        let number = u64::try_from(number).ok()?;
        let micros = match self {
            Self::Seconds => i64::try_from(number).ok()?.checked_mul(1_000_000)?,
            Self::Milliseconds => i64::try_from(number).ok()?.checked_mul(1_000)?,
            Self::Microseconds => i64::try_from(number).ok()?,
            Self::Rfc3339 | Self::Pattern(_) => return None,
            Self::Auto => number::of_size(number, &TimeZone::UTC)?,
        };
        Some(Timestamp::from_micros(micros))
    }

    /// What a value of this format is called in an error.
    #[must_use]
    pub const fn expected(&self) -> &'static str {
        match self {
            Self::Auto => {
                "a time (a number since 1970, or RFC 3339; for other forms say the time format)"
            }
            Self::Seconds => "a number of seconds",
            Self::Milliseconds => "a number of milliseconds",
            Self::Microseconds => "a number of microseconds",
            Self::Rfc3339 => "a time in RFC 3339",
            Self::Pattern(_) => "a time of the pattern given",
        }
    }
}

/// A month by its English name, cut to three letters.
pub(crate) fn month(name: &[u8]) -> Option<i8> {
    Some(match name {
        b"Jan" => 1,
        b"Feb" => 2,
        b"Mar" => 3,
        b"Apr" => 4,
        b"May" => 5,
        b"Jun" => 6,
        b"Jul" => 7,
        b"Aug" => 8,
        b"Sep" => 9,
        b"Oct" => 10,
        b"Nov" => 11,
        b"Dec" => 12,
        _ => return None,
    })
}

/// A day and a time of day such as `09:11:22.264883`, in a zone.
pub(crate) fn civil(year: i16, month: i8, day: i8, clock: &str, zone: &Zone) -> Option<Micros> {
    let date = jiff::civil::Date::new(year, month, day).ok()?;
    let time: jiff::civil::Time = clock.parse().ok()?;
    Some(zone.0.to_timestamp(date.to_datetime(time)).ok()?.as_microsecond())
}

/// How the times of a log are read: in the format that was given, or else whatever form they have,
/// and in the zone that was given where they are written without one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times<'o> {
    format: &'o TimeFormat,
    zone: &'o TimeZone,
}

impl<'o> Times<'o> {
    pub(crate) const fn new(format: &'o TimeFormat, zone: &'o Zone) -> Self {
        Self { format, zone: &zone.0 }
    }

    /// The time that a text says.
    pub(crate) fn read(self, text: &str) -> Option<Micros> {
        self.in_zone(text, self.zone)
    }

    /// The same of a field whose name says that it is in UTC.
    pub(crate) fn read_utc(self, text: &str) -> Option<Micros> {
        self.in_zone(text, &TimeZone::UTC)
    }

    fn in_zone(self, text: &str, zone: &TimeZone) -> Option<Micros> {
        // A log may hold more times than the one that the format was given for.
        let given = || self.format.micros(text, zone);
        if *self.format == TimeFormat::Auto {
            return given();
        }
        given().or_else(|| TimeFormat::Auto.micros(text, zone))
    }

    /// Whether a zone other than UTC was given, so that no other need be looked for.
    pub(crate) fn has_zone(self) -> bool {
        *self.zone != TimeZone::UTC
    }

    /// What a time is called in an error.
    pub(crate) const fn expected(self) -> &'static str {
        self.format.expected()
    }
}

/// Until when a time is believed where nobody says what time it is now: the year 2100.
const LATEST: Micros = 4_102_444_800_000_000;

/// How far after now a time is believed.
const FAR: Micros = 366 * 86_400_000_000;

/// Until when times are believed: what lies later is a number in another unit, or of a broken clock.
/// `now` is the time of reading, where it is known.
#[must_use]
pub fn latest_believed(now: Option<Timestamp>) -> Timestamp {
    Timestamp::from_micros(now.map_or(LATEST, |now| now.micros().saturating_add(FAR)))
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
        let auto = |text| TimeFormat::Auto.micros(text, &TimeZone::UTC);
        assert_eq!(auto("86400"), Some(86_400_000_000));
        assert_eq!(auto("1700000000"), Some(1_700_000_000_000_000));
        assert_eq!(auto("1700000000.25"), Some(1_700_000_000_250_000));
        assert_eq!(auto("1700000000000"), Some(1_700_000_000_000_000));
        assert_eq!(auto("1700000000000000"), Some(1_700_000_000_000_000));
        assert_eq!(auto("2023-11-14T22:13:20Z"), Some(1_700_000_000_000_000));
        assert_eq!(auto("2023-11-14 23:13:20.5+01:00"), Some(1_700_000_000_500_000));
        assert_eq!(auto("2023-11-14T22:13:20"), Some(1_700_000_000_000_000));
        for text in [
            "20260302090001",
            "20260302090001000",
            "134169156010000000",
            "1772442001000000000",
            "1.772442001E9",
            "1.772442001e+09",
            "1772442001.0",
        ] {
            assert_eq!(auto(text), Some(1_772_442_001_000_000), "{text}");
        }
        assert_eq!(auto("yesterday"), None);
        assert_eq!(auto("99999999999999999999"), None);
        assert_eq!(auto("12.5.2023"), None);
    }

    #[test]
    fn a_number_stands_for_the_same_time_as_its_digits() {
        let pattern: TimeFormat = "%Y-%m-%d %H:%M:%S".parse().unwrap();
        for format in [
            pattern,
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
                20_260_302_090_001,
                20_260_399_990_001,
                20_260_302_090_001_500,
                134_169_156_015_000_000,
                116_444_735_999_999_999,
                1_772_442_001_500_000_000,
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
        assert_eq!(
            TimeFormat::Milliseconds.parse("1700000000000").map(Timestamp::micros),
            Some(1_700_000_000_000_000)
        );
        assert_eq!("hours".parse::<TimeFormat>().map_err(|e| e.value), Err("hours".to_owned()));
    }
}
