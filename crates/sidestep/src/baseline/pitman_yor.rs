//! How probable the next draw from a distribution over names is, given the draws so far.

use serde::{Deserialize, Serialize};

use crate::fading::{Fade, Faded};
use crate::time::Day;
use crate::tuning::pitman_yor::{CONCENTRATION, DISCOUNT};

/// Statistics of one conditional distribution, such as the destinations of an account. A draw is
/// one login edge on one day in one protocol: how often a login repeats within a day says nothing
/// of what is normal.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Draws {
    /// Draws, forgotten with the configured half-life.
    count: Faded,
    /// Names drawn.
    distinct: u32,
}

impl Draws {
    /// Probability that the next draw is a name drawn `seen` times before, whose base measure is
    /// `base`: the predictive distribution of the Pitman-Yor process (Pitman and Yor, Annals of
    /// Probability 25, 1997), `((c - d)+ + (a + d k) p0) / (n + a)`, as Sanna Passino and Heard
    /// (2019) use it on authentication logs.
    pub(crate) fn predictive(&self, seen: f64, base: f64, fade: &Fade) -> f64 {
        let known = (seen - DISCOUNT).max(0.0);
        let unknown = CONCENTRATION + DISCOUNT * f64::from(self.distinct);
        let count = self.count.value(fade).max(seen);
        ((known + unknown * base) / (count + CONCENTRATION)).min(1.0)
    }

    /// Takes in a draw of a name that is new or not.
    pub(crate) fn observe(&mut self, is_new: bool, fade: &Fade) {
        self.count.add(fade);
        self.distinct += u32::from(is_new);
    }

    /// Takes back a name that is no longer remembered.
    pub(crate) fn forget(&mut self) {
        self.distinct = self.distinct.saturating_sub(1);
    }

    /// Takes back a draw of `day`; of which names that were the last is counted anew.
    pub(super) fn take_of(&mut self, fade: &Fade, day: Day) {
        self.count.take_of(fade, day);
    }

    /// Makes its count smaller: see [`Fade::advance_to`].
    pub(crate) fn shrink(&mut self, digits: u32) {
        self.count.shrink(digits);
    }

    /// Adds what another part of the stream drew, at the same day. How many names that were has to be
    /// counted anew.
    pub(super) fn join(&mut self, other: Self) {
        self.count.join(other.count);
    }

    /// Begins to count names anew.
    pub(super) fn forget_known(&mut self) {
        self.distinct = 0;
    }

    /// Counts a name that was drawn.
    pub(super) fn know(&mut self) {
        self.distinct += 1;
    }

    pub(crate) fn distinct(&self) -> u32 {
        self.distinct
    }

    /// Share of draws that were new names.
    pub(crate) fn news(&self, fade: &Fade) -> f64 {
        (f64::from(self.distinct) / self.count.value(fade).max(1.0)).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_probabilities_of_all_names_sum_to_one(
            counts in prop::collection::vec(1_u16..40, 0..30),
        ) {
            let (mut draws, fade) = (Draws::default(), Fade::narrow(30.0));
            for &count in &counts {
                (0..count).for_each(|at| draws.observe(at == 0, &fade));
            }
            // An even base measure over the known names and as many unknown ones.
            let base = 1.0 / (2 * counts.len()).max(1) as f64;
            let known: f64 = counts.iter().map(|&c| draws.predictive(c.into(), base, &fade)).sum();
            let unknown = draws.predictive(0.0, base, &fade) * counts.len().max(1) as f64;
            prop_assert!((known + unknown - 1.0).abs() < 1e-6, "{known} + {unknown}");
        }

        #[test]
        fn more_familiar_is_more_probable(seen in 0_u16..100, base in 1e-6_f64..1.0) {
            let (mut draws, fade) = (Draws::default(), Fade::narrow(30.0));
            (0..200).for_each(|at| draws.observe(at % 7 == 0, &fade));
            let less = draws.predictive(seen.into(), base, &fade);
            prop_assert!(draws.predictive((seen + 1).into(), base, &fade) >= less);
            prop_assert!(less > 0.0 && less <= 1.0);
        }
    }
}
