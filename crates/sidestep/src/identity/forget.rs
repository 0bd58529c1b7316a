//! What is to be forgotten, under all its names.

use std::net::IpAddr;

use super::Identity;
use super::accounts::{AccountNames, Home, short_domain};
use super::addresses::{Addresses, Newest};
use super::hosts::{HostNames, Named};
use super::resolve::Resolver;
use crate::baseline::Baseline;
use crate::event::{Account, Event, Host};
use crate::store::{Id, NameParts};

/// An account or a host that is to be forgotten, with everything that is part of it.
#[derive(Debug, Default)]
pub(crate) struct Forgotten {
    /// Name of an account, the domains that it is of, and whether the bare name is its own.
    account: Option<(String, Vec<String>, bool)>,
    sids: Vec<String>,
    /// Names of a host.
    hosts: Vec<String>,
    addresses: Vec<IpAddr>,
    /// Whether accounts of the host's name as their domain are its local ones.
    has_local: bool,
}

fn is_among(list: &[String], text: &str) -> bool {
    list.iter().any(|known| known.eq_ignore_ascii_case(text))
}

impl Forgotten {
    /// Whether this is an account that is to be forgotten, as it is kept: `name@domain`, or the name alone.
    pub(crate) fn is_account(&self, text: &str) -> bool {
        match text.rsplit_once('@') {
            Some((name, domain)) => self.is_account_of(name, Some(domain)),
            None => self.is_account_of(text, None),
        }
    }

    fn is_account_of(&self, name: &str, domain: Option<&str>) -> bool {
        let is_it = self.account.as_ref().is_some_and(|(known, domains, has_bare)| {
            known.eq_ignore_ascii_case(name)
                && domain.map_or(*has_bare, |domain| is_among(domains, short_domain(domain)))
        });
        let is_machines = || name.strip_suffix('$').is_some_and(|host| is_among(&self.hosts, host));
        let is_local = || self.has_local && domain.is_some_and(|host| self.is_host(host));
        is_it || is_among(&self.sids, name) || is_machines() || is_local()
    }

    /// Whether this is a host that is to be forgotten.
    pub(crate) fn is_host(&self, text: &str) -> bool {
        is_among(&self.hosts, text)
            || !self.addresses.is_empty()
                && text.parse::<IpAddr>().is_ok_and(|address| self.is_address(address))
    }

    fn is_address(&self, address: IpAddr) -> bool {
        self.addresses.contains(&address.to_canonical())
    }

    fn is_host_of(&self, host: &Host<'_>) -> bool {
        host.name.as_deref().is_some_and(|name| self.is_host(name))
            || host.ip.is_some_and(|address| self.is_address(address))
    }

    fn is_named(&self, account: &Account<'_>) -> bool {
        self.is_account_of(&account.name, account.domain.as_deref())
            || account.sid.as_deref().is_some_and(|sid| is_among(&self.sids, sid))
    }

    /// Whether an event names it.
    pub(crate) fn is_in(&self, event: Event<'_>) -> bool {
        match event {
            Event::Auth(event) => {
                self.is_named(event.account())
                    || event.subject().is_some_and(|subject| self.is_named(subject))
                    || self.is_host_of(event.src_host())
                    || self.is_host_of(event.dst_host())
            }
            Event::Activity(activity) => {
                activity.account().is_some_and(|account| self.is_named(account))
                    || self.is_host_of(activity.host())
                    || self.is_host_of(activity.peer())
            }
        }
    }
}

/// The ids of what was forgotten.
#[derive(Debug, Default)]
pub(crate) struct ForgottenIds {
    pub(crate) accounts: Vec<Id>,
    pub(crate) hosts: Vec<Id>,
    /// Of accounts that do not move, without their mark.
    pub(crate) non_movers: Vec<Id>,
}

impl Resolver {
    /// An account with all its names.
    pub(crate) fn account_to_forget(&self, account: &Account<'_>) -> Forgotten {
        let identity = self.identity();
        let one = identity.account(account);
        let raw = account.domain.as_deref().map(short_domain);
        let mut domains: Vec<String> =
            one.domain.as_deref().into_iter().chain(raw).map(ToOwned::to_owned).collect();
        let others = identity.accounts.domains.entries();
        domains.extend(
            others
                .filter(|entry| {
                    one.domain
                        .as_deref()
                        .is_some_and(|domain| entry.profile.0.eq_ignore_ascii_case(domain))
                })
                .map(|entry| entry.name.to_owned()),
        );
        let home = identity.accounts.homes.find(NameParts::of(&one.name));
        let has_bare = match home.map(|slot| identity.accounts.homes.profile(slot)) {
            Some(Home::One(home)) => domains.is_empty() || is_among(&domains, home),
            Some(Home::Several) => domains.is_empty(),
            Some(Home::Unknown) | None => true,
        };
        Forgotten {
            sids: identity.accounts.sids_of(&one).map(ToOwned::to_owned).collect(),
            account: Some((one.name.into_owned(), domains, has_bare)),
            ..Forgotten::default()
        }
    }

    /// A host with all its names and addresses, its own account, and its local ones.
    pub(crate) fn host_to_forget(&self, name: &str, baseline: &Baseline) -> Forgotten {
        let identity = self.identity();
        let name = name.strip_suffix('.').unwrap_or(name);
        let short = match identity.hosts.one_name(name) {
            Named::Address(address) => {
                let addresses = vec![address];
                return Forgotten {
                    hosts: vec![name.to_owned()],
                    addresses,
                    ..Forgotten::default()
                };
            }
            Named::Name(short) => short.into_owned(),
        };
        // A host's own accounts are no machines'; where there are such, it is the name of a domain, too.
        let domain = format!("$@{short}");
        let is_machines = |text: &str| {
            text.len() > domain.len()
                && text
                    .get(text.len() - domain.len()..)
                    .is_some_and(|end| end.eq_ignore_ascii_case(&domain))
        };
        let mut accounts = baseline.accounts.entries().map(|entry| entry.name);
        let has_local = !accounts.any(is_machines)
            && !self.non_movers().entries().any(|entry| is_machines(entry.name));
        let addresses = identity.addresses_of(&short).collect();
        let full = identity.hosts.full_name(&short);
        let hosts = [Some(name.to_owned()), full, Some(short)].into_iter().flatten().collect();
        Forgotten { hosts, addresses, has_local, ..Forgotten::default() }
    }

    /// Forgets all that names it; gives out what had an id.
    pub(crate) fn forget(
        &mut self,
        gone: &Forgotten,
        baseline: &mut Baseline,
    ) -> (bool, ForgottenIds) {
        let is_account = |text: &str| gone.is_account(text);
        let ids = ForgottenIds {
            accounts: baseline.accounts.forget(|text, _| is_account(text)),
            hosts: baseline.hosts.forget(|text, _| gone.is_host(text)),
            non_movers: self.non_movers_mut().forget(|text, ()| is_account(text)),
        };
        let bare_is_used = |name: &str| {
            baseline.accounts.entries().any(|entry| {
                let bare = entry.name.rsplit_once('@').map_or(entry.name, |(bare, _)| bare);
                bare.eq_ignore_ascii_case(name)
            })
        };
        let was_known = self.identity_mut().forget(gone, &bare_is_used);
        let had_ids =
            [&ids.accounts, &ids.hosts, &ids.non_movers].iter().any(|ids| !ids.is_empty());
        (was_known || had_ids, ids)
    }
}

impl Identity {
    /// Forgets what names it; whether anything did.
    fn forget(&mut self, gone: &Forgotten, bare_is_used: &dyn Fn(&str) -> bool) -> bool {
        let hosts = self.hosts.forget(gone);
        let addresses = self.addresses.forget(gone);
        let accounts = self.accounts.forget(gone, bare_is_used);
        let sat_down = self.workstation_logons.forget(
            |account| gone.is_account(account),
            |host| gone.is_host(host),
            |address| gone.is_address(address),
        );
        hosts || addresses || accounts || sat_down
    }
}

impl HostNames {
    fn forget(&mut self, gone: &Forgotten) -> bool {
        let suffixes = self.suffixes.forget(|label, _| gone.is_host(label));
        let cut = self.cut.forget(|short, long| gone.is_host(short) || gone.is_host(&long.0));
        !(suffixes.is_empty() && cut.is_empty())
    }
}

impl Addresses {
    fn forget(&mut self, gone: &Forgotten) -> bool {
        let mut was_known = false;
        let dropped = self.table.sweep(|address, known| {
            let before = known.others.len();
            known.others.retain(|(name, _)| !gone.is_host(name));
            was_known |= known.others.len() < before;
            !(gone.is_host(&known.host) || gone.is_address(address))
        });
        let hosts = self.hosts.forget(|name, _| gone.is_host(name));
        for newest in self.hosts.profiles_mut() {
            if newest.address.is_some_and(|address| gone.is_address(address)) {
                *newest = Newest::default();
                was_known = true;
            }
        }
        was_known || dropped > 0 || !hosts.is_empty()
    }
}

impl AccountNames {
    fn forget(&mut self, gone: &Forgotten, bare_is_used: &dyn Fn(&str) -> bool) -> bool {
        let sids = self.by_sid.forget(|sid, holder| {
            is_among(&gone.sids, sid) || gone.is_account_of(&holder.name, holder.domain.as_deref())
        });
        let homes = self.homes.forget(|name, home| match home {
            Home::One(domain) => gone.is_account_of(name, Some(domain)),
            Home::Unknown => gone.is_account_of(name, None),
            Home::Several => {
                gone.account.as_ref().is_some_and(|(known, ..)| known.eq_ignore_ascii_case(name))
                    && !bare_is_used(name)
            }
        });
        let is_domain = |name: &str| gone.has_local && gone.is_host(name);
        let domains = self.domains.forget(|name, same| is_domain(name) || is_domain(&same.0));
        [sids, homes, domains].iter().any(|ids| !ids.is_empty())
    }
}
