//! One source that touches many hosts which it does not usually touch.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::Activity;
use crate::rules::burst::Bursts;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::failure_reason::origin;
use crate::rules::finding::Finding;
use crate::rules::frequency::Actor;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::heap;
use crate::time::Micros;

/// The new hosts that each source touches.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct HostSweep(Bursts);

heap! {
    HostSweep { 0 }
}

impl Rule for HostSweep {
    const DETECTION: Detection = Detection {
        id: "host_sweep",
        title: "One source touched many hosts that it does not usually touch",
        techniques: &[attack::NETWORK_SERVICE_DISCOVERY, attack::REMOTE_SYSTEM_DISCOVERY],
        sees: "Whoever looks for a way on tries many hosts, by logons that fail or by connections. Hosts \
               that the source reached before are not counted. Logons that succeed are not either: \
               that they are new is weighed by the evidence `dst_given_src` and its like.",
        needs: &[&[Need::Failures, Need::Connections]],
        formula: "New hosts in five minutes, an hour and a day, against the source's own windows and \
                  its peers': the tail of a negative binomial (a gamma prior of the rate, fitted to the \
                  network by moments, updated by the source's windows; Gelman et al., Bayesian Data \
                  Analysis, section 2.6), times the windows looked at. At most how rare it is that the \
                  source does so, see docs/detections/README.md.",
        blind_spots: "Scans that log nothing: of ports, or by names only. Sweeps in which every logon \
                      succeeds. A sweep as slow as the source's own habits. The connections of Sysmon, \
                      which does not say who made them.",
        false_positives: "A new scanner, inventory or deployment on its first run; a host renamed or \
                          moved. Both are usual for their source from then on.",
        ask: "Is the source a scanner, a jump host, or a management server? What ran there at the time?",
        prior: 3e-3,
        role: Role::Labels,
    };
    const WANTS: EventClass = EventClass::FAILURE.or(EventClass::CONNECTION);

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let (Some(source), Some(destination)) = (origin(seen), seen.destination) else { return };
        if source.id == destination.id || !seen.account.is_none_or(|who| who.can_move()) {
            return;
        }
        let counts = match (seen.class, seen.event.auth()) {
            (EventClass::FAILURE, Some(event)) => event.activity() == Activity::Logon,
            // Sysmon numbers its records, and does not say which end began.
            (EventClass::CONNECTION, _) => {
                seen.activity().is_some_and(|a| a.event_code().is_none())
            }
            _ => false,
        };
        if !counts {
            return;
        }
        let usual = context.baseline.source_destination.get([source.id, destination.id]).is_some();
        let door = (seen.account.map(|who| who.id), destination.id);
        let actor = Actor::Host(source.id);
        if let Some(burst) = self.0.observe(actor, destination.id, usual, seen.time, door) {
            let what =
                format!("{} touched {} new hosts in {}", source.name(), burst.things, burst.within);
            let how = if seen.class == EventClass::FAILURE { "failures" } else { "connections" };
            let finding = Finding::of(seen, what).map(|it| it.burst(&burst).of_source());
            found.extend(finding.map(|it| it.of_kind(&[how])));
        }
    }

    fn forget(&mut self, now: Micros) {
        self.0.forget(now);
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Host, HostActivityKind, Outcome};
    use crate::rules::testing::{Probe, did, logon};

    /// Seconds of a day.
    const DAY: i64 = 86_400;

    #[test]
    fn many_hosts_that_refuse_are_a_sweep() {
        let mut probe = Probe::new();
        let mut told = Vec::new();
        for at in 0..40 {
            let host = format!("SRV-{at}");
            told.extend(probe.auth(logon(at, "bob@CORP", "WS-1", &host).outcome(Outcome::Failure)));
        }
        assert!(!told.is_empty() && told.len() <= 3, "{told:?}");
        assert!(told[0].starts_with("host_sweep: WS-1 touched "), "{told:?}");
    }

    #[test]
    fn connections_are_counted_from_the_end_that_made_them() {
        let connect = |probe: &mut Probe, at: i64, from: &str, to: &str| {
            let kind = HostActivityKind::NetworkConnection;
            probe.activity(did(at, kind, to).peer(Host::named(from)).object("smb"))
        };
        let mut probe = Probe::new();
        let many = |at: i64| format!("WS-{at}");
        let quiet: Vec<_> =
            (0..60).flat_map(|at| connect(&mut probe, at, &many(at), "DC")).collect();
        assert!(quiet.is_empty(), "all go to one: {quiet:?}");
        let told: Vec<_> =
            (60..120).flat_map(|at| connect(&mut probe, at, "X", &many(at))).collect();
        assert!(!told.is_empty());
    }

    #[test]
    fn what_touches_the_same_hosts_every_few_minutes_is_no_sweep() {
        let mut probe = Probe::new();
        for at in 0..40 {
            let host = format!("SRV-{at}");
            probe.auth(logon(at, "mon@CORP", "MON", &host));
        }
        let later = (0..3).flat_map(|day| (0..200).map(move |at| DAY * (1 + day) + at));
        let told: Vec<_> = later
            .flat_map(|at| {
                let host = format!("SRV-{}", at % 40);
                probe.auth(logon(at, "mon@CORP", "MON", &host).outcome(Outcome::Failure))
            })
            .collect();
        assert!(told.is_empty(), "{told:?}");
    }
}
