//! A machine reaches a host that it does not reach.

use super::{Context, Evidence, nats, usual};
use crate::tuning::evidence::DST_GIVEN_SRC;

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "dst_given_src", weight: DST_GIVEN_SRC, surprise, words };

/// `-ln P(destination | source)`, with a base measure of the destination's popularity.
fn surprise(context: &Context<'_>) -> f64 {
    let base = context.baseline.base_of_destination(context.destination.profile);
    nats(context.source.profile.destinations.predictive(
        context.source_destination,
        base,
        &context.baseline.fade,
    ))
}

fn words(context: &Context<'_>) -> (String, String) {
    let (a, b) = (context.source.name, context.destination.name);
    let observed = if context.source_destination > 0.0 {
        format!("{a} seldom reached {b} before")
    } else {
        format!("{a} had never reached {b}")
    };
    (observed, usual(&context.source.profile.destinations, "destination", &context.baseline.fade))
}
