//! What was found, weighed: how telling it is for whoever did it, and on this network.

use std::net::IpAddr;

use super::finding::Finding;
use super::frequency::{Actor, FindingWeight};
use super::policy::{Named, Policy};
use super::{Detection, Role, Rules, detections};
use crate::baseline::Baseline;
use crate::event::Event;
use crate::identity::resolve::Resolver;
use crate::reason::{Reason, RuleEvidence};
use crate::store::Id;
use crate::time::Day;
use crate::tuning::LEAST_NATS;

/// A finding, and the evidence that it is.
#[derive(Debug, Clone)]
pub(crate) struct WeighedFinding {
    pub(crate) finding: Finding,
    pub(crate) evidence: RuleEvidence,
}

/// What findings are weighed by.
#[derive(Clone, Copy)]
pub(crate) struct Scales<'s> {
    pub(crate) policy: &'s Policy,
    pub(crate) baseline: &'s Baseline,
    pub(crate) resolver: &'s Resolver,
    /// Whether detections alone decide what is raised, and whether they always will.
    pub(crate) by_detections: bool,
    pub(crate) too_small: bool,
    /// Logins a day that the gate of the judge lets in.
    pub(crate) gated_a_day: f64,
}

impl Rules {
    /// Weighs what was found by how often this account and this network do the like; leaves out what is
    /// turned off, allowed, or usual.
    pub(crate) fn weigh(
        &mut self,
        found: Vec<Finding>,
        event: Event<'_>,
        scales: &Scales<'_>,
    ) -> Vec<WeighedFinding> {
        let weighed = found.into_iter().filter_map(|finding| {
            #[cfg(test)]
            self.found.push((detections()[finding.rule].id, finding.observed.clone()));
            self.weigh_one(finding, event, scales)
        });
        weighed.collect()
    }

    fn weigh_one(
        &mut self,
        finding: Finding,
        event: Event<'_>,
        scales: &Scales<'_>,
    ) -> Option<WeighedFinding> {
        let detection = &detections()[finding.rule];
        let weight = scales.policy.weight(detection.id);
        if weight == 0.0 {
            return None;
        }
        if scales.is_allowed(&finding, detection.id, event) {
            self.counts.suppressed += 1;
            return None;
        }
        let today = scales.baseline.today;
        let (actor, first_day) = scales.actor_of(&finding);
        let known = f64::from(today.saturating_sub(first_day));
        // What somebody does from one host is not usual from another; the statistics weigh that too,
        // where they do.
        let from = finding.source.filter(|_| !finding.of_source);
        let with_source = from.map_or(finding.kind, |source| finding.kind.with(source));
        let rule = (finding.rule, detection);
        let here = self.frequency.weight(rule, (actor, finding.kind), known, today);
        let own = match scales.by_detections {
            true => self.frequency.weight_alone(rule, (actor, with_source), known, today),
            false => here,
        };
        let comparable = here.comparable.min(finding.at_most);
        let of = (actor, [finding.kind, with_source]);
        self.frequency.observe(finding.rule, of, comparable, today);
        let own_nats = weight * own.nats.min(finding.at_most);
        if own_nats < LEAST_NATS {
            return None;
        }
        // What others do here every day counts for nothing, but a login that is odd for other reasons is
        // shown with what was done by it. Where nothing else is judged, the budget is kept by number.
        let gated = scales.gated_a_day;
        let rarity = self.frequency.rarity(finding.rule, detection, comparable, gated);
        let on_network = weight * here.nats.min(finding.at_most).min(rarity);
        let nats = if scales.by_detections { own_nats } else { on_network };
        self.counts.findings += u64::from(nats >= LEAST_NATS);
        let is_label = self.is_label_only(detection, scales);
        let counted = |nats: f64| if is_label || nats < LEAST_NATS { 0.0 } else { nats };
        let reason = Reason {
            name: detection.id.into(),
            of_rule: true,
            surprise: counted(nats),
            observed: finding.observed.clone(),
            expected: expected(&own, known),
        };
        let held = counted(on_network.min(nats));
        Some(WeighedFinding { evidence: RuleEvidence { reason, held }, finding })
    }

    /// Whether a detection only names what the statistics weigh already, or soon will: it must not count
    /// twice.
    fn is_label_only(&self, detection: &Detection, scales: &Scales<'_>) -> bool {
        detection.role == Role::Labels && self.frequency.has_history() && !scales.too_small
    }
}

/// What was to be expected of an actor that is known for so many days.
fn expected(weight: &FindingWeight, known: f64) -> String {
    match (weight.days >= 0.5, known >= 1.0) {
        (true, _) => format!("seen on {:.0} days before", weight.days.ceil()),
        (false, true) => format!(
            "not seen of it in {known:.0} days; on one of {:.0} account-days here",
            1.0 / weight.share
        ),
        (false, false) => "nothing known of it yet".to_owned(),
    }
}

impl Scales<'_> {
    /// Whose habits a finding is held to, and the day since when they are known: those of the account;
    /// where it is not known or the source answers for it, of the host that it came from, or else of where
    /// it happened.
    fn actor_of(&self, finding: &Finding) -> (Actor, Day) {
        let account = finding.account.filter(|_| !finding.of_source).and_then(|id| {
            let slot = self.baseline.accounts.slot_of(id)?;
            Some((Actor::Account(id), self.baseline.accounts.profile(slot).first_day))
        });
        account.unwrap_or_else(|| {
            let id = finding.source.unwrap_or(finding.destination);
            let slot = self.baseline.hosts.slot_of(id);
            let first_day = slot.map(|slot| self.baseline.hosts.profile(slot).first_day);
            (Actor::Host(id), first_day.unwrap_or(self.baseline.today))
        })
    }

    fn is_allowed(&self, finding: &Finding, detection: &str, event: Event<'_>) -> bool {
        if self.policy.is_strict() {
            return false;
        }
        let host = |id: Id| self.baseline.hosts.name_of(id);
        let hosts = [finding.source.and_then(host), host(finding.destination)];
        let of_event = match event {
            Event::Auth(event) => [event.src_host().ip, event.dst_host().ip],
            Event::Activity(activity) => [activity.peer().ip, activity.host().ip],
        };
        // A host that is known by address only is named by it.
        let named = hosts.map(|name| name.and_then(|name| name.parse().ok()));
        let identity = self.resolver.identity();
        let known = hosts.into_iter().flatten().flat_map(|name| identity.addresses_of(name));
        let addresses: Vec<IpAddr> =
            of_event.into_iter().chain(named).flatten().chain(known).collect();
        self.policy.allows(&Named {
            detection,
            account: finding.account.and_then(|id| self.resolver.account_name(id, self.baseline)),
            hosts,
            addresses: &addresses,
            time: finding.time,
        })
    }
}
