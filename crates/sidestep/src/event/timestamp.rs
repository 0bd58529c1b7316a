//! A point in time.

use std::fmt;
use std::ops::{Add, Sub};
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use thiserror::Error;

/// A point in time, UTC, in microseconds since 1970-01-01T00:00:00Z. Logs that count from their own
/// start (LANL) are read as if that start were 1970.
///
/// It is shown and read as RFC 3339, and with the feature `serde` it is saved so in formats for people
/// and as microseconds in others. With the feature `jiff` it converts to and from `jiff::Timestamp`.
///
/// ```
/// use std::time::Duration;
/// use sidestep::Timestamp;
///
/// let start: Timestamp = "2026-03-02T09:15:00Z".parse()?;
/// let later = start + Duration::from_secs(90);
/// assert_eq!(later.to_string(), "2026-03-02T09:16:30Z");
/// assert_eq!(later.micros() - start.micros(), 90_000_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const UNIX_EPOCH: Self = Self(0);

    /// The time so many microseconds after 1970.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The time so many milliseconds after 1970; the nearest that can be said where that is too far.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000))
    }

    /// The time so many seconds after 1970; the nearest that can be said where that is too far.
    #[must_use]
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since 1970; negative before.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }
}

impl Timestamp {
    /// The time from `earlier` to this; 0 if that is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        let micros = self.0.saturating_sub(earlier.0);
        Duration::from_micros(if micros > 0 { micros.unsigned_abs() } else { 0 })
    }
}

/// Microseconds of a duration; as many as can be said where it is too long.
fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    /// Stops at the last time that can be said.
    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(micros(duration)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    /// Stops at the first time that can be said.
    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(micros(duration)))
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        match time.duration_since(UNIX_EPOCH) {
            Ok(since) => Self::UNIX_EPOCH + since,
            Err(before) => Self::UNIX_EPOCH - before.duration(),
        }
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339, UTC with `Z`: whole seconds, or six digits of them where it is not whole. Before 1970
    /// and after 9999, which no event may carry, it is the number of microseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Times to the end of 9999 are more than jiff's instants reach, so that civil time is used.
        let since = jiff::SignedDuration::from_micros(self.0);
        let Ok(time) = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0).checked_add(since) else {
            return write!(f, "{}us", self.0);
        };
        let precision = if self.0 % 1_000_000 == 0 { 0 } else { 6 };
        write!(f, "{time:.precision$}Z")
    }
}

/// A text that is no time of RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is no time: write it as in 2026-03-02T09:15:00Z")]
#[non_exhaustive]
pub struct TimestampError {
    /// The text.
    pub text: String,
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    /// Reads RFC 3339, such as `2026-03-02T09:15:00Z` or `2026-03-02T10:15:00.5+01:00`.
    fn from_str(text: &str) -> Result<Self, TimestampError> {
        let civil = |text: &str| {
            let time: jiff::civil::DateTime = text.strip_suffix('Z')?.parse().ok()?;
            let since =
                time.since((jiff::Unit::Second, jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0)));
            let duration = since.ok()?.to_duration(jiff::civil::date(1970, 1, 1)).ok()?;
            i64::try_from(duration.as_micros()).ok()
        };
        let instant = || text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond);
        let error = || TimestampError { text: text.to_owned() };
        instant().or_else(|| civil(text)).map(Self).ok_or_else(error)
    }
}

#[cfg(feature = "jiff")]
impl From<jiff::Timestamp> for Timestamp {
    fn from(time: jiff::Timestamp) -> Self {
        Self(time.as_microsecond())
    }
}

#[cfg(feature = "jiff")]
impl TryFrom<Timestamp> for jiff::Timestamp {
    type Error = jiff::Error;

    fn try_from(time: Timestamp) -> Result<Self, jiff::Error> {
        Self::from_microsecond(time.0)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.collect_str(self);
        }
        serializer.serialize_i64(self.0)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Timestamp {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            return i64::deserialize(deserializer).map(Self);
        }
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_read_back() {
        for micros in [0, 1, 1_500_000, 1_700_000_000_000_000, crate::time::MAX_TIME] {
            let time = Timestamp::from_micros(micros);
            assert_eq!(time.to_string().parse(), Ok(time), "{time}");
        }
        assert_eq!(
            "2026-03-02T10:15:00.5+01:00".parse(),
            "2026-03-02T09:15:00.5Z".parse::<Timestamp>()
        );
        assert_eq!(Timestamp::from_secs(1).to_string(), "1970-01-01T00:00:01Z");
        assert!("yesterday".parse::<Timestamp>().is_err());
        assert!("2026-03-02".parse::<Timestamp>().is_err());
    }

    #[test]
    fn times_beyond_all_bounds_stop_there() {
        let last = Timestamp::from_micros(i64::MAX);
        assert_eq!(last + Duration::MAX, last);
        assert_eq!(Timestamp::from_secs(i64::MAX), last);
        assert_eq!(Timestamp::from(UNIX_EPOCH - Duration::from_secs(1)).micros(), -1_000_000);
    }
}
