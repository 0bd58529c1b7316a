//! The SSH agent of somebody, used by another who sits on the same host.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::classify::is_by_sshd;
use crate::event::{AuthEvent, Outcome};
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::Micros;
use crate::tuning::detections::ssh_hijacking::{REMEMBERED, SOON};

/// Which keys came to which hosts, and who came after them.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct SshHijacking {
    /// By host and key, whom the key last let in there.
    owners: TtlMap<(Id, Box<str>), Id>,
    /// By host, when the last who came by SSH did, and the last other than him.
    guests: TtlMap<Id, [Option<(Micros, Id)>; 2]>,
}

impl SshHijacking {
    /// Whether the key came to the host with its owner, and another just after him.
    fn is_in_reach_of_another(&self, key: &str, host: Id, now: Micros) -> bool {
        let Some((came, owner)) = self.owners.timed(&(host, Box::from(key))) else { return false };
        let guests = self.guests.get(&host).into_iter().flatten().flatten();
        let mut others = guests.filter(|(_, guest)| guest != owner);
        others.any(|(time, _)| *time > came && *time >= now - SOON)
    }
}

heap! {
    SshHijacking { owners, guests }
}

impl Rule for SshHijacking {
    const DETECTION: Detection = Detection {
        id: "ssh_hijacking",
        title: "A key went on by SSH from a host on which another than its owner had just come",
        techniques: &[attack::SSH_HIJACKING],
        sees: "A key that let its owner in on a host, and that is shown from that host to a third after \
               another account has come to it by SSH, within an hour of his coming. So it looks when he takes \
               the agent that the owner forwarded (`SSH_AUTH_SOCK`) and goes on as the owner.",
        needs: &[&[Need::Ssh], &[Need::CredentialMarks]],
        formula: "How rare it is that the key's owner does so, see docs/detections/README.md.",
        blind_spots: "A connection that is shared (`ControlMaster`), which logs on nobody; an agent \
                      that is used by somebody who sat on the host before its owner came; hosts \
                      whose sshd does not log the key's fingerprint.",
        false_positives: "Jump hosts, on which somebody comes at all hours while others go on from \
                          there: they do it every day, and so it says little of them.",
        ask: "Was the owner at work at that time? Who was root on the host, and which processes had \
              the socket of the agent open?",
        prior: 3e-3,
        role: Role::Strengthens,
    };
    const WANTS: EventClass = EventClass::LOGON;

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let by_ssh =
            |event: &&AuthEvent<'_>| event.outcome() == Outcome::Success && is_by_sshd(event);
        let Some(event) = seen.auth().filter(by_ssh) else { return };
        let (Some(who), Some(host)) = (seen.account, seen.destination) else { return };
        if !who.can_move() || !seen.is_remote() {
            return;
        }
        if let (Some(key), Some(from)) = (event.credential(), seen.source) {
            if self.is_in_reach_of_another(key, from.id, seen.time) {
                let what =
                    "a key went on from a host to which another than its owner had just come";
                found.extend(Finding::of(seen, what));
            }
            *self.owners.touch((host.id, key.into()), seen.time) = who.id;
        }
        let guests = self.guests.touch(host.id, seen.time);
        let [last, before] = *guests;
        let again = last.is_some_and(|(_, account)| account == who.id);
        *guests = [Some((seen.time, who.id)), if again { before } else { last }];
    }

    fn forget(&mut self, now: Micros) {
        self.owners.forget(now - REMEMBERED);
        self.guests.forget(now - SOON);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{Probe, logon};

    fn told(probe: &mut Probe, minutes: i64, who: &str, way: [&str; 2], key: &str) -> bool {
        let event = logon(60 * minutes, who, way[0], way[1]).logon_process("sshd").credential(key);
        probe.auth(event).iter().any(|told| told.starts_with("ssh_hijacking: a key went on"))
    }

    #[test]
    fn an_agent_that_a_guest_takes_is_told() {
        let mut probe = Probe::new();
        assert!(!told(&mut probe, 0, "amy", ["WS-1", "JUMP"], "SHA256:amy"));
        assert!(!told(&mut probe, 5, "amy", ["JUMP", "SRV-1"], "SHA256:amy"), "she goes on");
        assert!(!told(&mut probe, 200, "bob", ["WS-2", "JUMP"], "SHA256:bob"));
        assert!(!told(&mut probe, 201, "bob", ["JUMP", "SRV-1"], "SHA256:bob"), "with his own");
        assert!(told(&mut probe, 203, "amy", ["JUMP", "SRV-2"], "SHA256:amy"), "with hers");
    }

    #[test]
    fn who_comes_after_the_guest_or_long_after_goes_on_unmarked() {
        let mut probe = Probe::new();
        told(&mut probe, 0, "amy", ["WS-1", "JUMP"], "SHA256:amy");
        told(&mut probe, 10, "bob", ["WS-2", "JUMP"], "SHA256:bob");
        told(&mut probe, 12, "amy", ["WS-1", "JUMP"], "SHA256:amy");
        assert!(!told(&mut probe, 13, "amy", ["JUMP", "SRV-1"], "SHA256:amy"), "she came again");
        told(&mut probe, 14, "bob", ["WS-2", "JUMP"], "SHA256:bob");
        assert!(!told(&mut probe, 90, "amy", ["JUMP", "SRV-1"], "SHA256:amy"), "an hour later");
    }

    #[test]
    fn a_key_that_never_came_to_the_host_is_no_agent() {
        let mut probe = Probe::new();
        told(&mut probe, 0, "bob", ["WS-2", "JUMP"], "SHA256:bob");
        assert!(!told(&mut probe, 1, "amy", ["JUMP", "SRV-1"], "SHA256:amy"));
    }
}
