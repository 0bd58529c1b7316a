//! Alerts in the Elastic Common Schema. What ECS has no field for stands under `sidestep`, as ECS
//! asks of a product's own fields.

use std::net::IpAddr;

use serde::Serialize;
use sidestep::alert::{Alert, AlertState, CredentialSwitch, Hop, Severity};

use super::attack::{self, Place};
use super::json::Shown;
use super::names::{address, distinct, hosts, split_account, users};
use sidestep::Timestamp;

/// The version of ECS that the fields were checked with.
const ECS_VERSION: &str = "9.4.0";

#[derive(Serialize)]
pub(super) struct Document<'a> {
    #[serde(rename = "@timestamp")]
    timestamp: Timestamp,
    message: &'a str,
    tags: [&'static str; 1],
    labels: Labels,
    ecs: Version,
    event: Event<'a>,
    observer: Observer,
    rule: Rule,
    threat: Threat,
    user: User<'a>,
    source: End<'a>,
    /// Only where the movement has one target: of several, none is the destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<End<'a>>,
    related: Related<'a>,
    sidestep: Own<'a>,
}

#[derive(Serialize)]
struct Labels {
    severity: Shown<Severity>,
    state: Shown<AlertState>,
}

#[derive(Serialize)]
struct Version {
    version: &'static str,
}

#[derive(Serialize)]
struct Event<'a> {
    kind: &'static str,
    category: [&'static str; 1],
    #[serde(rename = "type")]
    types: [&'static str; 1],
    action: &'static str,
    id: &'a str,
    module: &'static str,
    dataset: &'static str,
    provider: &'static str,
    severity: u8,
    risk_score: f64,
    risk_score_norm: f64,
    reason: &'a str,
    start: Timestamp,
    end: Timestamp,
}

#[derive(Serialize)]
struct Observer {
    vendor: &'static str,
    product: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Rule {
    id: &'static str,
    name: &'static str,
    description: &'static str,
    category: &'static str,
    ruleset: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Threat {
    framework: &'static str,
    tactic: Entries,
    technique: Techniques,
}

/// ECS holds one array a field, in the same order.
#[derive(Serialize, Default)]
struct Entries {
    id: Vec<&'static str>,
    name: Vec<&'static str>,
    reference: Vec<String>,
}

#[derive(Serialize)]
struct Techniques {
    #[serde(flatten)]
    entries: Entries,
    #[serde(skip_serializing_if = "Option::is_none")]
    subtechnique: Option<Entries>,
}

#[derive(Serialize)]
struct User<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<&'a str>,
}

#[derive(Serialize)]
struct End<'a> {
    address: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    domain: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ip: Option<IpAddr>,
    user: User<'a>,
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hosts: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ip: Vec<IpAddr>,
    user: Vec<&'a str>,
}

#[derive(Serialize)]
struct Own<'a> {
    score: f64,
    surprise: f64,
    p_value: f64,
    pivots: &'a [String],
    targets: &'a [String],
    credential_switches: &'a [CredentialSwitch],
    hops: &'a [Hop],
}

/// The alert as one document.
pub(super) fn document(alert: &Alert) -> Document<'_> {
    let origin = user(&alert.origin.user);
    Document {
        timestamp: alert.detected_at,
        message: &alert.summary,
        tags: ["lateral-movement"],
        labels: Labels { severity: Shown(alert.severity), state: Shown(alert.state) },
        ecs: Version { version: ECS_VERSION },
        event: event(alert),
        observer: Observer {
            vendor: "sidestep",
            product: "sidestep",
            kind: "ids",
            version: env!("CARGO_PKG_VERSION"),
        },
        rule: Rule {
            id: "sidestep.movement",
            name: "Lateral movement",
            description: "Logins that surprise and lead to one another",
            category: "Lateral Movement",
            ruleset: "sidestep",
            version: env!("CARGO_PKG_VERSION"),
        },
        threat: threat(alert),
        user: origin,
        source: end(&alert.origin.host, &alert.origin.user),
        destination: destination(alert),
        related: Related {
            hosts: hosts(alert).into_iter().filter(|host| address(host).is_none()).collect(),
            ip: hosts(alert).into_iter().filter_map(address).collect(),
            user: distinct(users(alert).into_iter().map(|user| split_account(user).0)),
        },
        sidestep: Own {
            score: alert.score,
            surprise: alert.surprise,
            p_value: alert.p_value,
            pivots: &alert.pivots,
            targets: &alert.targets,
            credential_switches: &alert.credential_switches,
            hops: &alert.hops,
        },
    }
}

fn event(alert: &Alert) -> Event<'_> {
    Event {
        kind: "alert",
        category: ["intrusion_detection"],
        types: ["info"],
        action: "lateral-movement-detected",
        id: &alert.id,
        module: "sidestep",
        dataset: "sidestep.alert",
        provider: "sidestep",
        severity: match alert.severity {
            Severity::Medium => 2,
            Severity::High => 3,
            Severity::Critical => 4,
            _ => 1,
        },
        risk_score: alert.surprise,
        risk_score_norm: 100.0 * alert.score,
        reason: &alert.summary,
        start: alert.first_seen,
        end: alert.last_seen,
    }
}

fn user(account: &str) -> User<'_> {
    let (name, domain) = split_account(account);
    User { name, domain }
}

fn end<'a>(host: &'a str, account: &'a str) -> End<'a> {
    let ip = address(host);
    End { address: host, domain: ip.is_none().then_some(host), ip, user: user(account) }
}

fn destination(alert: &Alert) -> Option<End<'_>> {
    let [target] = alert.targets.as_slice() else { return None };
    let last = alert.hops.iter().rev().find(|hop| hop.dst_host == *target)?;
    Some(end(target, &last.user))
}

fn threat(alert: &Alert) -> Threat {
    let (mut tactic, mut technique, mut sub) = <(Entries, Entries, Entries)>::default();
    for &found in &alert.techniques {
        let Place { tactic: its, technique: id, name, sub_technique } = attack::place(found);
        if let Some(its) = its {
            tactic.push(its.id, its.name, attack::tactic_url(its.id));
        }
        technique.push(id, name.unwrap_or(id), attack::technique_url(id));
        if let Some(found) = sub_technique {
            sub.push(found.id, found.name, attack::technique_url(found.id));
        }
    }
    Threat {
        framework: "MITRE ATT&CK",
        tactic,
        technique: Techniques {
            entries: technique,
            subtechnique: (!sub.id.is_empty()).then_some(sub),
        },
    }
}

impl Entries {
    fn push(&mut self, id: &'static str, name: &'static str, reference: String) {
        if !self.id.contains(&id) {
            self.id.push(id);
            self.name.push(name);
            self.reference.push(reference);
        }
    }
}
