#![allow(clippy::print_stdout, reason = "says what it skips")]

use std::fs;
use std::path::{Path, PathBuf};

use super::*;

fn named(event_id: u32, count: usize) -> Result<Vec<String>, String> {
    let mut record = Record { event_id, channel: "Security".into(), ..Record::default() };
    let values = (0..count).map(|place| Cow::Owned(place.to_string())).collect();
    record.set_in_order(values).map_err(|fault| fault.what)?;
    let fields = [Field::TargetName, Field::LogonType, Field::Address];
    Ok(fields.iter().filter_map(|field| record.text(*field).map(ToOwned::to_owned)).collect())
}

#[test]
fn the_number_of_values_says_the_version() {
    for count in [20, 21, 27, 28] {
        assert_eq!(named(4624, count).unwrap(), ["5", "8", "18"]);
    }
    assert_eq!(named(4625, 21).unwrap(), ["5", "10", "19"]);
    assert_eq!(named(4768, 24).unwrap(), ["0", "9"]);
    assert_eq!(named(4769, 21).unwrap(), ["0", "6"]);
    for count in [0, 1, 19, 22, 26, 29, 1000] {
        let expected = format!("has {count} values without names, which fit no version of 4624");
        assert_eq!(named(4624, count), Err(expected));
    }
}

#[test]
fn values_of_an_event_without_a_template_go_by_their_place() {
    let provider = "Microsoft-Windows-TerminalServices-RemoteConnectionManager".into();
    let mut record = Record { event_id: 1149, provider, ..Record::default() };
    record.set_in_order(vec!["alice".into(), "CORP".into(), "10.0.0.5".into()]).unwrap();
    assert_eq!(record.text(Field::Param3), Some("10.0.0.5"));
}

#[test]
fn every_template_is_of_an_event_that_is_read_and_names_what_it_needs() {
    for template in TEMPLATES {
        assert!(template.origin.lists(template.event_id), "{}", template.event_id);
        let needed = template.names().filter(|name| Field::of(name).is_some()).count();
        assert!(needed >= 1, "{}", template.event_id);
        let mut names: Vec<_> = template.names().collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), template.count(), "{}", template.event_id);
        let same = |other: &&Template| {
            (other.origin, other.event_id) == (template.origin, template.event_id)
                && other.count() == template.count()
        };
        assert_eq!(TEMPLATES.iter().filter(same).count(), 1, "{}", template.event_id);
    }
}

/// Every file in a folder and those below it that ends so.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "evtx") {
            found.push(path);
        }
    }
}

/// Whether an event log holds a template in which these names stand one after the other, each as the
/// attribute of an element of its own, and nothing else.
fn holds(log: &[u8], names: &[&str]) -> bool {
    /// Bytes from one name to the next: the value before it, its element and attribute.
    const APART: usize = 64;
    let encoded: Vec<Vec<u8>> = names
        .iter()
        .map(|name| {
            // A text in binary XML has its length before it.
            let length = u16::try_from(name.len()).unwrap();
            let units = std::iter::once(length).chain(name.encode_utf16());
            units.flat_map(u16::to_le_bytes).collect()
        })
        .collect();
    memchr::memmem::find_iter(log, &encoded[0]).any(|begin| {
        let mut at = begin + encoded[0].len();
        encoded[1..].iter().all(|name| {
            let window = &log[at..log.len().min(at + APART + name.len())];
            let found = memchr::memmem::find(window, name);
            at += found.unwrap_or_default() + name.len();
            found.is_some()
        })
    })
}

#[test]
fn real_event_logs_have_the_same_order() {
    let folder =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/evtx_attack_samples");
    if !folder.exists() {
        println!("skipped: evtx_attack_samples is not in ../shared/data");
        return;
    }
    let mut paths = Vec::new();
    files(&folder, &mut paths);
    let logs: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    let shown = TEMPLATES.iter().filter(|template| {
        let names: Vec<_> = template.names().collect();
        logs.iter().any(|log| holds(log, &names))
    });
    let shown: Vec<u32> = shown.map(|template| template.event_id).collect();
    for event_id in [
        1, 3, 18, 4624, 4625, 4634, 4648, 4662, 4672, 4688, 4698, 4702, 4720, 4722, 4724, 4732,
        4738, 4741, 4742, 4768, 4769, 4771, 4776, 4781, 5140, 5145, 7045,
    ] {
        assert!(shown.contains(&event_id), "{event_id} is not shown: {shown:?}");
    }
}
