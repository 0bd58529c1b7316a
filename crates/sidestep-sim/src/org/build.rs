//! Builds the organisation of a seed.

use super::{Department, Habits, HostKind, Org, Owner, Parameters, Services, Tier};
use crate::config::SimConfig;
use crate::names::NONE;
use crate::rng::{Rng, Stream};

/// Accounts kept ready for attackers to create. Fixed, so that attacks rename nobody.
const SPARE: u32 = 64;

/// Builds the organisation; what changes during the log is planned by the calendar afterwards.
pub(crate) fn build(config: &SimConfig) -> Org {
    let parameters = Parameters::draw(config.seed, config.accounts, config.scenario.restlessness());
    let mut org = Org {
        parameters,
        habits: Habits::draw(config),
        hosts: Vec::new(),
        moved: Vec::new(),
        accounts: Vec::new(),
        owners: Vec::new(),
        departments: Vec::new(),
        people: Vec::new(),
        services: Services::default(),
        controllers: Vec::new(),
        globals: Vec::new(),
        jumps: Vec::new(),
        hot_desks: Vec::new(),
        shared_desks: Vec::new(),
        workstations: Vec::new(),
        servers: Vec::new(),
        groups: Vec::new(),
        helpdesk: Vec::new(),
        server_admins: Vec::new(),
        domain_admins: Vec::new(),
        spare: Vec::new(),
    };
    let mut rng = Rng::new(config.seed, Stream::Hosts, 0, 0);
    let people = f64::from(config.accounts);
    departments(&mut org, &mut rng, people);
    shared_hosts(&mut org, &mut rng, people);
    department_servers(&mut org, &mut rng);
    applications(&mut org, &mut rng, people);
    let mut rng = Rng::new(config.seed, Stream::Services, 0, 0);
    org.add_services(&mut rng, config.accounts, config.days);
    groups(&mut org, &mut rng);
    let mut rng = Rng::new(config.seed, Stream::People, 0, 0);
    staff(&mut org, &mut rng, config.accounts, config.days);
    administrators(&mut org, &mut rng);
    for _ in 0..SPARE {
        let domain = org.departments[0].domain;
        let account = org.add_account('U', domain, Owner::Spare);
        org.spare.push(account);
    }
    org
}

fn departments(org: &mut Org, rng: &mut Rng, people: f64) {
    let n = (people / org.parameters.department_size).clamp(2.0, 60_000.0) as u32;
    let sites = org.parameters.site_offsets.len();
    for i in 0..n {
        let site = if i == 0 { 0 } else { rng.index(sites) };
        let domain = if org.parameters.domains > 1 && i > 0 && rng.chance(0.35) { 2 } else { 1 };
        let technical = i == 0 || rng.chance(org.parameters.technical);
        let team_account =
            if technical { org.add_account('U', domain, Owner::Team(i as u16)) } else { NONE };
        org.departments.push(Department {
            site: site as u8,
            domain,
            technical,
            members: Vec::new(),
            servers: Vec::new(),
            team_account,
        });
    }
}

fn shared_hosts(org: &mut Org, rng: &mut Rng, people: f64) {
    let sites = super::count(org.parameters.site_offsets.len());
    let controllers = 2 + (people / 2_500.0).min(40.0) as u32;
    for i in 0..controllers.max(sites) {
        org.add_host(rng, HostKind::Controller, 0, ((i % sites) as u8, 1), 0);
    }
    let globals = rng.int(4, 7) + (people / rng.range(250.0, 700.0)) as u32;
    for i in 0..globals.max(sites) {
        let host = org.add_host(rng, HostKind::Global, 0, ((i % sites) as u8, 1), 0);
        org.globals.push(host);
    }
    for i in 0..org.parameters.jump_hosts {
        let host = org.add_host(rng, HostKind::Jump, 0, ((i % sites) as u8, 1), 0);
        org.jumps.push(host);
    }
    let desks = (people * org.parameters.hot_desk * rng.range(0.5, 0.9)) as u32;
    for _ in 0..desks.max(2) {
        let d = rng.index(org.departments.len());
        let site = org.departments[d].site;
        org.add_host(rng, HostKind::HotDesk, d as u16, (site, 1), 0);
    }
    let shared = 1 + (people * rng.range(0.003, 0.012)) as u32;
    for _ in 0..shared {
        let d = rng.index(org.departments.len());
        let site = org.departments[d].site;
        org.add_host(rng, HostKind::Shared, d as u16, (site, 1), 0);
    }
}

fn department_servers(org: &mut Org, rng: &mut Rng) {
    for d in 0..org.departments.len() {
        let (site, domain) = (org.departments[d].site, org.departments[d].domain);
        let (low, high) = org.parameters.department_servers;
        let more = if org.departments[d].technical { rng.below(4) } else { 0 };
        for _ in 0..rng.int(low, high) + more {
            let host = org.add_host(rng, HostKind::Department, d as u16, (site, domain), 0);
            org.departments[d].servers.push(host);
        }
    }
}

fn applications(org: &mut Org, rng: &mut Rng, people: f64) {
    let n = 1 + (people / org.parameters.people_per_app) as u32;
    let all: Vec<u16> = (0..org.departments.len()).map(|d| d as u16).collect();
    for _ in 0..n {
        let breadth = rng.log_range(1.0, 6.0) as usize;
        let users = rng.sample(&all, breadth);
        org.add_app(rng, &users, 0);
    }
}

fn groups(org: &mut Org, rng: &mut Rng) {
    let n = (org.servers.len() as f64 / org.parameters.server_group).clamp(1.0, 60_000.0) as u32;
    org.groups = vec![Vec::new(); n as usize];
    for server in org.servers.clone() {
        let group = rng.below(n);
        org.hosts[server as usize].group = group as u16;
        org.groups[group as usize].push(server);
    }
}

fn staff(org: &mut Org, rng: &mut Rng, accounts: u32, days: u32) {
    let others = super::count(org.accounts.len());
    let admins = f64::from(accounts) * org.parameters.admins * org.parameters.second_account;
    let people = accounts.saturating_sub(others + admins as u32).max(12).max(accounts / 3);
    let spread = org.parameters.department_spread;
    let weights: Vec<(u16, f64)> = (0..org.departments.len())
        .map(|d| (d as u16, rng.log_range(1.0, spread.max(1.01))))
        .collect();
    let total: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let mut carried = 0.0;
    for (department, weight) in &weights {
        carried += f64::from(people) * weight / total;
        let n = libm::round(carried) as u32;
        carried -= f64::from(n);
        for _ in 0..n {
            org.add_person(rng, *department, None, 0);
        }
    }
    while org.people.len() < 12 {
        org.add_person(rng, 0, None, 0);
    }
    let dormant = org.parameters.dormant;
    // Half of the forgotten accounts were used in the first days of the log, half never.
    let early = days.min(30) / 5;
    for p in 10..org.people.len() {
        if p == 11 || rng.chance(dormant) {
            org.people[p].dormant_from = if rng.chance(0.5) { rng.int(0, early) } else { 0 };
        }
    }
}

fn administrators(org: &mut Org, rng: &mut Rng) {
    let people = super::count(org.people.len());
    let wanted = (f64::from(people) * org.parameters.admins) as usize;
    let able: Vec<u32> = (0..people)
        .filter(|p| {
            let person = &org.people[*p as usize];
            !person.dormant() && !person.hot_desk
        })
        .collect();
    // Administrators come from technical departments first.
    let mut order = able;
    rng.shuffle(&mut order);
    order.sort_by_key(|p| {
        !org.departments[usize::from(org.people[*p as usize].department)].technical
    });
    for (i, p) in order.into_iter().take(wanted.max(4)).enumerate() {
        let tier = match i {
            0 => Tier::Domain,
            1 | 2 => Tier::Servers,
            3 => Tier::Helpdesk,
            _ => rng
                .weighted(&[(Tier::Helpdesk, 0.4), (Tier::Servers, 0.5), (Tier::Domain, 0.1)])
                .unwrap_or(Tier::Servers),
        };
        let second = i < 2 || rng.chance(org.parameters.second_account);
        org.promote(rng, p, tier, second);
        match tier {
            Tier::Helpdesk => org.helpdesk.push(p),
            Tier::Servers => org.server_admins.push(p),
            Tier::Domain => org.domain_admins.push(p),
            Tier::Nothing => {}
        }
    }
}
