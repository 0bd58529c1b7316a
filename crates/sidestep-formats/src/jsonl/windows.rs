//! Windows events in JSON: Winlogbeat and Elastic Agent, NXLog and others that flatten, Splunk's
//! export of `XmlWinEventLog`, and what `evtx_dump` and other converters make of the XML.

use std::borrow::Cow;
use std::ops::ControlFlow;

use sidestep::Timestamp;

use super::Taken;
use super::fields::time;
use super::flat::Node;
use crate::error::Fault;
use crate::reader::Run;
use crate::windows::{self, Record};

/// How a Windows event lies in a record.
#[derive(Clone, Copy)]
pub(super) enum Layout<'r> {
    /// Under `winlog`, as Winlogbeat since 7 and Elastic Agent have it.
    Beats(Node<'r>),
    /// At the top and under `event_data`, as Winlogbeat to 6 has it.
    OldBeats(Node<'r>),
    /// All names at the top.
    Flat(Node<'r>),
    /// The XML's `System` and `EventData`.
    Nested(Node<'r>),
}

/// What stands at the head of an event, as it is written.
#[derive(Default)]
struct Header<'r> {
    event_id: Option<&'r str>,
    time: Times<'r>,
    provider: Option<&'r str>,
    channel: Option<&'r str>,
    computer: Option<&'r str>,
    /// Whether the names are written in lower case.
    lower_case: bool,
}

/// The times that a record may carry.
#[derive(Default)]
struct Times<'r> {
    /// When it happened, in a way that leaves no doubt.
    exact: Option<&'r str>,
    /// `EventTime`, which `NXLog` writes in local time.
    event: Option<&'r str>,
    /// `EventReceivedTime`, in the same zone.
    received: Option<&'r str>,
    /// `@timestamp`: when the event, or the record of it, was made, in UTC.
    stamp: Option<&'r str>,
}

/// Hands on what a Windows event tells.
pub(super) fn take(layout: Layout<'_>, number: u64, run: &mut Run<'_>) -> Taken {
    let (layout, header) = header(layout);
    let Some(text) = header.event_id else {
        return Err(Fault::column("event_id", "is missing; a Windows event needs one"));
    };
    let Ok(event_id) = text.parse() else {
        return Err(Fault::word("event_id", text.as_bytes(), "a number"));
    };
    if !windows::is_listed(event_id) {
        run.pass_over(&format!("Windows event {event_id}"));
        return Ok(ControlFlow::Continue(()));
    }
    let mut record = Record {
        time: header.time.read(),
        event_id,
        provider: Cow::Borrowed(header.provider.unwrap_or_default()),
        channel: Cow::Borrowed(header.channel.unwrap_or_default()),
        computer: Cow::Borrowed(header.computer.unwrap_or_default()),
        raw_ref: Some(number),
        ..Record::default()
    };
    values(layout, header.lower_case, |name, value| record.set(name, Cow::Borrowed(value)));
    windows::emit(&record, run)
}

fn header(layout: Layout<'_>) -> (Layout<'_>, Header<'_>) {
    let header = match layout {
        Layout::Beats(root) => beats(root),
        Layout::OldBeats(root) => old_beats(root),
        Layout::Nested(root) => nested(root),
        Layout::Flat(root) => match flat(root) {
            Some(header) => header,
            None => return (Layout::Nested(root), nested(root)),
        },
    };
    (layout, header)
}

fn beats(root: Node<'_>) -> Header<'_> {
    let word = |path: &str| root.word(path);
    let mut header = Header {
        time: Times {
            exact: root.get("@timestamp").and_then(Node::first_text),
            ..Times::default()
        },
        ..Header::default()
    };
    for node in root.get("winlog").into_iter().flat_map(Node::children) {
        let field = match node.name() {
            "event_id" => &mut header.event_id,
            "provider_name" => &mut header.provider,
            "channel" => &mut header.channel,
            "computer_name" => &mut header.computer,
            _ => continue,
        };
        *field = node.first_text();
    }
    // Elastic Agent writes some of them in the words of ECS; some exports write each path as a name.
    let or = |found: Option<_>, paths: [&str; 2]| {
        found.or_else(|| paths.iter().find_map(|path| word(path)))
    };
    header.event_id = or(header.event_id, ["winlog.event_id", "event.code"]);
    header.provider = or(header.provider, ["winlog.provider_name", "event.provider"]);
    header.channel = or(header.channel, ["winlog.channel", "log.name"]);
    header.computer = or(header.computer, ["winlog.computer_name", "host.name"]);
    header.time.exact = or(header.time.exact, ["winlog.time_created", "event.created"]);
    header
}

fn old_beats(root: Node<'_>) -> Header<'_> {
    let word = |path: &str| root.word(path);
    Header {
        event_id: word("event_id"),
        time: Times { exact: word("@timestamp"), ..Times::default() },
        provider: word("source_name"),
        channel: word("log_name"),
        computer: word("computer_name").or_else(|| word("beat.hostname")),
        lower_case: false,
    }
}

/// The header of an event whose names are all at the top; `None` where the number is there, but the
/// rest is as in the XML.
fn flat(root: Node<'_>) -> Option<Header<'_>> {
    let mut header = Header::default();
    for node in root.children() {
        let name = node.name();
        let field = match name {
            "EventID" | "EventId" => &mut header.event_id,
            "event_id" | "eventid" | "eventID" | "event_code" => {
                header.lower_case = true;
                &mut header.event_id
            }
            // Splunk has both, and means the same.
            "EventCode" if header.event_id.is_none() => &mut header.event_id,
            "Hostname" | "Computer" | "ComputerName" | "computer_name" | "hostname"
            | "computer" => &mut header.computer,
            "SourceName" | "ProviderName" | "Provider" | "EventSourceName" | "source_name"
            | "provider_name" => &mut header.provider,
            "Channel" | "LogName" | "channel" | "log_name" => &mut header.channel,
            "TimeCreated"
            | "SystemTime"
            | "EventTimeUTC"
            | "TimeGenerated"
            | "time_created"
            | "event_original_time" => &mut header.time.exact,
            "EventTime" | "eventtime" | "event_time" => &mut header.time.event,
            "EventReceivedTime" => &mut header.time.received,
            "@timestamp" => &mut header.time.stamp,
            "System" if node.is_object() => return None,
            "_time" if header.time.stamp.is_none() => &mut header.time.stamp,
            _ => continue,
        };
        *field = node.first_text().map(|text| text.trim_matches('\'')).or(*field);
    }
    Some(header)
}

fn nested(root: Node<'_>) -> Header<'_> {
    let system = root.get("System");
    let child = |name: &str| system.and_then(|system| system.get(name));
    let attribute = |name: &str, attribute: &str| {
        let beside = || {
            let name = format!("{name}_attributes");
            child(&name).and_then(|node| node.word(attribute))
        };
        child(name).and_then(|node| attribute_of(node, attribute)).or_else(beside)
    };
    Header {
        event_id: child("EventID").and_then(content),
        time: Times {
            exact: attribute("TimeCreated", "SystemTime")
                .or_else(|| child("TimeCreated").and_then(Node::first_text)),
            ..Times::default()
        },
        provider: attribute("Provider", "Name")
            .or_else(|| child("Provider").and_then(Node::first_text)),
        channel: child("Channel").and_then(content),
        computer: child("Computer").and_then(content),
        lower_case: false,
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

/// Gives every value of `EventData` and `UserData` by its name.
fn values<'r>(layout: Layout<'r>, lower_case: bool, mut set: impl FnMut(&'r str, &'r str)) {
    match layout {
        Layout::Beats(root) => {
            let inside = |name: &str| root.find(name).into_iter();
            inside("winlog.event_data").for_each(|node| elements(node, &mut set));
            inside("winlog.user_data").for_each(|node| user_data(node, &mut set));
            for node in root.children() {
                let name = node.name().strip_prefix("winlog.event_data.");
                if let (Some(name), Some(text)) = (name, node.first_text()) {
                    set(name, text);
                }
            }
        }
        Layout::OldBeats(root) => {
            root.get("event_data").into_iter().for_each(|node| elements(node, &mut set));
            root.get("user_data").into_iter().for_each(|node| user_data(node, &mut set));
            for node in root.children() {
                let name = node.name().strip_prefix("event_data.");
                if let (Some(name), Some(text)) = (name, node.first_text()) {
                    set(name, text);
                }
            }
        }
        Layout::Nested(root) => {
            root.get("EventData").into_iter().for_each(|node| elements(node, &mut set));
            root.get("UserData").into_iter().for_each(|node| user_data(node, &mut set));
        }
        Layout::Flat(root) => {
            for node in root.children() {
                let name = node.name();
                match node.text() {
                    Some(text) if lower_case => set(canonical(name), text),
                    Some(text) => set(name, text),
                    None if matches!(name, "EventData" | "event_data") => elements(node, &mut set),
                    None if name == "UserData" => user_data(node, &mut set),
                    // Of the values that Splunk makes a list of, the first is the event's.
                    None => node.first_text().into_iter().for_each(|text| set(name, text)),
                }
            }
        }
    }
}

/// Gives the children of `EventData`: values by name, or `Data` elements that have a name.
fn elements<'r>(node: Node<'r>, set: &mut impl FnMut(&'r str, &'r str)) {
    for child in node.children() {
        let name = child.name();
        if let Some(text) = child.text() {
            if !name.starts_with(['#', '@']) {
                set(name, text);
            }
        } else if child.is_array() && name == "Data" {
            child.children().for_each(|element| named(element, set));
        } else if matches!(name, "" | "Data") {
            named(child, set);
        } else if let Some(text) = content(child) {
            set(name, text);
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
const NAMES: [&str; 64] = [
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
    "PackageName",
    "PipeName",
    "PreAuthType",
    "PrivilegeList",
    "ProcessName",
    "RelativeTargetName",
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

impl Times<'_> {
    /// The time at which the event happened, as well as the record tells.
    fn read(&self) -> Option<Timestamp> {
        if let Some(text) = self.exact {
            return time(text);
        }
        let Some(text) = self.event else {
            return self.stamp.and_then(time);
        };
        let event = time(text);
        let Some(stamp) = self.stamp.filter(|_| is_local(text)).and_then(time) else {
            return event;
        };
        // `@timestamp` is made a moment after `EventReceivedTime`, so that they tell the zone.
        let received = self.received.filter(|text| is_local(text)).and_then(time);
        let zone = received.and_then(|received| zone(stamp - received));
        Some(event.zip(zone).map_or(stamp, |(event, zone)| event + zone))
    }
}

/// Whether a time is written without its zone.
fn is_local(text: &str) -> bool {
    let clock = text.get("2020-10-13".len()..).unwrap_or_default();
    !clock.is_empty() && !clock.contains(['Z', 'z', '+', '-'])
}

/// The zone, in microseconds, that two clocks show which differ by so much and a moment.
fn zone(difference: i64) -> Option<i64> {
    const MINUTE: i64 = 60_000_000;
    const STEP: i64 = 15 * MINUTE;
    let zone = (difference + STEP / 2).div_euclid(STEP) * STEP;
    (zone.abs() <= 14 * 60 * MINUTE && (difference - zone).abs() <= 2 * MINUTE).then_some(zone)
}
