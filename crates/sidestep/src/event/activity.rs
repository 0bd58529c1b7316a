//! What hosts do beside authenticating: the companion records that prove a movement.

use std::borrow::Cow;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::builder::{EventError, check_account, check_host, check_length, check_most, check_time};
use super::vocabulary::vocabulary;
use super::{Account, Host, Timestamp};
use crate::time::Micros;

/// Longest detail, in bytes: the longest command line that `cmd.exe` takes is 8,191 characters.
const MAX_DETAIL: usize = 8192;

vocabulary! {
    /// What a host did.
    HostActivityKind {
        /// A network share was opened (Windows 5140, 5145).
        #[default]
        ShareAccess = "Share Access",
        /// A file came or went over the network.
        FileTransfer = "File Transfer",
        /// A service was installed (Windows 4697, 7045).
        ServiceInstall = "Service Install",
        /// A scheduled task was made or changed (Windows 4698, 4702).
        ScheduledTask = "Scheduled Task",
        /// An account was created (Windows 4720, 4741).
        AccountCreation = "Account Creation",
        /// An account was changed (Windows 4722, 4724, 4738).
        AccountChange = "Account Change",
        /// An account joined a group (Windows 4728, 4732, 4756).
        GroupMembership = "Group Membership",
        /// A process started (Windows 4688, Sysmon 1).
        ProcessStart = "Process Start",
        /// A network connection was made (Sysmon 3, Zeek conn).
        NetworkConnection = "Network Connection",
        /// A named pipe was created or connected to (Sysmon 17, 18; Zeek dce_rpc).
        NamedPipe = "Named Pipe",
        /// A copy of the directory's secrets was asked for, as controllers ask each other (Windows 4662).
        DirectoryReplication = "Directory Replication",
        /// An address was leased to, or resolved to, the host's name (Zeek dhcp, dns).
        AddressBinding = "Address Binding",
    }
}

/// One companion record: what happened on `host`, by whom, from where.
///
/// ```
/// use sidestep::event::{Account, Host, HostActivity, HostActivityKind};
/// use sidestep::{Config, Engine};
///
/// let time = "2026-03-02T09:15:00Z".parse()?;
/// let installed = HostActivity::builder(time, HostActivityKind::ServiceInstall, Host::named("FILES-1"))
///     .account(Account::parse("alice@CORP"))
///     .object("PSEXESVC")
///     .build()?;
/// let mut engine = Engine::new(Config::default());
/// engine.process(&installed);
/// assert_eq!(engine.metrics().activities, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[cfg_attr(
    feature = "serde",
    serde(
        try_from = "HostActivityBuilder<'a>",
        into = "HostActivityBuilder<'a>",
        bound(deserialize = "'de: 'a")
    )
)]
pub struct HostActivity<'a> {
    fields: HostActivityBuilder<'a>,
}

/// Builds a [`HostActivity`]; begun by [`HostActivity::builder`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct HostActivityBuilder<'a> {
    time: Timestamp,
    kind: HostActivityKind,
    #[cfg_attr(feature = "serde", serde(borrow))]
    host: Host<'a>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    account: Option<Account<'a>>,
    #[cfg_attr(feature = "serde", serde(default))]
    peer: Host<'a>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    object: Option<Cow<'a, str>>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    parent: Option<Cow<'a, str>>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    detail: Option<Cow<'a, str>>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    writes: Option<bool>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    remote: Option<bool>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    logon_id: Option<u64>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    event_code: Option<u32>,
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    raw_ref: Option<u64>,
}

impl<'a> HostActivity<'a> {
    /// Begins a record of `kind` on `host` at `time`.
    #[must_use]
    pub fn builder(
        time: Timestamp,
        kind: HostActivityKind,
        host: Host<'a>,
    ) -> HostActivityBuilder<'a> {
        HostActivityBuilder {
            time,
            kind,
            host,
            account: None,
            peer: Host::default(),
            object: None,
            parent: None,
            detail: None,
            writes: None,
            remote: None,
            logon_id: None,
            event_code: None,
            raw_ref: None,
        }
    }

    /// The same record that owns its text.
    #[must_use]
    pub fn into_owned(self) -> HostActivity<'static> {
        let f = self.fields;
        HostActivity {
            fields: HostActivityBuilder {
                time: f.time,
                kind: f.kind,
                host: f.host.into_owned(),
                account: f.account.map(Account::into_owned),
                peer: f.peer.into_owned(),
                object: f.object.map(|text| Cow::Owned(text.into_owned())),
                parent: f.parent.map(|text| Cow::Owned(text.into_owned())),
                detail: f.detail.map(|text| Cow::Owned(text.into_owned())),
                writes: f.writes,
                remote: f.remote,
                logon_id: f.logon_id,
                event_code: f.event_code,
                raw_ref: f.raw_ref,
            },
        }
    }

    /// When it happened.
    #[must_use]
    pub const fn time(&self) -> Timestamp {
        self.fields.time
    }

    /// The time as the engine computes with it.
    pub(crate) const fn micros(&self) -> Micros {
        self.fields.time.micros()
    }

    /// What happened.
    #[must_use]
    pub const fn kind(&self) -> HostActivityKind {
        self.fields.kind
    }

    /// The host it happened on.
    #[must_use]
    pub const fn host(&self) -> &Host<'a> {
        &self.fields.host
    }

    /// The account that did it, where known.
    #[must_use]
    pub const fn account(&self) -> Option<&Account<'a>> {
        self.fields.account.as_ref()
    }

    /// The other end: where a share was opened from, where a connection went.
    #[must_use]
    pub const fn peer(&self) -> &Host<'a> {
        &self.fields.peer
    }

    /// The share, file, service, task, account, group or program concerned.
    #[must_use]
    pub fn object(&self) -> Option<&str> {
        self.fields.object.as_deref()
    }

    /// The program behind it: what started a process, what opened a pipe.
    #[must_use]
    pub fn parent(&self) -> Option<&str> {
        self.fields.parent.as_deref()
    }

    /// More about the object: the command line of a process, the former name of a renamed account.
    #[must_use]
    pub fn detail(&self) -> Option<&str> {
        self.fields.detail.as_deref()
    }

    /// Whether it was to write, where the log says.
    #[must_use]
    pub const fn writes(&self) -> Option<bool> {
        self.fields.writes
    }

    /// Whether another host asked for it, where the log says.
    #[must_use]
    pub const fn remote(&self) -> Option<bool> {
        self.fields.remote
    }

    /// The session it belongs to.
    #[must_use]
    pub const fn logon_id(&self) -> Option<u64> {
        self.fields.logon_id
    }

    /// The log's own number for this kind of record (Windows `EventID`).
    #[must_use]
    pub const fn event_code(&self) -> Option<u32> {
        self.fields.event_code
    }

    /// The caller's reference to the raw record.
    #[must_use]
    pub const fn raw_ref(&self) -> Option<u64> {
        self.fields.raw_ref
    }
}

impl<'a> HostActivityBuilder<'a> {
    /// The account that did it.
    #[must_use]
    pub fn account(mut self, account: Account<'a>) -> Self {
        self.account = Some(account);
        self
    }

    /// The other end.
    #[must_use]
    pub fn peer(mut self, peer: Host<'a>) -> Self {
        self.peer = peer;
        self
    }

    /// The share, file, service, task, account, group or program concerned.
    #[must_use]
    pub fn object(mut self, object: impl Into<Cow<'a, str>>) -> Self {
        self.object = Some(object.into());
        self
    }

    /// The program behind it.
    #[must_use]
    pub fn parent(mut self, parent: impl Into<Cow<'a, str>>) -> Self {
        self.parent = Some(parent.into());
        self
    }

    /// More about the object: the command line of a process, the former name of a renamed account.
    /// At most 8,192 bytes.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'a, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Whether it was to write.
    #[must_use]
    pub const fn writes(mut self, writes: bool) -> Self {
        self.writes = Some(writes);
        self
    }

    /// Whether another host asked for it.
    #[must_use]
    pub const fn remote(mut self, remote: bool) -> Self {
        self.remote = Some(remote);
        self
    }

    /// The session it belongs to.
    #[must_use]
    pub const fn logon_id(mut self, logon_id: u64) -> Self {
        self.logon_id = Some(logon_id);
        self
    }

    /// The log's own number for this kind of record.
    #[must_use]
    pub const fn event_code(mut self, event_code: u32) -> Self {
        self.event_code = Some(event_code);
        self
    }

    /// The caller's reference to the raw record.
    #[must_use]
    pub const fn raw_ref(mut self, raw_ref: u64) -> Self {
        self.raw_ref = Some(raw_ref);
        self
    }

    /// Checks the record and gives it out.
    ///
    /// # Errors
    /// [`EventError`], naming the field: the host is unknown, a name is longer than any real one,
    /// or the time lies outside 1970 to 9999.
    pub fn build(self) -> Result<HostActivity<'a>, EventError> {
        check_time(self.time)?;
        check_host("host", &self.host)?;
        check_host("peer", &self.peer)?;
        if self.host.is_unknown() {
            return Err(EventError::Missing { field: "host" });
        }
        if let Some(account) = &self.account {
            check_account("account", account)?;
        }
        check_length("object", self.object.as_deref())?;
        check_length("parent", self.parent.as_deref())?;
        check_most("detail", self.detail.as_deref(), MAX_DETAIL)?;
        Ok(HostActivity { fields: self })
    }
}

#[cfg(feature = "serde")]
impl<'a> TryFrom<HostActivityBuilder<'a>> for HostActivity<'a> {
    type Error = EventError;

    fn try_from(builder: HostActivityBuilder<'a>) -> Result<Self, EventError> {
        builder.build()
    }
}

#[cfg(feature = "serde")]
impl<'a> From<HostActivity<'a>> for HostActivityBuilder<'a> {
    fn from(activity: HostActivity<'a>) -> Self {
        activity.fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_set_is_read_back() {
        let activity = HostActivity::builder(
            Timestamp::from_micros(7),
            HostActivityKind::ShareAccess,
            Host::named("FILES-1"),
        )
        .account(Account::new("alice"))
        .peer(Host::named("WS-17"))
        .object(r"\\*\IPC$")
        .parent("cmd.exe")
        .detail("net use")
        .writes(true)
        .remote(false)
        .logon_id(0x3e7)
        .event_code(5140)
        .raw_ref(9)
        .build()
        .unwrap();
        assert_eq!(activity.micros(), 7);
        assert_eq!(activity.kind(), HostActivityKind::ShareAccess);
        assert_eq!(activity.host().to_string(), "FILES-1");
        assert_eq!(activity.account().unwrap().name, "alice");
        assert_eq!(activity.peer().to_string(), "WS-17");
        assert_eq!(activity.object(), Some(r"\\*\IPC$"));
        assert_eq!(activity.parent(), Some("cmd.exe"));
        assert_eq!(activity.detail(), Some("net use"));
        assert_eq!((activity.writes(), activity.remote()), (Some(true), Some(false)));
        assert_eq!(activity.logon_id(), Some(0x3e7));
        assert_eq!(activity.event_code(), Some(5140));
        assert_eq!(activity.raw_ref(), Some(9));
    }
}
