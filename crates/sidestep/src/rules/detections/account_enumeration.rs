//! Many accounts that do not exist, tried from one source.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::rules::burst::Bursts;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::failure_reason::{FailureReason, origin, tries_a_credential};
use crate::rules::finding::Finding;
use crate::rules::frequency::Actor;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::heap;
use crate::time::Micros;

/// The accounts without use that each source tried.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct AccountEnumeration(Bursts);

heap! {
    AccountEnumeration { 0 }
}

impl Rule for AccountEnumeration {
    const DETECTION: Detection = Detection {
        id: "account_enumeration",
        title: "Many accounts that do not exist or are disabled were tried from one source",
        techniques: &[attack::ACCOUNT_DISCOVERY],
        sees: "Whoever asks a controller or a host for one name after the other learns from the answers \
               which of them exist: Kerbrute, and lists of usual names tried by SSH.",
        needs: &[&[Need::Failures]],
        formula: "New names refused in five minutes, an hour and a day, counted by source as `host_sweep` \
                  counts. At most how rare it is that the source does so, see \
                  docs/detections/README.md.",
        blind_spots: "Logs that do not say why a logon failed; names asked of the directory itself, or over \
                      RPC, which fail at nothing. Addresses of the Internet, which try names at all times.",
        false_positives: "A server on which people mistype their names, an application whose accounts were \
                          removed, a migration that tries old names.",
        ask: "Is the source a server where many log on? Do the names look like a list?",
        prior: 1e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::FAILURE;

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let (Some(event), Some(who), Some(source)) = (seen.auth(), seen.account, origin(seen))
        else {
            return;
        };
        let refused = matches!(
            FailureReason::of(event),
            FailureReason::NoSuchAccount | FailureReason::Barred
        );
        if !refused || !tries_a_credential(event) || !who.can_move() {
            return;
        }
        let door = (Some(who.id), seen.destination.unwrap_or(source).id);
        if let Some(burst) = self.0.observe(Actor::Host(source.id), who.id, false, seen.time, door)
        {
            let (names, within) = (burst.things, burst.within);
            let what = format!("{} tried {names} accounts without use in {within}", source.name());
            found.push(Finding::at(seen, source, what).burst(&burst).of_source());
        }
    }

    fn forget(&mut self, now: Micros) {
        self.0.forget(now);
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Activity, Host, Outcome};
    use crate::rules::testing::{Probe, logon};

    fn refused(probe: &mut Probe, at: i64, name: &str, from: &str, reason: &str) -> Vec<String> {
        let event = logon(at, name, from, "DC").outcome(Outcome::Failure).outcome_reason(reason);
        probe.auth(event.activity(Activity::TicketGrantingTicket).dst_host(Host::default()))
    }

    #[test]
    fn many_names_from_one_source_are_told_a_few_times() {
        let mut probe = Probe::new();
        let told: Vec<_> = (0..60)
            .flat_map(|at| refused(&mut probe, at, &format!("name{at}@CORP"), "WS-1", "0x6"))
            .collect();
        assert!(!told.is_empty() && told.len() <= 4, "{told:?}");
        assert!(told[0].starts_with("account_enumeration: WS-1 tried "), "{told:?}");
    }

    #[test]
    fn one_name_again_and_again_or_names_from_everywhere_are_not() {
        let mut probe = Probe::new();
        for at in 0..60 {
            assert!(refused(&mut probe, at, "gone@CORP", "WS-1", "0x6").is_empty());
            let (name, from) = (format!("typo{at}@CORP"), format!("WS-{at}"));
            assert!(refused(&mut probe, at, &name, &from, "0x6").is_empty());
        }
    }
}
