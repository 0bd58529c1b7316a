//! Events as converters make them of the XML: `System` and `EventData`.

use super::super::tape::Node;
use super::values::{Set, attribute_of, content, elements, in_order, user_data};
use super::{Header, Times, packed};

/// Reads an event.
pub(super) fn read<'r>(root: Node<'r>, mut set: impl Set<'r>) -> Header<'r> {
    let text = root.get("EventData").and_then(Node::text).and_then(packed);
    data(root, &mut set);
    let system = root.get("System");
    let child = |name: &str| system.and_then(|system| system.get(name));
    let attribute = |name: &str, attribute: &str| {
        let beside = || child(&format!("{name}_attributes"))?.word(attribute);
        let within = child(name).and_then(|node| attribute_of(node, attribute));
        within.or_else(beside).or_else(|| child(name)?.first_text())
    };
    Header {
        time: Times { exact: attribute("TimeCreated", "SystemTime"), ..Times::default() },
        provider: attribute("Provider", "Name"),
        channel: child("Channel").and_then(content),
        computer: child("Computer").and_then(content),
        number: child("EventRecordID").and_then(content),
        packed: text,
    }
}

/// Gives what `EventData` and `UserData` of an object hold.
pub(super) fn data<'r>(root: Node<'r>, set: &mut impl Set<'r>) {
    for node in root.get("EventData").into_iter() {
        if node.is_array() { in_order(node, set) } else { elements(node, set) }
    }
    root.get("UserData").into_iter().for_each(|node| user_data(node, set));
}
