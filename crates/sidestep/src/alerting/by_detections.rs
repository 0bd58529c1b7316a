//! Alerts by detections alone, where too little is known for a login to be odd: short captures, the
//! first days of a log, and networks that are too small to learn from.

use serde::{Deserialize, Serialize};

use crate::movement::Movement;
use crate::store::{Portion, heap};
use crate::time::{DAY, Micros};
use crate::tuning::held_back::LISTED;
use crate::tuning::{LEAST_ALERTS_BY_DETECTIONS, LEAST_RATE_BY_DETECTIONS};

/// What was raised by detections alone, and what waits for room.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct ByDetections {
    raised: u32,
    /// Whether detections alone decided when that was noted last.
    decide: bool,
    /// Movements that ended before there was room for them.
    waiting: Vec<Movement>,
    /// Which part of [`LISTED`] may wait.
    #[serde(skip)]
    portion: Portion,
}

heap! {
    ByDetections { waiting, portion }
}

impl ByDetections {
    /// Whether the saved parts fit together.
    pub(super) fn is_sound(&self) -> bool {
        self.waiting.len() <= LISTED && self.waiting.iter().all(Movement::is_sound)
    }

    /// Notes whether detections alone decide from now on; true where they did and statistics begin to.
    pub(super) fn hand_over(&mut self, decide: bool) -> bool {
        std::mem::replace(&mut self.decide, decide) && !decide
    }

    /// Whether the budget has room for one more, where alerts may be raised since `first`.
    pub(super) fn has_room(&self, first: Option<Micros>, now: Micros, alerts_per_day: f64) -> bool {
        let days = first.map_or(0, |first| (now - first) / DAY) + 1;
        f64::from(self.raised) < (alerts_per_day * days as f64).max(LEAST_ALERTS_BY_DETECTIONS)
    }

    /// Counts one that was raised.
    pub(super) const fn count(&mut self) {
        self.raised = self.raised.saturating_add(1);
    }

    /// Keeps a movement for when there is room; the weakest has to go where too many wait.
    pub(super) fn keep(&mut self, movement: Movement) -> Option<Movement> {
        self.waiting.push(movement);
        if self.waiting.len() <= self.portion.of(LISTED) {
            return None;
        }
        let weakest = (0..self.waiting.len()).min_by(|&a, &b| self.weaker(a, b))?;
        Some(self.waiting.remove(weakest))
    }

    /// Takes the strongest of those that wait.
    pub(super) fn take_strongest(&mut self) -> Option<Movement> {
        let strongest = (0..self.waiting.len()).max_by(|&a, &b| self.weaker(a, b))?;
        Some(self.waiting.remove(strongest))
    }

    /// Takes all that wait.
    pub(super) fn take_all(&mut self) -> Vec<Movement> {
        std::mem::take(&mut self.waiting)
    }

    /// The order of two that wait, by strength and then by age.
    fn weaker(&self, a: usize, b: usize) -> std::cmp::Ordering {
        let (a, b) = (&self.waiting[a], &self.waiting[b]);
        a.score.total_cmp(&b.score).then(b.serial.cmp(&a.serial))
    }
}

/// Movements a day of a strength that rules alone have, among so many accounts, where no history says.
pub(super) fn rate_of_findings(rule_nats: f64, accounts: usize) -> f64 {
    (accounts.max(1) as f64 * (-rule_nats).exp()).max(LEAST_RATE_BY_DETECTIONS)
}
