//! How probable the next draw from a distribution over names is, given the draws so far.

use crate::tuning::pitman_yor::{CONCENTRATION, DISCOUNT};
use serde::{Deserialize, Serialize};

/// Statistics of one conditional distribution, such as the destinations of an account. A draw is
/// one login edge on one day in one protocol: how often a login repeats within a day says nothing
/// of what is normal.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Draws {
    /// Draws, forgotten with the configured half-life.
    count: f32,
    /// Names drawn.
    distinct: u32,
}

impl Draws {
    /// Probability that the next draw is a name drawn `seen` times before, whose base measure is
    /// `base`: the predictive distribution of the Pitman-Yor process (Pitman and Yor, Annals of
    /// Probability 25, 1997), `((c - d)+ + (a + d k) p0) / (n + a)`, as Sanna Passino and Heard
    /// (2019) use it on authentication logs.
    pub(crate) fn predictive(&self, seen: f32, base: f64) -> f64 {
        let known = (f64::from(seen) - DISCOUNT).max(0.0);
        let unknown = CONCENTRATION + DISCOUNT * f64::from(self.distinct);
        let count = f64::from(self.count).max(f64::from(seen));
        ((known + unknown * base) / (count + CONCENTRATION)).min(1.0)
    }

    /// Takes in a draw of a name that is new or not.
    pub(crate) fn observe(&mut self, is_new: bool) {
        self.count += 1.0;
        self.distinct += u32::from(is_new);
    }

    /// Takes back a name that is no longer remembered.
    pub(crate) fn forget(&mut self) {
        self.distinct = self.distinct.saturating_sub(1);
    }

    pub(crate) fn decay(&mut self, factor: f32) {
        self.count *= factor;
    }

    pub(crate) fn distinct(&self) -> u32 {
        self.distinct
    }

    /// Share of draws that were new names.
    pub(crate) fn news(&self) -> f64 {
        (f64::from(self.distinct) / f64::from(self.count.max(1.0))).min(1.0)
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
            let mut draws = Draws::default();
            for &count in &counts {
                (0..count).for_each(|at| draws.observe(at == 0));
            }
            // An even base measure over the known names and as many unknown ones.
            let base = 1.0 / (2 * counts.len()).max(1) as f64;
            let known: f64 = counts.iter().map(|&c| draws.predictive(f32::from(c), base)).sum();
            let unknown = draws.predictive(0.0, base) * counts.len().max(1) as f64;
            prop_assert!((known + unknown - 1.0).abs() < 1e-6, "{known} + {unknown}");
        }

        #[test]
        fn more_familiar_is_more_probable(seen in 0_u16..100, base in 1e-6_f64..1.0) {
            let mut draws = Draws::default();
            (0..200).for_each(|at| draws.observe(at % 7 == 0));
            let less = draws.predictive(f32::from(seen), base);
            prop_assert!(draws.predictive(f32::from(seen + 1), base) >= less);
            prop_assert!(less > 0.0 && less <= 1.0);
        }
    }
}
