//! An account is used at an hour at which it is not used.

use super::{Context, Evidence, nats};
use crate::time::hour_of;
use crate::tuning::evidence::UNUSUAL_HOUR;

/// Weak: everybody works late once.
pub(super) const EVIDENCE: Evidence =
    Evidence { name: "unusual_hour", weight: UNUSUAL_HOUR, surprise, words };

/// `-ln` of the account's share of logins in this hour of the day and those beside it.
fn surprise(context: &Context<'_>) -> f64 {
    nats(context.account.profile.hours.share(context.time))
}

fn words(context: &Context<'_>) -> (String, String) {
    let share = 100.0 * context.account.profile.hours.share(context.time);
    let hour = hour_of(context.time);
    (
        format!("{} was used at {hour:02} h UTC", context.account.name),
        format!("{share:.0} % of its logins are of that hour or those beside it"),
    )
}
