//! What share of benign logins is at least this surprising.

use serde::{Deserialize, Serialize};

use super::histogram::{Histogram, edge};
use crate::time::Day;
use crate::tuning::{BIN_NATS, FITTED_LOGINS, TAIL};

/// Bins: the caps of the evidence end well before.
const BINS: usize = 480;

/// A forgetting histogram of surprises with an exponential tail (peaks over threshold with shape
/// 0: Pickands, Annals of Statistics 3, 1975), fitted anew every day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Calibration {
    surprises: Histogram,
    /// Share of logins in each bin or beyond, as of the last fit; empty before the first.
    beyond: Vec<f64>,
    tail_from: f64,
    tail_scale: f64,
}

impl Calibration {
    pub(crate) fn new() -> Self {
        Self {
            surprises: Histogram::new(BINS),
            beyond: Vec::new(),
            tail_from: 0.0,
            tail_scale: 1.0,
        }
    }

    /// Whether the saved parts fit together.
    pub(crate) fn is_sound(&self, today: Day) -> bool {
        self.surprises.is_sound(BINS, today)
            && (self.beyond.is_empty() || self.beyond.len() == BINS)
            && self.tail_scale > 0.0
    }

    pub(crate) fn is_fitted(&self) -> bool {
        !self.beyond.is_empty()
    }

    pub(crate) fn observe(&mut self, surprise: f64) {
        self.surprises.add(self.surprises.bin(surprise));
    }

    /// Fits anew to what was seen before `day`, which begins.
    pub(crate) fn begin_day(&mut self, day: Day) {
        let total = self.surprises.beyond(0);
        if total >= FITTED_LOGINS {
            self.fit(total);
        }
        self.surprises.advance_to(day);
    }

    /// The same, fitted to what was seen until now, each of which stands for 2^`digits`.
    pub(crate) fn grown(mut self, digits: u32) -> Self {
        self.surprises.grow(digits);
        let total = self.surprises.beyond(0);
        if total >= FITTED_LOGINS {
            self.fit(total);
        }
        self
    }

    /// Adds what another part of the stream saw until the same day, and fits anew to both.
    pub(crate) fn join(&mut self, other: &Self) {
        self.surprises.join(&other.surprises);
        let total = self.surprises.beyond(0);
        if total >= FITTED_LOGINS {
            self.fit(total);
        }
    }

    fn fit(&mut self, total: f64) {
        let mut beyond = vec![0.0; BINS];
        let mut sum = 0.0;
        for at in (0..BINS).rev() {
            sum += self.surprises.count(at);
            beyond[at] = sum / total;
        }
        // The first edge beyond which less than the tail's share lies.
        let first = beyond.iter().position(|&share| share < TAIL).unwrap_or(BINS - 1);
        let from = edge(first);
        let (mut count, mut excess) = (0.0, 0.0);
        for at in first..BINS {
            let weight = self.surprises.count(at);
            count += weight;
            excess += weight * ((at as f64 + 0.5) * BIN_NATS - from);
        }
        // Two logins one nat beyond are added, so that an empty tail has a scale.
        self.tail_scale = (excess + 2.0) / (count + 2.0);
        self.tail_from = from;
        self.beyond = beyond;
    }

    /// Share of benign logins at least this surprising; 1 before the first fit.
    pub(crate) fn p_value(&self, surprise: f64) -> f64 {
        if self.beyond.is_empty() || surprise <= 0.0 {
            return 1.0;
        }
        if surprise >= self.tail_from {
            let share = self.beyond[self.surprises.bin(self.tail_from)].max(TAIL / 10.0);
            return share * (-(surprise - self.tail_from) / self.tail_scale).exp();
        }
        // Between the edges of a bin, geometrically.
        let at = self.surprises.bin(surprise);
        let low = self.beyond[at];
        let high = self.beyond.get(at + 1).copied().unwrap_or(low).max(TAIL / 10.0).min(low);
        let within = (surprise - edge(at)) / BIN_NATS;
        low * (high / low).powf(within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_tail_of_an_exponential_is_found() {
        let mut calibration = Calibration::new();
        let count = 20_000;
        for at in 0..count {
            // Quantiles of an exponential of mean 2.
            calibration.observe(-2.0 * (1.0 - (f64::from(at) + 0.5) / f64::from(count)).ln());
        }
        calibration.begin_day(1);
        for surprise in [4.0_f64, 10.0, 16.0, 24.0] {
            let (found, true_p) = (calibration.p_value(surprise), (-surprise / 2.0).exp());
            assert!((found / true_p).ln().abs() < 0.5, "{surprise}: {found} for {true_p}");
        }
    }

    proptest! {
        #[test]
        fn p_values_fall_and_stay_within_bounds(
            seen in prop::collection::vec(0.0_f64..90.0, 0..600),
            mut asked in prop::collection::vec(0.0_f64..200.0, 2..20),
        ) {
            let mut calibration = Calibration::new();
            seen.iter().for_each(|&s| calibration.observe(s));
            calibration.begin_day(1);
            asked.sort_by(f64::total_cmp);
            let p: Vec<f64> = asked.iter().map(|&s| calibration.p_value(s)).collect();
            prop_assert!(p.iter().all(|p| (0.0..=1.0).contains(p)));
            prop_assert!(p.windows(2).all(|w| w[1] <= w[0] + 1e-12), "{asked:?} {p:?}");
        }
    }
}
