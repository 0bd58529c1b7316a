//! Where records stand, by the hash of their keys.

/// Slots of the smallest index that holds anything.
const FEWEST: usize = 8;

/// Open addressing with linear probing, four bytes a slot: the place of a record, and in the bits that it
/// leaves free a part of the hash, by which most other records are passed over without reading them. A
/// look-up reads one line of memory here, most times, and one where the record is.
///
/// It has no keys. What needs the hashes of places that it holds is given `hash_of`.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    /// A place plus one below a part of its hash; 0 for an empty slot. A power of two of them.
    slots: Vec<u32>,
    len: usize,
}

impl Index {
    /// An index of places, all below `most`, or nothing where two of them are the `same`.
    pub(super) fn of(
        places: impl IntoIterator<Item = u32>,
        most: u32,
        hash_of: impl Fn(u32) -> u64,
        same: impl Fn(u32, u32) -> bool,
    ) -> Option<Self> {
        let (most, mut size) = (most as usize, FEWEST);
        // As many slots as if each had been added alone.
        while most * 4 > size * 3 {
            size *= 2;
        }
        let slots = if most > 0 { vec![0; size] } else { Vec::new() };
        let mut index = Self { slots, len: 0 };
        for place in places {
            let hash = hash_of(place);
            if index.find(hash, |known| same(known, place)).is_some() {
                return None;
            }
            index.put(hash, place);
            index.len += 1;
        }
        Some(index)
    }

    /// The first place of this hash for which `is` holds.
    #[inline]
    pub(super) fn find(&self, hash: u64, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let places = self.places();
        let tag = tag(hash, places);
        let mut at = self.home(hash);
        // An index always has an empty slot, unless it has none at all.
        while let Some(&slot) = self.slots.get(at).filter(|slot| **slot != 0) {
            if slot & !places == tag && is((slot & places) - 1) {
                return Some((slot & places) - 1);
            }
            at = self.after(at);
        }
        None
    }

    /// Adds a place under a hash: one of those that were removed, or the next after all that it ever had.
    /// There must be fewer than 2^31 of them.
    pub(super) fn insert(&mut self, hash: u64, place: u32, hash_of: impl Fn(u32) -> u64) {
        // A slot has room for the places of its own number of slots, however few of them are taken.
        while (self.len.max(place as usize) + 1) * 4 > self.slots.len() * 3 {
            self.grow(&hash_of);
        }
        self.len += 1;
        self.put(hash, place);
    }

    /// Removes a place under a hash, if it is there.
    pub(super) fn remove(&mut self, hash: u64, gone: u32, hash_of: impl Fn(u32) -> u64) {
        let places = self.places();
        let mut hole = self.home(hash);
        loop {
            match self.slots.get(hole) {
                Some(slot) if slot & places == gone + 1 => break,
                Some(slot) if *slot != 0 => hole = self.after(hole),
                _ => return,
            }
        }
        self.len -= 1;
        // What follows moves up, unless it would then stand before its home.
        let mask = self.slots.len() - 1;
        let distance = |from: usize, to: usize| to.wrapping_sub(from) & mask;
        let mut next = self.after(hole);
        while self.slots[next] != 0 {
            let home = self.home(hash_of((self.slots[next] & places) - 1));
            if distance(home, next) >= distance(hole, next) {
                self.slots[hole] = self.slots[next];
                hole = next;
            }
            next = self.after(next);
        }
        self.slots[hole] = 0;
    }

    /// Removes every place.
    pub(super) fn clear(&mut self) {
        self.slots.fill(0);
        self.len = 0;
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        self.slots.capacity() * size_of::<u32>()
    }

    fn put(&mut self, hash: u64, place: u32) {
        let mut at = self.home(hash);
        while self.slots[at] != 0 {
            at = self.after(at);
        }
        self.slots[at] = tag(hash, self.places()) | (place + 1);
    }

    /// The bits of a slot that say the place: those of the number of slots, of which some stay empty.
    #[inline]
    const fn places(&self) -> u32 {
        (self.slots.len() as u32).wrapping_sub(1)
    }

    /// Where the search for a hash begins: by its upper half, for the tag is of the lower.
    #[inline]
    const fn home(&self, hash: u64) -> usize {
        ((hash >> 32) as usize * self.slots.len()) >> 32
    }

    #[inline]
    const fn after(&self, at: usize) -> usize {
        (at + 1) & (self.slots.len() - 1)
    }

    fn grow(&mut self, hash_of: impl Fn(u32) -> u64) {
        let (size, places) = ((self.slots.len() * 2).max(FEWEST), self.places());
        let slots = std::mem::replace(&mut self.slots, vec![0; size]);
        for slot in slots.into_iter().filter(|slot| *slot != 0) {
            let place = (slot & places) - 1;
            self.put(hash_of(place), place);
        }
    }
}

/// The part of a hash that stands in a slot.
#[inline]
const fn tag(hash: u64, places: u32) -> u32 {
    hash as u32 & !places
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Records that are added, removed and replaced, with hashes of few different halves, so that much
        /// collides.
        #[test]
        fn agrees_with_a_list(
            operations in prop::collection::vec((0_u64..12, 0_usize..60, 0_u8..4), 0..300),
        ) {
            let (mut index, mut list) = (Index::default(), Vec::<Option<u64>>::new());
            for (half, at, what) in operations {
                let hash = half.wrapping_mul(0x1555_5555_5555_5555);
                let known = |list: &[Option<u64>], place: u32| list[place as usize].unwrap_or(0);
                if what < 2 || list.is_empty() {
                    index.insert(hash, list.len() as u32, |place| known(&list, place));
                    list.push(Some(hash));
                } else {
                    let at = at % list.len();
                    let old = list[at].unwrap_or(0);
                    index.remove(old, at as u32, |place| known(&list, place));
                    prop_assert_eq!(index.find(old, |found| found == at as u32), None);
                    index.remove(old, at as u32, |place| known(&list, place));
                    list[at] = None;
                    if what == 2 {
                        index.insert(hash, at as u32, |place| known(&list, place));
                        list[at] = Some(hash);
                    }
                }
                for (place, hash) in (0..).zip(&list) {
                    let Some(hash) = *hash else { continue };
                    prop_assert_eq!(index.find(hash, |found| found == place), Some(place));
                }
                prop_assert_eq!(index.find(hash, |_| false), None);
                prop_assert_eq!(index.len, list.iter().flatten().count());
            }
            index.clear();
            prop_assert_eq!(index.find(0, |_| true), None);
        }
    }
}
