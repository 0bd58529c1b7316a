//! Evaluation over simulated organisations, one for each seed.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use sidestep::event::Event;

use crate::config::{Scenario, SimConfig, SimError, Telemetry};
use crate::dialect::Dialect;
use crate::simulation::Simulation;
use crate::truth::Truth;

use super::EvaluationError;
use super::dialects::{DialectSource, ReadLogs};
use super::naming::Naming;
use super::report::{Report, Setup};
use super::run::{Run, RunPlan, run};
use super::source::{EventSource, SourceError, Stoppable};

/// Most seeds judged at a time.
const MAX_THREADS: usize = 4;
/// From so many accounts on, seeds are judged one by one, to spare memory.
const LARGE: u32 = 10_000;

/// Which organisations are simulated and how detectors are judged on them.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// How hard the attacks are to find.
    pub scenario: Scenario,
    /// One organisation for each.
    pub seeds: Vec<u64>,
    /// Accounts of each.
    pub accounts: u32,
    /// Days of each.
    pub days: u32,
    /// Days at the start that are only learned.
    pub learn_days: u32,
    /// Alerts asked for in the online reading, a day per 1,000 accounts.
    pub alerts_per_day: f64,
    /// What reaches the log; drawn by each seed unless said.
    pub telemetry: Option<Telemetry>,
    /// First day on which an attack may begin; the first that is judged unless said.
    pub attacks_from: Option<u32>,
    /// Whether the engine resolves names: see [`sidestep::ConfigBuilder::resolve_names`].
    pub resolve_names: bool,
}

impl Default for Plan {
    /// Ten standard organisations of 800 accounts over 30 days, of which 14 are learned.
    fn default() -> Self {
        Self {
            scenario: Scenario::Standard,
            seeds: (1..=10).collect(),
            accounts: 800,
            days: 30,
            learn_days: 14,
            alerts_per_day: 0.25,
            telemetry: None,
            attacks_from: None,
            resolve_names: true,
        }
    }
}

impl Plan {
    pub(super) fn config(&self, seed: u64) -> Result<SimConfig, SimError> {
        let config =
            SimConfig::new(seed, self.accounts, self.days, self.learn_days, self.scenario)?;
        let config =
            SimConfig { telemetry: self.telemetry, attacks_from: self.attacks_from, ..config };
        config.check().map(|()| config)
    }
}

/// A simulated organisation as a log: simulated anew, and the same, at each reading.
#[derive(Debug, Clone)]
pub struct SimSource {
    config: SimConfig,
}

impl SimSource {
    /// The organisation of a configuration.
    #[must_use]
    pub const fn new(config: SimConfig) -> Self {
        Self { config }
    }

    /// What is true of it, and what of it reaches the log.
    ///
    /// # Errors
    /// [`SimError`] for a configuration that cannot be simulated.
    pub fn truth(&self) -> Result<(Truth, Telemetry), SimError> {
        let mut simulation = Simulation::new(self.config)?;
        while simulation.next_day().is_some() {}
        Ok((simulation.truth().clone(), simulation.telemetry()))
    }
}

impl EventSource for SimSource {
    fn for_each(&self, sink: &mut dyn FnMut(Event<'_>)) -> Result<(), SourceError> {
        let mut simulation = Simulation::new(self.config)?;
        while simulation.next_day().is_some() {
            for row in simulation.rows() {
                sink((&simulation.event(row)).into());
            }
        }
        Ok(())
    }
}

/// Judges all detectors on the organisations of a plan, several at a time, and reports each step
/// to `progress`. Another thread may set `stop`, and it ends within a second or so.
///
/// # Errors
/// [`EvaluationError`]: the plan has no seed or cannot be simulated, or it was stopped.
pub fn evaluate_simulated(
    plan: &Plan,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(&str),
) -> Result<Report, EvaluationError> {
    evaluate_seeds(plan, None, stop, progress)
}

/// The same, of which the logs are written in a dialect and read back where one is given.
pub(super) fn evaluate_seeds(
    plan: &Plan,
    through: Option<(Dialect, &dyn ReadLogs)>,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(&str),
) -> Result<Report, EvaluationError> {
    if plan.seeds.is_empty() {
        return Err(EvaluationError::NoSeeds);
    }
    let threads = match thread::available_parallelism() {
        Ok(cores) if plan.accounts < LARGE => cores.get().min(MAX_THREADS).min(plan.seeds.len()),
        _ => 1,
    };
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let mut runs: Vec<Option<Run>> = vec![None; plan.seeds.len()];
    let mut failed = None;
    thread::scope(|scope| {
        for _ in 0..threads {
            let (next, sender) = (&next, sender.clone());
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(&seed) = plan.seeds.get(at) else { return };
                    // Sending fails only when nobody listens any more, after a failure.
                    let mut tell = |step: &str| drop(sender.send(Step::Told(step.to_owned())));
                    let judged = judge_seed(plan, seed, through, stop, &mut tell);
                    if sender.send(Step::Judged(at, judged.map(Box::new))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for step in &receiver {
            match step {
                Step::Told(text) => progress(&text),
                Step::Judged(at, Ok(run)) => {
                    runs[at] = Some(*run);
                    let done = runs.iter().flatten().count();
                    progress(&format!("{done} of {} seeds judged", plan.seeds.len()));
                }
                Step::Judged(_, Err(error)) => {
                    next.store(plan.seeds.len(), Ordering::Relaxed);
                    failed.get_or_insert(error);
                }
            }
        }
    });
    if stop.load(Ordering::Relaxed) {
        return Err(EvaluationError::Stopped);
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let setup = Setup {
        log: None,
        dialect: through.map(|(dialect, _)| dialect.to_string()),
        scenario: Some(plan.scenario.to_string()),
        telemetry: Some(plan.telemetry.map_or("drawn by seed".to_owned(), |t| t.to_string())),
        seeds: plan.seeds.clone(),
        accounts: plan.accounts,
        days: Some(plan.days),
        learn_days: plan.learn_days,
        alerts_per_day: plan.alerts_per_day,
        resolve_names: plan.resolve_names,
    };
    Ok(Report::new(setup, runs.into_iter().flatten().collect()))
}

/// What a worker says.
enum Step {
    Told(String),
    Judged(usize, Result<Box<Run>, EvaluationError>),
}

fn judge_seed(
    plan: &Plan,
    seed: u64,
    through: Option<(Dialect, &dyn ReadLogs)>,
    stop: &AtomicBool,
    progress: &mut dyn FnMut(&str),
) -> Result<Run, EvaluationError> {
    let config = plan.config(seed)?;
    progress(&format!("seed {seed}: simulating"));
    let source: Box<dyn EventSource>;
    let (truth, naming, telemetry);
    match through {
        Some((dialect, reader)) => {
            let simulated = DialectSource::new(config, dialect, reader);
            let book;
            (truth, book, telemetry) = simulated.truth()?;
            naming = Naming::Loose(book);
            source = Box::new(simulated);
        }
        None => {
            let simulated = SimSource::new(config);
            (truth, telemetry) = simulated.truth()?;
            naming = Naming::Exact;
            source = Box::new(simulated);
        }
    }
    let run_plan = RunPlan {
        name: format!("seed {seed}"),
        seed: Some(seed),
        telemetry: Some(telemetry.to_string()),
        learn_days: plan.learn_days,
        alerts_per_day: plan.alerts_per_day,
        accounts: Some(plan.accounts),
        days_judged: Some(plan.days - plan.learn_days),
        naming,
        resolve_names: plan.resolve_names,
    };
    run(&run_plan, &Stoppable { source, stop }, &truth, progress)
}
