//! Follows the movements that are under way.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fan::Fan;
use super::link::{Link, arrival, sibling};
use super::marks::{Mark, Marks};
use super::waiting::Waiting;
use super::{Movement, Step, id_of};
use crate::alert::Contribution;
use crate::event::{LogonType, Outcome, Timestamp};
use crate::intern::Id;
use crate::prove::OPENS;
use crate::rules::TICKET_LIFETIME;
use crate::time::{HOUR, MINUTE, day_of};

/// One in so many movements is given up where there is no room for another.
const GIVEN_UP: usize = 16;
/// How soon after its logon over the network a remote desktop opens.
const DESKTOP_FOLLOWS: Timestamp = 2 * MINUTE;

/// A login odd enough to belong to a movement.
pub(crate) struct Suspect {
    /// The login; its gain is that of the login alone.
    pub(crate) step: Step,
    /// Whether it is too common to belong to a movement, and is shown alone if at all.
    pub(crate) alone: bool,
    /// Odd logins a day that reach its source.
    pub(crate) rate: f64,
    /// Odd logins a day that leave a host here.
    pub(crate) leaving: f64,
}

impl Suspect {
    /// A login that succeeded over the network, for tests.
    #[cfg(test)]
    pub(crate) fn of_test(key: [Id; 3], time: Timestamp, gain: f64, proven: f64) -> Self {
        let step = Step {
            key,
            time,
            user: "admin@CORP".to_owned(),
            src_host: "WS-9".to_owned(),
            dst_host: "SRV".to_owned(),
            outcome: Outcome::Success,
            auth_protocol: crate::event::AuthProtocol::Kerberos,
            logon_type: LogonType::Network,
            raw_ref: None,
            surprise: gain,
            evidence: Vec::new(),
            parent: None,
            gain,
            proven,
            linked: 0.0,
            asks: false,
        };
        Self { step, alone: false, rate: 0.1, leaving: 0.1 }
    }

    /// Takes a rule's evidence of this login in; what is telling by itself belongs to a movement.
    pub(crate) fn prove(&mut self, contribution: Contribution) {
        self.alone &= contribution.surprise < OPENS;
        self.step.prove(contribution);
    }
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
    /// Movements that had to be given up to make room.
    pub(crate) evicted: u64,
    /// Whether the login was not kept because its movement is full.
    pub(crate) full: bool,
    /// The movement that it was in, and that one's score before, where it made a wide fan.
    pub(crate) split: Option<(u64, f64)>,
}

/// The movements under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Movements {
    live: BTreeMap<u64, Movement>,
    next_serial: u64,
    reached: Marks,
    left: Marks,
    waiting: Waiting,
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
                movement.serial == serial
                    && serial < self.next_serial
                    && !movement.steps.is_empty()
                    && movement
                        .steps
                        .iter()
                        .enumerate()
                        .all(|(at, step)| step.parent.is_none_or(|parent| (parent as usize) < at))
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

    /// Finds the movement that a login belongs to, or opens one; a failed login opens none.
    ///
    /// A login that left from a host which a movement reached follows from that arrival; else one
    /// by the same account from the same source as an earlier one follows from that.
    pub(crate) fn attach(&mut self, mut suspect: Suspect) -> Option<Attached> {
        for contribution in self.waiting.take(suspect.step.key, suspect.step.time) {
            suspect.prove(contribution);
        }
        let Suspect { mut step, alone, rate, leaving } = suspect;
        if !step.asks
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
                    .filter(alive)
                    .or(sibling)
            }
        };
        let Some(link) = link else {
            return (step.outcome != Outcome::Failure).then(|| self.open_marked(step));
        };
        let movement = self.live.get_mut(&link.mark.movement)?;
        let before = movement.score;
        movement.last_time = movement.last_time.max(step.time);
        let attached = Attached {
            movement: movement.serial,
            before,
            kept: false,
            evicted: 0,
            full: false,
            split: None,
        };
        if step.outcome == Outcome::Failure {
            movement.failed = movement.failed.saturating_add(1);
            return Some(attached);
        }
        // The same login again is no news, and must not add up.
        if movement.steps.iter().any(|known| known.key == step.key) {
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

    /// The request for a ticket that a login was made with, where one belongs to a movement.
    fn ticket_of(&self, step: &Step) -> Option<Mark> {
        let [account, source, _] = step.key;
        let since = step.time - TICKET_LIFETIME;
        let link = sibling(&self.left, account, source, step.time, since)?;
        let asked = self.live.get(&link.mark.movement)?.steps.get(link.mark.step as usize)?;
        asked.asks.then_some(link.mark)
    }

    /// Puts a login in the place of the request for its ticket, with what was found of that.
    fn used(&mut self, asked: Mark, mut step: Step) -> Option<Attached> {
        let movement = self.live.get_mut(&asked.movement)?;
        let (before, place) = (movement.score, movement.steps.get_mut(asked.step as usize)?);
        for contribution in place.evidence.drain(..) {
            step.prove(contribution);
        }
        step.parent = place.parent;
        step.linked = place.linked;
        step.gain += step.linked;
        let controller = std::mem::replace(place, step).key[2];
        movement.last_time = movement.last_time.max(place.time);
        movement.rescore();
        self.reached.remove(controller, asked);
        self.mark(asked.movement, asked.step);
        let (movement, evicted) = (asked.movement, 0);
        Some(Attached { movement, before, kept: true, evicted, full: false, split: None })
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
        Attached { split: Some((attached.movement, attached.before)), ..opened }
    }

    /// Adds a rule's evidence to the newest login of `account` that reached `destination`; where the
    /// account is not known, to the newest from `source`, and where that is not known either, of anybody.
    pub(crate) fn strengthen(
        &mut self,
        account: Option<Id>,
        source: Option<Id>,
        destination: Id,
        time: Timestamp,
        contribution: &Contribution,
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
        movement.steps.get_mut(mark.step as usize)?.prove(contribution.clone());
        if contribution.surprise > 0.0 {
            movement.last_time = movement.last_time.max(time);
            movement.rescore();
        }
        Some(Attached {
            movement: movement.serial,
            before,
            kept: movement.score > before,
            evicted: 0,
            full: false,
            split: None,
        })
    }

    /// Keeps what was found of a ticket for the login that it is used for: at `destination`, or of
    /// a granting ticket anywhere.
    pub(crate) fn wait(
        &mut self,
        [account, source]: [Id; 2],
        destination: Option<Id>,
        time: Timestamp,
        contribution: Contribution,
    ) {
        self.waiting.keep([account, source], destination, time, contribution);
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
            told_led: 0.0,
            detected_at: None,
            failed: 0,
            steps: vec![step],
        };
        movement.rescore();
        self.live.insert(serial, movement);
        Attached { movement: serial, before: 0.0, kept: true, evicted, full: false, split: None }
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
        for serial in &weakest {
            self.live.remove(serial);
        }
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

    /// Ends all movements.
    pub(crate) fn drain(&mut self) -> Vec<Movement> {
        std::mem::take(&mut self.live).into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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

    /// Logins one after the other, a minute apart: who, from where, to where.
    fn attached(movements: &mut Movements, logins: &[[Id; 3]], first: Timestamp) -> Vec<Attached> {
        let times = (0..).map(|at| first + at * MINUTE);
        let one = logins.iter().zip(times).map(|(&key, time)| {
            movements.attach(Suspect::of_test(key, time, 5.0, 0.0)).expect("it belongs somewhere")
        });
        one.collect()
    }

    #[test]
    fn a_wide_fan_is_a_movement_of_its_own_and_explains_nothing() {
        let mut movements = Movements::new(36, 64, 64);
        let path = attached(&mut movements, &[[1, 10, 11], [1, 11, 12], [2, 12, 13]], 0);
        let trunk = path[0].movement;
        let patches: Vec<[Id; 3]> = (0..20).map(|host| [3, 12, 100 + host]).collect();
        let narrow = attached(&mut movements, &patches[..15], 5 * MINUTE);
        assert!(narrow.iter().all(|one| one.movement == trunk && one.split.is_none()));
        let grown = movements.get(trunk).expect("it is live").score;
        let wide = attached(&mut movements, &patches[15..], 20 * MINUTE);
        let fan = wide[0].movement;
        assert_eq!(wide[0].split, Some((trunk, grown)));
        assert!(wide.iter().all(|one| one.movement == fan) && fan != trunk);
        let of = |serial| movements.get(serial).map(|movement| movement.steps.len());
        assert_eq!((of(trunk), of(fan)), (Some(3), Some(20)));
        assert!(movements.get(trunk).expect("it is live").score < grown);
        assert!(movements.is_sound());
        let alone = 5.0;
        assert!((movements.get(fan).expect("it is live").score - alone).abs() < 1e-9);
        // The path goes on where it was, and a host of the fan is left for reasons of its own.
        let later = attached(&mut movements, &[[2, 13, 14], [4, 105, 15]], 30 * MINUTE);
        assert_eq!(later[0].movement, trunk);
        assert_ne!(later[1].movement, fan);
        assert_eq!(movements.get(trunk).expect("it is live").steps[3].parent, Some(2));
    }

    #[test]
    fn a_login_takes_the_place_of_the_request_for_its_ticket() {
        let mut movements = Movements::new(36, 64, 64);
        let controller = 50;
        let mut request = Suspect::of_test([1, 10, controller], 0, 4.0, 4.0);
        request.step.asks = true;
        request.step.evidence.push(Contribution {
            name: "overpass_the_hash".to_owned(),
            surprise: 4.0,
            observed: String::new(),
            expected: String::new(),
        });
        let asked = movements.attach(request).expect("it opens").movement;
        let id = movements.get(asked).expect("it is live").id;
        let elsewhere = attached(&mut movements, &[[2, controller, 60]], MINUTE);
        assert_ne!(elsewhere[0].movement, asked, "who asks does not reach the controller");
        let login = attached(&mut movements, &[[1, 10, 11]], 2 * MINUTE);
        assert_eq!((login[0].movement, login[0].before, login[0].kept), (asked, 4.0, true));
        let movement = movements.get(asked).expect("it is live");
        assert_eq!((movement.steps.len(), movement.steps[0].key), (1, [1, 10, 11]));
        assert_eq!((movement.score, movement.proven, movement.id), (9.0, 4.0, id));
        let next = attached(&mut movements, &[[1, 11, 12], [1, 10, 13]], 3 * MINUTE);
        assert!(next.iter().all(|one| one.movement == asked));
        assert!(movements.is_sound());
    }

    #[test]
    fn what_was_found_of_a_ticket_waits_for_its_login() {
        let found = |name: &str| Contribution {
            name: name.to_owned(),
            surprise: 0.0,
            observed: String::new(),
            expected: String::new(),
        };
        let mut movements = Movements::new(36, 64, 64);
        movements.wait([1, 10], Some(11), 0, found("pass_the_ticket"));
        movements.wait([1, 10], None, 0, found("overpass_the_hash"));
        movements.wait([2, 20], Some(21), 0, found("pass_the_ticket"));
        let mut names = |key, time| -> Vec<String> {
            let login = attached(&mut movements, &[key], time)[0];
            let movement = movements.get(login.movement).expect("it is live");
            let step = movement.steps.iter().find(|step| step.key == key).expect("it is kept");
            step.evidence.iter().map(|evidence| evidence.name.clone()).collect()
        };
        assert!(names([1, 30, 11], 0).is_empty(), "from elsewhere");
        assert_eq!(names([1, 10, 11], MINUTE), ["pass_the_ticket", "overpass_the_hash"]);
        assert!(names([1, 10, 12], MINUTE).is_empty(), "they are taken");
        assert!(names([2, 20, 21], HOUR).is_empty(), "much later");
    }

    #[test]
    fn whoever_leaves_a_host_long_after_a_quick_path_came_is_another() {
        let mut movements = Movements::new(36, 64, 64);
        let path: Vec<[Id; 3]> = (0..8).map(|at| [1 + at % 2, 10 + at, 11 + at]).collect();
        let quick = attached(&mut movements, &path, 0);
        assert!(quick.iter().all(|one| one.movement == quick[0].movement));
        let serial = |key, time| {
            let mut movements = movements.clone();
            attached(&mut movements, &[key], time)[0].movement
        };
        assert_eq!(serial([9, 15, 40], 20 * MINUTE), quick[0].movement, "soon, another goes on");
        assert_ne!(serial([9, 15, 40], 20 * HOUR), quick[0].movement, "late, another is another");
        assert_eq!(serial([1, 15, 40], 20 * HOUR), quick[0].movement, "late, but the same");
    }

    #[test]
    fn what_nobody_is_named_for_belongs_to_a_login_from_the_same_source() {
        let mut movements = Movements::new(24, 64, 8);
        let attached = movements.attach(suspect(1, 5.0)).expect("it opens");
        let (source, destination) = (2, 3);
        let rule = Contribution {
            name: "dcom_wmi".to_owned(),
            surprise: 4.0,
            observed: String::new(),
            expected: String::new(),
        };
        let mut prove = |account, source| {
            let strong = movements.strengthen(account, source, destination, 1, &rule);
            strong.map(|strong| strong.movement)
        };
        assert_eq!(prove(None, Some(9)), None, "another came from elsewhere");
        assert_eq!(prove(Some(7), Some(source)), None, "another's");
        assert_eq!(prove(None, Some(source)), Some(attached.movement));
        assert_eq!(prove(None, None), Some(attached.movement));
    }
}
