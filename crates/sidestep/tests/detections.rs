//! Every detection is documented, and the documentation is what the code says.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use sidestep::detection::detections;

/// What ends the part of a page that is made from the code.
const END: &str = "\n---\n";

#[test]
fn pages_are_what_the_code_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/detections");
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    for detection in detections() {
        let path = folder.join(format!("{}.md", detection.id));
        let expected = detection.to_markdown();
        let found = fs::read_to_string(&path).unwrap_or_default();
        let by_hand = found.find(END).map_or("", |at| &found[at..]);
        if update {
            fs::write(&path, format!("{expected}{by_hand}")).expect("the page can be written");
            continue;
        }
        let made = &found[..found.len() - by_hand.len()];
        assert_eq!(made, expected, "{}: run with UPDATE_DOCS=1", path.display());
    }
    let pages: BTreeSet<String> = fs::read_dir(&folder)
        .expect("there is documentation")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name != "README.md")
        .collect();
    let expected: BTreeSet<String> =
        detections().iter().map(|detection| format!("{}.md", detection.id)).collect();
    assert_eq!(pages, expected, "no page is left over");
}

#[test]
fn detections_are_told_apart_and_say_what_they_need() {
    let ids: BTreeSet<&str> = detections().iter().map(|detection| detection.id).collect();
    assert_eq!(ids.len(), detections().len());
    for detection in detections() {
        let id = detection.id;
        assert!(id.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'), "{id}");
        assert!(!detection.techniques.is_empty() && !detection.needs.is_empty(), "{id}");
        assert!((1e-5..=0.1).contains(&detection.prior), "{id}");
        for text in [
            detection.sees,
            detection.formula,
            detection.blind_spots,
            detection.false_positives,
            detection.ask,
        ] {
            assert!(
                text.len() > 20 && (text.ends_with('.') || text.ends_with('?')),
                "{id}: {text}"
            );
            assert!(!text.contains("  "), "{id}: {text}");
        }
    }
}
