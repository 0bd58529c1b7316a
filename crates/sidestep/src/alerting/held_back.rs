//! Movements with findings that no alert shows: counted, and the strongest kept to be listed.

use serde::{Deserialize, Serialize};

use crate::movement::Movement;

/// Movements kept to be listed; beyond that the weakest is only counted.
pub(crate) const LISTED: usize = 1000;

/// Why a movement in which detections found something was not raised as an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
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

/// What was held back.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct HeldBackLog {
    kept: Vec<(HeldBack, Movement)>,
}

impl HeldBackLog {
    /// Keeps a movement; where there is no room, the weakest goes.
    pub(crate) fn push(&mut self, reason: HeldBack, movement: Movement) {
        if self.kept.len() >= LISTED {
            let weaker = |a: &Movement, b: &Movement| {
                a.score.total_cmp(&b.score).then(b.serial.cmp(&a.serial))
            };
            let weakest = (0..self.kept.len())
                .min_by(|&a, &b| weaker(&self.kept[a].1, &self.kept[b].1))
                .filter(|&at| weaker(&self.kept[at].1, &movement).is_lt());
            match weakest {
                Some(at) => drop(self.kept.remove(at)),
                None => return,
            }
        }
        self.kept.push((reason, movement));
    }

    /// What is kept, in the order in which it was held back.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &(HeldBack, Movement)> {
        self.kept.iter()
    }

    /// Whether the saved parts fit together.
    pub(crate) fn is_sound(&self) -> bool {
        self.kept.len() <= LISTED && self.kept.iter().all(|(_, movement)| movement.is_sound())
    }
}
