//! Positions as they are saved.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sidestep::Timestamp;

use super::prefix::Prefix;
use crate::summary::ReadSummary;

/// How far logs were read, to read on from there: what [`TrackedLogs::positions`] gives and
/// [`TrackedLogs::resume`] takes. Its contents are private, and are saved by serde.
///
/// [`TrackedLogs::positions`]: super::TrackedLogs::positions
/// [`TrackedLogs::resume`]: super::TrackedLogs::resume
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LogPositions {
    pub(super) logs: Vec<Position>,
    /// What was counted of logs that are no longer known.
    pub(super) forgotten: ReadSummary,
}

impl LogPositions {
    /// Whether nothing was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.logs.is_empty()
    }
}

/// How far one log was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// The bytes of the path.
    pub(super) path: Vec<u8>,
    pub(super) inode: Option<u64>,
    /// The first bytes.
    pub(super) head: Vec<u8>,
    /// What had been read when the last event was handed on; for what is read here and there its length.
    pub(super) read: Prefix,
    /// When it was last written, where it was read to its end.
    pub(super) modified: Option<i64>,
    /// Bytes by which the dialect was told.
    pub(super) told_by: u64,
    /// The time of reading, by which a log without years is dated.
    pub(super) now: Option<Timestamp>,
    /// Events handed on.
    pub(super) delivered: u64,
    pub(super) has_ended: bool,
    /// What was counted, where it was read to its end.
    pub(super) counted: Option<Box<ReadSummary>>,
    /// Whether it was renamed or truncated since, so that nothing more will be written to it.
    pub(super) is_rotated: bool,
}

impl Position {
    pub(super) fn new(path: &Path, now: Option<Timestamp>) -> Self {
        Self {
            path: bytes_of(path),
            inode: None,
            head: Vec::new(),
            read: Prefix::default(),
            modified: None,
            told_by: 0,
            now,
            delivered: 0,
            has_ended: false,
            counted: None,
            is_rotated: false,
        }
    }

    /// Has the log read on that had ended.
    pub(super) fn reopen(&mut self) {
        (self.has_ended, self.counted, self.modified) = (false, None, None);
    }

    pub(super) fn is_at(&self, path: &Path) -> bool {
        self.path == path.as_os_str().as_encoded_bytes()
    }

    /// The path as a person reads it.
    pub(super) fn shown(&self) -> String {
        crate::place::without_controls(&String::from_utf8_lossy(&self.path))
    }
}

pub(super) fn bytes_of(path: &Path) -> Vec<u8> {
    path.as_os_str().as_encoded_bytes().to_vec()
}
