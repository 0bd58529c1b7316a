//! What stands before the first record of a CSV file: lines for programs and people, and the header.

use memchr::memchr;

use super::header::Header;
use crate::field_mapping::FieldMapping;
use crate::time::TimeFormat;

/// Lines before the header that are stepped over at most.
const MOST_LINES: u64 = 64;

/// The beginning of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Head {
    /// Bytes before the header, and lines.
    pub(crate) bytes: usize,
    pub(crate) lines: u64,
    /// What stands between columns, where the file says it as Excel does: `sep=;`.
    pub(crate) delimiter: Option<u8>,
}

impl Head {
    /// Steps over blank lines, `sep=;` and lines that begin with `#`, such as the `#TYPE` that
    /// PowerShell writes. A `#` before a header that gives logins belongs to it.
    pub(crate) fn of(window: &[u8]) -> Self {
        let mut head = Self::default();
        while head.lines < MOST_LINES {
            let rest = &window[head.bytes..];
            let Some(end) = memchr(b'\n', rest) else { break };
            let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
            match line {
                [] => {}
                [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] => {
                    head.delimiter = Some(*delimiter);
                }
                [b'#', comment @ ..] if !is_header(comment) => {}
                _ => break,
            }
            head.bytes += end + 1;
            head.lines += 1;
        }
        head
    }

    /// The header, or what stands where it should; `None` for a file without a line.
    pub(crate) fn header(&self, window: &[u8]) -> Option<Header> {
        let line = window.get(self.bytes..)?;
        let end = memchr(b'\n', line).unwrap_or(line.len());
        let line = line[..end].strip_suffix(b"\r").unwrap_or(&line[..end]);
        if line.is_empty() {
            return None;
        }
        let line = line.strip_prefix(b"#").filter(|line| is_header(line)).unwrap_or(line);
        Some(match self.delimiter {
            Some(delimiter) => Header::split(line, delimiter),
            None => Header::parse(line),
        })
    }
}

/// Whether what follows a `#` is a header.
fn is_header(line: &[u8]) -> bool {
    Header::parse(line).gives_event(&FieldMapping::default())
}

/// What the first lines of a file look like, to someone who looks for CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// A header whose columns give logins.
    Table,
    /// A header whose columns do not.
    OtherTable,
    /// Records, without a header.
    NoHeader,
    /// Something else.
    Other,
}

impl Look {
    /// Looks at the first lines, of which the first is `header`.
    pub(crate) fn of(header: &Header, lines: &[&[u8]]) -> Self {
        if header.gives_event(&FieldMapping::default()) {
            return Self::Table;
        }
        let columns = header.columns();
        let alike = |line: &&&[u8]| Header::split(line, header.delimiter).columns() == columns;
        if columns < 3 || 2 * lines.iter().filter(alike).count() < lines.len() {
            return Self::Other;
        }
        let names = header.names();
        let time = |name: &&str| TimeFormat::Auto.parse(name).is_some();
        if names.iter().any(time) {
            return if header.delimiter == b'\t' { Self::Other } else { Self::NoHeader };
        }
        if names.iter().all(|name| is_name(name)) && header.fields().any(|field| field.is_some()) {
            return Self::OtherTable;
        }
        Self::Other
    }
}

/// Whether a text may be the name of a column.
fn is_name(text: &str) -> bool {
    text.len() <= 64 && !text.contains([':', '[', ']', '=', ';'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(file: &str) -> (u64, Option<String>) {
        let head = Head::of(file.as_bytes());
        (head.lines, head.header(file.as_bytes()).map(|header| header.names().join("|")))
    }

    #[test]
    fn lines_before_the_header_are_stepped_over() {
        let header = Some("time|user|dst".to_owned());
        assert_eq!(names("time,user,dst\n"), (0, header.clone()));
        assert_eq!(names("\r\nsep=;\r\ntime;user;dst\r\n"), (2, header.clone()));
        assert_eq!(names("sep=|\ntime|user|dst"), (1, header.clone()));
        assert_eq!(names("# by a tool\n#TYPE Selected\ntime,user,dst\n"), (2, header.clone()));
        assert_eq!(names("#time,user,dst\n1,u,a\n"), (0, header));
        assert_eq!(names("\n\n"), (2, None));
    }

    #[test]
    fn a_table_is_told_from_other_text() {
        let look = |text: &str| {
            let lines: Vec<_> = text.lines().map(str::as_bytes).collect();
            Look::of(&Header::parse(lines[0]), &lines)
        };
        assert_eq!(look("time,user,dst\n1,u,a"), Look::Table);
        assert_eq!(look("Date (UTC),Request,User\n2026-03-01T08:00:00Z,1,u"), Look::OtherTable);
        assert_eq!(
            look("2026-03-01T08:00:00Z,alice,web1\n2026-03-01T08:00:00Z,bob,web1"),
            Look::NoHeader
        );
        assert_eq!(look("Mar  1 08:00:00 web1 sshd[1]: a, b, user"), Look::Other);
        assert_eq!(look("2026-03-01T08:00:00Z web1 sshd[1]: a, b, user"), Look::Other);
        assert_eq!(look("a,b,c\n1,2,3"), Look::Other);
    }
}
