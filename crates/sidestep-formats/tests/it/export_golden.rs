//! What is written, byte for byte.
//!
//! After a change of the output that is meant, renew the files with
//! `UPDATE_GOLDEN=1 cargo test -p sidestep-formats --test it export_golden`, and read what changed.

use std::fs;
use std::path::Path;

use crate::alerts::{self, Template};
use sidestep::alert::Alert;
use sidestep_formats::{ExportFormat, ExportOptions, OcsfVersion, write_alerts, write_graph};

fn written(alerts: &[Alert], format: ExportFormat, options: &ExportOptions) -> String {
    let mut out = Vec::new();
    write_alerts(&mut out, alerts, format, options).unwrap();
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
    let old = ExportOptions::default().with_ocsf_version(OcsfVersion::V1_1);
    let new = ExportOptions::default();
    let once = new.with_once(true);
    for (name, alert) in [("plain", plain), ("awkward", awkward)] {
        let alert = [alert];
        for (file, format, options) in [
            ("alert.json", ExportFormat::Json, new),
            ("ocsf-1.6.0.json", ExportFormat::Ocsf, once),
            ("ocsf-1.1.0.json", ExportFormat::Ocsf, old),
            ("ecs.json", ExportFormat::Ecs, new),
            ("navigator.json", ExportFormat::Navigator, new),
            ("graphml.xml", ExportFormat::GraphMl, new),
            ("movement.dot", ExportFormat::Dot, new),
            ("cytoscape.json", ExportFormat::Cytoscape, new),
        ] {
            let text = written(&alert, format, &options);
            assert_eq!(text, written(&alert, format, &options));
            check(&format!("{name}-{file}"), &text);
        }
    }
}

#[test]
fn documents_over_two_alerts_are_written_as_they_were() {
    let template = Template::new();
    let both = [template.plain(), template.awkward()];
    for (file, format) in [
        ("both-navigator.json", ExportFormat::Navigator),
        ("both-graphml.xml", ExportFormat::GraphMl),
        ("both-movement.dot", ExportFormat::Dot),
        ("both-cytoscape.json", ExportFormat::Cytoscape),
    ] {
        check(file, &written(&both, format, &ExportOptions::default()));
    }
}

#[test]
fn login_graphs_are_written_as_they_were() {
    let graph = alerts::engine().login_graph();
    for (file, format) in [
        ("logins-graphml.xml", ExportFormat::GraphMl),
        ("logins.dot", ExportFormat::Dot),
        ("logins-cytoscape.json", ExportFormat::Cytoscape),
    ] {
        let mut out = Vec::new();
        write_graph(&mut out, &graph, format).unwrap();
        check(file, &String::from_utf8(out).unwrap());
    }
    for format in
        [ExportFormat::Json, ExportFormat::Ocsf, ExportFormat::Ecs, ExportFormat::Navigator]
    {
        let error = write_graph(&mut Vec::new(), &graph, format).unwrap_err();
        assert!(error.to_string().contains("graphml, dot or cytoscape"), "{error}");
    }
}

#[test]
fn an_alert_is_read_back_from_its_line() {
    let template = Template::new();
    for alert in [template.plain(), template.awkward()] {
        let line =
            written(std::slice::from_ref(&alert), ExportFormat::Json, &ExportOptions::default());
        let read: Alert = serde_json::from_str(&line).expect("it is the shape that is written");
        assert_eq!(read, alert);
        let other = line.replace("sidestep.alert/1", "sidestep.alert/9");
        assert!(serde_json::from_str::<Alert>(&other).is_err(), "another shape");
    }
    // A state that is not the last is written, too.
    let mut opened = template.plain();
    opened.state = sidestep::alert::AlertState::Opened;
    let line = serde_json::to_string(&opened).unwrap();
    assert!(line.contains(r#""state":"opened""#), "{line}");
    assert_eq!(serde_json::from_str::<Alert>(&line).unwrap(), opened);
}
