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

/// What prints or ends the process. The handles of the standard streams count: a library writes to
/// the writer that it is given.
const LOUD: &[&str] = &[
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
    "dbg!",
    "stdout()",
    "stderr()",
    "process::exit",
    "process::abort",
];

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
fn libraries_neither_print_nor_exit() {
    let root = workspace_root();
    let mut found = Vec::new();
    for name in SILENT {
        let mut files = Vec::new();
        rust_files(&root.join("crates").join(name).join("src"), &mut files);
        assert!(!files.is_empty(), "no source found for `{name}`");
        for file in files {
            let source = fs::read_to_string(&file).expect("source is UTF-8");
            for (line, what) in loud_lines(&source) {
                let file = file.strip_prefix(&root).unwrap_or(&file).display();
                found.push(format!("{file}:{line}: `{what}` in a library"));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn only_code_counts_as_printing() {
    let source = r##"
        // println!("in a comment");
        /* dbg!(1) /* nested */ eprintln!() */
        let a = "https://host/ println!";
        let b = r#"a " quote, dbg!"#; let c = ('"', '\'', b'"', "\"", '\u{22}', "\\");
        fn f<'a>(x: &'a str) { pretty_print!(x) }
        println!("loud"); // the sixth line of code
        let r#type = 'x'; std::process::exit(1);
    "##;
    assert_eq!(loud_lines(source), [(7, "println!"), (8, "process::exit")]);
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

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("source folder is readable") {
        let path = entry.expect("folder entry is readable").path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The lines of code, counted from 1, that hold one of [`LOUD`].
fn loud_lines(source: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    for (index, line) in code_only(source).lines().enumerate() {
        for what in LOUD {
            if line.match_indices(what).any(|(at, _)| !ends_in_word(&line[..at])) {
                found.push((index + 1, *what));
            }
        }
    }
    found
}

fn ends_in_word(text: &str) -> bool {
    text.ends_with(|last: char| last.is_alphanumeric() || last == '_')
}

/// The source without its comments and literals; line breaks stay.
fn code_only(source: &str) -> String {
    let mut code = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(next) = rest.chars().next() {
        // The `r` of `for` is no prefix of a raw string.
        let prefixes = !ends_in_word(&code);
        if let Some(length) = comment_length(rest).or_else(|| literal_length(rest, prefixes)) {
            code.push(' ');
            code.extend(rest[..length].chars().filter(|character| *character == '\n'));
            rest = &rest[length..];
        } else {
            code.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    code
}

/// The length of the comment that `text` begins with.
fn comment_length(text: &str) -> Option<usize> {
    if text.starts_with("//") {
        return Some(text.find('\n').unwrap_or(text.len()));
    }
    if !text.starts_with("/*") {
        return None;
    }
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(next) = text[at..].chars().next() {
        if text[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if text[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += next.len_utf8();
        }
    }
    Some(text.len())
}

/// The length of the string, raw string or character that `text` begins with.
fn literal_length(text: &str, prefixes: bool) -> Option<usize> {
    let prefix =
        if prefixes { text.len() - text.trim_start_matches(['b', 'c', 'r']).len() } else { 0 };
    let body = &text[prefix..];
    let length = if text[..prefix].ends_with('r') {
        raw_string_length(body)
    } else if body.starts_with('"') {
        Some(string_length(body))
    } else if body.starts_with('\'') {
        character_length(body)
    } else {
        None
    };
    length.map(|length| prefix + length)
}

fn raw_string_length(body: &str) -> Option<usize> {
    let hashes = body.len() - body.trim_start_matches('#').len();
    let inside = body[hashes..].strip_prefix('"')?;
    let close = format!("\"{}", &body[..hashes]);
    let end = inside.find(&close).map_or(inside.len(), |at| at + close.len());
    Some(hashes + 1 + end)
}

fn string_length(body: &str) -> usize {
    let mut characters = body.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '"' => return at + 1,
            _ => {}
        }
    }
    body.len()
}

/// None for a lifetime, which has no closing quote behind its first character.
fn character_length(body: &str) -> Option<usize> {
    let mut characters = body.char_indices().skip(1);
    let (_, first) = characters.next()?;
    if first == '\\' {
        characters.next()?;
        return characters.find(|(_, character)| *character == '\'').map(|(at, _)| at + 1);
    }
    characters.next().filter(|(_, character)| *character == '\'').map(|(at, _)| at + 1)
}
