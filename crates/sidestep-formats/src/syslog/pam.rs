//! What the modules of PAM say: sessions, and passwords that were wrong.

use std::ops::ControlFlow;

use sidestep::event::{Account, Activity, LogonType, Outcome};

use super::connection::{Key, begun};
use super::{Envelope, nothing, send, source, words};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::values::clipped;

/// A message of a module that acts for a service. A session of sshd's is the login that sshd told
/// of, and counts once; one of a service or a timer is no login.
pub(super) fn message(
    envelope: &Envelope<'_>,
    service: &str,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    if let Some(rest) = text.strip_prefix("session opened for user ") {
        return opened(envelope, service, rest, sink);
    }
    if let Some(user) = text.strip_prefix("session closed for user ") {
        let (user, _) = name_and_uid(user.trim_end());
        return match logon_type(service) {
            Some(logon_type) if !user.is_empty() => {
                let builder = envelope
                    .event(Account::parse(user), Activity::Logoff, Outcome::Success)?
                    .logon_type(logon_type)
                    .logon_process(service);
                send(builder, sink)
            }
            _ => nothing(sink, "pam session that is no login"),
        };
    }
    if let Some(rest) = text.strip_prefix("authentication failure; ") {
        return failed(envelope, service, rest, sink);
    }
    if service == "sshd" && bars(text) {
        let key = Key::of(envelope, "", None);
        if let Some(connection) = begun(envelope, key, sink) {
            connection.barred = Some(clipped(text).into());
        }
    }
    nothing(sink, "pam, another message")
}

/// Whether an account may not log on, whatever its password: the program only says that it failed.
fn bars(text: &str) -> bool {
    let says = |word| memchr::memmem::find(text.as_bytes(), word).is_some();
    says(b"expired") || says(b"denied") || says(b"locked")
}

/// How one logs on by a service; `None` for one by which nobody does.
fn logon_type(service: &str) -> Option<LogonType> {
    match service {
        "sshd" => Some(LogonType::Network),
        "login" | "lightdm" | "sddm" | "kdm" | "kde" | "xdm" => Some(LogonType::Interactive),
        "xrdp-sesman" => Some(LogonType::RemoteInteractive),
        _ if service == "gdm" || service.starts_with("gdm-") => Some(LogonType::Interactive),
        _ => None,
    }
}

/// `user by (uid=0)`, `user(uid=0) by bob(uid=1000)`.
fn opened(
    envelope: &Envelope<'_>,
    service: &str,
    rest: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let (user, by) = words::around_last(rest, " by ").unwrap_or((rest, ""));
    let (user, _) = name_and_uid(user.trim_end());
    if user.is_empty() {
        return nothing(sink, "pam session that is no login");
    }
    let account = Account::parse(user);
    match service {
        // Told by the program itself.
        "sshd" | "sudo" | "sudo-i" => nothing(sink, "pam session that was told before"),
        "su" | "su-l" => {
            let (by, uid) = name_and_uid(by.trim_end());
            let by = if by.is_empty() && uid == "0" { "root" } else { by };
            let mut builder = envelope
                .event(account, Activity::AccountSwitch, Outcome::Success)?
                .logon_process(service);
            if !by.is_empty() && by != user {
                builder = builder.subject(Account::parse(by));
            }
            send(builder, sink)
        }
        _ => match logon_type(service) {
            Some(logon_type) => {
                let builder = envelope
                    .event(account, Activity::Logon, Outcome::Success)?
                    .logon_type(logon_type)
                    .logon_process(service);
                send(builder, sink)
            }
            None => nothing(sink, "pam session that is no login"),
        },
    }
}

/// `name(uid=0)`.
fn name_and_uid(text: &str) -> (&str, &str) {
    text.strip_suffix(')').and_then(|text| text.rsplit_once("(uid=")).unwrap_or((text, ""))
}

/// `... rhost=address  user=name`: a module took a credential for wrong. The program says whether
/// the login failed: another module may still have taken it.
fn failed(
    envelope: &Envelope<'_>,
    service: &str,
    rest: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let Some((_, rest)) = rest.split_once("rhost=") else {
        return nothing(sink, "pam, another message");
    };
    let (address, rest) = rest.split_once(' ').unwrap_or((rest, ""));
    let Some(user) = rest.trim_start().strip_prefix("user=").filter(|user| !user.is_empty()) else {
        return nothing(sink, "pam authentication failure without a user");
    };
    let builder = envelope
        .event(Account::parse(user), Activity::CredentialValidation, Outcome::Failure)?
        .src_host(source(address))
        .logon_process(service)
        .outcome_reason("authentication failure");
    send(builder, sink)
}
