//! The baseline as it is saved.

use serde::{Deserialize, Serialize, Serializer};

use super::aode::Combinations;
use super::categorical::Categorical;
use super::journal::SavedJournal;
use super::profile::{AccountProfile, HostProfile, ProtocolCounts};
use super::{Baseline, Edge, Explanation, Pair, Presence};
use crate::fading::Fade;
use crate::store::{Id, MAX_COUNT, SavedInterner, SavedTable};
use crate::time::{Day, Micros};

/// Every table in the order of its slots, so that the same state has the same bytes.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedBaseline {
    accounts: SavedInterner<AccountProfile>,
    hosts: SavedInterner<HostProfile>,
    edges: SavedTable<[Id; 3], Edge>,
    pairs: [SavedTable<[Id; 2], Pair>; 4],
    presence: SavedTable<[Id; 2], Presence>,
    keyboard: SavedTable<[Id; 2], Micros>,
    protocols: ProtocolCounts,
    explanations: Categorical,
    combinations: Combinations,
    journal: SavedJournal,
    fade: Fade,
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

/// As [`SavedBaseline`] is read.
impl Serialize for Baseline {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pairs = (
            &self.account_destination,
            &self.account_source,
            &self.source_destination,
            &self.companions,
        );
        let evicted = (self.evicted_accounts, self.evicted_hosts);
        (
            (&self.accounts, &self.hosts, &self.edges, pairs, &self.presence, &self.keyboard),
            (&self.protocols, &self.explanations, &self.combinations, &self.journal, &self.fade),
            (self.today, self.first_day, evicted),
        )
            .serialize(serializer)
    }
}

impl Baseline {
    /// This baseline with what was saved, refused where it contradicts itself.
    pub(crate) fn with_saved(self, saved: SavedBaseline) -> Result<Self, String> {
        let half_life_days = self.half_life_days;
        if !saved.explanations.is_sound(Explanation::COUNT, half_life_days, saved.today) {
            return Err("explanations: the counts are not of these classes or days".to_owned());
        }
        if !saved.combinations.is_sound(saved.today) {
            return Err("combinations: the counts are not of these levels or days".to_owned());
        }
        if !saved.fade.is_narrow(half_life_days, saved.today) {
            return Err("the counts of pairs are not of these days".to_owned());
        }
        if saved.first_day.is_some_and(|first| first > saved.today) {
            return Err("the first day comes after the last".to_owned());
        }
        if saved.evicted_accounts.max(saved.evicted_hosts) > MAX_COUNT {
            return Err("the counts of what was evicted are wrong".to_owned());
        }
        let [account_destination, account_source, source_destination, companions] = saved.pairs;
        Ok(Self {
            accounts: self.accounts.with_saved(saved.accounts, "accounts")?,
            hosts: self.hosts.with_saved(saved.hosts, "hosts")?,
            edges: self.edges.with_saved(saved.edges, "edges")?,
            account_destination: self
                .account_destination
                .with_saved(account_destination, "destinations")?,
            account_source: self.account_source.with_saved(account_source, "sources")?,
            source_destination: self
                .source_destination
                .with_saved(source_destination, "host pairs")?,
            presence: self.presence.with_saved(saved.presence, "presence")?,
            companions: self.companions.with_saved(companions, "companions")?,
            keyboard: self.keyboard.with_saved(saved.keyboard, "keyboards")?,
            protocols: saved.protocols,
            explanations: saved.explanations,
            combinations: saved.combinations,
            journal: self.journal.with_saved(saved.journal, saved.today)?,
            today: saved.today,
            first_day: saved.first_day,
            half_life_days,
            fade: saved.fade,
            evicted_accounts: saved.evicted_accounts,
            evicted_hosts: saved.evicted_hosts,
        })
    }
}
