//! A person's working day.

use super::{Shift, admin};
use crate::activity::{ActivityKind, Share};
use crate::hard_negatives::{HardNegative, Tally, switches};
use crate::log::{Log, Visit};
use crate::login_row::{Auth, Logon, Orientation};
use crate::names::NONE;
use crate::org::{Org, Tier};
use crate::rng::{Rng, Stream};
use crate::routines;

/// Most servers that somebody keeps using.
const MOST_HABITS: usize = 24;

/// Writes the rows of one person on one day.
pub(super) fn day(
    org: &mut Org,
    person: usize,
    day: u32,
    seed: u64,
    log: &mut Log<'_>,
    tally: &mut Tally,
) {
    let someone = &org.people[person];
    if !someone.present(day) {
        return;
    }
    let mut rng = Rng::new(seed, Stream::PersonDay, u64::from(day), person as u64);
    let rng = &mut rng;
    let weekend = day % 7 >= 5;
    let returns = someone.returned == day;
    let works = if weekend { org.parameters.weekend } else { 0.94 };
    let arrives = someone.joined == day && day > 0;
    if !rng.chance(works) && !returns && !arrives {
        return;
    }
    let shift = shift(org, person, day, rng, tally);
    let mut servers = std::mem::take(&mut org.people[person].servers);
    arrive(org, &shift, returns, rng, log);
    routines::at_desk(org, log, &shift);
    screen(org, &shift, rng, log);
    visits(org, &shift, &servers, rng, log);
    explore(org, &shift, &mut servers, rng, log);
    if returns {
        catch_up(org, &shift, &servers, rng, log);
    }
    let someone = &org.people[person];
    if rng.chance(org.parameters.colleague_desk) {
        switches::colleague_desk(org, &shift, &servers, rng, log, tally);
    }
    if someone.developer || someone.tier != Tier::Nothing {
        for _ in 0..rng.poisson(org.parameters.team_use) {
            switches::team_account(org, &shift, &servers, rng, log, tally);
        }
        for _ in 0..rng.poisson(org.parameters.service_use) {
            switches::service_account(org, &shift, &servers, rng, log, tally);
        }
        for _ in 0..rng.poisson(org.parameters.walks * someone.curiosity) {
            switches::walk(org, &shift, &servers, rng, log, tally);
        }
    }
    if someone.tier != Tier::Nothing {
        admin::day(org, &shift, rng, log, tally);
    }
    servers.truncate(MOST_HABITS);
    org.people[person].servers = servers;
}

/// Where he sits and how long.
fn shift(org: &Org, person: usize, day: u32, rng: &mut Rng, tally: &mut Tally) -> Shift {
    let someone = &org.people[person];
    let host = if someone.consultant {
        tally.add(HardNegative::Consultant);
        if rng.chance(0.3) { rng.pick(&org.shared_desks) } else { None }
    } else if someone.hot_desk {
        tally.add(HardNegative::HotDesk);
        // The same desk if it is free, else one of a few he likes, else any of the site.
        let n = org.hot_desks.len();
        let liked = (person * 13 + 5 * rng.index(3)) % n.max(1);
        let any = rng.chance(0.2);
        let other = if any { rng.pick(&org.hot_desks) } else { org.hot_desks.get(liked).copied() };
        other.filter(|d| rng.chance(0.6) && org.hosts[*d as usize].site == someone.site)
    } else if someone.other != NONE && rng.chance(0.22) {
        Some(someone.other)
    } else {
        None
    };
    let offset = org.parameters.site_offsets.get(usize::from(someone.site)).copied().unwrap_or(0);
    let begin = someone.start + 900.0 * rng.normal();
    let from = day * 86_400 + offset * 3_600 + begin.clamp(0.0, 80_000.0) as u32;
    let length = (someone.length + 1_800.0 * rng.normal()).clamp(3_600.0, 50_000.0);
    Shift {
        person: person as u32,
        day,
        host: host.unwrap_or(someone.home),
        from,
        to: from + length as u32,
    }
}

/// Logs on, perhaps after a typing mistake or two, and off in the evening.
fn arrive(org: &Org, shift: &Shift, returns: bool, rng: &mut Rng, log: &mut Log<'_>) {
    let account = org.people[shift.person as usize].account;
    let (host, at) = (shift.host, shift.from);
    let here = (host, host);
    let mut wrong = rng.poisson(org.parameters.typos);
    if returns && rng.chance(0.6) {
        wrong += rng.int(1, 5);
    }
    for i in 0..wrong {
        let before = at.saturating_sub(10 * (i + 1));
        if rng.chance(0.5) {
            log.tgt(before, account, host, false);
        } else {
            log.logon(before, account, here, Auth::Negotiate, Logon::Interactive, false);
        }
    }
    log.tgt(at, account, host, true);
    log.tgs(at, account, host, host);
    let subject = if org.parameters.machine_asks { log.ids.machine(host) } else { account };
    log.logon_by(at, subject, account, here, Auth::Negotiate, Logon::Interactive, true);
    log.system_service(at + rng.below(60), host);
    if rng.chance(0.5) {
        let machine = log.ids.machine(host);
        let kind = Orientation::AuthMap;
        log.push(at + 2, account, machine, here, Auth::Unknown, Logon::Unknown, kind, true);
    }
    // Policies, scripts, directory: the controller sees everybody in the morning.
    for _ in 0..rng.int(1, 3) {
        let controller = org.controller(rng, host);
        let visit = Visit { auth: Auth::Kerberos, ticket: true, lasts: 20.0 };
        let time = at + rng.below(300);
        log.visit(rng, time, account, (host, controller), visit);
        routines::visit(org, log, time, account, (host, controller));
    }
    for _ in 0..rng.poisson(org.parameters.tickets) {
        let time = shift.moment(rng);
        log.tgt(time, account, host, true);
        let controller = org.controller(rng, host);
        log.tgs(time, account, host, controller);
    }
    if rng.chance(0.7) {
        log.logoff(shift.to, account, host, Logon::Interactive);
    }
}

/// Locks and unlocks.
fn screen(org: &Org, shift: &Shift, rng: &mut Rng, log: &mut Log<'_>) {
    let account = org.people[shift.person as usize].account;
    let here = (shift.host, shift.host);
    for _ in 0..rng.poisson(org.parameters.unlocks) {
        let time = shift.moment(rng);
        if rng.chance(0.2) {
            let (lock, open) = (Orientation::ScreenLock, Orientation::ScreenUnlock);
            let away = rng.int(60, 3_000);
            log.push(time, account, account, here, Auth::Unknown, Logon::Unknown, lock, true);
            log.push(
                time + away,
                account,
                account,
                here,
                Auth::Unknown,
                Logon::Unknown,
                open,
                true,
            );
            continue;
        }
        if rng.chance(org.parameters.typos) {
            log.logon(time.saturating_sub(4), account, here, Auth::Negotiate, Logon::Unlock, false);
        }
        let subject =
            if org.parameters.machine_asks { log.ids.machine(shift.host) } else { account };
        log.logon_by(time, subject, account, here, Auth::Negotiate, Logon::Unlock, true);
        log.logoff(time, account, shift.host, Logon::Unlock);
    }
}

/// Visits to habitual servers.
fn visits(org: &Org, shift: &Shift, servers: &[u32], rng: &mut Rng, log: &mut Log<'_>) {
    let someone = &org.people[shift.person as usize];
    let account = someone.account;
    let mut known = 0_u64;
    for _ in 0..rng.poisson(org.parameters.visits * someone.activity) {
        let rank = rng.rank(servers.len(), org.parameters.habit_skew);
        let Some(server) = servers.get(rank) else { break };
        let server = org.resolve(*server, shift.person, shift.day);
        if !org.hosts[server as usize].exists(shift.day) {
            continue;
        }
        let ticket = known & (1 << (rank & 63)) == 0;
        known |= 1 << (rank & 63);
        let time = shift.moment(rng);
        let auth = org.auth(rng, server);
        if rng.chance(0.012) {
            log.logon(time, account, (shift.host, server), auth, Logon::Network, false);
            continue;
        }
        log.visit(rng, time, account, (shift.host, server), Visit { auth, ticket, lasts: 240.0 });
        routines::visit(org, log, time, account, (shift.host, server));
        // What runs on the server asks the server itself, or its database, in the person's name.
        if rng.chance(0.1) {
            log.logon(time + 1, account, (server, server), auth, Logon::Network, true);
        }
    }
}

/// Somewhere new: mostly where colleagues go, sometimes anywhere; some of it becomes a habit.
fn explore(org: &Org, shift: &Shift, servers: &mut Vec<u32>, rng: &mut Rng, log: &mut Log<'_>) {
    let someone = &org.people[shift.person as usize];
    let mut rate = org.parameters.explore * someone.curiosity;
    if shift.day < someone.fresh_until {
        rate += 1.2;
    }
    let members = &org.departments[usize::from(someone.department)].members;
    for _ in 0..rng.poisson(rate) {
        let dice = rng.unit();
        let target = if dice < 0.6 {
            let peer = rng.pick(members).unwrap_or(shift.person);
            let theirs = &org.people[peer as usize].servers;
            theirs.get(rng.rank(theirs.len(), 1.3)).copied()
        } else if dice < 0.85 {
            rng.pick(&org.departments[usize::from(someone.department)].servers)
        } else {
            rng.pick(&org.servers)
        };
        let Some(target) = target else { continue };
        let target = org.resolve(target, shift.person, shift.day);
        if target == shift.host || !org.hosts[target as usize].exists(shift.day) {
            continue;
        }
        let new = !servers.contains(&target);
        let time = shift.moment(rng);
        let auth = org.auth(rng, target);
        if new && rng.chance(0.08) {
            log.logon(time, someone.account, (shift.host, target), auth, Logon::Network, false);
        } else {
            for i in 0..rng.int(1, 3) {
                let visit = Visit { auth, ticket: i == 0, lasts: 300.0 };
                let at = time + 200 * i;
                log.visit(rng, at, someone.account, (shift.host, target), visit);
                routines::visit(org, log, at, someone.account, (shift.host, target));
            }
            if new && rng.chance(org.parameters.adopt) {
                let place = rng.index(servers.len() + 1);
                servers.insert(place, target);
            }
        }
    }
    let share =
        org.parameters.colleague_share * if org.parameters.open_workstations { 1.0 } else { 0.3 };
    if rng.chance(share)
        && let Some(peer) = rng.pick(members)
    {
        let desk = org.people[peer as usize].home;
        if desk != shift.host && org.hosts[desk as usize].exists(shift.day) {
            let auth = if rng.chance(0.35) { Auth::Ntlm } else { Auth::Kerberos };
            let visit = Visit { auth, ticket: true, lasts: 200.0 };
            let time = shift.moment(rng);
            log.visit(rng, time, someone.account, (shift.host, desk), visit);
            if log.happens(0.3) {
                let kind = ActivityKind::Share(Share::Files);
                log.activity(time, someone.account, (shift.host, desk), kind);
            }
        }
    }
}

/// Back from an absence: everything at once, and what has come up meanwhile.
fn catch_up(org: &Org, shift: &Shift, servers: &[u32], rng: &mut Rng, log: &mut Log<'_>) {
    let someone = &org.people[shift.person as usize];
    let new = rng.sample(&org.departments[usize::from(someone.department)].servers, 2);
    for server in servers.iter().chain(&new) {
        let server = org.resolve(*server, shift.person, shift.day);
        if !org.hosts[server as usize].exists(shift.day) || server == shift.host {
            continue;
        }
        let auth = org.auth(rng, server);
        let time = shift.from + rng.below(5_400);
        let visit = Visit { auth, ticket: true, lasts: 300.0 };
        log.visit(rng, time, someone.account, (shift.host, server), visit);
        routines::visit(org, log, time, someone.account, (shift.host, server));
    }
}
