//! Movements with findings that no alert shows: counted, and the strongest kept to be listed.

use serde::{Deserialize, Serialize};

use crate::alert::HeldBack;
use crate::movement::Movement;
use crate::store::{Portion, heap};
use crate::tuning::held_back::LISTED;

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
    /// Which part of [`LISTED`] is kept.
    #[serde(skip)]
    portion: Portion,
}

heap! {
    HeldBackLog { kept, portion }
    HeldMovement { movement }
}

impl HeldBackLog {
    /// Keeps a movement; where there is no room, the weakest goes.
    pub(crate) fn push(&mut self, reason: HeldBack, movement: Movement) {
        if self.kept.len() >= self.portion.of(LISTED) {
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
