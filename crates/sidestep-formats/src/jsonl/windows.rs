//! Windows events in JSON: Winlogbeat and Elastic Agent, NXLog and others that flatten, Splunk's
//! export of `XmlWinEventLog`, and what `evtx_dump` and other converters make of the XML.

mod times;

use std::borrow::Cow;
use std::ops::ControlFlow;

use self::times::Times;
use super::Taken;
use super::tape::Node;
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
}

/// Hands on what a Windows event tells.
pub(super) fn take(layout: Layout<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let text = event_id(layout);
    let Some(text) = text else {
        return Err(Fault::column("event_id", "is missing; a Windows event needs one"));
    };
    let Ok(event_id) = text.parse() else {
        return Err(Fault::word("event_id", text.as_bytes(), "a number"));
    };
    if !windows::is_listed(event_id) {
        let header = read(layout, |_, _| ());
        windows::pass_over(event_id, header.provider.unwrap_or_default(), sink);
        return Ok(ControlFlow::Continue(()));
    }
    let mut record = Record { event_id, raw_ref: Some(number), ..Record::default() };
    let header = read(layout, |name, value| record.set(name, Cow::Borrowed(value)));
    record.time = header.time.read(sink.times());
    record.provider = Cow::Borrowed(header.provider.unwrap_or_default());
    record.channel = Cow::Borrowed(header.channel.unwrap_or_default());
    record.computer = Cow::Borrowed(header.computer.unwrap_or_default());
    record.number = header.number.and_then(number_of);
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
    }
}

/// Reads an event: its header, and each value of `EventData` and `UserData`, which are given to
/// `set` by name.
fn read<'r>(layout: Layout<'r>, set: impl FnMut(&'r str, &'r str)) -> Header<'r> {
    match layout {
        Layout::Beats(root) => beats(root, set),
        Layout::OldBeats(root) => old_beats(root, set),
        Layout::Nested(root) => nested(root, set),
        Layout::Flat { root, .. } if root.get("System").is_some_and(Node::is_object) => {
            nested(root, set)
        }
        Layout::Flat { root, event_id } => flat(root, event_id, set),
    }
}

fn beats<'r>(root: Node<'r>, mut set: impl FnMut(&'r str, &'r str)) -> Header<'r> {
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
                            elements(node, &mut set);
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

fn old_beats<'r>(root: Node<'r>, mut set: impl FnMut(&'r str, &'r str)) -> Header<'r> {
    root.get("event_data").into_iter().for_each(|node| elements(node, &mut set));
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
    }
}

/// Gives a value whose path was written as one name.
fn dotted<'r>(node: Node<'r>, name: Option<&'r str>, set: &mut impl FnMut(&'r str, &'r str)) {
    if let (Some(name), Some(text)) = (name, node.first_text()) {
        set(name, text);
    }
}

fn flat<'r>(
    root: Node<'r>,
    event_id: Node<'r>,
    mut set: impl FnMut(&'r str, &'r str),
) -> Header<'r> {
    let mut header = Header::default();
    // Where the number is not written as Windows does, no name is.
    let as_written = event_id.name().starts_with('E');
    for node in root.children() {
        let name = node.name();
        let field = match name {
            "EventID" | "EventId" | "EventCode" | "event_id" | "eventid" | "eventID"
            | "event_code" => continue,
            "Hostname" | "Computer" | "ComputerName" | "computer_name" | "hostname"
            | "computer" => &mut header.computer,
            "SourceName" | "ProviderName" | "Provider" | "EventSourceName" | "source_name"
            | "provider_name" => &mut header.provider,
            "RecordNumber" | "EventRecordID" | "record_id" | "record_number" => &mut header.number,
            "Channel" | "LogName" | "channel" | "log_name" => &mut header.channel,
            "TimeCreated"
            | "SystemTime"
            | "TimeGenerated"
            | "time_created"
            | "event_original_time" => &mut header.time.exact,
            "EventTimeUTC" | "TimeGenerated [UTC]" => &mut header.time.utc,
            "EventTime" | "eventtime" | "event_time" => &mut header.time.event,
            "EventReceivedTime" => &mut header.time.received,
            "@timestamp" => &mut header.time.stamp,
            "_time" if header.time.stamp.is_none() => &mut header.time.stamp,
            "EventData" | "event_data" if node.text().is_none() => {
                elements(node, &mut set);
                continue;
            }
            "UserData" if node.text().is_none() => {
                user_data(node, &mut set);
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

fn nested<'r>(root: Node<'r>, mut set: impl FnMut(&'r str, &'r str)) -> Header<'r> {
    root.get("EventData").into_iter().for_each(|node| elements(node, &mut set));
    root.get("UserData").into_iter().for_each(|node| user_data(node, &mut set));
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
    }
}

/// An attribute of an XML element, however the converter writes it.
fn attribute_of<'r>(node: Node<'r>, name: &str) -> Option<&'r str> {
    let plain = |child: &Node<'_>| {
        child.name().strip_prefix('@').unwrap_or(child.name()).eq_ignore_ascii_case(name)
    };
    let held = node.children().find(plain).and_then(Node::first_text);
    held.or_else(|| node.get("#attributes")?.get(name)?.first_text())
}

/// The content of an XML element, with or without attributes beside it.
fn content(node: Node<'_>) -> Option<&str> {
    const NAMES: [&str; 5] = ["#text", "Value", "value", "$", "text"];
    if node.is_object() {
        return NAMES.iter().find_map(|name| node.get(name))?.first_text();
    }
    node.first_text()
}

/// Gives the children of `EventData`: values by name, or `Data` elements with a name or without.
fn elements<'r>(node: Node<'r>, set: &mut impl FnMut(&'r str, &'r str)) {
    for child in node.children() {
        let name = child.name();
        if name == "Data" && child.is_array() {
            data(child, set);
        } else if let Some(text) = child.text() {
            if !name.starts_with(['#', '@']) {
                set(name, text);
            }
        } else if matches!(name, "" | "Data") {
            match child.get("#text") {
                Some(texts) if texts.is_array() => data(texts, set),
                _ => named(child, set),
            }
        } else if let Some(text) = content(child) {
            set(name, text);
        }
    }
}

/// What values without a name are called, in order.
const PLACES: [&str; 9] =
    ["param1", "param2", "param3", "param4", "param5", "param6", "param7", "param8", "param9"];

/// Gives a list of `Data` elements. Those without a name are called by their place.
fn data<'r>(list: Node<'r>, set: &mut impl FnMut(&'r str, &'r str)) {
    let mut places = PLACES.into_iter();
    for element in list.children() {
        match element.text() {
            Some(text) => places.next().into_iter().for_each(|name| set(name, text)),
            None => named(element, set),
        }
    }
}

/// Gives an element such as `{"@Name": "IpAddress", "#text": "10.0.0.5"}`.
fn named<'r>(element: Node<'r>, set: &mut impl FnMut(&'r str, &'r str)) {
    if let (Some(name), Some(text)) = (attribute_of(element, "Name"), content(element)) {
        set(name, text);
    }
}

/// Gives what is in `UserData`, which holds one element that holds the values.
fn user_data<'r>(node: Node<'r>, set: &mut impl FnMut(&'r str, &'r str)) {
    elements(node, set);
    node.children().filter(|child| child.is_object()).for_each(|inner| elements(inner, set));
}

/// Names of values as Windows writes them, for logs that wrote them in lower case.
const NAMES: [&str; 68] = [
    "AccessMask",
    "AccountName",
    "Address",
    "AuthenticationPackageName",
    "CertIssuerName",
    "ClientAddress",
    "ClientName",
    "CommandLine",
    "DestinationHostname",
    "DestinationIp",
    "DestinationPort",
    "ElevatedToken",
    "FailureReason",
    "Image",
    "ImagePath",
    "ImpersonationLevel",
    "IpAddress",
    "IpPort",
    "KeyLength",
    "LmPackageName",
    "LogonGuid",
    "LogonID",
    "LogonProcessName",
    "LogonType",
    "MemberName",
    "MemberSid",
    "NewProcessName",
    "NewTargetUserName",
    "OldTargetUserName",
    "PackageName",
    "PipeName",
    "PreAuthType",
    "ParentImage",
    "PrivilegeList",
    "ProcessName",
    "RelativeTargetName",
    "Resource",
    "SamAccountName",
    "ServiceAccount",
    "ServiceFileName",
    "ServiceName",
    "ServiceSid",
    "ServiceType",
    "SessionID",
    "SessionName",
    "ShareName",
    "SourceIp",
    "SourcePort",
    "Status",
    "SubStatus",
    "SubjectDomainName",
    "SubjectLogonId",
    "SubjectUserName",
    "SubjectUserSid",
    "TargetDomainName",
    "TargetInfo",
    "TargetLogonGuid",
    "TargetLogonId",
    "TargetServerName",
    "TargetSid",
    "TargetUserName",
    "TargetUserSid",
    "TaskName",
    "TicketEncryptionType",
    "TicketOptions",
    "User",
    "Workstation",
    "WorkstationName",
];

/// The name as Windows writes it.
fn canonical(name: &str) -> &str {
    NAMES.iter().find(|known| known.eq_ignore_ascii_case(name)).copied().unwrap_or(name)
}

#[cfg(test)]
mod tests;
