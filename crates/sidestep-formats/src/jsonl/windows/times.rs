//! When a Windows event happened, of the several times that a record in JSON carries.

use crate::time::{Micros, Times as Zoned, is_zoned};

/// The times that a record may carry.
#[derive(Default)]
pub(super) struct Times<'r> {
    /// When it happened, in a way that leaves no doubt.
    pub(super) exact: Option<&'r str>,
    /// The same, in a field whose name says that it is in UTC.
    pub(super) utc: Option<&'r str>,
    /// `EventTime`, which `NXLog` writes in local time.
    pub(super) event: Option<&'r str>,
    /// `EventReceivedTime`, in the same zone.
    pub(super) received: Option<&'r str>,
    /// `@timestamp`: when the event, or the record of it, was made, in UTC.
    pub(super) stamp: Option<&'r str>,
}

impl Times<'_> {
    /// The time at which the event happened, as well as the record tells.
    pub(super) fn read(&self, as_given: Zoned<'_>) -> Option<Micros> {
        let time = |text: &str| as_given.read(text);
        if let Some(text) = self.utc {
            return as_given.read_utc(text);
        }
        if let Some(text) = self.exact {
            // Splunk keeps the quotes of the XML.
            return time(text.trim_matches('\''));
        }
        let Some(text) = self.event else {
            return self.stamp.and_then(time);
        };
        let event = time(text);
        if as_given.has_zone() {
            return event;
        }
        let stamp = self.stamp.filter(|_| !is_zoned(text)).and_then(|text| as_given.read_utc(text));
        let Some(stamp) = stamp else { return event };
        // `@timestamp` is made a moment after `EventReceivedTime`, so that they show the zone. What was
        // given is UTC here.
        let received = match self.received {
            // NXLog receives most events within their second.
            Some(received) if received == text => event,
            Some(received) if !is_zoned(received) => time(received),
            _ => None,
        };
        let zone = received.and_then(|received| zone(stamp - received));
        Some(event.zip(zone).map_or(stamp, |(event, zone)| event + zone))
    }
}

/// The zone, in microseconds, that two clocks show which differ by so much and a moment.
fn zone(difference: i64) -> Option<i64> {
    const MINUTE: i64 = 60_000_000;
    const STEP: i64 = 15 * MINUTE;
    let zone = (difference + STEP / 2).div_euclid(STEP) * STEP;
    (zone.abs() <= 14 * 60 * MINUTE && (difference - zone).abs() <= 2 * MINUTE).then_some(zone)
}
