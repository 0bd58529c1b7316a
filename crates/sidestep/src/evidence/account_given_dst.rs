//! A host is visited by an account that does not visit it.

use super::{Context, Evidence, draw, expected_news, seen};

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "account_given_dst", weight: 0.5, cap: 14.0, surprise, words };

/// `-ln P(account | destination)`.
fn surprise(context: &Context<'_>) -> f64 {
    draw(
        &context.destination.profile.accounts_to,
        &context.baseline.populations.accounts_to,
        context.account_destination.days,
    )
}

fn words(context: &Context<'_>) -> (String, String) {
    let (user, host) = (context.account.name, context.destination.name);
    (
        format!("{host} was visited by {user} {}", seen(context.account_destination.days)),
        expected_news(
            &context.destination.profile.accounts_to,
            &context.baseline.populations.accounts_to,
            "visitor",
        ),
    )
}
