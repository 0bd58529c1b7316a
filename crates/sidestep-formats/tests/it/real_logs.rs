//! Real records, where they are present beside the workspace; they are no part of the project.

#![allow(clippy::print_stdout, reason = "says what it skips, and what it measured")]

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::path::PathBuf;

use sidestep_formats::{Format, LogReader, OnError, ReadOptions};

/// A file of real records, or `None` after saying that the test skips.
fn real(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {name} is not in ../shared/data");
    None
}

/// Reads a file whole, told and forced, and gives its accounts and time span.
fn read_all(name: &str, rows: u64) -> Option<(BTreeSet<String>, i64, i64)> {
    let path = real(name)?;
    let mut seen = None;
    for format in [Format::Auto, Format::Lanl] {
        let (mut accounts, mut first, mut last) = (BTreeSet::new(), i64::MAX, 0);
        let mut reader =
            LogReader::new(ReadOptions::default().with_format(format).with_on_error(OnError::Stop));
        let flow = reader
            .read_path(&path, &mut |event| {
                accounts.extend(event.auth().map(|event| event.account().to_string()));
                first = first.min(event.time().micros());
                last = last.max(event.time().micros());
                ControlFlow::Continue(())
            })
            .unwrap();
        assert!(flow.is_continue());
        assert_eq!((reader.summary().events, reader.summary().skipped), (rows, 0));
        let now = Some((accounts, first, last));
        assert!(seen.is_none() || seen == now, "both ways give the same");
        seen = now;
    }
    seen
}

#[test]
fn the_lanl_slice_is_read_whole() {
    if let Some((accounts, first, last)) = read_all("lanl2015/auth_slice_days0-7.csv.gz", 99_434) {
        assert_eq!(first, 1_000_000);
        assert!(last < 8 * 86_400 * 1_000_000);
        assert!(accounts.len() > 5_000, "{}", accounts.len());
        assert!(accounts.iter().all(|account| !account.contains('?')));
    }
}

#[test]
fn the_lanl_heads_are_read_whole() {
    read_all("lanl2015/auth_user_heads_3days.txt", 15_000);
}

#[test]
fn the_red_team_logins_are_read_whole() {
    if let Some((accounts, ..)) = read_all("lanl2015/redteam_auth_days0-11.txt", 316) {
        assert!(accounts.contains("U748@DOM1"));
    }
}
