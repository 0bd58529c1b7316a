//! The values of a record as accounts, hosts and numbers.

use std::borrow::Cow;
use std::ops::ControlFlow;

use sidestep::event::{
    Account, AccountKind, AuthEvent, AuthEventBuilder, EventError, Host, HostActivity,
    HostActivityBuilder, HostActivityKind,
};

use super::{Field, Record, is_login};
use crate::endpoint::Endpoint;
use crate::error::Fault;
use crate::record_sink::RecordSink;
use crate::time::Micros;
use crate::values::{self, ip, number};
use sidestep::Timestamp;

/// The session of the system itself, on every host.
pub(super) const SYSTEM_SESSION: u64 = 0x3e7;

/// Bytes of the longest command line that an event may carry.
const LONGEST_DETAIL: usize = 8192;

impl Record<'_> {
    /// A value that says something, without blanks around it.
    pub(super) fn text(&self, field: Field) -> Option<&str> {
        self.values[field as usize].as_deref().and_then(present)
    }

    /// Whether an event can only be one of nobody: of the logons and what controllers write none of
    /// account, type and client is known, of other events no value at all.
    pub(super) fn says_nothing(&self) -> bool {
        let none = |fields: &[Field]| fields.iter().all(|field| self.text(*field).is_none());
        if is_login(self.event_id) {
            return none(&[
                Field::TargetName,
                Field::LogonType,
                Field::Address,
                Field::Workstation,
                Field::TargetServer,
            ]);
        }
        self.values.iter().all(Option::is_none)
    }

    /// A number, in decimal or with `0x`.
    pub(super) fn number(&self, field: Field) -> Option<u64> {
        number(self.text(field)?)
    }

    /// A status in hexadecimal, as event logs have it; PowerShell writes it in decimal, with a sign.
    pub(super) fn status(&self, field: Field) -> Option<Cow<'_, str>> {
        let text = self.text(field)?;
        if text.starts_with("0x") || text.len() < 3 {
            return Some(Cow::Borrowed(text));
        }
        let number = text.parse::<u32>().ok();
        let number = number.or_else(|| text.parse::<i32>().ok().map(i32::cast_unsigned));
        Some(match number {
            Some(number) => Cow::Owned(format!("0x{number:x}")),
            None => Cow::Borrowed(text),
        })
    }

    /// The number of a session; 0 is none.
    pub(super) fn session(&self, field: Field) -> Option<u64> {
        self.number(field).filter(|id| *id != 0)
    }

    /// A GUID as 128 bits; all zeros is none.
    pub(super) fn guid(&self, field: Field) -> Option<u128> {
        values::guid(self.text(field)?)
    }

    /// The account of these fields, `None` where it has no name.
    pub(super) fn account(&self, name: Field, domain: Field, sid: Field) -> Option<Account<'_>> {
        let name = self.text(name)?;
        let account = match self.text(domain) {
            Some(domain) => Account::new(name).with_domain(domain),
            None => Account::parse(name),
        };
        Some(match self.text(sid).filter(|sid| is_sid(sid)) {
            Some(sid) => known_by_sid(account, sid),
            None => account,
        })
    }

    /// The account that asked. In the session of the system it is the host itself, which a record
    /// may still call by the name that the host had before.
    pub(super) fn subject(&self) -> Option<Account<'_>> {
        let account = self.account(Field::SubjectName, Field::SubjectDomain, Field::SubjectSid)?;
        let computer = self.computer.trim();
        let former = account.name.strip_suffix('$').filter(|name| {
            self.session(Field::SubjectLogonId) == Some(SYSTEM_SESSION)
                && !computer.is_empty()
                && !is_same(name, computer)
                && !is_short_for(name, computer)
        });
        if former.is_none() {
            return Some(account);
        }
        let label = computer.split('.').next().unwrap_or(computer);
        let mut machine = account;
        machine.name = Cow::Owned(format!("{label}$"));
        Some(machine)
    }

    /// The account that is logged on as, or changed.
    pub(super) fn target(&self) -> Option<Account<'_>> {
        self.account(Field::TargetName, Field::TargetDomain, Field::TargetSid)
    }

    /// An end by name and address, each left out where it only says "here". A desktop session's
    /// workstation, for one, is the host itself beside its client's address.
    pub(super) fn host(&self, name: Field, address: Field, port: Field) -> Host<'_> {
        let name = self.text(name).filter(|name| !is_same(name, self.computer.trim()));
        let mut host = name.and_then(remote).unwrap_or_default();
        let at = self.host_at(address, port);
        host.ip = at.ip.or(host.ip);
        host.port = at.port.or(host.port);
        host
    }

    /// An end by its address alone, left out where that only says "here".
    pub(super) fn host_at(&self, address: Field, port: Field) -> Host<'_> {
        let end = self.text(address).map(Endpoint::parse).unwrap_or_default();
        let mut host = Host::default();
        if end.ip.is_some() && !end.is_here {
            host.ip = end.ip;
            let port = || self.number(port).and_then(|port| u16::try_from(port).ok());
            host.port = end.port.or_else(port).filter(|port| *port != 0);
        }
        host
    }

    /// Where a login came from.
    pub(super) fn client(&self) -> Host<'_> {
        self.host(Field::Workstation, Field::Address, Field::Port)
    }

    /// The host that wrote the record.
    pub(super) fn recorder(&self) -> Host<'_> {
        present(&self.computer).map(Host::named).unwrap_or_default()
    }

    fn when(&self) -> Result<Micros, Fault> {
        self.time.ok_or_else(|| Fault::column("TimeCreated", "is missing, or no time"))
    }

    /// Begins an authentication event on the host that wrote the record.
    #[inline]
    pub(super) fn auth<'a>(
        &'a self,
        account: Option<Account<'a>>,
    ) -> Result<AuthEventBuilder<'a>, Fault> {
        let builder = AuthEvent::builder(
            Timestamp::from_micros(self.when()?),
            account.unwrap_or_else(nobody),
        )
        .dst_host(self.recorder())
        .event_code(self.event_id);
        Ok(match self.raw_ref {
            Some(raw_ref) => builder.raw_ref(raw_ref),
            None => builder,
        })
    }

    /// Begins a companion record on the host that wrote it.
    pub(super) fn activity<'a>(
        &'a self,
        kind: HostActivityKind,
        account: Option<Account<'a>>,
    ) -> Result<HostActivityBuilder<'a>, Fault> {
        self.activity_on(self.recorder(), kind, account)
    }

    /// As [`Record::activity`], with the recorder as `host`, where more than its name is known.
    #[inline]
    pub(super) fn activity_on<'a>(
        &'a self,
        host: Host<'a>,
        kind: HostActivityKind,
        account: Option<Account<'a>>,
    ) -> Result<HostActivityBuilder<'a>, Fault> {
        let mut builder = HostActivity::builder(Timestamp::from_micros(self.when()?), kind, host)
            .event_code(self.event_id);
        if let Some(account) = account {
            builder = builder.account(account);
        }
        Ok(match self.raw_ref {
            Some(raw_ref) => builder.raw_ref(raw_ref),
            None => builder,
        })
    }
}

/// Builds an authentication event and hands it on.
pub(super) fn hand_on(
    builder: AuthEventBuilder<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let event = builder.event().map_err(|error| fault_of(&error))?;
    Ok(sink.event(event))
}

/// Builds a companion record and hands it on.
#[inline]
pub(super) fn hand_on_activity(
    builder: HostActivityBuilder<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Fault> {
    let activity = builder.build().map_err(|error| fault_of(&error))?;
    Ok(sink.activity(&activity))
}

/// The engine's refusal in the words of the log.
fn fault_of(error: &EventError) -> Fault {
    let column = match error {
        EventError::Missing { field } | EventError::TooLong { field, .. } => match *field {
            "dst_host" | "host" => "Computer",
            other => other,
        },
        _ => "TimeCreated",
    };
    Fault::column(column, error.to_string())
}

/// The account of a record that names none.
fn nobody<'a>() -> Account<'a> {
    Account::new("?").with_kind(AccountKind::Anonymous)
}

/// Whether a value is more than `-` and its kin.
pub(super) fn says_something(text: &str) -> bool {
    present(text).is_some()
}

/// A value that says something; `%%1793` is Windows' own "value not set".
fn present(text: &str) -> Option<&str> {
    // Most values have nothing around them.
    let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = text.as_bytes();
    let text = if is_plain(bytes.first()) && is_plain(bytes.last()) {
        text
    } else {
        text.trim_matches(|c: char| c.is_whitespace() || c == '\0')
    };
    (!matches!(text, "" | "-" | "%%1793")).then_some(text)
}

/// Whether this is a SID of somebody; `S-1-0-0` is nobody.
fn is_sid(text: &str) -> bool {
    text.starts_with("S-1-") && text != "S-1-0-0"
}

/// The account with its SID, and of the kind that a SID gives away whatever Windows' language.
fn known_by_sid<'a>(account: Account<'a>, sid: &'a str) -> Account<'a> {
    let account = account.with_sid(sid);
    if account.kind != AccountKind::Unknown {
        return account;
    }
    match sid {
        "S-1-5-7" => account.with_kind(AccountKind::Anonymous),
        "S-1-5-18" | "S-1-5-19" | "S-1-5-20" => account.with_kind(AccountKind::WellKnown),
        // The window and font drivers, and services by their own names.
        _ if ["S-1-5-90-", "S-1-5-96-", "S-1-5-80-"].iter().any(|begin| sid.starts_with(begin)) => {
            account.with_kind(AccountKind::WellKnown)
        }
        _ => account,
    }
}

/// Whether two names, with their domain or without, may be those of one host.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let label = |name: &str| name.split('.').next().unwrap_or_default().len();
    let whole = one.contains('.') && other.contains('.');
    let (one, other) =
        if whole { (one, other) } else { (&one[..label(one)], &other[..label(other)]) };
    one.eq_ignore_ascii_case(other)
}

/// Whether a name is that of a host, cut to what NetBIOS allows.
fn is_short_for(name: &str, host: &str) -> bool {
    const NETBIOS: usize = 15;
    name.len() == NETBIOS
        && host.get(..NETBIOS).is_some_and(|begin| begin.eq_ignore_ascii_case(name))
}

/// Whether a client's address is a loopback address of the host that wrote the record.
pub(super) fn is_own_loopback(record: &Record<'_>, field: Field) -> bool {
    record.text(field).and_then(ip).is_some_and(|ip| ip.is_loopback())
}

/// A host by name or address, `None` where it says no more than "here".
pub(super) fn remote(text: &str) -> Option<Host<'_>> {
    let host = Endpoint::parse(present(text)?).remote();
    (!host.is_unknown()).then_some(host)
}

/// A command line; of one that is too long its beginning and its end.
pub(super) fn command_line<'r>(record: &'r Record<'_>) -> Option<Cow<'r, str>> {
    Some(values::both_ends(record.text(Field::CommandLine)?, LONGEST_DETAIL))
}

/// `name (detail)`, or what there is of it, no longer than any object may be.
pub(super) fn object<'a>(name: Option<&'a str>, detail: Option<&'a str>) -> Option<Cow<'a, str>> {
    let whole = match (name, detail) {
        (Some(name), Some(detail)) => Cow::Owned(format!("{name} ({detail})")),
        (Some(one), None) | (None, Some(one)) => Cow::Borrowed(one),
        (None, None) => return None,
    };
    Some(clipped(whole))
}

/// The text, cut where an object must end.
pub(super) fn clipped(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(values::clipped(text)),
        Cow::Owned(mut text) => {
            text.truncate(values::clipped(&text).len());
            Cow::Owned(text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_says_here_names_no_host() {
        for here in ["-", "", "::1", "127.0.0.1", "localhost", "LOCAL", "fe80::1%12", "0.0.0.0"] {
            assert_eq!(remote(here), None, "{here}");
        }
        assert_eq!(remote("::ffff:10.0.0.5").unwrap().to_string(), "10.0.0.5");
        assert_eq!(remote(r"\\WS-17").unwrap().to_string(), "WS-17");
    }

    #[test]
    fn a_host_may_be_named_with_its_domain_or_without() {
        assert!(is_same("dc-1", "DC-1.corp.example") && is_same("DC-1.corp.example", "DC-1"));
        assert!(is_same("DC-1", "dc-1") && is_same("dc-1.corp", "DC-1.CORP"));
        assert!(!is_same("DC-1.corp", "DC-1.other") && !is_same("DC-10", "DC-1"));
    }

    #[test]
    fn a_long_object_is_cut_between_characters() {
        let long = "é".repeat(1000);
        assert_eq!(object(Some("x"), Some(&long)).unwrap().len(), 1023);
        assert_eq!(object(None, Some("y")).unwrap(), "y");
        assert_eq!(object(None, None), None);
    }
}
