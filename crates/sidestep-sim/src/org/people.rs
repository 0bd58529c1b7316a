//! People: where they sit, what they use, when they work.

use super::{HostKind, Org, Owner};
use crate::names::NONE;
use crate::rng::Rng;

/// What somebody administers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tier {
    Nothing,
    /// Other people's workstations.
    Helpdesk,
    /// One or two groups of servers.
    Servers,
    /// Controllers, and all servers.
    Domain,
}

/// Somebody.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) account: u32,
    /// Second account for administration, or `NONE`.
    pub(crate) second: u32,
    pub(crate) tier: Tier,
    /// Groups of servers that he administers.
    pub(crate) groups: [u16; 2],
    pub(crate) department: u16,
    pub(crate) site: u8,
    pub(crate) home: u32,
    /// Laptop or second machine, or `NONE`.
    pub(crate) other: u32,
    pub(crate) hot_desk: bool,
    pub(crate) consultant: bool,
    pub(crate) developer: bool,
    /// Habitual servers, most used first.
    pub(crate) servers: Vec<u32>,
    /// Start of the working day in seconds, and its length.
    pub(crate) start: f64,
    pub(crate) length: f64,
    pub(crate) activity: f64,
    pub(crate) curiosity: f64,
    /// Whether he uses his second account straight from his own machine.
    pub(crate) direct: f64,
    pub(crate) joined: u32,
    pub(crate) left: u32,
    /// Away before this day.
    pub(crate) away_until: u32,
    /// Day of return from an absence, or `NONE`.
    pub(crate) returned: u32,
    /// Still finding his way until this day.
    pub(crate) fresh_until: u32,
    /// From this day on nobody uses the account; 0 if nobody ever did.
    pub(crate) dormant_from: u32,
}

impl Person {
    pub(crate) const fn dormant(&self) -> bool {
        self.dormant_from != u32::MAX
    }

    pub(crate) const fn present(&self, day: u32) -> bool {
        day < self.dormant_from && self.joined <= day && day < self.left && self.away_until <= day
    }

    /// The account he administers with.
    pub(crate) const fn admin_account(&self) -> u32 {
        if self.second == NONE { self.account } else { self.second }
    }
}

impl Org {
    /// Adds somebody to a department, with a machine of his own unless he is given one.
    pub(crate) fn add_person(
        &mut self,
        rng: &mut Rng,
        department: u16,
        home: Option<u32>,
        joined: u32,
    ) -> u32 {
        let p = super::count(self.people.len());
        let (site, domain) = {
            let d = &self.departments[usize::from(department)];
            (d.site, d.domain)
        };
        let account = self.add_account('U', domain, Owner::Person(p));
        let hot_desk =
            home.is_none() && !self.hot_desks.is_empty() && rng.chance(self.parameters.hot_desk);
        let home = match home {
            Some(host) => host,
            None if hot_desk => rng.pick(&self.hot_desks).unwrap_or(0),
            None => self.add_host(rng, HostKind::Workstation, department, (site, domain), joined),
        };
        let other = if !hot_desk && rng.chance(self.parameters.second_machine) {
            self.add_host(rng, HostKind::Workstation, department, (site, domain), joined)
        } else {
            NONE
        };
        let technical = self.departments[usize::from(department)].technical;
        let developer = technical && rng.chance(self.parameters.developers);
        let person = Person {
            account,
            second: NONE,
            tier: Tier::Nothing,
            groups: [0, 0],
            department,
            site,
            home,
            other,
            hot_desk,
            consultant: false,
            developer,
            servers: self.habit(rng, department),
            start: 3_600.0
                * (self.parameters.start_hour + self.parameters.start_spread * rng.normal()),
            length: 3_600.0 * (self.parameters.day_hours + 0.6 * rng.normal()),
            activity: rng.log_range(0.5, 2.0),
            curiosity: rng.log_range(0.3, 2.2),
            direct: rng.unit(),
            joined,
            left: u32::MAX,
            away_until: 0,
            returned: NONE,
            fresh_until: 0,
            dormant_from: u32::MAX,
        };
        self.people.push(person);
        self.departments[usize::from(department)].members.push(p);
        p
    }

    /// What somebody new to a department comes to use.
    pub(crate) fn habit(&self, rng: &mut Rng, department: u16) -> Vec<u32> {
        let d = &self.departments[usize::from(department)];
        let (low, high) = self.parameters.habit;
        let wanted = rng.int(low, high) as usize;
        let near: Vec<u32> = self
            .globals
            .iter()
            .copied()
            .filter(|h| self.hosts[*h as usize].site == d.site)
            .collect();
        let globals = if near.is_empty() { &self.globals } else { &near };
        let n = rng.int(2, 4) as usize;
        let mut list = rng.sample(globals, n);
        let own = wanted.saturating_sub(list.len()).max(1);
        list.extend(rng.sample(&d.servers, own));
        if rng.chance(0.3) {
            list.extend(rng.pick(&self.servers));
        }
        list.retain(|h| {
            !matches!(self.hosts[*h as usize].kind, HostKind::Jump | HostKind::Management)
        });
        dedup(&mut list);
        rng.shuffle(&mut list);
        list
    }

    /// Makes somebody an administrator.
    pub(crate) fn promote(&mut self, rng: &mut Rng, p: u32, tier: Tier, second: bool) {
        let groups = super::count(self.groups.len());
        let letter = self.parameters.admin_letter;
        let domain = {
            let person = &self.people[p as usize];
            self.departments[usize::from(person.department)].domain
        };
        if second && self.people[p as usize].second == NONE {
            let account = self.add_account(letter, domain, Owner::Second(p));
            self.people[p as usize].second = account;
        }
        let first = u16::try_from(rng.below(groups)).unwrap_or(0);
        let other =
            if rng.chance(0.4) { u16::try_from(rng.below(groups)).unwrap_or(0) } else { first };
        let person = &mut self.people[p as usize];
        person.tier = tier;
        person.groups = [first, other];
    }
}

/// Keeps the first of each.
pub(crate) fn dedup(list: &mut Vec<u32>) {
    let mut kept = Vec::with_capacity(list.len());
    list.retain(|item| {
        let new = !kept.contains(item);
        if new {
            kept.push(*item);
        }
        new
    });
}
