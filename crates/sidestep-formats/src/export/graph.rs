//! What the graph formats have in common: the graphs that are written, part by part.

use std::borrow::Cow;
use std::io;

use serde::Serialize;
use sidestep::alert::{Alert, Hop};
use sidestep::event::Outcome;
use sidestep::graph::LoginGraph;
use sidestep::graph::petgraph::visit::EdgeRef;

use super::names::Role;
use sidestep::Timestamp;

/// A value of an attribute.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Value<'a> {
    Text(Cow<'a, str>),
    Whole(i64),
    Real(f64),
}

/// A named attribute of a graph, node or edge.
pub(super) type Attribute<'a> = (&'static str, Value<'a>);

/// What a graph, node or edge is called, how it is drawn, and what is known of it.
pub(super) struct Thing<'t, 'a> {
    /// What a person reads beside it; lines are parted by `\n`.
    pub(super) label: &'t [Cow<'a, str>],
    pub(super) style: Style,
    pub(super) attributes: &'t [Attribute<'a>],
}

/// How something is drawn, where the format tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    /// Where a movement began.
    Origin,
    /// A host that a movement went on from.
    Pivot,
    /// A host that a movement ended at.
    Target,
    /// A login that failed.
    Failed,
}

/// One format: one file here implements it. Nodes and edges are numbered within their graph.
pub(super) trait GraphWriter {
    fn begin(&mut self, graph: usize, thing: &Thing<'_, '_>) -> io::Result<()>;
    fn node(&mut self, node: usize, thing: &Thing<'_, '_>) -> io::Result<()>;
    fn edge(
        &mut self,
        edge: usize,
        source: usize,
        target: usize,
        thing: &Thing<'_, '_>,
    ) -> io::Result<()>;
    fn end(&mut self) -> io::Result<()>;
    /// Ends the document.
    fn finish(self) -> io::Result<()>;
}

/// What an attribute belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Graph,
    Node,
    Edge,
}

/// An attribute as GraphML declares it: whose, name and type.
pub(super) type Key = (Of, &'static str, &'static str);

/// Attributes of the graph of a movement.
pub(super) const MOVEMENT_KEYS: &[Key] = &[
    (Of::Graph, "alert", "string"),
    (Of::Graph, "severity", "string"),
    (Of::Graph, "score", "double"),
    (Of::Graph, "surprise", "double"),
    (Of::Graph, "summary", "string"),
    (Of::Node, "name", "string"),
    (Of::Node, "role", "string"),
    (Of::Node, "first_seen", "string"),
    (Of::Node, "last_seen", "string"),
    (Of::Edge, "hop", "int"),
    (Of::Edge, "parent", "int"),
    (Of::Edge, "user", "string"),
    (Of::Edge, "time", "string"),
    (Of::Edge, "auth_protocol", "string"),
    (Of::Edge, "logon_type", "string"),
    (Of::Edge, "outcome", "string"),
    (Of::Edge, "surprise", "double"),
];

/// Attributes of the login graph.
pub(super) const LOGIN_KEYS: &[Key] = &[
    (Of::Node, "name", "string"),
    (Of::Edge, "user", "string"),
    (Of::Edge, "days", "int"),
    (Of::Edge, "last_seen", "string"),
];

fn text<'a>(text: impl Into<Cow<'a, str>>) -> Value<'a> {
    Value::Text(text.into())
}

#[allow(clippy::cast_possible_wrap, reason = "no graph has 2^63 parts")]
const fn whole(number: usize) -> Value<'static> {
    Value::Whole(number as i64)
}

/// Writes a graph for each alert, and ends the document.
pub(super) fn movements(mut writer: impl GraphWriter, alerts: &[Alert]) -> io::Result<()> {
    for (at, alert) in alerts.iter().enumerate() {
        movement(&mut writer, at, alert)?;
    }
    writer.finish()
}

fn movement(writer: &mut impl GraphWriter, at: usize, alert: &Alert) -> io::Result<()> {
    let graph = alert.graph();
    let title = format!("{} ({})", alert.id, alert.severity);
    writer.begin(
        at,
        &Thing {
            label: &[title.into(), alert.summary.as_str().into()],
            style: Style::Plain,
            attributes: &[
                ("alert", text(&alert.id)),
                ("severity", text(alert.severity.to_string())),
                ("score", Value::Real(alert.score)),
                ("surprise", Value::Real(alert.surprise)),
                ("summary", text(&alert.summary)),
            ],
        },
    )?;
    for node in graph.node_indices() {
        let host = &graph[node];
        let times = || {
            let is_at = |hop: &&Hop| hop.src_host == *host || hop.dst_host == *host;
            alert.hops.iter().filter(is_at).map(|hop| hop.time)
        };
        let time = |time: Option<Timestamp>| time.unwrap_or(alert.detected_at).to_string();
        let role = Role::of(alert, host);
        writer.node(
            node.index(),
            &Thing {
                label: &[host.into()],
                style: match role {
                    Role::Origin => Style::Origin,
                    Role::Pivot => Style::Pivot,
                    Role::Target => Style::Target,
                    Role::Source => Style::Plain,
                },
                attributes: &[
                    ("name", text(host)),
                    ("role", text(role.word())),
                    ("first_seen", text(time(times().min()))),
                    ("last_seen", text(time(times().max()))),
                ],
            },
        )?;
    }
    for edge in graph.edge_references() {
        let hop = &alert.hops[*edge.weight()];
        let (source, target) = (edge.source().index(), edge.target().index());
        self::hop(writer, *edge.weight(), source, target, hop)?;
    }
    writer.end()
}

fn hop(
    writer: &mut impl GraphWriter,
    at: usize,
    source: usize,
    target: usize,
    hop: &Hop,
) -> io::Result<()> {
    let time = hop.time.to_string();
    let mut attributes = vec![
        ("hop", whole(at)),
        ("user", text(&hop.user)),
        ("time", text(&time)),
        ("auth_protocol", text(hop.auth_protocol.caption())),
        ("logon_type", text(hop.logon_type.caption())),
        ("outcome", text(hop.outcome.caption())),
        ("surprise", Value::Real(hop.surprise)),
    ];
    attributes.extend(hop.parent.map(|parent| ("parent", whole(parent))));
    // People count from 1, and read no fractions of a second.
    let who = format!("{}. {}", at + 1, hop.user);
    let when = Timestamp::from_secs(hop.time.micros().div_euclid(1_000_000)).to_string();
    let label = [who.into(), hop.auth_protocol.caption().into(), when.into()];
    let failed = hop.outcome == Outcome::Failure;
    let style = if failed { Style::Failed } else { Style::Plain };
    writer.edge(at, source, target, &Thing { label: &label, style, attributes: &attributes })
}

/// Writes the login graph, and ends the document.
pub(super) fn logins(mut writer: impl GraphWriter, logins: &LoginGraph) -> io::Result<()> {
    writer.begin(0, &Thing { label: &["logins".into()], style: Style::Plain, attributes: &[] })?;
    for node in logins.node_indices() {
        let host = &logins[node];
        let attributes = [("name", text(host))];
        let thing = Thing { label: &[host.into()], style: Style::Plain, attributes: &attributes };
        writer.node(node.index(), &thing)?;
    }
    for edge in logins.edge_references() {
        let login = edge.weight();
        let attributes = [
            ("user", text(&login.account)),
            ("days", Value::Whole(login.days.into())),
            ("last_seen", text(date(login.last_day))),
        ];
        let style = if login.days == 0 { Style::Failed } else { Style::Plain };
        let label = [Cow::from(&login.account)];
        let thing = Thing { label: &label, style, attributes: &attributes };
        writer.edge(edge.id().index(), edge.source().index(), edge.target().index(), &thing)?;
    }
    writer.end()?;
    writer.finish()
}

/// The date of a day since 1970-01-01.
fn date(day: u32) -> String {
    const DAY: i64 = 86_400_000_000;
    let mut text = Timestamp::from_micros(i64::from(day) * DAY).to_string();
    if let Some(end) = text.find('T') {
        text.truncate(end);
    }
    text
}
