//! From an odd login to an alert: gate, movement, quarantine, budget.

use serde::{Deserialize, Serialize};

use crate::alert::{Alert, AlertState};
use crate::engine::{Engine, Waiting};
use crate::event::{AuthEvent, AuthProtocol, LogonType, Outcome, Timestamp};
use crate::evidence::{self, Context, Known};
use crate::intern::Id;
use crate::login::Login;
use crate::movement::{Bridge, Movement, Rates, Step, Suspect};
use crate::time::{DAY, Day, day_of};

/// Constants of the method, found on simulated organisations that no reported figure uses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Tuning {
    /// Share of benign logins odd enough to join a movement.
    pub(crate) gate: f64,
    /// Logins that a movement could have chosen from: the excess of a login is what remains of
    /// its nats after that choice.
    pub(crate) choices: f64,
    pub(crate) step: f64,
    /// Share of logins that count as odd when an account or host is called noisy.
    pub(crate) tail: f64,
    /// Weight of a failed login in a movement.
    pub(crate) failed: f64,
}

impl Default for Tuning {
    fn default() -> Self {
        let env = |name: &str, default: f64| {
            std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
        };
        Self {
            gate: env("SS_GATE", 0.1),
            choices: env("SS_CHOICES", 100.0),
            step: env("SS_STEP", 50.0),
            tail: env("SS_TAIL", 0.01),
            failed: env("SS_FAILED", 0.5),
        }
    }
}

/// What became of a login.
pub(crate) enum Odd {
    No { surprise: f64, tail: bool },
    Yes { surprise: f64, tail: bool, suspect: Box<Suspect> },
}

/// Logins that may wait at a time; beyond that the oldest is learned at once.
const MAX_WAITING: usize = 1 << 18;

/// Longest time that a rate is measured over, in days: the mean age of what is not forgotten.
const RATE_DAYS: f64 = 40.0;

impl Engine {
    /// Weighs a login that is not habitual.
    pub(crate) fn judge(&self, event: &AuthEvent<'_>, login: &Login, key: [Id; 3]) -> Odd {
        let baseline = &self.baseline;
        let [account_id, source_id, destination_id] = key;
        let account = baseline.accounts.get(login.account);
        let source = baseline.hosts.get(login.source);
        let destination = baseline.hosts.get(login.destination);
        let context = Context::new(
            baseline,
            login.time,
            login.protocol,
            Known { id: account_id, name: &account.name, profile: &account.profile },
            Known { id: source_id, name: &source.name, profile: &source.profile },
            Known { id: destination_id, name: &destination.name, profile: &destination.profile },
        );
        let surprises = evidence::weigh(&context);
        let surprise = evidence::total(&surprises);
        let p_value = self.calibration.p_value(surprise);
        let tail = p_value <= self.tuning.tail;
        let noise = |odd: f32, logins: f32| {
            (f64::from(odd) + 1.0) / (self.tuning.tail * f64::from(logins) + 1.0)
        };
        let noisy = noise(account.profile.odd, account.profile.logins)
            .max(noise(source.profile.odd_from, source.profile.logins_from));
        let p = (p_value * noisy.max(0.5)).min(1.0);
        if p > self.tuning.gate {
            return Odd::No { surprise, tail };
        }
        let weight = if login.failed { self.tuning.failed } else { 1.0 };
        let suspect = Suspect {
            step: Step {
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
                gain: -p.max(f64::MIN_POSITIVE).ln() * weight,
                base: 0.0,
                value: 0.0,
            },
            rates: Rates {
                from_source: self.rate(source.profile.logins_from, source.profile.first_day),
                by_account: self.rate(account.profile.logins, account.profile.first_day),
            },
            openings: self.tuning.choices,
            step_cost: self.tuning.step,
            bridge: self.bridge(login, key),
        };
        Odd::Yes { surprise, tail, suspect: Box::new(suspect) }
    }

    /// The latest usual login by which the account came to the source from a host that a
    /// movement had reached; none if it came to the source in a movement itself.
    fn bridge(&self, login: &Login, [account, source, _]: [Id; 3]) -> Option<Bridge> {
        let since = login.time - self.movements.window();
        if self.movements.has_reached(account, source, since) {
            return None;
        }
        let baseline = &self.baseline;
        let (host, edge, from) = self
            .movements
            .reached_since(since)
            .filter(|&(host, mark)| host != source && mark.time <= login.time)
            .filter_map(|(host, mark)| {
                let edge = baseline.edges.get([account, host, source])?;
                let slot = baseline.hosts.slot_of(host)?;
                (edge.days > 0 && (mark.time..=login.time).contains(&edge.last))
                    .then_some((slot, edge, mark))
            })
            .max_by_key(|(slot, edge, _)| (edge.last, *slot))?;
        let name = |slot| baseline.hosts.get(slot).name.to_string();
        let step = Step {
            key: [account, baseline.hosts.get(host).id, source],
            time: edge.last,
            user: baseline.accounts.get(login.account).name.to_string(),
            src_host: name(host),
            dst_host: name(login.source),
            outcome: Outcome::Success,
            auth_protocol: AuthProtocol::Unknown,
            logon_type: LogonType::Unknown,
            raw_ref: None,
            surprise: 0.0,
            evidence: Vec::new(),
            parent: None,
            gain: 0.0,
            base: 0.0,
            value: 0.0,
        };
        Some(Bridge { step, from: *from })
    }

    /// Logins a day of something that had `logins` since `first_day`.
    fn rate(&self, logins: f32, first_day: Day) -> f64 {
        let days = f64::from(self.baseline.today.saturating_sub(first_day) + 1);
        (f64::from(logins) + 0.2) / days.min(RATE_DAYS)
    }

    /// Takes an odd login into its movement, and raises an alert where that is due.
    #[allow(clippy::too_many_arguments)]
    pub(crate) fn suspect(
        &mut self,
        key: [Id; 3],
        login: &Login,
        surprise: f64,
        tail: bool,
        suspect: Suspect,
        raise: bool,
        alerts: &mut Vec<Alert>,
    ) {
        let Some(attached) = self.movements.attach(suspect) else {
            self.calibration.observe(surprise);
            self.learn_now(key, login, tail);
            return;
        };
        self.metrics.evicted_movements += u64::from(attached.evicted);
        let serial = attached.movement;
        if login.failed {
            self.baseline.learn_failure(key, login);
        } else if attached.kept {
            self.waiting.push_back(Waiting {
                until: self.now + DAY,
                movement: serial,
                key,
                time: login.time,
                protocol: login.protocol,
                odd: tail,
            });
            if self.waiting.len() > MAX_WAITING {
                self.release_oldest();
            }
        }
        let today = self.baseline.today;
        let Some(movement) = self.movements.get(serial) else { return };
        if !attached.kept {
            return;
        }
        if movement.steps.len() == 1 {
            self.metrics.movements += 1;
        }
        let (score, opened, detected) = (movement.score, movement.opened, movement.detected_at);
        if detected.is_none() {
            self.calibration.observe(surprise);
            self.budget.risen(attached.before, score, opened, today);
        }
        if !raise || self.budget.since().is_none() {
            return;
        }
        if detected.is_some() {
            alerts.extend(self.describe(serial, AlertState::Updated));
        } else if score >= self.budget.threshold(self.now) && self.budget.has_room(self.now) {
            self.raise(serial, alerts);
        }
    }

    /// Raises an alert on a movement.
    fn raise(&mut self, serial: u64, alerts: &mut Vec<Alert>) {
        let now = self.now;
        let Some(movement) = self.movements.get_mut(serial) else { return };
        movement.detected_at = Some(now);
        self.budget.emitted();
        self.metrics.alerts += 1;
        alerts.extend(self.describe(serial, AlertState::Opened));
    }

    /// Raises what had to wait for the budget, and the best of what there is when too few were.
    pub(crate) fn raise_pending(&mut self, alerts: &mut Vec<Alert>) {
        while self.budget.has_room(self.now) {
            let best = self
                .movements
                .iter()
                .filter(|movement| movement.detected_at.is_none())
                .max_by(|a, b| a.score.total_cmp(&b.score).then(b.serial.cmp(&a.serial)))
                .map(|movement| (movement.serial, movement.score));
            let Some((serial, score)) = best else { return };
            if score < self.budget.threshold(self.now) && !self.budget.is_short(self.now) {
                return;
            }
            self.raise(serial, alerts);
        }
    }

    fn describe(&self, serial: u64, state: AlertState) -> Option<Alert> {
        self.movements.get(serial).and_then(|movement| self.to_alert(movement, state))
    }

    fn to_alert(&self, movement: &Movement, state: AlertState) -> Option<Alert> {
        let detected_at: Timestamp = movement.detected_at?;
        let rate = self.budget.rate_of(movement.score);
        let p_value = (rate / self.budget.rate_of(0.0).max(rate)).min(1.0);
        Some(movement.to_alert(state, detected_at, rate, p_value))
    }

    /// The last state of the alerts of movements that have ended.
    pub(crate) fn close(&self, ended: &[Movement]) -> Vec<Alert> {
        ended.iter().filter_map(|movement| self.to_alert(movement, AlertState::Closed)).collect()
    }

    /// Learns what has waited long enough; what was alerted on waits on in quarantine.
    pub(crate) fn release(&mut self) {
        while self.waiting.front().is_some_and(|waiting| waiting.until <= self.now) {
            self.release_oldest();
        }
        while self.quarantine.front().is_some_and(|waiting| waiting.until <= self.now) {
            if let Some(waiting) = self.quarantine.pop_front() {
                self.learn_waiting(&waiting);
            }
        }
    }

    fn release_oldest(&mut self) {
        let Some(mut waiting) = self.waiting.pop_front() else { return };
        let alerted = self.movements.get(waiting.movement).is_some_and(|m| m.detected_at.is_some());
        let days = Timestamp::from(self.config.quarantine_days);
        if alerted && days > 1 && self.quarantine.len() < MAX_WAITING {
            self.metrics.quarantined += 1;
            waiting.until += (days - 1) * DAY;
            self.quarantine.push_back(waiting);
        } else {
            self.learn_waiting(&waiting);
        }
    }

    /// Learns a login that waited, unless one of its names was evicted meanwhile.
    fn learn_waiting(&mut self, waiting: &Waiting) {
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
        debug_assert!(day_of(waiting.time) <= self.baseline.today);
        self.learn_now(waiting.key, &login, waiting.odd);
    }
}
