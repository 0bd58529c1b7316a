//! What every dialect is.

use std::ops::ControlFlow;

use crate::error::FormatError;
use crate::record_sink::RecordSink;
use crate::source::Source;

/// One dialect: one file here implements it.
pub(crate) trait Dialect {
    /// Turns the source into events and faults and gives each to the sink.
    fn read(
        &mut self,
        source: &mut Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError>;
}
