//! One change of the whole organisation on one day, without any attacker.

use crate::config::{SimConfig, axis};
use crate::hard_negatives::{Calendar, Campaign};
use crate::names::{NONE, Names};
use crate::org::{HostKind, Org, Tier};
use crate::rng::{Rng, Stream};

/// One of so many people belongs to the company that joins, or changes the team.
const CONCERNED: usize = 3;
/// Number of the domain of the company that joins.
const JOINING_DOMAIN: u8 = 9;

axis! {
    /// What changes.
    ChangeKind ("change") {
        /// Every account is in another domain from that day on.
        Migration = "migration",
        /// Every host has another name from that day on.
        Renaming = "renaming",
        /// A company of half the size joins: its people, hosts and servers are seen from that day on.
        Merger = "merger",
        /// A third of the people change the team, and with it their servers.
        Reorganisation = "reorganisation",
    }
}

/// A change of the whole organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change {
    /// What changes.
    pub kind: ChangeKind,
    /// The day on which it does, from 0.
    pub day: u32,
}

impl Change {
    /// Puts the change into what will happen.
    pub(crate) fn plan(self, org: &mut Org, calendar: &mut Calendar, config: &SimConfig) {
        let mut rng = Rng::new(config.seed, Stream::Change, 0, 0);
        match self.kind {
            ChangeKind::Migration | ChangeKind::Renaming => {}
            ChangeKind::Merger => self.merge(org, calendar, &mut rng),
            ChangeKind::Reorganisation => self.reorganise(org, calendar, &mut rng),
        }
    }

    /// Changes what is called otherwise from `day` on.
    pub(crate) fn rename(self, day: u32, names: &mut Names, org: &Org) {
        match self.kind {
            ChangeKind::Migration if day == self.day => names.change_domains(),
            ChangeKind::Renaming if day == self.day => names.rename_hosts(org.ids()),
            _ => {}
        }
    }

    /// Whole departments without administrators, a third of all people together, were another company
    /// until then.
    fn merge(self, org: &mut Org, calendar: &mut Calendar, rng: &mut Rng) {
        let is_led = |d: &usize| {
            let members = &org.departments[*d].members;
            members.iter().any(|p| org.people[*p as usize].tier != Tier::Nothing)
        };
        let mut others: Vec<usize> = (0..org.departments.len()).filter(|d| !is_led(d)).collect();
        rng.shuffle(&mut others);
        let mut joining: Vec<u32> = Vec::new();
        for d in others {
            if CONCERNED * joining.len() >= org.people.len() {
                break;
            }
            joining.extend(&org.departments[d].members);
            for server in org.departments[d].servers.clone() {
                let host = &mut org.hosts[server as usize];
                if host.kind == HostKind::Department {
                    host.born = host.born.max(self.day);
                    host.domain = JOINING_DOMAIN;
                }
            }
        }
        for p in &joining {
            let person = &mut org.people[*p as usize];
            person.joined = person.joined.max(self.day);
            let (home, other, account) = (person.home, person.other, person.account);
            org.accounts[account as usize].domain = JOINING_DOMAIN;
            for host in [home, other].into_iter().filter(|host| *host != NONE) {
                let host = &mut org.hosts[host as usize];
                if host.kind == HostKind::Workstation {
                    host.born = host.born.max(self.day);
                    host.domain = JOINING_DOMAIN;
                }
            }
        }
        calendar.drop_before(self.day, &joining);
    }

    fn reorganise(self, org: &Org, calendar: &mut Calendar, rng: &mut Rng) {
        let people = 0..crate::org::count(org.people.len());
        let mut staff: Vec<u32> = people
            .filter(|p| {
                let person = &org.people[*p as usize];
                person.present(self.day) && !person.consultant && !person.dormant()
            })
            .collect();
        rng.shuffle(&mut staff);
        staff.truncate(staff.len() / CONCERNED);
        for person in staff {
            let department = rng.index(org.departments.len()) as u16;
            calendar.later(self.day, Campaign::RoleChange { person, department });
        }
    }
}
