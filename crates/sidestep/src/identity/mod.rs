//! One account or host under its many names and addresses, over time.
//!
//! Everything else in the engine knows one name for each thing; it is found here. What is learned is
//! only what events say of names: nothing is guessed from how names look, but for the first label of
//! a DNS name being the NetBIOS name.

mod accounts;
mod addresses;
pub(crate) mod event_hosts;
pub(crate) mod forget;
mod hosts;
pub(crate) mod join;
pub(crate) mod resolve;
mod workstation_logons;

use std::borrow::Cow;
use std::net::IpAddr;

use serde::{Deserialize, Serialize, Serializer};

pub(crate) use accounts::AccountName;
use accounts::{AccountNames, SavedAccountNames};
use addresses::{Addresses, Grounds, SavedAddresses};
use event_hosts::{EventHosts, NamedHost};
use hosts::{HostNames, Named, SavedHostNames};
use workstation_logons::{SavedWorkstationLogons, WorkstationLogons};

use crate::event::Timestamp;
use crate::event::classify::is_interactive;
use crate::event::{
    Account, AccountKind, Activity, AuthEvent, Host, HostActivity, HostActivityKind, Outcome,
};
use crate::store::{Bounds, FoldedName, NameParts, PIECE, heap};
use crate::time::Micros;

/// Another name of a host or account, and why it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Alias {
    /// The name, address or SID.
    pub name: String,
    /// Why it is the same thing, in words.
    pub because: &'static str,
    /// Since when this was seen, where that is known.
    pub since: Option<Timestamp>,
    /// When it was last seen, where that is known.
    pub last_seen: Option<Timestamp>,
}

/// Text without regard to case: roster and tables fold ASCII themselves, so only the rest is folded
/// here.
fn folded(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
}

/// Whether an event only names things by what they are called everywhere: no address, no DNS name, no SID, and
/// no number of a Windows event, of which some say who sat down where. So it is with every event of many logs.
fn says_nothing_of_names(event: &AuthEvent<'_>, hosts: &EventHosts<'_>) -> bool {
    let says_nothing =
        |host: &NamedHost<'_>| host.host.ip.is_none() && host.dotted_name().is_none();
    says_nothing(&hosts.source)
        && says_nothing(&hosts.destination)
        && event.event_code().is_none()
        && event.account().sid.is_none()
        && event.subject().is_none_or(|subject| subject.sid.is_none())
}

/// What is known of names.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// Whether names are resolved at all.
    enabled: bool,
    hosts: HostNames,
    addresses: Addresses,
    accounts: AccountNames,
    workstation_logons: WorkstationLogons,
}

heap! {
    Identity { hosts, addresses, accounts, workstation_logons }
}

/// Longest name, in bytes, that is taken for another name of a host, account or domain: a DNS label has 63
/// at the most and few domains more than twice that.
const LONGEST: usize = 128;

/// What a name that is kept beside another takes at the most.
const NAME_BYTES: usize = LONGEST + PIECE;

impl Identity {
    /// Knows no name yet. Names are resolved if `enabled`; an address that nobody names anew is believed
    /// for `lifetime`.
    pub(crate) fn new(bounds: &Bounds, enabled: bool, lifetime: Micros) -> Self {
        Self {
            enabled,
            hosts: HostNames::new(bounds),
            addresses: Addresses::new(bounds, lifetime),
            accounts: AccountNames::new(bounds),
            workstation_logons: WorkstationLogons::new(bounds.portion()),
        }
    }

    /// Takes in what an event says of names.
    pub(crate) fn learn(&mut self, event: &AuthEvent<'_>, hosts: &EventHosts<'_>) {
        if !self.enabled || says_nothing_of_names(event, hosts) {
            return;
        }
        let time = event.micros();
        // Who is refused may claim another name each time.
        if event.outcome() != Outcome::Failure {
            self.learn_host(&hosts.source, Grounds::Claimed, time);
        }
        self.learn_host(&hosts.destination, Grounds::Attested, time);
        let account = event.account();
        for account in std::iter::once(account).chain(event.subject()) {
            if account.sid.is_some() {
                self.accounts.learn_sid(account);
            }
        }
        // Where one log has both, it has the host's name with the ticket.
        if event.event_code().is_some() && event.outcome() != Outcome::Failure {
            self.learn_desk(event);
        }
        // A machine's own account comes from the machine.
        if account.kind == AccountKind::Machine
            && event.outcome() != Outcome::Failure
            && let Some(address) = event.src_host().ip
        {
            let name = account.name.strip_suffix('$').unwrap_or(&account.name);
            if !name.is_empty() {
                self.learn_address(address, name, Grounds::Attested, time);
            }
        }
    }

    /// Takes in that somebody sat down, or asked for the ticket of somebody who does.
    fn learn_desk(&mut self, event: &AuthEvent<'_>) {
        let (source, time) = (event.src_host(), event.micros());
        let account = self.accounts.one_name(event.account());
        match event.activity() {
            Activity::TicketGrantingTicket if source.name.is_none() => {
                let Some(address) = source.ip else { return };
                let asked =
                    self.workstation_logons.asked(account.parts(), address.to_canonical(), time);
                if let Some(host) = asked {
                    self.addresses.learn(address.to_canonical(), host, Grounds::Claimed, time);
                }
            }
            Activity::Logon if is_interactive(event.logon_type()) => {
                let Some(name) = event.dst_host().name.as_deref() else { return };
                let Named::Name(host) = self.hosts.one_name(name) else { return };
                if let Some(address) =
                    self.workstation_logons.sat_down(account.parts(), &host, time)
                {
                    self.addresses.learn(address, &host, Grounds::Claimed, time);
                }
            }
            _ => {}
        }
    }

    /// Takes in what a companion record says of names.
    pub(crate) fn learn_activity(&mut self, activity: &HostActivity<'_>, hosts: &EventHosts<'_>) {
        if !self.enabled {
            return;
        }
        let grounds = match activity.kind() {
            HostActivityKind::AddressBinding => Grounds::Attested,
            _ => Grounds::Claimed,
        };
        self.learn_host(&hosts.destination, grounds, activity.micros());
        self.learn_host(&hosts.source, Grounds::Claimed, activity.micros());
    }

    /// Takes in that an account was seen in a domain, so that its bare name is known too.
    pub(crate) fn learn_home(&mut self, name: &AccountName<'_>) {
        if self.enabled
            && let Some(domain) = &name.domain
        {
            self.accounts.learn_home(&name.name, domain);
        }
    }

    fn learn_host(&mut self, host: &NamedHost<'_>, grounds: Grounds, time: Micros) {
        if let Some(name) = host.dotted_name() {
            self.hosts.learn(name);
        }
        if let (Some(name), Some(address)) = (host.host.name.as_deref(), host.host.ip) {
            self.learn_address(address, name, grounds, time);
        }
    }

    fn learn_address(&mut self, address: IpAddr, name: &str, grounds: Grounds, time: Micros) {
        let Named::Name(short) = self.hosts.one_name(name) else { return };
        self.addresses.learn(address.to_canonical(), &short, grounds, time);
    }

    /// The name of a host, where that is its one name whatever is known of others.
    pub(crate) fn plain_host<'n, 'e>(&self, host: &'n NamedHost<'e>) -> Option<&'n FoldedName<'e>> {
        host.label().filter(|name| !self.enabled || !HostNames::may_be_cut(name.parts().name))
    }

    /// The name of an account, where that is its one name by all that is known.
    pub(crate) fn plain_account<'e>(&self, account: &'e Account<'_>) -> Option<FoldedName<'e>> {
        let domain = account.domain.as_deref();
        let name = FoldedName::new(NameParts { name: &account.name, domain });
        (!self.enabled || account.sid.is_none() && self.accounts.is_plain(&name)).then_some(name)
    }

    /// The one name of an account.
    pub(crate) fn account<'a>(&'a self, account: &'a Account<'_>) -> AccountName<'a> {
        if self.enabled {
            return self.accounts.one_name(account);
        }
        AccountName {
            name: Cow::Borrowed(&account.name),
            domain: account.domain.as_deref().map(Cow::Borrowed),
        }
    }

    /// Whether the many names of one thing are taken for one.
    pub(crate) const fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// The one name of a host, its address where nobody knows the name, or nothing.
    pub(crate) fn host<'a>(&'a self, host: &'a Host<'_>, time: Micros) -> Option<Cow<'a, str>> {
        self.named_host(host, time).map(Named::into_text)
    }

    /// The same, where an address is not text yet.
    pub(crate) fn named_host<'a>(&'a self, host: &'a Host<'_>, time: Micros) -> Option<Named<'a>> {
        match host.name.as_deref() {
            Some(name) if self.enabled => Some(match self.hosts.one_name(name) {
                Named::Address(address) => self.named_at(address, time),
                name => name,
            }),
            Some(name) => Some(Named::Name(Cow::Borrowed(name))),
            None => host.ip.map(|address| self.named_at(address.to_canonical(), time)),
        }
    }

    /// The one name of the host that has an address, or the address where nobody knows.
    pub(crate) fn host_at(&self, address: IpAddr, time: Micros) -> Cow<'_, str> {
        self.named_at(address, time).into_text()
    }

    fn named_at(&self, address: IpAddr, time: Micros) -> Named<'_> {
        match self.addresses.host(address, time) {
            Some(name) if self.enabled => Named::Name(Cow::Borrowed(name)),
            _ => Named::Address(address),
        }
    }

    /// The addresses that a host was seen at, by its short name.
    pub(crate) fn addresses_of<'a>(&'a self, host: &'a str) -> impl Iterator<Item = IpAddr> + 'a {
        self.addresses.of_host(host).map(|(address, ..)| address)
    }

    /// What else a host is known as.
    pub(crate) fn aliases_of_host(&self, name: &str) -> Vec<Alias> {
        let short = match self.hosts.one_name(name) {
            Named::Name(short) => short.into_owned(),
            Named::Address(_) => return Vec::new(),
        };
        let dns = self.hosts.full_name(&short).map(|name| Alias {
            name,
            because: "its DNS name begins with its short name",
            since: None,
            last_seen: None,
        });
        let addresses =
            self.addresses.of_host(&short).map(|(address, grounds, since, last)| Alias {
                name: address.to_string(),
                because: match grounds {
                    Grounds::Attested => {
                        "a lease, a name server, its own log or its own account gave the address"
                    }
                    Grounds::Claimed => {
                        "it named itself when it logged on from the address, or somebody sat down \
                         at it whose ticket was asked for from there"
                    }
                },
                since: Some(Timestamp::from_micros(since)),
                last_seen: Some(Timestamp::from_micros(last)),
            });
        dns.into_iter().chain(addresses).collect()
    }

    /// What else an account is known as.
    pub(crate) fn aliases_of_account(&self, account: &Account<'_>) -> Vec<Alias> {
        let name = self.account(account);
        let sids = self.accounts.sids_of(&name).map(|sid| Alias {
            name: sid.to_owned(),
            because: "events gave name and SID together",
            since: None,
            last_seen: None,
        });
        sids.collect()
    }

    /// The same with what was saved.
    pub(crate) fn with_saved(self, saved: SavedIdentity) -> Result<Self, String> {
        Ok(Self {
            enabled: self.enabled,
            hosts: self.hosts.with_saved(saved.hosts)?,
            addresses: self.addresses.with_saved(saved.addresses)?,
            accounts: self.accounts.with_saved(saved.accounts)?,
            workstation_logons: self.workstation_logons.with_saved(saved.workstation_logons)?,
        })
    }
}

/// As [`SavedIdentity`] is read.
impl Serialize for Identity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.hosts, &self.addresses, &self.accounts, &self.workstation_logons)
            .serialize(serializer)
    }
}

/// What is known of names, as it is saved.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedIdentity {
    hosts: SavedHostNames,
    addresses: SavedAddresses,
    accounts: SavedAccountNames,
    workstation_logons: SavedWorkstationLogons,
}
