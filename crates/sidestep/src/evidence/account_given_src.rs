//! A machine is used by an account that does not use it.

use super::{Context, Evidence, draw, expected_news, seen};

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "account_given_src", weight: 0.75, cap: 14.0, surprise, words };

/// `-ln P(account | source)`.
fn surprise(context: &Context<'_>) -> f64 {
    draw(
        &context.source.profile.accounts_from,
        &context.baseline.populations.accounts_from,
        context.account_source.days,
    )
}

fn words(context: &Context<'_>) -> (String, String) {
    let (user, host) = (context.account.name, context.source.name);
    (
        format!("{host} was used by {user} {}", seen(context.account_source.days)),
        expected_news(
            &context.source.profile.accounts_from,
            &context.baseline.populations.accounts_from,
            "account",
        ),
    )
}
