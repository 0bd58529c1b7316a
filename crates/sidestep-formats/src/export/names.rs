//! The hosts and accounts of an alert, as other formats want them.

use std::net::IpAddr;

use sidestep::alert::Alert;

/// A name and its domain, from `name@domain`.
pub(super) fn split_account(account: &str) -> (&str, Option<&str>) {
    match account.rsplit_once('@') {
        Some((name, domain)) if !name.is_empty() && !domain.is_empty() => (name, Some(domain)),
        _ => (account, None),
    }
}

/// The address that a host is known by, where it has no name.
pub(super) fn address(host: &str) -> Option<IpAddr> {
    host.parse().ok()
}

/// Where a host stands in a movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Origin,
    Pivot,
    Target,
    /// A source that nothing led to, beside the origin.
    Source,
}

impl Role {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Pivot => "pivot",
            Self::Target => "target",
            Self::Source => "source",
        }
    }

    pub(super) fn of(alert: &Alert, host: &str) -> Self {
        let is_in = |hosts: &[String]| hosts.iter().any(|known| known == host);
        if host == alert.origin.host {
            Self::Origin
        } else if is_in(&alert.pivots) {
            Self::Pivot
        } else if is_in(&alert.targets) {
            Self::Target
        } else {
            Self::Source
        }
    }
}

/// The hosts of an alert's hops, each once, as they come.
pub(super) fn hosts(alert: &Alert) -> Vec<&str> {
    distinct(alert.hops.iter().flat_map(|hop| [hop.src_host.as_str(), hop.dst_host.as_str()]))
}

/// The accounts of an alert's hops, each once, as they come.
pub(super) fn users(alert: &Alert) -> Vec<&str> {
    distinct(alert.hops.iter().map(|hop| hop.user.as_str()))
}

/// Each once, in order of the first.
pub(super) fn distinct<'n>(names: impl Iterator<Item = &'n str>) -> Vec<&'n str> {
    let mut seen = std::collections::BTreeSet::new();
    names.filter(|name| seen.insert(*name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_a_domain_only_where_both_parts_are_there() {
        assert_eq!(split_account("a@b"), ("a", Some("b")));
        assert_eq!(split_account("a@b@c"), ("a@b", Some("c")));
        for whole in ["a", "@b", "a@", "@", ""] {
            assert_eq!(split_account(whole), (whole, None));
        }
    }
}
