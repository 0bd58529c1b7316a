//! What the KDCs of MIT and Heimdal have in common: principals, services, kinds of encryption.

use std::borrow::Cow;

use sidestep::event::{Account, AccountKind, Activity, Host, TicketEncryption};

use super::source;
use crate::values::ip;

/// The class of the service that a machine's own key stands for.
pub(crate) const OF_MACHINE: &str = "host";

/// Splits a principal at the `@` before its realm; one within a name stands behind a backslash.
fn split(principal: &str) -> (&str, &str) {
    let bytes = principal.as_bytes();
    let realm = memchr::memrchr_iter(b'@', bytes).find(|&at| {
        let slashes = bytes[..at].iter().rev().take_while(|byte| **byte == b'\\').count();
        slashes % 2 == 0
    });
    match realm {
        Some(at) => (&principal[..at], &principal[at + 1..]),
        None => (principal, ""),
    }
}

/// A name without the backslashes before `/`, `@` and themselves.
fn plain(name: &str) -> Cow<'_, str> {
    if !name.contains('\\') {
        return Cow::Borrowed(name);
    }
    let mut text = String::with_capacity(name.len());
    let mut chars = name.chars();
    while let Some(c) = chars.next() {
        text.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    Cow::Owned(text)
}

/// The account of a principal; `None` where the request named none.
pub(crate) fn account(principal: &str) -> Option<Account<'_>> {
    let (name, realm) = split(principal);
    if name.is_empty() || name.starts_with("<unknown") {
        return None;
    }
    let account = match name.split_once('/') {
        Some(("WELLKNOWN", "ANONYMOUS")) => Account::of_kind(AccountKind::Anonymous, name),
        Some((OF_MACHINE, _)) => Account::of_kind(AccountKind::Machine, plain(name)),
        // `alice/admin` is somebody, `HTTP/web.corp.example` a program.
        Some((_, instance)) if instance.contains('.') => {
            Account::of_kind(AccountKind::Service, plain(name))
        }
        _ => match plain(name) {
            Cow::Borrowed(name) => Account::new(name),
            // An enterprise name, `alice\@corp.example@REALM`, holds a realm of its own.
            Cow::Owned(name) => Account::new(match name.rsplit_once('@') {
                Some((name, _)) if !name.is_empty() => name.to_owned(),
                _ => name,
            }),
        },
    };
    Some(account.with_domain(realm))
}

/// What a ticket is for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Service<'t> {
    /// `krbtgt/REALM@REALM`.
    Granting,
    /// `krbtgt/OTHER@REALM`: the way to another realm.
    OtherRealm,
    /// The KDC's own, such as a change of password.
    Controller,
    /// A host, and the class of the service on it.
    On(&'t str, Host<'t>),
    /// An account that runs a service.
    Account(&'t str),
}

impl<'t> Service<'t> {
    /// `class/host`, `class/host:port`, `class/host/domain` or a name, with `@REALM` or without.
    pub(crate) fn parse(principal: &'t str) -> Self {
        let (name, realm) = split(principal);
        let Some((class, rest)) = name.split_once('/') else { return Self::Account(name) };
        if class.eq_ignore_ascii_case("krbtgt") {
            let own = realm.is_empty() || rest.eq_ignore_ascii_case(realm);
            return if own { Self::Granting } else { Self::OtherRealm };
        }
        if class.eq_ignore_ascii_case("kadmin") {
            return Self::Controller;
        }
        let host = rest.split('/').next().unwrap_or(rest);
        if let Some(ip) = ip(host) {
            return Self::On(class, Host::at(ip));
        }
        let host = host.split(':').next().unwrap_or(host).trim_end_matches('.');
        if host.is_empty() { Self::Account(name) } else { Self::On(class, Host::named(host)) }
    }

    /// What a request of a ticket for it is: `first` for one with which the client begins (AS).
    pub(crate) const fn activity(&self, first: bool) -> Activity {
        match self {
            Self::Granting if first => Activity::TicketGrantingTicket,
            Self::Granting => Activity::Renewal,
            Self::Controller if first => Activity::TicketGrantingTicket,
            _ => Activity::ServiceTicket,
        }
    }

    /// The host that it leads to; `None` for the KDC itself.
    pub(crate) fn host(&self) -> Option<Host<'t>> {
        match self {
            Self::On(_, host) => Some(source_or_none(host)?),
            Self::Account(name) => Some(Host::named(*name)),
            _ => None,
        }
    }

    /// Whether it runs under a machine's own key.
    pub(crate) fn is_of_machine(&self) -> bool {
        matches!(self, Self::On(class, _) if class.eq_ignore_ascii_case(OF_MACHINE))
    }
}

/// A host, unless its name only says "here".
fn source_or_none<'t>(host: &Host<'t>) -> Option<Host<'t>> {
    match &host.name {
        Some(name) if name.eq_ignore_ascii_case("localhost") => None,
        _ => Some(host.clone()),
    }
}

/// Where a request came from: an address, in older versions with a port, `10.0.0.5(88)`; of Heimdal
/// `IPv4:10.0.0.5`.
pub(crate) fn client(text: &str) -> Host<'_> {
    let text = text.strip_prefix("IPv4:").or_else(|| text.strip_prefix("IPv6:")).unwrap_or(text);
    source(text.split('(').next().unwrap_or(text))
}

/// A kind of encryption: `aes256-cts-hmac-sha1-96(18)`, `DEPRECATED:arcfour-hmac(23)`, `18`, or the
/// name alone.
pub(crate) fn encryption(text: &str) -> Option<TicketEncryption> {
    if let Some((_, number)) = text.strip_suffix(')').and_then(|text| text.rsplit_once('(')) {
        return number.parse().ok().filter(|number| *number != 0).map(TicketEncryption);
    }
    if let Ok(number) = text.parse() {
        return Some(TicketEncryption(number)).filter(|kind| kind.0 != 0);
    }
    Some(TicketEncryption(match text {
        "des-cbc-crc" => 1,
        "des-cbc-md5" => 3,
        "des3-cbc-sha1" => 16,
        "aes128-cts-hmac-sha1-96" => 17,
        "aes256-cts-hmac-sha1-96" => 18,
        "aes128-cts-hmac-sha256-128" => 19,
        "aes256-cts-hmac-sha384-192" => 20,
        "arcfour-hmac-md5" | "arcfour-hmac" | "rc4-hmac" => 23,
        "arcfour-hmac-md5-56" | "arcfour-hmac-exp" => 24,
        _ => return None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_principal_is_an_account_of_its_realm() {
        let read = |text| account(text).map(|account| (account.to_string(), account.kind));
        assert_eq!(read("alice@R.EX"), Some(("alice@R.EX".to_owned(), AccountKind::Unknown)));
        assert_eq!(read("alice/admin@R").unwrap().1, AccountKind::Unknown);
        assert_eq!(read("host/web.r@R"), Some(("host/web.r@R".to_owned(), AccountKind::Machine)));
        assert_eq!(read("HTTP/web.r@R").unwrap().1, AccountKind::Service);
        assert_eq!(read(r"alice\@corp.ex@R.EX").unwrap().0, "alice@R.EX");
        assert_eq!(read(r"a\\@R").unwrap().0, r"a\@R");
        assert_eq!(read("WELLKNOWN/ANONYMOUS@R").unwrap().1, AccountKind::Anonymous);
        for nobody in ["<unknown client>", "", "@R"] {
            assert_eq!(read(nobody), None, "{nobody}");
        }
    }

    #[test]
    fn a_service_is_on_a_host() {
        let host = |text| Service::parse(text).host().map(|host| host.to_string());
        assert_eq!(host("cifs/files1.r.ex@R.EX").as_deref(), Some("files1.r.ex"));
        assert_eq!(host("MSSQLSvc/db1.r:1433@R").as_deref(), Some("db1.r"));
        assert_eq!(host("ldap/dc1.r/r@R").as_deref(), Some("dc1.r"));
        assert_eq!(host("svc_old@R").as_deref(), Some("svc_old"));
        assert_eq!(Service::parse("krbtgt/R@R"), Service::Granting);
        assert_eq!(Service::parse("krbtgt/OTHER@R"), Service::OtherRealm);
        assert_eq!(Service::parse("kadmin/changepw@R"), Service::Controller);
        assert!(Service::parse("host/web@R").is_of_machine());
        assert!(!Service::parse("HTTP/web@R").is_of_machine());
    }

    #[test]
    fn encryption_is_a_number_or_a_name() {
        let read = |text| encryption(text).map(|kind| kind.0);
        assert_eq!(read("DEPRECATED:arcfour-hmac(23)"), Some(23));
        assert_eq!(read("18"), Some(18));
        assert_eq!(read("arcfour-hmac-md5"), Some(23));
        for none in ["UNSUPPORTED:(0)", "0", "", "none"] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
