//! A host is reached from a machine that does not reach it.

use super::{Context, Evidence, draw, expected_news, seen};

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "src_given_dst", weight: 0.5, cap: 14.0, surprise, words };

/// `-ln P(source | destination)`.
fn surprise(context: &Context<'_>) -> f64 {
    draw(
        &context.destination.profile.sources,
        &context.baseline.populations.host_sources,
        context.source_destination.days,
    )
}

fn words(context: &Context<'_>) -> (String, String) {
    let (from, to) = (context.source.name, context.destination.name);
    (
        format!("{to} was reached from {from} {}", seen(context.source_destination.days)),
        expected_news(
            &context.destination.profile.sources,
            &context.baseline.populations.host_sources,
            "source",
        ),
    )
}
