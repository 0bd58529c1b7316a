//! Logins and movements as graphs of hosts, to query and to export.

use std::collections::BTreeMap;

/// The graph library whose types [`LoginGraph`] and [`MovementGraph`] are.
pub use petgraph;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::alert::Alert;
use crate::baseline::Baseline;
use crate::time::Day;

/// What is known of logins of one account from one host to another.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoginEdge {
    /// The account, `name@domain`.
    pub account: String,
    /// Days on which such a login succeeded; 0 where all failed.
    pub days: u16,
    /// The last such day, in days since 1970-01-01.
    pub last_day: Day,
}

/// Hosts, and an edge for each (account, source, destination).
pub type LoginGraph = DiGraph<String, LoginEdge>;

/// Hosts of a movement, and an edge for each hop, which holds its index in the alert's hops.
pub type MovementGraph = DiGraph<String, usize>;

/// The login graph of a baseline, hosts and edges in the order in which they were learned.
pub(crate) fn login_graph(baseline: &Baseline) -> LoginGraph {
    let mut graph = LoginGraph::new();
    let nodes: BTreeMap<u32, NodeIndex> = baseline
        .hosts
        .entries()
        .map(|host| (host.id, graph.add_node(host.name.to_string())))
        .collect();
    for record in baseline.edges.records() {
        let [account, source, destination] = record.key;
        let Some(account) = baseline.accounts.name_of(account) else { continue };
        let (Some(&source), Some(&destination)) = (nodes.get(&source), nodes.get(&destination))
        else {
            continue;
        };
        let edge = LoginEdge {
            account: account.to_owned(),
            days: record.value.days,
            last_day: record.value.last_day().max(record.value.failed_day.saturating_sub(1)),
        };
        graph.add_edge(source, destination, edge);
    }
    graph
}

impl Alert {
    /// The movement as a graph of hosts and hops.
    #[must_use]
    pub fn graph(&self) -> MovementGraph {
        let mut graph = MovementGraph::new();
        let mut nodes: BTreeMap<&str, NodeIndex> = BTreeMap::new();
        for (at, hop) in self.hops.iter().enumerate() {
            let [source, destination] = [&hop.src_host, &hop.dst_host]
                .map(|host| *nodes.entry(host).or_insert_with(|| graph.add_node(host.clone())));
            graph.add_edge(source, destination, at);
        }
        graph
    }
}
