//! The command: its size, its clean build, its tree and its start.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::step::{cargo_program, output, run};
use crate::tools::target_dir;
use crate::{machine, page};

/// What is promised.
const MOST_BYTES: u64 = 12_000_000;
const MOST_CRATES: usize = 120;
const MOST_MILLIS: f64 = 300.0;
const MOST_BUILD_SECONDS: f64 = 180.0;
/// Starts of the command, of which the median counts.
const STARTS: usize = 11;
const SAMPLE: &str = "examples/data/office.csv.gz";

/// Measures everything, the clean build too, and writes the section.
pub(crate) fn run_step(root: &Path) -> Result<(), String> {
    let folder = target_dir(root).join("clean-build");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let start = Instant::now();
    build(root, &folder)?;
    let seconds = start.elapsed().as_secs_f64();
    let body = format!(
        "Written by `cargo xtask size`.\n\n{}\n\n{}{}",
        machine::described(root),
        measured_of(root, &folder.join("release/sidestep"))?,
        row("clean release build, seconds", seconds, MOST_BUILD_SECONDS)
    );
    println!("{body}");
    page::write_section(root, "size", &body)
}

/// What takes seconds, as a table in Markdown.
pub(crate) fn measured(root: &Path) -> Result<String, String> {
    let folder = target_dir(root);
    build(root, &folder)?;
    measured_of(root, &folder.join("release/sidestep"))
}

fn build(root: &Path, folder: &Path) -> Result<(), String> {
    run(Command::new(cargo_program())
        .args(["build", "--release", "--locked", "-p", "sidestep-cli", "--target-dir"])
        .arg(folder)
        .current_dir(root))
}

#[allow(clippy::cast_precision_loss, reason = "sizes are far below 2^53")]
fn measured_of(root: &Path, command: &Path) -> Result<String, String> {
    let bytes = fs::metadata(command).map_err(|error| format!("{}: {error}", command.display()))?;
    let tree = output(
        Command::new(cargo_program())
            .args(["tree", "--locked", "-p", "sidestep-cli", "-e", "normal,build"])
            .args(["--prefix", "none"])
            .current_dir(root),
    )?;
    let mut starts = Vec::with_capacity(STARTS);
    for _ in 0..STARTS {
        starts.push(first_alert(command, &root.join(SAMPLE))?);
    }
    starts.sort_by(f64::total_cmp);
    Ok([
        "| | measured | allowed |\n|---|--:|--:|\n".to_owned(),
        row("size of the command, bytes", bytes.len() as f64, MOST_BYTES as f64),
        row("crates in its tree, ours included", crates(&tree) as f64, MOST_CRATES as f64),
        row(&format!("start to first alert on `{SAMPLE}`, ms"), starts[STARTS / 2], MOST_MILLIS),
    ]
    .concat())
}

fn row(what: &str, measured: f64, most: f64) -> String {
    let broken = if measured > most { " **too much**" } else { "" };
    format!("| {what} | {measured:.0}{broken} | {most:.0} |\n")
}

/// Distinct crates of a tree without prefixes; a crate that was shown before has a star.
fn crates(tree: &str) -> usize {
    let named = tree.lines().filter_map(|line| {
        let mut words = line.split(' ');
        words.next().filter(|name| !name.is_empty()).zip(words.next())
    });
    named.collect::<BTreeSet<_>>().len()
}

/// Milliseconds from the start of the command to the first byte of its first alert.
fn first_alert(command: &Path, log: &Path) -> Result<f64, String> {
    let failed = |error: std::io::Error| format!("{}: {error}", command.display());
    let start = Instant::now();
    let mut child = Command::new(command)
        .arg("detect")
        .arg(log)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let mut byte = [0];
    let mut out = child.stdout.take().expect("it is piped");
    let read = out.read(&mut byte).map_err(failed)?;
    let spent = start.elapsed().as_secs_f64() * 1000.0;
    let mut rest = Vec::new();
    out.read_to_end(&mut rest).map_err(failed)?;
    let status = child.wait().map_err(failed)?;
    if read == 0 || !status.success() {
        return Err(format!(
            "{} raised no alert on {}: {status}",
            command.display(),
            log.display()
        ));
    }
    Ok(spent)
}

#[cfg(test)]
mod tests {
    use super::{crates, row};

    #[test]
    fn a_crate_counts_once_for_each_version() {
        let tree = "ours v0.1.0 (/x)\na v1.0.0\nb v2.0.0 (proc-macro)\n\na v1.0.0 (*)\na v2.0.0\n";
        assert_eq!(crates(tree), 4);
    }

    #[test]
    fn what_is_too_much_is_said() {
        assert_eq!(row("size", 5.0, 12.0), "| size | 5 | 12 |\n");
        assert!(row("size", 13.0, 12.0).contains("too much"));
    }
}
