//! What was read, passed over, skipped and not read.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clocks::ClockSetBack;
use crate::error::LineError;
use crate::table::Mapping;

/// What was read so far, over all logs that one reader was given.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReadSummary {
    /// Events handed on: authentication events and companion records.
    pub events: u64,
    /// Of these, companion records.
    pub activities: u64,
    /// Records that were understood and are not about logins, by what they are.
    pub passed_over: BTreeMap<String, u64>,
    /// Records of a shape that is not known, by the nearest shape: what they tell is lost.
    pub not_understood: BTreeMap<String, u64>,
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
    /// Logs read to the end of which (nearly) nothing was understood: fewer than one record in 20.
    pub files_not_understood: u64,
    /// Logs of a known shape that hold only kinds of record that never tell of logins.
    pub files_without_logins: u64,
    /// The first of both, and what they look like.
    pub first_not_understood: Vec<NotRead>,
    /// How often the clock of a host was set back by more than an hour, as the numbers of its records
    /// show.
    pub clocks_set_back: u64,
    /// The first of these.
    pub first_clocks: Vec<ClockSetBack>,
    /// How the columns of the first tables (CSV) were read.
    pub mappings: Vec<Mapping>,
}

impl ReadSummary {
    /// Adds what was counted of other logs; of messages at most `kept` of each kind stay.
    pub fn add(&mut self, other: Self, kept: usize) {
        self.events += other.events;
        self.activities += other.activities;
        self.skipped += other.skipped;
        self.files += other.files;
        self.files_not_read += other.files_not_read;
        self.files_damaged += other.files_damaged;
        for (what, count) in other.passed_over {
            *self.passed_over.entry(what).or_default() += count;
        }
        for (what, count) in other.not_understood {
            *self.not_understood.entry(what).or_default() += count;
        }
        self.files_not_understood += other.files_not_understood;
        self.files_without_logins += other.files_without_logins;
        self.first_not_understood.extend(other.first_not_understood);
        self.first_not_understood.truncate(kept);
        self.first_errors.extend(other.first_errors);
        self.first_errors.truncate(kept);
        self.first_not_read.extend(other.first_not_read);
        self.first_not_read.truncate(kept);
        self.clocks_set_back += other.clocks_set_back;
        self.first_clocks.extend(other.first_clocks);
        self.first_clocks.truncate(kept);
        self.mappings.extend(other.mappings);
        self.mappings.truncate(kept);
    }

    /// Skipped lines as a share of all: 0 where nothing was read.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "a share needs no more than 53 bits")]
    pub fn skipped_share(&self) -> f64 {
        match self.records() {
            0 => 0.0,
            all => self.skipped as f64 / all as f64,
        }
    }

    /// All records: events, passed over, not understood and skipped.
    #[must_use]
    pub fn records(&self) -> u64 {
        let sum = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
        self.events + self.skipped + sum(&self.passed_over) + sum(&self.not_understood)
    }

    /// Whether a log, or a whole run, gave nothing to judge because it was not understood: a log of
    /// an unknown shape, or nothing but logs of kinds that never tell of logins.
    #[must_use]
    pub const fn is_not_understood(&self) -> bool {
        let none_about_logins = self.files > 0 && self.files_without_logins == self.files;
        self.files_not_understood > 0 || (self.events == 0 && none_about_logins)
    }
}

/// A file of a folder or archive that was not read, or not to its end: `file: why`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
