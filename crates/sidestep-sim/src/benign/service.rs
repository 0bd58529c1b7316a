//! What runs by itself: applications, scattered jobs, monitoring and backup.

use crate::hard_negatives::{HardNegative, Tally};
use crate::log::{Log, Visit};
use crate::login_row::{Auth, Logon};
use crate::org::Org;
use crate::rng::{Rng, Stream};
use crate::routines;

/// Writes one day of all services.
pub(super) fn day(org: &Org, day: u32, seed: u64, log: &mut Log<'_>, tally: &mut Tally) {
    let mut rng = Rng::new(seed, Stream::ServiceDay, u64::from(day), 0);
    let rng = &mut rng;
    applications(org, day, rng, log);
    jobs(org, day, rng, log);
    tally.add(HardNegative::Monitoring);
    if org.habits.new_tool.is_some_and(|tool| tool.day == day) {
        tally.add(HardNegative::NewTool);
    }
    for round in 0..org.services.monitor_rounds {
        let start = day * 86_400 + round * (86_400 / org.services.monitor_rounds);
        let round = Round { start, lasts: 15_000, work: routines::monitor };
        everywhere(org, org.services.monitor, &round, rng, log);
    }
    tally.add(HardNegative::Backup);
    let start = day * 86_400 + org.services.backup_hour * 3_600;
    let round = Round { start, lasts: 10_000, work: routines::back_up };
    everywhere(org, org.services.backup, &round, rng, log);
}

/// A round of all servers: when it begins, for how many seconds it lasts, and what is done.
struct Round {
    start: u32,
    lasts: u32,
    work: fn(&Org, &mut Log<'_>, u32, u32, (u32, u32)),
}

/// One account, from one host, to every server.
fn everywhere(
    org: &Org,
    (account, from): (u32, u32),
    round: &Round,
    rng: &mut Rng,
    log: &mut Log<'_>,
) {
    let day = round.start / 86_400;
    log.tgt(round.start, account, from, true);
    for host in org.servers.iter().chain(&org.controllers) {
        if *host == from || !org.hosts[*host as usize].exists(day) {
            continue;
        }
        let auth = org.auth(rng, *host);
        let time = round.start + rng.below(round.lasts);
        if rng.chance(0.004) {
            log.logon(time, account, (from, *host), auth, Logon::Network, false);
            continue;
        }
        let visit = Visit { auth, ticket: rng.chance(0.4), lasts: 120.0 };
        log.visit(rng, time, account, (from, *host), visit);
        (round.work)(org, log, time, account, (from, *host));
    }
}

fn applications(org: &Org, day: u32, rng: &mut Rng, log: &mut Log<'_>) {
    for app in &org.services.apps {
        if app.from_day > day {
            continue;
        }
        for host in &app.hosts {
            if !org.hosts[*host as usize].exists(day) {
                continue;
            }
            log.tgt(day * 86_400 + rng.below(86_400), app.account, *host, true);
            if rng.chance(0.3) {
                let time = day * 86_400 + rng.below(86_400);
                let here = (*host, *host);
                log.logon(time, app.account, here, Auth::Negotiate, Logon::Service, true);
            }
            let auth = org.auth(rng, app.database);
            for _ in 0..rng.poisson(app.visits) {
                let time = day * 86_400 + rng.below(86_400);
                let visit = Visit { auth, ticket: rng.chance(0.15), lasts: 900.0 };
                log.visit(rng, time, app.account, (*host, app.database), visit);
            }
        }
    }
}

fn jobs(org: &Org, day: u32, rng: &mut Rng, log: &mut Log<'_>) {
    for broad in &org.services.broad {
        for source in &broad.sources {
            if !org.hosts[*source as usize].exists(day) {
                continue;
            }
            if broad.batch {
                for _ in 0..rng.poisson(3.0) {
                    let time = day * 86_400 + rng.below(86_400);
                    let here = (*source, *source);
                    log.logon(time, broad.account, here, Auth::Negotiate, Logon::Batch, true);
                    log.logoff(time + rng.below(900), broad.account, *source, Logon::Batch);
                }
            }
            let times = rng.poisson(broad.per_day / broad.sources.len() as f64);
            for i in 0..times {
                let Some(target) = broad.targets.get(rng.rank(broad.targets.len(), 1.5)) else {
                    break;
                };
                if target == source || !org.hosts[*target as usize].exists(day) {
                    continue;
                }
                let auth = org.auth(rng, *target);
                let visit = Visit { auth, ticket: i == 0, lasts: 400.0 };
                let time = day * 86_400 + rng.below(86_400);
                log.visit(rng, time, broad.account, (*source, *target), visit);
                routines::job(org, log, time, broad.account, (*source, *target));
            }
        }
    }
}
