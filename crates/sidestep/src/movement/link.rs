//! What led to a login: the best parent among the suspicious logins of late.

use super::marks::{Mark, Marks};
use crate::event::Timestamp;
use crate::intern::Id;
use crate::time::days_between;

/// A parent, and how often so recent a one is there by chance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub(crate) mark: Mark,
    chance: f64,
}

impl Link {
    /// Nats that the link itself adds: a part of `-ln` of its chance, because people, too, go on
    /// from where they arrived.
    pub(crate) fn gain(&self) -> f64 {
        -LINK_WEIGHT * self.chance.max(LEAST_CHANCE).ln()
    }
}

/// Weight of a link's own nats.
const LINK_WEIGHT: f64 = 0.2;
/// Least chance that a link is believed to have.
const LEAST_CHANCE: f64 = 0.02;

/// An arrival is believed to have led to a login of the same account only if one so recent would
/// be there by chance at most this often.
const BY_CHANCE: f64 = 0.3;
/// The same for a login of another account.
const BY_CHANCE_SWITCHED: f64 = 0.1;

/// Probability that something that happens `rate` times a day happened since `then`.
fn chance(rate: f64, then: Timestamp, now: Timestamp) -> f64 {
    1.0 - (-rate * days_between(then, now)).exp()
}

/// The newest arrival at `source` that may have led to a login by `account`, where `rate`
/// suspicious logins a day reach the source.
pub(crate) fn arrival(
    reached: &Marks,
    account: Id,
    source: Id,
    now: Timestamp,
    since: Timestamp,
    rate: f64,
) -> Option<Link> {
    reached.since(source, since).filter(|mark| mark.time <= now).find_map(|mark| {
        let by_chance = chance(rate, mark.time, now);
        let limit = if mark.account == account { BY_CHANCE } else { BY_CHANCE_SWITCHED };
        (by_chance <= limit).then_some(Link { mark: *mark, chance: by_chance })
    })
}

/// The newest login by the same account from the same source.
pub(crate) fn sibling(
    left: &Marks,
    account: Id,
    source: Id,
    now: Timestamp,
    since: Timestamp,
) -> Option<Link> {
    left.since(source, since)
        .find(|mark| mark.account == account && mark.time <= now)
        .map(|mark| Link { mark: *mark, chance: 1.0 })
}
