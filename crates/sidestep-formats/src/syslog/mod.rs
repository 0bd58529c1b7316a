//! Syslog messages that tell of logins.

use std::ops::ControlFlow;

use sidestep::Timestamp;

use crate::error::Fault;
use crate::reader::Run;

/// What surrounds a message: when, where and by which program it was written.
pub(crate) struct Envelope<'r> {
    pub(crate) time: Option<Timestamp>,
    pub(crate) host: &'r str,
    pub(crate) program: &'r str,
    pub(crate) raw_ref: Option<u64>,
}

/// Hands on what a message tells.
pub(crate) fn message(
    _envelope: &Envelope<'_>,
    _text: &str,
    run: &mut Run<'_>,
) -> Result<ControlFlow<()>, Fault> {
    run.pass_over("syslog message");
    Ok(ControlFlow::Continue(()))
}
