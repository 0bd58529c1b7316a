//! Names are an intruder's text: whatever they are, what is written stays whole.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::alerts::{self, Template};
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::Value;
use sidestep::alert::Alert;
use sidestep_formats::{
    ExportFormat, ExportOptions, OcsfVersion, write_alert, write_alerts, write_graph,
};

static TEMPLATE: LazyLock<Template> = LazyLock::new(Template::new);

fn written(alerts: &[Alert], format: ExportFormat, options: ExportOptions) -> String {
    let mut out = Vec::new();
    write_alerts(&mut out, alerts, format, &options).unwrap();
    String::from_utf8(out).unwrap()
}

/// How often each element stands in a document, and its texts in order.
fn elements(xml: &str) -> (BTreeMap<String, usize>, Vec<String>) {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut counts, mut texts) = (BTreeMap::<String, usize>::new(), Vec::new());
    let mut depth = 0_usize;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                depth += 1;
                texts.push(String::new());
                let name = start.name().as_ref().to_owned();
                *counts.entry(name).or_default() += 1;
                for attribute in start.attributes() {
                    attribute.unwrap();
                }
            }
            Event::Text(text) => {
                if let Some(last) = texts.last_mut() {
                    last.push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                let known = quick_xml::escape::resolve_predefined_entity(&reference);
                let character = reference.resolve_char_ref().unwrap().map(String::from);
                let text = known.map(ToOwned::to_owned).or(character).unwrap();
                texts.last_mut().unwrap().push_str(&text);
            }
            Event::End(_) => {
                depth -= 1;
                // What follows is not of this element.
                texts.push(String::new());
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0, "every element ends");
    (counts, texts)
}

/// The statements of a DOT document: what stands between quotes is one `"`, so that what is left
/// tells whether a name broke out.
fn outside_quotes(dot: &str) -> String {
    let mut outside = String::new();
    let mut characters = dot.chars();
    while let Some(character) = characters.next() {
        outside.push(character);
        if character != '"' {
            continue;
        }
        loop {
            match characters.next().expect("quotes are closed") {
                '\\' => drop(characters.next().expect("an escape has a character")),
                '"' => break,
                inside => assert!(!inside.is_control(), "a line ends within quotes"),
            }
        }
    }
    outside
}

/// Whether two DOT documents differ in nothing but what stands between quotes.
fn same_shape(dot: &str, plain: &str) -> bool {
    // A title takes as many lines as it needs, within one pair of quotes.
    outside_quotes(dot) == outside_quotes(plain)
}

/// Names of every sort of trouble.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[\\\\\"<>&'{};\\[\\]@\n\r\t\0 -]{0,12}",
        Just("]]>".to_owned()),
        Just("\\".to_owned()),
        Just("fe80::1%eth0".to_owned()),
        Just("\u{ffff}\u{fffe}\u{202e}\u{85}\u{2028}".to_owned()),
    ]
}

/// Two accounts, four hosts and one more text, each name unlike the others.
fn names() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(name(), 7).prop_map(|mut names| {
        for (at, name) in names.iter_mut().enumerate() {
            name.push_str(&format!("{at}"));
        }
        names
    })
}

fn alert(names: &[String]) -> Alert {
    let name = |at: usize| names[at].as_str();
    let hosts = [name(2), name(3), name(4), name(5)];
    TEMPLATE.alert("00c0ffee00c0ffee", [name(0), name(1)], hosts, name(6))
}

proptest! {
    #[test]
    fn json_of_every_kind_stays_json(names in names()) {
        let alert = [alert(&names)];
        let old = ExportOptions::default().with_ocsf_version(OcsfVersion::V1_1).with_once(false);
        let new = ExportOptions::default();
        for (format, options) in
            [(ExportFormat::Json, new), (ExportFormat::Ocsf, new), (ExportFormat::Ocsf, old), (ExportFormat::Ecs, new), (ExportFormat::Navigator, new)]
        {
            let text = written(&alert, format, options);
            prop_assert_eq!(text.matches('\n').count(), 1, "one line");
            let document: Value = serde_json::from_str(&text).unwrap();
            prop_assert!(document.is_object());
        }
        let mut line = Vec::new();
        write_alert(&mut line, &alert[0]).unwrap();
        prop_assert_eq!(String::from_utf8(line).unwrap(), written(&alert, ExportFormat::Json, new));
    }

    #[test]
    fn cytoscape_has_its_elements(names in names()) {
        let alert = [alert(&names)];
        let network: Value =
            serde_json::from_str(&written(&alert, ExportFormat::Cytoscape, ExportOptions::default())).unwrap();
        let nodes = network["elements"]["nodes"].as_array().unwrap();
        let edges = network["elements"]["edges"].as_array().unwrap();
        prop_assert_eq!((nodes.len(), edges.len()), (4, 3));
        let ids: Vec<&Value> = nodes.iter().map(|node| &node["data"]["id"]).collect();
        for edge in edges {
            prop_assert!(ids.contains(&&edge["data"]["source"]));
            prop_assert!(ids.contains(&&edge["data"]["target"]));
        }
        prop_assert_eq!(&nodes[0]["data"]["name"], &Value::from(names[2].as_str()));
        prop_assert_eq!(&edges[0]["data"]["user"], &Value::from(names[0].as_str()));
    }

    #[test]
    fn graphml_is_read_back(names in names()) {
        let alerts = [alert(&names), alert(&names)];
        let xml = written(&alerts, ExportFormat::GraphMl, ExportOptions::default());
        let fits = |c: char| c == '\n' || c == '\t' || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}'));
        prop_assert!(xml.chars().all(fits), "every character is one of XML's");
        let (counts, texts) = elements(&xml);
        let count = |name: &str| counts.get(name).copied().unwrap_or_default();
        prop_assert_eq!((count("graph"), count("node"), count("edge")), (2, 8, 6));
        let kept = |name: &str| -> String {
            name.chars().map(|c| if fits(c) { c } else { '\u{fffd}' }).collect()
        };
        for name in &names[..6] {
            // A line ending is read as a line feed.
            prop_assert!(texts.contains(&kept(name)), "{:?} in {:?}", name, texts);
        }
    }

    #[test]
    fn no_name_breaks_out_of_its_quotes(names in names()) {
        let plain: Vec<String> = "abcdefg".chars().map(String::from).collect();
        let dot = written(&[alert(&names)], ExportFormat::Dot, ExportOptions::default());
        let known = written(&[alert(&plain)], ExportFormat::Dot, ExportOptions::default());
        prop_assert!(same_shape(&dot, &known), "{}", dot);
        prop_assert_eq!(dot.lines().count(), known.lines().count());
    }
}

#[test]
fn the_login_graph_keeps_its_counts() {
    let graph = alerts::engine().login_graph();
    let of = |format| {
        let mut out = Vec::new();
        write_graph(&mut out, &graph, format).unwrap();
        String::from_utf8(out).unwrap()
    };
    let (nodes, edges) = (graph.node_count(), graph.edge_count());
    assert!(nodes > 2 && edges > 2);
    let (counts, _) = elements(&of(ExportFormat::GraphMl));
    assert_eq!((counts["node"], counts["edge"]), (nodes, edges));
    let network: Value = serde_json::from_str(&of(ExportFormat::Cytoscape)).unwrap();
    assert_eq!(network["elements"]["nodes"].as_array().unwrap().len(), nodes);
    assert_eq!(network["elements"]["edges"].as_array().unwrap().len(), edges);
    let statements = outside_quotes(&of(ExportFormat::Dot));
    assert_eq!(statements.matches("->").count(), edges);
}

#[test]
fn the_check_of_dot_sees_a_breakout() {
    assert_eq!(outside_quotes(r#"a [label="x\"y"];"#), r#"a [label="];"#);
    assert!(!same_shape(r#"a [label="x"]; evil [label="y"];"#, r#"a [label="x"];"#));
}
