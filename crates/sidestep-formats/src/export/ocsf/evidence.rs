//! What a finding rests on: the logins, their reasons, and the hosts and accounts concerned.

use std::net::IpAddr;

use serde::Serialize;
use sidestep::alert::{Alert, Contribution, Hop};

use super::super::names::{Role, address, distinct, hosts, split_account, users};
use super::OcsfVersion;
use sidestep::Timestamp;

#[derive(Serialize)]
pub(super) struct Evidence<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<&'static str>,
    actor: Actor<'a>,
    src_endpoint: Endpoint<'a>,
    dst_endpoint: Endpoint<'a>,
    connection_info: ConnectionInfo,
    data: HopData<'a>,
}

/// What OCSF has no field for in a login.
#[derive(Serialize)]
pub(super) struct HopData<'a> {
    time: Timestamp,
    outcome: &'static str,
    auth_protocol: &'static str,
    logon_type: &'static str,
    surprise: f64,
    parent: Option<usize>,
    #[serde(rename = "evidence", skip_serializing_if = "Option::is_none")]
    reasons: Option<&'a [Contribution]>,
}

impl From<&Hop> for HopData<'_> {
    fn from(hop: &Hop) -> Self {
        Self {
            time: hop.time,
            outcome: hop.outcome.caption(),
            auth_protocol: hop.auth_protocol.caption(),
            logon_type: hop.logon_type.caption(),
            surprise: hop.surprise,
            parent: hop.parent,
            reasons: None,
        }
    }
}

#[derive(Serialize)]
struct Actor<'a> {
    user: User<'a>,
}

#[derive(Serialize)]
struct User<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<&'a str>,
}

#[derive(Serialize)]
struct Endpoint<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
}

#[derive(Serialize)]
struct ConnectionInfo {
    direction_id: u32,
    direction: &'static str,
}

#[derive(Serialize)]
pub(super) struct AnomalyAnalysis<'a> {
    analysis_targets: [AnalysisTarget<'a>; 3],
    anomalies: Vec<Observed<'a>>,
    baselines: Vec<Observed<'a>>,
}

#[derive(Serialize)]
struct AnalysisTarget<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
}

/// An anomaly, or the baseline that it departs from.
#[derive(Serialize)]
struct Observed<'a> {
    observation_parameter: &'a str,
    observation_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    observed_pattern: Option<String>,
    observations: [Observation<'a>; 1],
}

#[derive(Serialize)]
struct Observation<'a> {
    value: &'a str,
}

#[derive(Serialize)]
pub(super) struct Resource<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    hostname: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<IpAddr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_id: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<&'static str>,
}

#[derive(Serialize)]
pub(super) struct Observable<'a> {
    name: &'static str,
    type_id: u32,
    #[serde(rename = "type")]
    kind: &'static str,
    value: &'a str,
}

/// A host's name as a field of its kind. 1.1.0 takes only DNS names for a hostname.
fn endpoint(host: &str, version: OcsfVersion) -> Endpoint<'_> {
    let ip = address(host);
    let is_hostname = ip.is_none() && (version != OcsfVersion::V1_1 || is_dns_name(host));
    Endpoint {
        hostname: is_hostname.then_some(host),
        ip,
        name: (ip.is_none() && !is_hostname).then_some(host),
    }
}

/// Labels of letters, digits and inner hyphens.
fn is_dns_name(host: &str) -> bool {
    host.split('.').all(|label| {
        let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty()
            && label.bytes().all(is_inner)
            && !label.starts_with('-')
            && !label.ends_with('-')
    })
}

/// One evidence a hop.
pub(super) fn evidences(alert: &Alert, version: OcsfVersion) -> Vec<Evidence<'_>> {
    let is_new = version.is_new();
    let evidence = |(at, hop)| {
        let hop: &Hop = hop;
        let (name, domain) = split_account(&hop.user);
        // In later versions the reasons stand in the anomaly analyses.
        let reasons = (!is_new).then_some(hop.evidence.as_slice());
        Evidence {
            uid: is_new.then(|| format!("hop-{at}")),
            verdict_id: is_new.then_some(4),
            verdict: is_new.then_some("Suspicious"),
            actor: Actor { user: User { name, domain } },
            src_endpoint: endpoint(&hop.src_host, version),
            dst_endpoint: endpoint(&hop.dst_host, version),
            connection_info: ConnectionInfo { direction_id: 3, direction: "Lateral" },
            data: HopData { reasons, ..HopData::from(hop) },
        }
    };
    alert.hops.iter().enumerate().map(evidence).collect()
}

/// What was seen and what was expected, for each hop that has reasons.
pub(super) fn anomalies(alert: &Alert) -> Vec<AnomalyAnalysis<'_>> {
    alert.hops.iter().filter(|hop| !hop.evidence.is_empty()).map(analysis).collect()
}

fn analysis(hop: &Hop) -> AnomalyAnalysis<'_> {
    let target = |name, kind| AnalysisTarget { name, kind };
    AnomalyAnalysis {
        analysis_targets: [
            target(&hop.user, "User"),
            target(&hop.src_host, "Source Host"),
            target(&hop.dst_host, "Destination Host"),
        ],
        anomalies: hop
            .evidence
            .iter()
            .map(|reason| Observed {
                observed_pattern: Some(format!("{:.2} nats of surprise", reason.surprise)),
                ..Observed::of(reason, &reason.observed)
            })
            .collect(),
        baselines: hop.evidence.iter().map(|r| Observed::of(r, &r.expected)).collect(),
    }
}

impl<'a> Observed<'a> {
    fn of(reason: &'a Contribution, value: &'a str) -> Self {
        Self {
            observation_parameter: &reason.name,
            observation_type: "Association Analysis",
            observed_pattern: None,
            observations: [Observation { value }],
        }
    }
}

/// The hosts and accounts concerned. Roles came after 1.1.0.
pub(super) fn resources(alert: &Alert, version: OcsfVersion) -> Vec<Resource<'_>> {
    let is_new = version.is_new();
    let host = |name| {
        let (role_id, role) = match Role::of(alert, name) {
            Role::Origin | Role::Source => (2, "Actor"),
            Role::Pivot => (3, "Affected"),
            Role::Target => (1, "Target"),
        };
        let Endpoint { hostname, ip, .. } = endpoint(name, version);
        Resource {
            name,
            kind: "Host",
            hostname: hostname.filter(|_| is_new),
            ip: ip.filter(|_| is_new),
            role_id: is_new.then_some(role_id),
            role: is_new.then_some(role),
        }
    };
    let user = |name| Resource {
        name,
        kind: "Account",
        hostname: None,
        ip: None,
        role_id: is_new.then_some(3),
        role: is_new.then_some("Affected"),
    };
    hosts(alert).into_iter().map(host).chain(users(alert).into_iter().map(user)).collect()
}

/// What a hunter searches other logs for.
pub(super) fn observables(alert: &Alert, version: OcsfVersion) -> Vec<Observable<'_>> {
    let reached = |host: &str| alert.hops.iter().any(|hop| hop.dst_host == host);
    let host = |value| {
        let side = |src, dst| if reached(value) { dst } else { src };
        let (name, type_id, kind) = match endpoint(value, version) {
            Endpoint { ip: Some(_), .. } => (
                side("evidences[].src_endpoint.ip", "evidences[].dst_endpoint.ip"),
                2,
                "IP Address",
            ),
            Endpoint { hostname: Some(_), .. } => (
                side("evidences[].src_endpoint.hostname", "evidences[].dst_endpoint.hostname"),
                1,
                "Hostname",
            ),
            // A name that is none of the kinds there are.
            Endpoint { .. } => {
                (side("evidences[].src_endpoint.name", "evidences[].dst_endpoint.name"), 99, "Name")
            }
        };
        Observable { name, type_id, kind, value }
    };
    let user = |value| Observable {
        name: "evidences[].actor.user.name",
        type_id: 4,
        kind: "User Name",
        value,
    };
    let names = distinct(users(alert).into_iter().map(|account| split_account(account).0));
    hosts(alert).into_iter().map(host).chain(names.into_iter().map(user)).collect()
}
