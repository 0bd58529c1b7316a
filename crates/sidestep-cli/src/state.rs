//! `sidestep state`: what saved states hold, and one made of several.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sidestep::{Engine, SnapshotFacts, Status};

use crate::args::{StateArgs, StateCommand};
use crate::checkpoint::{StateFile, state_in};
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
    let state = opened(path)?;
    Engine::load_from(state).map_err(|error| failed(path, &error.to_string()))
}

/// What a saved state says of its bytes.
fn facts(path: &Path) -> Result<SnapshotFacts, Failure> {
    let state = opened(path)?;
    SnapshotFacts::read(state).map_err(|error| failed(path, &error.to_string()))
}

/// A saved state, also within a checkpoint.
fn opened(path: &Path) -> Result<impl Read, Failure> {
    let file =
        File::open(path).map_err(|error| failed(path, &format!("cannot be read: {error}")))?;
    state_in(file).map_err(|what| failed(path, &what))
}

fn failed(path: &Path, what: &str) -> Failure {
    Failure::Error(format!("{}: {what}", path.display()))
}

/// The facts of a state in words.
fn format_of(facts: &SnapshotFacts) -> String {
    format!(
        "version {}, {} bytes of {}, CRC-32 {:08x}",
        facts.version,
        text::grouped(facts.bytes),
        text::grouped(facts.body_bytes),
        facts.checksum
    )
}

fn inspect(states: &[PathBuf]) -> Result<Exit, Failure> {
    for (at, path) in states.iter().enumerate() {
        let engine = load(path)?;
        let gap = if at > 0 { "\n" } else { "" };
        let format = format_of(&facts(path)?);
        let described = described(&engine);
        output::print(&format!("{gap}{}\n{described}  format   {format}\n", path.display()))?;
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
        match load(path).and_then(|_| facts(path)) {
            Ok(facts) => {
                output::print(&format!("{}: sound, {}\n", path.display(), format_of(&facts)))?;
            }
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
    file.write(|out| whole.save_to(out))?;
    output::eprint(&format!("{}\n{}", output.display(), described(&whole).trim_end()));
    Ok(Exit::Success)
}
