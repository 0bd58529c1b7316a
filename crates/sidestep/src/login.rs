//! A login in the engine's own terms: symbols instead of names.

use crate::event::{AuthProtocol, LogonType};
use crate::store::{Id, Place, Slot};
use crate::time::Micros;

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

/// Where what is known of a login stands, looked up once to judge it and to learn it; `None` for what is new.
/// It holds until something is learned.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LoginPlaces {
    pub(crate) edge: Option<Place>,
    pub(crate) account_destination: Option<Place>,
    pub(crate) account_source: Option<Place>,
    pub(crate) source_destination: Option<Place>,
}

/// A remote login in symbols.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Login {
    /// Ids of account, source and destination.
    pub(crate) key: [Id; 3],
    pub(crate) time: Micros,
    /// Slots of account, source and destination.
    pub(crate) account: Slot,
    pub(crate) source: Slot,
    pub(crate) destination: Slot,
    pub(crate) protocol: u8,
    pub(crate) failed: bool,
    pub(crate) places: LoginPlaces,
}
