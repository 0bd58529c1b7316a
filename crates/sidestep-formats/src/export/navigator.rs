//! A layer of the MITRE ATT&CK Navigator, version 4.5 of the layer format.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use sidestep::alert::Alert;

use super::attack;

/// The Navigator that layers are written for; those of today take layers of 5.0.0 and newer without a warning.
const NAVIGATOR: &str = "5.2.0";
/// Ids that a comment lists at most.
const LISTED: usize = 50;
/// Colours of few and of many alerts.
const COLORS: [&str; 2] = ["#ffe9c9", "#d7301f"];

#[derive(Serialize)]
pub(super) struct Layer {
    name: &'static str,
    versions: Versions,
    domain: &'static str,
    description: String,
    sorting: u8,
    layout: Layout,
    #[serde(rename = "hideDisabled")]
    hide_disabled: bool,
    techniques: Vec<Scored>,
    gradient: Gradient,
    #[serde(rename = "legendItems")]
    legend_items: Vec<LegendItem>,
    metadata: Vec<Pair>,
}

#[derive(Serialize)]
struct Versions {
    attack: &'static str,
    navigator: &'static str,
    layer: &'static str,
}

#[derive(Serialize)]
struct Layout {
    layout: &'static str,
    #[serde(rename = "showID")]
    show_id: bool,
    #[serde(rename = "showName")]
    show_name: bool,
}

#[derive(Serialize)]
struct Scored {
    #[serde(rename = "techniqueID")]
    technique_id: String,
    /// Without it the score shows under every tactic of the technique.
    #[serde(skip_serializing_if = "Option::is_none")]
    tactic: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<usize>,
    comment: String,
    enabled: bool,
    metadata: Vec<Pair>,
    links: Vec<Link>,
    #[serde(rename = "showSubtechniques")]
    show_subtechniques: bool,
}

#[derive(Serialize)]
struct Pair {
    name: &'static str,
    value: String,
}

#[derive(Serialize)]
struct Link {
    label: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Gradient {
    colors: [&'static str; 2],
    #[serde(rename = "minValue")]
    min_value: usize,
    #[serde(rename = "maxValue")]
    max_value: usize,
}

#[derive(Serialize)]
struct LegendItem {
    label: String,
    color: &'static str,
}

/// What the alerts say of one technique.
struct Found<'a> {
    tactic: Option<&'static str>,
    ids: BTreeSet<&'a str>,
    highest: f64,
}

/// The layer over all alerts: a technique's score is the number of alerts that fit it.
pub(super) fn layer(alerts: &[Alert]) -> Layer {
    let mut found: BTreeMap<&str, Found<'_>> = BTreeMap::new();
    let mut opened: BTreeSet<&str> = BTreeSet::new();
    for alert in alerts {
        for &technique in &alert.techniques {
            let place = attack::place(technique);
            let tactic = place.tactic.map(|tactic| tactic.slug);
            let blank = || Found { tactic, ids: BTreeSet::new(), highest: 0.0 };
            let entry = found.entry(technique.id).or_insert_with(blank);
            entry.ids.insert(&alert.id);
            entry.highest = entry.highest.max(alert.score);
            if place.sub_technique.is_some() {
                // A parent must be there to be shown open, whether or not an alert fits it.
                found.entry(place.technique).or_insert_with(blank);
                opened.insert(place.technique);
            }
        }
    }
    let most = found.values().map(|found| found.ids.len()).max().unwrap_or(0).max(1);
    let all: BTreeSet<&str> = alerts.iter().map(|alert| alert.id.as_str()).collect();
    let span = alerts
        .iter()
        .map(|alert| (alert.first_seen, alert.last_seen))
        .reduce(|(first, last), (f, l)| (first.min(f), last.max(l)));
    Layer {
        name: "Lateral movement found by sidestep",
        versions: Versions { attack: attack::VERSION, navigator: NAVIGATOR, layer: "4.5" },
        domain: "enterprise-attack",
        description: format!("Techniques that {} fit", counted(all.len())),
        sorting: 3,
        layout: Layout { layout: "side", show_id: true, show_name: true },
        hide_disabled: false,
        techniques: found
            .iter()
            .map(|(id, found)| scored(id, found, opened.contains(id)))
            .collect(),
        gradient: Gradient { colors: COLORS, min_value: 0, max_value: most },
        legend_items: vec![
            LegendItem { label: "no alert".to_owned(), color: COLORS[0] },
            LegendItem { label: counted(most), color: COLORS[1] },
        ],
        metadata: span
            .into_iter()
            .flat_map(|(first, last)| [("first seen", first), ("last seen", last)])
            .map(|(name, time)| Pair { name, value: time.to_string() })
            .collect(),
    }
}

fn scored(id: &str, found: &Found<'_>, show_subtechniques: bool) -> Scored {
    let count = found.ids.len();
    let highest = || Pair { name: "highest score", value: format!("{:.2}", found.highest) };
    Scored {
        technique_id: id.to_owned(),
        tactic: found.tactic,
        score: (count > 0).then_some(count),
        comment: listed(&found.ids),
        enabled: true,
        metadata: (count > 0).then(highest).into_iter().collect(),
        links: vec![Link { label: "ATT&CK", url: attack::technique_url(id) }],
        show_subtechniques,
    }
}

/// The ids of the alerts, as many as anybody reads.
fn listed(ids: &BTreeSet<&str>) -> String {
    let shown: Vec<&str> = ids.iter().take(LISTED).copied().collect();
    let text = shown.join(", ");
    match (ids.len(), ids.len() - shown.len()) {
        (0, _) => String::new(),
        (_, 0) => format!("Alerts: {text}"),
        (_, more) => format!("Alerts: {text} and {more} more"),
    }
}

fn counted(alerts: usize) -> String {
    format!("{alerts} alert{}", if alerts == 1 { "" } else { "s" })
}
