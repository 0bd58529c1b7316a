//! Administrators at night.

use crate::log::Log;
use crate::login_row::{Auth, Logon};
use crate::names::NONE;
use crate::org::{Org, Tier};
use crate::rng::Rng;
use crate::routines;

/// One administrator on many workstations within some hours.
pub(super) fn patch_night(org: &Org, person: u32, day: u32, rng: &mut Rng, log: &mut Log<'_>) {
    let admin = &org.people[person as usize];
    let account = admin.admin_account();
    let from = if rng.chance(0.4) { org.services.deploy.1 } else { admin.home };
    let start = day * 86_400 + rng.int(17, 22) * 3_600 + rng.below(3_000);
    log.tgt(start, account, from, true);
    let most = (org.workstations.len() as f64 * 0.6).clamp(8.0, 400.0);
    let n = rng.log_range(7.0_f64.min(most - 0.5), most) as usize;
    let pace = rng.log_range(8.0, 150.0);
    let auth = if rng.chance(0.25) { Auth::Ntlm } else { Auth::Kerberos };
    let named = rng.chance(0.3);
    let mut time = f64::from(start);
    // Patches, or a search for something by whatever the administrator has at hand.
    let software = log.activities.rng.below(u32::MAX);
    let patches = log.happens(0.6);
    let mut targets = rng.sample(&org.workstations, n);
    if admin.tier != Tier::Helpdesk && rng.chance(0.4) {
        targets.extend(rng.sample(&org.servers, n / 5));
    }
    for host in targets {
        time += rng.exponential(pace);
        let at = time as u32;
        if host == from || !org.hosts[host as usize].exists(day) {
            continue;
        }
        let success = !rng.chance(0.06);
        if auth == Auth::Kerberos {
            log.tgs(at, account, from, host);
        }
        let subject = if named { admin.account } else { account };
        log.logon_by(at, subject, account, (from, host), auth, Logon::Network, success);
        if success {
            log.logoff(at + rng.int(5, 90), account, host, Logon::Network);
            if patches {
                routines::manage(log, at, account, (from, host), (org.habits.patch, software));
            } else {
                routines::administer(org, log, at, account, (from, host), &org.habits.helpdesk);
            }
        }
    }
}

/// An administrator called at night: through a jump host to a server, and on to others.
pub(super) fn on_call(org: &Org, person: u32, day: u32, rng: &mut Rng, log: &mut Log<'_>) {
    let admin = &org.people[person as usize];
    let account = admin.admin_account();
    let home = if admin.other == NONE { admin.home } else { admin.other };
    let mut time = day * 86_400 + rng.pick(&[0, 1, 2, 3, 4, 20, 21, 22, 23]).unwrap_or(1) * 3_600;
    time += rng.below(3_500);
    log.tgt(time, admin.account, home, true);
    log.logon(time, admin.account, (home, home), Auth::Negotiate, Logon::CachedInteractive, true);
    time += rng.int(60, 900);
    let mut at = home;
    if rng.chance(org.parameters.jump_discipline)
        && let Some(jump) = rng.pick(&org.jumps)
    {
        let entry = if rng.chance(0.5) { admin.account } else { account };
        log.remote_desktop(rng, time, entry, (home, jump), 5_000);
        time += rng.int(60, 600);
        at = jump;
        if entry != account {
            log.tgt(time, account, jump, true);
        }
    }
    for _ in 0..rng.int(2, 6) {
        let group = &org.groups[usize::from(admin.groups[0]).min(org.groups.len() - 1)];
        let list = if !rng.chance(0.1 + 2.0 * org.parameters.stray) && !group.is_empty() {
            group
        } else {
            &org.servers
        };
        let Some(server) = rng.pick(list) else { continue };
        let server = org.resolve(server, person, day);
        if server == at || !org.hosts[server as usize].exists(day) {
            continue;
        }
        if rng.chance(0.5) && !org.hosts[server as usize].ssh {
            let lasts = rng.int(300, 5_000);
            log.remote_desktop(rng, time, account, (at, server), lasts);
        } else {
            let auth = org.auth(rng, server);
            log.tgs(time, account, at, server);
            log.logon(time, account, (at, server), auth, Logon::Network, true);
            routines::administer(org, log, time, account, (at, server), &org.habits.admins);
            log.logoff(time + rng.int(10, 900), account, server, Logon::Network);
        }
        time += rng.int(120, 1_500);
        if rng.chance(0.5) {
            at = server;
        }
    }
}
