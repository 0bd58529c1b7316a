//! Errors of reading a log. Each names its place and what to do.

use std::borrow::Cow;
use std::fmt;
use std::io;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A record that is not an event: `file:line: column: what`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LineError {
    /// The file, as the caller named it.
    pub place: String,
    /// Line on which the record begins; the first is 1.
    pub line: u64,
    /// The column at fault, where it is one.
    pub column: Option<String>,
    /// What is wrong.
    pub what: String,
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.place, self.line)?;
        if let Some(column) = &self.column {
            write!(f, "{column}: ")?;
        }
        f.write_str(&self.what)
    }
}

impl std::error::Error for LineError {}

/// Why a log could not be read on.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The file cannot be opened.
    #[error("{place}: cannot be opened: {source}")]
    Open {
        /// The file.
        place: String,
        /// What the system says.
        source: io::Error,
    },
    /// Reading broke off. What came before was handed on and stays counted.
    #[error(
        "{place}: reading broke off after line {line}: {source}; the lines before were read, the rest is lost: check that the file is complete"
    )]
    Read {
        /// The file.
        place: String,
        /// The last whole line.
        line: u64,
        /// What the system or the decompressor says.
        source: io::Error,
    },
    /// A record is no event, and the caller asked to stop at the first such.
    #[error("{0}")]
    BadLine(LineError),
    /// The contents are of no dialect that is known here.
    #[error("{place}: {looked_at}; {advice}")]
    UnknownDialect {
        /// The file.
        place: String,
        /// What was seen.
        looked_at: String,
        /// What to do.
        advice: String,
    },
    /// The columns of a CSV file do not give an event.
    #[error("{place}: {what}; {advice}")]
    Columns {
        /// The file.
        place: String,
        /// What is missing.
        what: String,
        /// What to do.
        advice: String,
    },
    /// The file holds what a tool found in logs, such as a timeline of hits, and no log.
    #[error("{place}: {what}, and no log: most records are missing; {advice}")]
    Findings {
        /// The file.
        place: String,
        /// What it is.
        what: &'static str,
        /// What to give instead.
        advice: &'static str,
    },
    /// A syslog writes times without a year, and nothing says in which year it was written.
    #[error(
        "{place}:{line}: the time has no year; say the year of the first line (`year` of the options, --year), or the time of reading (`now`)"
    )]
    NoYear {
        /// The file.
        place: String,
        /// The first line whose time has no year.
        line: u64,
    },
    /// The log does not name the host that wrote it, and nothing else does.
    #[error(
        "{place}: the log does not name the host that wrote it; pass its name (`host` of the options, --host)"
    )]
    NoHost {
        /// The file.
        place: String,
    },
    /// The log is not the one, or no longer all of the one, of which a part was read before.
    #[error("{place}: {what}; {advice}")]
    Changed {
        /// The file.
        place: String,
        /// What is different.
        what: String,
        /// What to do.
        advice: &'static str,
    },
    /// The list of files in an archive cannot be read.
    #[error("{place}: the archive cannot be read: {what}; check that the file is complete")]
    Archive {
        /// The archive.
        place: String,
        /// What is wrong with it.
        what: String,
    },
    /// The file is compressed in a way that this build leaves out.
    #[error("{place}: compressed with {codec}, which this build leaves out: decompress it first")]
    Codec {
        /// The file.
        place: String,
        /// The way.
        codec: &'static str,
    },
}

/// A word that names no format, field, time format or error mode.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{what} `{value}`: expected {expected}")]
#[non_exhaustive]
pub struct ParseError {
    /// What was to be named.
    pub what: &'static str,
    /// The word.
    pub value: String,
    /// The words there are.
    pub expected: String,
}

/// What is wrong with one record; its place is added by the reader.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) column: Option<Cow<'static, str>>,
    pub(crate) what: String,
}

impl Fault {
    /// A fault of the whole record.
    pub(crate) fn record(what: impl Into<String>) -> Self {
        Self { column: None, what: what.into() }
    }

    /// A fault of one column.
    pub(crate) fn column(column: impl Into<Cow<'static, str>>, what: impl Into<String>) -> Self {
        Self { column: Some(column.into()), what: what.into() }
    }

    /// A word in a column that means nothing there.
    pub(crate) fn word(
        column: impl Into<Cow<'static, str>>,
        found: &[u8],
        expected: &'static str,
    ) -> Self {
        Self::column(column, format!("{} is not {expected}", quote(found)))
    }
}

/// Text from a log, clipped, with control characters escaped: a log must not drive a terminal.
pub(crate) fn quote(bytes: &[u8]) -> String {
    const SHOWN: usize = 40;
    let clipped = &bytes[..bytes.len().min(SHOWN)];
    let mut text = format!("{:?}", String::from_utf8_lossy(clipped));
    if bytes.len() > SHOWN {
        text.push_str("...");
    }
    text
}
