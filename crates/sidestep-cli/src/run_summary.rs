//! What `sidestep detect` says when it is done.

use std::collections::BTreeMap;
use std::time::Duration;

use sidestep::{Metrics, Status};
use sidestep_formats::{OrderSummary, ReadSummary};

use crate::detect::{TOLERATED, late_share};
use crate::system::peak_memory;
use crate::text;

/// Kinds of record that are named.
const KINDS: usize = 5;

/// What the closing summary tells.
pub(crate) struct RunSummary<'a> {
    pub(crate) summary: &'a ReadSummary,
    pub(crate) learned_events: u64,
    pub(crate) seconds: f64,
    pub(crate) metrics: &'a Metrics,
    pub(crate) status: Status,
    /// Whether the engine decided by the log when it had learned enough.
    pub(crate) decided_by_log: bool,
    /// Whether detections alone decided to the end.
    pub(crate) by_detections: bool,
    pub(crate) alerts: usize,
    /// What was done about events out of order.
    pub(crate) order: &'a OrderSummary,
    /// By how much an event may be late before it is dropped, in microseconds.
    pub(crate) lateness: Duration,
}

/// The summary, a line for each thing.
pub(crate) fn run_summary(run: &RunSummary<'_>) -> String {
    let RunSummary { summary, metrics, .. } = run;
    let mut lines = Lines::default();
    events(&mut lines, run);
    clocks(&mut lines, summary);
    records(&mut lines, summary);
    lines.add("logins", &format!("{} between hosts", text::grouped(metrics.logins)));
    lines.add("judged", &judged(run));
    rules(&mut lines, metrics);
    lines.add("alerts", &text::grouped(run.alerts as u64));
    if metrics.held_back > 0 {
        let movements = text::counted(metrics.held_back, "movement");
        lines.add(
            "held",
            &format!("{movements} with findings that no alert shows; --held-back FILE lists them"),
        );
    }
    if let Some(bytes) = peak_memory() {
        let size = text::grouped(bytes.div_ceil(1 << 20));
        lines.add("memory", &format!("{size} MiB at the peak"));
    }
    lines.0.join("\n")
}

/// What was read, passed over, not understood and skipped: what stands beside a report that is not of
/// alerts.
pub(crate) fn read_summary(summary: &ReadSummary) -> String {
    let mut lines = Lines::default();
    lines.add("events", &text::grouped(summary.events));
    records(&mut lines, summary);
    lines.0.join("\n")
}

fn records(lines: &mut Lines, summary: &ReadSummary) {
    files(lines, summary);
    columns(lines, summary);
    counts(lines, "other", "passed over, for they are not about logins", &summary.passed_over);
    counts(lines, "unknown", "not understood", &summary.not_understood);
    not_understood(lines, summary);
    skipped(lines, summary);
}

/// Lines that each begin with a name, or with room for one.
#[derive(Default)]
struct Lines(Vec<String>);

impl Lines {
    fn add(&mut self, name: &str, what: &str) {
        self.0.push(format!("{name:<9}{what}"));
    }

    /// A line below the one that has the name; logs have a word in it.
    fn below(&mut self, what: &str) {
        self.add("", &format!("  {}", text::printable(what)));
    }

    /// How many there are beyond those that are named.
    fn more(&mut self, all: u64, named: usize) {
        let more = all.saturating_sub(named as u64);
        if more > 0 {
            self.below(&format!("and {} more", text::grouped(more)));
        }
    }
}

#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn events(lines: &mut Lines, run: &RunSummary<'_>) {
    let RunSummary { summary, metrics, seconds, .. } = run;
    let rate = (summary.events as f64 / seconds.max(1e-9)) as u64;
    lines.add(
        "events",
        &format!(
            "{} in {seconds:.1} s ({} a second), {} late",
            text::grouped(summary.events),
            text::grouped(rate),
            text::grouped(metrics.late)
        ),
    );
    if summary.activities > 0 {
        let records = text::counted(summary.activities, "companion record");
        lines.below(&format!("of these {records} of what hosts did"));
    }
    ordered(lines, run);
}

/// What was done about events out of order, and what was lost all the same.
fn ordered(lines: &mut Lines, run: &RunSummary<'_>) {
    let RunSummary { summary, metrics, order, lateness, .. } = run;
    if order.put_in_order > 0 {
        let readings = match order.readings {
            0..=2 => "read again and".to_owned(),
            more => format!("read {} times and", text::grouped(more)),
        };
        lines.below(&format!(
            "{} out of order, by up to {}: {readings} put in order",
            text::counted(order.put_in_order, "event"),
            text::span(order.most_behind),
        ));
    }
    if metrics.future > 0 {
        lines.below(&format!(
            "future: {} left out, more than a week ahead of the events around them: look at the \
             clocks of the hosts that wrote them",
            text::counted(metrics.future, "event"),
        ));
    }
    if late_share(metrics, summary) > TOLERATED {
        lines.below(&format!(
            "late: {} lost, for they came more than {} behind newer ones; {}",
            text::counted(metrics.late, "event"),
            text::span(*lateness),
            if order.only_once {
                "give the logs as files, which can be read again and put in order"
            } else {
                "give logs in the order of time"
            }
        ));
    }
}

/// Clocks that were set back, which the numbers of records show.
fn clocks(lines: &mut Lines, summary: &ReadSummary) {
    if summary.clocks_set_back == 0 {
        return;
    }
    let times = text::counted(summary.clocks_set_back, "time");
    lines.add("clocks", &format!("set back {times} while the numbers of records went on:"));
    for fall in &summary.first_clocks {
        lines.below(&format!(
            "{} by {} to {}, at record {}",
            fall.host,
            text::span(fall.by),
            text::time(fall.to),
            fall.record
        ));
    }
    lines.more(summary.clocks_set_back, summary.first_clocks.len());
}

fn files(lines: &mut Lines, summary: &ReadSummary) {
    if summary.files + summary.files_not_read <= 1 {
        return;
    }
    let read = format!("{} read", text::grouped(summary.files));
    if summary.files_not_read == 0 {
        lines.add("files", &read);
        return;
    }
    lines.add("files", &format!("{read}, {} not:", text::grouped(summary.files_not_read)));
    for file in &summary.first_not_read {
        lines.below(&file.to_string());
    }
    lines.more(summary.files_not_read, summary.first_not_read.len());
}

/// Which columns of tables were taken for what.
fn columns(lines: &mut Lines, summary: &ReadSummary) {
    if let [mapping] = &summary.mappings[..] {
        lines.add("columns", &text::printable(&mapping.to_string()));
    } else if !summary.mappings.is_empty() {
        lines.add("columns", "of the first tables:");
        for mapping in &summary.mappings {
            lines.below(&format!("{}: {mapping}", mapping.place));
        }
    }
}

/// Records of which no event was made, the most frequent kinds first.
fn counts(lines: &mut Lines, name: &str, why: &str, counts: &BTreeMap<String, u64>) {
    let mut kinds: Vec<_> = counts.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    if kinds.is_empty() {
        return;
    }
    // The kinds come in the order of their names, which is kept where counts are the same.
    kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let all = kinds.iter().map(|(_, count)| count).sum();
    let records = text::counted(all, "record");
    lines.add(name, &format!("{records} {why}:"));
    let (named, rest) = kinds.split_at(kinds.len().min(KINDS));
    let mut rows: Vec<_> = named.iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect();
    match rest {
        [] => {}
        [(kind, count)] => rows.push(((*kind).to_owned(), *count)),
        rest => {
            let kinds = text::grouped(rest.len() as u64);
            rows.push((format!("of {kinds} other kinds"), rest.iter().map(|(_, n)| n).sum()));
        }
    }
    let width = rows.iter().map(|(_, count)| text::grouped(*count).len()).max().unwrap_or(0);
    for (kind, count) in rows {
        lines.below(&format!("{:>width$}  {}", text::grouped(count), text::clipped(&kind, 72)));
    }
}

/// Logs of which nothing was understood, and, where nothing else gave an event, those of kinds that
/// are not about logins.
fn not_understood(lines: &mut Lines, summary: &ReadSummary) {
    if !summary.is_not_understood() {
        return;
    }
    let all = summary.files_not_understood + summary.files_without_logins;
    lines.add("unread", &format!("{} gave nothing to judge:", text::counted(all, "log")));
    for file in &summary.first_not_understood {
        lines.below(&file.to_string());
    }
    lines.more(all, summary.first_not_understood.len());
}

fn skipped(lines: &mut Lines, summary: &ReadSummary) {
    if summary.skipped == 0 {
        lines.add("skipped", "nothing");
        return;
    }
    let records = text::counted(summary.skipped, "line");
    lines.add("skipped", &format!("{records} ({}):", text::percent(summary.skipped_share())));
    for error in &summary.first_errors {
        lines.below(&error.to_string());
    }
    lines.more(summary.skipped, summary.first_errors.len());
}

/// What rules found, and how many more the policy allowed.
fn rules(lines: &mut Lines, metrics: &Metrics) {
    if metrics.findings + metrics.suppressed == 0 {
        return;
    }
    let found = text::counted(metrics.findings, "finding");
    let found = match metrics.suppressed {
        0 => found,
        allowed => format!("{found}, {} more allowed by the policy", text::grouped(allowed)),
    };
    lines.add("rules", &found);
}

/// Since when alerts were raised, and what was learned before.
fn judged(run: &RunSummary<'_>) -> String {
    const ADVICE: &str = "give history with --learn, or say --learn-days";
    if run.learned_events > 0 && run.learned_events == run.metrics.events {
        return "nothing: all of it was learned".to_owned();
    }
    let days = text::counted(run.metrics.days_by_detections, "day");
    let since = match run.status {
        Status::Detecting { since } => since,
        _ if run.decided_by_log => {
            return format!(
                "by detections alone, on {days} with events: too little to learn from what is \
                 normal; {ADVICE}"
            );
        }
        _ => return "by detections alone, at the end of the days to learn from".to_owned(),
    };
    let source = if run.learned_events > 0 {
        format!("{} learned before", text::counted(run.learned_events, "event"))
    } else if run.decided_by_log {
        "when the log had shown enough of what is normal".to_owned()
    } else {
        "after the days to learn from".to_owned()
    };
    let from = format!("from {} on, {source}", text::time(since));
    match run.metrics.days_by_detections {
        0 => from,
        _ if run.by_detections => {
            format!("{from}; by detections alone: too little to learn from what is normal")
        }
        _ if run.decided_by_log => format!("{from}; by detections alone on {days} before"),
        _ => from,
    }
}
