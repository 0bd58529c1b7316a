//! The same judgement for `score`, which changes nothing: an event whose names are only looked up.

use super::Pipeline;
use crate::baseline::Baseline;
use crate::baseline::profile::{AccountProfile, HostProfile};
use crate::event::Event;
use crate::event::classify::{EventRole, role_of};
use crate::evidence::{Context, Known};
use crate::judge::Weighing;
use crate::login::protocol_class;
use crate::store::{Id, NameParts};

impl Pipeline {
    /// Weighs the evidence of an event as [`take`](Self::take) would, and returns what `read` makes of it;
    /// `None` for what is no remote login.
    pub(crate) fn weigh_login<T>(
        &self,
        event: Event<'_>,
        read: impl FnOnce(&Context<'_>, &Weighing) -> T,
    ) -> Option<T> {
        let event = event.auth()?;
        let names = self.resolver.names(event, &self.baseline, &self.sessions);
        let hosts = &self.baseline.hosts;
        let is_login = match role_of(
            event,
            || names.source.as_deref().map(str::as_bytes),
            names.is_remote(),
        ) {
            EventRole::Login => true,
            EventRole::Ticket => {
                let slot =
                    names.destination.as_deref().and_then(|name| hosts.find(NameParts::of(name)));
                !slot.is_some_and(|slot| self.baseline.reports_tickets(slot))
            }
            _ => false,
        };
        if !is_login {
            return None;
        }
        let blank = (AccountProfile::default(), HostProfile::default());
        let account_name = event.account().to_string();
        let account = match self.baseline.accounts.find(names.account.parts()) {
            Some(slot) => Known::of(&self.baseline.accounts.get(slot)),
            None => Known { id: Id::MAX, name: &account_name, profile: &blank.0 },
        };
        let source = known_host(&self.baseline, names.source.as_deref(), &blank.1);
        let destination = known_host(&self.baseline, names.destination.as_deref(), &blank.1);
        let key = [account.id, source.id, destination.id];
        let context = Context::new(
            &self.baseline,
            event.micros(),
            protocol_class(event.auth_protocol(), event.logon_type()),
            &self.baseline.places(key, None),
            account,
            source,
            destination,
        );
        Some(read(&context, &self.judge.weigh(&context)))
    }
}

/// A host by its own name, with what is known of it: `blank` where it is new.
fn known_host<'b>(
    baseline: &'b Baseline,
    name: Option<&'b str>,
    blank: &'b HostProfile,
) -> Known<'b, HostProfile> {
    let name = name.unwrap_or_default();
    match baseline.hosts.find(NameParts::of(name)) {
        Some(slot) => Known::of(&baseline.hosts.get(slot)),
        None => Known { id: Id::MAX, name, profile: blank },
    }
}
