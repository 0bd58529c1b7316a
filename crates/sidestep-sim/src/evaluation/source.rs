//! Logs that can be read more than once.

use std::error::Error;

use sidestep::{AuthEvent, Event};

/// Why a source could not be read to its end.
pub type SourceError = Box<dyn Error + Send + Sync>;

/// A log that can be read again and again, in the same order.
pub trait EventSource {
    /// Gives every event to `sink`, authentication and companion records, from the first to the
    /// last.
    ///
    /// # Errors
    /// Whatever keeps the log from being read to its end.
    fn for_each(&self, sink: &mut dyn FnMut(Event<'_>)) -> Result<(), SourceError>;
}

impl EventSource for [AuthEvent<'_>] {
    fn for_each(&self, sink: &mut dyn FnMut(Event<'_>)) -> Result<(), SourceError> {
        self.iter().for_each(|event| sink(event.into()));
        Ok(())
    }
}

impl EventSource for Vec<AuthEvent<'_>> {
    fn for_each(&self, sink: &mut dyn FnMut(Event<'_>)) -> Result<(), SourceError> {
        self.as_slice().for_each(sink)
    }
}
