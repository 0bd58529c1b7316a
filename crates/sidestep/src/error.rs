//! Errors of the engine.

use thiserror::Error;

/// A setting outside its range. Made by [`ConfigBuilder::build`](crate::ConfigBuilder::build).
#[derive(Debug, Clone, PartialEq, Error)]
#[error("config field `{field}` is {value}; {expected}")]
#[non_exhaustive]
pub struct ConfigError {
    /// The field at fault.
    pub field: &'static str,
    /// What it was set to.
    pub value: String,
    /// What it may be.
    pub expected: &'static str,
}

/// Why two engines were not merged. Both are as they were.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MergeError {
    /// The settings differ, so that what one counted is not what the other would have.
    #[error(
        "the engines differ in their setting `{setting}`: learn both parts with the same settings"
    )]
    Settings {
        /// The first setting that differs.
        setting: &'static str,
    },
}

/// Why a saved state was refused. Nothing is loaded in part.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The bytes could not be read.
    #[error("state could not be read: {what}")]
    Read {
        /// What the reader said.
        what: String,
    },
    /// The bytes are not a saved state of this engine.
    #[error("not a sidestep state: it does not begin with the state's signature")]
    Foreign,
    /// The state was written by a version that this one cannot read.
    #[error(
        "state has format version {found}; this version reads {}: {}",
        versions(*oldest, *newest),
        if found < oldest {
            "it was written before the first release, so learn again"
        } else {
            "load it with the version that wrote it, or a newer one"
        }
    )]
    Version {
        /// The version found.
        found: u32,
        /// The oldest version that can be read.
        oldest: u32,
        /// The newest version that can be read.
        newest: u32,
    },
    /// The state is cut short.
    #[error("state is cut short: it ends after {found} bytes, and more should follow")]
    Cut {
        /// Bytes there are.
        found: u64,
    },
    /// Bytes follow the end of the state.
    #[error("state has bytes appended: it ends at byte {at}, and more follow")]
    Appended {
        /// Bytes of the state.
        at: u64,
    },
    /// A checksum does not match.
    #[error("state is damaged: the part at byte {at} does not match its checksum")]
    Checksum {
        /// Where the part begins.
        at: u64,
    },
    /// The contents do not decode or contradict each other, though the checksum matches.
    #[error("state is malformed: {what}")]
    Malformed {
        /// What is wrong.
        what: String,
    },
}

/// The versions that can be read, in words.
fn versions(oldest: u32, newest: u32) -> String {
    if oldest == newest { newest.to_string() } else { format!("{oldest} to {newest}") }
}
