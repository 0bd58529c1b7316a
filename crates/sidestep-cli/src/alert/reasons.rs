//! The reasons of an alert, in words.

use sidestep::alert::{Alert, Contribution};

/// Reasons shown.
const SHOWN: usize = 3;

/// The strongest evidence of the movement in words, each kind once.
pub(crate) fn of(alert: &Alert) -> Vec<String> {
    strongest(alert.hops.iter().flat_map(|hop| &hop.evidence)).into_iter().map(words).collect()
}

fn strongest<'c>(all: impl Iterator<Item = &'c Contribution>) -> Vec<&'c Contribution> {
    let mut all: Vec<&Contribution> = all.filter(|c| c.surprise > 0.0).collect();
    // Stable, so that among equals the earlier hop is shown.
    all.sort_by(|a, b| b.surprise.total_cmp(&a.surprise));
    let mut shown: Vec<&Contribution> = Vec::new();
    for contribution in all {
        if shown.len() < SHOWN && shown.iter().all(|s| s.name != contribution.name) {
            shown.push(contribution);
        }
    }
    shown
}

fn words(contribution: &Contribution) -> String {
    let name = contribution.name.replace('_', " ");
    match (contribution.observed.as_str(), contribution.expected.as_str()) {
        ("", "") => name,
        ("", expected) => format!("{name}: {expected}"),
        (observed, "") => observed.to_owned(),
        (observed, expected) => format!("{observed} ({expected})"),
    }
}
