//! The head of a line: RFC 3164, the same with another time, or RFC 5424; with what relays put before.

use super::heard::is_heard;
use super::names::{is_facility, undressed};
use super::stamp::{self, When};
use super::words;
use crate::values::ip;

/// Heads that relays may have put one before the other.
const MOST_RELAYS: u8 = 4;

/// What forwards the lines of others under its own name.
const RELAYS: [&str; 8] =
    ["-", "logstash", "rsyslogd", "syslog-ng", "fluentd", "fluent-bit", "vector", "nxlog"];

/// What the syslogd of AIX puts before the host of a line that it forwards.
const FORWARDED: &str = "Message forwarded from ";

/// What stands before the message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head<'l> {
    pub(super) when: When<'l>,
    pub(super) host: &'l str,
    pub(super) program: &'l str,
    /// The number of the process; empty where none is written.
    pub(super) process: &'l str,
    pub(super) text: &'l str,
    /// All that stands behind the time.
    pub(super) rest: &'l str,
    /// Whether the program is marked as one: by a number in brackets, a colon, or RFC 5424.
    pub(super) is_tagged: bool,
}

impl<'l> Head<'l> {
    /// Takes a line apart; `None` for what is no line of syslog.
    #[inline]
    pub(super) fn parse(line: &'l str) -> Option<Self> {
        Self::parse_within(line, MOST_RELAYS)
    }

    fn parse_within(line: &'l str, relays: u8) -> Option<Self> {
        let Some(rest) = priority(line) else {
            // RFC 5424 without its priority.
            if let Some(rest) = line.strip_prefix("1 ")
                && let Some(head) = Self::structured(rest, relays)
            {
                return Some(head);
            }
            return Self::plain(line, relays);
        };
        match rest.strip_prefix("1 ") {
            Some(rest) => Self::structured(rest, relays),
            None => Self::plain(rest.trim_start_matches(' '), relays),
        }
    }

    /// `time host program[number]: text`.
    #[inline]
    fn plain(line: &'l str, relays: u8) -> Option<Self> {
        let (when, rest) = stamp::take(line)?;
        let (first, after) = word(rest)?;
        // Most hosts have plain names, and a program that is marked as one behind them.
        if is_plain(first)
            && let Some(head) = Self::tagged(when, first, rest, after)
        {
            return Some(head.unwrapped(relays));
        }
        Self::behind_time(when, rest, relays)
    }

    /// What stands behind the host, if it is a program that is marked as one.
    #[inline]
    fn tagged(when: When<'l>, host: &'l str, rest: &'l str, after: &'l str) -> Option<Self> {
        let end = tag(after)?;
        let (program, text) = after.split_at(end);
        // `log show --style compact` of macOS writes a level where others write the host, and the
        // thread behind the process.
        if matches!(host, "Df" | "I" | "Db" | "E" | "F" | "A")
            && let Some((process, text)) = text.strip_prefix('[').and_then(|t| t.split_once("] "))
            && let Some((process, _)) = process.split_once(':').filter(|(p, _)| is_number(p))
        {
            return Self::of(when, "", program, process, text, rest, true);
        }
        let (process, text) = number(text);
        Self::of(when, host, program, process, text, rest, true)
    }

    /// The same where what stands before the program is not plain.
    fn behind_time(when: When<'l>, rest: &'l str, relays: u8) -> Option<Self> {
        let (mut first, mut after) = word(rest)?;
        // How containers' lines are kept: `stdout F text`.
        if matches!(first, "stdout" | "stderr")
            && let Some(("F" | "P", text)) = word(after)
        {
            let inner = relays.checked_sub(1).and_then(|relays| Self::parse_within(text, relays));
            return match inner {
                Some(inner) if inner.is_tagged => Some(inner.behind(when, "", rest)),
                _ => Self::of(when, "", first, "", text, rest, false),
            };
        }
        if let Some(forwarded) = rest.strip_prefix(FORWARDED)
            && let Some((host, after)) = word(forwarded)
        {
            return Self::behind_host(when, undressed(host), rest, after, relays);
        }
        let mut program = rest;
        if is_facility(first) {
            program = after;
            (first, after) = word(after)?;
        }
        // A program without a host before it; with only a colon it may be a host in front of one.
        if let Some(end) = tag(program)
            && (program.as_bytes()[end] == b'['
                || is_heard(&program[..end], "")
                || tag(after).is_none())
            && ip(first).is_none()
        {
            return Self::tagged(when, "", rest, program);
        }
        Self::behind_host(when, undressed(first), rest, after, relays)
    }

    /// `program: text`, or the head that another host put before.
    fn behind_host(
        when: When<'l>,
        host: &'l str,
        rest: &'l str,
        after: &'l str,
        relays: u8,
    ) -> Option<Self> {
        if let Some(head) = Self::tagged(when, host, rest, after) {
            return Some(head.unwrapped(relays));
        }
        if let Some(forwarded) = after.strip_prefix(FORWARDED)
            && let Some(relays) = relays.checked_sub(1)
            && let Some((host, after)) = word(forwarded)
        {
            return Self::behind_host(when, undressed(host), rest, after, relays);
        }
        let (first, behind) = word(after).unwrap_or((after, ""));
        if is_facility(first) && !behind.is_empty() {
            return Self::behind_host(when, host, rest, behind, relays);
        }
        if let Some(relays) = relays.checked_sub(1) {
            if after.starts_with('<') || stamp::take(after).is_some() {
                let inner = Self::parse_within(after, relays);
                if let Some(inner) = inner.filter(|inner| inner.is_tagged) {
                    return Some(inner.behind(when, host, rest));
                }
            }
            // `relay web1 sshd[11]: text`; login(1) calls itself ` -- root[11]`.
            let twice = || {
                word(behind).is_some_and(|(next, behind)| next == first && is_second_host(behind))
            };
            let heads = || {
                (behind.starts_with('<') || stamp::take(behind).is_some())
                    && Self::parse_within(behind, relays).is_some_and(|head| head.is_tagged)
            };
            if first != "--" && (is_second_host(behind) || twice() || heads()) {
                return Self::behind_host(when, undressed(first), rest, behind, relays);
            }
        }
        // RFC 5424 without what stands before its time.
        let process = word(behind).map_or("", |(process, _)| process);
        if (process == "-" || is_number(process))
            && let Some(head) = Self::parts(when, host, rest, after)
        {
            return Some(head.unwrapped(relays));
        }
        let end = after.find(['[', ':', ' ']).unwrap_or(after.len());
        let (program, text) = after.split_at(end);
        let (process, text) = number(text);
        Self::of(when, host, program, process, text, rest, false)
    }

    /// `time host program number id [data] text`, each `-` where it is not known.
    fn structured(rest: &'l str, relays: u8) -> Option<Self> {
        let rest = rest.trim_start_matches(' ');
        let (when, rest) = match rest.strip_prefix("- ") {
            Some(rest) => (When::Unknown, rest.trim_start_matches(' ')),
            None => stamp::take(rest)?,
        };
        let (host, after) = word(rest)?;
        let host = if host == "-" { "" } else { undressed(host) };
        Some(Self::parts(when, host, rest, after)?.unwrapped(relays))
    }

    /// `program number id [data] text`.
    fn parts(when: When<'l>, host: &'l str, rest: &'l str, after: &'l str) -> Option<Self> {
        let (program, after) = word(after)?;
        let (process, after) = word(after)?;
        let (_id, after) = word(after)?;
        let text = past_data(after)?;
        let text = text.trim_start_matches(' ');
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let process = if process == "-" { "" } else { process };
        Self::of(when, host, program, process, text, rest, true)
    }

    fn of(
        when: When<'l>,
        host: &'l str,
        program: &'l str,
        process: &'l str,
        text: &'l str,
        rest: &'l str,
        is_tagged: bool,
    ) -> Option<Self> {
        let path = program.bytes().rposition(|byte| byte == b'/');
        let program = path.and_then(|at| program.get(at + 1..)).unwrap_or(program);
        let text = past_message_id(past_blanks(text));
        (!program.is_empty()).then_some(Self {
            when,
            host,
            program,
            process,
            text,
            rest,
            is_tagged,
        })
    }

    /// The head within the text of what only forwards, or else this one.
    fn unwrapped(self, relays: u8) -> Self {
        if !RELAYS.iter().any(|relay| self.program.eq_ignore_ascii_case(relay)) {
            return self;
        }
        let inner = relays.checked_sub(1).and_then(|relays| Self::parse_within(self.text, relays));
        match inner {
            Some(inner) if inner.is_tagged => inner.behind(self.when, self.host, self.rest),
            _ => self,
        }
    }

    /// The same behind the head of a relay. The inner host wrote the message. Its own time counts,
    /// unless it lacks the year, which the relay's has.
    fn behind(self, when: When<'l>, host: &'l str, rest: &'l str) -> Self {
        let when = if self.when.has_year() || !when.has_year() && self.when != When::Unknown {
            self.when
        } else {
            when
        };
        Self { when, host: if self.host.is_empty() { host } else { self.host }, rest, ..self }
    }
}

/// The first word and what follows its blanks; `None` for the last.
#[inline]
fn word(text: &str) -> Option<(&str, &str)> {
    let (word, rest) = words::first(text)?;
    Some((word, past_blanks(rest)))
}

/// Whether a name is a host's without anything around it.
#[inline]
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    // Of the facilities only those with a point are all of such bytes.
    name.bytes().all(plain)
        && !name.is_empty()
        && !(words::position(name, b'.').is_some() && is_facility(name))
}

/// The same without blanks before it.
#[inline]
fn past_blanks(text: &str) -> &str {
    if text.starts_with(' ') { text.trim_start_matches(' ') } else { text }
}

/// The length of a program's name, if it is marked as one: `sshd[11]` or `sshd:`.
#[inline]
fn tag(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let end = bytes.iter().position(|byte| matches!(byte, b'[' | b':' | b' '))?;
    // What begins with a digit is a time or an address.
    let named = bytes[0].is_ascii_alphabetic() || matches!(bytes[0], b'/' | b'_' | b'(' | b'-');
    let marked = match bytes[end] {
        b'[' => true,
        b':' => matches!(bytes.get(end + 1), None | Some(b' ')),
        _ => false,
    };
    (end > 0 && named && marked).then_some(end)
}

/// Whether a program follows, so that the word before it is a host behind another: one with a number,
/// or one that is heard.
fn is_second_host(behind: &str) -> bool {
    tag(behind).is_some_and(|end| {
        let (program, text) = behind.split_at(end);
        let (process, _) = number(text);
        !process.is_empty() || is_heard(program, "")
    })
}

/// Splits `[11]: ` off.
#[inline]
fn number(text: &str) -> (&str, &str) {
    let mut process = "";
    let mut text = text;
    if let Some(number) = text.strip_prefix('[') {
        (process, text) = words::around_byte(number, b']').unwrap_or(("", ""));
        if !is_number(process) {
            process = "";
        }
    }
    if let Some(text) = text.strip_prefix(':') {
        return (process, text);
    }
    // macOS writes the level: `sshd[11] <Notice>: `.
    if let Some(level) = text.strip_prefix(" <")
        && let Some((level, rest)) = level.split_once(">: ")
        && level.bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        text = rest;
    }
    (process, text)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What follows `<34>`, before which the length of the message may stand (RFC 6587).
#[inline]
fn priority(line: &str) -> Option<&str> {
    let line = match line.strip_prefix('<') {
        Some(rest) => rest,
        None => {
            let digits = line.bytes().take(7).take_while(u8::is_ascii_digit).count();
            line.get(digits..).filter(|_| matches!(digits, 1..=6))?.strip_prefix(" <")?
        }
    };
    let (number, rest) = line.split_once('>')?;
    (matches!(number.len(), 1..=3) && is_number(number)).then_some(rest)
}

/// What follows `[ID 800047 auth.info] `, as Solaris and illumos write it.
#[inline]
fn past_message_id(text: &str) -> &str {
    let inner = text.strip_prefix("[ID ").and_then(|rest| rest.split_once("] "));
    match inner.and_then(|(id, rest)| Some((id.split_once(' ')?, rest))) {
        Some(((id, level), rest)) if id.parse::<u32>().is_ok() && is_facility(level) => {
            rest.trim_start_matches(' ')
        }
        _ => text,
    }
}

/// What follows the structured data: `-`, or elements in brackets whose quoted values may hold
/// brackets, and quotes behind a backslash.
fn past_data(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('-') {
        return Some(rest);
    }
    let (mut quoted, mut escaped, mut open) = (false, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' if open => quoted = !quoted,
            _ if quoted => {}
            b'[' if !open => open = true,
            b']' if open => open = false,
            _ if open => {}
            _ => return (at > 0).then(|| &text[at..]),
        }
    }
    (!open && !text.is_empty()).then_some("")
}

#[cfg(test)]
mod tests;
