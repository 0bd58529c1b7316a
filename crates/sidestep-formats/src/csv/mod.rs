//! Comma-separated logs of any shape, by a mapping of columns.

mod event;
mod header;
mod record;

use std::ops::ControlFlow;

use memchr::memchr;

pub(crate) use self::header::Header;

use self::event::Events;
use self::record::{Next, Records};
use crate::dialect::Dialect;
use crate::error::{Fault, FormatError};
use crate::event_field::EventField;
use crate::field_mapping::FieldMapping;
use crate::line::TOO_LONG;
use crate::record_sink::RecordSink;
use crate::source::Source;

/// Reads CSV. The delimiter (comma, semicolon, tab or bar) is told from the first line.
pub(crate) struct Csv {
    mapping: FieldMapping,
}

impl Csv {
    pub(crate) const fn new(mapping: FieldMapping) -> Self {
        Self { mapping }
    }
}

impl Dialect for Csv {
    fn read(
        &mut self,
        source: &mut Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let Some(header) = first_line(source) else {
            return Ok(ControlFlow::Continue(()));
        };
        let columns = |what: String| FormatError::Columns {
            place: sink.place.to_owned(),
            what,
            advice: format!(
                "say where each is with --map field=column (fields: {})",
                EventField::list()
            ),
        };
        let places = header.places(&self.mapping).map_err(columns)?;
        if let Some(field) = header::missing(&places) {
            return Err(columns(format!(
                "no column gives the {field}; the first line has {}",
                header.list()
            )));
        }
        let delimiter = header.delimiter;
        let times = (self.mapping.time_format().clone(), sink.options.zone.clone());
        let events = Events::new(header, places, times);
        let mut records = Records::new(delimiter);
        // Columns given by number need no header, so that the first record may be a login.
        let mut skip_header = !self.mapping.by_number();
        let mut may_be_header = true;
        loop {
            let (line, lines, parsed) = match records.next(source) {
                Err(error) => return Err(sink.broken(records.line(), error)),
                Ok(Next::End) => return Ok(ControlFlow::Continue(())),
                Ok(Next::TooLong { line, lines }) => (line, lines, Err(Fault::record(TOO_LONG))),
                Ok(Next::Record { line, lines, record }) => {
                    if may_be_header && (skip_header || !events.has_time(&record)) {
                        may_be_header = false;
                        skip_header = false;
                        continue;
                    }
                    (line, lines, events.event(&record, line, |event| sink.event(event)))
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

/// The header, or what stands where it should; `None` for a file without a line.
fn first_line(source: &Source<'_>) -> Option<Header> {
    let window = source.window();
    let start = window.iter().position(|byte| !matches!(byte, b'\r' | b'\n'))?;
    let line = &window[start..];
    let end = memchr(b'\n', line).unwrap_or(line.len());
    let line = &line[..end];
    Some(Header::parse(line.strip_suffix(b"\r").unwrap_or(line)))
}
