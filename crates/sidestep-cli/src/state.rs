//! `sidestep state`: what saved states hold, and one made of several.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use sidestep::event::Account;
use sidestep::{Engine, Merger, SnapshotFacts, Status};

use crate::args::{StateArgs, StateCommand};
use crate::checkpoint::{Checkpoint, Progress, StateFile, state_in};
use crate::exit::{Exit, Failure};
use crate::output;
use crate::text;

pub(crate) fn run(args: &StateArgs) -> Result<Exit, Failure> {
    match &args.command {
        StateCommand::Inspect { states } => inspect(states),
        StateCommand::Verify { states } => verify(states),
        StateCommand::Forget { state, accounts, hosts, output } => {
            forget(state, accounts, hosts, output)
        }
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

/// Writes a state that knows nothing of some accounts and hosts. What is under way in a checkpoint stays.
fn forget(
    state: &Path,
    accounts: &[String],
    hosts: &[String],
    output: &Path,
) -> Result<Exit, Failure> {
    let file = StateFile::open(output)?;
    let input =
        File::open(state).map_err(|error| failed(state, &format!("cannot be read: {error}")))?;
    let Checkpoint { mut engine, progress } =
        Checkpoint::read(input).map_err(|what| failed(state, &what))?;
    for name in accounts {
        if !engine.forget_account(&Account::parse(name)) {
            return Err(failed(state, &format!("nothing is known of the account {name}")));
        }
    }
    for name in hosts {
        if !engine.forget_host(name) {
            return Err(failed(state, &format!("nothing is known of the host {name}")));
        }
    }
    let bare = accounts.iter().map(|name| Account::split(name).0);
    let waits = |progress: &Progress| {
        bare.chain(hosts.iter().map(String::as_str)).any(|name| progress.held.names(name))
    };
    match progress {
        Some(progress) if waits(&progress) => Err(failed(
            state,
            "events that wait to be put in order name it: go on with the run, and forget it later",
        )),
        Some(progress) => Checkpoint::write(&file, &engine, &progress).map(|()| Exit::Success),
        None => file.write(|out| engine.save_to(out)).map(|()| Exit::Success),
    }
}

fn merge(states: &[PathBuf], output: &Path) -> Result<Exit, Failure> {
    let file = StateFile::open(output)?;
    let mut merger: Option<Merger> = None;
    for path in states {
        let part = load(path)?;
        match &mut merger {
            None => merger = Some(Merger::new(part)),
            Some(merger) => merger
                .add(part)
                .map_err(|error| Failure::Error(format!("{}: {error}", path.display())))?,
        }
    }
    let Some(merger) = merger else { return Ok(Exit::Success) };
    let whole = merger.finish();
    file.write(|out| whole.save_to(out))?;
    output::eprint(&format!("{}\n{}", output.display(), described(&whole).trim_end()));
    Ok(Exit::Success)
}
