//! How a table was read, for whoever has to judge if that is right.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event_field::EventField;

/// Which column of a table was taken for what. [`Display`](fmt::Display) writes it as a line:
/// `time=Timestamp, account=User, dst_host=Host (unread: Note)`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Mapping {
    /// The file, as the caller named it; empty for a table in memory.
    pub place: String,
    /// The shape by which the table is known as a whole, such as `Windows events`.
    pub shape: Option<String>,
    /// The fields that a column gives, each with the name of the column; empty where the shape is known.
    pub fields: Vec<(EventField, String)>,
    /// Columns of which nothing is read, in their order; empty where the shape is known.
    pub unread: Vec<String>,
    /// What was decided by what the columns hold, where their names left a choice.
    pub notes: Vec<String>,
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Columns named of those unread.
        const SHOWN: usize = 12;
        if let Some(shape) = &self.shape {
            write!(f, "known as {shape}")?;
        }
        for (at, (field, column)) in self.fields.iter().enumerate() {
            let comma = if at > 0 { ", " } else { "" };
            write!(f, "{comma}{}={column}", field.name())?;
        }
        if let [first, rest @ ..] = &self.unread[..] {
            write!(f, " (unread: {first}")?;
            for column in rest.iter().take(SHOWN - 1) {
                write!(f, ", {column}")?;
            }
            match self.unread.len().saturating_sub(SHOWN) {
                0 => f.write_str(")")?,
                more => write!(f, " and {more} more)")?,
            }
        }
        self.notes.iter().try_for_each(|note| write!(f, "; {note}"))
    }
}
