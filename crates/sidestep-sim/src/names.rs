//! What accounts and hosts are called.

use sidestep::event::{Account, AccountKind};

use crate::rng::Rng;

/// Numbers in names that are made up begin here: no organisation has as many.
const MADE_UP: u32 = 10_000_000;

/// No host, no account.
pub(crate) const NONE: u32 = u32::MAX;

/// How account numbers are laid out: named accounts, then per host the machine's own, its SYSTEM and
/// its ANONYMOUS LOGON.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ids {
    pub(crate) named: u32,
    pub(crate) hosts: u32,
}

impl Ids {
    pub(crate) const fn machine(self, host: u32) -> u32 {
        self.named + host
    }

    pub(crate) const fn system(self, host: u32) -> u32 {
        self.named + self.hosts + host
    }

    pub(crate) const fn anonymous(self, host: u32) -> u32 {
        self.named + 2 * self.hosts + host
    }
}

/// An account before it has a number in its name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named {
    /// First letter: `U`, `A` or `S`.
    pub(crate) letter: char,
    /// Number of its domain, from 1.
    pub(crate) domain: u8,
}

/// A name, split for readers and whole for writers.
#[derive(Debug, Clone)]
struct AccountName {
    whole: String,
    at: usize,
    kind: AccountKind,
}

/// Every name of the organisation.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    accounts: Vec<AccountName>,
    hosts: Vec<String>,
}

/// The numbers `1..=n`, and some gaps, in random order.
fn numbers(rng: &mut Rng, n: usize, gaps: f64) -> Vec<u32> {
    let top = n as f64 * gaps;
    let mut all: Vec<u32> = (1..=(top as u32).max(u32::try_from(n).unwrap_or(u32::MAX))).collect();
    rng.shuffle(&mut all);
    all
}

impl Names {
    /// Names `accounts`, and hosts that belong to the domains given.
    pub(crate) fn new(rng: &mut Rng, accounts: &[Named], host_domains: &[u8]) -> Self {
        let host_numbers = numbers(rng, host_domains.len(), 1.25);
        let hosts: Vec<String> =
            host_numbers.iter().take(host_domains.len()).map(|n| format!("C{n}")).collect();
        let mut names = Vec::with_capacity(accounts.len() + 3 * hosts.len());
        for letter in ['U', 'A', 'S'] {
            names.push((letter, numbers(rng, accounts.len(), 1.1)));
        }
        let mut next = [0_usize; 3];
        let mut named = Vec::with_capacity(accounts.len() + 3 * hosts.len());
        // Letters other than U are few: their numbers are drawn from as many as there are of them.
        for (slot, (letter, list)) in names.iter_mut().enumerate() {
            let count = accounts.iter().filter(|account| account.letter == *letter).count();
            if slot > 0 {
                *list = numbers(rng, count, 1.2);
            }
        }
        for account in accounts {
            let slot = match account.letter {
                'A' => 1,
                'S' => 2,
                _ => 0,
            };
            let number = names[slot].1.get(next[slot]).copied().unwrap_or(0);
            next[slot] += 1;
            named.push(account_name(
                format!("{}{number}", account.letter),
                &format!("DOM{}", account.domain),
            ));
        }
        for (host, domain) in hosts.iter().zip(host_domains) {
            named.push(account_name(format!("{host}$"), &format!("DOM{domain}")));
        }
        for host in &hosts {
            named.push(account_name("SYSTEM".to_owned(), host));
        }
        for host in &hosts {
            named.push(account_name("ANONYMOUS LOGON".to_owned(), host));
        }
        Self { accounts: named, hosts }
    }

    /// Adds accounts and hosts that nobody has, which attackers make up; gives the numbers of the first of
    /// each.
    pub(crate) fn make_up(&mut self, count: u32) -> (u32, u32) {
        let first = (crate::org::count(self.accounts.len()), crate::org::count(self.hosts.len()));
        for n in 0..count {
            self.accounts.push(account_name(format!("U{}", MADE_UP + n), "DOM1"));
            self.hosts.push(format!("C{}", MADE_UP + n));
        }
        first
    }

    /// Gives every account of a domain another domain.
    pub(crate) fn change_domains(&mut self) {
        for account in &mut self.accounts {
            if let Some(number) = account.whole[account.at..].strip_prefix("@DOM") {
                let name = account.whole[..account.at].to_owned();
                *account = account_name(name, &format!("CORP{number}"));
            }
        }
    }

    /// Gives the first `hosts` hosts other names, and their own accounts with them.
    pub(crate) fn rename_hosts(&mut self, ids: Ids) {
        for host in 0..ids.hosts {
            let name = format!("N{}", host + 1);
            let domain = {
                let machine = &self.accounts[ids.machine(host) as usize];
                machine.whole[machine.at + 1..].to_owned()
            };
            self.accounts[ids.machine(host) as usize] = account_name(format!("{name}$"), &domain);
            for account in [ids.system(host), ids.anonymous(host)] {
                let account = &mut self.accounts[account as usize];
                *account = account_name(account.whole[..account.at].to_owned(), &name);
            }
            self.hosts[host as usize] = name;
        }
    }

    /// The whole name, `name@domain`.
    pub(crate) fn account_text(&self, account: u32) -> &str {
        self.accounts.get(account as usize).map_or("?", |name| &name.whole)
    }

    /// The account as the engine takes it.
    pub(crate) fn account(&self, account: u32) -> Account<'_> {
        let Some(name) = self.accounts.get(account as usize) else {
            return Account::new("?");
        };
        Account::of_kind(name.kind, &name.whole[..name.at]).with_domain(&name.whole[name.at + 1..])
    }

    /// The host's name.
    pub(crate) fn host(&self, host: u32) -> &str {
        self.hosts.get(host as usize).map_or("?", String::as_str)
    }
}

fn account_name(name: String, domain: &str) -> AccountName {
    let kind = AccountKind::of_name(&name);
    let at = name.len();
    AccountName { whole: format!("{name}@{domain}"), at, kind }
}
