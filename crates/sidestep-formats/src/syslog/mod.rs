//! Syslog: what sshd, PAM, su and sudo say of logins, whatever the line around it.
//!
//! A dialect that carries syslog messages (lines, the journal) makes an [`Envelope`] and hands it
//! with the text to [`message`], which is the one place that knows what each program says.

mod address;
mod clock;
mod connection;
mod dropbear;
mod escape;
mod frames;
mod header;
mod heard;
pub(crate) mod heimdal;
pub(crate) mod kdc;
mod krb5kdc;
mod names;
mod pam;
pub(crate) mod radius;
mod repeat;
mod sshd;
mod stamp;
mod stray;
mod switch;
mod words;

use std::borrow::Cow;
use std::ops::ControlFlow;

use sidestep::event::{Account, Activity, AuthEvent, AuthEventBuilder, Host, Outcome};

use self::clock::Clock;
use self::connection::pass_time;
pub(crate) use self::connection::{Connections, finish};
use self::header::Head;
pub(crate) use self::heard::is_sshd;
use self::heard::{CEE, XML, is_audit, is_heard, is_json};
use self::repeat::Last;
use self::stamp::When;
use self::stray::{foreign_login, holds_login};
use crate::audit;
use crate::dialect::Dialect;
use crate::endpoint::Endpoint;
use crate::error::{Fault, FormatError};
use crate::jsonl;
use crate::line::Line;
use crate::line::TOO_LONG;
use crate::options::ReadOptions;
use crate::record_sink::RecordSink;
use crate::samba;
use crate::source::Source;
use crate::time::Micros;
use crate::values::ip;
use crate::windows;
use crate::windows_xml;
use sidestep::Timestamp;

/// Most attempts that one "message repeated" line stands for.
const MOST_REPEATS: u32 = 128;

/// What is wrong with a record that should give an event and names no host.
pub(crate) const NO_HOST: &str =
    "does not name the host that wrote it; say it with --host (`host` of the options)";

/// Who said it, where and when.
#[derive(Debug)]
pub(crate) struct Envelope<'r> {
    /// Microseconds since 1970, UTC; `None` where it cannot be told.
    pub(crate) time: Option<Micros>,
    /// The host that said it; empty where unknown.
    pub(crate) host: &'r str,
    /// The program, without its number.
    pub(crate) program: &'r str,
    /// The number of its process; empty where unknown.
    pub(crate) process: &'r str,
    pub(crate) raw_ref: Option<u64>,
}

/// Hands on what a message tells.
pub(crate) fn message(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    if pass_time(envelope.time, sink).is_break() {
        return Ok(ControlFlow::Break(()));
    }
    if let Some((times, text)) = repeated(text) {
        for _ in 0..times.min(MOST_REPEATS) {
            if single(envelope, text, sink)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        return Ok(ControlFlow::Continue(()));
    }
    single(envelope, text, sink)
}

/// `message repeated 3 times: [ text]`.
fn repeated(text: &str) -> Option<(u32, &str)> {
    let (times, text) = text.strip_prefix("message repeated ")?.split_once(" times: [ ")?;
    Some((times.parse().ok().filter(|times| *times > 0)?, text.strip_suffix(']')?))
}

fn single(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    // The old form of a module's name, `sshd(pam_unix)`, and the one since, `pam_unix(sshd:auth): `.
    if let Some(open) = words::position(envelope.program, b'(') {
        let (service, module) = envelope.program.split_at(open);
        if module.starts_with("(pam_") {
            return pam::message(envelope, service, text, sink);
        }
    } else if text.starts_with("pam_")
        && let Some((module, text)) = words::around(text, "): ")
        && let Some((_, service)) = module.split_once('(')
    {
        let service = service.split_once(':').map_or(service, |(service, _)| service);
        return pam::message(envelope, service, text, sink);
    }
    if sink.memory.audit_heard {
        note_teller(envelope, sink);
    }
    match envelope.program {
        program if is_sshd(program) => sshd::message(envelope, text, sink),
        "sudo" => switch::sudo(envelope, text, sink),
        "su" => switch::su(envelope, text, sink),
        "dropbear" => dropbear::message(envelope, text, sink),
        "pkexec" => switch::pkexec(envelope, text, sink),
        "doas" => switch::doas(envelope, text, sink),
        "krb5kdc" => krb5kdc::message(envelope, text, sink),
        "smbd" | "samba" | "winbindd" | "smbd_audit" => samba::message(envelope, text, sink),
        "audit" | "audispd" | "audisp-syslog" => audit::message(envelope, text, sink),
        "kernel" => match audit::of_kernel(text) {
            Some(text) => audit::message(envelope, text, sink),
            None => nothing(sink, "syslog of another program"),
        },
        "radiusd" | "freeradius" => radius::message(envelope, text, sink),
        "kdc" | "heimdal-kdc" => heimdal::message(envelope, text, sink),
        "last" if text.starts_with("message repeated ") => {
            nothing(sink, "syslog line that repeats the one before")
        }
        _ if is_audit(text) => audit::message(envelope, text, sink),
        program if windows::is_relayed(program, text) => windows::relayed(envelope, text, sink),
        "CEF" | "LEEF" => {
            sink.not_understood("an event in CEF or LEEF");
            Ok(ControlFlow::Continue(()))
        }
        _ if text.starts_with(XML) && windows_xml::begins_event(text.as_bytes()) => {
            windows_xml::take(text.trim(), envelope.raw_ref.unwrap_or_default(), sink)
        }
        _ if is_json(text) => {
            let json = text.strip_prefix(CEE).unwrap_or(text).trim();
            let number = envelope.raw_ref.unwrap_or_default();
            let taken = jsonl::in_line(json, number, envelope.host, sink);
            taken.unwrap_or_else(|| other(text, sink))
        }
        _ => other(text, sink),
    }
}

/// Counts a message of a program that is not listened to, apart if it holds one of sshd's.
fn other(text: &str, sink: &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault> {
    if holds_login(text) {
        sink.not_understood("a login by sshd within syslog of another shape or program");
        return Ok(ControlFlow::Continue(()));
    }
    if let Some(teller) = foreign_login(text) {
        sink.not_understood(teller);
        return Ok(ControlFlow::Continue(()));
    }
    nothing(sink, "syslog of another program")
}

/// Notes that a program tells of its logins itself, so that they are not counted again where the audit
/// system does.
fn note_teller(envelope: &Envelope<'_>, sink: &mut RecordSink<'_>) {
    let program = if is_sshd(envelope.program) { "sshd" } else { envelope.program };
    if let (Some(time), "sshd" | "sudo" | "su") = (envelope.time, program) {
        sink.memory.tellers.put((envelope.host, program), time, ());
    }
}

/// Counts a sound message that tells nothing.
#[allow(clippy::unnecessary_wraps, reason = "every way out of a message is of one type")]
pub(crate) fn nothing(sink: &mut RecordSink<'_>, what: &str) -> Result<ControlFlow<()>, Fault> {
    sink.pass_over(what);
    Ok(ControlFlow::Continue(()))
}

impl Envelope<'_> {
    /// Gives the time, where all is there that every event needs.
    fn check(&self) -> Result<Micros, Fault> {
        if self.host.is_empty() {
            return Err(Fault::record(NO_HOST));
        }
        self.time.ok_or_else(|| Fault::record("has no time that can be read"))
    }

    /// Begins an event on the host that said it.
    pub(crate) fn event<'e>(
        &'e self,
        account: Account<'e>,
        activity: Activity,
        outcome: Outcome,
    ) -> Result<AuthEventBuilder<'e>, Fault> {
        let time = self.check()?;
        let mut builder = AuthEvent::builder(Timestamp::from_micros(time), account)
            .dst_host(host(self.host))
            .activity(activity)
            .outcome(outcome);
        if let Some(line) = self.raw_ref {
            builder = builder.raw_ref(line);
        }
        Ok(builder)
    }
}

/// Hands on an event.
pub(crate) fn send(
    builder: AuthEventBuilder<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let event = builder.event().map_err(|error| Fault::record(error.to_string()))?;
    Ok(sink.event(event))
}

/// A host by its name or address.
pub(crate) fn host(text: &str) -> Host<'_> {
    match ip(text) {
        Some(ip) => Host::at(ip),
        None if matches!(text, "" | "-" | "?" | "UNKNOWN") => Host::default(),
        None => Host::named(text),
    }
}

/// Where a login came from; an address of the host itself or of its link names no host.
pub(crate) fn source(text: &str) -> Host<'_> {
    Endpoint::parse(text).remote()
}

/// A time in ISO 8601, with its zone or in that of the options.
pub(crate) fn whole_time(text: &str, options: &ReadOptions) -> Result<Micros, Fault> {
    Clock::new(options, None).whole(text)
}

/// Hands on what a line of syslog tells that lies in something else, which knows the time where the line
/// has none that can be read by itself. `None` for what is no line of syslog.
pub(crate) fn line_within(
    line: &str,
    outer: &Envelope<'_>,
    sink: &mut RecordSink<'_>,
) -> Option<Result<ControlFlow<()>, Fault>> {
    let head = Head::parse(line).filter(|_| is_line(line.as_bytes()))?;
    let own = match head.when {
        // The year is not written, so that what the relay noted is the better.
        When::Yearless(_) | When::Unknown | When::Zoned(_) => None,
        when => Clock::new(sink.options, None).read(when).ok().flatten(),
    };
    let host = if matches!(head.host, "" | "-") { outer.host } else { head.host };
    let program = head.program;
    let process = head.process;
    let envelope =
        Envelope { time: own.or(outer.time), host, program, process, raw_ref: outer.raw_ref };
    Some(message(&envelope, head.text, sink))
}

/// Whether a line is one of syslog's.
///
/// Tables and logs of other kinds begin their lines with a time, too: one of RFC 3164 is syslog's own,
/// but behind any other a program has to follow.
pub(crate) fn is_line(line: &[u8]) -> bool {
    let Ok(line) = std::str::from_utf8(line) else { return false };
    Head::parse(line).is_some_and(|head| match head.when {
        When::Yearless(_) => true,
        // Snare writes neither number nor colon.
        _ if windows::is_relayed(head.program, head.text) => true,
        _ => head.is_tagged && !head.host.contains([',', ';', '"', '\t', '=']),
    })
}

/// Reads lines of syslog.
pub(crate) struct Syslog;

impl Dialect for Syslog {
    fn read(
        &mut self,
        source: &mut Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let mut clock = Clock::new(sink.options, *sink.last_dated);
        let mut number = 0;
        let mut last = Last::default();
        let ended = 'lines: loop {
            let line = match source.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => break Ok(ControlFlow::Continue(())),
                Err(error) => break Err(sink.broken(number, error)),
            };
            number += 1;
            let mut rest = match line {
                Line::Text(line) => line,
                Line::TooLong => {
                    if let Err(error) = sink.bad(number, 1, Fault::record(TOO_LONG)) {
                        break Err(error);
                    }
                    continue;
                }
            };
            while !rest.is_empty() {
                let one;
                (one, rest) = frames::first(rest);
                if one.is_empty() {
                    continue;
                }
                match take(one, number, &mut clock, &mut last, sink) {
                    Ok(Ok(ControlFlow::Continue(()))) => {}
                    Ok(Ok(ControlFlow::Break(()))) => break 'lines Ok(ControlFlow::Break(())),
                    Ok(Err(fault)) => {
                        if let Err(error) = sink.bad(number, 1, fault) {
                            break 'lines Err(error);
                        }
                    }
                    Err(error) => break 'lines Err(error),
                }
            }
        };
        *sink.last_dated = clock.last();
        ended
    }
}

/// Takes one line.
#[inline]
fn take(
    line: &[u8],
    number: u64,
    clock: &mut Clock<'_>,
    last: &mut Last,
    sink: &mut RecordSink<'_>,
) -> Result<Result<ControlFlow<()>, Fault>, FormatError> {
    // Programs write whatever bytes they have; the parts that matter here are ASCII. Nearly all lines are
    // UTF-8, which is seen faster where nothing needs to be replaced.
    let line = match std::str::from_utf8(line) {
        Ok(line) => Cow::Borrowed(line),
        Err(_) => String::from_utf8_lossy(line),
    };
    let head = Head::parse(&line);
    let has_year = !matches!(&head, Some(Head { when: When::Yearless(_), .. }));
    if !has_year && !clock.knows_years() {
        return Err(FormatError::NoYear { place: sink.place.to_owned(), line: number });
    }
    Ok(take_head(head, number, clock, last, sink))
}

/// Takes what stands in a line.
#[inline]
fn take_head(
    head: Option<Head<'_>>,
    number: u64,
    clock: &mut Clock<'_>,
    last: &mut Last,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let Some(head) = head else {
        return Err(Fault::record("does not begin as a line of syslog: time, host, program"));
    };
    // Most lines are of programs that are not listened to; only the year is kept of their time.
    if !is_heard(head.program, head.text) {
        last.forget();
        if !head.when.has_year() {
            clock.read(head.when)?;
        }
        return other(head.rest, sink);
    }
    let host = match head.host {
        // macOS and containers call themselves so.
        "localhost" if sink.options.host.is_some() => {
            sink.options.host.as_deref().unwrap_or_default()
        }
        "" => sink.options.host.as_deref().unwrap_or_default(),
        host => host,
    };
    let envelope = Envelope {
        time: clock.read(head.when)?,
        host,
        program: head.program,
        process: head.process,
        raw_ref: Some(number),
    };
    if let Some(times) = repeat::times(head.program, head.text) {
        if !last.is_of(host) {
            return nothing(sink, "syslog line that repeats the one before");
        }
        let again = Envelope { program: "sshd", process: &last.process, ..envelope };
        for _ in 0..times.min(MOST_REPEATS) {
            if message(&again, &last.text, sink)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        return Ok(ControlFlow::Continue(()));
    }
    if is_sshd(head.program) {
        last.note(host, head.process, head.text);
    } else {
        last.forget();
    }
    message(&envelope, head.text, sink)
}
