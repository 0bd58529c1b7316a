//! Time zones.

use std::str::FromStr;

use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZone;

use sidestep::Timestamp;

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

impl Zone {
    /// The time at which the clocks of the zone show what clocks in UTC show at `local`. Of an hour that
    /// they show twice it is the first; in an hour that they leave out they count as if they had not been
    /// put forward yet. `None` for a time that lies outside of the years -9999 to 9999.
    ///
    /// ```
    /// use sidestep::Timestamp;
    /// use sidestep_formats::Zone;
    ///
    /// let zone: Zone = "+01:00".parse()?;
    /// let local = Timestamp::from_micros(7_200_000_000);
    /// assert_eq!(zone.time_of_local(local), Some(Timestamp::from_micros(3_600_000_000)));
    /// # Ok::<(), sidestep_formats::ParseError>(())
    /// ```
    #[must_use]
    pub fn time_of_local(&self, local: Timestamp) -> Option<Timestamp> {
        let local = jiff::Timestamp::from_microsecond(local.micros()).ok()?;
        let shown = TimeZone::UTC.to_datetime(local);
        let time = self.0.to_timestamp(shown).ok()?;
        Some(Timestamp::from_micros(time.as_microsecond()))
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
    fn the_clocks_of_a_zone_leave_out_an_hour_and_show_another_twice() {
        let zone: Zone = "Europe/Berlin".parse().unwrap();
        let time = |text: &str| {
            Timestamp::from_micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
        };
        for (shown, meant) in [
            ("2026-01-15T12:00:00Z", "2026-01-15T11:00:00Z"),
            ("2026-07-15T12:00:00Z", "2026-07-15T10:00:00Z"),
            // Left out, and shown twice.
            ("2026-03-29T02:30:00Z", "2026-03-29T01:30:00Z"),
            ("2026-10-25T02:30:00Z", "2026-10-25T00:30:00Z"),
        ] {
            assert_eq!(zone.time_of_local(time(shown)), Some(time(meant)), "{shown}");
        }
    }

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
