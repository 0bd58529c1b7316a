//! What a run keeps on disk to go on from.

mod container;
mod file;
mod held;

pub(crate) use container::{Checkpoint, Progress, state_in};
pub(crate) use file::StateFile;
pub(crate) use held::HeldBack;
