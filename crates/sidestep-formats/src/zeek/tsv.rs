//! Zeek's own TSV: header lines that begin with `#` say how the records below them are written.

use std::borrow::Cow;
use std::ops::ControlFlow;

use memchr::{memchr, memchr_iter};

use super::emit;
use super::record::{Field, Kind, Record};
use crate::dialect::Dialect;
use crate::error::{Fault, FormatError, quote};
use crate::line::Line;
use crate::line::TOO_LONG;
use crate::record_sink::RecordSink;
use crate::source::Source;

/// Reads a log, or several that were written one after the other into one file.
pub(crate) struct Zeek;

/// Whether a line begins a log of Zeek's.
pub(crate) fn is_header(line: &[u8]) -> bool {
    line.starts_with(b"#separator ") || line.starts_with(b"#fields")
}

impl Dialect for Zeek {
    fn read(
        &mut self,
        source: &mut Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let mut header = Header::default();
        let mut number = 0;
        let (mut named, mut nameless) = (false, false);
        loop {
            let line = match source.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(error) => return Err(sink.broken(number, error)),
            };
            number += 1;
            let taken = match line {
                Line::TooLong => Err(Fault::record(TOO_LONG)),
                Line::Text([]) => continue,
                Line::Text(line @ [b'#', ..]) => header.take(line).map(ControlFlow::Continue),
                Line::Text(line) => match &header.log {
                    // Filled where it stands, because it is large.
                    Log::Read(kind) => {
                        let mut record = Record::new(*kind);
                        record.raw_ref = Some(number);
                        header.fill(&mut record, line).and_then(|()| emit(&record, sink))
                    }
                    Log::Other(name) => {
                        super::pass_over_log(name, sink);
                        continue;
                    }
                    Log::Unnamed => {
                        nameless = true;
                        Err(Fault::record("stands above the #fields line that names its columns"))
                    }
                },
            };
            named |= !header.names.is_empty();
            match taken {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Ok(ControlFlow::Break(())),
                Err(fault) => sink.bad(number, 1, fault)?,
            }
        }
        if nameless && !named {
            return Err(FormatError::Columns {
                place: sink.place.to_owned(),
                what: "no #fields line names the columns".to_owned(),
                advice: "give the log whole, with the header that Zeek wrote".to_owned(),
            });
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// What log the records are of.
enum Log {
    /// One that is read.
    Read(Kind),
    /// Another one, by the words that count it.
    Other(String),
    /// No header has said.
    Unnamed,
}

/// One column: what it holds, and whether that is a set or a vector.
struct Column {
    field: Option<Field>,
    list: bool,
}

/// What the header lines said so far.
struct Header {
    separator: u8,
    set_separator: String,
    empty: String,
    unset: String,
    path: Option<String>,
    names: Vec<String>,
    types: Vec<String>,
    /// The columns up to the last that is read.
    columns: Vec<Column>,
    log: Log,
}

impl Default for Header {
    fn default() -> Self {
        Self {
            separator: b'\t',
            set_separator: ",".to_owned(),
            empty: "(empty)".to_owned(),
            unset: "-".to_owned(),
            path: None,
            names: Vec::new(),
            types: Vec::new(),
            columns: Vec::new(),
            log: Log::Unnamed,
        }
    }
}

impl Header {
    /// Takes one header line; what is no part of a header is a comment.
    fn take(&mut self, line: &[u8]) -> Result<(), Fault> {
        let Ok(text) = std::str::from_utf8(line) else {
            return Err(Fault::record("is not UTF-8"));
        };
        // The separator is named behind a blank; it stands in every other line.
        if let Some(named) = text.strip_prefix("#separator ") {
            let [separator] = *unescape(named).as_bytes() else {
                let what = format!("#separator {} is not one byte", quote(named.as_bytes()));
                return Err(Fault::record(what));
            };
            *self = Self { separator, ..Self::default() };
            return Ok(());
        }
        let mut words = text.split(char::from(self.separator));
        match words.next() {
            Some("#set_separator") => self.set_separator = value(words.next()),
            Some("#empty_field") => self.empty = value(words.next()),
            Some("#unset_field") => self.unset = value(words.next()),
            Some("#path") => self.path = words.next().map(str::to_owned),
            Some("#fields") => {
                self.names = words.map(str::to_owned).collect();
                self.types.clear();
            }
            Some("#types") => self.types = words.map(str::to_owned).collect(),
            _ => return Ok(()),
        }
        self.settle();
        Ok(())
    }

    /// Works out from what the header says so far which log it is and where its fields are.
    fn settle(&mut self) {
        self.columns.clear();
        if self.names.is_empty() {
            self.log = Log::Unnamed;
            return;
        }
        // A filter may have given the log another name; its fields still say what it is.
        let kind = self.path.as_deref().and_then(Kind::of_path);
        let kind = kind.or_else(|| Kind::of_fields(self.names.iter().map(String::as_str)));
        self.log = match (kind, &self.path) {
            (Some(kind), _) => Log::Read(kind),
            (None, Some(path)) => Log::Other(path.clone()),
            (None, None) => Log::Other("log without a name".to_owned()),
        };
        let Some(kind) = kind else { return };
        let mut types = self.types.iter();
        self.columns.extend(self.names.iter().map(|name| {
            Column {
                field: Field::of_name(kind, name),
                list: types
                    .next()
                    .is_some_and(|kind| kind.starts_with("set[") || kind.starts_with("vector[")),
            }
        }));
        let read = self.columns.iter().rposition(|column| column.field.is_some());
        self.columns.truncate(read.map_or(0, |last| last + 1));
    }

    /// Takes one record apart.
    fn fill<'r>(&self, record: &mut Record<'r>, line: &'r [u8]) -> Result<(), Fault> {
        let Ok(text) = std::str::from_utf8(line) else {
            return Err(Fault::record("is not UTF-8"));
        };
        let escaped = memchr(b'\\', line).is_some();
        // Columns are short, so that looking at each byte is faster than a search that is set up
        // for each of them.
        let mut found = 0;
        let mut rest = Some(text);
        for column in &self.columns {
            let Some(text) = rest else { break };
            let end = text.bytes().position(|byte| byte == self.separator);
            let value = text.get(..end.unwrap_or(text.len())).unwrap_or_default();
            rest = end.and_then(|end| text.get(end + 1..));
            found += 1;
            if let Some(field) = column.field
                && value != self.unset
                && value != self.empty
            {
                record.put(field, self.value(value, column.list, escaped));
            }
        }
        if let Some(rest) = rest {
            found += 1 + memchr_iter(self.separator, rest.as_bytes()).count();
        }
        if found != self.names.len() {
            return Err(Fault::record(format!(
                "has {found} column{} where #fields names {}",
                if found == 1 { "" } else { "s" },
                self.names.len()
            )));
        }
        Ok(())
    }

    fn value<'r>(&self, value: &'r str, list: bool, escaped: bool) -> Cow<'r, str> {
        if list && self.set_separator != "," && !self.set_separator.is_empty() {
            return Cow::Owned(unescape(&value.replace(&self.set_separator, ",")).into_owned());
        }
        if escaped { unescape(value) } else { Cow::Borrowed(value) }
    }
}

/// The word of a header line; Zeek writes none where it is empty.
fn value(word: Option<&str>) -> String {
    unescape(word.unwrap_or_default()).into_owned()
}

/// Undoes Zeek's escapes: `\x09` is a byte, and a doubled backslash is one. Bytes that are not
/// UTF-8 come out as replacement characters.
fn unescape(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    if memchr(b'\\', bytes).is_none() {
        return Cow::Borrowed(text);
    }
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            plain.push(byte);
            continue;
        }
        match after {
            [b'\\', after @ ..] => {
                plain.push(b'\\');
                rest = after;
            }
            [b'x', high, low, after @ ..]
                if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                plain.push(16 * hex(*high) + hex(*low));
                rest = after;
            }
            _ => plain.push(b'\\'),
        }
    }
    Cow::Owned(match String::from_utf8(plain) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

const fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        b'a'..=b'f' => digit - b'a' + 10,
        _ => digit.wrapping_sub(b'A').wrapping_add(10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone() {
        assert_eq!(unescape(r"\x09"), "\t");
        assert_eq!(unescape(r"\\\\FILES\\C$"), r"\\FILES\C$");
        assert_eq!(unescape(r"\x2d"), "-");
        assert_eq!(unescape(r"m\xc3\xbcller"), "müller");
        assert_eq!(unescape(r"\xff"), "\u{fffd}");
        for whole in [r"\x0", r"\xzz", r"a\", r"\n"] {
            assert_eq!(unescape(whole), whole);
        }
    }
}
