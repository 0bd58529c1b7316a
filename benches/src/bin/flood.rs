//! A flood of made-up names against the bound on memory:
//! `cargo run --release -p sidestep-benches --bin flood`.
//!
//! Somebody who can write to a log can fill it with accounts and hosts that do not exist. Every event of the
//! flood brings one account and two hosts that nobody saw before, evenly spread in time over the log of a
//! simulated organisation with attacks. What is asked: whether memory stays bounded, whether calls stay
//! short, and whether the attacks are found all the same.

use std::error::Error;
use std::fmt::Write;
use std::process::ExitCode;
use std::time::Instant;

use sidestep::alert::LatestAlerts;
use sidestep::event::{Account, Activity, AuthEvent, AuthProtocol, Host, LogonType, Outcome};
use sidestep::{Config, ConfigError, Engine, MemoryUse, Metrics, Timestamp, WarmUp};
use sidestep_benches::command;
use sidestep_benches::judged::Judged;
use sidestep_benches::latency::Latencies;
use sidestep_benches::memory::{Memory, mebibytes};
use sidestep_sim::{Scenario, SimConfig, Simulation, Telemetry};

const HELP: &str = "\
Floods a simulated log with made-up names, and compares what is found, memory and calls with and without.

Usage: flood [--millions N] [--limit MIB] [--accounts N] [--attacks N] [--seed N]

Options:
  --millions N  Events of the flood, in millions, each with new names [default: 50]
  --limit MIB   Memory that the engine may take [default: 256]
  --accounts N  Accounts of the organisation [default: 2000]
  --attacks N   Attacks on it [default: 40]
  --seed N      The simulation's seed [default: 1]
  -h, --help    Print this help

Exit status: 0 if all was measured, 1 if not, 2 for a wrong argument.
";

/// Days of the log, and those that are only learned.
const DAYS: u32 = 30;
const LEARN_DAYS: u32 = 14;
/// Seconds and microseconds.
const DAY: i64 = 86_400;
const SECOND: i64 = 1_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Arguments {
    flood: u64,
    limit: usize,
    accounts: u32,
    attacks: u32,
    seed: u64,
}

fn main() -> ExitCode {
    command::run(HELP, parse, compare)
}

fn parse(list: &[String]) -> Result<Arguments, String> {
    let mut arguments =
        Arguments { flood: 50_000_000, limit: 256 << 20, accounts: 2000, attacks: 40, seed: 1 };
    let mut list = list.iter();
    while let Some(name) = list.next() {
        let value = list.next().ok_or_else(|| format!("`{name}` needs a value"))?;
        let number: u32 =
            value.parse().map_err(|_| format!("{name}: {value:?} is no whole number"))?;
        match name.as_str() {
            "--millions" => arguments.flood = u64::from(number) * 1_000_000,
            "--limit" => arguments.limit = (number as usize) << 20,
            "--accounts" => arguments.accounts = number,
            "--attacks" => arguments.attacks = number,
            "--seed" => arguments.seed = u64::from(number),
            _ => return Err(format!("unknown argument `{name}`")),
        }
    }
    Ok(arguments)
}

/// An alert a day for each 1,000 accounts.
fn config(arguments: &Arguments) -> Result<Config, ConfigError> {
    Config::builder()
        .alerts_per_day((f64::from(arguments.accounts) / 1000.0).max(0.1))
        .warm_up(WarmUp::Days(LEARN_DAYS))
        .memory_limit(Some(arguments.limit))
        .build()
}

/// What came of one run.
struct Ran {
    judged: Judged,
    calls: Latencies,
    /// Before the first event, with the simulation.
    before: Option<Memory>,
    after: Option<Memory>,
    metrics: Metrics,
}

fn compare(arguments: Arguments) -> Result<String, Box<dyn Error>> {
    let quiet = run(&Arguments { flood: 0, ..arguments })?;
    let flooded = run(&arguments)?;
    Ok(table(&arguments, &quiet, &flooded))
}

fn run(arguments: &Arguments) -> Result<Ran, Box<dyn Error>> {
    let sim =
        SimConfig::new(arguments.seed, arguments.accounts, DAYS, LEARN_DAYS, Scenario::Standard)?
            .with_telemetry(Telemetry::Complete)
            .with_attacks(arguments.attacks);
    let mut simulation = Simulation::new(sim)?;
    let mut run = Run {
        engine: Engine::new(config(arguments)?),
        alerts: LatestAlerts::default(),
        calls: Latencies::default(),
    };
    let mut flood = Flood::new(arguments.flood);
    let before = Memory::now();
    let mut first = None;
    while simulation.next_day().is_some() {
        for row in simulation.rows() {
            let second = i64::from(row.time);
            first.get_or_insert(second);
            flood.until(second * SECOND, &mut run)?;
            run.process(&simulation.event(row));
        }
    }
    flood.until(i64::from(DAYS) * DAY * SECOND, &mut run)?;
    let Run { mut engine, mut alerts, calls } = run;
    alerts.extend(engine.finish());
    let judged_from = first.ok_or("the simulation gave no event")? + i64::from(LEARN_DAYS) * DAY;
    let judged = Judged::new(simulation.truth(), judged_from, &alerts.into_vec());
    Ok(Ran { judged, calls, before, after: Memory::now(), metrics: engine.metrics() })
}

/// An engine at work.
struct Run {
    engine: Engine,
    alerts: LatestAlerts,
    calls: Latencies,
}

impl Run {
    fn process(&mut self, event: &AuthEvent<'_>) {
        let start = Instant::now();
        let raised = self.engine.process(event);
        self.calls.add(start.elapsed());
        self.alerts.extend(raised);
    }
}

/// Events with new names, evenly spread over the days.
struct Flood {
    events: u64,
    sent: u64,
    /// Account, source and destination, written anew for each event.
    names: [String; 3],
}

impl Flood {
    fn new(events: u64) -> Self {
        Self { events, sent: 0, names: Default::default() }
    }

    /// Microseconds at which the next event is sent.
    fn next_time(&self) -> i64 {
        let length = i128::from(DAYS) * i128::from(DAY * SECOND);
        let time = length * i128::from(self.sent) / i128::from(self.events.max(1));
        i64::try_from(time).unwrap_or(i64::MAX)
    }

    /// Sends what is due before this time.
    fn until(&mut self, time: i64, run: &mut Run) -> Result<(), Box<dyn Error>> {
        while self.sent < self.events {
            let now = self.next_time();
            if now >= time {
                break;
            }
            for (name, what) in self.names.iter_mut().zip(["made-up", "from", "to"]) {
                name.clear();
                write!(name, "{what}-{}", self.sent)?;
            }
            let [account, src, dst] = &self.names;
            let event = AuthEvent::builder(Timestamp::from_micros(now), Account::new(account))
                .src_host(Host::named(src))
                .dst_host(Host::named(dst))
                .activity(Activity::Logon)
                .logon_type(LogonType::Network)
                .auth_protocol(AuthProtocol::Ntlm)
                .outcome(Outcome::Success)
                .build()?;
            run.process(&event);
            self.sent += 1;
        }
        Ok(())
    }
}

/// The two runs side by side, in Markdown.
fn table(arguments: &Arguments, quiet: &Ran, flooded: &Ran) -> String {
    let mut text = format!(
        "{} accounts, {DAYS} days of which {LEARN_DAYS} are learned; a flood of {} events; a limit of {} MiB.\n\n\
         | | without | under the flood |\n|---|--:|--:|\n",
        arguments.accounts,
        arguments.flood,
        arguments.limit >> 20
    );
    let mut row = |name: &str, of: &dyn Fn(&Ran) -> String| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| {name} | {} | {} |", of(quiet), of(flooded));
    };
    row("events", &|run| run.metrics.events.to_string());
    row("attacks found", &|run| format!("{} of {}", run.judged.found, run.judged.attacks));
    row("alerts, of them false", &|run| {
        format!("{}, {}", run.judged.alerts, run.judged.false_alerts)
    });
    row("MiB before the first event", &|run| mebibytes(run.before.map(|memory| memory.resident)));
    row("MiB at the end (VmRSS)", &|run| mebibytes(run.after.map(|memory| memory.resident)));
    row("MiB at the most (VmHWM)", &|run| mebibytes(run.after.map(|memory| memory.peak)));
    for (place, name) in ["p50", "p99", "p99.9", "longest"].into_iter().enumerate() {
        row(&format!("µs a call, {name}"), &|run| format!("{:.2}", run.calls.micros()[place]));
    }
    row("MiB of all tables", &|run| mib(run.metrics.memory.total()));
    type Bytes = fn(&MemoryUse) -> u64;
    let tables: [(&str, Bytes); 12] = [
        ("accounts", |memory| memory.accounts),
        ("hosts", |memory| memory.hosts),
        ("other names", |memory| memory.names),
        ("edges", |memory| memory.edges),
        ("accounts and destinations", |memory| memory.account_destinations),
        ("accounts and sources", |memory| memory.account_sources),
        ("pairs of hosts", |memory| memory.host_pairs),
        ("presence", |memory| memory.presence),
        ("sessions", |memory| memory.sessions),
        ("detections", |memory| memory.detections),
        ("movements", |memory| memory.movements),
        ("quarantine", |memory| memory.quarantine),
    ];
    for (name, bytes) in tables {
        row(&format!("MiB of {name}"), &|run| mib(bytes(&run.metrics.memory)));
    }
    row("edges known", &|run| run.metrics.edges.to_string());
    row("edges evicted", &|run| run.metrics.evicted_edges.to_string());
    row("pairs evicted", &|run| run.metrics.evicted_pairs.to_string());
    row("accounts evicted", &|run| run.metrics.evicted_accounts.to_string());
    row("hosts evicted", &|run| run.metrics.evicted_hosts.to_string());
    row("movements evicted", &|run| run.metrics.evicted_movements.to_string());
    text
}

fn mib(bytes: u64) -> String {
    mebibytes(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_flood_is_measured_to_its_end() -> Result<(), Box<dyn Error>> {
        let small =
            Arguments { flood: 20_000, limit: 256 << 20, accounts: 60, attacks: 3, seed: 1 };
        let (quiet, flooded) = (run(&Arguments { flood: 0, ..small })?, run(&small)?);
        assert_eq!(flooded.metrics.events, quiet.metrics.events + 20_000);
        assert_eq!(flooded.metrics.late, 0);
        assert_eq!(quiet.judged.attacks, 3);
        assert!(table(&small, &quiet, &flooded).contains("| attacks found |"));
        Ok(())
    }

    #[test]
    fn arguments_are_read_and_wrong_ones_named() {
        let parsed =
            |list: &[&str]| parse(&list.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(parsed(&["--limit", "64"]).expect("ok").limit, 64 << 20);
        for wrong in [&["--millions"][..], &["--limit", "-1"], &["--x", "1"]] {
            assert!(parsed(wrong).expect_err("wrong").contains(wrong[0]));
        }
    }
}
