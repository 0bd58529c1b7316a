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
        "state has format version {found}; this version reads {supported}: learn again, or load it with the version that wrote it"
    )]
    Version {
        /// The version found.
        found: u32,
        /// The version that can be read.
        supported: u32,
    },
    /// The state is cut short or longer than it says.
    #[error("state is {found} bytes long, its header says {expected}: it was cut or appended to")]
    Length {
        /// Bytes there are.
        found: u64,
        /// Bytes there should be.
        expected: u64,
    },
    /// The checksum does not match.
    #[error("state is damaged: its checksum does not match its contents")]
    Checksum,
    /// The contents do not decode or contradict each other, though the checksum matches.
    #[error("state is malformed: {what}")]
    Malformed {
        /// What is wrong.
        what: String,
    },
}
