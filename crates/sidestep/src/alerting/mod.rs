//! From movements to alerts: the budget, who decides, and how an alert reads.

pub(crate) mod budget;
pub(crate) mod by_detections;
mod describe;
pub(crate) mod held_back;
pub(crate) mod latest;
mod techniques;
