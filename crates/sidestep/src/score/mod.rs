//! From evidence to a decision: calibration to a p-value, and the alert budget.

pub(crate) mod budget;
pub(crate) mod calibrate;
