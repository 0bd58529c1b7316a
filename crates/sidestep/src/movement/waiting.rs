//! What was found of tickets, for the logins that they are used for: a ticket comes first.

use serde::{Deserialize, Serialize};

use crate::alert::Contribution;
use crate::event::Timestamp;
use crate::intern::Id;
use crate::rules::{Recent, TICKET_LIFETIME};
use crate::time::MINUTE;

/// How soon after the ticket for a service somebody logs on to it.
const LOGON_FOLLOWS: Timestamp = 2 * MINUTE;
/// Findings kept of one ticket.
const KEPT: usize = 4;

/// Findings by account and source, and for a service ticket by destination.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Waiting {
    granting: Recent<[Id; 2], Vec<Contribution>>,
    service: Recent<[Id; 3], Vec<Contribution>>,
}

impl Waiting {
    pub(super) fn keep(
        &mut self,
        [account, source]: [Id; 2],
        destination: Option<Id>,
        time: Timestamp,
        contribution: Contribution,
    ) {
        let kept = match destination {
            Some(destination) => self.service.touch([account, source, destination], time),
            None => self.granting.touch([account, source], time),
        };
        if kept.len() < KEPT {
            kept.push(contribution);
        }
    }

    /// Gives out what was found of the tickets of a login.
    pub(super) fn take(&mut self, key: [Id; 3], time: Timestamp) -> Vec<Contribution> {
        let by = [key[0], key[1]];
        let service = self.service.since(&key, time - LOGON_FOLLOWS).is_some();
        let granting = self.granting.since(&by, time - TICKET_LIFETIME).is_some();
        let service = self.service.remove(&key).filter(|_| service).unwrap_or_default();
        let granting = self.granting.remove(&by).filter(|_| granting).unwrap_or_default();
        service.into_iter().chain(granting).collect()
    }

    pub(super) fn forget(&mut self, now: Timestamp) {
        self.service.forget(now - LOGON_FOLLOWS);
        self.granting.forget(now - TICKET_LIFETIME);
    }
}
