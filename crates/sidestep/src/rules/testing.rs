//! What tests of rules have in common.

use crate::config::Config;
use crate::engine::Engine;
use crate::event::Purpose;
use crate::event::Timestamp;
use crate::event::{
    Account, Activity, AuthEvent, AuthEventBuilder, AuthProtocol, Event, Host, HostActivity,
    HostActivityBuilder, HostActivityKind, LogonType, Outcome,
};
use crate::time::{DAY, Micros, SECOND};

/// When tests begin: a Monday morning.
pub(crate) const MORNING: Micros = 19_793 * DAY + 8 * 3600 * SECOND;

/// A successful network logon as Windows 4624 tells it, `seconds` into the morning.
pub(crate) fn logon<'a>(
    seconds: i64,
    account: &'a str,
    source: &'a str,
    destination: &'a str,
) -> AuthEventBuilder<'a> {
    AuthEvent::builder(Timestamp::from_micros(MORNING + seconds * SECOND), Account::parse(account))
        .src_host(Host::named(source))
        .dst_host(Host::named(destination))
        .logon_type(LogonType::Network)
        .auth_protocol(AuthProtocol::Kerberos)
        .outcome(Outcome::Success)
        .event_code(4624)
}

/// A ticket as a controller tells it, `seconds` into the morning.
pub(crate) fn ticket<'a>(
    seconds: i64,
    activity: Activity,
    account: &'a str,
    source: &'a str,
    destination: &'a str,
) -> AuthEventBuilder<'a> {
    let code = if activity == Activity::ServiceTicket { 4769 } else { 4768 };
    logon(seconds, account, source, destination)
        .activity(activity)
        .logon_type(LogonType::Unknown)
        .event_code(code)
}

/// A companion record, `seconds` into the morning.
pub(crate) fn did<'a>(
    seconds: i64,
    kind: HostActivityKind,
    host: &'a str,
) -> HostActivityBuilder<'a> {
    HostActivity::builder(
        Timestamp::from_micros(MORNING + seconds * SECOND),
        kind,
        Host::named(host),
    )
}

/// What an engine without history finds in events, as `detection: what was seen`.
pub(crate) struct Probe(Engine);

impl Probe {
    pub(crate) fn new() -> Self {
        Self(Engine::new(Config::default()))
    }

    pub(crate) fn auth(&mut self, event: AuthEventBuilder<'_>) -> Vec<String> {
        let event = event.build().expect("it is a valid event");
        self.see((&event).into())
    }

    pub(crate) fn activity(&mut self, activity: HostActivityBuilder<'_>) -> Vec<String> {
        let activity = activity.build().expect("it is a valid record");
        self.see((&activity).into())
    }

    fn see(&mut self, event: Event<'_>) -> Vec<String> {
        self.0.pipeline.pass(event, Purpose::Detect);
        self.0
            .pipeline
            .rules
            .found
            .drain(..)
            .map(|(id, observed)| format!("{id}: {observed}"))
            .collect()
    }
}
