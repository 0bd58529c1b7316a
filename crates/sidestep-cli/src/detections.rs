//! `sidestep detections`, and which of them a log can feed.

use std::collections::BTreeMap;
use std::fmt::Write;

use sidestep::detection::{Detection, Need, detections};
use sidestep::event::Event;

use crate::args::DetectionsArgs;
use crate::exit::{Exit, Failure};
use crate::output;
use crate::text;

/// Lists all detections, or shows the page of one.
pub(crate) fn run(args: &DetectionsArgs) -> Result<Exit, Failure> {
    let Some(id) = &args.id else {
        output::print(&list())?;
        return Ok(Exit::Success);
    };
    let Some(detection) = detections().iter().find(|detection| detection.id == id) else {
        return Err(Failure::Usage(format!(
            "there is no detection {id:?}; `sidestep detections` lists them"
        )));
    };
    output::print(&detection.to_markdown())?;
    Ok(Exit::Success)
}

/// A detection a block: what it is, its techniques, what it needs.
fn list() -> String {
    let mut out = String::new();
    for detection in detections() {
        let techniques: Vec<&str> = detection.techniques.iter().map(|t| t.id).collect();
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{}  ({})", detection.id, techniques.join(", "));
        let _ = writeln!(out, "  {}", detection.title);
        for group in detection.needs {
            let _ = writeln!(out, "  needs {}", words(group));
        }
    }
    out
}

fn words(group: &[Need]) -> String {
    let any: Vec<&str> = group.iter().map(|need| need.words()).collect();
    any.join(", or ")
}

/// Counts what a log tells of what detections need.
#[derive(Debug, Default)]
pub(crate) struct Coverage {
    events: u64,
    counts: BTreeMap<Need, u64>,
}

impl Coverage {
    pub(crate) fn add(&mut self, event: Event<'_>) {
        self.events += 1;
        for need in Need::ALL.iter().filter(|need| need.is_met_by(event)) {
            *self.counts.entry(*need).or_default() += 1;
        }
    }

    fn count(&self, group: &[Need]) -> u64 {
        group.iter().filter_map(|need| self.counts.get(need)).sum()
    }

    /// What is missing for a detection: the groups of which nothing is told.
    fn missing<'d>(&self, detection: &'d Detection) -> Vec<&'d [Need]> {
        detection.needs.iter().copied().filter(|group| self.count(group) == 0).collect()
    }

    /// Which detections the log can feed, and what the others lack.
    pub(crate) fn report(&self) -> String {
        let (fed, starved): (Vec<_>, Vec<_>) =
            detections().iter().partition(|detection| self.missing(detection).is_empty());
        let mut out = String::new();
        let events = text::counted(self.events, "event");
        let _ = writeln!(
            out,
            "{events} can feed {} of {} detections, and the statistics where logons name both ends.",
            fed.len(),
            detections().len()
        );
        for detection in fed {
            let least = detection.needs.iter().map(|group| self.count(group)).min().unwrap_or(0);
            let _ = writeln!(out, "  {:<24} {:>12} events", detection.id, text::grouped(least));
        }
        if !starved.is_empty() {
            out.push_str("What the others lack:\n");
        }
        for detection in starved {
            let _ = writeln!(out, "  {}", detection.id);
            for group in self.missing(detection) {
                let _ = writeln!(out, "    {}", words(group));
            }
        }
        out
    }
}
