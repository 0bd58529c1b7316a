//! What administrators do with their second accounts.

use super::Shift;
use crate::hard_negatives::{HardNegative, Tally, switches};
use crate::log::{Log, Visit};
use crate::login_row::{Auth, Logon};
use crate::names::NONE;
use crate::org::{Org, Tier};
use crate::rng::Rng;
use crate::routines;

/// An administrator's tasks of one day.
pub(super) fn day(org: &Org, shift: &Shift, rng: &mut Rng, log: &mut Log<'_>, tally: &mut Tally) {
    let someone = &org.people[shift.person as usize];
    if someone.second != NONE {
        log.tgt(shift.from + rng.int(60, 3_600), someone.second, shift.host, true);
        tally.add(HardNegative::SecondAccount);
    }
    match someone.tier {
        Tier::Nothing => {}
        Tier::Helpdesk => {
            for _ in 0..rng.poisson(org.parameters.helpdesk_visits) {
                help(org, shift, rng, log);
            }
        }
        Tier::Servers | Tier::Domain => {
            for _ in 0..rng.poisson(org.parameters.admin_tasks) {
                task(org, shift, rng, log, tally);
            }
        }
    }
}

/// The helpdesk on somebody's workstation, from afar or at the desk.
fn help(org: &Org, shift: &Shift, rng: &mut Rng, log: &mut Log<'_>) {
    let helper = &org.people[shift.person as usize];
    let account = helper.admin_account();
    let mut desk = None;
    for _ in 0..6 {
        let Some(host) = rng.pick(&org.workstations) else { break };
        desk = Some(host);
        if org.hosts[host as usize].site == helper.site {
            break;
        }
    }
    let Some(desk) = desk else { return };
    if desk == shift.host || !org.hosts[desk as usize].exists(shift.day) {
        return;
    }
    let time = shift.moment(rng);
    let dice = rng.unit();
    if dice < 0.3 {
        let lasts = rng.int(200, 2_400);
        log.remote_desktop(rng, time, account, (shift.host, desk), lasts);
    } else if dice < 0.42 {
        // At the desk: his credential stays on the machine.
        log.tgt(time, account, desk, true);
        log.logon(time, account, (desk, desk), Auth::Negotiate, Logon::Interactive, true);
        log.logoff(time + rng.int(200, 1_500), account, desk, Logon::Interactive);
    } else {
        let auth = if rng.chance(0.12) { Auth::Ntlm } else { Auth::Kerberos };
        let subject = if rng.chance(0.35) { helper.account } else { account };
        if auth == Auth::Kerberos {
            log.tgs(time, account, shift.host, desk);
        }
        log.logon_by(time, subject, account, (shift.host, desk), auth, Logon::Network, true);
        routines::administer(org, log, time, account, (shift.host, desk), &org.habits.helpdesk);
        log.logoff(time + rng.int(5, 900), account, desk, Logon::Network);
    }
}

/// The next server of a task: of his groups, mostly; a controller, for the few.
fn server(org: &Org, shift: &Shift, rng: &mut Rng) -> Option<u32> {
    let admin = &org.people[shift.person as usize];
    if admin.tier == Tier::Domain && rng.chance(0.45) {
        return rng.pick(&org.controllers);
    }
    let group = admin.groups[rng.index(2)];
    let group = org.groups.get(usize::from(group)).map_or(&[][..], Vec::as_slice);
    let list =
        if !rng.chance(org.parameters.stray) && !group.is_empty() { group } else { &org.servers };
    // Every administrator has his favourites: those come first in a list that is his own.
    let turn = shift.person as usize * 31;
    let rank = rng.rank(list.len(), 1.8);
    let host = *list.get((rank + turn) % list.len().max(1))?;
    let host = org.resolve(host, shift.person, shift.day);
    org.hosts[host as usize].exists(shift.day).then_some(host)
}

/// A task on servers: through a jump host or straight, and often on from there.
fn task(org: &Org, shift: &Shift, rng: &mut Rng, log: &mut Log<'_>, tally: &mut Tally) {
    let admin = &org.people[shift.person as usize];
    let account = admin.admin_account();
    let mut time = shift.moment(rng);
    let mut at = shift.host;
    let jump = if rng.chance(org.parameters.jump_discipline) {
        let usual = shift.person as usize % org.jumps.len().max(1);
        if rng.chance(0.8) { org.jumps.get(usual).copied() } else { rng.pick(&org.jumps) }
    } else {
        None
    };
    if let Some(jump) = jump {
        // On the jump host with his own account, and on with the second one; or with that at once.
        let entry = if admin.direct < 0.6 { admin.account } else { account };
        log.remote_desktop(rng, time, entry, (shift.host, jump), 4_000);
        time += rng.int(30, 400);
        at = jump;
        if entry != account {
            tally.add(HardNegative::JumpHost);
            log.tgt(time, account, jump, true);
        }
    }
    let steps = 1 + rng.poisson(0.8).min(4);
    for step in 0..steps {
        let Some(next) = server(org, shift, rng) else { continue };
        if next == at {
            continue;
        }
        let named = at == shift.host && rng.chance(0.4);
        if named && !org.hosts[next as usize].ssh {
            let auth = org.auth(rng, next);
            let subject = admin.account;
            if auth == Auth::Kerberos {
                log.tgs(time, account, at, next);
            }
            log.logon_by(time, subject, account, (at, next), auth, Logon::Network, true);
            routines::administer(org, log, time, account, (at, next), &org.habits.admins);
            log.logoff(time + rng.int(5, 1_200), account, next, Logon::Network);
        } else if rng.chance(0.03) {
            let auth = org.auth(rng, next);
            log.logon(time, account, (at, next), auth, Logon::Network, false);
        } else if rng.chance(0.25) {
            let auth = org.auth(rng, next);
            let visit = Visit { auth, ticket: true, lasts: 600.0 };
            log.visit(rng, time, account, (at, next), visit);
            routines::administer(org, log, time, account, (at, next), &org.habits.admins);
        } else {
            let lasts = rng.int(200, 4_500);
            switches::reach(org, account, (at, next), time, lasts, rng, log);
        }
        time += rng.exponential(500.0) as u32 + 30;
        if step == 1 {
            tally.add(HardNegative::ServerWalk);
        }
        if rng.chance(0.5) {
            at = next;
        }
    }
}
