//! People come, go, change desks, roles and machines.

use super::{Calendar, Campaign};
use crate::activity::ActivityKind;
use crate::log::Log;
use crate::login_row::{Auth, Logon};
use crate::org::{Org, Tier};
use crate::rng::Rng;
use crate::routines;

/// Working hours of a site on `day`: a moment in them.
pub(super) fn office_moment(org: &Org, site: u8, day: u32, rng: &mut Rng) -> u32 {
    let offset = org.parameters.site_offsets.get(usize::from(site)).copied().unwrap_or(0);
    let begin = day * 86_400 + offset * 3_600 + (org.parameters.start_hour * 3_600.0) as u32;
    begin + rng.below((org.parameters.day_hours * 3_600.0) as u32)
}

/// Somebody of the helpdesk sets up a machine: over the network, at its keyboard, or both.
fn set_up(org: &Org, host: u32, time: u32, rng: &mut Rng, log: &mut Log<'_>) {
    let Some(helper) = rng.pick(&org.helpdesk) else { return };
    let helper = &org.people[helper as usize];
    let account = helper.admin_account();
    if rng.chance(0.7) {
        log.tgs(time, account, helper.home, host);
        let auth = if rng.chance(0.3) { Auth::Ntlm } else { Auth::Kerberos };
        log.logon_by(
            time,
            helper.account,
            account,
            (helper.home, host),
            auth,
            Logon::Network,
            true,
        );
        log.logoff(time + 40, account, host, Logon::Network);
        routines::administer(org, log, time, account, (helper.home, host), &org.habits.helpdesk);
    }
    if rng.chance(0.6) {
        let at = time + rng.int(120, 900);
        log.tgt(at, account, host, true);
        log.logon(at + 1, account, (host, host), Auth::Negotiate, Logon::Interactive, true);
        log.logoff(at + rng.int(600, 2_400), account, host, Logon::Interactive);
    }
    let (deploy, from) = org.services.deploy;
    for software in 0..rng.int(1, 3) {
        let at = time + rng.below(5_000);
        log.logon(at, deploy, (from, host), Auth::Kerberos, Logon::Network, true);
        routines::manage(log, at, deploy, (from, host), (org.habits.deploy, software));
        log.logoff(at + 9, deploy, host, Logon::Network);
    }
}

/// Onboarding.
pub(super) fn arrival(org: &mut Org, person: u32, day: u32, rng: &mut Rng, log: &mut Log<'_>) {
    let (home, site) = (org.people[person as usize].home, org.people[person as usize].site);
    org.workstations.push(home);
    let time = office_moment(org, site, day, rng);
    set_up(org, home, time, rng, log);
    let account = org.people[person as usize].account;
    routines::create_account(org, log, time.saturating_sub(1_800), account, false);
    if log.happens(0.3) {
        // The deployment makes him an administrator of his machine.
        let (deploy, from) = org.services.deploy;
        log.activity_to(time + 30, deploy, (from, home), account, ActivityKind::LocalGroupJoin);
    }
}

/// A move to another department: some old servers stay for a while, new ones come.
pub(super) fn role_change(
    org: &mut Org,
    person: u32,
    department: u16,
    day: u32,
    rng: &mut Rng,
    log: &mut Log<'_>,
) {
    let mut list = org.habit(rng, department);
    let old = org.people[person as usize].department;
    org.departments[usize::from(old)].members.retain(|p| *p != person);
    org.departments[usize::from(department)].members.push(person);
    let someone = &mut org.people[person as usize];
    let keep = rng.sample(&someone.servers, 3);
    list.extend(keep);
    crate::org::dedup(&mut list);
    someone.department = department;
    someone.servers = list;
    someone.fresh_until = day + 6;
    let (account, site) = (someone.account, someone.site);
    let time = office_moment(org, site, day, &mut log.activities.rng);
    routines::change_account(org, log, time, account);
}

/// Somebody becomes an administrator.
pub(super) fn promotion(
    org: &mut Org,
    person: u32,
    (account, tier): (u32, Tier),
    day: u32,
    rng: &mut Rng,
    log: &mut Log<'_>,
) {
    if org.people[person as usize].tier == Tier::Nothing {
        org.promote(rng, person, tier, false);
        let someone = &mut org.people[person as usize];
        someone.second = account;
        someone.fresh_until = day + 4;
        let site = someone.site;
        let time = office_moment(org, site, day, &mut log.activities.rng);
        routines::create_account(org, log, time, account, true);
    }
}

/// Somebody is away for long.
pub(super) fn leave(org: &mut Org, person: u32, until: u32) {
    let someone = &mut org.people[person as usize];
    someone.away_until = until;
    someone.returned = until;
}

/// A machine is set up anew under its old name.
pub(super) fn reimage(org: &Org, person: u32, day: u32, rng: &mut Rng, log: &mut Log<'_>) {
    let someone = &org.people[person as usize];
    let time = office_moment(org, someone.site, day, rng);
    let machine = log.ids.machine(someone.home);
    for i in 0..rng.int(1, 6) {
        log.tgt(time.saturating_sub(300) + 20 * i, machine, someone.home, false);
    }
    set_up(org, someone.home, time, rng, log);
}

/// A machine gets a new name.
pub(super) fn rename(
    org: &mut Org,
    person: u32,
    host: u32,
    day: u32,
    rng: &mut Rng,
    log: &mut Log<'_>,
) {
    let old = org.people[person as usize].home;
    org.hosts[old as usize].gone = day;
    org.workstations.retain(|h| *h != old);
    org.workstations.push(host);
    org.people[person as usize].home = host;
    let time = office_moment(org, org.people[person as usize].site, day, rng);
    set_up(org, host, time, rng, log);
}

/// People of one department begin to work on another's servers, until the project ends.
pub(super) fn project(
    org: &mut Org,
    calendar: &mut Calendar,
    departments: (u16, u16),
    until: u32,
    rng: &mut Rng,
) {
    let n = rng.int(2, 6) as usize;
    let guests = rng.sample(&org.departments[usize::from(departments.0)].members, n);
    let servers = rng.sample(&org.departments[usize::from(departments.1)].servers, 2);
    for guest in guests {
        for server in &servers {
            let someone = &mut org.people[guest as usize];
            if !someone.servers.contains(server) {
                let place = rng.index(someone.servers.len() + 1);
                someone.servers.insert(place, *server);
                calendar.later(until, Campaign::Dissolve { person: guest, server: *server });
            }
        }
    }
}

/// The project is over.
pub(super) fn dissolve(org: &mut Org, person: u32, server: u32) {
    let someone = &mut org.people[person as usize];
    if someone.servers.len() > 2 {
        someone.servers.retain(|s| *s != server);
    }
}
