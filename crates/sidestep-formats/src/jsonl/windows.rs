//! Windows events in JSON: Winlogbeat and Elastic Agent, NXLog and others that flatten, Splunk's
//! exports, Wazuh, PowerShell, and what `evtx_dump` and other converters make of the XML.

mod beats;
mod evtxecmd;
mod flat;
mod nested;
mod query;
mod text;
mod times;
mod values;
mod wazuh;

use std::borrow::Cow;
use std::ops::ControlFlow;

use self::text::packed;
use self::times::Times;
use self::values::{Set, content};
pub(super) use self::wazuh::path as path_of_wazuh;
use super::Taken;
use super::tape::{Node, Tape};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::values::number as number_of;
use crate::windows::{self, Record};

/// How a Windows event lies in a record.
#[derive(Clone, Copy)]
pub(super) enum Layout<'r> {
    /// Under `winlog`, as Winlogbeat since 7 and Elastic Agent have it.
    Beats(Node<'r>),
    /// At the top and under `event_data`, as Winlogbeat to 6 has it.
    OldBeats(Node<'r>),
    /// All names at the top.
    Flat { root: Node<'r>, event_id: Node<'r> },
    /// The XML's `System` and `EventData`.
    Nested(Node<'r>),
    /// What Wazuh has under `win`, or under names that begin with it.
    Wazuh(Node<'r>),
}

impl<'r> Layout<'r> {
    fn root(self) -> Node<'r> {
        match self {
            Self::Beats(root) | Self::OldBeats(root) | Self::Nested(root) | Self::Wazuh(root) => {
                root
            }
            Self::Flat { root, .. } => root,
        }
    }
}

/// What stands at the head of an event, as it is written.
#[derive(Default)]
struct Header<'r> {
    time: Times<'r>,
    provider: Option<&'r str>,
    channel: Option<&'r str>,
    computer: Option<&'r str>,
    /// Number of the record in the log of its host.
    number: Option<&'r str>,
    /// `EventData` that is a text of JSON or XML.
    packed: Option<&'r str>,
}

/// Hands on what a Windows event tells.
pub(super) fn take(layout: Layout<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    if let Layout::Flat { root, event_id } = layout
        && evtxecmd::is_one(root, event_id)
    {
        return evtxecmd::take(root, number, sink);
    }
    let text = event_id(layout);
    let Some(text) = text else {
        return Err(Fault::column("event_id", "is missing; a Windows event needs one"));
    };
    let Some(event_id) = windows::event_number(text) else {
        return Err(Fault::word("event_id", text.as_bytes(), "a number"));
    };
    if !windows::is_listed(event_id) {
        windows::pass_over(event_id, provider(layout).unwrap_or_default(), sink);
        return Ok(ControlFlow::Continue(()));
    }
    // These take no memory unless a value lies in a text.
    let (mut inner, mut whole, mut more) = (Tape::default(), Tape::whole(), Tape::whole());
    let mut unnamed = Vec::new();
    let mut record = Record { event_id, raw_ref: Some(number), ..Record::default() };
    let header = read(layout, |name, value| {
        record.give(&mut unnamed, true, name, Cow::Borrowed(value));
    });
    record.time = header.time.read(sink.times());
    record.provider = Cow::Borrowed(header.provider.unwrap_or_default());
    record.channel = Cow::Borrowed(header.channel.unwrap_or_default());
    record.computer = Cow::Borrowed(header.computer.unwrap_or_default());
    record.number = header.number.and_then(number_of);
    if !unnamed.is_empty() {
        record.set_in_order(unnamed)?;
    }
    if let Some(text) = header.packed {
        text::unpack(text, &mut inner, &mut record)?;
    }
    if record.is_bare() && record.has_message() {
        text::fill_by_message(layout, &mut whole, &mut record)?;
    }
    if let Layout::Flat { root, event_id } = layout
        && query::lacks_names(&record)
    {
        query::fill(root, event_id, &mut more, &mut record)?;
    }
    windows::emit(&record, sink)
}

/// The number that says what an event is.
fn event_id(layout: Layout<'_>) -> Option<&str> {
    match layout {
        Layout::Beats(root) => {
            let of_windows = || root.get("winlog")?.get("event_id")?.first_text();
            // Elastic Agent writes it in ECS's words; some exports write each path as a name.
            of_windows()
                .or_else(|| root.word("winlog.event_id"))
                .or_else(|| root.word("event.code"))
        }
        Layout::OldBeats(root) => root.word("event_id"),
        Layout::Flat { event_id, .. } => content(event_id),
        Layout::Nested(root) => content(root.get("System")?.get("EventID")?),
        Layout::Wazuh(win) => wazuh::of_system(win, "eventID"),
    }
}

/// Who wrote an event that is not read.
fn provider(layout: Layout<'_>) -> Option<&str> {
    match layout {
        Layout::Flat { root, .. } if root.get("System").is_none() => flat::provider(root),
        _ => read(layout, |_, _| ()).provider,
    }
}

/// Reads an event: its header, and each value of `EventData` and `UserData`, which are given to
/// `set` by name, or in order with an empty name.
fn read<'r>(layout: Layout<'r>, set: impl Set<'r>) -> Header<'r> {
    match layout {
        Layout::Beats(root) => beats::read(root, set),
        Layout::OldBeats(root) => beats::read_old(root, set),
        Layout::Nested(root) => nested::read(root, set),
        Layout::Flat { root, .. } if root.get("System").is_some_and(Node::is_object) => {
            nested::read(root, set)
        }
        Layout::Flat { root, event_id } => flat::read(root, event_id, set),
        Layout::Wazuh(win) => wazuh::read(win, set),
    }
}

#[cfg(test)]
mod tests;
