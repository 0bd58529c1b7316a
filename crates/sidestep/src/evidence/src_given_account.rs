//! An account is used from where it is not used.

use super::{Context, Evidence, draw, expected_news, nats, seen};

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "src_given_account", weight: 1.0, cap: 14.0, surprise, words };

/// `-ln P(new | account)`, and for a new source `-ln` of its p-value among the new sources that
/// accounts came to by themselves.
fn surprise(context: &Context<'_>) -> f64 {
    let days = context.account_source.days;
    let news =
        draw(&context.account.profile.sources, &context.baseline.populations.account_sources, days);
    if days > 0 {
        return news;
    }
    let (account, host) = (context.account.profile, context.source.profile);
    news + nats(context.baseline.p_new_source(account, host))
}

fn words(context: &Context<'_>) -> (String, String) {
    let (user, host) = (context.account.name, context.source.name);
    (
        format!("{user} was used from {host} {}", seen(context.account_source.days)),
        expected_news(
            &context.account.profile.sources,
            &context.baseline.populations.account_sources,
            "source",
        ),
    )
}
