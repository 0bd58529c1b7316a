//! The tasks and the steps that they are made of.

use crate::step::Step;

/// The steps of the task with this name, if there is one.
pub(crate) fn named(task: &str) -> Option<Vec<Step>> {
    match task {
        "test" => Some(test()),
        "lint" => Some(lint()),
        "ci" => Some([lint(), test()].concat()),
        "dist" => Some(vec![pack()]),
        "dist-test" => Some(vec![pack(), check_package()]),
        "sanitize" => Some(vec![Step::bash("sanitizers", "crates/sidestep-capi/dist/sanitize")]),
        _ => None,
    }
}

/// Every test. The three cargo steps share one profile, so that nothing is compiled twice.
fn test() -> Vec<Step> {
    const ALL: [&str; 3] = ["--workspace", "--all-features", "--no-fail-fast"];
    vec![
        Step::cargo("tests", &[&["test", "--tests"], &ALL[..]].concat()),
        Step::cargo("doc tests", &[&["test", "--doc"], &ALL[..]].concat()),
        Step::cargo(
            "examples",
            &["build", "--profile", "test", "--examples", "--workspace", "--all-features"],
        ),
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
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ci_is_lint_then_test() {
        let [lint, test, ci] = ["lint", "test", "ci"].map(|task| named(task).expect("a task"));
        assert_eq!(ci.len(), lint.len() + test.len());
        assert!(named("deploy").is_none());
    }
}
