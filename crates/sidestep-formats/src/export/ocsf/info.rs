//! `finding_info`: what was found, by what, and its graph.

use serde::Serialize;
use sidestep::alert::Alert;

use super::super::attack::{self, Place, VERSION};
use super::super::names::{Role, hosts, users};
use super::evidence::HopData;
use super::{LOGON, Millis, OcsfVersion};
use sidestep::Timestamp;

#[derive(Serialize)]
pub(super) struct FindingInfo<'a> {
    uid: &'a str,
    title: String,
    desc: &'a str,
    types: [&'static str; 1],
    created_time: Millis,
    modified_time: Millis,
    first_seen_time: Millis,
    last_seen_time: Millis,
    analytic: Analytic,
    attacks: Vec<Attack>,
    data_sources: [&'static str; 1],
    related_events: Vec<RelatedEvent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    related_events_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attack_graph: Option<Graph<'a>>,
}

#[derive(Serialize)]
struct Analytic {
    uid: &'static str,
    name: &'static str,
    category: &'static str,
    type_id: u32,
    #[serde(rename = "type")]
    kind: &'static str,
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm: Option<&'static str>,
}

#[derive(Serialize)]
struct Attack {
    version: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tactic: Option<Entry>,
    technique: Entry,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub_technique: Option<Entry>,
}

#[derive(Serialize)]
struct Entry {
    uid: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'static str>,
    src_url: String,
}

#[derive(Serialize)]
struct RelatedEvent {
    uid: String,
    type_uid: u32,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct Graph<'a> {
    uid: &'a str,
    name: &'static str,
    is_directed: bool,
    nodes: Vec<Node<'a>>,
    edges: Vec<Edge<'a>>,
}

#[derive(Serialize)]
struct Node<'a> {
    uid: String,
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<NodeData>,
}

#[derive(Serialize)]
struct NodeData {
    role: &'static str,
}

#[derive(Serialize)]
struct Edge<'a> {
    uid: String,
    source: String,
    target: String,
    relation: &'static str,
    name: &'a str,
    is_directed: bool,
    data: EdgeData<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum EdgeData<'a> {
    Hop(HopData<'a>),
    Switch { time: Timestamp, host: &'a str },
}

pub(super) fn of(alert: &Alert, version: OcsfVersion) -> FindingInfo<'_> {
    let is_new = version.is_new();
    FindingInfo {
        uid: &alert.id,
        title: format!("Lateral movement from {}", alert.origin.host),
        desc: &alert.summary,
        types: ["Lateral Movement"],
        created_time: alert.detected_at.into(),
        modified_time: alert.detected_at.max(alert.last_seen).into(),
        first_seen_time: alert.first_seen.into(),
        last_seen_time: alert.last_seen.into(),
        analytic: Analytic {
            uid: "sidestep.movement",
            name: "Lateral movement",
            category: "Lateral Movement",
            type_id: 2,
            kind: "Behavioral",
            version: env!("CARGO_PKG_VERSION"),
            algorithm: is_new.then_some("Pitman-Yor surprise of logins, joined into movements"),
        },
        attacks: alert.techniques.iter().map(|&found| attack(attack::place(found))).collect(),
        data_sources: ["authentication logs"],
        related_events: related_events(alert),
        related_events_count: is_new.then_some(alert.hops.len()),
        attack_graph: is_new.then(|| graph(alert)),
    }
}

fn attack(place: Place) -> Attack {
    Attack {
        version: VERSION,
        tactic: place.tactic.map(|tactic| Entry {
            uid: tactic.id,
            name: Some(tactic.name),
            src_url: attack::tactic_url(tactic.id),
        }),
        technique: Entry {
            uid: place.technique,
            name: place.name,
            src_url: attack::technique_url(place.technique),
        },
        sub_technique: place.sub_technique.map(|found| Entry {
            uid: found.id,
            name: Some(found.name),
            src_url: attack::technique_url(found.id),
        }),
    }
}

/// The logins whose raw record the caller can name.
fn related_events(alert: &Alert) -> Vec<RelatedEvent> {
    alert
        .hops
        .iter()
        .filter_map(|hop| hop.raw_ref)
        .map(|raw_ref| RelatedEvent {
            uid: raw_ref.to_string(),
            type_uid: LOGON,
            kind: "Authentication: Logon",
        })
        .collect()
}

/// Hosts and accounts; a hop joins two hosts, a change of credentials two accounts.
fn graph(alert: &Alert) -> Graph<'_> {
    let (hosts, users) = (hosts(alert), users(alert));
    let place = |list: &[&str], name: &str| list.iter().position(|known| *known == name);
    let host_uid = |at: usize| format!("host-{at}");
    let user_uid = |at: usize| format!("user-{at}");
    let host_nodes = hosts.iter().enumerate().map(|(at, &name)| Node {
        uid: host_uid(at),
        name,
        kind: "host",
        data: Some(NodeData { role: Role::of(alert, name).word() }),
    });
    let user_nodes = users.iter().enumerate().map(|(at, &name)| Node {
        uid: user_uid(at),
        name,
        kind: "user",
        data: None,
    });
    let hops = alert.hops.iter().enumerate().filter_map(|(at, hop)| {
        Some(Edge {
            uid: format!("hop-{at}"),
            source: host_uid(place(&hosts, &hop.src_host)?),
            target: host_uid(place(&hosts, &hop.dst_host)?),
            relation: "logged-on-to",
            name: &hop.user,
            is_directed: true,
            data: EdgeData::Hop(hop.into()),
        })
    });
    // An account of a switch that made no hop of its own has no node to join.
    let switches = alert.credential_switches.iter().enumerate().filter_map(|(at, switch)| {
        Some(Edge {
            uid: format!("switch-{at}"),
            source: user_uid(place(&users, &switch.from)?),
            target: user_uid(place(&users, &switch.to)?),
            relation: "switched-to",
            name: &switch.host,
            is_directed: true,
            data: EdgeData::Switch { time: switch.time, host: &switch.host },
        })
    });
    Graph {
        uid: &alert.id,
        name: "movement",
        is_directed: true,
        nodes: host_nodes.chain(user_nodes).collect(),
        edges: hops.chain(switches).collect(),
    }
}
