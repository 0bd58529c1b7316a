//! The layers of the workspace: which crate may import which, and what a library must not do.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::MetadataCommand;

/// Every crate of ours, with those of ours that it may import. Development and build dependencies
/// count like any other. A new crate is added here, and to the code map, on purpose.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("sidestep", &[]),
    ("sidestep-formats", &["sidestep"]),
    ("sidestep-arrow", &["sidestep", "sidestep-formats"]),
    ("sidestep-sim", &["sidestep"]),
    ("sidestep-capi", &["sidestep", "sidestep-formats", "sidestep-arrow"]),
    (
        "sidestep-benches",
        &["sidestep", "sidestep-formats", "sidestep-arrow", "sidestep-sim", "sidestep-capi"],
    ),
    ("sidestep-cli", &["sidestep", "sidestep-formats", "sidestep-arrow", "sidestep-sim"]),
    (
        "sidestep-python",
        &["sidestep", "sidestep-formats", "sidestep-arrow", "sidestep-sim", "sidestep-cli"],
    ),
    ("xtask", &[]),
];

/// The crates that other people's programs embed: these never print and never exit.
const SILENT: &[&str] =
    &["sidestep", "sidestep-formats", "sidestep-arrow", "sidestep-sim", "sidestep-capi"];

/// The lints by which clippy refuses what prints, ends the process or reads a clock; `clippy.toml` names
/// the methods that are disallowed.
const SILENCE: &[&str] = &["disallowed_methods", "exit", "print_stderr", "print_stdout"];

#[test]
fn no_crate_imports_upward() {
    let imports = imports();
    assert!(imports.contains_key("sidestep"), "the workspace was not read: {imports:?}");
    let found = violations(&imports);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn an_upward_import_and_an_unknown_crate_are_seen() {
    let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<_>>();
    let imports = BTreeMap::from([
        ("sidestep".to_owned(), owned(&["sidestep-sim"])),
        ("sidestep-cli".to_owned(), owned(&["sidestep", "sidestep-sim"])),
        ("sidestep-capi".to_owned(), owned(&["sidestep", "sidestep-cli"])),
        ("stranger".to_owned(), owned(&["sidestep"])),
    ]);
    assert_eq!(
        violations(&imports),
        [
            "`sidestep` must not import `sidestep-sim`",
            "`sidestep-capi` must not import `sidestep-cli`",
            "`stranger` is not in the table of crates",
        ]
    );
}

#[test]
fn the_table_itself_has_no_cycle() {
    for (row, (name, allowed)) in MAY_IMPORT.iter().enumerate() {
        for import in *allowed {
            let is_above = MAY_IMPORT[..row].iter().any(|(known, _)| known == import);
            assert!(is_above, "`{name}` may import `{import}`, which is not above it");
        }
    }
}

#[test]
fn the_lints_of_every_library_refuse_printing_and_exiting() {
    let read = |path: &str| fs::read_to_string(workspace_root().join(path)).expect("it is there");
    let of_all = read("Cargo.toml");
    for name in SILENT {
        let own = read(&format!("crates/{name}/Cargo.toml"));
        let lints = if own.contains("[lints]\nworkspace = true\n") { &of_all } else { &own };
        for lint in SILENCE {
            assert!(lints.contains(&format!("\n{lint} = \"deny\"\n")), "`{name}` allows `{lint}`");
        }
    }
    let disallowed = read("clippy.toml");
    for method in ["io::stdout", "io::stderr", "process::abort", "SystemTime::now", "Instant::now"]
    {
        assert!(disallowed.contains(&format!("{method}\"")), "`{method}` is allowed");
    }
}

fn workspace_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The members of the workspace, each with its dependencies of ours: those with a path, and those
/// with a name of ours wherever they come from.
fn imports() -> BTreeMap<String, Vec<String>> {
    let metadata = MetadataCommand::new()
        .manifest_path(workspace_root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .expect("cargo metadata runs");
    let is_ours = |name: &str| MAY_IMPORT.iter().any(|(known, _)| *known == name);
    metadata
        .packages
        .iter()
        .map(|package| {
            let of_ours = package
                .dependencies
                .iter()
                .filter(|dependency| dependency.path.is_some() || is_ours(&dependency.name))
                .map(|dependency| dependency.name.clone())
                .collect();
            (package.name.to_string(), of_ours)
        })
        .collect()
}

/// Every way in which `imports` breaks [`MAY_IMPORT`], in words.
fn violations(imports: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, imported) in imports {
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(known, _)| known == name) else {
            found.push(format!("`{name}` is not in the table of crates"));
            continue;
        };
        for import in imported {
            if !allowed.contains(&import.as_str()) {
                found.push(format!("`{name}` must not import `{import}`"));
            }
        }
    }
    found
}
