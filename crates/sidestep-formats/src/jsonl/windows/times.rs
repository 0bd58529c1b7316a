//! When a Windows event happened, of the several times that a record in JSON carries.

use super::super::fields::time;
use crate::time::Micros;
use crate::time::is_zoned;

/// The times that a record may carry.
#[derive(Default)]
pub(super) struct Times<'r> {
    /// When it happened, in a way that leaves no doubt.
    pub(super) exact: Option<&'r str>,
    /// `EventTime`, which `NXLog` writes in local time.
    pub(super) event: Option<&'r str>,
    /// `EventReceivedTime`, in the same zone.
    pub(super) received: Option<&'r str>,
    /// `@timestamp`: when the event, or the record of it, was made, in UTC.
    pub(super) stamp: Option<&'r str>,
}

impl Times<'_> {
    /// The time at which the event happened, as well as the record tells.
    pub(super) fn read(&self) -> Option<Micros> {
        if let Some(text) = self.exact {
            // Splunk keeps the quotes of the XML.
            let text = text.trim_matches('\'');
            return of_dotnet(text).or_else(|| time(text));
        }
        let Some(text) = self.event else {
            return self.stamp.and_then(time);
        };
        let event = time(text);
        let Some(stamp) = self.stamp.filter(|_| !is_zoned(text)).and_then(time) else {
            return event;
        };
        // `@timestamp` is made a moment after `EventReceivedTime`, so that they tell the zone.
        let received = self.received.filter(|text| !is_zoned(text)).and_then(time);
        let zone = received.and_then(|received| zone(stamp - received));
        Some(event.zip(zone).map_or(stamp, |(event, zone)| event + zone))
    }
}

/// The time in `/Date(1772442001500)/` or `/Date(1772442001500+0100)/`, as .NET writes it: milliseconds
/// of UTC, whatever the zone that it shows.
fn of_dotnet(text: &str) -> Option<Micros> {
    let inside = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let end = inside.rfind(['+', '-']).filter(|at| *at > 0).unwrap_or(inside.len());
    inside[..end].parse::<i64>().ok()?.checked_mul(1000)
}

/// The zone, in microseconds, that two clocks show which differ by so much and a moment.
fn zone(difference: i64) -> Option<i64> {
    const MINUTE: i64 = 60_000_000;
    const STEP: i64 = 15 * MINUTE;
    let zone = (difference + STEP / 2).div_euclid(STEP) * STEP;
    (zone.abs() <= 14 * 60 * MINUTE && (difference - zone).abs() <= 2 * MINUTE).then_some(zone)
}
