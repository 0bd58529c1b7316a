//! Which host an address is, told by somebody who sat down: the host says that he did, and the
//! controller, in the same seconds, from which address his ticket was asked for.

use std::net::IpAddr;

use serde::{Deserialize, Serialize, Serializer};

use crate::store::{Bound, Interner, NameParts, Portion, SavedInterner, heap};
use crate::time::Micros;
use crate::tuning::workstation_logons::{AT_ONCE, REMEMBERED};

/// What an account did last.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Last {
    /// The host at whose keyboard it logged on.
    desk: Option<(Box<str>, Micros)>,
    /// The address from which its ticket was asked for.
    ticket: Option<(IpAddr, Micros)>,
}

/// Accounts that sat down of late.
#[derive(Debug, Clone)]
pub(super) struct WorkstationLogons(Interner<Last>);

heap! {
    WorkstationLogons { 0 }
    Last {}
}

impl WorkstationLogons {
    /// Knows nobody yet; it remembers this portion of what it usually does.
    pub(super) fn new(portion: Portion) -> Self {
        Self(Interner::new(Bound::of(portion.of(REMEMBERED))))
    }

    /// An account sat down at `host`; gives out the address that this shows the host to have.
    pub(super) fn sat_down(
        &mut self,
        account: NameParts<'_>,
        host: &str,
        time: Micros,
    ) -> Option<IpAddr> {
        let last = self.last(account);
        last.desk = Some((host.into(), time));
        last.ticket.filter(|(_, then)| (time - then).abs() <= AT_ONCE).map(|(address, _)| address)
    }

    /// An account's ticket was asked for from `address`; gives out the host that this shows it to be.
    pub(super) fn asked(
        &mut self,
        account: NameParts<'_>,
        address: IpAddr,
        time: Micros,
    ) -> Option<&str> {
        let last = self.last(account);
        last.ticket = Some((address, time));
        last.desk
            .as_ref()
            .filter(|(_, then)| (time - then).abs() <= AT_ONCE)
            .map(|(host, _)| &**host)
    }

    /// Forgets accounts, hosts and addresses; whether any of them was known.
    pub(super) fn forget(
        &mut self,
        is_account: impl Fn(&str) -> bool,
        is_host: impl Fn(&str) -> bool,
        is_address: impl Fn(IpAddr) -> bool,
    ) -> bool {
        let mut was_known = !self.0.forget(|account, _| is_account(account)).is_empty();
        for last in self.0.profiles_mut() {
            let at_desk = last.desk.take_if(|(host, _)| is_host(host));
            let asked = last.ticket.take_if(|(address, _)| is_address(*address));
            was_known |= at_desk.is_some() || asked.is_some();
        }
        was_known
    }

    fn last(&mut self, account: NameParts<'_>) -> &mut Last {
        let (slot, _) = self.0.intern(account);
        self.0.profile_mut(slot)
    }

    /// The same with what was saved.
    pub(super) fn with_saved(self, saved: SavedWorkstationLogons) -> Result<Self, String> {
        Ok(Self(self.0.with_saved(saved.0, "accounts that sat down")?))
    }
}

/// As [`SavedWorkstationLogons`] is read.
impl Serialize for WorkstationLogons {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// The same as it is saved.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedWorkstationLogons(SavedInterner<Last>);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::SECOND;

    #[test]
    fn a_ticket_of_the_same_seconds_tells_the_address_in_either_order() {
        let address = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 7));
        let [alice, bob] = ["alice", "bob"].map(|name| NameParts { name, domain: Some("corp") });
        let mut workstation_logons = WorkstationLogons::new(Portion::default());
        assert_eq!(workstation_logons.sat_down(alice, "WS-1", 60 * SECOND), None);
        assert_eq!(workstation_logons.asked(alice, address, 58 * SECOND), Some("WS-1"));
        assert_eq!(workstation_logons.asked(bob, address, 60 * SECOND), None);
        assert_eq!(workstation_logons.sat_down(bob, "WS-1", 63 * SECOND), Some(address));
        assert_eq!(workstation_logons.asked(alice, address, 90 * SECOND), None);
    }
}
