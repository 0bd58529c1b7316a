//! What is known of one account and of one host.

use serde::{Deserialize, Serialize};

use super::pitman_yor::Draws;
use crate::login::PROTOCOLS;
use crate::store::{Id, heap};
use crate::time::{Day, Micros, hour_of};
use crate::tuning::profile::PRIOR;

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

    /// Probability of a class, with [`PRIOR`] draws of the network's own distribution added, so
    /// that a few logins do not make a rule.
    pub(crate) fn predictive(&self, class: u8, network: &Self) -> f64 {
        let at = usize::from(class);
        let base = (f64::from(network.0[at]) + 0.1) / network.total().max(1.0);
        ((f64::from(self.0[at]) + PRIOR * base) / (self.total() + PRIOR)).min(1.0)
    }

    fn total(&self) -> f64 {
        f64::from(self.0.iter().map(|&count| u32::from(count)).sum::<u32>())
    }

    /// The class drawn most.
    pub(crate) fn usual(&self) -> Option<u8> {
        let (at, &count) =
            self.0.iter().enumerate().max_by_key(|&(at, &count)| (count, std::cmp::Reverse(at)))?;
        (count > 0).then_some(at as u8)
    }
}

/// Logins by the hour of the day, UTC; halved when one is full.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Hours([u8; 24]);

impl Hours {
    pub(crate) fn observe(&mut self, time: Micros) {
        let hour = hour_of(time);
        if self.0[hour] == u8::MAX {
            self.0.iter_mut().for_each(|count| *count /= 2);
        }
        self.0[hour] += 1;
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
    pub(crate) logins: f32,
    /// Of these, those in the odd tail.
    pub(crate) odd: f32,
    pub(crate) protocols: ProtocolCounts,
    pub(crate) hours: Hours,
    /// When it was last at any keyboard; 0 if never.
    pub(crate) at_keyboard: Micros,
    pub(crate) first_day: Day,
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
    pub(crate) logins_from: f32,
    /// Of these, those in the odd tail.
    pub(crate) odd_from: f32,
    /// Odd logins to it.
    pub(crate) odd_to: f32,
    pub(crate) protocols: ProtocolCounts,
    /// The accounts most seen at its keyboard, with the days of each (Space-Saving: Metwally,
    /// Agrawal, El Abbadi, ICDT 2005).
    owners: [(Id, u16); OWNERS],
    /// The last accounts that came over the network.
    arrivals: [Option<Arrival>; ARRIVALS],
    next_arrival: u8,
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
        time: Micros,
        window: Micros,
    ) -> impl Iterator<Item = Arrival> + '_ {
        self.arrivals.iter().flatten().copied().filter(move |a| time - a.time <= window)
    }
}
