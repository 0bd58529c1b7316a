//! Authentication events.

use sidestep::event::{AuthEvent, TicketEncryption};

use crate::account::{ACCOUNT, SUBJECT, sidestep_account};
use crate::boundary::call;
use crate::error::{Failure, sidestep_error};
use crate::host::{DST_HOST, SRC_HOST, sidestep_host};
use crate::pointer::{self, SizedStruct};
use crate::status::{SIDESTEP_ERR_EVENT, SIDESTEP_ERR_VALUE, sidestep_status};
use crate::text::sidestep_str;
use crate::vocabulary::{
    ACTIVITIES, AUTH_PROTOCOLS, LOGON_TYPES, MFA, OUTCOMES, SIDESTEP_ACTIVITY_OTHER,
    SIDESTEP_AUTH_PROTOCOL_OTHER, SIDESTEP_LOGON_TYPE_OTHER, SIDESTEP_MFA_UNKNOWN,
    SIDESTEP_OUTCOME_UNKNOWN, number, word,
};
use sidestep::Timestamp;

/// Bit of `sidestep_event.present`: `key_length` is known.
pub const SIDESTEP_HAS_KEY_LENGTH: u32 = 1;
/// Bit of `sidestep_event.present`: `ticket_encryption` is known.
pub const SIDESTEP_HAS_TICKET_ENCRYPTION: u32 = 2;
/// Bit of `sidestep_event.present`: `preauth_type` is known.
pub const SIDESTEP_HAS_PREAUTH_TYPE: u32 = 4;
/// Bit of `sidestep_event.present` and `sidestep_activity.present`: `logon_id` is known.
pub const SIDESTEP_HAS_LOGON_ID: u32 = 8;
/// Bit of `sidestep_event.present`: `logon_guid` is known.
pub const SIDESTEP_HAS_LOGON_GUID: u32 = 16;
/// Bit of `sidestep_event.present` and `sidestep_activity.present`: `event_code` is known.
pub const SIDESTEP_HAS_EVENT_CODE: u32 = 32;
/// Bit of `sidestep_event.present` and `sidestep_activity.present`: `raw_ref` is set.
pub const SIDESTEP_HAS_RAW_REF: u32 = 64;

const PRESENT: u32 = 127;

/// One authentication event: who, from where, to where, how, and with what outcome. It needs
/// `struct_size`, `time`, the name of the account, and one of the hosts; what a log does not say stays
/// zero, as `sidestep_event_init` leaves it.
///
/// The struct and its text need only live until the function that takes it returns. Any number of
/// threads may use one as long as none changes it.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct sidestep_event {
    /// `sizeof(sidestep_event)`.
    pub struct_size: usize,
    /// When it happened: microseconds since 1970-01-01T00:00:00Z.
    pub time: i64,
    /// The account that is logged on as.
    pub account: sidestep_account,
    /// The account that asked, where the log tells it apart.
    pub subject: sidestep_account,
    /// Where the login came from.
    pub src_host: sidestep_host,
    /// The host that was logged on to.
    pub dst_host: sidestep_host,
    /// What happened: `SIDESTEP_ACTIVITY_...`; 0 is a logon.
    pub activity: u32,
    /// How the account logged on: `SIDESTEP_LOGON_TYPE_...`.
    pub logon_type: u32,
    /// What authenticated it: `SIDESTEP_AUTH_PROTOCOL_...`.
    pub auth_protocol: u32,
    /// Whether it succeeded: `SIDESTEP_OUTCOME_...`.
    pub outcome: u32,
    /// Whether a second factor was used: `SIDESTEP_MFA_...`.
    pub mfa: u32,
    /// Which of the numbers below are known: `SIDESTEP_HAS_...`, added up.
    pub present: u32,
    /// Length of the session key in bits (NTLM).
    pub key_length: u16,
    /// How the ticket's request was pre-authenticated (Windows `PreAuthType`); 0 where it was not.
    pub preauth_type: u8,
    /// 0.
    pub reserved: u8,
    /// Encryption type of the ticket, by its IANA number.
    pub ticket_encryption: u32,
    /// The log's own number for this kind of event (Windows `EventID`).
    pub event_code: u32,
    /// 0.
    pub reserved2: u32,
    /// Session id on the destination host (Windows `TargetLogonId`).
    pub logon_id: u64,
    /// Session id shared by controller and target (Windows `LogonGuid`): 128 bits, the most significant
    /// byte first.
    pub logon_guid: [u8; 16],
    /// Your own reference to the raw record: handed back in the hops of an alert.
    pub raw_ref: u64,
    /// Name of the logon process or package (Windows `LogonProcessName`).
    pub logon_process: sidestep_str,
    /// What marks the credential that was shown: the fingerprint of an SSH key, the hash of a ticket.
    pub credential: sidestep_str,
    /// Why it failed, or what else the log says of the outcome.
    pub outcome_reason: sidestep_str,
    /// Name of the session at a terminal server (Windows `SessionName`, such as `RDP-Tcp#8`).
    pub session_name: sidestep_str,
}

// SAFETY: `repr(C)`, begins with its size, plain data and pointers.
unsafe impl SizedStruct for sidestep_event {
    const NAME: &'static str = "sidestep_event";
}

impl sidestep_event {
    /// An event whose text the caller must keep alive.
    pub(crate) fn of(event: &AuthEvent<'_>) -> Self {
        let known = |known: bool, bit: u32| if known { bit } else { 0 };
        Self {
            struct_size: size_of::<Self>(),
            time: event.time().micros(),
            account: sidestep_account::of(event.account()),
            subject: event.subject().map_or(sidestep_account::NONE, sidestep_account::of),
            src_host: sidestep_host::of(event.src_host()),
            dst_host: sidestep_host::of(event.dst_host()),
            activity: number(ACTIVITIES, &event.activity(), SIDESTEP_ACTIVITY_OTHER),
            logon_type: number(LOGON_TYPES, &event.logon_type(), SIDESTEP_LOGON_TYPE_OTHER),
            auth_protocol: number(
                AUTH_PROTOCOLS,
                &event.auth_protocol(),
                SIDESTEP_AUTH_PROTOCOL_OTHER,
            ),
            outcome: number(OUTCOMES, &event.outcome(), SIDESTEP_OUTCOME_UNKNOWN),
            mfa: number(MFA, &event.mfa(), SIDESTEP_MFA_UNKNOWN),
            present: known(event.key_length().is_some(), SIDESTEP_HAS_KEY_LENGTH)
                | known(event.ticket_encryption().is_some(), SIDESTEP_HAS_TICKET_ENCRYPTION)
                | known(event.preauth_type().is_some(), SIDESTEP_HAS_PREAUTH_TYPE)
                | known(event.logon_id().is_some(), SIDESTEP_HAS_LOGON_ID)
                | known(event.logon_guid().is_some(), SIDESTEP_HAS_LOGON_GUID)
                | known(event.event_code().is_some(), SIDESTEP_HAS_EVENT_CODE)
                | known(event.raw_ref().is_some(), SIDESTEP_HAS_RAW_REF),
            key_length: event.key_length().unwrap_or_default(),
            preauth_type: event.preauth_type().unwrap_or_default(),
            reserved: 0,
            ticket_encryption: event.ticket_encryption().map_or(0, |kind| kind.0),
            event_code: event.event_code().unwrap_or_default(),
            reserved2: 0,
            logon_id: event.logon_id().unwrap_or_default(),
            logon_guid: event.logon_guid().unwrap_or_default().to_be_bytes(),
            raw_ref: event.raw_ref().unwrap_or_default(),
            logon_process: sidestep_str::of_option(event.logon_process()),
            credential: sidestep_str::of_option(event.credential()),
            outcome_reason: sidestep_str::of_option(event.outcome_reason()),
            session_name: sidestep_str::of_option(event.session_name()),
        }
    }

    /// Lends the event, checked, to `take`.
    ///
    /// # Safety
    /// Its text does not change before this returns.
    #[inline]
    pub(crate) unsafe fn lend<T>(
        &self,
        take: impl FnOnce(&AuthEvent<'_>) -> T,
    ) -> Result<T, Failure> {
        // SAFETY: the caller's promise.
        let account = unsafe { self.account.get(&ACCOUNT) }?.ok_or_else(no_account)?;
        let mut event = AuthEvent::builder(Timestamp::from_micros(self.time), account);
        // SAFETY: the caller's promise, for all of them.
        unsafe {
            event
                .set_src_host(self.src_host.get(&SRC_HOST)?)
                .set_dst_host(self.dst_host.get(&DST_HOST)?);
            if let Some(subject) = self.subject.get(&SUBJECT)? {
                event.set_subject(subject);
            }
            if let Some(name) = self.logon_process.get("logon_process")? {
                event.set_logon_process(name);
            }
            if let Some(mark) = self.credential.get("credential")? {
                event.set_credential(mark);
            }
            if let Some(reason) = self.outcome_reason.get("outcome_reason")? {
                event.set_outcome_reason(reason);
            }
            if let Some(name) = self.session_name.get("session_name")? {
                event.set_session_name(name);
            }
        }
        event
            .set_activity(word(ACTIVITIES, self.activity, "activity")?)
            .set_logon_type(word(LOGON_TYPES, self.logon_type, "logon_type")?)
            .set_auth_protocol(word(AUTH_PROTOCOLS, self.auth_protocol, "auth_protocol")?)
            .set_outcome(word(OUTCOMES, self.outcome, "outcome")?)
            .set_mfa(word(MFA, self.mfa, "mfa")?);
        if self.present != 0 {
            check_present(self.present, PRESENT)?;
            let has = |bit: u32| self.present & bit != 0;
            if has(SIDESTEP_HAS_KEY_LENGTH) {
                event.set_key_length(self.key_length);
            }
            if has(SIDESTEP_HAS_TICKET_ENCRYPTION) {
                event.set_ticket_encryption(TicketEncryption(self.ticket_encryption));
            }
            if has(SIDESTEP_HAS_PREAUTH_TYPE) {
                event.set_preauth_type(self.preauth_type);
            }
            if has(SIDESTEP_HAS_LOGON_ID) {
                event.set_logon_id(self.logon_id);
            }
            if has(SIDESTEP_HAS_LOGON_GUID) {
                event.set_logon_guid(u128::from_be_bytes(self.logon_guid));
            }
            if has(SIDESTEP_HAS_EVENT_CODE) {
                event.set_event_code(self.event_code);
            }
            if has(SIDESTEP_HAS_RAW_REF) {
                event.set_raw_ref(self.raw_ref);
            }
        }
        event.event().map(take).map_err(refused)
    }
}

#[cold]
fn no_account() -> Failure {
    Failure::new(SIDESTEP_ERR_EVENT, "the account has no name; an event needs it").at("account")
}

/// What the engine says of an event that it does not take.
#[cold]
pub(crate) fn refused(error: sidestep::event::EventError) -> Failure {
    let place = match &error {
        sidestep::event::EventError::Missing { field }
        | sidestep::event::EventError::TooLong { field, .. } => field,
        sidestep::event::EventError::TimeOutOfRange { .. } => "time",
        _ => "",
    };
    Failure::new(SIDESTEP_ERR_EVENT, error.to_string()).at(place)
}

/// Refuses bits that no number of this version stands behind.
pub(crate) fn check_present(present: u32, known: u32) -> Result<(), Failure> {
    if present & !known == 0 {
        return Ok(());
    }
    let what = format!("bits {:#x} are no SIDESTEP_HAS_ value of this struct", present & !known);
    Err(Failure::new(SIDESTEP_ERR_VALUE, what).at("present"))
}

/// Fills an event with zeros and its size: `sidestep_event_init(&event, sizeof event)`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_event_init(
    event: *mut sidestep_event,
    struct_size: usize,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_event_init", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { pointer::init(event, struct_size) }
    })
}
