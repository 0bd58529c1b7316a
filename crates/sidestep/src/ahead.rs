//! Events far ahead of the stream: a clock that is set wrong, or a gap in the log?
//!
//! An event whose time lies more than a week after the newest is set aside. If the stream follows it,
//! there was a gap, and it is taken after all; if the stream goes on where it was, the event is dropped
//! and counted as *future*. So one wrong clock does not make everything that comes later late.

use crate::event::Purpose;
use crate::event::saved::SavedEvent;
use crate::event::{Event, OwnedEvent};
use crate::store::sum_counts;
use crate::time::Micros;
use crate::tuning::{FAR_AHEAD, FOLLOWED_BY, FOLLOWED_FOR, MOST_SET_ASIDE};

/// What is to be done with an event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Admission {
    /// It is part of the stream.
    Take,
    /// It was set aside.
    SetAside,
    /// It was set aside, and the stream follows what was: it is to be taken now.
    Resume(Vec<(OwnedEvent, Purpose)>),
}

/// The events that are set aside.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ahead {
    events: Vec<(OwnedEvent, Purpose)>,
    /// Events that came meanwhile where the stream was.
    against: usize,
    /// Up to where the stream was allowed to jump.
    horizon: Micros,
    /// Events dropped, of all time.
    dropped: u64,
}

impl Ahead {
    /// Events that turned out to lie in the future, of all time.
    pub(crate) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Takes what is not far ahead of `now` any more.
    pub(crate) fn take_until(&mut self, now: Micros) -> Vec<(OwnedEvent, Purpose)> {
        let is_near = |event: &OwnedEvent| event.as_event().micros() - now <= FAR_AHEAD;
        let (near, far) =
            std::mem::take(&mut self.events).into_iter().partition(|(event, _)| is_near(event));
        self.events = far;
        self.against = self.against.min(self.events.len());
        near
    }

    /// Forgets what of it `is_gone`; whether anything was.
    pub(crate) fn forget(&mut self, is_gone: impl Fn(Event<'_>) -> bool) -> bool {
        let before = self.events.len();
        self.events.retain(|(event, _)| !is_gone(event.as_event()));
        self.against = self.against.min(self.events.len());
        self.events.len() < before
    }

    /// What two parts of a stream set aside.
    pub(crate) fn joined(mut self, other: Self) -> Self {
        self.events.extend(other.events);
        self.events.sort_by_key(|(event, _)| event.as_event().micros());
        let surplus = self.events.len().saturating_sub(MOST_SET_ASIDE - 1);
        self.events.truncate(MOST_SET_ASIDE - 1);
        Self {
            events: self.events,
            against: 0,
            horizon: self.horizon.max(other.horizon),
            dropped: sum_counts(sum_counts(self.dropped, other.dropped), surplus as u64),
        }
    }

    /// Decides on an event, where the newest is of `now`: `None` before the first.
    pub(crate) fn admit(
        &mut self,
        event: Event<'_>,
        purpose: Purpose,
        now: Option<Micros>,
    ) -> Admission {
        let is_ahead = now.is_some_and(|now| event.micros() - now.max(self.horizon) > FAR_AHEAD);
        if !is_ahead {
            self.against += usize::from(!self.events.is_empty());
            if self.against > self.events.len() {
                self.dropped += self.events.len() as u64;
                self.events.clear();
                self.against = 0;
            }
            return Admission::Take;
        }
        self.events.push((event.into(), purpose));
        if self.is_followed() { Admission::Resume(self.resume()) } else { Admission::SetAside }
    }

    /// Whether the stream has moved on to where the earliest event is: enough others are of the same week
    /// and not all of one moment, or nothing else comes.
    fn is_followed(&self) -> bool {
        let earliest = self.earliest();
        let near = self.times().filter(|time| time - earliest <= FAR_AHEAD);
        let (count, last) =
            near.fold((0, earliest), |(count, last), time| (count + 1, last.max(time)));
        count >= FOLLOWED_BY && last - earliest >= FOLLOWED_FOR
            || self.events.len() >= MOST_SET_ASIDE
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Lets the stream jump to the earliest of the events, and returns them all.
    pub(crate) fn resume(&mut self) -> Vec<(OwnedEvent, Purpose)> {
        self.horizon = self.earliest();
        self.against = 0;
        std::mem::take(&mut self.events)
    }

    fn times(&self) -> impl Iterator<Item = Micros> {
        self.events.iter().map(|(event, _)| event.as_event().micros())
    }

    fn earliest(&self) -> Micros {
        self.times().min().unwrap_or(self.horizon)
    }

    pub(crate) fn to_saved(&self) -> SavedAhead {
        let events = self
            .events
            .iter()
            .map(|(event, purpose)| (SavedEvent::from(event), *purpose == Purpose::Detect));
        SavedAhead {
            events: events.collect(),
            against: self.against,
            horizon: self.horizon,
            dropped: self.dropped,
        }
    }

    pub(crate) fn from_saved(saved: SavedAhead) -> Result<Self, String> {
        if saved.events.len() >= MOST_SET_ASIDE
            || saved.against > saved.events.len()
            || saved.dropped > crate::store::MAX_COUNT
        {
            return Err("what is set aside does not fit together".to_owned());
        }
        let events = saved.events.into_iter().map(|(event, detect)| {
            Ok((event.into_event()?, if detect { Purpose::Detect } else { Purpose::Learn }))
        });
        Ok(Self {
            events: events.collect::<Result<_, String>>()?,
            against: saved.against,
            horizon: saved.horizon,
            dropped: saved.dropped,
        })
    }
}

/// The same as it is saved.
#[derive(serde::Serialize, serde::Deserialize)]
pub(crate) struct SavedAhead {
    events: Vec<(SavedEvent, bool)>,
    against: usize,
    horizon: Micros,
    dropped: u64,
}
