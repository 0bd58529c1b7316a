//! What the programs that measure have in common: their help, wrong arguments and the exit status.

use std::env;
use std::fmt::Display;
use std::process::ExitCode;

/// Runs a program: prints `help` where that is asked for, else parses the arguments and does the work, which says
/// what is to be printed at its end. The status is 2 for wrong arguments and 1 for an error of the work.
pub fn run<A, E: Display>(
    help: &str,
    parse: impl FnOnce(&[String]) -> Result<A, String>,
    work: impl FnOnce(A) -> Result<String, E>,
) -> ExitCode {
    let list: Vec<String> = env::args().skip(1).collect();
    if list.iter().any(|argument| matches!(argument.as_str(), "-h" | "--help" | "help")) {
        print!("{help}");
        return ExitCode::SUCCESS;
    }
    let arguments = match parse(&list) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("error: {problem}\n\n{help}");
            return ExitCode::from(2);
        }
    };
    match work(arguments) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
