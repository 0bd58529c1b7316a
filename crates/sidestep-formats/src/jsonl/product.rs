//! Logs of products that have a shape of their own, known by the names in them.

use std::ops::ControlFlow;

use super::tape::{Node, Tape};
use super::{
    Taken, defender, entra_portal, github, google, kubernetes, okta, osquery, suricata, teleport,
    vault,
};
use crate::record_sink::RecordSink;

/// Whose record it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    Defender,
    EntraPortal,
    GitHub,
    GoogleCloud,
    GoogleReports,
    Kubernetes,
    KubernetesOfAzure,
    Okta,
    Osquery,
    Suricata,
    Teleport,
    Vault,
}

impl Product {
    const ALL: [Self; 12] = [
        Self::Defender,
        Self::EntraPortal,
        Self::GitHub,
        Self::GoogleCloud,
        Self::GoogleReports,
        Self::Kubernetes,
        Self::KubernetesOfAzure,
        Self::Okta,
        Self::Osquery,
        Self::Suricata,
        Self::Teleport,
        Self::Vault,
    ];

    /// Bits of the products that have a name in every record.
    fn of_name(name: &str) -> u16 {
        let of = |products: &[Self]| products.iter().fold(0, |bits, one| bits | one.bit());
        // Asked for most names of every record, so that their length is compared first.
        match name.len() {
            4 if name == "code" => of(&[Self::Teleport]),
            5 if name == "items" => of(&[Self::GoogleReports]),
            6 if name == "action" => of(&[Self::GitHub]),
            6 if name == "events" => of(&[Self::GoogleReports]),
            7 => match name {
                "Results" | "results" => of(&[Self::Defender]),
                "request" => of(&[Self::Vault]),
                _ => 0,
            },
            9 if name == "published" => of(&[Self::Okta]),
            10 => match name {
                "ActionType" => of(&[Self::Defender]),
                "Date (UTC)" => of(&[Self::EntraPortal]),
                "apiVersion" => of(&[Self::Kubernetes]),
                "event_type" => of(&[Self::Suricata]),
                _ => 0,
            },
            12 if name == "protoPayload" => of(&[Self::GoogleCloud]),
            12 if name == "request.path" => of(&[Self::Vault]),
            13 if name == "operationName" => of(&[Self::Defender, Self::KubernetesOfAzure]),
            14 if name == "hostIdentifier" => of(&[Self::Osquery]),
            18 if name == "id.applicationName" => of(&[Self::GoogleReports]),
            23 if name == "protoPayload.methodName" => of(&[Self::GoogleCloud]),
            _ => 0,
        }
    }

    const fn bit(self) -> u16 {
        1 << self as u16
    }

    /// Whether the record has what else such a record has: one name is not enough.
    fn is(self, root: Node<'_>) -> bool {
        let has = |path: &str| root.find(path).is_some();
        let word = |path: &str| root.word(path);
        match self {
            Self::Defender => {
                let category = word("category");
                category.is_some_and(|text| text.starts_with("AdvancedHunting-"))
                    || defender::rows(root).is_some()
                    || (has("ActionType")
                        && ["Timestamp", "TimeGenerated", "DeviceId", "ReportId"]
                            .into_iter()
                            .any(has))
            }
            Self::EntraPortal => has("Date (UTC)"),
            Self::GitHub => {
                word("action").is_some_and(|action| action.contains('.'))
                    && (has("_document_id")
                        || (has("actor")
                            && ["actor_ip", "actor_id", "created_at"].into_iter().any(has)))
            }
            Self::GoogleCloud => within(root, "protoPayload", "methodName"),
            Self::GoogleReports => {
                within(root, "id", "applicationName")
                    || word("kind") == Some("admin#reports#activities")
            }
            Self::Kubernetes => {
                word("apiVersion").is_some_and(|text| text.starts_with("audit.k8s.io/"))
            }
            Self::KubernetesOfAzure => {
                word("category").is_some_and(|text| text.starts_with("kube-audit"))
                    && within(root, "properties", "log")
            }
            Self::Okta => {
                has("eventType")
                    && ["actor", "actor.alternateId", "outcome", "outcome.result"]
                        .into_iter()
                        .any(has)
            }
            Self::Osquery => {
                has("name")
                    && ["columns", "snapshot", "diffResults", "unixTime"].into_iter().any(has)
            }
            Self::Suricata => {
                has("event_type")
                    && (["flow_id", "in_iface", "pcap_cnt", "stats"].into_iter().any(has)
                        || (has("src_ip") && has("dest_ip")))
            }
            Self::Teleport => {
                word("code").is_some_and(teleport::is_code) && has("event") && has("time")
            }
            Self::Vault => {
                matches!(word("type"), Some("request" | "response"))
                    && within(root, "request", "path")
                    && within(root, "request", "operation")
            }
        }
    }
}

/// Whether a part of a record holds a name, also where the part was exported as text or its path is
/// written as one name.
fn within(root: Node<'_>, part: &str, name: &str) -> bool {
    let node = root.get(part);
    if let Some(text) = node.and_then(Node::text) {
        return text.trim_start().starts_with('{') && text.contains(name);
    }
    match node {
        Some(node) => node.get(name).is_some(),
        None => root.children().any(|child| {
            let rest = child.name().strip_prefix(part).and_then(|rest| rest.strip_prefix('.'));
            rest == Some(name)
        }),
    }
}

/// Hands on each record of a list.
pub(super) fn each(
    list: Node<'_>,
    number: u64,
    sink: &mut RecordSink<'_>,
    take: impl Fn(Node<'_>, u64, &mut RecordSink<'_>) -> Taken,
) -> Taken {
    if list.children().next().is_none() {
        sink.pass_over("JSON list without records");
    }
    for record in list.children() {
        if take(record, number, sink)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// The products of whose names one was seen.
#[derive(Debug, Default)]
pub(super) struct Marks(u16);

impl Marks {
    /// Notes a name.
    #[inline]
    pub(super) fn note(&mut self, name: &str) {
        self.0 |= Product::of_name(name);
    }

    /// Whose record it is, if it is one of these.
    pub(super) fn product(&self, root: Node<'_>) -> Option<Product> {
        if self.0 == 0 {
            return None;
        }
        Product::ALL.into_iter().find(|product| self.0 & product.bit() != 0 && product.is(root))
    }
}

/// Hands on what a record tells.
pub(super) fn take(
    product: Product,
    root: Node<'_>,
    number: u64,
    sink: &mut RecordSink<'_>,
) -> Taken {
    let mut tape = Tape::default();
    let wanted = |name: &str| match product {
        // A row has texts that are long and not needed.
        Product::Defender => name == "properties",
        _ => true,
    };
    let root = if root.holds_json(wanted) { tape.open_texts(root, wanted) } else { root };
    match product {
        Product::Defender => defender::take(root, number, sink),
        Product::EntraPortal => entra_portal::take(root, number, sink),
        Product::GitHub => github::take(root, number, sink),
        Product::GoogleCloud => google::take_of_cloud(root, number, sink),
        Product::GoogleReports => google::take(root, number, sink),
        Product::Kubernetes => kubernetes::take(root, number, sink),
        Product::KubernetesOfAzure => kubernetes::take_of_azure(root, number, sink),
        Product::Okta => okta::take(root, number, sink),
        Product::Osquery => osquery::take(root, number, sink),
        Product::Suricata => suricata::take(root, number, sink),
        Product::Teleport => teleport::take(root, number, sink),
        Product::Vault => vault::take(root, number, sink),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_has_a_bit_and_a_name_of_its_own() {
        for (index, product) in Product::ALL.into_iter().enumerate() {
            assert_eq!(product as usize, index);
        }
        let names = [
            "code",
            "action",
            "events",
            "request",
            "published",
            "ActionType",
            "Date (UTC)",
            "apiVersion",
            "event_type",
            "protoPayload",
            "operationName",
            "hostIdentifier",
            "items",
            "results",
            "request.path",
            "id.applicationName",
            "protoPayload.methodName",
        ];
        let seen = names.iter().fold(0, |bits, name| {
            assert_ne!(Product::of_name(name), 0, "{name}");
            bits | Product::of_name(name)
        });
        assert_eq!(seen, (1 << Product::ALL.len()) - 1);
    }
}
