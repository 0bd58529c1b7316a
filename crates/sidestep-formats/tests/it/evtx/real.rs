//! Real captures, where they are present beside the workspace; they are no part of the project.

#![allow(clippy::print_stdout, reason = "says what it skips, and what it measured")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use sidestep_formats::ReadSummary;

use super::{Counts, accounted, read};

/// The captures, or nothing after saying that the test skips.
fn captures() -> Option<PathBuf> {
    let path =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/evtx_attack_samples");
    if path.exists() {
        return Some(path);
    }
    println!("skipped: evtx_attack_samples is not in ../shared/data");
    None
}

/// Every capture by its path within the folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let root = folder.join("evtx");
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

/// What the manifest says of a file: its records, and how many there are of each event.
fn manifest(folder: &Path) -> BTreeMap<String, (u64, Counts)> {
    let text = fs::read_to_string(folder.join("manifest.csv")).unwrap();
    text.lines()
        .skip(1)
        .filter_map(|line| {
            // path,status,records,...,"{""4624"": 5, ""4648"": 3}"
            let mut columns = line.split(',');
            let (path, status, records) = (columns.next()?, columns.next()?, columns.next()?);
            let events = line.split_once('{')?.1.split_once('}')?.0.replace('"', "");
            let events = events.split(',').filter_map(|pair| pair.split_once(':'));
            let events = events
                .map(|(id, count)| (id.trim().parse().unwrap(), count.trim().parse().unwrap()));
            (status == "ok")
                .then(|| (path.to_owned(), (records.parse().unwrap(), events.collect())))
        })
        .collect()
}

#[test]
fn no_record_of_a_listed_event_is_lost() {
    let Some(folder) = captures() else { return };
    let (files, manifest) = (files(&folder), manifest(&folder));
    assert_eq!(files.len(), 40);
    let (mut total, mut records) = (Counts::new(), 0);
    for (name, bytes) in &files {
        let (counts, summary) = read(bytes);
        let (expected_records, expected) = &manifest[name];
        assert_eq!(summary.skipped, 0, "{name}: {:?}", summary.first_errors);
        assert_eq!(accounted(&summary), *expected_records, "{name}");
        for (id, count) in expected {
            assert_eq!(counts.get(id).copied().unwrap_or_default(), *count, "{name}: {id}");
        }
        for (id, count) in counts {
            *total.entry(id).or_default() += count;
        }
        records += accounted(&summary);
    }
    assert_eq!(records, 1642);
    // Counted once in what the crate `evtx` renders.
    let rendered = [
        (1, 7),
        (3, 7),
        (18, 1),
        (1149, 11),
        (4624, 87),
        (4625, 1),
        (4634, 2),
        (4648, 7),
        (4662, 21),
        (4672, 22),
        (4688, 42),
        (4698, 1),
        (4702, 5),
        (4720, 2),
        (4722, 1),
        (4724, 2),
        (4732, 2),
        (4738, 5),
        (4741, 1),
        (4742, 8),
        (4768, 11),
        (4769, 2),
        (4771, 2),
        (4776, 12),
        (4781, 2),
        (5140, 6),
        (5145, 958),
        (7045, 4),
    ];
    assert_eq!(total, Counts::from(rendered));
}

/// Damages a log, cuts it, and reads what is left.
fn damaged(bytes: &[u8], flips: &[(prop::sample::Index, u8)], keep: usize) -> ReadSummary {
    let mut bytes = bytes.to_vec();
    for (index, value) in flips {
        // The first bytes say what the file is; zeros at its end are never looked at.
        let end = bytes.len().min(4096 + (128 << 10)) - 8;
        bytes[8 + index.index(end)] ^= value;
    }
    bytes.truncate(keep.max(8));
    read(&bytes).1
}

#[test]
fn damaged_captures_are_read() {
    let Some(folder) = captures() else { return };
    let files: Vec<_> = files(&folder).into_values().collect();
    let flip = (any::<prop::sample::Index>(), 1..=u8::MAX);
    let damage = (
        any::<prop::sample::Index>(),
        prop::collection::vec(flip, 0..64),
        prop::option::of(any::<prop::sample::Index>()),
    );
    let mut runner = prop::test_runner::TestRunner::new(ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&damage, |(file, flips, cut)| {
            let bytes = &files[file.index(files.len())];
            let keep = cut.map_or(bytes.len(), |cut| cut.index(bytes.len() + 1));
            let summary = damaged(bytes, &flips, keep);
            // A record is at least 28 bytes, and cannot be read twice.
            prop_assert!(accounted(&summary) <= (bytes.len() / 28) as u64);
            Ok(())
        })
        .unwrap();
}
