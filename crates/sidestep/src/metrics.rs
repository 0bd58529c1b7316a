//! Counters that tell what the engine did and what it did not.

use serde::{Deserialize, Serialize};

use crate::store::MAX_COUNT;

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
    /// Login edges (account, source, destination) remembered now.
    pub edges: u64,
    /// Bytes that the tables of edges and pairs hold now.
    pub table_bytes: u64,
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
