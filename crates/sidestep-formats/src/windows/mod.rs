//! Windows events, whatever they are wrapped in.
//!
//! A dialect that carries Windows events (EVTX, Winlogbeat, NXLog, Splunk ...) fills a [`Record`]
//! with the names and values that Windows gave, and hands it to [`emit`], which is the one place
//! that knows what each event id means.

mod companion;
mod field;
mod kerberos;
mod logon;
mod message;
mod ntlm;
mod openssh;
mod origin;
mod parts;
mod relayed;
mod templates;
mod terminal;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::ops::ControlFlow;

use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::time::Micros;
use crate::values::trimmed;

pub(crate) use field::Field;
pub(crate) use origin::Origin;
pub(crate) use relayed::{event_of_title, is_listing, is_relayed, listing, relayed};

/// One Windows event: its header, and the values of `EventData` or `UserData` by name.
#[derive(Debug)]
pub(crate) struct Record<'r> {
    /// Microseconds since 1970, UTC; `None` where the record has none that can be read.
    pub(crate) time: Option<Micros>,
    pub(crate) event_id: u32,
    /// `Microsoft-Windows-Security-Auditing` and the like; empty where unknown.
    pub(crate) provider: Cow<'r, str>,
    /// Empty where unknown. Forwarded events carry `ForwardedEvents` here.
    pub(crate) channel: Cow<'r, str>,
    /// The host that wrote the event, also where it was forwarded.
    pub(crate) computer: Cow<'r, str>,
    /// Number of the record in its log, or of the line.
    pub(crate) raw_ref: Option<u64>,
    /// Number of the record in the log of its host, where it is known.
    pub(crate) number: Option<u64>,
    /// By [`Field`]; see [`Record::set`].
    pub(crate) values: [Option<Cow<'r, str>>; Field::COUNT],
}

impl Default for Record<'_> {
    fn default() -> Self {
        Self {
            time: None,
            event_id: 0,
            provider: Cow::Borrowed(""),
            channel: Cow::Borrowed(""),
            computer: Cow::Borrowed(""),
            raw_ref: None,
            number: None,
            values: [const { None }; Field::COUNT],
        }
    }
}

impl<'r> Record<'r> {
    /// Takes a value of `EventData` or `UserData`; a name that no event here needs is dropped.
    /// Values that have no name are called `param1`, `param2` and so on. Where one thing has two names
    /// in a record, as `IpAddress` beside a collector's `Address`, the surer one that says something holds.
    pub(crate) fn set(&mut self, name: &str, value: Cow<'r, str>) {
        let Some(field) = Field::of(name) else { return };
        let known = self.values[field as usize].is_some();
        let keep = known && self.text(field).is_some() && {
            Field::FIRST[field as usize] != name || !parts::says_something(&value)
        };
        if !keep {
            self.put(field, value);
        }
    }

    /// As [`Record::set`], where nothing is known of this name yet.
    pub(crate) fn fill(&mut self, name: &str, value: Cow<'r, str>) {
        if let Some(field) = Field::of(name).filter(|field| self.text(*field).is_none()) {
            self.put(field, value);
        }
    }

    /// Whether it has none of the values that an event is made of; of those that a log may also have
    /// for itself, such as `User`, it may have some.
    pub(crate) fn is_bare(&self) -> bool {
        let set = self.values.iter().enumerate().filter(|(_, value)| value.is_some());
        set.into_iter().all(|(field, _)| Field::OF_LOGS.iter().any(|own| *own as usize == field))
    }

    /// As [`Record::set`], for a name that was looked up before.
    pub(crate) fn put(&mut self, field: Field, value: Cow<'r, str>) {
        self.values[field as usize] = Some(value);
    }
}

/// Whether an event of this id is asked for at all, so that others need not be taken apart.
pub(crate) fn is_listed(event_id: u32) -> bool {
    Origin::any_lists(event_id)
}

/// Whether a name is one of a provider whose events are read.
pub(crate) fn is_provider(name: &str) -> bool {
    Origin::of_provider(name).is_some()
}

/// Hands on what the record tells: an authentication event, a companion record, or nothing.
pub(crate) fn emit(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let origin = Origin::of(record.event_id, &record.provider, &record.channel);
    emit_of(origin, record, sink)
}

/// As [`emit`], where it is known already who wrote the event.
pub(crate) fn emit_of(
    origin: Option<Origin>,
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    if let (Some(_), Some(number), Some(time)) = (origin, record.number, record.time) {
        sink.numbered(&record.computer, &record.channel, number, time);
    }
    if origin.is_some_and(Origin::has_values) && record.says_nothing() {
        return Err(Fault::column("EventData", unreadable(record.event_id)));
    }
    match origin {
        Some(Origin::Security) => match record.event_id {
            4662 => {
                companion::replication(record, sink).unwrap_or_else(|| logon::emit(record, sink))
            }
            4624 | 4625 | 4634 | 4647 | 4648 | 4672 | 4778 | 4779 | 4825 => {
                logon::emit(record, sink)
            }
            4768..=4771 | 4776 => kerberos::emit(record, sink),
            _ => companion::security(record, sink),
        },
        Some(Origin::ServiceControl) => companion::service(record, sink),
        Some(Origin::Netlogon) => companion::netlogon(record, sink),
        Some(Origin::Sysmon) => companion::sysmon(record, sink),
        Some(Origin::LocalSession) => terminal::session(record, sink),
        Some(Origin::RemoteConnection) => terminal::connection(record, sink),
        Some(Origin::RdpCore) => terminal::transport(record, sink),
        Some(Origin::WinRm) => terminal::winrm(record, sink),
        Some(Origin::OpenSsh) => openssh::emit(record, sink),
        Some(Origin::Gateway) => terminal::gateway(record, sink),
        Some(Origin::Ntlm) => ntlm::emit(record, sink),
        Some(Origin::DistributedCom) => companion::refused_object(record, sink),
        None => {
            pass_over(record.event_id, &record.provider, sink);
            Ok(ControlFlow::Continue(()))
        }
    }
}

/// Whether an event of the security log is a login, which without its values would be one of nobody.
pub(crate) const fn is_login(event_id: u32) -> bool {
    matches!(event_id, 4624 | 4625 | 4648 | 4768 | 4769 | 4776)
}

/// What is wrong with an event whose values were not found.
#[cold]
fn unreadable(event_id: u32) -> String {
    let missing = match is_login(event_id) {
        true => "no account, logon type or address",
        false => "none of the values that are needed",
    };
    format!("gives {missing}: this is a {event_id} without a readable EventData")
}

/// The number of an event as logs write it: `4624`, `4624.0`, `4,624`, `0x1210`. Some give it with the
/// qualifiers of the old event log, in the upper half.
pub(crate) fn event_number(text: &str) -> Option<u32> {
    let text = trimmed(text);
    if let Ok(number) = text.parse::<u32>() {
        return Some(number & 0xffff);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.bytes().any(|digit| digit != b'0') {
        return None;
    }
    let number = match whole.split_once(',') {
        Some((thousands, rest)) if rest.len() == 3 && thousands.len() < 4 => {
            let (thousands, rest): (u32, u32) = (thousands.parse().ok()?, rest.parse().ok()?);
            thousands * 1000 + rest
        }
        Some(_) => return None,
        None => u32::try_from(crate::values::number(whole)?).ok()?,
    };
    Some(number & 0xffff)
}

/// Counts a sound event that is not read, by its number and provider.
pub(crate) fn pass_over(event_id: u32, provider: &str, sink: &mut RecordSink<'_>) {
    sink.pass_over(&name_of(event_id, provider));
}

/// What a sound event that is not read is counted as.
pub(crate) fn name_of(event_id: u32, provider: &str) -> String {
    let mut what = String::with_capacity(96);
    what.push_str("Windows event ");
    what.push_str(itoa::Buffer::new().format(event_id));
    if !provider.is_empty() {
        what.push_str(" of ");
        if provider.len() <= 80 && provider.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            what.push_str(provider);
        } else {
            what.extend(provider.chars().filter(|c| !c.is_control()).take(80));
        }
    }
    what
}
