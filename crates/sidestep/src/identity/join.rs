//! What two parts of a stream say of names, joined. Where they contradict each other and nothing says which was
//! first, the name that comes first in the alphabet holds, so that their order does not matter.

use std::collections::BTreeMap;

use super::accounts::{AccountNames, Holder, Home, SameDomain};
use super::addresses::{Address, Addresses, Newest};
use super::hosts::{HostNames, Rest};
use super::resolve::NON_MOVER;
use super::{Identity, LONGEST};
use crate::baseline::{Baseline, PartNumbers};
use crate::store::{Id, Interner, NameParts, Renumbering};
use crate::time::Micros;
use crate::tuning::addresses::REMEMBERED;

/// The ids that whatever one part names has in the whole.
#[derive(Debug, Clone)]
pub(crate) struct Numbers {
    pub(crate) of_baseline: PartNumbers,
    /// Of accounts that do not move, without their mark.
    pub(crate) non_movers: Renumbering,
}

impl Numbers {
    /// Of every name that is known, each of which keeps its id.
    pub(crate) fn of_all(baseline: &Baseline, non_movers: &Interner<()>) -> Self {
        let of_baseline = PartNumbers {
            accounts: Renumbering::of_all(&baseline.accounts),
            hosts: Renumbering::of_all(&baseline.hosts),
        };
        Self { of_baseline, non_movers: Renumbering::of_all(non_movers) }
    }

    /// The new id of an account, whether it moves or not.
    pub(crate) fn account(&self, id: Id) -> Option<Id> {
        if id & NON_MOVER == 0 {
            return self.of_baseline.accounts.id(id);
        }
        self.non_movers.id(id & !NON_MOVER).map(|id| id | NON_MOVER)
    }

    /// The new id of a host.
    pub(crate) fn host(&self, id: Id) -> Option<Id> {
        self.of_baseline.hosts.id(id)
    }

    /// The new ids of an account and a host.
    pub(crate) fn account_and_host(&self, (account, host): (Id, Id)) -> Option<(Id, Id)> {
        Some((self.account(account)?, self.host(host)?))
    }
}

/// Names without a weight: which of them stay where they do not fit is for the alphabet to say.
fn alike<P>(_: &P) -> u64 {
    0
}

/// The one of two spellings that comes first.
fn first(a: &mut Box<str>, b: Box<str>) {
    if b.to_ascii_lowercase() < a.to_ascii_lowercase() || b.eq_ignore_ascii_case(a) && b < *a {
        *a = b;
    }
}

impl Identity {
    /// This, which knows no name yet, with what both parts know. Who sits down just now is not known any more.
    pub(super) fn joined(self, [a, b]: [Self; 2]) -> Self {
        Self {
            enabled: self.enabled,
            hosts: self.hosts.joined([a.hosts, b.hosts]),
            addresses: self.addresses.joined([a.addresses, b.addresses]),
            accounts: self.accounts.joined([a.accounts, b.accounts]),
            workstation_logons: self.workstation_logons,
        }
    }
}

impl HostNames {
    fn joined(self, [a, b]: [Self; 2]) -> Self {
        let suffix = |known: &mut Rest, other: Rest| first(&mut known.0, other.0);
        let cut = |known: &mut Rest, other: Rest| {
            if known.0.eq_ignore_ascii_case(&other.0) {
                first(&mut known.0, other.0);
            } else {
                known.0 = "".into();
            }
        };
        Self {
            suffixes: self.suffixes.joined([a.suffixes, b.suffixes], suffix, alike).0,
            cut: self.cut.joined([a.cut, b.cut], cut, alike).0,
        }
    }
}

impl AccountNames {
    fn joined(self, [a, b]: [Self; 2]) -> Self {
        let mut same = Vec::new();
        let holder = |known: &mut Holder, other: Holder| {
            let key = |holder: &Holder| {
                (
                    holder.name.to_ascii_lowercase(),
                    holder.domain.as_ref().map(|d| d.to_ascii_lowercase()),
                )
            };
            let [mut kept, gone] = if key(&other) < key(known) {
                [other, known.clone()]
            } else {
                [known.clone(), other]
            };
            match (&kept.domain, gone.domain) {
                (None, domain) => kept.domain = domain,
                (Some(one), Some(other)) if !one.eq_ignore_ascii_case(&other) => {
                    same.push((other, one.clone()));
                }
                _ => {}
            }
            *known = kept;
        };
        let by_sid = self.by_sid.joined([a.by_sid, b.by_sid], holder, alike).0;
        let home = |known: &mut Home, other: Home| {
            *known = match (std::mem::take(known), other) {
                (Home::Unknown, home) | (home, Home::Unknown) => home,
                (Home::One(mut one), Home::One(other)) if one.eq_ignore_ascii_case(&other) => {
                    first(&mut one, other);
                    Home::One(one)
                }
                _ => Home::Several,
            };
        };
        let homes = self.homes.joined([a.homes, b.homes], home, alike).0;
        let domain = |known: &mut SameDomain, other: SameDomain| first(&mut known.0, other.0);
        let mut domains = self.domains.joined([a.domains, b.domains], domain, alike).0;
        same.sort_unstable();
        for (domain, one) in same {
            if domains.find(NameParts::of(&domain)).is_none() && domain.len() <= LONGEST {
                let (slot, _) = domains.intern(NameParts::of(&domain));
                *domains.profile_mut(slot) = SameDomain(one);
            }
        }
        Self { by_sid, homes, domains }
    }
}

impl Addresses {
    fn joined(self, [a, b]: [Self; 2]) -> Self {
        let newest = |known: &mut Newest, other: Newest| {
            if (other.since, other.address) > (known.since, known.address) {
                *known = other;
            }
        };
        Self {
            table: self.table.joined(
                [a.table, b.table],
                |_, address| Some(address),
                Address::join,
                |known| known.last.unsigned_abs(),
            ),
            hosts: self.hosts.joined([a.hosts, b.hosts], newest, alike).0,
            lifetime: self.lifetime,
        }
    }
}

impl Address {
    /// Who had it last has it; who had it before had it, too.
    fn join(&mut self, other: Self) {
        if self.host.eq_ignore_ascii_case(&other.host) {
            self.grounds = self.grounds.max(other.grounds);
            self.since = self.since.min(other.since);
            self.last = self.last.max(other.last);
            first(&mut self.host, other.host);
            self.join_others(other.others);
            return;
        }
        let order = |known: &Self| (known.last, known.grounds, known.host.to_ascii_lowercase());
        let [newer, older] =
            if order(&other) > order(self) { [other, self.clone()] } else { [self.clone(), other] };
        *self = newer;
        self.join_others(older.others.into_iter().chain([(older.host, older.last)]));
    }

    fn join_others(&mut self, more: impl IntoIterator<Item = (Box<str>, Micros)>) {
        let mut last = BTreeMap::<Box<str>, Micros>::new();
        for (name, time) in std::mem::take(&mut self.others).into_iter().chain(more) {
            let known = last.entry(name).or_insert(time);
            *known = time.max(*known);
        }
        last.retain(|name, _| !name.eq_ignore_ascii_case(&self.host));
        self.others = last.into_iter().collect();
        self.others.sort_by_key(|(_, time)| *time);
        let surplus = self.others.len().saturating_sub(REMEMBERED);
        self.others.drain(..surplus);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Account;
    use crate::identity::addresses::Grounds;
    use crate::store::Bounds;
    use crate::time::{DAY, HOUR};

    const SID: &str = "S-1-5-21-1-2-3-1104";

    fn both<T: Clone>(a: &T, b: &T, join: impl Fn([T; 2]) -> T) -> [T; 2] {
        [join([a.clone(), b.clone()]), join([b.clone(), a.clone()])]
    }

    #[test]
    fn a_domain_under_two_names_is_one_by_the_sid_of_both_parts() {
        let empty = || AccountNames::new(&Bounds::of_test());
        let (mut a, mut b) = (empty(), empty());
        a.learn_sid(&Account::new("alice").with_domain("CORP").with_sid(SID));
        b.learn_sid(&Account::new("alice").with_domain("EXAMPLE").with_sid(SID));
        a.learn_home("carol", "CORP");
        b.learn_home("root", "WEB-1");
        a.learn_home("root", "WEB-2");
        for whole in both(&a, &b, |parts| empty().joined(parts)) {
            let name = |account: &Account<'_>| {
                let name = whole.one_name(account);
                format!("{}@{}", name.name, name.domain.unwrap_or_default())
            };
            assert_eq!(name(&Account::parse("bob@example")), "bob@CORP");
            assert_eq!(name(&Account::new("carol")), "carol@CORP");
            assert_eq!(name(&Account::new("root")), "root@");
        }
    }

    #[test]
    fn an_address_is_that_of_who_had_it_last() {
        let ip = std::net::Ipv4Addr::new(10, 0, 0, 7).into();
        let empty = || Addresses::new(&Bounds::of_test(), DAY);
        let (mut a, mut b) = (empty(), empty());
        a.learn(ip, "WS-1", Grounds::Attested, 0);
        b.learn(ip, "WS-2", Grounds::Attested, 2 * HOUR);
        for whole in both(&a, &b, |parts| empty().joined(parts)) {
            assert_eq!(whole.host(ip, 3 * HOUR), Some("WS-2"));
        }
    }

    #[test]
    fn a_name_that_was_cut_from_two_is_none_of_them() {
        let empty = || HostNames::new(&Bounds::of_test());
        let (mut a, mut b) = (empty(), empty());
        a.learn("a-very-long-server-name.corp.example");
        b.learn("a-very-long-server-two.corp.example");
        b.learn("ws-1.corp.example");
        for whole in both(&a, &b, |parts| empty().joined(parts)) {
            let name = |text: &str| match whole.one_name(text) {
                crate::identity::hosts::Named::Name(name) => name.into_owned(),
                crate::identity::hosts::Named::Address(_) => String::new(),
            };
            assert_eq!(name("A-VERY-LONG-SER"), "A-VERY-LONG-SER");
            assert_eq!(name("ws-1.corp.example"), "ws-1");
        }
    }
}
