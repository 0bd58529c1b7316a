//! SSH, on a new way, and keys that open more than one account.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::Outcome;
use crate::event::classify::is_by_sshd;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::{DAY, Micros};
use crate::tuning::detections::ssh::{ANOTHER, ELSEWHERE, NEW, REMEMBERED, USES};

/// Who uses which key from where.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Ssh {
    keys: TtlMap<Box<str>, Key>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Key {
    since: Micros,
    accounts: Vec<Id>,
    sources: Vec<Id>,
}

heap! {
    Ssh { keys }
    Key { accounts, sources }
}

impl Rule for Ssh {
    const DETECTION: Detection = Detection {
        id: "ssh",
        title: "Somebody went by SSH where he had not gone before, or with another's key",
        techniques: &[attack::SSH],
        sees: "A login by SSH on a way that is not one of every day; a key that is shown for another \
               account, or from another host, than before.",
        needs: &[&[Need::Ssh, Need::CredentialMarks]],
        formula: "How rare it is that the account does so, see docs/detections/README.md, and at most \
                  2 nats for a new way, 2.5 for a key from a new host, 3.5 for a key that opens a new \
                  account: by itself none is enough for an alert.",
        blind_spots: "Keys whose fingerprint is not logged; agents that are forwarded, behind which \
                      the key stays the same.",
        false_positives: "Administrators whose key opens root too, laptops that move, machines that \
                          are made anew.",
        ask: "Whose key is it, and where else is its private half kept?",
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
        let Some(event) = seen.auth().filter(|event| event.outcome() == Outcome::Success) else {
            return;
        };
        let sshd = is_by_sshd(event);
        let Some(who) = seen.account.filter(|who| sshd && who.can_move()) else { return };
        let here = seen.source.map(|place| place.id) == seen.destination.map(|place| place.id);
        if seen.class == EventClass::NEW_LOGIN && !here {
            found.extend(Finding::of(seen, "a new way by SSH").map(|it| it.at_most(NEW)));
        }
        let (Some(mark), Some(source)) = (event.credential(), seen.source) else { return };
        let key = self.keys.touch(mark.into(), seen.time);
        if key.accounts.is_empty() {
            *key = Key { since: seen.time, accounts: vec![who.id], sources: vec![source.id] };
            return;
        }
        let days = ((seen.time - key.since).max(0) / DAY) as f64;
        let account = is_new(&mut key.accounts, who.id);
        let place = is_new(&mut key.sources, source.id);
        let what = match (account, place) {
            (true, _) => ("a key that opened another account before", ANOTHER),
            (false, true) => ("a key that came from another host before", ELSEWHERE),
            (false, false) => return,
        };
        let finding = Finding::of(seen, what.0);
        found.extend(
            finding.map(|finding| finding.at_most(what.1 + days.ln_1p()).of_kind(&[what.0])),
        );
    }

    fn forget(&mut self, now: Micros) {
        self.keys.forget(now - REMEMBERED);
    }
}

/// Whether `id` is not among those known; then it is from now on, while there is room. What has no
/// room any more belongs to a key that is used everywhere, and says nothing.
fn is_new(known: &mut Vec<Id>, id: Id) -> bool {
    let new = !known.contains(&id) && known.len() < USES;
    if new {
        known.push(id);
    }
    new
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{Probe, logon};

    fn told(probe: &mut Probe, seconds: i64, who: &str, from: &str, key: &str) -> Vec<String> {
        let event = logon(seconds, who, from, "SRV").logon_process("sshd").credential(key);
        let found = probe.auth(event);
        found.into_iter().filter(|told| told.starts_with("ssh: a key")).collect()
    }

    #[test]
    fn a_key_for_another_account_or_from_another_host_is_told_once() {
        let mut probe = Probe::new();
        assert!(told(&mut probe, 0, "bob", "WS-1", "SHA256:a").is_empty());
        assert!(told(&mut probe, 9, "bob", "WS-1", "SHA256:a").is_empty());
        let another = ["ssh: a key that opened another account before"];
        assert_eq!(told(&mut probe, 20, "root", "WS-1", "SHA256:a"), another);
        assert!(told(&mut probe, 30, "root", "WS-1", "SHA256:a").is_empty());
        let elsewhere = ["ssh: a key that came from another host before"];
        assert_eq!(told(&mut probe, 40, "bob", "WS-2", "SHA256:a"), elsewhere);
        assert!(told(&mut probe, 50, "amy", "WS-3", "SHA256:b").is_empty(), "her own");
    }
}
