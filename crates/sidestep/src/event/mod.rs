//! What the engine is told: authentication events and companion host activity.
//!
//! The vocabulary is that of OCSF's Authentication class (3002) where OCSF has a word.

mod account;
mod activity;
mod auth;
mod builder;
mod host;
mod vocabulary;

pub use account::{Account, AccountKind};
pub use activity::{HostActivity, HostActivityBuilder, HostActivityKind};
pub use auth::AuthEvent;
pub use builder::{AuthEventBuilder, EventError};
pub use host::Host;
pub use vocabulary::{
    Activity, AuthProtocol, LogonType, Mfa, Outcome, TicketEncryption, Timestamp,
};
