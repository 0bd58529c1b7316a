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

/// The name of the floor among the programs.
const FLOOR: &str = "the floor";

/// A program that reads a log, and what its runs took.
struct Program {
    name: String,
    path: PathBuf,
    /// Arguments before the log, but for where alerts go.
    arguments: Vec<String>,
    /// Where it writes its alerts; the floor raises none.
    alerts: Option<PathBuf>,
    taken: Vec<Taken>,
}

impl Program {
    fn new(name: &str, path: &Path, arguments: &[&str], alerts: Option<PathBuf>) -> Self {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        Self { name: name.to_owned(), path: path.to_owned(), arguments, alerts, taken: Vec::new() }
    }

    fn run(&mut self, log: &Path) -> Result<(), String> {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments);
        if let Some(alerts) = &self.alerts {
            command.arg("--output").arg(alerts);
        }
        command.arg(log).stdout(Stdio::null()).stderr(Stdio::null());
        self.taken.push(timed(&mut command)?);
        Ok(())
    }
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
         which every program runs once, in turn. Before is {hash}. Multiples are medians of those within a round, \
         with the least and the most.\n\n{}\n",
        machine::described(root)
    );
    let threads: &[&str] = if takes_threads(&new)? { &["1", "2"] } else { &[] };
    for log in &LOGS {
        let path = simulated(&new, &folder, log)?;
        let detect = ["detect", "--learn-days", log.learn_days];
        let alerts = |name: &str| Some(folder.join(name).with_extension("jsonl"));
        let mut programs = vec![Program::new("before", &old, &detect, alerts("before"))];
        if threads.is_empty() {
            programs.push(Program::new("now", &new, &detect, alerts("now")));
        }
        for count in threads {
            let name = format!("now, --threads {count}");
            let arguments = [&detect[..], &["--threads", count]].concat();
            programs.push(Program::new(&name, &new, &arguments, alerts(&format!("now-{count}"))));
        }
        programs.push(Program::new(FLOOR, &floor, &[], None));
        for round in 1..=rounds {
            println!("{}: round {round} of {rounds}", log.name);
            // Each round begins with another one, so that none always comes first.
            let count = programs.len();
            for turn in 0..count {
                programs[(turn + round) % count].run(&path)?;
            }
        }
        let same = alerts_are_same(&programs)?;
        body += &format!("\n{} (`detect --learn-days {}`); {same}.\n\n", log.name, log.learn_days);
        body += &table(&programs);
    }
    println!("{body}");
    page::write_section(root, "pairs", &body)
}

/// Whether a command can be given a number of threads.
fn takes_threads(command: &Path) -> Result<bool, String> {
    Ok(output(Command::new(command).args(["detect", "--help"]))?.contains("--threads"))
}

/// Whether all commands wrote the same, in words.
fn alerts_are_same(programs: &[Program]) -> Result<String, String> {
    let read =
        |path: &PathBuf| fs::read(path).map_err(|error| format!("{}: {error}", path.display()));
    let written = programs.iter().filter_map(|program| program.alerts.as_ref());
    let written = written.map(read).collect::<Result<Vec<_>, _>>()?;
    let counts: Vec<String> = written
        .iter()
        .map(|text| text.iter().filter(|byte| **byte == b'\n').count().to_string())
        .collect();
    Ok(if written.windows(2).all(|pair| pair[0] == pair[1]) {
        format!("all write the same {} alerts, byte for byte", counts[0])
    } else {
        format!("**the alerts differ**: {}", counts.join(", "))
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
            .args(["--learn-days", log.learn_days])
            .arg(&making))?;
        fs::rename(&making, &done).map_err(|error| format!("{}: {error}", done.display()))?;
    }
    Ok(done.join("auth.csv"))
}

/// The first program is the one before; the floor is known by its name.
fn table(programs: &[Program]) -> String {
    let mut text = String::from(
        "| | user and system, s | start to end, s | of user and system before | of start to end before | of the floor |\n\
         |---|--:|--:|--:|--:|--:|\n",
    );
    let cpu = |program: &Program| program.taken.iter().map(|taken| taken.cpu).collect::<Vec<_>>();
    let wall = |program: &Program| program.taken.iter().map(|taken| taken.wall).collect::<Vec<_>>();
    let floor = programs.iter().find(|program| program.name == FLOOR).map(&cpu);
    for program in programs {
        let before = &programs[0];
        let (own_cpu, own_wall) = (cpu(program), wall(program));
        text += &format!(
            "| {} | {:.2} | {:.2} | {} | {} | {} |\n",
            program.name,
            middle(&own_cpu).0,
            middle(&own_wall).0,
            ratio(&own_cpu, &cpu(before)),
            ratio(&own_wall, &wall(before)),
            floor.as_ref().map_or_else(String::new, |floor| ratio(&own_cpu, floor)),
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
    use std::path::Path;

    use super::{FLOOR, Program, Taken, table};

    #[test]
    fn ratios_are_medians_of_those_within_a_round() {
        let ran = |name: &str, cpus: [f64; 3]| Program {
            taken: cpus.map(|cpu| Taken { cpu, wall: 2.0 * cpu }).to_vec(),
            ..Program::new(name, Path::new(name), &[], None)
        };
        let text = table(&[
            ran("before", [4.0, 8.0, 4.0]),
            ran("now", [2.0, 2.0, 3.0]),
            ran(FLOOR, [1.0, 1.0, 1.0]),
        ]);
        let now = "| now | 2.00 | 4.00 | 0.500 (0.250 to 0.750) | 0.500 (0.250 to 0.750) | 2.000 (2.000 to 3.000) |";
        assert!(text.contains(now), "{text}");
        assert!(text.contains("| the floor | 1.00 | 2.00 | 0.250"), "{text}");
    }
}
