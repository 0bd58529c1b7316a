//! From an odd login to an alert: gate, movement, quarantine, budget.

use crate::alert::{Alert, AlertState};
use crate::baseline::aode::Combination;
use crate::engine::{Engine, Quarantined};
use crate::event::classify::is_by_sshd;
use crate::event::{AuthEvent, Timestamp};
use crate::evidence::{self, Context, Known};
use crate::login::Login;
use crate::movement::{Candidate, Hop, Movement};
use crate::store::Id;
use crate::time::{DAY, Day};

// The constants below were found on simulated organisations that no reported figure uses; see
// docs/detection.md for what each is worth.

/// Share of benign logins odd enough to join a movement.
const GATE: f64 = 0.005;
/// Share of benign logins odd enough to be shown alone where the budget asks for more than the
/// gate lets in, at most.
const WIDEST_GATE: f64 = 0.2;
/// Logins of a day that a network has at least, for the scale of what is rare: on a small one a few
/// hundred are too few to tell by.
const LEAST_A_DAY: f64 = 500.0;
/// Logins let in for each alert asked for.
const LET_IN: f64 = 3.0;
/// Most that a login beyond the gate gains, in nats: less than any within it.
const BEYOND: f64 = 0.1;
/// Share of logins that count as odd when an account or host is called noisy.
const TAIL: f64 = 0.01;
/// An account or source that was odd more often than others is that much less remarkable, by
/// this power of the ratio.
const NOISE_WEIGHT: f64 = 0.2;
/// Least ratio: nobody's logins count for much more because he was never odd.
const LEAST_NOISE: f64 = 0.5;

/// How odd a login is.
pub(crate) struct Judged {
    pub(crate) surprise: f64,
    /// Whether it lies in the odd tail.
    pub(crate) tail: bool,
    pub(crate) combination: Combination,
}

/// What became of a login.
pub(crate) enum Odd {
    No(Judged),
    Yes(Judged, Box<Candidate>),
}

/// A movement expected more often than this a day is learned from although it was alerted on.
const QUARANTINED_RATE: f64 = 1.0 / 7.0;

/// Logins that may wait at a time; beyond that the oldest is taken at once.
pub(crate) const MAX_WAITING: usize = 1 << 18;

/// Longest time that a rate is measured over, in days: the mean age of what is not forgotten.
const RATE_DAYS: f64 = 40.0;

impl Engine {
    /// Weighs a login that is not habitual.
    pub(crate) fn judge(&self, event: &AuthEvent<'_>, login: &Login, key: [Id; 3]) -> Odd {
        let baseline = &self.baseline;
        let account = baseline.accounts.get(login.account);
        let source = baseline.hosts.get(login.source);
        let destination = baseline.hosts.get(login.destination);
        let context = Context::new(
            baseline,
            login.time,
            login.protocol,
            Known::of(&account),
            Known::of(&source),
            Known::of(&destination),
        );
        let surprises = evidence::weigh(&context);
        let surprise = evidence::total(&surprises);
        let p_value = self.calibration.p_value(surprise);
        let tail = p_value <= TAIL;
        let judged = Judged { surprise, tail, combination: evidence::combination(&context) };
        let noise =
            |odd: f32, logins: f32| (f64::from(odd) + 1.0) / (TAIL * f64::from(logins) + 1.0);
        let noisy = noise(account.profile.odd, account.profile.logins)
            .max(noise(source.profile.odd_from, source.profile.logins_from));
        let p = p_value * noisy.max(LEAST_NOISE).powf(NOISE_WEIGHT);
        let wide = self.wide_gate();
        let gain = if p <= GATE {
            BEYOND + (GATE / p.max(f64::MIN_POSITIVE)).ln()
        } else if p <= wide && !login.failed {
            BEYOND * (wide / p).ln() / (wide / GATE).ln()
        } else {
            return Odd::No(judged);
        };
        let suspect = Candidate {
            hop: Hop {
                key,
                time: login.time,
                user: account.name.to_string(),
                src_host: source.name.to_string(),
                dst_host: destination.name.to_string(),
                outcome: event.outcome(),
                auth_protocol: event.auth_protocol(),
                logon_type: event.logon_type(),
                raw_ref: event.raw_ref(),
                surprise,
                evidence: evidence::contributions(&context, &surprises),
                parent: None,
                gain,
                proven: 0.0,
                held: 0.0,
                linked: 0.0,
                asks: false,
                ssh: is_by_sshd(event),
            },
            leaving: self.leaving(),
            alone: p > GATE,
            rate: self.rate(source.profile.odd_to, source.profile.first_day),
        };
        Odd::Yes(judged, Box::new(suspect))
    }

    /// The gate that lets in as many logins as the budget needs to choose from.
    fn wide_gate(&self) -> f64 {
        let (logins, _) = self.news[1];
        (LET_IN * self.config.alerts_per_day / (logins as f64).max(1.0)).clamp(GATE, WIDEST_GATE)
    }

    /// Logins a day that the gate lets in, by those of yesterday.
    pub(crate) fn gated_a_day(&self) -> f64 {
        GATE * self.logins_a_day()
    }

    /// Logins of yesterday, or so many that a rate can be told.
    fn logins_a_day(&self) -> f64 {
        (self.news[1].0 as f64).max(LEAST_A_DAY)
    }

    /// Odd logins a day that leave a host here, by those of yesterday.
    pub(crate) fn leaving(&self) -> f64 {
        self.gated_a_day() / self.baseline.hosts.len().max(1) as f64
    }

    /// Odd logins a day to be expected of something that had `odd` since `first_day`.
    pub(crate) fn rate(&self, odd: f32, first_day: Day) -> f64 {
        let days = f64::from(self.baseline.today.saturating_sub(first_day) + 1);
        (f64::from(odd) + 0.2) / days.min(RATE_DAYS)
    }

    /// Takes an odd login into its movement, and raises an alert where that is due.
    pub(crate) fn suspect(
        &mut self,
        login: &Login,
        judged: &Judged,
        suspect: Candidate,
        raise: bool,
        alerts: &mut Vec<Alert>,
    ) {
        let (key, tail) = (suspect.hop.key, judged.tail);
        let Some(attached) = self.movements.attach(suspect) else {
            self.calibrate(judged);
            self.learn_now(key, login, tail);
            return;
        };
        let serial = attached.movement;
        let is_open = |engine: &Self| {
            engine.movements.get(serial).is_some_and(|movement| movement.detected_at.is_none())
        };
        if is_open(self) {
            self.calibrate(judged);
        }
        self.risen(&attached, raise, alerts);
        if !self.is_quarantined(serial) {
            self.learn_now(key, login, tail);
        } else if login.failed {
            self.baseline.learn_failure(key, login);
        } else if attached.kept {
            self.metrics.quarantined += 1;
            let days = Timestamp::from(self.config.quarantine_days);
            self.quarantine.push_back(Quarantined {
                until: self.now + days * DAY,
                key,
                time: login.time,
                protocol: login.protocol,
            });
            if self.quarantine.len() > MAX_WAITING {
                self.release_oldest();
            }
        }
    }

    /// Whether the logins of a movement are kept out of the baseline: it was alerted on, and it is
    /// of a kind that is not expected every week. What somebody is shown because the budget allows
    /// it is mostly benign, and must not stay new for a week.
    fn is_quarantined(&self, serial: u64) -> bool {
        self.config.quarantine_days > 0
            && self.movements.get(serial).is_some_and(|movement| {
                movement.detected_at.is_some()
                    && self.budget.rate_of(movement.weight()) <= QUARANTINED_RATE
            })
    }

    /// Raises an alert on a movement.
    pub(crate) fn raise(&mut self, serial: u64, alerts: &mut Vec<Alert>) {
        let now = self.now;
        let Some(movement) = self.movements.get_mut(serial) else { return };
        movement.detected_at = Some(now);
        self.budget.emitted();
        if movement.led() > 0.0 {
            self.led.emitted();
        }
        self.metrics.alerts += 1;
        alerts.extend(self.describe(serial, AlertState::Opened));
    }

    /// Raises what had to wait for the budget, and the best of what there is when too few were.
    pub(crate) fn raise_pending(&mut self, alerts: &mut Vec<Alert>) {
        let Some(since) = self.budget.since() else { return };
        while self.budget.has_room(self.now) {
            let led = self.led.threshold(self.now);
            // What ended before was given as an example of what is normal.
            let best = self
                .movements
                .iter()
                .filter(|movement| movement.detected_at.is_none() && movement.last_time >= since)
                .filter(|movement| movement.may_lead(led))
                .max_by(|a, b| a.weight().total_cmp(&b.weight()).then(b.serial.cmp(&a.serial)))
                .map(|movement| (movement.serial, movement.weight()));
            let Some((serial, weight)) = best else { return };
            if weight < self.budget.threshold(self.now) && !self.budget.is_short(self.now) {
                return;
            }
            self.raise(serial, alerts);
        }
    }

    pub(crate) fn describe(&self, serial: u64, state: AlertState) -> Option<Alert> {
        self.movements.get(serial).and_then(|movement| self.to_alert(movement, state))
    }

    /// The alert on a movement, should there be one.
    pub(crate) fn to_alert(&self, movement: &Movement, state: AlertState) -> Option<Alert> {
        let detected_at: Timestamp = movement.detected_at?;
        let (rate, p_value) = self.rarity_of(movement, movement.by_detections);
        Some(movement.to_alert(state, detected_at, rate, p_value))
    }

    /// Movements a day that are as strong, and their share of all.
    pub(crate) fn rarity_of(&self, movement: &Movement, by_detections: bool) -> (f64, f64) {
        let rate = if by_detections {
            self.rate_of_proven(movement.proven)
        } else {
            self.budget.rate_of(movement.weight())
        };
        (rate, (rate / self.budget.rate_of(0.0).max(rate)).min(1.0))
    }

    /// Learns what was in quarantine long enough, and counts the odd logins of the day before.
    pub(crate) fn release(&mut self) {
        while self.quarantine.front().is_some_and(|waiting| waiting.until <= self.now) {
            self.release_oldest();
        }
        while let Some(&(time, key)) = self.odd.front().filter(|(time, _)| time + DAY <= self.now) {
            self.odd.pop_front();
            debug_assert!(time <= self.now);
            self.baseline.count_odd(key);
        }
    }

    fn release_oldest(&mut self) {
        if let Some(waiting) = self.quarantine.pop_front() {
            self.learn_waiting(&waiting);
        }
    }

    /// Learns a login that waited, unless one of its names was evicted meanwhile.
    fn learn_waiting(&mut self, waiting: &Quarantined) {
        let [account, source, destination] = waiting.key;
        let (Some(account), Some(source), Some(destination)) = (
            self.baseline.accounts.slot_of(account),
            self.baseline.hosts.slot_of(source),
            self.baseline.hosts.slot_of(destination),
        ) else {
            return;
        };
        let login = Login {
            time: waiting.time,
            account,
            source,
            destination,
            protocol: waiting.protocol,
            failed: false,
        };
        self.learn_now(waiting.key, &login, false);
    }
}
