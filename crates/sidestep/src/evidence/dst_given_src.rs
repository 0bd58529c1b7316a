//! A machine reaches a host that it does not reach.

use super::{Context, Evidence, draw, expected_news, seen};

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "dst_given_src", weight: 0.5, cap: 14.0, surprise, words };

/// `-ln P(destination | source)`.
fn surprise(context: &Context<'_>) -> f64 {
    draw(
        &context.source.profile.destinations,
        &context.baseline.populations.host_destinations,
        context.source_destination.days,
    )
}

fn words(context: &Context<'_>) -> (String, String) {
    let (from, to) = (context.source.name, context.destination.name);
    (
        format!("{from} reached {to} {}", seen(context.source_destination.days)),
        expected_news(
            &context.source.profile.destinations,
            &context.baseline.populations.host_destinations,
            "destination",
        ),
    )
}
