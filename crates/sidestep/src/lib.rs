//! Finds lateral movement (MITRE ATT&CK TA0008) in authentication logs.
//!
//! An attacker with a foothold moves from host to host with stolen accounts, and looks like a user all
//! the while. This library learns what is normal for every account, host and login, scores what is not,
//! links suspicious logins into paths, and raises alerts up to a daily budget that you set, each with its
//! reasons. It does no I/O, has no threads, reads no clock, and holds its memory within the bounds of its
//! settings. Readers of logs are in the crate `sidestep-formats`; the command `sidestep` is in
//! `sidestep-cli`.
//!
//! # A detector
//!
//! ```
//! use std::time::Duration;
//!
//! use sidestep::event::{Account, AuthEvent, AuthProtocol, Host, LogonType, Outcome};
//! use sidestep::{Config, Engine, Timestamp};
//!
//! /// A logon over the network, as your parser may give it.
//! fn logon<'a>(time: Timestamp, user: &'a str, from: &'a str, to: &'a str) -> AuthEvent<'a> {
//!     AuthEvent::builder(time, Account::parse(user))
//!         .src_host(Host::named(from))
//!         .dst_host(Host::named(to))
//!         .logon_type(LogonType::Network)
//!         .auth_protocol(AuthProtocol::Kerberos)
//!         .outcome(Outcome::Success)
//!         .build()
//!         .expect("it has a time, an account and hosts")
//! }
//!
//! const HOUR: Duration = Duration::from_secs(3600);
//! let monday: Timestamp = "2026-03-02T08:00:00Z".parse()?;
//!
//! // Twenty people use the file server and a server of their department, three weeks long.
//! let names: Vec<[String; 3]> = (0..20)
//!     .map(|n| [format!("user{n}@CORP"), format!("WS-{n}"), format!("DEPT-{}", n % 4)])
//!     .collect();
//! let mut engine = Engine::new(Config::builder().alerts_per_day(3.0).build()?);
//! for day in 0..21 {
//!     for [user, workstation, department] in &names {
//!         let morning = monday + HOUR * 24 * day;
//!         engine.learn(&logon(morning, user, workstation, "FILES"));
//!         engine.learn(&logon(morning + HOUR, user, workstation, department));
//!     }
//! }
//!
//! // On the 22nd day somebody goes from WS-3 to WS-7, and on to a server as its user.
//! let later = monday + HOUR * 24 * 21;
//! let usual = logon(later, "user3@CORP", "WS-3", "FILES");
//! let first = logon(later + HOUR, "user3@CORP", "WS-3", "WS-7");
//! let second = logon(later + 2 * HOUR, "user7@CORP", "WS-7", "DEPT-0");
//!
//! assert!(engine.score(&first).surprise > engine.score(&usual).surprise);
//! let mut alerts = engine.process_all([&usual, &first, &second]);
//! alerts.extend(engine.finish());
//! for alert in &alerts {
//!     println!("{}: {}", alert.severity, alert.summary);
//!     for reason in alert.hops.iter().flat_map(|hop| &hop.evidence) {
//!         println!("  {:.1} nats: {} ({})", reason.surprise, reason.observed, reason.expected);
//!     }
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`learn`](Engine::learn) takes history in and raises nothing. [`score`](Engine::score) judges an event and
//! changes nothing. [`process`](Engine::process) judges, then learns, and returns alerts: one is
//! [`Opened`](alert::AlertState::Opened) when its movement is strong enough, `Updated` while it grows, and
//! `Closed` once, with the last state. [`LatestAlerts`](alert::LatestAlerts) keeps the last state of each.
//!
//! # What you get
//!
//! - **Scores** in nats, the sum of named evidence: [`alert::EVIDENCE`] lists the names, a
//!   [`Score`](alert::Score) has the words, a [`ScoreVector`](alert::ScoreVector) the numbers only.
//! - **Alerts** on movements and not on logins: [`alert::Alert`] with hops, reasons, ATT&CK techniques,
//!   changes of credentials, and how rare the like is on this network.
//! - **Detections** by name, such as pass the hash, DCSync or remote services: [`detection::detections`].
//!   They also work without history, on a capture of minutes. [`detection::Policy`] changes their weights
//!   and says what is allowed.
//! - **Names**: a host or account under many names and addresses is one. See [`Engine::aliases_of_host`].
//! - **State**: [`Engine::save_to`] and [`Engine::load_from`] carry an engine over to the next day. A state
//!   is checked when it is loaded: crafted bytes are an error, never a panic. [`Engine::forget_account`] and
//!   [`Engine::forget_host`] take somebody out of it.
//! - **Counts**: [`Metrics`] says what was taken in, passed over, late, evicted and raised, so that nothing
//!   is lost in silence. [`Engine::held_back`] lists what detections found and no alert shows.
//! - **Coverage** of multi-factor authentication, from what logons show: [`mfa::MfaCoverage`].
//!
//! The same events give the same alerts, whatever calls they are split into and on every machine.
//!
//! # Events
//!
//! An [`event::AuthEvent`] is somebody who authenticated; an [`event::HostActivity`] is what a host did, such
//! as a service that was installed, and helps detections. Both borrow their text. Events should come in
//! order of time. One that is late by less than [`lateness_minutes`](ConfigBuilder::lateness_minutes) is
//! taken as it comes; [`event::Reorder`] puts events in order before. One more than a week ahead of the
//! newest is set aside until the stream follows it, so that a clock that is set wrong makes nobody late.
//!
//! # What it does not do
//!
//! - It raises few alerts in its first week or two without history, and by detections alone: give it
//!   history with `learn` if you have some, and set [`WarmUp`] if you know better.
//! - An attacker who uses only logins that somebody makes every day stays unseen.
//! - It does not read files or sockets, and is not `async`: there is nothing to wait for. Keep one engine
//!   in a thread, or behind a lock; [`Engine`] is `Send` and `Sync`.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `petgraph` | yes | [`Engine::login_graph`] and [`Alert::graph`](alert::Alert::graph), as graphs of petgraph |
//! | `serde` | no | every public type is serialisable; settings and events are read through their checks |
//! | `jiff` | no | [`Timestamp`] converts to and from `jiff::Timestamp` |

#![cfg_attr(docsrs, feature(doc_cfg))]

mod ahead;
pub mod alert;
mod alerting;
mod attack;
mod attribution;
mod baseline;
mod config;
mod engine;
mod error;
pub mod event;
mod evidence;
mod fading;
mod forget;
#[cfg(feature = "petgraph")]
pub mod graph;
mod identity;
mod judge;
mod learning;
mod login;
mod merge;
mod metrics;
pub mod mfa;
mod movement;
mod pipeline;
mod reason;
mod rules;
mod score;
mod sessions;
mod snapshot;
mod store;
mod time;
mod tuning;

pub use config::{Config, ConfigBuilder, WarmUp};
pub use engine::{Engine, Status};
pub use error::{ConfigError, MergeError, SnapshotError};
pub use event::timestamp::{Timestamp, TimestampError};
pub use identity::Alias;
pub use merge::Merger;
pub use metrics::{MemoryUse, Metrics};
pub use snapshot::SnapshotFacts;

/// Named detections, and what a user changes about them.
pub mod detection {
    pub use crate::rules::policy::{Allow, Policy, Subnet};
    pub use crate::rules::{Detection, Need, Role, detections};
}

/// The example of the README is compiled with the doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
