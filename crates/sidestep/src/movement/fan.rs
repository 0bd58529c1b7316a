//! Wide fans: one account that goes from one host to many.
//!
//! Patch nights, rollouts and sweeps are such fans, and whoever reaches the host of one, or leaves
//! one of the many that it reached, would be joined to all of it. So a fan that becomes wide is a
//! movement of its own, with what followed from it by then, and explains nothing that comes later:
//! that one of many hosts was reached is no reason why somebody leaves it.

use super::{Movement, Step};
use crate::intern::Id;

/// Logins by one account from one source of which a fan is wide. Intruders reach few hosts from
/// each that they hold; who reaches more is told of by the fan itself.
const WIDE: usize = 16;

/// A fan that was taken out of a movement.
pub(super) struct Fan {
    pub(super) steps: Vec<Step>,
    /// Where each step of the movement is now: whether in the fan, and at which place.
    pub(super) places: Vec<(bool, u32)>,
}

impl Movement {
    /// Whether the fan of a step is wide.
    pub(super) fn is_wide(&self, step: u32) -> bool {
        self.steps.get(step as usize).is_some_and(|step| {
            self.steps.iter().filter(|other| fan_of(other) == fan_of(step)).count() >= WIDE
        })
    }

    /// Takes the fan of a step out, with all that followed from it; `None` where nothing else
    /// would be left.
    pub(super) fn take_fan(&mut self, step: u32) -> Option<Fan> {
        let fan = fan_of(self.steps.get(step as usize)?);
        let mut places: Vec<(bool, u32)> = Vec::with_capacity(self.steps.len());
        let mut counts = [0; 2];
        for step in &self.steps {
            // A parent stands before its children.
            let follows = step.parent.is_some_and(|parent| places[parent as usize].0);
            let taken = follows || fan_of(step) == fan;
            places.push((taken, counts[usize::from(taken)]));
            counts[usize::from(taken)] += 1;
        }
        if counts[0] == 0 {
            return None;
        }
        let (mut kept, mut taken) = (Vec::new(), Vec::new());
        for (mut step, &(is_taken, _)) in std::mem::take(&mut self.steps).into_iter().zip(&places) {
            let parent = step.parent.map(|parent| places[parent as usize]);
            step.parent = match parent {
                Some((with_fan, at)) if with_fan == is_taken => Some(at),
                Some(_) | None => {
                    step.gain -= std::mem::take(&mut step.linked);
                    // The others of the fan are the siblings of its first.
                    (is_taken && !taken.is_empty()).then_some(0)
                }
            };
            if is_taken { taken.push(step) } else { kept.push(step) }
        }
        self.steps = kept;
        self.rescore();
        Some(Fan { steps: taken, places })
    }
}

/// Who went from where.
fn fan_of(step: &Step) -> [Id; 2] {
    [step.key[0], step.key[1]]
}
