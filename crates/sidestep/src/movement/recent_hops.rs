//! Where the suspicious logins of late are: by the host they reached and by the host they left.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::store::{Id, heap};
use crate::time::Micros;
use crate::tuning::recent_hops::KEPT;

/// A login of a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HopRef {
    pub(crate) movement: u64,
    pub(crate) hop: u32,
    pub(crate) time: Micros,
    pub(crate) account: Id,
}

/// The newest marks at each place.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct RecentHops(BTreeMap<Id, Vec<HopRef>>);

heap! {
    RecentHops { 0 }
    HopRef {}
}

impl RecentHops {
    pub(crate) fn push(&mut self, place: Id, mark: HopRef) {
        let marks = self.0.entry(place).or_default();
        if marks.len() >= KEPT {
            marks.remove(0);
        }
        marks.push(mark);
    }

    /// The marks at a place no older than `since`, newest first.
    pub(crate) fn since(&self, place: Id, since: Micros) -> impl Iterator<Item = &HopRef> {
        self.0.get(&place).into_iter().flatten().rev().filter(move |mark| mark.time >= since)
    }

    /// Every mark, whatever its place.
    pub(crate) fn all(&self) -> impl Iterator<Item = &HopRef> {
        self.0.values().flatten()
    }

    /// Every mark, to be changed.
    pub(crate) fn all_mut(&mut self) -> impl Iterator<Item = &mut HopRef> {
        self.0.values_mut().flatten()
    }

    /// Takes a mark away from a place.
    pub(crate) fn remove(&mut self, place: Id, mark: HopRef) {
        if let Some(marks) = self.0.get_mut(&place) {
            marks.retain(|other| (other.movement, other.hop) != (mark.movement, mark.hop));
        }
    }

    /// Drops what is older than `since`.
    pub(crate) fn forget(&mut self, since: Micros) {
        self.0.retain(|_, marks| {
            marks.retain(|mark| mark.time >= since);
            !marks.is_empty()
        });
    }
}
