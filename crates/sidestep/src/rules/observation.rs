//! An event as rules see it.

use crate::event::{
    AccountKind, Activity, AuthEvent, Event, HostActivity, HostActivityKind, Mfa, Outcome,
};
use crate::store::{Id, TextRef};
use crate::time::Micros;

/// Classes of events, a bit each: a rule is only shown what it wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct EventClass(u32);

macro_rules! classes {
    ($($(#[$meta:meta])* $name:ident = $bit:literal;)+) => {
        impl EventClass { $($(#[$meta])* pub(crate) const $name: Self = Self(1 << $bit);)+ }
    };
}

classes! {
    /// Nothing.
    NONE = 31;
    /// A logon that succeeded, told by a log that numbers its events or sessions, or that tells of
    /// second factors.
    LOGON = 0;
    /// A logon from host to host that is not one of every day, whatever log told it. It comes after
    /// the same event as a [`EventClass::LOGON`].
    NEW_LOGIN = 1;
    /// A logon, a ticket or a check of a credential that failed.
    FAILURE = 2;
    /// A ticket-granting ticket.
    GRANTING_TICKET = 3;
    /// A service ticket.
    SERVICE_TICKET = 4;
    /// A credential that a controller checked for another host.
    VALIDATION = 5;
    /// Explicit credentials.
    EXPLICIT = 6;
    /// Special privileges.
    PRIVILEGES = 7;
    /// A session taken up again.
    RECONNECT = 8;
    SHARE = 9;
    FILE = 10;
    SERVICE = 11;
    TASK = 12;
    ACCOUNT_MADE = 13;
    ACCOUNT_CHANGED = 14;
    GROUP = 15;
    PROCESS = 16;
    CONNECTION = 17;
    PIPE = 18;
    REPLICATION = 19;
    /// A ticket-granting ticket that was renewed.
    RENEWAL = 20;
    /// A session that was left open.
    DISCONNECT = 21;
}

impl EventClass {
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether any of its bits is one of `self`'s.
    pub(crate) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The class of an event; none for what no rule is shown.
    pub(crate) fn of(event: Event<'_>) -> Option<Self> {
        match event {
            Event::Auth(event) => Self::of_auth(event),
            Event::Activity(activity) => Self::of_activity(activity),
        }
    }

    fn of_auth(event: &AuthEvent<'_>) -> Option<Self> {
        let numbered = event.event_code().is_some()
            || event.logon_id().is_some()
            || event.mfa() != Mfa::Unknown;
        Some(match (event.activity(), event.outcome()) {
            (
                Activity::Logon
                | Activity::TicketGrantingTicket
                | Activity::ServiceTicket
                | Activity::Preauthentication
                | Activity::CredentialValidation,
                Outcome::Failure,
            ) => Self::FAILURE,
            (Activity::Logon, _) if numbered => Self::LOGON,
            (Activity::TicketGrantingTicket, _) => Self::GRANTING_TICKET,
            (Activity::Renewal, _) => Self::RENEWAL,
            (Activity::ServiceTicket, _) => Self::SERVICE_TICKET,
            (Activity::CredentialValidation, _) => Self::VALIDATION,
            (Activity::AccountSwitch, _) => Self::EXPLICIT,
            (Activity::SpecialPrivileges, _) => Self::PRIVILEGES,
            (Activity::SessionReconnect, _) => Self::RECONNECT,
            (Activity::SessionDisconnect, _) => Self::DISCONNECT,
            _ => return None,
        })
    }

    fn of_activity(activity: &HostActivity<'_>) -> Option<Self> {
        Some(match activity.kind() {
            HostActivityKind::ShareAccess => Self::SHARE,
            HostActivityKind::FileTransfer => Self::FILE,
            HostActivityKind::ServiceInstall => Self::SERVICE,
            HostActivityKind::ScheduledTask => Self::TASK,
            HostActivityKind::AccountCreation => Self::ACCOUNT_MADE,
            HostActivityKind::AccountChange => Self::ACCOUNT_CHANGED,
            HostActivityKind::GroupMembership => Self::GROUP,
            HostActivityKind::ProcessStart => Self::PROCESS,
            HostActivityKind::NetworkConnection => Self::CONNECTION,
            HostActivityKind::NamedPipe => Self::PIPE,
            HostActivityKind::DirectoryReplication => Self::REPLICATION,
            HostActivityKind::AddressBinding => return None,
        })
    }
}

/// An account of an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AccountRef<'e> {
    pub(crate) id: Id,
    pub(crate) kind: AccountKind,
    pub(crate) text: TextRef<'e>,
}

impl<'e> AccountRef<'e> {
    /// `name@domain`.
    pub(crate) fn name(&self) -> &'e str {
        self.text.as_str()
    }

    /// Whether it is somebody, or something that somebody could be: no machine, not built in.
    pub(crate) const fn can_move(&self) -> bool {
        self.kind.can_move()
    }
}

/// The session in which the system itself works, on every Windows host.
pub(super) const SYSTEM_SESSION: u64 = 0x3e7;

/// A number to remember a name by, whatever its case (FNV-1a).
pub(super) fn mark_of(name: &[u8]) -> u64 {
    name.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Whether a service ticket is for a machine's own account, and none of a person or a program.
pub(super) fn is_for_machine(event: &AuthEvent<'_>) -> bool {
    event.logon_process() == Some("host")
}

/// The bytes of a name without its domain.
pub(super) fn bare_bytes(name: &[u8]) -> &[u8] {
    name.split(|byte| *byte == b'@').next().unwrap_or(name)
}

/// A name without its domain.
pub(super) fn bare(name: &str) -> &str {
    name.split_once('@').map_or(name, |(name, _)| name)
}

/// A host of an event.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HostRef<'e> {
    pub(crate) id: Id,
    pub(crate) text: TextRef<'e>,
}

impl<'e> HostRef<'e> {
    /// Its one name.
    pub(crate) fn name(&self) -> &'e str {
        self.text.as_str()
    }
}

/// An event in the engine's terms: every name by its one id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Observation<'e> {
    pub(crate) time: Micros,
    pub(crate) class: EventClass,
    pub(crate) event: Event<'e>,
    /// What it was done to, folded for comparing; empty where the record does not say.
    pub(crate) object: &'e str,
    /// The account that is logged on as, or that did it.
    pub(crate) account: Option<AccountRef<'e>>,
    /// The account that asked, where it is another.
    pub(crate) subject: Option<AccountRef<'e>>,
    /// Where it came from, or the other end.
    pub(crate) source: Option<HostRef<'e>>,
    /// The host that was logged on to, or on which it happened.
    pub(crate) destination: Option<HostRef<'e>>,
}

impl<'e> Observation<'e> {
    /// The authentication event, where it is one.
    pub(crate) const fn auth(&self) -> Option<&'e AuthEvent<'e>> {
        self.event.auth()
    }

    /// The companion record, where it is one.
    pub(crate) const fn activity(&self) -> Option<&'e HostActivity<'e>> {
        match self.event {
            Event::Activity(activity) => Some(activity),
            Event::Auth(_) => None,
        }
    }

    pub(crate) fn logon_id(&self) -> Option<u64> {
        match self.event {
            Event::Auth(event) => event.logon_id(),
            Event::Activity(activity) => activity.logon_id(),
        }
    }

    /// Whether it went from one host to another, as far as is known.
    pub(crate) fn is_remote(&self) -> bool {
        match (self.source, self.destination) {
            (Some(source), Some(destination)) => source.id != destination.id,
            _ => false,
        }
    }

    /// Whether the system of the host itself did it: by its session, or by its account.
    pub(super) fn is_by_system(&self) -> bool {
        let is_own =
            |who: AccountRef<'_>| matches!(who.kind, AccountKind::WellKnown | AccountKind::Machine);
        self.logon_id() == Some(SYSTEM_SESSION) || self.account.is_some_and(is_own)
    }

    pub(crate) fn raw_ref(&self) -> Option<u64> {
        match self.event {
            Event::Auth(event) => event.raw_ref(),
            Event::Activity(activity) => activity.raw_ref(),
        }
    }
}
