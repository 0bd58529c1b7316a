//! JSON as Cytoscape (a `.cyjs` network) and Cytoscape.js read it.

use std::io::{self, Write};

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::graph::{Attribute, GraphWriter, Style, Thing, Value};

/// One network of all graphs written; each element says which graph it is of.
pub(super) struct Cytoscape<W> {
    out: W,
    graph: usize,
    /// Attributes of the graph under way that each of its elements bears.
    alert: Option<String>,
    /// Elements so far: all nodes come before all edges.
    nodes: Vec<u8>,
    edges: Vec<u8>,
}

impl<W: Write> Cytoscape<W> {
    pub(super) const fn new(out: W) -> Self {
        Self { out, graph: 0, alert: None, nodes: Vec::new(), edges: Vec::new() }
    }
}

/// An element; its class is for style sheets.
#[derive(Serialize)]
struct Element<'e> {
    data: Data<'e>,
    #[serde(skip_serializing_if = "Option::is_none")]
    classes: Option<&'static str>,
}

struct Data<'e> {
    id: String,
    ends: Option<(String, String)>,
    label: String,
    alert: Option<&'e str>,
    attributes: &'e [Attribute<'e>],
}

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        if let Some((source, target)) = &self.ends {
            map.serialize_entry("source", source)?;
            map.serialize_entry("target", target)?;
        }
        map.serialize_entry("label", &self.label)?;
        if let Some(alert) = self.alert {
            map.serialize_entry("alert", alert)?;
        }
        for (name, value) in self.attributes {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

impl<W: Write> GraphWriter for Cytoscape<W> {
    fn begin(&mut self, graph: usize, thing: &Thing<'_, '_>) -> io::Result<()> {
        self.graph = graph;
        self.alert = thing.attributes.iter().find_map(|(name, value)| match value {
            Value::Text(id) if *name == "alert" => Some(id.to_string()),
            _ => None,
        });
        Ok(())
    }

    fn node(&mut self, node: usize, thing: &Thing<'_, '_>) -> io::Result<()> {
        let id = format!("g{}n{node}", self.graph);
        push(&mut self.nodes, &element(id, None, self.alert.as_deref(), thing))
    }

    fn edge(
        &mut self,
        edge: usize,
        source: usize,
        target: usize,
        thing: &Thing<'_, '_>,
    ) -> io::Result<()> {
        let graph = self.graph;
        let ends = (format!("g{graph}n{source}"), format!("g{graph}n{target}"));
        let id = format!("g{graph}e{edge}");
        push(&mut self.edges, &element(id, Some(ends), self.alert.as_deref(), thing))
    }

    fn end(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finish(mut self) -> io::Result<()> {
        self.out.write_all(
            b"{\"format_version\":\"1.0\",\"generated_by\":\"sidestep\",\
              \"target_cytoscapejs_version\":\"~2.1\",\
              \"data\":{\"name\":\"sidestep\"},\"elements\":{\"nodes\":[",
        )?;
        self.out.write_all(&self.nodes)?;
        self.out.write_all(b"\n],\"edges\":[")?;
        self.out.write_all(&self.edges)?;
        self.out.write_all(b"\n]}}\n")
    }
}

fn element<'e>(
    id: String,
    ends: Option<(String, String)>,
    alert: Option<&'e str>,
    thing: &'e Thing<'_, 'e>,
) -> Element<'e> {
    let label = thing.label.join("\n");
    let data = Data { id, ends, label, alert, attributes: thing.attributes };
    let classes = match thing.style {
        Style::Plain => None,
        Style::Origin => Some("origin"),
        Style::Pivot => Some("pivot"),
        Style::Target => Some("target"),
        Style::Failed => Some("failed"),
    };
    Element { data, classes }
}

/// Adds an element to a list of them, on a line of its own.
fn push(list: &mut Vec<u8>, element: &Element<'_>) -> io::Result<()> {
    if !list.is_empty() {
        list.push(b',');
    }
    list.push(b'\n');
    Ok(serde_json::to_writer(list, element)?)
}
