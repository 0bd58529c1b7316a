//! What an attacker does next.

use super::axes::{Goal, Start, Stealth};
use super::{Attack, DAY, HOUR, Made, World, access};
use crate::log::Log;
use crate::names::NONE;
use crate::org::HostKind;

/// Footholds and credentials he works with at a time: the newest.
const AT_HAND: usize = 6;

/// Acts that are not a habit of the account used, at least.
const FRESH: u32 = 3;

impl Attack {
    /// One act: steal, choose, log on, and decide when to act again.
    pub(super) fn act(&mut self, world: &World<'_>, time: u32, log: &mut Log<'_>) {
        if let Some(later) = self.wait_for_office(world, time) {
            self.next = later;
            return;
        }
        self.harvest(world, time);
        if !self.noisy {
            self.noisy = true;
            self.make_noise(world, time, log);
        }
        match self.choose(world, time) {
            Some(step) => {
                self.stuck = 0;
                self.log_on(world, time, step, log);
            }
            None => {
                self.stuck += 1;
                if self.stuck > 8 && self.logged < 3 {
                    self.repeat(world, time, log);
                } else if self.stuck > 8 {
                    self.next = u32::MAX;
                    return;
                }
            }
        }
        // An attack that only ever did what its victims do all day would be none.
        let enough = (self.acts >= self.plan.acts || self.arrived) && self.fresh >= FRESH;
        let enough = enough && self.path;
        if (enough && self.logged >= 3) || self.acts > 4 * self.plan.acts + 20 || self.stuck > 60 {
            self.next = u32::MAX;
            return;
        }
        self.next = time.saturating_add(self.pause(world, time));
    }

    /// Takes the credentials that are to be had where he is.
    fn harvest(&mut self, world: &World<'_>, time: u32) {
        if self.plan.start == Start::Insider {
            return;
        }
        let careful = self.plan.stealth.active_credentials();
        let within = if careful { DAY } else { 3 * DAY };
        let mut found = Vec::new();
        for host in self.footholds.iter().rev().take(3) {
            let mut there: Vec<(u32, u32)> = world
                .observed
                .on(*host)
                .iter()
                // A live session can be taken over even where it left no credential behind.
                .filter_map(|p| {
                    if careful { Some(p.time) } else { p.credential }.map(|t| (t, p.account))
                })
                .filter(|(t, _)| t + within >= time)
                .collect();
            there.sort_unstable_by(|a, b| b.cmp(a));
            found.extend(there.into_iter().take(3).map(|(_, account)| account));
        }
        for account in found {
            if self.credentials.len() < 24 {
                self.learn(world, account);
            }
        }
    }

    /// The next login, among all that the rules of this attack allow.
    fn choose(&mut self, world: &World<'_>, time: u32) -> Option<Made> {
        let mut options: Vec<(Made, f64)> = Vec::new();
        let footholds: Vec<u32> = self.footholds.iter().rev().take(AT_HAND).copied().collect();
        let mut held: Vec<(u32, usize)> =
            self.credentials.iter().rev().take(AT_HAND).map(|c| (c.account, c.reach)).collect();
        if let Some(first) = self.credentials.first() {
            held.push((first.account, first.reach));
        }
        for (age, src) in footholds.iter().enumerate() {
            for (account, reach) in &held {
                let active = world.observed.active(*src, *account, time, DAY);
                if self.plan.stealth.active_credentials() && !active {
                    continue;
                }
                let known = self.plan.stealth.known_edges();
                let list: Vec<u32> = if known {
                    // All that is known of this host, and open to this credential.
                    let ways = world.observed.from(*src);
                    let ways = self.rng.sample(ways, 40);
                    ways.into_iter()
                        .filter(|dst| access::may(world.org, world.observed, *account, *dst))
                        .collect()
                } else {
                    self.reaches[*reach].clone()
                };
                for dst in list {
                    let step = Made { src: *src, dst, account: *account };
                    let weight = self.weight(world, time, step, age);
                    if weight > 0.0 {
                        options.push((step, weight));
                    }
                }
            }
        }
        self.rng.weighted(&options)
    }

    /// How much a login is worth to him.
    fn weight(&self, world: &World<'_>, time: u32, step: Made, age: usize) -> f64 {
        let org = world.org;
        let about = &org.hosts[step.dst as usize];
        if step.src == step.dst || step.dst == self.entry || !about.exists(time / DAY) {
            return 0.0;
        }
        if self
            .made
            .iter()
            .any(|m| m.src == step.src && m.dst == step.dst && m.account == step.account)
        {
            return 0.0;
        }
        let onward = self.plan.start == Start::LongPath || self.plan.goal == Goal::Targeted;
        let mut weight = if age == 0 { 4.0 } else { 1.0 / age as f64 };
        if onward && age > 0 {
            weight *= 0.2;
        }
        if !self.path && self.acts > 1 && step.src == self.entry {
            // From where he landed, one sees but one's neighbours.
            weight *= 0.1;
        }
        let visited = self.footholds.contains(&step.dst);
        if visited {
            weight *= if self.plan.goal == Goal::Explore { 0.02 } else { 0.08 };
        }
        let holds = self.holds(world, step.account, step.dst);
        if !holds {
            weight *= 0.3;
        }
        let insider = self.plan.start == Start::Insider;
        if !insider && self.footholds.len() < 3 {
            // Early on, somewhere that leads further counts most.
            if !holds {
                weight *= 0.1;
            }
            if self.plan.stealth.known_edges() && world.observed.from(step.dst).is_empty() {
                weight *= 0.02;
            }
            if self.plan.stealth.active_credentials() && world.observed.on(step.dst).is_empty() {
                weight *= 0.02;
            }
        }
        // Where the account goes every day there is little to gain.
        if world.observed.habit(step.account, step.src, step.dst) {
            weight *= if insider { 0.02 } else { 0.2 };
        }
        // Whoever works from there all day shows him nothing that his own host did not.
        if !insider && self.acts > 0 && world.observed.was_used_from(step.account, step.src) {
            weight *= 0.1;
        }
        if self.plan.start == Start::NewAccount && step.account == self.victim && self.acts > 0 {
            weight *= 0.05;
        }
        match self.plan.goal {
            Goal::Explore | Goal::Burst => {}
            Goal::Escalate => {
                let admin = org.administers(step.account);
                if about.kind == HostKind::Controller && admin && self.acts > 1 {
                    weight *= 30.0;
                }
                let prize = world.observed.on(step.dst).iter().any(|p| {
                    p.credential.is_some_and(|t| t + 3 * DAY >= time) && org.administers(p.account)
                });
                if prize && !visited {
                    weight *= 6.0;
                }
            }
            Goal::Targeted => {
                if step.dst == self.target {
                    weight *= if self.acts > 1 { 200.0 } else { 1.0 };
                }
                let key = self.target != NONE
                    && world.observed.on(step.dst).iter().any(|p| {
                        p.credential.is_some_and(|t| t + 3 * DAY >= time)
                            && access::may(org, world.observed, p.account, self.target)
                    });
                if key && !visited {
                    weight *= 8.0;
                }
            }
        }
        weight
    }

    /// Nothing new is open: goes once more where he has been, to stay in.
    fn repeat(&mut self, world: &World<'_>, time: u32, log: &mut Log<'_>) {
        let careful = self.plan.stealth.active_credentials() && self.stuck < 40;
        let ways: Vec<Made> = self
            .made
            .iter()
            .copied()
            .filter(|m| !careful || world.observed.active(m.src, m.account, time, DAY))
            .filter(|m| world.org.hosts[m.dst as usize].exists(time / DAY))
            .collect();
        if let Some(step) = self.rng.pick(&ways) {
            self.log_on(world, time, step, log);
        }
    }

    /// Seconds until the next act.
    fn pause(&mut self, world: &World<'_>, time: u32) -> u32 {
        let rng = &mut self.rng;
        if self.stuck > 0 {
            return rng.int(HOUR / 3, 2 * HOUR);
        }
        let pause = match self.plan.stealth {
            _ if self.plan.goal == Goal::Burst => rng.log_range(40.0, 500.0),
            Stealth::None => rng.log_range(150.0, 4_000.0),
            Stealth::OfficeHours => rng.log_range(300.0, 6_000.0),
            Stealth::Slow => rng.range(2.0, 9.0) * f64::from(HOUR),
            Stealth::VerySlow => rng.range(19.0, 28.0) * f64::from(HOUR),
            Stealth::PeerMimicry => rng.log_range(600.0, 9_000.0),
            Stealth::KnownEdges | Stealth::ActiveCredentials | Stealth::Both => {
                rng.log_range(600.0, 14_000.0)
            }
        };
        // Near the end of the log he hurries, so that what he is shows in it.
        let missing = f64::from(4_u32.saturating_sub(self.logged.min(3)));
        let left = f64::from(world.end.saturating_sub(time)) / missing - 600.0;
        pause.min(left.max(30.0)) as u32
    }

    /// The next office hour, if he keeps to them and it is not one.
    fn wait_for_office(&mut self, world: &World<'_>, time: u32) -> Option<u32> {
        if !self.plan.stealth.office_hours() && self.plan.start != Start::Insider {
            return None;
        }
        let site = world.org.hosts[self.entry as usize].site;
        let offset = world.org.parameters.site_offsets.get(usize::from(site)).copied().unwrap_or(0);
        let begin =
            offset * HOUR + (world.org.parameters.start_hour * f64::from(HOUR)) as u32 + HOUR / 2;
        let length = (world.org.parameters.day_hours * f64::from(HOUR)) as u32 - HOUR;
        let local = time.saturating_sub(begin);
        let (day, second) = (local / DAY, local % DAY);
        if time >= begin && second < length && day % 7 < 5 {
            return None;
        }
        let mut day = if time < begin { 0 } else { day + 1 };
        if day % 7 >= 5 {
            day += 7 - day % 7;
        }
        let later = day * DAY + begin + self.rng.below(length / 2);
        // There is no such hour left in the log: then now.
        (later + HOUR < world.end).then_some(later)
    }
}
