//! Time zones.

use std::str::FromStr;

use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZone;

use crate::error::ParseError;

/// A time zone: `UTC`, an offset such as `+01:00`, or a name such as `Europe/Berlin`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(pub(crate) TimeZone);

impl Default for Zone {
    /// UTC.
    fn default() -> Self {
        Self(TimeZone::UTC)
    }
}

impl FromStr for Zone {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        if text.eq_ignore_ascii_case("utc") || text.eq_ignore_ascii_case("z") {
            return Ok(Self::default());
        }
        DateTimeParser::new().parse_time_zone(text).map(Self).map_err(|_| ParseError {
            what: "time zone",
            value: text.to_owned(),
            expected: "UTC, an offset such as +01:00, or a name such as Europe/Berlin".to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_an_offset_or_a_name() {
        for text in ["UTC", "utc", "Z", "+02:00", "-05:30"] {
            assert!(text.parse::<Zone>().is_ok(), "{text}");
        }
        assert_eq!("utc".parse(), Ok(Zone::default()));
        let refused = "Mars/Olympus".parse::<Zone>().unwrap_err().to_string();
        assert!(refused.starts_with("time zone `Mars/Olympus`: expected UTC, an offset"));
    }
}
