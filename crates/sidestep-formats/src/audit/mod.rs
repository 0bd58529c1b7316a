//! The Linux audit system: what auditd writes of logins, however it is handed on.
//!
//! One login is told by several records: the check of the password (`USER_AUTH`), the session
//! (`USER_START`), the login (`USER_LOGIN`). `USER_LOGIN` is the login, and `USER_AUTH` the failure.

mod file;
mod parse;

use std::borrow::Cow;
use std::ops::ControlFlow;

use sidestep::Timestamp;
use sidestep::event::{Account, Activity, AuthEvent, AuthEventBuilder, Host, LogonType, Outcome};

pub(crate) use file::{File, is_audit};
pub(crate) use parse::Values;

use self::parse::Head;
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::syslog::{Envelope, NO_HOST, host, nothing, send, source};
use crate::time::Micros;

/// How long the records of one login may be apart.
const ONE_LOGIN: Micros = 120_000_000;

/// How far apart the journal has the record of the kernel and that of the audit system.
const SAME: Micros = 2_000_000;

/// How long a program that told of a login itself is taken to go on doing so.
const TELLS: Micros = 86_400_000_000;

/// How long a session is remembered by its name.
const SESSION: Micros = 86_400_000_000;

/// No session and no user, in decimal.
const UNSET: &str = "4294967295";

/// A record, and what is around it.
#[derive(Debug)]
pub(crate) struct Record<'r> {
    /// `USER_LOGIN` and the like.
    pub(crate) kind: &'r str,
    pub(crate) time: Option<Micros>,
    /// The host that wrote it; empty where neither it nor what is around it says.
    pub(crate) host: &'r str,
    pub(crate) raw_ref: Option<u64>,
    pub(crate) values: Values<'r>,
    /// Whether it stands in a log in which programs may tell of logins themselves.
    pub(crate) among_others: bool,
}

/// Takes a message of the audit system that came through syslog or the journal.
pub(crate) fn message(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    sink.memory.audit_heard = true;
    let head = match Head::parse(text) {
        Some(head) => head,
        // The journal: `audit[17]: USER_AUTH pid=17 ...`, without a time of its own.
        None => match text.split_once(' ') {
            Some((kind, rest)) if parse::is_kind(kind) => Head::bare(kind, rest),
            _ => return nothing(sink, "audit, another message"),
        },
    };
    let time = match head.at {
        Some(at) => Some(parse::time(at, sink.options)?),
        None => envelope.time,
    };
    let record = Record {
        kind: head.kind,
        time,
        host: if head.node.is_empty() { envelope.host } else { head.node },
        raw_ref: envelope.raw_ref,
        values: Values::of(head.rest, head.is_interpreted()),
        among_others: true,
    };
    if is_about_logins(record.kind) {
        // The journal has what the kernel said, too.
        let pid = record.values.pid;
        let by_kernel = envelope.program == "kernel";
        let key = |kernel| (kernel, record.kind, record.host, pid);
        let time = record.time.unwrap_or_default();
        if sink.memory.told.take(key(!by_kernel), time, SAME) {
            return nothing(sink, "audit, a record of the kernel's again");
        }
        sink.memory.told.put(key(by_kernel), time, ());
    }
    record.take(sink)
}

/// Whether the kernel's message is one of the audit system; gives what it says.
pub(crate) fn of_kernel(text: &str) -> Option<&str> {
    if let Some(text) = text.strip_prefix("audit: ") {
        return text.starts_with("type=").then_some(text);
    }
    // With the time since the machine was started before it.
    let (_, rest) = text.strip_prefix('[')?.split_once("] audit: ")?;
    rest.starts_with("type=").then_some(rest)
}

/// Whether a record of this kind is taken apart.
fn is_about_logins(kind: &str) -> bool {
    matches!(
        kind,
        "USER_LOGIN"
            | "USER_LOGOUT"
            | "USER_AUTH"
            | "USER_ACCT"
            | "USER_START"
            | "CRED_ACQ"
            | "USER_ERR"
    )
}

impl Record<'_> {
    /// Hands on what it tells.
    pub(crate) fn take(&self, sink: &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault> {
        if !is_about_logins(self.kind) {
            return if self.kind.starts_with("USER_") || self.kind.starts_with("CRED_") {
                nothing(sink, self.kind)
            } else {
                sink.pass_over_foreign("the Linux audit system", self.kind);
                Ok(ControlFlow::Continue(()))
            };
        }
        let failed = match self.values.res {
            "success" | "yes" | "1" => false,
            "failed" | "no" | "0" => true,
            _ => {
                return Err(Fault::column(
                    "res",
                    "is missing, or neither success nor failed; is the line cut?",
                ));
            }
        };
        let program = program(&self.values.exe);
        if !failed {
            self.remember(sink);
        }
        let time = self.time.unwrap_or_default();
        if self.among_others && sink.memory.tellers.has((self.host, program), time, TELLS) {
            return nothing(sink, "audit, what the program tells itself");
        }
        match (self.kind, failed) {
            ("USER_LOGIN", false) => self.logon(program, Outcome::Success, 1112, sink),
            ("USER_LOGIN", true) => {
                let key = ("failed", self.host, self.values.pid);
                if sink.memory.told.take(key, time, ONE_LOGIN) {
                    return nothing(sink, "audit, a failure that was told before");
                }
                self.logon(program, Outcome::Failure, 1112, sink)
            }
            ("USER_AUTH", true) if is_switch(program) => {
                self.switch(program, Outcome::Failure, 1100, sink)
            }
            ("USER_AUTH", true) => {
                let key = ("failed", self.host, self.values.pid);
                sink.memory.told.put(key, time, ());
                self.logon(program, Outcome::Failure, 1100, sink)
            }
            ("USER_START", false) if is_switch(program) => {
                self.switch(program, Outcome::Success, 1105, sink)
            }
            ("USER_LOGOUT", false) => self.logoff(program, sink),
            _ => nothing(sink, "audit, a step of a login"),
        }
    }

    /// Notes the account of a process and its session, which a login may name by its number only.
    fn remember(&self, sink: &mut RecordSink<'_>) {
        let (Some(name), Some(time)) = (self.named(), self.time) else { return };
        if !self.values.pid.is_empty() {
            sink.memory.names.put((self.host, "pid", self.values.pid), time, name.to_owned());
        }
        if let Some(session) = self.session() {
            sink.memory.names.put((self.host, "ses", session), time, name.to_owned());
        }
    }

    /// The account by its name, as the record has it.
    fn named(&self) -> Option<&str> {
        [&self.values.acct, &self.values.id_name].into_iter().find_map(|name| present(name))
    }

    /// The session's number on its host.
    fn session(&self) -> Option<u64> {
        let session = Some(self.values.ses).filter(|ses| *ses != UNSET)?;
        session.parse().ok().filter(|session| *session != 0)
    }

    /// The account that logged on: by name, by what was said of its process or session before, or by
    /// its number.
    fn account(&self, sink: &RecordSink<'_>) -> Option<Account<'static>> {
        if let Some(name) = self.named() {
            return Some(Account::parse(name).into_owned());
        }
        if self.values.is_nobody() {
            return None;
        }
        let time = self.time.unwrap_or_default();
        let names = &sink.memory.names;
        let by_process = || names.get((self.host, "pid", self.values.pid), time, ONE_LOGIN);
        let by_session = || names.get((self.host, "ses", self.session()?), time, SESSION);
        if let Some(name) = by_process().or_else(by_session) {
            return Some(Account::parse(name).into_owned());
        }
        match self.values.id {
            "0" => Some(Account::new("root")),
            id if !id.is_empty() && id != UNSET && id.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(Account::new(format!("uid={id}")))
            }
            _ => None,
        }
    }

    /// Begins an event on the host that wrote the record.
    fn event(
        &self,
        account: Account<'static>,
        activity: Activity,
        outcome: Outcome,
        program: &str,
        sink: &RecordSink<'_>,
    ) -> Result<AuthEventBuilder<'static>, Fault> {
        let options = sink.options;
        let writer = match self.host {
            "" => options.host.as_deref().ok_or_else(|| Fault::record(NO_HOST))?,
            host => host,
        };
        let Some(time) = self.time else {
            return Err(Fault::record("has no time that can be read"));
        };
        let mut builder = AuthEvent::builder(Timestamp::from_micros(time), account)
            .dst_host(host(writer).into_owned())
            .activity(activity)
            .outcome(outcome);
        if !program.is_empty() {
            builder = builder.logon_process(program.to_owned());
        }
        if let Some(session) = self.session() {
            builder = builder.logon_id(session);
        }
        if let Some(raw_ref) = self.raw_ref {
            builder = builder.raw_ref(raw_ref);
        }
        Ok(builder)
    }

    fn logon(
        &self,
        program: &str,
        outcome: Outcome,
        code: u32,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        let Some(account) = self.account(sink) else {
            return nothing(sink, "audit, a login of a user that it does not name");
        };
        let from = self.source();
        let logon_type = match program {
            "sshd" | "vsftpd" | "dovecot" | "cockpit-session" => LogonType::Network,
            "xrdp-sesman" => LogonType::RemoteInteractive,
            _ if !from.is_unknown() => LogonType::Network,
            "login" | "lightdm" | "sddm" | "sddm-helper" | "kdm" | "xdm" => LogonType::Interactive,
            _ if program.starts_with("gdm") => LogonType::Interactive,
            _ => LogonType::Unknown,
        };
        let mut builder = self
            .event(account, Activity::Logon, outcome, program, sink)?
            .src_host(from)
            .logon_type(logon_type)
            .event_code(code);
        if outcome == Outcome::Failure {
            builder = builder.outcome_reason("authentication failure");
        }
        send(builder, sink)
    }

    fn logoff(&self, program: &str, sink: &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault> {
        let Some(account) = self.account(sink) else {
            return nothing(sink, "audit, a login of a user that it does not name");
        };
        let builder = self
            .event(account, Activity::Logoff, Outcome::Success, program, sink)?
            .event_code(1113);
        send(builder, sink)
    }

    /// su and sudo: a session that goes on under another account. What sudo checks is the password of
    /// who asks.
    fn switch(
        &self,
        program: &str,
        outcome: Outcome,
        code: u32,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        let Some(name) = self.named() else {
            return nothing(sink, "audit, a login of a user that it does not name");
        };
        let account = Account::parse(name).into_owned();
        let failed = outcome == Outcome::Failure;
        let activity = match program {
            "sudo" | "pkexec" if failed => Activity::CredentialValidation,
            _ => Activity::AccountSwitch,
        };
        // Who sat down first, under whatever accounts they went on.
        let by = [&self.values.auid_name, &self.values.uid_name]
            .into_iter()
            .find_map(|name| present(name));
        let mut builder = self.event(account, activity, outcome, program, sink)?.event_code(code);
        if let Some(by) = by.filter(|by| *by != name) {
            builder = builder.subject(Account::parse(by).into_owned());
        }
        if failed {
            builder = builder.outcome_reason("authentication failure");
        }
        send(builder, sink)
    }

    /// Where a login came from. A name without an address is that of the host itself.
    fn source(&self) -> Host<'static> {
        let Some(address) = present(&self.values.addr) else { return Host::default() };
        let mut from = source(address).into_owned();
        if from.ip.is_some()
            && let Some(name) = present(&self.values.hostname)
            && name != address
            && crate::values::ip(name).is_none()
        {
            from.name = Some(Cow::Owned(name.to_owned()));
        }
        from
    }
}

/// A name that says something. `(unknown)` and `(invalid user)` are sshd's for one that does not exist.
fn present(text: &str) -> Option<&str> {
    let nobody = matches!(text, "" | "?" | "(null)" | "unset" | UNSET) || text.starts_with('(');
    (!nobody).then_some(text)
}

/// The program: its name, without the path; of sshd's parts, sshd.
pub(crate) fn program(exe: &str) -> &str {
    match exe.rsplit('/').next().unwrap_or(exe) {
        "sshd-session" | "sshd-auth" => "sshd",
        "su" | "runuser" => "su",
        name => name,
    }
}

fn is_switch(program: &str) -> bool {
    matches!(program, "su" | "sudo" | "pkexec")
}
