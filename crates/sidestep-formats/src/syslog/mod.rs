//! Syslog: what sshd, PAM, su and sudo say of logins, whatever the line around it.
//!
//! A dialect that carries syslog messages (lines, the journal) makes an [`Envelope`] and hands it
//! with the text to [`message`], which is the one place that knows what each program says.

mod clock;
mod header;
mod pam;
mod sshd;
mod switch;

use std::ops::ControlFlow;

use sidestep::event::{Account, Activity, AuthEvent, AuthEventBuilder, Host, Outcome};

use self::clock::Clock;
use self::header::{Head, When};
use crate::dialect::Dialect;
use crate::error::{Fault, FormatError};
use crate::line::Line;
use crate::line::TOO_LONG;
use crate::record_sink::RecordSink;
use crate::source::Source;
use crate::time::Micros;
use crate::values::{ip, is_local};
use crate::windows;
use sidestep::Timestamp;

/// Most attempts that one "message repeated" line stands for.
const MOST_REPEATS: u32 = 128;

/// Who said it, where and when.
#[derive(Debug)]
pub(crate) struct Envelope<'r> {
    /// Microseconds since 1970, UTC; `None` where it cannot be told.
    pub(crate) time: Option<Micros>,
    /// The host that said it; empty where unknown.
    pub(crate) host: &'r str,
    /// The program, without its number.
    pub(crate) program: &'r str,
    pub(crate) raw_ref: Option<u64>,
}

/// Hands on what a message tells.
pub(crate) fn message(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
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
    if let Some((service, module)) = envelope.program.split_once('(') {
        if module.starts_with("pam_") {
            return pam::message(envelope, service, text, sink);
        }
    } else if text.starts_with("pam_")
        && let Some((module, text)) = text.split_once("): ")
        && let Some((_, service)) = module.split_once('(')
    {
        let service = service.split_once(':').map_or(service, |(service, _)| service);
        return pam::message(envelope, service, text, sink);
    }
    match envelope.program {
        program if is_sshd(program) => sshd::message(envelope, text, sink),
        "sudo" => switch::sudo(envelope, text, sink),
        "su" => switch::su(envelope, text, sink),
        "last" if text.starts_with("message repeated ") => {
            nothing(sink, "syslog line that repeats the one before")
        }
        program if windows::is_relayed(program, text) => windows::relayed(envelope, text, sink),
        _ => nothing(sink, "syslog of another program"),
    }
}

/// Whether a program is OpenSSH's server, or one of those it consists of in newer versions.
pub(crate) fn is_sshd(program: &str) -> bool {
    matches!(program, "sshd" | "sshd-session" | "sshd-auth")
}

/// Whether anything is listened to that a program says, so that others need not be read.
fn is_heard(program: &str, text: &str) -> bool {
    is_sshd(program)
        || matches!(program, "sudo" | "su")
        || text.starts_with("pam_")
        || text.starts_with("message repeated ")
        || program.contains('(')
        || windows::is_relayed(program, text)
}

/// Counts a sound message that tells nothing.
#[allow(clippy::unnecessary_wraps, reason = "every way out of a message is of one type")]
fn nothing(sink: &mut RecordSink<'_>, what: &str) -> Result<ControlFlow<()>, Fault> {
    sink.pass_over(what);
    Ok(ControlFlow::Continue(()))
}

impl Envelope<'_> {
    /// Begins an event on the host that said it.
    fn event<'e>(
        &'e self,
        account: Account<'e>,
        activity: Activity,
        outcome: Outcome,
    ) -> Result<AuthEventBuilder<'e>, Fault> {
        let Some(time) = self.time else {
            return Err(Fault::record("has no time that can be read"));
        };
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
fn send(
    builder: AuthEventBuilder<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let event = builder.build().map_err(|error| Fault::record(error.to_string()))?;
    Ok(sink.event(&event))
}

/// A host by its name or address.
fn host(text: &str) -> Host<'_> {
    match ip(text) {
        Some(ip) => Host::at(ip),
        None if matches!(text, "" | "-" | "?" | "UNKNOWN") => Host::default(),
        None => Host::named(text),
    }
}

/// Where a login came from; an address of the host itself or of its link names no host.
fn source(text: &str) -> Host<'_> {
    let source = host(text);
    let local = match &source.ip {
        Some(ip) => is_local(ip),
        None => source.name.as_deref() == Some("localhost"),
    };
    if local { Host::default() } else { source }
}

/// Hands on what a line of syslog tells that lies in something else, which knows the time where the line
/// has none that can be read by itself. `None` for what is no line of syslog.
pub(crate) fn line_within(
    line: &str,
    outer: &Envelope<'_>,
    sink: &mut RecordSink<'_>,
) -> Option<Result<ControlFlow<()>, Fault>> {
    let head = Head::parse(line)?;
    let own = match head.when {
        When::Whole(text) => sink.times().read(text),
        // The year is not written, so that what the relay noted is the better.
        When::Yearless(_) | When::Unknown => None,
    };
    let host = if matches!(head.host, "" | "-") { outer.host } else { head.host };
    let program = head.program;
    let envelope = Envelope { time: own.or(outer.time), host, program, raw_ref: outer.raw_ref };
    Some(message(&envelope, head.text, sink))
}

/// Whether a line is one of syslog's.
pub(crate) fn is_line(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|line| Head::parse(line).is_some())
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
        let ended = loop {
            let line = match source.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => break Ok(ControlFlow::Continue(())),
                Err(error) => break Err(sink.broken(number, error)),
            };
            number += 1;
            let taken = match line {
                Line::TooLong => Err(Fault::record(TOO_LONG)),
                Line::Text([]) => continue,
                // Programs write whatever bytes they have; the parts that matter here are ASCII.
                Line::Text(line) => {
                    let line = String::from_utf8_lossy(line);
                    let head = Head::parse(&line);
                    let has_year = !matches!(&head, Some(Head { when: When::Yearless(_), .. }));
                    if !has_year && !clock.knows_years() {
                        let place = sink.place.to_owned();
                        break Err(FormatError::NoYear { place, line: number });
                    }
                    take(head, number, &mut clock, sink)
                }
            };
            match taken {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => break Ok(ControlFlow::Break(())),
                Err(fault) => {
                    if let Err(error) = sink.bad(number, 1, fault) {
                        break Err(error);
                    }
                }
            }
        };
        *sink.last_dated = clock.last();
        ended
    }
}

/// Takes one line.
fn take(
    head: Option<Head<'_>>,
    number: u64,
    clock: &mut Clock<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let Some(head) = head else {
        return Err(Fault::record("does not begin as a line of syslog: time, host, program"));
    };
    // Most lines are of programs that are not listened to; only the year is kept of their time.
    let heard = is_heard(head.program, head.text);
    let time = match head.when {
        When::Whole(_) if !heard => None,
        When::Unknown => None,
        When::Yearless(stamp) => Some(clock.dated(&stamp)?),
        When::Whole(text) => Some(clock.whole(text)?),
    };
    let envelope = Envelope { time, host: head.host, program: head.program, raw_ref: Some(number) };
    message(&envelope, head.text, sink)
}
