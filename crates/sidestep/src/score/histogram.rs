//! A forgetting histogram of nats, whose tail is taken as exponential.

use serde::{Deserialize, Serialize};

use crate::tuning::{BIN_NATS, HISTOGRAM_HALF_LIFE_DAYS};

/// A number that counts: `f32` where many are kept of little, `f64` where fractions add up.
pub(crate) trait Count: Copy + Default {
    fn get(self) -> f64;
    fn plus(self, more: f64) -> Self;
    fn times(self, factor: f64) -> Self;
}

impl Count for f32 {
    fn get(self) -> f64 {
        self.into()
    }

    fn plus(self, more: f64) -> Self {
        self + more as Self
    }

    fn times(self, factor: f64) -> Self {
        self * factor as Self
    }
}

impl Count for f64 {
    fn get(self) -> f64 {
        self
    }

    fn plus(self, more: f64) -> Self {
        self + more
    }

    fn times(self, factor: f64) -> Self {
        self * factor
    }
}

/// Counts in bins of a quarter of a nat; what lies beyond the last falls into it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Histogram<C> {
    bins: Vec<C>,
}

impl<C: Count> Histogram<C> {
    pub(crate) fn new(bins: usize) -> Self {
        Self { bins: vec![C::default(); bins] }
    }

    /// Whether it has so many bins, and no count is negative.
    pub(crate) fn is_sound(&self, bins: usize) -> bool {
        self.bins.len() == bins && self.bins.iter().all(|count| count.get() >= 0.0)
    }

    /// The count of a bin.
    pub(crate) fn count(&self, bin: usize) -> f64 {
        self.bins[bin].get()
    }

    /// The counts of a bin and of those beyond it.
    pub(crate) fn beyond(&self, bin: usize) -> f64 {
        self.bins[bin..].iter().map(|count| count.get()).sum()
    }

    /// The bin of a number of nats.
    pub(crate) fn bin(&self, nats: f64) -> usize {
        ((nats / BIN_NATS) as usize).min(self.bins.len() - 1)
    }

    /// Adds to the count of a bin, or takes away what there is of it.
    pub(crate) fn add(&mut self, bin: usize, count: f64) {
        let sum = self.bins[bin].plus(count);
        self.bins[bin] = if sum.get() > 0.0 { sum } else { C::default() };
    }

    /// Lets every count fade over `days`.
    pub(crate) fn forget(&mut self, days: f64) {
        let factor = forgotten(days);
        self.bins.iter_mut().for_each(|count| *count = count.times(factor));
    }
}

/// What is left after `days` of something that counts half after [`HISTOGRAM_HALF_LIFE_DAYS`].
pub(crate) fn forgotten(days: f64) -> f64 {
    (-days / HISTOGRAM_HALF_LIFE_DAYS).exp2()
}

/// The lower edge of a bin, in nats.
pub(crate) fn edge(bin: usize) -> f64 {
    bin as f64 * BIN_NATS
}
