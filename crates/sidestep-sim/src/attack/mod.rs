//! Attackers: they land on a host, steal the credentials that are there, and go where those lead.
//!
//! An attack sees everyday life only up to its own moment, never beyond, and never changes it.

mod access;
mod axes;
mod entry;
mod login;
mod noise;
mod observed_logins;
mod plan;
mod step;
mod traces;

pub use axes::{Goal, Noise, Start, Stealth, Technique};

use crate::activity::{Activities, SimActivity};
use crate::config::SimConfig;
use crate::log::{Log, settle};
use crate::login_row::Row;
use crate::names::{Ids, NONE};
use crate::org::Org;
use crate::rng::{Rng, Stream};
use crate::telemetry::Filter;
use observed_logins::ObservedLogins;
use plan::Plan;

/// Days and hours in seconds.
const DAY: u32 = 86_400;
const HOUR: u32 = 3_600;

/// A credential the attacker holds.
#[derive(Debug, Clone, Copy)]
struct Credential {
    account: u32,
    /// Index into the attack's list of what credentials open.
    reach: usize,
}

/// One login the attacker made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Made {
    src: u32,
    dst: u32,
    account: u32,
}

/// One attack under way.
#[derive(Debug)]
pub(crate) struct Attack {
    pub(crate) number: u16,
    pub(crate) plan: Plan,
    pub(crate) entry: u32,
    pub(crate) victim: u32,
    /// Second of the next act; `u32::MAX` when it is over.
    next: u32,
    rng: Rng,
    footholds: Vec<u32>,
    credentials: Vec<Credential>,
    reaches: Vec<Vec<u32>>,
    made: Vec<Made>,
    /// The technique of each of them.
    used: Vec<Technique>,
    /// Logins that succeeded and reached the log.
    logged: u32,
    acts: u32,
    /// Acts that nobody had done before with that account.
    fresh: u32,
    /// Acts without a way on.
    stuck: u32,
    target: u32,
    arrived: bool,
    /// Whether one login began where an earlier one ended.
    path: bool,
    noisy: bool,
}

/// All attacks of a simulation.
#[derive(Debug)]
pub(crate) struct Attackers {
    pub(crate) attacks: Vec<Attack>,
    seed: u64,
    observed: ObservedLogins,
    end: u32,
    spare: usize,
    /// Rows of sessions that go on into the next day.
    later: Vec<Row>,
    later_activities: Vec<SimActivity>,
}

/// What an attack may look at while it acts.
struct World<'a> {
    org: &'a Org,
    observed: &'a ObservedLogins,
    end: u32,
}

impl Attackers {
    pub(crate) fn new(config: &SimConfig, ids: Ids) -> Self {
        let attacks = (1..=config.attack_count()).map(|number| {
            let plan = plan::plan(config, number);
            Attack {
                number: u16::try_from(number).unwrap_or(u16::MAX),
                plan,
                entry: NONE,
                victim: NONE,
                next: plan.begin,
                rng: Rng::new(config.seed, Stream::Attack, u64::from(number), 0),
                footholds: Vec::new(),
                credentials: Vec::new(),
                reaches: Vec::new(),
                made: Vec::new(),
                used: Vec::new(),
                logged: 0,
                acts: 0,
                fresh: 0,
                stuck: 0,
                target: NONE,
                arrived: false,
                path: false,
                noisy: false,
            }
        });
        Self {
            attacks: attacks.collect(),
            seed: config.seed,
            observed: ObservedLogins::new(ids),
            end: config.days * DAY,
            spare: 0,
            later: Vec::new(),
            later_activities: Vec::new(),
        }
    }

    /// Lives through `day`, whose everyday rows are `benign`, in order; adds what the attackers do,
    /// and gives what they do beside their logins.
    pub(crate) fn day(
        &mut self,
        day: u32,
        org: &Org,
        filter: &Filter,
        benign: &[Row],
        rows: &mut Vec<Row>,
    ) -> Vec<SimActivity> {
        rows.append(&mut self.later);
        let mut done = std::mem::take(&mut self.later_activities);
        let end = (day + 1) * DAY;
        let mut seen = 0;
        while let Some(index) = self.due(end) {
            let time = self.attacks[index].next;
            while seen < benign.len() && benign[seen].time <= time {
                self.observed.see(&benign[seen]);
                seen += 1;
            }
            let attack = &mut self.attacks[index];
            let world = World { org, observed: &self.observed, end: self.end };
            let before = rows.len();
            let mut activities = Activities::of_attack(self.seed, attack.number, time);
            let mut log =
                Log { rows, activities: &mut activities, ids: org.ids(), attack: attack.number };
            if attack.footholds.is_empty() {
                attack.enter(&world, time, &mut self.spare, &mut log);
            } else {
                attack.act(&world, time, &mut log);
            }
            done.append(&mut activities.list);
            let logged = rows[before..].iter().filter(|row| row.success && filter.is_truth(row));
            attack.logged += u32::try_from(logged.count()).unwrap_or(0);
            // Time moves on, whatever an act decides.
            attack.next = attack.next.max(time + 1);
        }
        for row in &benign[seen..] {
            self.observed.see(row);
        }
        settle(rows, &mut self.later, day);
        settle(&mut done, &mut self.later_activities, day);
        done
    }

    /// Hosts that the first credential of an attack opens and that its account was not seen to use.
    pub(crate) fn unused_by_victim(&self, attack: &Attack) -> Vec<u32> {
        let used = self.observed.used(attack.victim);
        let opens = attack.reaches.first().map_or(&[][..], Vec::as_slice);
        opens.iter().copied().filter(|host| !used.contains(host)).collect()
    }

    /// The attack that acts first before `end`.
    fn due(&self, end: u32) -> Option<usize> {
        let first = self.attacks.iter().enumerate().min_by_key(|(_, attack)| attack.next)?;
        (first.1.next < end.min(self.end.saturating_sub(1))).then_some(first.0)
    }
}
