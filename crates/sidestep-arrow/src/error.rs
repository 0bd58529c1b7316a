//! Errors of reading a batch. Each names its place and what to do.

use sidestep_formats::{EventField, FieldError};
use thiserror::Error;

/// Why the columns of a table do not give an event.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ColumnsError {
    /// No column gives what every event needs.
    #[error(
        "no column gives the {}; found {found}; taken for it are {}, in any case and with any punctuation, or a column that is named for it",
        field.name(),
        field.aliases().join(", ")
    )]
    Missing {
        /// The field.
        field: EventField,
        /// The columns that there are, with their types.
        found: String,
    },
    /// The mapping names a column that is not there.
    #[error("no column is called {column:?}, which is to give the {}; found {found}", field.name())]
    NoSuchColumn {
        /// The field.
        field: EventField,
        /// The column that was named.
        column: String,
        /// The columns that there are, with their types.
        found: String,
    },
    /// The day and the time of day are in two columns.
    #[error("{what}")]
    TimeInTwo {
        /// Which they are, and what to do.
        what: String,
    },
    /// A column is of a type that its field cannot be read from.
    #[error(
        "column {column:?}, which is to give the {}, is of type {found}; accepted are {accepted}",
        field.name()
    )]
    Mistyped {
        /// The field.
        field: EventField,
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// The types that can be read.
        accepted: &'static str,
    },
}

/// A row that is not an event: `row 17: account: what`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("row {row}: {error}")]
#[non_exhaustive]
pub struct RowError {
    /// Number of the row over all batches that the reader was given; the first is 0.
    pub row: u64,
    /// The field at fault, and what is wrong with it.
    pub error: FieldError,
}

/// Why a batch was not read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BatchError {
    /// Its columns do not give an event.
    #[error(transparent)]
    Columns(#[from] ColumnsError),
    /// A row is no event, and the caller asked to stop at the first such.
    #[error(transparent)]
    BadRow(#[from] RowError),
}
