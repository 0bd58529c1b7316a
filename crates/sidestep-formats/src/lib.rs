//! Log dialects in, findings out.
//!
//! [`LogReader`] reads a log, plain or compressed, and hands each
//! [`Event`](sidestep::event::Event) to a closure. Events borrow from the reader's buffer: a
//! line costs no allocation, and memory stays the same however long the log is. A bad record is
//! reported with its place, and skipped or fatal as the caller chose.
//!
//! ```
//! use std::ops::ControlFlow;
//!
//! use sidestep::{Config, Engine};
//! use sidestep_formats::{LogReader, ReadOptions};
//!
//! let log = "1,U1@DOM1,U1@DOM1,C1,C7,Kerberos,Network,LogOn,Success\n\
//!            cut,sho\n";
//! let mut engine = Engine::new(Config::default());
//! let mut reader = LogReader::new(ReadOptions::default());
//! let _ = reader.read(log.as_bytes(), "auth.csv", &mut |event| {
//!     engine.process(event);
//!     ControlFlow::Continue(())
//! })?;
//! assert_eq!(reader.summary().events, 1);
//! assert_eq!(
//!     reader.summary().first_errors[0].to_string(),
//!     "auth.csv:2: has 2 columns where LANL has nine",
//! );
//! # Ok::<(), sidestep_formats::FormatError>(())
//! ```
//!
//! [`events`](fn@events) gives copies of the events of files and folders as an iterator.
//!
//! [`write_alerts`] writes alerts as JSON lines or in the formats of other tools, [`write_graph`]
//! the login graph.

#[cfg(feature = "zip")]
mod archive;
mod audit;
mod byte_mask;
mod bytes_read;
mod clocks;
mod csv;
mod decompress;
mod dialect;
mod endpoint;
mod error;
mod event_field;
mod events;
#[cfg(feature = "evtx")]
mod evtx;
mod export;
mod field_mapping;
mod field_value;
mod fields;
mod files;
mod freeradius;
mod handover;
mod jsonl;
mod krb5kdc;
mod lanl;
mod line;
mod memory;
mod merge;
mod options;
mod order;
mod place;
mod policy;
mod reader;
mod record_sink;
mod samba;
mod sniff;
mod source;
mod summary;
mod syslog;
mod table;
#[cfg(feature = "tar")]
mod tarball;
mod time;
mod time_order;
mod tracking;
mod utf16;
mod utmp;
mod values;
mod vocabulary;
mod windows;
mod windows_xml;
mod zeek;
mod zone;

pub use bytes_read::BytesRead;
pub use clocks::ClockSetBack;
pub use error::{FormatError, LineError, ParseError};
pub use event_field::{EventField, FieldError};
pub use events::{Events, events, events_of_reader};
pub use export::{
    ExportFormat, ExportOptions, OcsfVersion, write_alert, write_alerts, write_graph,
};
pub use field_mapping::{Column, FieldMapping};
pub use field_value::FieldValue;
pub use handover::{BatchSink, read_ahead};
pub use options::{Format, OnError, ReadOptions};
pub use order::{EventTaker, OrderWatch, in_order};
pub use policy::{PolicyError, read_policy};
pub use reader::LogReader;
pub use record_sink::EventSink;
pub use summary::{NotRead, ReadSummary};
pub use table::Mapping;
pub use time::{TimeFormat, latest_believed};
pub use time_order::{HoldBack, OrderSummary, TakeEvents, TimeOrder, can_be_read_again};
pub use tracking::{LogPositions, TrackedLogs, Tracking};
pub use zone::Zone;

// What tables in `sidestep-arrow` make events by, as CSV does here: public to that crate only, and
// changed with it.
#[doc(hidden)]
pub use field_value::FieldMeaning;
#[doc(hidden)]
pub use fields::{FieldValues, NoEvent, event_of_fields};
#[doc(hidden)]
pub use table::{
    ColumnChoice, ColumnSample, RowTaken, SAMPLED_ROWS, Said, TableRows, choose_columns,
    is_of_known_table,
};
// The names are those of the simulator, on which this crate must not depend; the command leaves these
// files out as reading a folder does.
#[doc(hidden)]
pub use files::is_key_of_simulation;
