//! How often what is known and unknown of a login occurs together.

use serde::{Deserialize, Serialize};

use crate::fading::{Fade, FadedSum};
use crate::time::Day;
use crate::tuning::aode::PRIOR;
use crate::tuning::baseline::COMBINATION_HALF_LIFE_DAYS;

/// Aspects of a login.
pub(crate) const ASPECTS: usize = 10;
/// Levels that an aspect may have.
pub(crate) const LEVELS: usize = 9;

/// The level of each aspect.
pub(crate) type Combination = [u8; ASPECTS];

/// Counts of levels, alone and two by two, forgotten with time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Combinations {
    fade: Fade,
    total: FadedSum,
    alone: Vec<FadedSum>,
    pairs: Vec<FadedSum>,
}

fn at(aspect: usize, levels: &Combination) -> usize {
    aspect * LEVELS + usize::from(levels[aspect])
}

impl Combinations {
    pub(crate) fn new() -> Self {
        let cells = ASPECTS * LEVELS;
        Self {
            fade: Fade::wide(COMBINATION_HALF_LIFE_DAYS),
            total: FadedSum::default(),
            alone: vec![FadedSum::default(); cells],
            pairs: vec![FadedSum::default(); cells * cells],
        }
    }

    /// Whether the saved parts fit together.
    pub(crate) fn is_sound(&self, today: Day) -> bool {
        let cells = ASPECTS * LEVELS;
        self.alone.len() == cells
            && self.pairs.len() == cells * cells
            && self.fade.is_wide(COMBINATION_HALF_LIFE_DAYS, today)
    }

    pub(crate) fn observe(&mut self, levels: &Combination) {
        self.total.add(&self.fade);
        for one in 0..ASPECTS {
            let one = at(one, levels);
            self.alone[one].add(&self.fade);
            let row = one * ASPECTS * LEVELS;
            for other in 0..ASPECTS {
                self.pairs[row + at(other, levels)].add(&self.fade);
            }
        }
    }

    fn counts_mut(&mut self) -> impl Iterator<Item = &mut FadedSum> {
        std::iter::once(&mut self.total).chain(&mut self.alone).chain(&mut self.pairs)
    }

    pub(crate) fn advance_to(&mut self, day: Day) {
        let digits = self.fade.advance_to(day);
        if digits > 0 {
            self.counts_mut().for_each(|count| count.shrink(digits));
        }
    }

    /// Lets every count stand for 2^`digits` as many.
    pub(crate) fn grow(&mut self, digits: u32) {
        self.counts_mut().for_each(|count| count.grow(digits));
    }

    /// Adds what another part of the stream counted, at the same day.
    pub(super) fn join(&mut self, mut other: Self) {
        self.counts_mut().zip(other.counts_mut()).for_each(|(count, more)| count.join(*more));
    }

    /// Probability of exactly this combination: the mean over the aspects of
    /// `P(x_i) prod_j P(x_j | x_i)` (averaged one-dependence estimators: Webb, Boughton and Wang,
    /// Machine Learning 58, 2005), each conditional drawn towards the aspect's own distribution.
    pub(crate) fn probability(&self, levels: &Combination) -> f64 {
        let draws_of_unit = self.fade.draws_of_unit();
        let draws = |count: FadedSum| count.scaled(draws_of_unit);
        let total = draws(self.total) + 2.0;
        let cells: [usize; ASPECTS] = std::array::from_fn(|aspect| at(aspect, levels));
        let counts = cells.map(|cell| draws(self.alone[cell]));
        let own = counts.map(|count| (count + 0.5) / total);
        let less = counts.map(|count| count + PRIOR);
        let rows = cells.map(|cell| &self.pairs[cell * ASPECTS * LEVELS..][..ASPECTS * LEVELS]);
        // The products grow side by side, so that no division waits for the one before it.
        let mut products = own;
        for other in 0..ASPECTS {
            let prior = PRIOR * own[other];
            let together = rows.map(|row| draws(row[cells[other]]));
            for one in 0..ASPECTS {
                let more = products[one] * (together[one] + prior) / less[one];
                products[one] = if one == other { products[one] } else { more };
            }
        }
        products.iter().sum::<f64>() / ASPECTS as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_came_together_is_less_probable_than_either_alone() {
        let mut seen = Combinations::new();
        let (a, mut b, mut both) = ([0; ASPECTS], [0; ASPECTS], [0; ASPECTS]);
        (b[0], both[0]) = (1, 1);
        let mut c = [0; ASPECTS];
        (c[1], both[1]) = (1, 1);
        for _ in 0..300 {
            seen.observe(&a);
        }
        for _ in 0..30 {
            seen.observe(&b);
            seen.observe(&c);
        }
        let p = |levels| seen.probability(levels);
        assert!(p(&a) > p(&b) && (p(&b) / p(&c) - 1.0).abs() < 1e-6);
        assert!(p(&both) < p(&b) * 0.2, "{} {}", p(&both), p(&b));
        let sum: f64 = [a, b, c, both].iter().map(p).sum();
        assert!(sum > 0.9 && sum < 1.0 + 1e-6, "{sum}");
    }
}
