//! What is in folders of logs: what is read of them, what is passed over, and what is not read.
//!
//! `cargo run --release -p sidestep-formats --example inventory -- FOLDER...`

#![allow(clippy::print_stderr, clippy::print_stdout, reason = "a program")]

use std::collections::BTreeMap;
use std::env;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;

use sidestep::Timestamp;
use sidestep::event::Event;
use sidestep_formats::{LogReader, ReadOptions, ReadSummary};

/// 2024-01-01, from which syslog has its years.
const NEW_YEAR: Timestamp = Timestamp::from_secs(1_704_067_200);

/// Kinds of event, and of record passed over, that are named for each folder.
const KINDS: usize = 8;

fn main() -> ExitCode {
    let folders: Vec<String> = env::args().skip(1).collect();
    if folders.is_empty() {
        eprintln!("usage: inventory FOLDER...");
        return ExitCode::from(2);
    }
    let mut read = Vec::new();
    for folder in &folders {
        let mut reader = LogReader::new(ReadOptions::default().with_now(Some(NEW_YEAR)));
        let mut kinds = BTreeMap::new();
        let mut count = |event: Event<'_>| {
            *kinds.entry(kind(event)).or_default() += 1;
            ControlFlow::Continue(())
        };
        if let Err(error) = reader.read_path(Path::new(folder), &mut count) {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
        let name = Path::new(folder).file_name().unwrap_or_default().to_string_lossy();
        read.push((folder, name.into_owned(), kinds, reader.summary().clone()));
    }
    println!("| folder | files | records | authentication | companion | passed over | skipped |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for (_, name, _, summary) in &read {
        println!("{}", row(name, summary));
    }
    for (folder, name, kinds, summary) in &read {
        println!("\n{name}");
        most("made       ", kinds);
        details(&format!("{}/", folder.trim_end_matches('/')), summary);
    }
    ExitCode::SUCCESS
}

/// One line of the table. A record that tells of several things counts as often.
fn row(name: &str, summary: &ReadSummary) -> String {
    let passed: u64 = summary.passed_over.values().sum();
    format!(
        "| `{name}` | {} | {} | {} | {} | {passed} | {} |",
        summary.files,
        summary.events + passed + summary.skipped,
        summary.events - summary.activities,
        summary.activities,
        summary.skipped
    )
}

/// What an event tells: the word of OCSF's activity or of the companion's kind, and the event's number.
fn kind(event: Event<'_>) -> String {
    let (what, code) = match event {
        Event::Auth(event) => (format!("{:?}", event.activity()), event.event_code()),
        Event::Activity(activity) => (format!("{:?}", activity.kind()), activity.event_code()),
        _ => ("unknown".to_owned(), None),
    };
    match code {
        Some(code) => format!("{what}, {code}"),
        None => what,
    }
}

/// The kinds of which there are most, and how many others there are.
fn most(what: &str, kinds: &BTreeMap<String, u64>) {
    let mut kinds: Vec<_> = kinds.iter().collect();
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let (named, rest) = kinds.split_at(kinds.len().min(KINDS));
    for (kind, count) in named {
        println!("  {what} {count:>7}  {kind}");
    }
    if !rest.is_empty() {
        let count: u64 = rest.iter().map(|(_, count)| **count).sum();
        println!("  {what} {count:>7}  of {} other kinds", rest.len());
    }
}

fn details(folder: &str, summary: &ReadSummary) {
    most("passed over", &summary.passed_over);
    for error in &summary.first_errors {
        println!("  skipped     {}", error.to_string().replace(folder, ""));
    }
    for file in &summary.first_not_read {
        println!("  not read    {}", file.to_string().replace(folder, ""));
    }
    let more = summary.files_not_read - summary.first_not_read.len() as u64;
    if more > 0 {
        println!("  not read    {more} more");
    }
}
