//! Sessions joined from the events that tell of them, and logons that several logs tell of.

use serde::{Deserialize, Serialize, Serializer};

use crate::event::AuthEvent;
use crate::store::{Bound, Id, Portion, Renumbering, SavedTable, Table, heap};
use crate::time::Micros;
use crate::tuning::sessions::{REMEMBERED, REPORTED_WITHIN, TICKET};

/// A logon as one log reported it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct ReportedLogon {
    time: Micros,
    /// The log's number for the event; sensors and plain logs have none.
    code: Option<u32>,
    failed: bool,
}

/// Where a ticket was used from.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Ticket {
    source: Id,
    time: Micros,
}

/// Sessions under way.
#[derive(Debug, Clone)]
pub(crate) struct Sessions {
    logons: Table<[Id; 3], ReportedLogon>,
    tickets: Table<u128, Ticket>,
}

heap! {
    Sessions { logons, tickets }
    ReportedLogon {}
    Ticket {}
}

impl Sessions {
    /// Knows none yet; it remembers this portion of what it usually does.
    pub(crate) fn new(portion: Portion) -> Self {
        let bound = Bound::of(portion.of(REMEMBERED));
        Self { logons: Table::new(bound), tickets: Table::new(bound) }
    }

    /// Whether another log reported of this logon already. A log that numbers neither its events nor
    /// its sessions stands alone, and is never taken for an echo.
    pub(crate) fn is_duplicate(
        &mut self,
        event: &AuthEvent<'_>,
        failed: bool,
        key: [Id; 3],
    ) -> bool {
        let (time, code) = (event.micros(), event.event_code());
        if code.is_none() && event.logon_guid().is_none() {
            return false;
        }
        let reported = ReportedLogon { time, code, failed };
        match self.logons.get_mut(key) {
            Some(known)
                if known.code != code
                    && known.failed == failed
                    && (time - known.time).abs() <= REPORTED_WITHIN =>
            {
                true
            }
            Some(known) => {
                *known = reported;
                false
            }
            None => {
                self.logons.insert_new(key, reported);
                false
            }
        }
    }

    /// Remembers where the ticket of a session was asked from.
    pub(crate) fn learn_ticket(&mut self, guid: u128, source: Id, time: Micros) {
        match self.tickets.get_mut(guid) {
            Some(known) => *known = Ticket { source, time },
            None => {
                self.tickets.insert_new(guid, Ticket { source, time });
            }
        }
    }

    /// Where a session that tells no source came from, by the ticket that opened it.
    pub(crate) fn source_of(&self, guid: u128, time: Micros) -> Option<Id> {
        self.tickets
            .get(guid)
            .filter(|ticket| (time - ticket.time).abs() <= TICKET)
            .map(|ticket| ticket.source)
    }

    /// Forgets sessions of accounts and hosts.
    pub(crate) fn forget_ids(
        &mut self,
        is_account: &impl Fn(Id) -> bool,
        is_host: &impl Fn(Id) -> bool,
    ) {
        self.logons.sweep(|[account, source, destination], _| {
            !(is_account(account) || is_host(source) || is_host(destination))
        });
        self.tickets.sweep(|_, ticket| !is_host(ticket.source));
    }

    /// This, which knows none yet, with the tickets of both parts of a stream, of which the hosts have new ids.
    /// Which logons several logs report is known for seconds only, and is begun anew.
    pub(crate) fn joined(self, [a, b]: [Self; 2], hosts: [&Renumbering; 2]) -> Self {
        let mut tickets = [a.tickets, b.tickets];
        for (tickets, hosts) in tickets.iter_mut().zip(hosts) {
            tickets.sweep(|_, ticket| {
                let source = hosts.id(ticket.source);
                ticket.source = source.unwrap_or(ticket.source);
                source.is_some()
            });
        }
        let newest = |known: &mut Ticket, other: Ticket| {
            if (other.time, other.source) > (known.time, known.source) {
                *known = other;
            }
        };
        let tickets = self.tickets.joined(
            tickets,
            |_, guid| Some(guid),
            newest,
            |ticket| ticket.time.unsigned_abs(),
        );
        Self { logons: self.logons, tickets }
    }

    /// The same with what was saved.
    pub(crate) fn with_saved(self, saved: SavedSessions) -> Result<Self, String> {
        Ok(Self {
            logons: self.logons.with_saved(saved.logons, "logons")?,
            tickets: self.tickets.with_saved(saved.tickets, "tickets")?,
        })
    }
}

/// As [`SavedSessions`] is read.
impl Serialize for Sessions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.logons, &self.tickets).serialize(serializer)
    }
}

/// Sessions as they are saved.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedSessions {
    logons: SavedTable<[Id; 3], ReportedLogon>,
    tickets: SavedTable<u128, Ticket>,
}
