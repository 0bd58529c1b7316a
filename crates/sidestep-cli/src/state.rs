//! `sidestep state`: what saved states hold, and one made of several.

use std::fs;
use std::path::{Path, PathBuf};

use sidestep::{Engine, Status};

use crate::args::{StateArgs, StateCommand};
use crate::checkpoint::{StateFile, engine_of};
use crate::exit::{Exit, Failure};
use crate::output;
use crate::text;

pub(crate) fn run(args: &StateArgs) -> Result<Exit, Failure> {
    match &args.command {
        StateCommand::Inspect { states } => inspect(states),
        StateCommand::Verify { states } => verify(states),
        StateCommand::Merge { states, output } => merge(states, output),
    }
}

/// The engine of a saved state.
pub(crate) fn load(path: &Path) -> Result<Engine, Failure> {
    let failed = |what: String| Failure::Error(format!("{}: {what}", path.display()));
    let bytes = fs::read(path).map_err(|error| failed(format!("cannot be read: {error}")))?;
    let bytes = engine_of(&bytes).map_err(failed)?;
    Engine::load(bytes).map_err(|error| failed(error.to_string()))
}

fn inspect(states: &[PathBuf]) -> Result<Exit, Failure> {
    for (at, path) in states.iter().enumerate() {
        let engine = load(path)?;
        let gap = if at > 0 { "\n" } else { "" };
        output::print(&format!("{gap}{}\n{}", path.display(), described(&engine)))?;
    }
    Ok(Exit::Success)
}

/// What an engine learned, a line for each thing.
fn described(engine: &Engine) -> String {
    let metrics = engine.metrics();
    let number = text::grouped;
    let learned = match engine.span() {
        Some((first, last)) => format!("{} to {}", text::time(first), text::time(last)),
        None => "nothing yet".to_owned(),
    };
    let status = match engine.status() {
        Status::Detecting { since } => format!("since {}", text::time(since)),
        _ => "not yet: it learns".to_owned(),
    };
    let evicted = metrics.evicted_accounts
        + metrics.evicted_hosts
        + metrics.evicted_edges
        + metrics.evicted_pairs;
    let lines = [
        ("learned", learned),
        ("events", format!("{}, {} late", number(metrics.events), number(metrics.late))),
        ("logins", format!("{} between hosts", number(metrics.logins))),
        (
            "known",
            format!(
                "{} accounts, {} hosts, {} edges",
                number(metrics.accounts),
                number(metrics.hosts),
                number(metrics.edges)
            ),
        ),
        ("evicted", format!("{} names, edges and pairs", number(evicted))),
        ("detects", status),
        ("alerts", number(metrics.alerts)),
        ("memory", format!("{} MiB", number(metrics.memory.total().div_ceil(1 << 20)))),
    ];
    lines.iter().map(|(name, what)| format!("  {name:<9}{what}\n")).collect()
}

/// Says of each state whether it can be used; one that cannot does not keep the others from being looked at.
fn verify(states: &[PathBuf]) -> Result<Exit, Failure> {
    let mut exit = Exit::Success;
    for path in states {
        match load(path) {
            Ok(_) => output::print(&format!("{}: sound\n", path.display()))?,
            Err(failure) => {
                output::eprint(&format!("error: {failure}"));
                exit = Exit::Error;
            }
        }
    }
    Ok(exit)
}

fn merge(states: &[PathBuf], output: &Path) -> Result<Exit, Failure> {
    let file = StateFile::open(output)?;
    let mut whole: Option<Engine> = None;
    for path in states {
        let part = load(path)?;
        match &mut whole {
            None => whole = Some(part),
            Some(whole) => whole
                .merge(part)
                .map_err(|error| Failure::Error(format!("{}: {error}", path.display())))?,
        }
    }
    let Some(whole) = whole else { return Ok(Exit::Success) };
    file.write(&[&whole.save()])?;
    output::eprint(&format!("{}\n{}", output.display(), described(&whole).trim_end()));
    Ok(Exit::Success)
}
