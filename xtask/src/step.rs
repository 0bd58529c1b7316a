//! One piece of work with a name, and running a list of them.

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

/// What a step does, given the root of the workspace.
type Work = fn(&Path) -> Result<(), String>;
/// The same, given what was asked for on the command line too.
type WorkWith = fn(&Path, &[String]) -> Result<(), String>;

/// One piece of work, with the name that the output and the summary call it by.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    name: &'static str,
    action: Action,
    in_background: bool,
    is_required: bool,
}

#[derive(Debug, Clone)]
enum Action {
    Command {
        program: OsString,
        arguments: Vec<&'static str>,
        environment: Vec<(&'static str, &'static str)>,
    },
    Call(Work),
    CallWith(WorkWith, Vec<String>),
}

impl Step {
    fn new(name: &'static str, action: Action) -> Self {
        Self { name, action, in_background: false, is_required: false }
    }

    fn command(name: &'static str, program: OsString, arguments: &[&'static str]) -> Self {
        let arguments = arguments.to_vec();
        Self::new(name, Action::Command { program, arguments, environment: Vec::new() })
    }

    /// A step that runs cargo: the one that started this program, where there is one.
    pub(crate) fn cargo(name: &'static str, arguments: &[&'static str]) -> Self {
        Self::command(name, cargo_program(), arguments)
    }

    /// A step that runs a script with bash.
    pub(crate) fn bash(name: &'static str, script: &'static str) -> Self {
        Self::command(name, "bash".into(), &[script])
    }

    /// A step that is more than one command.
    pub(crate) fn call(name: &'static str, work: Work) -> Self {
        Self::new(name, Action::Call(work))
    }

    /// The same, with arguments of the command line.
    pub(crate) fn call_with(name: &'static str, work: WorkWith, arguments: &[&str]) -> Self {
        let arguments = arguments.iter().map(ToString::to_string).collect();
        Self::new(name, Action::CallWith(work, arguments))
    }

    /// The same step with a variable set in the environment of its command.
    pub(crate) fn with_env(mut self, key: &'static str, value: &'static str) -> Self {
        if let Action::Command { environment, .. } = &mut self.action {
            environment.push((key, value));
        }
        self
    }

    /// The same step, started together with the first one and waited for at its own place. For
    /// work that waits for the network while the others use the processor.
    pub(crate) fn in_background(mut self) -> Self {
        self.in_background = true;
        self
    }

    /// The same step, after whose failure the others are not run.
    pub(crate) fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// The command as one would type it; nothing for a step that is more than a command.
    fn command_line(&self) -> String {
        let Action::Command { program, arguments, environment } = &self.action else {
            return String::new();
        };
        let program = Path::new(program).file_stem().unwrap_or(program);
        let mut line = String::from(": ");
        for (key, value) in environment {
            line.push_str(&format!("{key}=\"{value}\" "));
        }
        line.push_str(&program.to_string_lossy());
        for argument in arguments {
            line.push(' ');
            line.push_str(argument);
        }
        line
    }

    /// Does the work and says, if it failed, how.
    fn run(&self, root: &Path) -> Result<(), String> {
        match &self.action {
            Action::Call(work) => work(root),
            Action::CallWith(work, arguments) => work(root, arguments),
            Action::Command { program, arguments, environment } => {
                let mut command = Command::new(program);
                command.args(arguments).envs(environment.iter().copied());
                run(command.current_dir(root))
            }
        }
    }

    fn outcome(&self, root: &Path) -> Outcome {
        let started = Instant::now();
        let result = self.run(root);
        Outcome { name: self.name, result, elapsed: started.elapsed() }
    }
}

/// The cargo that started this program, where there is one.
pub(crate) fn cargo_program() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// Runs a command; a status other than success is an error.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let program = Path::new(command.get_program()).display().to_string();
    let status = command.status().map_err(|error| format!("cannot start `{program}`: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{program}`: {status}")) }
}

/// Runs a command and gives what it wrote on standard output.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let program = Path::new(command.get_program()).display().to_string();
    let output = command.output().map_err(|error| format!("cannot start `{program}`: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{program}`: {}\n{}", output.status, said.trim_end()));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("`{program}` did not write text"))
}

/// Runs every step in turn, also after a failure, so that one run shows everything, and prints a
/// summary.
pub(crate) fn run_all(steps: &[Step], root: &Path) -> ExitCode {
    let outcomes = outcomes(steps, root);
    println!("\n{}", summary(&outcomes));
    if outcomes.iter().all(|outcome| outcome.result.is_ok()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn outcomes(steps: &[Step], root: &Path) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(steps.len());
    thread::scope(|scope| {
        let mut started = HashMap::new();
        for (index, step) in steps.iter().enumerate() {
            println!("\n==> [{}/{}] {}{}", index + 1, steps.len(), step.name, step.command_line());
            let outcome = match started.remove(&index) {
                Some(handle) => thread::ScopedJoinHandle::join(handle).expect("a step panicked"),
                None => step.outcome(root),
            };
            match &outcome.result {
                Ok(()) => println!("    {} took {:.1} s", step.name, outcome.elapsed.as_secs_f64()),
                Err(problem) => eprintln!("error: step `{}` failed: {problem}", step.name),
            }
            let stop = step.is_required && outcome.result.is_err();
            outcomes.push(outcome);
            if stop {
                break;
            }
            // After the first step, so that one that is required comes before any other.
            if index == 0 {
                started = (1..steps.len())
                    .filter(|later| steps[*later].in_background)
                    .map(|later| (later, scope.spawn(move || steps[later].outcome(root))))
                    .collect();
            }
        }
    });
    outcomes
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
                let problem = problem.lines().next().unwrap_or_default();
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

    fn good(_: &Path) -> Result<(), String> {
        Ok(())
    }

    fn bad(_: &Path) -> Result<(), String> {
        Err("exit status: 101\nand more".to_owned())
    }

    fn results(steps: &[Step]) -> Vec<bool> {
        outcomes(steps, Path::new(".")).iter().map(|outcome| outcome.result.is_ok()).collect()
    }

    #[test]
    fn the_command_line_is_what_one_would_type() {
        let step = Step::command("a step", "/bin/cargo".into(), &["--one", "two"])
            .with_env("RUSTDOCFLAGS", "-D warnings");
        assert_eq!(step.command_line(), ": RUSTDOCFLAGS=\"-D warnings\" cargo --one two");
    }

    #[test]
    fn a_program_that_does_not_exist_is_a_failure_that_names_it() {
        let step = Step::command("a step", "no-such-program-anywhere".into(), &[]);
        let problem = step.run(Path::new(".")).unwrap_err();
        assert!(problem.contains("cannot start `no-such-program-anywhere`"), "{problem}");
    }

    #[test]
    fn a_failure_leaves_the_other_steps_their_turn() {
        assert_eq!(results(&[Step::call("bad", bad), Step::call("good", good)]), [false, true]);
    }

    #[test]
    fn the_failure_of_a_required_step_ends_the_run() {
        assert_eq!(
            results(&[Step::call("bad", bad).required(), Step::call("good", good)]),
            [false]
        );
    }

    #[test]
    fn a_step_in_the_background_is_reported_at_its_place() {
        let steps = [
            Step::call("good", good),
            Step::call("bad", bad).in_background(),
            Step::call("good", good),
        ];
        assert_eq!(results(&steps), [true, false, true]);
    }

    #[test]
    fn the_summary_names_what_failed_and_closes_with_the_count() {
        let outcome = |name, result| Outcome { name, result, elapsed: Duration::from_millis(1500) };
        let text = summary(&[
            outcome("tests", Ok(())),
            outcome("examples", Err("exit status: 101\nand more".to_owned())),
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
