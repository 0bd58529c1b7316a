//! What is never innocent, or makes an odd login damning: one file for each detection that analysts
//! know by name.
//!
//! A rule sees events and finds things; how telling a finding is, is for [`frequency`] to say, from
//! how often the same account and this network do the like. Thresholds of the kind "more than thirty
//! hosts in five minutes" have no place here.

mod arrivals;
pub(crate) mod attack;
mod attempt;
mod burst;
mod callers;
mod detection;
pub(crate) mod frequency;
mod habit;
pub(crate) mod kind;
mod layer;
mod paths;
pub(crate) mod policy;
mod recent;
pub(crate) mod seen;

#[cfg(test)]
pub(crate) mod testing;

mod account_enumeration;
mod admin_share;
mod asrep_roast;
mod cloud_session;
mod coerced_authentication;
mod credential_spread;
mod dcom_wmi;
mod dcsync;
mod desktop_sweep;
mod dormant_account;
mod explicit_credentials;
mod forged_ticket;
mod group_escalation;
mod guessing_then_success;
mod host_sweep;
mod kerberoast;
mod kerberos_client;
mod keyless_ntlm;
mod lateral_tool_transfer;
mod machine_name;
mod mfa_gap;
mod new_account_use;
mod overpass_the_hash;
mod pass_the_hash;
mod pass_the_ticket;
mod password_guessing;
mod password_spray;
mod pipe_escalation;
mod rdp;
mod rdp_tunnel;
mod remote_exploit;
mod remote_task;
mod service_install;
mod session_takeover;
mod share_sweep;
mod ssh;
mod ssh_hijacking;
mod vnc;
mod winrm;

pub use detection::{Detection, Need, Role};
pub use layer::detections;
pub(crate) use layer::{Rules, SavedRules, techniques_of};
pub(crate) use pass_the_ticket::LIFETIME as TICKET_LIFETIME;
pub(crate) use recent::Recent;
