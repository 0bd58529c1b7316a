//! The two hosts of an event, their names folded once for all that looks them up.

use crate::event::{Event, Host};
use crate::store::{FoldedName, NameParts};

/// A host as an event names it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NamedHost<'e> {
    pub(crate) host: &'e Host<'e>,
    /// Its name, where it has one.
    folded: Option<FoldedName<'e>>,
    /// Whether that can be nothing but the first label of a host's name: no address, no DNS name.
    is_label: bool,
}

impl<'e> NamedHost<'e> {
    fn new(host: &'e Host<'e>) -> Self {
        let name = host.name.as_deref();
        let folded = name.map(|name| FoldedName::new(NameParts::of(name)));
        Self { host, folded, is_label: folded.is_some_and(|name| name.is_plain()) }
    }

    /// Its name, if that is a label.
    pub(super) fn label(&self) -> Option<&FoldedName<'e>> {
        self.folded.as_ref().filter(|_| self.is_label)
    }

    /// Its name with a dot in it: a DNS name or an address.
    pub(super) fn dotted_name(&self) -> Option<&'e str> {
        self.host.name.as_deref().filter(|name| !self.is_label && name.contains('.'))
    }
}

/// The hosts of an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EventHosts<'e> {
    /// Where it came from, or the other end.
    pub(crate) source: NamedHost<'e>,
    /// The host that was logged on to, or on which it happened.
    pub(crate) destination: NamedHost<'e>,
}

impl<'e> EventHosts<'e> {
    pub(crate) fn of(event: Event<'e>) -> Self {
        let (source, destination) = match event {
            Event::Auth(auth) => (auth.src_host(), auth.dst_host()),
            Event::Activity(activity) => (activity.peer(), activity.host()),
        };
        Self { source: NamedHost::new(source), destination: NamedHost::new(destination) }
    }
}
