//! From evidence to a p-value.

pub(crate) mod calibrate;
pub(crate) mod histogram;
