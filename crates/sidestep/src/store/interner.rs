//! Names to symbols: a bounded roster of everything that has a name, with what is known of each.
//!
//! An id is given out once and never again, so that a record that outlives its name cannot be
//! taken for another's. A slot is where an entry stands now; it is reused after an eviction.

mod forget;
mod saved;

pub(crate) use saved::SavedInterner;

use ahash::{HashMap, RandomState};

use super::bound::reserve_one;
use super::index::Index;
use super::name::{FoldedName, NameParts, PackedName};
use super::standing::{Standing, known_stay};
use super::{Bound, Heap, PIECE, hash_keys};
use crate::time::Micros;

/// Identifier of an account or a host, never reused.
pub(crate) type Id = u32;

/// Place of an entry in its roster.
pub(crate) type Slot = u32;

/// One name and what is known of it.
#[derive(Debug)]
pub(crate) struct Entry<'r, P> {
    pub(crate) name: &'r str,
    pub(crate) id: Id,
    pub(crate) profile: &'r P,
}

/// The text of a name that is kept, read only where it is asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TextRef<'r> {
    name: &'r PackedName,
    slot: Slot,
    long: &'r HashMap<Slot, Box<str>>,
}

impl<'r> TextRef<'r> {
    pub(crate) fn as_bytes(self) -> &'r [u8] {
        if self.name.is_long() { self.long_text().as_bytes() } else { self.name.as_bytes() }
    }

    pub(crate) fn as_str(self) -> &'r str {
        // It was made of text.
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    fn long_text(self) -> &'r str {
        self.long.get(&self.slot).map_or("", |text| text)
    }
}

/// Some minutes of the events' time, counted round and round: see [`Interner::set_time`].
type Tick = u16;

/// A name and its id. They lie apart from what is known of it, so that those of a whole network lie
/// close together: every event looks up several, and few of what is known.
#[derive(Debug, Clone)]
pub(super) struct Label {
    name: PackedName,
    id: Id,
    standing: Standing,
    /// When it was first seen, in ticks.
    since: Tick,
    /// See [`Interner::flag`].
    flag: bool,
}

/// What an entry takes of the table of ids that moved, once its slot was reused.
const MOVED_BYTES: usize = 24;

/// What a long name takes beside its text: a place in the table of long names.
const LONG_BYTES: usize = 56 + PIECE;

/// Part of a limit of memory that the texts of long names may take.
const TEXT_PARTS: (usize, usize) = (1, 4);

/// Stands in place of an id where a name was evicted and no other has come yet.
const VACANT: Id = Id::MAX;

impl Label {
    pub(super) const fn is_known(&self) -> bool {
        self.standing.is_known()
    }

    pub(super) const fn flag(&self) -> bool {
        self.flag
    }

    pub(super) const fn since(&self) -> Tick {
        self.since
    }

    const VACANT: Self = Self {
        name: PackedName::EMPTY,
        id: VACANT,
        standing: Standing::new(false),
        since: 0,
        flag: false,
    };
}

/// A bounded interner. Eviction is CLOCK, in slot order: deterministic whatever the hash keys.
#[derive(Debug, Clone)]
pub(crate) struct Interner<P> {
    /// By slot.
    labels: Vec<Label>,
    /// The text of names that are too long for their label.
    long: HashMap<Slot, Box<str>>,
    profiles: Vec<P>,
    by_name: Index,
    /// Slots of the ids that do not stand in the slot of their own number.
    moved: HashMap<Id, Slot>,
    hasher: RandomState,
    next_id: Id,
    hand: usize,
    capacity: usize,
    /// Bytes of the texts of long names, and how many there may be where memory is limited.
    text_bytes: usize,
    most_text: usize,
    /// How many of the names are known.
    known: usize,
    now: Tick,
}

impl<P: Default> Interner<P> {
    pub(crate) fn new(bound: Bound) -> Self {
        Self::with_heap(bound, 0)
    }

    /// An interner of which each profile holds so many bytes on the heap, at the most.
    pub(crate) fn with_heap(bound: Bound, heap: usize) -> Self {
        let entry = size_of::<Label>() + size_of::<P>() + heap + MOVED_BYTES;
        let (text, whole) = TEXT_PARTS;
        Self {
            labels: Vec::new(),
            long: HashMap::with_hasher(hash_keys()),
            profiles: Vec::new(),
            by_name: Index::default(),
            moved: HashMap::with_hasher(hash_keys()),
            hasher: hash_keys(),
            next_id: 0,
            hand: 0,
            capacity: bound.part(whole - text, whole).capacity(entry),
            text_bytes: 0,
            known: 0,
            now: 0,
            most_text: bound.part(text, whole).bytes().unwrap_or(usize::MAX),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.labels.len()
    }

    /// Names there are: as many as slots, but for those that are vacant.
    pub(crate) fn names(&self) -> usize {
        self.labels.iter().filter(|label| label.id != VACANT).count()
    }

    pub(super) const fn capacity(&self) -> usize {
        self.capacity
    }

    /// What stands beside the names, by slot.
    pub(super) fn labels(&self) -> impl Iterator<Item = &Label> {
        self.labels.iter()
    }

    /// Adds a name that was joined of two parts, with what stood beside it there.
    pub(super) fn add_joined(
        &mut self,
        text: &str,
        profile: P,
        is_known: bool,
        flag: bool,
        since: Tick,
    ) {
        let (slot, _) = self.intern(NameParts::of(text));
        self.profiles[slot as usize] = profile;
        let label = &mut self.labels[slot as usize];
        (label.flag, label.since) = (flag, since);
        if is_known {
            self.known += usize::from(label.standing.make_known());
        }
    }

    /// The id of the entry in a slot.
    pub(crate) fn id(&self, slot: Slot) -> Id {
        self.labels[slot as usize].id
    }

    pub(crate) fn get(&self, slot: Slot) -> Entry<'_, P> {
        Entry { name: self.name(slot), id: self.id(slot), profile: self.profile(slot) }
    }

    /// The name of the entry in a slot, not read yet.
    pub(crate) fn text(&self, slot: Slot) -> TextRef<'_> {
        TextRef { name: &self.labels[slot as usize].name, slot, long: &self.long }
    }

    /// The name of the entry in a slot.
    pub(crate) fn name(&self, slot: Slot) -> &str {
        self.text(slot).as_str()
    }

    pub(crate) fn profile(&self, slot: Slot) -> &P {
        &self.profiles[slot as usize]
    }

    pub(crate) fn profile_mut(&mut self, slot: Slot) -> &mut P {
        &mut self.profiles[slot as usize]
    }

    /// One fact about what has this name, which lies with the name and not in the profile because it is asked
    /// for at every event.
    pub(crate) fn flag(&self, slot: Slot) -> bool {
        self.labels[slot as usize].flag
    }

    /// Notes that fact.
    pub(crate) fn raise_flag(&mut self, slot: Slot) {
        self.labels[slot as usize].flag = true;
    }

    /// All, by slot.
    pub(crate) fn entries(&self) -> impl Iterator<Item = Entry<'_, P>> {
        (0..self.len()).map(|slot| self.get(slot as Slot))
    }

    pub(crate) fn profiles_mut(&mut self) -> &mut [P] {
        &mut self.profiles
    }

    /// The slot of a name, if it is known.
    pub(crate) fn find(&self, parts: NameParts<'_>) -> Option<Slot> {
        self.find_folded(&FoldedName::new(parts))
    }

    /// The slot of a name that is folded already, if it is known.
    pub(crate) fn find_folded(&self, name: &FoldedName<'_>) -> Option<Slot> {
        let (packed, hash) = name.pack(&self.hasher);
        self.find_packed(name, &packed, hash)
    }

    #[inline]
    fn find_packed(&self, name: &FoldedName<'_>, packed: &PackedName, hash: u64) -> Option<Slot> {
        self.by_name.find(hash, |slot| {
            name.is(packed, &self.labels[slot as usize].name, || self.name(slot))
        })
    }

    /// The slot where an id stands now, unless it was evicted.
    pub(crate) fn slot_of(&self, id: Id) -> Option<Slot> {
        match self.labels.get(id as usize) {
            Some(label) if label.id == id => Some(id),
            _ => self.moved.get(&id).copied(),
        }
    }

    /// The name of an id, unless it was evicted.
    pub(crate) fn name_of(&self, id: Id) -> Option<&str> {
        self.slot_of(id).map(|slot| self.name(slot))
    }

    /// Moves on to this time of the events. A name that comes again in a later tick, of four and a half
    /// minutes, is known from then on.
    #[inline]
    pub(crate) const fn set_time(&mut self, time: Micros) {
        const TICK_BITS: u32 = 28;
        self.now = (time >> TICK_BITS) as Tick;
    }

    /// Whether a name is known.
    pub(crate) fn is_known(&self, slot: Slot) -> bool {
        self.labels[slot as usize].standing.is_known()
    }

    #[inline]
    fn use_again(&mut self, slot: Slot) {
        let label = &mut self.labels[slot as usize];
        label.standing.use_it();
        if label.since != self.now {
            self.known += usize::from(label.standing.make_known());
        }
    }

    /// The slot of a name, given one if it is new. The flag says whether another was evicted.
    pub(crate) fn intern(&mut self, parts: NameParts<'_>) -> (Slot, bool) {
        self.intern_folded(&FoldedName::new(parts))
    }

    /// The same for a name that is folded already.
    pub(crate) fn intern_folded(&mut self, name: &FoldedName<'_>) -> (Slot, bool) {
        let (packed, hash) = name.pack(&self.hasher);
        if let Some(slot) = self.find_packed(name, &packed, hash) {
            self.use_again(slot);
            return (slot, false);
        }
        let id = self.next_id;
        // Four thousand million names later the ids begin anew: by then no record of the first is left.
        self.next_id = self.next_id.wrapping_add(1);
        let standing = Standing::default();
        let label = Label { name: packed, id, standing, since: self.now, flag: false };
        let text = packed.is_long().then(|| name.parts().to_text());
        let crowded = text.as_ref().is_some_and(|text| self.make_room_for(text));
        let (slot, evicted) = if self.len() < self.capacity {
            self.push(label, P::default());
            ((self.len() - 1) as Slot, crowded)
        } else {
            let slot = self.evict(|_| true);
            self.labels[slot as usize] = label;
            self.profiles[slot as usize] = P::default();
            (slot, true)
        };
        if let Some(text) = text {
            self.keep_text(slot, text);
        }
        if id != slot {
            self.moved.insert(id, slot);
        }
        self.index(hash, slot);
        (slot, evicted)
    }

    fn push(&mut self, label: Label, profile: P) {
        reserve_one(&mut self.labels, self.capacity);
        reserve_one(&mut self.profiles, self.capacity);
        self.labels.push(label);
        self.profiles.push(profile);
    }

    fn keep_text(&mut self, slot: Slot, text: Box<str>) {
        self.text_bytes += text.len() + LONG_BYTES;
        self.long.insert(slot, text);
    }

    /// Evicts long names until there is room for the text of another; says whether any had to go. Their
    /// slots stay vacant until the hand comes by.
    fn make_room_for(&mut self, text: &str) -> bool {
        let most = self.most_text.saturating_sub(text.len() + LONG_BYTES);
        let crowded = self.text_bytes > most;
        while self.text_bytes > most && !self.long.is_empty() {
            let slot = self.evict(|label| label.name.is_long());
            self.labels[slot as usize] = Label::VACANT;
            self.profiles[slot as usize] = P::default();
        }
        crowded
    }

    /// Lets a slot be found by the hash of its name.
    fn index(&mut self, hash: u64, slot: Slot) {
        let (labels, keys) = (&self.labels, &self.hasher);
        self.by_name.insert(hash, slot, |slot| labels[slot as usize].name.hash(keys));
    }

    /// Frees the slot of one of those that may be evicted, which was not used for a whole turn of the hand.
    fn evict(&mut self, may_be: impl Fn(&Label) -> bool) -> Slot {
        let mut left = 2 * self.labels.len();
        let mut stay = known_stay(self.known, self.capacity);
        loop {
            // Where all that may be evicted are known, one of them has to go.
            left = left.saturating_sub(1);
            stay &= left > 0;
            let at = self.hand;
            self.hand = (self.hand + 1) % self.labels.len();
            let label = &mut self.labels[at];
            if !may_be(label) || !label.standing.is_taken(stay) {
                continue;
            }
            self.take_out(at as Slot);
            return at as Slot;
        }
    }

    /// Takes what stands in a slot out of everything by which it is found.
    fn take_out(&mut self, slot: Slot) {
        let label = &self.labels[slot as usize];
        self.known -= usize::from(label.standing.is_known());
        self.moved.remove(&label.id);
        let (labels, keys) = (&self.labels, &self.hasher);
        let hash_of = |slot: u32| labels[slot as usize].name.hash(keys);
        self.by_name.remove(hash_of(slot), slot, hash_of);
        if let Some(text) = self.long.remove(&slot) {
            self.text_bytes -= text.len() + LONG_BYTES;
        }
    }
}

impl<P: Heap> Heap for Interner<P> {
    fn heap_bytes(&self) -> usize {
        self.labels.capacity() * size_of::<Label>()
            + self.profiles.capacity() * size_of::<P>()
            + self.profiles.iter().map(Heap::heap_bytes).sum::<usize>()
            + self.by_name.bytes()
            + self.text_bytes
            + self.moved.len() * MOVED_BYTES
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
        let mut roster = Interner::<u8>::new(Bound::of(8));
        let (slot, _) = roster.intern(NameParts { name: "Alice", domain: Some("CORP") });
        assert_eq!(roster.find(name("aLICE@corp")), Some(slot));
        assert_eq!(roster.find(name("alice")), None);
        assert_eq!(roster.get(slot).name, "Alice@CORP");
    }

    #[test]
    fn the_unused_are_evicted_and_ids_are_never_reused() {
        let mut roster = Interner::<u8>::new(Bound::of(2));
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
