//! The public API of the libraries, held against what is committed in `docs/public-api`, so that a
//! change of it is seen in review.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::step::{cargo_program, output, run};
use crate::tools::target_dir;

/// The crates whose API others build on.
const CRATES: [&str; 2] = ["sidestep", "sidestep-formats"];

/// Fails where a committed list is not what the source gives.
pub(crate) fn compare(root: &Path) -> Result<(), String> {
    let mut different = String::new();
    for name in CRATES {
        let committed = fs::read_to_string(file(root, name)).unwrap_or_default();
        let made = list(root, name)?;
        different += &difference(name, &committed, &made);
    }
    if different.is_empty() {
        return Ok(());
    }
    Err(format!("the public API is not as committed: `cargo xtask api --update`{different}"))
}

/// Writes the lists anew.
pub(crate) fn update(root: &Path) -> Result<(), String> {
    for name in CRATES {
        let (file, list) = (file(root, name), list(root, name)?);
        fs::create_dir_all(file.parent().expect("it is in a folder"))
            .and_then(|()| fs::write(&file, list))
            .map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(())
}

fn file(root: &Path, name: &str) -> std::path::PathBuf {
    root.join("docs/public-api").join(format!("{name}.txt"))
}

/// Every public item of a crate, one a line. What reads the JSON of rustdoc is a crate of its own,
/// which keeps its dependencies out of the workspace.
fn list(root: &Path, name: &str) -> Result<String, String> {
    let target = target_dir(root);
    run(Command::new(cargo_program())
        .args(["rustdoc", "--quiet", "--package", name, "--lib", "--all-features", "--"])
        .args(["-Z", "unstable-options", "--output-format", "json"])
        .env("RUSTDOC", root.join("xtask/public-api/rustdoc"))
        .current_dir(root))?;
    let json = target.join("doc").join(format!("{}.json", name.replace('-', "_")));
    output(
        Command::new(cargo_program())
            .args(["run", "--quiet", "--locked", "--manifest-path", "xtask/public-api/Cargo.toml"])
            .arg("--target-dir")
            .arg(target.join("tools"))
            .arg("--")
            .arg(json)
            .current_dir(root),
    )
}

/// What is in one list and not in the other, one a line.
fn difference(name: &str, committed: &str, made: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (committed.lines().collect(), made.lines().collect());
    let removed = old.iter().filter(|line| !new.contains(line)).map(|line| format!("\n- {line}"));
    let added = new.iter().filter(|line| !old.contains(line)).map(|line| format!("\n+ {line}"));
    let lines: String = removed.chain(added).collect();
    if lines.is_empty() { lines } else { format!("\n{name}:{lines}") }
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn what_was_removed_and_added_is_shown() {
        assert_eq!(difference("ours", "a\nb\n", "b\nc\n"), "\nours:\n- a\n+ c");
        assert_eq!(difference("ours", "a\n", "a\n"), "");
    }
}
