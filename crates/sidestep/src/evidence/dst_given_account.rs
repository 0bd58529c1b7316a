//! An account goes where it does not go.

use super::{Context, Evidence, nats, usual};
use crate::tuning::evidence::DST_GIVEN_ACCOUNT;

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "dst_given_account", weight: DST_GIVEN_ACCOUNT, surprise, words };

/// `-ln P(destination | account)`, with a base measure of the destination's popularity.
fn surprise(context: &Context<'_>) -> f64 {
    let base = context.baseline.base_of_destination(context.destination.profile);
    nats(context.account.profile.destinations.predictive(
        context.account_destination,
        base,
        &context.baseline.fade,
    ))
}

fn words(context: &Context<'_>) -> (String, String) {
    let (a, b) = (context.account.name, context.destination.name);
    let observed = if context.account_destination > 0.0 {
        format!("{a} seldom logged on to {b} before")
    } else {
        format!("{a} had never logged on to {b}")
    };
    (observed, usual(&context.account.profile.destinations, "destination", &context.baseline.fade))
}
