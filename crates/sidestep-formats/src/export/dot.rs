//! DOT, the language of Graphviz.

use std::borrow::Cow;
use std::io::{self, Write};

use super::graph::{GraphWriter, Style, Thing};

/// Length of a line of a graph's title, in characters.
const TITLE: usize = 80;

/// One directed graph with a cluster for each graph written, so that one picture shows all.
pub(super) struct Dot<W> {
    out: W,
    graph: usize,
}

impl<W: Write> Dot<W> {
    pub(super) fn new(mut out: W, name: &str) -> io::Result<Self> {
        writeln!(out, "digraph \"{}\" {{", escape(name))?;
        out.write_all(
            b"  rankdir=LR;\n  \
              fontname=\"sans-serif\";\n  \
              node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"sans-serif\"];\n  \
              edge [fontname=\"sans-serif\", fontsize=10];\n",
        )?;
        Ok(Self { out, graph: 0 })
    }
}

impl<W: Write> GraphWriter for Dot<W> {
    fn begin(&mut self, graph: usize, thing: &Thing<'_, '_>) -> io::Result<()> {
        self.graph = graph;
        let mut lines = Vec::new();
        for text in thing.label {
            wrap(text, &mut lines);
        }
        // `\l` ends a line and sets it to the left.
        let title: String = lines.iter().map(|line| escape(line) + "\\l").collect();
        writeln!(self.out, "  subgraph cluster_{graph} {{")?;
        writeln!(self.out, "    label=\"{title}\"; labeljust=l; color=gray70;")
    }

    fn node(&mut self, node: usize, thing: &Thing<'_, '_>) -> io::Result<()> {
        let style = match thing.style {
            Style::Origin => ", fillcolor=\"#fdd0a2\"",
            Style::Pivot => ", fillcolor=\"#fee391\"",
            Style::Target => ", fillcolor=\"#fcae91\"",
            Style::Plain | Style::Failed => "",
        };
        let label = label(thing.label);
        writeln!(self.out, "    g{}n{node} [label=\"{label}\"{style}];", self.graph)
    }

    fn edge(
        &mut self,
        _: usize,
        source: usize,
        target: usize,
        thing: &Thing<'_, '_>,
    ) -> io::Result<()> {
        let style = if thing.style == Style::Failed { ", style=dashed" } else { "" };
        let (graph, label) = (self.graph, label(thing.label));
        writeln!(self.out, "    g{graph}n{source} -> g{graph}n{target} [label=\"{label}\"{style}];")
    }

    fn end(&mut self) -> io::Result<()> {
        self.out.write_all(b"  }\n")
    }

    fn finish(mut self) -> io::Result<()> {
        self.out.write_all(b"}\n")
    }
}

/// Lines of a label, centred.
fn label(lines: &[Cow<'_, str>]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
    lines.join("\\n")
}

/// Text within quotes that stands for itself: no end of the quotes, no line break, no escape and
/// no HTML entity of Graphviz's.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' => escaped.push_str("\\\""),
            '\\' => escaped.push_str("\\\\"),
            '&' => escaped.push_str("&amp;"),
            shown => escaped.push(visible(shown)),
        }
    }
    escaped
}

/// A character that neither ends a line nor turns the direction of what follows.
fn visible(character: char) -> char {
    match character {
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' => '\u{fffd}',
        control if control.is_control() => '\u{fffd}',
        other => other,
    }
}

/// Breaks text at spaces into lines of at most [`TITLE`] characters, where it has spaces.
fn wrap(text: &str, lines: &mut Vec<String>) {
    let mut line = String::new();
    for word in text.split(' ') {
        let is_full = line.chars().count() + 1 + word.chars().count() > TITLE;
        if is_full && !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_for_itself() {
        assert_eq!(escape(r#"a"b\n&lt;"#), r#"a\"b\\n&amp;lt;"#);
        assert_eq!(escape("a\nb\0\u{202e}ü"), "a\u{fffd}b\u{fffd}\u{fffd}ü");
    }

    #[test]
    fn a_long_title_is_broken_at_spaces() {
        let mut lines = Vec::new();
        wrap(&["word"; 40].join(" "), &mut lines);
        assert!(lines.len() == 3 && lines.iter().all(|line| line.len() <= TITLE), "{lines:?}");
        wrap(&"x".repeat(200), &mut lines);
        assert_eq!(lines.len(), 4);
    }
}
