//! Who and where of an event: every name looked up once, to its id and slot.

use std::borrow::Cow;
use std::io::Write;
use std::net::IpAddr;

use super::event_hosts::{EventHosts, NamedHost};
use super::hosts::Named;
use super::{AccountName, Identity};
use serde::{Deserialize, Serialize, Serializer};

use crate::baseline::Baseline;
use crate::event::{Account, AuthEvent, Event, Outcome};
use crate::sessions::Sessions;
use crate::store::{
    Bounds, FoldedName, Id, Interner, NameParts, Renumbering, SavedInterner, Slot, TextRef, heap,
};
use crate::time::Micros;

/// Marks the ids of accounts that do not move. They stand in an interner of their own.
pub(super) const NON_MOVER: Id = 1 << 31;

/// Bytes of the longest address as text: of IPv6 with an IPv4 address within.
const LONGEST_ADDRESS: usize = 45;

/// An address as text. Events that name hosts by nothing else are many, and each is looked up by it.
fn address_text(address: IpAddr, buffer: &mut [u8; LONGEST_ADDRESS]) -> &str {
    let mut rest = &mut buffer[..];
    // It fits.
    let _ = write!(rest, "{address}");
    let length = LONGEST_ADDRESS - rest.len();
    std::str::from_utf8(&buffer[..length]).unwrap_or_default()
}

/// An account or a host of an event: its id, and where it stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Party {
    pub(crate) id: Id,
    pub(crate) slot: Slot,
}

/// The accounts and hosts of an event, where it names them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Resolved {
    /// The account that is logged on as, or that did it.
    pub(crate) account: Option<Party>,
    /// The account that asked for it, where the event names another.
    pub(crate) subject: Option<Party>,
    /// Where it came from: where the event does not say, the host that its ticket was asked from.
    pub(crate) source: Option<Party>,
    /// The host that was logged on to, or on which it happened.
    pub(crate) destination: Option<Party>,
}

impl Resolved {
    /// Whether it went from one known host to another.
    pub(crate) fn is_remote(&self) -> bool {
        self.source.zip(self.destination).is_some_and(|(from, to)| from.id != to.id)
    }
}

/// The names of a login, not looked up yet.
pub(crate) struct LoginNames<'e> {
    pub(crate) account: AccountName<'e>,
    pub(crate) source: Option<Cow<'e, str>>,
    pub(crate) destination: Option<Cow<'e, str>>,
}

impl LoginNames<'_> {
    /// Whether it goes from one host to another.
    pub(crate) fn is_remote(&self) -> bool {
        match (&self.source, &self.destination) {
            (Some(source), Some(destination)) => !source.eq_ignore_ascii_case(destination),
            _ => false,
        }
    }
}

/// Knows one id for every account and host.
#[derive(Debug, Clone)]
pub(crate) struct Resolver {
    identity: Identity,
    /// Accounts that rules know and that do not move: machines, what is built in, names that only ever
    /// failed. They must not take the place of those that move.
    non_movers: Interner<()>,
}

heap! {
    Resolver { identity, non_movers }
}

impl Resolver {
    /// Knows nobody yet: see [`Identity::new`].
    pub(crate) fn new(bounds: &Bounds, resolve_names: bool, lifetime: Micros) -> Self {
        Self {
            identity: Identity::new(bounds, resolve_names, lifetime),
            non_movers: Interner::new(bounds.non_movers()),
        }
    }

    pub(crate) const fn identity(&self) -> &Identity {
        &self.identity
    }

    pub(super) const fn identity_mut(&mut self) -> &mut Identity {
        &mut self.identity
    }

    /// Accounts that do not move.
    pub(crate) const fn non_movers(&self) -> &Interner<()> {
        &self.non_movers
    }

    pub(super) const fn non_movers_mut(&mut self) -> &mut Interner<()> {
        &mut self.non_movers
    }

    /// Moves on to the time of an event, of which the names are to be looked up.
    #[inline]
    pub(crate) const fn set_time(&mut self, time: Micros) {
        self.non_movers.set_time(time);
    }

    /// Takes in what an event says of names.
    pub(crate) fn learn(&mut self, event: Event<'_>, hosts: &EventHosts<'_>) {
        match event {
            Event::Auth(auth) => self.identity.learn(auth, hosts),
            Event::Activity(activity) => self.identity.learn_activity(activity, hosts),
        }
    }

    /// Looks up everything that an event names; what is new is given an id. The subject is looked up
    /// only where it is asked for.
    pub(crate) fn resolve(
        &mut self,
        event: Event<'_>,
        hosts: &EventHosts<'_>,
        with_subject: bool,
        baseline: &mut Baseline,
        sessions: &Sessions,
    ) -> Resolved {
        let time = event.micros();
        let resolved = match event {
            Event::Auth(auth) => {
                let failed = auth.outcome() == Outcome::Failure;
                let source = self.source(auth, &hosts.source, baseline);
                let source = source.or_else(|| ticket_source(auth, baseline, sessions));
                let account = Some(self.account(auth.account(), failed, baseline));
                let destination = self.host(&hosts.destination, time, baseline);
                let subject = auth.subject().filter(|_| with_subject);
                let subject = subject.map(|subject| self.account(subject, failed, baseline));
                Resolved { account, subject, source, destination }
            }
            Event::Activity(activity) => Resolved {
                account: activity.account().map(|account| self.account(account, false, baseline)),
                subject: None,
                source: self.host(&hosts.source, time, baseline),
                destination: self.host(&hosts.destination, time, baseline),
            },
        };
        // The last of them may have taken the slot of the first.
        let is_account = |party: &Party| self.is_current(*party, baseline);
        let is_host = |party: &Party| baseline.hosts.id(party.slot) == party.id;
        Resolved {
            account: resolved.account.filter(is_account),
            subject: resolved.subject.filter(is_account),
            source: resolved.source.filter(is_host),
            destination: resolved.destination.filter(is_host),
        }
    }

    /// Looks up the account that asked for a login, where that was not done yet.
    pub(crate) fn add_subject(
        &mut self,
        event: &AuthEvent<'_>,
        resolved: &mut Resolved,
        baseline: &mut Baseline,
    ) {
        if let (None, Some(subject)) = (resolved.subject, event.subject()) {
            let failed = event.outcome() == Outcome::Failure;
            resolved.subject = Some(self.account(subject, failed, baseline));
        }
    }

    /// The names of a login event, of which nothing is given an id.
    pub(crate) fn names<'e>(
        &'e self,
        event: &'e AuthEvent<'_>,
        baseline: &'e Baseline,
        sessions: &Sessions,
    ) -> LoginNames<'e> {
        let of_ticket = || {
            let party = ticket_source(event, baseline, sessions)?;
            Some(Cow::Borrowed(baseline.hosts.get(party.slot).name))
        };
        LoginNames {
            account: self.identity.account(event.account()),
            source: self.source_name(event, baseline).or_else(of_ticket),
            destination: self.identity.host(event.dst_host(), event.micros()),
        }
    }

    /// The slot of the account of a login, which is in the baseline from now on even if it did not move
    /// before.
    pub(crate) fn login_account(
        &mut self,
        event: &AuthEvent<'_>,
        resolved: &Resolved,
        baseline: &mut Baseline,
    ) -> Party {
        match resolved.account.filter(|party| party.id & NON_MOVER == 0) {
            Some(party) => party,
            None => self.mover(event.account(), baseline),
        }
    }

    /// An account that moves, given an id in the baseline if it is new.
    pub(crate) fn mover(&mut self, account: &Account<'_>, baseline: &mut Baseline) -> Party {
        let known = baseline.accounts.len();
        let slot = match self.identity.plain_account(account) {
            Some(name) => baseline.intern_account(&name),
            None => {
                let name = self.identity.account(account);
                baseline.intern_account(&FoldedName::new(name.parts()))
            }
        };
        if baseline.accounts.len() > known {
            let name = self.identity.account(account).to_owned();
            self.identity.learn_home(&name);
        }
        Party { id: baseline.accounts.id(slot), slot }
    }

    /// An account, whether it moves or not.
    pub(crate) fn account(
        &mut self,
        account: &Account<'_>,
        failed: bool,
        baseline: &mut Baseline,
    ) -> Party {
        let moves = account.kind.can_move();
        if moves && !failed {
            return self.mover(account, baseline);
        }
        let other_name;
        let name = match self.identity.plain_account(account) {
            Some(name) => name,
            None => {
                other_name = self.identity.account(account);
                FoldedName::new(other_name.parts())
            }
        };
        match moves.then(|| baseline.accounts.find_folded(&name)).flatten() {
            Some(slot) => Party { id: baseline.accounts.id(slot), slot },
            None => {
                let (slot, _) = self.non_movers.intern_folded(&name);
                Party { id: self.non_movers.id(slot) | NON_MOVER, slot }
            }
        }
    }

    /// The name of an account by its id, unless it was evicted.
    pub(crate) fn account_name<'n>(&'n self, id: Id, baseline: &'n Baseline) -> Option<&'n str> {
        if id & NON_MOVER == 0 {
            return baseline.accounts.name_of(id);
        }
        self.non_movers.name_of(id & !NON_MOVER)
    }

    /// The name of an account that was just looked up.
    pub(crate) fn text_of<'n>(&'n self, account: Party, baseline: &'n Baseline) -> TextRef<'n> {
        if account.id & NON_MOVER == 0 {
            return baseline.accounts.text(account.slot);
        }
        self.non_movers.text(account.slot)
    }

    fn is_current(&self, account: Party, baseline: &Baseline) -> bool {
        if account.id & NON_MOVER == 0 {
            return baseline.accounts.id(account.slot) == account.id;
        }
        self.non_movers.id(account.slot) | NON_MOVER == account.id
    }

    fn host(&self, host: &NamedHost<'_>, time: Micros, baseline: &mut Baseline) -> Option<Party> {
        if let Some(name) = self.identity.plain_host(host) {
            return Some(intern_host(baseline, name));
        }
        let mut buffer = [0; LONGEST_ADDRESS];
        let name = match self.identity.named_host(host.host, time)? {
            Named::Name(name) => name,
            Named::Address(address) => Cow::Borrowed(address_text(address, &mut buffer)),
        };
        Some(intern_host(baseline, &FoldedName::new(NameParts::of(&name))))
    }

    /// Where an event says that it came from, as far as that is believed: see
    /// [`source_name`](Self::source_name).
    fn source(
        &self,
        event: &AuthEvent<'_>,
        host: &NamedHost<'_>,
        baseline: &mut Baseline,
    ) -> Option<Party> {
        if host.host.ip.is_none() || event.outcome() != Outcome::Failure {
            return self.host(host, event.micros(), baseline);
        }
        let name = self.source_name(event, baseline)?;
        Some(intern_host(baseline, &FoldedName::new(NameParts::of(&name))))
    }

    /// The name of where an event says that it came from, as far as that is believed. Who is refused may
    /// claim another name each time: a name by which nothing else is known then counts for nothing beside
    /// an address. Hosts that share an address keep their names, which are known from when they were let
    /// in.
    fn source_name<'e>(
        &'e self,
        event: &'e AuthEvent<'_>,
        baseline: &Baseline,
    ) -> Option<Cow<'e, str>> {
        let (host, time) = (event.src_host(), event.micros());
        let name = self.identity.host(host, time);
        let claimed_at: Option<IpAddr> = match (&host.name, host.ip, event.outcome()) {
            (Some(_), Some(address), Outcome::Failure) if self.identity.is_enabled() => {
                Some(address)
            }
            _ => None,
        };
        match claimed_at {
            Some(address) if baseline.hosts.find(NameParts::of(name.as_deref()?)).is_none() => {
                Some(self.identity.host_at(address, time))
            }
            _ => name,
        }
    }

    /// This, which knows nobody yet, with what both parts of a stream know. Also the new ids of the accounts of
    /// each part that do not move, without their mark.
    pub(crate) fn joined(self, [a, b]: [Self; 2]) -> (Self, [Renumbering; 2]) {
        let identity = self.identity.joined([a.identity, b.identity]);
        let (non_movers, numbers, _) =
            self.non_movers.joined([a.non_movers, b.non_movers], |(), ()| (), |()| 0);
        (Self { identity, non_movers }, numbers)
    }

    /// The same with what was saved.
    pub(crate) fn with_saved(self, saved: SavedResolver) -> Result<Self, String> {
        Ok(Self {
            identity: self.identity.with_saved(saved.identity)?,
            non_movers: self.non_movers.with_saved(saved.non_movers, "non-movers")?,
        })
    }
}

/// As [`SavedResolver`] is read.
impl Serialize for Resolver {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.identity, &self.non_movers).serialize(serializer)
    }
}

/// The same as it is saved.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedResolver {
    identity: super::SavedIdentity,
    non_movers: SavedInterner<()>,
}

fn intern_host(baseline: &mut Baseline, name: &FoldedName<'_>) -> Party {
    let slot = baseline.intern_host(name);
    Party { id: baseline.hosts.id(slot), slot }
}

/// Where the session of an event was opened from, should the event itself not say; none that was
/// evicted.
fn ticket_source(event: &AuthEvent<'_>, baseline: &Baseline, sessions: &Sessions) -> Option<Party> {
    let guid = event.logon_guid().filter(|_| event.src_host().is_unknown())?;
    let id = sessions.source_of(guid, event.micros())?;
    baseline.hosts.slot_of(id).map(|slot| Party { id, slot })
}
