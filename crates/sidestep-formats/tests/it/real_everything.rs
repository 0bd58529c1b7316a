//! All real logs that are present beside the workspace, as folders: every record is accounted for,
//! by the counts that came with them. The table is that of `docs/evaluation.md`, which
//! `cargo run --release -p sidestep-formats --example inventory` prints.

#![allow(clippy::print_stdout, reason = "says what it skips, and what it measured")]

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sidestep::Timestamp;
use sidestep_formats::{LogReader, ReadOptions, ReadSummary};

/// 2024-01-01, from which syslog has its years.
const NEW_YEAR: Timestamp = Timestamp::from_secs(1_704_067_200);

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

fn read(path: &Path) -> ReadSummary {
    let options = ReadOptions::default().with_now(Some(NEW_YEAR));
    let mut reader = LogReader::new(options);
    let flow = reader.read_path(path, &mut |_| ControlFlow::Continue(())).unwrap();
    assert!(flow.is_continue());
    reader.summary().clone()
}

fn passed_over(summary: &ReadSummary) -> u64 {
    summary.passed_over.values().sum()
}

/// What was told of records, each of which tells something at least once.
fn told(summary: &ReadSummary) -> u64 {
    summary.events + passed_over(summary) + summary.skipped
}

#[test]
fn every_folder_is_read_as_documented() {
    // Files, authentication events, companion records, passed over, skipped, and files not read:
    // what describes the logs, and counts and labels that are no logs.
    for (name, expected) in [
        ("evtx_attack_samples", [40, 175, 1057, 410, 0, 2]),
        ("lanl2015", [4, 114_800, 0, 0, 0, 2]),
        ("otrf_windows", [27, 981, 2007, 163_583, 0, 26]),
        ("sshd", [3, 3012, 0, 11_562, 1, 1]),
        ("zeek_apt29", [172, 78, 1130, 16_904, 0, 2]),
        ("zeek_zed", [18, 680, 9418, 48_842, 0, 1]),
    ] {
        let Some(folder) = real(name) else { continue };
        let summary = read(&folder);
        let found = [
            summary.files,
            summary.events - summary.activities,
            summary.activities,
            passed_over(&summary),
            summary.skipped,
            summary.files_not_read,
        ];
        assert_eq!(found, expected, "{name}: {:?}", summary.first_not_read);
        assert_eq!(summary.files_damaged, 0, "{name}");
    }
}

#[test]
fn every_record_of_the_evtx_manifest_is_told() {
    let Some(folder) = real("evtx_attack_samples") else { return };
    let manifest = fs::read_to_string(folder.join("manifest.csv")).unwrap();
    let mut files = 0;
    // path,status,records,...
    for line in manifest.lines().skip(1) {
        let mut columns = line.split(',');
        let path = folder.join("evtx").join(columns.next().unwrap());
        if !path.exists() {
            continue;
        }
        let records: u64 = columns.nth(1).unwrap().parse().unwrap();
        assert_eq!(told(&read(&path)), records, "{line}");
        files += 1;
    }
    assert_eq!(files, 40);
}

#[test]
fn every_row_of_the_zeek_manifest_is_told() {
    let Some(folder) = real("zeek_apt29") else { return };
    let manifest = fs::read_to_string(folder.join("manifest.csv")).unwrap();
    let (mut files, mut all) = (0, 0);
    // dir,log,rows
    for line in manifest.lines().skip(1) {
        let columns: Vec<_> = line.split(',').collect();
        let path = folder.join(columns[0]).join(columns[1]);
        let rows: u64 = columns[2].parse().unwrap();
        let told = told(&read(&path));
        // An answer to a question for a name may hold several addresses.
        let several = columns[1].starts_with("dns");
        assert!(if several { told >= rows } else { told == rows }, "{line}: {told}");
        files += 1;
        all += rows;
    }
    assert!(files == 172 && all > 10_000, "{files} files, {all} rows");
}

#[test]
fn every_capture_that_is_described_tells_of_moving() {
    let Some(folder) = real("otrf_windows") else { return };
    let captures: Vec<_> = folder
        .join("lateral_movement")
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    let mut described = 0;
    for entry in folder.join("metadata").read_dir().unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let links = text.lines().filter_map(|line| line.trim().strip_prefix("link: "));
        for link in links.filter(|link| link.contains("/host/")) {
            let name = link.rsplit('/').next().unwrap().trim_end_matches(".zip");
            // The file's name has the time of the capture after that of the description.
            let of_name = |path: &&PathBuf| {
                let file = path.file_name().unwrap().to_string_lossy().into_owned();
                file.strip_prefix(name).is_some_and(|rest| rest.starts_with("_20"))
            };
            let path = captures.iter().find(of_name).unwrap_or_else(|| panic!("{name}"));
            let summary = read(path);
            assert!(summary.events > 0, "{name} tells of nothing");
            described += 1;
        }
    }
    assert!(described >= 26, "{described}");
}
