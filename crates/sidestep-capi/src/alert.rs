//! Alerts, as structs.

use sidestep::alert::Alert;

use crate::boundary::call;
use crate::error::{Failure, sidestep_error};
use crate::handle::{self, Opaque};
use crate::pointer::{self, SizedStruct};
use crate::status::{SIDESTEP_ERR_INDEX, sidestep_status};
use crate::text::sidestep_str;
use crate::vocabulary::{
    ALERT_STATES, AUTH_PROTOCOLS, LOGON_TYPES, OUTCOMES, SEVERITIES, SIDESTEP_AUTH_PROTOCOL_OTHER,
    SIDESTEP_LOGON_TYPE_OTHER, SIDESTEP_OUTCOME_UNKNOWN, SIDESTEP_SEVERITY_CRITICAL,
    SIDESTEP_STATE_CLOSED, number,
};

/// A movement that somebody should look at, in one of its states.
///
/// Any number of threads may read one alert at the same time. It outlives its engine. All that is
/// asked of it, text included, lives until it is freed or, in a callback, until that returns.
pub struct sidestep_alert {
    _opaque: (),
}

impl Opaque for sidestep_alert {
    type State = Alert;
    const MAGIC: u64 = u64::from_le_bytes(*b"ss alert");
    const NAME: &'static str = "sidestep_alert";
}

/// What an alert says. Set `struct_size` to `sizeof(sidestep_alert_view)` before the call. Lists are read by
/// index, each below its count.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct sidestep_alert_view {
    /// `sizeof(sidestep_alert_view)`.
    pub struct_size: usize,
    /// The same in every state of one alert and in every run over the same events.
    pub id: sidestep_str,
    /// One sentence for a person.
    pub summary: sidestep_str,
    /// The host at which the movement began.
    pub origin_host: sidestep_str,
    /// The account used first.
    pub origin_user: sidestep_str,
    /// Where it stands: `SIDESTEP_STATE_...`.
    pub state: u32,
    /// How rare such a movement is here: `SIDESTEP_SEVERITY_...`.
    pub severity: u32,
    /// 0 to 1, high is suspicious.
    pub score: f64,
    /// The movement's excess over what chance explains, in nats; it ranks alerts.
    pub surprise: f64,
    /// Share of the movements of this network that are at least this surprising.
    pub p_value: f64,
    /// Time of the first hop: microseconds since 1970, UTC.
    pub first_seen: i64,
    /// Time of the last hop.
    pub last_seen: i64,
    /// Time of the hop at which the alert was raised.
    pub detected_at: i64,
    /// Hops: the logins, in order of time; a parent comes before its children.
    pub hops: usize,
    /// Hosts that were reached and then moved on from.
    pub pivots: usize,
    /// Hosts that were reached and not moved on from.
    pub targets: usize,
    /// Techniques of ATT&CK that the hops fit.
    pub techniques: usize,
    /// Changes of credentials on the way.
    pub credential_switches: usize,
}

/// One login of a movement. Set `struct_size` to `sizeof(sidestep_hop)` before the call.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct sidestep_hop {
    /// `sizeof(sidestep_hop)`.
    pub struct_size: usize,
    /// When: microseconds since 1970, UTC.
    pub time: i64,
    /// The account logged on as, `name@domain`.
    pub user: sidestep_str,
    /// Where from.
    pub src_host: sidestep_str,
    /// Where to.
    pub dst_host: sidestep_str,
    /// Whether it succeeded: `SIDESTEP_OUTCOME_...`.
    pub outcome: u32,
    /// What authenticated it: `SIDESTEP_AUTH_PROTOCOL_...`.
    pub auth_protocol: u32,
    /// How the account logged on: `SIDESTEP_LOGON_TYPE_...`.
    pub logon_type: u32,
    /// Whether the event had a `raw_ref`: 0 or 1.
    pub has_raw_ref: u32,
    /// The event's `raw_ref`.
    pub raw_ref: u64,
    /// Index of the hop that led here, or -1 where none did.
    pub parent: i64,
    /// Surprise of the login in nats: exactly the sum of its contributions.
    pub surprise: f64,
    /// Reasons, which `sidestep_alert_contribution` reads.
    pub contributions: usize,
}

/// One named reason why a login is odd. Set `struct_size` to `sizeof(sidestep_contribution)` before the call.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct sidestep_contribution {
    /// `sizeof(sidestep_contribution)`.
    pub struct_size: usize,
    /// Name of the evidence, such as `dst_given_account`.
    pub name: sidestep_str,
    /// What was seen.
    pub observed: sidestep_str,
    /// What was to be expected.
    pub expected: sidestep_str,
    /// Surprise in nats.
    pub surprise: f64,
}

/// A change of credentials within a movement. Set `struct_size` to `sizeof(sidestep_credential_switch)` before
/// the call.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct sidestep_credential_switch {
    /// `sizeof(sidestep_credential_switch)`.
    pub struct_size: usize,
    /// When the second account was first used: microseconds since 1970, UTC.
    pub time: i64,
    /// The host on which the switch happened.
    pub host: sidestep_str,
    /// The account before.
    pub from: sidestep_str,
    /// The account after.
    pub to: sidestep_str,
}

// SAFETY: `repr(C)`, begins with its size, plain data and pointers.
unsafe impl SizedStruct for sidestep_alert_view {
    const NAME: &'static str = "sidestep_alert_view";
}
// SAFETY: `repr(C)`, begins with its size, plain data and pointers.
unsafe impl SizedStruct for sidestep_hop {
    const NAME: &'static str = "sidestep_hop";
}
// SAFETY: `repr(C)`, begins with its size, plain data and pointers.
unsafe impl SizedStruct for sidestep_contribution {
    const NAME: &'static str = "sidestep_contribution";
}
// SAFETY: `repr(C)`, begins with its size, plain data and pointers.
unsafe impl SizedStruct for sidestep_credential_switch {
    const NAME: &'static str = "sidestep_credential_switch";
}

/// Reads what an alert says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_alert_get(
    alert: *const sidestep_alert,
    view: *mut sidestep_alert_view,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_alert_get", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let alert = unsafe { handle::read(alert) }?;
        let value = sidestep_alert_view {
            struct_size: size_of::<sidestep_alert_view>(),
            id: sidestep_str::of(&alert.id),
            summary: sidestep_str::of(&alert.summary),
            origin_host: sidestep_str::of(&alert.origin.host),
            origin_user: sidestep_str::of(&alert.origin.user),
            state: number(ALERT_STATES, &alert.state, SIDESTEP_STATE_CLOSED),
            severity: number(SEVERITIES, &alert.severity, SIDESTEP_SEVERITY_CRITICAL),
            score: alert.score,
            surprise: alert.surprise,
            p_value: alert.p_value,
            first_seen: alert.first_seen.micros(),
            last_seen: alert.last_seen.micros(),
            detected_at: alert.detected_at.micros(),
            hops: alert.hops.len(),
            pivots: alert.pivots.len(),
            targets: alert.targets.len(),
            techniques: alert.techniques.len(),
            credential_switches: alert.credential_switches.len(),
        };
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { pointer::fill(view, value) }
    })
}

/// Reads one hop.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_alert_hop(
    alert: *const sidestep_alert,
    index: usize,
    hop: *mut sidestep_hop,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_alert_hop", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let alert = unsafe { handle::read(alert) }?;
        let of = nth(&alert.hops, index, "index")?;
        let value = sidestep_hop {
            struct_size: size_of::<sidestep_hop>(),
            time: of.time.micros(),
            user: sidestep_str::of(&of.user),
            src_host: sidestep_str::of(&of.src_host),
            dst_host: sidestep_str::of(&of.dst_host),
            outcome: number(OUTCOMES, &of.outcome, SIDESTEP_OUTCOME_UNKNOWN),
            auth_protocol: number(AUTH_PROTOCOLS, &of.auth_protocol, SIDESTEP_AUTH_PROTOCOL_OTHER),
            logon_type: number(LOGON_TYPES, &of.logon_type, SIDESTEP_LOGON_TYPE_OTHER),
            has_raw_ref: of.raw_ref.is_some().into(),
            raw_ref: of.raw_ref.unwrap_or_default(),
            parent: of.parent.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1),
            surprise: of.surprise,
            contributions: of.evidence.len(),
        };
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { pointer::fill(hop, value) }
    })
}

/// Reads one reason of one hop.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_alert_contribution(
    alert: *const sidestep_alert,
    hop: usize,
    index: usize,
    contribution: *mut sidestep_contribution,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_alert_contribution", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let alert = unsafe { handle::read(alert) }?;
        let of = nth(&nth(&alert.hops, hop, "hop")?.evidence, index, "index")?;
        let value = sidestep_contribution {
            struct_size: size_of::<sidestep_contribution>(),
            name: sidestep_str::of(&of.name),
            observed: sidestep_str::of(&of.observed),
            expected: sidestep_str::of(&of.expected),
            surprise: of.surprise,
        };
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { pointer::fill(contribution, value) }
    })
}

/// Reads one host that was reached and then moved on from, in order of arrival.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_alert_pivot(
    alert: *const sidestep_alert,
    index: usize,
    host: *mut sidestep_str,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_alert_pivot", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (alert, host) = unsafe { (handle::read(alert)?, pointer::out(host, "host")?) };
        host.write(sidestep_str::of(nth(&alert.pivots, index, "index")?));
        Ok(())
    })
}

/// Reads one host that was reached and not moved on from, in order of arrival.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_alert_target(
    alert: *const sidestep_alert,
    index: usize,
    host: *mut sidestep_str,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_alert_target", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (alert, host) = unsafe { (handle::read(alert)?, pointer::out(host, "host")?) };
        host.write(sidestep_str::of(nth(&alert.targets, index, "index")?));
        Ok(())
    })
}

/// Reads one technique of ATT&CK: its identifier, such as `T1021`, and its name, which may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_alert_technique(
    alert: *const sidestep_alert,
    index: usize,
    id: *mut sidestep_str,
    name: *mut sidestep_str,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_alert_technique", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let (alert, id) = unsafe { (handle::read(alert)?, pointer::out(id, "id")?) };
        let of = nth(&alert.techniques, index, "index")?;
        id.write(sidestep_str::of(of.id));
        if !name.is_null() {
            // SAFETY: the caller keeps the header's contract of pointers.
            unsafe { pointer::out(name, "name") }?.write(sidestep_str::of(of.name));
        }
        Ok(())
    })
}

/// Reads one change of credentials.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_alert_credential_switch(
    alert: *const sidestep_alert,
    index: usize,
    credential_switch: *mut sidestep_credential_switch,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_alert_credential_switch", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let alert = unsafe { handle::read(alert) }?;
        let of = nth(&alert.credential_switches, index, "index")?;
        let value = sidestep_credential_switch {
            struct_size: size_of::<sidestep_credential_switch>(),
            time: of.time.micros(),
            host: sidestep_str::of(&of.host),
            from: sidestep_str::of(&of.from),
            to: sidestep_str::of(&of.to),
        };
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { pointer::fill(credential_switch, value) }
    })
}

fn nth<'a, T>(list: &'a [T], index: usize, argument: &'static str) -> Result<&'a T, Failure> {
    list.get(index).ok_or_else(|| {
        let what = format!("{index} is not below the count, {}", list.len());
        Failure::new(SIDESTEP_ERR_INDEX, what).at(argument)
    })
}
