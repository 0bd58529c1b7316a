//! What is learned of a login, and when: now, once it left quarantine, or never.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::baseline::{Baseline, PartNumbers};
use crate::login::Login;
use crate::store::{Id, Portion, heap};
use crate::time::{DAY, Micros};
use crate::tuning::MAX_WAITING;

/// A login that waits to be learned.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Quarantined {
    until: Micros,
    key: [Id; 3],
    time: Micros,
    protocol: u8,
}

/// Odd logins of the last day, in order of time: they count against their account and hosts a day later, so that an
/// intruder's first login does not excuse the second.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct PendingOdd(VecDeque<(Micros, [Id; 3])>);

impl PendingOdd {
    /// Adds an odd login; the oldest goes where there would be more than `most`.
    pub(crate) fn add(&mut self, time: Micros, key: [Id; 3], most: usize) {
        self.0.push_back((time, key));
        if self.0.len() > most {
            self.0.pop_front();
        }
    }

    /// Counts those of the day before.
    pub(crate) fn release(&mut self, now: Micros, baseline: &mut Baseline) {
        while let Some(&(_, key)) = self.0.front().filter(|(time, _)| time + DAY <= now) {
            self.0.pop_front();
            baseline.count_odd(key);
        }
    }
}

/// Logins that are not learned yet, or not all of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Learning {
    pub(crate) pending_odd: PendingOdd,
    /// Logins alerted on, in order of `until`: kept out of the baseline until then.
    quarantine: VecDeque<Quarantined>,
    /// Which part of [`MAX_WAITING`] may wait.
    #[serde(skip)]
    portion: Portion,
}

heap! {
    Learning { pending_odd, quarantine, portion }
    PendingOdd { 0 }
    Quarantined {}
}

impl Learning {
    /// Whether the saved parts fit together.
    pub(crate) fn is_sound(&self) -> bool {
        let is_class =
            |waiting: &Quarantined| usize::from(waiting.protocol) < crate::login::PROTOCOLS;
        self.pending_odd.0.len() <= MAX_WAITING
            && self.quarantine.len() <= MAX_WAITING
            && self.quarantine.iter().all(is_class)
    }

    /// Forgets what waits of accounts and hosts.
    pub(crate) fn forget_ids(
        &mut self,
        is_account: &impl Fn(Id) -> bool,
        is_host: &impl Fn(Id) -> bool,
    ) {
        let stays = |[account, source, destination]: [Id; 3]| {
            !(is_account(account) || is_host(source) || is_host(destination))
        };
        self.pending_odd.0.retain(|(_, key)| stays(*key));
        self.quarantine.retain(|waiting| stays(waiting.key));
    }

    /// What waits in both parts of a stream, under the ids of the whole.
    pub(crate) fn joined(self, [a, b]: [Self; 2], numbers: &[PartNumbers; 2]) -> Self {
        let mut pending_odd = Vec::new();
        let mut quarantine = Vec::new();
        for (part, numbers) in [a, b].into_iter().zip(numbers) {
            let odd = |(time, key)| Some((time, numbers.edge(key)?));
            pending_odd.extend(part.pending_odd.0.into_iter().filter_map(odd));
            let waiting = |waiting: Quarantined| {
                numbers.edge(waiting.key).map(|key| Quarantined { key, ..waiting })
            };
            quarantine.extend(part.quarantine.into_iter().filter_map(waiting));
        }
        pending_odd.sort_unstable();
        quarantine.sort_unstable_by_key(|waiting| {
            (waiting.until, waiting.time, waiting.key, waiting.protocol)
        });
        // Of what does not fit, the oldest would have been taken first.
        let most = self.portion.of(MAX_WAITING);
        pending_odd.drain(..pending_odd.len().saturating_sub(most));
        quarantine.drain(..quarantine.len().saturating_sub(most));
        Self {
            pending_odd: PendingOdd(pending_odd.into()),
            quarantine: quarantine.into(),
            portion: self.portion,
        }
    }

    /// Learns a login now; one of the odd `tail` counts as odd from tomorrow on.
    pub(crate) fn learn_now(
        &mut self,
        login: &Login,
        tail: bool,
        now: Micros,
        baseline: &mut Baseline,
    ) {
        if login.failed {
            baseline.learn_failure(login);
        } else {
            baseline.learn_login(login);
        }
        baseline.count_login(login);
        if tail {
            self.pending_odd.add(now, login.key, self.portion.of(MAX_WAITING));
        }
    }

    /// Learns a login that succeeded later: not before `until`, and sooner only where too many wait.
    pub(crate) fn learn_later(
        &mut self,
        login: &Login,
        until: Micros,
        now: Micros,
        baseline: &mut Baseline,
    ) {
        let Login { key, time, protocol, .. } = *login;
        self.quarantine.push_back(Quarantined { until, key, time, protocol });
        if self.quarantine.len() > self.portion.of(MAX_WAITING) {
            self.release_oldest(now, baseline);
        }
    }

    /// Learns what was in quarantine long enough, and counts the odd logins of the day before.
    pub(crate) fn release(&mut self, now: Micros, baseline: &mut Baseline) {
        while self.quarantine.front().is_some_and(|waiting| waiting.until <= now) {
            self.release_oldest(now, baseline);
        }
        self.pending_odd.release(now, baseline);
    }

    /// Learns the login that waited longest, unless one of its names was evicted meanwhile.
    fn release_oldest(&mut self, now: Micros, baseline: &mut Baseline) {
        let Some(Quarantined { key, time, protocol, .. }) = self.quarantine.pop_front() else {
            return;
        };
        let (Some(account), Some(source), Some(destination)) = (
            baseline.accounts.slot_of(key[0]),
            baseline.hosts.slot_of(key[1]),
            baseline.hosts.slot_of(key[2]),
        ) else {
            return;
        };
        let places = baseline.places(key, baseline.edges.find(key));
        let failed = false;
        let login = Login { key, time, account, source, destination, protocol, failed, places };
        self.learn_now(&login, false, now, baseline);
    }
}
