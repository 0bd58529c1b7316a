//! A policy as it is written and read: whoever reads it checks it.

use serde::{Deserialize, Serialize};

use super::{Allow, Policy, Subnet};
use crate::error::ConfigError;
use crate::event::Timestamp;
use crate::time::Micros;

/// The saved form of [`Policy`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SavedPolicy {
    weights: Vec<(String, f64)>,
    allowed: Vec<SavedAllow>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SavedAllow {
    detection: Option<String>,
    account: Option<String>,
    host: Option<String>,
    subnet: Option<String>,
    until: Option<Micros>,
}

impl From<Policy> for SavedPolicy {
    fn from(policy: Policy) -> Self {
        let allowed = policy.allowed().iter().cloned().map(|allow| SavedAllow {
            detection: allow.detection,
            account: allow.account,
            host: allow.host,
            subnet: allow.subnet.map(|subnet| subnet.to_string()),
            until: allow.until.map(Timestamp::micros),
        });
        Self { allowed: allowed.collect(), weights: policy.weights().to_vec() }
    }
}

impl TryFrom<SavedPolicy> for Policy {
    type Error = ConfigError;

    fn try_from(saved: SavedPolicy) -> Result<Self, ConfigError> {
        let mut policy = Self::default();
        for (detection, weight) in saved.weights {
            policy = policy.with_weight(&detection, weight)?;
        }
        for allow in saved.allowed {
            policy = policy.with_allowed(Allow {
                detection: allow.detection,
                account: allow.account,
                host: allow.host,
                subnet: allow.subnet.map(|text| text.parse::<Subnet>()).transpose()?,
                until: allow.until.map(Timestamp::from_micros),
            })?;
        }
        Ok(policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(subnet: &str) -> SavedPolicy {
        let allow = SavedAllow { subnet: Some(subnet.to_owned()), ..SavedAllow::default() };
        SavedPolicy { allowed: vec![allow], ..SavedPolicy::default() }
    }

    #[test]
    fn a_policy_is_read_through_its_checks() {
        let weights = |detection: &str, weight| SavedPolicy {
            weights: vec![(detection.to_owned(), weight)],
            ..SavedPolicy::default()
        };
        assert!(Policy::try_from(weights("winrm", 2.0)).is_ok());
        assert!(Policy::try_from(weights("winrm", -1.0)).is_err());
        assert!(Policy::try_from(weights("no_such", 1.0)).is_err());
        assert!(Policy::try_from(allowed("10.1.0.0/16")).is_ok());
        assert!(Policy::try_from(allowed("10.1.0.0/33")).is_err());
        let nothing =
            SavedPolicy { allowed: vec![SavedAllow::default()], ..SavedPolicy::default() };
        assert!(Policy::try_from(nothing).is_err());
    }
}
