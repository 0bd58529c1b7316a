//! A forgetting histogram of nats, whose tail is taken as exponential.

use serde::{Deserialize, Serialize};

use crate::fading::{Fade, FadedSum};
use crate::time::Day;
use crate::tuning::{BIN_NATS, HISTOGRAM_HALF_LIFE_DAYS};

/// Counts in bins of a quarter of a nat; what lies beyond the last falls into it. They fade.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Histogram {
    fade: Fade,
    bins: Vec<FadedSum>,
}

impl Histogram {
    pub(crate) fn new(bins: usize) -> Self {
        Self { fade: Fade::wide(HISTOGRAM_HALF_LIFE_DAYS), bins: vec![FadedSum::default(); bins] }
    }

    /// Whether it has so many bins, as of `today`.
    pub(crate) fn is_sound(&self, bins: usize, today: Day) -> bool {
        self.bins.len() == bins && self.fade.is_wide(HISTOGRAM_HALF_LIFE_DAYS, today)
    }

    /// The count of a bin.
    pub(crate) fn count(&self, bin: usize) -> f64 {
        self.bins[bin].value(&self.fade)
    }

    /// The counts of a bin and of those beyond it.
    pub(crate) fn beyond(&self, bin: usize) -> f64 {
        self.bins[bin..].iter().map(|count| count.value(&self.fade)).sum()
    }

    /// The bin of a number of nats.
    pub(crate) fn bin(&self, nats: f64) -> usize {
        ((nats / BIN_NATS) as usize).min(self.bins.len() - 1)
    }

    /// Counts one of today in a bin.
    pub(crate) fn add(&mut self, bin: usize) {
        self.bins[bin].add(&self.fade);
    }

    /// Moves one of `day` from a bin, should it be in one, to another.
    pub(crate) fn shift(&mut self, from: Option<usize>, to: Option<usize>, day: Day) {
        if let Some(from) = from {
            self.bins[from].take_of(&self.fade, day);
        }
        if let Some(to) = to {
            self.bins[to].add_of(&self.fade, day);
        }
    }

    /// Lets every count fade until `day`.
    pub(crate) fn advance_to(&mut self, day: Day) {
        let digits = self.fade.advance_to(day);
        self.bins.iter_mut().for_each(|count| count.shrink(digits));
    }

    /// Lets every count stand for 2^`digits` as many.
    pub(crate) fn grow(&mut self, digits: u32) {
        self.bins.iter_mut().for_each(|count| count.grow(digits));
    }

    /// Adds what another part of the stream counted, at the same day.
    pub(crate) fn join(&mut self, other: &Self) {
        for (count, more) in self.bins.iter_mut().zip(&other.bins) {
            count.join(*more);
        }
    }
}

/// The lower edge of a bin, in nats.
pub(crate) fn edge(bin: usize) -> f64 {
    bin as f64 * BIN_NATS
}
