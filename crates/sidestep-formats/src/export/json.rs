//! Alerts as lines of JSON, `sidestep.alert/1`: the shape is that of the engine's own serialisation.

use std::fmt;
use std::io::{self, Write};

use serde::Serialize;
use sidestep::alert::Alert;

use super::write_line;

/// Writes an alert as one line of JSON. The same alert gives the same bytes.
///
/// # Errors
/// What `out` gives.
pub fn write_alert(out: &mut impl Write, alert: &Alert) -> io::Result<()> {
    write_line(out, alert)
}

/// Serialises what a value shows.
pub(super) struct Shown<T>(pub(super) T);

impl<T: fmt::Display> Serialize for Shown<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
