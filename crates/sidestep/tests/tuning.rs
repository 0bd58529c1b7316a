//! The numbers in `docs/detection.md` are those of the code. `UPDATE_DOCS=1` writes the list of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const BEGIN: &str =
    "<!-- The list below is written by a test from tuning.rs: see CONTRIBUTING.md. -->";

/// One constant of `tuning.rs`.
struct Constant {
    /// `GATE`, or `link::LINK_WEIGHT` of a module.
    path: String,
    value: String,
    what: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The constants of one file, in order. Constants that share a comment share its text.
fn constants(file: &str) -> Vec<Constant> {
    let text = fs::read_to_string(root().join("crates/sidestep/src").join(file));
    let text = text.expect("the file is there");
    let (mut module, mut comment, mut found) = (String::new(), String::new(), Vec::new());
    let mut is_fresh = true;
    for line in text.lines().map(str::trim) {
        if let Some(words) = line.strip_prefix("/// ") {
            if std::mem::take(&mut is_fresh) {
                comment.clear();
            }
            comment = format!("{comment} {words}").trim().to_owned();
            continue;
        }
        is_fresh = true;
        if let Some(name) = line.strip_prefix("pub(crate) mod ").and_then(|l| l.strip_suffix(" {"))
        {
            module = format!("{name}::");
        } else if line == "}" {
            module.clear();
        } else if let Some(constant) = line.strip_prefix("pub(crate) const ") {
            let (name, rest) = constant.split_once(": ").expect("a constant has a type");
            let (_, value) = rest.split_once(" = ").expect("a constant has a value");
            let path = format!("{module}{name}");
            let value = value.trim_end_matches(';').to_owned();
            found.push(Constant { path, value, what: comment.clone() });
        }
    }
    found
}

fn all() -> Vec<Constant> {
    let detections = constants("tuning/detections.rs")
        .into_iter()
        .map(|constant| Constant { path: format!("detections::{}", constant.path), ..constant });
    constants("tuning.rs").into_iter().chain(detections).collect()
}

/// The value of a constant in words: a time with its unit, a power of two as one.
fn in_words(value: &str) -> String {
    let unit = |unit: &str| match unit {
        "DAY" => Some("days"),
        "HOUR" => Some("hours"),
        "MINUTE" => Some("minutes"),
        "SECOND" => Some("seconds"),
        _ => None,
    };
    if let Some(words) = unit(value) {
        return format!("1 {}", words.trim_end_matches('s'));
    }
    if let Some((count, words)) = value.split_once(" * ").and_then(|(n, u)| Some((n, unit(u)?))) {
        return format!("{count} {words}");
    }
    match value.split_once(" << ") {
        Some((_, power)) => format!("2^{power}"),
        None => value.trim_end_matches(".0").replace(".0 ", " "),
    }
}

#[test]
fn the_docs_list_every_constant() {
    let mut list = "| constant | value | what it is |\n|---|--:|---|\n".to_owned();
    for Constant { path, value, what } in all() {
        let value =
            if value.starts_with("Span") { "see the code".to_owned() } else { in_words(&value) };
        list += &format!("| `{path}` | {value} | {} |\n", what.replace('|', "\\|"));
    }
    let file = root().join("docs/detection.md");
    let text = fs::read_to_string(&file).expect("the docs are there");
    let (before, written) = text.split_once(BEGIN).expect("the docs have a place for the list");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, format!("{before}{BEGIN}\n\n{list}")).expect("the docs can be written");
    } else {
        let (written, list) = (written.trim().lines(), list.trim().lines());
        let different = written.clone().zip(list.clone()).find(|(known, made)| known != made);
        assert_eq!(different, None, "UPDATE_DOCS=1 writes the list anew");
        assert_eq!(written.count(), list.count(), "UPDATE_DOCS=1 writes the list anew");
    }
}

#[test]
fn numbers_in_the_docs_are_those_of_the_code() {
    let values: BTreeMap<String, String> =
        all().into_iter().map(|constant| (constant.path, in_words(&constant.value))).collect();
    let text = fs::read_to_string(root().join("docs/detection.md")).expect("the docs are there");
    let (prose, _) = text.split_once(BEGIN).expect("the docs have a place for the list");
    let prose = prose.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut checked = 0;
    // Every number is followed by its constant: `0.005 (GATE)` with the name in backticks.
    for (at, _) in prose.match_indices(" (`") {
        let name = prose[at + 3..].split('`').next().expect("a name ends");
        let Some(value) = values.get(name) else { continue };
        let said = prose[..at].rsplit('(').next().unwrap_or_default();
        assert!(
            said.ends_with(value.as_str()) || is_per_cent(said, value),
            "the docs say \"{}\" of `{name}`, which is {value}",
            said.chars().rev().take(30).collect::<Vec<_>>().into_iter().rev().collect::<String>()
        );
        checked += 1;
    }
    assert!(checked >= 20, "{checked} numbers name their constant");
}

/// Whether a text ends with a share as a percentage.
fn is_per_cent(said: &str, value: &str) -> bool {
    value.parse::<f64>().is_ok_and(|share| said.ends_with(&format!("{} %", 100.0 * share)))
}

#[test]
fn the_table_of_evidence_has_the_weights_of_the_code() {
    let text = fs::read_to_string(root().join("docs/detection.md")).expect("the docs are there");
    for Constant { path, value, .. } in all() {
        let Some(name) = path.strip_prefix("evidence::") else { continue };
        let row = format!("| `{}` |", name.to_lowercase());
        let row = text.lines().find(|line| line.starts_with(&row)).expect("it has a row");
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let numbers: Vec<f64> = value
            .trim_matches(['(', ')'])
            .split(", ")
            .map(|number| number.parse().expect("it is a number"))
            .collect();
        let said = &cells[cells.len() - 2..];
        let said: Vec<f64> = said.iter().map(|cell| cell.parse().expect("a number")).collect();
        assert_eq!(said, numbers[..2], "`{name}`");
    }
}
