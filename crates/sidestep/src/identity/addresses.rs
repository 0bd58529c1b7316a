//! Which host has an address, over time.

use std::net::IpAddr;

use serde::{Deserialize, Serialize, Serializer};

use super::{LONGEST, NAME_BYTES};
use crate::store::{Bounds, Interner, NameParts, SavedInterner, SavedTable, Table, heap};
use crate::time::Micros;
use crate::tuning::addresses::{AT_ONCE, MOST_LIFETIMES, REMEMBERED};

/// How well a log knows the name of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Grounds {
    /// The client said so itself, as NTLM's workstation name: anybody can say anything.
    Claimed,
    /// A lease, a name server, the host's own log, or a logon of the host's own account.
    Attested,
}

/// What is known of one address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Address {
    pub(super) host: Box<str>,
    pub(super) grounds: Grounds,
    pub(super) since: Micros,
    pub(super) last: Micros,
    /// Other names that it had, with the last time of each.
    pub(super) others: Vec<(Box<str>, Micros)>,
}

impl Address {
    /// Whether it is still believed to be its host's: for `lifetime` after that was last seen, or for
    /// as long again as it has been (a lease that held for weeks will hold over a weekend).
    fn is_alive(&self, time: Micros, lifetime: Micros) -> bool {
        let held = (self.last - self.since).min(MOST_LIFETIMES * lifetime);
        time - self.last <= lifetime.max(held)
    }

    /// Whether several hosts stand behind it at once, as behind a gateway that translates.
    fn is_shared(&self, time: Micros) -> bool {
        let now = |last: Micros| time - last <= AT_ONCE;
        let others = self.others.iter().filter(|(_, last)| now(*last)).count();
        others + usize::from(now(self.last)) >= REMEMBERED
    }

    /// Notes that it had this name, too.
    fn note(&mut self, host: &str, time: Micros) {
        if let Some(known) = self.others.iter_mut().find(|(name, _)| **name == *host) {
            known.1 = known.1.max(time);
            return;
        }
        if self.others.len() >= REMEMBERED
            && let Some(oldest) = (0..REMEMBERED).min_by_key(|&at| self.others[at].1)
        {
            self.others.remove(oldest);
        }
        self.others.push((host.into(), time));
    }
}

/// The address that a host got last, and since when it had it.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Newest {
    pub(super) address: Option<IpAddr>,
    pub(super) since: Micros,
}

heap! {
    Addresses { table, hosts }
    Address { host, others }
    Newest {}
}

/// Addresses and the hosts that have them.
#[derive(Debug, Clone)]
pub(super) struct Addresses {
    pub(super) table: Table<IpAddr, Address>,
    pub(super) hosts: Interner<Newest>,
    pub(super) lifetime: Micros,
}

impl Addresses {
    pub(super) fn new(bounds: &Bounds, lifetime: Micros) -> Self {
        let names = NAME_BYTES + REMEMBERED * (NAME_BYTES + size_of::<(Box<str>, Micros)>());
        Self {
            table: Table::with_heap(bounds.addresses(), names),
            hosts: Interner::new(bounds.addressed_hosts()),
            lifetime,
        }
    }

    /// Takes in that `address` was seen to be `host`, a short name.
    pub(super) fn learn(&mut self, address: IpAddr, host: &str, grounds: Grounds, time: Micros) {
        if !is_one_hosts(address) || host.len() > LONGEST {
            return;
        }
        let fresh =
            |since| Address { host: host.into(), grounds, since, last: time, others: Vec::new() };
        let Some(known) = self.table.get_mut(address) else {
            self.table.insert_new(address, fresh(time));
            self.moved(host, address, grounds, time);
            return;
        };
        if known.host.eq_ignore_ascii_case(host) {
            known.grounds = known.grounds.max(grounds);
            known.last = known.last.max(time);
            return;
        }
        if known.is_alive(time, self.lifetime) && grounds < known.grounds {
            // A claim does not unseat what was attested; it may show that the address is shared.
            known.note(host, time);
            return;
        }
        let old = std::mem::replace(known, fresh(time));
        known.others = old.others;
        known.others.retain(|(name, _)| !name.eq_ignore_ascii_case(host));
        known.note(&old.host, old.last);
        self.moved(host, address, grounds, time);
    }

    /// Takes in that `host` has an address that it did not have before. A mere claim moves nobody.
    fn moved(&mut self, host: &str, address: IpAddr, grounds: Grounds, since: Micros) {
        if grounds < Grounds::Attested {
            return;
        }
        let (slot, _) = self.hosts.intern(NameParts::of(host));
        *self.hosts.profile_mut(slot) = Newest { address: Some(address), since };
    }

    /// Whether the host of an address got another one after it was last seen at this one: then it
    /// has moved. One that has both at once has not.
    fn has_left(&self, address: IpAddr, known: &Address) -> bool {
        self.hosts.find(NameParts::of(&known.host)).is_some_and(|slot| {
            let newest = *self.hosts.profile(slot);
            newest.address != Some(address) && newest.since > known.last
        })
    }

    /// The host that has `address` at `time`, unless nobody said so of late or several have it.
    pub(super) fn host(&self, address: IpAddr, time: Micros) -> Option<&str> {
        self.table
            .get(address)
            .filter(|known| known.is_alive(time, self.lifetime) && !known.is_shared(time))
            .filter(|known| !self.has_left(address, known))
            .map(|known| &*known.host)
    }

    /// The addresses of `host`: each with grounds, and since and until when it was seen.
    pub(super) fn of_host<'a>(
        &'a self,
        host: &'a str,
    ) -> impl Iterator<Item = (IpAddr, Grounds, Micros, Micros)> + 'a {
        self.table
            .records()
            .iter()
            .filter(move |record| record.value.host.eq_ignore_ascii_case(host))
            .map(|record| {
                let known = &record.value;
                (record.key, known.grounds, known.since, known.last)
            })
    }
}

/// As [`SavedAddresses`] is read.
impl Serialize for Addresses {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.table, &self.hosts).serialize(serializer)
    }
}

/// Addresses as they are saved.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedAddresses {
    table: SavedTable<IpAddr, Address>,
    hosts: SavedInterner<Newest>,
}

impl Addresses {
    /// The same with what was saved.
    pub(super) fn with_saved(self, saved: SavedAddresses) -> Result<Self, String> {
        let table = self.table.with_saved(saved.table, "addresses")?;
        if table.records().iter().any(|record| record.value.others.len() > REMEMBERED) {
            return Err("addresses: one has more names than are remembered".to_owned());
        }
        let hosts = self.hosts.with_saved(saved.hosts, "hosts with addresses")?;
        Ok(Self { table, hosts, ..self })
    }
}

/// Whether an address can be that of one host of a network.
fn is_one_hosts(address: IpAddr) -> bool {
    let local = match address {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    !(local || address.is_loopback() || address.is_multicast() || address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{DAY, HOUR};

    const IP: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7));

    fn addresses() -> Addresses {
        Addresses::new(&Bounds::of_test(), DAY)
    }

    #[test]
    fn an_address_that_moved_is_not_the_old_host() {
        let mut known = addresses();
        known.learn(IP, "WS-1", Grounds::Attested, 0);
        assert_eq!(known.host(IP, HOUR), Some("WS-1"));
        known.learn(IP, "WS-2", Grounds::Attested, 2 * HOUR);
        assert_eq!(known.host(IP, 3 * HOUR), Some("WS-2"));
        assert_eq!(known.host(IP, 3 * DAY), None, "nobody said so for too long");
    }

    #[test]
    fn an_address_that_was_kept_for_long_is_believed_for_long() {
        let mut known = addresses();
        known.learn(IP, "WS-1", Grounds::Attested, 0);
        known.learn(IP, "WS-1", Grounds::Attested, 5 * DAY);
        assert_eq!(known.host(IP, 9 * DAY), Some("WS-1"));
        assert_eq!(known.host(IP, 11 * DAY), None);
    }

    #[test]
    fn a_host_that_got_another_address_has_left_the_first() {
        let other = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 8));
        let mut known = addresses();
        known.learn(IP, "WS-1", Grounds::Attested, 0);
        known.learn(other, "WS-1", Grounds::Attested, HOUR);
        assert_eq!((known.host(IP, HOUR), known.host(other, HOUR)), (None, Some("WS-1")));
        // One that has two addresses at once has left neither.
        known.learn(IP, "WS-1", Grounds::Attested, 2 * HOUR);
        known.learn(other, "WS-1", Grounds::Attested, 3 * HOUR);
        assert_eq!(
            (known.host(IP, 3 * HOUR), known.host(other, 3 * HOUR)),
            (Some("WS-1"), Some("WS-1"))
        );
    }

    #[test]
    fn a_claim_does_not_unseat_what_was_attested_until_that_is_old() {
        let mut known = addresses();
        known.learn(IP, "WS-1", Grounds::Attested, 0);
        known.learn(IP, "KALI", Grounds::Claimed, HOUR);
        assert_eq!(known.host(IP, 2 * HOUR), Some("WS-1"));
        known.learn(IP, "WS-9", Grounds::Claimed, 2 * DAY);
        assert_eq!(known.host(IP, 2 * DAY), Some("WS-9"));
    }

    #[test]
    fn many_names_at_once_are_no_identity() {
        let mut known = addresses();
        for (minute, name) in ["A", "B", "C", "D", "A", "C"].into_iter().enumerate() {
            known.learn(IP, name, Grounds::Claimed, minute as Micros * HOUR / 60);
        }
        assert_eq!(known.host(IP, HOUR / 10), None);
    }

    #[test]
    fn addresses_that_are_no_hosts_are_not_learned() {
        let mut known = addresses();
        for text in ["127.0.0.1", "::1", "169.254.3.4", "fe80::1", "0.0.0.0", "224.0.0.1"] {
            let address = text.parse().unwrap();
            known.learn(address, "WS-1", Grounds::Attested, 0);
            assert_eq!(known.host(address, 0), None, "{text}");
        }
    }
}
