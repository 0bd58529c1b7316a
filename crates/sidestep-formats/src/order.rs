//! Logs that are out of order: how far, and their events in order all the same.
//!
//! A log that has wrapped around begins with its newest part, and a clock that was set back makes all
//! that follows look old. What an engine sees too late it cannot judge. Logs on disk can be read
//! again: [`OrderWatch`] notes in the first reading how far the events are out of order, and
//! [`in_order`] reads once more, or as often as the memory allowed for it needs.

use std::collections::BTreeMap;

use std::time::Duration;

use crate::time::Micros;
use sidestep::Timestamp;
use sidestep::event::{Event, OwnedEvent, Reorder};

const MINUTE: Micros = 60_000_000;

/// Minutes by which an event may be behind before it is far behind.
const NEAR: u32 = 60;

/// Spans of time whose events are counted apart. Where there are more, spans twice as long are.
const MOST_SPANS: usize = 1 << 14;

/// What takes events and never ends their reading.
pub type EventTaker<'t> = dyn FnMut(Event<'_>) + 't;

/// Notes how far events are out of order of time, and how many there are when.
#[derive(Debug, Clone)]
pub struct OrderWatch {
    newest: Micros,
    most_behind: Micros,
    far_behind: u64,
    /// Microseconds of a span.
    width: Micros,
    /// Events by the number of their span, without those of the last.
    spans: BTreeMap<Micros, u64>,
    last: (Micros, u64),
    /// When the last span begins.
    begin: Micros,
}

impl Default for OrderWatch {
    fn default() -> Self {
        Self {
            newest: Micros::MIN,
            most_behind: 0,
            far_behind: 0,
            width: 10 * MINUTE,
            spans: BTreeMap::new(),
            last: (0, 0),
            begin: 0,
        }
    }
}

impl OrderWatch {
    /// Notes an event of this time; to be called in the order in which events come.
    #[inline]
    pub fn observe(&mut self, time: Timestamp) {
        let time = time.micros();
        if time >= self.newest {
            self.newest = time;
        } else {
            self.most_behind = self.most_behind.max(self.newest - time);
            self.far_behind += u64::from(is_far_behind(time, self.newest));
        }
        // No division but where a span begins.
        if !(0..self.width).contains(&time.wrapping_sub(self.begin)) {
            self.begin(time.div_euclid(self.width));
        }
        self.last.1 += 1;
    }

    /// By how much the event that is most out of order is behind the newest before it; 0 where all come
    /// in order.
    #[must_use]
    pub const fn most_behind(&self) -> Duration {
        Duration::from_micros(self.most_behind.unsigned_abs())
    }

    /// Puts away what was counted of the last span.
    fn begin(&mut self, span: Micros) {
        let (last, count) = std::mem::replace(&mut self.last, (span, 0));
        if count > 0 {
            *self.spans.entry(last).or_default() += count;
        }
        if self.spans.len() > MOST_SPANS {
            self.width *= 2;
            let mut wider = BTreeMap::new();
            for (span, count) in std::mem::take(&mut self.spans) {
                *wider.entry(span.div_euclid(2)).or_default() += count;
            }
            self.spans = wider;
            self.last.0 = span.div_euclid(2);
        }
        self.begin = self.last.0.saturating_mul(self.width);
    }

    /// Every span that has events, in order, with how many.
    fn counts(&self) -> Vec<(Micros, u64)> {
        let mut spans = self.spans.clone();
        *spans.entry(self.last.0).or_default() += self.last.1;
        spans.into_iter().collect()
    }

    /// Most events that lie within so much time.
    fn most_within(&self, time: Micros, counts: &[(Micros, u64)]) -> u64 {
        // Both ends of the time may lie within a span.
        let reach = time / self.width + 2;
        let (mut first, mut within, mut most) = (0, 0, 0);
        for (span, count) in counts {
            within += count;
            while counts[first].0 + reach < *span {
                within -= counts[first].1;
                first += 1;
            }
            most = most.max(within);
        }
        most
    }

    /// Where to cut time so that each part has no more than `capacity` events, where spans allow it:
    /// the end of each part but the last.
    fn cuts(&self, counts: &[(Micros, u64)], capacity: u64) -> Vec<Micros> {
        let (mut cuts, mut held) = (Vec::new(), 0);
        for (span, count) in counts {
            if held > 0 && held + count > capacity {
                cuts.push(span * self.width);
                held = 0;
            }
            held += count;
        }
        cuts
    }
}

fn is_far_behind(time: Micros, newest: Micros) -> bool {
    newest - time > Micros::from(NEAR) * MINUTE
}

/// Reads logs again and gives their events to `sink` in order of time; those of one time keep the
/// order in which they come. Each call of `read` is to read the logs from their beginning, in the
/// same way as when `watch` noted their events, and to give every event to what it is called with.
///
/// At most `capacity` events are held at a time. Where the events between the one that is most out of
/// order and its place are more than that, the logs are read twice if those that are far out of order
/// are few, or else a part of their time at a time, as often as there are parts. Where even a few
/// minutes hold more, what cannot be put in order is given out as it comes. Gives back how often the
/// logs were read.
///
/// # Errors
/// The first error of `read`, after what was read before it is given out.
pub fn in_order<E>(
    watch: &OrderWatch,
    capacity: usize,
    read: &mut dyn FnMut(&mut EventTaker<'_>) -> Result<(), E>,
    sink: &mut EventTaker<'_>,
) -> Result<u64, E> {
    let counts = watch.counts();
    let room = u64::try_from(capacity).unwrap_or(u64::MAX);
    if watch.most_within(watch.most_behind, &counts) <= room {
        let minutes = u32::try_from(watch.most_behind / MINUTE + 1).unwrap_or(u32::MAX);
        let mut reorder = Reorder::new(minutes, capacity).giving_late();
        let ended = read(&mut |event| reorder.push(event, sink));
        reorder.finish(sink);
        return ended.map(|()| 1);
    }
    let near = watch.most_within(Micros::from(NEAR) * MINUTE, &counts);
    if near.saturating_add(watch.far_behind) <= room {
        return late_apart(read, sink).map(|()| 2);
    }
    let cuts = watch.cuts(&counts, room);
    let mut begin = Micros::MIN;
    for (end, number) in cuts.into_iter().chain([Micros::MAX]).zip(1..) {
        let last = end == Micros::MAX;
        let mut reorder = Reorder::new(u32::MAX, capacity).giving_late();
        let ended = read(&mut |event| {
            let time = event.time().micros();
            if begin <= time && (time < end || last) {
                reorder.push(event, sink);
            }
        });
        reorder.finish(sink);
        ended?;
        if last {
            return Ok(number);
        }
        begin = end;
    }
    Ok(0)
}

/// Holds all that is far behind, and puts each in its place when the rest is read again. Of events of
/// one time those that are far behind come last.
fn late_apart<E>(
    read: &mut dyn FnMut(&mut EventTaker<'_>) -> Result<(), E>,
    sink: &mut EventTaker<'_>,
) -> Result<(), E> {
    let mut late: Vec<Box<OwnedEvent>> = Vec::new();
    let mut newest = Micros::MIN;
    read(&mut |event| {
        newest = newest.max(event.time().micros());
        if is_far_behind(event.time().micros(), newest) {
            late.push(Box::new(event.into()));
        }
    })?;
    late.sort_by_key(|event| event.as_event().time());
    let mut late = late.into_iter().peekable();
    let mut give = |event: Event<'_>| {
        while let Some(late) = late.next_if(|late| late.as_event().time() < event.time()) {
            sink(late.as_event());
        }
        sink(event);
    };
    let mut reorder = Reorder::new(NEAR + 1, usize::MAX).giving_late();
    newest = Micros::MIN;
    let ended = read(&mut |event| {
        newest = newest.max(event.time().micros());
        if !is_far_behind(event.time().micros(), newest) {
            reorder.push(event, &mut give);
        }
    });
    reorder.finish(&mut give);
    late.for_each(|event| sink(event.as_event()));
    ended
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use sidestep::event::{Account, AuthEvent, Host};

    const HOUR: Micros = 60 * MINUTE;

    /// What is given out of logs with events of these times, each with its number, and how often they
    /// were read.
    fn given(times: &[Micros], capacity: usize) -> (Vec<(Micros, u64)>, u64) {
        let mut watch = OrderWatch::default();
        times.iter().for_each(|time| watch.observe(Timestamp::from_micros(*time)));
        let mut given = Vec::new();
        let mut read = |sink: &mut EventTaker<'_>| {
            for (time, number) in times.iter().zip(0..) {
                let event =
                    AuthEvent::builder(Timestamp::from_micros(*time), Account::new("alice"))
                        .dst_host(Host::named("FILES"))
                        .raw_ref(number)
                        .build()
                        .unwrap();
                sink(Event::Auth(&event));
            }
            Ok::<(), ()>(())
        };
        let passes = in_order(&watch, capacity, &mut read, &mut |event| {
            given.push((event.time().micros(), event.auth().and_then(AuthEvent::raw_ref).unwrap()));
        });
        (given, passes.unwrap())
    }

    fn sorted(times: &[Micros]) -> Vec<(Micros, u64)> {
        let mut sorted: Vec<_> = times.iter().copied().zip(0..).collect();
        sorted.sort_unstable();
        sorted
    }

    #[test]
    fn a_watch_knows_how_far_events_are_behind() {
        let mut watch = OrderWatch::default();
        for (time, behind) in [(5, 0), (9, 0), (9, 0), (7, 2), (30, 0), (8, 22), (31, 22)] {
            watch.observe(Timestamp::from_micros(time * HOUR));
            assert!(watch.most_behind >= behind * HOUR);
        }
        assert_eq!(watch.most_behind, 22 * HOUR);
    }

    #[test]
    fn spans_grow_where_there_are_many() {
        let mut watch = OrderWatch::default();
        let times = (0..200_000).map(|number| (number * 7919 % 200_000) * HOUR);
        times.for_each(|time| watch.observe(Timestamp::from_micros(time)));
        let counts = watch.counts();
        assert!(counts.len() <= MOST_SPANS + 1 && watch.width > HOUR, "{}", counts.len());
        assert_eq!(counts.iter().map(|(_, count)| count).sum::<u64>(), 200_000);
        assert!(counts.is_sorted());
    }

    #[test]
    fn a_log_in_parts_is_read_as_often_as_memory_needs() {
        // The last third first, then the rest.
        let times: Vec<_> = (60..90).chain(0..60).map(|hour| hour * HOUR).collect();
        assert_eq!(given(&times, 1000), (sorted(&times), 1));
        let (events, passes) = given(&times, 10);
        assert_eq!(events, sorted(&times));
        assert_eq!(passes, 9);
        // Few are far behind: they are held apart.
        let few: Vec<_> = (10..90).chain([3, 7]).chain(90..99).map(|hour| hour * HOUR).collect();
        assert_eq!(given(&few, 20), (sorted(&few), 2));
        // What is out of order by little needs little.
        let near: Vec<_> = (0..90).map(|hour| (hour ^ 1) * HOUR).collect();
        assert_eq!(given(&near, 40), (sorted(&near), 1));
        // A span that holds more than there is room for loses nothing.
        let dense: Vec<_> = (0..100).map(|second| (99 - second) * 1_000_000).collect();
        assert_eq!(given(&dense, 10).0.len(), 100);
    }

    proptest! {
        #[test]
        fn any_order_becomes_that_of_time(
            hours in proptest::collection::vec(0..2000_i64, 0..300),
            capacity in 20..400_usize,
        ) {
            let times: Vec<_> = hours.iter().map(|hour| hour * HOUR / 2).collect();
            // Of one time there are fewer than can be held, so that each is in its place.
            let mut count = BTreeMap::new();
            times.iter().for_each(|time| *count.entry(*time).or_insert(0_usize) += 1);
            prop_assume!(count.values().all(|count| *count < 20));
            prop_assert_eq!(given(&times, capacity).0, sorted(&times));
        }
    }
}
