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
        return nothing(sink, "sudo, another message");
    };
    let first = rest.split_once(" ; ").map_or(rest, |(first, _)| first);
    let refusal =
        (!["TTY=", "PWD=", "HOST="].iter().any(|key| first.starts_with(key))).then_some(first);
    switch(envelope, by, user, refusal, sink)
}

/// A switch that was refused; one that succeeded is told by PAM, save on systems without it, which
/// write `bob to root on /dev/pts/0`.
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
        rest.split_once(" to ").map(|(by, user)| (by, before_terminal(user), REFUSED))
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
    text.rsplit_once(" on ").map_or(text, |(name, _)| name)
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
