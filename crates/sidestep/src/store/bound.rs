//! How much a table may hold.

/// Fewest entries of any table, however little memory it is given.
const FEWEST: usize = 16;

/// What an entry takes of the index beside it, with room for it to grow.
pub(super) const INDEX_BYTES: usize = 16;

/// The most that one table may hold: entries, and bytes where memory is limited.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound {
    entries: usize,
    bytes: Option<usize>,
}

impl Bound {
    /// So many entries, and so many bytes if memory is limited.
    pub(crate) const fn new(entries: usize, bytes: Option<usize>) -> Self {
        Self { entries, bytes }
    }

    /// So many entries, whatever they take.
    pub(crate) const fn of(entries: usize) -> Self {
        Self::new(entries, None)
    }

    /// The same with so many entries at the most.
    pub(crate) fn at_most(self, entries: usize) -> Self {
        Self { entries: self.entries.min(entries), ..self }
    }

    /// The bytes, where memory is limited.
    pub(crate) const fn bytes(self) -> Option<usize> {
        self.bytes
    }

    /// This part of the bytes, where memory is limited.
    pub(super) fn part(self, parts: usize, of: usize) -> Self {
        Self { bytes: self.bytes.map(|bytes| bytes / of * parts), ..self }
    }

    /// How many entries of so many bytes fit, the index included.
    pub(crate) fn capacity(self, entry: usize) -> usize {
        let fit = self.bytes.map_or(usize::MAX, |bytes| bytes / (entry + INDEX_BYTES));
        self.entries.min(fit.max(FEWEST))
    }
}

/// Makes room for one more in a list that never holds more than `capacity`. It grows as a list does, but
/// takes no more than it will need.
pub(super) fn reserve_one<T>(list: &mut Vec<T>, capacity: usize) {
    if list.len() == list.capacity() {
        let more = list.len().max(FEWEST).min(capacity.saturating_sub(list.len()));
        list.reserve_exact(more.max(1));
    }
}
