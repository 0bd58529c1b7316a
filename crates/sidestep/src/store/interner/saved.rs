//! A roster as it is saved: its names in the order of their slots.

use serde::{Deserialize, Serialize};

use super::{Entry, Id, Interner, Label, Tick, VACANT};
use crate::store::name::{FoldedName, NameParts};
use crate::store::standing::Standing;

/// One name as it is saved.
#[derive(Serialize, Deserialize)]
struct SavedEntry<P> {
    name: Box<str>,
    id: Id,
    profile: P,
    standing: Standing,
    since: Tick,
    flag: bool,
}

/// What of a roster is saved.
#[derive(Serialize, Deserialize)]
pub(crate) struct SavedInterner<P> {
    entries: Vec<SavedEntry<P>>,
    next_id: Id,
    hand: usize,
}

impl<P: Default + Clone> Interner<P> {
    pub(crate) fn to_saved(&self) -> SavedInterner<P> {
        let saved = |(entry, label): (Entry<'_, P>, &Label)| SavedEntry {
            name: entry.name.into(),
            id: entry.id,
            profile: entry.profile.clone(),
            standing: label.standing,
            since: label.since,
            flag: label.flag,
        };
        SavedInterner {
            entries: self.entries().zip(&self.labels).map(saved).collect(),
            next_id: self.next_id,
            hand: self.hand,
        }
    }

    /// This interner with what was saved, refused where it contradicts itself or exceeds its bound.
    pub(crate) fn with_saved(
        mut self,
        saved: SavedInterner<P>,
        what: &str,
    ) -> Result<Self, String> {
        let (count, capacity) = (saved.entries.len(), self.capacity);
        if count > capacity {
            return Err(format!("{what}: {count} entries do not fit their bound of {capacity}"));
        }
        if saved.hand >= count.max(1) {
            return Err(format!("{what}: the hand of the clock points beyond {count} entries"));
        }
        self.next_id = saved.next_id;
        self.hand = saved.hand;
        for (slot, SavedEntry { name, id, profile, standing, since, flag }) in
            (0..).zip(saved.entries)
        {
            if name.is_empty() {
                self.push(Label::VACANT, profile);
                continue;
            }
            let folded = FoldedName::new(NameParts::of(&name));
            let (packed, hash) = folded.pack(&self.hasher);
            if self.find_packed(&folded, &packed, hash).is_some() {
                return Err(format!("{what}: a name stands twice"));
            }
            self.known += usize::from(standing.is_known());
            self.push(Label { name: packed, id, standing, since, flag }, profile);
            if packed.is_long() {
                self.keep_text(slot, name);
            }
            if id != slot && self.moved.insert(id, slot).is_some() {
                return Err(format!("{what}: an id stands twice"));
            }
            self.index(hash, slot);
        }
        let labels = &self.labels;
        let is_own = |id: Id| labels.get(id as usize).is_some_and(|label| label.id == id);
        if self.moved.keys().any(|id| is_own(*id)) {
            return Err(format!("{what}: an id stands twice"));
        }
        let is_new = |label: &Label| label.id >= self.next_id && label.id != VACANT;
        if labels.iter().any(is_new) {
            return Err(format!("{what}: an id stands that was not given yet"));
        }
        if self.text_bytes > self.most_text {
            return Err(format!("{what}: the texts of names do not fit their bound"));
        }
        Ok(self)
    }
}
