//! What the writers of all dialects need to know: names, addresses, clocks, and who writes.

use std::net::Ipv4Addr;

use sidestep::event::{Account, AccountKind};

use crate::activity::SimActivity;
use crate::config::Telemetry;
use crate::login_row::{Mark, Orientation, Row};
use crate::names::Names;
use crate::org::{HostKind, Org, Owner};
use crate::rng::mix;

use super::Dialect;
use super::network::Network;

/// Of 1,000 records of activities those that are lost where telemetry is lossy.
const LOST: u64 = 50;
/// What all names of hosts end in, after their domain.
const SUFFIX: &str = "corp.example";

/// A row on its way into a log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act {
    pub(super) row: Row,
    /// Microseconds since 1970, by a clock that is right.
    pub(super) time: i64,
    /// Random bits of its own.
    pub(super) roll: u64,
}

impl Act {
    /// Whether something happens that does so in `share` of 1,000 cases; `what` tells cases apart.
    pub(super) fn chance(&self, what: u64, share: u64) -> bool {
        self.dice(what) % 1000 < share
    }

    /// Random bits for one purpose.
    pub(super) fn dice(&self, what: u64) -> u64 {
        mix(self.roll ^ what)
    }

    /// The client's port.
    pub(super) fn port(&self) -> u64 {
        49_152 + self.dice(1) % 16_000
    }
}

/// An activity on its way into a log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Done {
    pub(super) activity: SimActivity,
    /// Microseconds since 1970, by a clock that is right.
    pub(super) time: i64,
    /// Random bits of its own.
    pub(super) roll: u64,
}

impl Done {
    /// Random bits for one purpose.
    pub(super) fn dice(&self, what: u64) -> u64 {
        mix(self.roll ^ what)
    }
}

/// One day of the organisation.
pub(super) struct Scene<'a> {
    pub(super) names: &'a Names,
    pub(super) org: &'a Org,
    pub(super) network: &'a Network,
    pub(super) dialect: Dialect,
    pub(super) telemetry: Telemetry,
    pub(super) seed: u64,
}

impl<'a> Scene<'a> {
    /// A host's NetBIOS name.
    pub(super) fn short(&self, host: u32) -> &'a str {
        self.names.host(host)
    }

    /// A host's DNS name.
    pub(super) fn dns(&self, host: u32) -> String {
        format!("{}.{}", self.names.host(host), self.domain(host))
    }

    /// The DNS name of a host's domain.
    pub(super) fn domain(&self, host: u32) -> String {
        format!("dom{}.{SUFFIX}", self.org.hosts[host as usize].domain)
    }

    pub(super) fn address(&self, host: u32) -> Ipv4Addr {
        self.network.address(host)
    }

    /// An account with the domain as Windows names it.
    pub(super) fn account(&self, account: u32) -> Account<'a> {
        let account = self.names.account(account);
        match account.kind {
            AccountKind::WellKnown | AccountKind::Anonymous => account.with_domain("NT AUTHORITY"),
            _ => account,
        }
    }

    /// The Kerberos realm of an account.
    pub(super) fn realm(&self, account: &Account<'_>) -> String {
        let domain = account.domain.as_deref().unwrap_or("DOM1");
        format!("{domain}.{SUFFIX}").to_uppercase()
    }

    /// The SID of an account.
    pub(super) fn sid(&self, account: u32) -> String {
        let known = self.names.account(account);
        match known.kind {
            AccountKind::WellKnown => "S-1-5-18".to_owned(),
            AccountKind::Anonymous => "S-1-5-7".to_owned(),
            _ => self.sid_in_domain(account, 1100 + account),
        }
    }

    /// The SID of this number in the domain of an account.
    pub(super) fn sid_in_domain(&self, account: u32, number: u32) -> String {
        let known = self.names.account(account);
        let domain = known.domain.as_deref().unwrap_or_default();
        let salt = domain.bytes().fold(self.seed, |salt, byte| mix(salt ^ u64::from(byte)));
        let part = |n: u64| mix(salt ^ n) >> 32;
        format!("S-1-5-21-{}-{}-{}-{number}", part(1), part(2), part(3))
    }

    /// Whether a ticket is made with an old cipher: because the host or the service account that asks
    /// for it, or the server that it is for, knows no other, or because somebody wanted it so.
    pub(super) fn has_old_cipher(&self, row: &Row) -> bool {
        let habits = &self.org.habits;
        if row.orientation == Orientation::Tgs {
            return habits.takes_old_tickets(row.dst);
        }
        let service = self.org.owners.get(row.account as usize) == Some(&Owner::Service);
        row.mark == Mark::OldCipher
            || (service && habits.has_old_tickets(row.account))
            || habits.is_old(row.src)
    }

    /// The controller that a host asks.
    pub(super) fn controller(&self, host: u32) -> u32 {
        let list = &self.org.controllers;
        let site = usize::from(self.org.hosts[host as usize].site);
        list[(site * 7 + host as usize % 3) % list.len()]
    }

    /// How far the clock of a host is off, in microseconds: up to three seconds, and a tenth of
    /// that on controllers.
    pub(super) fn clock(&self, host: u32) -> i64 {
        let dice = mix(self.seed ^ mix(u64::from(host) ^ 0xC10C));
        let millis = |bits: u64| i64::try_from(bits % 3001).unwrap_or(0);
        let off = millis(dice) - millis(dice >> 32);
        let controller = self.org.hosts[host as usize].kind == HostKind::Controller;
        if controller { off * 100 } else { off * 1000 }
    }

    /// Whether a host writes Windows events.
    pub(super) fn writes_windows(&self, host: u32) -> bool {
        match self.dialect {
            Dialect::WindowsJson => true,
            Dialect::Mixed => !self.org.hosts[host as usize].ssh && !self.is_only_sensed(host),
            _ => false,
        }
    }

    /// Whether logins to a host are seen by the sensor.
    pub(super) fn is_sensed(&self, host: u32) -> bool {
        match self.dialect {
            Dialect::Zeek => true,
            Dialect::Mixed => self.is_only_sensed(host),
            _ => false,
        }
    }

    /// Whether a host's logins are in the log of its sshd.
    pub(super) fn writes_sshd(&self, host: u32) -> bool {
        matches!(self.dialect, Dialect::Sshd | Dialect::Mixed) && self.org.hosts[host as usize].ssh
    }

    /// In a mixed log half of the hosts are known to the sensor only, and there by address.
    fn is_only_sensed(&self, host: u32) -> bool {
        let about = &self.org.hosts[host as usize];
        let half = mix(self.seed ^ mix(u64::from(host) ^ 0x5E45)) & 1 == 0;
        half && !about.ssh && about.kind != HostKind::Controller
    }

    /// Whether a host's names are in what the sensor sees of its protocols.
    pub(super) fn shows_names(&self, host: u32) -> bool {
        self.dialect != Dialect::Mixed || !self.is_only_sensed(host)
    }

    /// Whether a record of an activity is lost, by random bits of its own.
    pub(super) fn loses(&self, dice: u64) -> bool {
        self.telemetry == Telemetry::Lossy && dice % 1000 < LOST
    }

    /// Whether only controllers report, and this host is none.
    pub(super) fn is_silent(&self, host: u32) -> bool {
        self.telemetry == Telemetry::ControllersOnly
            && self.org.hosts[host as usize].kind != HostKind::Controller
    }
}
