//! The authentication log of Los Alamos National Laboratory (2015): nine plain columns,
//! `time,src_user@dom,dst_user@dom,src_host,dst_host,auth,logon,orientation,result`.

use std::ops::ControlFlow;

use memchr::memchr_iter;
use sidestep::event::{
    Account, AccountKind, Activity, AuthEvent, AuthProtocol, EventError, Host, LogonType, Outcome,
};

use crate::dialect::Dialect;
use crate::error::{Fault, FormatError};
use crate::line::Line;
use crate::line::TOO_LONG;
use crate::record_sink::RecordSink;
use crate::source::Source;
use crate::time::decimal;
use crate::vocabulary;
use sidestep::Timestamp;

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

/// Reads the LANL log. It has no quoting, so that a comma is always a border.
pub(crate) struct Lanl;

impl Dialect for Lanl {
    fn read(
        &mut self,
        source: &mut Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        let mut number = 0;
        let mut header_allowed = true;
        loop {
            let line = match source.next_line() {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(ControlFlow::Continue(())),
                Err(error) => return Err(sink.broken(number, error)),
            };
            number += 1;
            let taken = match line {
                Line::TooLong => Err(Fault::record(TOO_LONG)),
                Line::Text([]) => continue,
                Line::Text(line) if header_allowed && is_header(line) => {
                    header_allowed = false;
                    continue;
                }
                Line::Text(line) => take(line, number, |event| sink.event(event)),
            };
            header_allowed = false;
            match taken {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Ok(ControlFlow::Break(())),
                Err(fault) => sink.bad(number, 1, fault)?,
            }
        }
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
fn take<T>(line: &[u8], number: u64, sink: impl FnOnce(&AuthEvent<'_>) -> T) -> Result<T, Fault> {
    let Ok(text) = std::str::from_utf8(line) else {
        return Err(Fault::record("is not UTF-8"));
    };
    let mut columns = [""; COLUMNS.len()];
    let mut filled = 0;
    let mut start = 0;
    for comma in memchr_iter(b',', line) {
        if filled + 1 < COLUMNS.len() {
            columns[filled] = &text[start..comma];
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
    columns[filled] = &text[start..];
    let [time, src_user, dst_user, src_host, dst_host, auth, logon, orientation, result] = columns;

    let Some(micros) = decimal(time.as_bytes(), 6) else {
        return Err(Fault::word(COLUMNS[0], time.as_bytes(), "a number of seconds"));
    };
    let outcome = match result {
        "Success" => Outcome::Success,
        "?" => Outcome::Unknown,
        "Fail" | "Failure" => Outcome::Failure,
        _ => return Err(Fault::word(COLUMNS[8], result.as_bytes(), "Success, Fail or ?")),
    };
    let account = account(if dst_user.starts_with('?') { src_user } else { dst_user });
    let mut builder = AuthEvent::builder(Timestamp::from_micros(micros), account);
    builder
        .set_src_host(host(src_host))
        .set_dst_host(host(dst_host))
        .set_auth_protocol(auth_protocol(auth))
        .set_logon_type(logon_type(logon))
        .set_activity(activity(orientation))
        .set_outcome(outcome)
        .set_raw_ref(number);
    if src_user != dst_user && !src_user.is_empty() && !src_user.starts_with('?') {
        builder.set_subject(self::account(src_user));
    }
    builder.event().map(sink).map_err(fault_of)
}

/// `user@dom`; an unknown domain is left out, an unknown user is nobody in particular.
fn account(text: &str) -> Account<'_> {
    let (name, domain) = text.rsplit_once('@').unwrap_or((text, ""));
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

fn activity(text: &str) -> Activity {
    match text {
        "LogOn" => Activity::Logon,
        "LogOff" => Activity::Logoff,
        "TGS" => Activity::ServiceTicket,
        "TGT" => Activity::TicketGrantingTicket,
        "ScreenLock" => Activity::SessionDisconnect,
        "ScreenUnlock" => Activity::SessionReconnect,
        _ => Activity::Other,
    }
}

fn auth_protocol(text: &str) -> AuthProtocol {
    match text {
        "?" => AuthProtocol::Unknown,
        "Kerberos" => AuthProtocol::Kerberos,
        "NTLM" => AuthProtocol::Ntlm,
        _ => vocabulary::auth_protocol(text),
    }
}

fn logon_type(text: &str) -> LogonType {
    match text {
        "Network" => LogonType::Network,
        "?" => LogonType::Unknown,
        "Service" => LogonType::Service,
        _ => vocabulary::logon_type(text),
    }
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

    fn read(line: &str) -> Result<AuthEvent<'static>, String> {
        take(line.as_bytes(), 7, |event| event.clone().into_owned())
            .map_err(|fault| format!("{}: {}", fault.column.unwrap_or_default(), fault.what))
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
