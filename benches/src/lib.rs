//! What the benchmarks share: the logs that they read, the work that they measure, and how they measure
//! it. `docs/performance.md` says what each program is for.

pub mod command;
#[cfg(feature = "simulator")]
pub mod engine_runs;
pub mod floor;
#[cfg(feature = "simulator")]
pub mod judged;
pub mod latency;
#[cfg(feature = "simulator")]
pub mod logs;
pub mod memory;
#[cfg(feature = "simulator")]
pub mod performance;
pub mod reading;
#[cfg(feature = "simulator")]
pub mod repeated;
pub mod rounds;
