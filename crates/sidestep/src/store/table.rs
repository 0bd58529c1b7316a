//! A bounded hash table whose order is that of insertion, so that every result is deterministic.

use std::net::IpAddr;

use ahash::RandomState;
use serde::{Deserialize, Serialize, Serializer};

use super::bound::reserve_one;
use super::index::Index;
use super::standing::{Standing, known_stay};
use super::{Bound, Heap, MAX_COUNT, hash_keys};

/// What a table is asked by.
pub(crate) trait Key: Copy + Eq {
    /// Its hash. Ids are packed into one number first, which is hashed in one step.
    fn hash(self, keys: &RandomState) -> u64;
}

macro_rules! keys {
    ($($kind:ty: $key:pat => $packed:expr;)+) => {
        $(impl Key for $kind {
            #[inline]
            fn hash(self, keys: &RandomState) -> u64 {
                let $key = self;
                keys.hash_one($packed)
            }
        })+
    };
}

keys! {
    u32: id => u64::from(id);
    u128: number => number;
    IpAddr: address => address;
    [u32; 2]: [a, b] => u64::from(a) << 32 | u64::from(b);
    [u32; 3]: [a, b, c] => u128::from(a) << 64 | u128::from(b) << 32 | u128::from(c);
    (u32, u64): (id, number) => u128::from(id) << 64 | u128::from(number);
}

/// Where a record stands, until the next is added or any is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place(u32);

/// One record.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Record<K, V> {
    pub(crate) key: K,
    pub(crate) value: V,
    standing: Standing,
}

/// Key to value, at most `capacity` of them; evicts by CLOCK and counts what it evicted.
#[derive(Debug, Clone)]
pub(crate) struct Table<K, V> {
    records: Vec<Record<K, V>>,
    index: Index,
    hasher: RandomState,
    hand: usize,
    capacity: usize,
    evicted: u64,
    /// How many of the records are known.
    known: usize,
}

/// What of a table is saved.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedTable<K, V> {
    records: Vec<Record<K, V>>,
    hand: usize,
    evicted: u64,
}

impl<K: Key, V> Table<K, V> {
    pub(crate) fn new(bound: Bound) -> Self {
        Self::with_heap(bound, 0)
    }

    /// A table of which each value holds so many bytes on the heap, at the most.
    pub(crate) fn with_heap(bound: Bound, heap: usize) -> Self {
        Self {
            records: Vec::new(),
            index: Index::default(),
            hasher: hash_keys(),
            hand: 0,
            capacity: bound.capacity(size_of::<Record<K, V>>() + heap),
            evicted: 0,
            known: 0,
        }
    }

    pub(crate) fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Counts records as evicted that never came to stand here.
    pub(super) fn count_evicted(&mut self, count: u64) {
        self.evicted = self.evicted.saturating_add(count).min(MAX_COUNT);
    }

    pub(super) const fn capacity(&self) -> usize {
        self.capacity
    }

    pub(crate) fn records(&self) -> &[Record<K, V>] {
        &self.records
    }

    /// Every key with its value, and whether it is known.
    pub(super) fn into_records(self) -> impl Iterator<Item = (K, V, bool)> {
        let standing =
            |record: Record<K, V>| (record.key, record.value, record.standing.is_known());
        self.records.into_iter().map(standing)
    }

    pub(crate) fn get(&self, key: K) -> Option<&V> {
        self.find(key).map(|place| self.at(place))
    }

    pub(crate) fn get_mut(&mut self, key: K) -> Option<&mut V> {
        self.find(key).map(|place| self.at_mut(place))
    }

    /// Where the record of a key stands.
    #[inline]
    pub(crate) fn find(&self, key: K) -> Option<Place> {
        let is = |at: u32| self.records[at as usize].key == key;
        self.index.find(key.hash(&self.hasher), is).map(Place)
    }

    /// The value at a place that [`find`](Self::find) gave.
    #[inline]
    pub(crate) fn at(&self, place: Place) -> &V {
        &self.records[place.0 as usize].value
    }

    /// The value at a place that [`find`](Self::find) gave, which was used now.
    #[inline]
    pub(crate) fn at_mut(&mut self, place: Place) -> &mut V {
        let record = &mut self.records[place.0 as usize];
        record.standing.use_it();
        &mut record.value
    }

    /// Notes that the record at a place is known, so that it goes after those that are not.
    pub(crate) fn make_known(&mut self, place: Place) {
        self.known += usize::from(self.records[place.0 as usize].standing.make_known());
    }

    /// Adds a key that is not there; returns the record that had to go, if one had to.
    pub(crate) fn insert_new(&mut self, key: K, value: V) -> Option<Record<K, V>> {
        self.insert(key, value, false)
    }

    /// The same, where the key may be known already.
    pub(crate) fn insert(&mut self, key: K, value: V, is_known: bool) -> Option<Record<K, V>> {
        self.known += usize::from(is_known);
        let record = Record { key, value, standing: Standing::new(is_known) };
        let (at, gone) = if self.records.len() < self.capacity {
            reserve_one(&mut self.records, self.capacity);
            self.records.push(record);
            (self.records.len() - 1, None)
        } else {
            let at = self.free_one();
            let gone = std::mem::replace(&mut self.records[at], record);
            self.known -= usize::from(gone.standing.is_known());
            self.evicted += 1;
            (at, Some(gone))
        };
        let (records, keys) = (&self.records, &self.hasher);
        let hash_of = |at: u32| records[at as usize].key.hash(keys);
        self.index.insert(key.hash(keys), at as u32, hash_of);
        gone
    }

    /// Takes one record that was not used for a whole turn of the hand out of the index.
    fn free_one(&mut self) -> usize {
        let stay = known_stay(self.known, self.capacity);
        loop {
            let at = self.hand;
            self.hand = (self.hand + 1) % self.records.len();
            if !self.records[at].standing.is_taken(stay) {
                continue;
            }
            let (records, keys) = (&self.records, &self.hasher);
            let hash_of = |at: u32| records[at as usize].key.hash(keys);
            self.index.remove(hash_of(at as u32), at as u32, hash_of);
            return at;
        }
    }

    /// Visits every value, and drops those for which `keep` is false; returns how many it dropped.
    pub(crate) fn sweep(&mut self, mut keep: impl FnMut(K, &mut V) -> bool) -> usize {
        let before = self.records.len();
        self.records.retain_mut(|record| keep(record.key, &mut record.value));
        let dropped = before - self.records.len();
        if dropped > 0 {
            self.reindex();
        }
        dropped
    }

    fn reindex(&mut self) {
        self.known = self.records.iter().filter(|record| record.standing.is_known()).count();
        self.index.clear();
        self.hand = 0;
        let (records, keys) = (&self.records, &self.hasher);
        let hash_of = |at: u32| records[at as usize].key.hash(keys);
        for at in 0..records.len() as u32 {
            self.index.insert(hash_of(at), at, hash_of);
        }
    }
}

impl<K, V: Heap> Heap for Table<K, V> {
    fn heap_bytes(&self) -> usize {
        let values: usize = self.records.iter().map(|record| record.value.heap_bytes()).sum();
        self.records.capacity() * size_of::<Record<K, V>>() + self.index.bytes() + values
    }
}

/// As [`SavedTable`] is read.
impl<K: Serialize, V: Serialize> Serialize for Table<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.records, self.hand, self.evicted).serialize(serializer)
    }
}

impl<K: Key, V> Table<K, V> {
    /// This table with what was saved, refused where it contradicts itself or exceeds its bound.
    pub(crate) fn with_saved(
        mut self,
        saved: SavedTable<K, V>,
        what: &str,
    ) -> Result<Self, String> {
        let (count, capacity) = (saved.records.len(), self.capacity);
        if count > capacity {
            return Err(format!("{what}: {count} records do not fit their bound of {capacity}"));
        }
        if saved.hand >= count.max(1) {
            return Err(format!("{what}: the hand of the clock points beyond {count} records"));
        }
        if saved.evicted > MAX_COUNT {
            return Err(format!("{what}: the count of what was evicted is wrong"));
        }
        self.records = saved.records;
        self.hand = saved.hand;
        self.evicted = saved.evicted;
        self.known = self.records.iter().filter(|record| record.standing.is_known()).count();
        let (records, keys) = (&self.records, &self.hasher);
        self.index = Index::of(
            0..records.len() as u32,
            records.len() as u32,
            |at| records[at as usize].key.hash(keys),
            |a, b| records[a as usize].key == records[b as usize].key,
        )
        .ok_or_else(|| format!("{what}: a key stands twice"))?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_a_map_and_keeps_its_bound(
            operations in prop::collection::vec((0_u32..64, any::<bool>()), 0..400),
            capacity in 1_usize..80,
        ) {
            let mut table = Table::new(Bound::of(capacity));
            let mut latest = std::collections::BTreeMap::new();
            for (step, (key, sweep)) in operations.into_iter().enumerate() {
                if sweep && key < 4 {
                    table.sweep(|k, _| k % 4 != key);
                    latest.retain(|k, _| k % 4 != key);
                    continue;
                }
                latest.insert(key, step);
                match table.get_mut(key) {
                    Some(value) => *value = step,
                    None => {
                        if let Some(gone) = table.insert_new(key, step) {
                            prop_assert!(latest.contains_key(&gone.key));
                        }
                    }
                }
                prop_assert!(table.records().len() <= capacity);
                prop_assert_eq!(table.get(key), Some(&step));
            }
            for record in table.records() {
                prop_assert_eq!(latest.get(&record.key), Some(&record.value));
                prop_assert_eq!(table.get(record.key), Some(&record.value));
            }
            if capacity >= 64 {
                prop_assert_eq!(table.records().len(), latest.len());
            }
        }
    }
}
