//! Bursts: more new things of a kind than an actor, and its peers, have in windows of their lengths.
//!
//! A source that touches hosts which it never touched, or tries accounts that never came from it,
//! does so a few at a time all its life. How many it has in a window is taken as Poisson, with a rate
//! that is a gamma variable: the network's windows give its prior by their mean and variance, and the
//! actor's own windows update it, so that the count in one more window is a negative binomial (Gelman
//! et al., *Bayesian Data Analysis*, 3rd edition, section 2.6). The tail from what is seen on, times
//! the number of windows looked at today (Bonferroni), bounds how often a day of the actor shows the
//! like by chance.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::frequency::Actor;
use crate::store::{Id, Portion, heap};
use crate::time::{DAY, Day, HOUR, MINUTE, Micros, day_of};
use crate::tuning::burst::{
    ACTORS, HALF_LIFE_DAYS, KEPT_DAYS, LEAST_KEPT, LEAST_MEAN, LEAST_SHAPE, MOST_SHAPE, STEP,
    THINGS,
};

/// Lengths of the windows, and their names.
const SCALES: [(Micros, &str); 3] =
    [(5 * MINUTE, "five minutes"), (HOUR, "an hour"), (DAY, "a day")];

/// Windows that were looked at, and what was counted in them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Windows {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Windows {
    /// What stands in for a network of which nothing is known yet: a few windows, wide apart.
    const UNKNOWN: Self = Self { count: 8.0, sum: 16.0, squares: 112.0 };

    pub(super) fn add(&mut self, counted: f64) {
        self.count += 1.0;
        self.sum += counted;
        self.squares += counted * counted;
    }

    /// Forgets a little, for every day; gives out whether anything worth keeping is left.
    pub(super) fn forget(&mut self, days: Day) -> bool {
        let kept = (-f64::from(days) / HALF_LIFE_DAYS).exp2();
        self.count *= kept;
        self.sum *= kept;
        self.squares *= kept;
        self.count > LEAST_KEPT
    }

    /// Shape and rate of the gamma whose mean and variance these windows have.
    fn gamma(&self) -> (f64, f64) {
        let count = self.count + Self::UNKNOWN.count;
        let mean = ((self.sum + Self::UNKNOWN.sum) / count).max(f64::MIN_POSITIVE);
        let variance = (self.squares + Self::UNKNOWN.squares) / count - mean * mean;
        let shape = mean * mean / (variance - mean).max(f64::MIN_POSITIVE);
        let shape = shape.clamp(LEAST_SHAPE, MOST_SHAPE);
        (shape, shape / mean)
    }

    /// `-ln` of the chance that one more window of an actor with these windows, on a network with
    /// those of `peers`, holds `counted` or more; in nats.
    pub(super) fn nats(&self, peers: &Self, counted: u32) -> f64 {
        let (shape, rate) = peers.gamma();
        let mean = ((shape + self.sum) / (rate + self.count)).max(LEAST_MEAN);
        -ln_tail((shape + self.sum).min(MOST_SHAPE), mean, counted)
    }
}

/// `ln` of the chance that a negative binomial of this shape and mean is `from` or more.
fn ln_tail(shape: f64, mean: f64, from: u32) -> f64 {
    let q = mean / (mean + shape);
    let step = |at: f64| (at - 1.0 + shape) / at * q;
    let ln_first =
        shape * (1.0 - q).ln() + (1..=from).map(|at| step(f64::from(at)).ln()).sum::<f64>();
    let (mut term, mut sum, mut at) = (1.0, 1.0, f64::from(from));
    // The ratio of two terms comes down to `q`, so that the rest is less than a geometric series.
    for _ in 0..100_000 {
        at += 1.0;
        let ratio = step(at);
        term *= ratio;
        sum += term;
        if ratio < 1.0 && term < 1e-6 * sum * (1.0 - ratio.max(q)) {
            break;
        }
    }
    (ln_first + sum.ln()).min(0.0)
}

/// Something that an actor touched.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Thing {
    id: Id,
    last: Day,
}

/// Windows of one length.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Scale {
    /// Number of the present window since 1970, and the new things in it.
    number: i64,
    counted: u32,
    /// Windows of today in which anything happened.
    looked_at: u32,
    /// Those that have ended.
    ended: Windows,
}

/// What is known of an actor.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Track {
    /// In order of their ids.
    things: Vec<Thing>,
    scales: [Scale; SCALES.len()],
    today: Day,
    /// Nats that were told today, and of whom and where.
    told: f64,
    door: Option<Door>,
}

/// At whose door a burst is laid: the account, where known, and the host.
pub(super) type Door = (Option<Id>, Id);

/// More new things than usual.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Burst {
    /// `-ln` of the share of the actor's days that show the like by chance.
    pub(super) nats: f64,
    /// New things.
    pub(super) things: u32,
    /// Length of the window, in words.
    pub(super) within: &'static str,
    /// Where the first burst of the day was laid: the same again adds nothing.
    pub(super) door: Door,
}

/// The new things of every actor, and what their peers have.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Bursts {
    actors: BTreeMap<Actor, Track>,
    peers: [Windows; SCALES.len()],
    today: Day,
    /// Which part of [`ACTORS`] is remembered.
    #[serde(skip)]
    portion: Portion,
}

heap! {
    Bursts { actors, portion }
    Track { things }
    Thing {}
    Windows {}
}

impl Bursts {
    /// Takes in that `actor` touched `thing`, which is `usual` if something else knows it to be;
    /// gives out a burst that was not told today.
    pub(super) fn observe(
        &mut self,
        actor: Actor,
        thing: Id,
        usual: bool,
        time: Micros,
        door: Door,
    ) -> Option<Burst> {
        self.turn(day_of(time));
        if !self.actors.contains_key(&actor) && self.actors.len() >= self.portion.of(ACTORS) {
            self.make_room();
        }
        let track = self.actors.entry(actor).or_default();
        track.turn(self.today);
        track.open_windows(time, &mut self.peers);
        if !track.is_new(thing, usual) {
            return None;
        }
        let mut most = Burst { nats: 0.0, things: 0, within: "", door };
        for ((scale, peers), (_, within)) in track.scales.iter_mut().zip(&self.peers).zip(SCALES) {
            scale.counted += 1;
            let looks = (SCALES.len() as u32 * scale.looked_at.max(1)) as f64;
            let nats = scale.ended.nats(peers, scale.counted) - looks.ln();
            if nats > most.nats {
                most = Burst { nats, things: scale.counted, within, door };
            }
        }
        if most.nats < track.told + STEP {
            return None;
        }
        track.told = most.nats;
        Some(Burst { door: *track.door.get_or_insert(door), ..most })
    }

    /// Begins a day.
    fn turn(&mut self, day: Day) {
        if day > self.today {
            for windows in &mut self.peers {
                windows.forget(day - self.today);
            }
            self.today = day;
        }
    }

    /// Forgets the actors that were not seen for long; called every hour.
    pub(super) fn forget(&mut self, now: Micros) {
        let since = day_of(now).saturating_sub(KEPT_DAYS);
        if day_of(now) > self.today {
            self.actors.retain(|_, track| track.today >= since);
        }
    }

    /// Forgets the quarter of the actors that was not seen for longest.
    fn make_room(&mut self) {
        let mut order: Vec<(Day, Actor)> =
            self.actors.iter().map(|(actor, track)| (track.today, *actor)).collect();
        order.sort_unstable();
        for (_, actor) in &order[..order.len().div_ceil(4)] {
            self.actors.remove(actor);
        }
    }
}

impl Track {
    fn turn(&mut self, today: Day) {
        if today <= self.today {
            return;
        }
        for scale in &mut self.scales {
            scale.ended.forget(today - self.today);
            scale.looked_at = 0;
        }
        let since = today.saturating_sub(KEPT_DAYS);
        self.things.retain(|thing| thing.last >= since);
        self.today = today;
        self.told = 0.0;
        self.door = None;
    }

    /// Ends the windows that are over; what comes late counts in the present one.
    fn open_windows(&mut self, time: Micros, peers: &mut [Windows; SCALES.len()]) {
        for ((scale, peers), (length, _)) in self.scales.iter_mut().zip(peers).zip(SCALES) {
            let number = time.div_euclid(length);
            if scale.looked_at > 0 && number <= scale.number {
                continue;
            }
            // A window that is the actor's first has none before it.
            if scale.number > 0 {
                scale.ended.add(f64::from(scale.counted));
                peers.add(f64::from(scale.counted));
            }
            scale.number = number.max(scale.number);
            scale.counted = 0;
            scale.looked_at += 1;
        }
    }

    /// Whether the actor never touched a thing, and there is room to remember it.
    fn is_new(&mut self, thing: Id, usual: bool) -> bool {
        let today = self.today;
        let at = match self.things.binary_search_by_key(&thing, |thing| thing.id) {
            Ok(at) => {
                self.things[at].last = today;
                return false;
            }
            Err(at) => at,
        };
        if usual {
            return false;
        }
        if self.things.len() < THINGS {
            self.things.insert(at, Thing { id: thing, last: today });
            return true;
        }
        let oldest = self.things.iter().enumerate().min_by_key(|(_, thing)| thing.last);
        let Some((oldest, _)) = oldest.filter(|(_, thing)| thing.last < today) else {
            return false;
        };
        self.things.remove(oldest);
        let at = if oldest < at { at - 1 } else { at };
        self.things.insert(at, Thing { id: thing, last: today });
        true
    }
}

#[cfg(test)]
mod tests;
