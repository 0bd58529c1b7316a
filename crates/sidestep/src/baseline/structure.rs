//! Who resembles whom: directions of accounts and hosts in a small space, from the login graph.
//!
//! Random indexing (Kanerva, Kristoferson, Holst, CogSci 2000) with two rounds of averaging over
//! the bipartite graph of accounts and hosts: each destination has a sparse random direction
//! drawn from its name, an account points where its destinations point (the rarer the
//! destination, the more it counts), a host points where its visitors point, and once more.
//! The directions are a function of the pairs alone, so two merged baselines find the same ones.

use serde::{Deserialize, Serialize};

use super::Baseline;
use crate::intern::{Entry, Id, Roster};

/// Dimensions. The similarity of two unrelated directions has a standard deviation of
/// `1 / sqrt(48)`, about 0.14.
const DIMENSIONS: usize = 48;

/// Non-zero entries of a random direction.
const SPARSE: usize = 8;

/// A direction, each entry scaled to -127 to 127; all zero where nothing is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Vector([i8; DIMENSIONS]);

impl Default for Vector {
    fn default() -> Self {
        Self([0; DIMENSIONS])
    }
}

impl Serialize for Vector {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_slice().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Vector {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = Vec::<i8>::deserialize(deserializer)?;
        let count = entries.len();
        entries
            .try_into()
            .map(Self)
            .map_err(|_| serde::de::Error::invalid_length(count, &"48 entries of a direction"))
    }
}

impl Vector {
    /// Cosine of the angle between two directions; none where one of them is unknown.
    pub(crate) fn similarity(&self, other: &Self) -> Option<f64> {
        let (mut dot, mut own, mut theirs) = (0_i32, 0_i32, 0_i32);
        for (&a, &b) in self.0.iter().zip(&other.0) {
            let (a, b) = (i32::from(a), i32::from(b));
            dot += a * b;
            own += a * a;
            theirs += b * b;
        }
        (own > 0 && theirs > 0)
            .then(|| f64::from(dot) / (f64::from(own) * f64::from(theirs)).sqrt())
    }
}

type Exact = [f32; DIMENSIONS];

/// Adds `weight` times `from` to `to`.
fn add(to: &mut Exact, from: &Exact, weight: f32) {
    for (to, from) in to.iter_mut().zip(from) {
        *to += weight * from;
    }
}

/// Scales every direction to length 1, after taking out what all of them share.
fn normalise(directions: &mut [Exact]) {
    let known = directions.iter().filter(|d| d.iter().any(|&e| e != 0.0)).count();
    if known == 0 {
        return;
    }
    for direction in directions.iter_mut() {
        unit(direction);
    }
    let mut mean = [0.0; DIMENSIONS];
    for direction in directions.iter() {
        add(&mut mean, direction, 1.0 / known as f32);
    }
    for direction in directions.iter_mut().filter(|d| d.iter().any(|&e| e != 0.0)) {
        add(direction, &mean, -1.0);
        unit(direction);
    }
}

fn unit(direction: &mut Exact) {
    let length = direction.iter().map(|e| e * e).sum::<f32>().sqrt();
    if length > 0.0 {
        direction.iter_mut().for_each(|e| *e /= length);
    }
}

fn rounded(direction: &Exact) -> Vector {
    Vector(direction.map(|e| (e * 127.0).round() as i8))
}

/// The sparse random direction of a name.
fn random_direction(name: &str) -> Exact {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    for byte in name.bytes() {
        state = (state ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x100_0000_01b3);
    }
    let mut direction = [0.0; DIMENSIONS];
    for _ in 0..SPARSE {
        // SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = state;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
        let at = (bits % DIMENSIONS as u64) as usize;
        direction[at] += if bits >> 63 == 0 { 1.0 } else { -1.0 };
    }
    direction
}

/// Pairs of (account slot, host slot) still in both rosters.
fn slots<P: Default, Q: Default>(
    keys: impl Iterator<Item = [Id; 2]>,
    accounts: &Roster<P>,
    hosts: &Roster<Q>,
) -> Vec<(usize, usize)> {
    keys.filter_map(|[account, host]| {
        Some((accounts.slot_of(account)? as usize, hosts.slot_of(host)? as usize))
    })
    .collect()
}

/// Computes every direction anew.
pub(super) fn refresh(baseline: &mut Baseline) {
    let to = slots(
        baseline.account_destination.records().iter().map(|r| r.key),
        &baseline.accounts,
        &baseline.hosts,
    );
    let from = slots(
        baseline.account_source.records().iter().map(|r| r.key),
        &baseline.accounts,
        &baseline.hosts,
    );
    let (accounts, hosts) = (baseline.accounts.len(), baseline.hosts.len());
    // Inverse document frequency: where everybody goes says nothing of anybody.
    let weight: Vec<f32> = baseline
        .hosts
        .entries()
        .iter()
        .map(|host| {
            let visitors = host.profile.accounts_to.distinct().max(1);
            ((1.0 + accounts as f32) / visitors as f32).ln().max(0.0)
        })
        .collect();
    let mut of_hosts: Vec<Exact> =
        baseline.hosts.entries().iter().map(|Entry { name, .. }| random_direction(name)).collect();
    let mut of_accounts = vec![[0.0; DIMENSIONS]; accounts];
    for _ in 0..2 {
        of_accounts.fill([0.0; DIMENSIONS]);
        for &(account, host) in &to {
            add(&mut of_accounts[account], &of_hosts[host], weight[host]);
        }
        normalise(&mut of_accounts);
        of_hosts.fill([0.0; DIMENSIONS]);
        for &(account, host) in &to {
            add(&mut of_hosts[host], &of_accounts[account], 1.0);
        }
        normalise(&mut of_hosts);
    }
    let mut of_sources = vec![[0.0; DIMENSIONS]; hosts];
    for &(account, host) in &from {
        add(&mut of_sources[host], &of_accounts[account], 1.0);
    }
    normalise(&mut of_sources);
    for (entry, direction) in baseline.accounts.entries_mut().iter_mut().zip(&of_accounts) {
        entry.profile.direction = rounded(direction);
    }
    for (entry, (visitors, users)) in
        baseline.hosts.entries_mut().iter_mut().zip(of_hosts.iter().zip(&of_sources))
    {
        entry.profile.visitors = rounded(visitors);
        entry.profile.users = rounded(users);
    }
}
