//! Objects that do nothing but hold a list of records.

use memchr::memchr;

/// Names under which services list their records: `CloudTrail`, Azure Monitor, Graph.
const LISTS: [&[u8]; 4] = [b"Records", b"records", b"value", b"Events"];

/// Bytes of an object that are looked at for a list of records in it.
pub(super) const LISTS_WITHIN: usize = 4 << 10;

/// Where the list of records begins in an object that does nothing but hold one: after the `[`.
pub(super) fn list_within(window: &[u8]) -> Option<usize> {
    let window = &window[..window.len().min(LISTS_WITHIN)];
    let mut at = 1;
    loop {
        at = blanks(window, at);
        let name = text(window, at)?;
        at = blanks(window, at + name.len() + 2);
        if window.get(at) != Some(&b':') {
            return None;
        }
        at = blanks(window, at + 1);
        if LISTS.contains(&name) {
            let inside = blanks(window, at + 1);
            let begins = window.get(at) == Some(&b'[');
            let records = matches!(window.get(inside), Some(b'{' | b']'));
            return (begins && records).then_some(at + 1);
        }
        // What may stand before the list.
        if !name.starts_with(b"@odata.") && !matches!(name, b"count" | b"total") {
            return None;
        }
        at = match window.get(at)? {
            b'"' => at + text(window, at)?.len() + 2,
            _ => at + window[at..].iter().position(|byte| matches!(byte, b',' | b'}' | b'['))?,
        };
        at = blanks(window, at);
        if window.get(at) != Some(&b',') {
            return None;
        }
        at += 1;
    }
}

fn blanks(window: &[u8], at: usize) -> usize {
    let rest = window.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// What is between the quotes that open at `at`.
fn text(window: &[u8], at: usize) -> Option<&[u8]> {
    let rest = window.get(at..)?.strip_prefix(b"\"")?;
    Some(&rest[..memchr(b'"', rest)?])
}
