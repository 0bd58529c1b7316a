//! An account is active when it is not. Weak, and capped: people work late.

use super::{Context, Evidence, nats};

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "time_of_week", weight: 0.3, cap: 4.0, surprise, words };

/// `-ln` of the account's share of activity around this hour on this kind of day; only for a
/// login that is new in another way.
fn surprise(context: &Context<'_>) -> f64 {
    if context.account_destination.days > 0 && context.account_source.days > 0 {
        return 0.0;
    }
    nats(context.account.profile.week.p_value(context.time))
}

fn words(context: &Context<'_>) -> (String, String) {
    let share = context.account.profile.week.p_value(context.time);
    (
        format!("{} was active at an unusual hour", context.account.name),
        format!("{:.0} % of its activity is around this hour", 100.0 * share),
    )
}
