//! Wide fans: one account that goes from one host to many.
//!
//! Patch nights, rollouts and sweeps are such fans, and whoever reaches the host of one, or leaves
//! one of the many that it reached, would be joined to all of it. So a fan that becomes wide is a
//! movement of its own, with what followed from it by then, and explains nothing that comes later:
//! that one of many hosts was reached is no reason why somebody leaves it.

use super::{Hop, Movement};
use crate::tuning::fan::WIDE;

/// A fan that was taken out of a movement.
pub(super) struct Fan {
    pub(super) hops: Vec<Hop>,
    /// Where each hop of the movement is now: whether in the fan, and at which place.
    pub(super) places: Vec<(bool, u32)>,
}

impl Movement {
    /// Whether the fan of a hop is wide.
    pub(super) fn is_wide(&self, hop: u32) -> bool {
        self.hops.get(hop as usize).is_some_and(|hop| {
            self.hops.iter().filter(|other| other.fan() == hop.fan()).count() >= WIDE
        })
    }

    /// Takes the fan of a hop out, with all that followed from it; `None` where nothing else
    /// would be left.
    pub(super) fn take_fan(&mut self, hop: u32) -> Option<Fan> {
        let fan = self.hops.get(hop as usize)?.fan();
        let mut places: Vec<(bool, u32)> = Vec::with_capacity(self.hops.len());
        let mut counts = [0; 2];
        for hop in &self.hops {
            // A parent stands before its children.
            let follows = hop.parent.is_some_and(|parent| places[parent as usize].0);
            let taken = follows || hop.fan() == fan;
            places.push((taken, counts[usize::from(taken)]));
            counts[usize::from(taken)] += 1;
        }
        if counts[0] == 0 {
            return None;
        }
        let (mut kept, mut taken) = (Vec::new(), Vec::new());
        for (mut hop, &(is_taken, _)) in std::mem::take(&mut self.hops).into_iter().zip(&places) {
            let parent = hop.parent.map(|parent| places[parent as usize]);
            hop.parent = match parent {
                Some((with_fan, at)) if with_fan == is_taken => Some(at),
                Some(_) | None => {
                    hop.gain -= std::mem::take(&mut hop.linked);
                    // The others of the fan are the siblings of its first.
                    (is_taken && !taken.is_empty()).then_some(0)
                }
            };
            if is_taken { taken.push(hop) } else { kept.push(hop) }
        }
        self.hops = kept;
        self.rescore();
        Some(Fan { hops: taken, places })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tracker;
    use super::super::candidate::attach_all;
    use crate::store::Id;
    use crate::time::MINUTE;

    #[test]
    fn a_wide_fan_is_a_movement_of_its_own_and_explains_nothing() {
        let mut movements = Tracker::of_test(64, 64);
        let path = attach_all(&mut movements, &[[1, 10, 11], [1, 11, 12], [2, 12, 13]], 0);
        let trunk = path[0].movement;
        let patches: Vec<[Id; 3]> = (0..20).map(|host| [3, 12, 100 + host]).collect();
        let narrow = attach_all(&mut movements, &patches[..15], 5 * MINUTE);
        assert!(narrow.iter().all(|one| one.rose == [trunk]));
        let grown = movements.get(trunk).expect("it is live").score;
        let wide = attach_all(&mut movements, &patches[15..], 20 * MINUTE);
        let fan = wide[0].movement;
        assert_eq!(wide[0].rose, [trunk, fan]);
        assert!(wide.iter().all(|one| one.movement == fan) && fan != trunk);
        let of = |serial| movements.get(serial).map(|movement| movement.hops.len());
        assert_eq!((of(trunk), of(fan)), (Some(3), Some(20)));
        assert!(movements.get(trunk).expect("it is live").score < grown);
        assert!(movements.is_consistent());
        let alone = 5.0;
        assert!((movements.get(fan).expect("it is live").score - alone).abs() < 1e-9);
        // The path goes on where it was, and a host of the fan is left for reasons of its own.
        let later = attach_all(&mut movements, &[[2, 13, 14], [4, 105, 15]], 30 * MINUTE);
        assert_eq!(later[0].movement, trunk);
        assert_ne!(later[1].movement, fan);
        assert_eq!(movements.get(trunk).expect("it is live").hops[3].parent, Some(2));
    }
}
