//! A distribution over a few classes.

use serde::{Deserialize, Serialize};

/// Counts of a few classes, forgotten with time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Categorical {
    counts: Vec<f32>,
}

impl Categorical {
    pub(crate) fn new(classes: usize) -> Self {
        Self { counts: vec![0.0; classes] }
    }

    pub(crate) fn classes(&self) -> usize {
        self.counts.len()
    }

    pub(crate) fn observe(&mut self, class: usize) {
        self.counts[class] += 1.0;
    }

    /// Share of draws in this class, one draw added to each.
    pub(crate) fn share(&self, class: usize) -> f64 {
        let total: f32 = self.counts.iter().sum();
        f64::from(self.counts[class] + 1.0) / f64::from(total + self.counts.len() as f32)
    }

    pub(crate) fn decay(&mut self, factor: f32) {
        for count in &mut self.counts {
            *count *= factor;
        }
    }
}
