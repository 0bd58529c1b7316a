//! Memories of two parts of a stream, joined. What comes out does not depend on which part is named first:
//! names stand in their alphabetical order, keys in theirs.

use std::collections::BTreeMap;

use ahash::HashMap;

use super::interner::{Id, Interner, Slot};
use super::name::{FoldedName, NameParts};
use super::{Key, Table, hash_keys};

/// The ids that the names of one part have in the whole.
#[derive(Debug, Clone)]
pub(crate) struct Renumbering(HashMap<Id, Id>);

impl Renumbering {
    /// Of every name of a roster, each of which keeps its id.
    pub(crate) fn of_all<P: Default>(roster: &Interner<P>) -> Self {
        let mut numbers = HashMap::with_hasher(hash_keys());
        let names = roster.entries().filter(|entry| !entry.name.is_empty());
        numbers.extend(names.map(|entry| (entry.id, entry.id)));
        Self(numbers)
    }

    /// The new id of an old one, unless its name was evicted.
    pub(crate) fn id(&self, old: Id) -> Option<Id> {
        self.0.get(&old).copied()
    }

    /// The new ids of several old ones, unless one of their names was evicted.
    pub(crate) fn ids<const N: usize>(&self, old: [Id; N]) -> Option<[Id; N]> {
        let mut new = old;
        for id in &mut new {
            *id = self.id(*id)?;
        }
        Some(new)
    }
}

/// What has one name in the parts, on the way to the whole.
struct Joined<P> {
    text: Box<str>,
    profile: P,
    is_known: bool,
    flag: bool,
    since: u16,
}

impl<P: Default + Clone> Interner<P> {
    /// This interner, which is empty, with the names of both parts; a profile of both is joined by `join`.
    /// Where they do not fit, names that are known stay before others, then those of which `weight` is the
    /// greater. Also the new ids of each part, and how many names did not fit.
    pub(crate) fn joined(
        mut self,
        parts: [Self; 2],
        mut join: impl FnMut(&mut P, P),
        weight: impl Fn(&P) -> u64,
    ) -> (Self, [Renumbering; 2], u64) {
        let mut whole = BTreeMap::<String, Joined<P>>::new();
        for part in &parts {
            for (entry, label) in part.entries().zip(part.labels()) {
                if entry.name.is_empty() {
                    continue;
                }
                let profile = entry.profile.clone();
                match whole.get_mut(&entry.name.to_ascii_lowercase()) {
                    Some(known) => {
                        // Logs may write one name in several ways.
                        if *entry.name < *known.text {
                            known.text = entry.name.into();
                        }
                        join(&mut known.profile, profile);
                        known.is_known |= label.is_known();
                        known.flag |= label.flag();
                        known.since = known.since.min(label.since());
                    }
                    None => {
                        let joined = Joined {
                            text: entry.name.into(),
                            profile,
                            is_known: label.is_known(),
                            flag: label.flag(),
                            since: label.since(),
                        };
                        whole.insert(entry.name.to_ascii_lowercase(), joined);
                    }
                }
            }
        }
        let mut whole: Vec<Joined<P>> = whole.into_values().collect();
        let count = whole.len();
        if count > self.capacity() {
            // Sorting keeps the alphabetical order of those that are alike.
            whole.sort_by_key(|name| std::cmp::Reverse((name.is_known, weight(&name.profile))));
            whole.truncate(self.capacity());
            whole.sort_by_cached_key(|name| name.text.to_ascii_lowercase());
        }
        for Joined { text, profile, is_known, flag, since } in whole {
            self.add_joined(&text, profile, is_known, flag, since);
        }
        let gone = count.saturating_sub(self.names()) as u64;
        let numbers = parts.map(|part| {
            let mut numbers = HashMap::with_hasher(hash_keys());
            for entry in part.entries().filter(|entry| !entry.name.is_empty()) {
                let new = self.find_folded(&FoldedName::new(NameParts::of(entry.name)));
                numbers.extend(new.map(|slot: Slot| (entry.id, self.id(slot))));
            }
            Renumbering(numbers)
        });
        (self, numbers, gone)
    }
}

impl<K: Key + Ord, V: Clone> Table<K, V> {
    /// This table, which is empty, with the records of both parts, of which `renumber` gives the keys in the
    /// whole: `None` where a name of it is gone. A value of both is joined by `join`. Where they do not fit, those
    /// that are known stay before others, then those of which `weight` is the greater.
    pub(crate) fn joined(
        mut self,
        parts: [Self; 2],
        renumber: impl Fn(usize, K) -> Option<K>,
        mut join: impl FnMut(&mut V, V),
        weight: impl Fn(&V) -> u64,
    ) -> Self {
        let evicted = parts[0].evicted().saturating_add(parts[1].evicted());
        let mut whole = BTreeMap::<K, (V, bool)>::new();
        for (at, part) in parts.into_iter().enumerate() {
            for (key, value, is_known) in part.into_records() {
                let Some(key) = renumber(at, key) else { continue };
                match whole.get_mut(&key) {
                    Some((joined, known)) => {
                        join(joined, value);
                        *known |= is_known;
                    }
                    None => {
                        whole.insert(key, (value, is_known));
                    }
                }
            }
        }
        let mut whole: Vec<(K, V, bool)> =
            whole.into_iter().map(|(key, (value, is_known))| (key, value, is_known)).collect();
        let count = whole.len();
        if count > self.capacity() {
            whole.sort_by_key(|(_, value, is_known)| std::cmp::Reverse((*is_known, weight(value))));
            whole.truncate(self.capacity());
            whole.sort_by_key(|(key, ..)| *key);
        }
        let gone = (count - whole.len()) as u64;
        for (key, value, is_known) in whole {
            self.insert(key, value, is_known);
        }
        self.count_evicted(evicted.saturating_add(gone));
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::store::Bound;

    type Named = (String, u32);

    fn interner(names: &[Named], most: usize) -> Interner<u32> {
        let mut interner = Interner::new(Bound::of(most));
        for (name, count) in names {
            let (slot, _) = interner.intern(NameParts::of(name));
            *interner.profile_mut(slot) += count;
        }
        interner
    }

    fn join(a: &Interner<u32>, b: &Interner<u32>, most: usize) -> Interner<u32> {
        let empty = Interner::new(Bound::of(most));
        let add = |sum: &mut u32, more: u32| *sum += more;
        empty.joined([a.clone(), b.clone()], add, |count| (*count).into()).0
    }

    fn listed(interner: &Interner<u32>) -> Vec<(String, Id, u32)> {
        let entry =
            |entry: super::super::Entry<'_, u32>| (entry.name.to_owned(), entry.id, *entry.profile);
        interner.entries().map(entry).collect()
    }

    proptest! {
        #[test]
        fn names_are_joined_in_any_order(
            parts in prop::array::uniform3(prop::collection::vec(("[a-cA-C]{1,2}", 1_u32..9), 0..12)),
        ) {
            let [a, b, c] = parts.clone().map(|part| interner(&part, 100));
            let whole = join(&join(&a, &b, 100), &c, 100);
            prop_assert_eq!(listed(&whole), listed(&join(&a, &join(&b, &c, 100), 100)));
            prop_assert_eq!(listed(&whole), listed(&join(&join(&c, &a, 100), &b, 100)));
            let all: u32 = parts.iter().flatten().map(|(_, count)| count).sum();
            prop_assert_eq!(whole.entries().map(|entry| *entry.profile).sum::<u32>(), all);
            let few = join(&a, &b, 3);
            prop_assert!(few.len() <= 3);
        }
    }

    #[test]
    fn what_does_not_fit_is_the_least_and_ids_follow_their_names() {
        let a = interner(&[("x".into(), 5), ("a".into(), 1)], 10);
        let b = interner(&[("X".into(), 5), ("b".into(), 7)], 10);
        let empty = Interner::new(Bound::of(2));
        let (whole, [of_a, of_b], gone) =
            empty.joined([a, b], |sum: &mut u32, more| *sum += more, |count| (*count).into());
        assert_eq!(gone, 1);
        assert_eq!(listed(&whole), [("b".to_owned(), 0, 7), ("X".to_owned(), 1, 10)]);
        assert_eq!((of_a.id(0), of_a.id(1)), (Some(1), None));
        assert_eq!((of_b.ids([0, 1]), of_b.id(9)), (Some([1, 0]), None));
        let table = |records: &[(u32, u64)]| {
            let mut table = Table::new(Bound::of(10));
            for (key, value) in records {
                table.insert_new(*key, *value);
            }
            table
        };
        let parts = [table(&[(0, 3), (1, 4)]), table(&[(1, 5), (7, 6)])];
        let renumber = |at: usize, key: u32| if at == 0 { of_a.id(key) } else { of_b.id(key) };
        let joined = Table::new(Bound::of(1)).joined(
            parts,
            renumber,
            |sum, more| *sum += more,
            |value| *value,
        );
        let records: Vec<_> =
            joined.records().iter().map(|record| (record.key, record.value)).collect();
        assert_eq!((records, joined.evicted()), (vec![(0, 5)], 1));
    }
}
