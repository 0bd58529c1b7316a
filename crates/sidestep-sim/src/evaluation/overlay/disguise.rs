//! Names of the background for the accounts and hosts of a red team.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use sidestep::event::{Account, Activity, AuthEvent, EventError, Host};

use super::super::EvaluationError;
use super::super::logins::can_move;
use super::super::source::{EventSource, SourceError};

/// Most accounts that log on from a workstation.
const WORKSTATION_ACCOUNTS: usize = 3;

/// Who and what a background has to give: sorted, so that a seed always chooses the same.
#[derive(Debug, Default)]
pub(super) struct Cast {
    accounts: Vec<String>,
    workstations: Vec<String>,
    destinations: Vec<String>,
}

/// The names that a red team goes by, lower case to name of the background.
#[derive(Debug)]
pub(super) struct Disguise {
    accounts: HashMap<String, String>,
    hosts: HashMap<String, String>,
}

impl Cast {
    /// Accounts that log on remotely, hosts that at most three of them log on from, and hosts
    /// that they log on to.
    pub(super) fn read(background: &dyn EventSource) -> Result<Self, SourceError> {
        let mut sources: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut destinations = BTreeSet::new();
        let mut seen = HashSet::new();
        background.for_each(&mut |event| {
            let Some(event) = event.auth() else { return };
            let (src, dst) = (event.src_host(), event.dst_host());
            let remote = !src.is_unknown() && !dst.is_unknown() && src != dst;
            if event.activity() != Activity::Logon || !remote || !can_move(event.account()) {
                return;
            }
            let edge = (event.account().to_string(), src.to_string(), dst.to_string());
            if seen.contains(&edge) {
                return;
            }
            sources.entry(edge.1.clone()).or_default().insert(edge.0.clone());
            destinations.insert(edge.2.clone());
            seen.insert(edge);
        })?;
        let accounts: BTreeSet<_> = sources.values().flatten().cloned().collect();
        let small = |accounts: &BTreeSet<_>| accounts.len() <= WORKSTATION_ACCOUNTS;
        Ok(Self {
            accounts: accounts.into_iter().collect(),
            workstations: sources
                .into_iter()
                .filter(|(_, accounts)| small(accounts))
                .map(|(host, _)| host)
                .collect(),
            destinations: destinations.into_iter().collect(),
        })
    }

    /// Gives every account and host of a red team a name of the background, no two the same.
    pub(super) fn disguise(
        &self,
        red: &[&AuthEvent<'_>],
        seed: u64,
    ) -> Result<Disguise, EvaluationError> {
        let mut random = SplitMix(seed);
        let mut accounts = Casting::new("accounts", &self.accounts, &mut random);
        let mut workstations = Casting::new("workstations", &self.workstations, &mut random);
        let mut destinations = Casting::new("destinations", &self.destinations, &mut random);
        let mut disguise = Disguise { accounts: HashMap::new(), hosts: HashMap::new() };
        let mut taken = HashSet::new();
        for event in red {
            for account in std::iter::once(event.account()).chain(event.subject()) {
                if let Entry::Vacant(name) = disguise.accounts.entry(folded(account)) {
                    name.insert(accounts.next(&mut HashSet::new())?);
                }
            }
        }
        // Sources first: a host that is both is a workstation.
        for event in red {
            if let Entry::Vacant(name) = disguise.hosts.entry(folded(event.src_host())) {
                name.insert(workstations.next(&mut taken)?);
            }
        }
        for event in red {
            if let Entry::Vacant(name) = disguise.hosts.entry(folded(event.dst_host())) {
                name.insert(destinations.next(&mut taken)?);
            }
        }
        Ok(disguise)
    }
}

impl Disguise {
    /// The event under the names of the background.
    pub(super) fn put_on(&self, event: &AuthEvent<'_>) -> Result<AuthEvent<'static>, EventError> {
        let account = |account: &Account<'_>| {
            let name = folded(account);
            let name = self.accounts.get(&name).unwrap_or(&name);
            Account::parse(name).into_owned().with_kind(account.kind)
        };
        let host = |host: &Host<'_>| {
            let name = folded(host);
            Host::named(self.hosts.get(&name).cloned().unwrap_or(name))
        };
        let mut disguised = AuthEvent::builder(event.time(), account(event.account()))
            .activity(event.activity())
            .src_host(host(event.src_host()))
            .dst_host(host(event.dst_host()))
            .logon_type(event.logon_type())
            .auth_protocol(event.auth_protocol())
            .outcome(event.outcome());
        if let Some(subject) = event.subject() {
            disguised = disguised.subject(account(subject));
        }
        disguised.build()
    }
}

fn folded(name: &impl ToString) -> String {
    name.to_string().to_lowercase()
}

/// Names in random order, each given out once.
struct Casting {
    what: &'static str,
    size: usize,
    names: std::vec::IntoIter<String>,
}

impl Casting {
    fn new(what: &'static str, names: &[String], random: &mut SplitMix) -> Self {
        let mut names = names.to_vec();
        for last in (1..names.len()).rev() {
            names.swap(last, random.below(last + 1));
        }
        Self { what, size: names.len(), names: names.into_iter() }
    }

    fn next(&mut self, taken: &mut HashSet<String>) -> Result<String, EvaluationError> {
        let name = self.names.find(|name| !taken.contains(name));
        let name = name.ok_or_else(|| EvaluationError::Overlay {
            what: format!(
                "the background has {} {}, fewer than the red team needs: simulate more accounts",
                self.size, self.what
            ),
        })?;
        taken.insert(name.clone());
        Ok(name)
    }
}

/// SplitMix64 (Steele, Lea and Flood 2014): small, seeded, the same on every machine.
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, which fits: it is the length of a list.
    #[allow(clippy::cast_possible_truncation)]
    fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }
}
