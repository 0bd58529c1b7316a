//! The clock of the machine: the one place of the command that asks what day it is.

use std::time::{Instant, SystemTime};

use sidestep::Timestamp;
#[cfg(feature = "simulator")]
use sidestep_formats::ReadOptions;

/// When something begins that may take so long that its progress is shown.
#[allow(clippy::disallowed_methods, reason = "progress is shown by the clock of the machine")]
pub(crate) fn instant() -> Instant {
    Instant::now()
}

/// The time of reading, from which a syslog without a year has its dates.
#[allow(
    clippy::disallowed_methods,
    reason = "the command reads logs now; the libraries read no clock"
)]
pub(crate) fn now() -> Timestamp {
    SystemTime::now().into()
}

/// How logs are read about which nothing is said.
#[cfg(feature = "simulator")]
pub(crate) fn read_options() -> ReadOptions {
    ReadOptions::default().with_now(Some(now()))
}
