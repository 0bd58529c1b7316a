//! GraphML, by quick-xml.

use std::borrow::Cow;
use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::graph::{Attribute, GraphWriter, Key, Of, Thing, Value};

/// One document with a graph for each graph written. Ids are numbers, names are data.
pub(super) struct GraphMl<W: Write> {
    xml: Writer<W>,
    graph: usize,
}

impl<W: Write> GraphMl<W> {
    pub(super) fn new(out: W, keys: &[Key]) -> io::Result<Self> {
        let mut xml = Writer::new_with_indent(out, b' ', 2);
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        xml.write_event(Event::Start(BytesStart::new("graphml").with_attributes([
            ("xmlns", "http://graphml.graphdrawing.org/xmlns"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            (
                "xsi:schemaLocation",
                "http://graphml.graphdrawing.org/xmlns \
                 http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd",
            ),
        ])))?;
        for &(of, name, kind) in keys {
            let of_word = match of {
                Of::Graph => "graph",
                Of::Node => "node",
                Of::Edge => "edge",
            };
            xml.write_event(Event::Empty(BytesStart::new("key").with_attributes([
                ("id", key_id(of, name).as_str()),
                ("for", of_word),
                ("attr.name", name),
                ("attr.type", kind),
            ])))?;
        }
        Ok(Self { xml, graph: 0 })
    }

    fn start(&mut self, name: &str, attributes: &[(&str, &str)]) -> io::Result<()> {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.xml.write_event(Event::Start(start))
    }

    fn close(&mut self, name: &str) -> io::Result<()> {
        self.xml.write_event(Event::End(BytesEnd::new(name)))
    }

    fn data(&mut self, of: Of, attributes: &[Attribute<'_>]) -> io::Result<()> {
        for (name, value) in attributes {
            self.start("data", &[("key", &key_id(of, name))])?;
            let text = match value {
                Value::Text(text) => Cow::Owned(characters(text)),
                Value::Whole(number) => Cow::Owned(number.to_string()),
                Value::Real(number) => Cow::Owned(double(*number)),
            };
            self.xml.write_event(Event::Text(BytesText::new(&text)))?;
            self.close("data")?;
        }
        Ok(())
    }
}

impl<W: Write> GraphWriter for GraphMl<W> {
    fn begin(&mut self, graph: usize, thing: &Thing<'_, '_>) -> io::Result<()> {
        self.graph = graph;
        self.start("graph", &[("id", &format!("g{graph}")), ("edgedefault", "directed")])?;
        self.data(Of::Graph, thing.attributes)
    }

    fn node(&mut self, node: usize, thing: &Thing<'_, '_>) -> io::Result<()> {
        let id = format!("g{}n{node}", self.graph);
        self.start("node", &[("id", &id)])?;
        self.data(Of::Node, thing.attributes)?;
        self.close("node")
    }

    fn edge(
        &mut self,
        edge: usize,
        source: usize,
        target: usize,
        thing: &Thing<'_, '_>,
    ) -> io::Result<()> {
        let graph = self.graph;
        let id = format!("g{graph}e{edge}");
        let (source, target) = (format!("g{graph}n{source}"), format!("g{graph}n{target}"));
        self.start("edge", &[("id", &id), ("source", &source), ("target", &target)])?;
        self.data(Of::Edge, thing.attributes)?;
        self.close("edge")
    }

    fn end(&mut self) -> io::Result<()> {
        self.close("graph")
    }

    fn finish(mut self) -> io::Result<()> {
        self.close("graphml")?;
        self.xml.get_mut().write_all(b"\n")
    }
}

/// The id of a key: one name may be an attribute of nodes and of edges.
fn key_id(of: Of, name: &str) -> String {
    let prefix = match of {
        Of::Graph => 'g',
        Of::Node => 'n',
        Of::Edge => 'e',
    };
    format!("{prefix}_{name}")
}

/// A number as `xs:double` writes it.
fn double(number: f64) -> String {
    match number {
        f64::INFINITY => "INF".to_owned(),
        f64::NEG_INFINITY => "-INF".to_owned(),
        number => number.to_string(),
    }
}

/// Text of characters that XML 1.0 can hold. A carriage return would be read back as a line feed.
fn characters(text: &str) -> String {
    let fits =
        |c: char| !matches!(c, '\0'..='\u{8}' | '\u{b}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    text.chars().map(|c| if fits(c) { c } else { '\u{fffd}' }).collect()
}
