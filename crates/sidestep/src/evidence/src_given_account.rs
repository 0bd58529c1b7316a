//! An account is used from where it is not used.

use super::{Context, Evidence, nats, usual};
use crate::tuning::evidence::SRC_GIVEN_ACCOUNT;

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "src_given_account", weight: SRC_GIVEN_ACCOUNT, surprise, words };

/// `-ln P(source | account)`, with a base measure of how many use the source.
fn surprise(context: &Context<'_>) -> f64 {
    if context.sat_down {
        return 0.0;
    }
    let base = context.baseline.base_of_source(context.source.profile);
    nats(context.account.profile.sources.predictive(
        context.account_source,
        base,
        &context.baseline.fade,
    ))
}

fn words(context: &Context<'_>) -> (String, String) {
    let (a, b) = (context.account.name, context.source.name);
    let observed = if context.account_source > 0.0 {
        format!("{a} was seldom used from {b} before")
    } else {
        format!("{a} had never been used from {b}")
    };
    (observed, usual(&context.account.profile.sources, "source", &context.baseline.fade))
}
