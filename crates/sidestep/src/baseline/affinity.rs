//! Which new things are plausible: learned from the new things that came about by themselves.

use serde::{Deserialize, Serialize};

/// Compares, cell by cell of a small feature grid, the new pairs that occurred with pairs that
/// could have occurred (the same account and a host drawn at random). The likelihood ratio
/// orders the cells; the share of occurred pairs in cells ordered no higher is a p-value.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Affinity {
    occurred: Vec<f32>,
    possible: Vec<f32>,
    p_values: Vec<f64>,
}

impl Affinity {
    pub(crate) fn new(cells: usize) -> Self {
        Self { occurred: vec![0.0; cells], possible: vec![0.0; cells], p_values: vec![1.0; cells] }
    }

    pub(crate) fn cells(&self) -> usize {
        self.occurred.len()
    }

    pub(crate) fn p_value(&self, cell: usize) -> f64 {
        self.p_values[cell]
    }

    pub(crate) fn occurred(&mut self, cell: usize) {
        self.occurred[cell] += 1.0;
    }

    pub(crate) fn possible(&mut self, cell: usize) {
        self.possible[cell] += 1.0;
    }

    /// Forgets by `factor` and computes the p-values anew; done once a day.
    pub(crate) fn refresh(&mut self, factor: f32) {
        for count in self.occurred.iter_mut().chain(&mut self.possible) {
            *count *= factor;
        }
        let occurred: f64 = self.occurred.iter().map(|&c| f64::from(c)).sum();
        let ratio = |cell: usize| {
            (f64::from(self.occurred[cell]) + 0.5) / (f64::from(self.possible[cell]) + 0.5)
        };
        let mut order: Vec<usize> = (0..self.cells()).collect();
        order.sort_by(|&a, &b| ratio(a).total_cmp(&ratio(b)).then(a.cmp(&b)));
        let mut below = 0.0;
        for cell in order {
            below += f64::from(self.occurred[cell]);
            self.p_values[cell] = (below + 1.0) / (occurred + 1.0);
        }
    }
}

/// A distribution over a few classes, whose p-value is the share of classes at most as frequent.
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

    /// Share of draws in classes at most as frequent as this one, with one draw added to it.
    pub(crate) fn p_value(&self, class: usize) -> f64 {
        let own = self.counts[class];
        let total: f32 = self.counts.iter().sum();
        let at_most: f32 = self.counts.iter().filter(|&&count| count <= own).sum();
        f64::from(at_most + 1.0) / f64::from(total + 1.0)
    }

    /// Share of draws in this class.
    pub(crate) fn share(&self, class: usize) -> f64 {
        let total: f32 = self.counts.iter().sum();
        f64::from(self.counts[class]) / f64::from(total.max(1.0))
    }

    pub(crate) fn decay(&mut self, factor: f32) {
        for count in &mut self.counts {
            *count *= factor;
        }
    }
}
