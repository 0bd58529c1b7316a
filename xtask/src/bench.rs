//! `cargo xtask bench`: rates and ratios, into `docs/performance.md`.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::step::{cargo_program, output, run};
use crate::tools::target_dir;
use crate::{against, machine, page, size};

/// Rounds of pairs, unless said.
const ROUNDS: usize = 5;

fn with(root: &Path, arguments: &[&str]) -> Result<(), String> {
    match arguments {
        [] => measure(root),
        ["--quick"] => performance(root, &["--quick"]).map(|text| println!("{text}")),
        ["--against", commit] => against::compare(root, commit, ROUNDS),
        ["--against", commit, "--rounds", rounds] => {
            let rounds = rounds.parse().ok().filter(|rounds| *rounds > 0);
            let rounds = rounds.ok_or("--rounds: a whole number from 1 on is needed")?;
            against::compare(root, commit, rounds)
        }
        _ => Err("usage: cargo xtask bench [--quick | --against COMMIT [--rounds N]]".to_owned()),
    }
}

/// The step.
pub(crate) fn run_step(root: &Path, arguments: &[String]) -> Result<(), String> {
    with(root, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

fn measure(root: &Path) -> Result<(), String> {
    let tables = performance(root, &[])?;
    let size = size::measured(root)?;
    let body = format!(
        "Written by `cargo xtask bench`.\n\n{}\n\n{tables}\n### The command\n\n{size}",
        machine::described(root)
    );
    println!("{body}");
    page::write_section(root, "measured", &body)
}

/// Builds and runs the program that measures.
fn performance(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let release = ["build", "--release", "--locked"];
    // In two builds, so that the command has the features that it is shipped with.
    run(Command::new(cargo_program())
        .args(release)
        .args(["-p", "sidestep-cli"])
        .current_dir(root))?;
    run(Command::new(cargo_program())
        .args(release)
        .args(["-p", "sidestep-benches", "--bin", "performance"])
        .current_dir(root))?;
    let program = target_dir(root).join("release/performance");
    // It says on standard error how far it is.
    output(Command::new(program).args(arguments).stderr(Stdio::inherit()).current_dir(root))
}
