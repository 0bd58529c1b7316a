//! The `sidestep` command as a library, so that every package of sidestep carries the same tool.
//!
//! [`run`] parses arguments, does the work, writes to standard output and standard error, and gives
//! back how the process should exit. It never exits by itself.

mod alert;
mod alert_log;
mod args;
mod checkpoint;
mod clock;
mod detect;
mod detections;
mod exit;
mod inputs;
mod judge;
mod options;
mod output;
mod posture;
mod progress;
mod run_summary;
mod session;
mod signals;
#[cfg(feature = "simulator")]
mod simulator;
mod state;
mod system;
mod text;

use std::ffi::OsString;

use clap::Parser;

use args::{Cli, Command};
pub use exit::Exit;
use exit::Failure;

/// Runs the command. The first of `args` is the name it was called by.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => {
            // Where even the help cannot be shown there is nowhere to say so.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Success };
        }
    };
    let done = match cli.command {
        Command::Detect(args) => detect::run(&args),
        Command::Detections(args) => detections::run(&args),
        Command::State(args) => state::run(&args),
        #[cfg(feature = "simulator")]
        Command::Simulate(args) => simulator::simulate::run(&args),
        #[cfg(feature = "simulator")]
        Command::Evaluate(evaluate) => simulator::evaluate::run(&evaluate, &args),
    };
    match done {
        Ok(exit) => exit,
        Err(Failure::Usage(what)) => {
            output::eprint(&format!("error: {what}"));
            Exit::Usage
        }
        Err(Failure::Error(what)) => {
            output::eprint(&format!("error: {what}"));
            Exit::Error
        }
    }
}
