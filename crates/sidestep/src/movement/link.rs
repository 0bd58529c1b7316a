//! What led to a login: the best parent among the suspicious logins of late.

use super::Movement;
use super::recent_hops::{HopRef, RecentHops};
use crate::store::Id;
use crate::time::{Micros, days_between};
use crate::tuning::link::{BY_CHANCE, BY_CHANCE_SWITCHED, LEAST_CHANCE, LINK_WEIGHT, REST, RESTS};

/// A parent, and how often so recent a one is there by chance.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Link {
    pub(crate) mark: HopRef,
    chance: f64,
}

impl Link {
    /// Nats that the link itself adds: a part of `-ln` of its chance, because people, too, go on
    /// from where they arrived.
    pub(crate) fn gain(&self) -> f64 {
        -LINK_WEIGHT * self.chance.max(LEAST_CHANCE).ln()
    }
}

/// Probability that something that happens `rate` times a day happened since `then`.
fn chance(rate: f64, then: Micros, now: Micros) -> f64 {
    1.0 - (-rate * days_between(then, now)).exp()
}

/// The newest arrival at `source` that may have led to a login by `account`, where `rate`
/// suspicious logins a day reach the source; of those that `may_explain` one.
pub(crate) fn arrival(
    reached: &RecentHops,
    account: Id,
    source: Id,
    now: Micros,
    since: Micros,
    rate: f64,
    may_explain: impl Fn(&HopRef) -> bool,
) -> Option<Link> {
    reached.since(source, since).filter(|mark| mark.time <= now).find_map(|mark| {
        let by_chance = chance(rate, mark.time, now);
        let limit = if mark.account == account { BY_CHANCE } else { BY_CHANCE_SWITCHED };
        (by_chance <= limit && may_explain(mark)).then_some(Link { mark: *mark, chance: by_chance })
    })
}

/// The newest login by the same account from the same source.
pub(crate) fn sibling(
    left: &RecentHops,
    account: Id,
    source: Id,
    now: Micros,
    since: Micros,
) -> Option<Link> {
    left.since(source, since)
        .find(|mark| mark.account == account && mark.time <= now)
        .map(|mark| Link { mark: *mark, chance: 1.0 })
}

impl Movement {
    /// Whether its going on at `now` is likelier than that somebody else just left one of the hosts
    /// that it reached, where `leaving` odd logins a day leave a host.
    ///
    /// Its rests are taken as exponential, and their rate as Gamma distributed, so that the next
    /// rest has a Lomax distribution. That the account changes is as likely as it was at the hops
    /// before (by the rule of succession): whoever walked five hosts as one account goes on as it.
    pub(super) fn goes_on(&self, now: Micros, leaving: f64) -> bool {
        let times = self.hops.iter().map(|hop| hop.time);
        let (Some(first), Some(last)) = (times.clone().min(), times.max()) else { return false };
        let hops = self.hops.len() as f64;
        let rests = (hops - 1.0).min(RESTS);
        let lasted = days_between(first, last) * rests / (hops - 1.0).max(1.0);
        let (told, rest) = (lasted + days_between(0, REST), days_between(last, now));
        let goes_on = (rests + 1.0) / told * (told / (told + rest)).powf(rests + 2.0);
        goes_on * self.switching() >= leaving * hops
    }

    /// How likely its next hop is to be made as another account than the one it follows from.
    fn switching(&self) -> f64 {
        let followed = self.hops.iter().filter_map(|hop| {
            let parent = self.hops.get(hop.parent? as usize)?;
            Some(parent.key[0] != hop.key[0])
        });
        let (links, switched) = followed.fold((0.0, 0.0), |(links, switched), switch| {
            (links + 1.0, switched + f64::from(u8::from(switch)))
        });
        (switched + 1.0) / (links + 2.0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tracker;
    use super::super::candidate::attach_all;
    use crate::store::Id;
    use crate::time::{HOUR, MINUTE};

    #[test]
    fn whoever_leaves_a_host_long_after_a_quick_path_came_is_another() {
        let mut movements = Tracker::of_test(64, 64);
        let path: Vec<[Id; 3]> = (0..8).map(|at| [1 + at % 2, 10 + at, 11 + at]).collect();
        let quick = attach_all(&mut movements, &path, 0);
        assert!(quick.iter().all(|one| one.movement == quick[0].movement));
        let serial = |key, time| {
            let mut movements = movements.clone();
            attach_all(&mut movements, &[key], time)[0].movement
        };
        assert_eq!(serial([9, 15, 40], 20 * MINUTE), quick[0].movement, "soon, another goes on");
        assert_ne!(serial([9, 15, 40], 20 * HOUR), quick[0].movement, "late, another is another");
        assert_eq!(serial([1, 15, 40], 20 * HOUR), quick[0].movement, "late, but the same");
    }
}
