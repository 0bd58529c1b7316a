//! When what happens: every change of the organisation has its day before the log begins.

use super::{HardNegative, Tally, nights, people, servers, storms};
use crate::config::SimConfig;
use crate::log::Log;
use crate::names::NONE;
use crate::org::{HostKind, Org, Owner, Scanner, Tier};
use crate::rng::{Rng, Stream};

/// One thing that happens on one day.
#[derive(Debug, Clone)]
pub(crate) enum Campaign {
    Arrival { person: u32 },
    RoleChange { person: u32, department: u16 },
    Promotion { person: u32, account: u32, tier: Tier },
    Leave { person: u32, until: u32 },
    Reimage { person: u32 },
    Rename { person: u32, host: u32 },
    Migration { old: u32, new: u32, spread: u32 },
    Rollout { app: usize, departments: Vec<u16> },
    PatchNight { person: u32 },
    OnCall { person: u32 },
    PersonStorm { person: u32 },
    ServiceStorm { service: usize },
    Project { departments: (u16, u16), until: u32 },
    Dissolve { person: u32, server: u32 },
    Deployment,
}

impl Campaign {
    /// The person that it happens to, if it is one.
    const fn person(&self) -> Option<u32> {
        match self {
            Self::Arrival { person }
            | Self::RoleChange { person, .. }
            | Self::Promotion { person, .. }
            | Self::Leave { person, .. }
            | Self::Reimage { person }
            | Self::Rename { person, .. }
            | Self::PatchNight { person }
            | Self::OnCall { person }
            | Self::PersonStorm { person }
            | Self::Dissolve { person, .. } => Some(*person),
            Self::Migration { .. }
            | Self::Rollout { .. }
            | Self::ServiceStorm { .. }
            | Self::Project { .. }
            | Self::Deployment => None,
        }
    }
}

/// What happens, by day.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calendar {
    days: Vec<Vec<Campaign>>,
}

impl Calendar {
    /// Plans the whole log. Adds the accounts and machines that will come to exist.
    pub(crate) fn plan(org: &mut Org, config: &SimConfig) -> Self {
        let rng = Rng::new(config.seed, Stream::Calendar, 0, 0);
        let mut planner = Planner {
            calendar: Self { days: vec![Vec::new(); config.days as usize] },
            rng,
            days: config.days,
            learn: config.learn_days,
            scale: libm::pow(f64::from(config.accounts) / 800.0, 0.9) * f64::from(config.days)
                / 30.0
                * org.parameters.change,
        };
        planner.arrivals(org);
        planner.changes(org);
        planner.machines(org);
        planner.servers(org);
        planner.nights(org);
        planner.scanners(org);
        planner.calendar
    }

    /// What happens on `day`.
    pub(crate) fn on(&self, day: u32) -> &[Campaign] {
        self.days.get(day as usize).map_or(&[], Vec::as_slice)
    }

    /// Drops what happens to these people before `day`, on which they join.
    pub(crate) fn drop_before(&mut self, day: u32, people: &[u32]) {
        for list in self.days.iter_mut().take(day as usize) {
            list.retain(|campaign| !campaign.person().is_some_and(|p| people.contains(&p)));
        }
    }

    /// Adds something for later.
    pub(crate) fn later(&mut self, day: u32, campaign: Campaign) {
        if let Some(list) = self.days.get_mut(day as usize) {
            list.push(campaign);
        }
    }
}

struct Planner {
    calendar: Calendar,
    rng: Rng,
    days: u32,
    learn: u32,
    scale: f64,
}

impl Planner {
    /// Days on which something happens that happens `per_month` times in a month to 800 people:
    /// at least once while learning and once after, where the log is long enough.
    fn dates(&mut self, per_month: f64) -> Vec<u32> {
        let n = self.rng.poisson(per_month * self.scale).max(2);
        (0..n)
            .map(|i| match i {
                0 if self.learn > 1 => self.rng.int(1, self.learn - 1),
                1 => self.rng.int(self.learn.max(1), self.days - 1),
                _ => self.rng.int(1, self.days - 1),
            })
            .collect()
    }

    /// Somebody who is there, by rule.
    fn somebody(&mut self, org: &Org) -> u32 {
        for _ in 0..20 {
            let p = self.rng.index(org.people.len());
            let person = &org.people[p];
            if person.joined == 0 && !person.dormant() && !person.consultant {
                return p as u32;
            }
        }
        0
    }

    fn department(&mut self, org: &Org) -> u16 {
        self.rng.index(org.departments.len()) as u16
    }

    fn put(&mut self, day: u32, campaign: Campaign) {
        self.calendar.later(day, campaign);
    }

    fn arrivals(&mut self, org: &mut Org) {
        let rate = self.rng.range(7.0, 20.0);
        for day in self.dates(rate) {
            let department = self.department(org);
            let person = org.add_person(&mut self.rng, department, None, day);
            org.people[person as usize].fresh_until = day + 8;
            self.put(day, Campaign::Arrival { person });
        }
        let rate = self.rng.range(4.0, 12.0);
        for day in self.dates(rate) {
            let department = self.department(org);
            let Some(desk) = self.rng.pick(&org.shared_desks) else { continue };
            let person = org.add_person(&mut self.rng, department, Some(desk), day);
            let stays = self.rng.int(3, 20);
            let someone = &mut org.people[person as usize];
            someone.consultant = true;
            someone.other = NONE;
            someone.left = day + stays;
            someone.fresh_until = day + 4;
        }
        // Those who have been there from the start.
        let n = 2 + self.rng.poisson(3.0 * libm::pow(self.scale.max(0.1), 0.9));
        for _ in 0..n {
            let department = self.department(org);
            let Some(desk) = self.rng.pick(&org.shared_desks) else { continue };
            let person = org.add_person(&mut self.rng, department, Some(desk), 0);
            org.people[person as usize].consultant = true;
            org.people[person as usize].other = NONE;
        }
    }

    fn changes(&mut self, org: &mut Org) {
        let rate = self.rng.range(4.0, 14.0);
        for day in self.dates(rate) {
            let (person, department) = (self.somebody(org), self.department(org));
            self.put(day, Campaign::RoleChange { person, department });
        }
        let rate = self.rng.range(0.5, 2.5);
        for day in self.dates(rate) {
            let person = self.somebody(org);
            if org.people[person as usize].tier != Tier::Nothing {
                continue;
            }
            let letter = org.parameters.admin_letter;
            let account = org.add_account(letter, 1, Owner::Second(person));
            let tier = if self.rng.chance(0.4) { Tier::Helpdesk } else { Tier::Servers };
            self.put(day, Campaign::Promotion { person, account, tier });
        }
        let rate = self.rng.range(30.0, 80.0);
        for day in self.dates(rate) {
            let person = self.somebody(org);
            let until = day + self.rng.log_range(5.0, 24.0) as u32;
            self.put(day, Campaign::Leave { person, until });
        }
        let rate = self.rng.range(8.0, 25.0);
        for day in self.dates(rate) {
            let person = self.somebody(org);
            self.put(day, Campaign::PersonStorm { person });
        }
        let rate = self.rng.range(0.8, 3.0);
        for day in self.dates(rate) {
            let service = self.rng.index(org.services.broad.len());
            self.put(day, Campaign::ServiceStorm { service });
        }
        let rate = self.rng.range(2.0, 8.0);
        for day in self.dates(rate) {
            let departments = (self.department(org), self.department(org));
            let until = day + self.rng.int(4, 25);
            self.put(day, Campaign::Project { departments, until });
        }
    }

    fn machines(&mut self, org: &mut Org) {
        let rate = self.rng.range(8.0, 25.0);
        for day in self.dates(rate) {
            let person = self.somebody(org);
            self.put(day, Campaign::Reimage { person });
        }
        let rate = self.rng.range(4.0, 14.0);
        for day in self.dates(rate) {
            let person = self.somebody(org);
            let old = org.hosts[org.people[person as usize].home as usize];
            if old.kind != HostKind::Workstation {
                continue;
            }
            let place = (old.site, old.domain);
            let host = org.add_host(&mut self.rng, old.kind, old.department, place, day);
            self.put(day, Campaign::Rename { person, host });
        }
    }

    fn servers(&mut self, org: &mut Org) {
        let rate = self.rng.range(1.5, 5.0);
        for day in self.dates(rate) {
            let Some(old) = self.rng.pick(&org.servers) else { continue };
            if org.hosts[old as usize].kind == HostKind::Management {
                continue;
            }
            let host = org.hosts[old as usize];
            let place = (host.site, host.domain);
            let new = org.add_host(&mut self.rng, host.kind, host.department, place, day);
            org.hosts[new as usize].group = host.group;
            // A server that is only renamed takes all its users at once.
            let spread = if self.rng.chance(0.35) { 1 } else { self.rng.int(2, 5) };
            self.put(day, Campaign::Migration { old, new, spread });
        }
        let rate = self.rng.range(0.8, 2.5);
        for day in self.dates(rate) {
            let breadth = self.rng.log_range(1.0, 10.0) as usize;
            let all: Vec<u16> = (0..org.departments.len()).map(|d| d as u16).collect();
            let departments = self.rng.sample(&all, breadth);
            let app = org.add_app(&mut self.rng, &departments, day);
            let group = self.rng.index(org.groups.len()) as u16;
            let hosts = org.services.apps[app].hosts.clone();
            for host in hosts.iter().chain([&org.services.apps[app].database.clone()]) {
                org.hosts[*host as usize].group = group;
            }
            self.put(day, Campaign::Rollout { app, departments });
        }
        let rate = self.rng.range(3.0, 12.0);
        for day in self.dates(rate) {
            self.put(day, Campaign::Deployment);
        }
    }

    fn nights(&mut self, org: &Org) {
        let everybody: Vec<u32> = [&org.helpdesk, &org.server_admins, &org.domain_admins]
            .into_iter()
            .flatten()
            .copied()
            .collect();
        let rate = self.rng.range(2.0, 7.0);
        for day in self.dates(rate) {
            if let Some(person) = self.rng.pick(&everybody) {
                self.put(day, Campaign::PatchNight { person });
            }
        }
        let rate = self.rng.range(8.0, 22.0);
        for day in self.dates(rate) {
            let list = if self.rng.chance(0.85) { &org.server_admins } else { &everybody };
            if let Some(person) = self.rng.pick(list) {
                self.put(day, Campaign::OnCall { person });
            }
        }
    }

    /// A scanner nobody has seen before, in about half of all organisations.
    fn scanners(&mut self, org: &mut Org) {
        if !self.rng.chance(0.5) {
            return;
        }
        let from_day = self.rng.int(self.learn.max(1), self.days - 1);
        let domain = org.departments[0].domain;
        let host = org.add_host(&mut self.rng, HostKind::Management, 0, (0, domain), from_day);
        let account = if self.rng.chance(0.6) {
            org.add_account('S', domain, Owner::Service)
        } else {
            org.people[org.domain_admins.first().copied().unwrap_or(0) as usize].admin_account()
        };
        let scanner = Scanner {
            account,
            host,
            from_day,
            every: self.rng.int(2, 6),
            reach: self.rng.range(0.1, 0.5),
            hour: self.rng.int(0, 22),
        };
        org.services.scanners.push(scanner);
    }
}

/// Makes one campaign happen.
pub(crate) fn run(
    campaign: &Campaign,
    org: &mut Org,
    calendar: &mut Calendar,
    day: u32,
    rng: &mut Rng,
    log: &mut Log<'_>,
    tally: &mut Tally,
) {
    let kind = match campaign {
        Campaign::Arrival { person } => {
            people::arrival(org, *person, day, rng, log);
            HardNegative::Onboarding
        }
        Campaign::RoleChange { person, department } => {
            people::role_change(org, *person, *department, day, rng, log);
            HardNegative::RoleChange
        }
        Campaign::Promotion { person, account, tier } => {
            people::promotion(org, *person, (*account, *tier), day, rng, log);
            HardNegative::Promotion
        }
        Campaign::Leave { person, until } => {
            people::leave(org, *person, *until);
            HardNegative::LeaveAndReturn
        }
        Campaign::Reimage { person } => {
            people::reimage(org, *person, day, rng, log);
            HardNegative::ReimagedMachine
        }
        Campaign::Rename { person, host } => {
            people::rename(org, *person, *host, day, rng, log);
            HardNegative::RenamedMachine
        }
        Campaign::Migration { old, new, spread } => {
            servers::migration(org, (*old, *new), *spread, day, rng, log);
            HardNegative::ServerMigration
        }
        Campaign::Rollout { app, departments } => {
            servers::rollout(org, *app, departments, day, rng, log);
            HardNegative::ApplicationRollout
        }
        Campaign::PatchNight { person } => {
            nights::patch_night(org, *person, day, rng, log);
            HardNegative::PatchNight
        }
        Campaign::OnCall { person } => {
            nights::on_call(org, *person, day, rng, log);
            HardNegative::OnCallNight
        }
        Campaign::PersonStorm { person } => {
            storms::person(org, *person, day, rng, log);
            HardNegative::PasswordStorm
        }
        Campaign::ServiceStorm { service } => {
            storms::service(org, *service, day, rng, log);
            HardNegative::PasswordStorm
        }
        Campaign::Project { departments, until } => {
            people::project(org, calendar, *departments, *until, rng);
            HardNegative::Project
        }
        Campaign::Dissolve { person, server } => {
            people::dissolve(org, *person, *server);
            return;
        }
        Campaign::Deployment => {
            servers::deployment(org, day, rng, log);
            HardNegative::Deployment
        }
    };
    tally.add(kind);
}
