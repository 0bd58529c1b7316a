//! Units of time, all taken from the events.

/// Microseconds: since 1970 where it is a time, else of a length of time.
pub(crate) type Micros = i64;

pub(crate) const SECOND: Micros = 1_000_000;
pub(crate) const MINUTE: Micros = 60 * SECOND;
pub(crate) const HOUR: Micros = 60 * MINUTE;
pub(crate) const DAY: Micros = 24 * HOUR;

/// Days since 1970-01-01.
pub(crate) type Day = u32;

/// The day of a time. Event times lie in 1970 to 9999, so it fits.
pub(crate) const fn day_of(time: Micros) -> Day {
    (time / DAY) as Day
}

/// Days, with fraction, from one time to another; 0 if the other is earlier.
pub(crate) fn days_between(from: Micros, to: Micros) -> f64 {
    (to - from).max(0) as f64 / DAY as f64
}

/// The hour of the day, UTC: 0 to 23.
pub(crate) const fn hour_of(time: Micros) -> usize {
    (time.rem_euclid(DAY) / HOUR) as usize
}

/// Latest time that an event may carry: 9999-12-31T23:59:59.999999Z, the last that RFC 3339 can write.
pub(crate) const MAX_TIME: Micros = 253_402_300_799_999_999;
