//! The logs that are read: made here, but for EVTX.

pub mod evtx;
pub mod jsonl;
mod lanl;
pub mod syslog;
pub mod zeek;

pub use lanl::LanlLog;
