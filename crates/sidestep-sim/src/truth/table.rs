//! CSV files whose columns may be named by a header.

use std::io::{Read, Write};

use super::TruthError;

/// A CSV file read whole, with the place of each wanted column.
pub(super) struct Table {
    file: &'static str,
    columns: &'static [&'static [&'static str]],
    /// Where each column stands; `None` where the header does not name it.
    places: Vec<Option<usize>>,
    pub(super) rows: Vec<csv::StringRecord>,
}

impl Table {
    /// The first `required` columns must be there; without a header all must, but for the last.
    pub(super) fn read(
        file: &'static str,
        input: impl Read,
        columns: &'static [&'static [&'static str]],
        required: usize,
    ) -> Result<Self, TruthError> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(input);
        let mut rows = Vec::new();
        for row in reader.records() {
            let row = row.map_err(|source| TruthError::Read { file, source })?;
            if row.iter().any(|field| !field.is_empty()) {
                rows.push(row);
            }
        }
        let place = |header: &csv::StringRecord, names: &[&str]| {
            header.iter().position(|field| {
                let field = field.trim_start_matches('\u{feff}');
                names.iter().any(|name| field.eq_ignore_ascii_case(name))
            })
        };
        let mut table =
            Self { file, columns, places: (0..columns.len()).map(Some).collect(), rows };
        let Some(header) = table.rows.first() else {
            return Ok(table);
        };
        // Without a header the last column may be left out: older files do not have it.
        if header.len() + 1 == columns.len() {
            table.places.truncate(header.len());
            table.places.push(None);
        }
        if place(header, columns[0]).is_some() {
            table.places = columns.iter().map(|names| place(header, names)).collect();
            if let Some(missing) = table.places[..required].iter().position(Option::is_none) {
                let what = "the header does not name this column, which is needed".to_owned();
                return Err(table.wrong(header, missing, what));
            }
            table.rows.remove(0);
        }
        for row in &table.rows {
            for (column, place) in table.places.iter().enumerate() {
                if place.is_some_and(|place| place >= row.len()) {
                    let what = format!("is missing: the record has {} fields only", row.len());
                    return Err(table.wrong(row, column, what));
                }
            }
        }
        Ok(table)
    }

    pub(super) fn get<'r>(&self, row: &'r csv::StringRecord, column: usize) -> &'r str {
        self.places[column].and_then(|place| row.get(place)).unwrap_or("")
    }

    pub(super) fn required<'r>(
        &self,
        row: &'r csv::StringRecord,
        column: usize,
    ) -> Result<&'r str, TruthError> {
        match self.get(row, column) {
            "" => Err(self.wrong(row, column, "is empty".to_owned())),
            text => Ok(text),
        }
    }

    pub(super) fn seconds(
        &self,
        row: &csv::StringRecord,
        column: usize,
    ) -> Result<i64, TruthError> {
        let text = self.get(row, column).trim_start_matches('\u{feff}');
        if let Ok(seconds) = text.parse::<i64>() {
            return Ok(seconds);
        }
        match text.parse::<f64>() {
            // Within what an f64 holds exactly; the fraction is cut on purpose.
            #[allow(clippy::cast_possible_truncation)]
            Ok(seconds) if seconds.abs() < 9e15 => Ok(seconds.floor() as i64),
            _ => Err(self.wrong(row, column, format!("{text:?} is not a number of seconds"))),
        }
    }

    pub(super) fn count(&self, row: &csv::StringRecord, column: usize) -> Result<u32, TruthError> {
        match self.get(row, column) {
            "" => Ok(0),
            text => text
                .parse()
                .map_err(|_| self.wrong(row, column, format!("{text:?} is not a whole number"))),
        }
    }

    pub(super) fn wrong(&self, row: &csv::StringRecord, column: usize, what: String) -> TruthError {
        TruthError::Value {
            file: self.file,
            line: line(row),
            column: self.columns[column][0],
            what,
        }
    }
}

fn line(row: &csv::StringRecord) -> u64 {
    row.position().map_or(0, csv::Position::line)
}

/// Writes a header and rows.
pub(super) fn write_rows<R: IntoIterator<Item = String>>(
    out: &mut csv::Writer<impl Write>,
    columns: &[&[&str]],
    rows: impl Iterator<Item = R>,
) -> Result<(), csv::Error> {
    out.write_record(columns.iter().map(|names| names[0]))?;
    for row in rows {
        out.write_record(row)?;
    }
    out.flush()?;
    Ok(())
}
