//! What the engine is told: authentication events and companion host activity.
//!
//! The vocabulary is that of OCSF's Authentication class (3002) where OCSF has a word.

use std::cmp::Ordering;

use crate::time::Micros;

mod account;
mod activity;
mod auth;
mod batch;
mod builder;
pub(crate) mod classify;
mod host;
pub(crate) mod reorder;
pub(crate) mod saved;
pub(crate) mod timestamp;
mod vocabulary;

pub use account::{Account, AccountKind};
pub use activity::{HostActivity, HostActivityBuilder, HostActivityKind};
pub use auth::AuthEvent;
pub use batch::EventBatch;
pub use builder::{AuthEventBuilder, EventError};
pub use host::Host;
pub use reorder::Reorder;
pub(crate) use timestamp::Timestamp;
pub use vocabulary::{Activity, AuthProtocol, LogonType, Mfa, Outcome, TicketEncryption};

/// What the engine is told: an authentication event, or a companion record of what a host did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'e> {
    /// Somebody authenticated.
    Auth(&'e AuthEvent<'e>),
    /// A host did something that may name it, or prove a movement.
    Activity(&'e HostActivity<'e>),
}

impl<'e> Event<'e> {
    /// When it happened.
    #[must_use]
    pub const fn time(self) -> Timestamp {
        match self {
            Self::Auth(event) => event.time(),
            Self::Activity(activity) => activity.time(),
        }
    }

    /// The time as the engine computes with it.
    pub(crate) const fn micros(self) -> Micros {
        self.time().micros()
    }

    /// The authentication event, where it is one.
    #[must_use]
    pub const fn auth(self) -> Option<&'e AuthEvent<'e>> {
        match self {
            Self::Auth(event) => Some(event),
            Self::Activity(_) => None,
        }
    }
}

impl<'e> From<&'e AuthEvent<'e>> for Event<'e> {
    fn from(event: &'e AuthEvent<'e>) -> Self {
        Self::Auth(event)
    }
}

impl<'e> From<&'e HostActivity<'e>> for Event<'e> {
    fn from(activity: &'e HostActivity<'e>) -> Self {
        Self::Activity(activity)
    }
}

/// What an event is given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To learn from; nothing is raised on it.
    Learn,
    /// To judge, and then to learn from.
    Detect,
}

/// An [`Event`] that owns its text. In order of time; of the same time, in the order of what they
/// say, so that it does not show in which order they came.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OwnedEvent {
    /// A host did something.
    Activity(HostActivity<'static>),
    /// Somebody authenticated.
    Auth(AuthEvent<'static>),
}

impl OwnedEvent {
    /// The event.
    #[must_use]
    pub const fn as_event(&self) -> Event<'_> {
        match self {
            Self::Auth(event) => Event::Auth(event),
            Self::Activity(activity) => Event::Activity(activity),
        }
    }
}

impl<'e> From<&'e OwnedEvent> for Event<'e> {
    fn from(event: &'e OwnedEvent) -> Self {
        event.as_event()
    }
}

impl From<Event<'_>> for OwnedEvent {
    fn from(event: Event<'_>) -> Self {
        match event {
            Event::Auth(event) => Self::Auth(event.clone().into_owned()),
            Event::Activity(activity) => Self::Activity(activity.clone().into_owned()),
        }
    }
}

impl Ord for OwnedEvent {
    fn cmp(&self, other: &Self) -> Ordering {
        let time = |event: &Self| event.as_event().time();
        time(self).cmp(&time(other)).then_with(|| match (self, other) {
            (Self::Auth(a), Self::Auth(b)) => a.cmp(b),
            (Self::Activity(a), Self::Activity(b)) => a.cmp(b),
            (Self::Activity(_), Self::Auth(_)) => Ordering::Less,
            (Self::Auth(_), Self::Activity(_)) => Ordering::Greater,
        })
    }
}

impl PartialOrd for OwnedEvent {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
