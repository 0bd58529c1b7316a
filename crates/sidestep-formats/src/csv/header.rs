//! The header of a CSV file and where its fields are.

use crate::event_field::EventField;
use crate::field_mapping::{Column, FieldMapping};
use crate::table::{ColumnChoice, ColumnSample, Places, Said, Told, choose_columns, tell};

/// Borders between columns, the likeliest first.
const DELIMITERS: [u8; 4] = *b",;\t|";

/// The names of the columns, and what stands between them.
#[derive(Debug)]
pub(crate) struct Header {
    pub(crate) delimiter: u8,
    names: Vec<String>,
}

impl Header {
    /// Reads a first line. The delimiter is the one that splits it most.
    pub(crate) fn parse(line: &[u8]) -> Self {
        Self::split(line, delimiter_of(line))
    }

    /// Reads a first line whose delimiter is known.
    pub(crate) fn split(line: &[u8], delimiter: u8) -> Self {
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

    /// The names in their order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }

    /// What the names show the table to be, where it is known as a whole.
    pub(crate) fn tell(&self) -> Option<Told> {
        tell(&self.names())
    }

    /// Chooses a column for each field, by what they are called and hold. An error says which column
    /// the mapping names in vain, or why none can be chosen.
    pub(crate) fn choose(
        &self,
        mapping: &FieldMapping,
        samples: &[ColumnSample],
    ) -> Result<ColumnChoice, String> {
        let mut said = [Said::Nothing; EventField::ALL.len()];
        for (said, &field) in said.iter_mut().zip(EventField::ALL) {
            *said = match mapping.column(field) {
                None => Said::Nothing,
                Some(Column::Absent) => Said::Absent,
                Some(Column::Number(number)) => Said::At(number - 1),
                Some(Column::Name(name)) => {
                    let found = self.names.iter().position(|have| have == name);
                    Said::At(found.ok_or_else(|| {
                        format!("no column is called {name:?}; there are {}", self.list())
                    })?)
                }
            };
        }
        choose_columns(&self.names(), samples, |field| said[field as usize])
    }

    /// Whether the columns are those of a known table, or give a login: a time, an account, a host.
    pub(crate) fn gives_event(&self, mapping: &FieldMapping) -> bool {
        self.tell().is_some()
            || self.choose(mapping, &[]).is_ok_and(|choice| missing(&choice.places).is_none())
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
