//! What is written, byte for byte.
//!
//! After a change of the output that is meant, renew the files with
//! `UPDATE_GOLDEN=1 cargo test -p sidestep-formats --test emit_golden`, and read what changed.

mod alerts;

use std::fs;
use std::path::Path;

use alerts::Template;
use sidestep::Alert;
use sidestep_formats::{Emit, EmitOptions, OcsfVersion, write_alerts, write_graph};

fn written(alerts: &[Alert], emit: Emit, options: &EmitOptions) -> String {
    let mut out = Vec::new();
    write_alerts(&mut out, alerts, emit, options).unwrap();
    String::from_utf8(out).unwrap()
}

fn check(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    // A release is no change of the output.
    let text = text.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, text).unwrap();
        return;
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, golden, "{file} differs; see the head of this file");
}

#[test]
fn alerts_are_written_as_they_were() {
    let template = Template::new();
    let (plain, awkward) = (template.plain(), template.awkward());
    let old = EmitOptions { ocsf_version: OcsfVersion::V1_1, ..EmitOptions::default() };
    let new = EmitOptions::default();
    let once = EmitOptions { once: true, ..new };
    for (name, alert) in [("plain", plain), ("awkward", awkward)] {
        let alert = [alert];
        for (file, emit, options) in [
            ("alert.json", Emit::Json, new),
            ("ocsf-1.6.0.json", Emit::Ocsf, once),
            ("ocsf-1.1.0.json", Emit::Ocsf, old),
            ("ecs.json", Emit::Ecs, new),
            ("navigator.json", Emit::Navigator, new),
            ("graphml.xml", Emit::GraphMl, new),
            ("movement.dot", Emit::Dot, new),
            ("cytoscape.json", Emit::Cytoscape, new),
        ] {
            let text = written(&alert, emit, &options);
            assert_eq!(text, written(&alert, emit, &options));
            check(&format!("{name}-{file}"), &text);
        }
    }
}

#[test]
fn documents_over_two_alerts_are_written_as_they_were() {
    let template = Template::new();
    let both = [template.plain(), template.awkward()];
    for (file, emit) in [
        ("both-navigator.json", Emit::Navigator),
        ("both-graphml.xml", Emit::GraphMl),
        ("both-movement.dot", Emit::Dot),
        ("both-cytoscape.json", Emit::Cytoscape),
    ] {
        check(file, &written(&both, emit, &EmitOptions::default()));
    }
}

#[test]
fn login_graphs_are_written_as_they_were() {
    let graph = alerts::engine().login_graph();
    for (file, emit) in [
        ("logins-graphml.xml", Emit::GraphMl),
        ("logins.dot", Emit::Dot),
        ("logins-cytoscape.json", Emit::Cytoscape),
    ] {
        let mut out = Vec::new();
        write_graph(&mut out, &graph, emit).unwrap();
        check(file, &String::from_utf8(out).unwrap());
    }
    for emit in [Emit::Json, Emit::Ocsf, Emit::Ecs, Emit::Navigator] {
        let error = write_graph(&mut Vec::new(), &graph, emit).unwrap_err();
        assert!(error.to_string().contains("graphml, dot or cytoscape"), "{error}");
    }
}
