//! Remote desktop, on a new way, and from one desktop to the next.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::Outcome;
use crate::event::classify::is_desktop;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::Micros;
use crate::tuning::detections::rdp::{NEW, SITS};

/// Hosts that somebody came to by remote desktop, and when last.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Rdp {
    reached: TtlMap<Id, ()>,
}

heap! {
    Rdp { reached }
}

impl Rule for Rdp {
    const DETECTION: Detection = Detection {
        id: "rdp",
        title: "Somebody went by remote desktop where he had not gone before",
        techniques: &[attack::RDP],
        sees: "A remote desktop logon on a way that is not one of every day; more so one that leaves \
               from a host which was itself reached by remote desktop within eight hours: a chain.",
        needs: &[&[Need::RemoteDesktop]],
        formula: "How rare it is that the account does so, see docs/detections/README.md. A logon \
                  that only is new says 2.5 nats at most; how odd its way is, the engine's evidence \
                  says.",
        blind_spots: "Desktops shared by other software; logons whose client's address is lost; \
                      gateways, which stand for every client.",
        false_positives: "Administrators who go over a jump host: usual for them within days. \
                          Helpdesks.",
        ask: "Did the account's owner sit at the source? What was started in the session?",
        prior: 5e-3,
        role: Role::Labels,
    };
    const WANTS: EventClass = EventClass::NEW_LOGIN.or(EventClass::LOGON);

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(event) = seen.auth().filter(|event| event.outcome() != Outcome::Failure) else {
            return;
        };
        let desktop = is_desktop(event.logon_type());
        let (Some(_), Some(source), Some(destination)) =
            (seen.account.filter(|who| who.can_move()), seen.source, seen.destination)
        else {
            return;
        };
        if !desktop || source.id == destination.id {
            return;
        }
        if seen.class == EventClass::NEW_LOGIN {
            let before = self.reached.timed(&source.id);
            let sits = before.filter(|(time, ())| (0..=SITS).contains(&(seen.time - time)));
            found.extend(if sits.is_some() {
                Finding::of(
                    seen,
                    format!("went on from {}, reached by remote desktop", source.name()),
                )
                .map(|it| it.of_kind(&["went on"]))
            } else {
                Finding::of(seen, "a new way by remote desktop").map(|it| it.at_most(NEW))
            });
        }
        self.reached.insert(destination.id, seen.time, ());
    }

    fn forget(&mut self, now: Micros) {
        self.reached.forget(now - SITS);
    }
}

#[cfg(test)]
mod tests {
    use crate::event::LogonType;
    use crate::rules::testing::{Probe, logon};

    fn told(probe: &mut Probe, seconds: i64, who: &str, from: &str, to: &str) -> Vec<String> {
        let event = logon(seconds, who, from, to).logon_type(LogonType::RemoteInteractive);
        let found = probe.auth(event);
        found.into_iter().filter(|told| told.starts_with("rdp")).collect()
    }

    #[test]
    fn a_chain_is_told_apart_from_a_new_way() {
        let mut probe = Probe::new();
        let new = ["rdp: a new way by remote desktop"];
        assert_eq!(told(&mut probe, 0, "bob@CORP", "WS-1", "SRV-1"), new);
        assert_eq!(
            told(&mut probe, 600, "adm@CORP", "SRV-1", "SRV-2"),
            ["rdp: went on from SRV-1, reached by remote desktop"]
        );
        assert_eq!(told(&mut probe, 40_000, "adm@CORP", "SRV-2", "SRV-3"), new, "long ago");
    }

    #[test]
    fn other_logons_say_nothing() {
        let mut probe = Probe::new();
        let found = probe.auth(logon(0, "bob@CORP", "WS-1", "SRV-1"));
        assert!(found.iter().all(|told| !told.starts_with("rdp")));
    }
}
