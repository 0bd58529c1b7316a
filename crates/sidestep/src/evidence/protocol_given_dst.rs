//! A host is logged on to in a way that it is not logged on to in.

use super::{Context, Evidence, nats};
use crate::login::protocol_words;

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "protocol_given_dst", weight: 0.75, cap: 6.0, surprise, words };

/// Draws of the network's own distribution that stand in for what is not known.
const PRIOR: f64 = 2.0;

/// `-ln P(protocol and logon type | destination)`.
fn surprise(context: &Context<'_>) -> f64 {
    let counts = &context.destination.profile.protocols;
    nats(counts.predictive(context.protocol, &context.baseline.protocols, PRIOR))
}

fn words(context: &Context<'_>) -> (String, String) {
    let usual = context.destination.profile.protocols.usual().map_or_else(
        || "nothing known of it yet".to_owned(),
        |class| format!("usually {}", protocol_words(class)),
    );
    (
        format!(
            "{} was logged on to by {}",
            context.destination.name,
            protocol_words(context.protocol)
        ),
        usual,
    )
}
