//! How often something draws a value that it never drew before.

use serde::{Deserialize, Serialize};

/// Statistics of one conditional distribution, such as the destinations of an account. A draw is
/// one value on one day: how often a login repeats within a day says nothing of what is normal.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Novelty {
    /// Draws, forgotten with the configured half-life.
    draws: f32,
    /// Values drawn on one day only.
    singles: u32,
    /// Values drawn.
    distinct: u32,
}

impl Novelty {
    /// Probability that the next draw is a value never drawn: `(1 + N1) / (1 + n)`, Good's
    /// estimate of the unseen mass (Good, Biometrika 40, 1953) with one draw and one single added,
    /// so that a distribution of which nothing is known expects news.
    pub(crate) fn p_new(&self) -> f64 {
        (f64::from(1 + self.singles) / f64::from(1.0 + self.draws)).min(1.0)
    }

    /// Probability of a value at most as familiar as one drawn on `days` days: the unseen mass
    /// and an equal share for each day of familiarity.
    pub(crate) fn p_seen(&self, days: u16) -> f64 {
        (self.p_new() * f64::from(1 + days)).min(1.0)
    }

    /// Takes in a draw of a value that was drawn on `days` days before.
    pub(crate) fn observe(&mut self, days: u16) {
        self.draws += 1.0;
        match days {
            0 => {
                self.distinct += 1;
                self.singles += 1;
            }
            1 => self.singles = self.singles.saturating_sub(1),
            _ => {}
        }
    }

    /// Takes back a value that is no longer remembered.
    pub(crate) fn forget(&mut self, days: u16) {
        self.distinct = self.distinct.saturating_sub(1);
        if days == 1 {
            self.singles = self.singles.saturating_sub(1);
        }
    }

    pub(crate) fn decay(&mut self, factor: f32) {
        self.draws *= factor;
    }

    pub(crate) fn distinct(&self) -> u32 {
        self.distinct
    }
}
