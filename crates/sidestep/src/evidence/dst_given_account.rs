//! An account goes where it does not go: new to it, and not where the likes of it go.

use super::{Context, Evidence, draw, expected_news, nats, seen};

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "dst_given_account", weight: 1.0, cap: 14.0, surprise, words };

/// `-ln P(new | account)`, and for a new destination `-ln` of its p-value among the new
/// destinations that accounts came to by themselves.
fn surprise(context: &Context<'_>) -> f64 {
    let days = context.account_destination.days;
    let news = draw(
        &context.account.profile.destinations,
        &context.baseline.populations.account_destinations,
        days,
    );
    if days > 0 {
        return news;
    }
    let (account, host) = (context.account.profile, context.destination.profile);
    news + nats(context.baseline.p_new_destination(account, host))
}

fn words(context: &Context<'_>) -> (String, String) {
    let (user, host) = (context.account.name, context.destination.name);
    (
        format!("{user} logged on to {host} {}", seen(context.account_destination.days)),
        expected_news(
            &context.account.profile.destinations,
            &context.baseline.populations.account_destinations,
            "destination",
        ),
    )
}
