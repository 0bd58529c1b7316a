//! The organisation: its machines, its people, and who uses what.

mod build;
mod habits;
mod parameters;
mod people;
mod services;

pub(crate) use build::build;
pub(crate) use habits::{Habits, Means, Ways};
pub(crate) use parameters::Parameters;
pub(crate) use people::{Person, Tier, dedup};
pub(crate) use services::{Scanner, Services};

use crate::login_row::Auth;
use crate::names::{Ids, Named};
use crate::rng::Rng;

/// What a host is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HostKind {
    Workstation,
    /// A desk for whoever comes.
    HotDesk,
    /// A machine that several consultants share.
    Shared,
    /// A server of one department.
    Department,
    App,
    Database,
    /// Mail, files, print, intranet: everybody's.
    Global,
    Controller,
    Jump,
    /// Where backup, monitoring, deployment and scans run.
    Management,
}

/// A machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Host {
    pub(crate) kind: HostKind,
    pub(crate) department: u16,
    pub(crate) site: u8,
    pub(crate) domain: u8,
    /// Speaks NTLM most of the time.
    pub(crate) ntlm: bool,
    /// Reached by SSH.
    pub(crate) ssh: bool,
    /// Administrative group; servers only.
    pub(crate) group: u16,
    /// Day it first exists.
    pub(crate) born: u32,
    /// First day it no longer exists.
    pub(crate) gone: u32,
}

impl Host {
    pub(crate) const fn exists(&self, day: u32) -> bool {
        self.born <= day && day < self.gone
    }

    pub(crate) const fn is_server(&self) -> bool {
        !matches!(self.kind, HostKind::Workstation | HostKind::HotDesk | HostKind::Shared)
    }
}

/// Whose an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Owner {
    Person(u32),
    /// Second account of this person.
    Second(u32),
    /// Shared by the people of this department.
    Team(u16),
    Service,
    /// Not created yet: an attacker may.
    Spare,
}

/// A department.
#[derive(Debug, Clone, Default)]
pub(crate) struct Department {
    pub(crate) site: u8,
    pub(crate) domain: u8,
    pub(crate) technical: bool,
    pub(crate) members: Vec<u32>,
    /// Its own servers, and those of the applications it uses.
    pub(crate) servers: Vec<u32>,
    pub(crate) team_account: u32,
}

/// A server that moved: where to, from which day, and over how many days its users follow.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moved {
    pub(crate) to: u32,
    pub(crate) day: u32,
    pub(crate) spread: u32,
}

/// The organisation.
#[derive(Debug, Clone)]
pub(crate) struct Org {
    pub(crate) parameters: Parameters,
    pub(crate) habits: Habits,
    pub(crate) hosts: Vec<Host>,
    pub(crate) moved: Vec<Option<Moved>>,
    pub(crate) accounts: Vec<Named>,
    pub(crate) owners: Vec<Owner>,
    pub(crate) departments: Vec<Department>,
    pub(crate) people: Vec<Person>,
    pub(crate) services: Services,
    pub(crate) controllers: Vec<u32>,
    pub(crate) globals: Vec<u32>,
    pub(crate) jumps: Vec<u32>,
    pub(crate) hot_desks: Vec<u32>,
    pub(crate) shared_desks: Vec<u32>,
    pub(crate) workstations: Vec<u32>,
    /// Every server but the controllers.
    pub(crate) servers: Vec<u32>,
    pub(crate) groups: Vec<Vec<u32>>,
    pub(crate) helpdesk: Vec<u32>,
    pub(crate) server_admins: Vec<u32>,
    pub(crate) domain_admins: Vec<u32>,
    /// Accounts that an attacker may create.
    pub(crate) spare: Vec<u32>,
}

impl Org {
    /// How account numbers are laid out, once no more accounts and hosts are added.
    pub(crate) fn ids(&self) -> Ids {
        Ids { named: count(self.accounts.len()), hosts: count(self.hosts.len()) }
    }

    /// Adds a host that exists from day `born`.
    pub(crate) fn add_host(
        &mut self,
        rng: &mut Rng,
        kind: HostKind,
        department: u16,
        (site, domain): (u8, u8),
        born: u32,
    ) -> u32 {
        let id = count(self.hosts.len());
        let mut host = Host {
            kind,
            department,
            site,
            domain,
            ntlm: false,
            ssh: false,
            group: 0,
            born,
            gone: u32::MAX,
        };
        if host.is_server() && kind != HostKind::Controller && kind != HostKind::Jump {
            host.ntlm = rng.chance(self.parameters.ntlm_servers);
            let technical =
                self.departments.get(usize::from(department)).is_some_and(|d| d.technical);
            host.ssh = match kind {
                HostKind::App | HostKind::Database => rng.chance(self.parameters.unix),
                HostKind::Department => technical && rng.chance(self.parameters.unix),
                _ => false,
            };
            host.ntlm &= !host.ssh;
        }
        self.hosts.push(host);
        self.moved.push(None);
        match kind {
            HostKind::Workstation if born == 0 => self.workstations.push(id),
            HostKind::HotDesk => self.hot_desks.push(id),
            HostKind::Shared => self.shared_desks.push(id),
            HostKind::Controller => self.controllers.push(id),
            HostKind::Workstation => {}
            _ if born == 0 => self.servers.push(id),
            _ => {}
        }
        id
    }

    /// Adds a named account.
    pub(crate) fn add_account(&mut self, letter: char, domain: u8, owner: Owner) -> u32 {
        let id = count(self.accounts.len());
        self.accounts.push(Named { letter, domain });
        self.owners.push(owner);
        id
    }

    /// Where somebody who means `server` ends up on `day`.
    pub(crate) fn resolve(&self, server: u32, who: u32, day: u32) -> u32 {
        let mut at = server;
        for _ in 0..4 {
            match self.moved[at as usize] {
                Some(moved) if day >= moved.day + who % moved.spread.max(1) => at = moved.to,
                _ => break,
            }
        }
        at
    }

    /// Controller that serves a host: near ones by site, the same one most of the time.
    pub(crate) fn controller(&self, rng: &mut Rng, host: u32) -> u32 {
        let n = self.controllers.len();
        let site = usize::from(self.hosts[host as usize].site);
        let usual = (site * 7 + host as usize % 3) % n;
        let index = if rng.chance(0.94) { usual } else { rng.index(n) };
        self.controllers[index]
    }

    /// What a visit to `host` is authenticated by.
    pub(crate) fn auth(&self, rng: &mut Rng, host: u32) -> Auth {
        let host = &self.hosts[host as usize];
        if host.ssh {
            return Auth::Unknown;
        }
        let ntlm = if host.ntlm { 0.85 } else { self.parameters.ntlm };
        if rng.chance(ntlm) { Auth::Ntlm } else { Auth::Kerberos }
    }

    /// Whether an account administers anything.
    pub(crate) fn administers(&self, account: u32) -> bool {
        match self.owners.get(account as usize) {
            Some(Owner::Second(_)) => true,
            Some(Owner::Person(p)) => {
                let person = &self.people[*p as usize];
                person.tier != Tier::Nothing && person.admin_account() == account
            }
            _ => false,
        }
    }

    /// The people an account stands for, if one person owns it.
    pub(crate) fn person_of(&self, account: u32) -> Option<u32> {
        match self.owners.get(account as usize) {
            Some(Owner::Person(p) | Owner::Second(p)) => Some(*p),
            _ => None,
        }
    }
}

/// A length as a number of ours; no list here is longer than a `u32` counts.
pub(crate) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
