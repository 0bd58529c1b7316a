//! A machine is used by an account that does not use it.

use super::{Context, Evidence, nats, usual};
use crate::tuning::evidence::ACCOUNT_GIVEN_SRC;

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "account_given_src", weight: ACCOUNT_GIVEN_SRC, surprise, words };

/// `-ln P(account | source)`, with an even base measure.
fn surprise(context: &Context<'_>) -> f64 {
    if context.sat_down {
        return 0.0;
    }
    let base = context.baseline.base_of_account();
    nats(context.source.profile.accounts_from.predictive(
        context.account_source,
        base,
        &context.baseline.fade,
    ))
}

fn words(context: &Context<'_>) -> (String, String) {
    let (a, b) = (context.account.name, context.source.name);
    let observed = if context.account_source > 0.0 {
        format!("{b} was seldom used by {a} before")
    } else {
        format!("{b} had never been used by {a}")
    };
    (observed, usual(&context.source.profile.accounts_from, "account", &context.baseline.fade))
}
