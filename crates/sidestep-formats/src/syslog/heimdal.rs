//! What Heimdal's kdc says of the tickets that it gives. A request stands in one line, and what came
//! of it in one of the next; how much of that is written depends on the level of its log.

use std::ops::ControlFlow;

use sidestep::event::{Activity, AuthProtocol, Outcome, TicketEncryption};

use super::kdc::{self, Service};
use super::{Envelope, nothing, send};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::time::Micros;
use crate::values::clipped;

/// A request whose result is yet to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    time: Option<Micros>,
    raw_ref: Option<u64>,
    host: String,
    /// Whether it is the first of an exchange (`AS-REQ`), which needs no ticket.
    first: bool,
    client: String,
    from: String,
    service: String,
}

/// What came of a request.
struct Answer<'a> {
    activity: Option<Activity>,
    outcome: Outcome,
    reason: Option<&'a str>,
    preauth: Option<u8>,
    encryption: Option<TicketEncryption>,
    authtime: Option<&'a str>,
}

impl Answer<'_> {
    const UNSAID: Self = Answer {
        activity: None,
        outcome: Outcome::Unknown,
        reason: None,
        preauth: None,
        encryption: None,
        authtime: None,
    };
}

/// Takes a message of Heimdal's kdc.
pub(super) fn message(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let request = text.strip_prefix("AS-REQ ").map(|rest| (true, rest));
    let request = request.or_else(|| text.strip_prefix("TGS-REQ ").map(|rest| (false, rest)));
    if let Some((first, rest)) = request {
        if let Some(times) = rest.strip_prefix("authtime: ") {
            return issued(first, times, sink);
        }
        if rest.starts_with("malformed ") {
            return nothing(sink, "kdc, a malformed request");
        }
        if finish(sink)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        // Its event comes with a later line, which is not to blame for what this one lacks.
        envelope.check()?;
        let request = Request::parse(envelope, first, rest).ok_or_else(|| {
            Fault::record("is a request to a KDC that cannot be read; is the line cut?")
        })?;
        sink.memory.request = Some(Box::new(request));
        // A ticket for a service is told by its request; what a first request led to is told after it.
        return if first { nothing(sink, "kdc, AS-REQ") } else { Ok(ControlFlow::Continue(())) };
    }
    let about =
        |marker: &str| text.split_once(marker).map(|(kind, rest)| (kind, rest.trim_start()));
    if let Some((kind, rest)) = about("re-authentication succeeded --") {
        let (client, using) = rest.rsplit_once(" using ").unwrap_or((rest, ""));
        let preauth = match kind.split(' ').next() {
            Some("ENC-TS") => Some(2),
            Some("PKINIT" | "PK-INIT") => Some(16),
            Some("ENC-CHAL") => Some(138),
            _ => None,
        };
        let encryption = kdc::encryption(using);
        let outcome = Outcome::Success;
        return answer(client, Answer { outcome, preauth, encryption, ..Answer::UNSAID }, sink);
    }
    if let Some((_, rest)) = about("Failed to decrypt PA-DATA --") {
        let client = rest.split_once(" (").map_or(rest, |(client, _)| client);
        let (outcome, reason) = (Outcome::Failure, Some("PREAUTH_FAILED"));
        let activity = Some(Activity::Preauthentication);
        return answer(client, Answer { activity, outcome, reason, ..Answer::UNSAID }, sink);
    }
    if let Some(rest) = text.strip_prefix("UNKNOWN -- ") {
        let client = rest.split_once(": ").map_or(rest, |(client, _)| client);
        let (outcome, reason) = (Outcome::Failure, Some("KDC_ERR_C_PRINCIPAL_UNKNOWN"));
        return answer(client, Answer { outcome, reason, ..Answer::UNSAID }, sink);
    }
    if text.starts_with("No preauth found") || text.starts_with("Need to use PA-ENC-TIMESTAMP") {
        sink.memory.request = None;
        return nothing(sink, "kdc, pre-authentication asked for");
    }
    let is_refusal = text.starts_with("Server not found in database: ")
        || (text.starts_with("Client ")
            && ["expired", "locked", "not yet valid", "invalid bit"]
                .iter()
                .any(|word| text.contains(word)));
    if is_refusal {
        let (outcome, reason) = (Outcome::Failure, Some(text));
        if let Some(request) = sink.memory.request.take() {
            return request.tell(&Answer { outcome, reason, ..Answer::UNSAID }, sink);
        }
    }
    nothing(sink, "kdc, another message")
}

/// `authtime: 2026-03-02T09:00:00 starttime: ...`: the ticket was given.
fn issued(first: bool, times: &str, sink: &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault> {
    match sink.memory.request.take_if(|request| request.first == first) {
        Some(request) => {
            let authtime = times.split(' ').next();
            // A first request that is still without a result was not asked for pre-authentication.
            let preauth = first.then_some(0);
            let outcome = Outcome::Success;
            request.tell(&Answer { outcome, preauth, authtime, ..Answer::UNSAID }, sink)
        }
        None => nothing(sink, "kdc, another message"),
    }
}

/// Tells what came of the first request of a client.
fn answer(
    client: &str,
    answer: Answer<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    match sink.memory.request.take_if(|request| request.first && request.client == client) {
        Some(request) => request.tell(&answer, sink),
        None => nothing(sink, "kdc, another message"),
    }
}

/// Tells of the last request of a log, where nothing after it does. Nobody knows what came of a first
/// request; a ticket for a service is given unless a line says otherwise.
pub(crate) fn finish(sink: &mut RecordSink<'_>) -> Result<ControlFlow<()>, Fault> {
    match sink.memory.request.take() {
        Some(request) if !request.first => request.tell(&Answer::UNSAID, sink),
        _ => Ok(ControlFlow::Continue(())),
    }
}

impl Request {
    /// `client from IPv4:10.0.0.5 for service [options]`. The client is the text of whoever asks.
    fn parse(envelope: &Envelope<'_>, first: bool, rest: &str) -> Option<Self> {
        let (rest, _) = rest.rsplit_once(" [").unwrap_or((rest, ""));
        let (at, _) = rest.rmatch_indices(" from IPv").next()?;
        let (client, rest) = (&rest[..at], &rest[at + " from ".len()..]);
        let (from, service) = rest.split_once(" for ")?;
        Some(Self {
            time: envelope.time,
            raw_ref: envelope.raw_ref,
            host: envelope.host.to_owned(),
            first,
            client: client.to_owned(),
            from: from.to_owned(),
            service: service.to_owned(),
        })
    }

    fn tell(
        &self,
        answer: &Answer<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        let Some(account) = kdc::account(&self.client) else {
            return nothing(sink, "kdc, a request without a client");
        };
        let service = Service::parse(&self.service);
        let activity = answer.activity.unwrap_or_else(|| service.activity(self.first));
        let envelope = Envelope {
            time: self.time,
            host: &self.host,
            program: "kdc",
            process: "",
            raw_ref: self.raw_ref,
        };
        let mut builder = envelope
            .event(account, activity, answer.outcome)?
            .auth_protocol(AuthProtocol::Kerberos)
            .src_host(kdc::client(&self.from));
        if activity == Activity::ServiceTicket {
            if let Some(host) = service.host() {
                builder = builder.dst_host(host);
            }
            if service.is_of_machine() {
                builder = builder.logon_process(kdc::OF_MACHINE);
            }
        }
        if let Some(reason) = answer.reason {
            builder = builder.outcome_reason(clipped(reason));
        }
        if let Some(preauth) = answer.preauth {
            builder = builder.preauth_type(preauth);
        }
        if let Some(kind) = answer.encryption {
            builder = builder.ticket_encryption(kind);
        }
        if let Some(authtime) = answer.authtime {
            builder =
                builder.credential(clipped(&format!("{} {authtime}", self.client)).to_owned());
        }
        send(builder, sink)
    }
}
