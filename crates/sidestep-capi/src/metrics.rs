//! Counters of an engine.

use sidestep::MemoryUse;

use crate::boundary::call;
use crate::engine_state::sidestep_engine;
use crate::error::sidestep_error;
use crate::handle;
use crate::pointer::{self, SizedStruct};
use crate::status::sidestep_status;

/// Bytes that the tables of an engine hold, beside some kilobytes that are always there.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct sidestep_memory {
    /// All of them.
    pub total: u64,
    /// Names of accounts that move, and what is known of each.
    pub accounts: u64,
    /// Names of hosts, and what is known of each.
    pub hosts: u64,
    /// Other names and addresses of hosts and accounts, and accounts that do not move.
    pub names: u64,
    /// Login edges: account, source and destination.
    pub edges: u64,
    /// Pairs of an account and a destination.
    pub account_destinations: u64,
    /// Pairs of an account and a source.
    pub account_sources: u64,
    /// Pairs of a source and a destination.
    pub host_pairs: u64,
    /// Who sits at which host, and which accounts go together.
    pub presence: u64,
    /// Sessions and tickets under way.
    pub sessions: u64,
    /// What detections remember.
    pub detections: u64,
    /// Movements under way, and those that wait to be shown or listed.
    pub movements: u64,
    /// Logins that wait to be learned.
    pub quarantine: u64,
}

/// What an engine took in, passed over, evicted and raised since it was made. Set `struct_size` to
/// `sizeof(sidestep_metrics)` before the call.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct sidestep_metrics {
    /// `sizeof(sidestep_metrics)`.
    pub struct_size: usize,
    /// Events learned or processed.
    pub events: u64,
    /// Of these, companion records of what hosts did.
    pub activities: u64,
    /// Of these, remote logins: they name two different hosts and an account that can move.
    pub logins: u64,
    /// Of the logins, those that were habitual and left after one look-up.
    pub habitual: u64,
    /// Logons that another log had told of already, and that count once.
    pub duplicates: u64,
    /// Events later than the newest by more than the configured lateness: not learned, not scored.
    pub late: u64,
    /// Events passed over because they carry no host or only a well-known account.
    pub passed_over: u64,
    /// Logins kept out of what is learned because their movement was alerted on.
    pub quarantined: u64,
    /// Login edges (account, source, destination) remembered now.
    pub edges: u64,
    /// Bytes that the tables hold now.
    pub memory: sidestep_memory,
    /// Login edges evicted to stay within the bound.
    pub evicted_edges: u64,
    /// Pairs (account and host, or host and host) evicted to stay within the bound.
    pub evicted_pairs: u64,
    /// Accounts evicted to stay within the bound.
    pub evicted_accounts: u64,
    /// Hosts evicted to stay within the bound.
    pub evicted_hosts: u64,
    /// What detections found that is not usual for whoever did it.
    pub findings: u64,
    /// What detections found and the policy allows.
    pub suppressed: u64,
    /// Movements opened.
    pub movements: u64,
    /// Movements given up early to stay within the bound.
    pub evicted_movements: u64,
    /// Hops not kept because their movement was full.
    pub dropped_hops: u64,
    /// Alerts raised.
    pub alerts: u64,
    /// Alerts that wait to be polled now.
    pub waiting_alerts: u64,
    /// Alerts lost because too many waited to be polled.
    pub lost_alerts: u64,
    /// Movements in which detections found something and that were not raised; see
    /// `sidestep_engine_held_back`.
    pub held_back: u64,
    /// Days with events that were judged by detections alone.
    pub days_by_detections: u64,
    /// Events more than a week later than the newest that the stream did not follow: of a clock that is
    /// set wrong.
    pub future: u64,
    /// Accounts that move known now.
    pub accounts: u64,
    /// Hosts known now.
    pub hosts: u64,
}

// SAFETY: `repr(C)`, begins with its size, plain data.
unsafe impl SizedStruct for sidestep_metrics {
    const NAME: &'static str = "sidestep_metrics";
}

const fn memory(of: &MemoryUse) -> sidestep_memory {
    sidestep_memory {
        total: of.total(),
        accounts: of.accounts,
        hosts: of.hosts,
        names: of.names,
        edges: of.edges,
        account_destinations: of.account_destinations,
        account_sources: of.account_sources,
        host_pairs: of.host_pairs,
        presence: of.presence,
        sessions: of.sessions,
        detections: of.detections,
        movements: of.movements,
        quarantine: of.quarantine,
    }
}

/// Reads the counters of an engine. Bytes of tables are counted for it, which takes time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sidestep_engine_metrics(
    engine: *const sidestep_engine,
    metrics: *mut sidestep_metrics,
    error: *mut *mut sidestep_error,
) -> sidestep_status {
    call("sidestep_engine_metrics", error, || {
        // SAFETY: the caller keeps the header's contract of pointers.
        let engine = unsafe { handle::read(engine) }?;
        let m = engine.engine.metrics();
        let value = sidestep_metrics {
            struct_size: size_of::<sidestep_metrics>(),
            events: m.events,
            activities: m.activities,
            logins: m.logins,
            habitual: m.habitual,
            duplicates: m.duplicates,
            late: m.late,
            passed_over: m.passed_over,
            quarantined: m.quarantined,
            edges: m.edges,
            memory: memory(&m.memory),
            evicted_edges: m.evicted_edges,
            evicted_pairs: m.evicted_pairs,
            evicted_accounts: m.evicted_accounts,
            evicted_hosts: m.evicted_hosts,
            findings: m.findings,
            suppressed: m.suppressed,
            movements: m.movements,
            evicted_movements: m.evicted_movements,
            dropped_hops: m.dropped_hops,
            alerts: m.alerts,
            waiting_alerts: engine.waiting.len() as u64,
            lost_alerts: engine.lost,
            held_back: m.held_back,
            days_by_detections: m.days_by_detections,
            future: m.future,
            accounts: m.accounts,
            hosts: m.hosts,
        };
        // SAFETY: the caller keeps the header's contract of pointers.
        unsafe { pointer::fill(metrics, value) }
    })
}
