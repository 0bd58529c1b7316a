//! What is normal by two parts of a stream, joined.
//!
//! Edges, pairs and what is counted of accounts and hosts are sums over logins, or the latest of them, so that
//! parts of which no edge has logins of one day in both join to what one engine would have learned of the whole:
//! parts by account, by destination, by site, or by whole days. Of an edge that has, the day counts once
//! where it is the last in both, and its pairs one draw more than they would. How new sources explain
//! themselves, and which aspects come together, was judged by each part with what it knew.

use super::profile::{AccountProfile, HostProfile};
use super::{Baseline, Edge, Pair, Presence};
use crate::store::{Id, Renumbering, sum_counts};
use crate::time::{Day, Micros};

/// The ids that accounts and hosts of one part have in the whole.
#[derive(Debug, Clone)]
pub(crate) struct PartNumbers {
    pub(crate) accounts: Renumbering,
    pub(crate) hosts: Renumbering,
}

impl PartNumbers {
    /// The new key of an edge.
    pub(crate) fn edge(&self, [account, source, destination]: [Id; 3]) -> Option<[Id; 3]> {
        let account = self.accounts.id(account)?;
        let [source, destination] = self.hosts.ids([source, destination])?;
        Some([account, source, destination])
    }

    fn account_and_host(&self, [account, host]: [Id; 2]) -> Option<[Id; 2]> {
        Some([self.accounts.id(account)?, self.hosts.id(host)?])
    }
}

/// Days on which something was so in one part or the other.
fn days_joined(days: [u32; 2], last: [Day; 2]) -> u32 {
    let shared = days[0] > 0 && days[1] > 0 && last[0] == last[1];
    days[0].saturating_add(days[1]) - u32::from(shared)
}

impl Edge {
    fn join(&mut self, other: Self) {
        let days = [u32::from(self.days), u32::from(other.days)];
        let last = [self.last_day(), other.last_day()];
        let sum = days_joined(days, last);
        self.protocols_today = match last[0].cmp(&last[1]) {
            std::cmp::Ordering::Less => other.protocols_today,
            std::cmp::Ordering::Equal => self.protocols_today | other.protocols_today,
            std::cmp::Ordering::Greater => self.protocols_today,
        };
        self.days = u16::try_from(sum).unwrap_or(u16::MAX);
        self.last = self.last.max(other.last);
        self.failed_day = self.failed_day.max(other.failed_day);
    }

    fn used(&self) -> u64 {
        self.last_day().max(self.failed_day).into()
    }
}

impl Pair {
    fn join(&mut self, other: Self) {
        self.last_day = self.last_day.max(other.last_day);
        self.count.join(other.count);
    }

    fn used(&self) -> u64 {
        self.last_day.into()
    }
}

impl Presence {
    fn join(&mut self, other: Self) {
        self.days = days_joined([self.days, other.days], [self.last_day, other.last_day]);
        self.last_day = self.last_day.max(other.last_day);
    }

    fn used(&self) -> u64 {
        self.last_day.into()
    }
}

impl Baseline {
    /// This baseline, which is empty, with what both parts learned, of which today must be the same day. Also
    /// the new ids of each part.
    pub(crate) fn joined(self, [a, b]: [Self; 2]) -> (Self, [PartNumbers; 2]) {
        debug_assert_eq!(a.today, b.today);
        let (accounts, of_accounts, accounts_gone) = self.accounts.joined(
            [a.accounts, b.accounts],
            AccountProfile::join,
            AccountProfile::weight,
        );
        let mut hosts = [a.hosts, b.hosts];
        for (part, accounts) in hosts.iter_mut().zip(&of_accounts) {
            part.profiles_mut().iter_mut().for_each(|profile| profile.renumber(accounts));
        }
        let (hosts, of_hosts, hosts_gone) =
            self.hosts.joined(hosts, HostProfile::join, HostProfile::weight);
        let [a_accounts, b_accounts] = of_accounts;
        let [a_hosts, b_hosts] = of_hosts;
        let numbers = [
            PartNumbers { accounts: a_accounts, hosts: a_hosts },
            PartNumbers { accounts: b_accounts, hosts: b_hosts },
        ];
        let edge = |part: usize, key| numbers[part].edge(key);
        let account_and_host = |part: usize, key| numbers[part].account_and_host(key);
        let hosts_of = |part: usize, key| numbers[part].hosts.ids(key);
        let accounts_of = |part: usize, key| numbers[part].accounts.ids(key);
        let evicted = |a, b, gone| sum_counts(sum_counts(a, b), gone);
        let latest = |last: &mut Micros, other: Micros| *last = (*last).max(other);
        let mut protocols = a.protocols;
        protocols.join(&b.protocols);
        let mut explanations = a.explanations;
        explanations.join(&b.explanations);
        let journals = [a.journal, b.journal];
        let name_of = |id: Id| accounts.name_of(id);
        let journal = self.journal.joined(journals, &numbers, a.today, name_of);
        let mut combinations = a.combinations;
        combinations.join(b.combinations);
        let mut whole = Self {
            accounts,
            hosts,
            edges: self.edges.joined([a.edges, b.edges], edge, Edge::join, Edge::used),
            account_destination: self.account_destination.joined(
                [a.account_destination, b.account_destination],
                account_and_host,
                Pair::join,
                Pair::used,
            ),
            account_source: self.account_source.joined(
                [a.account_source, b.account_source],
                account_and_host,
                Pair::join,
                Pair::used,
            ),
            source_destination: self.source_destination.joined(
                [a.source_destination, b.source_destination],
                hosts_of,
                Pair::join,
                Pair::used,
            ),
            presence: self.presence.joined(
                [a.presence, b.presence],
                account_and_host,
                Presence::join,
                Presence::used,
            ),
            keyboard: self.keyboard.joined(
                [a.keyboard, b.keyboard],
                account_and_host,
                latest,
                |last| last.unsigned_abs(),
            ),
            companions: self.companions.joined(
                [a.companions, b.companions],
                accounts_of,
                Pair::join,
                Pair::used,
            ),
            protocols,
            explanations,
            combinations,
            journal,
            today: a.today,
            first_day: [a.first_day, b.first_day].into_iter().flatten().min(),
            half_life_days: self.half_life_days,
            fade: a.fade,
            evicted_accounts: evicted(a.evicted_accounts, b.evicted_accounts, accounts_gone),
            evicted_hosts: evicted(a.evicted_hosts, b.evicted_hosts, hosts_gone),
        };
        whole.count_distinct();
        (whole, numbers)
    }

    /// Counts anew what follows from the pairs that are known: with how many others each goes, and who owns which
    /// host.
    pub(super) fn count_distinct(&mut self) {
        self.accounts.profiles_mut().iter_mut().for_each(AccountProfile::forget_known);
        self.hosts.profiles_mut().iter_mut().for_each(HostProfile::forget_known);
        for record in self.account_destination.records() {
            let [account, host] = record.key;
            if let Some(slot) = self.accounts.slot_of(account) {
                self.accounts.profile_mut(slot).destinations.know();
            }
            if let Some(slot) = self.hosts.slot_of(host) {
                self.hosts.profile_mut(slot).accounts_to.know();
            }
        }
        for record in self.account_source.records() {
            let [account, host] = record.key;
            if let Some(slot) = self.accounts.slot_of(account) {
                self.accounts.profile_mut(slot).sources.know();
            }
            if let Some(slot) = self.hosts.slot_of(host) {
                self.hosts.profile_mut(slot).accounts_from.know();
            }
        }
        for record in self.source_destination.records() {
            if let Some(slot) = self.hosts.slot_of(record.key[0]) {
                self.hosts.profile_mut(slot).destinations.know();
            }
        }
        for record in self.presence.records() {
            let [account, host] = record.key;
            if let Some(slot) = self.hosts.slot_of(host) {
                self.hosts.profile_mut(slot).saw_at_keyboard(account, record.value.days);
            }
        }
    }
}
