//! A host is logged on to in a way that it is not logged on to in.

use super::{Context, Evidence, nats, usual_protocol};
use crate::login::protocol_words;
use crate::tuning::evidence::PROTOCOL_GIVEN_DST;

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "protocol_given_dst", weight: PROTOCOL_GIVEN_DST, surprise, words };

/// `-ln P(protocol and logon type | destination)`.
fn surprise(context: &Context<'_>) -> f64 {
    let counts = &context.destination.profile.protocols;
    nats(counts.predictive(context.protocol, &context.baseline.protocols))
}

fn words(context: &Context<'_>) -> (String, String) {
    (
        format!(
            "{} was logged on to by {}",
            context.destination.name,
            protocol_words(context.protocol)
        ),
        usual_protocol(&context.destination.profile.protocols),
    )
}
