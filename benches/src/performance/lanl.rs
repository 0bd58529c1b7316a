//! One simulated LANL log on its way to alerts, beside the floor.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use sidestep::alert::{Alert, LatestAlerts};
use sidestep::{Config, Engine, WarmUp};
use sidestep_formats::{LogReader, ReadOptions};
use sidestep_sim::{Row, Scenario, SimConfig, Simulation, Telemetry};
use tempfile::TempDir;

use crate::engine_runs::{Take, as_arrow, as_events};
use crate::floor::Floor;
use crate::reading::{Sort, read};
use crate::rounds::{Case, Failed};

use super::Options;

/// What rows of this log are compared with.
pub(super) const FLOOR: &str = "the floor";

/// An organisation whose log is in a file, and in memory as rows.
pub(super) struct Organisation {
    pub(super) simulation: Simulation,
    pub(super) rows: Vec<Row>,
    pub(super) config: Config,
    learn_days: u32,
    log: PathBuf,
    bytes: u64,
    /// Removes the log when it is dropped.
    _folder: TempDir,
}

impl Organisation {
    pub(super) fn new(options: &Options) -> Result<Self, Failed> {
        let Options { seed, accounts, days, learn_days, .. } = *options;
        let sim = SimConfig::new(seed, accounts, days, learn_days, Scenario::Standard)?
            .with_telemetry(Telemetry::Complete);
        let folder = TempDir::new()?;
        let log = folder.path().join("auth.csv");
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&log)?);
        let mut simulation = Simulation::new(sim)?;
        let (mut rows, mut line, mut bytes) = (Vec::new(), String::new(), 0);
        while simulation.next_day().is_some() {
            for row in simulation.rows() {
                line.clear();
                simulation.write_row(row, &mut line);
                bytes += line.len() as u64;
                file.write_all(line.as_bytes())?;
            }
            rows.extend_from_slice(simulation.rows());
        }
        file.flush()?;
        let config = Config::builder().warm_up(WarmUp::Days(learn_days)).build()?;
        Ok(Self { simulation, rows, config, learn_days, log, bytes, _folder: folder })
    }

    fn events(&self) -> u64 {
        self.rows.len() as u64
    }

    pub(super) fn described(&self) -> String {
        let config = self.simulation.config();
        format!(
            "`sidestep simulate --accounts {} --days {} --learn-days {} --seed {} --telemetry complete`: {} events, \
             {} MB.",
            config.accounts,
            config.days,
            self.learn_days,
            config.seed,
            self.events(),
            self.bytes / 1_000_000,
        )
    }

    /// The floor, the steps, the whole way, and the command where there is one.
    pub(super) fn cases<'w>(&'w self, options: &Options) -> Vec<Case<'w>> {
        let events = self.events();
        let case = |name: &str, work| Case::new(name, "events", events, work).against(FLOOR);
        let mut cases: Vec<Case<'w>> = vec![
            Case::new(FLOOR, "events", events, move || {
                let file = File::open(&self.log)?;
                let (spent, floor) = timed(|| Floor::read(file));
                same(floor?.events, events)?;
                Ok(spent)
            }),
            Case::new("reading", "events", events, move || {
                let file = File::open(&self.log)?;
                let (spent, counted) = timed(|| read(file, Sort::Lanl));
                same(counted?.events, events)?;
                Ok(spent)
            })
            .against(FLOOR),
            case("the engine, events in memory", self.by(as_events)),
            case("Arrow batches to alerts", self.by(as_arrow)),
            Case::new("file to alerts, one thread", "events", events, move || {
                let (spent, result) = timed(|| self.file_to_alerts());
                same(result?.0.metrics().events, events)?;
                Ok(spent)
            })
            .against(FLOOR),
        ];
        let Some(command) = options.command.as_deref() else { return cases };
        let counts: &[Option<u32>] =
            if takes_threads(command) { &[Some(1), Some(2)] } else { &[None] };
        for threads in counts {
            let name = threads.map_or_else(
                || "`sidestep detect`, start to end".to_owned(),
                |threads| format!("`sidestep detect --threads {threads}`, start to end"),
            );
            let command = command.to_owned();
            let work = move || self.run_command(&command, *threads);
            cases.push(Case::new(name, "events", events, work).against(FLOOR));
        }
        cases
    }

    /// All rows through a new engine.
    fn by<'w>(&'w self, take: Take) -> Box<dyn FnMut() -> Result<Duration, Failed> + 'w> {
        Box::new(move || {
            let mut engine = Engine::new(self.config.clone());
            let spent = take(&self.simulation, &self.rows, &mut engine)?;
            let (finishing, _) = timed(|| engine.finish());
            Ok(spent + finishing)
        })
    }

    fn file_to_alerts(&self) -> Result<(Engine, Vec<Alert>), Failed> {
        let mut engine = Engine::new(self.config.clone());
        let mut alerts = LatestAlerts::default();
        let mut reader = LogReader::new(ReadOptions::default());
        let _ = reader.read(File::open(&self.log)?, "simulated", &mut |event| {
            alerts.extend(engine.process(event));
            ControlFlow::Continue(())
        })?;
        alerts.extend(engine.finish());
        Ok((engine, alerts.into_vec()))
    }

    fn run_command(&self, command: &Path, threads: Option<u32>) -> Result<Duration, Failed> {
        let mut child = Command::new(command);
        child.args(["detect", "--learn-days", &self.learn_days.to_string()]);
        if let Some(threads) = threads {
            child.args(["--threads", &threads.to_string()]);
        }
        child.arg(&self.log).stdout(Stdio::null()).stderr(Stdio::null());
        let (spent, status) = timed(|| child.status());
        let status = status?;
        if status.success() { Ok(spent) } else { Err(status.to_string().into()) }
    }
}

/// Whether this command can be given a number of threads.
fn takes_threads(command: &Path) -> bool {
    let help = Command::new(command).args(["detect", "--help"]).output();
    help.is_ok_and(|help| String::from_utf8_lossy(&help.stdout).contains("--threads"))
}

fn same(found: u64, expected: u64) -> Result<(), Failed> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{found} events, expected {expected}").into())
}

pub(super) fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let made = work();
    (start.elapsed(), made)
}
