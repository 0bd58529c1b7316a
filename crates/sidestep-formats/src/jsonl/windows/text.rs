//! Values that lie in a text: JSON or XML within a record, or the message that Windows rendered.

use std::borrow::Cow;

use super::super::shape::{self, Shape};
use super::super::tape::{Node, Tape};
use super::values::{elements, in_order};
use super::{Layout, nested};
use crate::error::Fault;
use crate::windows::Record;
use crate::windows_xml;

/// How deep below the top of a record a message is looked for.
const DEEPEST: u8 = 4;

/// The text without blanks around it, where it is JSON or XML.
pub(super) fn packed(text: &str) -> Option<&str> {
    let text = text.trim();
    let json = || {
        let rest = text.strip_prefix('{').or_else(|| text.strip_prefix('['))?;
        rest.trim_start().starts_with(['"', '{', '[']).then_some(text)
    };
    if text.starts_with('<') { Some(text) } else { json() }
}

/// Takes the values of `EventData` that is itself a text of JSON or XML, where they are not known yet.
pub(super) fn unpack<'r>(
    text: &'r str,
    tape: &'r mut Tape,
    record: &mut Record<'r>,
) -> Result<(), Fault> {
    let mut unnamed = Vec::new();
    if text.trim_start().starts_with('<') {
        windows_xml::values(text.trim(), |name, value| {
            record.give(&mut unnamed, false, name, value);
        })
        .map_err(|what| Fault::column("EventData", what))?;
    } else {
        let Ok(root) = tape.read(text.trim()) else {
            return Err(Fault::column("EventData", "is a text that is cut, or no JSON"));
        };
        let mut set = |name: &'r str, value: &'r str| {
            record.give(&mut unnamed, false, name, Cow::Borrowed(value));
        };
        let root = root.get("Event").filter(|event| event.is_object()).unwrap_or(root);
        if root.is_array() {
            in_order(root, &mut set);
        } else if root.get("EventData").is_some() || root.get("UserData").is_some() {
            nested::data(root, &mut set);
        } else {
            elements(root, &mut set);
        }
    }
    if unnamed.is_empty() { Ok(()) } else { record.set_in_order(unnamed) }
}

/// Takes what it can from the rendered text of an event that has no other values. The record is read
/// anew for it, since such texts are left out of all others.
pub(super) fn fill_by_message<'r>(
    layout: Layout<'r>,
    whole: &'r mut Tape,
    record: &mut Record<'r>,
) -> Result<(), Fault> {
    let Ok(root) = whole.read(layout.root().source()) else { return Ok(()) };
    let mut xml = None;
    find(root, DEEPEST, &mut |name, text| match name {
        "Message"
        | "message"
        | "RenderedDescription"
        | "rendered_description"
        | "rendered_message"
        | "Description"
        | "description"
        | "EventDescription"
        | "full_message"
        | "_raw"
        | "Task Category"
        | "MessageText" => {
            xml = xml.or_else(|| is_event(text).then_some(text));
            record.set_by_message(text)
        }
        _ => {
            xml = xml.or_else(|| is_event(text).then_some(text));
            false
        }
    });
    if record.is_bare()
        && let Shape::Windows(Layout::Flat { root, .. }) = shape::tell(root)
    {
        record.set_by_labels(|label| of_label(root, label));
    }
    match xml {
        Some(text) if record.is_bare() => {
            let mut unnamed = Vec::new();
            windows_xml::values(text, |name, value| {
                record.give(&mut unnamed, false, name, value);
            })
            .map_err(|what| Fault::column("EventData", what))?;
            if unnamed.is_empty() { Ok(()) } else { record.set_in_order(unnamed) }
        }
        _ => Ok(()),
    }
}

fn is_event(text: &str) -> bool {
    windows_xml::begins_event(text.as_bytes())
}

/// Gives each text in a record with its name, until one is the right one.
fn find<'r>(
    node: Node<'r>,
    depth: u8,
    is_right: &mut impl FnMut(&'r str, &'r str) -> bool,
) -> bool {
    node.children().any(|child| match child.text() {
        Some(text) => is_right(child.name(), text),
        None => depth > 0 && find(child, depth - 1, is_right),
    })
}

/// The values that Splunk has for a label: of `Account Name` those of `Account_Name`.
fn of_label<'r>(root: Node<'r>, label: &str) -> Vec<&'r str> {
    let is_of_label = |name: &str| {
        name.len() == label.len()
            && name.bytes().zip(label.bytes()).all(|(name, label)| {
                name == label || (name == b'_' && !label.is_ascii_alphanumeric())
            })
    };
    let Some(node) = root.children().find(|node| is_of_label(node.name())) else {
        return Vec::new();
    };
    match node.text() {
        // Where it writes tables, the values are lines of one text.
        Some(text) => text.lines().map(str::trim).collect(),
        None => node.children().filter_map(Node::text).collect(),
    }
}
