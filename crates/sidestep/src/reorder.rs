//! Puts events in order of time that come a little out of it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::event::{Event, OwnedEvent, Timestamp};
use crate::time::MINUTE;

/// Holds events back until no earlier one is to be expected, and gives them out in order of time.
///
/// Several logs read together, or one that several machines write to, are out of order by a little.
/// An [`Engine`](crate::Engine) takes such events as they come; with this in front of it the same
/// events in any order, if each is later than it should be by no more than the given time, give the
/// same alerts. What comes later than that is counted and not given out.
///
/// ```
/// use sidestep::{Account, AuthEvent, Config, Engine, Host, Reorder};
///
/// let mut engine = Engine::new(Config::default());
/// let mut reorder = Reorder::new(5, 1 << 20);
/// for minute in [2, 1, 3] {
///     let event = AuthEvent::builder(minute * 60_000_000, Account::new("alice"))
///         .dst_host(Host::named("FILES"))
///         .build()?;
///     reorder.push(&event, &mut |event| {
///         engine.process(event);
///     });
/// }
/// reorder.finish(&mut |event| {
///     engine.process(event);
/// });
/// assert_eq!((engine.metrics().events, reorder.late()), (3, 0));
/// # Ok::<(), sidestep::EventError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Reorder {
    held: BinaryHeap<Reverse<OwnedEvent>>,
    lateness: Timestamp,
    capacity: usize,
    newest: Timestamp,
    /// Time of the last event given out.
    given: Timestamp,
    late: u64,
    early: u64,
}

impl Reorder {
    /// Holds events for `minutes` of their own time, and at most `capacity` of them.
    #[must_use]
    pub const fn new(minutes: u32, capacity: usize) -> Self {
        Self {
            held: BinaryHeap::new(),
            lateness: minutes as Timestamp * MINUTE,
            capacity,
            newest: 0,
            given: 0,
            late: 0,
            early: 0,
        }
    }

    /// Takes one event, and gives to `sink` those that no event may precede any more.
    pub fn push<'e>(&mut self, event: impl Into<Event<'e>>, sink: &mut dyn FnMut(Event<'_>)) {
        let event = event.into();
        let time = event.time();
        if time < self.given {
            self.late += 1;
            return;
        }
        self.held.push(Reverse(event.into()));
        self.newest = self.newest.max(time);
        let ripe = self.newest - self.lateness;
        while let Some(Reverse(first)) = self.held.peek() {
            let is_ripe = first.as_event().time() < ripe;
            if !is_ripe && self.held.len() <= self.capacity {
                break;
            }
            self.early += u64::from(!is_ripe);
            self.give(sink);
        }
    }

    /// Gives out all that is held.
    pub fn finish(&mut self, sink: &mut dyn FnMut(Event<'_>)) {
        while !self.held.is_empty() {
            self.give(sink);
        }
    }

    fn give(&mut self, sink: &mut dyn FnMut(Event<'_>)) {
        if let Some(Reverse(first)) = self.held.pop() {
            let event = first.as_event();
            self.given = event.time();
            sink(event);
        }
    }

    /// Events that came too late and were not given out.
    #[must_use]
    pub const fn late(&self) -> u64 {
        self.late
    }

    /// Events given out before their time because too many were held.
    #[must_use]
    pub const fn early(&self) -> u64 {
        self.early
    }
}
