//! What led to a login: how well a movement explains it.

use serde::{Deserialize, Serialize};

use super::marks::{Mark, Marks};
use crate::event::Timestamp;
use crate::intern::Id;
use crate::time::days_between;

/// How a login follows from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LinkKind {
    /// It leaves from the host that the other reached, with the same account.
    Hop,
    /// It leaves from the host that the other reached, with other credentials.
    HopSwitched,
    /// Same source, same account.
    Sibling,
    /// Same source, other account.
    SiblingSwitched,
    /// Same account, elsewhere.
    Elsewhere,
    /// It leaves from a host that its account reached, by a login that is usual for it, from a
    /// host that the other reached.
    Bridged,
}

/// The candidates: newest marks at the places of a login.
pub(crate) struct Places<'m> {
    pub(crate) reached: &'m Marks,
    pub(crate) left: &'m Marks,
    pub(crate) by_account: &'m Marks,
}

/// Logins a day that are not mere repetition, at the places of a login.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rates {
    pub(crate) from_source: f64,
    pub(crate) by_account: f64,
}

/// Logins that chance may have put in the place of a follow-up, at least: a link says at most
/// `-ln` of it.
const FEWEST: f64 = 1.0;
/// Times as many that a looser link stands for: the account is used elsewhere, or a usual login
/// is supposed in between.
const LOOSE: f64 = 4.0;

/// Every login that may have led to one by `account` from `source` at `now`, with the number of
/// logins that could by chance have stood in its place since then.
pub(crate) fn candidates(
    places: &Places<'_>,
    rates: Rates,
    account: Id,
    source: Id,
    now: Timestamp,
    window: Timestamp,
) -> Vec<(Mark, LinkKind, f64)> {
    let since = now - window;
    let passed = |mark: &Mark| days_between(mark.time, now);
    let mut found = Vec::new();
    for mark in places.reached.since(source, since).filter(|mark| mark.time <= now) {
        let same = mark.account == account;
        let kind = if same { LinkKind::Hop } else { LinkKind::HopSwitched };
        found.push((*mark, kind, hop_choices(mark, rates.from_source, now)));
    }
    for mark in places.left.since(source, since).filter(|mark| mark.time <= now) {
        let same = mark.account == account;
        let kind = if same { LinkKind::Sibling } else { LinkKind::SiblingSwitched };
        found.push((*mark, kind, (rates.from_source * passed(mark)).max(1.0)));
    }
    for mark in places.by_account.since(account, since).filter(|mark| mark.time <= now) {
        if mark.source != source {
            let choices = LOOSE * (rates.by_account * passed(mark)).max(1.0);
            found.push((*mark, LinkKind::Elsewhere, choices));
        }
    }
    found
}

/// Logins that could by chance follow an arrival at a host that `rate` logins a day leave. One of
/// many arrivals is followed by chance as many times as often.
fn hop_choices(mark: &Mark, rate: f64, now: Timestamp) -> f64 {
    (rate * days_between(mark.time, now)).max(FEWEST) * f64::from(mark.fan.max(1))
}

/// The same over a usual login in between.
pub(crate) fn bridge_choices(mark: &Mark, rate: f64, now: Timestamp) -> f64 {
    LOOSE * hop_choices(mark, rate, now)
}
