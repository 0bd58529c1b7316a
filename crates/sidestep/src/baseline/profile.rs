//! What is known of one account and of one host.

use serde::{Deserialize, Serialize};

use super::novelty::Novelty;
use super::structure::Vector;
use crate::event::Timestamp;
use crate::intern::Id;
use crate::login::PROTOCOLS;
use crate::time::{Day, HOUR, day_of};

/// Counts of the protocol classes of a login (see [`crate::login`]); halved when one is full.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct ProtocolCounts([u16; PROTOCOLS]);

impl ProtocolCounts {
    pub(crate) fn observe(&mut self, class: u8) {
        let count = &mut self.0[usize::from(class)];
        if *count == u16::MAX {
            self.0.iter_mut().for_each(|count| *count /= 2);
        }
        self.0[usize::from(class)] += 1;
    }

    /// Share of draws in classes at most as frequent as this one. `prior` draws of the
    /// network's own distribution are added, so that a few logins do not make a rule.
    pub(crate) fn p_value(&self, class: u8, network: &Self, prior: f64) -> f64 {
        let all: f64 = network.0.iter().map(|&c| f64::from(c)).sum::<f64>().max(1.0);
        let mass =
            |at: usize| f64::from(self.0[at]) + prior * (f64::from(network.0[at]) + 0.01) / all;
        let own = mass(usize::from(class));
        let total: f64 = (0..PROTOCOLS).map(mass).sum();
        (0..PROTOCOLS).map(mass).filter(|&m| m <= own).sum::<f64>() / total
    }

    /// The class drawn most.
    pub(crate) fn usual(&self) -> Option<u8> {
        let (at, &count) =
            self.0.iter().enumerate().max_by_key(|&(at, &count)| (count, std::cmp::Reverse(at)))?;
        (count > 0).then_some(at as u8)
    }
}

/// Bins of the day, three hours each.
const DAY_BINS: usize = 8;
/// Days of the week, counted from the epoch's.
const WEEK_DAYS: usize = 7;

/// When an account is active: by hour and by day of the week. Which days are weekends is learned,
/// because a log that counts from its own start does not say.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct WeekCounts {
    hours: [u16; DAY_BINS],
    days: [u16; WEEK_DAYS],
}

impl WeekCounts {
    fn bins(time: Timestamp) -> (usize, usize) {
        ((time / HOUR % 24) as usize / 3, day_of(time) as usize % WEEK_DAYS)
    }

    pub(crate) fn observe(&mut self, time: Timestamp) {
        let (hour, day) = Self::bins(time);
        if self.days[day] == u16::MAX || self.hours[hour] == u16::MAX {
            self.hours.iter_mut().chain(&mut self.days).for_each(|count| *count /= 2);
        }
        self.hours[hour] += 1;
        self.days[day] += 1;
    }

    /// Share of activity around this hour, times the share on this day of the week against an
    /// even one; two draws spread evenly are added.
    pub(crate) fn p_value(&self, time: Timestamp) -> f64 {
        let (hour, day) = Self::bins(time);
        let near = [(hour + 7) % DAY_BINS, hour, (hour + 1) % DAY_BINS];
        let around: f64 = near.iter().map(|&bin| f64::from(self.hours[bin])).sum();
        let total: f64 = self.hours.iter().map(|&count| f64::from(count)).sum();
        let by_hour = (around + 0.75) / (total + 2.0);
        let by_day = (f64::from(self.days[day]) * 7.0 + 2.0) / (total + 2.0);
        by_hour * by_day.min(1.0)
    }
}

/// What is known of an account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct AccountProfile {
    /// Its destinations.
    pub(crate) destinations: Novelty,
    /// Its sources.
    pub(crate) sources: Novelty,
    /// Logins, once a day each, since it is known; forgotten with the half-life.
    pub(crate) logins: f32,
    /// Of these, those in the odd tail.
    pub(crate) odd: f32,
    pub(crate) protocols: ProtocolCounts,
    pub(crate) week: WeekCounts,
    /// Where it goes, as a direction (see [`super::structure`]).
    pub(crate) direction: Vector,
    pub(crate) first_day: Day,
}

/// An account that came to a host, and when.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Arrival {
    pub(crate) account: Id,
    pub(crate) time: Timestamp,
}

/// How many arrivals a host remembers.
const ARRIVALS: usize = 4;

/// How many owners a host may seem to have.
const OWNERS: usize = 2;

/// What is known of a host.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct HostProfile {
    /// Accounts that use it as a source.
    pub(crate) accounts_from: Novelty,
    /// Hosts that are reached from it.
    pub(crate) destinations: Novelty,
    /// Hosts that reach it.
    pub(crate) sources: Novelty,
    /// Accounts that log on to it from elsewhere.
    pub(crate) accounts_to: Novelty,
    /// Logins from it, once a day each; forgotten with the half-life.
    pub(crate) logins_from: f32,
    /// Of these, those in the odd tail.
    pub(crate) odd_from: f32,
    /// Odd logins to it.
    pub(crate) odd_to: f32,
    pub(crate) protocols: ProtocolCounts,
    /// Who goes there, as a direction.
    pub(crate) visitors: Vector,
    /// Who works from there, as a direction.
    pub(crate) users: Vector,
    /// The accounts most seen at its keyboard, with the days of each (Space-Saving: Metwally,
    /// Agrawal, El Abbadi, ICDT 2005).
    owners: [(Id, u16); OWNERS],
    /// The last accounts that came over the network.
    arrivals: [Option<Arrival>; ARRIVALS],
    next_arrival: u8,
    /// Whether it ever reported a logon itself.
    pub(crate) reports_logons: bool,
    pub(crate) first_day: Day,
}

impl HostProfile {
    pub(crate) fn saw_at_keyboard(&mut self, account: Id) {
        if let Some(owner) = self.owners.iter_mut().find(|owner| owner.1 > 0 && owner.0 == account)
        {
            owner.1 = owner.1.saturating_add(1);
        } else if let Some(least) = self.owners.iter_mut().min_by_key(|owner| owner.1) {
            *least = (account, least.1.saturating_add(1));
        }
    }

    /// The account that is at its keyboard on most days, if one is.
    pub(crate) fn owner(&self) -> Option<Id> {
        let [a, b] = self.owners;
        let (first, second) = if a.1 >= b.1 { (a, b) } else { (b, a) };
        (first.1 > 0 && first.1 > second.1).then_some(first.0)
    }

    pub(crate) fn saw_arrival(&mut self, arrival: Arrival) {
        if let Some(known) =
            self.arrivals.iter_mut().flatten().find(|known| known.account == arrival.account)
        {
            known.time = arrival.time;
            return;
        }
        let at = usize::from(self.next_arrival) % ARRIVALS;
        self.arrivals[at] = Some(arrival);
        self.next_arrival = self.next_arrival.wrapping_add(1);
    }

    /// Accounts that came over the network within `window` before `time`.
    pub(crate) fn arrivals_within(
        &self,
        time: Timestamp,
        window: Timestamp,
    ) -> impl Iterator<Item = Arrival> + '_ {
        self.arrivals.iter().flatten().copied().filter(move |a| time - a.time <= window)
    }
}
