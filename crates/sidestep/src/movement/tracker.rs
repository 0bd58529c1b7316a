//! Follows the movements that are under way.

mod room;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use room::{hop_bytes, reason_bytes};

use super::fan::Fan;
use super::link::{Link, arrival, sibling};
use super::pending_tickets::PendingTickets;
use super::recent_hops::{HopRef, RecentHops};
use super::{Attached, Candidate, Hop, Movement, RuleEvidence, id_of};
use crate::config::Config;
use crate::event::{LogonType, Outcome};
use crate::store::{Id, MAX_COUNT, Portion, heap, sum_counts};
use crate::time::{HOUR, Micros, day_of};
use crate::tuning::detections::pass_the_ticket::LIFETIME as TICKET_LIFETIME;
use crate::tuning::held_back::LISTED;
use crate::tuning::tracker::DESKTOP_FOLLOWS;

/// The movements under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Tracker {
    live: BTreeMap<u64, Movement>,
    next_serial: u64,
    reached: RecentHops,
    left: RecentHops,
    waiting: PendingTickets,
    /// Movements that were given up for room though rules found enough of them to be shown.
    given_up: Vec<Movement>,
    /// How many more there were than are kept.
    given_up_more: u64,
    counts: TrackerCounts,
    window: Micros,
    max_movements: usize,
    max_hops: usize,
    /// Bytes of the movements under way when they were counted last, and at most as many as came since.
    counted_bytes: usize,
    added_bytes: usize,
    /// How many bytes there may be where memory is limited.
    #[serde(skip)]
    most_bytes: Option<usize>,
    /// Which part of [`LISTED`] may be kept of what was given up.
    #[serde(skip)]
    portion: Portion,
}

heap! {
    Tracker { live, reached, left, waiting, given_up, portion }
}

/// What the tracker did, of all time.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct TrackerCounts {
    /// Movements opened.
    pub(crate) opened: u64,
    /// Movements given up early to stay within the bound.
    pub(crate) evicted: u64,
    /// Hops not kept because their movement was full.
    pub(crate) dropped_hops: u64,
}

impl TrackerCounts {
    fn is_sound(&self) -> bool {
        self.opened.max(self.evicted).max(self.dropped_hops) <= MAX_COUNT
    }
}

impl Tracker {
    pub(crate) fn new(config: &Config) -> Self {
        let bounds = config.bounds();
        Self {
            counts: TrackerCounts::default(),
            live: BTreeMap::new(),
            next_serial: 0,
            reached: RecentHops::default(),
            left: RecentHops::default(),
            waiting: PendingTickets::default(),
            given_up: Vec::new(),
            given_up_more: 0,
            window: Micros::from(config.window_hours) * HOUR,
            max_movements: config.max_movements,
            max_hops: bounds.portion().of(config.max_hops),
            counted_bytes: 0,
            added_bytes: 0,
            most_bytes: bounds.movements(),
            portion: Portion::default(),
        }
    }

    /// This, which follows nothing yet, with the counts of two parts of a stream. Movements under way are given up;
    /// those to come have other numbers than any before.
    pub(crate) fn joined(mut self, [a, b]: [Self; 2]) -> Self {
        self.next_serial = a.next_serial.max(b.next_serial);
        self.counts = TrackerCounts {
            opened: sum_counts(a.counts.opened, b.counts.opened),
            evicted: sum_counts(a.counts.evicted, b.counts.evicted),
            dropped_hops: sum_counts(a.counts.dropped_hops, b.counts.dropped_hops),
        };
        self
    }

    /// The same with what was saved.
    pub(crate) fn with_saved(self, saved: Self) -> Self {
        Self { most_bytes: self.most_bytes, ..saved }
    }

    /// Whether the saved parts fit together, and with the settings.
    pub(crate) fn is_sound(&self, config: &Config) -> bool {
        let empty = Self::new(config);
        let bounds = (self.window, self.max_movements, self.max_hops);
        if bounds != (empty.window, empty.max_movements, empty.max_hops)
            || self.live.len() > self.max_movements
            || self.given_up.len() > LISTED
            || self.next_serial > MAX_COUNT
            || self.given_up_more > MAX_COUNT
            || self.counted_bytes.max(self.added_bytes) as u64 > MAX_COUNT
            || !self.counts.is_sound()
        {
            return false;
        }
        self.is_consistent()
    }

    /// Whether every mark points to a hop, and every hop to one before it.
    pub(super) fn is_consistent(&self) -> bool {
        let is_kept = |mark: &HopRef| {
            self.live
                .get(&mark.movement)
                .is_none_or(|movement| (mark.hop as usize) < movement.hops.len())
        };
        self.reached.all().chain(self.left.all()).all(is_kept)
            && self.live.iter().all(|(&serial, movement)| {
                movement.serial == serial && serial < self.next_serial && movement.is_sound()
            })
            && self.given_up.iter().all(Movement::is_sound)
    }

    /// What it did, of all time.
    pub(crate) const fn counts(&self) -> TrackerCounts {
        self.counts
    }

    /// With these bounds, for tests.
    #[cfg(test)]
    pub(super) fn of_test(max_movements: usize, max_hops: usize) -> Self {
        let config = Config::builder().window_hours(36).max_movements(max_movements);
        Self::new(&config.max_hops(max_hops).build().expect("it is in order"))
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
    pub(crate) fn attach(&mut self, mut candidate: Candidate) -> Option<Attached> {
        let failed = candidate.hop.outcome == Outcome::Failure;
        if !failed {
            for evidence in self.waiting.take(candidate.hop.key, candidate.hop.time) {
                candidate.add_evidence(evidence);
            }
        }
        let Candidate { mut hop, alone, rate, leaving } = candidate;
        if !failed
            && !hop.asks
            && let Some(asked) = self.ticket_of(&hop)
        {
            return self.used(asked, hop);
        }
        if alone {
            return Some(self.open(hop));
        }
        let [account, source, _] = hop.key;
        let since = hop.time - self.window;
        let alive = |link: &Link| self.live.contains_key(&link.mark.movement);
        let sibling = sibling(&self.left, account, source, hop.time, since).filter(alive);
        let link = match sibling {
            Some(link) if self.is_wide(&link.mark) => Some(link),
            _ => {
                let explains = |mark: &HopRef| self.explains(mark, &hop, leaving);
                arrival(&self.reached, account, source, hop.time, since, rate, explains).or(sibling)
            }
        };
        let Some(link) = link else {
            return (!failed).then(|| self.open_marked(hop));
        };
        let movement = self.live.get_mut(&link.mark.movement)?;
        movement.last_time = movement.last_time.max(hop.time);
        let serial = movement.serial;
        if failed {
            movement.failed = movement.failed.saturating_add(1);
            return Some(Attached::to(serial));
        }
        // The same login again is no news, and must not add up; another act of the same account is shown.
        let mut known = movement.hops.iter().rev().filter(|known| known.key == hop.key);
        if let Some(known) = known.next()
            && !(hop.is_only_found() && known.is_another_act(hop.time))
        {
            return Some(Attached::to(serial));
        }
        if movement.hops.len() >= self.max_hops {
            self.counts.dropped_hops += 1;
            return Some(Attached::to(serial));
        }
        hop.parent = Some(link.mark.hop);
        hop.linked = link.gain();
        hop.gain += hop.linked;
        let at = movement.hops.len() as u32;
        let added = hop_bytes(&hop);
        movement.hops.push(hop);
        movement.rescore();
        self.note_added(added);
        self.mark(serial, at);
        Some(self.split(serial, at))
    }

    /// The request for a ticket that a login was made with, where one belongs to a movement that
    /// does not know the login yet.
    fn ticket_of(&self, hop: &Hop) -> Option<HopRef> {
        let [account, source, _] = hop.key;
        let since = hop.time - TICKET_LIFETIME;
        let link = sibling(&self.left, account, source, hop.time, since)?;
        let hops = &self.live.get(&link.mark.movement)?.hops;
        let is_new = hops.iter().all(|known| known.key != hop.key);
        (is_new && hops.get(link.mark.hop as usize)?.asks).then_some(link.mark)
    }

    /// Puts a login in the place of the request for its ticket, with what was found of that.
    fn used(&mut self, asked: HopRef, mut hop: Hop) -> Option<Attached> {
        let movement = self.live.get_mut(&asked.movement)?;
        let place = movement.hops.get_mut(asked.hop as usize)?;
        for reason in place.evidence.drain(..) {
            // Of several findings only the strongest has nats.
            let held = if reason.surprise > 0.0 { place.held } else { 0.0 };
            hop.add_evidence(RuleEvidence { reason, held });
        }
        hop.parent = place.parent;
        hop.linked = place.linked;
        hop.gain += hop.linked;
        let controller = std::mem::replace(place, hop).key[2];
        movement.last_time = movement.last_time.max(place.time);
        movement.rescore();
        self.reached.remove(controller, asked);
        self.mark(asked.movement, asked.hop);
        Some(Attached::raised(asked.movement))
    }

    /// Whether a mark may be of what led to a login, where `leaving` odd logins a day leave a host.
    fn explains(&self, mark: &HopRef, hop: &Hop, leaving: f64) -> bool {
        let Some(movement) = self.live.get(&mark.movement) else { return false };
        let asks = movement.hops.get(mark.hop as usize).is_some_and(|hop| hop.asks);
        !asks
            && !movement.is_wide(mark.hop)
            && (mark.account == hop.key[0] || movement.goes_on(hop.time, leaving))
    }

    /// Whether a mark is of a wide fan.
    fn is_wide(&self, mark: &HopRef) -> bool {
        self.live.get(&mark.movement).is_some_and(|movement| movement.is_wide(mark.hop))
    }

    /// Makes the fan of a new hop a movement of its own where it is wide and not alone.
    fn split(&mut self, serial: u64, at: u32) -> Attached {
        let trunk = self.live.get_mut(&serial).filter(|trunk| trunk.is_wide(at));
        let fan = trunk.and_then(|trunk| trunk.take_fan(at));
        let Some(Fan { mut hops, places }) = fan else { return Attached::raised(serial) };
        let first = hops.remove(0);
        let opened = self.open(first);
        if let Some(fan) = self.live.get_mut(&opened.movement) {
            fan.last_time = hops.iter().map(|hop| hop.time).fold(fan.last_time, i64::max);
            fan.hops.append(&mut hops);
            fan.rescore();
        }
        for mark in self.reached.all_mut().chain(self.left.all_mut()) {
            if mark.movement == serial
                && let Some(&(is_taken, hop)) = places.get(mark.hop as usize)
            {
                mark.hop = hop;
                if is_taken {
                    mark.movement = opened.movement;
                }
            }
        }
        Attached { rose: vec![serial, opened.movement], ..opened }
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
        time: Micros,
        evidence: &RuleEvidence,
        opens: bool,
    ) -> Option<Attached> {
        let since = time - self.window;
        let is_of = |mark: &HopRef| {
            let hop = self.live.get(&mark.movement)?.hops.get(mark.hop as usize)?;
            Some(match (account, source) {
                (Some(account), _) => mark.account == account,
                (None, Some(source)) => hop.key[1] == source,
                (None, None) => true,
            })
        };
        let mut reached = self.reached.since(destination, since);
        let mark = reached.find(|mark| is_of(mark) == Some(true))?;
        let movement = self.live.get_mut(&mark.movement)?;
        let before = movement.score;
        let hop = movement.hops.get_mut(mark.hop as usize)?;
        if opens && hop.is_only_found() && hop.is_another_act(time) {
            return None;
        }
        hop.add_evidence(evidence.clone());
        self.added_bytes += reason_bytes(&evidence.reason);
        if evidence.reason.surprise > 0.0 {
            movement.last_time = movement.last_time.max(time);
            movement.rescore();
        }
        let serial = movement.serial;
        Some(if movement.score > before { Attached::raised(serial) } else { Attached::to(serial) })
    }

    /// Keeps what was found of a ticket for the login that it is used for: at `destination`, or of
    /// a granting ticket anywhere.
    pub(crate) fn wait(
        &mut self,
        [account, source]: [Id; 2],
        destination: Option<Id>,
        time: Micros,
        evidence: RuleEvidence,
    ) {
        self.waiting.keep([account, source], destination, time, evidence);
    }

    /// Opens a movement that later logins may follow from.
    fn open_marked(&mut self, hop: Hop) -> Attached {
        let attached = self.open(hop);
        self.mark(attached.movement, 0);
        attached
    }

    fn open(&mut self, hop: Hop) -> Attached {
        if self.live.len() >= self.max_movements {
            self.evict();
        }
        self.note_added(size_of::<Movement>() + hop_bytes(&hop));
        let serial = self.next_serial;
        self.next_serial += 1;
        let mut movement = Movement {
            serial,
            id: id_of(&hop, serial),
            opened: day_of(hop.time),
            last_time: hop.time,
            score: 0.0,
            rule_nats: 0.0,
            held: 0.0,
            reported: 0.0,
            reported_rule_led: 0.0,
            detected_at: None,
            by_detections: false,
            failed: 0,
            hops: vec![hop],
        };
        movement.rescore();
        self.live.insert(serial, movement);
        self.counts.opened += 1;
        Attached::raised(serial)
    }

    /// The login over the network that was just a hop opened a remote desktop: Windows tells of both,
    /// and the second is no new way.
    pub(crate) fn became_desktop(&mut self, key: [Id; 3], time: Micros) {
        let mark = self.reached.since(key[2], time - DESKTOP_FOLLOWS);
        for mark in mark.filter(|mark| mark.account == key[0]) {
            let hops = self.live.get_mut(&mark.movement).map(|movement| &mut movement.hops);
            if let Some(hop) = hops.and_then(|hops| hops.get_mut(mark.hop as usize))
                && hop.key == key
            {
                hop.logon_type = LogonType::RemoteInteractive;
            }
        }
    }

    /// Leaves a mark at the places of a hop.
    fn mark(&mut self, movement: u64, at: u32) {
        let Some(hop) = self.live.get(&movement).and_then(|m| m.hops.get(at as usize)) else {
            return;
        };
        let [account, source, destination] = hop.key;
        let mark = HopRef { movement, hop: at, time: hop.time, account };
        self.reached.push(destination, mark);
        self.left.push(source, mark);
    }

    /// Ends the movements that nothing was added to for a whole window.
    pub(crate) fn expire(&mut self, now: Micros) -> Vec<Movement> {
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
    pub(crate) fn hold_to_network(&mut self) {
        for movement in self.live.values_mut().filter(|movement| movement.detected_at.is_none()) {
            movement.hops.iter_mut().for_each(Hop::hold_to_network);
            movement.rescore();
        }
    }

    /// Ends all movements.
    pub(crate) fn drain(&mut self) -> Vec<Movement> {
        std::mem::take(&mut self.live).into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reason::Reason;

    fn candidate(account: Id, gain: f64) -> Candidate {
        Candidate::of_test([account, 2 * account, 2 * account + 1], 0, gain, 0.0)
    }

    #[test]
    fn the_weakest_are_given_up_and_the_alerted_last() {
        let mut movements = Tracker::of_test(64, 8);
        for account in 0..1000 {
            let attached =
                movements.attach(candidate(account, f64::from(account))).expect("it opens");
            assert!(movements.iter().count() <= 64);
            if account < 100 {
                movements.get_mut(attached.movement).expect("it is there").detected_at = Some(0);
            }
        }
        assert_eq!(movements.counts().evicted as usize + movements.iter().count(), 1000);
        let weakest_alerted =
            movements.iter().map(|movement| movement.score).min_by(f64::total_cmp);
        assert!(weakest_alerted.is_some_and(|score| score < 100.0), "the others went first");
        let strongest = movements.iter().map(|movement| movement.score).max_by(f64::total_cmp);
        assert_eq!(strongest, Some(999.0));
    }

    #[test]
    fn what_one_detection_sees_is_shown_once_for_each_technique() {
        let mut movements = Tracker::of_test(64, 8);
        let attached = movements.attach(candidate(1, 5.0)).expect("it opens");
        let mut found = |observed: &str| {
            let observed = observed.to_owned();
            let reason = Reason { observed, ..Reason::of_test("dcom_wmi", 4.0) };
            let evidence = RuleEvidence { reason, held: 4.0 };
            movements.strengthen(Some(1), None, 3, 1, &evidence, true);
            movements.get(attached.movement).map(|movement| movement.hops[0].evidence.len())
        };
        assert_eq!(found("wmiprvse.exe started cmd.exe"), Some(1));
        assert_eq!(found("wmiprvse.exe started net.exe"), Some(1), "the same technique");
        assert_eq!(found("svchost.exe started excel.exe"), Some(2), "another");
    }

    #[test]
    fn what_nobody_is_named_for_belongs_to_a_login_from_the_same_source() {
        let mut movements = Tracker::of_test(64, 8);
        let attached = movements.attach(candidate(1, 5.0)).expect("it opens");
        let (source, destination) = (2, 3);
        let rule = RuleEvidence { reason: Reason::of_test("dcom_wmi", 4.0), held: 4.0 };
        let mut added_to = |account, source| {
            let strong = movements.strengthen(account, source, destination, 1, &rule, true);
            strong.map(|strong| strong.movement)
        };
        assert_eq!(added_to(None, Some(9)), None, "another came from elsewhere");
        assert_eq!(added_to(Some(7), Some(source)), None, "another's");
        assert_eq!(added_to(None, Some(source)), Some(attached.movement));
        assert_eq!(added_to(None, None), Some(attached.movement));
    }
}
