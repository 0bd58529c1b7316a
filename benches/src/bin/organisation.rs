//! The speed of the engine on one simulated organisation, for `benches/python/compare.py`:
//! `cargo run --release -p sidestep-benches --bin organisation -- SEED ACCOUNTS DAYS EVENTS`.
//!
//! Prints the events taken, the seconds that the engine spent, and the alerts raised. The events
//! are those that `sidestep.simulate` gives to Python for the same numbers.

use std::env;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use sidestep::{AuthEvent, Config, Engine};
use sidestep_sim::{Scenario, SimConfig, SimError, Simulation, Telemetry};

const USAGE: &str = "usage: organisation SEED ACCOUNTS DAYS EVENTS";
/// Days without attacks, at the beginning.
const LEARN_DAYS: u32 = 14;
/// Events that are made before the clock runs and taken in while it does.
const BATCH: usize = 512;

fn main() -> ExitCode {
    let list: Vec<String> = env::args().skip(1).collect();
    let Some((seed, accounts, days, events)) = parse(&list) else {
        eprintln!("error: four whole numbers are needed\n{USAGE}");
        return ExitCode::from(2);
    };
    match run(seed, accounts, days, events) {
        Ok((engine, spent)) => {
            let metrics = engine.metrics();
            println!("{} {} {}", metrics.events, spent.as_secs_f64(), metrics.alerts);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn parse(list: &[String]) -> Option<(u64, u32, u32, usize)> {
    let [seed, accounts, days, events] = list else { return None };
    Some((seed.parse().ok()?, accounts.parse().ok()?, days.parse().ok()?, events.parse().ok()?))
}

/// Streams the first `events` of the organisation through a new engine.
fn run(seed: u64, accounts: u32, days: u32, events: usize) -> Result<(Engine, Duration), SimError> {
    let config = SimConfig::new(seed, accounts, days, LEARN_DAYS, Scenario::Standard)?
        .with_telemetry(Telemetry::Complete);
    let mut simulation = Simulation::new(config)?;
    let mut engine = Engine::new(Config::default());
    let mut spent = Duration::ZERO;
    let mut left = events;
    while left > 0 && simulation.next_day().is_some() {
        let rows = &simulation.rows()[..simulation.rows().len().min(left)];
        left -= rows.len();
        for batch in rows.chunks(BATCH) {
            let batch: Vec<AuthEvent<'_>> = batch.iter().map(|row| simulation.event(row)).collect();
            let start = Instant::now();
            engine.process_all(&batch);
            spent += start.elapsed();
        }
    }
    Ok((engine, spent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ends_at_the_events_asked_for() -> Result<(), SimError> {
        let (engine, _) = run(1, 20, 16, 500)?;
        assert_eq!(engine.metrics().events, 500);
        Ok(())
    }

    #[test]
    fn numbers_are_needed() {
        let list = |text: &str| text.split(' ').map(ToOwned::to_owned).collect::<Vec<_>>();
        assert_eq!(parse(&list("1 20 16 500")), Some((1, 20, 16, 500)));
        assert_eq!(parse(&list("1 20 16")), None);
        assert_eq!(parse(&list("1 20 -16 500")), None);
    }
}
