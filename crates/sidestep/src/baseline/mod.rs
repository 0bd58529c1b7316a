//! What is normal: tables of edges and pairs, profiles of accounts and hosts.

pub(crate) mod affinity;
mod features;
mod learn;
pub(crate) mod novelty;
pub(crate) mod profile;
mod saved;
mod structure;
pub(crate) mod table;

use serde::{Deserialize, Serialize};

pub(crate) use features::{Explanation, SourceExplanation, role_words};
pub(crate) use saved::SavedBaseline;

use crate::config::Config;
use crate::event::Timestamp;
use crate::intern::{Id, Roster};
use crate::time::{Day, day_of};
use affinity::{Affinity, Categorical};
use novelty::Population;
use profile::{AccountProfile, HostProfile, ProtocolCounts};
use table::Table;

/// One (account, source, destination).
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Edge {
    /// Time of the last login that succeeded; with `days` 0 there was none.
    pub(crate) last: Timestamp,
    /// Day of the last login that failed, plus one; 0 if none did.
    pub(crate) failed_day: Day,
    /// Days on which it succeeded.
    pub(crate) days: u16,
    /// Protocol classes seen, a bit each.
    pub(crate) protocols: u16,
}

impl Edge {
    /// Day of the last login that succeeded.
    pub(crate) fn last_day(&self) -> Day {
        day_of(self.last)
    }
}

/// One pair of an account and a host, or of two hosts.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Pair {
    pub(crate) last_day: Day,
    /// Days on which it was seen.
    pub(crate) days: u16,
}

/// How often accounts and hosts of this network meet something new, by what it is.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Populations {
    pub(crate) account_destinations: Population,
    pub(crate) account_sources: Population,
    pub(crate) accounts_from: Population,
    pub(crate) accounts_to: Population,
    pub(crate) host_destinations: Population,
    pub(crate) host_sources: Population,
}

/// Days after which news counts half: the first days of a baseline, when all is new, must fade
/// within the usual time of learning.
const NEWS_HALF_LIFE: f64 = 5.0;

/// Everything learned.
#[derive(Debug, Clone)]
pub(crate) struct Baseline {
    pub(crate) accounts: Roster<AccountProfile>,
    pub(crate) hosts: Roster<HostProfile>,
    pub(crate) edges: Table<[Id; 3], Edge>,
    pub(crate) account_destination: Table<[Id; 2], Pair>,
    pub(crate) account_source: Table<[Id; 2], Pair>,
    pub(crate) source_destination: Table<[Id; 2], Pair>,
    /// Accounts at the keyboard of hosts.
    pub(crate) presence: Table<[Id; 2], Pair>,
    /// Accounts that are used where another account is at home or came from: (that one, this one).
    pub(crate) companions: Table<[Id; 2], Pair>,
    /// Protocols of the whole network.
    pub(crate) protocols: ProtocolCounts,
    pub(crate) populations: Populations,
    /// Plausibility of a new destination of an account.
    pub(crate) new_destination: Affinity,
    /// Plausibility of a new source of an account.
    pub(crate) new_source: Affinity,
    /// How the new sources of accounts explain themselves.
    pub(crate) explanations: Categorical,
    /// From which kind of host to which kind the new pairs of hosts go.
    pub(crate) transitions: Categorical,
    /// Day of the newest event.
    pub(crate) today: Day,
    /// Day of the first event.
    pub(crate) first_day: Option<Day>,
    /// Pairs known at the last refresh of the directions, and its day.
    refreshed: (usize, Day),
    /// Draws of hosts for comparison (see [`Affinity`]).
    draws: u64,
    half_life_days: f64,
    pub(crate) evicted_accounts: u64,
    pub(crate) evicted_hosts: u64,
}

impl Baseline {
    pub(crate) fn new(config: &Config) -> Self {
        let edges = config.max_edges;
        Self {
            accounts: Roster::new(config.max_accounts),
            hosts: Roster::new(config.max_hosts),
            edges: Table::new(edges),
            account_destination: Table::new(edges),
            account_source: Table::new(edges),
            source_destination: Table::new(edges),
            presence: Table::new(edges),
            companions: Table::new(edges),
            protocols: ProtocolCounts::default(),
            populations: Populations::default(),
            new_destination: Affinity::new(features::DESTINATION_CELLS),
            new_source: Affinity::new(features::SOURCE_CELLS),
            explanations: Categorical::new(Explanation::COUNT),
            transitions: Categorical::new(features::TRANSITIONS),
            today: 0,
            first_day: None,
            refreshed: (0, 0),
            draws: 0,
            half_life_days: config.half_life_days,
            evicted_accounts: 0,
            evicted_hosts: 0,
        }
    }

    /// Pairs evicted to stay within the bound.
    pub(crate) fn evicted_pairs(&self) -> u64 {
        self.account_destination.evicted()
            + self.account_source.evicted()
            + self.source_destination.evicted()
            + self.presence.evicted()
            + self.companions.evicted()
    }

    /// Bytes held by the tables of edges and pairs.
    pub(crate) fn table_bytes(&self) -> usize {
        self.edges.bytes()
            + self.account_destination.bytes()
            + self.account_source.bytes()
            + self.source_destination.bytes()
            + self.presence.bytes()
            + self.companions.bytes()
    }

    /// Share of what is left of a count after `days`.
    fn kept_after(&self, days: u32) -> f32 {
        (-f64::from(days) / self.half_life_days).exp2() as f32
    }

    /// Moves on to the day of an event: forgets a little, and learns structure anew where it grew.
    pub(crate) fn advance_to(&mut self, day: Day) {
        let first = *self.first_day.get_or_insert(day);
        if first == day && self.today == 0 {
            self.today = day;
        }
        if day <= self.today {
            return;
        }
        let kept = self.kept_after(day - self.today);
        let faded = (-f64::from(day - self.today) / NEWS_HALF_LIFE).exp2();
        let p = &mut self.populations;
        for population in [
            &mut p.account_destinations,
            &mut p.account_sources,
            &mut p.accounts_from,
            &mut p.accounts_to,
            &mut p.host_destinations,
            &mut p.host_sources,
        ] {
            population.decay(faded);
        }
        self.today = day;
        for account in self.accounts.entries_mut() {
            let profile = &mut account.profile;
            profile.destinations.decay(kept);
            profile.sources.decay(kept);
            profile.logins *= kept;
            profile.odd *= kept;
        }
        for host in self.hosts.entries_mut() {
            let profile = &mut host.profile;
            profile.accounts_from.decay(kept);
            profile.accounts_to.decay(kept);
            profile.destinations.decay(kept);
            profile.sources.decay(kept);
            profile.logins_from *= kept;
            profile.odd_from *= kept;
            profile.odd_to *= kept;
        }
        self.new_destination.refresh(kept);
        self.new_source.refresh(kept);
        self.explanations.decay(kept);
        self.transitions.decay(kept);
        self.forget_stale();
        let pairs = self.account_destination.records().len() + self.account_source.records().len();
        let (known, refreshed) = self.refreshed;
        // Directions cost a pass over all pairs, so they wait until the pairs have changed.
        if pairs.abs_diff(known) * 50 >= known || day - refreshed >= 7 {
            structure::refresh(self);
            self.refreshed = (pairs, day);
        }
    }
}
