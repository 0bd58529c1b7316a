//! `sidestep evaluate`.

use std::ffi::OsString;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sidestep::event::Event;
use sidestep_formats::LogReader;
use sidestep_sim::evaluation::overlay::{OverlayOptions, OverlayReport, evaluate_overlay};
use sidestep_sim::evaluation::{
    AddressBook, AdversaryPlan, EvaluationError, EventSource, LogOptions, Plan, Report, SimSource,
    SourceError, evaluate_adversaries, evaluate_changes, evaluate_dialect, evaluate_log,
};
use sidestep_sim::{Dialect, Scenario, SimConfig, Truth};

use super::args::EvaluateArgs;
use super::dialects::{self, HOSTS, LogFolder, ReadBack, check};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::output;
use crate::progress::Progress;

/// Accounts of a simulated organisation unless said.
const ACCOUNTS: u32 = 800;

/// What the log of a folder may be called.
const LOGS: [&str; 3] = ["auth.csv", "auth.csv.gz", "auth.csv.zst"];

pub(crate) fn run(args: &EvaluateArgs, words: &[OsString]) -> Result<Exit, Failure> {
    let mut progress = Progress::over_steps();
    let dialects = if args.dialect.is_empty() { &[Dialect::Lanl][..] } else { &args.dialect };
    if !args.adversary.is_empty() || !args.change.is_empty() {
        let text = compared(args, words, &mut progress);
        progress.end();
        output::print(&text?)?;
        return Ok(Exit::Success);
    }
    let text = match (&args.overlay, &args.folder) {
        (Some(red_team), _) => overlay(args, red_team, &mut progress).map(|report| {
            let report = report.with_command(command(words));
            if args.json { report.to_json().to_string() } else { report.to_text() }
        }),
        (None, Some(folder)) => over_folder(args, folder, &mut progress).map(report(args, words)),
        (None, None) => match dialects {
            [dialect] => over_seeds(args, *dialect, &mut progress).map(report(args, words)),
            several => dialects::compared(args, several, words, &mut progress),
        },
    };
    progress.end();
    let mut text = text?;
    if !text.ends_with('\n') {
        text.push('\n');
    }
    output::print(&text)?;
    Ok(Exit::Success)
}

/// A report as it is to be printed.
fn report<'a>(args: &'a EvaluateArgs, words: &'a [OsString]) -> impl FnOnce(Report) -> String + 'a {
    |report| {
        let report = report.with_command(command(words));
        if args.json { report.to_json().to_string() } else { report.to_text() }
    }
}

/// The same organisations under several adversaries, or around several changes.
fn compared(
    args: &EvaluateArgs,
    words: &[OsString],
    progress: &mut Progress,
) -> Result<String, Failure> {
    let plan = plan(args);
    let step = &mut |step: &str| progress.at(0, || step.to_owned());
    let (json, text) = if args.change.is_empty() {
        let adversaries = args.adversary.clone();
        let memory_limit = args.memory_limit.map(|mib| mib.saturating_mul(1 << 20));
        let plan = AdversaryPlan { plan, adversaries, memory_limit };
        let report = evaluate_adversaries(&plan, step).map_err(failure)?;
        (report.to_json(), report.to_text())
    } else {
        let day = args.change_day.unwrap_or(args.learn_days);
        let report = evaluate_changes(&plan, &args.change, day, step).map_err(failure)?;
        (report.to_json(), report.to_text())
    };
    Ok(if args.json { format!("{json}\n") } else { format!("again: {}\n{text}", command(words)) })
}

fn overlay(
    args: &EvaluateArgs,
    red_team: &Path,
    progress: &mut Progress,
) -> Result<OverlayReport, Failure> {
    let defaults = OverlayOptions::default();
    let seed = args.seeds.0.first().copied().unwrap_or(1);
    let config = SimConfig::new(
        seed,
        args.accounts.unwrap_or(ACCOUNTS),
        args.days,
        defaults.learn_days,
        Scenario::Clean,
    )
    .map_err(|error| Failure::Usage(error.to_string()))?;
    let mut events = Vec::new();
    LogFile { path: red_team.to_owned() }
        .for_each(&mut |event| events.extend(event.auth().map(|e| e.clone().into_owned())))
        .map_err(|error| Failure::Error(error.to_string()))?;
    let options = OverlayOptions {
        background: format!("simulated, scenario clean, seed {seed}"),
        ..defaults
    };
    evaluate_overlay(&SimSource::new(config), &events, &options, &mut |step| {
        progress.at(0, || step.to_owned());
    })
    .map_err(failure)
}

fn plan(args: &EvaluateArgs) -> Plan {
    Plan {
        scenario: args.scenario,
        seeds: args.seeds.0.clone(),
        accounts: args.accounts.unwrap_or(ACCOUNTS),
        days: args.days,
        learn_days: args.learn_days,
        alerts_per_day: args.alerts_per_day,
        telemetry: args.telemetry,
        attacks_from: args.attacks_from,
        resolve_names: !args.names_as_written,
    }
}

pub(crate) fn over_seeds(
    args: &EvaluateArgs,
    dialect: Dialect,
    progress: &mut Progress,
) -> Result<Report, Failure> {
    evaluate_dialect(&plan(args), dialect, &ReadBack, &mut |step| {
        progress.at(0, || step.to_owned())
    })
    .map_err(failure)
}

fn over_folder(
    args: &EvaluateArgs,
    folder: &Path,
    progress: &mut Progress,
) -> Result<Report, Failure> {
    let log = LOGS.iter().map(|name| folder.join(name)).find(|path| path.exists());
    let open = |name: &str| {
        let path = folder.join(name);
        File::open(&path).map_err(|error| {
            Failure::Error(format!("{}: cannot be opened: {error}", path.display()))
        })
    };
    let truth = Truth::read(open("truth.csv")?, open("attacks.csv")?)
        .map_err(|error| Failure::Error(format!("{}: {error}", folder.display())))?;
    let options = LogOptions {
        learn_days: args.learn_days,
        alerts_per_day: args.alerts_per_day,
        accounts: args.accounts,
        addresses: None,
        resolve_names: !args.names_as_written,
    };
    let name = folder.display().to_string();
    progress.at(0, || "reading".to_owned());
    if let Some(path) = log {
        return evaluate_log(&name, &LogFile { path }, &truth, &options).map_err(failure);
    }
    let addresses = if folder.join(HOSTS).exists() {
        AddressBook::read(open(HOSTS)?)
            .map_err(|error| Failure::Error(format!("{}: {error}", folder.display())))?
    } else {
        AddressBook::default()
    };
    let logs = LogFolder::open(folder)?;
    let options = LogOptions { addresses: Some(addresses), ..options };
    evaluate_log(&name, &logs, &truth, &options).map_err(failure)
}

pub(crate) fn failure(error: EvaluationError) -> Failure {
    match error {
        EvaluationError::Config(_) => Failure::Usage(error.to_string()),
        error => Failure::Error(error.to_string()),
    }
}

/// The command that makes a report again.
pub(crate) fn command(words: &[OsString]) -> String {
    let words = words.iter().skip(1).map(|word| word.to_string_lossy().into_owned());
    std::iter::once("sidestep".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// A log on disk, which is read anew each time.
struct LogFile {
    path: PathBuf,
}

impl EventSource for LogFile {
    fn for_each(&self, sink: &mut dyn FnMut(Event<'_>)) -> Result<(), SourceError> {
        let mut reader = LogReader::new(clock::read_options());
        let _ = reader.read_path(&self.path, &mut |event| {
            sink(event);
            ControlFlow::Continue(())
        })?;
        check(&reader)
    }
}
