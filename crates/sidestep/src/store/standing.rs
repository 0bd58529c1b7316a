//! What is given up first where there is no room.

use serde::{Deserialize, Serialize};

/// How an entry stands: whether it was used since the hand of the clock came by, and whether it is known. A
/// name is known that came back some minutes after it was first seen; an edge or pair is known between known
/// names. What is not known goes first: whoever makes names up, as many as he likes, pushes out nothing but
/// these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Standing(u8);

impl Standing {
    const USED: u8 = 1;
    const KNOWN: u8 = 2;

    pub(super) const fn new(known: bool) -> Self {
        Self(if known { Self::KNOWN } else { 0 })
    }

    pub(super) const fn is_known(self) -> bool {
        self.0 & Self::KNOWN != 0
    }

    #[inline]
    pub(super) const fn use_it(&mut self) {
        self.0 |= Self::USED;
    }

    /// Notes that it is known; says whether it was not.
    pub(super) const fn make_known(&mut self) -> bool {
        let was = self.is_known();
        self.0 |= Self::KNOWN;
        !was
    }

    /// Whether the hand that comes by takes it: not what is known while `known_stay`, and not what was used
    /// since it came by last.
    pub(super) const fn is_taken(&mut self, known_stay: bool) -> bool {
        if self.is_known() && known_stay {
            return false;
        }
        let was_used = self.0 & Self::USED != 0;
        self.0 &= !Self::USED;
        !was_used
    }
}

/// Whether so many known entries stay where there is no room: while they leave a quarter to others, so that
/// new ones can become known.
pub(super) const fn known_stay(known: usize, capacity: usize) -> bool {
    known <= capacity - capacity / 4 && known < capacity
}
