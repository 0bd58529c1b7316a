//! Addresses: each host has one, and laptops change theirs.

use std::collections::VecDeque;
use std::io::Write;
use std::net::Ipv4Addr;

use crate::names::Names;
use crate::org::{HostKind, Org};
use crate::rng::mix;
use crate::truth::TruthError;

use super::clock::{DAY, START};

/// Hosts in one block of addresses.
const BLOCK: u32 = 250;
/// Where the addresses of workstations begin; servers have those from 10.0.0.0 on.
const LEASED: u32 = 1 << 23;
/// Days that an address rests before another host gets it.
const REST: u32 = 2;

/// From when on a host had an address, as `hosts.csv` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostAddress {
    /// The host, as the truth names it.
    pub name: String,
    /// Seconds since 1970.
    pub from: i64,
    /// The address.
    pub address: Ipv4Addr,
}

/// Writes `hosts.csv`: `name,address_from_time,address`, with a header.
///
/// # Errors
/// [`TruthError::Write`]: what the writer says.
pub fn write_hosts(hosts: &[HostAddress], out: impl Write) -> Result<(), TruthError> {
    let failed = |source| TruthError::Write { file: "hosts.csv", source };
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["name", "address_from_time", "address"]).map_err(failed)?;
    for host in hosts {
        let (from, address) = (host.from.to_string(), host.address.to_string());
        csv.write_record([host.name.as_str(), &from, &address]).map_err(failed)?;
    }
    csv.flush().map_err(|error| failed(error.into()))
}

/// The addresses of a day.
#[derive(Debug)]
pub(super) struct Network {
    seed: u64,
    addresses: Vec<u32>,
    /// Hosts that get their address from a server; servers have theirs for good.
    leased: Vec<bool>,
    /// Addresses given back, with the day of it.
    free: VecDeque<(u32, u32)>,
    next_leased: u32,
    /// Host, second and address, in order of time.
    given: Vec<(u32, i64, u32)>,
}

impl Network {
    pub(super) fn new(org: &Org, seed: u64) -> Self {
        let mut network = Self {
            seed,
            addresses: Vec::with_capacity(org.hosts.len()),
            leased: Vec::with_capacity(org.hosts.len()),
            free: VecDeque::new(),
            next_leased: 0,
            given: Vec::with_capacity(org.hosts.len()),
        };
        let mut servers = 0;
        for (host, about) in (0..).zip(&org.hosts) {
            let leased = !about.is_server();
            let address = if leased {
                network.fresh()
            } else {
                servers += 1;
                place(servers - 1)
            };
            network.leased.push(leased);
            network.addresses.push(address);
            network.given.push((host, START, address));
        }
        network
    }

    fn fresh(&mut self) -> u32 {
        self.next_leased += 1;
        LEASED + place(self.next_leased - 1)
    }

    /// Moves some laptops at the beginning of a day.
    pub(super) fn day(&mut self, day: u32, org: &Org) {
        if day == 0 {
            return;
        }
        for (host, about) in (0_u32..).zip(&org.hosts) {
            let laptop = about.kind == HostKind::Workstation
                && mix(self.seed ^ mix(u64::from(host))).is_multiple_of(4);
            let dice = mix(self.seed ^ mix(u64::from(host) << 32 | u64::from(day)));
            if !laptop || !dice.is_multiple_of(7) {
                continue;
            }
            let rested = self.free.front().is_some_and(|(_, since)| since + REST <= day);
            let address = match self.free.pop_front() {
                Some((address, _)) if rested => address,
                young => {
                    young.into_iter().for_each(|young| self.free.push_front(young));
                    self.fresh()
                }
            };
            let old = std::mem::replace(&mut self.addresses[host as usize], address);
            self.free.push_back((old, day));
            self.given.push((host, START + i64::from(day) * DAY, address));
        }
    }

    pub(super) fn address(&self, host: u32) -> Ipv4Addr {
        full(self.addresses[host as usize])
    }

    pub(super) fn is_leased(&self, host: u32) -> bool {
        self.leased[host as usize]
    }

    pub(super) fn history(&self, names: &Names) -> Vec<HostAddress> {
        let entry = |&(host, from, address): &(u32, i64, u32)| HostAddress {
            name: names.host(host).to_owned(),
            from,
            address: full(address),
        };
        self.given.iter().map(entry).collect()
    }
}

/// The place of the `n`th host: so many in a block that neither the first nor the last is used.
const fn place(n: u32) -> u32 {
    (n / BLOCK) << 8 | (n % BLOCK + 4)
}

fn full(place: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(10 << 24 | place)
}
