//! One account that opens shares of many hosts which it does not usually open.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::rules::burst::Bursts;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::frequency::Actor;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::heap;
use crate::time::Micros;

/// The hosts whose shares each account opens; each source where no account is named.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct ShareSweep(Bursts);

heap! {
    ShareSweep { 0 }
}

impl Rule for ShareSweep {
    const DETECTION: Detection = Detection {
        id: "share_sweep",
        title: "One account opened shares of many hosts that it does not usually open",
        techniques: &[attack::SHARE_DISCOVERY],
        sees: "Whoever looks for files, or for hosts whose shares he may write to, opens the shares of \
               many hosts: `net view` in a loop, ShareFinder, Snaffler. Counted by account; by source \
               where the log names no account.",
        needs: &[&[Need::Shares]],
        formula: "Hosts with shares opened for the first time in five minutes, an hour and a day, counted \
                  as `host_sweep` counts. At most how rare it is that the account does so, see \
                  docs/detections/README.md.",
        blind_spots: "Shares listed and not opened; a list that is kept in the directory; hosts that log no \
                      share access.",
        false_positives: "Inventory, indexing, backup or antivirus consoles on their first run; an \
                          administrator's script over all hosts.",
        ask: "Is the account an administrator's? Which shares did it open, and did it read files there?",
        prior: 3e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::SHARE;

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(host) = seen.destination else { return };
        let (actor, name) = match (seen.account, seen.source) {
            (Some(who), source) if who.can_move() => {
                // On one's own host every share is at hand.
                if source.is_some_and(|source| source.id == host.id) {
                    return;
                }
                (Actor::Account(who.id), who.name())
            }
            (None, Some(source)) if source.id != host.id => (Actor::Host(source.id), source.name()),
            _ => return,
        };
        let door = (seen.account.map(|who| who.id), host.id);
        if let Some(burst) = self.0.observe(actor, host.id, false, seen.time, door) {
            let (hosts, within) = (burst.things, burst.within);
            let what = format!("{name} opened shares of {hosts} new hosts in {within}");
            let finding = Finding::of(seen, what).map(|finding| finding.burst(&burst));
            found.extend(finding.map(|finding| match actor {
                Actor::Host(_) => finding.of_source(),
                Actor::Account(_) => finding,
            }));
        }
    }

    fn forget(&mut self, now: Micros) {
        self.0.forget(now);
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Account, Host, HostActivityKind};
    use crate::rules::testing::{Probe, did};

    fn open(probe: &mut Probe, at: i64, account: Option<&str>, host: &str) -> Vec<String> {
        let mut share = did(at, HostActivityKind::ShareAccess, host)
            .peer(Host::named("WS-1"))
            .object(r"\\*\IPC$");
        if let Some(account) = account {
            share = share.account(Account::parse(account));
        }
        probe.activity(share)
    }

    #[test]
    fn shares_of_many_hosts_are_a_sweep_by_account_or_by_source() {
        for account in [Some("bob@CORP"), None] {
            let mut probe = Probe::new();
            let told: Vec<_> = (0..40)
                .flat_map(|at| open(&mut probe, at, account, &format!("SRV-{at}")))
                .collect();
            assert!(!told.is_empty() && told.len() <= 3, "{told:?}");
            assert!(told[0].starts_with("share_sweep: "), "{told:?}");
        }
    }

    #[test]
    fn many_shares_of_one_host_and_those_of_machines_are_none() {
        let mut probe = Probe::new();
        for at in 0..200 {
            assert!(open(&mut probe, at, Some("bob@CORP"), "SRV").is_empty());
            let host = format!("SRV-{at}");
            assert!(open(&mut probe, at, Some("SRV$@CORP"), &host).is_empty());
        }
    }
}
