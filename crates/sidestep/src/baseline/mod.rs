//! What is normal: tables of edges and pairs, profiles of accounts and hosts.

pub(crate) mod aode;
mod categorical;
mod explain;
mod forget;
mod join;
pub(crate) mod journal;
mod learn;
pub(crate) mod pitman_yor;
pub(crate) mod profile;
mod rewind;
mod saved;

use serde::{Deserialize, Serialize};

pub(crate) use explain::{Explanation, SourceExplanation};
pub(crate) use join::PartNumbers;
pub(crate) use saved::SavedBaseline;

use crate::fading::{Fade, Faded};
use crate::login::LoginPlaces;
use crate::store::{Bounds, Id, Interner, Place, Slot, Table, heap};
use crate::time::{Day, Micros, day_of};
use aode::Combinations;
use categorical::Categorical;
use journal::Journal;
use profile::{AccountProfile, HostProfile, ProtocolCounts};

/// One (account, source, destination).
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Edge {
    /// Time of the last login that succeeded; with `days` 0 there was none.
    pub(crate) last: Micros,
    /// Day of the last login that failed, plus one; 0 if none did.
    pub(crate) failed_day: Day,
    /// Days on which it succeeded.
    pub(crate) days: u16,
    /// Protocol classes seen on the last of them, a bit each.
    pub(crate) protocols_today: u16,
}

impl Edge {
    /// Day of the last login that succeeded.
    pub(crate) fn last_day(&self) -> Day {
        day_of(self.last)
    }
}

/// One pair of an account and a host, of two hosts, or of two accounts.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Pair {
    pub(crate) last_day: Day,
    /// Draws (see [`pitman_yor`]), forgotten with the configured half-life.
    pub(crate) count: Faded,
}

/// An account at the keyboard of a host.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Presence {
    pub(crate) last_day: Day,
    /// Days on which it was there.
    pub(crate) days: u32,
}

heap! {
    Edge {}
    Pair {}
    Presence {}
}

/// Everything learned.
#[derive(Debug, Clone)]
pub(crate) struct Baseline {
    pub(crate) accounts: Interner<AccountProfile>,
    pub(crate) hosts: Interner<HostProfile>,
    pub(crate) edges: Table<[Id; 3], Edge>,
    pub(crate) account_destination: Table<[Id; 2], Pair>,
    pub(crate) account_source: Table<[Id; 2], Pair>,
    pub(crate) source_destination: Table<[Id; 2], Pair>,
    /// Accounts at the keyboard of hosts.
    pub(crate) presence: Table<[Id; 2], Presence>,
    /// When an account was last at the keyboard of a host; of the last day or two.
    pub(crate) keyboard: Table<[Id; 2], Micros>,
    /// Accounts that are used where another account is at home or came from: (that one, this one).
    pub(crate) companions: Table<[Id; 2], Pair>,
    /// Protocols of the whole network.
    pub(crate) protocols: ProtocolCounts,
    /// How the new sources of accounts explain themselves.
    pub(crate) explanations: Categorical,
    /// What is known and unknown of logins, together.
    pub(crate) combinations: Combinations,
    /// What was learned lately.
    pub(crate) journal: Journal,
    /// Day of the newest event.
    pub(crate) today: Day,
    /// Day of the first event.
    pub(crate) first_day: Option<Day>,
    half_life_days: f64,
    /// How what is counted of pairs, accounts and hosts fades.
    pub(crate) fade: Fade,
    pub(crate) evicted_accounts: u64,
    pub(crate) evicted_hosts: u64,
}

impl Baseline {
    pub(crate) fn new(bounds: &Bounds, half_life_days: f64) -> Self {
        let fade = Fade::narrow(half_life_days);
        Self {
            accounts: Interner::new(bounds.accounts()),
            hosts: Interner::new(bounds.hosts()),
            edges: Table::new(bounds.edges()),
            account_destination: Table::new(bounds.account_destinations()),
            account_source: Table::new(bounds.account_sources()),
            source_destination: Table::new(bounds.host_pairs()),
            presence: Table::new(bounds.presence()),
            keyboard: Table::new(bounds.keyboards()),
            companions: Table::new(bounds.companions()),
            protocols: ProtocolCounts::default(),
            explanations: Categorical::new(Explanation::COUNT, half_life_days),
            combinations: Combinations::new(),
            journal: Journal::new(bounds.journal(), fade.exact_days()),
            today: 0,
            first_day: None,
            half_life_days,
            fade,
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
            + self.keyboard.evicted()
            + self.companions.evicted()
    }

    /// Where what is known of the login stands whose edge stands at `edge`.
    pub(crate) fn places(
        &self,
        [account, source, destination]: [Id; 3],
        edge: Option<Place>,
    ) -> LoginPlaces {
        LoginPlaces {
            edge,
            account_destination: self.account_destination.find([account, destination]),
            account_source: self.account_source.find([account, source]),
            source_destination: self.source_destination.find([source, destination]),
        }
    }

    /// Whether anybody ever reported what a ticket to a host was used for: the flag of its name.
    pub(crate) fn reports_tickets(&self, host: Slot) -> bool {
        self.hosts.flag(host)
    }

    /// Notes that.
    pub(crate) fn note_reports_tickets(&mut self, host: Slot) {
        self.hosts.raise_flag(host);
    }

    /// Base measure of a destination: its share of all pairs of an account and a destination,
    /// with half a pair added to each host.
    pub(crate) fn base_of_destination(&self, host: &HostProfile) -> f64 {
        self.base(host.accounts_to.distinct(), self.account_destination.records().len())
    }

    /// Base measure of a source, likewise.
    pub(crate) fn base_of_source(&self, host: &HostProfile) -> f64 {
        self.base(host.accounts_from.distinct(), self.account_source.records().len())
    }

    fn base(&self, accounts: u32, pairs: usize) -> f64 {
        let hosts = self.hosts.len().max(1) as f64;
        (f64::from(accounts) + 0.5) / (pairs as f64 + 0.5 * hosts)
    }

    /// Base measure of an account: all alike.
    pub(crate) fn base_of_account(&self) -> f64 {
        1.0 / self.accounts.len().max(1) as f64
    }

    /// Moves on to the time of an event, of which the names are to be looked up.
    #[inline]
    pub(crate) const fn set_time(&mut self, time: Micros) {
        self.accounts.set_time(time);
        self.hosts.set_time(time);
    }

    /// Moves on to the day of an event: forgets a little.
    pub(crate) fn advance_to(&mut self, day: Day) {
        self.first_day.get_or_insert(day);
        if day <= self.today {
            return;
        }
        self.today = day;
        let digits = self.fade.advance_to(day);
        if digits > 0 {
            self.accounts.profiles_mut().iter_mut().for_each(|profile| profile.shrink(digits));
            self.hosts.profiles_mut().iter_mut().for_each(|profile| profile.shrink(digits));
        }
        self.explanations.advance_to(day);
        self.combinations.advance_to(day);
        self.journal.begin_day(day);
        self.forget(digits);
    }
}
