//! Times of syslog: the year that RFC 3164 leaves out, and the zone.

use jiff::Timestamp as Instant;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{ToSpan, Unit};

use super::stamp::{Stamp, When};
use crate::error::Fault;
use crate::options::ReadOptions;
use crate::time::{Iso, Micros};

/// Days that a line may lie before the one above it. What lies further back is of the next year.
const BACK: i64 = 100;

/// Gives times their year and zone, in the order of the lines.
pub(super) struct Clock<'o> {
    first: FirstYear,
    zone: &'o TimeZone,
    last: Option<Date>,
    /// The minute of the line before: month, day, hour, minute and its beginning.
    minute: Option<([i8; 5], Micros)>,
}

/// What says in which year the first line lies.
#[derive(Clone, Copy)]
enum FirstYear {
    /// It is given.
    Given(i16),
    /// It is the latest in which the line does not lie after this day.
    NotAfter(Date),
    /// Nothing does.
    Unknown,
}

impl<'o> Clock<'o> {
    /// A clock for one log. `last` is the last day of the log before it, with which a log that
    /// writes no year goes on if a year was given.
    pub(super) fn new(options: &'o ReadOptions, last: Option<Date>) -> Self {
        let zone = &options.zone.0;
        let (first, last) =
            match (options.year, options.now.and_then(|now| day_after(now.micros(), zone))) {
                (Some(year), _) => (FirstYear::Given(year), last),
                (None, Some(day)) => (FirstYear::NotAfter(day), None),
                (None, None) => (FirstYear::Unknown, None),
            };
        Self { first, zone, last, minute: None }
    }

    /// Whether a time without a year can be dated.
    pub(super) const fn knows_years(&self) -> bool {
        !matches!(self.first, FirstYear::Unknown)
    }

    /// The day of the last line that wrote no year.
    pub(super) const fn last(&self) -> Option<Date> {
        self.last
    }

    /// A time as it is written; `None` where none is. Times without a year have to come in the order of
    /// the lines.
    #[inline]
    pub(super) fn read(&mut self, when: When<'_>) -> Result<Option<Micros>, Fault> {
        match when {
            When::Unknown => Ok(None),
            When::Yearless(stamp) => self.dated(&stamp).map(Some),
            When::Dated(year, stamp) => self.with_year(year, &stamp).map(Some),
            When::Whole(text) => self.whole(text).map(Some),
            When::Epoch(micros) => Ok(Some(micros)),
            When::Zoned(zone) => Err(Fault::column(
                "time",
                format!(
                    "is of zone {zone}, which is a name of several: write offsets such as +01:00"
                ),
            )),
        }
    }

    /// A time with its year, and with a zone or without.
    pub(super) fn whole(&self, text: &str) -> Result<Micros, Fault> {
        if let Some(utc) = Iso::parse(text).and_then(Iso::utc) {
            return Ok(utc);
        }
        if let Ok(instant) = text.parse::<Instant>() {
            return Ok(instant.as_microsecond());
        }
        let civil = |text: &str| {
            let civil = text.parse::<DateTime>().ok()?;
            self.zone.to_timestamp(civil).ok()
        };
        // A blank before the offset, or a fraction finer than any clock, is no part of ISO 8601.
        let tidy = || {
            let text = tidied(text);
            let has_offset = text.get(19..).is_some_and(|end| end.contains(['Z', 'z', '+', '-']));
            if has_offset { text.parse::<Instant>().ok() } else { civil(&text) }
        };
        let has_offset = text.get(19..).is_some_and(|end| end.contains(['Z', 'z', '+', '-']));
        let read = if has_offset { None } else { civil(text) };
        read.or_else(tidy)
            .map(Instant::as_microsecond)
            .ok_or_else(|| Fault::word("time", text.as_bytes(), "a time in RFC 3339"))
    }

    /// A time with its year and without a zone.
    fn with_year(&self, year: i16, stamp: &Stamp) -> Result<Micros, Fault> {
        let Stamp { month, day, hour, minute, second, .. } = *stamp;
        let Some(date) = Date::new(year, month, day).ok() else {
            return Err(Fault::column("time", format!("month {month} of {year} has no day {day}")));
        };
        let minute = self.minute(date, hour, minute, stamp.utc)?;
        Ok(minute + past_minute(second, stamp.micros)? - stamp.ahead())
    }

    /// The beginning of a minute of a day.
    fn minute(&self, day: Date, hour: i8, minute: i8, utc: bool) -> Result<Micros, Fault> {
        let civil = DateTime::new(day.year(), day.month(), day.day(), hour, minute, 0, 0);
        let zone = if utc { &TimeZone::UTC } else { self.zone };
        let instant = civil.ok().and_then(|civil| zone.to_timestamp(civil).ok());
        instant.map(Instant::as_microsecond).ok_or_else(|| {
            Fault::column("time", format!("{hour:02}:{minute:02} is no time of day"))
        })
    }

    /// A time without year and zone.
    #[inline]
    fn dated(&mut self, stamp: &Stamp) -> Result<Micros, Fault> {
        let key = [stamp.month, stamp.day, stamp.hour, stamp.minute, i8::from(stamp.utc)];
        let minute = match self.minute {
            Some((known, minute)) if known == key => minute,
            _ => {
                let minute = self.begin(stamp)?;
                self.minute = Some((key, minute));
                minute
            }
        };
        Ok(minute + past_minute(stamp.second, stamp.micros)? - stamp.ahead())
    }

    /// The beginning of a minute.
    fn begin(&mut self, stamp: &Stamp) -> Result<Micros, Fault> {
        let Some(day) = self.day(stamp.month, stamp.day) else {
            return Err(Fault::column(
                "time",
                format!(
                    "month {} has no day {} in the year that follows from the lines above; say the year of the first line with --year",
                    stamp.month, stamp.day
                ),
            ));
        };
        let beginning = self.minute(day, stamp.hour, stamp.minute, stamp.utc)?;
        self.last = Some(day);
        Ok(beginning)
    }

    /// The day of a month in the year that fits.
    fn day(&self, month: i8, day: i8) -> Option<Date> {
        let of = |year: i16| Date::new(year, month, day).ok();
        match (self.last, self.first) {
            (Some(last), _) => {
                let years = last.year().saturating_sub(1)..=last.year().saturating_add(1);
                years
                    .filter_map(of)
                    .find(|day| days(last, *day) >= -BACK)
                    .filter(|day| days(last, *day) <= 366 - BACK)
            }
            (None, FirstYear::Given(year)) => of(year),
            (None, FirstYear::NotAfter(latest)) => {
                (0..8).filter_map(|back| of(latest.year() - back)).find(|day| *day <= latest)
            }
            (None, FirstYear::Unknown) => None,
        }
    }
}

/// What a minute is from its beginning, in microseconds.
fn past_minute(second: i8, micros: u32) -> Result<Micros, Fault> {
    if second > 60 {
        return Err(Fault::column("time", format!("has {second} seconds")));
    }
    Ok(i64::from(second) * 1_000_000 + i64::from(micros))
}

/// A time without the blank before its offset, and with nine digits of its fraction at most.
fn tidied(text: &str) -> String {
    let (time, end) = text.split_at_checked(19).unwrap_or((text, ""));
    let end = end.replace(' ', "").replace(',', ".");
    let digits = end.bytes().skip(1).take_while(u8::is_ascii_digit).count();
    match end.strip_prefix('.') {
        Some(fraction) if digits > 9 => [time, ".", &fraction[..9], &fraction[digits..]].concat(),
        _ => [time, &end].concat(),
    }
}

/// The day after a time, for clocks that go wrong by less than that.
fn day_after(time: Micros, zone: &TimeZone) -> Option<Date> {
    let day = zone.to_datetime(Instant::from_microsecond(time).ok()?).date();
    Some(day.checked_add(1.day()).unwrap_or(day))
}

/// Days from one day to another.
fn days(from: Date, to: Date) -> i64 {
    to.since((Unit::Day, from)).map_or(i64::MAX, |span| i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidestep::Timestamp;

    fn options(year: Option<i16>) -> ReadOptions {
        ReadOptions { year, ..ReadOptions::default() }
    }

    fn stamp(month: i8, day: i8, hour: i8) -> Stamp {
        Stamp { month, day, hour, minute: 30, second: 5, micros: 250_000, utc: false, east: 0 }
    }

    fn read(clock: &mut Clock<'_>, month: i8, day: i8) -> String {
        match clock.dated(&stamp(month, day, 1)) {
            Ok(time) => Timestamp::from_micros(time).to_string()[..10].to_owned(),
            Err(fault) => fault.what,
        }
    }

    #[test]
    fn the_year_follows_the_order_of_the_lines() {
        let options = options(Some(2023));
        let mut clock = Clock::new(&options, None);
        for (month, day, date) in [
            (11, 30, "2023-11-30"),
            (12, 31, "2023-12-31"),
            (1, 1, "2024-01-01"),
            // Somewhat out of order, over the new year and back.
            (12, 31, "2023-12-31"),
            (1, 2, "2024-01-02"),
            (2, 29, "2024-02-29"),
            // A long gap goes on, not back.
            (11, 1, "2024-11-01"),
            (6, 1, "2025-06-01"),
        ] {
            assert_eq!(read(&mut clock, month, day), date);
        }
        assert!(read(&mut clock, 2, 29).starts_with("month 2 has no day 29"));
        let mut after = Clock::new(&options, clock.last());
        assert_eq!(read(&mut after, 7, 1), "2025-07-01");
        let mut wrong = Clock::new(&options, None);
        assert!(read(&mut wrong, 2, 29).contains("--year"));
        assert!(wrong.dated(&stamp(3, 1, 24)).is_err());
    }

    #[test]
    fn without_a_year_the_first_line_lies_in_the_year_before_now() {
        let at = |now: &str, month, day| {
            let now = now.parse::<Timestamp>().unwrap();
            let options = ReadOptions { now: Some(now), ..options(None) };
            read(&mut Clock::new(&options, None), month, day)
        };
        assert_eq!(at("2024-06-15T12:00:00Z", 6, 15), "2024-06-15");
        // A clock may go wrong by a day.
        assert_eq!(at("2024-06-15T12:00:00Z", 6, 16), "2024-06-16");
        assert_eq!(at("2024-06-15T12:00:00Z", 6, 17), "2023-06-17");
        assert_eq!(at("2024-12-31T12:00:00Z", 1, 1), "2025-01-01");
        assert_eq!(at("2027-06-15T12:00:00Z", 2, 29), "2024-02-29");
    }

    #[test]
    fn without_a_year_and_a_now_there_is_no_date() {
        let options = options(None);
        let mut clock = Clock::new(&options, Date::new(2024, 1, 1).ok());
        assert!(!clock.knows_years() && clock.dated(&stamp(1, 1, 1)).is_err());
    }

    #[test]
    fn a_zone_is_an_offset_or_a_name() {
        let at = |zone: &str| {
            let options = ReadOptions { zone: zone.parse().unwrap(), ..options(Some(2024)) };
            let mut clock = Clock::new(&options, None);
            Timestamp::from_micros(clock.dated(&stamp(7, 1, 1)).unwrap()).to_string()
        };
        assert_eq!(at("UTC"), "2024-07-01T01:30:05.250000Z");
        assert_eq!(at("+02:00"), "2024-06-30T23:30:05.250000Z");
        assert_eq!(at("-05:30"), "2024-07-01T07:00:05.250000Z");
    }

    #[test]
    fn a_year_that_is_written_counts() {
        let options = ReadOptions { zone: "+01:00".parse().unwrap(), ..options(Some(1999)) };
        let mut clock = Clock::new(&options, None);
        let mut at = |when| match clock.read(when) {
            Ok(time) => Timestamp::from_micros(time.unwrap()).to_string(),
            Err(fault) => fault.what,
        };
        assert_eq!(at(When::Dated(2026, stamp(3, 1, 1))), "2026-03-01T00:30:05.250000Z");
        let utc = Stamp { utc: true, ..stamp(3, 1, 1) };
        assert_eq!(at(When::Dated(2026, utc)), "2026-03-01T01:30:05.250000Z");
        assert_eq!(at(When::Yearless(utc)), "1999-03-01T01:30:05.250000Z");
        let east = Stamp { east: 90, ..utc };
        assert_eq!(at(When::Dated(2026, east)), "2026-03-01T00:00:05.250000Z");
        assert_eq!(at(When::Yearless(east)), "1999-03-01T00:00:05.250000Z");
        assert_eq!(at(When::Yearless(stamp(3, 1, 1))), "1999-03-01T00:30:05.250000Z");
        assert_eq!(at(When::Epoch(0)), "1970-01-01T00:00:00Z");
        assert!(at(When::Dated(2026, stamp(2, 29, 1))).contains("no day 29"));
        assert!(at(When::Dated(2026, stamp(3, 1, 24))).contains("no time of day"));
        assert!(at(When::Zoned("CET")).contains("CET"));
        assert_eq!(clock.read(When::Unknown).ok(), Some(None));
    }

    #[test]
    fn a_whole_time_needs_no_help() {
        let options = ReadOptions { zone: "+01:00".parse().unwrap(), ..options(None) };
        let clock = Clock::new(&options, None);
        let at = |text| clock.whole(text).map(|time| Timestamp::from_micros(time).to_string()).ok();
        let told = Some("2024-03-01T07:15:30Z".to_owned());
        assert_eq!(at("2024-03-01T08:15:30+01:00"), told);
        assert_eq!(at("2024-03-01T07:15:30Z"), told);
        assert_eq!(at("2024-03-01T08:15:30"), told);
        for form in [
            "2024-03-01 08:15:30",
            "2024-03-01T08:15:30+0100",
            "2024-03-01T08:15:30+01",
            "2024-03-01 07:15:30 +0000",
            "2024-03-01 08:15:30 +01:00",
            "2024-03-01t07:15:30z",
            "2024-03-01T08:15:30,0000001",
            "2024-03-01T08:15:30.000000000001+01:00",
            "2024-03-01 08:15:30,000000000001",
        ] {
            assert_eq!(at(form), told, "{form}");
        }
        assert_eq!(at("2024-13-01T08:15:30Z"), None);
        assert_eq!(at("2024-03-01T08:15:30+99:99"), None);
    }
}
