//! The audit of authentication as text.
//!
//! Names of accounts and workstations are the text of whoever asked, and may look like the rest of a
//! line. One that can be read in two ways is refused.

use std::ops::ControlFlow;

use sidestep::event::Account;

use super::{Form, Record};
use crate::error::Fault;
use crate::options::ReadOptions;
use crate::record_sink::RecordSink;
use crate::syslog::Envelope;
use crate::time::{Micros, civil, month};
use crate::zone::Zone;

/// A line of the audit.
#[derive(Debug)]
pub(super) struct Line<'t> {
    /// Whether it is an authorization.
    authorization: bool,
    service: &'t str,
    method: &'t str,
    user: Pair<'t>,
    at: &'t str,
    password: Option<&'t str>,
    status: Option<&'t str>,
    workstation: Option<&'t str>,
    remote: &'t str,
    /// What the account is called in the directory, and its SID.
    became: Option<(Pair<'t>, Option<&'t str>)>,
    local: Option<&'t str>,
}

/// A domain and a name.
type Pair<'t> = (&'t str, &'t str);

/// `DOMAIN]\[name`.
fn pair(text: &str) -> Option<Pair<'_>> {
    text.split_once("]\\[")
}

/// Splits at what stands there once; twice is an error.
fn split<'t>(text: &'t str, border: &str) -> Result<(&'t str, &'t str), Fault> {
    let mut found = text.match_indices(border).map(|(at, _)| at);
    match (found.next(), found.next()) {
        (Some(at), None) => Ok((&text[..at], &text[at + border.len()..])),
        (Some(_), Some(_)) => {
            Err(Fault::record("can be read in two ways: a name in it holds brackets"))
        }
        (None, _) => Err(Fault::record("lacks a part of an audit of Samba's; is the line cut?")),
    }
}

impl<'t> Line<'t> {
    /// Takes a line apart; `None` for another message.
    pub(super) fn parse(text: &'t str) -> Option<Result<Self, Fault>> {
        if let Some(rest) = text.strip_prefix("Auth: [") {
            return Some(Self::authentication(rest));
        }
        let rest = text.strip_prefix("Successful AuthZ: [")?;
        Some(Self::authorization(rest))
    }

    /// `SMB2,(null)] user [D]\[a] at [time] with [NTLMv2] status [NT_STATUS_OK] workstation [W] remote
    /// host [ipv4:...] became [D]\[a] [SID]. local host [ipv4:...]`.
    fn authentication(text: &'t str) -> Result<Self, Fault> {
        let (what, rest) = split(text, "] user [")?;
        let (user, rest) = split(rest, "] at [")?;
        let (at, rest) = split(rest, "] with [")?;
        let (password, rest) = split(rest, "] status [")?;
        let (status, rest) = split(rest, "] workstation [")?;
        let (workstation, rest) = split(rest, "] remote host [")?;
        let (remote, rest) = rest.split_once(']').unwrap_or((rest, ""));
        let (who, local) = rest.rsplit_once(". local host [").unwrap_or((rest, ""));
        let became = who.trim_start().strip_prefix("became [").and_then(|text| {
            let (names, sid) = text.rsplit_once("] [")?;
            Some((pair(names)?, sid.strip_suffix(']')))
        });
        let mapped = || {
            let names = who.trim_start().strip_prefix("mapped to [")?.strip_suffix(']')?;
            Some((pair(names)?, None))
        };
        let (service, method) = what.split_once(',').unwrap_or((what, ""));
        Ok(Self {
            authorization: false,
            service,
            method,
            user: pair(user).unwrap_or(("", user)),
            at,
            password: Some(password),
            status: Some(status),
            workstation: Some(workstation).filter(|name| *name != "(null)"),
            remote,
            became: became.or_else(mapped),
            local: local.split(']').next(),
        })
    }

    /// `SMB2,krb5] user [D]\[a] [SID] at [time] Remote host [ipv4:...] local host [ipv4:...]`.
    fn authorization(text: &'t str) -> Result<Self, Fault> {
        let (what, rest) = split(text, "] user [")?;
        let (who, rest) = split(rest, "] at [")?;
        let (at, rest) = split(rest, "] Remote host [")?;
        let (remote, rest) = split(rest, "] local host [")?;
        let (names, sid) = who.rsplit_once("] [").unwrap_or((who, ""));
        let (service, method) = what.split_once(',').unwrap_or((what, ""));
        let user = pair(names).unwrap_or(("", names));
        Ok(Self {
            authorization: true,
            service,
            method,
            user,
            at,
            password: None,
            status: Some(super::OK),
            workstation: None,
            remote,
            became: Some((user, Some(sid))),
            local: rest.split(']').next(),
        })
    }

    /// Hands on what the line tells.
    pub(super) fn take(
        &self,
        envelope: &Envelope<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, Fault> {
        let time = time(self.at, sink.options)
            .ok_or_else(|| Fault::word("at", self.at.as_bytes(), "a time of Samba's"))?;
        let known = self.became.filter(|((_, name), _)| !matches!(*name, "" | "(null)"));
        let (domain, name) = known.map_or(self.user, |(names, _)| names);
        let sid = known.and_then(|(_, sid)| sid).filter(|sid| sid.starts_with("S-1-"));
        let mut account = if domain.is_empty() || domain == "(null)" {
            Account::parse(name)
        } else {
            Account::new(name).with_domain(domain)
        };
        if let Some(sid) = sid {
            account = account.with_sid(sid);
        }
        let record = Record {
            form: Form::Text,
            time,
            raw_ref: envelope.raw_ref,
            writer: envelope.host,
            service: self.service,
            method: self.method,
            status: self.status,
            local: self.local,
            remote: Some(self.remote),
            workstation: self.workstation,
            account: Some(account),
            password: self.password,
            event_id: None,
            logon_id: None,
            credential: None,
        };
        if self.authorization { record.authorization(sink) } else { record.authentication(sink) }
    }
}

/// `Sun, 29 Nov 2026 09:11:22.264883 UTC`. A zone's short name says little; times are then those of the
/// zone in the options.
fn time(text: &str, options: &ReadOptions) -> Option<Micros> {
    let (_, rest) = text.split_once(", ")?;
    let mut parts = rest.split_ascii_whitespace();
    let day = parts.next()?.parse().ok()?;
    let month = month(parts.next()?.as_bytes())?;
    let year = parts.next()?.parse().ok()?;
    let clock = parts.next()?;
    let zone = match parts.next() {
        Some("UTC" | "GMT") => &Zone::default(),
        _ => &options.zone,
    };
    civil(year, month, day, clock, zone)
}
