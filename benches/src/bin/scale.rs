//! Speed and memory at growing sizes:
//! `cargo run --release -p sidestep-benches --bin scale -- [--millions 1,10,50]`.
//!
//! A simulated log is streamed into the engine day by day, without a file. Each size runs in a
//! process of its own, so that its peak memory is its own too.

use std::env;
use std::error::Error;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use sidestep::{Config, Engine};
use sidestep_benches::engine_runs::as_events;
use sidestep_benches::memory::{Memory, mebibytes};
use sidestep_sim::{Scenario, SimConfig, SimError, Simulation, Telemetry};

const HELP: &str = "\
Measures events a second, bytes per login edge and peak memory at growing sizes.

Usage: scale [--millions N,N,...] [--grow organisations|days] [--seed N]

Options:
  --millions N,N,...  Sizes, in millions of events [default: 1,10,50]
  --grow WHAT         organisations: 30 days of ever more accounts [default]
                      days: ever more days of one organisation
  --seed N            The simulation's seed [default: 1]
  -h, --help          Print this help

Only the engine is timed, without the simulation and without parsing. Bytes per edge are those of
the tables of edges and pairs. Peak memory is that of the whole process, simulation included.
Exit status: 0 if every size was measured, 1 if one was not, 2 for a wrong argument.
";

/// Days of a log that grows in accounts.
const DAYS: u32 = 30;
/// Days of the longest log that grows in days; the simulator's limit is 400.
const MOST_DAYS: u32 = 360;

/// What grows with the number of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grow {
    Organisations,
    Days,
}

/// What was asked for.
#[derive(Debug, Clone, PartialEq)]
struct Arguments {
    millions: Vec<f64>,
    grow: Grow,
    seed: u64,
    /// Only this size, and only its row of the table.
    only: Option<f64>,
}

fn main() -> ExitCode {
    let list: Vec<String> = env::args().skip(1).collect();
    if list.iter().any(|argument| matches!(argument.as_str(), "-h" | "--help" | "help")) {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let arguments = match parse(&list) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("error: {problem}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    let done = match arguments.only {
        Some(size) => print_row(&arguments, size).map_err(|error| error.to_string()),
        None => print_table(&list, &arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn parse(list: &[String]) -> Result<Arguments, String> {
    let mut arguments = Arguments {
        millions: vec![1.0, 10.0, 50.0],
        grow: Grow::Organisations,
        seed: 1,
        only: None,
    };
    let mut list = list.iter();
    while let Some(name) = list.next() {
        let value = list.next().ok_or_else(|| format!("`{name}` needs a value"))?;
        match name.as_str() {
            "--millions" => {
                arguments.millions = value.split(',').map(millions).collect::<Result<_, _>>()?;
            }
            "--only" => arguments.only = Some(millions(value)?),
            "--seed" => {
                arguments.seed =
                    value.parse().map_err(|_| format!("--seed: {value:?} is no whole number"))?;
            }
            "--grow" => {
                arguments.grow = match value.as_str() {
                    "organisations" => Grow::Organisations,
                    "days" => Grow::Days,
                    _ => return Err(format!("--grow: {value:?} is not organisations or days")),
                };
            }
            _ => return Err(format!("unknown argument `{name}`")),
        }
    }
    Ok(arguments)
}

fn millions(text: &str) -> Result<f64, String> {
    let value = text.trim().parse().ok().filter(|value| (0.01..=1000.0).contains(value));
    value.ok_or_else(|| format!("--millions: {text:?} is not in 0.01 to 1000"))
}

/// Runs every size in a process of its own.
fn print_table(list: &[String], arguments: &Arguments) -> Result<(), String> {
    println!(
        "{:>12} {:>9} {:>5} {:>11} {:>11} {:>11} {:>9} {:>7}",
        "events", "accounts", "days", "edges", "events/s", "bytes/edge", "peak MiB", "alerts"
    );
    let own = env::current_exe().map_err(|error| format!("cannot find this program: {error}"))?;
    for size in &arguments.millions {
        let status = Command::new(&own)
            .args(list)
            .args(["--only", &size.to_string()])
            .status()
            .map_err(|error| format!("cannot start {}: {error}", own.display()))?;
        if !status.success() {
            return Err(format!("{size} million events: {status}"));
        }
    }
    Ok(())
}

/// What was measured at one size.
struct Measured {
    engine: Engine,
    days: u32,
    spent: Duration,
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
fn print_row(arguments: &Arguments, size: f64) -> Result<(), Box<dyn Error>> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is in range")]
    let events = (size * 1e6).round() as u64;
    let config = config(arguments, events)?;
    let Measured { engine, days, spent } = run(config, events)?;
    let metrics = engine.metrics();
    let peak = mebibytes(Memory::now().map(|memory| memory.peak));
    println!(
        "{:>12} {:>9} {:>5} {:>11} {:>11.0} {:>11.1} {:>9} {:>7}",
        metrics.events,
        config.accounts,
        days,
        metrics.edges,
        metrics.events as f64 / spent.as_secs_f64(),
        metrics.memory.total() as f64 / metrics.edges.max(1) as f64,
        peak,
        metrics.alerts,
    );
    let gone = [
        ("edges", metrics.evicted_edges),
        ("pairs", metrics.evicted_pairs),
        ("accounts", metrics.evicted_accounts),
        ("hosts", metrics.evicted_hosts),
        ("movements", metrics.evicted_movements),
    ];
    for (what, count) in gone.iter().filter(|(_, count)| *count > 0) {
        println!("{:>12} {count} {what} were evicted", "");
    }
    Ok(())
}

/// A simulation of a little more than `events`.
fn config(arguments: &Arguments, events: u64) -> Result<SimConfig, SimError> {
    let seed = arguments.seed;
    let of = |accounts, days| {
        SimConfig::new(seed, accounts, days, 14, Scenario::Standard)
            .map(|config| config.with_telemetry(Telemetry::Complete))
    };
    // What a small organisation of the same seed writes in two weeks, weekends and all.
    let mut simulation = Simulation::new(of(400, 16)?)?;
    let mut count = 0;
    for _ in 0..14 {
        count += simulation.next_day().map_or(0, <[_]>::len) as u64;
    }
    let rate = (count / 14).max(1);
    // The rate of a larger organisation is not quite the same: a little is added.
    let accounts = |events: u64, days: u32| {
        let accounts = events * 400 * 21 / 20 / (rate * u64::from(days));
        u32::try_from(accounts).unwrap_or(u32::MAX).clamp(20, *SimConfig::ACCOUNTS.end())
    };
    match arguments.grow {
        Grow::Organisations => of(accounts(events, DAYS), DAYS),
        Grow::Days => {
            let most = arguments.millions.iter().fold(0.0, |most: f64, size| most.max(*size));
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let most = (most * 1e6) as u64;
            of(accounts(most, MOST_DAYS), *SimConfig::DAYS.end())
        }
    }
}

/// Streams the simulation into a new engine until it has taken `events`.
fn run(config: SimConfig, events: u64) -> Result<Measured, Box<dyn Error>> {
    let mut simulation = Simulation::new(config)?;
    let mut engine = Engine::new(Config::default());
    let (mut days, mut spent) = (0, Duration::ZERO);
    let mut left = usize::try_from(events).unwrap_or(usize::MAX);
    while left > 0 && simulation.next_day().is_some() {
        days += 1;
        let rows = simulation.rows();
        let rows = &rows[..rows.len().min(left)];
        left -= rows.len();
        spent += as_events(&simulation, rows, &mut engine)?;
    }
    let start = Instant::now();
    engine.finish();
    spent += start.elapsed();
    Ok(Measured { engine, days, spent })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(list: &[&str]) -> Result<Arguments, String> {
        parse(&list.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn arguments_are_read_and_wrong_ones_named() {
        let found = parsed(&["--millions", "0.5,2", "--grow", "days", "--seed", "7"]).expect("ok");
        assert_eq!((found.millions, found.grow, found.seed), (vec![0.5, 2.0], Grow::Days, 7));
        for wrong in [&["--millions"][..], &["--millions", "0"], &["--grow", "up"], &["--x", "1"]] {
            let problem = parsed(wrong).expect_err("wrong");
            assert!(problem.contains(wrong[0]), "{problem}");
        }
    }

    #[test]
    fn a_run_ends_at_the_events_asked_for() -> Result<(), Box<dyn Error>> {
        for grow in [Grow::Organisations, Grow::Days] {
            let arguments = Arguments { millions: vec![0.03], grow, seed: 2, only: None };
            let measured = run(config(&arguments, 30_000)?, 30_000)?;
            assert_eq!(measured.engine.metrics().events, 30_000, "{grow:?}");
            assert!(measured.engine.metrics().edges > 0);
        }
        Ok(())
    }
}
