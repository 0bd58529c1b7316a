//! How a limit of memory is shared out among the tables of an engine.
//!
//! Each table has a share of its own and gives up only what it holds itself: whoever fills one, with names
//! that nobody has or logins that nobody makes, cannot empty another. What is left over for the program, for
//! what grows while it is copied, and for events on their way is not shared out.

use super::{Bound, Portion};
use crate::tuning::memory as shares;

/// What every table of an engine may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    limit: Option<usize>,
    accounts: usize,
    hosts: usize,
    edges: usize,
}

macro_rules! bounds {
    ($($(#[$meta:meta])* $name:ident: $entries:ident, $share:ident;)+) => {
        impl Bounds {
            $($(#[$meta])* pub(crate) fn $name(&self) -> Bound {
                self.bound(self.$entries, shares::$share)
            })+
        }
    };
}

bounds! {
    accounts: accounts, ACCOUNTS;
    hosts: hosts, HOSTS;
    edges: edges, EDGES;
    account_destinations: edges, ACCOUNT_DESTINATIONS;
    account_sources: edges, ACCOUNT_SOURCES;
    host_pairs: edges, HOST_PAIRS;
    presence: edges, PRESENCE;
    keyboards: edges, KEYBOARDS;
    companions: edges, COMPANIONS;
    /// What was learned lately.
    journal: edges, JOURNAL;
    /// Accounts that do not move.
    non_movers: accounts, NON_MOVERS;
    sids: accounts, SIDS;
    /// Domains of accounts.
    homes: accounts, HOMES;
    /// Domains that are one.
    domains: accounts, DOMAINS;
    addresses: hosts, ADDRESSES;
    /// Hosts with the address that each got last.
    addressed_hosts: hosts, ADDRESSED_HOSTS;
    /// DNS suffixes of hosts.
    suffixes: hosts, SUFFIXES;
    /// NetBIOS names that are cut.
    cut_names: hosts, CUT_NAMES;
}

impl Bounds {
    /// Of a limit of memory in bytes, should there be one, and the most accounts, hosts and edges.
    pub(crate) const fn new(
        limit: Option<usize>,
        accounts: usize,
        hosts: usize,
        edges: usize,
    ) -> Self {
        Self { limit, accounts, hosts, edges }
    }

    /// Small, for tests.
    #[cfg(test)]
    pub(crate) const fn of_test() -> Self {
        Self::new(None, 16, 16, 16)
    }

    fn bound(&self, entries: usize, share: usize) -> Bound {
        Bound::new(entries, self.share(share))
    }

    /// Bytes of a share, in thousandths of the limit.
    fn share(&self, share: usize) -> Option<usize> {
        self.limit.map(|limit| limit / 1000 * share)
    }

    /// Bytes that movements under way may take.
    pub(crate) fn movements(&self) -> Option<usize> {
        self.share(shares::MOVEMENTS)
    }

    /// What part of the usual number of entries the memories of rules, sessions, logins in quarantine and
    /// movements that wait to be shown may have.
    pub(crate) fn portion(&self) -> Portion {
        self.share(shares::RULES)
            .map_or_else(Portion::default, |bytes| Portion::new(bytes, shares::USUAL_RULES_BYTES))
    }
}
