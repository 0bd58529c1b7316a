//! Windows events, whatever they are wrapped in.
//!
//! A dialect that carries Windows events (EVTX, Winlogbeat, NXLog, Splunk ...) fills a [`Record`]
//! with the names and values that Windows gave, and hands it to [`emit`], which is the one place
//! that knows what each event id means.

use std::borrow::Cow;
use std::ops::ControlFlow;

use sidestep::Timestamp;

use crate::error::Fault;
use crate::reader::Run;

/// One Windows event: its header, and the values of `EventData` or `UserData` by name.
#[derive(Debug, Default)]
pub(crate) struct Record<'r> {
    /// Microseconds since 1970, UTC; `None` where the record has none that can be read.
    pub(crate) time: Option<Timestamp>,
    pub(crate) event_id: u32,
    /// `Microsoft-Windows-Security-Auditing` and the like; empty where unknown.
    pub(crate) provider: Cow<'r, str>,
    /// Empty where unknown. Forwarded events carry `ForwardedEvents` here.
    pub(crate) channel: Cow<'r, str>,
    /// The host that wrote the event, also where it was forwarded.
    pub(crate) computer: Cow<'r, str>,
    /// Number of the record in its log, or of the line.
    pub(crate) raw_ref: Option<u64>,
}

impl<'r> Record<'r> {
    /// Takes a value of `EventData` or `UserData`; a name that no event here needs is dropped.
    pub(crate) fn set(&mut self, _name: &str, _value: Cow<'r, str>) {}
}

/// Whether an event of this id is asked for at all, so that others need not be taken apart.
pub(crate) fn is_listed(_event_id: u32) -> bool {
    false
}

/// Counts a sound event that is not read, by its number and provider.
pub(crate) fn pass_over(event_id: u32, provider: &str, run: &mut Run<'_>) {
    let provider: String = provider.chars().filter(|c| !c.is_control()).take(80).collect();
    let of = if provider.is_empty() { "" } else { " of " };
    run.pass_over(&format!("Windows event {event_id}{of}{provider}"));
}

/// Hands on what the record tells: an authentication event, a companion record, or nothing.
pub(crate) fn emit(_record: &Record<'_>, _run: &mut Run<'_>) -> Result<ControlFlow<()>, Fault> {
    Ok(ControlFlow::Continue(()))
}
