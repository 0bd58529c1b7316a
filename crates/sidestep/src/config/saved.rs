//! Settings as they are written and read: whoever reads them checks them.

use serde::{Deserialize, Serialize};

use super::{Config, WarmUp};
use crate::error::ConfigError;
use crate::rules::policy::saved::SavedPolicy;

/// The saved form of [`Config`], field by field. What is missing has its default.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct SavedConfig {
    alerts_per_day: f64,
    warm_up: SavedWarmUp,
    lateness_minutes: u32,
    window_hours: u32,
    half_life_days: f64,
    quarantine_days: u32,
    resolve_names: bool,
    address_hours: u32,
    max_accounts: usize,
    max_hosts: usize,
    max_edges: usize,
    max_movements: usize,
    max_hops: usize,
    memory_limit: Option<usize>,
    policy: SavedPolicy,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SavedWarmUp {
    Auto,
    Days(u32),
    None,
}

impl Default for SavedConfig {
    fn default() -> Self {
        Config::default().into()
    }
}

impl From<Config> for SavedConfig {
    fn from(config: Config) -> Self {
        Self {
            alerts_per_day: config.alerts_per_day,
            warm_up: match config.warm_up {
                WarmUp::Auto => SavedWarmUp::Auto,
                WarmUp::Days(days) => SavedWarmUp::Days(days),
                WarmUp::None => SavedWarmUp::None,
            },
            lateness_minutes: config.lateness_minutes,
            window_hours: config.window_hours,
            half_life_days: config.half_life_days,
            quarantine_days: config.quarantine_days,
            resolve_names: config.resolve_names,
            address_hours: config.address_hours,
            max_accounts: config.max_accounts,
            max_hosts: config.max_hosts,
            max_edges: config.max_edges,
            max_movements: config.max_movements,
            max_hops: config.max_hops,
            memory_limit: config.memory_limit,
            policy: config.policy.into(),
        }
    }
}

impl TryFrom<SavedConfig> for Config {
    type Error = ConfigError;

    fn try_from(saved: SavedConfig) -> Result<Self, ConfigError> {
        Self {
            alerts_per_day: saved.alerts_per_day,
            warm_up: match saved.warm_up {
                SavedWarmUp::Auto => WarmUp::Auto,
                SavedWarmUp::Days(days) => WarmUp::Days(days),
                SavedWarmUp::None => WarmUp::None,
            },
            lateness_minutes: saved.lateness_minutes,
            window_hours: saved.window_hours,
            half_life_days: saved.half_life_days,
            quarantine_days: saved.quarantine_days,
            resolve_names: saved.resolve_names,
            address_hours: saved.address_hours,
            max_accounts: saved.max_accounts,
            max_hosts: saved.max_hosts,
            max_edges: saved.max_edges,
            max_movements: saved.max_movements,
            max_hops: saved.max_hops,
            memory_limit: saved.memory_limit,
            policy: saved.policy.try_into()?,
        }
        .validated()
    }
}

#[cfg(all(test, feature = "serde"))]
mod tests {
    use super::*;

    /// JSON is not at hand here; postcard reads any sequence of values.
    fn read(saved: &SavedConfig) -> Result<Config, postcard::Error> {
        postcard::from_bytes(&postcard::to_stdvec(saved)?)
    }

    #[test]
    fn settings_are_read_through_their_checks() {
        let saved = SavedConfig::default();
        assert_eq!(read(&saved), Ok(Config::default()));
        assert!(read(&SavedConfig { max_accounts: 0, ..saved.clone() }).is_err());
        assert!(read(&SavedConfig { alerts_per_day: -1.0, ..saved.clone() }).is_err());
        assert!(read(&SavedConfig { alerts_per_day: f64::NAN, ..saved.clone() }).is_err());
    }
}
