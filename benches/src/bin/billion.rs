//! A billion events of an organisation as large as that of LANL's logs, without a file:
//! `cargo run --release -p sidestep-benches --bin billion`.
//!
//! LANL's 58 days hold 1.05 billion events of some 12,000 accounts, their machines and 17,700 hosts, most of them
//! repeats. The simulator writes each login once; [`repeated`] says by which rule it comes again.

use std::cell::Cell;
use std::error::Error;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use sidestep::{Config, Engine, WarmUp};
use sidestep_benches::command;
use sidestep_benches::engine_runs::as_events;
use sidestep_benches::memory::{Memory, mebibytes};
use sidestep_benches::repeated::{next_block, repeated};
use sidestep_formats::{LogReader, ReadOptions};
use sidestep_sim::{Row, Scenario, SimConfig, Simulation, Telemetry};

const HELP: &str = "\
Streams a simulated log of LANL's size into the engine, and prints its rate and memory at every tenth.

Usage: billion [--millions N] [--accounts N] [--days N] [--seed N] [--as lanl|events]

Options:
  --millions N    Events, in millions [default: 1000]
  --accounts N    Accounts beside those of machines [default: 12000]
  --days N        Days [default: 58]
  --seed N        The simulation's seed [default: 1]
  --as lanl       The events are written as LANL's lines in memory, and read; reading is timed too [default]
  --as events     The events are made before the clock runs; only the engine is timed
  -h, --help      Print this help

Each login of the simulation is repeated within its ten minutes so often that the days hold the events
asked for. Making them is not timed.
Exit status: 0 if all events were taken, 1 if not, 2 for a wrong argument.
";

/// Days that are only learned.
const LEARN_DAYS: u32 = 14;

#[derive(Debug, Clone, Copy, PartialEq)]
struct Arguments {
    events: u64,
    accounts: u32,
    days: u32,
    seed: u64,
    as_lanl: bool,
}

fn main() -> ExitCode {
    command::run(HELP, parse, |arguments| run(arguments).map(|_| String::new()))
}

fn parse(list: &[String]) -> Result<Arguments, String> {
    let mut arguments =
        Arguments { events: 1_000_000_000, accounts: 12_000, days: 58, seed: 1, as_lanl: true };
    let mut list = list.iter();
    while let Some(name) = list.next() {
        let value = list.next().ok_or_else(|| format!("`{name}` needs a value"))?;
        let number = || value.parse().map_err(|_| format!("{name}: {value:?} is no whole number"));
        match name.as_str() {
            "--millions" => arguments.events = u64::from(number()?) * 1_000_000,
            "--accounts" => arguments.accounts = number()?,
            "--days" => arguments.days = number()?,
            "--seed" => arguments.seed = u64::from(number()?),
            "--as" => {
                arguments.as_lanl = match value.as_str() {
                    "lanl" => true,
                    "events" => false,
                    _ => return Err(format!("--as: {value:?} is not lanl or events")),
                }
            }
            _ => return Err(format!("unknown argument `{name}`")),
        }
    }
    Ok(arguments)
}

/// The organisation, and how often each of its logins is repeated.
fn organisation(arguments: Arguments) -> Result<(Simulation, u32), Box<dyn Error>> {
    let Arguments { events, accounts, days, seed, .. } = arguments;
    let learn_days = LEARN_DAYS.min(days.saturating_sub(2));
    let config = SimConfig::new(seed, accounts, days, learn_days, Scenario::Standard)?
        .with_telemetry(Telemetry::Complete);
    // A week holds every day of the week.
    let week = 7.min(days);
    let mut simulation = Simulation::new(config)?;
    let count: u64 = (0..week).map(|_| simulation.next_day().map_or(0, <[_]>::len) as u64).sum();
    let copies = (events * u64::from(week)).div_ceil((count * u64::from(days)).max(1));
    Ok((Simulation::new(config)?, u32::try_from(copies)?))
}

fn run(arguments: Arguments) -> Result<Engine, Box<dyn Error>> {
    let (simulation, copies) = organisation(arguments)?;
    let Arguments { events, accounts, days, as_lanl, .. } = arguments;
    let config = Config::builder().warm_up(WarmUp::Days(LEARN_DAYS)).build()?;
    let mut engine = Engine::new(config);
    println!("{events} events of {accounts} accounts over {days} days, each login {copies} times");
    println!(
        "{:>13} {:>6} {:>12} {:>12} {:>8} {:>9} {:>9} {:>7}",
        "events", "days", "a second", "so far", "edges", "RSS MiB", "peak MiB", "alerts"
    );
    let report = Report {
        every: (events / 10).max(1),
        next: (events / 10).max(1),
        last: (0, Duration::ZERO),
    };
    let (taken, days) = if as_lanl {
        through_reader(simulation, copies, events, &mut engine, report)?
    } else {
        through_memory(simulation, copies, events, &mut engine, report)?
    };
    if taken < events {
        return Err(format!("{days} days hold {taken} events only: ask for more days").into());
    }
    println!("{:?}", engine.metrics());
    Ok(engine)
}

/// Prints a line at every tenth.
struct Report {
    every: u64,
    next: u64,
    last: (u64, Duration),
}

impl Report {
    #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    fn at(&mut self, taken: u64, days: u32, spent: Duration, engine: &Engine) {
        if taken < self.next {
            return;
        }
        self.next += self.every;
        let (events, before) = self.last;
        self.last = (taken, spent);
        let rate = |events: u64, spent: Duration| events as f64 / spent.as_secs_f64().max(1e-9);
        let memory = Memory::now();
        let metrics = engine.metrics();
        println!(
            "{taken:>13} {days:>6} {:>12.0} {:>12.0} {:>8} {:>9} {:>9} {:>7}",
            rate(taken - events, spent.saturating_sub(before)),
            rate(taken, spent),
            metrics.edges,
            mebibytes(memory.map(|memory| memory.resident)),
            mebibytes(memory.map(|memory| memory.peak)),
            metrics.alerts,
        );
    }
}

/// Events made in memory; only the engine is timed.
fn through_memory(
    mut simulation: Simulation,
    copies: u32,
    events: u64,
    engine: &mut Engine,
    mut report: Report,
) -> Result<(u64, u32), Box<dyn Error>> {
    let (mut taken, mut days, mut spent) = (0, 0, Duration::ZERO);
    let mut failed = None;
    while taken < events && simulation.next_day().is_some() {
        days += 1;
        repeated(simulation.rows(), copies, |block| {
            let left = usize::try_from(events - taken).unwrap_or(usize::MAX);
            let block = &block[..block.len().min(left)];
            match as_events(&simulation, block, engine) {
                Ok(time) => spent += time,
                Err(error) => failed = Some(error),
            }
            taken += block.len() as u64;
            report.at(taken, days, spent, engine);
        });
    }
    let start = Instant::now();
    engine.finish();
    println!("finishing took {:.1} s", start.elapsed().as_secs_f64());
    failed.map_or(Ok((taken, days)), Err)
}

/// The log as text, ten minutes at a time; how long writing it took is kept apart.
struct Text<'m> {
    simulation: Simulation,
    copies: u32,
    left: u64,
    /// Rows of the day that were written.
    done: usize,
    block: Vec<Row>,
    text: String,
    at: usize,
    made: &'m Made,
}

/// What the text has cost so far.
#[derive(Default)]
struct Made {
    spent: Cell<Duration>,
    days: Cell<u32>,
}

impl Text<'_> {
    /// Writes the next ten minutes; nothing after the last.
    fn next_block(&mut self) {
        self.text.clear();
        self.at = 0;
        while self.left > 0 && self.done == self.simulation.rows().len() {
            if self.simulation.next_day().is_none() {
                return;
            }
            self.done = 0;
            self.made.days.set(self.made.days.get() + 1);
        }
        let rows = self.simulation.rows();
        self.done = rows.len() - next_block(&rows[self.done..], self.copies, &mut self.block).len();
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        for row in self.block.iter().take(most) {
            self.simulation.write_row(row, &mut self.text);
            self.left -= 1;
        }
    }
}

impl Read for Text<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let start = Instant::now();
        if self.at == self.text.len() {
            self.next_block();
        }
        let rest = &self.text.as_bytes()[self.at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        self.made.spent.set(self.made.spent.get() + start.elapsed());
        Ok(count)
    }
}

/// Text that is read; reader and engine are timed.
fn through_reader(
    simulation: Simulation,
    copies: u32,
    events: u64,
    engine: &mut Engine,
    mut report: Report,
) -> Result<(u64, u32), Box<dyn Error>> {
    let made = Made::default();
    let text = Text {
        simulation,
        copies,
        left: events,
        done: 0,
        block: Vec::new(),
        text: String::new(),
        at: 0,
        made: &made,
    };
    let start = Instant::now();
    let spent = || start.elapsed().saturating_sub(made.spent.get());
    let mut taken = 0;
    let _ = LogReader::new(ReadOptions::default()).read(text, "simulated", &mut |event| {
        engine.process(event);
        taken += 1;
        if taken == report.next {
            report.at(taken, made.days.get(), spent(), engine);
        }
        ControlFlow::Continue(())
    })?;
    engine.finish();
    println!(
        "reader and engine {:.1} s, making the text {:.1} s",
        spent().as_secs_f64(),
        made.spent.get().as_secs_f64()
    );
    Ok((taken, made.days.get()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(list: &[&str]) -> Result<Arguments, String> {
        parse(&list.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn both_ways_give_the_engine_as_many_events() -> Result<(), Box<dyn Error>> {
        let small = Arguments { events: 20_000, accounts: 30, days: 4, seed: 1, as_lanl: true };
        let by_text = run(small)?.metrics();
        let by_events = run(Arguments { as_lanl: false, ..small })?.metrics();
        assert_eq!(by_text.events, 20_000);
        assert_eq!((by_text.events, by_text.edges), (by_events.events, by_events.edges));
        Ok(())
    }

    #[test]
    fn arguments_are_read_and_wrong_ones_named() {
        let found = parsed(&["--millions", "2", "--as", "events"]).expect("ok");
        assert_eq!((found.events, found.as_lanl), (2_000_000, false));
        for wrong in [&["--millions"][..], &["--as", "json"], &["--days", "x"], &["--x", "1"]] {
            assert!(parsed(wrong).expect_err("wrong").contains(wrong[0]));
        }
    }
}
