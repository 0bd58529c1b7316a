//! What FreeRADIUS says of logins, in its own file and through syslog: the user asked a gateway (a VPN,
//! a switch, an access point) to be let in, and the gateway asked the server.

use std::ops::ControlFlow;

use sidestep::Timestamp;
use sidestep::event::{
    Account, AccountKind, Activity, AuthEvent, AuthProtocol, LogonType, Outcome,
};

use super::{Envelope, host, nothing, send, source};
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::time::Micros;
use crate::values::clipped;

/// Codes of RADIUS' packets, which tell a login that its accounting tells of too.
const ACCEPT: u32 = 2;
const REJECT: u32 = 3;

/// How long what goes on within a tunnel may be told before the tunnel itself.
const TUNNELLED: Micros = 30_000_000;

/// A login that was let in or refused.
#[derive(Debug, PartialEq, Eq)]
struct Login<'t> {
    accepted: bool,
    reason: &'t str,
    user: &'t str,
    /// How it was checked, where that stands in the password's place.
    via: Option<&'t str>,
    gateway: &'t str,
    /// The user's address or that of their device, as the gateway has it.
    from: Option<&'t str>,
    /// Whether it is the inner half of a login through a TLS tunnel.
    inner: bool,
}

/// Takes a message of FreeRADIUS.
pub(crate) fn message(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let Some(login) = Login::parse(text) else {
        return nothing(sink, "radius, another message");
    };
    let login = login?;
    let Some(time) = envelope.time else {
        return Err(Fault::record("has no time that can be read"));
    };
    let tunnel = ("tunnel", login.gateway, login.accepted);
    if login.inner {
        // The login is the outer half, which may hide the name that is told here.
        sink.memory.names.put(tunnel, time, login.user.to_owned());
        return nothing(sink, "radius, the inner half of a login");
    }
    if login.user.is_empty() {
        return nothing(sink, "radius, a user without a name");
    }
    let mut account = account(login.user);
    if account.kind == AccountKind::Anonymous
        && let Some(name) = sink.memory.names.get(tunnel, time, TUNNELLED)
    {
        account = self::account(name).into_owned();
    }
    let outcome = if login.accepted { Outcome::Success } else { Outcome::Failure };
    let mut builder = AuthEvent::builder(Timestamp::from_micros(time), account.into_owned())
        .src_host(login.from.map(source).unwrap_or_default())
        .dst_host(host(login.gateway))
        .activity(Activity::Logon)
        .outcome(outcome)
        .logon_type(LogonType::Network)
        .auth_protocol(login.protocol())
        .logon_process("radius")
        .event_code(if login.accepted { ACCEPT } else { REJECT });
    if !login.accepted {
        builder = builder.outcome_reason(clipped(login.reason));
    }
    if let Some(raw_ref) = envelope.raw_ref {
        builder = builder.raw_ref(raw_ref);
    }
    send(builder, sink)
}

/// `alice`, `CORP\alice` with one backslash or two, `alice@corp.example`, `host/pc1.corp.example`.
pub(crate) fn account(user: &str) -> Account<'_> {
    if let Some(machine) = user.strip_prefix("host/") {
        return Account::of_kind(AccountKind::Machine, machine);
    }
    let mut account = Account::parse(user);
    if let Some(name) = account.name.strip_prefix('\\') {
        account.name = name.to_owned().into();
    }
    if account.name.eq_ignore_ascii_case("anonymous") || account.name.is_empty() {
        account.kind = AccountKind::Anonymous;
    }
    account
}

impl<'t> Login<'t> {
    /// `(7) Login incorrect (why): [user/password] (from client gateway port 5 cli 10.0.0.5)`; `None`
    /// for another message.
    fn parse(text: &'t str) -> Option<Result<Self, Fault>> {
        let text = text.strip_prefix("Auth: ").unwrap_or(text).trim_start();
        let text = match text.strip_prefix('(').and_then(|text| text.split_once(')')) {
            Some((number, rest)) if number.bytes().all(|b| b.is_ascii_digit()) => rest.trim_start(),
            _ => text,
        };
        const REFUSALS: [&str; 4] =
            ["Login incorrect", "Invalid user", "Rejected in post-auth", "Multiple logins"];
        let kind =
            std::iter::once("Login OK").chain(REFUSALS).find(|kind| text.starts_with(kind))?;
        Some(
            Self::of_kind(kind, text)
                .ok_or_else(|| Fault::record("does not say which gateway asked; is the line cut?")),
        )
    }

    fn of_kind(kind: &'t str, text: &'t str) -> Option<Self> {
        let rest = &text[kind.len()..];
        // What a module says of the reason may hold brackets of its own.
        let (reason, rest) = match rest.strip_prefix(" (") {
            Some(rest) => rest.split_once("): [").or_else(|| rest.split_once(") : ["))?,
            None => ("", rest.split_once("[")?.1),
        };
        // A name is the text of whoever asks; what the server puts after it stands last.
        let (who, rest) = rest.rsplit_once("] (from client ")?;
        let rest = rest.trim_end().strip_suffix(')')?;
        let (rest, inner) = match rest.strip_suffix(" via TLS tunnel") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let (gateway, rest) = rest.split_once(" port ")?;
        let from = rest.split_once(" cli ").map(|(_, from)| from.trim());
        let (user, via) = user(who);
        Some(Self {
            accepted: kind == "Login OK",
            reason: if reason.is_empty() { kind } else { &text[..kind.len() + 3 + reason.len()] },
            user,
            via,
            gateway,
            from: from.filter(|from| !from.is_empty()),
            inner,
        })
    }

    fn protocol(&self) -> AuthProtocol {
        let via = self.via.unwrap_or_default().rsplit(' ').next().unwrap_or_default();
        let module = self.reason.split_once('(').map_or("", |(_, module)| module);
        let is = |word: &str| via.eq_ignore_ascii_case(word) || module.starts_with(word);
        if is("eap") || module.starts_with("TLS") {
            AuthProtocol::Eap
        } else if is("mschap") || is("chap") {
            AuthProtocol::Chap
        } else if is("pap") {
            AuthProtocol::Pap
        } else {
            AuthProtocol::Radius
        }
    }
}

/// The user of `user`, `user/<via Auth-Type = eap>` or `user/password`, and what is said in the place
/// of the password. The password itself is nobody's business and goes no further.
fn user(text: &str) -> (&str, Option<&str>) {
    if let Some((user, via)) = text.strip_suffix('>').and_then(|text| text.rsplit_once("/<")) {
        return (user, via.strip_prefix("via Auth-Type = "));
    }
    let begin = if text.starts_with("host/") { "host/".len() } else { 0 };
    let end = text[begin..].find('/').map_or(text.len(), |at| begin + at);
    (&text[..end], None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_login_is_taken_apart() {
        let read = |text| Login::parse(text).unwrap().unwrap();
        let ok = read(
            "(7)   Login OK: [alice/<via Auth-Type = eap>] (from client ap1 port 13 cli 00-11-22-33-44-55)",
        );
        assert_eq!((ok.user, ok.gateway, ok.from), ("alice", "ap1", Some("00-11-22-33-44-55")));
        assert_eq!((ok.protocol(), ok.inner), (AuthProtocol::Eap, false));
        let no = read(
            "Auth: (1) Login incorrect (mschap: [x]: wrong (0xc000006d)): [CORP\\bob] (from client gw1 port 5)",
        );
        assert_eq!((no.user, no.from), ("CORP\\bob", None));
        assert_eq!(no.reason, "Login incorrect (mschap: [x]: wrong (0xc000006d))");
        assert_eq!(no.protocol(), AuthProtocol::Chap);
        let many = read("Multiple logins (max 1) : [eve/s3cr]et/x] (from client gw1 port 5)");
        assert_eq!((many.user, many.accepted), ("eve", false));
        let inner =
            read("Login OK: [alice/s3cret] (from client ap1 port 0 cli 001122 via TLS tunnel)");
        assert_eq!((inner.user, inner.inner, inner.from), ("alice", true, Some("001122")));
        assert_eq!(
            read("Login OK: [host/pc1.r/s3cret] (from client ap1 port 0)").user,
            "host/pc1.r"
        );
        let forged = read(
            "Invalid user: [x] (from client evil port 0 cli 9.9.9.9)/y] (from client gw1 port 5)",
        );
        assert_eq!((forged.gateway, forged.from), ("gw1", None));
        assert!(Login::parse("(7) Ready to process requests").is_none());
        assert!(Login::parse("Login OK: [alice").unwrap().is_err());
    }

    #[test]
    fn accounts_have_realms_and_machines() {
        assert_eq!(account("CORP\\\\alice").to_string(), "alice@CORP");
        assert_eq!(account("alice@corp.example").to_string(), "alice@corp.example");
        assert_eq!(account("host/pc1.r").kind, AccountKind::Machine);
        assert_eq!(account("anonymous@r").kind, AccountKind::Anonymous);
    }

    proptest! {
        #[test]
        fn a_password_is_never_kept(password in "[ -~]{8,20}") {
            let text = format!("Login incorrect: [bob/{password}] (from client gw1 port 5)");
            let login = Login::parse(&text).unwrap().unwrap();
            prop_assert_eq!(login.user, "bob");
            prop_assert_eq!(login.reason, "Login incorrect");
        }
    }
}
