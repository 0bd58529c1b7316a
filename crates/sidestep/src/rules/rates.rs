//! Small statistics that several rules have in common: how often something is so, and how many
//! different things are met within an hour.

use serde::{Deserialize, Serialize};

use crate::store::{Id, IdSet, TtlMap, heap};
use crate::time::Micros;
use crate::tuning::Span;
use crate::tuning::rates::{HOURLY, IN_ATTACKS, LEAST, MEMORY, PRIOR, REMEMBERED, TOLD_APART};

/// Nats of something that is so with this probability where all is well; none where they are too few
/// to speak of.
pub(crate) fn nats(probability: f64) -> Option<f64> {
    let nats = (IN_ATTACKS / probability.max(f64::MIN_POSITIVE)).ln();
    (nats >= LEAST).then_some(nats)
}

/// How often something was so, and how often it could have been.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Habit {
    so: f32,
    of: f32,
}

impl Habit {
    /// Counts once more.
    pub(crate) fn observe(&mut self, so: bool) {
        if self.of >= MEMORY {
            self.so /= 2.0;
            self.of /= 2.0;
        }
        self.so += f32::from(u8::from(so));
        self.of += 1.0;
    }

    /// Adds what another part of the stream counted.
    pub(crate) fn join(&mut self, other: Self) {
        self.so += other.so;
        self.of += other.of;
    }

    /// Probability that it is so, with [`PRIOR`] observations of the probability in a wider circle.
    pub(crate) fn probability(&self, wider: f64) -> f64 {
        (f64::from(self.so) + PRIOR * wider) / (f64::from(self.of) + PRIOR)
    }
}

/// The different things that one met within an hour, or another span, and how many in those before.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Hours {
    since: Micros,
    met: IdSet,
    /// Things beyond the first, over all hours that ended.
    more: f32,
    hours: f32,
}

impl Hours {
    fn mean(&self, wider: f64) -> f64 {
        (f64::from(self.more) + PRIOR * wider) / (f64::from(self.hours) + PRIOR)
    }

    fn take(&mut self, more: f32) {
        if self.hours >= MEMORY {
            self.more /= 2.0;
            self.hours /= 2.0;
        }
        self.more += more;
        self.hours += 1.0;
    }
}

/// How many different things each met within an hour, or another span. How many there are beyond the first is taken to
/// be geometric, with a mean of one's own hours and of the network's.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Variety {
    by_id: TtlMap<Id, Hours>,
    network: Hours,
}

heap! {
    Variety { by_id, network }
    Hours { met }
    Habit {}
}

impl Variety {
    /// `who` meets `what`: how many things he met within the hour and the nats of that, where it is a
    /// new one and they are worth telling. `newness` is what is added to the mean because little is
    /// known of him yet.
    pub(crate) fn observe(
        &mut self,
        who: Id,
        what: Id,
        time: Micros,
        newness: f64,
    ) -> Option<(usize, f64)> {
        self.observe_within(&HOURLY, [who, what], time, newness)
    }

    /// The same within another span, which must be the same at each call.
    pub(crate) fn observe_within(
        &mut self,
        span: &Span,
        [who, what]: [Id; 2],
        time: Micros,
        newness: f64,
    ) -> Option<(usize, f64)> {
        let wider = self.network.mean(span.mean);
        let hours = self.by_id.touch(who, time);
        if time - hours.since >= span.length {
            if !hours.met.is_empty() {
                let more = (hours.met.len() - 1) as f32;
                hours.take(more);
                self.network.take(more);
            }
            hours.met.clear();
            hours.since = time;
        }
        if hours.met.len() >= TOLD_APART || !hours.met.insert(what) {
            return None;
        }
        let count = hours.met.len();
        if count == 1 {
            // Nobody meets less, so that it says nothing.
            return None;
        }
        let mean = hours.mean(wider).max(span.least) + newness;
        let probability = (mean / (1.0 + mean)).powi(count as i32 - 1);
        nats(probability).map(|nats| (count, nats))
    }

    /// Forgets those who were not seen for long.
    pub(crate) fn forget(&mut self, now: Micros) {
        self.by_id.forget(now - REMEMBERED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{HOUR, SECOND};
    use crate::tuning::rates::AT_ONCE;

    #[test]
    fn what_was_never_so_is_telling_and_what_often_was_is_not() {
        let mut never = Habit::default();
        assert!(nats(never.probability(0.5)).is_none(), "nothing is known");
        (0..50).for_each(|_| never.observe(false));
        assert!(nats(never.probability(0.5)).is_some_and(|nats| nats > 3.0));
        let mut often = Habit::default();
        (0..50).for_each(|at| often.observe(at % 2 == 0));
        assert!(nats(often.probability(0.5)).is_none());
        (0..5000).for_each(|_| often.observe(false));
        assert!(often.of <= MEMORY && nats(often.probability(0.5)).is_some());
    }

    #[test]
    fn many_things_at_once_are_telling_unless_one_does_so_every_hour() {
        let mut variety = Variety::default();
        let burst = |variety: &mut Variety, who: Id, hour: i64| {
            let at = |what| hour * HOUR + Micros::from(what);
            (0..20).filter_map(|what| variety.observe(who, what, at(what), 0.0)).last()
        };
        let (count, first) = burst(&mut variety, 1, 10).expect("it is told");
        assert_eq!(count, 20);
        assert!(first > 5.0);
        (20..60).for_each(|hour| {
            burst(&mut variety, 1, hour);
        });
        assert_eq!(burst(&mut variety, 1, 70), None, "he does so every hour");
    }

    #[test]
    fn few_things_at_once_are_telling_and_two_never_are() {
        let mut variety = Variety::default();
        let mut meet = |what: Id, seconds: i64| {
            variety.observe_within(&AT_ONCE, [1, what], seconds * SECOND, 0.0)
        };
        (0..500).for_each(|at| assert_eq!(meet(at % 3, 60 * Micros::from(at)), None));
        assert_eq!((meet(7, 40_000), meet(8, 40_001)), (None, None), "two, for the first time");
        let five: Vec<_> = (0..5).filter_map(|at| meet(20 + at, 50_000)).collect();
        assert!(five.last().is_some_and(|(count, nats)| *count == 5 && *nats > 4.0), "{five:?}");
    }
}
