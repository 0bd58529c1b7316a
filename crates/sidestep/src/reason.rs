//! One named reason why a login is suspicious, as the engine keeps it.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use crate::alert::Contribution;
use crate::evidence::EVIDENCE;
use crate::rules::detections;

/// What one kind of evidence, or one detection, says of a login.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Reason {
    /// Name of the evidence, or id of the detection.
    pub(crate) name: &'static str,
    /// Nats.
    pub(crate) surprise: f64,
    pub(crate) observed: String,
    pub(crate) expected: String,
}

impl Reason {
    /// Whether a detection says it, and not the statistics of logins.
    pub(crate) fn is_rule(&self) -> bool {
        !EVIDENCE.contains(&self.name)
    }

    /// Of so many nats and no words, for tests.
    #[cfg(test)]
    pub(crate) fn of_test(name: &'static str, surprise: f64) -> Self {
        Self { name, surprise, observed: String::new(), expected: String::new() }
    }
}

impl From<Reason> for Contribution {
    fn from(reason: Reason) -> Self {
        let Reason { name, surprise, observed, expected } = reason;
        Self { name: name.into(), surprise, observed, expected }
    }
}

/// The same as it is read from a saved state.
#[derive(Deserialize)]
struct SavedReason {
    name: String,
    surprise: f64,
    observed: String,
    expected: String,
}

impl<'de> Deserialize<'de> for Reason {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let SavedReason { name, surprise, observed, expected } =
            SavedReason::deserialize(deserializer)?;
        let rules = detections().iter().map(|detection| detection.id);
        let name = EVIDENCE.iter().copied().chain(rules).find(|known| *known == name).ok_or_else(
            || D::Error::custom(format!("no evidence and no detection is called {name}")),
        )?;
        Ok(Self { name, surprise, observed, expected })
    }
}
