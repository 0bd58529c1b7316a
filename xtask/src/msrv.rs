//! The oldest version of Rust that is promised, `rust-version` of the workspace.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::step::{cargo_program, output, run};
use crate::tools::target_dir;

/// Compiles everything that is shipped with that version. Where it cannot be installed, what is left
/// is to see that no dependency asks for a newer one; for our own code clippy knows since when each
/// item of the standard library is there.
pub(crate) fn check(root: &Path) -> Result<(), String> {
    let version = promised(root)?;
    if !is_installed(&version) {
        println!("installing Rust {version}");
        let install = ["toolchain", "install", &version, "--profile", "minimal"];
        if run(Command::new("rustup").args(install).arg("--no-self-update")).is_err() {
            println!("Rust {version} cannot be installed here: only what crates state is checked");
            return stated(root, &version);
        }
    }
    run(Command::new("rustup")
        .args(["run", &version, "cargo", "check", "--locked", "--workspace", "--all-features"])
        .arg("--target-dir")
        .arg(target_dir(root).join("msrv"))
        .current_dir(root))
}

fn promised(root: &Path) -> Result<String, String> {
    let manifest =
        fs::read_to_string(root.join("Cargo.toml")).map_err(|error| error.to_string())?;
    let line = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "));
    line.map(|version| version.trim_matches('"').to_owned())
        .ok_or_else(|| "Cargo.toml states no rust-version".to_owned())
}

fn is_installed(version: &str) -> bool {
    output(Command::new("rustup").args(["run", version, "cargo", "--version"])).is_ok()
}

fn stated(root: &Path, promised: &str) -> Result<(), String> {
    let metadata = output(
        Command::new(cargo_program())
            .args(["metadata", "--locked", "--format-version", "1", "--all-features"])
            .current_dir(root),
    )?;
    let newer = newer(&metadata, promised);
    if newer.is_empty() { Ok(()) } else { Err(format!("ask for more: {}", newer.join(", "))) }
}

/// The crates that ask for more than `promised`. A crate's own keys stand in the order of cargo's
/// source, the name first, so that the metadata need not be understood in full.
fn newer(metadata: &str, promised: &str) -> Vec<String> {
    let mut found = Vec::new();
    for package in metadata.split("{\"name\":\"").skip(1) {
        let Some((name, rest)) = package.split_once('"') else { continue };
        let version = rest.split("\"rust_version\":\"").nth(1).and_then(|v| v.split('"').next());
        if let Some(version) = version
            && parts(version) > parts(promised)
        {
            found.push(format!("{name} {version}"));
        }
    }
    found
}

fn parts(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::newer;

    #[test]
    fn a_crate_that_asks_for_more_is_named() {
        let metadata = r#"{"packages":[{"name":"old","version":"1.0.0","dependencies":
            [{"name":"other","req":"1"}],"rust_version":"1.9"},
            {"name":"new","version":"1.0.0","rust_version":"1.88.1"},
            {"name":"silent","version":"1.0.0","rust_version":null}]}"#;
        assert_eq!(newer(metadata, "1.88"), ["new 1.88.1"]);
    }
}
