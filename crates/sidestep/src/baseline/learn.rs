//! Takes events into the baseline.

use super::journal::{Entry, Kind};
use super::profile::Arrival;
use super::{Baseline, Edge, Pair, Presence};
use crate::fading::{Fade, Faded};
use crate::login::Login;
use crate::store::{FoldedName, Id, Place, Slot, Table};
use crate::time::{DAY, Day, Micros, day_of};
use crate::tuning::explain::SWITCH;
use crate::tuning::journal::SESSION;
use crate::tuning::learn::STALE_HALF_LIVES;

/// Counts a pair, of names that are known or not. Says whether it is new, and gives out what was evicted to make room.
fn count_pair(
    table: &mut Table<[Id; 2], Pair>,
    key: [Id; 2],
    place: Option<Place>,
    (day, fade): (Day, &Fade),
    is_known: bool,
) -> (bool, Option<[Id; 2]>) {
    match place {
        Some(place) => {
            if is_known {
                table.make_known(place);
            }
            let pair = table.at_mut(place);
            pair.count.add(fade);
            pair.last_day = pair.last_day.max(day);
            (false, None)
        }
        None => {
            let gone = table.insert(key, Pair { last_day: day, count: Faded::one(fade) }, is_known);
            (true, gone.map(|gone| gone.key))
        }
    }
}

impl Baseline {
    /// The slot of an account, given one if it is new.
    pub(crate) fn intern_account(&mut self, name: &FoldedName<'_>) -> Slot {
        let before = self.accounts.len();
        let (slot, evicted) = self.accounts.intern_folded(name);
        self.evicted_accounts += u64::from(evicted);
        if evicted || self.accounts.len() > before {
            self.accounts.profile_mut(slot).first_day = self.today;
        }
        slot
    }

    /// The slot of a host, given one if it is new.
    pub(crate) fn intern_host(&mut self, name: &FoldedName<'_>) -> Slot {
        let before = self.hosts.len();
        let (slot, evicted) = self.hosts.intern_folded(name);
        self.evicted_hosts += u64::from(evicted);
        if evicted || self.hosts.len() > before {
            self.hosts.profile_mut(slot).first_day = self.today;
        }
        slot
    }

    /// Whether a login whose edge stands at `place` repeats one of today in every respect: the fast path.
    pub(crate) fn is_habitual(&mut self, login: &Login, place: Place) -> bool {
        let day = day_of(login.time);
        let bit = 1_u16 << login.protocol;
        let edge = self.edges.at_mut(place);
        if login.failed {
            return edge.failed_day == day + 1;
        }
        let habitual = edge.last_day() >= day && edge.protocols_today & bit != 0;
        if habitual {
            edge.last = edge.last.max(login.time);
        }
        habitual
    }

    /// An account was active on a host, at its keyboard or by its own ticket.
    pub(crate) fn learn_presence(&mut self, account: Slot, host: Slot, time: Micros) {
        let key = [self.accounts.id(account), self.hosts.id(host)];
        let is_known = self.accounts.is_known(account) && self.hosts.is_known(host);
        let day = day_of(time);
        let days = match self.presence.find(key) {
            Some(place) => {
                if is_known {
                    self.presence.make_known(place);
                }
                let presence = self.presence.at_mut(place);
                if presence.last_day >= day {
                    return;
                }
                *presence = Presence { last_day: day, days: presence.days.saturating_add(1) };
                presence.days
            }
            None => {
                self.presence.insert(key, Presence { last_day: day, days: 1 }, is_known);
                1
            }
        };
        self.hosts.profile_mut(host).saw_at_keyboard(key[0], days);
        self.note(Kind::Presence, account, [key[0], key[1], key[1]], time, 0);
    }

    /// Notes in the journal what was learned of an account.
    fn note(&mut self, kind: Kind, account: Slot, key: [Id; 3], time: Micros, protocol: u8) {
        let (accounts, day) = (&self.accounts, self.today);
        let entry = Entry { time, day, kind, protocol, key };
        self.journal.note(entry, accounts.name(account), |id| accounts.name_of(id));
    }

    /// Counts that one account is used where another is, once a day.
    fn count_companion(&mut self, pair: [Id; 2], day: Day, is_known: bool) {
        let place = self.companions.find(pair);
        if place.is_none_or(|place| self.companions.at_mut(place).last_day < day) {
            count_pair(&mut self.companions, pair, place, (day, &self.fade), is_known);
        }
    }

    /// An account sat down at the keyboard of a host, or was run there by `subject`, who did. What
    /// somebody runs as another account explains nothing until it is a habit of his.
    pub(crate) fn learn_keyboard(
        &mut self,
        account: Slot,
        host: Slot,
        time: Micros,
        subject: Option<Slot>,
    ) {
        let id = self.accounts.id(account);
        if let Some(subject) = subject {
            let pair = [self.accounts.id(subject), id];
            let is_known = self.accounts.is_known(subject) && self.accounts.is_known(account);
            self.count_companion(pair, day_of(time), is_known);
            if !self.go_together(pair[0], id) {
                return;
            }
        }
        let profile = self.accounts.profile_mut(account);
        profile.at_keyboard = profile.at_keyboard.max(time);
        let is_known = self.accounts.is_known(account) && self.hosts.is_known(host);
        let key = [id, self.hosts.id(host)];
        let session = |time: Micros| time.div_euclid(SESSION);
        let is_noted = match self.keyboard.get_mut(key) {
            Some(last) => {
                let is_noted = session(time) <= session(*last);
                *last = time.max(*last);
                is_noted
            }
            None => {
                self.keyboard.insert(key, time, is_known);
                false
            }
        };
        if !is_noted {
            self.note(Kind::SatDown, account, [key[0], key[1], key[1]], time, 0);
        }
    }

    /// Whether all that a login names is known: then what is learned of it goes last.
    fn is_known(&self, login: &Login) -> bool {
        self.accounts.is_known(login.account)
            && self.hosts.is_known(login.source)
            && self.hosts.is_known(login.destination)
    }

    /// A login failed: only that it did is remembered.
    pub(crate) fn learn_failure(&mut self, login: &Login) {
        let failed_day = day_of(login.time) + 1;
        match login.places.edge {
            Some(place) => {
                let edge = self.edges.at_mut(place);
                edge.failed_day = edge.failed_day.max(failed_day);
            }
            None => {
                let edge = Edge { failed_day, ..Edge::default() };
                self.edges.insert(login.key, edge, self.is_known(login));
            }
        }
    }

    /// A login succeeded for the first time today, or in a new way.
    pub(crate) fn learn_login(&mut self, login: &Login) {
        let day = day_of(login.time);
        let (key, bit, places) = (login.key, 1_u16 << login.protocol, login.places);
        let is_known = self.is_known(login);
        match places.edge {
            Some(place) => {
                if is_known {
                    self.edges.make_known(place);
                }
                let edge = self.edges.at_mut(place);
                if edge.days == 0 || edge.last_day() < day {
                    edge.days = edge.days.saturating_add(1);
                    edge.protocols_today = 0;
                }
                edge.protocols_today |= bit;
                edge.last = edge.last.max(login.time);
            }
            None => {
                let edge = Edge { last: login.time, failed_day: 0, days: 1, protocols_today: bit };
                self.edges.insert(key, edge, is_known);
            }
        }
        let [account, source, destination] = key;
        self.learn_companions(login, account, day, is_known);
        self.learn_account_destination(login, [account, destination], day, is_known);
        self.learn_account_source(login, [account, source], day, is_known);
        self.learn_source_destination(login, [source, destination], day, is_known);
        self.protocols.observe(login.protocol);
        let profile = self.accounts.profile_mut(login.account);
        profile.protocols.observe(login.protocol);
        profile.hours.observe(login.time);
        let host = self.hosts.profile_mut(login.destination);
        host.protocols.observe(login.protocol);
        host.saw_arrival(Arrival { account, time: login.time });
    }

    /// Counts a login against its account and source.
    pub(crate) fn count_login(&mut self, login: &Login) {
        let kind = if login.failed { Kind::Failure } else { Kind::Login };
        self.note(kind, login.account, login.key, login.time, login.protocol);
        self.accounts.profile_mut(login.account).logins.add(&self.fade);
        self.hosts.profile_mut(login.source).logins_from.add(&self.fade);
    }

    /// Counts a login as odd against its account, source and destination.
    pub(crate) fn count_odd(&mut self, [account, source, destination]: [Id; 3]) {
        if let Some(slot) = self.accounts.slot_of(account) {
            self.accounts.profile_mut(slot).odd.add(&self.fade);
        }
        if let Some(slot) = self.hosts.slot_of(source) {
            self.hosts.profile_mut(slot).odd_from.add(&self.fade);
        }
        if let Some(slot) = self.hosts.slot_of(destination) {
            self.hosts.profile_mut(slot).odd_to.add(&self.fade);
        }
    }

    /// Another account is at home here, or came here lately: the two go together.
    fn learn_companions(&mut self, login: &Login, account: Id, day: Day, is_known: bool) {
        let profile = self.hosts.profile(login.source);
        let owner = profile.owner();
        let visitor = profile
            .arrivals_within(login.time, SWITCH)
            .max_by_key(|arrival| (arrival.time, arrival.account))
            .map(|arrival| arrival.account);
        for other in [owner, visitor].into_iter().flatten().filter(|&other| other != account) {
            self.count_companion([other, account], day, is_known);
        }
    }

    fn learn_account_destination(&mut self, login: &Login, key: [Id; 2], day: Day, is_known: bool) {
        let place = login.places.account_destination;
        let (is_new, gone) =
            count_pair(&mut self.account_destination, key, place, (day, &self.fade), is_known);
        self.accounts.profile_mut(login.account).destinations.observe(is_new, &self.fade);
        self.hosts.profile_mut(login.destination).accounts_to.observe(is_new, &self.fade);
        if let Some([account, host]) = gone {
            self.forget_account_destination(account, host);
        }
    }

    fn learn_account_source(&mut self, login: &Login, key: [Id; 2], day: Day, is_known: bool) {
        let [account, source] = key;
        let place = login.places.account_source;
        if place.is_none() {
            let profile = self.hosts.profile(login.source);
            let why = self.explain_source(account, source, profile, login.time);
            self.explanations.observe(why.explanation as usize);
        }
        let (is_new, gone) =
            count_pair(&mut self.account_source, key, place, (day, &self.fade), is_known);
        self.accounts.profile_mut(login.account).sources.observe(is_new, &self.fade);
        self.hosts.profile_mut(login.source).accounts_from.observe(is_new, &self.fade);
        if let Some([account, host]) = gone {
            self.forget_account_source(account, host);
        }
    }

    fn learn_source_destination(&mut self, login: &Login, key: [Id; 2], day: Day, is_known: bool) {
        let place = login.places.source_destination;
        let (is_new, gone) =
            count_pair(&mut self.source_destination, key, place, (day, &self.fade), is_known);
        self.hosts.profile_mut(login.source).destinations.observe(is_new, &self.fade);
        if let Some([source, _]) = gone {
            self.forget_source_destination(source);
        }
    }

    pub(super) fn forget_account_destination(&mut self, account: Id, host: Id) {
        if let Some(slot) = self.accounts.slot_of(account) {
            self.accounts.profile_mut(slot).destinations.forget();
        }
        if let Some(slot) = self.hosts.slot_of(host) {
            self.hosts.profile_mut(slot).accounts_to.forget();
        }
    }

    pub(super) fn forget_account_source(&mut self, account: Id, host: Id) {
        if let Some(slot) = self.accounts.slot_of(account) {
            self.accounts.profile_mut(slot).sources.forget();
        }
        if let Some(slot) = self.hosts.slot_of(host) {
            self.hosts.profile_mut(slot).accounts_from.forget();
        }
    }

    pub(super) fn forget_source_destination(&mut self, source: Id) {
        if let Some(slot) = self.hosts.slot_of(source) {
            self.hosts.profile_mut(slot).destinations.forget();
        }
    }

    /// Drops what was not renewed for many half-lives, and makes the counts of the rest smaller by so many
    /// binary digits.
    pub(super) fn forget(&mut self, digits: u32) {
        let stale = (self.half_life_days * STALE_HALF_LIVES).ceil() as Day;
        let oldest = self.today.saturating_sub(stale);
        let fade = |pair: &mut Pair| {
            pair.count.shrink(digits);
            pair.last_day >= oldest
        };
        self.edges.sweep(|_, edge| edge.last_day().max(edge.failed_day) >= oldest);
        self.presence.sweep(|_, presence| presence.last_day >= oldest);
        let yesterday = (Micros::from(self.today) - 1) * DAY;
        self.keyboard.sweep(|_, &mut last| last >= yesterday);
        self.companions.sweep(|_, pair| fade(pair));
        let mut gone = Vec::new();
        self.account_destination.sweep(|key, pair| {
            fade(pair) || {
                gone.push(key);
                false
            }
        });
        for [account, host] in gone.drain(..) {
            self.forget_account_destination(account, host);
        }
        self.account_source.sweep(|key, pair| {
            fade(pair) || {
                gone.push(key);
                false
            }
        });
        for [account, host] in gone.drain(..) {
            self.forget_account_source(account, host);
        }
        self.source_destination.sweep(|key, pair| {
            fade(pair) || {
                gone.push(key);
                false
            }
        });
        for [source, _] in gone.drain(..) {
            self.forget_source_destination(source);
        }
    }
}
