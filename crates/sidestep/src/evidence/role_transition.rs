//! A step from one kind of host to another that is seldom taken.

use super::{Context, Evidence, nats};
use crate::baseline::role_words;

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "role_transition", weight: 0.5, cap: 8.0, surprise, words };

/// For two hosts that never met, `-ln` of the share of such first meetings between kinds of host
/// that meet at most as often. After Powell, "Role-based lateral movement detection" (2022):
/// the role of the source tells the role of the destination.
fn surprise(context: &Context<'_>) -> f64 {
    if context.source_destination.days > 0 {
        return 0.0;
    }
    nats(context.baseline.p_transition(context.source.profile, context.destination.profile))
}

fn words(context: &Context<'_>) -> (String, String) {
    let (from, to) = (role_words(context.source.profile), role_words(context.destination.profile));
    (
        format!("from {from} to {to}"),
        format!(
            "{:.1} % of first meetings are at most as common",
            100.0
                * context
                    .baseline
                    .p_transition(context.source.profile, context.destination.profile)
        ),
    )
}
