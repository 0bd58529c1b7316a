//! Events with all names at the top: `NXLog`, Splunk, Azure, Fluent Bit, PowerShell, rows of tables.

use super::super::tape::Node;
use super::values::{Set, content, elements, in_order, listed, user_data};
use super::{Header, packed};
use crate::values::trimmed;
use crate::windows;

/// Names of the host that wrote an event, the surest first.
const HOSTS: [&str; 7] = [
    "Computer",
    "computer",
    "ComputerName",
    "computer_name",
    "Hostname",
    "MachineName",
    "hostname",
];

/// Reads an event.
pub(super) fn read<'r>(root: Node<'r>, event_id: Node<'r>, mut set: impl Set<'r>) -> Header<'r> {
    let mut header = Header::default();
    // Where the number is not written as Windows does, no name is.
    let as_written = event_id.name().starts_with(['E', 'I']);
    // Some agents write the values in order twice.
    let mut has_list = false;
    let mut surest = HOSTS.len();
    for node in root.children() {
        let name = node.name();
        let field = match name {
            "EventID" | "EventId" | "EventCode" | "event_id" | "eventid" | "eventID"
            | "event_code" | "Event ID" | "event_identifier" | "Id" | "InstanceId" => continue,
            "Computer" | "computer" | "ComputerName" | "computer_name" | "Hostname"
            | "MachineName" | "hostname" => {
                // A collector may add its own name under another of these.
                let sureness = HOSTS.iter().position(|host| *host == name).unwrap_or(HOSTS.len());
                if sureness < surest
                    && let Some(host) = node.first_text()
                {
                    (surest, header.computer) = (sureness, Some(host));
                }
                continue;
            }
            "SourceName" | "ProviderName" | "Provider" | "EventSourceName" | "source_name"
            | "provider_name" => &mut header.provider,
            // What else calls itself a source is none of the event's.
            "Source" | "source"
                if header.provider.is_none()
                    && node.first_text().is_some_and(windows::is_provider) =>
            {
                &mut header.provider
            }
            "EventRecordID" | "EventRecordId" | "record_id" | "record_number" | "RecordId" => {
                &mut header.number
            }
            "RecordNumber" | "Index" if header.number.is_none() => &mut header.number,
            "Channel" | "LogName" | "channel" | "log_name" | "EventLog" => &mut header.channel,
            "TimeCreated"
            | "SystemTime"
            | "TimeGenerated"
            | "time_created"
            | "time_generated"
            | "event_original_time" => {
                header.time.exact = content(node).or(header.time.exact);
                continue;
            }
            "EventTimeUTC" | "TimeGenerated [UTC]" => &mut header.time.utc,
            "EventTime" | "eventtime" | "event_time" | "Date and Time" => &mut header.time.event,
            "EventReceivedTime" => &mut header.time.received,
            "@timestamp" => &mut header.time.stamp,
            "_time" | "timestamp" | "Timestamp" | "datetime" if header.time.stamp.is_none() => {
                &mut header.time.stamp
            }
            _ => {
                match node.text() {
                    // Most values are plain, and need no look at what else their names may mean.
                    Some(text) if !trimmed(text).starts_with(['{', '[', '<']) => {
                        set(if as_written { name } else { canonical(name) }, text);
                    }
                    _ if compound(node, &mut has_list, &mut header, &mut set) => {}
                    // Of the values that Splunk makes a list of, the first is the event's.
                    text => {
                        if let Some(text) = text.or_else(|| node.first_text()) {
                            set(if as_written { name } else { canonical(name) }, text);
                        }
                    }
                }
                continue;
            }
        };
        *field = node.first_text().or(*field);
    }
    header
}

/// Takes values that lie together in one, be it an object, a list or a text; `false` where it is none.
fn compound<'r>(
    node: Node<'r>,
    has_list: &mut bool,
    header: &mut Header<'r>,
    set: &mut impl Set<'r>,
) -> bool {
    let name = node.name();
    let of_values = matches!(
        name,
        "EventData"
            | "event_data"
            | "StringInserts"
            | "ReplacementStrings"
            | "Properties"
            | "strings"
            | "Strings"
            | "string_inserts"
            | "InsertionStrings"
    );
    if let Some(text) = node.text() {
        let may_be = of_values
            || matches!(name, "UserData" | "Payload" | "data" | "EventXml" | "xml_string");
        if !may_be || packed(text).is_none() {
            return false;
        }
        header.packed = Some(text);
    } else if of_values && listed(node).is_some() {
        if !*has_list {
            in_order(node, set);
        }
        *has_list = true;
    } else {
        match name {
            "EventData" | "event_data" => elements(node, set),
            "UserData" => user_data(node, set),
            _ => return false,
        }
    }
    true
}

/// The provider of an event of which nothing else is needed.
pub(super) fn provider(root: Node<'_>) -> Option<&str> {
    let named = |name: &str| {
        matches!(
            name,
            "SourceName"
                | "ProviderName"
                | "Provider"
                | "EventSourceName"
                | "source_name"
                | "provider_name"
        )
    };
    root.children().filter(|node| named(node.name())).filter_map(Node::first_text).last()
}

/// The name as Windows writes it.
pub(super) fn canonical(name: &str) -> &str {
    let known = windows::Field::NAMES;
    known.iter().find(|known| known.eq_ignore_ascii_case(name)).copied().unwrap_or(name)
}
