//! The saved form of an event, whether events are serialisable or not.

use std::borrow::Cow;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::builder::Fields;
use super::{
    Account, AccountKind, Activity, AuthEvent, AuthProtocol, Event, Host, HostActivity,
    HostActivityKind, LogonType, Mfa, Outcome, OwnedEvent, TicketEncryption, Timestamp,
};
use crate::time::Micros;

/// An event as it is saved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum SavedEvent {
    Auth(SavedAuth),
    Activity(SavedActivity),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SavedAuth {
    time: Micros,
    #[serde(with = "crate::store::coded")]
    activity: Activity,
    account: SavedAccount,
    subject: Option<SavedAccount>,
    src_host: SavedHost,
    dst_host: SavedHost,
    #[serde(with = "crate::store::coded")]
    logon_type: LogonType,
    #[serde(with = "crate::store::coded")]
    auth_protocol: AuthProtocol,
    logon_process: Option<String>,
    key_length: Option<u16>,
    ticket_encryption: Option<u32>,
    preauth_type: Option<u8>,
    credential: Option<String>,
    #[serde(with = "crate::store::coded")]
    outcome: Outcome,
    outcome_reason: Option<String>,
    logon_id: Option<u64>,
    logon_guid: Option<u128>,
    session_name: Option<String>,
    #[serde(with = "crate::store::coded")]
    mfa: Mfa,
    event_code: Option<u32>,
    raw_ref: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct SavedActivity {
    time: Micros,
    #[serde(with = "crate::store::coded")]
    kind: HostActivityKind,
    host: SavedHost,
    account: Option<SavedAccount>,
    peer: SavedHost,
    object: Option<String>,
    parent: Option<String>,
    detail: Option<String>,
    writes: Option<bool>,
    remote: Option<bool>,
    logon_id: Option<u64>,
    event_code: Option<u32>,
    raw_ref: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct SavedAccount {
    name: String,
    domain: Option<String>,
    sid: Option<String>,
    #[serde(with = "crate::store::coded")]
    kind: AccountKind,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct SavedHost {
    name: Option<String>,
    ip: Option<IpAddr>,
    port: Option<u16>,
}

fn owned(text: Option<&str>) -> Option<String> {
    text.map(str::to_owned)
}

fn text(text: Option<String>) -> Option<Cow<'static, str>> {
    text.map(Cow::Owned)
}

impl From<&Account<'_>> for SavedAccount {
    fn from(account: &Account<'_>) -> Self {
        Self {
            name: account.name.clone().into_owned(),
            domain: owned(account.domain.as_deref()),
            sid: owned(account.sid.as_deref()),
            kind: account.kind,
        }
    }
}

impl From<SavedAccount> for Account<'static> {
    fn from(saved: SavedAccount) -> Self {
        let SavedAccount { name, domain, sid, kind } = saved;
        Self { name: name.into(), domain: text(domain), sid: text(sid), kind }
    }
}

impl From<&Host<'_>> for SavedHost {
    fn from(host: &Host<'_>) -> Self {
        Self { name: owned(host.name.as_deref()), ip: host.ip, port: host.port }
    }
}

impl From<SavedHost> for Host<'static> {
    fn from(saved: SavedHost) -> Self {
        Self { name: text(saved.name), ip: saved.ip, port: saved.port }
    }
}

impl From<&OwnedEvent> for SavedEvent {
    fn from(event: &OwnedEvent) -> Self {
        match event.as_event() {
            Event::Auth(event) => Self::Auth(event.into()),
            Event::Activity(activity) => Self::Activity(activity.into()),
        }
    }
}

impl From<&AuthEvent<'_>> for SavedAuth {
    fn from(event: &AuthEvent<'_>) -> Self {
        let fields = &event.fields;
        Self {
            time: fields.time.micros(),
            activity: fields.activity,
            account: (&fields.account).into(),
            subject: fields.subject.as_ref().map(Into::into),
            src_host: (&fields.src_host).into(),
            dst_host: (&fields.dst_host).into(),
            logon_type: fields.logon_type,
            auth_protocol: fields.auth_protocol,
            logon_process: owned(fields.logon_process.as_deref()),
            key_length: fields.key_length,
            ticket_encryption: fields.ticket_encryption.map(|kind| kind.0),
            preauth_type: fields.preauth_type,
            credential: owned(fields.credential.as_deref()),
            outcome: fields.outcome,
            outcome_reason: owned(fields.outcome_reason.as_deref()),
            logon_id: fields.logon_id,
            logon_guid: fields.logon_guid,
            session_name: owned(fields.session_name.as_deref()),
            mfa: fields.mfa,
            event_code: fields.event_code,
            raw_ref: fields.raw_ref,
        }
    }
}

impl From<&HostActivity<'_>> for SavedActivity {
    fn from(activity: &HostActivity<'_>) -> Self {
        Self {
            time: activity.micros(),
            kind: activity.kind(),
            host: activity.host().into(),
            account: activity.account().map(Into::into),
            peer: activity.peer().into(),
            object: owned(activity.object()),
            parent: owned(activity.parent()),
            detail: owned(activity.detail()),
            writes: activity.writes(),
            remote: activity.remote(),
            logon_id: activity.logon_id(),
            event_code: activity.event_code(),
            raw_ref: activity.raw_ref(),
        }
    }
}

impl SavedEvent {
    /// The event, checked as any other.
    ///
    /// # Errors
    /// In words, which field is wrong.
    pub(crate) fn into_event(self) -> Result<OwnedEvent, String> {
        match self {
            Self::Auth(saved) => saved.into_event().map(OwnedEvent::Auth),
            Self::Activity(saved) => saved.into_activity().map(OwnedEvent::Activity),
        }
        .map_err(|error| error.to_string())
    }
}

impl SavedAuth {
    fn into_event(self) -> Result<AuthEvent<'static>, super::EventError> {
        Fields {
            time: Timestamp::from_micros(self.time),
            activity: self.activity,
            account: self.account.into(),
            subject: self.subject.map(Into::into),
            src_host: self.src_host.into(),
            dst_host: self.dst_host.into(),
            logon_type: self.logon_type,
            auth_protocol: self.auth_protocol,
            logon_process: text(self.logon_process),
            key_length: self.key_length,
            ticket_encryption: self.ticket_encryption.map(TicketEncryption),
            preauth_type: self.preauth_type,
            credential: text(self.credential),
            outcome: self.outcome,
            outcome_reason: text(self.outcome_reason),
            logon_id: self.logon_id,
            logon_guid: self.logon_guid,
            session_name: text(self.session_name),
            mfa: self.mfa,
            event_code: self.event_code,
            raw_ref: self.raw_ref,
        }
        .checked()
    }
}

impl SavedActivity {
    fn into_activity(self) -> Result<HostActivity<'static>, super::EventError> {
        let mut builder =
            HostActivity::builder(Timestamp::from_micros(self.time), self.kind, self.host.into())
                .peer(self.peer.into());
        if let Some(account) = self.account {
            builder = builder.account(account.into());
        }
        if let Some(object) = self.object {
            builder = builder.object(object);
        }
        if let Some(parent) = self.parent {
            builder = builder.parent(parent);
        }
        if let Some(detail) = self.detail {
            builder = builder.detail(detail);
        }
        if let Some(writes) = self.writes {
            builder = builder.writes(writes);
        }
        if let Some(remote) = self.remote {
            builder = builder.remote(remote);
        }
        if let Some(logon_id) = self.logon_id {
            builder = builder.logon_id(logon_id);
        }
        if let Some(event_code) = self.event_code {
            builder = builder.event_code(event_code);
        }
        if let Some(raw_ref) = self.raw_ref {
            builder = builder.raw_ref(raw_ref);
        }
        builder.build()
    }
}
