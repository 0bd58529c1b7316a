//! Rows of a table on a tape, as the JSON object that they would be.
//!
//! The names are stored once for all rows, and the texts of cells are borrowed from that of the row.
//! A name with dots, as `pandas.json_normalize` and exports of Elasticsearch write them, is a path: its
//! column lies within objects, as it does in JSON.

use serde::de::DeserializeSeed;

use super::fill::{Value, is_idle, is_plain};
use super::{Kind, Node, Span, Tape};

/// Most objects within one another that a name is taken for; what is left of it is one name.
const MOST_PARTS: usize = 8;

/// What a column holds in a row.
pub(crate) enum Cell<'c> {
    /// Nothing.
    Empty,
    /// A text within the row's; JSON in it is taken apart.
    Any(&'c str),
    /// A text within the row's, also where it looks like JSON.
    Text(&'c str),
    /// Words within the row's text with commas between them.
    List(&'c str),
    Truth(bool),
}

/// What is done, in order, to lay a row on the tape.
#[derive(Debug, Clone, Copy)]
enum Step {
    Open(Span),
    Column(usize, Span),
    Close,
}

/// The columns of a table, and the tape on which its rows are laid one after the other.
#[derive(Debug, Clone, Default)]
pub(crate) struct RowTape {
    tape: Tape,
    steps: Vec<Step>,
    /// Bytes of the arena that hold the names.
    kept: usize,
    /// Where the objects begin that are open while a row is laid down.
    open: Vec<usize>,
}

impl RowTape {
    /// A tape for the rows of a table whose columns have these names. Columns that no shape needs are
    /// left out; of two of one name the first is the one.
    pub(crate) fn new(names: &[&str]) -> Self {
        let mut columns: Vec<(Vec<&str>, usize)> = Vec::new();
        for (column, name) in names.iter().enumerate() {
            let parts: Vec<_> = name.splitn(MOST_PARTS, '.').collect();
            let within = &parts[..parts.len() - 1];
            let idle = parts.iter().any(|part| part.is_empty() || is_idle(part))
                || within.iter().any(|part| is_plain(part));
            if !idle && !columns.iter().any(|(known, _)| *known == parts) {
                columns.push((parts, column));
            }
        }
        // What lies in one object comes one after the other, where the first of it stands.
        let first = |path: &[&str]| columns.iter().position(|(parts, _)| parts.starts_with(path));
        let mut ordered: Vec<_> = columns
            .iter()
            .map(|(parts, column)| {
                let places = (1..=parts.len()).map(|length| first(&parts[..length]));
                (places.collect::<Vec<_>>(), parts.as_slice(), *column)
            })
            .collect();
        ordered.sort();
        let mut rows = Self::default();
        let mut inside: Vec<&str> = Vec::new();
        for (_, parts, column) in ordered {
            let (name, path) = parts.split_last().unwrap_or((&"", &[]));
            let shared = inside.iter().zip(path).take_while(|(a, b)| a == b).count();
            rows.steps.extend((shared..inside.len()).map(|_| Step::Close));
            inside.truncate(shared);
            for part in &path[shared..] {
                let span = rows.tape.owned(part);
                rows.steps.push(Step::Open(span));
                inside.push(part);
            }
            let span = rows.tape.owned(name);
            rows.steps.push(Step::Column(column, span));
        }
        rows.steps.extend(inside.iter().map(|_| Step::Close));
        rows.kept = rows.tape.arena.len();
        rows
    }

    /// Lays down a row. `text` is what the cells lie in.
    pub(crate) fn row<'r>(
        &'r mut self,
        text: &'r str,
        mut cell: impl FnMut(usize) -> Cell<'r>,
    ) -> Node<'r> {
        let Self { tape, steps, kept, open } = self;
        tape.fields.clear();
        tape.arena.truncate(*kept);
        tape.base = text.as_ptr() as usize;
        open.clear();
        open.push(tape.open(Span::default(), Kind::Object));
        for step in &*steps {
            match *step {
                Step::Open(name) => open.push(tape.open(name, Kind::Object)),
                Step::Column(column, name) => add(tape, name, cell(column)),
                Step::Close => {
                    let Some(container) = open.pop() else { continue };
                    tape.close(container);
                    // A record of another kind, in a table of several, has no such object.
                    if tape.fields.len() == container + 1 {
                        tape.fields.pop();
                    }
                }
            }
        }
        tape.close(0);
        Node { tape, text, index: 0 }
    }
}

fn add(tape: &mut Tape, name: Span, cell: Cell<'_>) {
    match cell {
        Cell::Empty => {}
        Cell::Any(text) if is_json(text) && json(tape, name, text) => {}
        Cell::Any(text) | Cell::Text(text) => {
            let value = tape.borrowed(text);
            tape.push(name, Kind::Text, value);
        }
        Cell::List(text) => {
            let list = tape.open(name, Kind::Array);
            for word in text.split(',') {
                let value = tape.borrowed(word.trim());
                tape.push(Span::default(), Kind::Text, value);
            }
            tape.close(list);
        }
        Cell::Truth(truth) => {
            let value = tape.owned(if truth { "true" } else { "false" });
            tape.push(name, Kind::Bool, value);
        }
    }
}

/// Lays a cell that is JSON on the tape; `false` where it turns out not to be.
fn json(tape: &mut Tape, name: Span, cell: &str) -> bool {
    let (fields, arena) = (tape.fields.len(), tape.arena.len());
    let mut json = serde_json::Deserializer::from_str(cell);
    let value = Value { tape, name, depth: 0, plain: false };
    let sound = value.deserialize(&mut json).and_then(|()| json.end()).is_ok();
    if !sound {
        tape.fields.truncate(fields);
        tape.arena.truncate(arena);
    }
    sound
}

/// Whether a text looks like a JSON object or list; a GUID in braces does not.
fn is_json(text: &str) -> bool {
    if !text.starts_with(['{', '[']) {
        return false;
    }
    let mut bytes = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    match (bytes.next(), bytes.next()) {
        (Some(b'{'), Some(next)) => matches!(next, b'"' | b'}'),
        (Some(b'['), Some(next)) => matches!(next, b'{' | b'"' | b']'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_as_the_object_that_it_would_be() {
        let names = ["EventID", "Data", "Keywords", "EventID", "Guid", "", "Broken", "Kinds", "Ok"];
        let mut rows = RowTape::new(&names);
        for _ in 0..2 {
            let text = r#"4624{"a":{"b":7},"c":"x\ty"}{50419e1a}{"a":one, two"#;
            let node = rows.row(text, |column| match column {
                0 => Cell::Any(&text[..4]),
                1 => Cell::Any(&text[4..28]),
                4 => Cell::Any(&text[28..38]),
                6 => Cell::Any(&text[38..43]),
                7 => Cell::List(&text[43..]),
                8 => Cell::Truth(true),
                _ => panic!("nothing is read of column {column}"),
            });
            let names: Vec<_> = node.children().map(Node::name).collect();
            assert_eq!(names, ["EventID", "Data", "Guid", "Broken", "Kinds", "Ok"]);
            assert_eq!(node.word("EventID"), Some("4624"));
            assert_eq!(node.word("Data.a.b"), Some("7"));
            assert_eq!(node.word("Data.c"), Some("x\ty"));
            assert_eq!(node.word("Guid"), Some("{50419e1a}"));
            assert_eq!(node.word("Broken"), Some("{\"a\":"));
            assert_eq!(node.get("Kinds").unwrap().children().count(), 2);
            assert!(node.get("Ok").unwrap().is_bool());
        }
    }

    #[test]
    fn names_with_dots_are_objects() {
        let names = [
            "host",
            "winlog.event_id",
            "a.b.c",
            "winlog.event_data.LogonType",
            "host.name",
            "empty.a",
            "agent.id",
            "process.pid",
            "a.b.d",
        ];
        let mut rows = RowTape::new(&names);
        let text = names.join(" ");
        let node = rows.row(&text, |column| match (column, text.find(names[column])) {
            (5, _) | (_, None) => Cell::Empty,
            (_, Some(start)) => Cell::Text(&text[start..start + names[column].len()]),
        });
        let top: Vec<_> = node.children().map(Node::name).collect();
        assert_eq!(top, ["host", "host", "winlog", "a"]);
        for name in [1, 2, 3, 4, 8].map(|at: usize| names[at]) {
            assert_eq!(node.word(name), Some(name));
        }
        let winlog = node.get("winlog").unwrap();
        assert_eq!(
            winlog.children().map(Node::name).collect::<Vec<_>>(),
            ["event_id", "event_data"]
        );
        assert_eq!(node.get("a").unwrap().get("b").unwrap().children().count(), 2);
    }
}
