//! A simulated log in LANL's format.

use sidestep_sim::{Scenario, SimConfig, SimError, Simulation};

/// A log in LANL's format, held in memory.
#[derive(Debug)]
pub struct LanlLog {
    /// Its lines.
    pub text: String,
    /// How many lines it has, each an event.
    pub events: u64,
}

impl LanlLog {
    /// The log that every benchmark reads: 500 accounts over 20 days, attacks from the ninth on.
    ///
    /// # Errors
    /// [`SimError`]: never, unless the simulator takes other ranges one day.
    pub fn of_the_benchmarks() -> Result<Self, SimError> {
        Self::simulate(SimConfig::new(1, 500, 20, 8, Scenario::Standard)?)
    }

    /// Simulates `config` into memory.
    ///
    /// # Errors
    /// [`SimError`], naming the field that is out of range.
    pub fn simulate(config: SimConfig) -> Result<Self, SimError> {
        let mut simulation = Simulation::new(config)?;
        let mut log = Self { text: String::new(), events: 0 };
        while simulation.next_day().is_some() {
            for row in simulation.rows() {
                simulation.write_row(row, &mut log.text);
            }
            log.events += simulation.rows().len() as u64;
        }
        Ok(log)
    }
}

#[cfg(test)]
mod tests {
    use super::{LanlLog, Scenario, SimConfig};

    #[test]
    fn a_log_has_a_line_for_every_event() -> Result<(), sidestep_sim::SimError> {
        let log = LanlLog::simulate(SimConfig::new(1, 20, 3, 1, Scenario::Clean)?)?;
        assert!(log.events > 0);
        assert_eq!(log.text.lines().count() as u64, log.events);
        Ok(())
    }
}
