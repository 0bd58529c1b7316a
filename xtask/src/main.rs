//! Builds, tests and checks the workspace: `cargo xtask test`.
//!
//! A task is a list of [`Step`](step::Step)s, made in [`tasks`]; every step runs from the root of the
//! workspace. All steps run even when one fails, so that one run shows everything.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "a program that shows its steps and how long each took"
)]

mod against;
mod api;
mod bench;
mod cpu_time;
mod deny;
mod fuzz;
mod instructions;
mod machine;
mod msrv;
mod page;
mod python;
mod size;
mod step;
mod tasks;
mod tools;

use std::env;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
Builds, tests and checks the workspace.

Usage: cargo xtask <TASK>

Tasks:
  test       Run every test: of Rust, of the C library and of the Python package
  lint       Check formatting, clippy, rustdoc and ruff, with warnings denied
  ci         Run lint, then test
  slow       Run all of the tasks below, down to `instructions`, without `--update`

  benches    Run every benchmark once, as a test
  api        Compare the public API with docs/public-api; `api --update` writes it
  msrv       Compile with the oldest version of Rust that is promised
  deny       Check licences, sources and, if it can be had, the advisories of dependencies
  fuzz       Compile every fuzz target, run each for 8 seconds on its corpus
  dist       Make the package of the C library in target/dist
  dist-test  Make it, unpack it elsewhere, build and run the C examples against it
  wheel      Make the Python wheel, check its name and size, and use it
  instructions
             Count the instructions of an event under callgrind and compare them with
             benches/instructions.txt; `instructions --update` writes it

  sanitize   Build the C library with sanitizers and run the C programs on it
  bench      Measure rates and ratios and write them to docs/performance.md;
             `bench --quick` only sees whether everything runs;
             `bench --against COMMIT [--rounds N]` runs the command of that commit, today's
             and the floor in turn
  size       Measure the command's size, its clean build, its tree and its start

Options:
  -h, --help    Print this help

Exit status: 0 if every step passed, 1 if a step failed, 2 for a wrong argument.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    if arguments.iter().any(|argument| matches!(*argument, "-h" | "--help" | "help")) {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let steps = match arguments.as_slice() {
        [] => Err("no task given".to_owned()),
        task => tasks::named(task).ok_or_else(|| format!("unknown task `{}`", task.join(" "))),
    };
    match steps {
        Ok(steps) => step::run_all(&steps, &workspace_root()),
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
