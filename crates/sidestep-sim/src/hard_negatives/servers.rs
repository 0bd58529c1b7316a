//! Servers move, applications are rolled out, software is deployed.

use super::people::office_moment;
use crate::activity::{ActivityKind, Share};
use crate::log::{Log, Visit};
use crate::login_row::{Auth, Logon};
use crate::org::{Moved, Org};
use crate::rng::Rng;
use crate::routines;

/// A server moves: an administrator fills the new one from the old, services follow at once, people
/// within some days.
pub(super) fn migration(
    org: &mut Org,
    (old, new): (u32, u32),
    spread: u32,
    day: u32,
    rng: &mut Rng,
    log: &mut Log<'_>,
) {
    org.moved[old as usize] = Some(Moved { to: new, day, spread });
    org.hosts[old as usize].gone = day + spread + 4;
    org.servers.push(new);
    let group = usize::from(org.hosts[old as usize].group);
    org.groups[group].push(new);
    for broad in &mut org.services.broad {
        for host in broad.sources.iter_mut().chain(&mut broad.targets) {
            if *host == old {
                *host = new;
            }
        }
    }
    for app in &mut org.services.apps {
        for host in app.hosts.iter_mut().chain([&mut app.database]) {
            if *host == old {
                *host = new;
            }
        }
    }
    let Some(admin) = rng.pick(&org.server_admins) else { return };
    let admin = &org.people[admin as usize];
    let (account, home) = (admin.admin_account(), admin.home);
    let start = office_moment(org, admin.site, day, rng);
    log.tgt(start, account, home, true);
    log.remote_desktop(rng, start + 30, account, (home, old), 7_000);
    log.remote_desktop(rng, start + 200, account, (home, new), 7_000);
    for i in 0..rng.int(2, 9) {
        let pair = if rng.chance(0.6) { (old, new) } else { (new, old) };
        let auth = org.auth(rng, new);
        let visit = Visit { auth, ticket: i < 2, lasts: 300.0 };
        let time = start + 400 + 420 * i + rng.below(300);
        log.visit(rng, time, account, pair, visit);
        if log.happens(0.7) {
            log.activity(time, account, pair, ActivityKind::Share(Share::DriveWritten));
        }
    }
}

/// A new application: deployed, then used by whole departments from one day to the next.
pub(super) fn rollout(
    org: &mut Org,
    app: usize,
    departments: &[u16],
    day: u32,
    rng: &mut Rng,
    log: &mut Log<'_>,
) {
    let (hosts, database) = {
        let app = &org.services.apps[app];
        (app.hosts.clone(), app.database)
    };
    let (deploy, from) = org.services.deploy;
    let start = day * 86_400 + rng.int(3, 6) * 3_600;
    let software = log.activities.rng.below(u32::MAX);
    for host in hosts.iter().chain([&database]) {
        org.servers.push(*host);
        let group = usize::from(org.hosts[*host as usize].group);
        org.groups[group].push(*host);
        for _ in 0..rng.int(2, 6) {
            let at = start + rng.below(3_000);
            let visit = Visit { auth: Auth::Kerberos, ticket: true, lasts: 60.0 };
            log.visit(rng, at, deploy, (from, *host), visit);
            routines::manage(log, at, deploy, (from, *host), (org.habits.deploy, software));
        }
    }
    let taken_up = rng.range(0.35, 0.95);
    for d in departments {
        org.departments[usize::from(*d)].servers.push(hosts[0]);
        for person in org.departments[usize::from(*d)].members.clone() {
            if rng.chance(taken_up) {
                let host = rng.pick(&hosts).unwrap_or(hosts[0]);
                let list = &mut org.people[person as usize].servers;
                let place = rng.index(list.len().min(3) + 1);
                list.insert(place, host);
            }
        }
    }
}

/// Software goes to a set of servers, and now and then to ones it never went to.
pub(super) fn deployment(org: &Org, day: u32, rng: &mut Rng, log: &mut Log<'_>) {
    let (deploy, from) = org.services.deploy;
    let mut targets =
        match rng.pick(&org.services.apps.iter().map(|a| a.account).collect::<Vec<_>>()) {
            Some(account) => org.service_reach(account).1,
            None => Vec::new(),
        };
    let more = rng.log_range(2.0, 30.0) as usize;
    targets.extend(rng.sample(&org.servers, more));
    let start = day * 86_400 + rng.int(8, 22) * 3_600;
    let software = log.activities.rng.below(u32::MAX);
    for (i, host) in targets.iter().enumerate() {
        if !org.hosts[*host as usize].exists(day) || *host == from {
            continue;
        }
        let at = start + 25 * i as u32 + rng.below(20);
        let visit = Visit { auth: org.auth(rng, *host), ticket: true, lasts: 40.0 };
        log.visit(rng, at, deploy, (from, *host), visit);
        routines::manage(log, at, deploy, (from, *host), (org.habits.deploy, software));
        if rng.chance(0.3) {
            log.logon(at + 3, deploy, (*host, *host), Auth::Negotiate, Logon::Service, true);
        }
    }
}
