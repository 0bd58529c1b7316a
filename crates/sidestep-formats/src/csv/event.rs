//! A record's columns as an event.

use sidestep::event::AuthEvent;

use super::header::Header;
use super::record::Record;
use crate::error::Fault;
use crate::event_field::{EventField, FieldError};
use crate::field_value::{FieldMeaning, FieldValue};
use crate::fields::{FieldValues, NoEvent, event_of_fields};
use crate::table::{ColumnChoice, Places};
use crate::time::{Micros, TimeFormat, Times};
use crate::values::cut;
use crate::vocabulary;
use crate::zone::Zone;

/// Longest word of a log that is kept among the kinds that were not understood.
const LONGEST_WORD: usize = 64;

/// Turns records into events.
pub(super) struct Events {
    header: Header,
    places: Places,
    time_format: TimeFormat,
    zone: Zone,
    windows_codes: bool,
    /// Columns that a record must have.
    needed: usize,
}

/// What a record came to.
pub(super) enum Row<T> {
    Event(T),
    /// A Windows event of this number, which is not about logins.
    WindowsEvent(u32),
    /// Of an activity that is not known: what to say of it.
    NotUnderstood(String),
}

impl Events {
    pub(super) fn new(header: Header, choice: &ColumnChoice, times: (TimeFormat, Zone)) -> Self {
        let (places, windows_codes) = (choice.places, choice.windows_codes);
        let (time_format, zone) = times;
        let needed = places.iter().flatten().max().map_or(0, |last| last + 1);
        Self { header, places, time_format, zone, windows_codes, needed }
    }

    /// Whether the record's time can be read: a header's cannot.
    pub(super) fn has_time(&self, record: &Record<'_>) -> bool {
        let text = self.text(record, EventField::Time).unwrap_or_default();
        text.is_some_and(|text| self.times().read(text).is_some())
    }

    /// Lends the record, as an event that borrows from it, to `take`.
    pub(super) fn event<'a, T>(
        &self,
        record: &Record<'a>,
        line: u64,
        take: impl FnOnce(&AuthEvent<'a>) -> T,
    ) -> Result<Row<T>, Fault> {
        if let Some(fault) = record.misshapen(self.header.columns(), self.needed) {
            return Err(fault);
        }
        let fields = Fields { events: self, record };
        let event = self
            .time(record)
            .map_err(NoEvent::from)
            .and_then(|time| event_of_fields(time, &fields, line, take));
        match event {
            Ok(taken) => Ok(Row::Event(taken)),
            Err(NoEvent::Fault(error)) => Err(self.fault(error)),
            Err(NoEvent::WindowsEvent(code)) => Ok(Row::WindowsEvent(code)),
            Err(NoEvent::UnknownActivity(word)) => {
                let column = self.name(EventField::Activity);
                let word = cut(&word, LONGEST_WORD);
                Ok(Row::NotUnderstood(format!("CSV whose {column} is {word:?}")))
            }
        }
    }

    fn time(&self, record: &Record<'_>) -> Result<Micros, FieldError> {
        let stated =
            self.text(record, EventField::Time)?.filter(|text| !vocabulary::is_absent(text));
        let time = stated.ok_or_else(|| FieldError::empty(EventField::Time))?;
        self.times()
            .read(time)
            .ok_or_else(|| FieldError::unfit(EventField::Time, time, self.times().expected()))
    }

    const fn times(&self) -> Times<'_> {
        Times::new(&self.time_format, &self.zone)
    }

    /// The text of a field; `None` where it is not mapped.
    fn text<'a>(
        &self,
        record: &Record<'a>,
        field: EventField,
    ) -> Result<Option<&'a str>, FieldError> {
        let Some(bytes) = self.places[field as usize].and_then(|column| record.get(column)) else {
            return Ok(None);
        };
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Err(FieldError::new(field, "is not UTF-8"));
        };
        let text = text.trim();
        if text.bytes().any(|byte| byte == b'\n') {
            return Err(FieldError::new(field, "holds a line break; is a quote left open?"));
        }
        Ok(Some(text))
    }

    /// The error under the name that the column has in the file.
    fn fault(&self, error: FieldError) -> Fault {
        Fault::column(self.name(error.field), error.what)
    }

    fn name(&self, field: EventField) -> String {
        match self.places[field as usize] {
            Some(column) => self.header.name(column),
            None => field.name().to_owned(),
        }
    }
}

/// One record of a file.
struct Fields<'r, 'a> {
    events: &'r Events,
    record: &'r Record<'a>,
}

impl<'a> FieldValues<'a> for Fields<'_, 'a> {
    type Meaning = FieldMeaning<'a>;
    type Error = FieldError;

    fn meaning(&self, field: EventField) -> Result<Option<FieldMeaning<'a>>, FieldError> {
        match self.events.text(self.record, field)? {
            Some(text) => FieldValue::Text(text).meaning(field),
            None => Ok(None),
        }
    }

    fn has_windows_codes(&self) -> bool {
        self.events.windows_codes
    }
}
