//! What `EvtxECmd` makes of a Windows event log: `Payload` holds the values, and the columns beside it
//! what its maps made of them for people. `UserName` there is whoever the map's author chose: of a
//! logon, the account that asked.

use std::borrow::Cow;

use super::super::tape::{Node, Tape};
use super::Taken;
use super::values::{elements, user_data};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::values::number as number_of;
use crate::windows::{self, Record};

/// Whether a flat record is of this kind.
pub(super) fn is_one(root: Node<'_>, event_id: Node<'_>) -> bool {
    event_id.name() == "EventId"
        && root.get("EventRecordId").is_some()
        && ["Payload", "MapDescription", "ChunkNumber"].iter().any(|name| root.get(name).is_some())
}

/// Hands on what an event tells.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let word = |name: &str| root.get(name).and_then(Node::first_text);
    let text = word("EventId").unwrap_or_default();
    let Ok(event_id) = text.parse() else {
        return Err(Fault::word("EventId", text.as_bytes(), "a number"));
    };
    let provider = word("Provider").unwrap_or_default();
    if !windows::is_listed(event_id) {
        windows::pass_over(event_id, provider, sink);
        return Ok(std::ops::ControlFlow::Continue(()));
    }
    let mut tape = Tape::default();
    let payload = match root.get("Payload") {
        None => None,
        Some(node) => match node.text() {
            None => Some(node),
            Some(text) => Some(tape.read(text).map_err(|_| {
                Fault::column("Payload", "is no JSON: give the EVTX itself, or EvtxECmd's --json")
            })?),
        },
    };
    // `{}` says that the event has no values; one that is no login without them is of no use then.
    let has_values = payload.is_none_or(|payload| payload.children().next().is_some());
    if !has_values && !windows::is_login(event_id) {
        windows::pass_over(event_id, provider, sink);
        return Ok(std::ops::ControlFlow::Continue(()));
    }
    let mut record = Record {
        event_id,
        raw_ref: Some(number),
        time: word("TimeCreated").and_then(|text| sink.times().read(text)),
        provider: Cow::Borrowed(provider),
        channel: Cow::Borrowed(word("Channel").unwrap_or_default()),
        computer: Cow::Borrowed(word("Computer").unwrap_or_default()),
        number: word("EventRecordId").and_then(number_of),
        ..Record::default()
    };
    if let Some(payload) = payload {
        let mut unnamed = Vec::new();
        let mut set = |name: &str, value| {
            record.give(&mut unnamed, true, name, Cow::Borrowed(value));
        };
        payload.get("EventData").into_iter().for_each(|node| elements(node, &mut set));
        payload.get("UserData").into_iter().for_each(|node| user_data(node, &mut set));
        if !unnamed.is_empty() {
            record.set_in_order(unnamed)?;
        }
    }
    windows::emit(&record, sink)
}
