//! Findings out: alerts and graphs in the formats that other tools take. The same alerts give the
//! same bytes: times and ids come from the events.

mod attack;
mod cytoscape;
mod dot;
mod ecs;
mod graph;
mod graphml;
mod json;
mod names;
mod navigator;
mod ocsf;

use std::io::{self, Write};
use std::str::FromStr;

use serde::Serialize;
use sidestep::alert::Alert;
use sidestep::graph::LoginGraph;

use crate::error::ParseError;
pub use json::write_alert;
pub use ocsf::OcsfVersion;

/// The format of what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ExportFormat {
    /// Sidestep's own JSON, one alert a line: everything there is to say.
    #[default]
    Json,
    /// OCSF Detection Finding (class 2004), one a line.
    Ocsf,
    /// Alerts in the Elastic Common Schema, one a line.
    Ecs,
    /// A layer of the MITRE ATT&CK Navigator over all alerts.
    Navigator,
    /// GraphML: a graph of hosts and hops for each alert, or the login graph.
    GraphMl,
    /// DOT, as Graphviz draws it: a cluster of hosts and hops for each alert, or the login graph.
    Dot,
    /// JSON as Cytoscape and Cytoscape.js read it: the same graphs, as one network.
    Cytoscape,
}

impl FromStr for ExportFormat {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Ok(match text {
            "json" => Self::Json,
            "ocsf" => Self::Ocsf,
            "ecs" => Self::Ecs,
            "navigator" => Self::Navigator,
            "graphml" => Self::GraphMl,
            "dot" => Self::Dot,
            "cytoscape" => Self::Cytoscape,
            _ => {
                return Err(ParseError {
                    what: "output format",
                    value: text.to_owned(),
                    expected: "json, ocsf, ecs, navigator, graphml, dot or cytoscape".to_owned(),
                });
            }
        })
    }
}

/// How to write alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ExportOptions {
    /// The version of OCSF that findings conform to.
    pub ocsf_version: OcsfVersion,
    /// Whether each alert is written once only, in its last state. OCSF says that a finding that
    /// is closed is no longer to be alerted on, which would hide an alert that nobody saw open.
    pub once: bool,
}

impl ExportOptions {
    /// Sets [`ocsf_version`](Self::ocsf_version).
    #[must_use]
    pub const fn with_ocsf_version(mut self, ocsf_version: OcsfVersion) -> Self {
        self.ocsf_version = ocsf_version;
        self
    }

    /// Sets [`once`](Self::once).
    #[must_use]
    pub const fn with_once(mut self, once: bool) -> Self {
        self.once = once;
        self
    }
}

/// Writes alerts: one line each, or one document over all of them, as the format has it.
///
/// Give each alert in one state, its last: the documents and graphs count what they are given.
///
/// ```
/// use sidestep_formats::{ExportFormat, ExportOptions, write_alerts};
///
/// let mut layer = Vec::new();
/// write_alerts(&mut layer, &[], ExportFormat::Navigator, &ExportOptions::default())?;
/// assert!(layer.starts_with(b"{"));
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// What `out` gives.
pub fn write_alerts(
    out: &mut impl Write,
    alerts: &[Alert],
    format: ExportFormat,
    options: &ExportOptions,
) -> io::Result<()> {
    match format {
        ExportFormat::Json => alerts.iter().try_for_each(|alert| write_alert(out, alert)),
        ExportFormat::Ocsf => {
            alerts.iter().try_for_each(|alert| write_line(out, &ocsf::finding(alert, options)))
        }
        ExportFormat::Ecs => {
            alerts.iter().try_for_each(|alert| write_line(out, &ecs::document(alert)))
        }
        ExportFormat::Navigator => write_line(out, &navigator::layer(alerts)),
        ExportFormat::GraphMl => {
            graph::movements(graphml::GraphMl::new(out, graph::MOVEMENT_KEYS)?, alerts)
        }
        ExportFormat::Dot => graph::movements(dot::Dot::new(out, "sidestep")?, alerts),
        ExportFormat::Cytoscape => graph::movements(cytoscape::Cytoscape::new(out), alerts),
    }
}

/// Writes a login graph, as [`Engine::login_graph`](sidestep::Engine::login_graph) gives it.
///
/// # Errors
/// What `out` gives; [`io::ErrorKind::InvalidInput`] where the format holds no graph: those that
/// do are GraphML, DOT and Cytoscape.
pub fn write_graph(
    out: &mut impl Write,
    logins: &LoginGraph,
    format: ExportFormat,
) -> io::Result<()> {
    match format {
        ExportFormat::GraphMl => {
            graph::logins(graphml::GraphMl::new(out, graph::LOGIN_KEYS)?, logins)
        }
        ExportFormat::Dot => graph::logins(dot::Dot::new(out, "logins")?, logins),
        ExportFormat::Cytoscape => graph::logins(cytoscape::Cytoscape::new(out), logins),
        ExportFormat::Json | ExportFormat::Ocsf | ExportFormat::Ecs | ExportFormat::Navigator => {
            Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a login graph is written as graphml, dot or cytoscape",
            ))
        }
    }
}

fn write_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}
