//! The baseline as it is saved.

use serde::{Deserialize, Serialize};

use super::aode::Combinations;
use super::categorical::Categorical;
use super::profile::{AccountProfile, HostProfile, ProtocolCounts};
use super::{Baseline, Edge, Explanation, Pair};
use crate::store::{Bounds, Id, Interner, MAX_COUNT, SavedInterner, SavedTable, Table};
use crate::time::{Day, Micros};

/// Every table in the order of its slots, so that the same state has the same bytes.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedBaseline {
    accounts: SavedInterner<AccountProfile>,
    hosts: SavedInterner<HostProfile>,
    edges: SavedTable<[Id; 3], Edge>,
    pairs: [SavedTable<[Id; 2], Pair>; 5],
    keyboard: SavedTable<[Id; 2], Micros>,
    protocols: ProtocolCounts,
    explanations: Categorical,
    combinations: Combinations,
    today: Day,
    first_day: Option<Day>,
    evicted_accounts: u64,
    evicted_hosts: u64,
}

impl SavedBaseline {
    /// The first day and the last, where there was any and the last is not before the first.
    pub(crate) fn days(&self) -> Option<(Day, Day)> {
        self.first_day.map(|first| (first, self.today)).filter(|(first, today)| first <= today)
    }
}

impl Baseline {
    pub(crate) fn to_saved(&self) -> SavedBaseline {
        SavedBaseline {
            accounts: self.accounts.to_saved(),
            hosts: self.hosts.to_saved(),
            edges: self.edges.to_saved(),
            pairs: [
                self.account_destination.to_saved(),
                self.account_source.to_saved(),
                self.source_destination.to_saved(),
                self.presence.to_saved(),
                self.companions.to_saved(),
            ],
            keyboard: self.keyboard.to_saved(),
            protocols: self.protocols,
            explanations: self.explanations.clone(),
            combinations: self.combinations.clone(),
            today: self.today,
            first_day: self.first_day,
            evicted_accounts: self.evicted_accounts,
            evicted_hosts: self.evicted_hosts,
        }
    }

    /// Builds the baseline from its saved form, refusing one that contradicts itself.
    pub(crate) fn from_saved(
        saved: SavedBaseline,
        bounds: Bounds,
        half_life_days: f64,
    ) -> Result<Self, String> {
        if saved.explanations.classes() != Explanation::COUNT {
            return Err("explanations: the number of classes is wrong".to_owned());
        }
        if !saved.combinations.is_sound() {
            return Err("combinations: the number of levels is wrong".to_owned());
        }
        if saved.first_day.is_some_and(|first| first > saved.today) {
            return Err("the first day comes after the last".to_owned());
        }
        if saved.evicted_accounts.max(saved.evicted_hosts) > MAX_COUNT {
            return Err("the counts of what was evicted are wrong".to_owned());
        }
        let [account_destination, account_source, source_destination, presence, companions] =
            saved.pairs;
        Ok(Self {
            accounts: Interner::from_saved(saved.accounts, bounds.accounts, "accounts")?,
            hosts: Interner::from_saved(saved.hosts, bounds.hosts, "hosts")?,
            edges: Table::from_saved(saved.edges, bounds.edges, "edges")?,
            account_destination: Table::from_saved(
                account_destination,
                bounds.edges,
                "destinations",
            )?,
            account_source: Table::from_saved(account_source, bounds.edges, "sources")?,
            source_destination: Table::from_saved(source_destination, bounds.edges, "host pairs")?,
            presence: Table::from_saved(presence, bounds.edges, "presence")?,
            companions: Table::from_saved(companions, bounds.edges, "companions")?,
            keyboard: Table::from_saved(saved.keyboard, bounds.edges, "keyboards")?,
            protocols: saved.protocols,
            explanations: saved.explanations,
            combinations: saved.combinations,
            today: saved.today,
            first_day: saved.first_day,
            half_life_days,
            evicted_accounts: saved.evicted_accounts,
            evicted_hosts: saved.evicted_hosts,
        })
    }
}
