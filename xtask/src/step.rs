//! One command with a name, and running a list of them.

use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// One command, with the name that the output and the summary call it by.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    name: &'static str,
    program: OsString,
    arguments: Vec<&'static str>,
    environment: Vec<(&'static str, &'static str)>,
}

impl Step {
    /// A step that runs cargo: the one that started this program, where there is one.
    pub(crate) fn cargo(name: &'static str, arguments: &[&'static str]) -> Self {
        let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Self { name, program, arguments: arguments.to_vec(), environment: Vec::new() }
    }

    /// A step that runs a script with bash.
    pub(crate) fn bash(name: &'static str, script: &'static str) -> Self {
        Self { name, program: "bash".into(), arguments: vec![script], environment: Vec::new() }
    }

    /// The same step with a variable set in its environment.
    pub(crate) fn with_env(mut self, key: &'static str, value: &'static str) -> Self {
        self.environment.push((key, value));
        self
    }

    /// The command as one would type it.
    fn command_line(&self) -> String {
        let program = Path::new(&self.program).file_stem().unwrap_or(&self.program);
        let mut line = String::new();
        for (key, value) in &self.environment {
            line.push_str(&format!("{key}=\"{value}\" "));
        }
        line.push_str(&program.to_string_lossy());
        for argument in &self.arguments {
            line.push(' ');
            line.push_str(argument);
        }
        line
    }

    /// Runs the command and says, if it failed, how.
    fn run(&self, directory: &Path) -> Result<(), String> {
        let status = Command::new(&self.program)
            .args(&self.arguments)
            .envs(self.environment.iter().copied())
            .current_dir(directory)
            .status()
            .map_err(|error| {
                format!("cannot start `{}`: {error}", Path::new(&self.program).display())
            })?;
        if status.success() { Ok(()) } else { Err(status.to_string()) }
    }
}

/// Runs every step in turn, also after a failure, and prints a summary. True if all passed.
pub(crate) fn run_all(steps: &[Step], directory: &Path) -> bool {
    let mut outcomes = Vec::with_capacity(steps.len());
    for (index, step) in steps.iter().enumerate() {
        println!("\n==> [{}/{}] {}: {}", index + 1, steps.len(), step.name, step.command_line());
        let started = Instant::now();
        let result = step.run(directory);
        if let Err(problem) = &result {
            eprintln!("error: step `{}` failed: {problem}", step.name);
        }
        outcomes.push(Outcome { name: step.name, result, elapsed: started.elapsed() });
    }
    println!("\n{}", summary(&outcomes));
    outcomes.iter().all(|outcome| outcome.result.is_ok())
}

/// What became of one step.
struct Outcome {
    name: &'static str,
    result: Result<(), String>,
    elapsed: Duration,
}

/// One line a step, then the count; failures are named once more at the end of their line.
fn summary(outcomes: &[Outcome]) -> String {
    let width = outcomes.iter().map(|outcome| outcome.name.len()).max().unwrap_or(0);
    let mut text = String::from("==> summary\n");
    for Outcome { name, result, elapsed } in outcomes {
        let seconds = elapsed.as_secs_f64();
        match result {
            Ok(()) => text.push_str(&format!("    ok      {name:width$}  {seconds:6.1} s\n")),
            Err(problem) => {
                text.push_str(&format!("    FAILED  {name:width$}  {seconds:6.1} s  {problem}\n"));
            }
        }
    }
    let failed = outcomes.iter().filter(|outcome| outcome.result.is_err()).count();
    text.push_str(&format!("{} passed, {failed} failed", outcomes.len() - failed));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(program: &str) -> Step {
        Step {
            name: "a step",
            program: program.into(),
            arguments: vec!["--one", "two"],
            environment: Vec::new(),
        }
    }

    #[test]
    fn the_command_line_is_what_one_would_type() {
        let step = step("cargo").with_env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(step.command_line(), "RUSTDOCFLAGS=\"-D warnings\" cargo --one two");
    }

    #[test]
    fn a_program_that_does_not_exist_is_a_failure_that_names_it() {
        let problem = step("no-such-program-anywhere").run(Path::new(".")).unwrap_err();
        assert!(problem.contains("cannot start `no-such-program-anywhere`"), "{problem}");
    }

    #[test]
    fn one_failure_among_the_steps_is_a_failure_of_all() {
        let good = Step::cargo("good", &["--version"]);
        let bad = step("no-such-program-anywhere");
        assert!(run_all(std::slice::from_ref(&good), Path::new(".")));
        assert!(!run_all(&[bad, good], Path::new(".")));
    }

    #[test]
    fn the_summary_names_what_failed_and_closes_with_the_count() {
        let outcome = |name, result| Outcome { name, result, elapsed: Duration::from_millis(1500) };
        let text = summary(&[
            outcome("tests", Ok(())),
            outcome("examples", Err("exit status: 101".to_owned())),
        ]);
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                "==> summary",
                "    ok      tests        1.5 s",
                "    FAILED  examples     1.5 s  exit status: 101",
                "1 passed, 1 failed",
            ]
        );
    }
}
