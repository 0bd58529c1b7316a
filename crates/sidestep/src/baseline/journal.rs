//! What was learned lately, entry by entry, so that it can be taken back and judged again: engines that were
//! merged know more of each login than the part that judged it.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize, Serializer};

use super::PartNumbers;
use crate::login::PROTOCOLS;
use crate::store::{Bound, Id, heap};
use crate::time::{Day, MAX_TIME, Micros};
use crate::tuning::journal::{DAYS, MOST};

/// What was learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Kind {
    /// An account sat down at the keyboard of a host.
    SatDown,
    /// An account was active on a host, for the first time on that day.
    Presence,
    /// A login succeeded.
    Login,
    /// A login failed.
    Failure,
}

/// One thing that was learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) time: Micros,
    /// Day on which it was learned.
    pub(crate) day: Day,
    pub(crate) kind: Kind,
    pub(crate) protocol: u8,
    /// Ids of account, source and destination; where there is one host, it stands in place of both.
    pub(crate) key: [Id; 3],
}

/// The last entries. Where they would be too many, only those of some accounts are kept: of every second one, every
/// fourth, and so on, by a hash of the name that is the same everywhere. So the entries of parts of a stream are
/// those of the whole.
#[derive(Debug, Clone)]
pub(crate) struct Journal {
    entries: VecDeque<Entry>,
    /// Of 2^this accounts one is kept.
    thinned: u32,
    capacity: usize,
    /// How many days back it reaches.
    days: Day,
}

heap! {
    Journal { entries }
    Entry {}
}

/// What of a journal is saved.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedJournal {
    entries: VecDeque<Entry>,
    thinned: u32,
}

/// As [`SavedJournal`] is read.
impl Serialize for Journal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.entries, self.thinned).serialize(serializer)
    }
}

impl Journal {
    /// Of days that a draw of `fade_days` ago is still counted in whole numbers.
    pub(super) fn new(bound: Bound, fade_days: f64) -> Self {
        Self {
            entries: VecDeque::new(),
            thinned: 0,
            capacity: bound.at_most(MOST).capacity(size_of::<Entry>()),
            days: DAYS.min(fade_days as Day).max(1),
        }
    }

    pub(crate) fn entries(&self) -> impl ExactSizeIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Binary logarithm of the accounts for which one is kept.
    pub(crate) const fn thinned(&self) -> u32 {
        self.thinned
    }

    /// Whether the entries of an account are kept.
    pub(super) fn keeps(&self, name: &str) -> bool {
        self.thinned == 0 || rank(name) >= self.thinned
    }

    /// Notes what was learned of the account of this name, of which `name_of` gives those of others.
    pub(super) fn note<'n>(
        &mut self,
        entry: Entry,
        name: &str,
        name_of: impl Fn(Id) -> Option<&'n str>,
    ) {
        if self.capacity == 0 || !self.keeps(name) {
            return;
        }
        while self.entries.len() >= self.capacity && self.thinned < u32::BITS {
            self.thin(&name_of);
        }
        if self.entries.len() < self.capacity && self.keeps(name) {
            if self.entries.len() == self.entries.capacity() {
                let more = self.entries.len().max(16).min(self.capacity - self.entries.len());
                self.entries.reserve_exact(more);
            }
            self.entries.push_back(entry);
        }
    }

    /// Keeps the entries of half as many accounts.
    fn thin<'n>(&mut self, name_of: impl Fn(Id) -> Option<&'n str>) {
        self.thinned += 1;
        let thinned = self.thinned;
        self.entries
            .retain(|entry| name_of(entry.key[0]).is_some_and(|name| rank(name) >= thinned));
    }

    /// Notes nothing from now on.
    pub(super) fn close(&mut self) {
        self.entries.clear();
        self.capacity = 0;
    }

    /// Drops what is too old on a day that begins.
    pub(super) fn begin_day(&mut self, today: Day) {
        let oldest = today.saturating_sub(self.days);
        while self.entries.front().is_some_and(|entry| entry.day < oldest) {
            self.entries.pop_front();
        }
    }

    /// The journals of two parts of a stream until the same day, under the ids of the whole.
    pub(super) fn joined<'n>(
        mut self,
        parts: [Self; 2],
        numbers: &[PartNumbers; 2],
        today: Day,
        name_of: impl Fn(Id) -> Option<&'n str>,
    ) -> Self {
        self.thinned = parts[0].thinned.max(parts[1].thinned);
        let mut entries = Vec::new();
        for (part, numbers) in parts.into_iter().zip(numbers) {
            let renumbered = |entry: Entry| Some(Entry { key: numbers.edge(entry.key)?, ..entry });
            entries.extend(part.entries.into_iter().filter_map(renumbered));
        }
        let oldest = today.saturating_sub(self.days);
        let thinned = self.thinned;
        entries.retain(|entry| {
            entry.day >= oldest
                && (thinned == 0 || name_of(entry.key[0]).is_some_and(|name| rank(name) >= thinned))
        });
        // In the order of learning, so that the oldest are dropped first.
        entries.sort_unstable_by_key(|entry| (entry.day, *entry));
        self.entries = entries.into();
        while self.entries.len() > self.capacity && self.thinned < u32::BITS {
            self.thin(&name_of);
        }
        self.entries.truncate(self.capacity);
        self
    }

    /// Forgets what names any of some accounts and hosts.
    pub(super) fn forget(
        &mut self,
        is_account: &impl Fn(Id) -> bool,
        is_host: &impl Fn(Id) -> bool,
    ) {
        self.entries.retain(|Entry { key: [account, source, destination], .. }| {
            !(is_account(*account) || is_host(*source) || is_host(*destination))
        });
    }

    /// This journal with what was saved, refused where it contradicts itself.
    pub(super) fn with_saved(self, saved: SavedJournal, today: Day) -> Result<Self, String> {
        let SavedJournal { entries, thinned } = saved;
        if entries.len() > self.capacity || thinned > u32::BITS {
            return Err(format!("journal: more entries than its bound of {}", self.capacity));
        }
        let is_sound = |entry: &Entry| {
            entry.day <= today
                && entry.day.saturating_add(self.days) >= today
                && (-MAX_TIME..=MAX_TIME).contains(&entry.time)
                && usize::from(entry.protocol) < PROTOCOLS
        };
        if !entries.iter().all(is_sound) || !entries.iter().is_sorted_by_key(|entry| entry.day) {
            return Err("journal: the entries are not of these days".to_owned());
        }
        Ok(Self { entries, thinned, ..self })
    }
}

/// For how many halvings of the accounts an account is kept: the same in every engine.
fn rank(name: &str) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    name.bytes().for_each(|byte| hasher.update(&[byte.to_ascii_lowercase()]));
    hasher.finalize().leading_zeros()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(account: Id, day: Day) -> Entry {
        let (kind, time) = (Kind::Login, Micros::from(day));
        Entry { time, day, kind, protocol: 0, key: [account, 0, 1] }
    }

    #[test]
    fn what_does_not_fit_is_dropped_by_account() {
        let names: Vec<String> = (0..64).map(|at| format!("user{at}")).collect();
        let name_of = |id: Id| names.get(id as usize).map(String::as_str);
        let mut journal = Journal { capacity: 100, ..Journal::new(Bound::of(100), 120.0) };
        for day in 0..10 {
            for account in 0..64 {
                journal.note(entry(account, day), &names[account as usize], name_of);
            }
        }
        assert!(journal.entries().len() <= 100 && journal.thinned() > 0);
        let mut days = std::collections::BTreeMap::<Id, u32>::new();
        journal.entries().for_each(|entry| *days.entry(entry.key[0]).or_default() += 1);
        assert!(!days.is_empty() && days.values().all(|&days| days == 10), "{days:?}");
        journal.begin_day(9 + DAYS + 1);
        assert_eq!(journal.entries().len(), 0);
    }
}
