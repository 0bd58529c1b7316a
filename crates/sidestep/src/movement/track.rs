//! Follows the movements that are under way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::link::{LinkKind, Places, Rates, best_parent};
use super::marks::{Mark, Marks};
use super::{Movement, Step};
use crate::baseline::affinity::Categorical;
use crate::event::{Outcome, Timestamp};
use crate::time::{HOUR, day_of};

/// A login odd enough to belong to a movement.
pub(crate) struct Suspect {
    pub(crate) step: Step,
    pub(crate) rates: Rates,
}

/// Where a login went.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attached {
    /// The movement it belongs to.
    pub(crate) movement: u64,
    /// The movement's score before.
    pub(crate) before: f64,
    /// Whether the login was kept as a step of its own.
    pub(crate) kept: bool,
    /// A movement that had to be given up to make room.
    pub(crate) evicted: bool,
}

/// The movements under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Movements {
    live: BTreeMap<u64, Movement>,
    next_serial: u64,
    reached: Marks,
    left: Marks,
    by_account: Marks,
    /// How the suspicious logins of this network follow from each other; one class more for
    /// those that follow from none.
    links: Categorical,
    window: Timestamp,
    max_movements: usize,
    max_hops: usize,
}

impl Movements {
    pub(crate) fn new(window_hours: u32, max_movements: usize, max_hops: usize) -> Self {
        Self {
            live: BTreeMap::new(),
            next_serial: 0,
            reached: Marks::default(),
            left: Marks::default(),
            by_account: Marks::default(),
            links: Categorical::new(LinkKind::COUNT + 1),
            window: Timestamp::from(window_hours) * HOUR,
            max_movements,
            max_hops,
        }
    }

    /// Whether the saved parts fit together.
    pub(crate) fn is_sound(&self) -> bool {
        self.links.classes() == LinkKind::COUNT + 1
            && self.live.iter().all(|(&serial, movement)| {
                movement.serial == serial
                    && serial < self.next_serial
                    && !movement.steps.is_empty()
                    && movement.steps.iter().enumerate().all(|(at, step)| {
                        step.parent.is_none_or(|(parent, _)| (parent as usize) < at)
                    })
            })
    }

    pub(crate) fn get(&self, serial: u64) -> Option<&Movement> {
        self.live.get(&serial)
    }

    pub(crate) fn get_mut(&mut self, serial: u64) -> Option<&mut Movement> {
        self.live.get_mut(&serial)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Movement> {
        self.live.values()
    }

    pub(crate) fn refresh(&mut self, factor: f32) {
        self.links.decay(factor);
    }

    /// Finds the movement that a login belongs to, or opens one.
    pub(crate) fn attach(&mut self, suspect: Suspect) -> Attached {
        let Suspect { mut step, rates } = suspect;
        let [account, source, _] = step.key;
        let places =
            Places { reached: &self.reached, left: &self.left, by_account: &self.by_account };
        let parent = best_parent(&places, rates, account, source, step.time, self.window)
            .filter(|(mark, _)| self.live.contains_key(&mark.movement));
        let class = parent.map_or(LinkKind::COUNT, |(_, kind)| kind as usize);
        let Some((mark, kind)) = parent else {
            self.links.observe(class);
            return self.open(step);
        };
        let Some(movement) = self.live.get_mut(&mark.movement) else { return self.open(step) };
        let before = movement.score;
        movement.last_time = movement.last_time.max(step.time);
        let attached = Attached { movement: mark.movement, before, kept: false, evicted: false };
        // The same login again is no news, and must not add up.
        let failed = step.outcome == Outcome::Failure;
        let again =
            |known: &Step| known.key == step.key && (known.outcome == Outcome::Failure) == failed;
        if movement.steps.iter().any(again) || movement.steps.len() >= self.max_hops {
            return attached;
        }
        step.excess -= self.links.p_value(class).ln();
        self.links.observe(class);
        step.parent = Some((mark.step, kind));
        let at = movement.steps.len() as u32;
        let mark = mark_of(&step, mark.movement, at);
        movement.steps.push(step);
        movement.rescore();
        self.mark(mark, failed);
        Attached { kept: true, ..attached }
    }

    fn open(&mut self, step: Step) -> Attached {
        let evicted = self.live.len() >= self.max_movements && self.evict();
        let serial = self.next_serial;
        self.next_serial += 1;
        let mark = mark_of(&step, serial, 0);
        let failed = step.outcome == Outcome::Failure;
        let mut movement = Movement {
            serial,
            opened: day_of(step.time),
            last_time: step.time,
            score: 0.0,
            detected_at: None,
            steps: vec![step],
        };
        movement.rescore();
        self.live.insert(serial, movement);
        self.mark(mark, failed);
        Attached { movement: serial, before: 0.0, kept: true, evicted }
    }

    /// Leaves a mark at the places of a step; a failed login reaches nothing.
    fn mark(&mut self, (mark, destination): (Mark, crate::intern::Id), failed: bool) {
        if !failed {
            self.reached.push(destination, mark);
        }
        self.left.push(mark.source, mark);
        self.by_account.push(mark.account, mark);
    }

    /// Gives up the weakest movement that was not alerted on.
    fn evict(&mut self) -> bool {
        let weakest = self
            .live
            .values()
            .filter(|movement| movement.detected_at.is_none())
            .min_by(|a, b| a.score.total_cmp(&b.score).then(a.serial.cmp(&b.serial)))
            .map(|movement| movement.serial);
        weakest.is_some_and(|serial| self.live.remove(&serial).is_some())
    }

    /// Ends the movements that nothing was added to for a whole window.
    pub(crate) fn expire(&mut self, now: Timestamp) -> Vec<Movement> {
        let since = now - self.window;
        self.reached.forget(since);
        self.left.forget(since);
        self.by_account.forget(since);
        self.live.extract_if(.., |_, movement| movement.last_time < since).map(|(_, m)| m).collect()
    }

    /// Ends all movements.
    pub(crate) fn drain(&mut self) -> Vec<Movement> {
        std::mem::take(&mut self.live).into_values().collect()
    }
}

fn mark_of(step: &Step, movement: u64, at: u32) -> (Mark, crate::intern::Id) {
    let [account, source, destination] = step.key;
    (Mark { movement, step: at, time: step.time, account, source }, destination)
}
