//! Tells what a JSON record is.

use std::ops::ControlFlow;

use super::laurel;
use super::product::{Marks, Product};
use super::samba;
use super::tape::Node;
use super::windows::{self as windows_json, Layout};
use crate::record_sink::RecordSink;
use crate::values;
use crate::windows;
use crate::windows_xml;

/// What a record is, and where in it that begins.
pub(super) enum Shape<'r> {
    Windows(Layout<'r>),
    Zeek(Node<'r>),
    Ocsf(Node<'r>),
    CloudTrail(Node<'r>),
    Entra(Node<'r>),
    Journald(Node<'r>),
    Ecs(Node<'r>),
    /// Of a product that has a shape of its own.
    Of(Product, Node<'r>),
    Samba(Node<'r>),
    Laurel(Node<'r>),
    /// A text that is itself such a record, in JSON or XML.
    Text(&'r str),
    /// Search results that Splunk gave while it was still searching; they come again.
    Preview,
    /// Of a shape that is not known.
    Other(Node<'r>),
}

/// Longest name of a kind of record that is kept.
const LONGEST_KIND: usize = 64;

/// What a name in a record says of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// It says nothing.
    None,
    Winlog,
    EventData,
    Event,
    System,
    /// The record proper, in what Splunk, Elasticsearch or `EventBridge` put around it.
    Inner,
    /// A row of osquery, which may be of the event log.
    Columns,
    Preview,
    Ocsf,
    Journald,
    Zeek,
    ZeekField,
    Principal,
    Category,
    /// What Wazuh makes of a Windows event, and what it puts around it.
    Win,
    Data,
    /// How PowerShell calls the number of an event, and what stands beside it.
    Id,
    EventLog,
    /// Elasticsearch's values without their document, and what shows that they are.
    Fields,
    Index,
    EventId,
    /// The same, in a record that may yet show to be of another layout.
    OldEventId,
    Ecs,
    CloudTrail,
    Raw,
    Kind,
    /// The number of an event of the Linux audit system.
    AuditId,
}

impl Sign {
    /// This is asked for every name, so that it must be a plain comparison of texts.
    fn of(name: &str) -> Self {
        match name {
            "winlog" => Self::Winlog,
            "event_data" => Self::EventData,
            "Event" => Self::Event,
            "System" => Self::System,
            "result" | "_source" | "detail" => Self::Inner,
            "columns" => Self::Columns,
            "preview" => Self::Preview,
            "class_uid" => Self::Ocsf,
            "__REALTIME_TIMESTAMP" | "_SOURCE_REALTIME_TIMESTAMP" => Self::Journald,
            "_path" | "@stream" => Self::Zeek,
            "ts" | "uid" | "uids" | "id.orig_h" | "id_orig_h" | "id" => Self::ZeekField,
            "userPrincipalName"
            | "UserPrincipalName"
            | "servicePrincipalName"
            | "ServicePrincipalName" => Self::Principal,
            "category" => Self::Category,
            "EventID" | "EventId" | "EventCode" | "Event ID" => Self::EventId,
            "event_id" | "eventid" | "eventID" | "event_code" | "event_identifier" => {
                Self::OldEventId
            }
            "win" => Self::Win,
            "data" => Self::Data,
            "Id" => Self::Id,
            "ProviderName" | "LogName" | "MachineName" | "TimeCreated" | "LevelDisplayName" => {
                Self::EventLog
            }
            "fields" => Self::Fields,
            "_index" | "_id" => Self::Index,
            "event" | "ecs" | "event.category" | "event.kind" | "ecs.version" => Self::Ecs,
            "eventSource" | "eventName" | "eventVersion" => Self::CloudTrail,
            "_raw" | "CloudTrailEvent" | "xml" | "Xml" | "xml_string" | "EventXml"
            | "event_xml" => Self::Raw,
            "sourcetype" | "_type" | "type" | "dataset" | "eventType" => Self::Kind,
            "ID" => Self::AuditId,
            _ => match name.as_bytes() {
                [b'w', b'i', b'n', ..] | [b'd', b'a', b't', b'a', b'.', ..] => Self::of_path(name),
                _ => Self::None,
            },
        }
    }
}

impl Sign {
    /// What the beginning of a path says that is written as one name.
    fn of_path(name: &str) -> Self {
        if name.starts_with("winlog.") {
            Self::Winlog
        } else if windows_json::path_of_wazuh(name).is_some() {
            Self::Win
        } else {
            Self::None
        }
    }
}

/// What was seen of a record on the way through its names.
#[derive(Default)]
struct Seen<'r> {
    event_id: Option<Node<'r>>,
    /// A number that is one of an event only beside the names of the event log.
    id: Option<Node<'r>>,
    event_log: u8,
    fields: Option<Node<'r>>,
    is_document: bool,
    ecs: bool,
    principal: bool,
    zeek_fields: u8,
    cloud_trail: u8,
    raw: Option<&'r str>,
    marks: Marks,
}

/// Tells what a record is from the names in it.
pub(super) fn tell(root: Node<'_>) -> Shape<'_> {
    let mut seen = Seen::default();
    for node in root.children() {
        match Sign::of(node.name()) {
            Sign::None => seen.marks.note(node.name()),
            Sign::Winlog => return Shape::Windows(Layout::Beats(root)),
            Sign::EventData if node.is_object() => {
                return Shape::Windows(Layout::OldBeats(root));
            }
            Sign::Event if node.is_object() => return Shape::Windows(Layout::Nested(node)),
            Sign::Event if node.text().is_some_and(is_xml) => seen.raw = node.text(),
            Sign::Win if node.name() != "win" => return Shape::Windows(Layout::Wazuh(root)),
            Sign::Win if is_of_wazuh(node) => return Shape::Windows(Layout::Wazuh(node)),
            Sign::Data => {
                if let Some(win) = node.get("win").filter(|win| is_of_wazuh(*win)) {
                    return Shape::Windows(Layout::Wazuh(win));
                }
            }
            Sign::Id => seen.id = Some(node).filter(|id| id.text().is_some_and(is_number)),
            Sign::EventLog => seen.event_log += 1,
            Sign::Fields => seen.fields = Some(node).filter(|fields| fields.is_object()),
            Sign::Index => seen.is_document = true,
            Sign::System if node.is_object() => return Shape::Windows(Layout::Nested(root)),
            Sign::EventId if node.text().is_some_and(is_number) => {
                return Shape::Windows(Layout::Flat { root, event_id: node });
            }
            Sign::EventId | Sign::OldEventId => seen.event_id = Some(node),
            Sign::Inner if node.is_object() => return tell(node),
            Sign::Columns if node.get("eventid").is_some() => return tell(node),
            Sign::Preview if node.text() == Some("true") => return Shape::Preview,
            Sign::Ocsf => return Shape::Ocsf(root),
            Sign::Journald => return Shape::Journald(root),
            Sign::Zeek => return Shape::Zeek(root),
            Sign::ZeekField => seen.zeek_fields += 1,
            // Windows has such a field too, in what it tells of a changed account.
            Sign::Principal => seen.principal = true,
            Sign::Category if node.text().is_some_and(|text| text.ends_with("SignInLogs")) => {
                return Shape::Entra(root);
            }
            Sign::Ecs => seen.ecs |= node.is_object() || node.name().contains('.'),
            Sign::CloudTrail => seen.cloud_trail += 1,
            Sign::Raw => {
                let is_record = |text: &&str| text.trim_start().starts_with('{') || is_xml(text);
                seen.raw = node.text().filter(is_record).or(seen.raw);
            }
            Sign::AuditId if node.text().is_some_and(laurel::is_id) => return Shape::Laurel(root),
            Sign::Kind if node.text().is_some_and(|kind| samba::is_samba(root, kind)) => {
                return Shape::Samba(root);
            }
            Sign::Kind
            | Sign::AuditId
            | Sign::Category
            | Sign::EventData
            | Sign::Event
            | Sign::System
            | Sign::Win
            | Sign::Inner
            | Sign::Columns
            | Sign::Preview => {}
        }
    }
    if let Some(product) = seen.marks.product(root) {
        return Shape::Of(product, root);
    }
    if seen.principal {
        return Shape::Entra(root);
    }
    if seen.cloud_trail >= 2 {
        return Shape::CloudTrail(root);
    }
    if let Some(text) = seen.raw {
        return Shape::Text(text);
    }
    if let Some(event_id) = seen.event_id {
        return Shape::Windows(Layout::Flat { root, event_id });
    }
    if let Some(event_id) = seen.id.filter(|_| seen.event_log >= 2) {
        return Shape::Windows(Layout::Flat { root, event_id });
    }
    if seen.ecs {
        return Shape::Ecs(root);
    }
    if let Some(fields) = seen.fields.filter(|_| seen.is_document) {
        return tell(fields);
    }
    if seen.zeek_fields >= 2 {
        return Shape::Zeek(root);
    }
    Shape::Other(root)
}

fn is_number(text: &str) -> bool {
    windows::event_number(text).is_some()
}

fn is_xml(text: &str) -> bool {
    windows_xml::begins_event(text.as_bytes())
}

/// Whether this is a Windows event as Wazuh writes it.
fn is_of_wazuh(win: Node<'_>) -> bool {
    win.get("system").is_some_and(Node::is_object)
}

/// Counts a record of which nothing is made, by a name that the log itself gave.
pub(super) fn pass_over(sink: &mut RecordSink<'_>, source: &str, kind: &str) -> ControlFlow<()> {
    sink.pass_over(&format!("{source} {}", values::cut(kind, LONGEST_KIND)));
    ControlFlow::Continue(())
}

/// Counts a record of no known shape, by what it says it is and the names in it.
pub(super) fn not_understood(sink: &mut RecordSink<'_>, root: Node<'_>) -> ControlFlow<()> {
    /// Names that are shown.
    const SHOWN: usize = 5;
    let is_kind = |node: &Node<'_>| matches!(Sign::of(node.name()), Sign::Kind | Sign::Category);
    let kind = root.children().find(is_kind).and_then(Node::text);
    let kind = kind.map(|kind| values::cut(kind, LONGEST_KIND));
    let mut names = root.children().map(Node::name);
    let shown: Vec<_> = names.by_ref().take(SHOWN).map(|name| values::cut(name, 32)).collect();
    let more = if names.next().is_some() { " ..." } else { "" };
    let keys = match &shown[..] {
        [] => "without a key".to_owned(),
        shown => format!("with the keys {}{more}", shown.join(", ")),
    };
    match kind {
        Some(kind) => sink.not_understood(&format!("JSON {kind} {keys}")),
        None => sink.not_understood(&format!("JSON of an unknown kind {keys}")),
    }
    ControlFlow::Continue(())
}
