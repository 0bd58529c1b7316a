//! Puts events in order of time that come a little out of it.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::event::{Event, OwnedEvent, Timestamp};
use crate::time::{MINUTE, Micros};

/// Holds events back until no earlier one is to be expected, and gives them out in order of time.
/// Events of the same time keep the order in which they came, which is that of the log.
///
/// Several logs read together, or one that several machines write to, are out of order by a little.
/// An [`Engine`](crate::Engine) takes such events as they come; with this in front of it the same
/// events in any order that keeps those of one time in theirs, if each is later than it should be by
/// no more than the given time, give the same alerts. What comes later than that is counted and not
/// given out, unless [`giving_late`](Reorder::giving_late) says otherwise.
///
/// ```
/// use sidestep::event::{Account, AuthEvent, Host, Reorder};
/// use sidestep::{Config, Engine, Timestamp};
///
/// let mut engine = Engine::new(Config::default());
/// let mut reorder = Reorder::new(5, 1 << 20);
/// for minute in [2, 1, 3] {
///     let event = AuthEvent::builder(Timestamp::from_secs(60 * minute), Account::new("alice"))
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
/// # Ok::<(), sidestep::event::EventError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Reorder {
    held: BinaryHeap<Held>,
    /// Number of the next event.
    next: u64,
    gives_late: bool,
    lateness: Micros,
    capacity: usize,
    newest: Micros,
    /// Time of the last event given out.
    given: Micros,
    late: u64,
    early: u64,
}

/// An event that is held, the earliest the greatest; behind a pointer, for a heap moves what it holds.
#[derive(Debug, Clone)]
struct Held {
    time: Micros,
    number: u64,
    event: Box<OwnedEvent>,
}

impl Ord for Held {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.time, other.number).cmp(&(self.time, self.number))
    }
}

impl PartialOrd for Held {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Held {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Held {}

impl Reorder {
    /// Holds events for `minutes` of their own time, and at most `capacity` of them.
    #[must_use]
    pub const fn new(minutes: u32, capacity: usize) -> Self {
        Self {
            held: BinaryHeap::new(),
            next: 0,
            gives_late: false,
            lateness: minutes as Micros * MINUTE,
            capacity,
            newest: 0,
            given: 0,
            late: 0,
            early: 0,
        }
    }

    /// Gives out as it comes what comes too late to be put in order, and does not count it: for an
    /// engine, which takes what is late by a little.
    #[must_use]
    pub const fn giving_late(mut self) -> Self {
        self.gives_late = true;
        self
    }

    /// Goes on where another was left that had given out events up to this time; what it held is to be
    /// pushed first, in the order of [`held`](Reorder::held).
    #[must_use]
    pub const fn resuming(mut self, given: Timestamp) -> Self {
        self.given = given.micros();
        self
    }

    /// The events that are held, in the order in which they are to be given out.
    #[must_use]
    pub fn held(&self) -> Vec<Event<'_>> {
        let mut held: Vec<&Held> = self.held.iter().collect();
        held.sort_unstable_by(|a, b| b.cmp(a));
        held.into_iter().map(|held| held.event.as_event()).collect()
    }

    /// The time of the last event given out, 1970 where none was.
    #[must_use]
    pub const fn given(&self) -> Timestamp {
        Timestamp::from_micros(self.given)
    }

    /// Takes one event, and gives to `sink` those that no event may precede any more.
    pub fn push<'e>(&mut self, event: impl Into<Event<'e>>, sink: &mut dyn FnMut(Event<'_>)) {
        let event = event.into();
        let time = event.micros();
        if time < self.given {
            if self.gives_late {
                sink(event);
            } else {
                self.late += 1;
            }
            return;
        }
        self.held.push(Held { time, number: self.next, event: Box::new(event.into()) });
        self.next += 1;
        self.newest = self.newest.max(time);
        let ripe = self.newest - self.lateness;
        while let Some(first) = self.held.peek() {
            let is_ripe = first.time < ripe;
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
        if let Some(first) = self.held.pop() {
            self.given = first.time;
            sink(first.event.as_event());
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
