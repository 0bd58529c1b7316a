//! Follows the movements that are under way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::link::{LinkKind, Places, Rates, bridge_choices, candidates};
use super::marks::{Mark, Marks};
use super::{Movement, Step};
use crate::event::{Outcome, Timestamp};
use crate::intern::Id;
use crate::time::{HOUR, day_of};

/// A login odd enough to belong to a movement.
pub(crate) struct Suspect {
    /// With the nats of its p-value as its gain.
    pub(crate) step: Step,
    pub(crate) rates: Rates,
    /// Logins that a movement could have begun with.
    pub(crate) openings: f64,
    pub(crate) step_cost: f64,
    /// A usual login that connects it to a movement, if nothing unusual does.
    pub(crate) bridge: Option<Bridge>,
}

/// A usual login from a host that a movement reached to the source of a suspect.
pub(crate) struct Bridge {
    pub(crate) step: Step,
    pub(crate) from: Mark,
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
            window: Timestamp::from(window_hours) * HOUR,
            max_movements,
            max_hops,
        }
    }

    /// Whether the saved parts fit together.
    pub(crate) fn is_sound(&self) -> bool {
        self.live.iter().all(|(&serial, movement)| {
            movement.serial == serial
                && serial < self.next_serial
                && !movement.steps.is_empty()
                && movement
                    .steps
                    .iter()
                    .enumerate()
                    .all(|(at, step)| step.parent.is_none_or(|(parent, _)| (parent as usize) < at))
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

    /// Finds the movement that a login belongs to, or opens one; gives out nothing if the login is
    /// worth neither.
    ///
    /// A login is worth `-ln(p n)` nats, where `n` logins could have stood in its place by
    /// chance, and a movement is worth what its best path adds up to (Page's cumulative sum,
    /// Biometrika 41, 1954, along the paths of a tree).
    pub(crate) fn attach(&mut self, suspect: Suspect) -> Option<Attached> {
        let Suspect { mut step, rates, openings, step_cost, bridge } = suspect;
        let [account, source, _] = step.key;
        let places =
            Places { reached: &self.reached, left: &self.left, by_account: &self.by_account };
        let surprise = step.gain;
        let opening = surprise - openings.ln();
        let direct = candidates(&places, rates, account, source, step.time, self.window)
            .into_iter()
            .map(|(mark, kind, choices)| (mark, kind, choices, None));
        let bridged = bridge.map(|bridge| {
            let choices = bridge_choices(&bridge.from, rates.from_source, step.time);
            (bridge.from, LinkKind::Bridged, choices, Some(bridge.step))
        });
        let best = direct
            .chain(bridged)
            .filter_map(|(mark, kind, choices, bridge)| {
                let movement = self.live.get(&mark.movement)?;
                let gain = surprise - step_cost.ln() - choices.ln();
                let (base, value) = movement.worth(&step, &mark, kind, gain);
                Some((value, base, gain, mark, kind, bridge))
            })
            .reduce(|best, other| if other.0 > best.0 { other } else { best });
        match best {
            Some((value, base, gain, mark, kind, bridge)) if value > opening.max(0.0) => {
                step.gain = gain;
                step.base = base;
                step.value = value;
                self.follow(step, mark, kind, bridge)
            }
            _ if opening > 0.0 => {
                step.gain = opening;
                step.value = opening;
                Some(self.open(step))
            }
            _ => None,
        }
    }

    /// Adds a login to a movement, and the bridge to it if there is one.
    fn follow(
        &mut self,
        mut step: Step,
        mark: Mark,
        kind: LinkKind,
        bridge: Option<Step>,
    ) -> Option<Attached> {
        let movement = self.live.get_mut(&mark.movement)?;
        let before = movement.score;
        movement.last_time = movement.last_time.max(step.time);
        let attached = Attached { movement: mark.movement, before, kept: false, evicted: false };
        // The same login again is no news, and must not add up.
        let failed = step.outcome == Outcome::Failure;
        let again =
            |known: &Step| known.key == step.key && (known.outcome == Outcome::Failure) == failed;
        if movement.steps.iter().any(again) || movement.steps.len() + 1 >= self.max_hops {
            return Some(attached);
        }
        let parent = match bridge {
            Some(bridge) => movement.cross(bridge, mark.step),
            None => mark.step,
        };
        step.parent = Some((parent, kind));
        let at = movement.steps.len() as u32;
        let fan = movement.steps.iter().filter(|other| other.key[..2] == step.key[..2]).count();
        let mark = mark_of(&step, mark.movement, at, fan as u32 + 1);
        movement.steps.push(step);
        movement.rescore();
        self.mark(mark, failed);
        Some(Attached { kept: true, ..attached })
    }

    /// Hosts that movements reached since `since`, each with its newest mark.
    pub(crate) fn reached_since(&self, since: Timestamp) -> impl Iterator<Item = (Id, &Mark)> {
        self.reached.places_since(since)
    }

    /// Whether an account reached this host in a movement since `since`.
    pub(crate) fn has_reached(&self, account: Id, host: Id, since: Timestamp) -> bool {
        self.reached.since(host, since).any(|mark| mark.account == account)
    }

    pub(crate) fn window(&self) -> Timestamp {
        self.window
    }

    fn open(&mut self, step: Step) -> Attached {
        let evicted = self.live.len() >= self.max_movements && self.evict();
        let serial = self.next_serial;
        self.next_serial += 1;
        let mark = mark_of(&step, serial, 0, 1);
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
    fn mark(&mut self, (mark, destination): (Mark, Id), failed: bool) {
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
        let ended: Vec<u64> = self
            .live
            .values()
            .filter(|movement| movement.last_time < since)
            .map(|movement| movement.serial)
            .collect();
        ended.iter().filter_map(|serial| self.live.remove(serial)).collect()
    }

    /// Ends all movements.
    pub(crate) fn drain(&mut self) -> Vec<Movement> {
        std::mem::take(&mut self.live).into_values().collect()
    }
}

fn mark_of(step: &Step, movement: u64, at: u32, fan: u32) -> (Mark, Id) {
    let [account, source, destination] = step.key;
    (Mark { movement, step: at, time: step.time, account, source, fan }, destination)
}
