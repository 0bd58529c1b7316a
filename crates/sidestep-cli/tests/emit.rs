//! Each output format of the built command, on the sample log.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;
use tempfile::TempDir;

fn detect(args: &[&str]) -> Output {
    let log = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/data/office.csv.gz");
    Command::new(env!("CARGO_BIN_EXE_sidestep"))
        .arg("detect")
        .arg(log)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .expect("the command starts")
}

/// What a run prints, which must be the same in every run.
fn printed(args: &[&str]) -> String {
    let run = || {
        let output = detect(args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let first = run();
    assert_eq!(first, run(), "{args:?}: two runs give the same bytes");
    String::from_utf8(first).expect("it writes UTF-8")
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

fn json_alerts() -> Vec<Value> {
    let alerts = json_lines(&printed(&["--emit", "json"]));
    assert!(!alerts.is_empty(), "the sample holds an attack");
    alerts
}

fn count(values: &Value) -> usize {
    values.as_array().expect("it is a list").len()
}

/// The number of elements of this name in a document that is well formed.
fn elements(xml: &str, name: &str) -> usize {
    let mut reader = Reader::from_str(xml);
    let (mut found, mut depth) = (0, 0);
    loop {
        match reader.read_event().expect("it is well formed") {
            Event::Start(start) => {
                depth += 1;
                found += usize::from(start.name().as_ref() == name);
            }
            Event::End(_) => depth -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "every element ends");
    found
}

#[test]
fn json_is_what_output_writes_by_itself() {
    assert_eq!(printed(&["--emit", "json"]), printed(&["--output", "-"]));
}

#[test]
fn ocsf_and_ecs_hold_one_document_an_alert() {
    let alerts = json_alerts();
    for version in ["1.8.0", "1.6.0", "1.1.0"] {
        let findings = json_lines(&printed(&["--emit", "ocsf", "--ocsf-version", version]));
        assert_eq!(findings.len(), alerts.len());
        for (finding, alert) in findings.iter().zip(&alerts) {
            assert_eq!(finding["finding_info"]["uid"], alert["id"]);
            assert_eq!(finding["metadata"]["version"], version);
            assert_eq!(finding["type_uid"], 200_403);
            assert_eq!(count(&finding["evidences"]), count(&alert["hops"]));
            let graph = &finding["finding_info"]["attack_graph"];
            assert_eq!(graph.is_object(), version != "1.1.0");
        }
    }
    let documents = json_lines(&printed(&["--emit", "ecs"]));
    assert_eq!(documents.len(), alerts.len());
    for (document, alert) in documents.iter().zip(&alerts) {
        assert_eq!(document["event"]["kind"], "alert");
        assert_eq!(document["event"]["id"], alert["id"]);
        assert_eq!(document["@timestamp"], alert["detected_at"]);
    }
}

#[test]
fn navigator_and_cytoscape_hold_one_document() {
    let alerts = json_alerts();
    let layer: Value = serde_json::from_str(&printed(&["--emit", "navigator"])).unwrap();
    let techniques = layer["techniques"].as_array().unwrap();
    let remote = techniques.iter().find(|t| t["techniqueID"] == "T1021").unwrap();
    assert_eq!(remote["score"], alerts.len());
    for alert in &alerts {
        assert!(remote["comment"].as_str().unwrap().contains(alert["id"].as_str().unwrap()));
    }
    let network: Value = serde_json::from_str(&printed(&["--emit", "cytoscape"])).unwrap();
    let hops: usize = alerts.iter().map(|alert| count(&alert["hops"])).sum();
    assert_eq!(count(&network["elements"]["edges"]), hops);
}

#[test]
fn graphml_and_dot_hold_one_graph_an_alert() {
    let alerts = json_alerts();
    let hops: usize = alerts.iter().map(|alert| count(&alert["hops"])).sum();
    let xml = printed(&["--emit", "graphml"]);
    assert_eq!((elements(&xml, "graph"), elements(&xml, "edge")), (alerts.len(), hops));
    let dot = printed(&["--emit", "dot"]);
    assert!(dot.starts_with("digraph ") && dot.ends_with("}\n"), "{dot}");
    assert_eq!(dot.matches("subgraph cluster_").count(), alerts.len());
    assert_eq!(dot.matches(" -> ").count(), hops);
}

#[test]
fn a_file_gets_the_format_and_the_login_graph() {
    let dir = TempDir::new().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().expect("the name is UTF-8").to_owned();
    let (alerts, dot) = (path("alerts.ecs"), path("logins.GV"));
    let output = detect(&["--emit", "ecs", "-o", &alerts, "--graph", &dot]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.stdout, b"", "nobody watches: the file has it all");
    assert_eq!(fs::read_to_string(&alerts).unwrap(), printed(&["--emit", "ecs"]));
    let edges = fs::read_to_string(&dot).unwrap().matches(" -> ").count();
    assert!(edges > 100, "{edges}");

    let (xml, json) = (path("logins.graphml"), path("logins.json"));
    for file in [&xml, &json] {
        let output = detect(&["--graph", file]);
        assert!(output.status.success());
        assert!(!output.stdout.is_empty(), "the blocks are shown as without a graph");
    }
    assert_eq!(elements(&fs::read_to_string(&xml).unwrap(), "edge"), edges);
    let network: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!(count(&network["elements"]["edges"]), edges);
}
