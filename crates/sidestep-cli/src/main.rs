//! The `sidestep` command.

fn main() -> std::process::ExitCode {
    sidestep_cli::run(std::env::args_os()).into()
}
