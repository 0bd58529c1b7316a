//! Events as Winlogbeat and Elastic Agent write them.

use super::super::tape::Node;
use super::values::{Set, elements, in_order, user_data};
use super::{Header, Times};

/// Reads an event under `winlog`, or with each path written as one name.
pub(super) fn read<'r>(root: Node<'r>, mut set: impl Set<'r>) -> Header<'r> {
    let mut header = Header::default();
    for node in root.children() {
        match node.name() {
            "@timestamp" => header.time.exact = node.first_text(),
            "winlog" => {
                for node in node.children() {
                    let field = match node.name() {
                        "provider_name" => &mut header.provider,
                        "channel" => &mut header.channel,
                        "computer_name" => &mut header.computer,
                        "record_id" => &mut header.number,
                        "event_data" => {
                            event_data(node, &mut set);
                            continue;
                        }
                        "user_data" => {
                            user_data(node, &mut set);
                            continue;
                        }
                        _ => continue,
                    };
                    *field = node.first_text();
                }
            }
            name => dotted(node, name.strip_prefix("winlog.event_data."), &mut set),
        }
    }
    let or = |found: Option<_>, paths: [&str; 2]| {
        found.or_else(|| paths.iter().find_map(|path| root.word(path)))
    };
    header.provider = or(header.provider, ["winlog.provider_name", "event.provider"]);
    header.channel = or(header.channel, ["winlog.channel", "log.name"]);
    header.computer = or(header.computer, ["winlog.computer_name", "host.name"]);
    header.time.exact = or(header.time.exact, ["winlog.time_created", "event.created"]);
    header
}

/// Reads an event of Winlogbeat before 7.
pub(super) fn read_old<'r>(root: Node<'r>, mut set: impl Set<'r>) -> Header<'r> {
    root.get("event_data").into_iter().for_each(|node| event_data(node, &mut set));
    root.get("user_data").into_iter().for_each(|node| user_data(node, &mut set));
    for node in root.children() {
        dotted(node, node.name().strip_prefix("event_data."), &mut set);
    }
    Header {
        time: Times { exact: root.word("@timestamp"), ..Times::default() },
        provider: root.word("source_name"),
        channel: root.word("log_name"),
        computer: root.word("computer_name").or_else(|| root.word("beat.hostname")),
        number: root.word("record_number"),
        packed: None,
    }
}

fn event_data<'r>(node: Node<'r>, set: &mut impl Set<'r>) {
    if node.is_array() { in_order(node, set) } else { elements(node, set) }
}

/// Gives a value whose path was written as one name.
fn dotted<'r>(node: Node<'r>, name: Option<&'r str>, set: &mut impl Set<'r>) {
    if let (Some(name), Some(text)) = (name, node.first_text()) {
        set(name, text);
    }
}
