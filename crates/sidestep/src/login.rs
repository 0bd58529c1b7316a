//! An event in the engine's own terms: symbols instead of names.

use std::borrow::Cow;

use crate::event::{AccountKind, Activity, AuthEvent, AuthProtocol, LogonType, Outcome, Timestamp};
use crate::identity::{AccountName, Identity};
use crate::intern::NameParts;

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

/// What an event means to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// An account went from one host to another.
    Login,
    /// A controller gave out a ticket for another host: a login if that host reports none itself.
    Ticket,
    /// An account was active on a host.
    Presence,
    /// An account sat down at a host's keyboard.
    AtKeyboard,
    /// Nothing that moves.
    Nothing,
}

/// The hosts of an event and what it means, each thing by its one name.
pub(crate) struct Reading<'e> {
    pub(crate) meaning: Meaning,
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
    let meaning = meaning_of(event, source.as_deref(), remote);
    Reading { meaning, account: identity.account(account), source, destination }
}

/// What an event means that came from `source`, and from another host than it went to if `remote`.
pub(crate) fn meaning_of(event: &AuthEvent<'_>, source: Option<&str>, remote: bool) -> Meaning {
    let account = event.account();
    let at_home = account.kind == AccountKind::Machine && own_host(&account.name, source);
    if is_idle(event) || at_home {
        return Meaning::Nothing;
    }
    meaning(event.activity(), event.outcome(), remote, is_by_hand(event.logon_type()))
}

/// Whether an event means nothing, whatever its hosts are.
pub(crate) const fn is_idle(event: &AuthEvent<'_>) -> bool {
    matches!(event.account().kind, AccountKind::WellKnown | AccountKind::Anonymous)
        || !matches!(
            event.activity(),
            Activity::Logon
                | Activity::TicketGrantingTicket
                | Activity::ServiceTicket
                | Activity::SessionReconnect
        )
}

fn meaning(activity: Activity, outcome: Outcome, remote: bool, by_hand: bool) -> Meaning {
    match activity {
        Activity::Logon if remote => Meaning::Login,
        Activity::Logon if by_hand && outcome != Outcome::Failure => Meaning::AtKeyboard,
        Activity::ServiceTicket if remote => Meaning::Ticket,
        Activity::Logon
        | Activity::TicketGrantingTicket
        | Activity::ServiceTicket
        | Activity::SessionReconnect
            if outcome != Outcome::Failure =>
        {
            Meaning::Presence
        }
        _ => Meaning::Nothing,
    }
}

/// Whether a logon of this type, if local, is made at the keyboard.
pub(crate) const fn is_by_hand(logon_type: LogonType) -> bool {
    matches!(
        logon_type,
        LogonType::Interactive
            | LogonType::CachedInteractive
            | LogonType::Unlock
            | LogonType::CachedUnlock
    )
}

/// Whether a logon of this type opens a remote desktop.
pub(crate) const fn is_desktop(logon_type: LogonType) -> bool {
    matches!(logon_type, LogonType::RemoteInteractive | LogonType::CachedRemoteInteractive)
}

/// Whether a machine account is at home: `C17$` on `C17` or on `c17.corp.example`, or nowhere.
fn own_host(account: &str, host: Option<&str>) -> bool {
    let Some(host) = host else { return true };
    let name = account.strip_suffix('$').unwrap_or(account);
    host.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        && matches!(host.as_bytes().get(name.len()), None | Some(b'.'))
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
