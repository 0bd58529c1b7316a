//! Names to symbols: a bounded roster of everything that has a name, with what is known of each.
//!
//! An id is given out once and never again, so that a record that outlives its name cannot be
//! taken for another's. A slot is where an entry stands now; it is reused after an eviction.

use ahash::{HashMap, RandomState};
use hashbrown::HashTable;
use serde::{Deserialize, Serialize};

/// Identifier of an account or a host, never reused.
pub(crate) type Id = u32;

/// Place of an entry in its roster.
pub(crate) type Slot = u32;

/// One name and what is known of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry<P> {
    pub(crate) name: Box<str>,
    pub(crate) id: Id,
    pub(crate) profile: P,
    /// Set on use, cleared by the hand of the clock: what is cleared twice running is evicted.
    used: bool,
}

/// A bounded interner. Eviction is CLOCK, in slot order: deterministic whatever the hash keys.
#[derive(Debug, Clone)]
pub(crate) struct Roster<P> {
    entries: Vec<Entry<P>>,
    by_name: HashTable<Slot>,
    /// Slots of the ids that do not stand in the slot of their own number.
    moved: HashMap<Id, Slot>,
    hasher: RandomState,
    next_id: Id,
    hand: usize,
    capacity: usize,
}

/// What of a roster is saved.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedRoster<P> {
    entries: Vec<Entry<P>>,
    next_id: Id,
    hand: usize,
    capacity: usize,
}

/// Keys drawn per process, so that nobody can prepare names that collide. The order of a table
/// never shows, so the keys do not change a result.
pub(crate) fn hash_keys() -> RandomState {
    use std::hash::{BuildHasher, RandomState as Std};
    let std = Std::new();
    RandomState::with_seeds(
        std.hash_one(0_u8),
        std.hash_one(1_u8),
        std.hash_one(2_u8),
        std.hash_one(3_u8),
    )
}

/// A name in the two parts that a log gives: compared and hashed without regard to ASCII case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NameParts<'a> {
    pub(crate) name: &'a str,
    pub(crate) domain: Option<&'a str>,
}

impl NameParts<'_> {
    /// Writes `name@domain` folded into `buffer` and gives it to `f`; longer text is allocated.
    fn with_folded<R>(self, f: impl FnOnce(&[u8]) -> R) -> R {
        let domain = self.domain.unwrap_or_default();
        let length = self.name.len() + domain.len() + usize::from(self.domain.is_some());
        let mut short = [0_u8; 128];
        let mut long = Vec::new();
        let folded = if length <= short.len() {
            &mut short[..length]
        } else {
            long.resize(length, 0);
            &mut long[..]
        };
        folded[..self.name.len()].copy_from_slice(self.name.as_bytes());
        if self.domain.is_some() {
            folded[self.name.len()] = b'@';
            folded[self.name.len() + 1..].copy_from_slice(domain.as_bytes());
        }
        folded.make_ascii_lowercase();
        f(folded)
    }

    fn matches(self, stored: &str) -> bool {
        match self.domain {
            None => stored.eq_ignore_ascii_case(self.name),
            Some(domain) => {
                let at = self.name.len();
                stored.len() == at + 1 + domain.len()
                    && stored.as_bytes()[at] == b'@'
                    && stored.as_bytes()[..at].eq_ignore_ascii_case(self.name.as_bytes())
                    && stored.as_bytes()[at + 1..].eq_ignore_ascii_case(domain.as_bytes())
            }
        }
    }

    fn to_name(self) -> Box<str> {
        match self.domain {
            None => self.name.into(),
            Some(domain) => format!("{}@{domain}", self.name).into(),
        }
    }
}

impl<P: Default> Roster<P> {
    pub(crate) fn new(capacity: usize) -> Self {
        Self {
            entries: Vec::new(),
            by_name: HashTable::new(),
            moved: HashMap::with_hasher(hash_keys()),
            hasher: hash_keys(),
            next_id: 0,
            hand: 0,
            capacity,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn get(&self, slot: Slot) -> &Entry<P> {
        &self.entries[slot as usize]
    }

    pub(crate) fn get_mut(&mut self, slot: Slot) -> &mut Entry<P> {
        &mut self.entries[slot as usize]
    }

    pub(crate) fn entries(&self) -> &[Entry<P>] {
        &self.entries
    }

    pub(crate) fn entries_mut(&mut self) -> &mut [Entry<P>] {
        &mut self.entries
    }

    /// The slot of a name, if it is known.
    pub(crate) fn find(&self, parts: NameParts<'_>) -> Option<Slot> {
        let hash = parts.with_folded(|folded| self.hasher.hash_one(folded));
        self.by_name.find(hash, |&slot| parts.matches(&self.entries[slot as usize].name)).copied()
    }

    /// The slot where an id stands now, unless it was evicted.
    pub(crate) fn slot_of(&self, id: Id) -> Option<Slot> {
        match self.entries.get(id as usize) {
            Some(entry) if entry.id == id => Some(id),
            _ => self.moved.get(&id).copied(),
        }
    }

    /// The name of an id, unless it was evicted.
    pub(crate) fn name_of(&self, id: Id) -> Option<&str> {
        self.slot_of(id).map(|slot| &*self.get(slot).name)
    }

    /// The slot of a name, given one if it is new. The flag says whether another was evicted.
    pub(crate) fn intern(&mut self, parts: NameParts<'_>) -> (Slot, bool) {
        let hash = parts.with_folded(|folded| self.hasher.hash_one(folded));
        let found =
            self.by_name.find(hash, |&slot| parts.matches(&self.entries[slot as usize].name));
        if let Some(&slot) = found {
            self.entries[slot as usize].used = true;
            return (slot, false);
        }
        let id = self.next_id;
        // Four thousand million names later the ids begin anew: by then no record of the first is left.
        self.next_id = self.next_id.wrapping_add(1);
        let entry = Entry { name: parts.to_name(), id, profile: P::default(), used: false };
        let (slot, evicted) = if self.entries.len() < self.capacity {
            self.entries.push(entry);
            ((self.entries.len() - 1) as Slot, false)
        } else {
            let slot = self.evict();
            self.entries[slot as usize] = entry;
            (slot, true)
        };
        if id != slot {
            self.moved.insert(id, slot);
        }
        let (entries, hasher) = (&self.entries, &self.hasher);
        self.by_name
            .insert_unique(hash, slot, |&slot| hash_of(hasher, &entries[slot as usize].name));
        (slot, evicted)
    }

    /// Frees the slot of an entry that was not used for a whole turn of the hand.
    fn evict(&mut self) -> Slot {
        loop {
            let at = self.hand;
            self.hand = (self.hand + 1) % self.entries.len();
            if std::mem::take(&mut self.entries[at].used) {
                continue;
            }
            let slot = at as Slot;
            let hash = hash_of(&self.hasher, &self.entries[at].name);
            if let Ok(found) = self.by_name.find_entry(hash, |&other| other == slot) {
                found.remove();
            }
            self.moved.remove(&self.entries[at].id);
            return slot;
        }
    }
}

fn hash_of(hasher: &RandomState, name: &str) -> u64 {
    NameParts { name, domain: None }.with_folded(|folded| hasher.hash_one(folded))
}

impl<P: Default + Clone> Roster<P> {
    pub(crate) fn to_saved(&self) -> SavedRoster<P> {
        SavedRoster {
            entries: self.entries.clone(),
            next_id: self.next_id,
            hand: self.hand,
            capacity: self.capacity,
        }
    }

    /// Builds the roster from its saved form, refusing one that contradicts itself.
    pub(crate) fn from_saved(saved: SavedRoster<P>, what: &str) -> Result<Self, String> {
        let mut roster = Self::new(saved.capacity);
        let count = saved.entries.len();
        if count > saved.capacity || saved.hand > count {
            return Err(format!("{what}: {count} entries do not fit their bound"));
        }
        roster.entries = saved.entries;
        roster.next_id = saved.next_id;
        roster.hand = if count == 0 { 0 } else { saved.hand % count };
        for at in 0..count {
            let name = &roster.entries[at].name;
            let parts = NameParts { name, domain: None };
            if roster.find(parts).is_some() {
                return Err(format!("{what}: a name stands twice"));
            }
            let hash = hash_of(&roster.hasher, name);
            let id = roster.entries[at].id;
            if id != at as Id && roster.moved.insert(id, at as Slot).is_some() {
                return Err(format!("{what}: an id stands twice"));
            }
            let (entries, hasher) = (&roster.entries, &roster.hasher);
            roster.by_name.insert_unique(hash, at as Slot, |&slot| {
                hash_of(hasher, &entries[slot as usize].name)
            });
        }
        Ok(roster)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> NameParts<'_> {
        NameParts { name: text, domain: None }
    }

    #[test]
    fn case_is_folded_and_parts_equal_the_whole() {
        let mut roster = Roster::<u8>::new(8);
        let (slot, _) = roster.intern(NameParts { name: "Alice", domain: Some("CORP") });
        assert_eq!(roster.find(name("aLICE@corp")), Some(slot));
        assert_eq!(roster.find(name("alice")), None);
        assert_eq!(&*roster.get(slot).name, "Alice@CORP");
    }

    #[test]
    fn the_unused_are_evicted_and_ids_are_never_reused() {
        let mut roster = Roster::<u8>::new(2);
        let (a, _) = roster.intern(name("a"));
        let a_id = roster.get(a).id;
        roster.intern(name("b"));
        roster.intern(name("a"));
        let (c, evicted) = roster.intern(name("c"));
        assert!(evicted);
        assert_eq!(roster.len(), 2);
        assert_eq!(roster.find(name("b")), None);
        assert_eq!(roster.find(name("a")), Some(a));
        assert_eq!(roster.get(c).id, 2);
        assert_eq!(roster.slot_of(2), Some(c));
        assert_eq!(roster.slot_of(a_id), Some(a));
        assert_eq!(roster.name_of(1), None);
    }
}
