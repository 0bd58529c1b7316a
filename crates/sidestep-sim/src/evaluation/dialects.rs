//! Evaluation over simulated organisations whose logs are written in a dialect and read back.

use std::sync::atomic::AtomicBool;

use sidestep::event::{Event, Reorder};

use crate::config::{SimConfig, SimError, Telemetry};
use crate::dialect::{DayLog, Dialect, DialectWriter};
use crate::simulation::Simulation;
use crate::truth::Truth;

use super::EvaluationError;
use super::naming::AddressBook;
use super::report::Report;
use super::simulated::{Plan, evaluate_seeds};
use super::source::{EventSource, SourceError};

/// For how long events are held to be put in order: the logs of a day are read one after the other,
/// and no record is more than an hour from its day.
const HELD_MINUTES: u32 = 25 * 60;

/// Reads the logs of one day back: what reads them is no business of the simulator.
pub trait ReadLogs: Sync {
    /// Gives the events of all logs to `sink`, in any order.
    ///
    /// # Errors
    /// Whatever keeps a log from being read to its end.
    fn read_logs(
        &self,
        logs: &[DayLog],
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), SourceError>;
}

/// A simulated organisation as the logs of a dialect, read back day by day, all logs together in
/// order of time.
pub struct DialectSource<'r> {
    config: SimConfig,
    dialect: Dialect,
    reader: &'r dyn ReadLogs,
}

impl std::fmt::Debug for DialectSource<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DialectSource")
            .field("config", &self.config)
            .field("dialect", &self.dialect)
            .finish_non_exhaustive()
    }
}

impl<'r> DialectSource<'r> {
    /// The organisation of a configuration, in a dialect other than LANL's.
    #[must_use]
    pub const fn new(config: SimConfig, dialect: Dialect, reader: &'r dyn ReadLogs) -> Self {
        Self { config, dialect, reader }
    }

    /// What is true of it, who had which address, and what of it reaches the log.
    ///
    /// # Errors
    /// [`SimError`] for a configuration that cannot be simulated.
    pub fn truth(&self) -> Result<(Truth, AddressBook, Telemetry), SimError> {
        let mut simulation = Simulation::new(self.config)?;
        while simulation.next_day().is_some() {}
        let hosts = DialectWriter::hosts_of_all_days(&simulation);
        let truth = DialectWriter::truth(&simulation);
        Ok((truth, AddressBook::of(&hosts), simulation.telemetry()))
    }
}

impl EventSource for DialectSource<'_> {
    fn for_each(&self, sink: &mut dyn FnMut(Event<'_>)) -> Result<(), SourceError> {
        let mut simulation = Simulation::new(self.config)?;
        let mut writer = DialectWriter::new(&simulation, self.dialect);
        let mut reorder = Reorder::new(HELD_MINUTES, usize::MAX);
        while simulation.next_day().is_some() {
            let logs = writer.day(&simulation);
            self.reader.read_logs(&logs, &mut |event| reorder.push(event, sink))?;
        }
        reorder.finish(sink);
        debug_assert_eq!(reorder.late(), 0, "a record is too far from its day");
        Ok(())
    }
}

/// Judges all detectors on the organisations of a plan through a dialect: each day's logs are
/// written, read back by `reader` and put in order of time.
///
/// # Errors
/// [`EvaluationError`]: the plan has no seed or cannot be simulated, or a log could not be read.
pub fn evaluate_dialect(
    plan: &Plan,
    dialect: Dialect,
    reader: &dyn ReadLogs,
    progress: &mut dyn FnMut(&str),
) -> Result<Report, EvaluationError> {
    let through = (dialect != Dialect::Lanl).then_some((dialect, reader));
    evaluate_seeds(plan, through, &AtomicBool::new(false), progress)
}
