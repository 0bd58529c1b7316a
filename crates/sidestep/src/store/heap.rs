//! Bytes that memories hold, and bounds that shrink where memory is limited.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What part of their usual bounds the memories of rules and sessions may fill: all of it, or less where
/// memory is limited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Portion(u32);

impl Portion {
    /// A whole, in parts.
    const WHOLE: u32 = 1 << 16;

    /// This part of a whole: all of it where `part` is the greater.
    pub(crate) fn new(part: usize, whole: usize) -> Self {
        let parts = u64::from(Self::WHOLE) * part as u64 / (whole as u64).max(1);
        Self(parts.min(u64::from(Self::WHOLE)) as u32)
    }

    /// This portion of so many, but never fewer than a few.
    pub(crate) fn of(self, entries: usize) -> usize {
        let part = entries as u64 * u64::from(self.0) / u64::from(Self::WHOLE);
        (part as usize).max(entries.min(16))
    }
}

impl Default for Portion {
    fn default() -> Self {
        Self(Self::WHOLE)
    }
}

/// A memory that counts what it holds, and can be made to hold less.
pub(crate) trait Heap {
    /// Bytes that it holds on the heap.
    fn heap_bytes(&self) -> usize {
        0
    }

    /// Lowers the bounds of what it remembers to this portion of the usual ones.
    fn keep_to(&mut self, _portion: Portion) {}
}

/// A memory that has its portion as a field lists it among those of `heap!`, which hands a new one on.
impl Heap for Portion {
    fn keep_to(&mut self, portion: Portion) {
        *self = portion;
    }
}

/// What the allocator keeps beside each piece that it gives out.
pub(crate) const PIECE: usize = 16;

/// Says for structs what their fields say.
macro_rules! heap {
    ($($kind:ty { $($field:tt),* })+) => {
        $(impl $crate::store::Heap for $kind {
            fn heap_bytes(&self) -> usize {
                0 $(+ $crate::store::Heap::heap_bytes(&self.$field))*
            }

            fn keep_to(&mut self, _portion: $crate::store::Portion) {
                $($crate::store::Heap::keep_to(&mut self.$field, _portion);)*
            }
        })+
    };
}
pub(crate) use heap;

heap! {
    () {}
    bool {}
    u16 {}
    u32 {}
    u64 {}
    i64 {}
}

impl Heap for Box<str> {
    fn heap_bytes(&self) -> usize {
        self.len() + PIECE
    }
}

impl Heap for String {
    fn heap_bytes(&self) -> usize {
        if self.capacity() == 0 { 0 } else { self.capacity() + PIECE }
    }
}

impl<T: Heap> Heap for Option<T> {
    fn heap_bytes(&self) -> usize {
        self.as_ref().map_or(0, Heap::heap_bytes)
    }
}

impl<T: Heap, const N: usize> Heap for [T; N] {
    fn heap_bytes(&self) -> usize {
        self.iter().map(Heap::heap_bytes).sum()
    }
}

impl<A: Heap, B: Heap> Heap for (A, B) {
    fn heap_bytes(&self) -> usize {
        self.0.heap_bytes() + self.1.heap_bytes()
    }
}

impl<A: Heap, B: Heap, C: Heap> Heap for (A, B, C) {
    fn heap_bytes(&self) -> usize {
        self.0.heap_bytes() + self.1.heap_bytes() + self.2.heap_bytes()
    }
}

impl<T: Heap> Heap for Vec<T> {
    fn heap_bytes(&self) -> usize {
        list_bytes(self.capacity(), self.iter())
    }
}

impl<T: Heap> Heap for VecDeque<T> {
    fn heap_bytes(&self) -> usize {
        list_bytes(self.capacity(), self.iter())
    }
}

fn list_bytes<'t, T: Heap + 't>(capacity: usize, items: impl Iterator<Item = &'t T>) -> usize {
    if capacity == 0 {
        return 0;
    }
    capacity * size_of::<T>() + PIECE + items.map(Heap::heap_bytes).sum::<usize>()
}

impl<T: Heap> Heap for BTreeSet<T> {
    fn heap_bytes(&self) -> usize {
        tree_bytes::<T>(self.len()) + self.iter().map(Heap::heap_bytes).sum::<usize>()
    }
}

impl<K: Heap, V: Heap> Heap for BTreeMap<K, V> {
    fn heap_bytes(&self) -> usize {
        let entries = self.iter().map(|(key, value)| key.heap_bytes() + value.heap_bytes());
        tree_bytes::<(K, V)>(self.len()) + entries.sum::<usize>()
    }
}

/// About what a tree takes: its nodes are two thirds full, and each has some words beside its entries.
const fn tree_bytes<T>(len: usize) -> usize {
    len * (size_of::<T>() * 3 / 2 + PIECE)
}
