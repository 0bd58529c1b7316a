//! Windows events that agents send as lines of syslog: Snare's fields, or the rendered text alone, as
//! `NXLog`, `evtsys` and rsyslog's agent send it; and the text of Splunk's `WinEventLog`.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::{Record, event_number, is_listed, is_provider, pass_over};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::syslog::Envelope;

/// What a line in Snare's format begins with.
const SNARE: &str = "MSWinEventLog";

/// The fields of Snare's format up to the text, by their places.
const EVENT_ID: usize = 5;
const PROVIDER: usize = 6;
const CHANNEL: usize = 2;
const NUMBER: usize = 3;
const COMPUTER: usize = 10;
const FIELDS: usize = 13;

/// What the text of an event begins with, where an agent leaves out its number.
const TITLES: [(&str, u32); 31] = [
    ("An account was successfully logged on", 4624),
    ("An account failed to log on", 4625),
    ("An account was logged off", 4634),
    ("User initiated logoff", 4647),
    ("A logon was attempted using explicit credentials", 4648),
    ("An operation was performed on an object", 4662),
    ("Special privileges assigned to new logon", 4672),
    ("A new process has been created", 4688),
    ("A service was installed in the system", 4697),
    ("A scheduled task was created", 4698),
    ("A scheduled task was updated", 4702),
    ("A user account was created", 4720),
    ("A user account was enabled", 4722),
    ("An attempt was made to reset an account's password", 4724),
    ("A member was added to a security-enabled global group", 4728),
    ("A member was added to a security-enabled local group", 4732),
    ("A user account was changed", 4738),
    ("A computer account was created", 4741),
    ("A computer account was changed", 4742),
    ("A member was added to a security-enabled universal group", 4756),
    ("A Kerberos authentication ticket (TGT) was requested", 4768),
    ("A Kerberos service ticket was requested", 4769),
    ("A Kerberos service ticket was renewed", 4770),
    ("Kerberos pre-authentication failed", 4771),
    ("The computer attempted to validate the credentials for an account", 4776),
    ("The domain controller attempted to validate the credentials for an account", 4776),
    ("A session was reconnected to a Window Station", 4778),
    ("A session was disconnected from a Window Station", 4779),
    ("The name of an account was changed", 4781),
    ("A network share object was accessed", 5140),
    ("A network share object was checked", 5145),
];

/// The number of an event by the sentence that its text begins with.
pub(crate) fn event_of_title(text: &str) -> Option<u32> {
    // Most texts are words that no title begins with.
    if !text.starts_with(['A', 'K', 'S', 'T', 'U']) {
        return None;
    }
    TITLES.iter().find(|(title, _)| text.starts_with(title)).map(|(_, id)| *id)
}

/// Whether a program that wrote a line of syslog is the event log.
pub(crate) fn is_relayed(program: &str, text: &str) -> bool {
    // Hardly any other program's name begins so, and this is asked for every line.
    match program.as_bytes().first() {
        Some(b'M' | b'S') => program.starts_with(SNARE) || is_provider(program),
        Some(b'-') | None => text.starts_with(SNARE),
        Some(_) => false,
    }
}

/// Hands on what such a line tells.
pub(crate) fn relayed(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    if envelope.program.starts_with(SNARE) {
        // The program ends at the first blank, which may stand within the fields.
        return snare(envelope, &format!("{} {text}", envelope.program), sink);
    }
    if text.starts_with(SNARE) {
        return snare(envelope, text, sink);
    }
    let event_id = match text.split_once(':') {
        Some((number, _)) if number.parse::<u32>().is_ok() => event_number(number),
        _ => event_of_title(text),
    };
    let Some(event_id) = event_id else {
        sink.not_understood("text of a Windows event without its number");
        return Ok(ControlFlow::Continue(()));
    };
    let record = Record {
        time: envelope.time,
        event_id,
        provider: Cow::Borrowed(envelope.program),
        computer: Cow::Borrowed(envelope.host),
        raw_ref: envelope.raw_ref,
        ..Record::default()
    };
    rendered(record, text, sink)
}

fn snare(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    // Relays write a tab as its number.
    let text = if text.contains('\t') {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.replace("#011", "\t"))
    };
    let mut fields = text.splitn(FIELDS + 1, '\t').map(str::trim);
    let mut field = [""; FIELDS];
    for field in &mut field {
        *field = fields.next().unwrap_or_default();
    }
    let Some(event_id) = event_number(field[EVENT_ID]) else {
        return Err(Fault::word("event_id", field[EVENT_ID].as_bytes(), "the number of an event"));
    };
    let computer = if field[COMPUTER].is_empty() { envelope.host } else { field[COMPUTER] };
    let record = Record {
        time: envelope.time,
        event_id,
        provider: Cow::Borrowed(field[PROVIDER]),
        channel: Cow::Borrowed(field[CHANNEL]),
        computer: Cow::Borrowed(computer),
        raw_ref: envelope.raw_ref,
        number: field[NUMBER].parse().ok(),
        ..Record::default()
    };
    rendered(record, fields.next().unwrap_or_default(), sink)
}

/// Whether a text is Splunk's `WinEventLog`: lines of `name=value` and the rendered text.
pub(crate) fn is_listing(text: &str) -> bool {
    text.contains("EventCode=") && text.contains("LogName=")
}

/// Hands on what such a text tells; `outer` knows the time and, where the text does not, the host.
pub(crate) fn listing(
    outer: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let (head, message) = text.split_once("Message=").unwrap_or((text, ""));
    let value = |name: &str| {
        let line = head.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='));
        line.map(str::trim).unwrap_or_default()
    };
    let code = value("EventCode");
    let Some(event_id) = event_number(code) else {
        return Err(Fault::word("EventCode", code.as_bytes(), "the number of an event"));
    };
    let computer = Some(value("ComputerName")).filter(|name| !name.is_empty());
    let record = Record {
        time: outer.time,
        event_id,
        provider: Cow::Borrowed(value("SourceName")),
        channel: Cow::Borrowed(value("LogName")),
        computer: Cow::Borrowed(computer.unwrap_or(outer.host)),
        raw_ref: outer.raw_ref,
        number: value("RecordNumber").parse().ok(),
        ..Record::default()
    };
    rendered(record, message, sink)
}

fn rendered(
    mut record: Record<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    if !is_listed(record.event_id) {
        pass_over(record.event_id, &record.provider, sink);
        return Ok(ControlFlow::Continue(()));
    }
    record.set_by_message(text);
    super::emit(&record, sink)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record_sink::with_record_sink;

    const TEXT: &str = "An account was successfully logged on.    Subject:   Security ID:  S-1-0-0   \
        Account Name:  -   Logon ID:  0x0    Logon Type:   3    New Logon:   Account Name:  alice   \
        Account Domain:  CORP   Network Information:   Workstation Name: WS-17   \
        Source Network Address: 10.0.0.5   Source Port:  49812";

    fn told(program: &str, text: &str) -> String {
        let envelope =
            Envelope { time: Some(1), host: "relay", program, process: "", raw_ref: None };
        let mut logins = Vec::new();
        let (taken, summary) = with_record_sink(
            &mut |event| {
                let event = event.auth().expect("an authentication event");
                let (source, destination) = (event.src_host(), event.dst_host());
                let ip = source.ip.map(|ip| format!(",{ip}")).unwrap_or_default();
                logins.push(format!("{} {source}{ip} > {destination}", event.account()));
                ControlFlow::Continue(())
            },
            |sink| match is_listing(text) {
                true => listing(&envelope, text, sink),
                false => {
                    assert!(is_relayed(program, text), "{program} {text}");
                    relayed(&envelope, text, sink)
                }
            },
        );
        match taken {
            Ok(_) => {
                let said =
                    summary.passed_over.into_keys().chain(summary.not_understood.into_keys());
                logins.into_iter().chain(said).collect()
            }
            Err(fault) => fault.what,
        }
    }

    #[test]
    fn a_logon_is_read_from_what_agents_send() {
        let rest = format!(
            "Mar 02 09:00:01 2026\t4624\tMicrosoft-Windows-Security-Auditing\tN/A\tN/A\t\
            Success Audit\tfiles-1\tLogon\t\t{TEXT}\t17"
        );
        let expected = "alice@CORP WS-17,10.0.0.5 > files-1";
        assert_eq!(told("MSWinEventLog\t1\tSecurity\t802301\tMon", &rest), expected);
        assert_eq!(told("-", &format!("MSWinEventLog\t1\tSecurity\t7\tMon {rest}")), expected);
        let escaped = format!("MSWinEventLog\t1\tSecurity\t7\tMon {rest}").replace('\t', "#011");
        assert_eq!(told("", &escaped), expected);
        let expected = "alice@CORP WS-17,10.0.0.5 > relay";
        assert_eq!(told("Microsoft-Windows-Security-Auditing", TEXT), expected);
        assert_eq!(told("Security-Auditing", &format!("4624: {TEXT}")), expected);
    }

    #[test]
    fn splunks_text_is_read() {
        let text = format!(
            "03/02/2026 09:00:01 AM\nLogName=Security\nSourceName=Microsoft Windows security \
            auditing.\nEventCode=4624\nType=Information\nComputerName=files-1\nRecordNumber=7\n\
            Message={}",
            TEXT.replace("   ", "\n\t")
        );
        assert_eq!(told("", &text), "alice@CORP WS-17,10.0.0.5 > files-1");
        assert_eq!(told("", &text.replace("4624", "x")), "\"x\" is not the number of an event");
    }

    #[test]
    fn what_is_not_read_is_counted() {
        assert_eq!(
            told("Security-Auditing", "1102: The audit log was cleared."),
            "Windows event 1102 of Security-Auditing"
        );
        assert_eq!(
            told("Security-Auditing", "Something else."),
            "text of a Windows event without its number"
        );
        assert!(told("Security-Auditing", "4624: Ein Konto.").contains("without a readable"));
        assert!(told("MSWinEventLog\t1\tSecurity", "x").contains("is not the number"));
        assert!(!is_relayed("sshd", "MSWinEventLog") && !is_relayed("Monitor", "x"));
    }
}
