//! Named detections, one file each under `detections`, and what they have in common.
//!
//! A rule sees events and finds things; how telling a finding is, is for [`frequency`] to say, from
//! how often the same account and this network do the like. Thresholds of the kind "more than thirty
//! hosts in five minutes" have no place here.

mod burst;
mod detection;
mod detections;
mod failure_reason;
pub(crate) mod finding;
pub(crate) mod frequency;
mod inbound_connections;
mod inbound_sessions;
pub(crate) mod kind;
pub(crate) mod observation;
pub(crate) mod policy;
mod rates;
pub(crate) mod registry;
pub(crate) mod rule;
pub(crate) mod weigh;
mod windows_paths;

#[cfg(test)]
pub(crate) mod testing;

pub use detection::{Detection, Need, Role};
pub use registry::detections;
pub(crate) use registry::{Rules, SavedRules, techniques_of};
