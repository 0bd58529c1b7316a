//! `cargo xtask bench --against COMMIT`: the command of an older commit, today's and the floor on the same
//! logs, in turn.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cpu_time::{Taken, timed};
use crate::step::{cargo_program, output, run};
use crate::tools::target_dir;
use crate::{machine, page};

/// A simulated log, and how it is read.
struct Log {
    name: &'static str,
    accounts: &'static str,
    days: &'static str,
    learn_days: &'static str,
}

const LOGS: [Log; 2] = [
    Log { name: "5,000 accounts, 30 days", accounts: "5000", days: "30", learn_days: "14" },
    Log { name: "12,000 accounts, 10 days", accounts: "12000", days: "10", learn_days: "5" },
];
const SEED: &str = "5";

/// What runs of the three programs took, round by round.
#[derive(Default)]
struct Rounds {
    old: Vec<Taken>,
    new: Vec<Taken>,
    floor: Vec<Taken>,
}

/// Builds the commit's command in a worktree, runs the three on each log, prints the medians and writes
/// them to the page.
pub(crate) fn compare(root: &Path, commit: &str, rounds: usize) -> Result<(), String> {
    let folder = target_dir(root).join("against");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let hash = output(
        Command::new("git")
            .args(["rev-parse", "--short=12", "--verify", "--quiet"])
            .arg(format!("{commit}^{{commit}}"))
            .current_dir(root),
    )
    .map_err(|_| format!("`{commit}` is no commit"))?;
    let hash = hash.trim();
    let old = old_command(root, &folder, hash)?;
    let new = new_command(root)?;
    let floor = target_dir(root).join("release/floor");
    let mut body = format!(
        "Written by `cargo xtask bench --against {hash} --rounds {rounds}`: medians of {rounds} rounds, in each of \
         which the commands of {hash} and of this commit and the floor run once, in turn. Ratios are medians of \
         those within a round, with the least and the most.\n\n{}\n",
        machine::described(root)
    );
    for log in &LOGS {
        let path = simulated(&new, &folder, log)?;
        let mut taken = Rounds::default();
        for round in 1..=rounds {
            println!("{}: round {round} of {rounds}", log.name);
            let detect = |command: &Path, alerts: &Path| {
                timed(
                    Command::new(command)
                        .args(["detect", "--learn-days", log.learn_days, "--output"])
                        .arg(alerts)
                        .arg(&path)
                        .stdout(Stdio::null())
                        .stderr(Stdio::null()),
                )
            };
            taken.old.push(detect(&old, &folder.join("old.jsonl"))?);
            taken.new.push(detect(&new, &folder.join("new.jsonl"))?);
            taken.floor.push(timed(Command::new(&floor).arg(&path).stdout(Stdio::null()))?);
        }
        let same = alerts_are_same(&folder)?;
        body += &format!("\n{} (`detect --learn-days {}`); {same}.\n\n", log.name, log.learn_days);
        body += &table(&taken);
    }
    println!("{body}");
    page::write_section(root, "pairs", &body)
}

/// Whether both commands wrote the same, in words.
fn alerts_are_same(folder: &Path) -> Result<String, String> {
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let (old, new) = (read("old.jsonl")?, read("new.jsonl")?);
    let count = |text: &[u8]| text.iter().filter(|byte| **byte == b'\n').count();
    let (before, now) = (count(&old), count(&new));
    Ok(if old == new {
        format!("both write the same {now} alerts, byte for byte")
    } else {
        format!("**the alerts differ**: {before} before, {now} now")
    })
}

/// The command of a commit, built in a worktree of its own.
fn old_command(root: &Path, folder: &Path, hash: &str) -> Result<PathBuf, String> {
    let tree = folder.join(hash);
    if !tree.exists() {
        run(Command::new("git")
            .args(["worktree", "add", "--quiet", "--force", "--detach"])
            .arg(&tree)
            .arg(hash)
            .current_dir(root))?;
    }
    let target = folder.join(format!("build-{hash}"));
    run(Command::new(cargo_program())
        .args(["build", "--release", "--locked", "-p", "sidestep-cli", "--target-dir"])
        .arg(&target)
        .current_dir(&tree))?;
    Ok(target.join("release/sidestep"))
}

/// The command of what is checked out, beside which the floor is built.
fn new_command(root: &Path) -> Result<PathBuf, String> {
    for package in [&["sidestep-cli"][..], &["sidestep-benches", "--bin", "floor"]] {
        run(Command::new(cargo_program())
            .args(["build", "--release", "--locked", "-p"])
            .args(package)
            .current_dir(root))?;
    }
    Ok(target_dir(root).join("release/sidestep"))
}

/// The log, simulated where it is not there yet.
fn simulated(command: &Path, folder: &Path, log: &Log) -> Result<PathBuf, String> {
    let name = format!("log-{}-{}", log.accounts, log.days);
    let (done, making) = (folder.join(&name), folder.join(format!("{name}.part")));
    if !done.exists() {
        run(Command::new(command)
            .args(["simulate", "--seed", SEED, "--accounts", log.accounts, "--days", log.days])
            .args(["--learn-days", log.learn_days, "--outdir"])
            .arg(&making))?;
        fs::rename(&making, &done).map_err(|error| format!("{}: {error}", done.display()))?;
    }
    Ok(done.join("auth.csv"))
}

fn table(taken: &Rounds) -> String {
    let cpu = |runs: &[Taken]| runs.iter().map(|taken| taken.cpu).collect::<Vec<_>>();
    let wall = |runs: &[Taken]| runs.iter().map(|taken| taken.wall).collect::<Vec<_>>();
    let mut text = String::from(
        "| seconds | before | now | floor | now to before | now to floor |\n|---|--:|--:|--:|--:|--:|\n",
    );
    let rows: [(&str, [Vec<f64>; 3]); 2] = [
        ("user and system", [cpu(&taken.old), cpu(&taken.new), cpu(&taken.floor)]),
        ("start to end", [wall(&taken.old), wall(&taken.new), wall(&taken.floor)]),
    ];
    for (name, [old, new, floor]) in rows {
        let [before, now, least] = [&old, &new, &floor].map(|seconds| middle(seconds).0);
        let to_before = ratio(&new, &old);
        let to_floor = ratio(&new, &floor);
        text += &format!(
            "| {name} | {before:.2} | {now:.2} | {least:.2} | {to_before} | {to_floor} |\n"
        );
    }
    text
}

/// The median of the ratios within each round, and the ends.
fn ratio(over: &[f64], under: &[f64]) -> String {
    // Time is counted in hundredths of a second.
    let ratios: Vec<f64> =
        over.iter().zip(under).map(|(over, under)| over / under.max(0.01)).collect();
    let (median, least, most) = middle(&ratios);
    format!("{median:.3} ({least:.3} to {most:.3})")
}

/// Median, least and most; of nothing, zeros.
fn middle(figures: &[f64]) -> (f64, f64, f64) {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (Some(&least), Some(&most)) = (sorted.first(), sorted.last()) else {
        return (0.0, 0.0, 0.0);
    };
    let (low, high) = (sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
    (f64::midpoint(low, high), least, most)
}

#[cfg(test)]
mod tests {
    use super::{Rounds, Taken, table};

    #[test]
    fn ratios_are_medians_of_those_within_a_round() {
        let taken = |cpus: [f64; 3]| cpus.map(|cpu| Taken { cpu, wall: 2.0 * cpu }).to_vec();
        let rounds = Rounds {
            old: taken([4.0, 8.0, 4.0]),
            new: taken([2.0, 2.0, 3.0]),
            floor: taken([1.0, 1.0, 1.0]),
        };
        let text = table(&rounds);
        let cpu = "| user and system | 4.00 | 2.00 | 1.00 | 0.500 (0.250 to 0.750) | 2.000 (2.000 to 3.000) |";
        assert!(text.contains(cpu), "{text}");
        assert!(text.contains("| start to end | 8.00 | 4.00 | 2.00 | 0.500"), "{text}");
    }
}
