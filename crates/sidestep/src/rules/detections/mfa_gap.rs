//! One factor where two are usual.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::Mfa;
use crate::identity::join::Numbers;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rates::{Habit, nats};
use crate::rules::rule::{Rule, RuleContext};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::Micros;
use crate::tuning::detections::mfa_gap::REMEMBERED;

/// How often accounts, and those who go to a destination, log on by one factor.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct MfaGap {
    accounts: TtlMap<Id, Habit>,
    /// By account and destination.
    ways: TtlMap<(Id, Id), Habit>,
    destinations: TtlMap<Id, Habit>,
    network: Habit,
}

heap! {
    MfaGap { accounts, ways, destinations }
}

impl Rule for MfaGap {
    const DETECTION: Detection = Detection {
        id: "mfa_gap",
        title: "A logon by one factor where a second is usual",
        techniques: &[attack::VALID_ACCOUNTS, attack::MODIFY_MFA],
        sees: "A logon from afar for which no second factor was used, by an account, or to a service, \
               of which nearly all logons use one: by an old protocol, a session that was stolen, or a \
               rule that was changed.",
        needs: &[&[Need::SecondFactors]],
        formula: "At most ln(0.5 / p): p is the share of logons by one factor among the account's, or \
                  among those to this service if that is less, with two of the service's share added, \
                  and to that two of the network's; and how rare it is that the account does so, see \
                  docs/detections/README.md.",
        blind_spots: "A second factor that was tricked out of its owner, or a session that was stolen \
                      after it; accounts that never use one.",
        false_positives: "Trusted devices that are asked once in a while; emergency accounts.",
        ask: "Which rule let the logon pass with one factor? Was the account's second factor changed of \
              late?",
        prior: 3e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::LOGON;

    fn join(&mut self, part: Self, numbers: &Numbers) {
        self.accounts.join(
            part.accounts,
            |account, value| Some((numbers.account(account)?, value)),
            Habit::join,
        );
        let way = |ids, value| Some((numbers.account_and_host(ids)?, value));
        self.ways.join(part.ways, way, Habit::join);
        self.destinations.join(
            part.destinations,
            |host, value| Some((numbers.host(host)?, value)),
            Habit::join,
        );
        self.network.join(part.network);
    }

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(event) = seen.auth().filter(|event| event.mfa() != Mfa::Unknown) else { return };
        let Some(account) = seen.account.filter(|who| who.can_move()) else { return };
        let Some(destination) = seen.destination.filter(|_| seen.is_remote()) else { return };
        let one_factor = event.mfa() == Mfa::NotUsed;
        let own = self.accounts.touch(account.id, seen.time);
        let way = self.ways.touch((account.id, destination.id), seen.time);
        let service = self.destinations.touch(destination.id, seen.time);
        let wider = service.probability(self.network.probability(0.5));
        // That an account needs one factor elsewhere is no reason why it needs one here.
        let probability = own.probability(wider).min(way.probability(wider));
        own.observe(one_factor);
        way.observe(one_factor);
        service.observe(one_factor);
        self.network.observe(one_factor);
        if let Some(nats) = nats(probability).filter(|_| one_factor) {
            let finding = Finding::of(seen, "no second factor was used");
            found.extend(finding.map(|finding| finding.at_most(nats).of_target()));
        }
    }

    fn forget(&mut self, now: Micros) {
        self.accounts.forget(now - REMEMBERED);
        self.ways.forget(now - REMEMBERED);
        self.destinations.forget(now - REMEMBERED);
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{AuthEventBuilder, Mfa};
    use crate::rules::testing::{Probe, logon};

    fn by<'a>(seconds: i64, account: &'a str, mfa: Mfa) -> AuthEventBuilder<'a> {
        logon(seconds, account, "192.0.2.7", "PORTAL").mfa(mfa)
    }

    #[test]
    fn one_factor_is_told_where_two_are_usual() {
        let mut probe = Probe::new();
        for at in 0..20 {
            assert!(probe.auth(by(at, "bob@CORP", Mfa::Used)).is_empty());
        }
        assert_eq!(
            probe.auth(by(30, "bob@CORP", Mfa::NotUsed)),
            ["mfa_gap: no second factor was used"]
        );
        assert!(probe.auth(by(31, "bob@CORP", Mfa::Unknown)).is_empty());
        let mut lax = Probe::new();
        for at in 0..20 {
            assert!(lax.auth(by(at, "bob@CORP", Mfa::NotUsed)).is_empty());
        }
    }
}
