//! Which column of a table holds what.

use arrow_schema::{DataType, Schema};
use sidestep_formats::{
    Column, ColumnSample, EventField, FieldMapping, Mapping, Said, TimeFormat, choose_columns,
    is_of_known_table,
};

use crate::error::ColumnsError;

/// Columns named in an error at most.
const MOST_NAMED: usize = 40;

/// Where the fields of an event are among the columns of a table. A field is looked for under its own
/// name and under the names that common logs give it, the surest first, or where a mapping says.
///
/// ```
/// use arrow_schema::{DataType, Field, Schema};
/// use sidestep_arrow::EventColumns;
/// use sidestep_formats::{EventField, FieldMapping};
///
/// let text = |name| Field::new(name, DataType::Utf8, true);
/// let schema = Schema::new(vec![text("@timestamp"), text("who"), text("src"), text("dst")]);
/// let mapping = FieldMapping::default().with_pair("account=who")?;
/// let columns = EventColumns::resolve(&schema, &mapping)?;
/// assert_eq!(columns.column(EventField::Account), Some(1));
/// assert_eq!(columns.column(EventField::DstHost), Some(3));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventColumns {
    places: [Option<usize>; EventField::ALL.len()],
    time_format: TimeFormat,
    windows_codes: bool,
    read: Mapping,
}

impl EventColumns {
    /// Finds the fields among the columns of a schema, by their names.
    ///
    /// # Errors
    /// [`ColumnsError`]: none gives the time, the account or the destination, the mapping names one
    /// that is not there, or one is of a type that its field cannot be read from.
    pub fn resolve(schema: &Schema, mapping: &FieldMapping) -> Result<Self, ColumnsError> {
        Self::resolve_by(schema, mapping, &[])
    }

    /// The same, by what the columns hold too.
    pub(crate) fn resolve_by(
        schema: &Schema,
        mapping: &FieldMapping,
        samples: &[ColumnSample],
    ) -> Result<Self, ColumnsError> {
        let mut said = [Said::Nothing; EventField::ALL.len()];
        for (said, &field) in said.iter_mut().zip(EventField::ALL) {
            *said = match mapping.column(field) {
                None => Said::Nothing,
                Some(Column::Absent) => Said::Absent,
                Some(column) => Said::At(named(schema, field, column)?),
            };
        }
        let names: Vec<_> = schema.fields().iter().map(|column| column.name().as_str()).collect();
        let choice = choose_columns(&names, samples, |field| said[field as usize])
            .map_err(|what| ColumnsError::TimeInTwo { what })?;
        for (&field, place) in EventField::ALL.iter().zip(choice.places) {
            if let Some(at) = place {
                check_type(schema, field, at, mapping.column(field).is_some())?;
            }
        }
        let columns = Self {
            places: choice.places,
            time_format: mapping.time_format().clone(),
            windows_codes: choice.windows_codes,
            read: choice.read,
        };
        let missing = |field| ColumnsError::Missing { field, found: list(schema) };
        for field in [EventField::Time, EventField::Account] {
            columns.column(field).ok_or_else(|| missing(field))?;
        }
        columns
            .column(EventField::DstHost)
            .or(columns.column(EventField::DstIp))
            .ok_or_else(|| missing(EventField::DstHost))?;
        Ok(columns)
    }

    /// The index of the column that holds a field.
    #[must_use]
    pub const fn column(&self, field: EventField) -> Option<usize> {
        self.places[field as usize]
    }

    /// The fields that have a column, each with the index of the column.
    pub fn fields(&self) -> impl Iterator<Item = (EventField, usize)> + '_ {
        EventField::ALL.iter().filter_map(|&field| Some((field, self.column(field)?)))
    }

    /// Whether a column of this name could be one that [`resolve`](Self::resolve) looks at, or one of a
    /// table that is known as a whole. The others need not be read at all, whatever their types are.
    #[must_use]
    pub fn may_use(name: &str, mapping: &FieldMapping) -> bool {
        let known = mapping.is_default() && is_of_known_table(name);
        known
            || EventField::ALL.iter().any(|&field| match mapping.column(field) {
                None => field.rank(name).is_some(),
                Some(Column::Name(named)) => named == name,
                Some(_) => false,
            })
    }

    /// The same with the names of the columns, those left unread, and what was decided by what they
    /// hold.
    #[must_use]
    pub const fn mapping(&self) -> &Mapping {
        &self.read
    }

    /// Whether the numbers of events are Windows' own.
    pub(crate) const fn has_windows_codes(&self) -> bool {
        self.windows_codes
    }

    /// How times that are numbers or text are written.
    #[must_use]
    pub const fn time_format(&self) -> &TimeFormat {
        &self.time_format
    }
}

fn named(schema: &Schema, field: EventField, column: &Column) -> Result<usize, ColumnsError> {
    let (found, name) = match column {
        Column::Name(name) => {
            (schema.fields().iter().position(|have| have.name() == name), name.clone())
        }
        Column::Number(number) => {
            let index = number.checked_sub(1).filter(|&index| index < schema.fields().len());
            (index, number.to_string())
        }
        _ => (None, String::new()),
    };
    found.ok_or_else(|| ColumnsError::NoSuchColumn { field, column: name, found: list(schema) })
}

fn check_type(
    schema: &Schema,
    field: EventField,
    at: usize,
    is_named: bool,
) -> Result<(), ColumnsError> {
    let column = &schema.fields()[at];
    let found = column.data_type();
    // A number that is called a status may be one of Windows, where 0 is success, or of HTTP.
    let is_status = field == EventField::Outcome
        && !is_named
        && column.name().to_ascii_lowercase().ends_with("status")
        && holds_numbers(found);
    if accepts(field, found) && !is_status {
        return Ok(());
    }
    Err(ColumnsError::Mistyped {
        field,
        column: column.name().clone(),
        found: found.to_string(),
        accepted: accepted(field),
    })
}

/// Whether a field can be read from values of a type.
fn accepts(field: EventField, found: &DataType) -> bool {
    match found {
        // What stands for a value may be stored once for many rows.
        DataType::Dictionary(key, value) => {
            return key.is_dictionary_key_type() && accepts(field, value);
        }
        DataType::RunEndEncoded(_, values) => return accepts(field, values.data_type()),
        DataType::Null => return true,
        _ => {}
    }
    let text = is_text(found);
    let number = is_number(found);
    let truth = *found == DataType::Boolean;
    match field {
        EventField::Time => {
            text || number
                || matches!(found, DataType::Timestamp(..) | DataType::Date32 | DataType::Date64)
        }
        EventField::SrcPort
        | EventField::EventCode
        | EventField::LogonId
        | EventField::LogonType => text || number,
        EventField::Outcome | EventField::Mfa => text || truth || number,
        _ => text,
    }
}

fn is_number(found: &DataType) -> bool {
    found.is_integer() || found.is_floating() || found.is_decimal()
}

/// Whether the values of a column are numbers, however they are stored.
fn holds_numbers(found: &DataType) -> bool {
    match found {
        DataType::Dictionary(_, value) => holds_numbers(value),
        DataType::RunEndEncoded(_, values) => holds_numbers(values.data_type()),
        found => is_number(found),
    }
}

const fn is_text(found: &DataType) -> bool {
    matches!(found, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

/// The types that a field can be read from, in words.
pub(crate) const fn accepted(field: EventField) -> &'static str {
    match field {
        EventField::Time => "timestamps and dates of any unit and zone, numbers and text",
        EventField::SrcPort
        | EventField::EventCode
        | EventField::LogonId
        | EventField::LogonType => "numbers and text",
        EventField::Outcome => {
            "text, booleans, and the numbers 0 and 1 (of a column called a status only where a mapping \
             names it, for 0 means success in some logs)"
        }
        EventField::Mfa => "text, booleans, and the numbers 0 and 1",
        _ => "text: string, large string or string view, plain, as a dictionary or in runs",
    }
}

/// The columns of a schema with their types, for people.
fn list(schema: &Schema) -> String {
    let columns = schema.fields();
    if columns.is_empty() {
        return "no column at all".to_owned();
    }
    let shown = columns.iter().take(MOST_NAMED);
    let mut text = shown
        .map(|column| format!("{:?} ({})", column.name(), column.data_type()))
        .collect::<Vec<_>>()
        .join(", ");
    if columns.len() > MOST_NAMED {
        text.push_str(&format!(" and {} more", columns.len() - MOST_NAMED));
    }
    text
}
