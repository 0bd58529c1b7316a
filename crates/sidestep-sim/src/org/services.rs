//! Applications and the accounts that nobody sits behind.

use super::{HostKind, Org, Owner};
use crate::names::NONE;
use crate::rng::Rng;

/// An application: its hosts, its database, and the account it runs under.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) hosts: Vec<u32>,
    pub(crate) database: u32,
    pub(crate) account: u32,
    pub(crate) visits: f64,
    pub(crate) from_day: u32,
}

/// An account that looks for weaknesses everywhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scanner {
    pub(crate) account: u32,
    pub(crate) host: u32,
    pub(crate) from_day: u32,
    /// Days from one scan to the next.
    pub(crate) every: u32,
    /// Share of all hosts that one scan reaches.
    pub(crate) reach: f64,
    pub(crate) hour: u32,
}

/// A service account with a set of hosts of its own, small or large.
#[derive(Debug, Clone)]
pub(crate) struct Broad {
    pub(crate) account: u32,
    pub(crate) sources: Vec<u32>,
    pub(crate) targets: Vec<u32>,
    pub(crate) per_day: f64,
    /// Runs as a job on its own host as well.
    pub(crate) batch: bool,
}

/// Everything that runs by itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct Services {
    pub(crate) apps: Vec<App>,
    pub(crate) broad: Vec<Broad>,
    pub(crate) scanners: Vec<Scanner>,
    /// Account and host of each.
    pub(crate) backup: (u32, u32),
    pub(crate) monitor: (u32, u32),
    pub(crate) deploy: (u32, u32),
    pub(crate) backup_hour: u32,
    pub(crate) monitor_rounds: u32,
}

impl Org {
    /// Adds an application for some departments, from day `born`.
    pub(crate) fn add_app(&mut self, rng: &mut Rng, departments: &[u16], born: u32) -> usize {
        let lead = departments.first().copied().unwrap_or(0);
        let (site, domain) = {
            let d = &self.departments[usize::from(lead)];
            (d.site, d.domain)
        };
        let account = self.add_account('S', domain, Owner::Service);
        let hosts: Vec<u32> = (0..rng.int(1, 3))
            .map(|_| self.add_host(rng, HostKind::App, lead, (site, domain), born))
            .collect();
        let database = self.add_host(rng, HostKind::Database, lead, (site, domain), born);
        if born == 0 {
            for d in departments {
                self.departments[usize::from(*d)].servers.push(hosts[0]);
                if rng.chance(0.4) {
                    self.departments[usize::from(*d)].servers.extend(hosts.get(1));
                }
                if self.departments[usize::from(*d)].technical && rng.chance(0.5) {
                    self.departments[usize::from(*d)].servers.push(database);
                }
            }
        }
        let visits = self.parameters.app_visits * rng.log_range(0.3, 3.0);
        self.services.apps.push(App { hosts, database, account, visits, from_day: born });
        self.services.apps.len() - 1
    }

    /// Adds what runs everywhere: backup, monitoring, deployment, scanners and scattered jobs.
    pub(crate) fn add_services(&mut self, rng: &mut Rng, accounts: u32, days: u32) {
        let central = |org: &mut Self, rng: &mut Rng| {
            let domain = org.departments[0].domain;
            let host = org.add_host(rng, HostKind::Management, 0, (0, domain), 0);
            (org.add_account('S', domain, Owner::Service), host)
        };
        self.services.backup = central(self, rng);
        self.services.monitor = central(self, rng);
        self.services.deploy = central(self, rng);
        self.services.backup_hour = rng.int(0, 4);
        self.services.monitor_rounds = rng.int(2, 5);
        for _ in 0..rng.int(1, 2) {
            let (account, host) = central(self, rng);
            self.services.scanners.push(Scanner {
                account,
                host,
                from_day: 0,
                every: rng.int(2, 7).min(days.max(2) / 2),
                reach: rng.range(0.1, 0.5),
                hour: rng.int(0, 22),
            });
        }
        let wanted = (f64::from(accounts) * self.parameters.service_accounts / 100.0) as u32;
        for _ in 0..wanted.max(1) {
            let domain = self.departments[0].domain;
            let account = self.add_account('S', domain, Owner::Service);
            // Breadth is heavy-tailed: most know two or three hosts, a few know a tenth of all.
            let breadth = rng.log_range(1.0, 8.0) * rng.log_range(1.0, 6.0);
            let n_sources = 1 + rng.below(3) as usize;
            let sources = rng.sample(&self.servers, n_sources);
            let targets = rng.sample(&self.servers, breadth as usize + 1);
            self.services.broad.push(Broad {
                account,
                sources,
                targets,
                per_day: rng.log_range(2.0, 30.0),
                batch: rng.chance(0.5),
            });
        }
    }

    /// The hosts a service account comes from and goes to; empty for others.
    pub(crate) fn service_reach(&self, account: u32) -> (Vec<u32>, Vec<u32>) {
        let services = &self.services;
        for app in &services.apps {
            if app.account == account {
                let mut targets = app.hosts.clone();
                targets.push(app.database);
                return (app.hosts.clone(), targets);
            }
        }
        for broad in &services.broad {
            if broad.account == account {
                return (broad.sources.clone(), broad.targets.clone());
            }
        }
        for (service, host) in [services.backup, services.monitor, services.deploy] {
            if service == account && host != NONE {
                return (vec![host], self.servers.clone());
            }
        }
        for scanner in &services.scanners {
            if scanner.account == account {
                return (vec![scanner.host], self.servers.clone());
            }
        }
        (Vec::new(), Vec::new())
    }
}
