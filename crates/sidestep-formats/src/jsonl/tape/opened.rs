//! Objects that were exported as text: JSON within JSON.

use serde::de::DeserializeSeed;

use super::fill::Value;
use super::{Kind, Node, Span, Tape};

/// Whether a text may be an object, or a list of them.
fn may_be_json(text: &str) -> bool {
    let mut bytes = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    match bytes.next() {
        Some(b'{') => matches!(bytes.next(), Some(b'"')),
        Some(b'[') => bytes.next() == Some(b'{'),
        _ => false,
    }
}

impl Node<'_> {
    /// Whether a text in it of a `wanted` name looks like an object, or a list of objects.
    pub(in super::super) fn holds_json(self, wanted: impl Fn(&str) -> bool) -> bool {
        let within = &self.tape.fields[self.index as usize..self.field().end as usize];
        within.iter().any(|field| {
            field.kind == Kind::Text
                && may_be_json(self.resolve(field.value))
                && wanted(self.resolve(field.name))
        })
    }
}

impl Tape {
    /// Copies a record, with the objects in place of the texts of `wanted` names that hold them. A
    /// text that only looks like an object stays as it is.
    pub(in super::super) fn open_texts<'t>(
        &'t mut self,
        root: Node<'_>,
        wanted: impl Fn(&str) -> bool,
    ) -> Node<'t> {
        self.fields.clear();
        self.arena.clear();
        self.copies = true;
        self.copy(root, 0, &wanted);
        self.copies = false;
        Node { tape: self, text: "", index: 0 }
    }

    /// Copies a value and all that is in it.
    fn copy(&mut self, node: Node<'_>, depth: u8, wanted: &impl Fn(&str) -> bool) {
        let name = self.owned(node.name());
        let kind = node.field().kind;
        match kind {
            Kind::Object | Kind::Array => {
                let container = self.open(name, kind);
                // What nests deeper than a record may was refused when the record was read.
                node.children().for_each(|child| self.copy(child, depth.saturating_add(1), wanted));
                self.close(container);
            }
            Kind::Text if may_be_json(node.resolve(node.field().value)) && wanted(node.name()) => {
                self.open_text(name, node.resolve(node.field().value), depth);
            }
            Kind::Null | Kind::Bool | Kind::Number | Kind::Text => {
                let value = self.owned(node.resolve(node.field().value));
                self.push(name, kind, value);
            }
        }
    }

    /// Puts what a text holds on the list, or the text itself where it is no JSON.
    fn open_text(&mut self, name: Span, text: &str, depth: u8) {
        let (fields, arena) = (self.fields.len(), self.arena.len());
        let mut json = serde_json::Deserializer::from_str(text);
        let read = Value { tape: self, name, depth, plain: false }.deserialize(&mut json);
        if read.and_then(|()| json.end()).is_err() {
            self.fields.truncate(fields);
            self.arena.truncate(arena);
            let value = self.owned(text);
            self.push(name, Kind::Text, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_in_texts_are_opened_and_nothing_else_is() {
        let json = r#"{"a":"{\"b\":{\"c\":1},\"d\":\"x\\ty\"}","l":"[{\"e\":true}]","f":"{oh}","g":"[1]",
            "h":{"i":"{\"j\":\"k\"}"},"m":"[::1]:22","n":"{\"cut\":"}"#;
        let (mut tape, mut opened) = (Tape::default(), Tape::default());
        let root = tape.read(json).unwrap();
        assert!(root.holds_json(|_| true) && !root.holds_json(|name| name == "z"));
        assert!(opened.open_texts(root, |name| name != "a").word("a").unwrap().starts_with('{'));
        let root = opened.open_texts(root, |_| true);
        assert_eq!(root.word("a.b.c"), Some("1"));
        assert_eq!(root.word("a.d"), Some("x\ty"));
        let list = root.get("l").unwrap();
        assert!(list.is_array() && list.children().next().unwrap().get("e").unwrap().is_bool());
        assert_eq!(root.word("f"), Some("{oh}"));
        assert_eq!(root.word("g"), Some("[1]"));
        assert_eq!(root.word("h.i.j"), Some("k"));
        assert_eq!(root.word("m"), Some("[::1]:22"));
        assert_eq!(root.word("n"), Some("{\"cut\":"));
        let again = opened.read(r#"{"a":"b"}"#).unwrap();
        assert!(!again.holds_json(|_| true));
        assert_eq!(again.word("a"), Some("b"));
    }

    #[test]
    fn a_text_that_nests_too_deep_stays_a_text() {
        let deep = format!("[{{\"a\":{}1{}}}]", "[".repeat(70), "]".repeat(70));
        let json = serde_json::json!({ "t": deep }).to_string();
        let (mut tape, mut opened) = (Tape::default(), Tape::default());
        let root = opened.open_texts(tape.read(&json).unwrap(), |_| true);
        assert_eq!(root.word("t"), Some(deep.as_str()));
    }
}
