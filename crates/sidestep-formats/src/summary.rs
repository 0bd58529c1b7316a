//! What was read, passed over, skipped and not read.

use std::collections::BTreeMap;
use std::fmt;

use crate::clocks::ClockSetBack;
use crate::error::LineError;

/// What was read so far, over all logs that one reader was given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ReadSummary {
    /// Events handed on: authentication events and companion records.
    pub events: u64,
    /// Of these, companion records.
    pub activities: u64,
    /// Sound records that hold nothing that moves, by what they are.
    pub passed_over: BTreeMap<String, u64>,
    /// Lines, or records of JSON, skipped because they are wrong. Blank lines and headers are not
    /// counted.
    pub skipped: u64,
    /// What was wrong with the first of them.
    pub first_errors: Vec<LineError>,
    /// Logs read to the end, each file of a folder or archive for itself.
    pub files: u64,
    /// Files of folders and archives that were not read, or not to their end.
    pub files_not_read: u64,
    /// Of these, those that are damaged or cannot be opened; the others are no logs.
    pub files_damaged: u64,
    /// The first of them, and why.
    pub first_not_read: Vec<NotRead>,
    /// How often the clock of a host was set back by more than an hour, as the numbers of its records
    /// show.
    pub clocks_set_back: u64,
    /// The first of these.
    pub first_clocks: Vec<ClockSetBack>,
}

impl ReadSummary {
    /// Skipped lines as a share of all: 0 where nothing was read.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    pub fn skipped_share(&self) -> f64 {
        let passed_over: u64 = self.passed_over.values().sum();
        match self.events + passed_over + self.skipped {
            0 => 0.0,
            all => self.skipped as f64 / all as f64,
        }
    }
}

/// A file of a folder or archive that was not read, or not to its end: `file: why`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotRead {
    /// The file; in an archive `archive.zip!file`.
    pub place: String,
    /// Why.
    pub why: String,
}

impl fmt::Display for NotRead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.why)
    }
}
