//! Counters that tell what the engine did and what it did not.

use serde::{Deserialize, Serialize};

use crate::store::{MAX_COUNT, sum_counts};

/// What was taken in, passed over, evicted and raised since the engine was made. Saved with the
/// state, so that a restored engine goes on counting.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[non_exhaustive]
pub struct Metrics {
    /// Events given to `learn` or `process`.
    pub events: u64,
    /// Of these, companion records of what hosts did.
    pub activities: u64,
    /// Of these, remote logins: they name two different hosts and an account that can move.
    pub logins: u64,
    /// Of the logins, those that were habitual and left after one look-up.
    pub habitual: u64,
    /// Logons that another log had told of already, and that count once.
    pub duplicates: u64,
    /// Events later than the newest by more than the configured lateness: not learned, not scored.
    pub late: u64,
    /// Events more than a week later than the newest that the stream did not follow: of a clock that is
    /// set wrong. Not learned, not scored.
    pub future: u64,
    /// Events passed over because they carry no host or only a well-known account.
    pub passed_over: u64,
    /// Logins kept out of the baseline because their movement was alerted on.
    pub quarantined: u64,
    /// Accounts that move known now.
    pub accounts: u64,
    /// Hosts known now.
    pub hosts: u64,
    /// Login edges (account, source, destination) remembered now.
    pub edges: u64,
    /// Bytes that the tables hold now.
    pub memory: MemoryUse,
    /// Login edges evicted to stay within the bound.
    pub evicted_edges: u64,
    /// Pairs (account and host, or host and host) evicted to stay within the bound.
    pub evicted_pairs: u64,
    /// Accounts evicted to stay within the bound.
    pub evicted_accounts: u64,
    /// Hosts evicted to stay within the bound.
    pub evicted_hosts: u64,
    /// What rules found that is not usual for whoever did it.
    pub findings: u64,
    /// What rules found and the policy allows.
    pub suppressed: u64,
    /// Movements opened.
    pub movements: u64,
    /// Movements given up early to stay within the bound.
    pub evicted_movements: u64,
    /// Hops not kept because their movement was full.
    pub dropped_hops: u64,
    /// Alerts raised.
    pub alerts: u64,
    /// Movements in which detections found something worth an alert on a short capture, and that were
    /// not raised; [`Engine::held_back`](crate::Engine::held_back) lists the strongest and says why.
    pub held_back: u64,
    /// Days with events that were judged by detections alone, for nothing was known yet of what is
    /// normal, or too little was seen.
    pub days_by_detections: u64,
}

/// Bytes that the tables of an engine hold now, beside some kilobytes that are always there. Events on
/// their way and alerts that were given out are not among them. Counting them takes time: it looks at all
/// that has a length of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[non_exhaustive]
pub struct MemoryUse {
    /// Names of accounts that move, and what is known of each.
    pub accounts: u64,
    /// Names of hosts, and what is known of each.
    pub hosts: u64,
    /// Other names and addresses of hosts and accounts, and accounts that do not move.
    pub names: u64,
    /// Login edges: account, source and destination.
    pub edges: u64,
    /// Pairs of an account and a destination.
    pub account_destinations: u64,
    /// Pairs of an account and a source.
    pub account_sources: u64,
    /// Pairs of a source and a destination.
    pub host_pairs: u64,
    /// Who sits at which host, and which accounts go together.
    pub presence: u64,
    /// Sessions and tickets under way.
    pub sessions: u64,
    /// What detections remember.
    pub detections: u64,
    /// Movements under way, and those that wait to be shown or listed.
    pub movements: u64,
    /// Logins that wait to be learned.
    pub quarantine: u64,
}

impl MemoryUse {
    /// All of it.
    #[must_use]
    pub const fn total(&self) -> u64 {
        let Self { accounts, hosts, names, edges, account_destinations, account_sources, .. } =
            *self;
        let Self { host_pairs, presence, sessions, detections, movements, quarantine, .. } = *self;
        let pairs = account_destinations + account_sources + host_pairs + presence;
        accounts + hosts + names + edges + pairs + sessions + detections + movements + quarantine
    }
}

/// What the pipeline itself counts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) events: u64,
    pub(crate) activities: u64,
    pub(crate) logins: u64,
    pub(crate) habitual: u64,
    pub(crate) duplicates: u64,
    pub(crate) late: u64,
    pub(crate) passed_over: u64,
    pub(crate) quarantined: u64,
    pub(crate) days_by_detections: u64,
}

impl Counts {
    /// The counts of two parts of a stream.
    pub(crate) const fn joined(self, other: Self) -> Self {
        Self {
            events: sum_counts(self.events, other.events),
            activities: sum_counts(self.activities, other.activities),
            logins: sum_counts(self.logins, other.logins),
            habitual: sum_counts(self.habitual, other.habitual),
            duplicates: sum_counts(self.duplicates, other.duplicates),
            late: sum_counts(self.late, other.late),
            passed_over: sum_counts(self.passed_over, other.passed_over),
            quarantined: sum_counts(self.quarantined, other.quarantined),
            days_by_detections: sum_counts(self.days_by_detections, other.days_by_detections),
        }
    }

    /// Whether every count can go on.
    pub(crate) fn is_sound(&self) -> bool {
        let Self { events, activities, logins, habitual, duplicates, .. } = *self;
        let Self { late, passed_over, quarantined, days_by_detections, .. } = *self;
        [events, activities, logins, habitual, duplicates, late, passed_over, quarantined]
            .into_iter()
            .chain([days_by_detections])
            .all(|count| count <= MAX_COUNT)
    }
}
