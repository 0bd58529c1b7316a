//! Tables of any kind: CSV, and the batches of Arrow.
//!
//! A table whose columns are those of a known shape is read by that shape's mapping ([`known`],
//! [`rows`]). Of any other the columns are chosen by their names and by what they hold ([`choose`]).

mod choose;
mod known;
mod mapping;
mod rows;
mod sample;

pub(crate) use self::choose::Places;
pub use self::choose::{ColumnChoice, Said, choose_columns};
pub use self::known::is_of_known_table;
pub use self::mapping::Mapping;
pub use self::rows::{RowTaken, TableRows};
pub use self::sample::{ColumnSample, SAMPLED_ROWS};

pub(crate) use self::known::{Findings, Told, findings, tell};
pub(crate) use self::rows::Rows;
