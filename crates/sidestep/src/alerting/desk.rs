//! The one desk where it is decided what is raised: warm-up, the budget, the share of it for movements
//! that findings lead, and what is raised by detections alone.

use serde::{Deserialize, Serialize};

use super::budget::Budget;
use super::by_detections::{ByDetections, rate_of_findings};
use super::held_back::{HeldBackLog, HeldMovement};
use crate::alert::{Alert, AlertState, HeldBack};
use crate::config::{Config, WarmUp};
use crate::event::Purpose;
use crate::judge::LoginCounts;
use crate::movement::{Movement, Tracker};
use crate::store::{MAX_COUNT, heap, sum_counts};
use crate::time::{DAY, Day, Micros};
use crate::tuning::{
    AT_ONCE_NATS, LONGEST_WARM_UP, QUARANTINED_RATE, RULE_LED_SHARE, SETTLED_SHARE,
    SHORTEST_WARM_UP,
};

/// What the desk has to know of the other stages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Situation {
    /// As the settings say.
    pub(crate) alerts_per_day: f64,
    pub(crate) warm_up: WarmUp,
    /// Time of the newest event.
    pub(crate) now: Micros,
    /// On how many days anything happened.
    pub(crate) days_seen: Day,
    /// Whether enough logins were judged to say which are odd.
    pub(crate) is_calibrated: bool,
    /// Logins of yesterday.
    pub(crate) yesterday: LoginCounts,
    /// Accounts known.
    pub(crate) accounts: usize,
}

/// Decides what is raised.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AlertDesk {
    budget: Budget,
    /// The part of the budget that movements led by findings may take.
    rule_led: Budget,
    by_detections: ByDetections,
    held_back: HeldBackLog,
    /// Time of the first event that was given to be judged.
    first: Option<Micros>,
    /// Whether anything was given to learn from.
    has_history: bool,
    /// Alerts raised, and movements held back, of all time.
    alerts: u64,
    held: u64,
}

heap! {
    AlertDesk { by_detections, held_back }
}

impl AlertDesk {
    pub(crate) fn new(alerts_per_day: f64) -> Self {
        Self {
            budget: Budget::new(alerts_per_day),
            rule_led: Budget::new(alerts_per_day * RULE_LED_SHARE),
            by_detections: ByDetections::default(),
            held_back: HeldBackLog::default(),
            first: None,
            has_history: false,
            alerts: 0,
            held: 0,
        }
    }

    /// Whether the saved parts fit together, and with the settings.
    pub(crate) fn is_sound(&self, config: &Config, today: Day) -> bool {
        self.budget.is_sound(config.alerts_per_day, today)
            && self.rule_led.is_sound(config.alerts_per_day * RULE_LED_SHARE, today)
            && self.by_detections.is_sound()
            && self.held_back.is_sound()
            && self.alerts.max(self.held) <= MAX_COUNT
    }

    /// Alerts raised, and movements held back, of all time.
    pub(crate) const fn counts(&self) -> (u64, u64) {
        (self.alerts, self.held)
    }

    /// Since when alerts are raised by statistics.
    pub(crate) const fn since(&self) -> Option<Micros> {
        self.budget.since()
    }

    /// Notes that an event of this time was given.
    pub(crate) fn note(&mut self, purpose: Purpose, time: Micros) {
        match purpose {
            Purpose::Learn => self.has_history = true,
            Purpose::Detect => drop(self.first.get_or_insert(time)),
        }
    }

    /// Whether detections alone decide what is raised: statistics judge nothing yet, or too little was
    /// seen for them.
    pub(crate) fn is_by_detections(&self, situation: &Situation) -> bool {
        let begun = self.since().is_some() || situation.warm_up == WarmUp::None;
        self.first.is_some() && !(begun && situation.is_calibrated)
    }

    /// Whether detections alone decide because statistics are not likely to come: the longest time of
    /// learning is over.
    pub(crate) fn is_too_small(&self, situation: &Situation) -> bool {
        self.is_by_detections(situation)
            && (self.since().is_some() || situation.days_seen > LONGEST_WARM_UP)
    }

    /// Whether detections may raise alerts now: not within days that the user wants learned from.
    fn may_raise_by_detections(&self, situation: &Situation) -> bool {
        self.is_by_detections(situation)
            && (situation.warm_up == WarmUp::Auto || self.since().is_some())
    }

    fn has_room_by_detections(&self, situation: &Situation) -> bool {
        self.by_detections.has_room(self.first, situation.now, situation.alerts_per_day)
    }

    /// Whether enough was learned for an oddity to mean something.
    fn is_ready(&self, situation: &Situation) -> bool {
        match situation.warm_up {
            WarmUp::None => situation.is_calibrated || self.has_history,
            WarmUp::Days(days) => {
                self.first.is_some_and(|first| situation.now - first >= Micros::from(days) * DAY)
            }
            WarmUp::Auto => {
                let LoginCounts { logins, new_edges, .. } = situation.yesterday;
                let settled = logins > 0 && (new_edges as f64) < SETTLED_SHARE * logins as f64;
                let days = situation.days_seen;
                situation.is_calibrated
                    && (settled && days > SHORTEST_WARM_UP || days > LONGEST_WARM_UP)
            }
        }
    }

    /// This, which has raised nothing yet, with what the desks of two parts of a stream know of how often movements
    /// occur. Where one of them raised alerts already, alerts are raised from `now` on, within a budget that begins
    /// then. What waited or was held back is not kept.
    pub(crate) fn joined(mut self, [a, b]: [Self; 2], now: Micros) -> Self {
        self.budget.join(&a.budget, &b.budget);
        self.rule_led.join(&a.rule_led, &b.rule_led);
        if a.since().or(b.since()).is_some() {
            self.budget.start(now);
            self.rule_led.start(now);
        }
        Self {
            first: [a.first, b.first].into_iter().flatten().min(),
            has_history: a.has_history || b.has_history,
            alerts: sum_counts(a.alerts, b.alerts),
            held: sum_counts(a.held, b.held),
            ..self
        }
    }

    /// Forgets what is held back, and what it knows of movements under way.
    pub(crate) fn forget_movements(&mut self) {
        self.by_detections = ByDetections::default();
        self.held_back = HeldBackLog::default();
    }

    /// Begins a day, for the statistics of movements.
    pub(crate) fn begin_day(&mut self, day: Day) {
        self.budget.begin_day(day);
        self.rule_led.begin_day(day);
    }

    /// What is due every hour: begins to raise alerts, takes in movements that ended, and raises what
    /// waited for room.
    pub(crate) fn tick(
        &mut self,
        ended: Vec<Movement>,
        tracker: &mut Tracker,
        situation: &Situation,
        purpose: Purpose,
    ) -> Vec<Alert> {
        let detects = purpose == Purpose::Detect;
        if detects && self.since().is_none() && self.is_ready(situation) {
            self.budget.start(situation.now);
            self.rule_led.start(situation.now);
        }
        let alone = self.is_by_detections(situation);
        if self.by_detections.hand_over(alone) {
            // What detections found of live movements is held to how often the network has the like, as
            // what they find later is.
            tracker.hold_to_network();
        }
        let mut alerts = self.end(ended, tracker, situation);
        if detects {
            alerts.extend(self.raise_waiting(situation));
            if !self.is_by_detections(situation) {
                alerts.extend(self.raise_pending(tracker, situation));
            }
        }
        alerts
    }

    /// Takes in that movements rose: counts them, and raises or updates their alerts where that is due.
    pub(crate) fn on_rise(
        &mut self,
        rose: &[u64],
        tracker: &mut Tracker,
        situation: &Situation,
        purpose: Purpose,
    ) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for &serial in rose {
            let Some(movement) = tracker.get_mut(serial) else { continue };
            let is_raised = movement.detected_at.is_some();
            if !is_raised {
                self.count_rise(movement);
            }
            if purpose == Purpose::Learn {
                continue;
            }
            if is_raised {
                alerts.extend(self.to_alert(movement, AlertState::Updated, situation));
            } else if self.is_by_detections(situation) {
                alerts.extend(self.raise_at_once(movement, situation));
            } else if self.is_due(movement, situation.now) {
                alerts.extend(self.raise(movement, situation));
            }
        }
        alerts
    }

    /// Counts what a movement weighs now in the statistics of the budget.
    fn count_rise(&mut self, movement: &mut Movement) {
        let (weight, rule_led, opened) = (movement.weight(), movement.rule_led(), movement.opened);
        let before = std::mem::replace(&mut movement.reported, weight);
        let rule_led_before = std::mem::replace(&mut movement.reported_rule_led, rule_led);
        self.budget.risen(before, weight, opened);
        self.rule_led.risen(rule_led_before, rule_led, opened);
    }

    /// Whether a movement is strong enough to be raised now, and there is room.
    fn is_due(&self, movement: &Movement, now: Micros) -> bool {
        movement.weight() >= self.budget.threshold(now)
            && self.budget.has_room(now)
            && movement.may_lead(self.rule_led.threshold(now))
    }

    fn raise(&mut self, movement: &mut Movement, situation: &Situation) -> Option<Alert> {
        movement.detected_at = Some(situation.now);
        self.budget.emitted();
        if movement.rule_led() > 0.0 {
            self.rule_led.emitted();
        }
        self.alerts += 1;
        self.to_alert(movement, AlertState::Opened, situation)
    }

    /// Raises a live movement whose findings are strong enough to wait for nothing.
    fn raise_at_once(&mut self, movement: &mut Movement, situation: &Situation) -> Option<Alert> {
        let is_due = movement.rule_nats >= AT_ONCE_NATS
            && self.may_raise_by_detections(situation)
            && self.has_room_by_detections(situation);
        if !is_due {
            return None;
        }
        movement.raise_by_detections(situation.now);
        self.count_by_detections();
        self.to_alert(movement, AlertState::Opened, situation)
    }

    fn count_by_detections(&mut self) {
        self.by_detections.count();
        self.alerts += 1;
    }

    /// Raises what had to wait for the budget, and the best of what there is when too few were.
    fn raise_pending(&mut self, tracker: &mut Tracker, situation: &Situation) -> Vec<Alert> {
        let (now, mut alerts) = (situation.now, Vec::new());
        let Some(since) = self.since() else { return alerts };
        while self.budget.has_room(now) {
            let rule_led = self.rule_led.threshold(now);
            // What ended before was given as an example of what is normal.
            let best = tracker
                .iter()
                .filter(|movement| movement.detected_at.is_none() && movement.last_time >= since)
                .filter(|movement| movement.may_lead(rule_led))
                .max_by(|a, b| a.weight().total_cmp(&b.weight()).then(b.serial.cmp(&a.serial)))
                .map(|movement| (movement.serial, movement.weight()));
            let Some((serial, weight)) = best else { break };
            if weight < self.budget.threshold(now) && !self.budget.is_short(now) {
                break;
            }
            let Some(movement) = tracker.get_mut(serial) else { break };
            alerts.extend(self.raise(movement, situation));
        }
        alerts
    }

    /// Takes in movements that have ended: gives the last state of those that were raised, and keeps
    /// what rules found in the others for when there is room.
    fn end(
        &mut self,
        ended: Vec<Movement>,
        tracker: &mut Tracker,
        situation: &Situation,
    ) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for movement in ended {
            alerts.extend(self.to_alert(&movement, AlertState::Closed, situation));
            // What ended in the history was given as an example of what is normal.
            let in_history = self.first.is_none_or(|first| movement.last_time < first);
            if !movement.is_unseen() || in_history {
                continue;
            }
            if !self.is_by_detections(situation) {
                self.hold_back(HeldBack::Budget, movement);
            } else if let Some(weakest) = self.by_detections.keep(movement) {
                self.hold_back(HeldBack::Budget, weakest);
            }
        }
        let (given_up, more) = tracker.take_given_up();
        self.held += more;
        for movement in given_up {
            self.hold_back(HeldBack::Memory, movement);
        }
        alerts
    }

    /// Raises what ended and waits, the strongest first, as far as the budget has room. While statistics
    /// may still come to judge, nothing but the strongest is worth bothering somebody.
    fn raise_waiting(&mut self, situation: &Situation) -> Vec<Alert> {
        if self.may_raise_by_detections(situation) && self.is_too_small(situation) {
            return self.raise_strongest(situation);
        }
        if !self.is_by_detections(situation) {
            self.hold_back_waiting(HeldBack::Learning);
        }
        Vec::new()
    }

    fn raise_strongest(&mut self, situation: &Situation) -> Vec<Alert> {
        let mut alerts = Vec::new();
        while self.has_room_by_detections(situation) {
            let Some(mut movement) = self.by_detections.take_strongest() else { break };
            movement.raise_by_detections(situation.now);
            self.count_by_detections();
            alerts.extend(self.to_alert(&movement, AlertState::Opened, situation));
            alerts.extend(self.to_alert(&movement, AlertState::Closed, situation));
        }
        alerts
    }

    /// Ends everything: no more events come, so that what was to be learned from is shown too.
    pub(crate) fn finish(&mut self, tracker: &mut Tracker, situation: &Situation) -> Vec<Alert> {
        let mut alerts = self.end(tracker.drain(), tracker, situation);
        if self.is_by_detections(situation) {
            alerts.extend(self.raise_strongest(situation));
        }
        self.hold_back_waiting(HeldBack::Budget);
        alerts
    }

    fn hold_back_waiting(&mut self, reason: HeldBack) {
        for movement in self.by_detections.take_all() {
            self.hold_back(reason, movement);
        }
    }

    fn hold_back(&mut self, reason: HeldBack, movement: Movement) {
        self.held += 1;
        self.held_back.push(reason, movement);
    }

    /// What was held back, as alerts that say why.
    pub(crate) fn held_back(&self, situation: &Situation) -> Vec<Alert> {
        let alert = |HeldMovement { reason, movement }: &HeldMovement| {
            let (rate, p_value) = self.rarity_of(movement, true, situation.accounts);
            let mut alert =
                movement.to_alert(AlertState::Closed, movement.last_time, rate, p_value);
            alert.held_back = Some(*reason);
            alert
        };
        self.held_back.iter().map(alert).collect()
    }

    /// Whether the logins of a movement are kept out of the baseline: it was raised, and it is of a kind
    /// that is not expected every week. What somebody is shown because the budget allows it is mostly
    /// benign, and must not stay new for a week.
    pub(crate) fn is_quarantined(&self, movement: &Movement, config: &Config) -> bool {
        config.quarantine_days > 0
            && movement.detected_at.is_some()
            && self.budget.rate_of(movement.weight()) <= QUARANTINED_RATE
    }

    /// The alert on a movement, if it was raised.
    fn to_alert(
        &self,
        movement: &Movement,
        state: AlertState,
        situation: &Situation,
    ) -> Option<Alert> {
        let detected_at = movement.detected_at?;
        let (rate, p_value) = self.rarity_of(movement, movement.by_detections, situation.accounts);
        Some(movement.to_alert(state, detected_at, rate, p_value))
    }

    /// Movements a day that are as strong, and their share of all.
    fn rarity_of(&self, movement: &Movement, by_detections: bool, accounts: usize) -> (f64, f64) {
        let rate = if by_detections {
            rate_of_findings(movement.rule_nats, accounts)
        } else {
            self.budget.rate_of(movement.weight())
        };
        (rate, (rate / self.budget.rate_of(0.0).max(rate)).min(1.0))
    }
}
