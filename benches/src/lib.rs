//! What the benchmarks share: the logs that they read, the work that they measure, and how they measure
//! it. `docs/performance.md` says what each program is for.

pub mod engine_runs;
pub mod floor;
pub mod judged;
pub mod latency;
pub mod logs;
pub mod memory;
pub mod performance;
pub mod reading;
pub mod repeated;
pub mod rounds;
