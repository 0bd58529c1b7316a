//! What rules found, made evidence: weighed, laid at a login's door, joined into movements.

use std::net::IpAddr;

use crate::alert::{Alert, AlertState, Contribution};
use crate::alerting::by_detections::AT_ONCE;
use crate::engine::Engine;
use crate::event::classify::is_by_sshd;
use crate::event::{AccountKind, Activity, Event, Outcome};
use crate::identity::resolve::{Resolved, name_of};
use crate::movement::{Attached, Candidate, Hop, RuleEvidence};
use crate::rules::frequency::Actor;
use crate::rules::observation::{AccountRef, EventClass, Finding, HostRef, Observation};
use crate::rules::policy::Named;
use crate::rules::{Role, Rules, detections};
use crate::store::Id;

/// Nats below which a finding is no evidence.
const LEAST: f64 = 1.0;
/// Nats with which a finding may open a movement, or make one of a login that is not odd enough.
pub(crate) const OPENS: f64 = 3.0;
/// A finding that was weighed.
#[derive(Debug, Clone)]
pub(crate) struct WeighedFinding {
    pub(crate) finding: Finding,
    pub(crate) weighed: RuleEvidence,
}

impl Engine {
    /// Shows an event to the rules, where any wants it; gives out what they found.
    pub(crate) fn inspect(
        &mut self,
        event: Event<'_>,
        class: EventClass,
        parties: &Resolved,
    ) -> Vec<Finding> {
        if !Rules::want(class) {
            return Vec::new();
        }
        let (account, subject) = match event {
            Event::Auth(event) => (Some(event.account()), event.subject()),
            Event::Activity(activity) => (activity.account(), None),
        };
        let failed = event.auth().is_some_and(|event| event.outcome() == Outcome::Failure);
        let subject = subject.map(|subject| (self.account_id(subject, failed), subject.kind));
        let account = parties.account.zip(account.map(|account| account.kind));
        let who = |(id, kind): (Id, AccountKind)| AccountRef {
            id,
            name: name_of(&self.baseline, &self.non_movers, id).unwrap_or_default(),
            kind,
        };
        let place =
            |id: Id| HostRef { id, name: self.baseline.hosts.name_of(id).unwrap_or_default() };
        let object = match event {
            Event::Activity(activity) => activity.object().unwrap_or_default().to_ascii_lowercase(),
            Event::Auth(_) => String::new(),
        };
        let seen = Observation {
            time: event.time(),
            class,
            event,
            object: &object,
            account: account.map(who),
            subject: subject.map(who),
            source: parties.source.map(place),
            destination: parties.destination.map(place),
        };
        self.rules.look(&seen, &self.baseline)
    }

    /// Weighs what was found by how often this account and this network do the like; leaves out
    /// what is turned off, allowed, or usual.
    pub(crate) fn weigh_findings(
        &mut self,
        found: Vec<Finding>,
        event: Event<'_>,
    ) -> Vec<WeighedFinding> {
        let mut proofs = Vec::new();
        for finding in found {
            let detection = &detections()[finding.rule];
            #[cfg(test)]
            self.found.push((detection.id, finding.observed.clone()));
            let weight = self.config.policy.weight(detection.id);
            if weight == 0.0 {
                continue;
            }
            if self.is_allowed(&finding, detection.id, event) {
                self.metrics.suppressed += 1;
                continue;
            }
            let (actor, first_day) = self.actor_of(&finding);
            let today = self.baseline.today;
            let known = f64::from(today.saturating_sub(first_day));
            // What somebody does from one host is not usual from another; the statistics weigh that too,
            // where they do.
            let from = finding.source.filter(|_| !finding.of_source);
            let with_source = from.map_or(finding.kind, |source| finding.kind.with(source));
            let rule = (finding.rule, detection);
            let alone = self.is_by_detections();
            let frequency = &self.rules.frequency;
            let here = frequency.telling(rule, (actor, finding.kind), known, today);
            let telling = match alone {
                true => frequency.telling_alone(rule, (actor, with_source), known, today),
                false => here,
            };
            let own = telling.nats.min(finding.at_most);
            let comparable = here.comparable.min(finding.at_most);
            let of = (actor, [finding.kind, with_source]);
            self.rules.frequency.observe(finding.rule, of, comparable, today);
            let gated = self.gated_a_day();
            let rarity = self.rules.frequency.rarity(finding.rule, detection, comparable, gated);
            if weight * own < LEAST {
                continue;
            }
            // What the statistics weigh already, or soon will, must not count twice.
            let is_label = detection.role == Role::Labels
                && self.rules.frequency.has_history()
                && !self.is_too_small();
            let counted = |nats: f64| if is_label || nats < LEAST { 0.0 } else { nats };
            // What others do here every day counts for nothing, but a login that is odd for other reasons is
            // shown with what was done by it. Where nothing else is judged, the budget is kept by number.
            let held = weight * here.nats.min(finding.at_most).min(rarity);
            let nats = if alone { weight * own } else { held };
            let held = held.min(nats);
            self.metrics.findings += u64::from(nats >= LEAST);
            let (nats, held) = (counted(nats), counted(held));
            let expected = match (telling.days >= 0.5, known >= 1.0) {
                (true, _) => format!("seen on {:.0} days before", telling.days.ceil()),
                (false, true) => format!(
                    "not seen of it in {known:.0} days; on one of {:.0} account-days here",
                    1.0 / telling.share
                ),
                (false, false) => "nothing known of it yet".to_owned(),
            };
            let contribution = Contribution {
                name: detection.id.to_owned(),
                surprise: nats,
                observed: finding.observed.clone(),
                expected,
            };
            proofs.push(WeighedFinding { weighed: RuleEvidence { contribution, held }, finding });
        }
        proofs
    }

    /// Who is to be held to his own history, and the day since when he is known: the account; where it
    /// is not known or the source answers for it, the host that it came from, or else where it happened.
    fn actor_of(&self, finding: &Finding) -> (Actor, u32) {
        let account = finding.account.filter(|_| !finding.of_source).and_then(|id| {
            let slot = self.baseline.accounts.slot_of(id)?;
            Some((Actor::Account(id), self.baseline.accounts.profile(slot).first_day))
        });
        account.unwrap_or_else(|| {
            let id = finding.source.unwrap_or(finding.destination);
            let first_day =
                self.baseline.hosts.slot_of(id).map_or(self.baseline.today, |slot| {
                    self.baseline.hosts.profile(slot).first_day
                });
            (Actor::Host(id), first_day)
        })
    }

    fn is_allowed(&self, finding: &Finding, detection: &str, event: Event<'_>) -> bool {
        let policy = &self.config.policy;
        if policy.is_strict() {
            return false;
        }
        let host = |id: Id| self.baseline.hosts.name_of(id);
        let hosts = [finding.source.and_then(host), host(finding.destination)];
        let told = match event {
            Event::Auth(event) => [event.src_host().ip, event.dst_host().ip],
            Event::Activity(activity) => [activity.peer().ip, activity.host().ip],
        };
        // A host that is known by address only is named by it.
        let named = hosts.map(|name| name.and_then(|name| name.parse().ok()));
        let known = hosts.into_iter().flatten().flat_map(|name| self.identity.addresses_of(name));
        let addresses: Vec<IpAddr> = told.into_iter().chain(named).flatten().chain(known).collect();
        policy.allows(&Named {
            detection,
            account: finding.account.and_then(|id| self.account_name(id)),
            hosts,
            addresses: &addresses,
            time: finding.time,
        })
    }

    /// Takes in what was found: strengthens the login that it follows from, or opens a movement.
    pub(crate) fn prove(
        &mut self,
        proofs: Vec<WeighedFinding>,
        event: Event<'_>,
        raise: bool,
        alerts: &mut Vec<Alert>,
    ) {
        for WeighedFinding { finding, weighed } in proofs {
            let nats = weighed.contribution.surprise;
            // What is too common to open a movement may do so where nothing else ever judges, if it is strong.
            let strengthens = detections()[finding.rule].role == Role::Strengthens;
            let opens = nats >= if strengthens { AT_ONCE } else { OPENS }
                && (!strengthens || self.is_too_small())
                && !(finding.account.is_none() && self.is_usual_way(&finding));
            let mut attached = self.movements.strengthen(
                finding.account,
                finding.source,
                finding.destination,
                finding.time,
                &weighed,
                opens,
            );
            if attached.is_none() && opens {
                let suspect = self.suspect_of(&finding, weighed.clone(), event);
                attached = suspect.and_then(|suspect| self.movements.attach(suspect));
            }
            match attached {
                Some(attached) => self.risen(&attached, raise, alerts),
                None => self.keep_for_login(&finding, weighed, event),
            }
        }
    }

    /// Keeps what was found of a ticket for the login that it is asked for, and what was found of a login
    /// or of the credentials given for it for what follows from it.
    fn keep_for_login(&mut self, finding: &Finding, weighed: RuleEvidence, event: Event<'_>) {
        let (Some(auth), Some(source)) = (event.auth(), finding.source) else { return };
        let (account, destination) = match auth.activity() {
            Activity::TicketGrantingTicket => (finding.account, None),
            Activity::ServiceTicket | Activity::Logon => {
                (finding.account, Some(finding.destination))
            }
            // The login is that of the account whose credentials were given.
            Activity::AccountSwitch => {
                (Some(self.account_id(auth.account(), false)), Some(finding.destination))
            }
            _ => return,
        };
        let Some(account) = account else { return };
        self.movements.wait([account, source], destination, finding.time, weighed);
    }

    /// Whether the source of a finding goes to its destination on other days too. Who did something there
    /// is then likely who always does; where the account is not known, nothing else could tell.
    fn is_usual_way(&self, finding: &Finding) -> bool {
        // A pair does not say when it was first seen; one login of today counts 1.
        let pair = finding.source.map(|source| [source, finding.destination]);
        pair.and_then(|pair| self.baseline.source_destination.get(pair))
            .is_some_and(|pair| pair.last_day < self.baseline.today || pair.count > 1.5)
    }

    /// A login that is known only by what followed from it.
    fn suspect_of(
        &self,
        finding: &Finding,
        weighed: RuleEvidence,
        event: Event<'_>,
    ) -> Option<Candidate> {
        let RuleEvidence { contribution, held } = weighed;
        let destination = self.baseline.hosts.slot_of(finding.destination)?;
        let source = finding.source.and_then(|id| self.baseline.hosts.slot_of(id));
        let source = source.unwrap_or(destination);
        let (source, destination) =
            (self.baseline.hosts.get(source), self.baseline.hosts.get(destination));
        let user = finding.account.and_then(|id| self.account_name(id)).unwrap_or("?").to_owned();
        // What failed is what the attempt failed at, not the movement.
        let (protocol, logon_type) = event
            .auth()
            .map_or_else(Default::default, |event| (event.auth_protocol(), event.logon_type()));
        let nats = contribution.surprise;
        Some(Candidate {
            hop: Hop {
                key: [finding.account.unwrap_or(Id::MAX), source.id, destination.id],
                time: finding.time,
                user,
                src_host: source.name.to_string(),
                dst_host: destination.name.to_string(),
                outcome: Outcome::Unknown,
                auth_protocol: protocol,
                logon_type,
                raw_ref: finding.raw_ref,
                surprise: nats,
                evidence: vec![contribution],
                parent: None,
                gain: nats,
                proven: nats,
                held,
                linked: 0.0,
                asks: event
                    .auth()
                    .is_some_and(|event| event.activity() == Activity::TicketGrantingTicket),
                ssh: event.auth().is_some_and(is_by_sshd),
            },
            alone: false,
            leaving: self.leaving(),
            rate: self.rate(source.profile.odd_to, source.profile.first_day),
        })
    }

    /// Tells the budget that a movement rose, and raises or updates its alert where that is due.
    pub(crate) fn risen(&mut self, attached: &Attached, raise: bool, alerts: &mut Vec<Alert>) {
        self.metrics.dropped_hops += u64::from(attached.full);
        self.metrics.evicted_movements += attached.evicted;
        self.metrics.movements += u64::from(attached.kept && attached.before == 0.0);
        if !attached.kept {
            return;
        }
        if let Some(trunk) = attached.split {
            self.changed(trunk, raise, alerts);
        }
        self.changed(attached.movement, raise, alerts);
    }

    /// Tells the budget what a movement weighs now, and raises or updates its alert.
    fn changed(&mut self, serial: u64, raise: bool, alerts: &mut Vec<Alert>) {
        let today = self.baseline.today;
        let alone = self.is_by_detections();
        let Some(movement) = self.movements.get_mut(serial) else { return };
        let (weight, led, opened) = (movement.weight(), movement.led(), movement.opened);
        let detected = movement.detected_at.is_some();
        if !detected {
            let told = std::mem::replace(&mut movement.told, weight);
            let told_led = std::mem::replace(&mut movement.told_led, led);
            self.budget.risen(told, weight, opened, today);
            self.led.risen(told_led, led, opened, today);
        }
        if !raise {
            return;
        }
        if detected {
            alerts.extend(self.describe(serial, AlertState::Updated));
        } else if alone {
            self.raise_at_once(serial, alerts);
        } else if weight >= self.budget.threshold(self.now)
            && self.budget.has_room(self.now)
            && self.may_lead(serial)
        {
            self.raise(serial, alerts);
        }
    }

    fn may_lead(&self, serial: u64) -> bool {
        let threshold = self.led.threshold(self.now);
        self.movements.get(serial).is_some_and(|movement| movement.may_lead(threshold))
    }
}

#[cfg(test)]
mod tests {
    use crate::alert::AlertState;
    use crate::config::{Config, WarmUp};
    use crate::engine::Engine;
    use crate::event::{LogonType, Timestamp};
    use crate::movement::Candidate;
    use crate::rules::testing::{MORNING, logon};
    use crate::time::SECOND;

    const DAY: i64 = 86_400;

    /// Alerts over 60 days, each with one odd login of which findings prove a part.
    fn opened(proven: f64) -> usize {
        let config = Config::builder().alerts_per_day(0.5).warm_up(WarmUp::Days(14)).build();
        let mut engine = Engine::new(config.expect("it is in order"));
        // Enough logins were judged before, so that detections do not decide alone.
        (0..400).for_each(|at| engine.calibration.observe(f64::from(at % 10)));
        engine.calibration.refresh(1.0);
        let mut alerts = Vec::new();
        for day in 0..74 {
            let at = day * DAY;
            let everyday = logon(at, "p@CORP", "WS-1", "FILES").build();
            alerts.extend(engine.process(&everyday.expect("it is a valid event")));
            let gain = 6.0 + f64::from(day as u32 * 7 % 10) / 2.0;
            let suspect = suspect(day as u32, MORNING + at * SECOND, gain, proven * gain);
            let attached = engine.movements.attach(suspect);
            engine.risen(&attached.expect("it opens a movement"), true, &mut alerts);
        }
        alerts.iter().filter(|alert| alert.state == AlertState::Opened).count()
    }

    /// An odd login between hosts that nothing else has to do with.
    fn suspect(number: u32, time: Timestamp, gain: f64, proven: f64) -> Candidate {
        Candidate::of_test([1000 + number, 2000 + number, 3000 + number], time, gain, proven)
    }

    #[test]
    fn a_logon_over_the_network_that_opened_a_desktop_is_shown_as_one() {
        let mut engine = Engine::new(Config::default());
        let attached = engine.movements.attach(suspect(0, MORNING, 8.0, 0.0));
        let serial = attached.expect("it opens a movement").movement;
        let mut shown = |key, seconds| {
            engine.movements.became_desktop(key, MORNING + seconds * SECOND);
            engine.movements.get(serial).map(|movement| movement.hops[0].logon_type)
        };
        assert_eq!(shown([1000, 2001, 3000], 5), Some(LogonType::Network), "from elsewhere");
        assert_eq!(shown([1000, 2000, 3000], 600), Some(LogonType::Network), "much later");
        assert_eq!(shown([1000, 2000, 3000], 5), Some(LogonType::RemoteInteractive));
    }

    #[test]
    fn findings_lead_few_of_the_alerts() {
        let (few, many) = (opened(0.8), opened(0.2));
        assert!((2..=9).contains(&few), "a tenth of the 30 asked for, and some: {few}");
        assert!((24..=36).contains(&many), "30 were asked for: {many}");
    }
}
