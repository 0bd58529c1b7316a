//! What su and sudo say: a session that goes on under another account.

use std::ops::ControlFlow;

use sidestep::event::{Account, Activity, Outcome};

use super::{Envelope, nothing, send};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::values::clipped;

/// `bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/sh`; what was refused has its
/// reason before `TTY`.
pub(super) fn sudo(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let parts = text.trim_start().split_once(" : ");
    let told = parts.and_then(|(by, rest)| {
        let user = rest.split(" ; ").find_map(|part| part.strip_prefix("USER="))?;
        Some((by, rest, user))
    });
    let Some((by, rest, user)) = told else {
        if text.starts_with("@cee:") || text.starts_with('{') {
            sink.not_understood("a record of sudo in JSON");
            return Ok(ControlFlow::Continue(()));
        }
        return nothing(sink, "sudo, another message");
    };
    let first = rest.split_once(" ; ").map_or(rest, |(first, _)| first);
    if first.starts_with("(command continued)") {
        return nothing(sink, "sudo, the rest of a long command");
    }
    // Without a terminal `CHROOT=` or `PWD=` comes first.
    let is_field = first.split_once('=').is_some_and(|(key, _)| {
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_uppercase())
    });
    let refusal = (!is_field).then_some(first);
    switch(envelope, by, user, refusal, sink)
}

/// A switch that was refused; one that succeeded is told by PAM, save on systems without it, which
/// write `bob to root on /dev/pts/0`, `from bob to root at /dev/pts/0` (AIX) or
/// `'su root' succeeded for bob on /dev/pts/0` (Solaris).
pub(super) fn su(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    const REFUSED: Option<&str> = Some("refused");
    let pair = if let Some(rest) = text.strip_prefix("FAILED SU (to ") {
        rest.split_once(") ").map(|(user, by)| (before_terminal(by), user, REFUSED))
    } else if let Some(rest) = text.strip_prefix("FAILED su for ") {
        rest.rsplit_once(" by ").map(|(user, by)| (by, user, REFUSED))
    } else if let Some(rest) = text.strip_prefix("BAD SU ") {
        let rest = rest.strip_prefix("from ").unwrap_or(rest);
        rest.split_once(" to ").map(|(by, user)| (by, before_terminal(user), REFUSED))
    } else if let Some(rest) = text.strip_prefix("'su ") {
        rest.split_once("' ").and_then(|(command, rest)| {
            let (refused, by) = match rest.strip_prefix("succeeded for ") {
                Some(by) => (None, by),
                None => (REFUSED, rest.strip_prefix("failed for ")?),
            };
            // `su - oracle -c command`; without a name it is root.
            let user = command.split(' ').find(|word| !word.is_empty() && !word.starts_with('-'));
            Some((before_terminal(by), user.unwrap_or("root"), refused))
        })
    } else if let Some(rest) = text.strip_prefix("from ").filter(|rest| rest.contains(" at /dev/"))
    {
        rest.split_once(" to ").map(|(by, user)| (by, before_terminal(user), None))
    } else if text.contains(" on /dev/") && !text.starts_with('(') {
        text.split_once(" to ").map(|(by, user)| (by, before_terminal(user), None))
    } else {
        None
    };
    match pair {
        Some((by, user, refusal)) => switch(envelope, by, user, refusal, sink),
        None => nothing(sink, "su, another message"),
    }
}

fn before_terminal(text: &str) -> &str {
    let end = text.rsplit_once(" on ").or_else(|| text.rsplit_once(" at "));
    end.map_or(text, |(name, _)| name)
}

/// What pkexec says: `bob: Executing command [USER=root] [TTY=/dev/pts/0] ...`, or why not.
pub(super) fn pkexec(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let told = text.split_once(": ").and_then(|(by, rest)| {
        let (what, rest) = rest.split_once(" [USER=")?;
        Some((by, what, rest.split_once(']')?.0))
    });
    match told {
        Some((by, "Executing command", user)) => switch(envelope, by, user, None, sink),
        Some((by, refusal, user)) => switch(envelope, by, user, Some(refusal), sink),
        None => nothing(sink, "pkexec, another message"),
    }
}

/// What doas says: `bob ran command /bin/sh as root from /home/bob`.
pub(super) fn doas(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    // The command is the user's own text, and so the rest is read from the right.
    let told = text.split_once(" ran command ").and_then(|(by, rest)| {
        let (_, user) =
            rest.rsplit_once(" from ").map_or(rest, |(rest, _)| rest).rsplit_once(" as ")?;
        Some((by, user))
    });
    match told {
        Some((by, user)) if !by.contains(' ') && !user.contains(' ') => {
            switch(envelope, by, user, None, sink)
        }
        // Whom they wanted to be is not written.
        _ => nothing(sink, "doas, another message"),
    }
}

fn switch(
    envelope: &Envelope<'_>,
    by: &str,
    user: &str,
    refusal: Option<&str>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    if user.is_empty() || by.is_empty() {
        return nothing(sink, "su or sudo without a name");
    }
    let outcome = if refusal.is_some() { Outcome::Failure } else { Outcome::Success };
    let mut builder = envelope
        .event(Account::parse(user), Activity::AccountSwitch, outcome)?
        .logon_process(envelope.program);
    if by != user {
        builder = builder.subject(Account::parse(by));
    }
    if let Some(refusal) = refusal {
        builder = builder.outcome_reason(clipped(refusal));
    }
    send(builder, sink)
}
