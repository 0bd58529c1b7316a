//! Records of bounded length out of a [`Source`], with quoting.

use std::io;

use csv_core::ReadRecordResult;
use memchr::memchr_iter;

use crate::error::Fault;
use crate::line::MAX_LINE;
use crate::source::Source;

/// Most columns of one record.
const MAX_COLUMNS: usize = 4096;

/// Splits a source into records.
pub(crate) struct Records {
    core: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    /// Lines used up so far.
    lines: u64,
    /// The last byte used; a record ends at a carriage return already, its line does not.
    last: u8,
}

/// One record: the text of its columns, one after the other, and where each ends.
pub(crate) struct Record<'a> {
    text: &'a [u8],
    ends: &'a [usize],
}

impl<'a> Record<'a> {
    /// The text of a column.
    #[inline]
    pub(crate) fn get(&self, column: usize) -> Option<&'a [u8]> {
        let end = *self.ends.get(column)?;
        let start = if column == 0 { 0 } else { self.ends[column - 1] };
        self.text.get(start..end)
    }

    /// Number of columns.
    pub(crate) const fn columns(&self) -> usize {
        self.ends.len()
    }

    /// The text of all columns, and where each ends in it.
    pub(crate) const fn whole(&self) -> (&'a [u8], &'a [usize]) {
        (self.text, self.ends)
    }

    /// The fault of a record that has another number of columns than the header. Empty columns behind
    /// the last are none.
    pub(crate) fn misshapen(&self, columns: usize, needed: usize) -> Option<Fault> {
        let found = self.columns();
        let last = columns.checked_sub(1).and_then(|last| self.ends.get(last));
        if found == columns || (found > columns && last == Some(&self.text.len())) {
            return None;
        }
        if found < needed {
            return Some(Fault::record(format!(
                "has {found} columns where {needed} are needed (the first line has {columns})"
            )));
        }
        Some(Fault::record(format!("has {found} columns where the first line has {columns}")))
    }
}

/// What comes next.
pub(crate) enum Next<'a> {
    /// A record that begins on `line` and is `lines` long.
    Record { line: u64, lines: u64, record: Record<'a> },
    /// One too long to be held, or of too many columns; it is gone.
    TooLong { line: u64, lines: u64 },
    /// Nothing.
    End,
}

impl Records {
    /// For a source of which so many lines were used up before.
    pub(crate) fn new(delimiter: u8, lines: u64) -> Self {
        Self {
            core: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            text: vec![0; 4 << 10],
            ends: vec![0; 64],
            lines,
            last: b'\n',
        }
    }

    /// Lines used up so far.
    pub(crate) const fn line(&self) -> u64 {
        self.lines
    }

    /// The next record; blank lines are passed over.
    pub(crate) fn next(&mut self, source: &mut Source<'_>) -> io::Result<Next<'_>> {
        self.pass_blank_lines(source)?;
        let first = self.lines;
        let (mut filled, mut columns) = (0, 0);
        let mut too_long = false;
        loop {
            if source.window().is_empty() {
                source.more()?;
            }
            let window = source.window();
            let (result, read, wrote, ended) =
                self.core.read_record(window, &mut self.text[filled..], &mut self.ends[columns..]);
            self.lines += memchr_iter(b'\n', &window[..read]).count() as u64;
            self.last = window[..read].last().copied().unwrap_or(self.last);
            source.consume(read);
            filled += wrote;
            columns += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.text.len() < MAX_LINE => {
                    self.text.resize(self.text.len() * 2, 0);
                }
                ReadRecordResult::OutputEndsFull if self.ends.len() < MAX_COLUMNS => {
                    self.ends.resize(self.ends.len() * 2, 0);
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    too_long = true;
                    (filled, columns) = (0, 0);
                }
                ReadRecordResult::End => return Ok(Next::End),
                ReadRecordResult::Record => {
                    // The break of the last line is yet to come, or is none at the file's end.
                    self.lines += u64::from(self.last != b'\n');
                    let lines = self.lines - first;
                    let line = first + 1;
                    if too_long {
                        return Ok(Next::TooLong { line, lines });
                    }
                    let record = Record { text: &self.text[..filled], ends: &self.ends[..columns] };
                    return Ok(Next::Record { line, lines, record });
                }
            }
        }
    }

    /// Steps over line breaks between records, so that each record's first line is known.
    fn pass_blank_lines(&mut self, source: &mut Source<'_>) -> io::Result<()> {
        loop {
            if source.window().is_empty() {
                source.more()?;
            }
            match source.window().first() {
                // A carriage return has ended its line already.
                Some(b'\n') => self.lines += u64::from(self.last != b'\r'),
                Some(b'\r') => self.lines += 1,
                _ => return Ok(()),
            }
            self.last = source.window()[0];
            source.consume(1);
        }
    }
}
