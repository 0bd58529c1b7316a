//! Addresses of the hosts that write: sshd says at which of them a connection arrived.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::time::Micros;
use crate::values::{ip, is_local};

/// Addresses that are known at a time.
const MOST: usize = 1 << 12;

/// Microseconds after which a binding is handed on again, and after which another host may have an
/// address.
const AGAIN: Micros = 3600 * 1_000_000;
const PASSED_ON: Micros = 24 * AGAIN;

/// Which host has which address.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    owners: HashMap<IpAddr, Owner>,
}

#[derive(Debug)]
struct Owner {
    host: Box<str>,
    /// When the binding was handed on, and when it was last seen.
    told: Micros,
    seen: Micros,
    /// Whether another host had the address at the same time: then it names neither.
    is_shared: bool,
}

impl Addresses {
    /// Takes in that a host had an address of its own, and gives the address where that is to be
    /// handed on. An address that others cannot use, or that several hosts say they have, as behind
    /// NAT and in containers, is none to know a host by.
    pub(super) fn learn(&mut self, host: &str, address: &str, time: Micros) -> Option<IpAddr> {
        let is_name = !host.is_empty() && host != "-" && host != "localhost" && ip(host).is_none();
        let address = ip(address).filter(|ip| is_name && names_a_host(ip))?;
        if let Some(owner) = self.owners.get_mut(&address) {
            if *owner.host == *host {
                owner.seen = owner.seen.max(time);
                if owner.is_shared || time.abs_diff(owner.told) < AGAIN.unsigned_abs() {
                    return None;
                }
                owner.told = time;
                return Some(address);
            }
            if time.abs_diff(owner.seen) < PASSED_ON.unsigned_abs() {
                owner.is_shared = true;
                owner.seen = owner.seen.max(time);
                return None;
            }
        } else if self.owners.len() >= MOST {
            return None;
        }
        let owner = Owner { host: host.into(), told: time, seen: time, is_shared: false };
        self.owners.insert(address, owner);
        Some(address)
    }
}

/// Whether an address can be that of one host on a network.
fn names_a_host(address: &IpAddr) -> bool {
    !is_local(address)
        && !address.is_multicast()
        && match address {
            IpAddr::V4(ip) => !ip.is_link_local() && !ip.is_broadcast(),
            IpAddr::V6(_) => true,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Micros = 1_000_000;

    #[test]
    fn a_binding_is_handed_on_once_in_a_while() {
        let mut addresses = Addresses::default();
        let mut learn = |time, host, address| addresses.learn(host, address, time).is_some();
        assert!(learn(0, "web1", "10.0.0.7"));
        assert!(!learn(SECOND, "web1", "10.0.0.7"));
        assert!(learn(SECOND, "web1", "2001:db8::7"));
        assert!(learn(AGAIN, "web1", "10.0.0.7"));
        // The address went to another host, long after.
        assert!(learn(AGAIN + PASSED_ON, "web2", "10.0.0.7"));
        // Two hosts say that they have it.
        assert!(!learn(AGAIN + PASSED_ON + SECOND, "web1", "10.0.0.7"));
        assert!(!learn(3 * AGAIN + PASSED_ON, "web2", "10.0.0.7"));
    }

    #[test]
    fn some_addresses_name_no_host() {
        let mut addresses = Addresses::default();
        for address in [
            "127.0.0.1",
            "::1",
            "0.0.0.0",
            "::",
            "169.254.1.1",
            "fe80::1%eth0",
            "224.0.0.1",
            "UNKNOWN",
            "",
        ] {
            assert_eq!(addresses.learn("web1", address, 0), None, "{address}");
        }
        for host in ["", "-", "localhost", "10.0.0.7"] {
            assert_eq!(addresses.learn(host, "10.0.0.7", 0), None, "{host}");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let mut addresses = Addresses::default();
        for number in 0..2 * MOST {
            addresses.learn("web1", &format!("2001:db8::{number:x}"), 0);
        }
        assert_eq!(addresses.owners.len(), MOST);
    }
}
