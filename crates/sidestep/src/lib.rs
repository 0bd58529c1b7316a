//! Finds lateral movement (MITRE ATT&CK TA0008) in authentication logs.

mod ahead;
mod alert;
mod alerting;
mod attribution;
mod baseline;
mod config;
mod engine;
mod error;
pub mod event;
mod evidence;
mod identity;
mod judge;
mod learning;
mod login;
mod metrics;
mod movement;
mod pipeline;
mod posture;
mod reason;
mod rules;
mod score;
mod sessions;
mod snapshot;
mod store;
mod time;
mod tuning;

pub use alert::{
    Alert, AlertState, Contribution, CredentialSwitch, Hop, Origin, Score, ScoreVector, Severity,
    Technique,
};
pub use alerting::held_back::HeldBack;
pub use alerting::latest::LatestAlerts as LastStates;
pub use config::{Config, ConfigBuilder, WarmUp};
pub use engine::{Engine, Status};
pub use error::{ConfigError, SnapshotError};
pub use event::reorder::Reorder;
pub use event::{
    Account, AccountKind, Activity, AuthEvent, AuthEventBuilder, AuthProtocol, Event, EventError,
    Host, HostActivity, HostActivityBuilder, HostActivityKind, LogonType, Mfa, Outcome, OwnedEvent,
    TicketEncryption, Timestamp,
};
pub use evidence::EVIDENCE;
pub use identity::Alias;
pub use metrics::Metrics;
pub use movement::{LoginEdge, LoginGraph, MovementGraph};
/// The graph library whose types [`LoginGraph`] and [`MovementGraph`] are.
pub use petgraph;
pub use posture::{FactorCounts, FactorPosture, UnguardedStep, ValuedHost};
pub use rules::policy::{Allow, Policy, Subnet};
pub use rules::{Detection, Need, Role, detections};
