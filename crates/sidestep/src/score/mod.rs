//! From evidence to a p-value.

pub(crate) mod calibrate;
