//! What the simulator is for: making logs, and judging detectors by them.

pub(crate) mod args;
mod dialects;
pub(crate) mod evaluate;
pub(crate) mod simulate;
