//! How often what is known and unknown of a login occurs together.

use crate::tuning::aode::PRIOR;
use serde::{Deserialize, Serialize};

/// Aspects of a login.
pub(crate) const ASPECTS: usize = 10;
/// Levels that an aspect may have.
pub(crate) const LEVELS: usize = 9;

/// The level of each aspect.
pub(crate) type Combination = [u8; ASPECTS];

/// Counts of levels, alone and two by two, forgotten with time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Combinations {
    total: f32,
    alone: Vec<f32>,
    pairs: Vec<f32>,
}

fn at(aspect: usize, levels: &Combination) -> usize {
    aspect * LEVELS + usize::from(levels[aspect])
}

impl Combinations {
    pub(crate) fn new() -> Self {
        let cells = ASPECTS * LEVELS;
        Self { total: 0.0, alone: vec![0.0; cells], pairs: vec![0.0; cells * cells] }
    }

    /// Whether the saved parts fit together.
    pub(crate) fn is_sound(&self) -> bool {
        let cells = ASPECTS * LEVELS;
        self.alone.len() == cells && self.pairs.len() == cells * cells
    }

    pub(crate) fn observe(&mut self, levels: &Combination) {
        self.total += 1.0;
        for one in 0..ASPECTS {
            let one = at(one, levels);
            self.alone[one] += 1.0;
            let row = one * ASPECTS * LEVELS;
            for other in 0..ASPECTS {
                self.pairs[row + at(other, levels)] += 1.0;
            }
        }
    }

    pub(crate) fn decay(&mut self, factor: f32) {
        self.total *= factor;
        self.alone.iter_mut().chain(&mut self.pairs).for_each(|count| *count *= factor);
    }

    /// Probability of exactly this combination: the mean over the aspects of
    /// `P(x_i) prod_j P(x_j | x_i)` (averaged one-dependence estimators: Webb, Boughton and Wang,
    /// Machine Learning 58, 2005), each conditional drawn towards the aspect's own distribution.
    pub(crate) fn probability(&self, levels: &Combination) -> f64 {
        let total = f64::from(self.total) + 2.0;
        let cells: [usize; ASPECTS] = std::array::from_fn(|aspect| at(aspect, levels));
        let counts = cells.map(|cell| f64::from(self.alone[cell]));
        let own = counts.map(|count| (count + 0.5) / total);
        let less = counts.map(|count| count + PRIOR);
        let rows = cells.map(|cell| &self.pairs[cell * ASPECTS * LEVELS..][..ASPECTS * LEVELS]);
        // The products grow side by side, so that no division waits for the one before it.
        let mut products = own;
        for other in 0..ASPECTS {
            let prior = PRIOR * own[other];
            let together = rows.map(|row| f64::from(row[cells[other]]));
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
