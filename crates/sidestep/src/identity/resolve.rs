//! Who and where of an event: every name resolved once, to its one id.

use std::borrow::Cow;

use crate::baseline::Baseline;
use crate::engine::Engine;
use crate::event::{Account, AuthEvent, Event, Host, Outcome, Timestamp};
use crate::login::host_parts;
use crate::store::{Id, Interner, Slot};

/// Marks the ids of accounts that stand in the roster of non_movers.
const NON_MOVER: Id = 1 << 31;

/// The accounts and hosts of an event, where it names them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolved {
    /// The account that is logged on as, or that did it.
    pub(crate) account: Option<Id>,
    /// Where it came from: where the event does not say, the host that its ticket was asked from.
    pub(crate) source: Option<Id>,
    /// The host that was logged on to, or on which it happened.
    pub(crate) destination: Option<Id>,
}

impl Engine {
    /// The ids of everything that an event names; what is new is given one.
    pub(crate) fn parties(&mut self, event: Event<'_>) -> Resolved {
        let time = event.time();
        match event {
            Event::Auth(event) => {
                let failed = event.outcome() == Outcome::Failure;
                let source = self.host_id(&self.believed_source(event), time);
                Resolved {
                    source: source.or_else(|| self.ticket_source_id(event)),
                    account: Some(self.account_id(event.account(), failed)),
                    destination: self.host_id(event.dst_host(), time),
                }
            }
            Event::Activity(activity) => Resolved {
                account: activity.account().map(|account| self.account_id(account, false)),
                source: self.host_id(activity.peer(), time),
                destination: self.host_id(activity.host(), time),
            },
        }
    }

    /// The id of an account. Machines, what is built in, and names that only ever failed have a
    /// roster of their own, so that they do not count among those that move.
    pub(crate) fn account_id(&mut self, account: &Account<'_>, failed: bool) -> Id {
        let moves = account.kind.can_move();
        let slot = if moves && !failed {
            self.account_slot(account)
        } else {
            let name = self.identity.account(account);
            match moves.then(|| self.baseline.accounts.find(name.parts())).flatten() {
                Some(slot) => slot,
                None => {
                    let (slot, _) = self.non_movers.intern(name.parts());
                    return self.non_movers.id(slot) | NON_MOVER;
                }
            }
        };
        self.baseline.accounts.id(slot)
    }

    /// The slot of an account in the baseline, given one if it is new.
    pub(crate) fn account_slot(&mut self, account: &Account<'_>) -> Slot {
        let name = self.identity.account(account);
        let known = self.baseline.accounts.len();
        let slot = self.baseline.intern_account(name.parts());
        if self.baseline.accounts.len() > known {
            let name = name.to_owned();
            self.identity.learn_home(&name);
        }
        slot
    }

    /// The slot of the account of an event, which is known already unless it is a stranger.
    pub(crate) fn login_account(&mut self, event: &AuthEvent<'_>, parties: &Resolved) -> Slot {
        let known = parties.account.filter(|id| id & NON_MOVER == 0);
        match known.and_then(|id| self.baseline.accounts.slot_of(id)) {
            Some(slot) => slot,
            None => self.account_slot(event.account()),
        }
    }

    /// Where an event says that it came from, as far as that is believed. Who is refused may claim
    /// another name each time: a name by which nothing else is known then counts for nothing beside an
    /// address. Hosts that share an address keep their names, which are known from when they were let
    /// in.
    pub(crate) fn believed_source<'e, 'a>(&self, event: &'e AuthEvent<'a>) -> Cow<'e, Host<'a>> {
        let host = event.src_host();
        let (Some(name), Some(_)) = (&host.name, host.ip) else { return Cow::Borrowed(host) };
        if event.outcome() != Outcome::Failure || !self.config.resolve_names {
            return Cow::Borrowed(host);
        }
        let named = Host::named(&**name);
        let known = self.identity.host(&named, event.time());
        match self.baseline.hosts.find(host_parts(known.as_deref())) {
            Some(_) => Cow::Borrowed(host),
            None => Cow::Owned(Host { name: None, ..host.clone() }),
        }
    }

    fn host_id(&mut self, host: &Host<'_>, time: Timestamp) -> Option<Id> {
        let name = self.identity.host(host, time)?;
        let slot = self.baseline.intern_host(host_parts(Some(&name)));
        Some(self.baseline.hosts.id(slot))
    }

    /// The name of an account by its id, unless it was evicted.
    pub(crate) fn account_name(&self, id: Id) -> Option<&str> {
        name_of(&self.baseline, &self.non_movers, id)
    }
}

/// The name of an account by its id, unless it was evicted.
pub(crate) fn name_of<'n>(
    baseline: &'n Baseline,
    non_movers: &'n Interner<()>,
    id: Id,
) -> Option<&'n str> {
    if id & NON_MOVER == 0 {
        return baseline.accounts.name_of(id);
    }
    non_movers.name_of(id & !NON_MOVER)
}
