//! Units of time, all taken from the events.

use crate::event::Timestamp;

pub(crate) const SECOND: Timestamp = 1_000_000;
pub(crate) const MINUTE: Timestamp = 60 * SECOND;
pub(crate) const HOUR: Timestamp = 60 * MINUTE;
pub(crate) const DAY: Timestamp = 24 * HOUR;

/// Days since 1970-01-01.
pub(crate) type Day = u32;

/// The day of a time. Event times lie in 1970 to 9999, so it fits.
pub(crate) const fn day_of(time: Timestamp) -> Day {
    (time / DAY) as Day
}

/// Days, with fraction, from one time to another; 0 if the other is earlier.
pub(crate) fn days_between(from: Timestamp, to: Timestamp) -> f64 {
    (to - from).max(0) as f64 / DAY as f64
}

/// The hour of the day, UTC: 0 to 23.
pub(crate) const fn hour_of(time: Timestamp) -> usize {
    (time.rem_euclid(DAY) / HOUR) as usize
}
