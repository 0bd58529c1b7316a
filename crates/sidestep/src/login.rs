//! An event in the engine's own terms: symbols instead of names.

use std::borrow::Cow;

use crate::event::classify::{EventRole, role_of};
use crate::event::{AuthEvent, AuthProtocol, LogonType, Timestamp};
use crate::identity::{AccountName, Identity};
use crate::store::NameParts;

/// Classes of protocol and logon type: four of each.
pub(crate) const PROTOCOLS: usize = 16;

/// The class of a protocol and logon type together; a number below [`PROTOCOLS`].
pub(crate) fn protocol_class(protocol: AuthProtocol, logon_type: LogonType) -> u8 {
    let protocol = match protocol {
        AuthProtocol::Kerberos => 0,
        AuthProtocol::Ntlm | AuthProtocol::MsV1 => 1,
        AuthProtocol::Negotiate => 2,
        _ => 3,
    };
    let logon_type = match logon_type {
        LogonType::Network => 0,
        LogonType::RemoteInteractive
        | LogonType::CachedRemoteInteractive
        | LogonType::Interactive
        | LogonType::CachedInteractive
        | LogonType::Unlock
        | LogonType::CachedUnlock => 1,
        LogonType::NewCredentials | LogonType::NetworkCleartext => 2,
        _ => 3,
    };
    protocol * 4 + logon_type
}

/// Whether a login of this class is what a service ticket was asked for: one by Kerberos, or one of
/// which the log does not say by what. A sensor that reads NTLM sees nothing of Kerberos but the
/// tickets.
pub(crate) const fn may_use_ticket(class: u8) -> bool {
    matches!(class, 0..=3 | 12)
}

/// A protocol class in words.
pub(crate) fn protocol_words(class: u8) -> String {
    let protocol =
        ["Kerberos", "NTLM", "Negotiate", "another protocol"][usize::from(class / 4) % 4];
    let logon_type =
        ["network", "interactive", "explicit-credential", "other"][usize::from(class % 4)];
    format!("{protocol}, {logon_type} logon")
}

/// The hosts of an event and what it means, each thing by its one name.
pub(crate) struct Reading<'e> {
    pub(crate) meaning: EventRole,
    pub(crate) account: AccountName<'e>,
    pub(crate) source: Option<Cow<'e, str>>,
    pub(crate) destination: Option<Cow<'e, str>>,
}

/// A host's name as a roster takes it.
pub(crate) fn host_parts(name: Option<&str>) -> NameParts<'_> {
    NameParts { name: name.unwrap_or_default(), domain: None }
}

/// Reads an event. A login that stays on its own host is a presence; a machine account on its
/// own host, a well-known or an anonymous account is nothing that moves.
///
/// `other_source` is where the event is known to have come from, should the event itself not say, or
/// not be believed.
pub(crate) fn read<'e>(
    event: &'e AuthEvent<'_>,
    identity: &'e Identity,
    other_source: Option<&'e str>,
) -> Reading<'e> {
    let account = event.account();
    let source = match other_source {
        Some(source) => Some(Cow::Borrowed(source)),
        None => identity.host(event.src_host(), event.time()),
    };
    let destination = identity.host(event.dst_host(), event.time());
    let remote = match (&source, &destination) {
        (Some(source), Some(destination)) => !source.eq_ignore_ascii_case(destination),
        _ => false,
    };
    let meaning = role_of(event, source.as_deref(), remote);
    Reading { meaning, account: identity.account(account), source, destination }
}

/// A remote login in symbols.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(crate) struct Login {
    pub(crate) time: Timestamp,
    /// Slots of account, source and destination in their rosters.
    pub(crate) account: u32,
    pub(crate) source: u32,
    pub(crate) destination: u32,
    pub(crate) protocol: u8,
    pub(crate) failed: bool,
}
