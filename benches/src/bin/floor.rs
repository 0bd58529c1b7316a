//! The floor on a file: `cargo run --release -p sidestep-benches --bin floor -- LOG`, a LANL log.

use std::error::Error;
use std::fs::File;
use std::process::ExitCode;
use std::time::Instant;
use std::{env, io};

use sidestep_benches::floor::Floor;

fn main() -> ExitCode {
    let Some(path) = env::args_os().nth(1) else {
        eprintln!("error: no log given\nusage: floor LOG");
        return ExitCode::from(2);
    };
    match run(&path) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}

fn run(path: &std::ffi::OsStr) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let floor = Floor::read(File::open(path)?)?;
    let seconds = start.elapsed().as_secs_f64();
    if floor.events == 0 {
        return Err(io::Error::other("no line has the nine columns of a LANL log").into());
    }
    #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
    let rate = floor.events as f64 / seconds;
    let (accounts, hosts, edges) = (floor.accounts(), floor.hosts(), floor.edges());
    println!(
        "{} events, {accounts} accounts, {hosts} hosts, {edges} edges in {seconds:.3} s ({rate:.0} a second)",
        floor.events
    );
    Ok(())
}
