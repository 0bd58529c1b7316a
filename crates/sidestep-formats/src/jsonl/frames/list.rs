//! Objects that do nothing but hold a list of records, at the top or within other objects.

use memchr::memchr;

/// Names under which services list their records: `CloudTrail`, Azure Monitor, Graph, Elasticsearch,
/// Splunk, Graylog and others.
const LISTS: [&[u8]; 14] = [
    b"Records",
    b"records",
    b"value",
    b"Events",
    b"hits",
    b"results",
    b"data",
    b"messages",
    b"items",
    b"logs",
    b"logEvents",
    b"entries",
    b"rows",
    b"responses",
];

/// Names of objects in which such a list may lie.
const HOLDERS: [&[u8]; 7] =
    [b"hits", b"response", b"rawResponse", b"result", b"results", b"data", b"body"];

/// Bytes of an object that are looked at for a list of records in it.
pub(super) const LISTS_WITHIN: usize = 16 << 10;

/// Deepest nesting in which a list is looked for.
const DEEPEST: usize = 4;

/// A list of records that an object holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Within {
    /// Where the list begins: after the `[`.
    pub(super) begin: usize,
    /// How many objects are open there.
    pub(super) depth: usize,
}

/// The list of records in an object that does nothing but hold one.
pub(super) fn list_within(window: &[u8]) -> Option<Within> {
    let window = &window[..window.len().min(LISTS_WITHIN)];
    search(window, 1, 1)
}

/// Looks for a list in the object whose members begin at `at`.
fn search(window: &[u8], mut at: usize, depth: usize) -> Option<Within> {
    loop {
        at = blanks(window, at);
        let name = text(window, at)?;
        at = blanks(window, at + name.len() + 2);
        if window.get(at) != Some(&b':') {
            return None;
        }
        at = blanks(window, at + 1);
        let value = *window.get(at)?;
        if value == b'[' && LISTS.contains(&name) {
            let inside = blanks(window, at + 1);
            match window.get(inside)? {
                b'{' => return Some(Within { begin: at + 1, depth }),
                // One that is empty may not be the one of the records: Splunk has such `messages`.
                b']' if is_last(window, inside + 1, depth) => {
                    return Some(Within { begin: at + 1, depth });
                }
                _ => {}
            }
        }
        if value == b'{' && depth < DEEPEST && HOLDERS.contains(&name) {
            let found = search(window, at + 1, depth + 1);
            if found.is_some() {
                return found;
            }
        }
        if !is_of_answer(name) {
            return None;
        }
        at = blanks(window, past(window, at)?);
        if window.get(at) != Some(&b',') {
            return None;
        }
        at += 1;
    }
}

/// Whether a name is of what services say of their answer. A record has other names as well, so that it
/// is distinguished by the first of them: this is asked for every record.
fn is_of_answer(name: &[u8]) -> bool {
    name.starts_with(b"@odata.")
        || name.starts_with(b"next")
        || matches!(
            name,
            b"count"
                | b"total"
                | b"took"
                | b"timed_out"
                | b"terminated_early"
                | b"num_reduce_phases"
                | b"_shards"
                | b"_clusters"
                | b"_scroll_id"
                | b"pit_id"
                | b"max_score"
                | b"hits"
                | b"results"
                | b"data"
                | b"messages"
                | b"response"
                | b"rawResponse"
                | b"result"
                | b"body"
                | b"isPartial"
                | b"isRunning"
                | b"isRestored"
                | b"loaded"
                | b"preview"
                | b"init_offset"
                | b"post_process_count"
                | b"fields"
                | b"columns"
                | b"meta"
                | b"schema"
                | b"highlighted"
                | b"success"
                | b"ok"
                | b"status"
                | b"error"
                | b"errors"
                | b"kind"
                | b"etag"
                | b"size"
                | b"query"
                | b"built_query"
                | b"used_indices"
                | b"aggregations"
                | b"aggs"
                | b"profile"
                | b"suggest"
                | b"time"
                | b"from"
                | b"to"
                | b"decoration_stats"
                | b"total_results"
                | b"limit"
                | b"offset"
                | b"page"
                | b"pages"
                | b"per_page"
                | b"has_more"
                | b"request_id"
                | b"requestId"
                | b"metadata"
                | b"pagination"
                | b"links"
                | b"info"
                | b"code"
        )
}

/// Whether nothing follows but the ends of so many objects.
fn is_last(window: &[u8], mut at: usize, depth: usize) -> bool {
    for _ in 0..depth {
        at = blanks(window, at);
        if window.get(at) != Some(&b'}') {
            return false;
        }
        at += 1;
    }
    true
}

/// Where the value that begins at `at` has ended.
fn past(window: &[u8], at: usize) -> Option<usize> {
    let rest = window.get(at..)?;
    match rest.first()? {
        b'"' => Some(at + text(window, at)?.len() + 2),
        b'{' | b'[' => Some(at + super::Braces::new(0).end(rest)?),
        _ => Some(at + rest.iter().position(|byte| matches!(byte, b',' | b'}' | b'[' | b'{'))?),
    }
}

fn blanks(window: &[u8], at: usize) -> usize {
    let rest = window.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// What is between the quotes that open at `at`.
fn text(window: &[u8], at: usize) -> Option<&[u8]> {
    let rest = window.get(at..)?.strip_prefix(b"\"")?;
    let mut end = 0;
    loop {
        end += memchr(b'"', &rest[end..])?;
        let escapes = rest[..end].iter().rev().take_while(|byte| **byte == b'\\').count();
        if escapes % 2 == 0 {
            return Some(&rest[..end]);
        }
        end += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What follows the `[` of the list, and how many objects are open there.
    fn found(json: &str) -> Option<(&str, usize)> {
        list_within(json.as_bytes()).map(|within| (&json[within.begin..], within.depth))
    }

    #[test]
    fn a_list_is_found_within_an_answer() {
        for (json, depth) in [
            (r#"{"Records":[{1"#, 1),
            (r#"{ "value" : [ {1"#, 1),
            (r#"{"@odata.context":"x","value":[{1"#, 1),
            (
                r#"{"took":3,"timed_out":false,"_shards":{"total":1},"hits":{"total":{"value":4},"hits":[{1"#,
                2,
            ),
            (r#"{"rawResponse":{"took":3,"hits":{"max_score":null,"hits":[{1"#, 3),
            (
                r#"{"preview":false,"init_offset":0,"messages":[],"fields":[{"name":"a"}],"results":[{1"#,
                1,
            ),
            (r#"{"status":"success","data":{"result":[],"results":[{1"#, 2),
            (r#"{"query":"a \"b\" [{","total":1,"messages":[{1"#, 1),
            (r#"{"kind":"x","etag":"y","items":[{1"#, 1),
        ] {
            let (rest, open) = found(json).expect(json);
            assert!(rest.trim_start().starts_with("{1"), "{json}: {rest}");
            assert_eq!(open, depth, "{json}");
        }
        for json in [r#"{"value":[]}"#, r#"{"took":1,"hits":{"total":0,"hits":[]}}"#] {
            assert!(found(json).is_some(), "{json}");
        }
    }

    #[test]
    fn a_record_that_has_a_list_is_a_record() {
        for json in [
            r#"{"eventName":"x","Records":[{1"#,
            r#"{"id":{"time":"x"},"events":[{"name":"login"}],"items":[{1"#,
            r#"{"value":"x","records":"#,
            r#"{"value":["a","b"]}"#,
            r#"{"hits":{"user":"a","hits":[{1"#,
            r#"{"status":"ok","user":"a","data":[{1"#,
            r#"{"data":{"win":{"system":{}}}}"#,
            r#"{"result":{"EventCode":"4624"}}"#,
            "{",
            "{}",
            r#"{""#,
            r#"{"value":"#,
        ] {
            assert_eq!(found(json), None, "{json}");
        }
    }
}
