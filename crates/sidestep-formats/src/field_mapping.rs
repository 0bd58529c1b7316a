//! Which column of a CSV file or table holds what.

use std::str::FromStr;

use crate::error::ParseError;
use crate::event_field::EventField;
use crate::time::TimeFormat;

/// Names a column.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Column {
    /// By its header; case counts.
    Name(String),
    /// By its number; the first is 1.
    Number(usize),
    /// None: the field is not read, even where a header looks like it.
    Absent,
}

impl FromStr for Column {
    type Err = ParseError;

    /// Digits are a number, nothing is [`Column::Absent`], anything else a header.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        if text.is_empty() {
            return Ok(Self::Absent);
        }
        if !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Ok(Self::Name(text.to_owned()));
        }
        match text.parse() {
            Ok(number @ 1..=4096) => Ok(Self::Number(number)),
            _ => Err(ParseError {
                what: "column",
                value: text.to_owned(),
                expected: "a header, or a number from 1 to 4096".to_owned(),
            }),
        }
    }
}

/// Which column holds what. A field that is not set is looked for among the headers, under its
/// own name and the names that common logs give it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldMapping {
    columns: Vec<(EventField, Column)>,
    time_format: TimeFormat,
}

impl FieldMapping {
    /// Says where a field is. A second word on the same field takes the first one's place.
    #[must_use]
    pub fn with(mut self, field: EventField, column: Column) -> Self {
        self.columns.retain(|(set, _)| *set != field);
        self.columns.push((field, column));
        self
    }

    /// Says where a field is by `field=column`.
    ///
    /// # Errors
    /// [`ParseError`] where there is no `=`, or no such field, or the number is no column's.
    pub fn with_pair(self, pair: &str) -> Result<Self, ParseError> {
        let Some((field, column)) = pair.split_once('=') else {
            return Err(ParseError {
                what: "mapping",
                value: pair.to_owned(),
                expected: "field=column, such as account=User".to_owned(),
            });
        };
        Ok(self.with(field.trim().parse()?, column.trim().parse()?))
    }

    /// Says how the time is written.
    #[must_use]
    pub fn with_time_format(mut self, format: TimeFormat) -> Self {
        self.time_format = format;
        self
    }

    /// How the time is written.
    #[must_use]
    pub const fn time_format(&self) -> &TimeFormat {
        &self.time_format
    }

    /// Where a field was said to be.
    #[must_use]
    pub fn column(&self, field: EventField) -> Option<&Column> {
        self.columns.iter().find(|(set, _)| *set == field).map(|(_, column)| column)
    }

    /// Whether nothing was said of any column.
    #[must_use]
    pub fn is_default(&self) -> bool {
        self.columns.is_empty()
    }

    /// Whether a file without a header can be read: columns are named by number only.
    pub(crate) fn by_number(&self) -> bool {
        !self.columns.is_empty()
            && self.columns.iter().all(|(_, column)| !matches!(column, Column::Name(_)))
    }
}
