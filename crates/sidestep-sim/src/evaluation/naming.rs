//! Names of one thing made comparable, for judging only.
//!
//! The truth names accounts and hosts as LANL's log does. Another dialect names the same host by
//! NetBIOS name, DNS name or address, the same account with one domain, another or none, and each
//! writer has a clock of its own. A detector is judged by whether it means the right things, not by
//! what it calls them.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};
use std::io::Read;
use std::net::IpAddr;

use sidestep::event::Account;

use crate::dialect::HostAddress;

use super::source::SourceError;

/// Who had which address, and from when on: `hosts.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AddressBook {
    /// Per address the hosts that had it, in order of the second from which on.
    holders: HashMap<IpAddr, Vec<(i64, String)>>,
}

impl AddressBook {
    /// Reads `hosts.csv`: `name,address_from_time,address`, with a header; times in seconds.
    ///
    /// # Errors
    /// What is wrong with it, and in which line.
    pub fn read(hosts_csv: impl Read) -> Result<Self, SourceError> {
        let mut book = Self::default();
        let mut csv = csv::Reader::from_reader(hosts_csv);
        for record in csv.records() {
            let record = record?;
            let field = |at: usize| record.get(at).unwrap_or_default().trim();
            let line = record.position().map_or(0, csv::Position::line);
            let wrong = |what: &str| format!("hosts.csv:{line}: {what}");
            let from = field(1).parse().map_err(|_| wrong("address_from_time is no second"))?;
            let ip = field(2).parse().map_err(|_| wrong("address is no IP address"))?;
            book.add(field(0), from, ip);
        }
        book.sort();
        Ok(book)
    }

    /// The book of a simulated organisation.
    #[must_use]
    pub fn of(hosts: &[HostAddress]) -> Self {
        let mut book = Self::default();
        hosts.iter().for_each(|host| book.add(&host.name, host.from, host.address.into()));
        book.sort();
        book
    }

    fn add(&mut self, name: &str, from: i64, ip: IpAddr) {
        self.holders.entry(ip).or_default().push((from, name.to_owned()));
    }

    fn sort(&mut self) {
        self.holders.values_mut().for_each(|holders| holders.sort_by_key(|(from, _)| *from));
    }

    /// The host that had an address at a second.
    fn holder(&self, ip: IpAddr, time: i64) -> Option<&str> {
        let holders = self.holders.get(&ip.to_canonical())?;
        let at = holders.partition_point(|(from, _)| *from <= time);
        // A clock that is behind may be before the first.
        holders.get(at.saturating_sub(1)).map(|(_, name)| name.as_str())
    }
}

/// How names and times of a log are compared with those of the truth.
#[derive(Debug, Clone, Default)]
pub(crate) enum Naming {
    /// As they are written, but for case, and to the second.
    #[default]
    Exact,
    /// Accounts without domain, hosts without DNS suffix and by name, times to [`Naming::SLACK`].
    Loose(AddressBook),
}

impl Naming {
    /// Seconds by which a record may be off the truth where naming is loose.
    const SLACK: i64 = 60;

    /// Seconds by which a record may be off the truth.
    pub(crate) const fn slack(&self) -> i64 {
        match self {
            Self::Exact => 0,
            Self::Loose(_) => Self::SLACK,
        }
    }

    /// A host as it is compared; `text` is its name or address.
    pub(crate) fn host<'t>(&'t self, text: &'t str, time: i64) -> &'t str {
        let Self::Loose(book) = self else { return text };
        match text.parse() {
            Ok(ip) => book.holder(ip, time).unwrap_or(text),
            Err(_) => text.split('.').next().unwrap_or(text),
        }
    }

    /// An account as it is compared.
    pub(crate) const fn account<'a>(&self, account: &'a Account<'a>) -> AccountName<'a> {
        AccountName { account, whole: matches!(self, Self::Exact) }
    }
}

/// An account with its domain, or without.
pub(crate) struct AccountName<'a> {
    account: &'a Account<'a>,
    whole: bool,
}

impl Display for AccountName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.whole { self.account.fmt(f) } else { f.write_str(&self.account.name) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_host_that_had_it_then() {
        let text = "name,address_from_time,address\nC2,500,10.0.0.9\nC1,100,10.0.0.9\n";
        let naming = Naming::Loose(AddressBook::read(text.as_bytes()).expect("sound"));
        let at = |host, time| naming.host(host, time).to_owned();
        assert_eq!([at("10.0.0.9", 499), at("10.0.0.9", 500)], ["C1", "C2"]);
        assert_eq!([at("::ffff:10.0.0.9", 99), at("10.0.0.8", 99)], ["C1", "10.0.0.8"]);
        assert_eq!([at("C7.dom1.corp.example", 0), at("c7", 0)], ["C7", "c7"]);
        assert_eq!(Naming::Exact.host("C7.dom1", 0), "C7.dom1");
        let wrong = AddressBook::read("a,b,c\nC1,x,10.0.0.1\n".as_bytes());
        assert!(wrong.is_err_and(|e| e.to_string().contains("hosts.csv:2")));
    }
}
