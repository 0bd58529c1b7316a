//! A host is visited by an account that does not visit it.

use super::{Context, Evidence, nats, usual};
use crate::tuning::evidence::ACCOUNT_GIVEN_DST;

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "account_given_dst", weight: ACCOUNT_GIVEN_DST, surprise, words };

/// `-ln P(account | destination)`, with an even base measure.
fn surprise(context: &Context<'_>) -> f64 {
    let base = context.baseline.base_of_account();
    nats(context.destination.profile.accounts_to.predictive(
        context.account_destination,
        base,
        &context.baseline.fade,
    ))
}

fn words(context: &Context<'_>) -> (String, String) {
    let (a, b) = (context.account.name, context.destination.name);
    let observed = if context.account_destination > 0.0 {
        format!("{b} was seldom visited by {a} before")
    } else {
        format!("{b} had never been visited by {a}")
    };
    (observed, usual(&context.destination.profile.accounts_to, "visitor", &context.baseline.fade))
}
