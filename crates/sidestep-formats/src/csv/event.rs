//! A record's columns as an event.

use sidestep::event::AuthEvent;

use super::header::{Header, Places};

use super::record::Record;
use crate::error::Fault;
use crate::event_field::{EventField, FieldError};
use crate::field_value::{FieldMeaning, FieldValue};
use crate::fields::{FieldValues, event_of_fields};
use crate::time::{Micros, TimeFormat, Times};
use crate::vocabulary;
use crate::zone::Zone;

/// Turns records into events.
pub(super) struct Events {
    header: Header,
    places: Places,
    time_format: TimeFormat,
    zone: Zone,
    /// Columns that a record must have.
    needed: usize,
}

impl Events {
    pub(super) fn new(header: Header, places: Places, times: (TimeFormat, Zone)) -> Self {
        let (time_format, zone) = times;
        let needed = places.iter().flatten().max().map_or(0, |last| last + 1);
        Self { header, places, time_format, zone, needed }
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
    ) -> Result<T, Fault> {
        if record.columns() < self.needed {
            return Err(Fault::record(format!(
                "has {} columns where {} are needed (the first line has {})",
                record.columns(),
                self.needed,
                self.header.columns()
            )));
        }
        self.time(record)
            .and_then(|time| event_of_fields(time, &Row { events: self, record }, line, take))
            .map_err(|error| self.fault(error))
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
        let name = match self.places[error.field as usize] {
            Some(column) => self.header.name(column),
            None => error.field.name().to_owned(),
        };
        Fault::column(name, error.what)
    }
}

/// One record of a file.
struct Row<'r, 'a> {
    events: &'r Events,
    record: &'r Record<'a>,
}

impl<'a> FieldValues<'a> for Row<'_, 'a> {
    fn meaning(&self, field: EventField) -> Result<Option<FieldMeaning<'a>>, FieldError> {
        match self.events.text(self.record, field)? {
            Some(text) => FieldValue::Text(text).meaning(field),
            None => Ok(None),
        }
    }

    fn has(&self, field: EventField) -> bool {
        self.events.places[field as usize].is_some()
    }
}
