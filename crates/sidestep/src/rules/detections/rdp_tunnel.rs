//! A desktop whose client sits behind a tunnel that ends on the host itself.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::Outcome;
use crate::event::classify::is_desktop;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::heap;

/// Remembers nothing: one logon tells it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct RdpTunnel;

heap! {
    RdpTunnel {}
}

impl Rule for RdpTunnel {
    const DETECTION: Detection = Detection {
        id: "rdp_tunnel",
        title: "A remote desktop was opened from the host's own loopback address",
        techniques: &[attack::RDP, attack::PROTOCOL_TUNNELING],
        sees: "A remote desktop logon whose client is the host itself. Nobody opens a desktop to where \
               he sits: the client is elsewhere, and a tunnel that ends on the host (plink, ssh, \
               chisel, ngrok) hands its connection on, past every filter between networks.",
        needs: &[&[Need::RemoteDesktop]],
        formula: "How rare it is that the account does so, see docs/detections/README.md.",
        blind_spots: "Tunnels that end on another host, which is then the client; hosts that log no \
                      client's address.",
        false_positives: "Desktops reached over SSH, or by an agent for remote support that \
                          listens on the host, on purpose: usual for their users within days.",
        ask: "Which process holds a connection to port 3389 of the loopback address, and where does \
              its other connection lead?",
        prior: 5e-4,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::LOGON;

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let desktop = seen
            .auth()
            .is_some_and(|it| is_desktop(it.logon_type()) && it.outcome() == Outcome::Success);
        let may = seen.account.is_some_and(|who| who.can_move());
        let (Some(source), Some(host)) = (seen.source, seen.destination) else { return };
        if desktop && may && source.id == host.id {
            let finding = Finding::of(seen, "a remote desktop whose client is the host itself");
            found.extend(finding.map(Finding::of_target));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::event::LogonType;
    use crate::rules::testing::{Probe, logon};

    fn told(account: &str, from: &str, logon_type: LogonType) -> bool {
        let event = logon(0, account, from, "SRV").logon_type(logon_type);
        Probe::new().auth(event).iter().any(|told| told.starts_with("rdp_tunnel: "))
    }

    #[test]
    fn a_desktop_from_the_host_itself_is_told() {
        assert!(told("bob@CORP", "srv.corp.example", LogonType::RemoteInteractive));
    }

    #[test]
    fn desktops_from_elsewhere_and_other_logons_are_not() {
        assert!(!told("bob@CORP", "WS-1", LogonType::RemoteInteractive));
        assert!(!told("bob@CORP", "SRV", LogonType::Network));
        assert!(!told("SRV$@CORP", "SRV", LogonType::RemoteInteractive));
    }
}
