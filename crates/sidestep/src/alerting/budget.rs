//! As many alerts a day as somebody can read.

use serde::{Deserialize, Serialize};

use crate::fading::days_faded;
use crate::score::histogram::{Histogram, edge};
use crate::store::MAX_COUNT;
use crate::time::{Day, Micros, days_between};
use crate::tuning::budget::{BEHIND_DAYS, MOST_RATE, ROOM, SHORT, TAIL_MOVEMENTS};
use crate::tuning::{BIN_NATS, HISTOGRAM_HALF_LIFE_DAYS};

/// Bins of movement scores.
const BINS: usize = 1200;

/// Sets the threshold from how many movements a day reached each score, and holds the number of
/// alerts to the budget by raising the threshold when ahead of it and lowering it when behind.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Budget {
    alerts_per_day: f64,
    /// Movements by the highest score that they reached, weighted by age.
    peaks: Histogram,
    /// The first day of them, and today.
    first: Option<Day>,
    today: Day,
    /// First event that could raise an alert.
    since: Option<Micros>,
    emitted: u64,
}

impl Budget {
    pub(crate) fn new(alerts_per_day: f64) -> Self {
        let peaks = Histogram::new(BINS);
        Self { alerts_per_day, peaks, first: None, today: 0, since: None, emitted: 0 }
    }

    /// Whether the saved parts fit together, and with the alerts that are asked for.
    pub(crate) fn is_sound(&self, alerts_per_day: f64, today: Day) -> bool {
        self.peaks.is_sound(BINS, today)
            && self.alerts_per_day == alerts_per_day
            && self.today == today
            && self.first.is_none_or(|first| first <= today)
            && self.emitted <= MAX_COUNT
    }

    /// Begins a day. Those before it had movements or not.
    pub(crate) fn begin_day(&mut self, day: Day) {
        self.first.get_or_insert(day);
        self.today = day;
        self.peaks.advance_to(day);
    }

    /// Takes in the movements of two parts of a stream, until the same day. How many alerts were raised by each does
    /// not matter for what may be raised from now on.
    pub(crate) fn join(&mut self, a: &Self, b: &Self) {
        self.first = [a.first, b.first].into_iter().flatten().min();
        self.today = a.today;
        self.peaks.advance_to(self.today);
        self.peaks.join(&a.peaks);
        self.peaks.join(&b.peaks);
    }

    /// Days that the statistics stand for, weighted by age.
    fn days(&self) -> f64 {
        let days = self.first.map_or(0, |first| self.today - first);
        days_faded(days.into(), HISTOGRAM_HALF_LIFE_DAYS)
    }

    /// A movement that had reached `from` (0 if it is new) on `opened` reached `to`.
    pub(crate) fn risen(&mut self, from: f64, to: f64, opened: Day) {
        let counted = |nats| Some(self.peaks.bin(nats)).filter(|bin| *bin > 0);
        let (from, to) = (counted(from), counted(to));
        self.peaks.shift(from, to, opened);
    }

    /// Expected number of movements a day that reach `score`.
    pub(crate) fn rate_of(&self, score: f64) -> f64 {
        let beyond = self.peaks.beyond(self.peaks.bin(score));
        let days = self.days().max(1.0);
        if beyond >= 2.0 {
            return beyond / days;
        }
        // Beyond the second highest the tail falls exponentially, by the mean excess of the
        // highest dozen.
        let (edge, count, scale) = self.tail(TAIL_MOVEMENTS);
        let at_edge = count.max(1.0) / days;
        (at_edge * (-(score - edge).max(0.0) / scale).exp()).min(2.0_f64.max(beyond) / days)
    }

    /// Edge beyond which about `wanted` movements lie, their number, and their mean excess.
    fn tail(&self, wanted: f64) -> (f64, f64, f64) {
        let (mut count, mut excess, mut first) = (0.0, 0.0, 0);
        for at in (1..BINS).rev() {
            if count >= wanted {
                break;
            }
            // Everything beyond lies one bin further from the new edge.
            excess += count * BIN_NATS + self.peaks.count(at) * BIN_NATS / 2.0;
            count += self.peaks.count(at);
            first = at;
        }
        (edge(first), count, ((excess + 4.0) / (count + 1.0)).max(1.0))
    }

    /// The score that about `rate` movements a day reach.
    fn quantile(&self, rate: f64) -> f64 {
        let wanted = rate * self.days().max(1.0);
        if wanted < 2.0 {
            let (edge, count, scale) = self.tail(TAIL_MOVEMENTS);
            return edge + scale * (count.max(1.0) / wanted.max(1e-9)).ln().max(0.0);
        }
        let mut count = 0.0;
        for at in (1..BINS).rev() {
            let next = count + self.peaks.count(at);
            if next >= wanted {
                let part = (next - wanted) / self.peaks.count(at);
                return (at as f64 + part) * BIN_NATS;
            }
            count = next;
        }
        BIN_NATS
    }

    /// From now on alerts may be raised.
    pub(crate) fn start(&mut self, now: Micros) {
        self.since.get_or_insert(now);
    }

    pub(crate) const fn since(&self) -> Option<Micros> {
        self.since
    }

    /// Alerts asked for until `now`.
    fn asked(&self, now: Micros) -> f64 {
        self.since.map_or(0.0, |since| self.alerts_per_day * days_between(since, now))
    }

    /// The score that a movement must reach to be alerted on now.
    pub(crate) fn threshold(&self, now: Micros) -> f64 {
        let behind = self.asked(now) - self.emitted as f64;
        let rate =
            self.alerts_per_day * (behind / (BEHIND_DAYS * self.alerts_per_day).max(1.0)).exp();
        self.quantile(rate.clamp(self.alerts_per_day / MOST_RATE, self.alerts_per_day * MOST_RATE))
    }

    /// Whether one more alert stays within the budget, whatever its score.
    pub(crate) fn has_room(&self, now: Micros) -> bool {
        (self.emitted + 1) as f64 <= (ROOM * self.asked(now) + 0.5).max(1.0)
    }

    /// Whether so few were raised that the best of what there is should be.
    pub(crate) fn is_short(&self, now: Micros) -> bool {
        ((self.emitted + 1) as f64) < SHORT * self.asked(now)
    }

    pub(crate) fn emitted(&mut self) {
        self.emitted += 1;
    }
}
