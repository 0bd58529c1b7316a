//! How large the state of a simulated organisation is, and how fast it is saved and loaded:
//! `cargo run --release -p sidestep-benches --bin saved -- SEED ACCOUNTS DAYS`.
//!
//! Prints the sizes, and of each of several rounds the least and the median, in bytes of the body before it is
//! compressed. A copy of the body in memory is timed beside them.

use std::env;
use std::error::Error;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use sidestep::{Config, Engine, SnapshotFacts};
use sidestep_benches::engine_runs::as_events;
use sidestep_sim::{Scenario, SimConfig, Simulation, Telemetry};

const USAGE: &str = "usage: saved SEED ACCOUNTS DAYS";
/// Days without attacks, at the beginning.
const LEARN_DAYS: u32 = 14;
const ROUNDS: usize = 11;

fn main() -> ExitCode {
    let list: Vec<u64> = env::args().skip(1).map_while(|text| text.parse().ok()).collect();
    let [seed, accounts, days] = list[..] else {
        eprintln!("error: three whole numbers are needed\n{USAGE}");
        return ExitCode::from(2);
    };
    match run(seed, accounts as u32, days as u32) {
        Ok(lines) => {
            print!("{lines}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(seed: u64, accounts: u32, days: u32) -> Result<String, Box<dyn Error>> {
    let config = SimConfig::new(
        seed,
        accounts,
        days,
        LEARN_DAYS.min(days.saturating_sub(2)),
        Scenario::Standard,
    )?
    .with_telemetry(Telemetry::Complete);
    let mut simulation = Simulation::new(config)?;
    let mut engine = Engine::new(Config::default());
    while simulation.next_day().is_some() {
        as_events(&simulation, simulation.rows(), &mut engine)?;
    }
    let state = engine.save();
    let facts = SnapshotFacts::read(&*state)?;
    let body = vec![1_u8; usize::try_from(facts.body_bytes)?];
    let mut spent: [Vec<Duration>; 4] = Default::default();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        black_box(body.clone());
        spent[0].push(start.elapsed());
        let start = Instant::now();
        black_box(SnapshotFacts::read(&*state)?);
        spent[1].push(start.elapsed());
        let start = Instant::now();
        black_box(engine.save());
        spent[2].push(start.elapsed());
        let start = Instant::now();
        let loaded = Engine::load(&state)?;
        spent[3].push(start.elapsed());
        drop(black_box(loaded));
    }
    let metrics = engine.metrics();
    let mut lines = format!(
        "{} events, {} accounts, {} hosts, {} edges\n{} bytes, {} before they are compressed\n",
        metrics.events,
        metrics.accounts,
        metrics.hosts,
        metrics.edges,
        facts.bytes,
        facts.body_bytes
    );
    for (what, spent) in ["copied in memory", "checked", "saved", "loaded"].iter().zip(&mut spent) {
        spent.sort_unstable();
        let rate = |time: Duration| facts.body_bytes as f64 / 1e6 / time.as_secs_f64();
        let (least, median) = (spent[0], spent[ROUNDS / 2]);
        lines += &format!(
            "{what:<16} {:>7.1} ms, {:>6.0} MB/s at best; {:>7.1} ms, {:>6.0} MB/s median\n",
            least.as_secs_f64() * 1e3,
            rate(least),
            median.as_secs_f64() * 1e3,
            rate(median),
        );
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_organisation_is_measured() -> Result<(), Box<dyn Error>> {
        let lines = run(1, 100, 3)?;
        assert_eq!(lines.lines().count(), 6, "{lines}");
        Ok(())
    }
}
