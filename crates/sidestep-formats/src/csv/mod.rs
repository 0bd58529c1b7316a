//! Comma-separated logs: tables that are known as a whole, and any other by a mapping of columns.

mod event;
mod head;
mod header;
mod record;
mod sample;

use std::ops::ControlFlow;

pub(crate) use self::head::{Head, Look};
pub(crate) use self::header::{Header, missing as missing_field};

use self::event::{Events, Row};
use self::record::{Next, Record, Records};
use crate::dialect::Dialect;
use crate::error::{Fault, FormatError};
use crate::event_field::EventField;
use crate::field_mapping::FieldMapping;
use crate::line::TOO_LONG;
use crate::record_sink::RecordSink;
use crate::source::Source;
use crate::table::{Rows, Told};
use crate::windows;

/// Reads CSV. The delimiter (comma, semicolon, tab or bar) is told from the first line.
pub(crate) struct Csv {
    mapping: FieldMapping,
}

/// How the records of a file are read.
enum Reading {
    /// By the mapping of a shape; the number of columns in the header.
    Known(Rows, usize),
    Columns(Box<Events>),
}

impl Csv {
    pub(crate) const fn new(mapping: FieldMapping) -> Self {
        Self { mapping }
    }

    /// Decides how to read the file, by its header and first records.
    fn reading(
        &self,
        header: Header,
        source: &Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<Reading, FormatError> {
        match header.tell().filter(|_| self.mapping.is_default()) {
            Some(Told::Findings(findings)) => {
                return Err(FormatError::Findings {
                    place: sink.place.to_owned(),
                    what: findings.what,
                    advice: findings.advice,
                });
            }
            Some(Told::Shape(shape)) => {
                let mut rows = Rows::new(shape, &header.names());
                if sample::is_known(source, &header, &mut rows) {
                    sink.mapping(rows.mapping(sink.place));
                    return Ok(Reading::Known(rows, header.columns()));
                }
            }
            None => {}
        }
        let samples = sample::samples(source, &header, self.mapping.time_format());
        let mut choice =
            header.choose(&self.mapping, &samples).map_err(|what| columns(sink, what))?;
        if let Some(field) = missing_field(&choice.places) {
            return Err(columns(sink, missing(field, &header)));
        }
        sink.place.clone_into(&mut choice.read.place);
        let times = (self.mapping.time_format().clone(), sink.options.zone.clone());
        let events = Events::new(header, &choice, times);
        sink.mapping(choice.read);
        Ok(Reading::Columns(Box::new(events)))
    }
}

/// What is said of columns that do not give a login.
pub(crate) fn missing(field: &str, header: &Header) -> String {
    format!("no column gives the {field}; the first line has {}", header.list())
}

/// The error of columns that do not give events.
pub(crate) fn columns(sink: &RecordSink<'_>, what: String) -> FormatError {
    columns_of(sink.place, what)
}

/// The same, of a file.
pub(crate) fn columns_of(place: &str, what: String) -> FormatError {
    FormatError::Columns {
        place: place.to_owned(),
        what,
        advice: format!(
            "say where each is with --map field=column (fields: {})",
            EventField::list()
        ),
    }
}

impl Dialect for Csv {
    fn read(
        &mut self,
        source: &mut Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let head = Head::of(source.window());
        let Some(header) = head.header(source.window()) else {
            return Ok(ControlFlow::Continue(()));
        };
        source.consume(head.bytes);
        let delimiter = header.delimiter;
        let mut reading = self.reading(header, source, sink)?;
        let mut records = Records::new(delimiter, head.lines);
        // Columns given by number need no header, so that the first record may be a login.
        let mut skip_header = !self.mapping.by_number();
        let mut may_be_header = true;
        loop {
            let (line, lines, parsed) = match records.next(source) {
                Err(error) => return Err(sink.broken(records.line(), error)),
                Ok(Next::End) => return Ok(ControlFlow::Continue(())),
                Ok(Next::TooLong { line, lines }) => (line, lines, Err(Fault::record(TOO_LONG))),
                Ok(Next::Record { line, lines, record }) => {
                    if may_be_header && (skip_header || !reading.has_time(&record)) {
                        may_be_header = false;
                        skip_header = false;
                        continue;
                    }
                    (line, lines, reading.take(&record, line, sink))
                }
            };
            may_be_header = false;
            match parsed {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Ok(ControlFlow::Break(())),
                Err(fault) => sink.bad(line, lines, fault)?,
            }
        }
    }
}

impl Reading {
    /// Whether the record's time can be read: a header's cannot.
    fn has_time(&self, record: &Record<'_>) -> bool {
        match self {
            Self::Known(..) => true,
            Self::Columns(events) => events.has_time(record),
        }
    }

    /// Hands on what a record tells.
    fn take(
        &mut self,
        record: &Record<'_>,
        line: u64,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        match self {
            Self::Known(rows, columns) => {
                if let Some(fault) = record.misshapen(*columns, 0) {
                    return Err(fault);
                }
                let (text, ends) = record.whole();
                let text = std::str::from_utf8(text).map_err(|_| Fault::record("is not UTF-8"))?;
                rows.take(text, ends, line, sink)
            }
            Self::Columns(events) => {
                match events.event(record, line, |event| sink.event(event))? {
                    Row::Event(flow) => return Ok(flow),
                    Row::WindowsEvent(code) => windows::pass_over(code, "", sink),
                    Row::NotUnderstood(kind) => sink.not_understood(&kind),
                }
                Ok(ControlFlow::Continue(()))
            }
        }
    }
}
