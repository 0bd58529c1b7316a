//! An account is used on a machine that it does not belong to.

use super::{Context, Evidence, nats};
use crate::baseline::Explanation;
use crate::tuning::evidence::CREDENTIAL_SWITCH;

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "credential_switch", weight: CREDENTIAL_SWITCH, surprise, words };

/// For an account new to the source, `-ln` of the share of such cases that were explained in this
/// way: seen at the keyboard, came over the network, goes together with
/// somebody who is there, a new machine, or nothing.
fn surprise(context: &Context<'_>) -> f64 {
    if context.sat_down || context.account_source > 0.0 {
        return 0.0;
    }
    nats(context.baseline.explanations.share(context.why_source.explanation as usize))
}

fn words(context: &Context<'_>) -> (String, String) {
    let (user, host) = (context.account.name, context.source.name);
    let other = context.why_source.other.and_then(|id| context.baseline.accounts.name_of(id));
    let observed = match (context.why_source.explanation, other) {
        (Explanation::Unexplained, Some(owner)) => {
            format!("{user} was used on {host}, which is {owner}'s, without having come there")
        }
        (Explanation::Unexplained, None) => {
            format!("{user} was used on {host} without having come there")
        }
        (Explanation::Companion, Some(other)) => {
            format!("{user} was used on {host} as it is where {other} works")
        }
        (Explanation::AtKeyboard, _) => format!("{user} was used on {host}, having sat there"),
        (Explanation::NewHost, _) => format!("{user} was used on {host}, a new machine"),
        (Explanation::OnceCameOver, _) => {
            format!("{user} was used on {host}, where it came before but not lately")
        }
        (Explanation::CameOver | Explanation::Companion, _) => {
            format!("{user} was used on {host}, having come there")
        }
    };
    let share = context.baseline.explanations.share(context.why_source.explanation as usize);
    (observed, format!("so it is in {:.0} % of first uses", 100.0 * share))
}
