//! Desktops shared by VNC.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::identity::join::Numbers;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::Micros;
use crate::tuning::detections::vnc::REMEMBERED;

/// Ports of displays.
const PORTS: std::ops::RangeInclusive<u16> = 5900..=5909;

/// Ways by which desktops were shared, and when last.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Vnc {
    ways: TtlMap<(Id, Id), ()>,
}

heap! {
    Vnc { ways }
}

impl Rule for Vnc {
    const DETECTION: Detection = Detection {
        id: "vnc",
        title: "A desktop was reached by VNC from a host that had not done so before",
        techniques: &[attack::VNC],
        sees: "A connection by VNC (Zeek rfb and conn, Sysmon 3 at ports 5900 to 5909) on a way not \
               seen in sixty days.",
        needs: &[&[Need::Connections]],
        formula: "How rare it is on the host that is reached, see docs/detections/README.md; at 3.9 \
                  nats at most it needs something else beside it to be told on a log without history.",
        blind_spots: "Who did it: VNC names no account. Tunnels, and other ports where Zeek does not \
                      know the protocol.",
        false_positives: "Helpdesks and laboratories that share desktops by VNC.",
        ask: "Is a VNC server meant to run there, and who installed it?",
        prior: 1e-2,
        role: Role::Labels,
    };
    const WANTS: EventClass = EventClass::CONNECTION;

    fn join(&mut self, part: Self, numbers: &Numbers) {
        let way = |(to, from), value| Some(((numbers.host(to)?, numbers.host(from)?), value));
        self.ways.join(part.ways, way, |(), ()| ());
    }

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(activity) = seen.activity() else { return };
        let (Some(here), Some(there)) = (seen.destination, seen.source) else { return };
        let accepted = activity.host().port.is_some_and(|port| PORTS.contains(&port));
        let named = activity.object() == Some("vnc");
        if !(accepted || named) || here.id == there.id {
            return;
        }
        let before = self.ways.insert((there.id, here.id), seen.time, ());
        if before.is_some_and(|time| seen.time - time <= REMEMBERED) {
            return;
        }
        found.extend(Finding::of(seen, "a new way by VNC"));
    }

    fn forget(&mut self, now: Micros) {
        self.ways.forget(now - REMEMBERED);
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Host, HostActivityKind};
    use crate::rules::testing::{Probe, did};

    #[test]
    fn a_way_is_told_when_it_is_new() {
        let mut probe = Probe::new();
        let mut told = |seconds, from, service| {
            let to = did(seconds, HostActivityKind::NetworkConnection, "WS-9").object(service);
            probe.activity(to.peer(Host::named(from)))
        };
        assert_eq!(told(0, "WS-1", "vnc"), ["vnc: a new way by VNC"]);
        assert!(told(60, "WS-1", "vnc").is_empty(), "again");
        assert_eq!(told(90, "WS-2", "vnc").len(), 1);
        assert!(told(95, "WS-3", "smb").is_empty());
        assert_eq!(told(61 * 86_400, "WS-1", "vnc").len(), 1, "forgotten");
    }
}
