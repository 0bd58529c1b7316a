//! What a rule found: who did what, from where, and how unusual it may be taken to be.

use super::burst::Burst;
use super::inbound_sessions::InboundSession;
use super::kind::Kind;
use super::observation::{HostRef, Observation};
use crate::store::Id;
use crate::time::Micros;

/// What a rule found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Finding {
    /// Place of the rule among all.
    pub(crate) rule: usize,
    pub(crate) time: Micros,
    /// Who did it, where that is known.
    pub(crate) account: Option<Id>,
    /// Where it came from, where that is known.
    pub(crate) source: Option<Id>,
    /// Where it happened.
    pub(crate) destination: Id,
    /// Whether the source answers for it, and not the account: it is the source whose habits count.
    pub(crate) of_source: bool,
    /// Whether it is of another login than the event's, which it shows in a new light.
    pub(crate) of_another: bool,
    /// Its kind: only findings of the same kind make it usual.
    pub(crate) kind: Kind,
    /// Nats that the rule's own statistic allows at most; infinite where it has none.
    pub(crate) at_most: f64,
    /// What was seen, in words.
    pub(crate) observed: String,
    pub(crate) raw_ref: Option<u64>,
}

impl Finding {
    /// What was seen on the destination of an event, by its account and from its source. The layer
    /// fills in the rule.
    pub(crate) fn of(seen: &Observation<'_>, observed: impl Into<String>) -> Option<Self> {
        seen.destination.map(|destination| Self::at(seen, destination, observed))
    }

    /// The same, at `place` where the event names no destination.
    pub(crate) fn at(
        seen: &Observation<'_>,
        place: HostRef<'_>,
        observed: impl Into<String>,
    ) -> Self {
        Self {
            rule: 0,
            time: seen.time,
            account: seen.account.map(|who| who.id),
            source: seen.source.map(|place| place.id),
            destination: seen.destination.unwrap_or(place).id,
            of_source: false,
            of_another: false,
            kind: Kind::ANY,
            at_most: f64::INFINITY,
            observed: observed.into(),
            raw_ref: seen.raw_ref(),
        }
    }

    /// The same, or where the event names no destination, on the host that it came from.
    pub(crate) fn at_source(seen: &Observation<'_>, observed: impl Into<String>) -> Option<Self> {
        let destination = seen.destination.or(seen.source);
        Self::of(&Observation { destination, ..*seen }, observed)
    }

    /// The same, by the session over the network that brought it about.
    pub(crate) fn by(self, arrival: &InboundSession) -> Self {
        Self { account: Some(arrival.account), source: arrival.source.or(self.source), ..self }
    }

    /// The same, with so many nats at most.
    pub(crate) fn at_most(self, nats: f64) -> Self {
        Self { at_most: nats.max(0.0), ..self }
    }

    /// The same, of the kind that these texts name.
    pub(crate) fn of_kind(self, parts: &[&str]) -> Self {
        Self { kind: Kind::of(parts), ..self }
    }

    /// The same, of a kind that has to do with its target too: what is usual towards one host is not so
    /// towards another.
    pub(crate) fn of_target(self) -> Self {
        Self { kind: self.kind.with(self.destination), ..self }
    }

    /// The same, of a kind that has to do with this account or host too.
    pub(crate) fn of_kind_with(self, parts: &[&str], id: Id) -> Self {
        Self { kind: Kind::of(parts).with(id), ..self }
    }

    /// The same, with the source to answer for it.
    pub(crate) fn of_source(self) -> Self {
        Self { of_source: true, ..self }
    }

    /// A burst, laid where the first of its day was.
    pub(super) fn burst(self, burst: &Burst) -> Self {
        let (account, destination) = burst.door;
        Self { account, destination, ..self }.at_most(burst.nats)
    }
}
