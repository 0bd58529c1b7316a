//! The rows of a table that is known as a whole, through the mapping of its shape.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::ControlFlow;

use jiff::civil::Date;

use super::known::{TableShape, Told, tell};
use super::mapping::Mapping;
use crate::error::Fault;
use crate::event_field::{EventField, FieldError};
use crate::jsonl::{self, Cell, Node, RowTape, Taken};
use crate::line::{MAX_LINE, TOO_LONG};
use crate::options::ReadOptions;
use crate::record_sink::{EventSink, RecordSink};
use crate::summary::ReadSummary;

/// How a column is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Any,
    /// A record within the record, as text: the mapping itself takes it apart.
    Text,
    /// Words with commas between them.
    List,
}

/// Lays rows on a tape and gives them to the mapping of their shape.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    shape: TableShape,
    tape: RowTape,
    kinds: Vec<Kind>,
}

impl Rows {
    /// For a table of a known shape whose columns have these names.
    pub(crate) fn new(shape: TableShape, names: &[&str]) -> Self {
        let names = shape.names(names);
        let kind = |name: &&str| match *name {
            "_raw" | "CloudTrailEvent" => Kind::Text,
            "event.category" | "event.type" => Kind::List,
            _ => Kind::Any,
        };
        let kinds = names.iter().map(kind).collect();
        Self { shape, tape: RowTape::new(&names), kinds }
    }

    pub(crate) const fn shape(&self) -> TableShape {
        self.shape
    }

    /// Lays down a row: its text, and where each of its cells ends.
    fn node<'r>(&'r mut self, text: &'r str, ends: &[usize]) -> Node<'r> {
        let Self { tape, kinds, .. } = self;
        tape.row(text, |column| {
            let Some(&end) = ends.get(column) else { return Cell::Empty };
            let start = if column == 0 { 0 } else { ends[column - 1] };
            let cell = text.get(start..end).unwrap_or_default().trim();
            match (cell, kinds[column]) {
                ("", _) => Cell::Empty,
                ("true" | "True" | "TRUE", _) => Cell::Truth(true),
                ("false" | "False" | "FALSE", _) => Cell::Truth(false),
                (cell, Kind::Any) => Cell::Any(cell),
                (cell, Kind::Text) => Cell::Text(cell),
                (cell, Kind::List) if cell.contains(',') && !cell.starts_with('[') => {
                    Cell::List(cell)
                }
                (cell, Kind::List) => Cell::Any(cell),
            }
        })
    }

    /// Whether the mapping knows a row as one of its shape.
    pub(crate) fn knows(&mut self, text: &str, ends: &[usize]) -> bool {
        jsonl::is_known(self.node(text, ends))
    }

    /// Gives a row to the mapping.
    pub(crate) fn take(
        &mut self,
        text: &str,
        ends: &[usize],
        number: u64,
        sink: &mut RecordSink<'_>,
    ) -> Taken {
        jsonl::take(self.node(text, ends), number, sink)
    }

    /// What is said of how the table is read.
    pub(crate) fn mapping(&self, place: &str) -> Mapping {
        Mapping {
            place: place.to_owned(),
            shape: Some(self.shape.name().to_owned()),
            ..Mapping::default()
        }
    }
}

/// The rows of a table in memory that is known as a whole, as events: for `sidestep-arrow`.
#[derive(Clone)]
pub struct TableRows {
    rows: Rows,
    options: ReadOptions,
    summary: ReadSummary,
    last_dated: Option<Date>,
    text: String,
    ends: Vec<usize>,
}

/// What became of a row.
#[derive(Debug)]
pub enum RowTaken {
    /// It was understood: the sink got its events, if it has any. `Break` is what the sink said.
    Read(ControlFlow<()>),
    /// It should have been an event and cannot be.
    Bad(FieldError),
}

impl TableRows {
    /// Reads a table whose columns have these names, with times as the options say; `None` where it is
    /// not known as a whole, or is what a tool found in logs.
    #[must_use]
    pub fn of(names: &[&str], options: ReadOptions) -> Option<Self> {
        let Some(Told::Shape(shape)) = tell(names) else { return None };
        Some(Self {
            rows: Rows::new(shape, names),
            options,
            summary: ReadSummary::default(),
            last_dated: None,
            text: String::new(),
            ends: Vec::new(),
        })
    }

    /// How the table is read.
    #[must_use]
    pub fn mapping(&self) -> Mapping {
        self.rows.mapping("")
    }

    /// Adds what was passed over and not understood since it was asked last, by kind.
    pub fn count_into(
        &mut self,
        passed_over: &mut BTreeMap<String, u64>,
        not_understood: &mut BTreeMap<String, u64>,
    ) {
        for (counts, into) in [
            (&mut self.summary.passed_over, passed_over),
            (&mut self.summary.not_understood, not_understood),
        ] {
            for (kind, count) in std::mem::take(counts) {
                *into.entry(kind).or_default() += count;
            }
        }
    }

    /// Begins a row.
    pub fn begin(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Adds what the next column holds.
    pub fn add(&mut self, cell: impl fmt::Display) {
        use fmt::Write as _;
        // Writing to a string does not fail.
        let _ = write!(self.text, "{cell}");
        self.ends.push(self.text.len());
    }

    /// Adds a text that the next column holds.
    pub fn add_text(&mut self, text: &str) {
        self.text.push_str(text);
        self.ends.push(self.text.len());
    }

    /// Whether the row that was added is one of the table's shape.
    pub fn knows(&mut self) -> bool {
        self.rows.knows(&self.text, &self.ends)
    }

    /// Reads the row that was added.
    pub fn take(&mut self, number: u64, sink: &mut EventSink<'_>) -> RowTaken {
        let Self { rows, options, summary, last_dated, text, ends } = self;
        if text.len() > MAX_LINE {
            return RowTaken::Bad(FieldError::new(EventField::Account, TOO_LONG));
        }
        let mut records = RecordSink::new("", options, last_dated, summary, sink);
        match rows.take(text, ends, number, &mut records) {
            // What the sink itself refused, such as a time that is not believed.
            Ok(_) if summary.skipped > 0 => {
                summary.skipped = 0;
                let what = summary.first_errors.pop().map(|error| error.what);
                RowTaken::Bad(FieldError::new(EventField::Time, what.unwrap_or_default()))
            }
            Ok(flow) => RowTaken::Read(flow),
            Err(fault) => RowTaken::Bad(field_error(fault)),
        }
    }
}

/// The fault of a shape under the field that its column gives.
fn field_error(fault: Fault) -> FieldError {
    let Some(column) = fault.column else {
        return FieldError::new(EventField::Account, fault.what);
    };
    let field = EventField::ALL.iter().find(|field| field.rank(&column).is_some());
    let field = field.copied().unwrap_or(EventField::Account);
    FieldError::new(field, format!("{column} {}", fault.what))
}

impl fmt::Debug for TableRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableRows").field("shape", &self.rows.shape()).finish_non_exhaustive()
    }
}
