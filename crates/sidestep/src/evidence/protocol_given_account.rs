//! An account logs on in a way that it does not log on in: NTLM where it uses Kerberos.

use super::{Context, Evidence, nats, usual_protocol};
use crate::login::protocol_words;
use crate::tuning::evidence::PROTOCOL_GIVEN_ACCOUNT;

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "protocol_given_account", weight: PROTOCOL_GIVEN_ACCOUNT, surprise, words };

/// `-ln P(protocol and logon type | account)`.
pub(super) fn surprise(context: &Context<'_>) -> f64 {
    let counts = &context.account.profile.protocols;
    nats(counts.predictive(context.protocol, &context.baseline.protocols))
}

fn words(context: &Context<'_>) -> (String, String) {
    (
        format!("{} used {}", context.account.name, protocol_words(context.protocol)),
        usual_protocol(&context.account.profile.protocols),
    )
}
