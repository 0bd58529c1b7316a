//! The values of an event: by name, or without names in the order in which Windows writes them.

use super::super::tape::Node;

/// What values are given to, by name; those without a name come in order, with an empty one.
pub(super) trait Set<'r>: FnMut(&'r str, &'r str) {}

impl<'r, F: FnMut(&'r str, &'r str)> Set<'r> for F {}

/// An attribute of an XML element, however the converter writes it.
pub(super) fn attribute_of<'r>(node: Node<'r>, name: &str) -> Option<&'r str> {
    let plain = |child: &Node<'_>| {
        child.name().strip_prefix('@').unwrap_or(child.name()).eq_ignore_ascii_case(name)
    };
    let held = node.children().find(plain).and_then(Node::first_text);
    held.or_else(|| node.get("#attributes")?.get(name)?.first_text())
}

/// The content of an XML element, with or without attributes beside it.
pub(super) fn content(node: Node<'_>) -> Option<&str> {
    const NAMES: [&str; 5] = ["#text", "Value", "value", "$", "text"];
    if node.is_object() {
        return NAMES.iter().find_map(|name| node.get(name))?.first_text();
    }
    node.first_text()
}

/// Gives the children of `EventData`: values by name, or `Data` elements with a name or without.
pub(super) fn elements<'r>(node: Node<'r>, set: &mut impl Set<'r>) {
    for child in node.children() {
        let name = child.name();
        if name == "Data" && child.is_array() {
            data(child, set);
        } else if let Some(text) = child.text() {
            if name == "Data" {
                set("", text);
            } else if !name.starts_with(['#', '@']) {
                set(name, text);
            }
        } else if matches!(name, "" | "Data") {
            match child.get("#text") {
                Some(texts) if texts.is_array() => data(texts, set),
                // Datadog makes one object of all values.
                None if name == "Data" && is_by_name(child) => elements(child, set),
                _ => named(child, set),
            }
        } else if let Some(text) = content(child) {
            set(name, text);
        }
    }
}

/// Whether an object holds values by their names, and is not one value with its name.
fn is_by_name(node: Node<'_>) -> bool {
    node.is_object() && attribute_of(node, "Name").is_none() && content(node).is_none()
}

/// Gives a list of `Data` elements.
fn data<'r>(list: Node<'r>, set: &mut impl Set<'r>) {
    for element in list.children() {
        match element.text() {
            Some(text) => set("", text),
            None => named(element, set),
        }
    }
}

/// Gives an element such as `{"@Name": "IpAddress", "#text": "10.0.0.5"}`.
fn named<'r>(element: Node<'r>, set: &mut impl Set<'r>) {
    match (attribute_of(element, "Name"), content(element)) {
        (Some(name), Some(text)) => set(name, text),
        // One that says nothing still has its place among those without names.
        (None, text) => set("", text.unwrap_or_default()),
        (Some(_), None) => {}
    }
}

/// Gives the values of a list that has no names: texts, or objects such as PowerShell's
/// `{"Value": "10.0.0.5"}`, in which a SID is an object again.
pub(super) fn in_order<'r>(list: Node<'r>, set: &mut impl Set<'r>) {
    let Some(list) = listed(list) else { return };
    let lost = |node: Node<'_>| node.text().is_some_and(is_name_of_type);
    if list.children().any(lost) {
        return;
    }
    for element in list.children() {
        let is_named = element.is_object() && attribute_of(element, "Name").is_some();
        if is_named {
            named(element, set);
        } else {
            set("", value(element).unwrap_or_default());
        }
    }
}

/// A list, also in what Windows PowerShell wraps around it: `{"value": [...], "Count": 27}`.
pub(super) fn listed(node: Node<'_>) -> Option<Node<'_>> {
    if node.is_array() {
        return Some(node);
    }
    node.get_any_case("value").filter(|list| list.is_array())
}

/// What PowerShell writes in place of an object that lies deeper than it was asked to go.
fn is_name_of_type(text: &str) -> bool {
    text.starts_with("System.")
}

fn value(node: Node<'_>) -> Option<&str> {
    if let Some(text) = node.text() {
        let inner = text.strip_prefix("@{Value=").and_then(|text| text.strip_suffix('}'));
        return Some(inner.unwrap_or(text));
    }
    let inner = node.get_any_case("value")?;
    inner.text().or_else(|| inner.get_any_case("value")?.text())
}

/// Gives what is in `UserData`, which holds one element that holds the values.
pub(super) fn user_data<'r>(node: Node<'r>, set: &mut impl Set<'r>) {
    elements(node, set);
    node.children().filter(|child| child.is_object()).for_each(|inner| elements(inner, set));
}
