//! The engine: ties the rooms together.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::alert::{Alert, Score, ScoreVector};
use crate::alerting::by_detections::ByDetections;
use crate::baseline::Baseline;
use crate::baseline::profile::{AccountProfile, HostProfile};
use crate::config::{Config, WarmUp};
use crate::event::{Account, AuthEvent, Event, Timestamp};
use crate::judge::{Judged, MAX_WAITING};

use crate::alerting::budget::Budget;
use crate::alerting::held_back::HeldBackLog;
use crate::event::classify::EventRole;
use crate::evidence::{self, Context, Known, Surprises};
use crate::identity::{Alias, Identity};
use crate::login::{Login, host_parts, protocol_class, read};
use crate::metrics::Metrics;
use crate::movement::{LoginGraph, Tracker, login_graph};
use crate::rules::Rules;
use crate::score::calibrate::Calibration;
use crate::sessions::Sessions;
use crate::store::{Id, Interner};
use crate::time::{DAY, Day, HOUR, day_of};

/// Whether the engine raises alerts yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// It only learns; nothing is raised yet.
    Learning,
    /// It raises alerts, since this time.
    Detecting {
        /// Time of the first event that could have raised an alert.
        since: Timestamp,
    },
}

/// Days with events after which a network that shows enough logins is judged, settled or not.
pub(crate) const LONGEST_WARM_UP: Day = 14;

/// Days at the start on which surprises say nothing.
const COLD_DAYS: Day = 2;

/// Share of the budget for movements that are led by what rules found. Administrators do daily what
/// rules are about, so that findings would take most of a quiet network's alerts.
const LED_BY_FINDINGS: f64 = 0.1;

/// A login that waits to be learned.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Quarantined {
    pub(crate) until: Timestamp,
    pub(crate) key: [Id; 3],
    pub(crate) time: Timestamp,
    pub(crate) protocol: u8,
}

/// Learns what is normal and finds what moves sideways.
///
/// [`learn`](Engine::learn) takes history in, [`score`](Engine::score) judges without changing
/// anything, [`process`](Engine::process) judges and then learns, and gives out alerts. Any split
/// of the same events into calls gives the same alerts.
///
/// ```
/// use sidestep::{Account, AuthEvent, Config, Engine, Host, Outcome};
///
/// let mut engine = Engine::new(Config::builder().alerts_per_day(3.0).build()?);
/// let event = AuthEvent::builder(0, Account::parse("alice@CORP"))
///     .src_host(Host::named("WS-17"))
///     .dst_host(Host::named("FILES-1"))
///     .outcome(Outcome::Success)
///     .build()?;
/// let alerts = engine.process(&event);
/// assert!(alerts.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Engine {
    pub(crate) config: Config,
    pub(crate) metrics: Metrics,
    pub(crate) identity: Identity,
    pub(crate) sessions: Sessions,
    pub(crate) baseline: Baseline,
    pub(crate) calibration: Calibration,
    pub(crate) budget: Budget,
    /// The part of the budget that movements led by findings may take.
    pub(crate) led: Budget,
    pub(crate) movements: Tracker,
    pub(crate) rules: Rules,
    /// Accounts that rules know and that do not move: machines, what is built in, names that failed.
    pub(crate) non_movers: Interner<()>,
    pub(crate) by_detections: ByDetections,
    pub(crate) held_back: HeldBackLog,
    /// Odd logins of the last day, in order of time: they count against their account and hosts
    /// a day later, so that an intruder's first login does not excuse his second.
    pub(crate) odd: VecDeque<(Timestamp, [Id; 3])>,
    /// Logins alerted on, in order of `until`: kept out of the baseline until then.
    pub(crate) quarantine: VecDeque<Quarantined>,
    /// Time of the newest event.
    pub(crate) now: Timestamp,
    /// Time of the first event given to `process`.
    pub(crate) first: Option<Timestamp>,
    /// Whether `learn` was ever called.
    pub(crate) taught: bool,
    /// Logins and, of them, new ones on the day so far and on the day before.
    pub(crate) news: [(u64, u64); 2],
    /// Days on which anything happened.
    pub(crate) days_seen: Day,
    /// What rules found, before it is weighed.
    #[cfg(test)]
    pub(crate) found: Vec<(&'static str, String)>,
}

impl Engine {
    /// An engine that knows nothing yet.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self {
            metrics: Metrics::default(),
            identity: Identity::new(&config),
            sessions: Sessions::new(),
            baseline: Baseline::new(&config),
            calibration: Calibration::new(),
            budget: Budget::new(config.alerts_per_day),
            led: Budget::new(config.alerts_per_day * LED_BY_FINDINGS),
            movements: Tracker::new(config.window_hours, config.max_movements, config.max_hops),
            rules: Rules::new(),
            non_movers: Interner::new(config.max_accounts),
            by_detections: ByDetections::default(),
            held_back: HeldBackLog::default(),
            odd: VecDeque::new(),
            quarantine: VecDeque::new(),
            now: 0,
            first: None,
            taught: false,
            news: [(0, 0); 2],
            days_seen: 0,
            #[cfg(test)]
            found: Vec::new(),
            config,
        }
    }

    /// Learns one event; raises nothing.
    pub fn learn<'e>(&mut self, event: impl Into<Event<'e>>) {
        self.taught = true;
        self.take(event.into(), false, &mut Vec::new());
    }

    /// Learns events in order.
    pub fn learn_all(&mut self, events: &[AuthEvent<'_>]) {
        for event in events {
            self.learn(event);
        }
    }

    /// Scores one event against what was learned; changes nothing.
    #[must_use]
    pub fn score(&self, event: &AuthEvent<'_>) -> Score {
        self.weigh(event, |context, surprises, surprise| Score {
            surprise,
            p_value: self.calibration.p_value(surprise),
            contributions: evidence::contributions(context, surprises),
        })
        .unwrap_or(Score { p_value: 1.0, ..Score::default() })
    }

    /// Scores one event as [`score`](Engine::score) does, in numbers only, which costs far less.
    #[must_use]
    pub fn score_vector(&self, event: &AuthEvent<'_>) -> ScoreVector {
        self.weigh(event, |_, surprises, surprise| ScoreVector {
            surprise,
            p_value: self.calibration.p_value(surprise),
            evidence: *surprises,
        })
        .unwrap_or(ScoreVector {
            surprise: 0.0,
            p_value: 1.0,
            evidence: Surprises::default(),
        })
    }

    /// Weighs the evidence of an event, and gives what `tell` makes of it and of its sum; `None` for
    /// what is no remote login.
    fn weigh<T>(
        &self,
        event: &AuthEvent<'_>,
        tell: impl FnOnce(&Context<'_>, &Surprises, f64) -> T,
    ) -> Option<T> {
        let ticket_source = self.ticket_source(event);
        let reading = read(event, &self.identity, ticket_source);
        let blank = (AccountProfile::default(), HostProfile::default());
        let host = |name: Option<&str>| self.baseline.hosts.find(host_parts(name));
        let reports = |slot: u32| self.baseline.hosts.profile(slot).reports_tickets_used;
        let is_login = match reading.meaning {
            EventRole::Login => true,
            EventRole::Ticket => !host(reading.destination.as_deref()).is_some_and(reports),
            EventRole::LocalActivity | EventRole::InteractiveLogon | EventRole::Nothing => false,
        };
        if !is_login {
            return None;
        }
        let account_name = event.account().to_string();
        let account = match self.baseline.accounts.find(reading.account.parts()) {
            Some(slot) => Known::of(&self.baseline.accounts.get(slot)),
            None => Known { id: Id::MAX, name: &account_name, profile: &blank.0 },
        };
        let context = Context::new(
            &self.baseline,
            event.time(),
            protocol_class(event.auth_protocol(), event.logon_type()),
            account,
            self.known_host(reading.source.as_deref(), &blank.1),
            self.known_host(reading.destination.as_deref(), &blank.1),
        );
        let surprises = evidence::weigh(&context);
        Some(tell(&context, &surprises, evidence::total(&surprises)))
    }

    /// A host by its own name, with what is known of it: `blank` where it is new.
    fn known_host<'b>(
        &'b self,
        name: Option<&'b str>,
        blank: &'b HostProfile,
    ) -> Known<'b, HostProfile> {
        match self.baseline.hosts.find(host_parts(name)) {
            Some(slot) => Known::of(&self.baseline.hosts.get(slot)),
            None => Known { id: Id::MAX, name: name.unwrap_or_default(), profile: blank },
        }
    }

    /// Scores each event against what was learned; changes nothing.
    #[must_use]
    pub fn score_all(&self, events: &[AuthEvent<'_>]) -> Vec<Score> {
        events.iter().map(|event| self.score(event)).collect()
    }

    /// Scores one event, then learns it. Gives out the alerts that it opened, updated or closed.
    pub fn process<'e>(&mut self, event: impl Into<Event<'e>>) -> Vec<Alert> {
        let mut alerts = Vec::new();
        self.process_into(event.into(), &mut alerts);
        alerts
    }

    /// Processes events in order.
    pub fn process_all(&mut self, events: &[AuthEvent<'_>]) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for event in events {
            self.process_into(event.into(), &mut alerts);
        }
        alerts
    }

    fn process_into(&mut self, event: Event<'_>, alerts: &mut Vec<Alert>) {
        self.first.get_or_insert(event.time());
        self.take(event, true, alerts);
    }

    /// Ends every open movement and gives out the last state of its alert.
    pub fn finish(&mut self) -> Vec<Alert> {
        let mut alerts = Vec::new();
        let ended = self.movements.drain();
        self.end(ended, &mut alerts);
        self.raise_last(&mut alerts);
        alerts
    }

    /// Whether alerts are raised yet.
    #[must_use]
    pub fn status(&self) -> Status {
        self.budget.since().map_or(Status::Learning, |since| Status::Detecting { since })
    }

    /// What else a host is known as, and why: its DNS name, its addresses. Give any of its names.
    #[must_use]
    pub fn aliases_of_host(&self, name: &str) -> Vec<Alias> {
        self.identity.aliases_of_host(name)
    }

    /// What else an account is known as, and why: its SIDs.
    #[must_use]
    pub fn aliases_of_account(&self, account: &Account<'_>) -> Vec<Alias> {
        self.identity.aliases_of_account(account)
    }

    /// The settings.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// What was taken in, passed over, evicted and raised.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        Metrics {
            evicted_edges: self.baseline.edges.evicted(),
            evicted_pairs: self.baseline.evicted_pairs(),
            evicted_accounts: self.baseline.evicted_accounts,
            evicted_hosts: self.baseline.evicted_hosts,
            edges: self.baseline.edges.records().len() as u64,
            table_bytes: self.baseline.table_bytes() as u64,
            ..self.metrics.clone()
        }
    }

    /// The logins known, as a graph of hosts. It is a copy: later events do not change it.
    #[must_use]
    pub fn login_graph(&self) -> LoginGraph {
        login_graph(&self.baseline)
    }

    /// Takes what is judged into the calibration, but for the first days, on which all is new.
    pub(crate) fn calibrate(&mut self, judged: &Judged) {
        let age =
            self.baseline.first_day.map_or(0, |first| self.baseline.today.saturating_sub(first));
        if age >= COLD_DAYS {
            self.calibration.observe(judged.surprise);
            self.baseline.combinations.observe(&judged.combination);
        }
    }

    /// Learns a login now.
    pub(crate) fn learn_now(&mut self, key: [Id; 3], login: &Login, tail: bool) {
        if login.failed {
            self.baseline.learn_failure(key, login);
        } else {
            self.baseline.learn_login(key, login);
        }
        self.baseline.accounts.profile_mut(login.account).logins += 1.0;
        self.baseline.hosts.profile_mut(login.source).logins_from += 1.0;
        if tail {
            self.odd.push_back((self.now, key));
            if self.odd.len() > MAX_WAITING {
                self.odd.pop_front();
            }
        }
    }

    /// Moves the clock on: days, hours, and what they bring.
    pub(crate) fn advance_to(&mut self, time: Timestamp, raise: bool, alerts: &mut Vec<Alert>) {
        let (day, before) = (day_of(time), day_of(self.now));
        let first = self.baseline.first_day.is_none();
        if first || day > before {
            self.baseline.advance_to(day);
            if !first {
                let days = f64::from(day - before);
                self.calibration.refresh(days);
                self.budget.refresh(days);
                self.led.refresh(days);
                self.rules.frequency.refresh(days, self.baseline.accounts.len());
            }
            self.days_seen += 1;
            self.metrics.days_by_detections += u64::from(raise && self.is_by_detections());
            self.news = [(0, 0), self.news[0]];
        }
        let ticked = time / HOUR > self.now / HOUR;
        self.now = time;
        if !ticked && !first {
            return;
        }
        self.release();
        self.rules.forget(time);
        let ended = self.movements.expire(time);
        if raise && self.budget.since().is_none() && self.is_ready() {
            self.budget.start(time);
            self.led.start(time);
        }
        self.note_who_decides();
        self.end(ended, alerts);
        if raise {
            self.raise_waiting(alerts);
            if !self.is_by_detections() {
                self.raise_pending(alerts);
            }
        }
    }

    /// Whether enough was learned for an oddity to mean something.
    fn is_ready(&self) -> bool {
        match self.config.warm_up {
            WarmUp::None => self.calibration.is_fitted() || self.taught,
            WarmUp::Days(days) => {
                self.first.is_some_and(|first| self.now - first >= Timestamp::from(days) * DAY)
            }
            WarmUp::Auto => {
                // A day on which fewer than one login in eight took a new edge.
                let (logins, new) = self.news[1];
                let settled = logins > 0 && 8 * new < logins;
                self.calibration.is_fitted()
                    && (settled && self.days_seen > 7 || self.days_seen > LONGEST_WARM_UP)
            }
        }
    }
}
