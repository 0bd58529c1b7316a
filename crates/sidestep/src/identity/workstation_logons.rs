//! Which host an address is, told by somebody who sat down: the host says that he did, and the
//! controller, in the same seconds, from which address his ticket was asked for.

use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::store::{Interner, NameParts, SavedInterner};
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

impl WorkstationLogons {
    pub(super) fn new() -> Self {
        Self(Interner::new(REMEMBERED))
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

    fn last(&mut self, account: NameParts<'_>) -> &mut Last {
        let (slot, _) = self.0.intern(account);
        self.0.profile_mut(slot)
    }

    pub(super) fn to_saved(&self) -> SavedWorkstationLogons {
        SavedWorkstationLogons(self.0.to_saved())
    }

    pub(super) fn from_saved(saved: SavedWorkstationLogons) -> Result<Self, String> {
        Ok(Self(Interner::from_saved(saved.0, REMEMBERED, "accounts that sat down")?))
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
        let mut workstation_logons = WorkstationLogons::new();
        assert_eq!(workstation_logons.sat_down(alice, "WS-1", 60 * SECOND), None);
        assert_eq!(workstation_logons.asked(alice, address, 58 * SECOND), Some("WS-1"));
        assert_eq!(workstation_logons.asked(bob, address, 60 * SECOND), None);
        assert_eq!(workstation_logons.sat_down(bob, "WS-1", 63 * SECOND), Some(address));
        assert_eq!(workstation_logons.asked(alice, address, 90 * SECOND), None);
    }
}
