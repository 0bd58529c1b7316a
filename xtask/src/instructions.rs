//! Instructions for each event on fixed inputs, counted by callgrind, held against what is committed in
//! `benches/instructions.txt`. Unlike time they hardly depend on what else the machine does: names are hashed
//! by random keys, which moves them by a few ten-thousandths.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use crate::step::{cargo_program, output, run};
use crate::tools::target_dir;

const FILE: &str = "benches/instructions.txt";
const LOG: &str = "examples/data/office.csv.gz";
const HEAD: &str = "\
# Instructions for each event of examples/data/office.csv.gz, counted by callgrind: `cargo xtask instructions`.
# They may not grow by more than 3 %. Where a change is worth more than that, `cargo xtask instructions --update`
# writes this file; say why in the commit. They depend on the compiler and on what the processor can do: with
# others than those named here only growth by more than 10 % fails.
";
/// What is counted: arguments of the program `instructions`, whose function `counted_...` is the work.
const WORKS: [&str; 3] = ["reading", "file-to-alerts", "arrow-to-alerts"];
/// Growth that is allowed, with the same compiler and processor and with others.
const ALLOWED: f64 = 0.03;
const ALLOWED_ELSEWHERE: f64 = 0.10;

/// Counts, and what they were counted with.
#[derive(Debug, Clone, PartialEq)]
struct Counts {
    with: String,
    /// Instructions for each event, by the name of the work.
    of: Vec<(String, f64)>,
}

/// Fails where an event takes more instructions than before.
pub(crate) fn compare(root: &Path) -> Result<(), String> {
    let path = root.join(FILE);
    let text = fs::read_to_string(&path).map_err(|error| {
        format!("{FILE}: {error}; `cargo xtask instructions --update` writes it")
    })?;
    let committed = parse(&text).ok_or_else(|| format!("{FILE} is damaged: write it anew"))?;
    let counted = count(root)?;
    let (report, grown) = differences(&committed, &counted);
    print!("{report}");
    if grown.is_empty() {
        return Ok(());
    }
    Err(format!(
        "an event takes more instructions than {FILE} says: {}; where that is meant: `cargo xtask instructions \
         --update`, and say why in the commit",
        grown.join(", ")
    ))
}

/// Counts anew and writes the file.
pub(crate) fn update(root: &Path) -> Result<(), String> {
    let counted = count(root)?;
    let path = root.join(FILE);
    if let Some(committed) = fs::read_to_string(&path).ok().and_then(|text| parse(&text)) {
        print!("{}", differences(&committed, &counted).0);
    }
    fs::write(&path, written(&counted)).map_err(|error| format!("{FILE}: {error}"))?;
    println!("{FILE} was written: say in the commit why the counts changed");
    Ok(())
}

fn written(counts: &Counts) -> String {
    let lines: String =
        counts.of.iter().map(|(name, count)| format!("{name} = {count:.1}\n")).collect();
    format!("{HEAD}counted with = {}\n{lines}", counts.with)
}

fn parse(text: &str) -> Option<Counts> {
    let mut counts = Counts { with: String::new(), of: Vec::new() };
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let (name, value) = line.split_once(" = ")?;
        if name == "counted with" {
            value.clone_into(&mut counts.with);
        } else {
            counts.of.push((name.to_owned(), value.parse().ok()?));
        }
    }
    (!counts.with.is_empty()).then_some(counts)
}

/// A report of every count, and what has grown too much.
fn differences(committed: &Counts, counted: &Counts) -> (String, Vec<String>) {
    let is_same = committed.with == counted.with;
    let allowed = if is_same { ALLOWED } else { ALLOWED_ELSEWHERE };
    let mut report = String::new();
    if !is_same {
        report += &format!(
            "THE COUNTS ARE OF ANOTHER COMPILER OR PROCESSOR ({}; here {}): only growth by more than {:.0} % fails\n",
            committed.with,
            counted.with,
            100.0 * allowed
        );
    }
    let mut grown = Vec::new();
    for (name, now) in &counted.of {
        let Some((_, before)) = committed.of.iter().find(|(known, _)| known == name) else {
            report += &format!("    {name}: {now:.1}, not in the file\n");
            grown.push(format!("{name} is not in it"));
            continue;
        };
        let change = now / before - 1.0;
        let percent = format!("{:+.2} %", 100.0 * change);
        report +=
            &format!("    {name}: {now:.1} instructions an event, before {before:.1}: {percent}\n");
        if change > allowed {
            grown.push(format!("{name} {percent}"));
        } else if change < -ALLOWED {
            report += &format!("    {name} became cheaper: --update holds it there\n");
        }
    }
    (report, grown)
}

/// Builds the program and counts all works, as many at a time as there are.
fn count(root: &Path) -> Result<Counts, String> {
    output(Command::new("valgrind").arg("--version"))
        .map_err(|error| format!("{error}: valgrind counts (in Debian's package valgrind)"))?;
    run(Command::new(cargo_program())
        // With the features of the package of the C library, which is built before in `slow`.
        .args(["build", "--release", "--locked", "-p", "sidestep-benches", "--no-default-features"])
        .args(["--bin", "instructions"])
        .current_dir(root))?;
    let (program, log) = (target_dir(root).join("release/instructions"), root.join(LOG));
    let events = output(Command::new(&program).arg("reading").arg(&log))?;
    let events = events.trim();
    println!("{events} events in {LOG}");
    let of = thread::scope(|scope| {
        let started =
            WORKS.map(|work| (work, scope.spawn(|| count_one(&program, &log, work, events))));
        let counted = started.map(|(work, handle)| {
            let count = handle.join().expect("a count does not panic")?;
            Ok((work.to_owned(), count))
        });
        counted.into_iter().collect::<Result<Vec<_>, String>>()
    })?;
    Ok(Counts { with: counted_with()?, of })
}

/// Instructions for each event of one work: those of its own function, so that no start is in them.
fn count_one(program: &PathBuf, log: &Path, work: &str, events: &str) -> Result<f64, String> {
    let function = work.replace('-', "_");
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(format!("--toggle-collect=*::counted_{function}"))
        .arg(program)
        .arg(work)
        .arg(log);
    let ran = command.output().map_err(|error| format!("cannot start valgrind: {error}"))?;
    let said = String::from_utf8_lossy(&ran.stderr);
    let done = String::from_utf8_lossy(&ran.stdout);
    if !ran.status.success() || done.trim() != events {
        return Err(format!("{work}: {} of {events} events, {}\n{said}", done.trim(), ran.status));
    }
    let collected = collected(&said).filter(|count| *count > 0.0);
    let collected =
        collected.ok_or_else(|| format!("{work}: callgrind counted nothing\n{said}"))?;
    let events: f64 = events.parse().map_err(|_| format!("{events:?} is no number of events"))?;
    Ok(collected / events)
}

/// The total that callgrind ends with: `==7== Collected : 123456`.
fn collected(said: &str) -> Option<f64> {
    let line = said.lines().rev().find(|line| line.contains("Collected :"))?;
    line.rsplit(':').next()?.trim().parse().ok()
}

/// The compiler, and whether the processor has what libraries look for at run time.
fn counted_with() -> Result<String, String> {
    let compiler = output(Command::new("rustc").arg("--version"))?;
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let has = |flag: &str| info.split_whitespace().any(|word| word == flag);
    let flags: String = ["sse4_2", "avx2"]
        .iter()
        .filter(|flag| has(flag))
        .map(|flag| format!(", {flag}"))
        .collect();
    Ok(format!("{}, {}{flags}", compiler.trim(), std::env::consts::ARCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(with: &str, reading: f64) -> Counts {
        Counts { with: with.to_owned(), of: vec![("reading".to_owned(), reading)] }
    }

    #[test]
    fn what_is_written_is_read_back() {
        let counts = counts("rustc 1.95.0, x86_64, avx2", 812.5);
        assert_eq!(parse(&written(&counts)), Some(counts));
        assert_eq!(parse("reading = 5\n"), None);
        assert_eq!(parse("counted with = x\nreading = much\n"), None);
    }

    #[test]
    fn growth_beyond_the_tolerance_fails() {
        let grown = |before: &Counts, now: &Counts| differences(before, now).1;
        let before = counts("a", 1000.0);
        assert!(grown(&before, &counts("a", 1029.0)).is_empty());
        assert_eq!(grown(&before, &counts("a", 1031.0)), ["reading +3.10 %"]);
        assert!(grown(&before, &counts("a", 500.0)).is_empty());
        assert!(differences(&before, &counts("a", 500.0)).0.contains("cheaper"));
        let empty = Counts { with: "a".to_owned(), of: Vec::new() };
        assert_eq!(grown(&empty, &before), ["reading is not in it"]);
    }

    #[test]
    fn another_compiler_is_said_and_compared_less_strictly() {
        let before = counts("a", 1000.0);
        let (report, grown) = differences(&before, &counts("b", 1090.0));
        assert!(report.starts_with("THE COUNTS ARE OF ANOTHER COMPILER") && grown.is_empty());
        assert_eq!(differences(&before, &counts("b", 1110.0)).1, ["reading +11.00 %"]);
    }

    #[test]
    fn the_total_is_found_in_what_callgrind_says() {
        let said = "==7== Events    : Ir\n==7== Collected : 123456\n==7== \n==7== I   refs:      123,456\n";
        assert_eq!(collected(said), Some(123_456.0));
        assert_eq!(collected("nothing"), None);
    }
}
