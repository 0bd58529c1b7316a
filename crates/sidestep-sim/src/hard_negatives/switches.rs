//! Credentials that are not at home where they are used, and walks from server to server: all in a
//! day's work.

use super::{HardNegative, Tally};
use crate::benign::Shift;
use crate::log::{Log, Visit};
use crate::login_row::{Auth, Logon};
use crate::names::NONE;
use crate::org::{HostKind, Org};
use crate::rng::Rng;
use crate::routines;

/// A server somebody means: mostly one of his, at times one of his department's, rarely any.
pub(crate) fn somewhere(org: &Org, shift: &Shift, servers: &[u32], rng: &mut Rng) -> Option<u32> {
    let person = &org.people[shift.person as usize];
    let dice = rng.unit();
    let server = if dice > org.parameters.stray {
        *servers.get(rng.rank(servers.len(), 1.6))?
    } else if dice > 0.3 * org.parameters.stray {
        rng.pick(&org.departments[usize::from(person.department)].servers)?
    } else {
        rng.pick(&org.servers)?
    };
    let host = org.resolve(server, shift.person, shift.day);
    org.hosts[host as usize].exists(shift.day).then_some(host)
}

/// The account a team shares, from one's own machine or from a server one is on.
pub(crate) fn team_account(
    org: &Org,
    shift: &Shift,
    servers: &[u32],
    rng: &mut Rng,
    log: &mut Log<'_>,
    tally: &mut Tally,
) {
    let department = usize::from(org.people[shift.person as usize].department);
    let account = org.departments[department].team_account;
    if account == NONE {
        return;
    }
    let Some(target) = somewhere(org, shift, servers, rng) else { return };
    let from = if rng.chance(0.5) {
        shift.host
    } else {
        somewhere(org, shift, servers, rng).unwrap_or(shift.host)
    };
    if from == target {
        return;
    }
    tally.add(HardNegative::TeamAccount);
    use_of(org, shift, account, (from, target), rng, log);
}

/// A service account by hand, from wherever one is: a restart, a query, a look at a log.
pub(crate) fn service_account(
    org: &Org,
    shift: &Shift,
    servers: &[u32],
    rng: &mut Rng,
    log: &mut Log<'_>,
    tally: &mut Tally,
) {
    // Everybody looks after one service; now and then he helps out with another.
    let strays = rng.chance(2.0 * org.parameters.stray);
    let choose = |rng: &mut Rng, n: usize| {
        if strays { rng.index(n) } else { shift.person as usize * 31 % n.max(1) }
    };
    let account = if shift.person.is_multiple_of(2) || org.services.broad.is_empty() {
        org.services.apps[choose(rng, org.services.apps.len())].account
    } else {
        org.services.broad[choose(rng, org.services.broad.len())].account
    };
    let (_, targets) = org.service_reach(account);
    let target =
        if rng.chance(0.75) { targets.get(rng.rank(targets.len(), 1.8)).copied() } else { None };
    let Some(target) = target.or_else(|| somewhere(org, shift, servers, rng)) else { return };
    let from = if rng.chance(0.4) {
        shift.host
    } else {
        somewhere(org, shift, servers, rng).unwrap_or(shift.host)
    };
    if from == target || !org.hosts[target as usize].exists(shift.day) {
        return;
    }
    tally.add(HardNegative::ServiceAccount);
    use_of(org, shift, account, (from, target), rng, log);
}

/// One or a few logons as `account`, asked for by the person or not named as such.
fn use_of(
    org: &Org,
    shift: &Shift,
    account: u32,
    pair: (u32, u32),
    rng: &mut Rng,
    log: &mut Log<'_>,
) {
    let own = org.people[shift.person as usize].account;
    let time = shift.moment(rng);
    if pair.0 != shift.host {
        let lasts = rng.int(300, 4_000);
        reach(
            org,
            own,
            (shift.host, pair.0),
            time.saturating_sub(rng.int(60, 700)),
            lasts,
            rng,
            log,
        );
    }
    let auth = org.auth(rng, pair.1);
    if auth == Auth::Kerberos {
        log.tgt(time, account, pair.0, true);
        log.tgs(time, account, pair.0, pair.1);
    }
    let subject = if rng.chance(0.4) { own } else { account };
    for i in 0..rng.int(1, 3) {
        let at = time + 300 * i + rng.below(200);
        log.logon_by(at, subject, account, pair, auth, Logon::Network, true);
        routines::visit(org, log, at, account, pair);
        log.logoff(at + rng.int(2, 900), account, pair.1, Logon::Network);
    }
}

/// Gets onto a server, by desktop or by shell.
pub(crate) fn reach(
    org: &Org,
    account: u32,
    pair: (u32, u32),
    time: u32,
    lasts: u32,
    rng: &mut Rng,
    log: &mut Log<'_>,
) {
    if pair.0 == pair.1 {
        return;
    }
    if rng.chance(0.55) && !org.hosts[pair.1 as usize].ssh {
        log.remote_desktop(rng, time, account, pair, lasts);
    } else {
        let auth = org.auth(rng, pair.1);
        let visit = Visit { auth, ticket: true, lasts: f64::from(lasts) / 2.0 };
        log.visit(rng, time, account, pair, visit);
        if org.administers(account) {
            routines::administer(org, log, time, account, pair, &org.habits.admins);
        } else {
            routines::visit(org, log, time, account, pair);
        }
    }
}

/// One's own password typed at a colleague's desk, and perhaps on to a server from there.
pub(crate) fn colleague_desk(
    org: &Org,
    shift: &Shift,
    servers: &[u32],
    rng: &mut Rng,
    log: &mut Log<'_>,
    tally: &mut Tally,
) {
    let person = &org.people[shift.person as usize];
    let members = &org.departments[usize::from(person.department)].members;
    // The desk next to his, or the one after, more often than any.
    let colleague = if rng.chance(0.6) && members.len() > 2 {
        let place = members.iter().position(|m| *m == shift.person).unwrap_or(0);
        members.get((place + 1 + rng.index(2)) % members.len()).copied()
    } else {
        rng.pick(members)
    };
    let Some(colleague) = colleague else { return };
    let desk = org.people[colleague as usize].home;
    if desk == shift.host || !org.hosts[desk as usize].exists(shift.day) {
        return;
    }
    tally.add(HardNegative::ColleagueDesk);
    let time = shift.moment(rng);
    if rng.chance(0.5) {
        log.tgt(time, person.account, desk, true);
        log.logon(
            time + 1,
            person.account,
            (desk, desk),
            Auth::Negotiate,
            Logon::Interactive,
            true,
        );
        log.logoff(time + rng.int(300, 2_000), person.account, desk, Logon::Interactive);
    }
    for i in 0..rng.int(1, 3) {
        let Some(target) = somewhere(org, shift, servers, rng) else { continue };
        if target == desk {
            continue;
        }
        let at = time + 30 + 120 * i + rng.below(100);
        let auth = org.auth(rng, target);
        let subject =
            if rng.chance(0.35) { org.people[colleague as usize].account } else { person.account };
        if auth == Auth::Kerberos {
            log.tgs(at, person.account, desk, target);
        }
        log.logon_by(at, subject, person.account, (desk, target), auth, Logon::Network, true);
        routines::visit(org, log, at, person.account, (desk, target));
        log.logoff(at + rng.int(5, 600), person.account, target, Logon::Network);
    }
}

/// From server to server with one's own account.
pub(crate) fn walk(
    org: &Org,
    shift: &Shift,
    servers: &[u32],
    rng: &mut Rng,
    log: &mut Log<'_>,
    tally: &mut Tally,
) {
    let account = org.people[shift.person as usize].account;
    let mut at = shift.host;
    let mut time = shift.moment(rng);
    let steps = rng.int(2, 4);
    let mut made = 0;
    for _ in 0..steps {
        let Some(next) = somewhere(org, shift, servers, rng) else { continue };
        let kind = org.hosts[next as usize].kind;
        if next == at || matches!(kind, HostKind::Global | HostKind::Controller) {
            continue;
        }
        let lasts = rng.int(200, 6_000);
        reach(org, account, (at, next), time, lasts, rng, log);
        time += rng.exponential(500.0) as u32 + 20;
        at = next;
        made += 1;
    }
    if made > 1 {
        tally.add(HardNegative::ServerWalk);
    }
}
