//! Finds lateral movement (MITRE ATT&CK TA0008) in authentication logs.

mod alert;
mod config;
mod engine;
mod error;
pub mod event;
mod metrics;

pub use alert::{
    Alert, AlertState, Contribution, CredentialSwitch, Hop, Origin, Score, Severity, Technique,
};
pub use config::{Config, ConfigBuilder, WarmUp};
pub use engine::{Engine, Status};
pub use error::{ConfigError, SnapshotError};
pub use event::{
    Account, AccountKind, Activity, AuthEvent, AuthEventBuilder, AuthProtocol, EventError, Host,
    HostActivity, HostActivityKind, LogonType, Mfa, Outcome, TicketEncryption, Timestamp,
};
pub use metrics::Metrics;
