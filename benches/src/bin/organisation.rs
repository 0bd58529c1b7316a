//! The speed of the engine on one simulated organisation, for `benches/python/compare.py`:
//! `cargo run --release -p sidestep-benches --bin organisation -- SEED ACCOUNTS DAYS EVENTS events`.
//!
//! Prints the events taken, the seconds that the engine spent, and the alerts raised. The events
//! are those that `sidestep.simulate` gives to Python for the same numbers. They are given to the engine
//! as `events` that were made before, or as `arrow` batches, whose rows it reads while the clock runs.

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use sidestep::{Config, Engine};
use sidestep_benches::engine_runs::{Take, as_arrow, as_events};
use sidestep_sim::{Scenario, SimConfig, Simulation, Telemetry};

const USAGE: &str = "usage: organisation SEED ACCOUNTS DAYS EVENTS events|arrow";
/// Days without attacks, at the beginning.
const LEARN_DAYS: u32 = 14;

fn main() -> ExitCode {
    let list: Vec<String> = env::args().skip(1).collect();
    let Some((seed, accounts, days, events, take)) = parse(&list) else {
        eprintln!("error: four whole numbers and a word are needed\n{USAGE}");
        return ExitCode::from(2);
    };
    match run(seed, accounts, days, events, take) {
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

fn parse(list: &[String]) -> Option<(u64, u32, u32, usize, Take)> {
    let [seed, accounts, days, events, what] = list else { return None };
    let take: Take = match what.as_str() {
        "events" => as_events,
        "arrow" => as_arrow,
        _ => return None,
    };
    Some((
        seed.parse().ok()?,
        accounts.parse().ok()?,
        days.parse().ok()?,
        events.parse().ok()?,
        take,
    ))
}

/// Streams the first `events` of the organisation through a new engine.
fn run(
    seed: u64,
    accounts: u32,
    days: u32,
    events: usize,
    take: Take,
) -> Result<(Engine, Duration), Box<dyn Error>> {
    let config = SimConfig::new(seed, accounts, days, LEARN_DAYS, Scenario::Standard)?
        .with_telemetry(Telemetry::Complete);
    let mut simulation = Simulation::new(config)?;
    let mut engine = Engine::new(Config::default());
    let mut spent = Duration::ZERO;
    let mut left = events;
    while left > 0 && simulation.next_day().is_some() {
        let rows = &simulation.rows()[..simulation.rows().len().min(left)];
        left -= rows.len();
        spent += take(&simulation, rows, &mut engine)?;
    }
    Ok((engine, spent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ends_at_the_events_asked_for() -> Result<(), Box<dyn Error>> {
        let (first, _) = run(1, 20, 16, 500, as_events)?;
        let (second, _) = run(1, 20, 16, 500, as_arrow)?;
        assert_eq!(first.metrics().events, 500);
        assert_eq!(first.metrics(), second.metrics());
        Ok(())
    }

    #[test]
    fn numbers_and_a_word_are_needed() {
        let list = |text: &str| text.split(' ').map(ToOwned::to_owned).collect::<Vec<_>>();
        assert!(parse(&list("1 20 16 500 arrow")).is_some());
        for bad in ["1 20 16 500", "1 20 -16 500 arrow", "1 20 16 500 csv"] {
            assert!(parse(&list(bad)).is_none(), "{bad}");
        }
    }
}
