//! What was normal before the days of the journal: the same login can only be judged again by what was known
//! before it.

use super::aode::Combinations;
use super::categorical::Categorical;
use super::journal::{Entry, Kind};
use super::{Baseline, Explanation, Pair};
use crate::fading::Faded;
use crate::store::{Id, Table};
use crate::time::{DAY, Day, Micros};
use crate::tuning::TAIL;
use crate::tuning::journal::LEAST_LEFT;

impl Baseline {
    /// This baseline without anything of the journal, as of the journal's first day, and what follows from judging
    /// begun anew. Exact where nothing of those days was evicted; counts are rounded as [`Fade`](crate::fading::Fade)
    /// rounds them.
    pub(crate) fn rewound(&self) -> Self {
        let mut past = self.clone();
        let Some(first) = self.journal.entries().next().map(|entry| entry.day) else { return past };
        self.journal.entries().for_each(|entry| past.take_back(entry));
        // Whether this is all that was ever learned.
        let is_all = self.journal.thinned() == 0 && self.first_day >= Some(first);
        past.drop_pairs(first, is_all);
        for profile in past.accounts.profiles_mut() {
            let before = profile.first_day < first && profile.at_keyboard > 0;
            let latest = if before { Micros::from(first) * DAY } else { 0 };
            profile.at_keyboard = profile.at_keyboard.min(latest);
            profile.odd = Faded::default();
        }
        for profile in past.hosts.profiles_mut() {
            profile.forget_arrivals();
            (profile.odd_from, profile.odd_to) = (Faded::default(), Faded::default());
        }
        past.keyboard.sweep(|_, _| false);
        past.explanations = Categorical::new(Explanation::COUNT, past.half_life_days);
        past.combinations = Combinations::new();
        past.count_distinct();
        past.journal.close();
        past.go_on_to(first);
        past
    }

    /// Moves a baseline that was [`rewound`](Self::rewound) on to a day.
    pub(crate) fn go_on_to(&mut self, day: Day) {
        self.today = day;
        self.fade = self.fade.seen_from(day);
        self.explanations.advance_to(day);
        self.combinations.advance_to(day);
    }

    /// Takes over how often accounts and hosts were odd by the journal, of which another baseline of the same names
    /// counted the entries anew. An account of which none is kept is taken to be as odd as any.
    pub(crate) fn take_odd_of(&mut self, other: &Self) {
        let thinned = self.journal.thinned();
        let is_kept: Vec<bool> =
            self.accounts.entries().map(|entry| self.journal.keeps(entry.name)).collect();
        let counted = other.accounts.entries().zip(is_kept);
        for (profile, (entry, is_kept)) in self.accounts.profiles_mut().iter_mut().zip(counted) {
            profile.odd = if is_kept { entry.profile.odd } else { profile.logins.share(TAIL) };
        }
        let hosts = self.hosts.profiles_mut().iter_mut();
        for (profile, entry) in hosts.zip(other.hosts.entries()) {
            profile.odd_from = entry.profile.odd_from.grown(thinned);
            profile.odd_to = entry.profile.odd_to.grown(thinned);
        }
    }

    fn take_back(&mut self, entry: &Entry) {
        let Entry { day, protocol, key: [account, source, destination], time, kind } = *entry;
        let fade = self.fade;
        if kind == Kind::SatDown {
            return;
        }
        if kind == Kind::Presence {
            if let Some(presence) = self.presence.get_mut([account, source]) {
                presence.days = presence.days.saturating_sub(1);
            }
            return;
        }
        let account_slot = self.accounts.slot_of(account);
        let [source_slot, destination_slot] =
            [source, destination].map(|id| self.hosts.slot_of(id));
        if let Some(slot) = account_slot {
            self.accounts.profile_mut(slot).logins.take_of(&fade, day);
        }
        if let Some(slot) = source_slot {
            self.hosts.profile_mut(slot).logins_from.take_of(&fade, day);
        }
        if kind == Kind::Failure {
            return;
        }
        let take = |table: &mut Table<[Id; 2], Pair>, key| {
            if let Some(pair) = table.get_mut(key) {
                pair.count.take_of(&fade, day);
            }
        };
        take(&mut self.account_destination, [account, destination]);
        take(&mut self.account_source, [account, source]);
        take(&mut self.source_destination, [source, destination]);
        self.protocols.take(protocol);
        if let Some(slot) = account_slot {
            self.accounts.profile_mut(slot).take_login(protocol, time, &fade, day);
        }
        if let Some(slot) = source_slot {
            self.hosts.profile_mut(slot).take_login_from(&fade, day);
        }
        if let Some(slot) = destination_slot {
            self.hosts.profile_mut(slot).take_login_to(protocol, &fade, day);
        }
    }

    /// Drops the pairs of which nothing is left, and makes the others as old as they were on the day before
    /// `first`.
    fn drop_pairs(&mut self, first: Day, is_all: bool) {
        let fade = self.fade;
        let is_left = |pair: &mut Pair| {
            pair.last_day = pair.last_day.min(first.saturating_sub(1));
            pair.count.value_on(&fade, first) >= LEAST_LEFT
        };
        self.account_destination.sweep(|_, pair| is_left(pair));
        self.account_source.sweep(|_, pair| is_left(pair));
        self.source_destination.sweep(|_, pair| is_left(pair));
        self.presence.sweep(|_, presence| {
            presence.last_day = presence.last_day.min(first.saturating_sub(1));
            presence.days > 0
        });
        // Which accounts go together is not in the journal; it follows from what is.
        self.companions.sweep(|_, _| !is_all);
    }
}
