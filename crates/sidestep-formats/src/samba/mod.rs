//! What Samba says of logins: its audit of authentication, as JSON and as text, and of shares that
//! are opened.
//!
//! One login is told by several records: by the member's winbind, its file server, and the controller
//! that checked the password. The file server's record is the login.

mod file;
mod text;

use std::ops::ControlFlow;

use sidestep::Timestamp;
use sidestep::event::{
    Account, AccountKind, Activity, AuthEvent, AuthProtocol, Host, HostActivity, HostActivityKind,
    LogonType, Outcome,
};

pub(crate) use file::{File, is_header};

use crate::error::Fault;
use crate::jsonl;
use crate::options::ReadOptions;
use crate::record_sink::RecordSink;
use crate::syslog::kdc::{self, Service};
use crate::syslog::{Envelope, NO_HOST, host, nothing, send};
use crate::time::Micros;
use crate::values::{clipped, ip, is_local};
use crate::vocabulary;

/// How far apart the records of one login may stand that are written in two forms.
const SAME: Micros = 2_000_000;

/// How far apart a client asks for one ticket over UDP, and again over TCP for the long answer.
const ASKED_AGAIN: Micros = 500_000;

const OK: &str = "NT_STATUS_OK";

/// How a record is written. Both forms may stand in one log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Form {
    Json,
    Text,
}

/// A record of an authentication or authorization.
#[derive(Debug)]
pub(crate) struct Record<'r> {
    pub(crate) form: Form,
    pub(crate) time: Micros,
    pub(crate) raw_ref: Option<u64>,
    /// The host that wrote it, where what is around it says.
    pub(crate) writer: &'r str,
    /// `SMB2`, `LDAP`, `Kerberos KDC` ...
    pub(crate) service: &'r str,
    /// How: `NTLMSSP`, `simple bind`, `krb5` ...
    pub(crate) method: &'r str,
    pub(crate) status: Option<&'r str>,
    pub(crate) local: Option<&'r str>,
    pub(crate) remote: Option<&'r str>,
    /// By its own word.
    pub(crate) workstation: Option<&'r str>,
    /// The account, by its name in the directory where it has one.
    pub(crate) account: Option<Account<'r>>,
    /// Kind of the password, or of the key.
    pub(crate) password: Option<&'r str>,
    pub(crate) event_id: Option<u32>,
    pub(crate) logon_id: Option<u64>,
    /// What marks the ticket that was shown.
    pub(crate) credential: Option<String>,
}

/// An address such as `ipv4:10.0.0.5:41946`; `unix:` and others are none.
pub(crate) fn endpoint(text: Option<&str>) -> Host<'static> {
    let text =
        text.and_then(|text| text.strip_prefix("ipv4:").or_else(|| text.strip_prefix("ipv6:")));
    let Some((address, port)) = text.and_then(|text| text.rsplit_once(':')) else {
        return Host::default();
    };
    let Some(address) = ip(address).filter(|ip| !is_local(ip)) else { return Host::default() };
    match port.parse() {
        Ok(port) if port > 0 => Host::at(address).with_port(port),
        _ => Host::at(address),
    }
}

/// The host that wrote a record: by what is around it, else by what the caller says, and by the
/// address at which it was called.
pub(crate) fn writer<'r>(
    around: &'r str,
    options: &'r ReadOptions,
    local: Option<&str>,
) -> Result<Host<'r>, Fault> {
    let around =
        if around.is_empty() { options.host.as_deref().unwrap_or_default() } else { around };
    let mut writer = host(around);
    writer.ip = writer.ip.or(endpoint(local).ip);
    if writer.is_unknown() { Err(Fault::record(NO_HOST)) } else { Ok(writer) }
}

impl<'r> Record<'r> {
    /// Whether it was told already: in the other form, of which the ends must be the same.
    fn is_told(&self, sink: &mut RecordSink<'_>) -> bool {
        let name = self.account.as_ref().map(|account| account.name.to_ascii_lowercase());
        let key = |form| (form, name.as_deref(), self.service, self.status, self.remote);
        let other = if self.form == Form::Json { Form::Text } else { Form::Json };
        if sink.memory.told.take(key(other), self.time, SAME) {
            return true;
        }
        sink.memory.told.put(key(self.form), self.time, ());
        false
    }

    fn outcome(&self) -> Outcome {
        match self.status {
            Some(OK) => Outcome::Success,
            Some(_) => Outcome::Failure,
            None => Outcome::Unknown,
        }
    }

    /// Who, unless it is nobody.
    fn somebody(&self) -> Option<Account<'r>> {
        let account = self.account.clone()?;
        let nobody = account.name.is_empty()
            || account.kind == AccountKind::Anonymous
            || account.sid.as_deref() == Some("S-1-5-7");
        (!nobody).then_some(account)
    }

    /// Where from: the address, and the name that the client gives itself.
    fn source(&self) -> Host<'r> {
        let mut source: Host<'r> = endpoint(self.remote);
        let name = self.workstation.map(|name| name.trim_start_matches('\\').trim());
        source.name = name.filter(|name| !name.is_empty() && *name != "-").map(Into::into);
        source
    }

    fn protocol(&self) -> AuthProtocol {
        match self.password {
            Some("Plaintext") if self.service.starts_with("LDAP") => AuthProtocol::Ldap,
            Some("Plaintext") => AuthProtocol::Password,
            Some(kind) if kind.starts_with("NTLM") => AuthProtocol::Ntlm,
            _ if self.method.contains("krb5") => AuthProtocol::Kerberos,
            _ if self.method.contains("NTLM") => AuthProtocol::Ntlm,
            _ => AuthProtocol::Unknown,
        }
    }

    /// Hands on an event of this record.
    fn send(
        &self,
        account: Account<'_>,
        activity: Activity,
        sink: &mut RecordSink<'_>,
        with: impl FnOnce(
            sidestep::event::AuthEventBuilder<'r>,
        ) -> sidestep::event::AuthEventBuilder<'r>,
    ) -> Result<ControlFlow<()>, Fault> {
        let options = sink.options;
        let writer = writer(self.writer, options, self.local)?.into_owned();
        let mut builder =
            AuthEvent::builder(Timestamp::from_micros(self.time), account.into_owned())
                .dst_host(writer)
                .activity(activity)
                .outcome(self.outcome());
        if let Some(raw_ref) = self.raw_ref {
            builder = builder.raw_ref(raw_ref);
        }
        if let Some(status) = self.status.filter(|status| *status != OK) {
            builder = builder.outcome_reason(clipped(status));
        }
        send(with(builder), sink)
    }

    /// Takes a record of an authentication.
    pub(crate) fn authentication(
        &self,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        if self.service == "winbind" {
            return nothing(sink, "samba, winbind's check for another program");
        }
        let Some(account) = self.somebody() else {
            return nothing(sink, "samba, an anonymous logon");
        };
        if self.is_told(sink) {
            return nothing(sink, "samba, a record in two forms");
        }
        match self.service {
            "Kerberos KDC" => self.ticket(account, sink),
            // The member that asks has the login; what the client is called it hands on.
            "SamLogon" => {
                let mut source = self.source();
                (source.ip, source.port) = (None, None);
                self.send(account, Activity::CredentialValidation, sink, |builder| {
                    builder.src_host(source).auth_protocol(AuthProtocol::Ntlm)
                })
            }
            _ => self.logon(account, self.source(), sink),
        }
    }

    /// A controller gave a ticket for a password or key, or refused it.
    fn ticket(
        &self,
        account: Account<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        let source = endpoint(self.remote);
        if self.status == Some(OK) {
            let key = ("kdc", account.name.to_ascii_lowercase(), source.ip);
            if sink.memory.told.take(&key, self.time, ASKED_AGAIN) {
                return nothing(sink, "samba, a ticket that was asked for again over TCP");
            }
            sink.memory.told.put(&key, self.time, ());
        }
        let activity = match self.status {
            Some("NT_STATUS_WRONG_PASSWORD") => Activity::Preauthentication,
            _ => Activity::TicketGrantingTicket,
        };
        let preauth = match self.method.split(' ').next() {
            Some("ENC-TS") => Some(2),
            Some("PKINIT" | "PK-INIT") => Some(16),
            Some("ENC-CHAL") => Some(138),
            _ => None,
        };
        self.send(account, activity, sink, |mut builder| {
            builder = builder.src_host(source).auth_protocol(AuthProtocol::Kerberos);
            if let Some(preauth) = preauth {
                builder = builder.preauth_type(preauth);
            }
            match self.password.and_then(kdc::encryption) {
                Some(kind) => builder.ticket_encryption(kind),
                None => builder,
            }
        })
    }

    fn logon(
        &self,
        account: Account<'_>,
        source: Host<'r>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        self.send(account, Activity::Logon, sink, |mut builder| {
            builder = builder
                .src_host(source)
                .logon_type(LogonType::Network)
                .auth_protocol(self.protocol())
                .logon_process(clipped(self.service));
            if let Some(code) = self.event_id {
                builder = builder.event_code(code);
            }
            if let Some(id) = self.logon_id {
                builder = builder.logon_id(id);
            }
            builder
        })
    }

    /// Takes a record of an authorization. A login by password has a record of its authentication;
    /// one with a ticket has only this.
    pub(crate) fn authorization(
        &self,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        if !self.method.contains("krb5") {
            return nothing(sink, "samba, an authorization after its authentication");
        }
        let somebody = self.somebody().filter(|account| account.kind != AccountKind::WellKnown);
        let Some(account) = somebody else {
            return nothing(sink, "samba, an authorization of nobody");
        };
        if self.is_told(sink) {
            return nothing(sink, "samba, a record in two forms");
        }
        self.logon(account, endpoint(self.remote), sink)
    }

    /// Takes a record of a ticket for a service, which newer controllers write.
    pub(crate) fn kdc_authorization(
        &self,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        if !self.method.starts_with("TGS-REQ") {
            return nothing(sink, "samba, an authorization after its authentication");
        }
        let Some(account) = self.somebody() else {
            return nothing(sink, "samba, a ticket for nobody");
        };
        let service = Service::parse(self.service);
        let activity = service.activity(false);
        let destination =
            service.host().filter(|_| activity == Activity::ServiceTicket).map(Host::into_owned);
        let of_machine = service.is_of_machine() || self.service.contains("$@");
        self.send(account, activity, sink, |mut builder| {
            builder = builder.src_host(endpoint(self.remote)).auth_protocol(AuthProtocol::Kerberos);
            if let Some(destination) = destination {
                builder = builder.dst_host(destination);
            }
            if of_machine && activity == Activity::ServiceTicket {
                builder = builder.logon_process(kdc::OF_MACHINE);
            }
            match &self.credential {
                Some(credential) => builder.credential(credential.clone()),
                None => builder,
            }
        })
    }
}

/// Takes a line of Samba's, whether it came through syslog or stands in its own file.
pub(crate) fn message(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let text = text.trim();
    if envelope.program == "smbd_audit" {
        return full_audit(envelope, text, sink);
    }
    // Older versions put `JSON Authentication: ` before it.
    let json = match text.strip_prefix("JSON ").and_then(|text| text.split_once(": ")) {
        Some((_, json)) if json.starts_with('{') => Some(json),
        _ => text.starts_with('{').then_some(text),
    };
    if let Some(json) = json {
        return jsonl::samba_text(json, envelope.raw_ref.unwrap_or_default(), envelope.host, sink);
    }
    match text::Line::parse(text) {
        Some(line) => line?.take(envelope, sink),
        None => nothing(sink, "samba, another message"),
    }
}

/// `user|address|connect|ok|share` of `vfs_full_audit`, with its usual prefix or one that holds more.
/// What is done to the files of a share is not read.
fn full_audit(
    envelope: &Envelope<'_>,
    text: &str,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let parts: Vec<&str> = text.split('|').collect();
    let at = parts
        .windows(2)
        .position(|pair| pair[1] == "ok" || pair[1].starts_with("fail "))
        .filter(|at| *at > 0);
    let Some(at) = at else { return nothing(sink, "samba full_audit, of another shape") };
    if parts[at] != "connect" || parts[at + 1] != "ok" {
        return nothing(sink, "samba full_audit, a file or a refusal");
    }
    let peer = parts[..at].iter().find_map(|part| ip(part));
    let Some(peer) = peer.filter(|peer| !is_local(peer)) else {
        return nothing(sink, "samba full_audit, a share opened from nowhere else");
    };
    let Some(share) = parts.get(at + 2).filter(|share| !share.is_empty()) else {
        return Err(Fault::record("names no share; is the line cut?"));
    };
    let Some(time) = envelope.time else {
        return Err(Fault::record("has no time that can be read"));
    };
    let host = writer(envelope.host, sink.options, None)?;
    let mut builder =
        HostActivity::builder(Timestamp::from_micros(time), HostActivityKind::ShareAccess, host)
            .peer(Host::at(peer))
            .object(clipped(&format!(r"\\*\{share}")).to_owned());
    if !parts[0].is_empty() && !vocabulary::is_absent(parts[0]) {
        builder = builder.account(Account::parse(parts[0]));
    }
    if let Some(raw_ref) = envelope.raw_ref {
        builder = builder.raw_ref(raw_ref);
    }
    let activity = builder.build().map_err(|error| Fault::record(error.to_string()))?;
    Ok(sink.activity(&activity))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_kind_before_it() {
        let read = |text| {
            let host = endpoint(Some(text));
            (host.ip.map(|ip| ip.to_string()), host.port)
        };
        assert_eq!(read("ipv4:10.0.0.5:41946"), (Some("10.0.0.5".to_owned()), Some(41946)));
        assert_eq!(read("ipv6:fd00::5:445"), (Some("fd00::5".to_owned()), Some(445)));
        for none in ["unix:", "ipv6::::0", "ipv4:127.0.0.1:445", "", "ipv4:", "NULL", "10.0.0.5:4"]
        {
            assert_eq!(read(none), (None, None), "{none}");
        }
    }
}
