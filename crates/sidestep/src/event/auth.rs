//! The authentication event.

use std::borrow::Cow;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::builder::AuthEventBuilder;
use super::{
    Account, Activity, AuthProtocol, Host, LogonType, Mfa, Outcome, TicketEncryption, Timestamp,
};
use crate::time::Micros;

/// One authentication event: who, from where, to where, how, and with what outcome.
///
/// Text is borrowed where it can be, so that a parser need not allocate; [`into_owned`]
/// gives an event that outlives its line. Made by [`AuthEvent::builder`], which checks it, and
/// read through its getters, so that an event that exists is one that the engine can take.
///
/// [`into_owned`]: AuthEvent::into_owned
///
/// ```
/// use sidestep::event::{Account, AuthEvent, AuthProtocol, Host, LogonType, Outcome};
///
/// let event = AuthEvent::builder("2026-03-02T09:15:00Z".parse()?, Account::parse("alice@CORP"))
///     .src_host(Host::named("WS-17"))
///     .dst_host(Host::named("FILES-1"))
///     .logon_type(LogonType::Network)
///     .auth_protocol(AuthProtocol::Kerberos)
///     .outcome(Outcome::Success)
///     .build()?;
/// assert_eq!(event.account().name, "alice");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        try_from = "super::builder::Fields<'a>",
        into = "super::builder::Fields<'a>",
        bound(deserialize = "'de: 'a")
    )
)]
pub struct AuthEvent<'a> {
    pub(super) fields: super::builder::Fields<'a>,
}

/// Getters of `Copy` fields.
macro_rules! copied {
    ($($(#[$meta:meta])* $name:ident: $kind:ty,)+) => {
        $($(#[$meta])* #[must_use] pub const fn $name(&self) -> $kind { self.fields.$name })+
    };
}

impl<'a> AuthEvent<'a> {
    /// Begins an event: a successful-unless-said logon of `account` at `time`.
    #[must_use]
    pub fn builder(time: Timestamp, account: Account<'a>) -> AuthEventBuilder<'a> {
        AuthEventBuilder::new(time, account)
    }

    /// The time as the engine computes with it.
    pub(crate) const fn micros(&self) -> Micros {
        self.fields.time.micros()
    }

    copied! {
        /// When it happened.
        time: Timestamp,
        /// What happened.
        activity: Activity,
        /// How the account logged on.
        logon_type: LogonType,
        /// What authenticated it.
        auth_protocol: AuthProtocol,
        /// Length of the session key in bits, where the log says (NTLM).
        key_length: Option<u16>,
        /// Encryption type of the ticket, where there is one.
        ticket_encryption: Option<TicketEncryption>,
        /// How the ticket's request was pre-authenticated (Windows `PreAuthType`); 0 where it was not.
        preauth_type: Option<u8>,
        /// Whether it succeeded.
        outcome: Outcome,
        /// Session id on the destination host (Windows `TargetLogonId`).
        logon_id: Option<u64>,
        /// Session id shared by controller and target (Windows `LogonGuid`), as 128 bits.
        logon_guid: Option<u128>,
        /// Whether a second factor was used.
        mfa: Mfa,
        /// The log's own number for this kind of event (Windows `EventID`).
        event_code: Option<u32>,
        /// The caller's reference to the raw record: handed back in the hops of an alert.
        raw_ref: Option<u64>,
    }

    /// The account that is logged on as.
    #[must_use]
    pub const fn account(&self) -> &Account<'a> {
        &self.fields.account
    }

    /// The account that asked, where the log tells it apart.
    #[must_use]
    pub const fn subject(&self) -> Option<&Account<'a>> {
        self.fields.subject.as_ref()
    }

    /// Where the login came from.
    #[must_use]
    pub const fn src_host(&self) -> &Host<'a> {
        &self.fields.src_host
    }

    /// The host that was logged on to.
    #[must_use]
    pub const fn dst_host(&self) -> &Host<'a> {
        &self.fields.dst_host
    }

    /// Name of the logon process or package (Windows `LogonProcessName`); of explicit credentials,
    /// the class of the service that they were for (`RPCSS` of 4648's `TargetInfo`), and of a service
    /// ticket `host` where it is for a machine's own account.
    #[must_use]
    pub fn logon_process(&self) -> Option<&str> {
        self.fields.logon_process.as_deref()
    }

    /// Name of the session at a terminal server (Windows `SessionName`, such as `RDP-Tcp#8`).
    #[must_use]
    pub fn session_name(&self) -> Option<&str> {
        self.fields.session_name.as_deref()
    }

    /// What marks the credential that was shown, whoever shows it: the fingerprint of an SSH key, the
    /// hash of a ticket.
    #[must_use]
    pub fn credential(&self) -> Option<&str> {
        self.fields.credential.as_deref()
    }

    /// Why it failed, or what else the log says of the outcome.
    #[must_use]
    pub fn outcome_reason(&self) -> Option<&str> {
        self.fields.outcome_reason.as_deref()
    }

    /// The same event that owns its text.
    #[must_use]
    pub fn into_owned(self) -> AuthEvent<'static> {
        let own = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        let f = self.fields;
        AuthEvent {
            fields: super::builder::Fields {
                time: f.time,
                activity: f.activity,
                account: f.account.into_owned(),
                subject: f.subject.map(Account::into_owned),
                src_host: f.src_host.into_owned(),
                dst_host: f.dst_host.into_owned(),
                logon_type: f.logon_type,
                auth_protocol: f.auth_protocol,
                logon_process: f.logon_process.map(own),
                key_length: f.key_length,
                ticket_encryption: f.ticket_encryption,
                preauth_type: f.preauth_type,
                credential: f.credential.map(own),
                outcome: f.outcome,
                outcome_reason: f.outcome_reason.map(own),
                session_name: f.session_name.map(own),
                logon_id: f.logon_id,
                logon_guid: f.logon_guid,
                mfa: f.mfa,
                event_code: f.event_code,
                raw_ref: f.raw_ref,
            },
        }
    }
}
