//! Evaluation through other dialects: folders of logs, logs read back, and a comparison.

use std::ffi::OsString;
use std::fmt::Write;
use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sidestep::event::{Event, Reorder};
use sidestep_formats::{LogReader, is_key_of_simulation};
use sidestep_sim::Dialect;
use sidestep_sim::dialect::DayLog;
use sidestep_sim::evaluation::{EventSource, ReadLogs, Report, SourceError};

use super::args::EvaluateArgs;
use super::evaluate::{command, over_seeds};
use crate::clock;
use crate::detect::TOLERATED;
use crate::exit::Failure;
use crate::progress::Progress;

/// Who had which address.
pub(crate) const HOSTS: &str = "hosts.csv";

/// For how long events are held to be put in order: the clocks of no two machines are further apart.
const HELD_MINUTES: u32 = 60;

/// False alerts a day per 1,000 accounts at which dialects are compared.
const BUDGETS: [f64; 4] = [0.0, 0.25, 1.0, 5.0];

/// Reads simulated logs back as anybody's.
pub(crate) struct ReadBack;

impl ReadLogs for ReadBack {
    fn read_logs(
        &self,
        logs: &[DayLog],
        sink: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), SourceError> {
        let mut reader = LogReader::new(clock::read_options());
        for log in logs {
            let _ = reader.read(log.text.as_bytes(), log.name, &mut |event| {
                sink(event);
                ControlFlow::Continue(())
            })?;
        }
        check(&reader)
    }
}

/// A figure over a log of which many lines were skipped would be one over another log.
pub(crate) fn check(reader: &LogReader) -> Result<(), SourceError> {
    let summary = reader.summary();
    if summary.skipped_share() > TOLERATED {
        let first = summary.first_errors.first().map(ToString::to_string).unwrap_or_default();
        let skipped = summary.skipped;
        return Err(format!("{skipped} lines cannot be read; the first: {first}").into());
    }
    Ok(())
}

/// The logs of a folder, all together in order of time.
pub(crate) struct LogFolder {
    /// In order of their names.
    entries: Vec<PathBuf>,
    /// Whether each entry is a folder that holds one day.
    by_day: bool,
}

impl LogFolder {
    pub(crate) fn open(folder: &Path) -> Result<Self, Failure> {
        let failed =
            |error| Failure::Error(format!("{}: cannot be opened: {error}", folder.display()));
        let mut entries = Vec::new();
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if !is_key_of_simulation(&path) {
                entries.push(path);
            }
        }
        entries.sort();
        if entries.is_empty() {
            return Err(Failure::Error(format!("{}: holds no log", folder.display())));
        }
        let by_day = entries.iter().all(|path| path.is_dir() && is_day(path));
        Ok(Self { entries, by_day })
    }
}

/// Whether a folder is called as a day, such as `2024-03-04`.
fn is_day(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.len() == 10
        && name.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

impl EventSource for LogFolder {
    fn for_each(&self, sink: &mut dyn FnMut(Event<'_>)) -> Result<(), SourceError> {
        let mut reader = LogReader::new(clock::read_options());
        let mut reorder = Reorder::new(HELD_MINUTES, usize::MAX);
        // A folder for each day is as many logs as it has sources, not as it has days.
        let step = if self.by_day { 1 } else { self.entries.len() };
        for logs in self.entries.chunks(step) {
            let _ = reader.read_merged(logs, &mut |event| {
                reorder.push(event, sink);
                ControlFlow::Continue(())
            })?;
        }
        reorder.finish(sink);
        check(&reader)
    }
}

/// Judges the same seeds through several dialects.
pub(crate) fn compared(
    args: &EvaluateArgs,
    dialects: &[Dialect],
    words: &[OsString],
    progress: &mut Progress,
) -> Result<String, Failure> {
    let mut reports = Vec::with_capacity(dialects.len());
    for dialect in dialects {
        let report = over_seeds(args, *dialect, progress)?.with_command(command(words));
        reports.push((*dialect, report));
    }
    Ok(if args.json { json(&reports) } else { table(&reports, &command(words)) })
}

/// One JSON object with a report for each dialect.
fn json(reports: &[(Dialect, Report)]) -> String {
    let entries =
        reports.iter().map(|(dialect, report)| format!("\"{dialect}\":{}", report.to_json()));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
}

/// What sidestep finds through each dialect, a line for each.
fn table(reports: &[(Dialect, Report)], again: &str) -> String {
    let mut out = String::new();
    out.push_str(
        "Attacks found by sidestep, in percent, at so many false alerts a day per 1,000\n",
    );
    let _ = write!(out, "accounts; with --json everything\nagain: {again}\n\n{:<14}", "dialect");
    BUDGETS.iter().for_each(|budget| out.push_str(&format!("{budget:>8}")));
    out.push('\n');
    for (dialect, report) in reports {
        let _ = write!(out, "{:<14}", dialect.to_string());
        for budget in BUDGETS {
            let _ = match report.found_share("sidestep", budget) {
                Some(share) => write!(out, "{:>8.1}", 100.0 * share),
                None => write!(out, "{:>8}", "-"),
            };
        }
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_a_date() {
        assert!(is_day(Path::new("x/2024-03-04")));
        for name in ["2024-3-04", "2024_03_04", "zeek", "2024-03-04.log"] {
            assert!(!is_day(Path::new(name)), "{name}");
        }
    }
}
