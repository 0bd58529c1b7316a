//! Runs that are killed and go on, logs that grow, and states on disks that fail: the built command, from
//! outside.
//!
//! `SIDESTEP_KILLS` and `SIDESTEP_FOLLOW_KILLS` say how often runs are killed, where the numbers that take
//! seconds are not enough.

#![cfg(unix)]
#![allow(clippy::disallowed_methods, reason = "a run is killed by the clock of the machine")]

mod common;
mod damage;
mod follow;
mod kills;
mod refusals;
