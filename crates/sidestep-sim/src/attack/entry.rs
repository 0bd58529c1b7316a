//! Where an attacker lands, and with whose credential.

use super::axes::{Goal, Start, Stealth};
use super::{Attack, Credential, DAY, HOUR, World, access};
use crate::log::Log;
use crate::names::NONE;
use crate::org::{HostKind, Owner, Tier};

/// Times an attacker looks for a place that suits him before he takes what there is.
const PATIENCE: u32 = 40;

impl Attack {
    /// Lands somewhere at `time`, or tries again later.
    pub(super) fn enter(
        &mut self,
        world: &World<'_>,
        time: u32,
        spare: &mut usize,
        log: &mut Log<'_>,
    ) {
        let mut landed = None;
        for _ in 0..30 {
            if let Some(found) = self.look(world, time) {
                landed = Some(found);
                if self.leads_on(world, time, found) {
                    break;
                }
            }
        }
        let Some((entry, account)) = landed else {
            self.stuck += 1;
            self.next = time + self.rng.int(HOUR / 2, 2 * HOUR);
            if self.stuck > PATIENCE {
                self.next = u32::MAX;
            }
            return;
        };
        self.stuck = 0;
        self.entry = entry;
        self.victim = account;
        self.footholds.push(entry);
        self.learn(world, account);
        if self.plan.start == Start::NewAccount
            && let Some(new) = world.org.spare.get(*spare % world.org.spare.len().max(1))
        {
            *spare += 1;
            self.learn(world, *new);
            self.create_account(world, time, *new, log);
        }
        self.target =
            if self.plan.goal == Goal::Targeted { self.choose_target(world) } else { NONE };
        self.next = time + self.rng.int(60, 1_200);
    }

    /// One place that fits the kind of start.
    fn look(&mut self, world: &World<'_>, time: u32) -> Option<(u32, u32)> {
        let org = world.org;
        match self.plan.start {
            Start::Random | Start::LongPath | Start::NewAccount => {
                self.somebody(world, time, 36 * HOUR)
            }
            Start::Insider => self.somebody(world, time, 14 * HOUR),
            Start::Ambiguous => {
                let list = match self.rng.below(4) {
                    0 => &org.hot_desks,
                    1 => &org.shared_desks,
                    2 => &org.jumps,
                    _ => &org.workstations,
                };
                let host = self.rng.pick(list)?;
                let there: Vec<u32> = world
                    .observed
                    .on(host)
                    .iter()
                    .filter(|p| p.time + 3 * DAY >= time)
                    .map(|p| p.account)
                    .collect();
                let victim = self.rng.pick(&there)?;
                (there.len() > 1).then_some((host, victim))
            }
            Start::DormantAccount => {
                let (host, _) = self.somebody(world, time, 36 * HOUR)?;
                let silent: Vec<u32> = org
                    .people
                    .iter()
                    .filter(|p| p.dormant())
                    .map(|p| p.account)
                    .filter(|a| world.observed.last_seen(*a).is_none_or(|t| t + 5 * DAY < time))
                    .collect();
                Some((host, self.rng.pick(&silent)?))
            }
            Start::ServiceAccount => {
                let account = if self.rng.chance(0.5) {
                    let n = org.services.apps.len();
                    org.services.apps.get(self.rng.index(n))?.account
                } else {
                    let n = org.services.broad.len();
                    org.services.broad.get(self.rng.index(n))?.account
                };
                let (sources, _) = org.service_reach(account);
                let host = self.rng.pick(&sources)?;
                world.observed.active(host, account, time, 2 * DAY).then_some((host, account))
            }
            Start::JumpHost => {
                let host = self.rng.pick(&org.jumps)?;
                let there: Vec<u32> = world
                    .observed
                    .on(host)
                    .iter()
                    .filter(|p| p.time + 2 * DAY >= time)
                    .map(|p| p.account)
                    .collect();
                Some((host, self.rng.pick(&there)?))
            }
        }
    }

    /// Somebody at work on his own machine, not long ago.
    fn somebody(&mut self, world: &World<'_>, time: u32, within: u32) -> Option<(u32, u32)> {
        let org = world.org;
        let person = self.rng.index(org.people.len());
        let person = org.people.get(person)?;
        if person.hot_desk || person.consultant || person.dormant() {
            return None;
        }
        // An insider who administers everything would not be out of place anywhere.
        if self.plan.start == Start::Insider && person.tier != Tier::Nothing {
            return None;
        }
        let host = person.home;
        if org.hosts[host as usize].kind != HostKind::Workstation {
            return None;
        }
        world.observed.active(host, person.account, time, within).then_some((host, person.account))
    }

    /// Whether a place has a way on under the rules that this attack keeps to.
    fn leads_on(&mut self, world: &World<'_>, time: u32, (host, account): (u32, u32)) -> bool {
        let stealth = self.plan.stealth;
        if stealth.active_credentials() && !world.observed.active(host, account, time, DAY) {
            return false;
        }
        if stealth.known_edges() {
            let open = |dst: &&u32| {
                **dst != host
                    && access::may(world.org, world.observed, account, **dst)
                    && self.holds(world, account, **dst)
                    && self.way_on(world, time, (host, account), **dst)
            };
            let ways = world.observed.from(host).iter().filter(open);
            return ways.take(2).count() > 1;
        }
        if stealth == Stealth::PeerMimicry {
            return access::peers_go(world.org, world.observed, account, &mut self.rng).len() > 3;
        }
        true
    }

    /// Whether somebody's credential leads on from `dst`, over an edge that is known.
    fn way_on(&self, world: &World<'_>, time: u32, from: (u32, u32), dst: u32) -> bool {
        let (entry, account) = from;
        let on = |account: u32| {
            let mut ways = world.observed.from(dst).iter();
            ways.any(|next| {
                *next != entry
                    && *next != dst
                    && access::may(world.org, world.observed, account, *next)
            })
        };
        let there = world.observed.on(dst);
        let stolen = |p: &super::observed_logins::Presence| {
            p.credential.is_some_and(|t| t + DAY / 2 >= time)
        };
        there.iter().any(|p| p.account != account && stolen(p) && on(p.account))
            || (!self.plan.stealth.active_credentials() && on(account))
    }

    /// Adds a credential to those held.
    pub(super) fn learn(&mut self, world: &World<'_>, account: u32) {
        if self.credentials.iter().any(|c| c.account == account) {
            return;
        }
        let reach = if self.plan.start == Start::Insider {
            access::curiosity(world.org, world.observed, account, &mut self.rng)
        } else if self.plan.stealth == Stealth::PeerMimicry {
            access::peers_go(world.org, world.observed, account, &mut self.rng)
        } else {
            access::reach(world.org, world.observed, account, &mut self.rng)
        };
        self.credentials.push(Credential { account, reach: self.reaches.len() });
        self.reaches.push(reach);
    }

    /// A server that is worth it, and not open to the victim already where that can be.
    fn choose_target(&mut self, world: &World<'_>) -> u32 {
        let org = world.org;
        let mut best = NONE;
        for _ in 0..20 {
            let Some(server) = self.rng.pick(&org.servers) else { break };
            let kind = org.hosts[server as usize].kind;
            if matches!(kind, HostKind::Global | HostKind::Jump) {
                continue;
            }
            best = server;
            if !access::may(org, world.observed, self.victim, server) {
                break;
            }
        }
        best
    }

    /// Whether a login there is a foothold, and not a visit to a share or a mailbox.
    pub(super) fn holds(&self, world: &World<'_>, account: u32, host: u32) -> bool {
        match world.org.hosts[host as usize].kind {
            HostKind::Global | HostKind::Controller | HostKind::Management => {
                world.org.administers(account)
                    || matches!(
                        world.org.owners.get(account as usize),
                        Some(Owner::Spare | Owner::Service)
                    )
            }
            _ => true,
        }
    }
}
