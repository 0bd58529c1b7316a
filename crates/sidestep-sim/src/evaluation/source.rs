//! Logs that can be read more than once.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};

use sidestep::event::{AuthEvent, Event};

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

/// A source whose events are passed over once it is told to stop, and whose reading then fails.
pub(super) struct Stoppable<'s> {
    pub(super) source: Box<dyn EventSource + 's>,
    pub(super) stop: &'s AtomicBool,
}

impl EventSource for Stoppable<'_> {
    fn for_each(&self, sink: &mut dyn FnMut(Event<'_>)) -> Result<(), SourceError> {
        let stopped = || self.stop.load(Ordering::Relaxed);
        if !stopped() {
            self.source.for_each(&mut |event| {
                if !stopped() {
                    sink(event);
                }
            })?;
        }
        if stopped() { Err("it was told to stop".into()) } else { Ok(()) }
    }
}
