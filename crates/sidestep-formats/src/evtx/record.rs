//! One record: its header first, and its data where the event is one that is read.

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};
use std::rc::Rc;

use evtx::EvtxRecord;
use evtx::binxml::value_variant::BinXmlValue;

use super::layout::{Layout, Layouts, Origin, Target};
use super::values::{self, Text};
use crate::error::Fault;
use crate::reader::Run;
use crate::time::TimeFormat;
use crate::windows::{self, Field, Record};

/// Binary XML within a record that is followed; real records hold one or two.
const MOST_PARTS: usize = 8;

/// The fields that values without a name fill, in order.
const UNNAMED: [Field; 3] = [Field::Param1, Field::Param2, Field::Param3];

/// Takes records apart, in buffers that are used over and over.
#[derive(Default)]
pub(super) struct Taker {
    text: Text,
    header: Header,
    fields: Vec<(Field, Range<usize>)>,
    unnamed: usize,
    /// Binary XML yet to be read: where it stands in the chunk, and its length.
    parts: Vec<(usize, usize)>,
}

/// What a record's `System` element says.
#[derive(Default)]
struct Header {
    event_id: u32,
    time: Option<i64>,
    record_id: Option<u64>,
    provider: Range<usize>,
    channel: Range<usize>,
    computer: Range<usize>,
}

impl Taker {
    /// Hands on what a record tells.
    pub(super) fn take(
        &mut self,
        mut record: EvtxRecord<'_>,
        layouts: &mut Layouts,
        run: &mut Run<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        self.text.clear();
        self.fields.clear();
        self.parts.clear();
        self.unnamed = 0;
        self.header = Header { record_id: Some(record.event_record_id), ..Header::default() };

        let (layout, values) = part(&record, layouts)?;
        for (target, origin) in &layout.header {
            self.take_header(*target, origin, &values);
        }
        let text = self.text.as_str();
        let (provider, channel) =
            (&text[self.header.provider.clone()], &text[self.header.channel.clone()]);
        if !windows::is_read(self.header.event_id, provider, channel) {
            windows::pass_over(self.header.event_id, provider, run);
            return Ok(ControlFlow::Continue(()));
        }
        // A zero in the event is repaired from the record's own header, and the other way round.
        let written = record.timestamp.as_microsecond();
        if self.header.time.is_none_or(|time| time < 0) && written > 0 {
            self.header.time = Some(written);
        }

        self.take_data(&record, &layout, &values);
        let mut next = 0;
        while next < self.parts.len().min(MOST_PARTS) {
            let (offset, length) = self.parts[next];
            next += 1;
            record.binxml_offset = offset as u64;
            record.binxml_size = u32::try_from(length).unwrap_or(u32::MAX);
            let (layout, values) = part(&record, layouts)?;
            self.take_data(&record, &layout, &values);
        }
        self.emit(run)
    }

    fn take_header(&mut self, target: Target, origin: &Origin, values: &[BinXmlValue<'_>]) {
        let value = match origin {
            Origin::Value(number) => values.get(*number),
            Origin::Literal(_) => None,
        };
        let number = || match origin {
            Origin::Value(_) => value.and_then(values::number),
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
                    Origin::Value(_) => value.and_then(values::time),
                    Origin::Literal(text) => TimeFormat::Rfc3339.parse(text),
                };
            }
            _ => {
                let range = match origin {
                    Origin::Value(_) => value.and_then(|value| self.text.value(value)),
                    Origin::Literal(text) => Some(self.text.literal(text)),
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
    fn take_data(&mut self, record: &EvtxRecord<'_>, layout: &Layout, values: &[BinXmlValue<'_>]) {
        for (target, origin) in &layout.data {
            match origin {
                Origin::Literal(text) => {
                    let range = self.text.literal(text);
                    self.name(*target, Some(range));
                }
                Origin::Value(number) => match values.get(*number) {
                    Some(BinXmlValue::BinXmlType(bytes)) => self.note(record, bytes),
                    Some(BinXmlValue::StringArrayType(items)) => {
                        for item in *items {
                            let range = self.text.utf16(item.as_bytes());
                            self.name(*target, Some(range));
                        }
                    }
                    Some(value) => {
                        let range = self.text.value(value);
                        self.name(*target, range);
                    }
                    None => {}
                },
            }
        }
        for number in &layout.content {
            if let Some(BinXmlValue::BinXmlType(bytes)) = values.get(*number) {
                self.note(record, bytes);
            }
        }
    }

    /// Gives a value its field.
    fn name(&mut self, target: Target, range: Option<Range<usize>>) {
        let field = match target {
            Target::Field(field) => Some(field),
            Target::Unnamed => {
                self.unnamed += 1;
                UNNAMED.get(self.unnamed - 1).copied()
            }
            _ => None,
        };
        if let (Some(field), Some(range)) = (field, range) {
            self.fields.push((field, range));
        }
    }

    /// Notes where a value stands that is binary XML: the library gives the bytes themselves.
    fn note(&mut self, record: &EvtxRecord<'_>, bytes: &[u8]) {
        let offset = bytes.as_ptr().addr().wrapping_sub(record.chunk.data.as_ptr().addr());
        if !bytes.is_empty() && offset < record.chunk.data.len() {
            self.parts.push((offset, bytes.len()));
        }
    }

    fn emit(&self, run: &mut Run<'_>) -> Result<ControlFlow<()>, Fault> {
        let text = self.text.as_str();
        let of = |range: &Range<usize>| Cow::Borrowed(text.get(range.clone()).unwrap_or_default());
        let mut record = Record {
            time: self.header.time,
            event_id: self.header.event_id,
            provider: of(&self.header.provider),
            channel: of(&self.header.channel),
            computer: of(&self.header.computer),
            raw_ref: self.header.record_id,
            ..Record::default()
        };
        for (field, range) in &self.fields {
            record.put(*field, of(range));
        }
        windows::emit(&record, run)
    }
}

/// The layout and the values of the binary XML that `record` points at.
fn part<'a>(
    record: &EvtxRecord<'a>,
    layouts: &mut Layouts,
) -> Result<(Rc<Layout>, Vec<BinXmlValue<'a>>), Fault> {
    let chunk = record.chunk.data;
    let start = usize::try_from(record.binxml_offset).unwrap_or(usize::MAX);
    let end = start.saturating_add(record.binxml_size as usize).min(chunk.len());
    let stream = chunk.get(start..end).unwrap_or_default();
    // A header of the stream, then most often an instance of a template and nothing else.
    let token = if let [0x0f, _, _, _, rest @ ..] = stream { rest } else { stream };
    if token.first() != Some(&0x0c) {
        return Ok((layouts.inline(chunk, start, end)?, Vec::new()));
    }
    let instances = record
        .template_instances()
        .map_err(|error| Fault::record(format!("is damaged: {}", super::root(&error))))?;
    let Some(instance) = instances.into_iter().next() else {
        return Err(Fault::record("is damaged: it names no template"));
    };
    Ok((layouts.template(chunk, instance.template_def_offset)?, instance.values))
}
