//! What decides whether an event is read, so that others need not be taken apart.

use super::{Origin, Target};
use crate::windows;

/// What decides whether an event is read, of a template that says it once each, as all real ones do.
#[derive(Debug)]
pub(in super::super) struct Early {
    /// The record's value that is the number of the event.
    pub(in super::super) event_id: usize,
    /// The provider, which the template itself names.
    pub(in super::super) provider: String,
    /// Who that is, where any of its events are read.
    pub(in super::super) origin: Option<windows::Origin>,
}

impl Early {
    /// What decides, for a header; `None` where something stands in it twice, or the provider is a value.
    pub(super) fn of(header: &[(Target, Origin)]) -> Option<Self> {
        let first = |target| header.iter().find(|(other, _)| *other == target);
        let is_twice =
            |target| header.iter().filter(|(other, _)| *other == target).nth(1).is_some();
        let (_, Origin::Value(event_id)) = first(Target::EventId)? else { return None };
        let (_, Origin::Literal(provider)) = first(Target::Provider)? else { return None };
        if provider.is_empty() || header.iter().any(|(target, _)| is_twice(*target)) {
            return None;
        }
        Some(Self {
            event_id: *event_id,
            provider: provider.clone(),
            origin: windows::Origin::of_provider(provider),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(provider: &str) -> Vec<(Target, Origin)> {
        vec![
            (Target::Provider, Origin::Literal(provider.to_owned())),
            (Target::EventId, Origin::Value(3)),
        ]
    }

    #[test]
    fn a_template_that_names_its_provider_decides_early() {
        let early = Early::of(&named("Microsoft-Windows-Sysmon")).unwrap();
        assert_eq!((early.event_id, early.origin), (3, Some(windows::Origin::Sysmon)));
        assert_eq!(Early::of(&named("Contoso")).unwrap().origin, None);
    }

    #[test]
    fn anything_out_of_the_ordinary_is_decided_by_the_whole_header() {
        let sysmon = || named("Microsoft-Windows-Sysmon");
        let twice = [sysmon(), sysmon()].concat();
        let by_value = vec![(Target::Provider, Origin::Value(1)), sysmon().remove(1)];
        let literal = vec![sysmon().remove(0), (Target::EventId, Origin::Literal("1".to_owned()))];
        for header in [Vec::new(), named(""), twice, by_value, literal] {
            assert!(Early::of(&header).is_none(), "{header:?}");
        }
    }
}
