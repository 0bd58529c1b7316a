//! A seeded enterprise with attacks and hard negatives, and the evaluation of detectors over it.
//!
//! [`Simulation`] makes one organisation per seed and lives through it a day at a time; [`write_to_dir`]
//! puts it on disk as a log in LANL's format with the truth beside it, [`write_dialect_to_dir`] as the
//! logs that its machines would write.

mod activity;
mod adversary;
mod attack;
mod benign;
mod change;
pub mod config;
pub mod dialect;
pub mod evaluation;
mod files;
mod hard_negatives;
mod log;
mod login_row;
mod names;
mod org;
mod rng;
mod routines;
pub mod simulation;
mod telemetry;
pub mod truth;

pub use activity::{ActivityKind, Launcher, Pipe, Purpose, Service, Share, SimActivity};
pub use adversary::Adversary;
pub use attack::{Goal, Noise, Start, Stealth, Technique};
pub use change::{Change, ChangeKind};
pub use config::{Scenario, SimConfig, SimError, Telemetry};
pub use dialect::Dialect;
pub use files::{Summary, write_dialect_to_dir, write_to_dir};
pub use hard_negatives::{HardNegative, Tally};
pub use login_row::{Auth, Logon, Mark, Orientation, Phase, Row};
pub use simulation::{AttackKind, Simulation};
pub use truth::{Truth, TruthLogin};
