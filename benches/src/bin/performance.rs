//! The rates and ratios of `docs/performance.md`, as tables in Markdown on standard output:
//! `cargo run --release -p sidestep-benches --bin performance`. `cargo xtask bench` runs it.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use sidestep_benches::performance::{Options, run};

const HELP: &str = "\
Measures reading, the engine and the whole way to alerts, beside the least that any program must do.

Usage: performance [--quick] [--rounds N] [--accounts N] [--days N] [--learn-days N] [--seed N]
                   [--command FILE]

Options:
  --quick         A tiny log and one round, to see whether everything runs; the options after it hold
  --rounds N      Rounds; each figure is the median of so many [default: 5]
  --accounts N    Accounts of the simulated organisation [default: 5000]
  --days N        Days of its log [default: 30]
  --learn-days N  Days of these that are only learned [default: 14]
  --seed N        Seed of the simulation [default: 5]
  --command FILE  The `sidestep` command, to be measured too
                  [default: the one beside this program, if there is one]
  -h, --help      Print this help

Exit status: 0 if all was measured, 1 if something was not, 2 for a wrong argument.
";

fn main() -> ExitCode {
    let list: Vec<String> = env::args().skip(1).collect();
    if list.iter().any(|argument| matches!(argument.as_str(), "-h" | "--help" | "help")) {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let mut options = match parse(&list) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("error: {problem}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    options.command = options.command.or_else(beside);
    match run(&options, &mut |step| eprintln!("{step}")) {
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

/// The command in the folder of this program.
fn beside() -> Option<PathBuf> {
    let command = env::current_exe().ok()?.with_file_name("sidestep");
    command.is_file().then_some(command)
}

fn parse(list: &[String]) -> Result<Options, String> {
    let mut options = Options::default();
    let mut list = list.iter();
    while let Some(name) = list.next() {
        if name == "--quick" {
            options = Options::quick();
            continue;
        }
        let value = list.next().ok_or_else(|| format!("`{name}` needs a value"))?;
        match name.as_str() {
            "--rounds" => options.rounds = number(name, value)?,
            "--accounts" => options.accounts = number(name, value)?,
            "--days" => options.days = number(name, value)?,
            "--learn-days" => options.learn_days = number(name, value)?,
            "--seed" => options.seed = number(name, value)?,
            "--command" => options.command = Some(value.into()),
            _ => return Err(format!("unknown argument `{name}`")),
        }
    }
    if options.rounds == 0 {
        return Err("--rounds: 0 rounds measure nothing".to_owned());
    }
    Ok(options)
}

fn number<N: FromStr>(name: &str, value: &str) -> Result<N, String> {
    value.parse().map_err(|_| format!("{name}: {value:?} is no whole number in range"))
}

#[cfg(test)]
mod tests {
    use super::{Options, parse};

    fn parsed(list: &[&str]) -> Result<Options, String> {
        parse(&list.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn arguments_are_read_and_wrong_ones_named() {
        let found = parsed(&["--quick", "--rounds", "3", "--command", "x"]).expect("ok");
        let expected = Options { rounds: 3, command: Some("x".into()), ..Options::quick() };
        assert_eq!(found, expected);
        for wrong in [&["--rounds"][..], &["--rounds", "0"], &["--days", "-1"], &["--x", "1"]] {
            let problem = parsed(wrong).expect_err("wrong");
            assert!(problem.contains(wrong[0]), "{problem}");
        }
    }
}
