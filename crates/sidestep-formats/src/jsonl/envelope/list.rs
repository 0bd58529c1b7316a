//! Lists of records in a record that has names of its own before the list: what CloudWatch Logs sends,
//! answers to several searches, batches that a relay put into a text.

use std::ops::ControlFlow;

use super::super::tape::{Node, Tape};
use super::super::{Taken, is_known, not_json, take_within};
use crate::record_sink::RecordSink;

/// Where the lists lie.
const PATHS: [&[&str]; 9] = [
    &["logEvents"],
    &["records"],
    &["Records"],
    &["responses"],
    &["hits", "hits"],
    &["response", "hits", "hits"],
    &["response", "response", "hits", "hits"],
    &["rawResponse", "hits", "hits"],
    &["data", "events"],
];

/// Names that a record may also have for a list that is its own: its elements must be known.
const DOUBTFUL: [&str; 3] = ["events", "logs", "messages"];

/// Hands on each record of the list in a record; `None` where there is no such list.
pub(super) fn take(
    root: Node<'_>,
    number: u64,
    within: u8,
    sink: &mut RecordSink<'_>,
) -> Option<Taken> {
    let list = PATHS.iter().find_map(|path| {
        let list = path.iter().try_fold(root, |node, name| node.get(name))?;
        (list.is_array() && list.children().all(Node::is_object)).then_some(list)
    });
    let list = list.or_else(|| {
        let lists = DOUBTFUL.iter().filter_map(|name| root.get(name));
        let is_record = |node: Node<'_>| is_known(node) || node.get("message").is_some();
        lists.into_iter().find(|list| list.is_array() && list.children().any(is_record))
    })?;
    if list.children().next().is_none() {
        sink.pass_over("JSON list without records");
    }
    let mut text = String::new();
    let (mut first, mut bad) = (None, 0_u32);
    for record in list.children() {
        // A mapping may read a record anew, and then it must not find those beside it.
        text.clear();
        write(record, &mut text);
        let taken = match Tape::default().read(&text) {
            Ok(root) => take_within(root, number, within, sink),
            Err(error) => Err(not_json(&error)),
        };
        match taken {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => return Some(taken),
            Err(fault) => {
                bad += 1;
                first.get_or_insert(fault);
            }
        }
    }
    Some(match first {
        Some(mut fault) => {
            if bad > 1 {
                fault.what = format!("{bad} records in it are bad, the first: {}", fault.what);
            }
            Err(fault)
        }
        None => Ok(ControlFlow::Continue(())),
    })
}

/// Writes a record as JSON, its values as texts.
fn write(node: Node<'_>, json: &mut String) {
    let is_array = node.is_array();
    if let Some(text) = node.text() {
        quoted(text, json);
    } else if is_array || node.is_object() {
        json.push(if is_array { '[' } else { '{' });
        for (index, child) in node.children().enumerate() {
            if index > 0 {
                json.push(',');
            }
            if !is_array {
                quoted(child.name(), json);
                json.push(':');
            }
            write(child, json);
        }
        json.push(if is_array { ']' } else { '}' });
    } else {
        json.push_str("null");
    }
}

fn quoted(text: &str, json: &mut String) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            c if c.is_control() && c.is_ascii() => {
                json.push_str("\\u00");
                for half in [c as u32 >> 4, c as u32 & 15] {
                    json.extend(char::from_digit(half, 16));
                }
            }
            c => json.push(c),
        }
    }
    json.push('"');
}
