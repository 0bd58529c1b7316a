//! Names that are taken out of a roster.

use super::{Id, Interner, Label, Slot, VACANT};

impl<P: Default> Interner<P> {
    /// Forgets every name for which `is_gone`, with what is known of it; gives out their ids. Their slots stay
    /// vacant until the hand comes by, and all others stand where they stood.
    pub(crate) fn forget(&mut self, is_gone: impl Fn(&str, &P) -> bool) -> Vec<Id> {
        let mut gone = Vec::new();
        for slot in 0..self.labels.len() as Slot {
            let id = self.id(slot);
            if id == VACANT || !is_gone(self.name(slot), self.profile(slot)) {
                continue;
            }
            self.take_out(slot);
            self.labels[slot as usize] = Label::VACANT;
            self.profiles[slot as usize] = P::default();
            gone.push(id);
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Bound, NameParts};

    #[test]
    fn a_name_that_comes_again_is_new() {
        let mut roster = Interner::<u8>::new(Bound::of(3));
        let long = "a-name-that-is-too-long-for-its-label";
        for (name, value) in (1..).zip(["alice", long, "bob"]).map(|(value, name)| (name, value)) {
            let (slot, _) = roster.intern(NameParts::of(name));
            *roster.profile_mut(slot) = value;
        }
        let gone = roster.forget(|name, _| name != "bob");
        assert_eq!((gone, roster.names(), roster.len()), (vec![0, 1], 1, 3));
        assert_eq!(roster.find(NameParts::of("bob")), Some(2));
        for name in ["alice", long] {
            assert_eq!(roster.find(NameParts::of(name)), None);
            assert_eq!((roster.slot_of(0), roster.name_of(1)), (None, None));
        }
        // There is no room but theirs.
        let (slot, _) = roster.intern(NameParts::of(long));
        assert_eq!((roster.id(slot), *roster.profile(slot)), (3, 0));
        assert_eq!(roster.find(NameParts::of(long)), Some(slot));
        assert_eq!(roster.find(NameParts::of("bob")), Some(2));
    }
}
