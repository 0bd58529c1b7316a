//! The checked builder of an authentication event.

use std::borrow::Cow;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Account, Activity, AuthEvent, AuthProtocol, Host, LogonType, Mfa, Outcome, TicketEncryption,
    Timestamp,
};
use crate::time::MAX_TIME;

/// Longest name, in bytes, that an event may carry. A Windows account name is at most 256
/// characters and a DNS name 255; what is longer is not a name.
pub(crate) const MAX_NAME: usize = 1024;

/// Why an event was refused. Each names the field at fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EventError {
    /// A required field is missing or empty.
    #[error("{field} is empty; an event needs it")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A text field is longer than any real one.
    #[error("{field} is {length} bytes long; at most {most} are allowed")]
    TooLong {
        /// The field.
        field: &'static str,
        /// Its length in bytes.
        length: usize,
        /// The most that it may have.
        most: usize,
    },
    /// The time is before 1970 or after 9999.
    #[error("time {micros} lies outside 1970 to 9999 (microseconds since 1970, UTC)")]
    TimeOutOfRange {
        /// The time given.
        micros: i64,
    },
}

/// What an event holds. The builder fills it, `build` checks it, serde reads and writes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub(super) struct Fields<'a> {
    pub(super) time: Timestamp,
    #[cfg_attr(feature = "serde", serde(default))]
    pub(super) activity: Activity,
    #[cfg_attr(feature = "serde", serde(borrow))]
    pub(super) account: Account<'a>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(super) subject: Option<Account<'a>>,
    #[cfg_attr(feature = "serde", serde(default))]
    pub(super) src_host: Host<'a>,
    #[cfg_attr(feature = "serde", serde(default))]
    pub(super) dst_host: Host<'a>,
    #[cfg_attr(feature = "serde", serde(default))]
    pub(super) logon_type: LogonType,
    #[cfg_attr(feature = "serde", serde(default))]
    pub(super) auth_protocol: AuthProtocol,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(super) logon_process: Option<Cow<'a, str>>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(super) key_length: Option<u16>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(super) ticket_encryption: Option<TicketEncryption>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(super) preauth_type: Option<u8>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(super) credential: Option<Cow<'a, str>>,
    #[cfg_attr(feature = "serde", serde(default))]
    pub(super) outcome: Outcome,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(super) outcome_reason: Option<Cow<'a, str>>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(super) logon_id: Option<u64>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(super) logon_guid: Option<u128>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(super) session_name: Option<Cow<'a, str>>,
    #[cfg_attr(feature = "serde", serde(default))]
    pub(super) mfa: Mfa,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(super) event_code: Option<u32>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(super) raw_ref: Option<u64>,
}

impl<'a> Fields<'a> {
    /// The event, if its fields are in order.
    pub(super) fn checked(self) -> Result<AuthEvent<'a>, EventError> {
        AuthEventBuilder { event: AuthEvent { fields: self } }.build()
    }
}

#[cfg(feature = "serde")]
impl<'a> TryFrom<Fields<'a>> for AuthEvent<'a> {
    type Error = EventError;

    fn try_from(fields: Fields<'a>) -> Result<Self, EventError> {
        fields.checked()
    }
}

#[cfg(feature = "serde")]
impl<'a> From<AuthEvent<'a>> for Fields<'a> {
    fn from(event: AuthEvent<'a>) -> Self {
        event.fields
    }
}

/// Builds an [`AuthEvent`]; begun by [`AuthEvent::builder`].
///
/// Setters come in two forms, `src_host` to be chained and `set_src_host` in place. An event is some
/// hundred bytes and a chain moves it at every step, so that code which makes millions of them sets in
/// place and lends the event out by [`event`](Self::event).
#[derive(Debug, Clone)]
pub struct AuthEventBuilder<'a> {
    event: AuthEvent<'a>,
}

/// Setters of plain fields and of optional ones, to be chained and in place.
macro_rules! setters {
    ($($(#[$meta:meta])* $name:ident, $set:ident: $kind:ty => $wrap:expr,)+) => {
        $(
            $(#[$meta])*
            #[must_use]
            #[inline]
            pub fn $name(mut self, $name: $kind) -> Self {
                self.$set($name);
                self
            }

            $(#[$meta])*
            #[inline]
            pub fn $set(&mut self, $name: $kind) -> &mut Self {
                self.event.fields.$name = $wrap($name);
                self
            }
        )+
    };
}

impl<'a> AuthEventBuilder<'a> {
    #[inline]
    pub(super) fn new(time: Timestamp, account: Account<'a>) -> Self {
        let fields = Fields {
            time,
            activity: Activity::Logon,
            account,
            subject: None,
            src_host: Host::default(),
            dst_host: Host::default(),
            logon_type: LogonType::Unknown,
            auth_protocol: AuthProtocol::Unknown,
            logon_process: None,
            key_length: None,
            ticket_encryption: None,
            preauth_type: None,
            credential: None,
            outcome: Outcome::Unknown,
            outcome_reason: None,
            logon_id: None,
            logon_guid: None,
            session_name: None,
            mfa: Mfa::Unknown,
            event_code: None,
            raw_ref: None,
        };
        Self { event: AuthEvent { fields } }
    }

    setters! {
        /// What happened; a logon unless said.
        activity, set_activity: Activity => |value| value,
        /// The account that asked, where it is not the one logged on as.
        subject, set_subject: Account<'a> => Some,
        /// Where the login came from.
        src_host, set_src_host: Host<'a> => |value| value,
        /// The host that was logged on to.
        dst_host, set_dst_host: Host<'a> => |value| value,
        /// How the account logged on.
        logon_type, set_logon_type: LogonType => |value| value,
        /// What authenticated it.
        auth_protocol, set_auth_protocol: AuthProtocol => |value| value,
        /// Name of the logon process.
        logon_process, set_logon_process: impl Into<Cow<'a, str>> => into_some,
        /// Length of the session key in bits.
        key_length, set_key_length: u16 => Some,
        /// Encryption type of the ticket.
        ticket_encryption, set_ticket_encryption: TicketEncryption => Some,
        /// How the ticket's request was pre-authenticated, by its number; 0 where it was not.
        preauth_type, set_preauth_type: u8 => Some,
        /// What marks the credential that was shown: a key's fingerprint, a ticket's hash.
        credential, set_credential: impl Into<Cow<'a, str>> => into_some,
        /// Whether it succeeded.
        outcome, set_outcome: Outcome => |value| value,
        /// Why it failed.
        outcome_reason, set_outcome_reason: impl Into<Cow<'a, str>> => into_some,
        /// Session id on the destination host.
        logon_id, set_logon_id: u64 => Some,
        /// Session id shared by controller and target.
        logon_guid, set_logon_guid: u128 => Some,
        /// Name of the session at a terminal server, such as `RDP-Tcp#8`.
        session_name, set_session_name: impl Into<Cow<'a, str>> => into_some,
        /// Whether a second factor was used.
        mfa, set_mfa: Mfa => |value| value,
        /// The log's own number for this kind of event.
        event_code, set_event_code: u32 => Some,
        /// The caller's reference to the raw record.
        raw_ref, set_raw_ref: u64 => Some,
    }

    /// Checks the event and gives it out.
    ///
    /// # Errors
    /// [`EventError`], naming the field: the account has no name, neither end is known, a name is
    /// longer than any real one, or the time lies outside 1970 to 9999.
    #[inline]
    pub fn build(self) -> Result<AuthEvent<'a>, EventError> {
        self.event()?;
        Ok(self.event)
    }

    /// Checks the event and lends it out.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    pub fn event(&self) -> Result<&AuthEvent<'a>, EventError> {
        let f = &self.event.fields;
        check_time(f.time)?;
        check_account("account", &f.account)?;
        if let Some(subject) = &f.subject {
            check_account("subject", subject)?;
        }
        check_host("src_host", &f.src_host)?;
        check_host("dst_host", &f.dst_host)?;
        if f.src_host.is_unknown() && f.dst_host.is_unknown() {
            return Err(EventError::Missing { field: "dst_host" });
        }
        check_length("logon_process", f.logon_process.as_deref())?;
        check_length("credential", f.credential.as_deref())?;
        check_length("outcome_reason", f.outcome_reason.as_deref())?;
        check_length("session_name", f.session_name.as_deref())?;
        Ok(&self.event)
    }
}

fn into_some<'a>(text: impl Into<Cow<'a, str>>) -> Option<Cow<'a, str>> {
    Some(text.into())
}

pub(super) fn check_time(time: Timestamp) -> Result<(), EventError> {
    let micros = time.micros();
    if (0..=MAX_TIME).contains(&micros) {
        Ok(())
    } else {
        Err(EventError::TimeOutOfRange { micros })
    }
}

pub(super) fn check_account(field: &'static str, account: &Account<'_>) -> Result<(), EventError> {
    if account.name.is_empty() {
        return Err(EventError::Missing { field });
    }
    check_length(field, Some(&account.name))?;
    check_length(field, account.domain.as_deref())?;
    check_length(field, account.sid.as_deref())
}

pub(super) fn check_host(field: &'static str, host: &Host<'_>) -> Result<(), EventError> {
    match host.name.as_deref() {
        Some("") => Err(EventError::Missing { field }),
        name => check_length(field, name),
    }
}

pub(super) fn check_length(field: &'static str, text: Option<&str>) -> Result<(), EventError> {
    check_most(field, text, MAX_NAME)
}

pub(super) fn check_most(
    field: &'static str,
    text: Option<&str>,
    most: usize,
) -> Result<(), EventError> {
    match text {
        Some(text) if text.len() > most => {
            Err(EventError::TooLong { field, length: text.len(), most })
        }
        _ => Ok(()),
    }
}
