//! Movements with findings that no alert shows: counted, and the strongest kept to be listed.

use serde::{Deserialize, Serialize};

use crate::movement::Movement;
use crate::store::Coded;
use crate::tuning::held_back::LISTED;

/// Why a movement in which detections found something was not raised as an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "lowercase"))]
#[non_exhaustive]
pub enum HeldBack {
    /// The budget had no room for it, or not at its strength.
    Budget,
    /// It ended while the engine still learned what is normal, and was too weak to be raised then.
    Learning,
    /// It was given up early to stay within the bound on memory.
    Memory,
}

impl HeldBack {
    /// The reason in one word, as outputs write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::Learning => "learning",
            Self::Memory => "memory",
        }
    }
}

impl Coded for HeldBack {
    const CODED: &'static [Self] = &[Self::Budget, Self::Learning, Self::Memory];
}

/// A movement, and why it was held back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct HeldMovement {
    #[serde(with = "crate::store::coded")]
    pub(crate) reason: HeldBack,
    pub(crate) movement: Movement,
}

/// What was held back.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct HeldBackLog {
    kept: Vec<HeldMovement>,
}

impl HeldBackLog {
    /// Keeps a movement; where there is no room, the weakest goes.
    pub(crate) fn push(&mut self, reason: HeldBack, movement: Movement) {
        if self.kept.len() >= LISTED {
            let weaker = |a: &Movement, b: &Movement| {
                a.score.total_cmp(&b.score).then(b.serial.cmp(&a.serial))
            };
            let weakest = (0..self.kept.len())
                .min_by(|&a, &b| weaker(&self.kept[a].movement, &self.kept[b].movement))
                .filter(|&at| weaker(&self.kept[at].movement, &movement).is_lt());
            match weakest {
                Some(at) => drop(self.kept.remove(at)),
                None => return,
            }
        }
        self.kept.push(HeldMovement { reason, movement });
    }

    /// What is kept, in the order in which it was held back.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &HeldMovement> {
        self.kept.iter()
    }

    /// Whether the saved parts fit together.
    pub(crate) fn is_sound(&self) -> bool {
        self.kept.len() <= LISTED && self.kept.iter().all(|held| held.movement.is_sound())
    }
}
