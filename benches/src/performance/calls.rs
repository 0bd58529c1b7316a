//! How long single calls of `process` take.

use std::fmt::Write;
use std::time::Instant;

use sidestep::Engine;

use crate::latency::Latencies;
use crate::rounds::{Failed, Spread};

use super::lanl::Organisation;

/// A table in Markdown: what one call took on the days after learning.
pub(super) fn measured(
    organisation: &Organisation,
    rounds: usize,
    progress: &mut dyn FnMut(usize, &str),
) -> Result<String, Failed> {
    let Organisation { simulation, rows, .. } = organisation;
    let config = simulation.config();
    let from = config.learn_days * 86_400;
    let (mut passes, mut clocks, mut calls) = (Vec::new(), Vec::new(), 0);
    for round in 1..=rounds {
        progress(round, "single calls");
        let mut engine = Engine::new(organisation.config.clone());
        let mut latencies = Latencies::default();
        for row in rows {
            let event = simulation.event(row);
            let start = Instant::now();
            let alerts = engine.process(&event);
            let spent = start.elapsed();
            drop(alerts);
            if row.time >= from {
                latencies.add(spent);
            }
        }
        calls = latencies.calls();
        if calls == 0 {
            return Err("there is no event after the days that are learned".into());
        }
        passes.push(latencies.micros());
        clocks.push(Latencies::of_the_clock().micros());
    }
    let mut text = format!(
        "{} accounts, {calls} calls after {} days of learning; microseconds, median of {rounds} rounds with the \
         least and the most. Each call is timed by itself, so that the clock's own time, in the second line, is \
         in every figure.\n\n\
         | | p50 | p99 | p99.9 | longest |\n|---|--:|--:|--:|--:|\n",
        config.accounts, config.learn_days
    );
    for (name, passes) in [("`process`", passes), ("the clock alone", clocks)] {
        let _ = write!(text, "| {name} ");
        for place in 0..4 {
            let Spread { median, min, max } = Spread::of(passes.iter().map(|pass| pass[place]));
            let _ = write!(text, "| {median:.2} ({min:.2} to {max:.2}) ");
        }
        text.push_str("|\n");
    }
    Ok(text)
}
