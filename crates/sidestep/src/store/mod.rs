//! Bounded memories: names to ids, keys to values, and values that age. Each has one bound, taken from
//! the settings and never from a file, and one saved form that is checked when it is loaded.

mod bound;
mod bounds;
pub(crate) mod coded;
mod heap;
mod id_set;
mod index;
mod interner;
mod join;
mod name;
mod numbers;
mod standing;
mod table;
mod ttl_map;

pub(crate) use bound::Bound;
pub(crate) use bounds::Bounds;
pub(crate) use coded::Coded;
pub(crate) use heap::{Heap, PIECE, Portion, heap};
pub(crate) use id_set::IdSet;
pub(crate) use interner::{Entry, Id, Interner, SavedInterner, Slot, TextRef};
pub(crate) use join::Renumbering;
pub(crate) use name::{FoldedName, NameParts};
pub(crate) use numbers::check_numbers;
pub(crate) use table::{Key, Place, SavedTable, Table};
pub(crate) use ttl_map::TtlMap;

use ahash::RandomState;

/// Most that a counter of a saved state may stand at: further up `f64` could not say it.
pub(crate) const MAX_COUNT: u64 = 1 << 53;

/// The sum of the counts of two parts of a stream.
pub(crate) const fn sum_counts(one: u64, other: u64) -> u64 {
    let sum = one.saturating_add(other);
    if sum < MAX_COUNT { sum } else { MAX_COUNT }
}

/// Keys drawn per process, so that nobody can prepare names that collide. The order of a table
/// never shows, so the keys do not change a result.
pub(crate) fn hash_keys() -> RandomState {
    use std::hash::{BuildHasher, RandomState as Std};
    let std = Std::new();
    RandomState::with_seeds(
        std.hash_one(0_u8),
        std.hash_one(1_u8),
        std.hash_one(2_u8),
        std.hash_one(3_u8),
    )
}
