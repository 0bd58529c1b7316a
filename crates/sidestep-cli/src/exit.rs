//! How the command ends.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use thiserror::Error;

/// How the process should exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exit {
    /// 0: done.
    Success,
    /// 1: it could not be done, or not to the end.
    Error,
    /// 2: the arguments make no sense.
    Usage,
    /// 3: done, but more than one line in a hundred was bad, more than one event in a hundred came too
    /// late, a file among others was damaged, or (nearly) nothing of a log was understood.
    BadInput,
}

impl Exit {
    /// The exit status.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Error => 1,
            Self::Usage => 2,
            Self::BadInput => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        exit.code().into()
    }
}

/// Why a command was not carried out.
#[derive(Debug, Error)]
pub(crate) enum Failure {
    /// Something went wrong.
    #[error("{0}")]
    Error(String),
    /// The arguments contradict each other or lie out of range.
    #[error("{0}")]
    Usage(String),
}

impl Failure {
    /// A failure to write `path`.
    pub(crate) fn writing(path: &Path, error: &io::Error) -> Self {
        Self::Error(format!("{}: cannot be written: {error}", path.display()))
    }
}
