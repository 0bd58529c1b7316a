//! Which ways to the hosts that matter no second factor guards.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

#[cfg(feature = "serde")]
use serde::Serialize;

use crate::event::{Activity, AuthEvent, Host, Mfa, Outcome};
use crate::tuning::mfa::{MOST_ACCOUNTS, MOST_WAYS, SHOWN};

/// How logons showed a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize))]
pub struct FactorCounts {
    /// Logons that used one.
    pub used: u64,
    /// Logons that used none.
    pub not_used: u64,
    /// Logons of which the log does not say.
    pub untold: u64,
}

impl FactorCounts {
    /// All logons.
    #[must_use]
    pub const fn logons(self) -> u64 {
        self.used + self.not_used + self.untold
    }

    /// Whether a second factor is asked for: some logon used one, and none is known to have gone without.
    #[must_use]
    pub const fn is_guarded(self) -> bool {
        self.used > 0 && self.not_used == 0
    }

    fn add(&mut self, mfa: Mfa) {
        match mfa {
            Mfa::Used => self.used += 1,
            Mfa::NotUsed => self.not_used += 1,
            Mfa::Unknown => self.untold += 1,
        }
    }

    fn sum(self, other: Self) -> Self {
        Self {
            used: self.used + other.used,
            not_used: self.not_used + other.not_used,
            untold: self.untold + other.untold,
        }
    }
}

/// One step of an observed path.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
pub struct UnprotectedHop {
    /// The host that it leads from.
    pub from: String,
    /// The account that went most often.
    pub account: String,
    /// The host that it leads to.
    pub to: String,
    /// How its logons showed a second factor.
    pub factors: FactorCounts,
}

/// A host that matters, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize))]
pub struct CriticalHost {
    /// Its name, or its address where it has none.
    pub host: String,
    /// Accounts that logged on to it from elsewhere.
    pub accounts: usize,
    /// How their logons showed a second factor.
    pub factors: FactorCounts,
    /// Hosts from which it was reached without one, in one step.
    pub one_step: usize,
    /// Hosts from which observed logins lead to it and no step asked for one.
    pub any_steps: usize,
    /// The way of the fewest steps from the farthest of them; empty where there is none.
    pub path: Vec<UnprotectedHop>,
}

/// Gathers how hosts are reached, and with which factors; asked for [`report`](Self::report) at the end.
///
/// Hosts are told apart by the names that the log gives them, whatever their case, or by address.
///
/// ```
/// use sidestep::event::{Account, AuthEvent, Host, Mfa, Outcome};
/// use sidestep::mfa::MfaCoverage;
///
/// let logon = |mfa| {
///     AuthEvent::builder(sidestep::Timestamp::UNIX_EPOCH, Account::parse("alice@CORP"))
///         .src_host(Host::named("WS-17"))
///         .dst_host(Host::named("VAULT"))
///         .outcome(Outcome::Success)
///         .mfa(mfa)
///         .build()
/// };
/// let mut coverage = MfaCoverage::default();
/// coverage.observe(&logon(Mfa::Used)?);
/// coverage.observe(&logon(Mfa::NotUsed)?);
/// let report = coverage.report(&["VAULT".to_owned()]);
/// assert_eq!((report[0].factors.used, report[0].factors.not_used), (1, 1));
/// # Ok::<(), sidestep::event::EventError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct MfaCoverage {
    /// By destination and source.
    ways: BTreeMap<(String, String), Way>,
    total: FactorCounts,
    left_out: u64,
}

#[derive(Debug, Clone, Default)]
struct Way {
    factors: FactorCounts,
    accounts: BTreeMap<String, u64>,
}

impl MfaCoverage {
    /// Takes in an event. What is not a successful logon from one known host to another is none of its
    /// business.
    pub fn observe(&mut self, event: &AuthEvent<'_>) {
        let logon = event.activity() == Activity::Logon && event.outcome() != Outcome::Failure;
        let (Some(from), Some(to)) = (name(event.src_host()), name(event.dst_host())) else {
            return;
        };
        if !logon || from == to || !event.account().kind.can_move() {
            return;
        }
        self.total.add(event.mfa());
        let way = (to, from);
        if self.ways.len() >= MOST_WAYS && !self.ways.contains_key(&way) {
            self.left_out += 1;
            return;
        }
        let way = self.ways.entry(way).or_default();
        way.factors.add(event.mfa());
        let account = event.account().to_string();
        if way.accounts.len() < MOST_ACCOUNTS || way.accounts.contains_key(&account) {
            *way.accounts.entry(account).or_default() += 1;
        }
    }

    /// All logons from one host to another.
    #[must_use]
    pub const fn total(&self) -> FactorCounts {
        self.total
    }

    /// Of these, logons on ways for which there was no room.
    #[must_use]
    pub const fn left_out(&self) -> u64 {
        self.left_out
    }

    /// How these hosts are reached; without any, the ten that most accounts log on to. One that nobody
    /// reached is left out.
    #[must_use]
    pub fn report(&self, valued: &[String]) -> Vec<CriticalHost> {
        let chosen: Vec<String> = if valued.is_empty() {
            let mut hosts: Vec<(usize, &String)> =
                self.destinations().map(|host| (self.accounts(host).len(), host)).collect();
            hosts.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
            hosts.into_iter().take(SHOWN).map(|(_, host)| host.clone()).collect()
        } else {
            valued.iter().map(|host| host.to_lowercase()).collect()
        };
        chosen.iter().filter_map(|host| self.valued(host)).collect()
    }

    fn destinations(&self) -> impl Iterator<Item = &String> {
        let mut last = None;
        self.ways.keys().map(|(to, _)| to).filter(move |to| last.replace(*to) != Some(*to))
    }

    fn ways_to<'p>(&'p self, host: &'p str) -> impl Iterator<Item = (&'p String, &'p Way)> {
        let first = (host.to_owned(), String::new());
        let ways = self.ways.range(first..).take_while(move |((to, _), _)| to == host);
        ways.map(|((_, from), way)| (from, way))
    }

    fn accounts<'p>(&'p self, host: &'p str) -> BTreeSet<&'p String> {
        self.ways_to(host).flat_map(|(_, way)| way.accounts.keys()).collect()
    }

    fn valued(&self, host: &str) -> Option<CriticalHost> {
        let factors = self.ways_to(host).map(|(_, way)| way.factors).reduce(FactorCounts::sum)?;
        // From the host backwards, the nearest first.
        let mut next: BTreeMap<&str, (&str, &Way)> = BTreeMap::new();
        let mut queue = VecDeque::from([host]);
        let (mut one_step, mut farthest) = (0, None);
        while let Some(at) = queue.pop_front() {
            for (from, way) in self.ways_to(at).filter(|(_, way)| !way.factors.is_guarded()) {
                if from != host && !next.contains_key(from.as_str()) {
                    next.insert(from, (at, way));
                    queue.push_back(from);
                    one_step += usize::from(at == host);
                    farthest = Some(from.as_str());
                }
            }
        }
        let mut path = Vec::new();
        while let Some((from, &(to, way))) = farthest.and_then(|at| next.get_key_value(at)) {
            path.push(step(from, way, to));
            farthest = Some(to);
        }
        Some(CriticalHost {
            host: host.to_owned(),
            accounts: self.accounts(host).len(),
            factors,
            one_step,
            any_steps: next.len(),
            path,
        })
    }
}

fn step(from: &str, way: &Way, to: &str) -> UnprotectedHop {
    let most = way.accounts.iter().max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)));
    UnprotectedHop {
        from: from.to_owned(),
        account: most.map(|(account, _)| account.clone()).unwrap_or_default(),
        to: to.to_owned(),
        factors: way.factors,
    }
}

/// What a host is called, in one case; `None` where it is not known.
fn name(host: &Host<'_>) -> Option<String> {
    let name = host.name.as_deref().map(str::to_lowercase);
    name.or_else(|| host.ip.map(|ip| ip.to_canonical().to_string()))
}

#[cfg(test)]
mod tests {
    use super::{FactorCounts, MfaCoverage, name};
    use crate::event::Timestamp;
    use crate::event::{Account, AuthEvent, Host, Mfa, Outcome};

    fn went(posture: &mut MfaCoverage, who: &str, from: &str, to: &str, mfa: Mfa) {
        let event = AuthEvent::builder(Timestamp::from_micros(1), Account::parse(who))
            .src_host(Host::named(from))
            .dst_host(Host::named(to))
            .outcome(Outcome::Success)
            .mfa(mfa);
        posture.observe(event.event().expect("an event"));
    }

    #[test]
    fn the_way_around_the_second_factor_is_shown() {
        let mut posture = MfaCoverage::default();
        went(&mut posture, "amy", "LAPTOP", "VAULT", Mfa::Used);
        went(&mut posture, "amy", "LAPTOP", "JUMP", Mfa::NotUsed);
        went(&mut posture, "root", "jump", "BUILD", Mfa::Unknown);
        went(&mut posture, "deploy", "BUILD", "vault", Mfa::NotUsed);
        let report = posture.report(&["Vault".to_owned(), "NOWHERE".to_owned()]);
        let [vault] = &report[..] else { panic!("{report:?}") };
        assert_eq!(vault.factors, FactorCounts { used: 1, not_used: 1, untold: 0 });
        assert_eq!((vault.accounts, vault.one_step, vault.any_steps), (2, 1, 3));
        let path: Vec<_> = vault.path.iter().map(|step| step.from.as_str()).collect();
        assert_eq!(path, ["laptop", "jump", "build"]);
        assert_eq!(posture.report(&[]).len(), 3);
    }

    #[test]
    fn a_guarded_host_is_reached_by_nobody_without() {
        let mut posture = MfaCoverage::default();
        went(&mut posture, "amy", "LAPTOP", "VAULT", Mfa::Used);
        went(&mut posture, "amy", "LAPTOP", "VAULT", Mfa::Unknown);
        went(&mut posture, "amy", "VAULT", "VAULT", Mfa::NotUsed);
        let report = posture.report(&[]);
        assert_eq!((report[0].any_steps, report[0].path.len()), (0, 0));
        assert_eq!(posture.total().logons(), 2);
    }

    #[test]
    fn a_circle_of_ways_ends() {
        let mut posture = MfaCoverage::default();
        for (from, to) in [("A", "B"), ("B", "C"), ("C", "A")] {
            went(&mut posture, "amy", from, to, Mfa::NotUsed);
        }
        let report = posture.report(&["a".to_owned()]);
        assert_eq!((report[0].one_step, report[0].any_steps, report[0].path.len()), (1, 2, 2));
    }

    #[test]
    fn an_address_is_a_name_where_there_is_none() {
        let mapped = Host::at("::ffff:10.0.0.1".parse().expect("an address"));
        assert_eq!(name(&mapped).as_deref(), Some("10.0.0.1"));
    }
}
