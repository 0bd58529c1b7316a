//! The tests of the crate from outside, in one program, which is compiled and linked once.

mod activities;
mod adversary;
mod change;
mod common;
mod compared;
mod dialects;
mod log;
mod truth;
