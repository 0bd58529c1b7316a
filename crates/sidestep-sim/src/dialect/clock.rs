//! Times as logs write them.

use std::fmt::{self, Display, Formatter};

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;

/// When a simulated log begins: Monday, 4 March 2024, 00:00 UTC, in seconds since 1970.
pub(crate) const START: i64 = 1_709_510_400;

/// Microseconds since 1970 as `2024-03-04T08:00:00.123`, to three digits or six.
pub(super) struct Stamp(pub(super) i64, pub(super) u8);

impl Display for Stamp {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let seconds = self.0.div_euclid(1_000_000);
        let micros = self.0.rem_euclid(1_000_000);
        let within = seconds.rem_euclid(DAY);
        let (hours, minutes) = (within / 3600, within / 60 % 60);
        let date = Date(seconds);
        write!(f, "{date}T{hours:02}:{minutes:02}:{:02}", within % 60)?;
        if self.1 == 3 { write!(f, ".{:03}", micros / 1000) } else { write!(f, ".{micros:06}") }
    }
}

/// Seconds since 1970 as `2024-03-04`.
pub(crate) struct Date(pub(crate) i64);

impl Display for Date {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // Howard Hinnant's `civil_from_days`.
        let z = self.0.div_euclid(DAY) + 719_468;
        let era = z.div_euclid(146_097);
        let day_of_era = z.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted + 2) / 5 + 1;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_the_calendar_has_them() {
        assert_eq!(Stamp(START * 1_000_000, 6).to_string(), "2024-03-04T00:00:00.000000");
        let end = (START + 28 * DAY) * 1_000_000 - 1;
        assert_eq!(Stamp(end, 3).to_string(), "2024-03-31T23:59:59.999");
        assert_eq!(Date(START - 4 * DAY).to_string(), "2024-02-29");
        assert_eq!(Date(START + 365 * DAY).to_string(), "2025-03-04");
    }
}
