//! One named reason why a login is suspicious, as the engine keeps it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// What one kind of evidence, or one detection, says of a login.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Reason {
    /// Name of the evidence, or id of the detection.
    pub(crate) name: Cow<'static, str>,
    /// Whether a detection says it, and not the statistics of logins.
    pub(crate) of_rule: bool,
    /// Nats.
    pub(crate) surprise: f64,
    pub(crate) observed: String,
    pub(crate) expected: String,
}

/// What a detection found of a login, in nats.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RuleEvidence {
    pub(crate) reason: Reason,
    /// What is left of its nats once they are held to how often the network has the like.
    pub(crate) held: f64,
}

impl Reason {
    /// Of a detection, with so many nats and no words, for tests.
    #[cfg(test)]
    pub(crate) fn of_test(name: &'static str, surprise: f64) -> Self {
        let name = Cow::Borrowed(name);
        Self { name, of_rule: true, surprise, observed: String::new(), expected: String::new() }
    }
}
