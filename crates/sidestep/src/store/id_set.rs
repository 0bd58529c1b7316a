//! A few ids, in order.

use serde::{Deserialize, Serialize};

use super::{Id, heap};

/// A set of few ids: sorted, in one piece, which it keeps when it is cleared.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Id>")]
pub(crate) struct IdSet(Vec<Id>);

heap! {
    IdSet { 0 }
}

impl From<Vec<Id>> for IdSet {
    fn from(mut ids: Vec<Id>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        Self(ids)
    }
}

impl IdSet {
    /// Adds an id; `false` if it was there.
    pub(crate) fn insert(&mut self, id: Id) -> bool {
        match self.0.binary_search(&id) {
            Ok(_) => false,
            Err(at) => {
                self.0.insert(at, id);
                true
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }
}
