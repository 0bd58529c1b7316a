//! The header of a CSV file and where its fields are.

use crate::event_field::EventField;
use crate::field_mapping::{Column, FieldMapping};

/// Borders between columns, the likeliest first.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// The names of the columns, and what stands between them.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) delimiter: u8,
    names: Vec<String>,
}

/// Where each field is: its column's index, by [`EventField`] in declaration order.
pub(crate) type Places = [Option<usize>; EventField::ALL.len()];

impl Header {
    /// Reads a first line. The delimiter is the one that splits it most.
    pub(crate) fn parse(line: &[u8]) -> Self {
        let delimiter = delimiter_of(line);
        let mut reader = csv_core::ReaderBuilder::new().delimiter(delimiter).build();
        let mut text = vec![0; line.len() + 1];
        let mut ends = vec![0; line.len() + 2];
        let (mut used, mut fields) = (0, 0);
        // A second call, on nothing, ends the record.
        for input in [line, &[]] {
            let (_, _, wrote, ended) =
                reader.read_record(input, &mut text[used..], &mut ends[fields..]);
            used += wrote;
            fields += ended;
        }
        let mut start = 0;
        let names = ends[..fields]
            .iter()
            .map(|&end| {
                let name = String::from_utf8_lossy(&text[start..end.max(start)]).trim().to_owned();
                start = end.max(start);
                name
            })
            .collect();
        Self { delimiter, names }
    }

    /// Number of columns.
    pub(crate) const fn columns(&self) -> usize {
        self.names.len()
    }

    /// The names, for people.
    pub(crate) fn list(&self) -> String {
        const SHOWN: usize = 300;
        let list = self.names.join(", ");
        match list.char_indices().nth(SHOWN) {
            Some((end, _)) => format!("{:?}...", &list[..end]),
            None => format!("{list:?}"),
        }
    }

    /// The name of a column, or its number.
    pub(crate) fn name(&self, index: usize) -> String {
        match self.names.get(index) {
            Some(name) if !name.is_empty() => name.clone(),
            _ => format!("column {}", index + 1),
        }
    }

    /// What each column looks like.
    pub(crate) fn fields(&self) -> impl Iterator<Item = Option<EventField>> {
        self.names
            .iter()
            .map(|name| EventField::ALL.iter().copied().find(|field| field.rank(name).is_some()))
    }

    /// Where each field is; an error says which column the mapping names in vain.
    pub(crate) fn places(&self, mapping: &FieldMapping) -> Result<Places, String> {
        let mut places: Places = [None; EventField::ALL.len()];
        for (place, &field) in places.iter_mut().zip(EventField::ALL) {
            *place = match mapping.column(field) {
                Some(Column::Absent) => None,
                Some(Column::Number(number)) => Some(number - 1),
                Some(Column::Name(name)) => {
                    let found = self.names.iter().position(|have| have == name);
                    Some(found.ok_or_else(|| {
                        format!("no column is called {name:?}; there are {}", self.list())
                    })?)
                }
                None => self.likeliest(field),
            };
        }
        Ok(places)
    }

    /// Whether the columns give a login: a time, an account, and a host.
    pub(crate) fn gives_event(&self, mapping: &FieldMapping) -> bool {
        self.places(mapping).is_ok_and(|places| missing(&places).is_none())
    }

    fn likeliest(&self, field: EventField) -> Option<usize> {
        let ranked = self
            .names
            .iter()
            .enumerate()
            .filter_map(|(index, name)| Some((field.rank(name)?, index)));
        ranked.min().map(|(_, index)| index)
    }
}

/// What a login needs and the columns do not give.
pub(crate) fn missing(places: &Places) -> Option<&'static str> {
    let has = |field: EventField| places[field as usize].is_some();
    if !has(EventField::Time) {
        Some("time")
    } else if !has(EventField::Account) {
        Some("account")
    } else if !has(EventField::DstHost) && !has(EventField::DstIp) {
        Some("dst_host")
    } else {
        None
    }
}

/// The delimiter that occurs most often outside quotes.
pub(crate) fn delimiter_of(line: &[u8]) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut quoted = false;
    for &byte in line {
        if byte == b'"' {
            quoted = !quoted;
        } else if !quoted && let Some(which) = DELIMITERS.iter().position(|&d| d == byte) {
            counts[which] += 1;
        }
    }
    let mut best = 0;
    for which in 1..DELIMITERS.len() {
        if counts[which] > counts[best] {
            best = which;
        }
    }
    DELIMITERS[best]
}
