//! One account under its names, domains and SIDs.

use std::borrow::Cow;

use serde::{Deserialize, Serialize, Serializer};

use super::{LONGEST, NAME_BYTES};
use crate::event::Account;
use crate::store::{Bounds, FoldedName, Heap, Interner, NameParts, SavedInterner, heap};
use crate::tuning::accounts::DOMAINS;

/// The account that a SID was first seen with.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Holder {
    pub(super) name: Box<str>,
    pub(super) domain: Option<Box<str>>,
}

/// The domain that a bare name is of, unless there are several.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) enum Home {
    #[default]
    Unknown,
    One(Box<str>),
    Several,
}

/// Another name of a domain.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct SameDomain(pub(super) Box<str>);

heap! {
    AccountNames { by_sid, homes, domains }
    Holder { name, domain }
    SameDomain { 0 }
}

impl Heap for Home {
    fn heap_bytes(&self) -> usize {
        match self {
            Self::One(domain) => domain.heap_bytes(),
            Self::Unknown | Self::Several => 0,
        }
    }
}

/// What is known of the names of accounts.
#[derive(Debug, Clone)]
pub(super) struct AccountNames {
    pub(super) by_sid: Interner<Holder>,
    pub(super) homes: Interner<Home>,
    /// First label of a domain to the one it is the same as, because an SID was seen in both.
    pub(super) domains: Interner<SameDomain>,
}

/// The one name of an account.
#[derive(Debug, Clone)]
pub(crate) struct AccountName<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) domain: Option<Cow<'a, str>>,
}

impl AccountName<'_> {
    pub(crate) fn parts(&self) -> NameParts<'_> {
        NameParts { name: &self.name, domain: self.domain.as_deref() }
    }

    /// The same name that owns its text.
    pub(crate) fn to_owned(&self) -> AccountName<'static> {
        AccountName {
            name: Cow::Owned(self.name.clone().into_owned()),
            domain: self.domain.clone().map(|domain| Cow::Owned(domain.into_owned())),
        }
    }
}

/// NetBIOS domain of a DNS one, as it is unless the domain was named otherwise: its first label.
pub(super) fn short_domain(domain: &str) -> &str {
    domain.split('.').next().filter(|label| !label.is_empty()).unwrap_or(domain)
}

/// Whether a SID is that of one account of a domain or host, not of a group all over the world.
fn is_own(sid: &str) -> bool {
    sid.get(..8).is_some_and(|start| start.eq_ignore_ascii_case("S-1-5-21"))
}

impl AccountNames {
    pub(super) fn new(bounds: &Bounds) -> Self {
        Self {
            by_sid: Interner::with_heap(bounds.sids(), 2 * NAME_BYTES),
            homes: Interner::with_heap(bounds.homes(), NAME_BYTES),
            domains: Interner::with_heap(bounds.domains().at_most(DOMAINS), NAME_BYTES),
        }
    }

    /// Takes in an account whose SID the log gives.
    pub(super) fn learn_sid(&mut self, account: &Account<'_>) {
        let Some(sid) = account.sid.as_deref().filter(|sid| is_own(sid)) else { return };
        let lengths =
            [account.name.len(), account.domain.as_ref().map_or(0, |domain| domain.len())];
        if account.name.eq_ignore_ascii_case(sid) || lengths.iter().any(|length| *length > LONGEST)
        {
            return;
        }
        let domain = account.domain.as_deref().map(short_domain);
        let Some(slot) = self.by_sid.find(NameParts::of(sid)) else {
            let (slot, _) = self.by_sid.intern(NameParts::of(sid));
            *self.by_sid.profile_mut(slot) =
                Holder { name: (*account.name).into(), domain: domain.map(Into::into) };
            return;
        };
        let known = self.by_sid.profile_mut(slot);
        let (Some(first), Some(domain)) = (known.domain.clone(), domain) else {
            known.domain = known.domain.take().or_else(|| domain.map(Into::into));
            return;
        };
        if !first.eq_ignore_ascii_case(domain) && self.domains.find(NameParts::of(domain)).is_none()
        {
            let (slot, _) = self.domains.intern(NameParts::of(domain));
            *self.domains.profile_mut(slot) = SameDomain(first);
        }
    }

    /// Takes in that an account of this name was seen in this domain.
    pub(super) fn learn_home(&mut self, name: &str, domain: &str) {
        if name.len().max(domain.len()) > LONGEST {
            return;
        }
        let (slot, _) = self.homes.intern(NameParts::of(name));
        let home = self.homes.profile_mut(slot);
        match home {
            Home::Unknown => *home = Home::One(domain.into()),
            Home::One(known) if known.eq_ignore_ascii_case(domain) => {}
            Home::One(_) | Home::Several => *home = Home::Several,
        }
    }

    /// Whether a name without a SID is its own one name: it has a domain by its short name, of which no
    /// other name is known.
    pub(super) fn is_plain(&self, name: &FoldedName<'_>) -> bool {
        let domain = name.parts().domain;
        domain.is_some_and(|domain| !domain.is_empty() && !domain.as_bytes().contains(&b'.'))
            && self.domains.len() == 0
            && name.is_ascii()
            && !name.begins_with(b"s-1-5-21")
    }

    /// The one name of an account: that which its SID was first seen with, its domain by its short
    /// name, and the domain where a bare name has only one.
    pub(super) fn one_name<'a>(&'a self, account: &'a Account<'_>) -> AccountName<'a> {
        let sid = account.sid.as_deref().or(Some(&*account.name)).filter(|sid| is_own(sid));
        if let Some(holder) = sid.and_then(|sid| self.by_sid.find(NameParts::of(sid))) {
            let holder = self.by_sid.profile(holder);
            return AccountName {
                name: super::folded(&holder.name),
                domain: holder.domain.as_deref().map(|domain| self.one_domain(domain)),
            };
        }
        let domain = match account.domain.as_deref() {
            Some(domain) => Some(self.one_domain(domain)),
            None => self.homes.find(NameParts::of(&account.name)).and_then(|slot| {
                match self.homes.profile(slot) {
                    Home::One(domain) => Some(Cow::Borrowed(&**domain)),
                    Home::Unknown | Home::Several => None,
                }
            }),
        };
        AccountName { name: super::folded(&account.name), domain }
    }

    fn one_domain<'a>(&'a self, domain: &'a str) -> Cow<'a, str> {
        let short = short_domain(domain);
        if self.domains.len() > 0
            && let Some(slot) = self.domains.find(NameParts::of(short))
        {
            return super::folded(&self.domains.profile(slot).0);
        }
        super::folded(short)
    }

    /// The SIDs of an account.
    pub(super) fn sids_of<'a>(
        &'a self,
        name: &'a AccountName<'_>,
    ) -> impl Iterator<Item = &'a str> {
        self.by_sid.entries().filter_map(move |entry| {
            let holder = &entry.profile;
            let same_domain = match (&holder.domain, &name.domain) {
                (Some(a), Some(b)) => self.one_domain(a).eq_ignore_ascii_case(b),
                (None, None) => true,
                _ => false,
            };
            (holder.name.eq_ignore_ascii_case(&name.name) && same_domain).then_some(entry.name)
        })
    }

    /// The same with what was saved.
    pub(super) fn with_saved(self, saved: SavedAccountNames) -> Result<Self, String> {
        Ok(Self {
            by_sid: self.by_sid.with_saved(saved.by_sid, "SIDs")?,
            homes: self.homes.with_saved(saved.homes, "homes of accounts")?,
            domains: self.domains.with_saved(saved.domains, "domains")?,
        })
    }
}

/// As [`SavedAccountNames`] is read.
impl Serialize for AccountNames {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.by_sid, &self.homes, &self.domains).serialize(serializer)
    }
}

/// Account names as they are saved.
#[derive(Serialize, Deserialize)]
pub(super) struct SavedAccountNames {
    by_sid: SavedInterner<Holder>,
    homes: SavedInterner<Home>,
    domains: SavedInterner<SameDomain>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SID: &str = "S-1-5-21-1-2-3-1104";

    fn name(names: &AccountNames, account: &Account<'_>) -> String {
        names.one_name(account).parts().name.to_owned()
            + &names.one_name(account).domain.map(|d| format!("@{d}")).unwrap_or_default()
    }

    #[test]
    fn a_realm_and_its_netbios_domain_are_one_by_the_sid() {
        let mut names = AccountNames::new(&Bounds::of_test());
        names.learn_sid(&Account::new("alice").with_domain("CORP").with_sid(SID));
        names.learn_sid(&Account::new("alice").with_domain("AD.EXAMPLE.COM").with_sid(SID));
        assert_eq!(name(&names, &Account::parse("bob@ad.example.com")), "bob@CORP");
        assert_eq!(name(&names, &Account::parse("CORP\\bob")), "bob@CORP");
        assert_eq!(name(&names, &Account::new(SID)), "alice@CORP");
        let renamed = Account::new("alice.married").with_domain("CORP").with_sid(SID);
        assert_eq!(name(&names, &renamed), "alice@CORP", "a renamed account keeps its SID");
    }

    #[test]
    fn a_bare_name_is_of_its_only_domain() {
        let mut names = AccountNames::new(&Bounds::of_test());
        names.learn_home("alice", "CORP");
        names.learn_home("root", "WEB-1");
        names.learn_home("root", "WEB-2");
        assert_eq!(name(&names, &Account::new("Alice")), "Alice@CORP");
        assert_eq!(name(&names, &Account::new("root")), "root");
        assert_eq!(name(&names, &Account::new("carol")), "carol");
    }

    #[test]
    fn well_known_sids_are_nobodys() {
        let mut names = AccountNames::new(&Bounds::of_test());
        names.learn_sid(&Account::new("SYSTEM").with_sid("S-1-5-18"));
        assert_eq!(name(&names, &Account::new("x").with_sid("S-1-5-18")), "x");
    }
}
