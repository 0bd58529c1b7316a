//! What is known of one account and of one host.

use serde::{Deserialize, Serialize};

use super::pitman_yor::Draws;
use crate::fading::{Fade, Faded};
use crate::login::PROTOCOLS;
use crate::store::{Id, Renumbering, heap};
use crate::time::{Day, MAX_TIME, Micros, hour_of};
use crate::tuning::profile::PRIOR;

/// Counts of the protocol classes of a login (see [`crate::login`]).
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct ProtocolCounts([u32; PROTOCOLS]);

impl ProtocolCounts {
    pub(crate) fn observe(&mut self, class: u8) {
        let count = &mut self.0[usize::from(class)];
        *count = count.saturating_add(1);
    }

    /// Takes back one that was observed.
    pub(super) fn take(&mut self, class: u8) {
        let count = &mut self.0[usize::from(class)];
        *count = count.saturating_sub(1);
    }

    /// Adds what another part of the stream counted.
    pub(super) fn join(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count = count.saturating_add(more);
        }
    }

    /// Probability of a class, with [`PRIOR`] draws of the network's own distribution added, so
    /// that a few logins do not make a rule.
    pub(crate) fn predictive(&self, class: u8, network: &Self) -> f64 {
        let at = usize::from(class);
        let base = (f64::from(network.0[at]) + 0.1) / network.total().max(1.0);
        ((f64::from(self.0[at]) + PRIOR * base) / (self.total() + PRIOR)).min(1.0)
    }

    fn total(&self) -> f64 {
        self.0.iter().map(|&count| u64::from(count)).sum::<u64>() as f64
    }

    /// The class drawn most.
    pub(crate) fn usual(&self) -> Option<u8> {
        let (at, &count) =
            self.0.iter().enumerate().max_by_key(|&(at, &count)| (count, std::cmp::Reverse(at)))?;
        (count > 0).then_some(at as u8)
    }
}

/// Logins by the hour of the day, UTC.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Hours([u16; 24]);

impl Hours {
    pub(crate) fn observe(&mut self, time: Micros) {
        let count = &mut self.0[hour_of(time)];
        *count = count.saturating_add(1);
    }

    /// Takes back one that was observed.
    fn take(&mut self, time: Micros) {
        let count = &mut self.0[hour_of(time)];
        *count = count.saturating_sub(1);
    }

    /// Adds what another part of the stream counted.
    fn join(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count = count.saturating_add(more);
        }
    }

    /// Share of logins in the hour of `time` or those beside it, a tenth of a login added to each.
    pub(crate) fn share(&self, time: Micros) -> f64 {
        let hour = hour_of(time);
        let near: u32 =
            [hour + 23, hour, hour + 1].iter().map(|hour| u32::from(self.0[hour % 24])).sum();
        let all: u32 = self.0.iter().map(|&count| u32::from(count)).sum();
        (f64::from(near) + 0.3) / (f64::from(all) + 2.4)
    }
}

/// What is known of an account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct AccountProfile {
    /// Its destinations.
    pub(crate) destinations: Draws,
    /// Its sources.
    pub(crate) sources: Draws,
    /// Logins, once a day each, since it is known; forgotten with the half-life.
    pub(crate) logins: Faded,
    /// Of these, those in the odd tail.
    pub(crate) odd: Faded,
    pub(crate) protocols: ProtocolCounts,
    pub(crate) hours: Hours,
    /// When it was last at any keyboard; 0 if never.
    pub(crate) at_keyboard: Micros,
    pub(crate) first_day: Day,
}

impl AccountProfile {
    /// Adds what another part of the stream learned, at the same day.
    pub(super) fn join(&mut self, other: Self) {
        self.destinations.join(other.destinations);
        self.sources.join(other.sources);
        self.logins.join(other.logins);
        self.odd.join(other.odd);
        self.protocols.join(&other.protocols);
        self.hours.join(&other.hours);
        self.at_keyboard = self.at_keyboard.max(other.at_keyboard);
        self.first_day = self.first_day.min(other.first_day);
    }

    /// Takes back a login that was learned on `day`, but for what is counted of failed ones, too.
    pub(super) fn take_login(&mut self, protocol: u8, time: Micros, fade: &Fade, day: Day) {
        self.destinations.take_of(fade, day);
        self.sources.take_of(fade, day);
        self.protocols.take(protocol);
        self.hours.take(time);
    }

    /// Begins to count anew what follows from pairs.
    pub(super) fn forget_known(&mut self) {
        self.destinations.forget_known();
        self.sources.forget_known();
    }

    /// How much is lost with it.
    pub(super) fn weight(&self) -> u64 {
        self.logins.units()
    }

    /// Makes its counts smaller: see [`Fade::advance_to`](crate::fading::Fade::advance_to).
    pub(super) fn shrink(&mut self, digits: u32) {
        self.destinations.shrink(digits);
        self.sources.shrink(digits);
        self.logins.shrink(digits);
        self.odd.shrink(digits);
    }
}

heap! {
    AccountProfile {}
    HostProfile {}
}

/// An account that came to a host, and when.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Arrival {
    pub(crate) account: Id,
    pub(crate) time: Micros,
}

impl Arrival {
    /// The order in which accounts came.
    const fn order(&self) -> (Micros, Id) {
        (self.time, self.account)
    }
}

impl Default for Arrival {
    /// Nobody, before any time.
    fn default() -> Self {
        Self { account: Id::MAX, time: -MAX_TIME }
    }
}

/// How many arrivals a host remembers.
const ARRIVALS: usize = 4;

/// How many owners a host may seem to have.
const OWNERS: usize = 2;

/// What is known of a host.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct HostProfile {
    /// Accounts that use it as a source.
    pub(crate) accounts_from: Draws,
    /// Hosts that are reached from it.
    pub(crate) destinations: Draws,
    /// Accounts that log on to it from elsewhere.
    pub(crate) accounts_to: Draws,
    /// Logins from it, once a day each; forgotten with the half-life.
    pub(crate) logins_from: Faded,
    /// Of these, those in the odd tail.
    pub(crate) odd_from: Faded,
    /// Odd logins to it.
    pub(crate) odd_to: Faded,
    pub(crate) protocols: ProtocolCounts,
    /// The accounts seen at its keyboard on most days, with the days of each.
    owners: [(Id, u32); OWNERS],
    /// The last accounts that came over the network.
    arrivals: [Arrival; ARRIVALS],
    pub(crate) first_day: Day,
}

impl HostProfile {
    /// Adds what another part of the stream learned, at the same day.
    pub(super) fn join(&mut self, other: Self) {
        self.accounts_from.join(other.accounts_from);
        self.destinations.join(other.destinations);
        self.accounts_to.join(other.accounts_to);
        self.logins_from.join(other.logins_from);
        self.odd_from.join(other.odd_from);
        self.odd_to.join(other.odd_to);
        self.protocols.join(&other.protocols);
        other.arrivals.into_iter().for_each(|arrival| self.saw_arrival(arrival));
        self.sort_arrivals();
        self.first_day = self.first_day.min(other.first_day);
    }

    /// Gives the accounts that came to it the ids that they have in the whole.
    pub(super) fn renumber(&mut self, accounts: &Renumbering) {
        for arrival in &mut self.arrivals {
            let renumbered = accounts.id(arrival.account);
            *arrival =
                renumbered.map_or_else(Arrival::default, |account| Arrival { account, ..*arrival });
        }
        self.sort_arrivals();
    }

    /// Puts the accounts that came in an order that does not depend on when they were noted.
    fn sort_arrivals(&mut self) {
        self.arrivals.sort_by_key(Arrival::order);
    }

    /// Forgets accounts among those who are at its keyboard or came to it.
    pub(super) fn forget_accounts(&mut self, is_gone: &impl Fn(Id) -> bool) {
        for owner in &mut self.owners {
            if owner.1 > 0 && is_gone(owner.0) {
                *owner = (0, 0);
            }
        }
        for arrival in &mut self.arrivals {
            if is_gone(arrival.account) {
                *arrival = Arrival::default();
            }
        }
    }

    /// Takes back a login from here that was learned on `day`, but for what is counted of failed ones, too.
    pub(super) fn take_login_from(&mut self, fade: &Fade, day: Day) {
        self.accounts_from.take_of(fade, day);
        self.destinations.take_of(fade, day);
    }

    /// Takes back a login to here that was learned on `day`.
    pub(super) fn take_login_to(&mut self, protocol: u8, fade: &Fade, day: Day) {
        self.accounts_to.take_of(fade, day);
        self.protocols.take(protocol);
    }

    /// Forgets who came over the network.
    pub(super) fn forget_arrivals(&mut self) {
        self.arrivals = Default::default();
    }

    /// Begins to count anew what follows from pairs.
    pub(super) fn forget_known(&mut self) {
        self.accounts_from.forget_known();
        self.destinations.forget_known();
        self.accounts_to.forget_known();
        self.owners = Default::default();
    }

    /// How much is lost with it.
    pub(super) fn weight(&self) -> u64 {
        self.logins_from.units()
    }

    /// Makes its counts smaller: see [`Fade::advance_to`](crate::fading::Fade::advance_to).
    pub(super) fn shrink(&mut self, digits: u32) {
        self.accounts_from.shrink(digits);
        self.destinations.shrink(digits);
        self.accounts_to.shrink(digits);
        self.logins_from.shrink(digits);
        self.odd_from.shrink(digits);
        self.odd_to.shrink(digits);
    }

    /// An account was seen at its keyboard on so many days by now.
    pub(crate) fn saw_at_keyboard(&mut self, account: Id, days: u32) {
        if let Some(owner) = self.owners.iter_mut().find(|owner| owner.1 > 0 && owner.0 == account)
        {
            owner.1 = days;
        } else if let Some(least) =
            self.owners.iter_mut().min_by_key(|owner| owner.1).filter(|owner| owner.1 < days)
        {
            *least = (account, days);
        }
    }

    /// The account that is at its keyboard on most days, if one is.
    pub(crate) fn owner(&self) -> Option<Id> {
        let [a, b] = self.owners;
        let (first, second) = if a.1 >= b.1 { (a, b) } else { (b, a) };
        (first.1 > 0 && first.1 > second.1).then_some(first.0)
    }

    pub(crate) fn saw_arrival(&mut self, arrival: Arrival) {
        if let Some(known) = self.arrivals.iter_mut().find(|known| known.account == arrival.account)
        {
            known.time = known.time.max(arrival.time);
            return;
        }
        if let Some(oldest) = self.arrivals.iter_mut().min_by_key(|known| known.order())
            && oldest.order() < arrival.order()
        {
            *oldest = arrival;
        }
    }

    /// Accounts that came over the network within `window` before `time`.
    pub(crate) fn arrivals_within(
        &self,
        time: Micros,
        window: Micros,
    ) -> impl Iterator<Item = Arrival> + '_ {
        self.arrivals.iter().copied().filter(move |a| time - a.time <= window)
    }
}
