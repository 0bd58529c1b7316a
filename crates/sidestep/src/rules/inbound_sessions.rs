//! Who came to a host over the network, so that what happens there can be laid at his door.

use serde::{Deserialize, Serialize, Serializer};

use super::observation::{EventClass, Observation};
use crate::event::classify::is_desktop;
use crate::event::{AccountKind, AuthProtocol, LogonType, Outcome};
use crate::store::{Bound, Id, Portion, SavedTable, Table, heap};
use crate::time::Micros;
use crate::tuning::inbound_sessions::{AFTERWARDS, BEFORE, KEPT, REMEMBERED, SESSION};

/// A logon over the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InboundSession {
    pub(crate) time: Micros,
    pub(crate) account: Id,
    /// Where it came from, where the log says.
    pub(crate) source: Option<Id>,
    #[serde(with = "crate::store::coded")]
    pub(crate) kind: AccountKind,
    #[serde(with = "crate::store::coded")]
    pub(crate) protocol: AuthProtocol,
    #[serde(with = "crate::store::coded")]
    pub(crate) logon_type: LogonType,
}

/// Arrivals by session and by host.
#[derive(Debug, Clone)]
pub(crate) struct InboundSessions {
    sessions: Table<(Id, u64), InboundSession>,
    hosts: Table<Id, Vec<InboundSession>>,
}

heap! {
    InboundSessions { sessions, hosts }
    InboundSession {}
}

impl InboundSessions {
    /// Knows nobody yet; it remembers this portion of what it usually does.
    pub(crate) fn new(portion: Portion) -> Self {
        let bound = Bound::of(portion.of(REMEMBERED));
        Self { sessions: Table::new(bound), hosts: Table::new(bound) }
    }

    /// Takes in a logon over the network; others are none of its business.
    pub(crate) fn observe(&mut self, seen: &Observation<'_>) {
        let Some(event) = seen
            .auth()
            .filter(|event| seen.class == EventClass::LOGON && event.outcome() != Outcome::Failure)
        else {
            return;
        };
        let logon_type = event.logon_type();
        let over_network = matches!(logon_type, LogonType::Network | LogonType::NetworkCleartext)
            || is_desktop(logon_type);
        let (Some(account), Some(host)) = (seen.account, seen.destination) else { return };
        if !over_network {
            return;
        }
        let arrival = InboundSession {
            time: seen.time,
            account: account.id,
            source: seen.source.map(|place| place.id).filter(|source| *source != host.id),
            kind: account.kind,
            protocol: event.auth_protocol(),
            logon_type,
        };
        if let Some(id) = event.logon_id() {
            match self.sessions.get_mut((host.id, id)) {
                Some(known) => *known = arrival,
                None => {
                    self.sessions.insert_new((host.id, id), arrival);
                }
            }
        }
        match self.hosts.get_mut(host.id) {
            Some(known) => {
                if known.len() >= KEPT {
                    known.remove(0);
                }
                known.push(arrival);
            }
            None => {
                self.hosts.insert_new(host.id, vec![arrival]);
            }
        }
    }

    /// The logon whose session an event belongs to.
    pub(crate) fn session(&self, seen: &Observation<'_>) -> Option<&InboundSession> {
        let key = (seen.destination?.id, seen.logon_id()?);
        self.sessions.get(key).filter(|arrival| (seen.time - arrival.time).abs() <= SESSION)
    }

    /// Who brought about what happened on a host: the session that the event names, or else, where
    /// the system did it or nobody is named, whoever could and came last within two minutes.
    pub(crate) fn cause(&self, seen: &Observation<'_>) -> Option<&InboundSession> {
        if let Some(arrival) = self.session(seen) {
            return Some(arrival);
        }
        let host = seen.destination?.id;
        let by = seen.account.filter(|who| who.can_move()).map(|who| who.id);
        self.recent(host, seen.time).find(|arrival| match by {
            Some(account) => arrival.account == account,
            None => arrival.kind.can_move(),
        })
    }

    /// The arrivals at a host within two minutes, newest first.
    pub(crate) fn recent(&self, host: Id, time: Micros) -> impl Iterator<Item = &InboundSession> {
        self.hosts
            .get(host)
            .into_iter()
            .flatten()
            .rev()
            .filter(move |arrival| (-BEFORE..=AFTERWARDS).contains(&(time - arrival.time)))
    }

    /// The same with what was saved.
    pub(crate) fn with_saved(self, saved: SavedInboundSessions) -> Result<Self, String> {
        Ok(Self {
            sessions: self.sessions.with_saved(saved.sessions, "sessions")?,
            hosts: self.hosts.with_saved(saved.hosts, "hosts with sessions")?,
        })
    }
}

/// As [`SavedInboundSessions`] is read.
impl Serialize for InboundSessions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.sessions, &self.hosts).serialize(serializer)
    }
}

/// Arrivals as they are saved.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedInboundSessions {
    sessions: SavedTable<(Id, u64), InboundSession>,
    hosts: SavedTable<Id, Vec<InboundSession>>,
}
