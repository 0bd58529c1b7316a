//! An account logs on in a way that it does not log on in: NTLM where it uses Kerberos.

use super::{Context, Evidence, nats};
use crate::login::protocol_words;

pub(super) const EVIDENCE: Evidence =
    Evidence { name: "protocol_given_account", weight: 0.75, cap: 6.0, surprise, words };

/// Draws of the network's own distribution that stand in for what is not known.
const PRIOR: f64 = 2.0;

/// `-ln P(protocol and logon type | account)`.
fn surprise(context: &Context<'_>) -> f64 {
    let counts = &context.account.profile.protocols;
    nats(counts.predictive(context.protocol, &context.baseline.protocols, PRIOR))
}

fn words(context: &Context<'_>) -> (String, String) {
    let usual = context.account.profile.protocols.usual().map_or_else(
        || "nothing known of it yet".to_owned(),
        |class| format!("usually {}", protocol_words(class)),
    );
    (format!("{} used {}", context.account.name, protocol_words(context.protocol)), usual)
}
