//! Whose act a finding is: it strengthens the login that it follows from, opens a movement of its own,
//! or waits for the login that it is about.

use crate::baseline::Baseline;
use crate::event::classify::is_by_sshd;
use crate::event::{Activity, Event, Outcome};
use crate::identity::resolve::Resolver;
use crate::judge::odd_rate;
use crate::movement::{Candidate, Hop, Tracker};
use crate::reason::RuleEvidence;
use crate::rules::finding::Finding;
use crate::rules::weigh::WeighedFinding;
use crate::rules::{Role, detections};
use crate::store::Id;
use crate::tuning::{AT_ONCE_NATS, OPENS_NATS};

/// What is known where a finding is attributed.
pub(crate) struct Attribution<'a> {
    pub(crate) event: Event<'a>,
    /// The account that an event of explicit credentials was run as.
    pub(crate) run_as: Option<Id>,
    pub(crate) baseline: &'a Baseline,
    pub(crate) resolver: &'a Resolver,
    /// Whether nothing but detections will ever judge here.
    pub(crate) too_small: bool,
    /// Odd logins a day that leave a host here.
    pub(crate) leaving: f64,
}

impl Attribution<'_> {
    /// Adds a finding to the movement that it belongs to; returns the movements that rose.
    pub(crate) fn attribute(&self, weighed: WeighedFinding, tracker: &mut Tracker) -> Vec<u64> {
        let WeighedFinding { finding, evidence } = weighed;
        let opens = self.opens(&finding, evidence.reason.surprise);
        let mut attached = tracker.strengthen(
            finding.account,
            finding.source,
            finding.destination,
            finding.time,
            &evidence,
            opens,
        );
        if attached.is_none() && opens {
            let candidate = self.candidate(&finding, evidence.clone());
            attached = candidate.and_then(|candidate| tracker.attach(candidate));
        }
        match attached {
            Some(attached) => attached.rose,
            None => {
                self.keep_for_login(&finding, evidence, tracker);
                Vec::new()
            }
        }
    }

    /// Whether a finding of so many nats may open a movement. What is too common may do so where nothing
    /// else ever judges, if it is strong.
    fn opens(&self, finding: &Finding, nats: f64) -> bool {
        let strengthens = detections()[finding.rule].role == Role::Strengthens;
        nats >= if strengthens { AT_ONCE_NATS } else { OPENS_NATS }
            && (!strengthens || self.too_small)
            && !(finding.account.is_none() && self.is_usual_way(finding))
    }

    /// Keeps what was found of a ticket for the login that it is asked for, and what was found of a login
    /// or of the credentials given for it for what follows from it.
    fn keep_for_login(&self, finding: &Finding, evidence: RuleEvidence, tracker: &mut Tracker) {
        let (Some(auth), Some(source)) = (self.event.auth(), finding.source) else { return };
        let (account, destination) = match auth.activity() {
            Activity::TicketGrantingTicket => (finding.account, None),
            Activity::ServiceTicket | Activity::Logon => {
                (finding.account, Some(finding.destination))
            }
            // The login is that of the account whose credentials were given.
            Activity::AccountSwitch => (self.run_as, Some(finding.destination)),
            _ => return,
        };
        let Some(account) = account else { return };
        tracker.wait([account, source], destination, finding.time, evidence);
    }

    /// Whether the source of a finding goes to its destination on other days too. Whoever did something
    /// there is then likely whoever always does; where the account is not known, nothing else could say.
    fn is_usual_way(&self, finding: &Finding) -> bool {
        // A pair does not say when it was first seen; one login of today counts 1.
        let pair = finding.source.map(|source| [source, finding.destination]);
        pair.and_then(|pair| self.baseline.source_destination.get(pair)).is_some_and(|pair| {
            pair.last_day < self.baseline.today || pair.count.value(&self.baseline.fade) > 1.5
        })
    }

    /// A login that is known only by what followed from it.
    fn candidate(&self, finding: &Finding, evidence: RuleEvidence) -> Option<Candidate> {
        let RuleEvidence { reason, held } = evidence;
        let hosts = &self.baseline.hosts;
        let destination = hosts.slot_of(finding.destination)?;
        let source = finding.source.and_then(|id| hosts.slot_of(id)).unwrap_or(destination);
        let (source, destination) = (hosts.get(source), hosts.get(destination));
        let user = finding.account.and_then(|id| self.resolver.account_name(id, self.baseline));
        let auth = self.event.auth();
        // What failed is what the attempt failed at, not the movement.
        let (auth_protocol, logon_type) =
            auth.map_or_else(Default::default, |event| (event.auth_protocol(), event.logon_type()));
        let nats = reason.surprise;
        let hop = Hop {
            key: [finding.account.unwrap_or(Id::MAX), source.id, destination.id],
            time: finding.time,
            user: user.unwrap_or("?").to_owned(),
            src_host: source.name.to_owned(),
            dst_host: destination.name.to_owned(),
            outcome: Outcome::Unknown,
            auth_protocol,
            logon_type,
            raw_ref: finding.raw_ref,
            surprise: nats,
            evidence: vec![reason],
            parent: None,
            gain: nats,
            rule_nats: nats,
            held,
            linked: 0.0,
            asks: auth.is_some_and(|event| event.activity() == Activity::TicketGrantingTicket),
            ssh: auth.is_some_and(is_by_sshd),
        };
        let profile = source.profile;
        let rate = odd_rate(
            profile.odd_to.value(&self.baseline.fade),
            profile.first_day,
            self.baseline.today,
        );
        Some(Candidate { hop, alone: false, rate, leaving: self.leaving })
    }
}
