//! The rooms of the engine: which may import which. What a stage found goes on by being returned, so that
//! no import runs back up.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, that is the files and folders of `src`, from the lowest to the highest: each may import
/// those of the lines before its own, and none of its own line. A new room is added here, and to
/// `docs/architecture.md`, on purpose.
const FLOORS: &[&[&str]] = &[
    &["time", "error", "attack", "reason"],
    &["tuning", "fading"],
    &["store"],
    &["event"],
    &["login", "sessions", "score", "mfa", "ahead"],
    &["baseline"],
    &["identity", "evidence"],
    &["judge", "learning", "rules"],
    &["config"],
    &["movement"],
    &["attribution", "alert", "metrics"],
    &["alerting", "graph"],
    &["pipeline"],
    &["engine"],
    &["snapshot", "merge", "forget"],
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the source is there") {
        let path = entry.expect("it can be listed").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// What each room imports, with the file that does. Tests may import what they like.
fn imports() -> BTreeMap<(String, String), String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut imports = BTreeMap::new();
    for file in files {
        let name = file.strip_prefix(&root).expect("it lies there").display().to_string();
        if name == "lib.rs" || name.ends_with("tests.rs") || name.ends_with("testing.rs") {
            continue;
        }
        let text = fs::read_to_string(&file).expect("source is UTF-8");
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        let room = name.split(['/', '.']).next().unwrap_or_default().to_owned();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for (at, _) in line.match_indices("crate::") {
                // A macro's own crate, as in `pub(in crate::rules)`, is an import like any other.
                let rest = &line[at + "crate::".len()..];
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_');
                let imported = &rest[..end.unwrap_or(rest.len())];
                // What begins with a capital is re-exported at the root, and is the event's.
                let is_type = imported.starts_with(char::is_uppercase);
                let imported = if is_type { "event" } else { imported };
                if imported != room && !imported.is_empty() {
                    imports.insert((room.clone(), imported.to_owned()), name.clone());
                }
            }
        }
    }
    imports
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// Every import that runs up or to the side, in words.
fn violations(imports: &BTreeMap<(String, String), String>) -> Vec<String> {
    let mut found = Vec::new();
    for ((room, imported), file) in imports {
        match (floor_of(room), floor_of(imported)) {
            (Some(here), Some(there)) if there < here => {}
            (Some(_), Some(_)) => {
                found.push(format!("{file}: `{room}` must not import `{imported}`"));
            }
            _ => found.push(format!("{file}: `{room}` or `{imported}` stands on no floor")),
        }
    }
    found
}

#[test]
fn no_stage_imports_one_that_comes_after_it() {
    let imports = imports();
    assert!(imports.len() > 50, "the source was not read");
    let found = violations(&imports);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn an_import_that_runs_back_up_is_seen() {
    let import = |room: &str, imported: &str| {
        BTreeMap::from([((room.to_owned(), imported.to_owned()), "a.rs".to_owned())])
    };
    assert_eq!(
        violations(&import("judge", "pipeline")),
        ["a.rs: `judge` must not import `pipeline`"]
    );
    assert_eq!(violations(&import("judge", "rules")).len(), 1, "to the side");
    assert_eq!(violations(&import("attic", "time")).len(), 1);
    assert!(violations(&import("pipeline", "judge")).is_empty());
}

#[test]
fn every_room_is_in_the_picture() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/architecture.md");
    let docs = fs::read_to_string(docs).expect("the docs are there");
    for room in FLOORS.iter().copied().flatten() {
        let named = [format!("`{room}.rs`"), format!("`{room}/`")];
        assert!(named.iter().any(|name| docs.contains(name.as_str())), "{room} is not named");
    }
}
