//! The rates and ratios of `docs/performance.md`: what one run on one machine measures.

mod calls;
mod engine;
mod lanl;
mod reading;

use std::path::PathBuf;

use crate::rounds::{Failed, measure, table};

use lanl::Organisation;

/// What is measured, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Accounts of the simulated organisation.
    pub accounts: u32,
    /// Days of its log.
    pub days: u32,
    /// Days from its beginning that are only learned.
    pub learn_days: u32,
    /// Seed of the simulation.
    pub seed: u64,
    /// Rounds; each figure is the median of so many.
    pub rounds: usize,
    /// The `sidestep` command, whose whole run is measured too where it is given.
    pub command: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { accounts: 5000, days: 30, learn_days: 14, seed: 5, rounds: 5, command: None }
    }
}

impl Options {
    /// A tiny log and one round: whether everything runs.
    #[must_use]
    pub fn quick() -> Self {
        Self { accounts: 60, days: 16, learn_days: 10, seed: 5, rounds: 1, command: None }
    }
}

/// Measures everything, and gives the tables in Markdown. `progress` is shown the steps.
///
/// # Errors
/// What could not be simulated, written, read or run.
pub fn run(options: &Options, progress: &mut dyn FnMut(&str)) -> Result<String, Failed> {
    let rounds = options.rounds;
    let mut in_round = |round: usize, name: &str| progress(&format!("{round}/{rounds}: {name}"));
    let organisation = Organisation::new(options)?;
    let movements = engine::Movements::new(options)?;
    let state = engine::saved(&organisation)?;

    let mut cases = organisation.cases(options);
    cases.push(movements.case());
    cases.extend(engine::state_cases(&state));
    let path = table(&measure(&mut cases, rounds, &mut in_round)?);
    drop(cases);

    let logs = reading::Logs::default();
    let reading = table(&measure(&mut logs.cases(), rounds, &mut in_round)?);
    let calls = calls::measured(&organisation, rounds, &mut in_round)?;
    Ok(format!(
        "### From log to alerts\n\n{}\n\n{path}\n{}\n\n\
         ### Reading\n\n{}\n\n{reading}\n\
         ### One call of `process`\n\n{calls}",
        organisation.described(),
        movements.described(),
        logs.described(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_measured() -> Result<(), Failed> {
        let options = Options { accounts: 30, days: 4, learn_days: 2, ..Options::quick() };
        let mut steps = 0;
        let text = run(&options, &mut |_| steps += 1)?;
        for row in ["floor", "Arrow", "state, saved", "Zeek `conn`", "the clock alone"] {
            assert!(text.contains(row), "{row} is not in\n{text}");
        }
        assert!(steps > 10);
        Ok(())
    }
}
