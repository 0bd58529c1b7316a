//! Events with all names at the top: `NXLog`, Splunk, Azure, Fluent Bit, PowerShell, rows of tables.

use super::super::tape::Node;
use super::values::{Set, content, elements, in_order, listed, user_data};
use super::{Header, packed};
use crate::windows;

/// Reads an event.
pub(super) fn read<'r>(root: Node<'r>, event_id: Node<'r>, mut set: impl Set<'r>) -> Header<'r> {
    let mut header = Header::default();
    // Where the number is not written as Windows does, no name is.
    let as_written = event_id.name().starts_with(['E', 'I']);
    // Some agents write the values in order twice.
    let mut has_list = false;
    for node in root.children() {
        let name = node.name();
        let field = match name {
            "EventID" | "EventId" | "EventCode" | "event_id" | "eventid" | "eventID"
            | "event_code" | "Event ID" | "event_identifier" | "Id" | "InstanceId" => continue,
            "Hostname" | "Computer" | "ComputerName" | "computer_name" | "hostname"
            | "computer" | "MachineName" => &mut header.computer,
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
            | "EventTimeUTC"
            | "TimeGenerated"
            | "time_created"
            | "time_generated"
            | "event_original_time" => {
                header.time.exact = content(node).or(header.time.exact);
                continue;
            }
            "EventTime" | "eventtime" | "event_time" | "Date and Time" => &mut header.time.event,
            "EventReceivedTime" => &mut header.time.received,
            "@timestamp" => &mut header.time.stamp,
            "_time" | "timestamp" | "Timestamp" | "datetime" if header.time.stamp.is_none() => {
                &mut header.time.stamp
            }
            "EventData" | "event_data" | "StringInserts" | "ReplacementStrings" | "Properties"
            | "strings" | "Strings" | "string_inserts" | "InsertionStrings"
                if listed(node).is_some() =>
            {
                if !has_list {
                    in_order(node, &mut set);
                }
                has_list = true;
                continue;
            }
            "EventData" | "event_data" if node.text().is_none() => {
                elements(node, &mut set);
                continue;
            }
            "UserData" if node.text().is_none() => {
                user_data(node, &mut set);
                continue;
            }
            "EventData" | "event_data" | "UserData" | "Payload" | "StringInserts"
            | "ReplacementStrings" | "Properties" | "Strings" | "strings" | "data" | "EventXml"
            | "string_inserts" | "InsertionStrings" | "xml_string"
                if node.text().and_then(packed).is_some() =>
            {
                header.packed = node.text();
                continue;
            }
            _ => {
                // Of the values that Splunk makes a list of, the first is the event's.
                if let Some(text) = node.text().or_else(|| node.first_text()) {
                    set(if as_written { name } else { canonical(name) }, text);
                }
                continue;
            }
        };
        *field = node.first_text().or(*field);
    }
    header
}

/// The name as Windows writes it.
pub(super) fn canonical(name: &str) -> &str {
    let known = windows::Field::NAMES;
    known.iter().find(|known| known.eq_ignore_ascii_case(name)).copied().unwrap_or(name)
}
