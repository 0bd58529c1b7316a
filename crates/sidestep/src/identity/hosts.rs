//! One host under its NetBIOS and DNS names.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::{Deserialize, Serialize, Serializer};

use super::{LONGEST, NAME_BYTES};
use crate::store::{Bounds, Interner, NameParts, SavedInterner, heap};

/// NetBIOS names are cut to this length.
const NETBIOS: usize = 15;

/// The rest of a host's name, as it was first seen.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Rest(pub(super) Box<str>);

/// Short names and the DNS suffix or full length of each.
#[derive(Debug, Clone)]
pub(super) struct HostNames {
    /// First label to the suffix it was first seen with.
    pub(super) suffixes: Interner<Rest>,
    /// First fifteen characters to the longer label they are cut from; empty where there are two.
    pub(super) cut: Interner<Rest>,
}

heap! {
    HostNames { suffixes, cut }
    Rest { 0 }
}

/// A name of a host as text says it.
pub(crate) enum Named<'a> {
    Name(Cow<'a, str>),
    /// The name is an address.
    Address(IpAddr),
}

impl<'a> Named<'a> {
    /// The name, or the address as text.
    pub(super) fn into_text(self) -> Cow<'a, str> {
        match self {
            Self::Name(name) => name,
            Self::Address(address) => Cow::Owned(address.to_string()),
        }
    }
}

impl HostNames {
    pub(super) fn new(bounds: &Bounds) -> Self {
        Self {
            suffixes: Interner::with_heap(bounds.suffixes(), NAME_BYTES),
            cut: Interner::with_heap(bounds.cut_names(), NAME_BYTES),
        }
    }

    /// Takes in a name with its suffix, so that the short one is the same host.
    pub(super) fn learn(&mut self, name: &str) {
        let name = name.strip_suffix('.').unwrap_or(name);
        let Some((label, suffix)) = split(name).filter(|_| name.len() <= LONGEST) else { return };
        if self.suffixes.find(NameParts::of(label)).is_none() {
            let (slot, _) = self.suffixes.intern(NameParts::of(label));
            *self.suffixes.profile_mut(slot) = Rest(suffix.into());
        }
        if let Some(short) = label.get(..NETBIOS).filter(|short| short.len() < label.len()) {
            match self.cut.find(NameParts::of(short)) {
                Some(slot) => {
                    let long = self.cut.profile_mut(slot);
                    if !long.0.eq_ignore_ascii_case(label) {
                        long.0 = "".into();
                    }
                }
                None => {
                    let (slot, _) = self.cut.intern(NameParts::of(short));
                    *self.cut.profile_mut(slot) = Rest(label.into());
                }
            }
        }
    }

    /// Whether a name may be that of another host, cut to what NetBIOS holds.
    pub(super) const fn may_be_cut(name: &str) -> bool {
        name.len() == NETBIOS
    }

    /// The one name of a host: its first label, unless another domain had that first.
    pub(super) fn one_name<'a>(&'a self, name: &'a str) -> Named<'a> {
        let name = name.strip_suffix('.').unwrap_or(name);
        let punctuation = name.bytes().find(|byte| matches!(byte, b'.' | b':'));
        // An IPv4 address begins with a digit, an IPv6 one has a colon before any dot.
        let may_be_address = punctuation == Some(b':')
            || punctuation.is_some() && name.as_bytes()[0].is_ascii_digit();
        if may_be_address && let Ok(address) = name.parse::<IpAddr>() {
            return Named::Address(address.to_canonical());
        }
        let short = match punctuation.and_then(|_| split(name)) {
            Some((label, suffix)) => match self.suffixes.find(NameParts::of(label)) {
                Some(slot) if !self.suffixes.profile(slot).0.eq_ignore_ascii_case(suffix) => name,
                _ => label,
            },
            None if Self::may_be_cut(name) => self
                .cut
                .find(NameParts::of(name))
                .map(|slot| &*self.cut.profile(slot).0)
                .filter(|long| !long.is_empty())
                .unwrap_or(name),
            None => name,
        };
        Named::Name(super::folded(short))
    }

    /// The full DNS name of a short one, where it is known.
    pub(super) fn full_name(&self, short: &str) -> Option<String> {
        let slot = self.suffixes.find(NameParts::of(short))?;
        Some(format!("{short}.{}", self.suffixes.profile(slot).0))
    }

    /// The same with what was saved.
    pub(super) fn with_saved(self, saved: SavedHostNames) -> Result<Self, String> {
        Ok(Self {
            suffixes: self.suffixes.with_saved(saved.suffixes, "DNS suffixes")?,
            cut: self.cut.with_saved(saved.cut, "NetBIOS names")?,
        })
    }
}

/// As [`SavedHostNames`] is read.
impl Serialize for HostNames {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.suffixes, &self.cut).serialize(serializer)
    }
}

/// Host names as they are saved.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedHostNames {
    suffixes: SavedInterner<Rest>,
    cut: SavedInterner<Rest>,
}

/// First label and suffix of a name that has both.
fn split(name: &str) -> Option<(&str, &str)> {
    name.split_once('.').filter(|(label, suffix)| !label.is_empty() && !suffix.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(names: &HostNames, text: &str) -> String {
        match names.one_name(text) {
            Named::Name(name) => name.into_owned(),
            Named::Address(address) => format!("address {address}"),
        }
    }

    #[test]
    fn a_short_name_and_its_dns_name_are_one_host() {
        let mut names = HostNames::new(&Bounds::of_test());
        names.learn("ws-17.corp.example");
        names.learn("ws-17.other.example");
        names.learn("a-very-long-server-name.corp.example");
        assert_eq!(name(&names, "ws-17.corp.example"), "ws-17");
        assert_eq!(name(&names, "WS-17.CORP.EXAMPLE."), "WS-17");
        assert_eq!(name(&names, "ws-17.other.example"), "ws-17.other.example");
        assert_eq!(name(&names, "A-VERY-LONG-SER"), "a-very-long-server-name");
        assert_eq!(name(&names, "MÜLLER-PC"), "müller-pc");
        assert_eq!(name(&names, "::ffff:10.0.0.5"), "address 10.0.0.5");
        assert_eq!(name(&names, "10.0.0.5"), "address 10.0.0.5");
        assert_eq!(names.full_name("ws-17").as_deref(), Some("ws-17.corp.example"));
    }
}
