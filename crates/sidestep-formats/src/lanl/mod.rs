//! The authentication log of Los Alamos National Laboratory (2015): nine plain columns,
//! `time,src_user@dom,dst_user@dom,src_host,dst_host,auth,logon,orientation,result`.

mod words;

use std::ops::ControlFlow;

use memchr::{memchr, memchr_iter};
use sidestep::event::{Account, AccountKind, AuthEvent, EventError, Host};

use crate::byte_mask::mask_of;
use crate::dialect::Dialect;
use crate::error::{Fault, FormatError};
use crate::line::Line;
use crate::line::TOO_LONG;
use crate::record_sink::RecordSink;
use crate::source::Source;
use crate::time::decimal;
use sidestep::Timestamp;
use words::{Words, WordsSeen};

/// The columns, as errors name them.
pub(crate) const COLUMNS: [&str; 9] = [
    "time",
    "src_user",
    "dst_user",
    "src_host",
    "dst_host",
    "auth",
    "logon",
    "orientation",
    "result",
];

/// Bytes looked at together. That they are UTF-8 is checked at once, which is little work for many lines; and
/// they are few enough that a log of broken lines, checked anew after each, is read in little more time.
const CHUNK: usize = 16 << 10;

/// Borders before the words of a line: of the time, two accounts and two hosts.
const NAMES: usize = 5;

/// Reads the LANL log. It has no quoting, so that a comma is always a border.
#[derive(Default)]
pub(crate) struct Lanl {
    /// Lines read, also those that are empty.
    number: u64,
    /// Whether a line that is not empty was read, so that no header can follow.
    begun: bool,
    words: WordsSeen,
}

impl Dialect for Lanl {
    fn read(
        &mut self,
        source: &mut Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        loop {
            let (used, flow) = self.read_whole_lines(source.window(), sink)?;
            source.consume(used);
            if flow.is_break() {
                return Ok(flow);
            }
            if used > 0 {
                continue;
            }
            // The next line is not whole yet, or is no text.
            let line = match source.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(ControlFlow::Continue(())),
                Err(error) => return Err(sink.broken(self.number, error)),
            };
            self.number += 1;
            let taken = match line {
                Line::TooLong => Err(Fault::record(TOO_LONG)),
                Line::Text(line) => match std::str::from_utf8(line) {
                    Ok(line) => self.take(line, sink),
                    Err(_) => Err(Fault::record("is not UTF-8")),
                },
            };
            if self.taken(taken, sink)?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
}

impl Lanl {
    /// Reads the lines at the beginning of `window` that are whole and text. Gives back how many bytes
    /// they are.
    fn read_whole_lines(
        &mut self,
        window: &[u8],
        sink: &mut RecordSink<'_>,
    ) -> Result<(usize, ControlFlow<()>), FormatError> {
        let chunk = &window[..window.len().min(CHUNK)];
        let text = match std::str::from_utf8(chunk) {
            Ok(text) => text,
            Err(error) => str::from_utf8(&chunk[..error.valid_up_to()]).unwrap_or_default(),
        };
        let mut used = 0;
        while let Some(length) = memchr(b'\n', &text.as_bytes()[used..]) {
            let line = &text[used..used + length];
            used += length + 1;
            self.number += 1;
            let taken = self.take(line.strip_suffix('\r').unwrap_or(line), sink);
            if self.taken(taken, sink)?.is_break() {
                return Ok((used, ControlFlow::Break(())));
            }
        }
        Ok((used, ControlFlow::Continue(())))
    }

    /// What became of a line.
    fn taken(
        &mut self,
        taken: Result<ControlFlow<()>, Fault>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        match taken {
            Ok(flow) => Ok(flow),
            Err(fault) => {
                self.begun = true;
                sink.bad(self.number, 1, fault)?;
                Ok(ControlFlow::Continue(()))
            }
        }
    }

    fn take(&mut self, line: &str, sink: &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault> {
        if line.is_empty() {
            return Ok(ControlFlow::Continue(()));
        }
        if !std::mem::replace(&mut self.begun, true) && is_header(line.as_bytes()) {
            return Ok(ControlFlow::Continue(()));
        }
        event(line, self.number, &mut self.words, |event| sink.event(event))
    }
}

/// Whether a line names columns instead of holding a login.
fn is_header(line: &[u8]) -> bool {
    line.first().is_some_and(|byte| !byte.is_ascii_digit())
        && memchr_iter(b',', line).count() == COLUMNS.len() - 1
        && line.get(..4).is_some_and(|word| word.eq_ignore_ascii_case(b"time"))
}

/// Gives one line to `sink` as an event that borrows from it. An event is large, and is handed on
/// where it is made, because moving it costs more than reading it.
fn event<T>(
    line: &str,
    number: u64,
    words: &mut WordsSeen,
    sink: impl FnOnce(&AuthEvent<'_>) -> T,
) -> Result<T, Fault> {
    let (names, words) = columns(line, words)?;
    let [time, src_user, dst_user, src_host, dst_host] = names;
    let Some(micros) = decimal(time.as_bytes(), 6) else {
        return Err(Fault::word(COLUMNS[0], time.as_bytes(), "a number of seconds"));
    };
    let words = words?;
    let account = account(if dst_user.starts_with('?') { src_user } else { dst_user });
    let mut builder = AuthEvent::builder(Timestamp::from_micros(micros), account);
    builder
        .set_src_host(host(src_host))
        .set_dst_host(host(dst_host))
        .set_auth_protocol(words.auth_protocol)
        .set_logon_type(words.logon_type)
        .set_activity(words.activity)
        .set_outcome(words.outcome)
        .set_raw_ref(number);
    if src_user != dst_user && !src_user.is_empty() && !src_user.starts_with('?') {
        builder.set_subject(self::account(src_user));
    }
    builder.event().map(sink).map_err(fault_of)
}

/// The first five columns of a line, and what the other four say.
fn columns<'l>(
    line: &'l str,
    seen: &mut WordsSeen,
) -> Result<([&'l str; NAMES], Result<Words, Fault>), Fault> {
    if let Some((names, rest)) = split_short(line)
        && let Some(words) = seen.get(rest)
    {
        return Ok((names, Ok(words)));
    }
    let mut columns = [""; COLUMNS.len()];
    let (mut filled, mut start) = (0, 0);
    for comma in memchr_iter(b',', line.as_bytes()) {
        if filled + 1 < COLUMNS.len() {
            columns[filled] = &line[start..comma];
        }
        filled += 1;
        start = comma + 1;
    }
    if filled + 1 != COLUMNS.len() {
        let found = filled + 1;
        return Err(Fault::record(format!(
            "has {found} column{} where LANL has nine",
            if found == 1 { "" } else { "s" }
        )));
    }
    columns[filled] = &line[start..];
    let [time, src_user, dst_user, src_host, dst_host, auth, logon, orientation, result] = columns;
    let words = Words::parse([auth, logon, orientation, result]);
    if let (Ok(words), Some((_, rest))) = (&words, split_short(line)) {
        seen.insert(rest, *words);
    }
    Ok(([time, src_user, dst_user, src_host, dst_host], words))
}

/// The first five columns of a line and what follows them, where they end within its first 64 bytes.
#[inline]
fn split_short(line: &str) -> Option<([&str; NAMES], &str)> {
    let bytes = line.as_bytes();
    let mut mask = match bytes.first_chunk::<64>() {
        Some(begin) => mask_of(b',', begin),
        None => {
            let mut begin = [0; 64];
            begin[..bytes.len()].copy_from_slice(bytes);
            mask_of(b',', &begin)
        }
    };
    let mut names = [""; NAMES];
    let mut start = 0;
    for name in &mut names {
        let comma = mask.trailing_zeros() as usize;
        *name = line.get(start..comma)?;
        mask &= mask.wrapping_sub(1);
        start = comma + 1;
    }
    Some((names, line.get(start..)?))
}

/// `user@dom`; an unknown domain is left out, an unknown user is nobody in particular.
fn account(text: &str) -> Account<'_> {
    // Domains are short.
    let bytes = text.as_bytes();
    let mut at = bytes.len();
    while at > 0 && bytes[at - 1] != b'@' {
        at -= 1;
    }
    let (name, domain) = if at > 0 { (&text[..at - 1], &text[at..]) } else { (text, "") };
    if name == "?" {
        return Account::new(name).with_kind(AccountKind::Anonymous);
    }
    if name.is_empty() {
        return Account::new(text);
    }
    Account::new(name).with_domain(if domain == "?" { "" } else { domain })
}

fn host(text: &str) -> Host<'_> {
    if text == "?" { Host::default() } else { Host::named(text) }
}

/// The engine's refusal in the words of the log's columns.
fn fault_of(error: EventError) -> Fault {
    let column = match &error {
        EventError::Missing { field } | EventError::TooLong { field, .. } => match *field {
            "account" => COLUMNS[2],
            "subject" => COLUMNS[1],
            other => other,
        },
        _ => COLUMNS[0],
    };
    Fault::column(column, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sidestep::event::{Activity, AuthProtocol, LogonType, Outcome};

    /// Reads a line twice: the second time its words were seen before.
    fn read(line: &str) -> Result<AuthEvent<'static>, String> {
        let mut words = WordsSeen::default();
        let mut read = || event(line, 7, &mut words, |event| event.clone().into_owned());
        let first = read();
        assert_eq!(read().ok(), first.as_ref().ok().cloned());
        first.map_err(|fault| format!("{}: {}", fault.column.unwrap_or_default(), fault.what))
    }

    #[test]
    fn a_login_becomes_an_event() {
        let event = read("3.5,C9$@DOM1,U12@DOM2,C1,C7,NTLM,RemoteInteractive,LogOn,Fail").unwrap();
        assert_eq!(event.time().micros(), 3_500_000);
        assert_eq!(event.account().to_string(), "U12@DOM2");
        assert_eq!(event.subject().unwrap().to_string(), "C9$@DOM1");
        assert_eq!(event.subject().unwrap().kind, AccountKind::Machine);
        assert_eq!(event.src_host().to_string(), "C1");
        assert_eq!(event.dst_host().to_string(), "C7");
        assert_eq!(event.auth_protocol(), AuthProtocol::Ntlm);
        assert_eq!(event.logon_type(), LogonType::RemoteInteractive);
        assert_eq!(event.activity(), Activity::Logon);
        assert_eq!(event.outcome(), Outcome::Failure);
        assert_eq!(event.raw_ref(), Some(7));
    }

    #[test]
    fn a_question_mark_is_unknown() {
        let event = read("0,U1@?,U1@?,C1,?,?,?,TGT,?").unwrap();
        assert_eq!(event.account().domain, None);
        assert_eq!(event.subject(), None);
        assert!(event.dst_host().is_unknown());
        assert_eq!(event.auth_protocol(), AuthProtocol::Unknown);
        assert_eq!(event.logon_type(), LogonType::Unknown);
        assert_eq!(event.outcome(), Outcome::Unknown);
        let nobody = read("0,?,?,C1,C2,?,?,LogOn,Success").unwrap();
        assert_eq!(nobody.account().kind, AccountKind::Anonymous);
        let source_only = read("0,U1@D,?,C1,C2,?,?,LogOn,Success").unwrap();
        assert_eq!(source_only.account().to_string(), "U1@D");
    }

    #[test]
    fn each_orientation_has_its_activity() {
        for (word, activity) in [
            ("LogOn", Activity::Logon),
            ("LogOff", Activity::Logoff),
            ("TGT", Activity::TicketGrantingTicket),
            ("TGS", Activity::ServiceTicket),
            ("AuthMap", Activity::Other),
            ("ScreenLock", Activity::SessionDisconnect),
            ("ScreenUnlock", Activity::SessionReconnect),
        ] {
            let line = format!("1,U1@D,U1@D,C1,C2,?,Network,{word},Success");
            assert_eq!(read(&line).unwrap().activity(), activity, "{word}");
        }
    }

    #[test]
    fn a_bad_line_says_which_column_and_why() {
        for (line, error) in [
            ("1,2", ": has 2 columns where LANL has nine"),
            ("x,U,U,C,C,?,?,LogOn,Success", "time: \"x\" is not a number of seconds"),
            ("1,U,U,C,C,?,?,LogOn,Maybe", "result: \"Maybe\" is not Success, Fail or ?"),
            ("1,U,,C,C,?,?,LogOn,Success", "dst_user: account is empty; an event needs it"),
            ("1,U,U,,C,?,?,LogOn,Success", "src_host: src_host is empty; an event needs it"),
            ("1,U,U,?,?,?,?,LogOn,Success", "dst_host: dst_host is empty; an event needs it"),
        ] {
            assert_eq!(read(line).unwrap_err(), error, "{line}");
        }
    }
}
