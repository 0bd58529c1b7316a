//! Builds, tests and checks the workspace: `cargo xtask test`.
//!
//! A task is a list of [`Step`](step::Step)s, made in [`tasks`]; every step is one command, run from
//! the root of the workspace. All steps run even when one fails, so that one run shows everything.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program that shows its steps and how long each took"
)]

mod step;
mod tasks;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
Builds, tests and checks the workspace.

Usage: cargo xtask <TASK>

Tasks:
  test       Run every test: unit and integration tests, doc tests, examples
  lint       Check formatting, clippy and rustdoc, with warnings denied
  ci         Run lint, then test
  dist       Make the package of the C library in target/dist
  dist-test  Make it, unpack it elsewhere, build and run the C examples against it
  sanitize   Build the C library with sanitizers and run the C programs on it

Options:
  -h, --help    Print this help

Exit status: 0 if every step passed, 1 if a step failed, 2 for a wrong argument.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.iter().any(|argument| matches!(argument.as_str(), "-h" | "--help" | "help")) {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let steps = match arguments.as_slice() {
        [task] => tasks::named(task).ok_or_else(|| format!("unknown task `{task}`")),
        [] => Err("no task given".to_owned()),
        [task, more, ..] => Err(format!("unexpected argument `{more}` after `{task}`")),
    };
    match steps {
        Ok(steps) if step::run_all(&steps, &workspace_root()) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("error: {problem}\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}

/// The folder above this crate's own. Cargo names the crate's folder when it runs the binary; a
/// binary started by hand falls back on where it was built.
fn workspace_root() -> PathBuf {
    let manifest_dir = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest_dir.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}
