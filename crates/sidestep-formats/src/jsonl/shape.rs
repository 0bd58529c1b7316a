//! Tells what a JSON record is.

use std::ops::ControlFlow;

use super::flat::Node;
use super::windows::Layout;
use crate::reader::Run;

/// What a record is, and where in it that begins.
pub(super) enum Shape<'r> {
    Windows(Layout<'r>),
    Zeek,
    Ocsf,
    CloudTrail(Node<'r>),
    Entra(Node<'r>),
    Journald,
    Ecs(Node<'r>),
    /// A text that is itself such a record.
    Text(&'r str),
    /// Something else, by what it says it is.
    Other(&'r str),
}

/// Longest name of a kind of record that is kept.
const LONGEST_KIND: usize = 64;

/// What was seen of a record on the way through its names.
#[derive(Default)]
struct Seen<'r> {
    event: Option<Node<'r>>,
    event_id: bool,
    ecs: bool,
    zeek_fields: u8,
    cloud_trail: u8,
    raw: Option<&'r str>,
    kind: Option<&'r str>,
}

/// Tells what a record is from the names in it.
pub(super) fn tell(root: Node<'_>) -> Shape<'_> {
    let mut seen = Seen::default();
    for node in root.children() {
        match node.name() {
            "winlog" if node.is_object() => return Shape::Windows(Layout::Beats(root)),
            "event_data" if node.is_object() => return Shape::Windows(Layout::OldBeats(root)),
            "Event" if node.is_object() => return Shape::Windows(Layout::Nested(node)),
            "System" if node.is_object() => return Shape::Windows(Layout::Nested(root)),
            // The record proper, in what Splunk, Elasticsearch or EventBridge put around it.
            "result" | "_source" | "detail" if node.is_object() => return tell(node),
            "class_uid" => return Shape::Ocsf,
            "__REALTIME_TIMESTAMP" | "_SOURCE_REALTIME_TIMESTAMP" => return Shape::Journald,
            "_path" | "@stream" => return Shape::Zeek,
            "userPrincipalName"
            | "UserPrincipalName"
            | "servicePrincipalName"
            | "ServicePrincipalName" => return Shape::Entra(root),
            "category" if node.text().is_some_and(|text| text.ends_with("SignInLogs")) => {
                return Shape::Entra(root);
            }
            "EventID" | "EventId" | "EventCode" | "event_id" => seen.event_id = true,
            "event" => seen.event = Some(node),
            "ecs" => seen.ecs = true,
            "ts" | "uid" | "uids" | "id.orig_h" | "id_orig_h" | "id" => seen.zeek_fields += 1,
            "eventSource" | "eventName" | "eventVersion" => seen.cloud_trail += 1,
            "_raw" | "CloudTrailEvent" => {
                seen.raw = node.text().filter(|text| text.trim_start().starts_with('{'));
            }
            name if name.starts_with("winlog.") => return Shape::Windows(Layout::Beats(root)),
            name if name.starts_with("event_data.") => {
                return Shape::Windows(Layout::OldBeats(root));
            }
            name if name.starts_with("event.") || name.starts_with("ecs.") => seen.ecs = true,
            "sourcetype" | "_type" | "type" | "category" | "Category" | "dataset" | "eventType" => {
                seen.kind = seen.kind.or(node.text());
            }
            _ => {}
        }
    }
    if seen.cloud_trail >= 2 {
        return Shape::CloudTrail(root);
    }
    if let Some(text) = seen.raw {
        return Shape::Text(text);
    }
    if seen.event_id {
        return Shape::Windows(Layout::Flat(root));
    }
    if seen.ecs || seen.event.is_some_and(Node::is_object) {
        return Shape::Ecs(root);
    }
    if seen.zeek_fields >= 2 {
        return Shape::Zeek;
    }
    Shape::Other(seen.kind.unwrap_or("of unknown kind"))
}

/// Counts a record of which nothing is made, by a name that the log itself gave.
pub(super) fn pass_over(run: &mut Run<'_>, source: &str, kind: &str) -> ControlFlow<()> {
    let mut end = kind.len().min(LONGEST_KIND);
    while !kind.is_char_boundary(end) {
        end -= 1;
    }
    run.pass_over(&format!("{source} {}", &kind[..end]));
    ControlFlow::Continue(())
}
