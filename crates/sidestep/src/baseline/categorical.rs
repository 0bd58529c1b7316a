//! A distribution over a few classes.

use serde::{Deserialize, Serialize};

use crate::fading::{Fade, FadedSum};
use crate::time::Day;

/// Counts of a few classes, forgotten with time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Categorical {
    fade: Fade,
    counts: Vec<FadedSum>,
}

impl Categorical {
    pub(crate) fn new(classes: usize, half_life_days: f64) -> Self {
        Self { fade: Fade::wide(half_life_days), counts: vec![FadedSum::default(); classes] }
    }

    /// Whether it has so many classes, that fade as said.
    pub(crate) fn is_sound(&self, classes: usize, half_life_days: f64, today: Day) -> bool {
        self.counts.len() == classes && self.fade.is_wide(half_life_days, today)
    }

    pub(crate) fn observe(&mut self, class: usize) {
        self.counts[class].add(&self.fade);
    }

    /// Share of draws in this class, one draw added to each.
    pub(crate) fn share(&self, class: usize) -> f64 {
        let draws = |count: &FadedSum| count.value(&self.fade);
        let total: f64 = self.counts.iter().map(draws).sum();
        (draws(&self.counts[class]) + 1.0) / (total + self.counts.len() as f64)
    }

    pub(crate) fn advance_to(&mut self, day: Day) {
        let digits = self.fade.advance_to(day);
        self.counts.iter_mut().for_each(|count| count.shrink(digits));
    }

    /// Lets every count stand for 2^`digits` as many.
    pub(crate) fn grow(&mut self, digits: u32) {
        self.counts.iter_mut().for_each(|count| count.grow(digits));
    }

    /// Adds what another part of the stream counted, at the same day.
    pub(super) fn join(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(&other.counts) {
            count.join(*more);
        }
    }
}
