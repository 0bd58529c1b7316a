//! What people, services and machines do over their logons, every day.
//!
//! Each function is called where the logon is made, with its second, account and hosts.

use crate::activity::{ActivityKind, Launcher, Pipe, Purpose, Service, Share};
use crate::benign::Shift;
use crate::log::Log;
use crate::names::NONE;
use crate::org::{HostKind, Means, Org, Ways};

/// Somebody visits a server that is his to use.
pub(crate) fn visit(org: &Org, log: &mut Log<'_>, time: u32, account: u32, pair: (u32, u32)) {
    let kind = org.hosts[pair.1 as usize].kind;
    if kind == HostKind::Controller {
        if log.happens(org.habits.policy_reads) {
            log.activity(time, account, pair, ActivityKind::Share(Share::Policy));
        }
    } else if org.habits.keeps_files(pair.1, kind) {
        if log.happens(org.habits.share_use) {
            let written = log.happens(0.35);
            let share = if written { Share::FilesWritten } else { Share::Files };
            log.activity(time, account, pair, ActivityKind::Share(share));
        }
    } else if org.habits.prints(pair.1, kind) && log.happens(0.5) {
        log.activity(time, account, pair, ActivityKind::Pipe(Pipe::Spooler));
    }
}

/// An administrator does what he came for.
pub(crate) fn administer(
    org: &Org,
    log: &mut Log<'_>,
    time: u32,
    account: u32,
    pair: (u32, u32),
    ways: &Ways,
) {
    if org.hosts[pair.1 as usize].kind == HostKind::Controller {
        accounts(org, log, time, account, pair);
    } else if let Some(kind) = ways.choose(&mut log.activities.rng) {
        log.activity(time, account, pair, kind);
    }
}

/// Accounts are looked after on a controller.
fn accounts(org: &Org, log: &mut Log<'_>, time: u32, account: u32, pair: (u32, u32)) {
    let rng = &mut log.activities.rng;
    for _ in 0..rng.poisson(org.habits.account_care) {
        let rng = &mut log.activities.rng;
        let other = org.people[rng.index(org.people.len())].account;
        let kind = rng
            .weighted(&[
                (ActivityKind::PasswordReset, 0.45),
                (ActivityKind::AccountChange, 0.3),
                (ActivityKind::GroupJoin(false), 0.22),
                (ActivityKind::GroupJoin(true), 0.03),
            ])
            .unwrap_or(ActivityKind::AccountChange);
        log.activity_to(time, account, pair, other, kind);
    }
}

/// Who looks after accounts, and from where on which controller.
fn keeper(org: &Org, log: &mut Log<'_>) -> Option<(u32, (u32, u32))> {
    let keeper = log.activities.rng.pick(&org.domain_admins)?;
    let keeper = &org.people[keeper as usize];
    let controller = org.controller(&mut log.activities.rng, keeper.home);
    Some((keeper.admin_account(), (keeper.home, controller)))
}

/// Somebody has another task: his account is changed, and joins other groups.
pub(crate) fn change_account(org: &Org, log: &mut Log<'_>, time: u32, other: u32) {
    let Some((account, pair)) = keeper(org, log) else { return };
    log.activity_to(time, account, pair, other, ActivityKind::AccountChange);
    for _ in 0..log.activities.rng.int(1, 4) {
        log.activity_to(time + 1, account, pair, other, ActivityKind::GroupJoin(false));
    }
}

/// A new account is made, and joins groups; one of administrators where `admin` says so.
pub(crate) fn create_account(org: &Org, log: &mut Log<'_>, time: u32, other: u32, admin: bool) {
    let Some((account, pair)) = keeper(org, log) else { return };
    log.activity_to(time, account, pair, other, ActivityKind::AccountCreation);
    let groups = if admin { 1 } else { log.activities.rng.int(1, 4) };
    for _ in 0..groups {
        log.activity_to(time + 1, account, pair, other, ActivityKind::GroupJoin(admin));
    }
}

/// Software is brought to a host; `software` says which, and in which version.
pub(crate) fn manage(
    log: &mut Log<'_>,
    time: u32,
    account: u32,
    pair: (u32, u32),
    (means, software): (Means, u32),
) {
    if let Some(kind) = means.activity(Service::Software, Purpose::Manage) {
        log.activity(time, account, pair, kind);
        if let Some(activity) = log.activities.list.last_mut() {
            activity.roll = software;
        }
    }
}

/// Monitoring asks a host, and now and then sets it to what it should be. With a tool that comes to
/// stay it does so on the first day only.
pub(crate) fn monitor(org: &Org, log: &mut Log<'_>, time: u32, account: u32, pair: (u32, u32)) {
    let day = time / 86_400;
    if log.happens(1.0 / f64::from(org.services.monitor_rounds.max(1))) {
        manage(log, time, account, pair, (org.habits.configure, 0));
    }
    let means = org.habits.monitor(day);
    let kind = match means {
        Means::Service | Means::Task => {
            let first = org.habits.new_tool.is_some_and(|tool| tool.day == day);
            let due = log.happens(if first { 0.4 } else { 0.002 });
            if due {
                manage(log, time, account, pair, (means, 0));
            }
            return;
        }
        Means::Pipes => {
            let pipes = [Pipe::ServiceControl, Pipe::Registry, Pipe::Server, Pipe::Spooler];
            log.activities.rng.pick(&pipes).map(ActivityKind::Pipe)
        }
        _ => means.activity(Service::Tool, Purpose::Query),
    };
    if let Some(kind) = kind {
        log.activity(time, account, pair, kind);
    }
}

/// The backup fetches a host's data.
pub(crate) fn back_up(org: &Org, log: &mut Log<'_>, time: u32, account: u32, pair: (u32, u32)) {
    let controller = org.hosts[pair.1 as usize].kind == HostKind::Controller;
    if controller && org.habits.backup_replicates {
        log.activity(time, account, pair, ActivityKind::Replication);
    }
    if let Some(kind) = org.habits.backup.activity(Service::Backup, Purpose::Query) {
        log.activity(time, account, pair, kind);
    }
}

/// A service account does its job on a server: every account does one thing.
pub(crate) fn job(org: &Org, log: &mut Log<'_>, time: u32, account: u32, pair: (u32, u32)) {
    let kind = match account % 16 {
        0..=5 => return visit(org, log, time, account, pair),
        6 | 7 => ActivityKind::Share(Share::FilesWritten),
        8 => ActivityKind::Share(Share::Drive),
        9 => ActivityKind::Pipe(Pipe::ServiceControl),
        10 => ActivityKind::Process(Launcher::Wmi, Purpose::Query),
        11 => ActivityKind::Task(Purpose::Manage),
        _ => return,
    };
    if log.happens(0.5) {
        log.activity(time, account, pair, kind);
    }
}

/// A machine visits its controller or a server.
pub(crate) fn machine(org: &Org, log: &mut Log<'_>, time: u32, machine: u32, pair: (u32, u32)) {
    let controller = org.hosts[pair.1 as usize].kind == HostKind::Controller;
    let kind = match log.activities.rng.unit() {
        dice if controller && dice < org.habits.policy_reads => ActivityKind::Share(Share::Policy),
        dice if controller && dice < org.habits.policy_reads + 0.1 => {
            let pipes = [Pipe::Netlogon, Pipe::Netlogon, Pipe::Authority, Pipe::Accounts];
            ActivityKind::Pipe(log.activities.rng.pick(&pipes).unwrap_or(Pipe::Netlogon))
        }
        dice if !controller && dice < 0.3 => ActivityKind::Pipe(Pipe::Spooler),
        _ => return,
    };
    log.activity(time, machine, pair, kind);
}

/// A controller asks another for what has changed, several times a day.
pub(crate) fn replicate(org: &Org, log: &mut Log<'_>, day: u32, controller: u32) {
    let machine = log.ids.machine(controller);
    for _ in 0..log.activities.rng.poisson(24.0 / org.habits.replication) {
        let rng = &mut log.activities.rng;
        let time = day * 86_400 + rng.below(86_400);
        if let Some(other) = rng.pick(&org.controllers).filter(|other| *other != controller) {
            log.activity(time, machine, (controller, other), ActivityKind::Replication);
        }
    }
}

/// A host's own services start, at times because Windows updates itself.
pub(crate) fn maintain(org: &Org, log: &mut Log<'_>, time: u32, host: u32) {
    if log.happens(org.habits.updates) {
        let machine = log.ids.machine(host);
        log.activity(time, machine, (host, host), ActivityKind::Update);
    }
}

/// A scan that was let in looks at a host.
pub(crate) fn scan(org: &Org, log: &mut Log<'_>, time: u32, account: u32, pair: (u32, u32)) {
    let kind = match log.activities.rng.unit() {
        dice if org.habits.scan_by_service && dice < 0.3 => ActivityKind::Service(Service::Tool),
        dice if dice < 0.5 => ActivityKind::Pipe(Pipe::Registry),
        dice if dice < 0.7 => ActivityKind::Pipe(Pipe::ServiceControl),
        dice if dice < 0.85 => ActivityKind::Pipe(Pipe::Server),
        dice if dice < 0.9 => ActivityKind::Pipe(Pipe::Accounts),
        dice if dice < 0.95 => ActivityKind::Pipe(Pipe::Workstation),
        _ => ActivityKind::Share(Share::Drive),
    };
    log.activity(time, account, pair, kind);
}

/// What somebody does where he sits: installs something, or runs a tool as his second account.
pub(crate) fn at_desk(org: &Org, log: &mut Log<'_>, shift: &Shift) {
    let person = &org.people[shift.person as usize];
    let here = (shift.host, shift.host);
    if log.happens(org.habits.local_installs) {
        let time = shift.moment(&mut log.activities.rng);
        // With the rights of the person, or by something that runs as the system.
        let machine = log.ids.machine(shift.host);
        let account = if log.happens(0.4) { person.account } else { machine };
        log.activity(time, account, here, ActivityKind::Service(Service::Local));
    }
    if log.happens(org.habits.local_installs) {
        let time = shift.moment(&mut log.activities.rng);
        log.activity(time, person.account, here, ActivityKind::Task(Purpose::Manage));
    }
    if person.second != NONE {
        for _ in 0..log.activities.rng.poisson(org.habits.run_as) {
            let time = shift.moment(&mut log.activities.rng);
            let net_only = log.happens(org.habits.net_only);
            let kind = if net_only { ActivityKind::NewCredentials } else { ActivityKind::RunAs };
            log.activity_to(time, person.account, here, person.second, kind);
        }
    }
}
