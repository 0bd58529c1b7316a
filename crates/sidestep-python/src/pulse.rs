//! Looking up from a long loop: was it interrupted, and how far is it.

use pyo3::prelude::*;

/// Rows between two looks: a few hundredths of a second of work.
pub(crate) const ROWS: usize = 1 << 14;

/// Asks the interpreter whether the loop is to stop, and tells how far it is.
pub(crate) struct Pulse {
    tick: Option<Py<PyAny>>,
    rows: usize,
}

impl Pulse {
    /// `tick` is called with the number of rows done.
    pub(crate) const fn new(tick: Option<Py<PyAny>>) -> Self {
        Self { tick, rows: 0 }
    }

    /// Counts rows and looks up at once.
    pub(crate) fn beat(&mut self, rows: usize) -> PyResult<()> {
        self.rows += rows;
        let done = self.rows;
        Python::attach(|py| {
            py.check_signals()?;
            if let Some(tick) = &self.tick {
                tick.call1(py, (done,))?;
            }
            Ok(())
        })
    }

    /// Counts one row, and looks up every so many.
    pub(crate) fn count(&mut self) -> PyResult<()> {
        if (self.rows + 1).is_multiple_of(ROWS) {
            return self.beat(1);
        }
        self.rows += 1;
        Ok(())
    }
}
