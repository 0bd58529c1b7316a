//! Judges detectors on logs of which the truth is known.
//!
//! **Unit.** An alert finds an attack when at least half of its hops are that attack's logins, told
//! by second, account, source and destination; names are compared without regard to case. Otherwise
//! it is false. A second alert on an attack already found counts neither way. Attacks whose every
//! login lies in the learning days are left out.
//!
//! **Other dialects.** A log in another dialect than the truth is judged by what its names mean: see
//! [`AddressBook`]. A hop is a login of the truth if account, source and destination are the same and
//! the times not more than a minute apart.
//!
//! **Ranked reading.** Alerts are read from the best score down until B a day per 1,000 accounts
//! were false, for B of 0, 0.0625, 0.25, 1 and 5; what counts is the share of attacks found. On a
//! small log several B allow the same whole number of false alerts. The engine is run with a
//! generous budget for this, and its alerts are ranked by the surprise of their last state.
//!
//! **Online reading.** A second engine raises alerts in one pass at the budget that was asked for.
//! An attack is detected when an alert is raised and at least half of its hops so far are the
//! attack's; what counts is also how many successful logins and hours the attacker had by then.
//!
//! **Hops.** For each attack found, by the alert that shows most of it: precision is the share of
//! its hops that are the attack's logins, recall the share of the attack's distinct edges (account,
//! source, destination) that it shows. Edges that the log itself has lost count as missed.
//!
//! **Average precision** is over single remote logins of the judged days. A login scores the highest
//! surprise of any hop of any alert that shows it, 0 if none does; a baseline scores each login by
//! its own rule.
//!
//! **Baselines** stand in every table: first-seen, inverse count, fan-out and a plain
//! credential-switch rule. They see remote logons of accounts that are no machine and not built in.

mod adversaries;
mod baselines;
mod change;
mod dialects;
mod engine_run;
mod judge;
mod logins;
mod naming;
pub mod overlay;
mod precision;
mod report;
mod run;
mod simulated;
mod source;
mod summary;
mod text;

#[cfg(test)]
mod tests;

use sidestep::ConfigError;
use thiserror::Error;

pub use adversaries::{
    AdversaryPlan, AdversaryReport, AdversaryRow, AttacksFound, evaluate_adversaries,
};
pub use change::{ChangeReport, ChangeRow, evaluate_changes};
pub use dialects::{DialectSource, ReadLogs, evaluate_dialect};
pub use naming::AddressBook;
pub use report::Report;
pub use simulated::{Plan, SimSource, evaluate_simulated};
pub use source::{EventSource, SourceError};

use crate::config::SimError;
use crate::truth::Truth;

use naming::Naming;
use report::Setup;
use run::{RunPlan, run};

/// Why an evaluation could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EvaluationError {
    /// The log could not be read to its end.
    #[error("cannot read the log: {0}")]
    Source(#[source] SourceError),
    /// The engine cannot be run at such a budget or with such learning.
    #[error("cannot set up the engine: {0}")]
    Config(#[from] ConfigError),
    /// The organisation could not be simulated.
    #[error("cannot simulate: {0}")]
    Simulation(#[from] SimError),
    /// The log has no event.
    #[error("the log holds no event")]
    Empty,
    /// The log ends before the learning days do.
    #[error("the log ends within the {learn_days} learning days; nothing is left to judge")]
    NothingLeft {
        /// Days that were to be learned.
        learn_days: u32,
    },
    /// The plan has no seed.
    #[error("no seed was given; at least one is needed")]
    NoSeeds,
    /// It was told to stop.
    #[error("the evaluation was stopped")]
    Stopped,
    /// None of the red-team logins can be laid over the background.
    #[error("{what}")]
    Overlay {
        /// What is missing.
        what: String,
    },
}

/// How a log is to be judged.
#[derive(Debug, Clone, PartialEq)]
pub struct LogOptions {
    /// Days at the start of the log that are only learned.
    pub learn_days: u32,
    /// Alerts asked for in the online reading, a day per 1,000 accounts.
    pub alerts_per_day: f64,
    /// Accounts that budgets are counted by; unless said, those of the log that can move and log
    /// on from somewhere.
    pub accounts: Option<u32>,
    /// For a log in another dialect than the truth: who had which address. Names are then compared
    /// without domains and suffixes, addresses by whose they were, and times to the minute.
    pub addresses: Option<AddressBook>,
    /// Whether the engine resolves names: see [`sidestep::ConfigBuilder::resolve_names`].
    pub resolve_names: bool,
}

impl Default for LogOptions {
    fn default() -> Self {
        Self {
            learn_days: 14,
            alerts_per_day: 0.25,
            accounts: None,
            addresses: None,
            resolve_names: true,
        }
    }
}

/// Judges all detectors on a log. `name` is what the report calls it.
///
/// # Errors
/// [`EvaluationError`]: the log cannot be read, is empty or ends while it is still being learned.
pub fn evaluate_log(
    name: &str,
    source: &dyn EventSource,
    truth: &Truth,
    options: &LogOptions,
) -> Result<Report, EvaluationError> {
    let plan = RunPlan {
        name: name.to_owned(),
        seed: None,
        telemetry: None,
        learn_days: options.learn_days,
        alerts_per_day: options.alerts_per_day,
        accounts: options.accounts,
        days_judged: None,
        naming: options.addresses.clone().map_or(Naming::Exact, Naming::Loose),
        resolve_names: options.resolve_names,
    };
    let run = run(&plan, source, truth, &mut |_| ())?;
    let setup = Setup {
        log: Some(name.to_owned()),
        dialect: None,
        scenario: None,
        telemetry: None,
        seeds: Vec::new(),
        accounts: run.accounts,
        days: None,
        learn_days: options.learn_days,
        alerts_per_day: options.alerts_per_day,
        resolve_names: options.resolve_names,
    };
    Ok(Report::new(setup, vec![run]))
}
