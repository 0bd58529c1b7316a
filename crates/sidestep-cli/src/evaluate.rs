//! `sidestep evaluate`.

use std::ffi::OsString;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sidestep::AuthEvent;
use sidestep_formats::{LogReader, ReadOptions};
use sidestep_sim::evaluation::overlay::{OverlayOptions, OverlayReport, evaluate_overlay};
use sidestep_sim::evaluation::{
    EvaluationError, EventSource, LogOptions, Plan, Report, SimSource, SourceError, evaluate_log,
    evaluate_simulated,
};
use sidestep_sim::{Scenario, SimConfig, Truth};

use crate::args::EvaluateArgs;
use crate::detect::TOLERATED;
use crate::exit::{Exit, Failure};
use crate::output;
use crate::progress::Progress;

/// Accounts of a simulated organisation unless said.
const ACCOUNTS: u32 = 800;

/// What the log of a folder may be called.
const LOGS: [&str; 3] = ["auth.csv", "auth.csv.gz", "auth.csv.zst"];

pub(crate) fn run(args: &EvaluateArgs, words: &[OsString]) -> Result<Exit, Failure> {
    let mut progress = Progress::over_steps();
    let text = match (&args.overlay, &args.folder) {
        (Some(red_team), _) => overlay(args, red_team, &mut progress).map(|report| {
            let report = report.with_command(command(words));
            if args.json { report.to_json().to_string() } else { report.to_text() }
        }),
        (None, Some(folder)) => over_folder(args, folder, &mut progress).map(told(args, words)),
        (None, None) => over_seeds(args, &mut progress).map(told(args, words)),
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
fn told<'a>(args: &'a EvaluateArgs, words: &'a [OsString]) -> impl FnOnce(Report) -> String + 'a {
    |report| {
        let report = report.with_command(command(words));
        if args.json { report.to_json().to_string() } else { report.to_text() }
    }
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
        .for_each(&mut |event| events.push(event.clone().into_owned()))
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

fn over_seeds(args: &EvaluateArgs, progress: &mut Progress) -> Result<Report, Failure> {
    let plan = Plan {
        scenario: args.scenario,
        seeds: args.seeds.0.clone(),
        accounts: args.accounts.unwrap_or(ACCOUNTS),
        days: args.days,
        learn_days: args.learn_days,
        alerts_per_day: args.alerts_per_day,
        telemetry: args.telemetry,
    };
    evaluate_simulated(&plan, &mut |step| progress.at(0, || step.to_owned())).map_err(failure)
}

fn over_folder(
    args: &EvaluateArgs,
    folder: &Path,
    progress: &mut Progress,
) -> Result<Report, Failure> {
    let log = LOGS.iter().map(|name| folder.join(name)).find(|path| path.exists());
    let Some(log) = log else {
        let names = LOGS.join(", ");
        return Err(Failure::Error(format!("{}: holds none of {names}", folder.display())));
    };
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
    };
    progress.at(0, || "reading".to_owned());
    evaluate_log(&folder.display().to_string(), &LogFile { path: log }, &truth, &options)
        .map_err(failure)
}

fn failure(error: EvaluationError) -> Failure {
    match error {
        EvaluationError::Config(_) => Failure::Usage(error.to_string()),
        error => Failure::Error(error.to_string()),
    }
}

/// The command that makes a report again.
fn command(words: &[OsString]) -> String {
    let words = words.iter().skip(1).map(|word| word.to_string_lossy().into_owned());
    std::iter::once("sidestep".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// A log on disk, which is read anew each time.
struct LogFile {
    path: PathBuf,
}

impl EventSource for LogFile {
    fn for_each(&self, sink: &mut dyn FnMut(&AuthEvent<'_>)) -> Result<(), SourceError> {
        let mut reader = LogReader::new(ReadOptions::default());
        let _ = reader.read_path(&self.path, &mut |event| {
            event.auth().into_iter().for_each(&mut *sink);
            ControlFlow::Continue(())
        })?;
        // A figure over a log of which many lines were skipped would be one over another log.
        let summary = reader.summary();
        if summary.skipped_share() > TOLERATED {
            let first = summary.first_errors.first().map(ToString::to_string).unwrap_or_default();
            let skipped = summary.skipped;
            return Err(format!("{skipped} lines cannot be read; the first: {first}").into());
        }
        Ok(())
    }
}
