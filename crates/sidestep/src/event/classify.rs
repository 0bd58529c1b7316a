//! What an event means to the engine: a login, local activity, or nothing that moves. Asked once, by
//! `score` and by `process`.

use crate::event::{AccountKind, Activity, AuthEvent, LogonType, Outcome};

/// What an event means to the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventRole {
    /// An account went from one host to another.
    Login,
    /// A controller gave out a ticket for another host: a login if that host reports none itself.
    Ticket,
    /// An account was active on a host.
    LocalActivity,
    /// An account sat down at a host's keyboard.
    InteractiveLogon,
    /// Nothing that moves.
    Nothing,
}

/// What an event means that came from `source`, and from another host than it went to if `remote`.
pub(crate) fn role_of<'h>(
    event: &AuthEvent<'_>,
    source: impl FnOnce() -> Option<&'h [u8]>,
    remote: bool,
) -> EventRole {
    let account = event.account();
    let at_home = account.kind == AccountKind::Machine && own_host(&account.name, source());
    if is_idle(event) || at_home {
        return EventRole::Nothing;
    }
    meaning(event.activity(), event.outcome(), remote, is_interactive(event.logon_type()))
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

fn meaning(activity: Activity, outcome: Outcome, remote: bool, by_hand: bool) -> EventRole {
    match activity {
        Activity::Logon if remote => EventRole::Login,
        Activity::Logon if by_hand && outcome != Outcome::Failure => EventRole::InteractiveLogon,
        Activity::ServiceTicket if remote => EventRole::Ticket,
        Activity::Logon
        | Activity::TicketGrantingTicket
        | Activity::ServiceTicket
        | Activity::SessionReconnect
            if outcome != Outcome::Failure =>
        {
            EventRole::LocalActivity
        }
        _ => EventRole::Nothing,
    }
}

/// Whether a logon of this type, if local, is made at the keyboard.
pub(crate) const fn is_interactive(logon_type: LogonType) -> bool {
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
fn own_host(account: &str, host: Option<&[u8]>) -> bool {
    let Some(host) = host else { return true };
    let name = account.strip_suffix('$').unwrap_or(account).as_bytes();
    host.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
        && matches!(host.get(name.len()), None | Some(b'.'))
}

/// Whether sshd let somebody in, or refused him.
pub(crate) fn is_by_sshd(event: &AuthEvent<'_>) -> bool {
    event.logon_process().is_some_and(|name| name.eq_ignore_ascii_case("sshd"))
}
