//! Records of the Linux audit system as laurel writes them in JSON: an event by its `ID`, and below the
//! name of each kind of record one of that kind, or a list of them.

use std::ops::ControlFlow;

use super::Taken;
use super::tape::Node;
use crate::audit::{Record, Values};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::time::TimeFormat;

/// Whether a text is the number of an event: `1764000000.123:456`.
pub(super) fn is_id(text: &str) -> bool {
    text.split_once(':').is_some_and(|(time, serial)| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits(serial) && time.split_once('.').is_some_and(|(a, b)| digits(a) && digits(b))
    })
}

/// Hands on what the records of an event tell.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let id = root.get("ID").and_then(Node::text).unwrap_or_default();
    let time = id.split_once(':').and_then(|(time, _)| TimeFormat::Seconds.utc(time));
    let Some(time) = time else {
        return Err(Fault::word("ID", id.as_bytes(), "the number of an audit event"));
    };
    let host = root.get("NODE").and_then(Node::text).unwrap_or_default();
    let mut told = false;
    for node in root.children().filter(|node| node.is_array() || node.is_object()) {
        let (list, one) = if node.is_array() { (Some(node), None) } else { (None, Some(node)) };
        let records = list.into_iter().flat_map(Node::children).chain(one);
        for record in records.filter(|record| record.is_object()) {
            told = true;
            let record = Record {
                kind: node.name(),
                time: Some(time),
                host,
                raw_ref: Some(number),
                values: values(record),
                among_others: false,
            };
            if record.take(sink)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    if !told {
        return Ok(super::shape::not_understood(sink, root));
    }
    Ok(ControlFlow::Continue(()))
}

/// The values of a record, of which those of a program may lie below `msg`.
fn values(record: Node<'_>) -> Values<'_> {
    let message = record.get("msg");
    let mut values = match message.and_then(Node::text) {
        Some(text) => Values::raw(text),
        None => Values::default(),
    };
    let inner = message.filter(|node| node.is_object());
    for node in record.children().chain(inner.into_iter().flat_map(Node::children)) {
        if let Some(text) = node.text() {
            values.put(node.name(), text);
        }
    }
    values
}
