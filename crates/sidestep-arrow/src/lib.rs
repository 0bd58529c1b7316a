//! Arrow record batches in, record batches of scores, alerts and hops out.
//!
//! [`BatchReader`] finds the fields of an [`AuthEvent`](sidestep::event::AuthEvent) among the columns of a
//! [`RecordBatch`](arrow_array::RecordBatch), by their own names, by the names that common logs give
//! them, or by a mapping, and hands each row on as an event that borrows from the batch.
//!
//! ```
//! use std::ops::ControlFlow;
//! use std::sync::Arc;
//!
//! use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
//! use sidestep::{Config, Engine};
//! use sidestep_arrow::BatchReader;
//!
//! let batch = RecordBatch::try_from_iter([
//!     ("time", Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef),
//!     ("user", Arc::new(StringArray::from(vec!["alice@CORP", "bob@CORP"]))),
//!     ("src", Arc::new(StringArray::from(vec!["WS-17", "WS-18"]))),
//!     ("dst", Arc::new(StringArray::from(vec!["FILES-1", "FILES-1"]))),
//! ])?;
//! let mut engine = Engine::new(Config::default());
//! let mut reader = BatchReader::default();
//! let _ = reader.for_each_event(&batch, &mut |event| {
//!     engine.process(event);
//!     ControlFlow::Continue(())
//! })?;
//! assert_eq!(engine.metrics().logins, 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod alerts;
mod batch;
mod block;
mod column;
mod columns;
mod error;
mod events;
mod hops;
mod known;
mod open;
mod reader;
mod sample;
mod scores;

pub use alerts::{alerts_batch, alerts_schema};
pub use columns::EventColumns;
pub use error::{BatchError, ColumnsError, RowError};
pub use events::{EventBatchBuilder, events_schema};
pub use hops::{hops_batch, hops_schema};
pub use open::{OpenBatch, RowPlace, rows_by_time};
pub use reader::{BatchReader, RowSink, RowSummary};
pub use scores::{ScoreBatchBuilder, scores_schema};
