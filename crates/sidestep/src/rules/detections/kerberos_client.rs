//! A program that asks a controller for tickets itself.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::failure_reason::is_public;
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::rules::windows_paths::file_name;
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::Micros;
use crate::tuning::detections::kerberos_client::FOLLOWS;

/// Where a controller gives out tickets.
const KERBEROS: u16 = 88;
/// What asks for tickets on Windows.
const OWN: &str = "lsass.exe";

/// Programs that called a controller, and tickets that were given to their hosts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct KerberosClient {
    /// By host, the account of the program that called last.
    callers: TtlMap<Id, Option<Id>>,
}

heap! {
    KerberosClient { callers }
}

impl Rule for KerberosClient {
    const DETECTION: Detection = Detection {
        id: "kerberos_client",
        title: "A program other than Windows' own asked a controller for tickets",
        techniques: &[attack::FORGED_TICKETS, attack::PASS_THE_TICKET],
        sees: "On Windows only `lsass.exe` speaks to port 88 of a controller; a tool that asks for \
               tickets with a stolen key speaks to it itself (Sysmon 3, a connection that the host \
               made). And the granting ticket of another account that the same host is given within ten \
               seconds.",
        needs: &[&[Need::Connections]],
        formula: "How rare it is that the account does so, see docs/detections/README.md.",
        blind_spots: "Tools that ask through lsass; hosts whose connections are not logged; programs \
                      whose name is that of lsass.",
        false_positives: "Programs that bring a Kerberos of their own: Java, clients of databases, \
                          builds of MIT Kerberos. Each becomes usual for its account within days.",
        ask: "Which program is it, who started it, and does it bring a Kerberos of its own?",
        prior: 1e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::CONNECTION.or(EventClass::GRANTING_TICKET);

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        if seen.class == EventClass::CONNECTION {
            found.extend(self.call(seen));
            return;
        }
        let (Some(source), Some(account)) = (seen.source, seen.account) else { return };
        let Some((time, caller)) = self.callers.timed(&source.id) else { return };
        let soon = (-FOLLOWS..=FOLLOWS).contains(&(seen.time - time));
        if soon && account.can_move() && *caller != Some(account.id) {
            let what = format!(
                "a program on {} asked for the ticket of {}",
                source.name(),
                account.name()
            );
            found.extend(Finding::at_source(seen, what).map(|it| it.of_kind(&["ticket"])));
        }
    }

    fn forget(&mut self, now: Micros) {
        self.callers.forget(now - FOLLOWS);
    }
}

impl KerberosClient {
    fn call(&mut self, seen: &Observation<'_>) -> Option<Finding> {
        let activity = seen.activity()?;
        let (peer, host) = (activity.peer(), seen.destination?);
        // Only a connection that was accepted has a port of this host.
        let made = activity.host().port.is_none() && peer.port == Some(KERBEROS);
        let inside = peer.ip.is_none_or(|ip| !is_public(&ip) && !ip.is_loopback());
        // Of a program that has ended the log may not know the name.
        let (program, known) = (file_name(seen.object), seen.object.contains('\\'));
        if !made || !inside || !known || program == OWN || !seen.is_remote() {
            return None;
        }
        let account = seen.account.filter(|who| who.can_move());
        self.callers.insert(host.id, seen.time, account.map(|who| who.id));
        let finding = Finding::of(seen, format!("{program} asked a controller for tickets"))?;
        // It happened on this host; the controller is only the other end.
        Some(Finding { source: None, ..finding }.of_kind(&["call", program]))
    }
}

#[cfg(test)]
mod tests {
    use crate::event::Timestamp;
    use crate::event::{Account, Activity, Host, HostActivity, HostActivityKind};
    use crate::rules::testing::{MORNING, Probe, ticket};

    const TOOL: &str = r"C:\Users\ivan\tool.exe";

    fn call(probe: &mut Probe, program: &str, peer: Host<'_>) -> Vec<String> {
        let here = Host::named("WS-6");
        let call = HostActivity::builder(
            Timestamp::from_micros(MORNING),
            HostActivityKind::NetworkConnection,
            here,
        );
        probe.activity(call.peer(peer).object(program).account(Account::parse("ivan@CORP")))
    }

    fn controller(ip: &str, port: u16) -> Host<'static> {
        Host::named("DC-1").with_ip(ip.parse().expect("it is an address")).with_port(port)
    }

    #[test]
    fn only_windows_own_program_may_ask() {
        let told = |program, peer| call(&mut Probe::new(), program, peer);
        assert_eq!(
            told(TOOL, controller("10.0.0.2", 88)),
            ["kerberos_client: tool.exe asked a controller for tickets"]
        );
        assert!(told(r"C:\Windows\System32\lsass.exe", controller("10.0.0.2", 88)).is_empty());
        assert!(told(TOOL, controller("10.0.0.2", 443)).is_empty(), "another service");
        assert!(told(TOOL, controller("8.8.8.8", 88)).is_empty(), "no controller of ours");
        assert!(told("<unknown process>", controller("10.0.0.2", 88)).is_empty());
    }

    #[test]
    fn the_ticket_that_follows_is_told_of_its_account() {
        let mut probe = Probe::new();
        call(&mut probe, TOOL, controller("10.0.0.2", 88));
        let mut granted = |seconds, account, source| {
            let kind = Activity::TicketGrantingTicket;
            let found = probe.auth(ticket(seconds, kind, account, source, "DC-1"));
            found.into_iter().filter(|line| line.starts_with("kerberos_client")).count()
        };
        assert_eq!(granted(1, "jane@CORP", "WS-6"), 1);
        assert_eq!(granted(1, "ivan@CORP", "WS-6"), 0, "their own");
        assert_eq!(granted(1, "jane@CORP", "WS-7"), 0, "another host");
        assert_eq!(granted(60, "jane@CORP", "WS-6"), 0, "later");
    }
}
