//! What people, services and machines do over their logons, every day.
//!
//! Each function is called where the logon is made, with its second, account and hosts.

use crate::benign::Shift;
use crate::deed::{DeedKind, Launcher, Pipe, Purpose, Service, Share};
use crate::log::Log;
use crate::names::NONE;
use crate::org::{HostKind, Means, Org, Ways};

/// Somebody visits a server that is his to use.
pub(crate) fn visit(org: &Org, log: &mut Log<'_>, time: u32, account: u32, pair: (u32, u32)) {
    let kind = org.hosts[pair.1 as usize].kind;
    if kind == HostKind::Controller {
        if log.happens(org.habits.policy_reads) {
            log.deed(time, account, pair, DeedKind::Share(Share::Policy));
        }
    } else if org.habits.keeps_files(pair.1, kind) {
        if log.happens(org.habits.share_use) {
            let written = log.happens(0.35);
            let share = if written { Share::FilesWritten } else { Share::Files };
            log.deed(time, account, pair, DeedKind::Share(share));
        }
    } else if org.habits.prints(pair.1, kind) && log.happens(0.5) {
        log.deed(time, account, pair, DeedKind::Pipe(Pipe::Spooler));
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
    } else if let Some(kind) = ways.choose(&mut log.deeds.rng) {
        log.deed(time, account, pair, kind);
    }
}

/// Accounts are looked after on a controller.
fn accounts(org: &Org, log: &mut Log<'_>, time: u32, account: u32, pair: (u32, u32)) {
    let rng = &mut log.deeds.rng;
    for _ in 0..rng.poisson(org.habits.account_care) {
        let rng = &mut log.deeds.rng;
        let other = org.people[rng.index(org.people.len())].account;
        let kind = rng
            .weighted(&[
                (DeedKind::PasswordReset, 0.45),
                (DeedKind::AccountChange, 0.3),
                (DeedKind::GroupJoin(false), 0.22),
                (DeedKind::GroupJoin(true), 0.03),
            ])
            .unwrap_or(DeedKind::AccountChange);
        log.deed_to(time, account, pair, other, kind);
    }
}

/// Who looks after accounts, and from where on which controller.
fn keeper(org: &Org, log: &mut Log<'_>) -> Option<(u32, (u32, u32))> {
    let keeper = log.deeds.rng.pick(&org.domain_admins)?;
    let keeper = &org.people[keeper as usize];
    let controller = org.controller(&mut log.deeds.rng, keeper.home);
    Some((keeper.admin_account(), (keeper.home, controller)))
}

/// Somebody has another task: his account is changed, and joins other groups.
pub(crate) fn change_account(org: &Org, log: &mut Log<'_>, time: u32, other: u32) {
    let Some((account, pair)) = keeper(org, log) else { return };
    log.deed_to(time, account, pair, other, DeedKind::AccountChange);
    for _ in 0..log.deeds.rng.int(1, 4) {
        log.deed_to(time + 1, account, pair, other, DeedKind::GroupJoin(false));
    }
}

/// A new account is made, and joins groups; one of administrators where `admin` says so.
pub(crate) fn create_account(org: &Org, log: &mut Log<'_>, time: u32, other: u32, admin: bool) {
    let Some((account, pair)) = keeper(org, log) else { return };
    log.deed_to(time, account, pair, other, DeedKind::AccountCreation);
    let groups = if admin { 1 } else { log.deeds.rng.int(1, 4) };
    for _ in 0..groups {
        log.deed_to(time + 1, account, pair, other, DeedKind::GroupJoin(admin));
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
    if let Some(kind) = means.deed(Service::Software, Purpose::Manage) {
        log.deed(time, account, pair, kind);
        if let Some(deed) = log.deeds.list.last_mut() {
            deed.roll = software;
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
            log.deeds.rng.pick(&pipes).map(DeedKind::Pipe)
        }
        _ => means.deed(Service::Tool, Purpose::Query),
    };
    if let Some(kind) = kind {
        log.deed(time, account, pair, kind);
    }
}

/// The backup fetches a host's data.
pub(crate) fn back_up(org: &Org, log: &mut Log<'_>, time: u32, account: u32, pair: (u32, u32)) {
    let controller = org.hosts[pair.1 as usize].kind == HostKind::Controller;
    if controller && org.habits.backup_replicates {
        log.deed(time, account, pair, DeedKind::Replication);
    }
    if let Some(kind) = org.habits.backup.deed(Service::Backup, Purpose::Query) {
        log.deed(time, account, pair, kind);
    }
}

/// A service account does its job on a server: every account does one thing.
pub(crate) fn job(org: &Org, log: &mut Log<'_>, time: u32, account: u32, pair: (u32, u32)) {
    let kind = match account % 16 {
        0..=5 => return visit(org, log, time, account, pair),
        6 | 7 => DeedKind::Share(Share::FilesWritten),
        8 => DeedKind::Share(Share::Drive),
        9 => DeedKind::Pipe(Pipe::ServiceControl),
        10 => DeedKind::Process(Launcher::Wmi, Purpose::Query),
        11 => DeedKind::Task(Purpose::Manage),
        _ => return,
    };
    if log.happens(0.5) {
        log.deed(time, account, pair, kind);
    }
}

/// A machine visits its controller or a server.
pub(crate) fn machine(org: &Org, log: &mut Log<'_>, time: u32, machine: u32, pair: (u32, u32)) {
    let controller = org.hosts[pair.1 as usize].kind == HostKind::Controller;
    let kind = match log.deeds.rng.unit() {
        dice if controller && dice < org.habits.policy_reads => DeedKind::Share(Share::Policy),
        dice if controller && dice < org.habits.policy_reads + 0.1 => {
            let pipes = [Pipe::Netlogon, Pipe::Netlogon, Pipe::Authority, Pipe::Accounts];
            DeedKind::Pipe(log.deeds.rng.pick(&pipes).unwrap_or(Pipe::Netlogon))
        }
        dice if !controller && dice < 0.3 => DeedKind::Pipe(Pipe::Spooler),
        _ => return,
    };
    log.deed(time, machine, pair, kind);
}

/// A controller asks another for what has changed, several times a day.
pub(crate) fn replicate(org: &Org, log: &mut Log<'_>, day: u32, controller: u32) {
    let machine = log.ids.machine(controller);
    for _ in 0..log.deeds.rng.poisson(24.0 / org.habits.replication) {
        let rng = &mut log.deeds.rng;
        let time = day * 86_400 + rng.below(86_400);
        if let Some(other) = rng.pick(&org.controllers).filter(|other| *other != controller) {
            log.deed(time, machine, (controller, other), DeedKind::Replication);
        }
    }
}

/// A host's own services start, at times because Windows updates itself.
pub(crate) fn maintain(org: &Org, log: &mut Log<'_>, time: u32, host: u32) {
    if log.happens(org.habits.updates) {
        let machine = log.ids.machine(host);
        log.deed(time, machine, (host, host), DeedKind::Update);
    }
}

/// A scan that was let in looks at a host.
pub(crate) fn scan(org: &Org, log: &mut Log<'_>, time: u32, account: u32, pair: (u32, u32)) {
    let kind = match log.deeds.rng.unit() {
        dice if org.habits.scan_by_service && dice < 0.3 => DeedKind::Service(Service::Tool),
        dice if dice < 0.5 => DeedKind::Pipe(Pipe::Registry),
        dice if dice < 0.7 => DeedKind::Pipe(Pipe::ServiceControl),
        dice if dice < 0.85 => DeedKind::Pipe(Pipe::Server),
        dice if dice < 0.9 => DeedKind::Pipe(Pipe::Accounts),
        dice if dice < 0.95 => DeedKind::Pipe(Pipe::Workstation),
        _ => DeedKind::Share(Share::Drive),
    };
    log.deed(time, account, pair, kind);
}

/// What somebody does where he sits: installs something, or runs a tool as his second account.
pub(crate) fn at_desk(org: &Org, log: &mut Log<'_>, shift: &Shift) {
    let person = &org.people[shift.person as usize];
    let here = (shift.host, shift.host);
    if log.happens(org.habits.local_installs) {
        let time = shift.moment(&mut log.deeds.rng);
        // With the rights of the person, or by something that runs as the system.
        let machine = log.ids.machine(shift.host);
        let account = if log.happens(0.4) { person.account } else { machine };
        log.deed(time, account, here, DeedKind::Service(Service::Local));
    }
    if log.happens(org.habits.local_installs) {
        let time = shift.moment(&mut log.deeds.rng);
        log.deed(time, person.account, here, DeedKind::Task(Purpose::Manage));
    }
    if person.second != NONE {
        for _ in 0..log.deeds.rng.poisson(org.habits.run_as) {
            let time = shift.moment(&mut log.deeds.rng);
            let net_only = log.happens(org.habits.net_only);
            let kind = if net_only { DeedKind::NewCredentials } else { DeedKind::RunAs };
            log.deed_to(time, person.account, here, person.second, kind);
        }
    }
}
