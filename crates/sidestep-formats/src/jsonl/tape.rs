//! A JSON object as a tape: a flat list of its values, without a tree.

mod fill;
mod opened;
mod row;

use std::iter;

use serde::de::DeserializeSeed;

use self::fill::Value;

pub(crate) use self::row::{Cell, RowTape};

use crate::values::trimmed;
use crate::vocabulary::is_absent;

/// Deepest nesting that is taken apart. Nothing that tells of a login comes near it.
pub(super) const MAX_DEPTH: u8 = 64;

/// Where a text lies: in the record itself, or in the arena where it had to be rewritten.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: u32,
    length: u32,
}

/// Marks a start as one in the arena. Records are far shorter than this.
const IN_ARENA: u32 = 1 << 31;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Null,
    Bool,
    Number,
    Text,
    Object,
    Array,
}

/// One value. A container is followed by all that is in it, up to `end`.
#[derive(Debug, Clone, Copy)]
struct Field {
    name: Span,
    value: Span,
    end: u32,
    kind: Kind,
}

/// Takes records apart, one after the other, in memory that is used again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tape {
    fields: Vec<Field>,
    /// Texts that were written with escapes, and numbers.
    arena: String,
    /// Address of the record's first byte, while it is taken apart.
    base: usize,
    /// Whether names are kept that hardly any record needs.
    whole: bool,
    /// Whether every text is copied, since what is read lies outside the record.
    copies: bool,
}

impl Tape {
    /// A tape that keeps all that is in a record, also what only few need, such as long messages.
    pub(super) fn whole() -> Self {
        Self { whole: true, ..Self::default() }
    }

    /// Takes apart one JSON object that is all of `text`.
    pub(super) fn read<'r>(&'r mut self, text: &'r str) -> Result<Node<'r>, serde_json::Error> {
        self.fields.clear();
        self.arena.clear();
        self.base = text.as_ptr() as usize;
        let mut json = serde_json::Deserializer::from_str(text);
        Value { tape: self, name: Span::default(), depth: 0, plain: false }
            .deserialize(&mut json)?;
        json.end()?;
        Ok(Node { tape: self, text, index: 0 })
    }

    /// The place of a text within the record.
    #[allow(clippy::cast_possible_truncation, reason = "a record is at most 1 MiB long")]
    #[inline]
    fn borrowed(&mut self, text: &str) -> Span {
        if self.copies {
            return self.copied(text);
        }
        Span { start: (text.as_ptr() as usize - self.base) as u32, length: text.len() as u32 }
    }

    #[cold]
    fn copied(&mut self, text: &str) -> Span {
        self.owned(text)
    }

    /// A copy of a text that the record holds in another form.
    fn owned(&mut self, text: &str) -> Span {
        let start = self.arena.len();
        self.arena.push_str(text);
        self.since(start)
    }

    /// What the arena holds from `start` on.
    #[allow(clippy::cast_possible_truncation, reason = "a record is at most 1 MiB long")]
    fn since(&self, start: usize) -> Span {
        Span { start: start as u32 | IN_ARENA, length: (self.arena.len() - start) as u32 }
    }

    /// Opens a container, whose end is not known yet.
    fn open(&mut self, name: Span, kind: Kind) -> usize {
        self.fields.push(Field { name, value: Span::default(), end: 0, kind });
        self.fields.len() - 1
    }

    #[allow(clippy::cast_possible_truncation, reason = "a record is at most 1 MiB long")]
    fn close(&mut self, container: usize) {
        self.fields[container].end = self.fields.len() as u32;
    }

    #[allow(clippy::cast_possible_truncation, reason = "a record is at most 1 MiB long")]
    fn push(&mut self, name: Span, kind: Kind, value: Span) {
        let end = self.fields.len() as u32 + 1;
        self.fields.push(Field { name, value, end, kind });
    }
}

/// A value within a record.
#[derive(Clone, Copy)]
pub(crate) struct Node<'r> {
    tape: &'r Tape,
    text: &'r str,
    index: u32,
}

impl<'r> Node<'r> {
    fn field(self) -> &'r Field {
        &self.tape.fields[self.index as usize]
    }

    fn resolve(self, span: Span) -> &'r str {
        let (text, start) = match span.start & IN_ARENA {
            0 => (self.text, span.start as usize),
            _ => (self.tape.arena.as_str(), (span.start & !IN_ARENA) as usize),
        };
        text.get(start..start + span.length as usize).unwrap_or_default()
    }

    /// The text of the whole record that it is in.
    pub(super) fn source(self) -> &'r str {
        self.text
    }

    /// Its name in the object that holds it; empty in an array.
    #[inline]
    pub(super) fn name(self) -> &'r str {
        self.resolve(self.field().name)
    }

    /// The text of a string, a number or a truth value.
    #[inline]
    pub(super) fn text(self) -> Option<&'r str> {
        let field = self.field();
        match field.kind {
            Kind::Bool | Kind::Number | Kind::Text => Some(self.resolve(field.value)),
            Kind::Null | Kind::Object | Kind::Array => None,
        }
    }

    /// Whether it is `true` or `false`.
    pub(super) fn is_bool(self) -> bool {
        self.field().kind == Kind::Bool
    }

    pub(super) fn is_object(self) -> bool {
        self.field().kind == Kind::Object
    }

    pub(super) fn is_array(self) -> bool {
        self.field().kind == Kind::Array
    }

    /// What is directly in it.
    pub(super) fn children(self) -> impl Iterator<Item = Node<'r>> {
        let end = self.field().end;
        let mut next = self.index + 1;
        iter::from_fn(move || {
            (next < end).then(|| {
                let node = Node { index: next, ..self };
                next = node.field().end;
                node
            })
        })
    }

    /// What it holds under this name.
    pub(super) fn get(self, name: &str) -> Option<Node<'r>> {
        // Most names are of another length, so that their texts need not be looked up.
        let may_be = |child: &Node<'_>| child.field().name.length as usize == name.len();
        self.children().find(|child| may_be(child) && child.name() == name)
    }

    /// What it holds under this name, in whatever case.
    pub(super) fn get_any_case(self, name: &str) -> Option<Node<'r>> {
        self.children().find(|child| child.name().eq_ignore_ascii_case(name))
    }

    /// What lies at a path such as `source.user.name`, whether it is nested or written as one name
    /// with dots.
    pub(super) fn find(self, path: &str) -> Option<Node<'r>> {
        self.children().find_map(|child| {
            let rest = path.strip_prefix(child.name())?;
            if rest.is_empty() {
                return Some(child);
            }
            child.find(rest.strip_prefix('.')?)
        })
    }

    /// The text at a path, without blanks around it; `None` where it says nothing. Of a list it is
    /// the first.
    pub(super) fn word(self, path: &str) -> Option<&'r str> {
        self.find(path)?.first_text()
    }

    /// Its text, or that of its first element.
    pub(super) fn first_text(self) -> Option<&'r str> {
        let text = match self.text() {
            Some(text) => text,
            None if self.is_array() => self.children().next()?.text()?,
            None => return None,
        };
        let text = trimmed(text);
        (!is_absent(text)).then_some(text)
    }
}
