//! Logs that grow and are rotated, and alerts as they come.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{
    Chance, arg, code, command, done, err, out, quiet_log, read, sidestep, simulated, stopped,
    times,
};

/// Writes a log piece by piece, and rotates it in one way and in the other.
fn write_and_rotate(lines: &[&str], folder: &Path, seed: u64) {
    let mut chance = Chance::new(seed);
    let log = folder.join("auth.log");
    let older = |n: u32| folder.join(format!("auth.log.{n}"));
    let shift = || {
        // All are kept: what is taken away while nobody reads cannot be read.
        for n in (1..60).rev() {
            // There need not be so many.
            let _ = fs::rename(older(n), older(n + 1));
        }
    };
    let mut left = lines;
    let mut pieces = 0;
    while !left.is_empty() {
        let count = (300 + chance.below(1500) as usize).min(left.len());
        let mut piece: String = left[..count].concat();
        left = &left[count..];
        let mut file = OpenOptions::new().append(true).create(true).open(&log).unwrap();
        // Within a line somebody may look.
        let rest = piece.split_off(piece.len() - 7);
        file.write_all(piece.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(chance.below(30)));
        file.write_all(rest.as_bytes()).unwrap();
        thread::sleep(Duration::from_millis(chance.below(60)));
        pieces += 1;
        if pieces % 12 == 6 {
            shift();
            fs::rename(&log, older(1)).unwrap();
        } else if pieces % 12 == 0 {
            shift();
            fs::copy(&log, older(1)).unwrap();
            File::options().write(true).open(&log).unwrap().set_len(0).unwrap();
        }
    }
}

/// The number of events that the summary of a run tells.
fn events(output: &std::process::Output) -> u64 {
    let text = err(output);
    let line = text.lines().find(|line| line.starts_with("events ")).unwrap_or_default();
    let number = line.split_whitespace().nth(1).unwrap_or_default().replace(',', "");
    number.parse().unwrap_or_else(|_| panic!("{text}"))
}

/// Follows a folder into which `lines` are written, with so many kills; gives back the alerts.
fn followed(lines: &[&str], seed: u64, kills: u64) -> String {
    let dir = TempDir::new().unwrap();
    let folder = dir.path().join("logs");
    fs::create_dir(&folder).unwrap();
    let output = dir.path().join("alerts.jsonl");
    let run = || {
        command(&[
            "detect",
            "--follow",
            "--learn-days",
            "7",
            "--checkpoint-events",
            "4000",
            "--state",
            &arg(&dir.path().join("state")),
            "--output",
            &arg(&output),
            &arg(&folder),
        ])
        .spawn()
        .unwrap()
    };
    let is_written = Arc::new(AtomicBool::new(false));
    thread::scope(|scope| {
        let done = Arc::clone(&is_written);
        let folder = &folder;
        scope.spawn(move || {
            // Where lines are in their files is told in alerts, and so has to be the same.
            write_and_rotate(lines, folder, 5);
            done.store(true, Ordering::Relaxed);
        });
        let mut chance = Chance::new(seed);
        for _ in 0..kills {
            let mut child = run();
            thread::sleep(Duration::from_millis(200 + chance.below(1500)));
            child.kill().unwrap();
            let killed = child.wait_with_output().unwrap();
            assert_eq!(killed.status.code(), None, "{}", err(&killed));
        }
        let begun = Instant::now();
        loop {
            let child = run();
            while !is_written.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(50));
            }
            thread::sleep(Duration::from_millis(1500));
            let ended = stopped(child);
            assert_eq!(code(&ended), 0, "{}", err(&ended));
            if events(&ended) >= lines.len() as u64 {
                assert_eq!(events(&ended), lines.len() as u64);
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{}", err(&ended));
        }
    });
    read(&output)
}

#[test]
fn a_followed_log_that_is_rotated_gives_the_same_alerts_over_kills() {
    let (_dir, log) = simulated(14);
    let text = read(&log);
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let most = times("SIDESTEP_FOLLOW_KILLS", 3);
    let whole = followed(&lines, 5, 0);
    assert!(whole.lines().count() > 4, "{whole}");
    let mut kills = 0;
    let mut seed = 6;
    while kills < most {
        let some = (most - kills).min(4);
        let killed = followed(&lines, seed, some);
        assert!(
            whole == killed,
            "seed {seed}, after {kills} kills:\n{}\n\n{}",
            whole.len(),
            killed.len()
        );
        kills += some;
        seed += 1;
    }
}

#[test]
fn every_state_is_written_as_it_comes() {
    let (dir, log) = simulated(14);
    let output = dir.path().join("alerts.jsonl");
    let child = command(&[
        "detect",
        "--follow",
        "--learn-days",
        "7",
        "--output",
        &arg(&output),
        &arg(&log),
    ])
    .spawn()
    .unwrap();
    let begun = Instant::now();
    let mut open = String::new();
    // Until all was read that is there.
    while begun.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_millis(2500));
        let before = std::mem::replace(&mut open, fs::read_to_string(&output).unwrap_or_default());
        if !open.is_empty() && open == before {
            break;
        }
    }
    let ended = stopped(child);
    assert_eq!(code(&ended), 0, "{}", err(&ended));
    let all = read(&output);
    assert!(!open.is_empty() && all.starts_with(&open));
    let mut states: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in all.lines() {
        let alert: Value = serde_json::from_str(line).unwrap();
        let state = alert["state"].as_str().unwrap_or("closed").to_owned();
        states.entry(alert["id"].as_str().unwrap().to_owned()).or_default().push(state);
    }
    for states in states.values() {
        assert_eq!(states[0], "opened");
        assert!(states[1..states.len() - 1].iter().all(|state| state == "updated"));
        assert_eq!(
            states.last().map(String::as_str),
            Some("closed"),
            "no one goes on without --state"
        );
    }
    // The last states are those of a run over the same log.
    let plain = dir.path().join("plain.jsonl");
    done(&["detect", "--learn-days", "7", "--output", &arg(&plain), &arg(&log)]);
    let sorted = |lines: Vec<&str>| {
        let mut lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    let closed = all.lines().filter(|line| !line.contains("\"state\":\"")).collect();
    assert_eq!(sorted(closed), sorted(read(&plain).lines().collect()));
}

/// Follows what `make` lays into a folder before and while it runs; gives back the events that were read and
/// what was said.
fn events_of(before: impl FnOnce(&Path), meanwhile: impl FnOnce(&Path)) -> (u64, String) {
    let dir = TempDir::new().unwrap();
    let folder: PathBuf = dir.path().join("logs");
    fs::create_dir(&folder).unwrap();
    before(&folder);
    let child = command(&["detect", "--follow", &arg(&folder)]).spawn().unwrap();
    thread::sleep(Duration::from_millis(700));
    meanwhile(&folder);
    thread::sleep(Duration::from_millis(2500));
    let ended = stopped(child);
    assert_eq!(code(&ended), 0, "{}{}", out(&ended), err(&ended));
    (events(&ended), err(&ended))
}

#[test]
fn new_files_are_read_and_copies_are_not() {
    let (count, said) = events_of(
        |folder| {
            fs::write(folder.join("a.csv"), quiet_log(100)).unwrap();
            fs::write(folder.join("old.csv.gz"), [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0]).unwrap();
        },
        |folder| {
            fs::write(folder.join("b.csv"), quiet_log(120).replace("C7", "C8")).unwrap();
            fs::copy(folder.join("a.csv"), folder.join("a.csv.1")).unwrap();
            fs::create_dir(folder.join("below")).unwrap();
            fs::write(folder.join("below/c.csv"), quiet_log(40).replace("C7", "C9")).unwrap();
        },
    );
    assert_eq!(count, 260, "{said}");
    assert!(said.contains("old.csv.gz: is not followed"), "{said}");
}

#[test]
fn a_log_that_is_truncated_begins_anew() {
    let (count, said) = events_of(
        |folder| fs::write(folder.join("a.csv"), quiet_log(100)).unwrap(),
        |folder| {
            fs::write(folder.join("a.csv"), quiet_log(130).replace("C7", "C8")).unwrap();
        },
    );
    assert_eq!(count, 230, "{said}");
}

#[test]
fn what_cannot_be_followed_is_said() {
    let dir = TempDir::new().unwrap();
    let lacking = arg(&dir.path().join("lacking.log"));
    for (input, said) in [("-", "cannot be followed"), (&lacking, "cannot be opened")] {
        let refused = sidestep(&["detect", "--follow", input]);
        assert_eq!(code(&refused), 1, "{}", err(&refused));
        assert!(err(&refused).contains(said), "{}", err(&refused));
    }
}
