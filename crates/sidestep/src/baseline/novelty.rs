//! How often something draws a value that it never drew before.

use serde::{Deserialize, Serialize};

use crate::time::Day;

/// Values are counted apart up to this many days; beyond it a value is a habit.
const RARE: usize = 4;

/// Statistics of one conditional distribution, such as the destinations of an account. A draw is
/// one value on one day: how often a login repeats within a day says nothing of what is normal.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Novelty {
    /// Days with a draw, forgotten with the configured half-life.
    days: f32,
    /// The last such day.
    last_day: Day,
    /// Values drawn on exactly 1, 2, 3, 4 days.
    rare: [u32; RARE],
    /// Values drawn.
    distinct: u32,
}

/// How often anything of one kind draws something new: what is expected of one that little is
/// known of. Kept for each conditional distribution over the whole network.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Population {
    /// Days with a draw, of all of the kind.
    days: f64,
    /// Values drawn for the first time, but for the first day's of each.
    news: f64,
}

/// New values that a prior stands for. Well below one: most draw nothing new for weeks, a few do
/// so daily.
const PRIOR_NEWS: f64 = 0.25;

impl Default for Population {
    fn default() -> Self {
        // Until something is known: one new value in ten days.
        Self { days: 10.0, news: 1.0 }
    }
}

impl Population {
    pub(crate) fn decay(&mut self, factor: f64) {
        self.days *= factor;
        self.news *= factor;
    }

    /// New values a day.
    fn rate(&self) -> f64 {
        ((self.news + 0.1) / (self.days + 1.0)).clamp(1e-4, 1.0)
    }
}

impl Novelty {
    /// Probability that a day brings a value never drawn.
    ///
    /// It is Good's estimate of the unseen mass, `N1 / n` (Biometrika 40, 1953), times the draws
    /// of a day, drawn toward the rate `m` of the population by a Gamma prior of shape
    /// `c = 0.25`: `(c + N1) / (c / m + days)`. By the day and not by the draw, because a backup
    /// has a hundred chances a day to meet a new host and a person has five. The first day of
    /// anything is all new, so it says nothing: 1.
    pub(crate) fn p_new(&self, population: &Population) -> f64 {
        self.p_rare(0, population)
    }

    /// Probability that a day brings a value drawn on at most `days` days.
    pub(crate) fn p_seen(&self, days: u16, population: &Population) -> f64 {
        if usize::from(days) > RARE { 1.0 } else { self.p_rare(usize::from(days), population) }
    }

    /// The unseen mass, which the values drawn once stand for, and that of the values drawn on up
    /// to `familiar` days, each of which stands for as many draws.
    fn p_rare(&self, familiar: usize, population: &Population) -> f64 {
        if self.days < 1.0 {
            return 1.0;
        }
        let seen: u32 = (1..).zip(self.rare).take(familiar).map(|(j, n)| j * n).sum();
        let mass = f64::from(self.rare[0] + seen);
        let prior_days = PRIOR_NEWS / population.rate();
        ((PRIOR_NEWS + mass) / (prior_days + f64::from(self.days))).min(1.0)
    }

    /// Takes in a draw on `today` of a value that was drawn on `days` days before.
    pub(crate) fn observe(&mut self, days: u16, today: Day, population: &mut Population) {
        let is_first = self.distinct == 0;
        if is_first || today > self.last_day {
            self.days += 1.0;
            self.last_day = today;
            population.days += 1.0;
        }
        if days == 0 && self.days > 1.0 {
            population.news += 1.0;
        }
        let days = usize::from(days);
        if days == 0 {
            self.distinct += 1;
        } else if days <= RARE {
            self.rare[days - 1] = self.rare[days - 1].saturating_sub(1);
        }
        if days < RARE {
            self.rare[days] += 1;
        }
    }

    /// Takes back a value that is no longer remembered.
    pub(crate) fn forget(&mut self, days: u16) {
        self.distinct = self.distinct.saturating_sub(1);
        if let Some(rare) = usize::from(days).checked_sub(1).and_then(|at| self.rare.get_mut(at)) {
            *rare = rare.saturating_sub(1);
        }
    }

    pub(crate) fn decay(&mut self, factor: f32) {
        self.days *= factor;
    }

    pub(crate) fn distinct(&self) -> u32 {
        self.distinct
    }
}
