//! An account that comes back after a silence that is not its habit.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::identity::join::Numbers;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rates::nats;
use crate::rules::rule::{Rule, RuleContext};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::{Day, Micros, day_of};
use crate::tuning::detections::dormant_account::{
    LENGTHS, MEMORY, PRIOR_GAP, PRIOR_GAPS, REMEMBERED,
};

/// The days of an account.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Days {
    last: Day,
    /// Gaps from one day with a logon to the next: how many, and their sum in days.
    gaps: f64,
    sum: f64,
    longest: f64,
}

impl Days {
    /// Probability that a gap outlasts the longest so far by at least so much: exponential, hence
    /// without memory, with the mean of the account's own gaps, which is itself uncertain (a gamma
    /// prior, worth one gap).
    fn exceedance(&self, gap: f64) -> f64 {
        let scale = self.sum + PRIOR_GAP;
        (scale / (scale + (gap - self.longest).max(0.0))).powf(self.gaps + 1.0)
    }

    /// Adds what another part of the stream saw. The gap between the two is not counted.
    fn join(&mut self, other: Self) {
        self.last = self.last.max(other.last);
        self.gaps += other.gaps;
        self.sum += other.sum;
        self.longest = self.longest.max(other.longest);
    }

    fn take(&mut self, gap: f64) {
        if self.gaps >= MEMORY {
            self.gaps /= 2.0;
            self.sum /= 2.0;
        }
        self.gaps += 1.0;
        self.sum += gap;
        self.longest = self.longest.max(gap);
    }
}

/// When accounts were last seen, and which gaps are usual.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct DormantAccount {
    accounts: TtlMap<Id, Days>,
    /// Gaps of the whole network by class of length.
    network: [f64; LENGTHS],
}

fn length(gap: f64) -> usize {
    (gap.max(1.0).log2() as usize).min(LENGTHS - 1)
}

impl DormantAccount {
    /// Share of all gaps that are as long, which holidays make longer than an account's own say.
    fn share(&self, gap: f64) -> f64 {
        let as_long: f64 = self.network[length(gap)..].iter().sum();
        let all: f64 = self.network.iter().sum();
        (as_long + 1.0) / (all + PRIOR_GAPS)
    }

    /// The gap that ends now, in days, and its nats where they are worth telling.
    fn observe(&mut self, account: Id, time: Micros) -> Option<(f64, f64)> {
        let today = day_of(time);
        let known = self.accounts.get(&account).is_some();
        let days = self.accounts.touch(account, time);
        if !known || today <= days.last {
            days.last = days.last.max(today);
            return None;
        }
        let gap = f64::from(today - days.last);
        let own = days.exceedance(gap);
        days.take(gap);
        days.last = today;
        let probability = own.max(self.share(gap));
        self.network[length(gap)] += 1.0;
        nats(probability).map(|nats| (gap, nats))
    }
}

heap! {
    DormantAccount { accounts }
    Days {}
}

impl Rule for DormantAccount {
    const DETECTION: Detection = Detection {
        id: "dormant_account",
        title: "An account logs on over the network after a silence that is not its habit",
        techniques: &[attack::VALID_ACCOUNTS],
        sees: "An account that was used, then was not for far longer than ever, and whose first logon \
               after that comes from another host. Who comes back from a holiday sits down at his own \
               desk first.",
        needs: &[&[Need::RemoteLogons], &[Need::Sessions]],
        formula: "At most ln(0.5 / p): p is the greater of two probabilities of so long a gap between \
                  days with a logon: the account's own, where what goes beyond its longest gap is \
                  exponential with the mean of its n gaps (with one of 7 days added, \
                  (s / (s + g))^(n + 1), s their sum and g what goes beyond); and the share of all gaps on this \
                  network that are as long.",
        blind_spots: "Accounts that were never seen before; logs without logons at the desk, where \
                      holidays look the same; logs that do not number their events.",
        false_positives: "Long leave, yearly jobs, accounts for audits.",
        ask: "Who owns the account, and is he back? Is it due to be closed?",
        prior: 2e-3,
        role: Role::Strengthens,
    };
    const WANTS: EventClass = EventClass::LOGON;

    fn join(&mut self, part: Self, numbers: &Numbers) {
        self.accounts.join(
            part.accounts,
            |account, value| Some((numbers.account(account)?, value)),
            Days::join,
        );
        for (count, more) in self.network.iter_mut().zip(part.network) {
            *count += more;
        }
    }

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        _context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(account) = seen.account.filter(|who| who.can_move()) else { return };
        let Some((gap, nats)) = self.observe(account.id, seen.time) else { return };
        if seen.is_remote() {
            let finding = Finding::of(seen, format!("logged on after {gap:.0} days"));
            found.extend(finding.map(|finding| finding.at_most(nats)));
        }
    }

    fn forget(&mut self, now: Micros) {
        self.accounts.forget(now - REMEMBERED);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::testing::{Probe, logon};

    const DAY: i64 = 86_400;

    /// An account that works on these days, and then on the last.
    fn comes_back(days: &[i64], last: i64, from: &str) -> Vec<String> {
        let mut probe = Probe::new();
        for day in days {
            assert!(probe.auth(logon(day * DAY, "bob@CORP", "WS-1", "SRV")).is_empty(), "{day}");
        }
        probe.auth(logon(last * DAY, "bob@CORP", from, "SRV"))
    }

    #[test]
    fn a_silence_is_measured_by_what_is_usual_for_the_account() {
        let daily: Vec<i64> = (0..40).filter(|day| day % 7 < 5).collect();
        assert_eq!(comes_back(&daily, 240, "WS-1"), ["dormant_account: logged on after 201 days"]);
        assert!(comes_back(&daily, 42, "WS-1").is_empty(), "a weekend");
        assert!(comes_back(&daily, 240, "SRV").is_empty(), "at the desk");
        let monthly: Vec<i64> = (0..8).map(|month| month * 30).collect();
        assert!(comes_back(&monthly, 250, "WS-1").is_empty(), "its habit");
        assert!(comes_back(&[], 240, "WS-1").is_empty(), "never seen before");
    }
}
