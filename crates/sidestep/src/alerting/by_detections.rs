//! Alerts by detections alone, where too little is known for a login to be odd: short captures, the
//! first days of a log, and networks that are too small to learn from.

use serde::{Deserialize, Serialize};

use crate::alert::{Alert, AlertState};
use crate::alerting::held_back::{HeldBack, LISTED};
use crate::config::WarmUp;
use crate::engine::{Engine, LONGEST_WARM_UP};
use crate::movement::Movement;
use crate::time::DAY;

/// Nats of rules alone with which a movement is alerted on at once: of what is hardly ever benign.
/// A weaker one waits until it has ended, for the strongest come first where the budget is short.
pub(crate) const AT_ONCE: f64 = 6.0;
/// Movements a day that such a movement is taken to be one of at least: nothing is critical on a
/// network of which nothing is known.
const LEAST_RATE: f64 = 1.0 / 360.0;
/// Alerts that may be raised by detections alone at least, if the budget asks for fewer.
const AT_LEAST: f64 = 5.0;

/// What is known of alerts by detections alone.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct ByDetections {
    raised: u32,
    /// Whether detections alone decided when that was noted last.
    alone: bool,
    /// Movements that ended before there was room for them.
    waiting: Vec<Movement>,
}

impl ByDetections {
    /// Whether the saved parts fit together.
    pub(crate) fn is_sound(&self) -> bool {
        self.waiting.len() <= LISTED && self.waiting.iter().all(Movement::is_sound)
    }
}

impl Engine {
    /// Whether detections alone decide what is raised: statistics judge nothing yet, or what was seen is
    /// too little for them. So it is in short captures, in the first days of a log without history, and on
    /// networks of a few logins a day.
    #[must_use]
    pub fn is_by_detections(&self) -> bool {
        let begun = self.budget.since().is_some() || self.config.warm_up == WarmUp::None;
        self.first.is_some() && !(begun && self.calibration.is_fitted())
    }

    /// Whether detections alone decide because statistics are not likely to come: the longest time of
    /// learning is over.
    pub(crate) fn is_too_small(&self) -> bool {
        self.is_by_detections()
            && (self.budget.since().is_some() || self.days_seen > LONGEST_WARM_UP)
    }

    /// Notes who decides from now on. Where statistics begin to, what detections found of live movements is
    /// held to how often the network has the like, as what they find later is.
    pub(crate) fn note_who_decides(&mut self) {
        let alone = self.is_by_detections();
        if std::mem::replace(&mut self.by_detections.alone, alone) && !alone {
            self.movements.hold();
        }
    }

    /// Whether detections may raise alerts now: not within days that the user wants learned from.
    fn may_raise_by_detections(&self) -> bool {
        self.is_by_detections()
            && (self.config.warm_up == WarmUp::Auto || self.budget.since().is_some())
    }

    /// Whether the budget has room for one more alert by detections alone.
    fn has_room_by_detections(&self) -> bool {
        let days = self.first.map_or(0, |first| (self.now - first) / DAY) + 1;
        let allowed = (self.config.alerts_per_day * days as f64).max(AT_LEAST);
        f64::from(self.by_detections.raised) < allowed
    }

    /// Alerts on a live movement whose findings are strong enough to wait for nothing.
    pub(crate) fn raise_at_once(&mut self, serial: u64, alerts: &mut Vec<Alert>) {
        let strong = self.movements.get(serial).is_some_and(|movement| movement.proven >= AT_ONCE);
        if !strong || !self.may_raise_by_detections() || !self.has_room_by_detections() {
            return;
        }
        let now = self.now;
        let Some(movement) = self.movements.get_mut(serial) else { return };
        movement.alert_by_detections(now);
        self.count_raised();
        alerts.extend(self.describe(serial, AlertState::Opened));
    }

    /// Takes in movements that have ended: gives out the last state of those that were alerted on,
    /// and keeps what rules found in the others for when there is room.
    pub(crate) fn end(&mut self, ended: Vec<Movement>, alerts: &mut Vec<Alert>) {
        let first = self.first;
        for movement in ended {
            alerts.extend(self.to_alert(&movement, AlertState::Closed));
            // What ended in the history was given as an example of what is normal.
            if !movement.is_unseen() || first.is_none_or(|first| movement.last_time < first) {
                continue;
            }
            if self.is_by_detections() {
                self.by_detections.waiting.push(movement);
            } else {
                self.hold_back(HeldBack::Budget, movement);
            }
        }
        while self.by_detections.waiting.len() > LISTED {
            let weakest = self.strongest_waiting(true);
            self.hold_back_waiting(weakest);
        }
        let (given_up, more) = self.movements.take_given_up();
        self.metrics.held_back += more;
        for movement in given_up {
            self.hold_back(HeldBack::Memory, movement);
        }
    }

    /// Raises what ended and waits, the strongest first, as far as the budget has room. While statistics
    /// may still come to judge, nothing but the strongest is worth bothering somebody.
    pub(crate) fn raise_waiting(&mut self, alerts: &mut Vec<Alert>) {
        if self.may_raise_by_detections() && self.is_too_small() {
            self.raise_strongest(alerts);
        } else if !self.is_by_detections() {
            self.hold_back_all(HeldBack::Learning);
        }
    }

    /// As [`raise_waiting`](Self::raise_waiting), where no more events come: what was to be learned
    /// from is shown too, for nothing else ever will be.
    pub(crate) fn raise_last(&mut self, alerts: &mut Vec<Alert>) {
        if self.is_by_detections() {
            self.raise_strongest(alerts);
        }
        self.hold_back_all(HeldBack::Budget);
    }

    fn raise_strongest(&mut self, alerts: &mut Vec<Alert>) {
        while !self.by_detections.waiting.is_empty() && self.has_room_by_detections() {
            let strongest = self.strongest_waiting(false);
            let mut movement = self.by_detections.waiting.remove(strongest);
            movement.alert_by_detections(self.now);
            self.count_raised();
            alerts.extend(self.to_alert(&movement, AlertState::Opened));
            alerts.extend(self.to_alert(&movement, AlertState::Closed));
        }
    }

    fn count_raised(&mut self) {
        self.by_detections.raised += 1;
        self.metrics.alerts += 1;
    }

    /// The place of the strongest of those that wait, or of the weakest.
    fn strongest_waiting(&self, weakest: bool) -> usize {
        let waiting = &self.by_detections.waiting;
        let order = |&a: &usize, &b: &usize| {
            let (a, b) = (&waiting[a], &waiting[b]);
            let order = a.score.total_cmp(&b.score).then(b.serial.cmp(&a.serial));
            if weakest { order.reverse() } else { order }
        };
        (0..waiting.len()).max_by(order).unwrap_or_default()
    }

    fn hold_back_waiting(&mut self, at: usize) {
        let movement = self.by_detections.waiting.remove(at);
        self.hold_back(HeldBack::Budget, movement);
    }

    /// Gives up what waits, for it is judged by statistics from now on, or no more events come.
    fn hold_back_all(&mut self, reason: HeldBack) {
        for movement in std::mem::take(&mut self.by_detections.waiting) {
            self.hold_back(reason, movement);
        }
    }

    fn hold_back(&mut self, reason: HeldBack, movement: Movement) {
        self.metrics.held_back += 1;
        self.held_back.push(reason, movement);
    }

    /// Movements in which detections found something that would be an alert on a short capture, and
    /// that were not raised: as alerts that say why, in the order in which they ended. At most 1,000
    /// are kept, the strongest; [`Metrics::held_back`](crate::Metrics::held_back) counts all.
    #[must_use]
    pub fn held_back(&self) -> Vec<Alert> {
        let alert = |(reason, movement): &(HeldBack, Movement)| {
            let (rate, p_value) = self.rarity_of(movement, true);
            let mut alert =
                movement.to_alert(AlertState::Closed, movement.last_time, rate, p_value);
            alert.held_back = Some(*reason);
            alert
        };
        self.held_back.iter().map(alert).collect()
    }

    /// Movements a day of a strength that rules alone prove, where no history says.
    pub(crate) fn rate_of_proven(&self, proven: f64) -> f64 {
        (self.baseline.accounts.len().max(1) as f64 * (-proven).exp()).max(LEAST_RATE)
    }
}
