//! Names to symbols: a bounded roster of everything that has a name, with what is known of each.
//!
//! An id is given out once and never again, so that a record that outlives its name cannot be
//! taken for another's. A slot is where an entry stands now; it is reused after an eviction.

use std::hash::{BuildHasher, Hasher};

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
    use std::hash::RandomState as Std;
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
    /// Hash of `name@domain` in lower case; of the name alone where there is no domain.
    fn hash(self, keys: &RandomState) -> u64 {
        let mut folding = Folding { hasher: keys.build_hasher(), word: 0, bytes: 0 };
        folding.push(self.name.as_bytes());
        if let Some(domain) = self.domain {
            folding.push(b"@");
            folding.push(domain.as_bytes());
        }
        folding.finish()
    }

    fn matches(self, stored: &str) -> bool {
        match self.domain {
            None => is_same(stored.as_bytes(), self.name.as_bytes()),
            Some(domain) => {
                let (at, stored) = (self.name.len(), stored.as_bytes());
                stored.len() == at + 1 + domain.len()
                    && stored[at] == b'@'
                    && is_same(&stored[..at], self.name.as_bytes())
                    && is_same(&stored[at + 1..], domain.as_bytes())
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

/// Whether two names differ in ASCII case at most; most do not differ at all.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a == b || a.eq_ignore_ascii_case(b)
}

/// Hashes text in lower case, in words of eight bytes, whatever pieces it comes in. Every event hashes
/// several names, and most are shorter than a word.
struct Folding<H> {
    hasher: H,
    /// Bytes that do not fill a word yet, the first lowest.
    word: u64,
    /// How many bytes came.
    bytes: u32,
}

impl<H: Hasher> Folding<H> {
    fn push(&mut self, text: &[u8]) {
        let (words, rest) = text.as_chunks::<8>();
        for word in words {
            self.take(u64::from_le_bytes(*word), 8);
        }
        if !rest.is_empty() {
            self.take(short_word(rest), rest.len() as u32);
        }
    }

    /// Takes in the `count` lowest bytes of a word of which the others are 0.
    fn take(&mut self, word: u64, count: u32) {
        let word = lower_case(word);
        let filled = self.bytes % 8;
        self.bytes = self.bytes.wrapping_add(count);
        self.word |= word << (8 * filled);
        if filled + count >= 8 {
            self.hasher.write_u64(self.word);
            self.word = word.checked_shr(8 * (8 - filled)).unwrap_or(0);
        }
    }

    fn finish(mut self) -> u64 {
        self.hasher.write_u64(self.word);
        self.hasher.write_u32(self.bytes);
        self.hasher.finish()
    }
}

/// One to seven bytes as the lowest of a word.
fn short_word(bytes: &[u8]) -> u64 {
    match *bytes {
        [a] => u64::from(a),
        [a, b] => u64::from(u16::from_le_bytes([a, b])),
        [a, b, c] => u64::from(u32::from_le_bytes([a, b, c, 0])),
        [a, b, c, d, ref rest @ ..] => {
            let low = u64::from(u32::from_le_bytes([a, b, c, d]));
            rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)) << 32 | low
        }
        [] => 0,
    }
}

/// Eight bytes with the ASCII capitals among them made small.
const fn lower_case(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let low = word & (0x7f * ONES);
    // The high bit of each byte says: at least `A`; more than `Z`; ASCII at all.
    let from_a = low + (0x80 - b'A' as u64) * ONES;
    let past_z = low + (0x7f - b'Z' as u64) * ONES;
    let capitals = from_a & !past_z & !word & (0x80 * ONES);
    word | capitals >> 2
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
        let hash = parts.hash(&self.hasher);
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
        let hash = parts.hash(&self.hasher);
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
    NameParts { name, domain: None }.hash(hasher)
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
    fn pieces_and_case_do_not_change_a_hash() {
        let keys = hash_keys();
        let text = "Ab[Z@`{a\u{c9}z-WORKSTATION-0123456789.Corp.EXAMPLE@Other";
        for (at, _) in text.match_indices('@') {
            for end in (at + 1..=text.len()).filter(|&end| text.is_char_boundary(end)) {
                let whole = name(&text[..end]).hash(&keys);
                let parts = NameParts { name: &text[..at], domain: Some(&text[at + 1..end]) };
                assert_eq!(parts.hash(&keys), whole, "{parts:?}");
                let small = text[..end].to_ascii_lowercase();
                assert_eq!(name(&small).hash(&keys), whole, "{small}");
            }
        }
        for other in ["ab@c", "abc@", "ab[", "ab{", "ab@", "ab`", "ab", "ab\0"] {
            for one in ["ab@d", "ab\u{e9}"] {
                assert_ne!(name(other).hash(&keys), name(one).hash(&keys), "{other} {one}");
            }
        }
        assert_ne!(name("ab[").hash(&keys), name("ab{").hash(&keys));
        assert_ne!(name("ab@").hash(&keys), name("ab`").hash(&keys));
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
