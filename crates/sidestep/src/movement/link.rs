//! What led to a login: the best parent among the suspicious logins of late.

use serde::{Deserialize, Serialize};

use super::marks::{Mark, Marks};
use crate::event::Timestamp;
use crate::intern::Id;

/// How a login follows from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LinkKind {
    /// It leaves from the host that the other reached, with other credentials.
    HopSwitched,
    /// It leaves from the host that the other reached, with the same account.
    Hop,
    /// Same source, same account.
    Sibling,
    /// Same source, other account.
    SiblingSwitched,
    /// Same account, elsewhere.
    Elsewhere,
}

impl LinkKind {
    pub(crate) const COUNT: usize = 5;
}

/// The candidates: newest marks at the places of a login.
pub(crate) struct Places<'m> {
    pub(crate) reached: &'m Marks,
    pub(crate) left: &'m Marks,
    pub(crate) by_account: &'m Marks,
}

/// Suspicious logins a day to be expected at the places of a login.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rates {
    pub(crate) reaching_source: f64,
    pub(crate) leaving_source: f64,
    pub(crate) by_account: f64,
}

/// A parent is believed only if so recent a one would be there by chance at most this often.
const BY_CHANCE: f64 = 0.5;
/// The same where the accounts or the hosts differ.
const BY_CHANCE_LOOSE: f64 = 0.2;

/// The best parent of a login by `account` from `source` at `now`.
///
/// Arrivals at the source come before logins that share its source, and those before logins that
/// share its account only; among these the newest.
pub(crate) fn best_parent(
    places: &Places<'_>,
    rates: Rates,
    account: Id,
    source: Id,
    now: Timestamp,
    window: Timestamp,
) -> Option<(Mark, LinkKind)> {
    let since = now - window;
    let believed = |mark: &Mark, rate: f64, limit: f64| {
        1.0 - (-rate * crate::time::days_between(mark.time, now)).exp() <= limit
    };
    let hop = |same: bool| {
        let limit = if same { BY_CHANCE } else { BY_CHANCE_LOOSE };
        places.reached.since(source, since).find(|mark| {
            (mark.account == account) == same && believed(mark, rates.reaching_source, limit)
        })
    };
    let sibling = |same: bool| {
        let limit = if same { BY_CHANCE } else { BY_CHANCE_LOOSE };
        places.left.since(source, since).find(|mark| {
            (mark.account == account) == same && believed(mark, rates.leaving_source, limit)
        })
    };
    let elsewhere = || {
        places
            .by_account
            .since(account, since)
            .find(|mark| mark.source != source && believed(mark, rates.by_account, BY_CHANCE_LOOSE))
    };
    hop(true)
        .map(|mark| (*mark, LinkKind::Hop))
        .or_else(|| sibling(true).map(|mark| (*mark, LinkKind::Sibling)))
        .or_else(|| hop(false).map(|mark| (*mark, LinkKind::HopSwitched)))
        .or_else(|| sibling(false).map(|mark| (*mark, LinkKind::SiblingSwitched)))
        .or_else(|| elsewhere().map(|mark| (*mark, LinkKind::Elsewhere)))
}
