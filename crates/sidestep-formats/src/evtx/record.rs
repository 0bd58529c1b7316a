//! One record: its header first, and its data where the event is one that is read.

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};
use std::rc::Rc;

use super::chunk::StoredRecord;
use super::layout::{Layout, Layouts, Origin, Target};
use super::values::{Text, Value, Values};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::time::TimeFormat;
use crate::windows::{self, Field, Record};
use sidestep::Timestamp;

/// Binary XML within a record that is followed; real records hold one or two.
const MOST_PARTS: usize = 8;

/// Takes records apart, in buffers that are used over and over.
#[derive(Default)]
pub(super) struct RecordDecoder {
    header: Header,
    values: Values,
    text: Text,
    fields: Vec<(Field, Range<usize>)>,
    unnamed: usize,
    /// Binary XML yet to be read, by where it stands in the chunk.
    parts: Vec<Range<usize>>,
    passed: PassedNames,
}

/// Kinds of event whose names are kept; a log has some ten that are not read.
const MOST_NAMES: usize = 64;

/// What events that are not read are counted as, each made once.
#[derive(Default)]
struct PassedNames {
    known: Vec<PassedName>,
}

struct PassedName {
    event_id: u32,
    provider: String,
    name: String,
}

impl PassedNames {
    fn name(&mut self, event_id: u32, provider: &str) -> &str {
        let is_it = |one: &PassedName| one.event_id == event_id && one.provider == provider;
        let at = self.known.iter().position(is_it).unwrap_or_else(|| {
            if self.known.len() == MOST_NAMES {
                self.known.clear();
            }
            let name = windows::name_of(event_id, provider);
            self.known.push(PassedName { event_id, provider: provider.to_owned(), name });
            self.known.len() - 1
        });
        self.known.get(at).map_or("", |one| &one.name)
    }
}

/// What a record's `System` element says; texts by where they stand.
#[derive(Default)]
struct Header {
    event_id: u32,
    time: Option<i64>,
    record_id: Option<u64>,
    provider: Range<usize>,
    channel: Range<usize>,
    computer: Range<usize>,
}

impl RecordDecoder {
    /// Hands on what a record tells.
    pub(super) fn decode(
        &mut self,
        chunk: &[u8],
        record: &StoredRecord,
        layouts: &mut Layouts,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        self.text.clear();
        self.fields.clear();
        self.parts.clear();
        self.unnamed = 0;
        self.header = Header { record_id: Some(record.number), ..Header::default() };

        let layout = self.open(chunk, record.content.clone(), layouts)?;
        let mut origin = None;
        if let Some(early) = &layout.early {
            let event_id = self.event_id(chunk, early.event_id);
            origin = early.origin.filter(|origin| origin.lists(event_id));
            if origin.is_none() {
                sink.pass_over(self.passed.name(event_id, &early.provider));
                return Ok(ControlFlow::Continue(()));
            }
        }
        for (target, origin) in &layout.header {
            self.take_header(chunk, *target, origin);
        }
        if layout.early.is_none() {
            let text = self.text.as_str();
            let (provider, channel) =
                (&text[self.header.provider.clone()], &text[self.header.channel.clone()]);
            origin = windows::Origin::of(self.header.event_id, provider, channel);
            if origin.is_none() {
                windows::pass_over(self.header.event_id, provider, sink);
                return Ok(ControlFlow::Continue(()));
            }
        }
        // Where the event has no time that can be, the time at which it was written is as good.
        if self.header.time.is_none_or(|time| time < 0) && record.written >= 0 {
            self.header.time = Some(record.written);
        }

        self.take_data(chunk, &layout);
        let mut next = 0;
        while next < self.parts.len().min(MOST_PARTS) {
            let layout = self.open(chunk, self.parts[next].clone(), layouts)?;
            self.take_data(chunk, &layout);
            next += 1;
        }
        if self.text.is_full() {
            return Err(Fault::record("holds more text than any such event"));
        }
        self.emit(origin, sink)
    }

    /// Finds the layout of some binary XML, and its values.
    fn open(
        &mut self,
        chunk: &[u8],
        range: Range<usize>,
        layouts: &mut Layouts,
    ) -> Result<Rc<Layout>, Fault> {
        let end = range.end.min(chunk.len());
        let stream = chunk.get(range.start..end).unwrap_or_default();
        // A header of the stream, then most often an instance of a template and nothing else.
        let token = if let [0x0f, _, _, _, rest @ ..] = stream { rest } else { stream };
        let [0x0c, instance @ ..] = token else {
            self.values.clear();
            return layouts.inline(chunk, end - stream.len(), end);
        };
        let Some(template) = self.values.find(&chunk[..end], end - instance.len()) else {
            return Err(Fault::record("is damaged: its values break off"));
        };
        layouts.template(chunk, template)
    }

    /// The number of the event, which is the value of this number; 0 where it is none.
    fn event_id(&self, chunk: &[u8], number: usize) -> u32 {
        let value = self.values.get(chunk, number).and_then(Value::number);
        value.and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
    }

    fn take_header(&mut self, chunk: &[u8], target: Target, origin: &Origin) {
        let value = match origin {
            Origin::Value(number) => self.values.get(chunk, *number),
            Origin::Literal(_) => None,
        };
        let number = || match origin {
            Origin::Value(_) => value.and_then(Value::number),
            Origin::Literal(text) => text.trim().parse().ok(),
        };
        match target {
            Target::EventId => {
                let number = number().and_then(|number| u32::try_from(number).ok());
                self.header.event_id = number.unwrap_or_default();
            }
            Target::RecordId => self.header.record_id = number().or(self.header.record_id),
            Target::Time => {
                self.header.time = match origin {
                    Origin::Value(_) => value.and_then(Value::time),
                    Origin::Literal(text) => TimeFormat::Rfc3339.parse(text).map(Timestamp::micros),
                };
            }
            _ => {
                let range = match origin {
                    Origin::Value(_) => value.and_then(|value| self.text.value(value)),
                    Origin::Literal(text) => self.text.literal(text),
                };
                let range = range.unwrap_or_default();
                match target {
                    Target::Provider => self.header.provider = range,
                    Target::Channel => self.header.channel = range,
                    _ => self.header.computer = range,
                }
            }
        }
    }

    /// Takes the values that are wanted, and notes those that are binary XML themselves.
    fn take_data(&mut self, chunk: &[u8], layout: &Layout) {
        for (target, origin) in &layout.data {
            let number = match origin {
                Origin::Literal(text) => {
                    let range = self.text.literal(text);
                    self.name(*target, range);
                    continue;
                }
                Origin::Value(number) => *number,
            };
            let Some(value) = self.values.get(chunk, number) else { continue };
            if value.is_xml() {
                self.parts.push(self.values.place(number));
            } else if let Some(texts) = value.texts() {
                for text in texts {
                    let range = self.text.value(text);
                    self.name(*target, range);
                }
            } else {
                let range = self.text.value(value);
                self.name(*target, range);
            }
        }
        for &number in &layout.content {
            if self.values.get(chunk, number).is_some_and(Value::is_xml) {
                self.parts.push(self.values.place(number));
            }
        }
    }

    /// Gives a value its field.
    fn name(&mut self, target: Target, range: Option<Range<usize>>) {
        let field = match target {
            Target::Field(field) => Some(field),
            Target::Unnamed => {
                self.unnamed += 1;
                Field::UNNAMED.get(self.unnamed - 1).copied()
            }
            _ => None,
        };
        if let (Some(field), Some(range)) = (field, range) {
            self.fields.push((field, range));
        }
    }

    #[allow(clippy::field_reassign_with_default, reason = "a record is large to be moved")]
    fn emit(
        &self,
        origin: Option<windows::Origin>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        let text = self.text.as_str();
        let of = |range: &Range<usize>| Cow::Borrowed(text.get(range.clone()).unwrap_or_default());
        let mut record = Record::default();
        record.time = self.header.time;
        record.event_id = self.header.event_id;
        record.provider = of(&self.header.provider);
        record.channel = of(&self.header.channel);
        record.computer = of(&self.header.computer);
        record.raw_ref = self.header.record_id;
        record.number = self.header.record_id;
        for (field, range) in &self.fields {
            record.put(*field, of(range));
        }
        windows::emit_of(origin, &record, sink)
    }
}
