//! Takes events into the baseline.

use super::features::{SWITCH, destination_cell, source_cell, transition};
use super::profile::Arrival;
use super::table::Table;
use super::{Baseline, Edge, Pair};
use crate::event::Timestamp;
use crate::intern::{Id, NameParts, Slot};
use crate::login::Login;
use crate::time::{Day, day_of};

/// Whether a pair was seen today already, or on how many days before.
enum Seen {
    Today,
    Before(u16),
}

/// Counts a pair once a day. Gives out what was evicted to make room.
fn count_pair(
    table: &mut Table<[Id; 2], Pair>,
    key: [Id; 2],
    day: Day,
) -> (Seen, Option<([Id; 2], Pair)>) {
    match table.get_mut(key) {
        Some(pair) if pair.last_day >= day && pair.days > 0 => (Seen::Today, None),
        Some(pair) => {
            let before = pair.days;
            *pair = Pair { last_day: day, days: before.saturating_add(1) };
            (Seen::Before(before), None)
        }
        None => {
            let gone = table.insert_new(key, Pair { last_day: day, days: 1 });
            (Seen::Before(0), gone.map(|gone| (gone.key, gone.value)))
        }
    }
}

/// A pair unused for this many half-lives is forgotten: 1.5 % of it would be left.
const STALE_HALF_LIVES: f64 = 6.0;

impl Baseline {
    /// The slot of an account, given one if it is new.
    pub(crate) fn intern_account(&mut self, parts: NameParts<'_>) -> Slot {
        let before = self.accounts.len();
        let (slot, evicted) = self.accounts.intern(parts);
        self.evicted_accounts += u64::from(evicted);
        if evicted || self.accounts.len() > before {
            self.accounts.get_mut(slot).profile.first_day = self.today;
        }
        slot
    }

    /// The slot of a host, given one if it is new.
    pub(crate) fn intern_host(&mut self, parts: NameParts<'_>) -> Slot {
        let before = self.hosts.len();
        let (slot, evicted) = self.hosts.intern(parts);
        self.evicted_hosts += u64::from(evicted);
        if evicted || self.hosts.len() > before {
            self.hosts.get_mut(slot).profile.first_day = self.today;
        }
        slot
    }

    pub(crate) fn edge_key(&self, login: &Login) -> [Id; 3] {
        [
            self.accounts.get(login.account).id,
            self.hosts.get(login.source).id,
            self.hosts.get(login.destination).id,
        ]
    }

    /// Whether a login repeats one of today in every respect: the fast path.
    pub(crate) fn is_habitual(&mut self, key: [Id; 3], login: &Login) -> bool {
        let day = day_of(login.time);
        let bit = 1_u16 << login.protocol;
        self.edges.get_mut(key).is_some_and(|edge| {
            if login.failed {
                edge.failed_day == day + 1
            } else {
                let habitual = edge.days > 0 && edge.last_day() >= day && edge.protocols & bit != 0;
                if habitual {
                    edge.last = edge.last.max(login.time);
                }
                habitual
            }
        })
    }

    /// An account was active on a host, at its keyboard or by its own ticket.
    pub(crate) fn learn_presence(&mut self, account: Slot, host: Slot, time: Timestamp) {
        let day = day_of(time);
        let key = [self.accounts.get(account).id, self.hosts.get(host).id];
        if let (Seen::Before(_), _) = count_pair(&mut self.presence, key, day) {
            self.hosts.get_mut(host).profile.saw_at_keyboard(key[0]);
        }
    }

    /// A login failed: only that it did is remembered.
    pub(crate) fn learn_failure(&mut self, key: [Id; 3], login: &Login) {
        let failed_day = day_of(login.time) + 1;
        match self.edges.get_mut(key) {
            Some(edge) => edge.failed_day = failed_day,
            None => {
                self.edges.insert_new(key, Edge { failed_day, ..Edge::default() });
            }
        }
    }

    /// A login succeeded for the first time today, or in a new way.
    pub(crate) fn learn_login(&mut self, key: [Id; 3], login: &Login) {
        let day = day_of(login.time);
        let bit = 1_u16 << login.protocol;
        match self.edges.get_mut(key) {
            Some(edge) => {
                if edge.days == 0 || edge.last_day() < day {
                    edge.days = edge.days.saturating_add(1);
                }
                edge.last = edge.last.max(login.time);
                edge.protocols |= bit;
            }
            None => {
                let edge = Edge { last: login.time, failed_day: 0, days: 1, protocols: bit };
                self.edges.insert_new(key, edge);
            }
        }
        let [account, source, destination] = key;
        self.learn_companions(login, account, day);
        self.learn_account_destination(login, [account, destination], day);
        self.learn_account_source(login, [account, source], day);
        self.learn_source_destination(login, [source, destination], day);
        self.protocols.observe(login.protocol);
        let profile = &mut self.accounts.get_mut(login.account).profile;
        profile.protocols.observe(login.protocol);
        profile.week.observe(login.time);
        let host = &mut self.hosts.get_mut(login.destination).profile;
        host.protocols.observe(login.protocol);
        host.saw_arrival(Arrival { account, time: login.time });
    }

    /// Another account is at home here, or came here lately: the two go together.
    fn learn_companions(&mut self, login: &Login, account: Id, day: Day) {
        let profile = &self.hosts.get(login.source).profile;
        let owner = profile.owner();
        let visitor = profile
            .arrivals_within(login.time, SWITCH)
            .max_by_key(|arrival| (arrival.time, arrival.account))
            .map(|arrival| arrival.account);
        for other in [owner, visitor].into_iter().flatten().filter(|&other| other != account) {
            count_pair(&mut self.companions, [other, account], day);
        }
    }

    fn learn_account_destination(&mut self, login: &Login, key: [Id; 2], day: Day) {
        let (seen, gone) = count_pair(&mut self.account_destination, key, day);
        if let Some((gone, pair)) = gone {
            self.forget_account_destination(gone, pair.days);
        }
        let Seen::Before(days) = seen else { return };
        if days == 0 {
            let cell = destination_cell(
                &self.accounts.get(login.account).profile,
                &self.hosts.get(login.destination).profile,
                day,
            );
            self.new_destination.occurred(cell);
            let drawn = self.draw_host();
            let cell = destination_cell(
                &self.accounts.get(login.account).profile,
                &self.hosts.get(drawn).profile,
                day,
            );
            self.new_destination.possible(cell);
        }
        let account = &mut self.accounts.get_mut(login.account).profile;
        account.destinations.observe(days, day, &mut self.populations.account_destinations);
        let host = &mut self.hosts.get_mut(login.destination).profile;
        host.accounts_to.observe(days, day, &mut self.populations.accounts_to);
    }

    fn learn_account_source(&mut self, login: &Login, key: [Id; 2], day: Day) {
        let [account, source] = key;
        if !self.account_source.get(key).is_some_and(|pair| pair.days > 0) {
            let profile = &self.hosts.get(login.source).profile;
            let why = self.explain_source(account, source, profile, login.time);
            self.explanations.observe(why.explanation as usize);
        }
        let (seen, gone) = count_pair(&mut self.account_source, key, day);
        if let Some((gone, pair)) = gone {
            self.forget_account_source(gone, pair.days);
        }
        let Seen::Before(days) = seen else { return };
        if days == 0 {
            let cell = source_cell(
                &self.accounts.get(login.account).profile,
                &self.hosts.get(login.source).profile,
            );
            self.new_source.occurred(cell);
            let drawn = self.draw_host();
            let cell = source_cell(
                &self.accounts.get(login.account).profile,
                &self.hosts.get(drawn).profile,
            );
            self.new_source.possible(cell);
        }
        let account = &mut self.accounts.get_mut(login.account).profile;
        account.sources.observe(days, day, &mut self.populations.account_sources);
        let host = &mut self.hosts.get_mut(login.source).profile;
        host.accounts_from.observe(days, day, &mut self.populations.accounts_from);
    }

    fn learn_source_destination(&mut self, login: &Login, key: [Id; 2], day: Day) {
        if !self.source_destination.get(key).is_some_and(|pair| pair.days > 0) {
            let step = transition(
                &self.hosts.get(login.source).profile,
                &self.hosts.get(login.destination).profile,
            );
            self.transitions.observe(step);
        }
        let (seen, gone) = count_pair(&mut self.source_destination, key, day);
        if let Some((gone, pair)) = gone {
            self.forget_source_destination(gone, pair.days);
        }
        let Seen::Before(days) = seen else { return };
        let host = &mut self.hosts.get_mut(login.source).profile;
        host.destinations.observe(days, day, &mut self.populations.host_destinations);
        let host = &mut self.hosts.get_mut(login.destination).profile;
        host.sources.observe(days, day, &mut self.populations.host_sources);
    }

    /// A host for comparison: each in its turn, in an order without pattern.
    fn draw_host(&mut self) -> Slot {
        self.draws = self.draws.wrapping_add(1);
        let mixed = self.draws.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        (mixed % self.hosts.len().max(1) as u64) as Slot
    }

    fn forget_account_destination(&mut self, [account, host]: [Id; 2], days: u16) {
        if let Some(slot) = self.accounts.slot_of(account) {
            self.accounts.get_mut(slot).profile.destinations.forget(days);
        }
        if let Some(slot) = self.hosts.slot_of(host) {
            self.hosts.get_mut(slot).profile.accounts_to.forget(days);
        }
    }

    fn forget_account_source(&mut self, [account, host]: [Id; 2], days: u16) {
        if let Some(slot) = self.accounts.slot_of(account) {
            self.accounts.get_mut(slot).profile.sources.forget(days);
        }
        if let Some(slot) = self.hosts.slot_of(host) {
            self.hosts.get_mut(slot).profile.accounts_from.forget(days);
        }
    }

    fn forget_source_destination(&mut self, [source, destination]: [Id; 2], days: u16) {
        if let Some(slot) = self.hosts.slot_of(source) {
            self.hosts.get_mut(slot).profile.destinations.forget(days);
        }
        if let Some(slot) = self.hosts.slot_of(destination) {
            self.hosts.get_mut(slot).profile.sources.forget(days);
        }
    }

    /// Drops what was not renewed for many half-lives.
    pub(super) fn forget_stale(&mut self) {
        let Some(oldest) =
            self.today.checked_sub((self.half_life_days * STALE_HALF_LIVES).ceil() as Day)
        else {
            return;
        };
        if self.first_day.is_none_or(|first| first >= oldest) {
            return;
        }
        self.edges.sweep(|_, edge| edge.last_day().max(edge.failed_day) >= oldest);
        self.presence.sweep(|_, pair| pair.last_day >= oldest);
        self.companions.sweep(|_, pair| pair.last_day >= oldest);
        let mut stale = Vec::new();
        for which in 0..3 {
            let table = match which {
                0 => &mut self.account_destination,
                1 => &mut self.account_source,
                _ => &mut self.source_destination,
            };
            table.sweep(|key, pair| {
                let keep = pair.last_day >= oldest;
                if !keep {
                    stale.push((key, pair.days));
                }
                keep
            });
            for (key, days) in stale.drain(..) {
                match which {
                    0 => self.forget_account_destination(key, days),
                    1 => self.forget_account_source(key, days),
                    _ => self.forget_source_destination(key, days),
                }
            }
        }
    }
}
