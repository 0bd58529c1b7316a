//! What hosts do beside authenticating.

use sidestep::event::HostActivity;

use crate::account::{ACCOUNT, sidestep_account};
use crate::boundary::call;
use crate::error::{Failure, sidestep_error};
use crate::event::{
    SIDESTEP_HAS_EVENT_CODE, SIDESTEP_HAS_LOGON_ID, SIDESTEP_HAS_RAW_REF, check_present, refused,
};
use crate::host::{HOST, PEER, sidestep_host};
use crate::pointer::{self, SizedStruct};
use crate::status::sidestep_status;
use crate::text::sidestep_str;
use crate::vocabulary::{HOST_ACTIVITIES, number, word};
use sidestep::Timestamp;

/// Bit of `sidestep_activity.present`: `writes` is known.
pub const SIDESTEP_HAS_WRITES: u32 = 128;
/// Bit of `sidestep_activity.present`: `remote` is known.
pub const SIDESTEP_HAS_REMOTE: u32 = 256;

const PRESENT: u32 = SIDESTEP_HAS_LOGON_ID
    | SIDESTEP_HAS_EVENT_CODE
    | SIDESTEP_HAS_RAW_REF
    | SIDESTEP_HAS_WRITES
    | SIDESTEP_HAS_REMOTE;

/// One companion record: what happened on a host, by whom, from where. It may name a host, or prove a
/// movement. It needs `struct_size`, `time` and `host`; what a log does not say stays zero, as
/// `sidestep_activity_init` leaves it.
///
/// The struct and its text need only live until the function that takes it returns. Any number of
/// threads may use one as long as none changes it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct sidestep_activity {
    /// `sizeof(sidestep_activity)`.
    pub struct_size: usize,
    /// When it happened: microseconds since 1970-01-01T00:00:00Z.
    pub time: i64,
    /// What happened: `SIDESTEP_HOST_ACTIVITY_...`.
    pub kind: u32,
    /// Which of the numbers below are known: `SIDESTEP_HAS_...`, added up.
    pub present: u32,
    /// The host it happened on.
    pub host: sidestep_host,
    /// The account that did it.
    pub account: sidestep_account,
    /// The other end: where a share was opened from, where a connection went.
    pub peer: sidestep_host,
    /// The share, file, service, task, account, group or program concerned.
    pub object: sidestep_str,
    /// The program behind it: what started a process, what opened a pipe.
    pub parent: sidestep_str,
    /// Whether it was to write: 0 or 1.
    pub writes: u8,
    /// Whether another host asked for it: 0 or 1.
    pub remote: u8,
    /// 0.
    pub reserved: u16,
    /// The log's own number for this kind of record (Windows `EventID`).
    pub event_code: u32,
    /// The session it belongs to.
    pub logon_id: u64,
    /// Your own reference to the raw record.
    pub raw_ref: u64,
    /// More about the object: the command line of a process, the former name of a renamed account. At
    /// most 8,192 bytes.
    pub detail: sidestep_str,
}

// SAFETY: `repr(C)`, begins with its size, plain data and pointers.
unsafe impl SizedStruct for sidestep_activity {
    const NAME: &'static str = "sidestep_activity";
}

impl sidestep_activity {
    /// A record whose text the caller must keep alive.
    pub(crate) fn of(activity: &HostActivity<'_>) -> Self {
        let known = |known: bool, bit: u32| if known { bit } else { 0 };
        Self {
            struct_size: size_of::<Self>(),
            time: activity.time().micros(),
            kind: number(HOST_ACTIVITIES, &activity.kind(), u32::MAX),
            present: known(activity.logon_id().is_some(), SIDESTEP_HAS_LOGON_ID)
                | known(activity.event_code().is_some(), SIDESTEP_HAS_EVENT_CODE)
                | known(activity.raw_ref().is_some(), SIDESTEP_HAS_RAW_REF)
                | known(activity.writes().is_some(), SIDESTEP_HAS_WRITES)
                | known(activity.remote().is_some(), SIDESTEP_HAS_REMOTE),
            host: sidestep_host::of(activity.host()),
            account: activity.account().map_or(sidestep_account::NONE, sidestep_account::of),
            peer: sidestep_host::of(activity.peer()),
            object: sidestep_str::of_option(activity.object()),
            parent: sidestep_str::of_option(activity.parent()),
            writes: activity.writes().unwrap_or_default().into(),
            remote: activity.remote().unwrap_or_default().into(),
            reserved: 0,
            event_code: activity.event_code().unwrap_or_default(),
            logon_id: activity.logon_id().unwrap_or_default(),
            raw_ref: activity.raw_ref().unwrap_or_default(),
            detail: sidestep_str::of_option(activity.detail()),
        }
    }

    /// The record, checked.
    ///
    /// # Safety
    /// Its text lives and does not change for as long as `'t`.
    pub(crate) unsafe fn get<'t>(&self) -> Result<HostActivity<'t>, Failure> {
        // SAFETY: the caller's promise, for all of them.
        let (host, account, peer, object, parent, detail) = unsafe {
            (
                self.host.get(&HOST)?,
                self.account.get(&ACCOUNT)?,
                self.peer.get(&PEER)?,
                self.object.get("object")?,
                self.parent.get("parent")?,
                self.detail.get("detail")?,
            )
        };
        check_present(self.present, PRESENT)?;
        let has = |bit: u32| self.present & bit != 0;
        let kind = word(HOST_ACTIVITIES, self.kind, "kind")?;
        let mut activity =
            HostActivity::builder(Timestamp::from_micros(self.time), kind, host).peer(peer);
        if let Some(account) = account {
            activity = activity.account(account);
        }
        if let Some(object) = object {
            activity = activity.object(object);
        }
        if let Some(parent) = parent {
            activity = activity.parent(parent);
        }
        if let Some(detail) = detail {
            activity = activity.detail(detail);
        }
        if has(SIDESTEP_HAS_WRITES) {
            activity = activity.writes(self.writes != 0);
        }
        if has(SIDESTEP_HAS_REMOTE) {
            activity = activity.remote(self.remote != 0);
        }
        if has(SIDESTEP_HAS_LOGON_ID) {
            activity = activity.logon_id(self.logon_id);
        }
        if has(SIDESTEP_HAS_EVENT_CODE) {
            activity = activity.event_code(self.event_code);
        }
        if has(SIDESTEP_HAS_RAW_REF) {
            activity = activity.raw_ref(self.raw_ref);
        }
        activity.build().map_err(refused)
    }
}

/// Fills an activity with zeros and its size: `sidestep_activity_init(&activity, sizeof activity)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_activity_init(
    activity: *mut sidestep_activity,
    struct_size: usize,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_activity_init", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { pointer::init(activity, struct_size) }
    })
}
