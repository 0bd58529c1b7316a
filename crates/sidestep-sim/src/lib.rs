//! A seeded enterprise with attacks and hard negatives, and the evaluation of detectors over it.

pub mod truth;
