//! Fixed work on a log that is packed with gzip: `instructions WORK LOG` prints how many events there were.
//! `cargo xtask instructions` runs it under callgrind and counts what is done in the functions named
//! `counted_...`, and nothing else: not the unpacking, nor the making of Arrow batches.

use std::env;
use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;

use arrow_array::RecordBatch;
use flate2::read::GzDecoder;
use sidestep::{Config, Engine, WarmUp};
use sidestep_arrow::{BatchError, BatchReader, EventBatchBuilder};
use sidestep_benches::reading::{Counted, Sort, read};
use sidestep_formats::{FormatError, LogReader, ReadOptions};

const USAGE: &str = "usage: instructions reading|file-to-alerts|arrow-to-alerts LOG";
/// Days of the log that are only learned.
const LEARN_DAYS: u32 = 12;
/// Rows of a record batch.
const ROWS: usize = 1 << 14;

fn main() -> ExitCode {
    let list: Vec<String> = env::args().skip(1).collect();
    let [work, log] = list.as_slice() else {
        eprintln!("error: two arguments are needed\n{USAGE}");
        return ExitCode::from(2);
    };
    match run(work, Path::new(log)) {
        Ok(events) => {
            println!("{events}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {work}: {log}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(work: &str, path: &Path) -> Result<u64, Box<dyn Error>> {
    let mut log = Vec::new();
    GzDecoder::new(File::open(path)?).read_to_end(&mut log)?;
    match work {
        "reading" => Ok(counted_reading(&log)?.events),
        "file-to-alerts" => {
            let mut engine = engine()?;
            counted_file_to_alerts(&log, &mut engine)?;
            Ok(engine.metrics().events)
        }
        "arrow-to-alerts" => {
            let batches = batches(&log)?;
            let mut engine = engine()?;
            counted_arrow_to_alerts(&batches, &mut engine)?;
            Ok(engine.metrics().events)
        }
        _ => Err(USAGE.into()),
    }
}

fn engine() -> Result<Engine, Box<dyn Error>> {
    Ok(Engine::new(Config::builder().warm_up(WarmUp::Days(LEARN_DAYS)).build()?))
}

/// The events of a log as record batches with dictionaries of names.
fn batches(log: &[u8]) -> Result<Vec<RecordBatch>, Box<dyn Error>> {
    let (mut builder, mut batches, mut rows) = (EventBatchBuilder::default(), Vec::new(), 0);
    let mut failed = None;
    let _ = LogReader::new(ReadOptions::default()).read(log, "simulated", &mut |event| {
        let Some(event) = event.auth() else { return ControlFlow::Continue(()) };
        let mut push = || {
            builder.push(event)?;
            rows += 1;
            if rows % ROWS == 0 {
                batches.push(builder.finish()?);
            }
            Ok::<_, Box<dyn Error>>(())
        };
        match push() {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                failed = Some(error);
                ControlFlow::Break(())
            }
        }
    })?;
    batches.push(builder.finish()?);
    failed.map_or(Ok(batches), Err)
}

#[inline(never)]
fn counted_reading(log: &[u8]) -> Result<Counted, FormatError> {
    read(log, Sort::Lanl)
}

#[inline(never)]
fn counted_file_to_alerts(log: &[u8], engine: &mut Engine) -> Result<(), FormatError> {
    let mut reader = LogReader::new(ReadOptions::default());
    let _ = reader.read(log, "simulated", &mut |event| {
        black_box(engine.process(event));
        ControlFlow::Continue(())
    })?;
    black_box(engine.finish());
    Ok(())
}

#[inline(never)]
fn counted_arrow_to_alerts(batches: &[RecordBatch], engine: &mut Engine) -> Result<(), BatchError> {
    let mut reader = BatchReader::default();
    for batch in batches {
        let _ = reader.for_each_event(batch, &mut |event| {
            black_box(engine.process(event));
            ControlFlow::Continue(())
        })?;
    }
    black_box(engine.finish());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_work_does_all_events() -> Result<(), Box<dyn Error>> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/office.csv.gz");
        for work in ["reading", "file-to-alerts", "arrow-to-alerts"] {
            assert_eq!(run(work, &path)?, 157_315, "{work}");
        }
        assert!(run("nothing", &path).is_err());
        Ok(())
    }

    #[test]
    fn a_log_and_its_batches_give_the_same_alerts() -> Result<(), Box<dyn Error>> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/data/office.csv.gz");
        let mut log = Vec::new();
        GzDecoder::new(File::open(path)?).read_to_end(&mut log)?;
        let (mut of_log, mut engine) = (Vec::new(), super::engine()?);
        let _ =
            LogReader::new(ReadOptions::default()).read(&log[..], "simulated", &mut |event| {
                of_log.extend(engine.process(event));
                ControlFlow::Continue(())
            })?;
        of_log.extend(engine.finish());
        let (mut of_batches, mut engine) = (Vec::new(), super::engine()?);
        // Lines are counted from 1.
        let mut reader = BatchReader::default().counting_from(1);
        for batch in batches(&log)? {
            let _ = reader.for_each_event(&batch, &mut |event| {
                of_batches.extend(engine.process(event));
                ControlFlow::Continue(())
            })?;
        }
        of_batches.extend(engine.finish());
        assert!(!of_log.is_empty());
        assert_eq!(of_batches, of_log);
        Ok(())
    }
}
