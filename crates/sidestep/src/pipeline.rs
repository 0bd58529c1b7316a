//! The way of an event through the stages: resolve, classify, judge, findings, movement, alerting,
//! learning. Every stage owns its state and returns what it found; this file only passes it on.

mod clock;
pub(crate) mod days_seen;
mod findings;
mod forget;
mod join;
mod judge_again;
mod score;

use crate::ahead::{Admission, Ahead};
use crate::alert::Alert;
use crate::alerting::desk::{AlertDesk, Situation};
use crate::baseline::Baseline;
use crate::config::Config;
use crate::event::Purpose;
use crate::event::classify::{EventRole, is_by_sshd, is_desktop, is_idle, role_of};
use crate::event::{Account, Activity, AuthEvent, Event, Outcome, OwnedEvent};
use crate::evidence::{Context, Known};
use crate::identity::event_hosts::EventHosts;
use crate::identity::resolve::{Resolved, Resolver};
use crate::judge::{Judge, Verdict, odd_rate};
use crate::learning::Learning;
use crate::login::{Login, LoginPlaces, may_use_ticket, protocol_class};
use crate::metrics::{Counts, MemoryUse, Metrics};
use crate::movement::{Candidate, Hop, Tracker};
use crate::rules::Rules;
use crate::rules::finding::Finding;
use crate::rules::observation::EventClass;
use crate::sessions::Sessions;
use crate::store::Heap;
use crate::time::{DAY, Micros};
use days_seen::DaysSeen;

/// The stages, in the order in which an event passes them.
#[derive(Debug, Clone)]
pub(crate) struct Pipeline {
    pub(crate) config: Config,
    pub(crate) counts: Counts,
    pub(crate) ahead: Ahead,
    /// Time of the newest event.
    pub(crate) now: Micros,
    /// When its hour ends, which brings nothing new before; 0 where that was not asked yet.
    pub(crate) hour_end: Micros,
    /// Days on which anything happened.
    pub(crate) days_seen: DaysSeen,
    pub(crate) resolver: Resolver,
    pub(crate) sessions: Sessions,
    pub(crate) baseline: Baseline,
    pub(crate) judge: Judge,
    pub(crate) rules: Rules,
    pub(crate) tracker: Tracker,
    pub(crate) desk: AlertDesk,
    pub(crate) learning: Learning,
}

impl Pipeline {
    pub(crate) fn new(config: Config) -> Self {
        let bounds = config.bounds();
        let pipeline = Self {
            counts: Counts::default(),
            ahead: Ahead::default(),
            now: 0,
            hour_end: 0,
            days_seen: DaysSeen::default(),
            resolver: Resolver::new(&bounds, config.resolve_names, config.address_lifetime()),
            sessions: Sessions::new(bounds.portion()),
            baseline: Baseline::new(&bounds, config.half_life_days),
            judge: Judge::new(),
            rules: Rules::new(bounds.portion()),
            tracker: Tracker::new(&config),
            desk: AlertDesk::new(config.alerts_per_day),
            learning: Learning::default(),
            config,
        };
        pipeline.within_limit()
    }

    /// The same, where rules, movements and what waits remember no more than the limit of memory allows: a
    /// saved state does not say how much that is.
    pub(crate) fn within_limit(mut self) -> Self {
        let portion = self.config.bounds().portion();
        self.rules.keep_to(portion);
        self.tracker.keep_to(portion);
        self.desk.keep_to(portion);
        self.learning.keep_to(portion);
        self
    }

    /// Takes one event in: now, or once the stream has followed to where it is.
    pub(crate) fn take(&mut self, event: Event<'_>, purpose: Purpose) -> Vec<Alert> {
        self.counts.events += 1;
        self.admit(event, purpose)
    }

    fn admit(&mut self, event: Event<'_>, purpose: Purpose) -> Vec<Alert> {
        let now = self.baseline.first_day.map(|_| self.now);
        match self.ahead.admit(event, purpose, now) {
            Admission::Take => self.pass(event, purpose),
            Admission::SetAside => Vec::new(),
            Admission::Resume(events) => self.resume(events),
        }
    }

    /// Takes in what was set aside. What lies far ahead of the rest of it is set aside again.
    fn resume(&mut self, events: Vec<(OwnedEvent, Purpose)>) -> Vec<Alert> {
        let pass = |(event, purpose): (OwnedEvent, Purpose)| self.admit(event.as_event(), purpose);
        events.into_iter().flat_map(pass).collect()
    }

    /// Passes one event through the stages.
    pub(crate) fn pass(&mut self, event: Event<'_>, purpose: Purpose) -> Vec<Alert> {
        let time = event.micros();
        self.desk.note(purpose, time);
        if self.is_late(time) {
            self.counts.late += 1;
            return Vec::new();
        }
        let mut alerts = self.advance_to(time, purpose);
        self.baseline.set_time(self.now);
        self.resolver.set_time(self.now);
        self.counts.activities += u64::from(event.auth().is_none());
        let class = EventClass::of(event);
        let is_passed_over = class.is_none() && event.auth().is_none_or(is_idle);
        let hosts = EventHosts::of(event);
        self.resolver.learn(event, &hosts);
        if is_passed_over {
            // Nobody looks at it, so its names must not take the place of others.
            self.counts.passed_over += u64::from(event.auth().is_some());
            return alerts;
        }
        let inspected = class.filter(|class| Rules::want(*class));
        let mut resolved = self.resolver.resolve(
            event,
            &hosts,
            inspected.is_some(),
            &mut self.baseline,
            &self.sessions,
        );
        let mut found = self.inspect(event, class, &resolved);
        let login = event.auth().and_then(|auth| Some((auth, self.classify(auth, &resolved)?)));
        match login {
            None => self.attribute_all(found, &resolved, event, purpose, &mut alerts),
            Some((auth, login)) => {
                self.resolver.add_subject(auth, &mut resolved, &mut self.baseline);
                found.extend(self.inspect(event, Some(EventClass::NEW_LOGIN), &resolved));
                self.take_login(auth, &login, found, &resolved, purpose, &mut alerts);
            }
        }
        alerts
    }

    fn inspect(
        &mut self,
        event: Event<'_>,
        class: Option<EventClass>,
        resolved: &Resolved,
    ) -> Vec<Finding> {
        class.map_or_else(Vec::new, |class| {
            self.rules.inspect(event, class, resolved, &self.baseline, &self.resolver)
        })
    }

    /// What an event means: the login that has to be judged, should it be one. What is habitual, told
    /// twice, or no login at all, is learned here.
    fn classify(&mut self, event: &AuthEvent<'_>, resolved: &Resolved) -> Option<Login> {
        let Resolved { source, destination, .. } = *resolved;
        let source_name = || source.map(|source| self.baseline.hosts.text(source.slot).as_bytes());
        let role = role_of(event, source_name, resolved.is_remote());
        if role == EventRole::Nothing {
            self.counts.passed_over += 1;
            return None;
        }
        let account = self.resolver.login_account(event, resolved, &mut self.baseline);
        let (baseline, time) = (&mut self.baseline, event.micros());
        if let EventRole::LocalActivity | EventRole::InteractiveLogon = role {
            let host = destination.or(source)?;
            if role == EventRole::InteractiveLogon {
                let subject = subject_of(event);
                let subject = subject.map(|subject| self.resolver.mover(subject, baseline).slot);
                baseline.learn_keyboard(account.slot, host.slot, time, subject);
            }
            baseline.learn_presence(account.slot, host.slot, time);
            return None;
        }
        let (source, destination) = source.zip(destination)?;
        if let (Activity::ServiceTicket, Some(guid)) = (event.activity(), event.logon_guid()) {
            self.sessions.learn_ticket(guid, source.id, time);
        }
        let protocol = protocol_class(event.auth_protocol(), event.logon_type());
        if role == EventRole::Login {
            if may_use_ticket(protocol) {
                baseline.note_reports_tickets(destination.slot);
            }
        } else if baseline.reports_tickets(destination.slot) {
            baseline.learn_presence(account.slot, source.slot, time);
            return None;
        }
        let mut login = Login {
            key: [account.id, source.id, destination.id],
            time,
            account: account.slot,
            source: source.slot,
            destination: destination.slot,
            protocol,
            failed: event.outcome() == Outcome::Failure,
            places: LoginPlaces::default(),
        };
        if is_desktop(event.logon_type()) && !login.failed {
            self.tracker.became_desktop(login.key, time);
        }
        if self.sessions.is_duplicate(event, login.failed, login.key) {
            self.counts.duplicates += 1;
            return None;
        }
        self.counts.logins += 1;
        let edge = baseline.edges.find(login.key);
        if edge.is_some_and(|edge| baseline.is_habitual(&login, edge)) {
            self.counts.habitual += 1;
            return None;
        }
        login.places = baseline.places(login.key, edge);
        Some(login)
    }

    /// Judges a login, takes it into a movement if it is suspicious, and learns it.
    fn take_login(
        &mut self,
        event: &AuthEvent<'_>,
        login: &Login,
        found: Vec<Finding>,
        resolved: &Resolved,
        purpose: Purpose,
        alerts: &mut Vec<Alert>,
    ) {
        // A burst shows what the logins before it were; that is no evidence of this one.
        let (own, of_others): (Vec<_>, Vec<_>) = self
            .weigh(found, event.into())
            .into_iter()
            .partition(|weighed| !weighed.finding.of_another);
        self.attribute(of_others, resolved, event.into(), purpose, alerts);
        let (verdict, candidate) = self.judge_login(event, login);
        self.judge.count(login.places.edge.is_none());
        let Some(mut candidate) = candidate else {
            self.judge.observe(&verdict.weighing, &verdict.combination, &mut self.baseline);
            self.learning.learn_now(login, verdict.tail, self.now, &mut self.baseline);
            return self.attribute(own, resolved, event.into(), purpose, alerts);
        };
        own.into_iter().for_each(|weighed| candidate.add_evidence(weighed.evidence));
        let Some(attached) = self.tracker.attach(candidate) else {
            self.judge.observe(&verdict.weighing, &verdict.combination, &mut self.baseline);
            self.learning.learn_now(login, verdict.tail, self.now, &mut self.baseline);
            return;
        };
        let movement = self.tracker.get(attached.movement);
        if movement.is_some_and(|movement| movement.detected_at.is_none()) {
            self.judge.observe(&verdict.weighing, &verdict.combination, &mut self.baseline);
        }
        self.rise(&attached.rose, purpose, alerts);
        self.learn(login, verdict.tail, attached.movement, attached.is_kept());
    }

    /// Learns a suspicious login now, later, or never.
    fn learn(&mut self, login: &Login, tail: bool, movement: u64, is_kept: bool) {
        let is_quarantined = self
            .tracker
            .get(movement)
            .is_some_and(|movement| self.desk.is_quarantined(movement, &self.config));
        if !is_quarantined {
            self.learning.learn_now(login, tail, self.now, &mut self.baseline);
        } else if login.failed {
            self.baseline.learn_failure(login);
        } else if is_kept {
            self.counts.quarantined += 1;
            let until = self.now + Micros::from(self.config.quarantine_days) * DAY;
            self.learning.learn_later(login, until, self.now, &mut self.baseline);
        }
    }

    fn judge_login(&self, event: &AuthEvent<'_>, login: &Login) -> (Verdict, Option<Candidate>) {
        let baseline = &self.baseline;
        let account = baseline.accounts.get(login.account);
        let source = baseline.hosts.get(login.source);
        let destination = baseline.hosts.get(login.destination);
        let context = Context::new(
            baseline,
            login.time,
            login.protocol,
            &login.places,
            Known::of(&account),
            Known::of(&source),
            Known::of(&destination),
        );
        let verdict = self.judge.judge(&context, login.failed, self.config.alerts_per_day);
        let candidate = verdict.suspicion.map(|suspicion| Candidate {
            hop: Hop {
                key: login.key,
                time: login.time,
                user: account.name.to_owned(),
                src_host: source.name.to_owned(),
                dst_host: destination.name.to_owned(),
                outcome: event.outcome(),
                auth_protocol: event.auth_protocol(),
                logon_type: event.logon_type(),
                raw_ref: event.raw_ref(),
                surprise: verdict.weighing.surprise,
                evidence: verdict.weighing.reasons(&context),
                parent: None,
                gain: suspicion.gain,
                rule_nats: 0.0,
                held: 0.0,
                linked: 0.0,
                asks: false,
                ssh: is_by_sshd(event),
            },
            leaving: self.judge.leaving(baseline),
            alone: suspicion.alone,
            rate: odd_rate(
                source.profile.odd_to.value(&baseline.fade),
                source.profile.first_day,
                baseline.today,
            ),
        });
        (verdict, candidate)
    }

    /// Whether detections alone decide what is raised, and whether they always will.
    pub(crate) fn who_decides(&self) -> (bool, bool) {
        let situation = self.situation();
        (self.desk.is_by_detections(&situation), self.desk.is_too_small(&situation))
    }

    /// What the desk has to know of the other stages.
    fn situation(&self) -> Situation {
        Situation {
            alerts_per_day: self.config.alerts_per_day,
            warm_up: self.config.warm_up,
            now: self.now,
            days_seen: self.days_seen.count(),
            is_calibrated: self.judge.calibration.is_fitted(),
            yesterday: self.judge.yesterday(),
            accounts: self.baseline.accounts.len(),
        }
    }

    /// Ends every movement; no more events come, so that what is set aside is all that follows.
    pub(crate) fn finish(&mut self) -> Vec<Alert> {
        let mut alerts = Vec::new();
        while !self.ahead.is_empty() {
            let events = self.ahead.resume();
            alerts.extend(self.resume(events));
        }
        let situation = self.situation();
        alerts.extend(self.desk.finish(&mut self.tracker, &situation));
        alerts
    }

    /// The counts of every stage, together.
    pub(crate) fn metrics(&self) -> Metrics {
        let Self { counts, baseline, .. } = self;
        let (findings, tracker) = (self.rules.counts(), self.tracker.counts());
        let (alerts, held_back) = self.desk.counts();
        Metrics {
            events: counts.events,
            activities: counts.activities,
            logins: counts.logins,
            habitual: counts.habitual,
            duplicates: counts.duplicates,
            late: counts.late,
            future: self.ahead.dropped(),
            passed_over: counts.passed_over,
            quarantined: counts.quarantined,
            accounts: baseline.accounts.names() as u64,
            hosts: baseline.hosts.names() as u64,
            edges: baseline.edges.records().len() as u64,
            memory: self.memory(),
            evicted_edges: baseline.edges.evicted(),
            evicted_pairs: baseline.evicted_pairs(),
            evicted_accounts: baseline.evicted_accounts,
            evicted_hosts: baseline.evicted_hosts,
            findings: findings.findings,
            suppressed: findings.suppressed,
            movements: tracker.opened,
            evicted_movements: tracker.evicted,
            dropped_hops: tracker.dropped_hops,
            alerts,
            held_back,
            days_by_detections: counts.days_by_detections,
        }
    }

    fn memory(&self) -> MemoryUse {
        let bytes = |tables: &[&dyn Heap]| {
            tables.iter().map(|table| table.heap_bytes() as u64).sum::<u64>()
        };
        let baseline = &self.baseline;
        MemoryUse {
            accounts: bytes(&[&baseline.accounts]),
            hosts: bytes(&[&baseline.hosts]),
            names: bytes(&[&self.resolver]),
            edges: bytes(&[&baseline.edges]),
            account_destinations: bytes(&[&baseline.account_destination]),
            account_sources: bytes(&[&baseline.account_source]),
            host_pairs: bytes(&[&baseline.source_destination]),
            presence: bytes(&[&baseline.presence, &baseline.keyboard, &baseline.companions]),
            sessions: bytes(&[&self.sessions]),
            detections: bytes(&[&self.rules]),
            movements: bytes(&[&self.tracker, &self.desk]),
            quarantine: bytes(&[&self.learning, &baseline.journal]),
        }
    }

    /// What was held back.
    pub(crate) fn held_back(&self) -> Vec<Alert> {
        self.desk.held_back(&self.situation())
    }
}

/// Who ran something as another account; not a machine, on whose behalf people log on.
fn subject_of<'e, 'a>(event: &'e AuthEvent<'a>) -> Option<&'e Account<'a>> {
    event.subject().filter(|subject| {
        subject.kind.can_move() && !subject.name.eq_ignore_ascii_case(&event.account().name)
    })
}
