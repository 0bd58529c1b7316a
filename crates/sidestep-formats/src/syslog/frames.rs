//! Records within one line: those of a stream that separates them by their length (RFC 6587), by NUL or
//! by a carriage return.

use memchr::memchr2;

use super::is_line;

/// The first record of a line, and what follows it.
#[inline]
pub(super) fn first(line: &[u8]) -> (&[u8], &[u8]) {
    if line[0].is_ascii_digit()
        && let Some((head, length)) = counted(line)
        && let Some(rest) = line.get(head + length..)
        && counted(rest).is_some()
    {
        return (&line[..head + length], rest);
    }
    match memchr2(0, b'\r', line) {
        Some(at) => cut(line, at),
        None => (line, &[]),
    }
}

/// The length of what stands before a record of a counted stream, and of the record.
fn counted(text: &[u8]) -> Option<(usize, usize)> {
    let digits = text.iter().take(7).take_while(|byte| byte.is_ascii_digit()).count();
    if !matches!(digits, 1..=6) || !text[digits..].starts_with(b" <") {
        return None;
    }
    let length = std::str::from_utf8(&text[..digits]).ok()?.parse().ok()?;
    Some((digits + 1, length))
}

/// Cuts before the first NUL or carriage return behind which another line of syslog begins. Programs
/// write such bytes within their messages, too.
#[cold]
fn cut(line: &[u8], first: usize) -> (&[u8], &[u8]) {
    let is_end = |byte: &u8| matches!(byte, 0 | b'\r');
    let mut at = first;
    loop {
        let rest = &line[at..];
        let rest = &rest[rest.iter().take_while(|byte| is_end(byte)).count()..];
        // A line that ends so.
        if rest.is_empty() {
            return (if at == 0 { line } else { &line[..at] }, rest);
        }
        let next = memchr2(0, b'\r', rest).unwrap_or(rest.len());
        if at > 0 && is_line(&rest[..next]) || at == 0 {
            return (&line[..at], rest);
        }
        if next == rest.len() {
            return (line, &[]);
        }
        at = line.len() - rest.len() + next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut line: &[u8]) -> Vec<String> {
        let mut records = Vec::new();
        while !line.is_empty() {
            let record;
            (record, line) = first(line);
            if !record.is_empty() {
                records.push(String::from_utf8_lossy(record).into_owned());
            }
        }
        records
    }

    #[test]
    fn records_of_a_stream_are_separated() {
        let one = "<38>1 2026-03-02T09:00:01Z web1 sshd 11 - - Accepted";
        let two = "<38>1 2026-03-02T09:00:02Z web1 sshd 12 - - 13 <38>";
        let stream = format!("{} {one}{} {two}", one.len(), two.len());
        let counted = [format!("{} {one}", one.len()), format!("{} {two}", two.len())];
        assert_eq!(all(stream.as_bytes()), counted);
        for end in ["\0", "\r", "\r\0"] {
            let stream = format!("{one}{end}{two}{end}");
            assert_eq!(all(stream.as_bytes()), [one, two], "{end:?}");
        }
    }

    #[test]
    fn other_lines_stay_whole() {
        for line in ["a\rb", "a\0b\rc", "12 <34", "3 <34>9 <3>a", "9", "\u{fffd}"] {
            assert_eq!(all(line.as_bytes()), [line], "{line:?}");
        }
    }
}
