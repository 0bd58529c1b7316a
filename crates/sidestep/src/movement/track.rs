//! Follows the movements that are under way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fan::Fan;
use super::link::{Link, arrival, sibling};
use super::marks::{Mark, Marks};
use super::waiting::Waiting;
use super::{Attached, Movement, Step, Suspect, Weighed, id_of};
use crate::event::{LogonType, Outcome, Timestamp};
use crate::held_back::LISTED;
use crate::intern::Id;
use crate::rules::TICKET_LIFETIME;
use crate::time::{HOUR, MINUTE, day_of};

/// One in so many movements is given up where there is no room for another.
const GIVEN_UP: usize = 16;
/// How soon after its logon over the network a remote desktop opens.
const DESKTOP_FOLLOWS: Timestamp = 2 * MINUTE;

/// The movements under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Movements {
    live: BTreeMap<u64, Movement>,
    next_serial: u64,
    reached: Marks,
    left: Marks,
    waiting: Waiting,
    /// Movements that were given up for room though rules found enough of them to be shown.
    given_up: Vec<Movement>,
    /// How many more there were than are kept.
    given_up_more: u64,
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
            waiting: Waiting::default(),
            given_up: Vec::new(),
            given_up_more: 0,
            window: Timestamp::from(window_hours) * HOUR,
            max_movements,
            max_hops,
        }
    }

    /// Whether the saved parts fit together.
    pub(crate) fn is_sound(&self) -> bool {
        let is_kept = |mark: &Mark| {
            self.live
                .get(&mark.movement)
                .is_none_or(|movement| (mark.step as usize) < movement.steps.len())
        };
        self.reached.all().chain(self.left.all()).all(is_kept)
            && self.live.iter().all(|(&serial, movement)| {
                movement.serial == serial && serial < self.next_serial && movement.is_sound()
            })
            && self.given_up.iter().all(Movement::is_sound)
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

    /// Finds the movement that a login belongs to, or opens one; a failed login opens none.
    ///
    /// A login that left from a host which a movement reached follows from that arrival; else one
    /// by the same account from the same source as an earlier one follows from that.
    pub(crate) fn attach(&mut self, mut suspect: Suspect) -> Option<Attached> {
        let failed = suspect.step.outcome == Outcome::Failure;
        if !failed {
            for weighed in self.waiting.take(suspect.step.key, suspect.step.time) {
                suspect.prove(weighed);
            }
        }
        let Suspect { mut step, alone, rate, leaving } = suspect;
        if !failed
            && !step.asks
            && let Some(asked) = self.ticket_of(&step)
        {
            return self.used(asked, step);
        }
        if alone {
            return Some(self.open(step));
        }
        let [account, source, _] = step.key;
        let since = step.time - self.window;
        let alive = |link: &Link| self.live.contains_key(&link.mark.movement);
        let sibling = sibling(&self.left, account, source, step.time, since).filter(alive);
        let link = match sibling {
            Some(link) if self.is_wide(&link.mark) => Some(link),
            _ => {
                let explains = |mark: &Mark| self.explains(mark, &step, leaving);
                arrival(&self.reached, account, source, step.time, since, rate, explains)
                    .or(sibling)
            }
        };
        let Some(link) = link else {
            return (!failed).then(|| self.open_marked(step));
        };
        let movement = self.live.get_mut(&link.mark.movement)?;
        movement.last_time = movement.last_time.max(step.time);
        let attached = Attached::to(movement.serial, movement.score);
        if failed {
            movement.failed = movement.failed.saturating_add(1);
            return Some(attached);
        }
        // The same login again is no news, and must not add up; another act of the same account is shown.
        let mut known = movement.steps.iter().rev().filter(|known| known.key == step.key);
        if let Some(known) = known.next()
            && !(step.is_only_found() && known.is_another_act(step.time))
        {
            return Some(attached);
        }
        if movement.steps.len() >= self.max_hops {
            return Some(Attached { full: true, ..attached });
        }
        step.parent = Some(link.mark.step);
        step.linked = link.gain();
        step.gain += step.linked;
        let at = movement.steps.len() as u32;
        movement.steps.push(step);
        movement.rescore();
        self.mark(attached.movement, at);
        Some(self.split(Attached { kept: true, ..attached }, at))
    }

    /// The request for a ticket that a login was made with, where one belongs to a movement that
    /// does not know the login yet.
    fn ticket_of(&self, step: &Step) -> Option<Mark> {
        let [account, source, _] = step.key;
        let since = step.time - TICKET_LIFETIME;
        let link = sibling(&self.left, account, source, step.time, since)?;
        let steps = &self.live.get(&link.mark.movement)?.steps;
        let is_new = steps.iter().all(|known| known.key != step.key);
        (is_new && steps.get(link.mark.step as usize)?.asks).then_some(link.mark)
    }

    /// Puts a login in the place of the request for its ticket, with what was found of that.
    fn used(&mut self, asked: Mark, mut step: Step) -> Option<Attached> {
        let movement = self.live.get_mut(&asked.movement)?;
        let (before, place) = (movement.score, movement.steps.get_mut(asked.step as usize)?);
        for contribution in place.evidence.drain(..) {
            // Of several findings only the strongest has nats.
            let held = if contribution.surprise > 0.0 { place.held } else { 0.0 };
            step.prove(Weighed { contribution, held });
        }
        step.parent = place.parent;
        step.linked = place.linked;
        step.gain += step.linked;
        let controller = std::mem::replace(place, step).key[2];
        movement.last_time = movement.last_time.max(place.time);
        movement.rescore();
        self.reached.remove(controller, asked);
        self.mark(asked.movement, asked.step);
        Some(Attached { kept: true, ..Attached::to(asked.movement, before) })
    }

    /// Whether a mark may be of what led to a login, where `leaving` odd logins a day leave a host.
    fn explains(&self, mark: &Mark, step: &Step, leaving: f64) -> bool {
        let Some(movement) = self.live.get(&mark.movement) else { return false };
        let asks = movement.steps.get(mark.step as usize).is_some_and(|step| step.asks);
        !asks
            && !movement.is_wide(mark.step)
            && (mark.account == step.key[0] || movement.goes_on(step.time, leaving))
    }

    /// Whether a mark is of a wide fan.
    fn is_wide(&self, mark: &Mark) -> bool {
        self.live.get(&mark.movement).is_some_and(|movement| movement.is_wide(mark.step))
    }

    /// Makes the fan of a new step a movement of its own where it is wide and not alone.
    fn split(&mut self, attached: Attached, at: u32) -> Attached {
        let Some(trunk) = self.live.get_mut(&attached.movement) else { return attached };
        let fan = if trunk.is_wide(at) { trunk.take_fan(at) } else { None };
        let Some(Fan { mut steps, places }) = fan else { return attached };
        let first = steps.remove(0);
        let opened = self.open(first);
        if let Some(fan) = self.live.get_mut(&opened.movement) {
            fan.last_time = steps.iter().map(|step| step.time).fold(fan.last_time, i64::max);
            fan.steps.append(&mut steps);
            fan.rescore();
        }
        for mark in self.reached.all_mut().chain(self.left.all_mut()) {
            if mark.movement == attached.movement
                && let Some(&(is_taken, step)) = places.get(mark.step as usize)
            {
                mark.step = step;
                if is_taken {
                    mark.movement = opened.movement;
                }
            }
        }
        Attached { split: Some(attached.movement), ..opened }
    }

    /// Adds a rule's evidence to the newest login of `account` that reached `destination`; where the
    /// account is not known, to the newest from `source`, and where that is not known either, of anybody.
    /// What `opens` movements by itself is an act of its own, and no part of another that only rules saw
    /// more than an hour before.
    pub(crate) fn strengthen(
        &mut self,
        account: Option<Id>,
        source: Option<Id>,
        destination: Id,
        time: Timestamp,
        weighed: &Weighed,
        opens: bool,
    ) -> Option<Attached> {
        let since = time - self.window;
        let is_of = |mark: &Mark| {
            let step = self.live.get(&mark.movement)?.steps.get(mark.step as usize)?;
            Some(match (account, source) {
                (Some(account), _) => mark.account == account,
                (None, Some(source)) => step.key[1] == source,
                (None, None) => true,
            })
        };
        let mut reached = self.reached.since(destination, since);
        let mark = reached.find(|mark| is_of(mark) == Some(true))?;
        let movement = self.live.get_mut(&mark.movement)?;
        let before = movement.score;
        let step = movement.steps.get_mut(mark.step as usize)?;
        if opens && step.is_only_found() && step.is_another_act(time) {
            return None;
        }
        step.prove(weighed.clone());
        if weighed.contribution.surprise > 0.0 {
            movement.last_time = movement.last_time.max(time);
            movement.rescore();
        }
        let kept = movement.score > before;
        Some(Attached { kept, ..Attached::to(movement.serial, before) })
    }

    /// Keeps what was found of a ticket for the login that it is used for: at `destination`, or of
    /// a granting ticket anywhere.
    pub(crate) fn wait(
        &mut self,
        [account, source]: [Id; 2],
        destination: Option<Id>,
        time: Timestamp,
        weighed: Weighed,
    ) {
        self.waiting.keep([account, source], destination, time, weighed);
    }

    /// Opens a movement that later logins may follow from.
    fn open_marked(&mut self, step: Step) -> Attached {
        let attached = self.open(step);
        self.mark(attached.movement, 0);
        attached
    }

    fn open(&mut self, step: Step) -> Attached {
        let evicted = if self.live.len() < self.max_movements { 0 } else { self.evict() };
        let serial = self.next_serial;
        self.next_serial += 1;
        let mut movement = Movement {
            serial,
            id: id_of(&step, serial),
            opened: day_of(step.time),
            last_time: step.time,
            score: 0.0,
            proven: 0.0,
            held: 0.0,
            told: 0.0,
            told_led: 0.0,
            detected_at: None,
            by_detections: false,
            failed: 0,
            steps: vec![step],
        };
        movement.rescore();
        self.live.insert(serial, movement);
        Attached { kept: true, evicted, ..Attached::to(serial, 0.0) }
    }

    /// The login over the network that was just a step opened a remote desktop: Windows tells of both,
    /// and the second is no new way.
    pub(crate) fn became_desktop(&mut self, key: [Id; 3], time: Timestamp) {
        let mark = self.reached.since(key[2], time - DESKTOP_FOLLOWS);
        for mark in mark.filter(|mark| mark.account == key[0]) {
            let steps = self.live.get_mut(&mark.movement).map(|movement| &mut movement.steps);
            if let Some(step) = steps.and_then(|steps| steps.get_mut(mark.step as usize))
                && step.key == key
            {
                step.logon_type = LogonType::RemoteInteractive;
            }
        }
    }

    /// Leaves a mark at the places of a step.
    fn mark(&mut self, movement: u64, at: u32) {
        let Some(step) = self.live.get(&movement).and_then(|m| m.steps.get(at as usize)) else {
            return;
        };
        let [account, source, destination] = step.key;
        let mark = Mark { movement, step: at, time: step.time, account };
        self.reached.push(destination, mark);
        self.left.push(source, mark);
    }

    /// Gives up the weakest movements, those that were alerted on last: a share of all at a time, so
    /// that a flood of odd logins costs no search through all of them for each. Gives out how many.
    fn evict(&mut self) -> u64 {
        let mut order: Vec<&Movement> = self.live.values().collect();
        let count = order.len().div_ceil(GIVEN_UP);
        let weaker = |a: &&Movement, b: &&Movement| {
            let alerted = a.detected_at.is_some().cmp(&b.detected_at.is_some());
            alerted.then(a.score.total_cmp(&b.score)).then(a.serial.cmp(&b.serial))
        };
        order.select_nth_unstable_by(count - 1, weaker);
        let weakest: Vec<u64> = order[..count].iter().map(|movement| movement.serial).collect();
        let given_up = weakest.iter().filter_map(|serial| self.live.remove(serial));
        self.given_up.extend(given_up.filter(Movement::is_unseen));
        // Whoever floods the engine must not fill its memory with what it gives up.
        self.given_up_more += self.given_up.len().saturating_sub(LISTED) as u64;
        self.given_up.truncate(LISTED);
        count as u64
    }

    /// Ends the movements that nothing was added to for a whole window.
    pub(crate) fn expire(&mut self, now: Timestamp) -> Vec<Movement> {
        let since = now - self.window;
        self.reached.forget(since);
        self.left.forget(since);
        self.waiting.forget(now);
        let ended: Vec<u64> = self
            .live
            .values()
            .filter(|movement| movement.last_time < since)
            .map(|movement| movement.serial)
            .collect();
        ended.iter().filter_map(|serial| self.live.remove(serial)).collect()
    }

    /// Holds what rules found of every movement that nobody was shown to how often the network has the
    /// like.
    pub(crate) fn hold(&mut self) {
        for movement in self.live.values_mut().filter(|movement| movement.detected_at.is_none()) {
            movement.steps.iter_mut().for_each(Step::hold);
            movement.rescore();
        }
    }

    /// What was given up for room since this was asked last, though rules found enough of it, and
    /// how many more there were than are kept.
    pub(crate) fn take_given_up(&mut self) -> (Vec<Movement>, u64) {
        (std::mem::take(&mut self.given_up), std::mem::take(&mut self.given_up_more))
    }

    /// Ends all movements.
    pub(crate) fn drain(&mut self) -> Vec<Movement> {
        std::mem::take(&mut self.live).into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::Contribution;

    fn suspect(account: Id, gain: f64) -> Suspect {
        Suspect::of_test([account, 2 * account, 2 * account + 1], 0, gain, 0.0)
    }

    #[test]
    fn the_weakest_are_given_up_and_the_alerted_last() {
        let mut movements = Movements::new(24, 64, 8);
        let mut given_up = 0;
        for account in 0..1000 {
            let attached =
                movements.attach(suspect(account, f64::from(account))).expect("it opens");
            given_up += attached.evicted;
            assert!(movements.iter().count() <= 64);
            if account < 100 {
                movements.get_mut(attached.movement).expect("it is there").detected_at = Some(0);
            }
        }
        assert_eq!(given_up as usize + movements.iter().count(), 1000);
        let weakest_alerted =
            movements.iter().map(|movement| movement.score).min_by(f64::total_cmp);
        assert!(weakest_alerted.is_some_and(|score| score < 100.0), "the others went first");
        let strongest = movements.iter().map(|movement| movement.score).max_by(f64::total_cmp);
        assert_eq!(strongest, Some(999.0));
    }

    #[test]
    fn what_one_detection_sees_is_shown_once_for_each_technique() {
        let mut movements = Movements::new(24, 64, 8);
        let attached = movements.attach(suspect(1, 5.0)).expect("it opens");
        let mut found = |observed: &str| {
            let contribution = Contribution {
                name: "dcom_wmi".to_owned(),
                surprise: 4.0,
                observed: observed.to_owned(),
                expected: String::new(),
            };
            let weighed = Weighed { contribution, held: 4.0 };
            movements.strengthen(Some(1), None, 3, 1, &weighed, true);
            movements.get(attached.movement).map(|movement| movement.steps[0].evidence.len())
        };
        assert_eq!(found("wmiprvse.exe started cmd.exe"), Some(1));
        assert_eq!(found("wmiprvse.exe started net.exe"), Some(1), "the same technique");
        assert_eq!(found("svchost.exe started excel.exe"), Some(2), "another");
    }

    #[test]
    fn what_nobody_is_named_for_belongs_to_a_login_from_the_same_source() {
        let mut movements = Movements::new(24, 64, 8);
        let attached = movements.attach(suspect(1, 5.0)).expect("it opens");
        let (source, destination) = (2, 3);
        let rule = Weighed {
            contribution: Contribution {
                name: "dcom_wmi".to_owned(),
                surprise: 4.0,
                observed: String::new(),
                expected: String::new(),
            },
            held: 4.0,
        };
        let mut prove = |account, source| {
            let strong = movements.strengthen(account, source, destination, 1, &rule, true);
            strong.map(|strong| strong.movement)
        };
        assert_eq!(prove(None, Some(9)), None, "another came from elsewhere");
        assert_eq!(prove(Some(7), Some(source)), None, "another's");
        assert_eq!(prove(None, Some(source)), Some(attached.movement));
        assert_eq!(prove(None, None), Some(attached.movement));
    }
}
