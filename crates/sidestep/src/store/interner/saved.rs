//! A roster as it is saved: its names one after the other, in the order of their slots, and then what is known of
//! each, so that names stand beside names and are read without a piece of memory for each.

use std::fmt;

use serde::de::{DeserializeSeed, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Id, Interner, Label, Tick, VACANT};
use crate::store::index::Index;
use crate::store::name::{FoldedName, NameParts};
use crate::store::standing::Standing;

/// What is known of a name: how far its id is from its slot, its standing, when it was first seen, its flag, and its
/// profile.
type SavedEntry<P> = (Id, Standing, Tick, bool, P);

/// What of a roster is saved.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedInterner<P> {
    names: Names,
    entries: Vec<SavedEntry<P>>,
    next_id: Id,
    hand: usize,
}

/// Texts in one piece of memory.
#[derive(Default)]
struct Names {
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Names {
    fn iter(&self) -> impl Iterator<Item = &str> {
        let begins = std::iter::once(0).chain(self.ends.iter().copied());
        begins.zip(&self.ends).map(|(begin, end)| self.text.get(begin..*end).unwrap_or_default())
    }
}

impl Serialize for Names {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(TextsVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Names;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("names")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<Names, A::Error> {
        let mut read = Names::default();
        while names.next_element_seed(Append(&mut read.text))?.is_some() {
            read.ends.push(read.text.len());
        }
        Ok(read)
    }
}

/// Adds one text to those before.
struct Append<'t>(&'t mut String);

impl<'de> DeserializeSeed<'de> for Append<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_string(self)
    }
}

impl Visitor<'_> for Append<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<(), E> {
        self.0.push_str(name);
        Ok(())
    }
}

/// A column of a roster, by slot.
struct Column<'i, P, F>(&'i Interner<P>, F);

impl<P: Default, F, T> Serialize for Column<'_, P, F>
where
    F: Fn(super::Slot) -> T,
    T: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.0.len() as super::Slot).map(&self.1))
    }
}

/// As [`SavedInterner`] is read.
impl<P: Default + Serialize> Serialize for Interner<P> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = |slot| {
            let Label { id, standing, since, flag, .. } = self.labels[slot as usize];
            (id.wrapping_sub(slot), standing, since, flag, self.profile(slot))
        };
        let names = Column(self, |slot| self.name(slot));
        (names, Column(self, entry), self.next_id, self.hand).serialize(serializer)
    }
}

impl<P: Default> Interner<P> {
    /// This interner with what was saved, refused where it contradicts itself or exceeds its bound.
    pub(crate) fn with_saved(
        mut self,
        saved: SavedInterner<P>,
        what: &str,
    ) -> Result<Self, String> {
        let SavedInterner { names, entries, next_id, hand } = saved;
        let (count, capacity) = (names.ends.len(), self.capacity);
        if entries.len() != count {
            return Err(format!("{what}: there are not as many names as entries"));
        }
        if count > capacity {
            return Err(format!("{what}: {count} entries do not fit their bound of {capacity}"));
        }
        if hand >= count.max(1) {
            return Err(format!("{what}: the hand of the clock points beyond {count} entries"));
        }
        self.next_id = next_id;
        self.hand = hand;
        self.profiles.reserve_exact(count);
        self.labels.reserve_exact(count);
        for ((slot, name), entry) in (0_u32..).zip(names.iter()).zip(entries) {
            let (distance, standing, since, flag, profile) = entry;
            self.profiles.push(profile);
            if name.is_empty() {
                self.labels.push(Label::VACANT);
                continue;
            }
            let id = slot.wrapping_add(distance);
            if id >= next_id {
                return Err(format!("{what}: an id stands that was not given yet"));
            }
            let (packed, _) = FoldedName::new(NameParts::of(name)).pack(&self.hasher);
            self.known += usize::from(standing.is_known());
            self.labels.push(Label { name: packed, id, standing, since, flag });
            if packed.is_long() {
                self.keep_text(slot, name.into());
            }
            if id != slot && self.moved.insert(id, slot).is_some() {
                return Err(format!("{what}: an id stands twice"));
            }
        }
        self.index_saved().ok_or_else(|| format!("{what}: a name stands twice"))?;
        let labels = &self.labels;
        let is_own = |id: Id| labels.get(id as usize).is_some_and(|label| label.id == id);
        if self.moved.keys().any(|id| is_own(*id)) {
            return Err(format!("{what}: an id stands twice"));
        }
        if self.text_bytes > self.most_text {
            return Err(format!("{what}: the texts of names do not fit their bound"));
        }
        Ok(self)
    }

    /// Lets every name be found; nothing where one stands twice.
    fn index_saved(&mut self) -> Option<()> {
        let hash_of = |slot: u32| self.labels[slot as usize].name.hash(&self.hasher);
        let same = |one: u32, other: u32| {
            let name = FoldedName::new(NameParts::of(self.name(one)));
            let packed = name.pack(&self.hasher).0;
            name.is(&packed, &self.labels[other as usize].name, || self.name(other))
        };
        let is_taken = |slot: &u32| self.labels[*slot as usize].id != VACANT;
        let count = self.labels.len() as u32;
        self.by_name = Index::of((0..count).filter(is_taken), count, hash_of, same)?;
        Some(())
    }
}
