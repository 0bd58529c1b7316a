//! What an attacker on the inside can know: who was where, and which host talks to which.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

use crate::login_row::{Orientation, Row};
use crate::names::Ids;
use crate::rng::mix;

/// Sessions remembered per host.
const SESSIONS: usize = 32;
/// Destinations remembered per account.
const DESTINATIONS: usize = 48;

/// A hasher for keys that need only be mixed. Nothing iterates over the set it serves.
#[derive(Debug, Default, Clone)]
pub(crate) struct Mixer(u64);

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = mix(self.0 ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = mix(value);
    }
}

/// An account seen on a host: in a session over the network or at the keyboard, or as it logged on
/// from there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Presence {
    pub(crate) account: u32,
    pub(crate) time: u32,
    /// When a logon last left a credential behind there, or `None`.
    pub(crate) credential: Option<u32>,
}

/// Everyday life as it was seen so far.
#[derive(Debug)]
pub(crate) struct ObservedLogins {
    ids: Ids,
    pairs: HashSet<u64, BuildHasherDefault<Mixer>>,
    /// Accounts and the hosts they were used from.
    origins: HashSet<u64, BuildHasherDefault<Mixer>>,
    /// Account, source and destination together, mixed into one number.
    habits: HashSet<u64, BuildHasherDefault<Mixer>>,
    out: Vec<Vec<u32>>,
    presence: Vec<Vec<Presence>>,
    used: Vec<Vec<u32>>,
    seen: Vec<Option<u32>>,
}

impl ObservedLogins {
    pub(crate) fn new(ids: Ids) -> Self {
        let (named, hosts) = (ids.named as usize, ids.hosts as usize);
        Self {
            ids,
            pairs: HashSet::default(),
            origins: HashSet::default(),
            habits: HashSet::default(),
            out: vec![Vec::new(); hosts],
            presence: vec![Vec::new(); hosts],
            used: vec![Vec::new(); named],
            seen: vec![None; named],
        }
    }

    /// Takes in one row of everyday life.
    pub(crate) fn see(&mut self, row: &Row) {
        if row.orientation != Orientation::LogOn || !row.success || row.account >= self.ids.named {
            return;
        }
        self.seen[row.account as usize] = Some(row.time);
        self.note(
            row.src,
            row.account,
            row.time,
            row.src == row.dst && row.logon.leaves_credential(),
        );
        if row.src == row.dst {
            return;
        }
        self.note(row.dst, row.account, row.time, row.logon.leaves_credential());
        self.origins.insert(pair(row.account, row.src));
        let used = &mut self.used[row.account as usize];
        if !used.contains(&row.dst) && used.len() < DESTINATIONS {
            used.push(row.dst);
        }
        self.habits.insert(triple(row.account, row.src, row.dst));
        if self.pairs.insert(pair(row.src, row.dst)) {
            self.out[row.src as usize].push(row.dst);
        }
    }

    fn note(&mut self, host: u32, account: u32, time: u32, credential: bool) {
        let list = &mut self.presence[host as usize];
        let credential_time = credential.then_some(time);
        if let Some(entry) = list.iter_mut().find(|entry| entry.account == account) {
            entry.time = time;
            entry.credential = credential_time.or(entry.credential);
            return;
        }
        let entry = Presence { account, time, credential: credential_time };
        if list.len() < SESSIONS {
            list.push(entry);
        } else if let Some(oldest) = list.iter_mut().min_by_key(|entry| entry.time) {
            *oldest = entry;
        }
    }

    /// Whether `account` was ever seen to log on from `src` to `dst`.
    pub(crate) fn habit(&self, account: u32, src: u32, dst: u32) -> bool {
        self.habits.contains(&triple(account, src, dst))
    }

    /// Whether `account` was ever used from `src`.
    pub(crate) fn was_used_from(&self, account: u32, src: u32) -> bool {
        self.origins.contains(&pair(account, src))
    }

    /// Where logons from `host` went.
    pub(crate) fn from(&self, host: u32) -> &[u32] {
        &self.out[host as usize]
    }

    /// Who was seen on `host`.
    pub(crate) fn on(&self, host: u32) -> &[Presence] {
        &self.presence[host as usize]
    }

    /// Whether `account` was seen on `host` within `seconds` before `time`.
    pub(crate) fn active(&self, host: u32, account: u32, time: u32, seconds: u32) -> bool {
        self.on(host).iter().any(|p| p.account == account && p.time + seconds >= time)
    }

    /// Where `account` went.
    pub(crate) fn used(&self, account: u32) -> &[u32] {
        self.used.get(account as usize).map_or(&[], Vec::as_slice)
    }

    /// When `account` was last seen.
    pub(crate) fn last_seen(&self, account: u32) -> Option<u32> {
        self.seen.get(account as usize).copied().flatten()
    }
}

const fn triple(account: u32, src: u32, dst: u32) -> u64 {
    mix(pair(src, dst)) ^ mix(account as u64)
}

const fn pair(src: u32, dst: u32) -> u64 {
    (src as u64) << 32 | dst as u64
}
