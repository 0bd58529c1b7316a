//! Finds lateral movement (MITRE ATT&CK TA0008) in authentication logs.

mod alert;
mod baseline;
mod by_detections;
mod config;
mod detect;
mod engine;
mod error;
pub mod event;
mod evidence;
mod held_back;
mod identity;
mod intake;
mod intern;
mod last_states;
mod login;
mod metrics;
mod movement;
mod parties;
mod posture;
mod prove;
mod reorder;
mod rules;
mod score;
mod snapshot;
mod time;

pub use alert::{
    Alert, AlertState, Contribution, CredentialSwitch, Hop, Origin, Score, ScoreVector, Severity,
    Technique,
};
pub use config::{Config, ConfigBuilder, WarmUp};
pub use engine::{Engine, Status};
pub use error::{ConfigError, SnapshotError};
pub use event::{
    Account, AccountKind, Activity, AuthEvent, AuthEventBuilder, AuthProtocol, Event, EventError,
    Host, HostActivity, HostActivityBuilder, HostActivityKind, LogonType, Mfa, Outcome, OwnedEvent,
    TicketEncryption, Timestamp,
};
pub use evidence::EVIDENCE;
pub use held_back::HeldBack;
pub use identity::Alias;
pub use last_states::LastStates;
pub use metrics::Metrics;
pub use movement::{LoginEdge, LoginGraph, MovementGraph};
/// The graph library whose types [`LoginGraph`] and [`MovementGraph`] are.
pub use petgraph;
pub use posture::{FactorCounts, FactorPosture, UnguardedStep, ValuedHost};
pub use reorder::Reorder;
pub use rules::policy::{Allow, Policy, Subnet};
pub use rules::{Detection, Need, Role, detections};
