//! What is written for other tools, against the schemas of those tools. Where the schemas come from
//! is said in each.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use crate::alerts::Template;
use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Value, json};
use sidestep::alert::{Alert, AlertState, Severity};
use sidestep_formats::{ExportFormat, ExportOptions, OcsfVersion, write_alerts};

fn schema(file: &str) -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas").join(file);
    let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// The schema of 1.6.0 with what the change logs of 1.7.0 and 1.8.0 add to the objects in it. Neither takes
/// anything away from them, nor deprecates what is written.
fn schema_of_ocsf_1_8() -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/schemas/ocsf-1.6.0-detection-finding.json");
    let text = fs::read_to_string(path).unwrap().replace("\"1.6.0\"", "\"1.8.0\"");
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    for (object, names, kind) in [
        (
            "metadata",
            &["type", "source", "log_source", "log_format", "original_event_uid"][..],
            "string",
        ),
        ("metadata", &["total_queued_duration", "transmit_time"], "integer"),
        ("observable", &["event_uid"], "string"),
        ("observable", &["type_uid"], "integer"),
        ("network_endpoint", &["mac_vendor"], "string"),
    ] {
        for name in names {
            schema["$defs"][object]["properties"][name] = json!({"type": kind});
        }
    }
    jsonschema::meta::validate(&schema).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

fn faults(schema: &Validator, document: &Value) -> Vec<String> {
    let shown = |e: jsonschema::ValidationError<'_>| format!("{}: {e}", e.instance_path());
    schema.iter_errors(document).map(shown).collect()
}

fn documents(alerts: &[Alert], format: ExportFormat, options: ExportOptions) -> Vec<Value> {
    let mut out = Vec::new();
    write_alerts(&mut out, alerts, format, &options).unwrap();
    let text = String::from_utf8(out).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Alerts in every state and severity, one with nothing in its lists.
fn variety() -> Vec<Alert> {
    let template = Template::new();
    let mut alerts = vec![template.plain(), template.awkward()];
    for state in [AlertState::Opened, AlertState::Updated, AlertState::Closed] {
        let severities = [Severity::Low, Severity::Medium, Severity::High, Severity::Critical];
        for (severity, p_value) in severities.into_iter().zip([1.0, 0.05, 0.0, 0.02]) {
            let mut alert = template.plain();
            (alert.state, alert.severity, alert.p_value) = (state, severity, p_value);
            alerts.push(alert);
        }
    }
    let mut bare = template.plain();
    bare.hops.truncate(1);
    bare.hops[0].evidence.clear();
    bare.hops[0].raw_ref = None;
    bare.credential_switches.clear();
    bare.techniques.truncate(1);
    bare.pivots.clear();
    bare.targets = vec!["FILES-1".to_owned()];
    alerts.push(bare);
    alerts
}

#[test]
fn ocsf_findings_conform_to_their_version() {
    let alerts = variety();
    for (ocsf_version, schema) in [
        (OcsfVersion::V1_8, schema_of_ocsf_1_8()),
        (OcsfVersion::V1_6, schema("ocsf-1.6.0-detection-finding.json")),
        (OcsfVersion::V1_1, schema("ocsf-1.1.0-detection-finding.json")),
    ] {
        for once in [false, true] {
            let options = ExportOptions::default().with_ocsf_version(ocsf_version).with_once(once);
            let findings = documents(&alerts, ExportFormat::Ocsf, options);
            assert_eq!(findings.len(), alerts.len());
            for finding in &findings {
                assert_eq!(faults(&schema, finding), [""; 0], "{finding:#}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn findings_and_alerts_conform_whatever_the_names(
        names in prop::collection::vec(
            prop_oneof!["[a-zA-Z0-9.:@_ -]{0,16}", any::<String>(), "[0-9.:]{2,12}"], 7,
        ),
    ) {
        static SCHEMAS: LazyLock<[Validator; 3]> = LazyLock::new(|| {
            [
                schema("ocsf-1.6.0-detection-finding.json"),
                schema("ocsf-1.1.0-detection-finding.json"),
                schema("ecs-9.4.0-alert.json"),
            ]
        });
        static TEMPLATE: LazyLock<Template> = LazyLock::new(Template::new);
        let name = |at: usize| names[at].as_str();
        let hosts = [name(2), name(3), name(4), name(5)];
        let alert = [TEMPLATE.alert("a-1", [name(0), name(1)], hosts, name(6))];
        let old = ExportOptions::default().with_ocsf_version(OcsfVersion::V1_1).with_once(true);
        let new = ExportOptions::default();
        let written = [(ExportFormat::Ocsf, new), (ExportFormat::Ocsf, old), (ExportFormat::Ecs, new)];
        for (schema, (format, options)) in SCHEMAS.iter().zip(written) {
            let document = documents(&alert, format, options).remove(0);
            prop_assert_eq!(faults(schema, &document), [""; 0], "{:#}", document);
        }
    }
}

#[test]
fn the_schema_of_ocsf_sees_faults() {
    let schema = schema("ocsf-1.6.0-detection-finding.json");
    let finding =
        documents(&variety()[..1], ExportFormat::Ocsf, ExportOptions::default()).remove(0);
    assert_eq!(faults(&schema, &finding), [""; 0]);
    for (path, value) in [
        ("/severity_id", json!(7)),
        ("/severity", json!("Medium")),
        ("/type_uid", json!(200_401)),
        ("/time", json!("2026-03-02T09:00:01Z")),
        ("/metadata/version", json!("1.1.0")),
        ("/finding_info/analytic/type_id", json!("2")),
        ("/finding_info/attack_graph/nodes/0", json!({"name": "no uid"})),
        ("/evidences/0/src_endpoint", json!({})),
        ("/unmapped", json!("text")),
    ] {
        let mut broken = finding.clone();
        *broken.pointer_mut(path).unwrap() = value;
        assert_ne!(faults(&schema, &broken), [""; 0], "{path}");
    }
    let mut extra = finding;
    extra["finding_info"]["titel"] = json!("misspelt");
    assert_ne!(faults(&schema, &extra), [""; 0]);
}

#[test]
fn a_finding_tells_the_whole_movement() {
    let alert = Template::new().plain();
    let options = ExportOptions::default().with_once(true);
    let finding = &documents(&[alert], ExportFormat::Ocsf, options)[0];
    assert_eq!(finding["activity_id"], 3);
    assert_eq!(finding["is_alert"], true, "what is written once must be seen");
    let graph = &finding["finding_info"]["attack_graph"];
    assert_eq!(graph["nodes"].as_array().unwrap().len(), 4 + 2, "hosts and users");
    assert_eq!(graph["edges"].as_array().unwrap().len(), 3 + 1, "hops and switches");
    let is_node = |uid: &Value| graph["nodes"].as_array().unwrap().iter().any(|n| n["uid"] == *uid);
    for edge in graph["edges"].as_array().unwrap() {
        assert!(is_node(&edge["source"]) && is_node(&edge["target"]), "{edge}");
    }
    let analyses = finding["anomaly_analyses"].as_array().unwrap();
    assert_eq!(analyses.len(), 3);
    assert_eq!(analyses[0]["anomalies"].as_array().unwrap().len(), 2);
    assert_eq!(finding["evidences"].as_array().unwrap().len(), 3);
    let related = finding["finding_info"]["related_events"].as_array().unwrap();
    assert_eq!(related.len(), 2, "the hop in the middle has no raw record");
    assert_eq!(related[0]["uid"], "41");
    let values: Vec<&Value> =
        finding["observables"].as_array().unwrap().iter().map(|o| &o["value"]).collect();
    for name in ["WS-17", "10.1.2.3", "alice", "svc-backup"] {
        assert!(values.contains(&&json!(name)), "{name} in {values:?}");
    }
    for attack in finding["finding_info"]["attacks"].as_array().unwrap() {
        let is_ours = attack["technique"]["uid"] == "T1021";
        assert_eq!(attack["tactic"]["uid"] == "TA0008", is_ours, "{attack}");
    }
}

#[test]
fn an_alert_that_goes_on_is_closed_without_an_alarm() {
    let mut alert = Template::new().plain();
    for (state, activity, is_alert) in [
        (AlertState::Opened, 1, true),
        (AlertState::Updated, 2, true),
        (AlertState::Closed, 3, false),
    ] {
        alert.state = state;
        let finding = &documents(&[alert.clone()], ExportFormat::Ocsf, ExportOptions::default())[0];
        assert_eq!(finding["activity_id"], activity);
        assert_eq!(finding["type_uid"], 200_400 + activity);
        assert_eq!(finding["is_alert"], is_alert);
    }
}

#[test]
fn ecs_alerts_conform() {
    let schema = schema("ecs-9.4.0-alert.json");
    let alerts = variety();
    for document in documents(&alerts, ExportFormat::Ecs, ExportOptions::default()) {
        assert_eq!(faults(&schema, &document), [""; 0], "{document:#}");
        let tactics = document["threat"]["tactic"]["id"].as_array().unwrap();
        assert!(tactics.contains(&json!("TA0008")));
    }
    let bare = documents(&alerts, ExportFormat::Ecs, ExportOptions::default()).pop().unwrap();
    assert_eq!(bare["destination"]["domain"], "FILES-1", "one target is the destination");
    let mut broken = bare;
    broken["event"]["kind"] = json!("signal");
    assert_eq!(faults(&schema, &broken).len(), 1);
}

#[test]
fn navigator_layers_conform() {
    let schema = schema("navigator-layer-4.5.json");
    let mut alerts = variety();
    for some in [&alerts[..0], &alerts[..2], &alerts[..]] {
        let layers = documents(some, ExportFormat::Navigator, ExportOptions::default());
        assert_eq!(layers.len(), 1);
        assert_eq!(faults(&schema, &layers[0]), [""; 0], "{:#}", layers[0]);
    }
    // The same alert again is no second alert.
    alerts.truncate(2);
    alerts.push(alerts[0].clone());
    let layer = &documents(&alerts, ExportFormat::Navigator, ExportOptions::default())[0];
    let scores: Vec<(&str, Option<u64>)> = layer["techniques"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| (t["techniqueID"].as_str().unwrap(), t.get("score").and_then(Value::as_u64)))
        .collect();
    assert_eq!(
        scores,
        [
            ("T1021", Some(2)),
            ("T1021.001", Some(2)),
            ("T1078", Some(2)),
            ("T1550", None),
            ("T1550.002", Some(1)),
        ]
    );
}

#[test]
fn a_technique_of_no_known_tactic_has_none() {
    let mut alert = Template::new().plain();
    alert.techniques.truncate(1);
    (alert.techniques[0].id, alert.techniques[0].name) = ("T1999", "Unheard Of");
    let alerts = [alert];
    for (format, version, schema) in [
        (ExportFormat::Ocsf, OcsfVersion::V1_6, schema("ocsf-1.6.0-detection-finding.json")),
        (ExportFormat::Ocsf, OcsfVersion::V1_8, schema_of_ocsf_1_8()),
        (ExportFormat::Ecs, OcsfVersion::V1_6, schema("ecs-9.4.0-alert.json")),
        (ExportFormat::Navigator, OcsfVersion::V1_6, schema("navigator-layer-4.5.json")),
    ] {
        let options = ExportOptions::default().with_ocsf_version(version);
        let document = &documents(&alerts, format, options)[0];
        assert_eq!(faults(&schema, document), [""; 0], "{document:#}");
        let text = document.to_string();
        assert!(text.contains("T1999"), "{text}");
        assert!(!text.contains("TA00"), "{text}");
    }
    let layer = &documents(&alerts, ExportFormat::Navigator, ExportOptions::default())[0];
    assert!(layer["techniques"][0].get("tactic").is_none(), "{layer:#}");
}
