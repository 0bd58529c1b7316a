//! Errors of the crates as the exceptions that `sidestep._errors` declares.

use std::fmt::Display;

use pyo3::prelude::*;
use sidestep_arrow::BatchError;
use sidestep_formats::FormatError;

/// The exception of that name with a message.
pub(crate) fn raised(kind: &str, message: impl Display) -> PyErr {
    Python::attach(|py| {
        let made = py
            .import("sidestep._errors")
            .and_then(|module| module.getattr(kind))
            .and_then(|class| class.call1((message.to_string(),)));
        match made {
            Ok(exception) => PyErr::from_value(exception),
            Err(error) => error,
        }
    })
}

/// Settings that cannot be.
pub(crate) fn config(error: impl Display) -> PyErr {
    raised("ConfigError", error)
}

/// A table that cannot be read or given out.
pub(crate) fn table(error: impl Display) -> PyErr {
    raised("TableError", error)
}

/// A batch whose columns or rows are no events.
pub(crate) fn batch(error: BatchError) -> PyErr {
    match error {
        BatchError::BadRow(error) => raised("RowError", error),
        error => raised("ColumnsError", error),
    }
}

/// A log that cannot be read.
pub(crate) fn format(error: FormatError) -> PyErr {
    match error {
        FormatError::BadLine(error) => raised("RowError", error),
        FormatError::Columns { .. } => raised("ColumnsError", error),
        error => raised("LogError", error),
    }
}
