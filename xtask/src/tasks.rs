//! The tasks and the steps that they are made of.

use crate::step::Step;
use crate::{api, bench, deny, fuzz, instructions, msrv, python, size, tools};

/// The steps of the task with this name and these arguments, if there is one.
pub(crate) fn named(task: &[&str]) -> Option<Vec<Step>> {
    let steps = match task {
        ["test"] => test(),
        ["lint"] => lint(),
        ["ci"] => [lint(), test()].concat(),
        ["slow"] => slow(),
        ["benches"] => vec![benches()],
        ["bench", arguments @ ..] => {
            vec![Step::call_with("performance", bench::run_step, arguments)]
        }
        ["instructions"] => vec![Step::call("instructions", instructions::compare)],
        ["instructions", "--update"] => {
            vec![Step::call("instructions", instructions::update)]
        }
        ["size"] => vec![Step::call("size of the command", size::run_step)],
        ["api"] => vec![Step::call("public API", api::compare)],
        ["api", "--update"] => vec![Step::call("public API", api::update)],
        ["msrv"] => vec![Step::call("oldest Rust", msrv::check)],
        ["deny"] => vec![Step::call("dependencies", deny::check)],
        ["fuzz"] => fuzz(),
        ["dist"] => vec![pack()],
        ["dist-test"] => vec![pack(), check_package()],
        ["wheel"] => vec![Step::call("wheel", python::wheel)],
        ["sanitize"] => vec![Step::bash("sanitizers", "crates/sidestep-capi/dist/sanitize")],
        _ => return None,
    };
    Some(steps)
}

/// Every test. The cargo steps share one profile and one set of features, so that nothing is compiled
/// twice; the extension of the Python package is one of the libraries of the last of them.
fn test() -> Vec<Step> {
    const ALL: [&str; 3] = ["--workspace", "--all-features", "--no-fail-fast"];
    vec![
        Step::call("needed programs", tools::check_needed).required(),
        Step::cargo("tests", &[&["test", "--tests"], &ALL[..]].concat()),
        Step::cargo("doc tests", &[&["test", "--doc"], &ALL[..]].concat()),
        Step::cargo(
            "examples",
            &["build", "--profile", "test", "--examples", "--lib", "--workspace", "--all-features"],
        ),
        Step::call("Python packages", python::packages).in_background(),
        Step::call("Python tests", python::test),
    ]
}

/// What takes too long to be run before every commit.
fn slow() -> Vec<Step> {
    ["benches", "api", "msrv", "deny", "fuzz", "dist-test", "wheel", "instructions"]
        .iter()
        .filter_map(|task| named(&[task]))
        .flatten()
        .collect()
}

/// Without `--bench` on its command line, a benchmark of criterion runs once and measures nothing.
fn benches() -> Step {
    Step::cargo("benches", &["test", "--workspace", "--all-features", "--bench", "*"])
}

fn fuzz() -> Vec<Step> {
    vec![
        Step::cargo("fuzz format", &["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]),
        Step::call("fuzz clippy", fuzz::clippy),
        Step::call("fuzz build", fuzz::build),
        Step::call("fuzz run", fuzz::run_targets),
    ]
}

/// Makes the package of the C library.
fn pack() -> Step {
    Step::bash("package", "crates/sidestep-capi/dist/pack")
}

/// Builds and runs the C examples against the package.
fn check_package() -> Step {
    Step::bash("examples of the package", "crates/sidestep-capi/dist/check")
}

/// What must be clean before a review. Only libraries are documented: the command and the engine
/// share the name `sidestep`, and one page cannot be both.
fn lint() -> Vec<Step> {
    const WARNINGS: &str = "-D warnings";
    vec![
        Step::cargo("format", &["fmt", "--all", "--check"]),
        Step::cargo(
            "clippy",
            &["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"],
        ),
        // Readers that can be left out must leave nothing behind that is not used.
        Step::cargo(
            "clippy of the least",
            &["clippy", "-p", "sidestep-formats", "--no-default-features", "--", "-D", "warnings"],
        ),
        // So must the simulator of the command.
        Step::cargo(
            "clippy of the lean command",
            &["clippy", "-p", "sidestep-cli", "--no-default-features", "--", "-D", "warnings"],
        ),
        Step::cargo("docs", &["doc", "--workspace", "--lib", "--all-features", "--no-deps"])
            .with_env("RUSTDOCFLAGS", WARNINGS),
        Step::call("ruff", python::lint),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ci_is_lint_then_test() {
        let [lint, test, ci] = ["lint", "test", "ci"].map(|task| named(&[task]).expect("a task"));
        assert_eq!(ci.len(), lint.len() + test.len());
        assert!(named(&["deploy"]).is_none());
        assert!(named(&["test", "--update"]).is_none());
    }
}
