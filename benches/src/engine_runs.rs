//! Giving rows of a simulation to an engine, with the clock running while the engine works and not
//! while its input is made.

use std::error::Error;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use sidestep::Engine;
use sidestep::event::AuthEvent;
use sidestep_arrow::{BatchReader, EventBatchBuilder};
use sidestep_sim::{Row, Simulation};

/// Events that are made before the clock runs.
const EVENTS: usize = 512;
/// Rows of a record batch.
const ROWS: usize = 1 << 16;

/// Gives rows of a simulation to an engine; how long the engine took.
pub type Take = fn(&Simulation, &[Row], &mut Engine) -> Result<Duration, Box<dyn Error>>;

/// As events that are ready in memory.
///
/// # Errors
/// None; the type is that of [`Take`].
pub fn as_events(
    simulation: &Simulation,
    rows: &[Row],
    engine: &mut Engine,
) -> Result<Duration, Box<dyn Error>> {
    let mut spent = Duration::ZERO;
    for batch in rows.chunks(EVENTS) {
        let batch: Vec<AuthEvent<'_>> = batch.iter().map(|row| simulation.event(row)).collect();
        let start = Instant::now();
        engine.process_all(&batch);
        spent += start.elapsed();
    }
    Ok(spent)
}

/// As Arrow batches with dictionaries of names, whose rows are read while the clock runs.
///
/// # Errors
/// What a batch is refused with.
pub fn as_arrow(
    simulation: &Simulation,
    rows: &[Row],
    engine: &mut Engine,
) -> Result<Duration, Box<dyn Error>> {
    let (mut reader, mut builder) = (BatchReader::default(), EventBatchBuilder::default());
    let mut spent = Duration::ZERO;
    for rows in rows.chunks(ROWS) {
        for row in rows {
            builder.push(&simulation.event(row))?;
        }
        let batch = builder.finish()?;
        let start = Instant::now();
        let _ = reader.for_each_event(&batch, &mut |event| {
            engine.process(event);
            ControlFlow::Continue(())
        })?;
        spent += start.elapsed();
    }
    Ok(spent)
}

#[cfg(test)]
mod tests {
    use sidestep::Config;
    use sidestep_sim::{Scenario, SimConfig};

    use super::*;

    #[test]
    fn both_ways_give_the_engine_the_same() -> Result<(), Box<dyn Error>> {
        let mut simulation = Simulation::new(SimConfig::new(1, 20, 3, 1, Scenario::Clean)?)?;
        let mut engines = [Engine::new(Config::default()), Engine::new(Config::default())];
        while simulation.next_day().is_some() {
            for (engine, take) in engines.iter_mut().zip([as_events as Take, as_arrow]) {
                take(&simulation, simulation.rows(), engine)?;
            }
        }
        let [events, arrow] = engines.map(|engine| engine.metrics());
        assert!(events.events > 0);
        assert_eq!(events, arrow);
        Ok(())
    }
}
