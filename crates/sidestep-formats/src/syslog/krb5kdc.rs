//! What MIT's krb5kdc says of the tickets that it gives, in its own file and through syslog.

use std::ops::ControlFlow;

use sidestep::event::{Activity, AuthProtocol, Outcome, TicketEncryption};

use super::kdc::{self, Service};
use super::{Envelope, nothing, send};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::time::Micros;
use crate::values::clipped;

/// How long a client may take from being asked for pre-authentication to giving it: somebody types
/// a password in between.
const ANSWERED: Micros = 600_000_000;

/// How long after a refused request a client asks for the same again by itself.
const AGAIN: Micros = 1_000_000;

/// One request, as it is written.
#[derive(Debug, PartialEq, Eq)]
struct Request<'t> {
    /// Whether it is the first of an exchange (`AS_REQ`), which needs no ticket.
    first: bool,
    from: &'t str,
    status: &'t str,
    authtime: u64,
    etypes: &'t str,
    client: &'t str,
    service: &'t str,
    /// What follows in words.
    message: &'t str,
}

/// Takes a message of krb5kdc's.
pub(super) fn message(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    // Its own file has the severity there: `krb5kdc[17](info): AS_REQ ...`.
    let text = match text.strip_prefix('(').and_then(|text| text.split_once("): ")) {
        Some((_, text)) => text,
        None => text,
    };
    if !text.starts_with("AS_REQ (") && !text.starts_with("TGS_REQ ") {
        return nothing(sink, "krb5kdc, another message");
    }
    if text.starts_with("TGS_REQ: ") {
        return nothing(sink, "krb5kdc, another message");
    }
    let request = Request::parse(text).ok_or_else(|| {
        Fault::record("is a request to krb5kdc that cannot be read; is the line cut?")
    })?;
    let Some(account) = kdc::account(request.client) else {
        return nothing(sink, "krb5kdc, a request without a client");
    };
    let time = envelope.time.unwrap_or_default();
    let asked = (envelope.host, request.client, request.from);
    if request.status == "NEEDED_PREAUTH" {
        sink.memory.asked.put(asked, time, ());
        return nothing(sink, "krb5kdc, NEEDED_PREAUTH");
    }
    let issued = request.status == "ISSUE";
    if !issued && !request.first {
        let key = (envelope.host, request.client, request.from, request.service, request.status);
        // A client asks twice where it hopes for a referral, and is refused twice.
        if sink.memory.told.take(key, time, AGAIN) {
            return nothing(sink, "krb5kdc, a refusal that was told before");
        }
        sink.memory.told.put(key, time, ());
    }
    let service = Service::parse(request.service);
    let activity = match request.status {
        "PREAUTH_FAILED" if request.first => Activity::Preauthentication,
        _ => service.activity(request.first),
    };
    let outcome = if issued { Outcome::Success } else { Outcome::Failure };
    let mut builder = envelope
        .event(account, activity, outcome)?
        .auth_protocol(AuthProtocol::Kerberos)
        .src_host(kdc::client(request.from));
    if activity == Activity::ServiceTicket {
        if let Some(host) = service.host() {
            builder = builder.dst_host(host);
        }
        if service.is_of_machine() {
            builder = builder.logon_process(kdc::OF_MACHINE);
        }
    }
    if let Some(kind) = request.encryption() {
        builder = builder.ticket_encryption(kind);
    }
    if !issued {
        builder = builder.outcome_reason(reason(request.status));
    } else if request.first && !sink.memory.asked.has(asked, time, ANSWERED) {
        builder = builder.preauth_type(0);
    }
    if request.authtime != 0 {
        // One client's ticket is known by the second in which the client began.
        builder = builder
            .credential(clipped(&format!("{} {}", request.client, request.authtime)).to_owned());
    }
    send(builder, sink)
}

/// The status of a refusal, in the words of RFC 4120 where krb5kdc's own do not say the same.
fn reason(status: &str) -> &str {
    match status {
        "CLIENT_NOT_FOUND" => "KDC_ERR_C_PRINCIPAL_UNKNOWN",
        status => clipped(status),
    }
}

impl<'t> Request<'t> {
    /// `AS_REQ (8 etypes {...}) 10.0.0.5: ISSUE: authtime 1, etypes {...}, alice@R for krbtgt/R@R`,
    /// and the other forms that krb5kdc has for it.
    fn parse(text: &'t str) -> Option<Self> {
        let (kind, rest) = text.split_once(' ')?;
        let rest = match rest.strip_prefix('(') {
            Some(offered) => offered.split_once("}) ").or_else(|| offered.split_once(") "))?.1,
            None => rest,
        };
        let (from, rest) = rest.split_once(": ")?;
        let (status, mut rest) = rest.split_once(": ")?;
        if from.is_empty() || from.contains(' ') || status.is_empty() {
            return None;
        }
        let mut authtime = 0;
        if let Some(text) = rest.strip_prefix("authtime ") {
            let (number, text) = text.split_once(',')?;
            authtime = number.parse().ok()?;
            rest = text.trim_start();
        }
        let mut etypes = "";
        if let Some(text) = rest.strip_prefix("etypes {") {
            (etypes, rest) = text.split_once('}')?;
            rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        }
        let (client, service, message) = names(rest, status == "ISSUE")?;
        let first = kind == "AS_REQ";
        Some(Self { first, from, status, authtime, etypes, client, service, message })
    }

    /// How what the client can break is encrypted: of a first ticket the answer, which is under the
    /// key of the client, else the ticket.
    fn encryption(&self) -> Option<TicketEncryption> {
        let of = |name: &str| {
            let parts = self.etypes.split([' ', ',']);
            parts.filter_map(|part| part.split_once('=')).find(|(key, _)| *key == name)
        };
        let (_, text) = if self.first { of("rep").or_else(|| of("tkt"))? } else { of("tkt")? };
        kdc::encryption(text)
    }
}

/// `client for service`, and `, message` where it was refused. Both names are the text of whoever
/// asked where it was refused; a service has a realm, and the words of a message have none.
fn names(text: &str, issued: bool) -> Option<(&str, &str, &str)> {
    const FOR: &str = " for ";
    if issued {
        let (client, service) = text.rsplit_once(FOR)?;
        return Some((client, service, ""));
    }
    let split = |at: usize| {
        let (service, message) =
            text[at + FOR.len()..].split_once(", ").unwrap_or((&text[at + FOR.len()..], ""));
        (&text[..at], service, message)
    };
    let ends = || text.rmatch_indices(FOR).map(|(at, _)| split(at));
    ends()
        .find(|(_, service, _)| service.contains('@') && !service.contains(' '))
        .or_else(|| ends().find(|(_, service, _)| service.starts_with('<')))
        .or_else(|| ends().last())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn requests_of_old_and_new_versions_are_read() {
        let new = "AS_REQ (2 etypes {aes256-cts-hmac-sha1-96(18), DEPRECATED:arcfour-hmac(23)}) \
                   10.0.0.5: ISSUE: authtime 17, etypes {rep=DEPRECATED:arcfour-hmac(23), \
                   tkt=aes256-cts-hmac-sha1-96(18), ses=aes256-cts-hmac-sha1-96(18)}, a@R for krbtgt/R@R";
        let read = Request::parse(new).unwrap();
        assert_eq!((read.from, read.status, read.authtime), ("10.0.0.5", "ISSUE", 17));
        assert_eq!((read.client, read.service), ("a@R", "krbtgt/R@R"));
        assert_eq!(read.encryption(), Some(TicketEncryption(23)));
        let old = "TGS_REQ (4 etypes {18 17 16 23}) fd00::5: ISSUE: authtime 17, \
                   etypes {rep=18 tkt=23 ses=18}, a@R for host/web.r@R";
        let read = Request::parse(old).unwrap();
        assert_eq!((read.from, read.encryption()), ("fd00::5", Some(TicketEncryption(23))));
        let oldest = "AS_REQ (1 etypes {1}) 10.0.0.5(88): PREAUTH_FAILED: a@R for krbtgt/R@R, Decrypt \
                      integrity check failed";
        let read = Request::parse(oldest).unwrap();
        assert_eq!((read.from, read.message), ("10.0.0.5(88)", "Decrypt integrity check failed"));
        let bare = "TGS_REQ 10.0.0.5: 2ND_TKT_MISMATCH: authtime 0, a@R for host/web.r@R, 2nd tkt client <unknown>";
        assert_eq!(Request::parse(bare).unwrap().service, "host/web.r@R");
        for cut in
            ["AS_REQ (2 etypes {aes256", "AS_REQ (1 etypes {18}) 10.0.0.5", "TGS_REQ 1: X: a@R"]
        {
            assert_eq!(Request::parse(cut), None, "{cut}");
        }
    }

    #[test]
    fn words_of_a_refusal_are_no_service() {
        let text = "x@R for krbtgt/R@R, KDC has no support for encryption type";
        assert_eq!(
            names(text, false),
            Some(("x@R", "krbtgt/R@R", "KDC has no support for encryption type"))
        );
        let forged = "a@R for host/web@R, b for krbtgt/R@R, Client not found";
        assert_eq!(names(forged, false).unwrap().1, "krbtgt/R@R");
    }

    proptest! {
        #[test]
        fn any_text_is_taken_apart_or_not(text in "[ -~é]{0,80}") {
            for head in ["", "AS_REQ (1 etypes {18}) ", "TGS_REQ 10.0.0.5: X: "] {
                let _ = Request::parse(&format!("{head}{text}"));
            }
        }

        #[test]
        fn the_address_cannot_be_forged(name in "[ -~]{0,40}") {
            let text = format!(
                "AS_REQ (1 etypes {{18}}) 10.0.0.5: CLIENT_NOT_FOUND: {name}@R for krbtgt/R@R, Client not found"
            );
            let read = Request::parse(&text);
            prop_assert!(read.is_none_or(|read| read.from == "10.0.0.5"));
        }
    }
}
