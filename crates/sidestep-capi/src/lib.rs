//! The C ABI of sidestep.
//!
//! C programs read `include/sidestep.h`, which is generated from these comments, and `docs/abi.md`,
//! which says what is promised. Within this crate:
//!
//! - `boundary` is the one place that every exported function goes through: a panic stops there.
//! - `handle` is the memory behind every opaque type: what it is, who uses it, whether it is sound.
//! - `pointer` looks at the pointers that a caller gives before anything is done with them.
//! - Every other file is one concept of the header.
//!
//! All functions are `unsafe` to call from Rust: what their pointers must be is said in the header.

#![allow(non_camel_case_types, reason = "types bear the names that C knows them by")]
#![allow(
    clippy::missing_safety_doc,
    reason = "the contract of pointers is said once, in the header"
)]

mod account;
mod activity;
mod alert;
mod alert_text;
mod arrow;
mod boundary;
mod buffer;
mod config;
mod engine;
mod engine_score;
mod engine_state;
mod error;
mod event;
mod forget;
mod handle;
mod host;
mod log;
mod metrics;
mod pointer;
mod reader;
mod reader_paths;
mod reader_state;
mod status;
mod text;
mod version;
mod vocabulary;

pub use account::*;
pub use activity::*;
pub use alert::*;
pub use alert_text::*;
pub use arrow::*;
#[cfg(feature = "panic-test")]
pub use boundary::panic_test::sidestep_test_panic_in;
pub use buffer::*;
pub use config::*;
pub use engine::*;
pub use engine_score::*;
pub use engine_state::*;
pub use error::*;
pub use event::*;
pub use forget::*;
pub use host::*;
pub use log::*;
pub use metrics::*;
pub use reader::*;
pub use reader_paths::*;
pub use status::*;
pub use text::*;
pub use version::*;
pub use vocabulary::*;
