//! What rules remember for a while, within a bound.

use std::borrow::Borrow;
use std::fmt;
use std::hash::Hash;
use std::marker::PhantomData;

use ahash::HashMap;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Heap, Portion, hash_keys};
use crate::time::MAX_TIME;
use crate::time::{DAY, Micros};
use crate::tuning::ttl_map::{FEW, MOST};

/// Values with the time of each; where they are too many, the older half goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound(
    serialize = "K: Ord + Serialize, V: Serialize",
    deserialize = "K: Ord + Hash + Deserialize<'de>, V: Deserialize<'de>"
))]
pub(crate) struct TtlMap<K, V> {
    #[serde(serialize_with = "save", deserialize_with = "load")]
    entries: HashMap<K, (Micros, V)>,
    /// What was dropped last, and how many entries that left.
    swept: (Micros, usize),
    /// How many entries there may be.
    #[serde(skip, default = "usual_most")]
    most: usize,
}

const fn usual_most() -> usize {
    MOST
}

/// In the order of the keys, so that the same entries have the same bytes.
fn save<K: Ord + Serialize, V: Serialize, S: Serializer>(
    entries: &HashMap<K, (Micros, V)>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut sorted: Vec<_> = entries.iter().collect();
    sorted.sort_unstable_by_key(|(key, _)| *key);
    serializer.collect_map(sorted)
}

fn load<'de, K, V, D>(deserializer: D) -> Result<HashMap<K, (Micros, V)>, D::Error>
where
    K: Ord + Hash + Deserialize<'de>,
    V: Deserialize<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_map(EntriesVisitor(PhantomData))
}

struct EntriesVisitor<K, V>(PhantomData<(K, V)>);

impl<'de, K, V> Visitor<'de> for EntriesVisitor<K, V>
where
    K: Eq + Hash + Deserialize<'de>,
    V: Deserialize<'de>,
{
    type Value = HashMap<K, (Micros, V)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("what is remembered")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut saved: A) -> Result<Self::Value, A::Error> {
        // How many are said to follow is believed for a few.
        let said = saved.size_hint().unwrap_or_default().min(FEW);
        let mut entries = HashMap::with_capacity_and_hasher(said, hash_keys());
        while let Some((key, value)) = saved.next_entry()? {
            if entries.insert(key, value).is_some() {
                return Err(A::Error::custom("something is remembered twice"));
            }
            if entries.len() > MOST {
                return Err(A::Error::custom("more is remembered than fits"));
            }
        }
        Ok(entries)
    }
}

impl<K, V> Default for TtlMap<K, V> {
    fn default() -> Self {
        Self { entries: HashMap::with_hasher(hash_keys()), swept: (-MAX_TIME, 0), most: MOST }
    }
}

impl<K: Eq + Hash, V> TtlMap<K, V> {
    /// The value of a key.
    pub(crate) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entries.get(key).map(|(_, value)| value)
    }

    /// The value of a key and its time, where that is no older than `since`.
    pub(crate) fn since<Q: Eq + Hash + ?Sized>(&self, key: &Q, since: Micros) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        self.entries.get(key).filter(|(time, _)| *time >= since).map(|(_, value)| value)
    }

    /// The time of a key and its value.
    pub(crate) fn timed<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<(Micros, &V)>
    where
        K: Borrow<Q>,
    {
        self.entries.get(key).map(|(time, value)| (*time, value))
    }

    /// The value of a key, which keeps its time.
    pub(crate) fn get_mut<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        self.entries.get_mut(key).map(|(_, value)| value)
    }

    /// The value of a key, which is now of this time; a new one where there was none.
    pub(crate) fn touch(&mut self, key: K, time: Micros) -> &mut V
    where
        V: Default,
    {
        self.make_room(&key);
        let (last, value) = self.entries.entry(key).or_default();
        *last = time.max(*last);
        value
    }

    /// Remembers a value; returns the time of the one before.
    pub(crate) fn insert(&mut self, key: K, time: Micros, value: V) -> Option<Micros> {
        self.make_room(&key);
        self.entries.insert(key, (time, value)).map(|(before, _)| before)
    }

    /// Forgets a key; returns its value.
    pub(crate) fn remove<Q: Eq + Hash + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.entries.remove(key).map(|(_, value)| value)
    }

    /// Whether nothing is remembered.
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Drops what is older than `before`: once a day, and whenever there is twice what was left the
    /// last time, so that an entry costs the same however many there are.
    pub(crate) fn forget(&mut self, before: Micros) {
        let (since, left) = self.swept;
        if before >= since.saturating_add(DAY)
            || self.entries.len() >= FEW.max(left.saturating_mul(2))
        {
            self.entries.retain(|_, (time, _)| *time >= before);
            self.swept = (before, self.entries.len());
        }
    }

    /// Joins this with what another part of the stream remembers. `renumber` gives key and value in the whole, and
    /// `None` where a name of them is gone; values of one key are joined by `join`, in any order. Where they do not
    /// fit, the newest stay.
    pub(crate) fn join(
        &mut self,
        part: Self,
        renumber: impl Fn(K, V) -> Option<(K, V)>,
        join: impl Fn(&mut V, V),
    ) where
        K: Ord + Clone,
    {
        self.join_timed(part, renumber, |known, (time, value)| {
            known.0 = time.max(known.0);
            join(&mut known.1, value);
        });
    }

    /// The same, where of the values of one key the newest stays.
    pub(crate) fn join_newest(&mut self, part: Self, renumber: impl Fn(K, V) -> Option<(K, V)>)
    where
        K: Ord + Clone,
        V: Ord,
    {
        self.join_timed(part, renumber, |known, other| {
            if other > *known {
                *known = other;
            }
        });
    }

    fn join_timed(
        &mut self,
        part: Self,
        renumber: impl Fn(K, V) -> Option<(K, V)>,
        join: impl Fn(&mut (Micros, V), (Micros, V)),
    ) where
        K: Ord + Clone,
    {
        for (key, (time, value)) in part.entries {
            let Some((key, value)) = renumber(key, value) else { continue };
            match self.entries.get_mut(&key) {
                Some(known) => join(known, (time, value)),
                None => drop(self.entries.insert(key, (time, value))),
            }
        }
        if self.entries.len() > self.most {
            let mut order: Vec<(Micros, K)> =
                self.entries.iter().map(|(key, (time, _))| (*time, key.clone())).collect();
            order.sort_unstable();
            for (_, key) in &order[..order.len() - self.most] {
                self.entries.remove(key);
            }
        }
    }

    /// Drops the older half where there is no room for a new key. One at a time would be a search
    /// through all of them for each, and whoever writes to a log can bring new keys without end.
    fn make_room(&mut self, key: &K) {
        if self.entries.len() < self.most || self.entries.contains_key(key) {
            return;
        }
        let mut times: Vec<Micros> = self.entries.values().map(|(time, _)| *time).collect();
        let middle = times.len() / 2;
        let (_, &mut middle, _) = times.select_nth_unstable(middle);
        self.entries.retain(|_, (time, _)| *time > middle);
    }
}

impl<K: Heap, V: Heap> Heap for TtlMap<K, V> {
    fn heap_bytes(&self) -> usize {
        // Buckets are a power of two, of which seven eighths are used.
        let buckets = match self.entries.capacity() {
            0 => 0,
            entries => (entries * 8 / 7).next_power_of_two(),
        };
        let heap = |(key, (_, value)): (&K, &(Micros, V))| key.heap_bytes() + value.heap_bytes();
        buckets * (size_of::<(K, (Micros, V))>() + 1) + self.entries.iter().map(heap).sum::<usize>()
    }

    fn keep_to(&mut self, portion: Portion) {
        self.most = portion.of(MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_its_bound_and_forgets_the_oldest() {
        let mut recent: TtlMap<u64, ()> = TtlMap::default();
        for key in 0..3 * MOST as u64 {
            recent.touch(key, key as Micros);
            assert!(recent.entries.len() <= MOST);
        }
        assert!(recent.get(&(3 * MOST as u64 - 1)).is_some());
        assert!(recent.get(&0).is_none());
        recent.forget(Micros::MAX);
        assert!(recent.is_empty());
    }

    #[test]
    fn a_value_ages() {
        let mut recent: TtlMap<u8, u32> = TtlMap::default();
        *recent.touch(1, 100) = 7;
        assert_eq!(recent.since(&1, 100), Some(&7));
        assert_eq!(recent.since(&1, 101), None);
        assert_eq!(recent.get(&1), Some(&7));
    }
}
