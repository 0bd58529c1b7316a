//! Who called a host over the network, where only connections are logged.

use serde::{Deserialize, Serialize};

use super::observation::Observation;
use crate::store::{Id, TtlMap, heap};
use crate::time::{Micros, SECOND};
use crate::tuning::inbound_connections::REMEMBERED;

/// The last call of each host at one of a service's ports.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct InboundConnections(TtlMap<Id, Id>);

heap! {
    InboundConnections { 0 }
}

impl InboundConnections {
    /// Takes in a connection that a host accepted at one of `ports`.
    pub(super) fn observe(&mut self, seen: &Observation<'_>, ports: &[u16]) {
        let Some(activity) = seen.activity() else { return };
        let (Some(host), Some(caller)) = (seen.destination, seen.source) else { return };
        let at_port = activity.host().port.is_some_and(|port| ports.contains(&port));
        if !at_port || host.id == caller.id {
            return;
        }
        self.0.insert(host.id, seen.time, caller.id);
    }

    /// Who called a host within so many seconds. Clocks of one host agree to two.
    pub(super) fn within(&self, host: Id, time: Micros, seconds: i64) -> Option<Id> {
        let (called, caller) = self.0.timed(&host)?;
        (-2 * SECOND..=seconds * SECOND).contains(&(time - called)).then_some(*caller)
    }

    pub(super) fn forget(&mut self, now: Micros) {
        self.0.forget(now - REMEMBERED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::DAY;

    #[test]
    fn a_call_is_remembered_for_as_long_as_it_explains_anything() {
        let mut callers = InboundConnections::default();
        callers.0.insert(1, 100 * SECOND, 2);
        assert_eq!(callers.within(1, 105 * SECOND, 10), Some(2));
        assert_eq!(callers.within(1, 115 * SECOND, 10), None);
        assert_eq!(callers.within(3, 105 * SECOND, 10), None);
        callers.forget(2 * DAY);
        assert!(callers.0.is_empty());
    }
}
