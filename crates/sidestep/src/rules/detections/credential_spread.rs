//! One credential in many hands, or at many places at once.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::{AuthProtocol, Outcome};
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rates::{Variety, nats};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::{Id, IdSet, TtlMap, heap};
use crate::time::{Micros, days_between};
use crate::tuning::detections::credential_spread::{
    NEWCOMER, PRIOR_CHANGES, PRIOR_DAYS, REMEMBERED, TOLD_APART,
};

/// Who showed a key, and from where.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Key {
    since: Micros,
    accounts: IdSet,
    sources: IdSet,
}

/// The nats of one more in a set that came together over so many days.
fn one_more(known: &mut IdSet, new: Id, days: f64) -> Option<f64> {
    if known.len() >= TOLD_APART || !known.insert(new) || known.len() == 1 {
        return None;
    }
    let changes = known.len() as f64 - 2.0;
    nats((changes + PRIOR_CHANGES) / (days + PRIOR_DAYS))
}

/// New sources and destinations of accounts by hour, and keys by fingerprint.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct CredentialSpread {
    destinations: Variety,
    sources: Variety,
    keys: TtlMap<Box<str>, Key>,
}

impl CredentialSpread {
    fn show_key(
        &mut self,
        mark: &str,
        account: Id,
        source: Id,
        seen: &Observation<'_>,
    ) -> Option<(f64, String)> {
        let key = self.keys.touch(mark.into(), seen.time);
        if key.accounts.is_empty() {
            key.since = seen.time;
        }
        let days = days_between(key.since, seen.time);
        let by = one_more(&mut key.accounts, account, days);
        let from = one_more(&mut key.sources, source, days);
        let (accounts, sources) = (key.accounts.len(), key.sources.len());
        let by = by.map(|nats| (nats, format!("one key was shown by {accounts} accounts")));
        let from = from.map(|nats| (nats, format!("one key was shown from {sources} hosts")));
        by.into_iter().chain(from).max_by(|a, b| a.0.total_cmp(&b.0))
    }
}

heap! {
    CredentialSpread { destinations, sources, keys }
    Key { accounts, sources }
}

impl Rule for CredentialSpread {
    const DETECTION: Detection = Detection {
        id: "credential_spread",
        title: "One credential is used in many places at once, or by several",
        techniques: &[attack::VALID_ACCOUNTS, attack::ALTERNATE_MATERIAL],
        sees: "An account that goes to many hosts within an hour to which it does not usually go, or \
               comes from many; and a key, known by its fingerprint, that another account or another \
               host shows than those that did so.",
        needs: &[&[Need::RemoteLogons, Need::CredentialMarks]],
        formula: "At most ln(0.5 / p). For an account, p is the probability of so many new hosts in an \
                  hour, where those beyond the first are geometric with the mean of its own hours and \
                  two hours of the network's added, and 10 / (1 + days known), since all is new to a \
                  newcomer. For a key, p = (c + 0.5) / (d + 5): changes of its \
                  accounts or hosts in the days since it was first seen. And how rare it is that the \
                  account does so, see docs/detections/README.md.",
        blind_spots: "Who goes slowly, or only where the account usually goes; keys that were in \
                      several hands from the first day.",
        false_positives: "Scanners and management from a new server; a key that its owner copied to a \
                          new laptop; shared deployment keys.",
        ask: "Did a program do it or somebody by hand? Who has the key, and was it to be copied?",
        prior: 3e-3,
        role: Role::Labels,
    };
    const WANTS: EventClass = EventClass::NEW_LOGIN;

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(event) = seen.auth().filter(|event| event.outcome() != Outcome::Failure) else {
            return;
        };
        let Some(account) = seen.account.filter(|who| who.can_move()) else { return };
        let (Some(source), Some(destination)) = (seen.source, seen.destination) else { return };
        let known = context.baseline.accounts.slot_of(account.id).map_or(0, |slot| {
            let first = context.baseline.accounts.profile(slot).first_day;
            context.baseline.today.saturating_sub(first)
        });
        let newness = NEWCOMER / (1.0 + f64::from(known));
        let to = self.destinations.observe(account.id, destination.id, seen.time, newness);
        let from = self.sources.observe(account.id, source.id, seen.time, newness);
        let mut best: Option<(f64, String)> = None;
        let to =
            to.map(|(count, nats)| (nats, format!("went to {count} new hosts within an hour")));
        let from =
            from.map(|(count, nats)| (nats, format!("came from {count} new hosts within an hour")));
        // Marks of tickets are for `pass_the_ticket`.
        let mark = event.credential().filter(|_| event.auth_protocol() != AuthProtocol::Kerberos);
        let key = mark.and_then(|mark| self.show_key(mark, account.id, source.id, seen));
        for candidate in [to, from, key].into_iter().flatten() {
            if best.as_ref().is_none_or(|best| candidate.0 > best.0) {
                best = Some(candidate);
            }
        }
        if let Some((nats, what)) = best {
            found.extend(Finding::of(seen, what).map(|finding| finding.at_most(nats)));
        }
    }

    fn forget(&mut self, now: Micros) {
        self.destinations.forget(now);
        self.sources.forget(now);
        self.keys.forget(now - REMEMBERED);
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{AuthEventBuilder, AuthProtocol};
    use crate::rules::testing::{Probe, logon};

    fn told(probe: &mut Probe, event: AuthEventBuilder<'_>) -> Vec<String> {
        let all = probe.auth(event).into_iter();
        all.filter(|line| line.starts_with("credential_spread")).collect()
    }

    #[test]
    fn many_new_hosts_at_once_are_told_and_one_by_one_are_not() {
        let walk = |pace: i64| {
            let mut probe = Probe::new();
            probe.auth(logon(-60 * 86_400, "bob@CORP", "WS-1", "FILES"));
            (0..12)
                .map(|at| {
                    let host = format!("S-{at}");
                    told(&mut probe, logon(at * pace, "bob@CORP", "WS-1", &host)).len()
                })
                .sum::<usize>()
        };
        assert!(walk(10) > 3);
        assert_eq!(walk(7200), 0);
        let mut first = Probe::new();
        let told: usize = (0..12)
            .map(|at| told(&mut first, logon(at, "amy@CORP", "WS-1", &format!("S-{at}"))).len())
            .sum();
        assert_eq!(told, 0, "all is new to her");
    }

    #[test]
    fn a_key_is_one_s_own() {
        let key = |day: i64, account: &'static str, source: &'static str| {
            logon(day * 86_400, account, source, "SRV")
                .auth_protocol(AuthProtocol::PublicKey)
                .credential("SHA256:x")
        };
        let mut probe = Probe::new();
        assert!(told(&mut probe, key(0, "bob", "WS-1")).is_empty());
        assert_eq!(
            told(&mut probe, key(30, "root", "WS-1")),
            ["credential_spread: one key was shown by 2 accounts"]
        );
        assert_eq!(
            told(&mut probe, key(40, "root", "WS-2")),
            ["credential_spread: one key was shown from 2 hosts"]
        );
        let mut shared = Probe::new();
        for source in ["A", "B", "C", "D", "E"] {
            told(&mut shared, key(0, "deploy", source));
        }
        assert!(told(&mut shared, key(1, "deploy", "F")).is_empty(), "it is shared");
    }
}
