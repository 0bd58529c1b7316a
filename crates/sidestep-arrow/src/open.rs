//! A batch that a reader found the columns of, and the places of its rows.

use sidestep::Timestamp;

use crate::batch::Batch;
use crate::known::Known;

/// The columns of an open batch.
pub(crate) enum Opened<'b> {
    Columns(Box<Batch<'b>>),
    Known(Box<Known<'b>>),
}

/// A batch that a reader found the columns of, by [`BatchReader::open`](crate::BatchReader::open).
pub struct OpenBatch<'b> {
    pub(crate) values: Opened<'b>,
    pub(crate) rows: usize,
}

impl OpenBatch<'_> {
    /// How many rows it has.
    #[must_use]
    pub const fn num_rows(&self) -> usize {
        self.rows
    }

    /// The time of a row; `None` where it has none that can be read, or there is no such row.
    #[must_use]
    pub fn time(&self, row: usize) -> Option<Timestamp> {
        match &self.values {
            _ if row >= self.rows => None,
            Opened::Columns(values) => values.time(row).ok().map(Timestamp::from_micros),
            Opened::Known(known) => known.time(row),
        }
    }
}

/// One row among several batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RowPlace {
    /// The index of its batch.
    pub batch: usize,
    /// The index of the row in the batch.
    pub row: usize,
    /// The number of the row over all batches.
    pub number: u64,
}

impl RowPlace {
    /// Whether another row is the next of the same batch.
    pub(crate) const fn is_followed_by(&self, next: &Self) -> bool {
        next.batch == self.batch
            && next.row == self.row.saturating_add(1)
            && next.number == self.number.saturating_add(1)
    }
}

/// Every row of some batches in order of time. Rows of one time keep their order; those without a time,
/// which are no events, come first.
#[must_use]
pub fn rows_by_time(batches: &[OpenBatch<'_>]) -> Vec<RowPlace> {
    let rows = batches
        .iter()
        .enumerate()
        .flat_map(|(at, batch)| (0..batch.rows).map(move |row| (batch.time(row), at, row)));
    let mut rows: Vec<_> = rows
        .zip(0..)
        .map(|((time, batch, row), number)| (time, RowPlace { batch, row, number }))
        .collect();
    rows.sort_by_key(|(time, _)| *time);
    rows.into_iter().map(|(_, place)| place).collect()
}

impl std::fmt::Debug for OpenBatch<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenBatch").field("rows", &self.rows).finish_non_exhaustive()
    }
}
