//! Real logs in JSON, where they are present beside the workspace: each record is told, and none is
//! lost, by a count that another parser makes.

#![allow(clippy::print_stdout, reason = "says what it skips, and what it measured")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use serde_json::Value;
use sidestep_formats::{Format, LogReader, ReadOptions, ReadSummary};

/// A folder of real records, or `None` after saying that the test skips.
fn real(name: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("../shared/data").join(name))
        .find(|path| path.exists());
    if found.is_none() {
        println!("skipped: {name} is not in ../shared/data");
    }
    found
}

/// The files of a folder and those below it, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn open(path: &Path) -> Box<dyn Read> {
    let file = File::open(path).unwrap();
    if path.extension().is_some_and(|extension| extension == "gz") {
        return Box::new(flate2::read::MultiGzDecoder::new(file));
    }
    Box::new(file)
}

/// Every record of a file, by plain `serde_json`.
fn records(path: &Path) -> Vec<Value> {
    BufReader::new(open(path))
        .lines()
        .map(Result::unwrap)
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(&line).unwrap())
        .collect()
}

fn read(path: &Path, format: Format) -> ReadSummary {
    let mut reader = LogReader::new(ReadOptions::default().with_format(format));
    let flow = reader.read_path(path, &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(flow.is_continue());
    reader.summary().clone()
}

/// Windows events that are made something of.
const LISTED: [u64; 45] = [
    1, 3, 6, 11, 17, 18, 21, 24, 25, 91, 131, 169, 1149, 4624, 4625, 4634, 4647, 4648, 4662, 4672,
    4688, 4697, 4698, 4702, 4720, 4722, 4724, 4728, 4732, 4738, 4741, 4742, 4756, 4768, 4769, 4770,
    4771, 4776, 4778, 4779, 5140, 5142, 5145, 5805, 7045,
];

#[test]
fn every_windows_event_is_told() {
    let Some(folder) = real("otrf_windows/lateral_movement") else { return };
    let mut all = 0;
    for path in files(&folder) {
        let mut counts = BTreeMap::<u64, u64>::new();
        let records = records(&path);
        for record in &records {
            *counts.entry(record["EventID"].as_u64().unwrap()).or_default() += 1;
        }
        let summary = read(&path, Format::Auto);
        let place = path.display();
        assert_eq!(summary.skipped, 0, "{place}: {:?}", summary.first_errors);
        let passed: u64 = summary.passed_over.values().sum();
        assert_eq!(summary.events + passed, records.len() as u64, "{place}");
        for (id, count) in counts {
            let passed = |(what, count): (&String, &u64)| {
                let rest = what.strip_prefix(&format!("Windows event {id}"))?;
                (rest.is_empty() || rest.starts_with(' ')).then_some(*count)
            };
            let passed: u64 = summary.passed_over.iter().filter_map(passed).sum();
            if LISTED.contains(&id) {
                assert!(passed <= count, "{place}: {id}");
            } else {
                assert_eq!(passed, count, "{place}: {id}");
            }
        }
        all += records.len();
    }
    assert_eq!(all, 166_571);
}

#[test]
fn every_zeek_record_is_told() {
    for (folder, least) in [("zeek_zed/zeek-json", 29_470), ("zeek_apt29", 5_000)] {
        let Some(folder) = real(folder) else { continue };
        let mut all = 0;
        for path in files(&folder) {
            let mut first = [0];
            if open(&path).read(&mut first).unwrap() == 0 || first != *b"{" {
                continue;
            }
            let records = records(&path);
            let summary = read(&path, Format::Auto);
            let place = path.display();
            assert_eq!(summary.skipped, 0, "{place}: {:?}", summary.first_errors);
            // One record may tell several things.
            let passed: u64 = summary.passed_over.values().sum();
            assert!(summary.events + passed >= records.len() as u64, "{place}");
            assert!(summary.passed_over.keys().all(|kind| !kind.starts_with("JSON")), "{place}");
            all += records.len();
        }
        assert!(all >= least, "{all}");
    }
}
