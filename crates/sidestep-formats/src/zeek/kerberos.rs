//! `kerberos.log`: tickets asked of a controller.

use std::ops::ControlFlow;

use sidestep::event::{
    Account, Activity, AuthEvent, AuthProtocol, Host, LogonType, Outcome, TicketEncryption,
};

use super::record::{Field, Record};
use super::{nothing, of_session, send};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::values::ip;
use sidestep::Timestamp;

/// The port of a controller's Kerberos service.
const KDC: u16 = 88;

/// An `AS` exchange gives a ticket-granting ticket, a `TGS` exchange a service ticket, and `AP` is
/// a ticket shown to a service. Zeek that saw the answer only leaves the type unset.
pub(super) fn kerberos(
    record: &Record<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let error = record.get(Field::ErrorMsg);
    if let Some(error @ ("KDC_ERR_PREAUTH_REQUIRED" | "KRB_ERR_RESPONSE_TOO_BIG")) = error {
        // A step on the way of every logon, which the next record goes on with.
        return nothing(sink, &format!("zeek kerberos, {error}"));
    }
    let Some(account) = record.get(Field::Client).and_then(client) else {
        return nothing(sink, "zeek kerberos without a client");
    };
    let service = record.get(Field::Service).map(Service::parse);
    let granting = matches!(service, Some(Service::Granting));
    let at_controller = record.port(Field::RespP)?.is_none_or(|port| port == KDC);
    let activity = match record.get(Field::RequestType) {
        Some("AS") => Activity::TicketGrantingTicket,
        // A ticket-granting ticket for another one: delegated, renewed, or of another realm.
        Some("TGS") if granting => Activity::TicketGrantingTicket,
        Some("TGS") => Activity::ServiceTicket,
        Some("AP") => Activity::Logon,
        None if !at_controller => Activity::Logon,
        None if granting => Activity::TicketGrantingTicket,
        None => Activity::ServiceTicket,
        Some(other) => {
            let field = Field::RequestType.word();
            return Err(Fault::word(field, other.as_bytes(), "AS, TGS or AP"));
        }
    };
    let destination = match (activity, service) {
        (Activity::ServiceTicket, Some(Service::On(host))) => host,
        // The service of an account says nothing of a host.
        (Activity::ServiceTicket, Some(Service::Account)) => Host::default(),
        (Activity::Logon, Some(Service::On(Host { name: Some(name), .. }))) => {
            record.resp()?.with_name(name)
        }
        _ => record.resp()?,
    };
    let outcome = match record.truth(Field::Success)? {
        Some(true) => Outcome::Success,
        Some(false) => Outcome::Failure,
        None => Outcome::Unknown,
    };
    let mut builder = AuthEvent::builder(Timestamp::from_micros(record.time()?), account)
        .src_host(record.orig()?)
        .dst_host(destination)
        .activity(activity)
        .auth_protocol(AuthProtocol::Kerberos)
        .outcome(outcome);
    if let Some(error) = error {
        builder = builder.outcome_reason(error);
    }
    if let Some(cipher) = record.get(Field::Cipher).and_then(encryption) {
        builder = builder.ticket_encryption(cipher);
    }
    if let Some(mark) = record.get(Field::AuthTicket) {
        builder = builder.credential(mark);
    }
    // The connection to a controller is no session on the host that the ticket is for.
    if activity == Activity::Logon {
        builder = of_session(record, builder.logon_type(LogonType::Network));
    }
    send(record, builder, sink)
}

/// `user/REALM`, `host$/REALM`, `host/name.domain/REALM` or `user@domain/REALM`.
fn client(text: &str) -> Option<Account<'_>> {
    let (name, realm) = text.rsplit_once('/').unwrap_or((text, ""));
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    (!name.is_empty()).then(|| Account::new(name).with_domain(realm))
}

/// What a ticket is for.
#[derive(Debug, PartialEq, Eq)]
enum Service<'a> {
    /// `krbtgt/REALM`.
    Granting,
    /// A host.
    On(Host<'a>),
    /// The controller's own, such as a change of password.
    Controller,
    /// An account, or a host by a number that is not its name.
    Account,
}

impl<'a> Service<'a> {
    /// `class/host`, `class/host:port`, `class/host/domain` or `host$`, each with or without
    /// `@REALM`.
    fn parse(text: &'a str) -> Self {
        let text = text.split_once('@').map_or(text, |(name, _)| name);
        let Some((class, rest)) = text.split_once('/') else {
            return match text.strip_suffix('$') {
                Some(host) if !host.is_empty() => Self::On(Host::named(host)),
                _ if text.eq_ignore_ascii_case("krbtgt") => Self::Granting,
                _ => Self::Account,
            };
        };
        if class.eq_ignore_ascii_case("krbtgt") {
            return Self::Granting;
        }
        if class.eq_ignore_ascii_case("kadmin") {
            return Self::Controller;
        }
        let host = rest.split_once('/').map_or(rest, |(host, _)| host);
        if let Some(ip) = ip(host) {
            return Self::On(Host::at(ip));
        }
        let host = host.split_once(':').map_or(host, |(host, _)| host).trim_end_matches('.');
        if host.is_empty() || is_guid(host) { Self::Account } else { Self::On(Host::named(host)) }
    }
}

/// Whether a controller is named by its number in the directory.
fn is_guid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// A cipher's number by Zeek's name for it.
fn encryption(name: &str) -> Option<TicketEncryption> {
    Some(TicketEncryption(match name {
        "des-cbc-crc" => 1,
        "des-cbc-md4" => 2,
        "des-cbc-md5" => 3,
        "des3-cbc-sha1" | "des3-cbc-sha1-kd" => 16,
        "aes128-cts-hmac-sha1-96" => 17,
        "aes256-cts-hmac-sha1-96" => 18,
        "aes128-cts-hmac-sha256-128" => 19,
        "aes256-cts-hmac-sha384-192" => 20,
        "rc4-hmac" => 23,
        "rc4-hmac-exp" => 24,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_names_its_host() {
        let on = |text| match Service::parse(text) {
            Service::On(host) => host.to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(on("cifs/FILES.corp.example"), "FILES.corp.example");
        assert_eq!(on("LDAP/DC01.corp.example/corp.example"), "DC01.corp.example");
        assert_eq!(on("MSSQLSvc/db.corp.example:1433"), "db.corp.example");
        assert_eq!(on("host/ws1.corp.example@CORP.EXAMPLE"), "ws1.corp.example");
        assert_eq!(on("utica$@CORP.EXAMPLE"), "utica");
        assert_eq!(on("cifs/10.0.0.4"), "10.0.0.4");
        assert_eq!(on("krbtgt/CORP.EXAMPLE"), "Granting");
        assert_eq!(on("kadmin/changepw"), "Controller");
        assert_eq!(on("svc_sql@CORP.EXAMPLE"), "Account");
        let replication = "E3514235-4B06-11D1-AB04-00C04FC2DCD2/\
                           0f1d2e3c-4b5a-6978-8796-a5b4c3d2e1f0/corp.example";
        assert_eq!(on(replication), "Account");
        assert_eq!(on("$"), "Account");
        assert_eq!(on("cifs/"), "Account");
    }

    #[test]
    fn a_client_is_an_account_of_its_realm() {
        let name = |text| client(text).map(|account| account.to_string());
        assert_eq!(name("alice/CORP.EXAMPLE").as_deref(), Some("alice@CORP.EXAMPLE"));
        assert_eq!(name("WS1$/CORP").as_deref(), Some("WS1$@CORP"));
        assert_eq!(name("alice@corp.example/CORP.EXAMPLE").as_deref(), Some("alice@CORP.EXAMPLE"));
        assert_eq!(name("host/ws1/CORP").as_deref(), Some("host/ws1@CORP"));
        assert_eq!(name("alice").as_deref(), Some("alice"));
        assert_eq!(name("/NM"), None);
    }
}
