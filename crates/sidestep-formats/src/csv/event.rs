//! A record's columns as an event.

use sidestep::{Account, Activity, AuthEvent, EventError, Host};

use super::header::{Header, Places};
use super::mapping::CsvField;
use super::record::Record;
use crate::error::{Fault, quote};
use crate::time::TimeFormat;
use crate::values;
use crate::words;

/// Turns records into events.
pub(super) struct Events {
    header: Header,
    places: Places,
    time_format: TimeFormat,
    /// Columns that a record must have.
    needed: usize,
}

impl Events {
    pub(super) fn new(header: Header, places: Places, time_format: TimeFormat) -> Self {
        let needed = places.iter().flatten().max().map_or(0, |last| last + 1);
        Self { header, places, time_format, needed }
    }

    /// Whether the record's time can be read: a header's cannot.
    pub(super) fn has_time(&self, record: &Record<'_>) -> bool {
        let text = self.text(record, CsvField::Time).unwrap_or_default();
        text.is_some_and(|text| self.time_format.parse(text).is_some())
    }

    /// The record as an event that borrows from it.
    pub(super) fn event<'a>(&self, record: &Record<'a>, line: u64) -> Result<AuthEvent<'a>, Fault> {
        if record.columns() < self.needed {
            return Err(Fault::record(format!(
                "has {} columns where {} are needed (the first line has {})",
                record.columns(),
                self.needed,
                self.header.columns()
            )));
        }
        let Some(time) = self.text(record, CsvField::Time)? else {
            return Err(self.fault(CsvField::Time, "is empty; an event needs a time"));
        };
        let Some(time) = self.time_format.parse(time) else {
            return Err(self.unfit(CsvField::Time, time, self.time_format.expected()));
        };
        let Some(account) = self.account(record, CsvField::Account, CsvField::Domain)? else {
            return Err(self.fault(CsvField::Account, "is empty; an event needs an account"));
        };
        let account = match self.text(record, CsvField::Sid)? {
            Some(sid) => account.with_sid(sid),
            None => account,
        };
        let subject = self.account(record, CsvField::Subject, CsvField::SubjectDomain)?;
        let subject = subject
            .filter(|subject| subject.name != account.name || subject.domain != account.domain);
        let mut src = self.host(record, CsvField::SrcHost, CsvField::SrcIp)?;
        if let Some(text) = self.text(record, CsvField::SrcPort)? {
            let port = text.parse().map_err(|_| self.unfit(CsvField::SrcPort, text, "a port"))?;
            src = src.with_port(port);
        }
        let dst = self.host(record, CsvField::DstHost, CsvField::DstIp)?;
        let mut builder =
            AuthEvent::builder(time, account).src_host(src).dst_host(dst).raw_ref(line);
        if let Some(subject) = subject {
            builder = builder.subject(subject);
        }
        if let Some(text) = self.text(record, CsvField::EventCode)? {
            let code =
                text.parse().map_err(|_| self.unfit(CsvField::EventCode, text, "a number"))?;
            builder = builder.event_code(code);
            if let Some((activity, outcome)) = words::windows_event(code) {
                builder = builder.activity(activity);
                if let Some(outcome) = outcome {
                    builder = builder.outcome(outcome);
                }
            }
        }
        if let Some(text) = self.text(record, CsvField::Activity)? {
            // Beside a Windows number, a word that is not known says nothing new.
            let activity = words::activity(text);
            if activity != Activity::Other || self.places[CsvField::EventCode as usize].is_none() {
                builder = builder.activity(activity);
            }
        }
        if let Some(text) = self.text(record, CsvField::LogonType)? {
            builder = builder.logon_type(words::logon_type(text));
        }
        if let Some(text) = self.text(record, CsvField::AuthProtocol)? {
            builder = builder.auth_protocol(words::auth_protocol(text));
        }
        if let Some(text) = self.text(record, CsvField::Outcome)? {
            let expected = "an outcome, such as success or failure";
            let outcome = words::outcome(text)
                .ok_or_else(|| self.unfit(CsvField::Outcome, text, expected))?;
            builder = builder.outcome(outcome);
        }
        if let Some(text) = self.text(record, CsvField::OutcomeReason)? {
            builder = builder.outcome_reason(text);
        }
        if let Some(text) = self.text(record, CsvField::LogonProcess)? {
            builder = builder.logon_process(text);
        }
        if let Some(text) = self.text(record, CsvField::LogonId)? {
            let id = values::number(text)
                .ok_or_else(|| self.unfit(CsvField::LogonId, text, "a number"))?;
            builder = builder.logon_id(id);
        }
        if let Some(text) = self.text(record, CsvField::Mfa)? {
            let mfa =
                words::mfa(text).ok_or_else(|| self.unfit(CsvField::Mfa, text, "yes or no"))?;
            builder = builder.mfa(mfa);
        }
        builder.build().map_err(|error| self.refused(&error))
    }

    /// The text of a field; `None` where it is not mapped or says that it says nothing.
    fn text<'a>(&self, record: &Record<'a>, field: CsvField) -> Result<Option<&'a str>, Fault> {
        let Some(bytes) = self.places[field as usize].and_then(|column| record.get(column)) else {
            return Ok(None);
        };
        let Ok(text) = std::str::from_utf8(bytes) else {
            return Err(self.fault(field, "is not UTF-8"));
        };
        let text = text.trim();
        if text.bytes().any(|byte| byte == b'\n') {
            return Err(self.fault(field, "holds a line break; is a quote left open?"));
        }
        Ok((!words::is_absent(text)).then_some(text))
    }

    fn account<'a>(
        &self,
        record: &Record<'a>,
        name: CsvField,
        domain: CsvField,
    ) -> Result<Option<Account<'a>>, Fault> {
        let Some(text) = self.text(record, name)? else {
            return Ok(None);
        };
        let mut account = Account::parse(text);
        if account.domain.as_deref() == Some("?") {
            account.domain = None;
        }
        if account.domain.is_none()
            && let Some(domain) = self.text(record, domain)?
        {
            account = account.with_domain(domain);
        }
        Ok(Some(account))
    }

    fn host<'a>(
        &self,
        record: &Record<'a>,
        name: CsvField,
        ip: CsvField,
    ) -> Result<Host<'a>, Fault> {
        let mut host = match self.text(record, name)? {
            // Windows writes a workstation as \\NAME at times.
            Some(text) => match text.trim_start_matches('\\') {
                "" => Host::default(),
                text => match values::ip(text) {
                    Some(ip) => Host::at(ip),
                    None => Host::named(text),
                },
            },
            None => Host::default(),
        };
        if let Some(text) = self.text(record, ip)? {
            // Logs write LOCAL and the like here for a login on the spot.
            if let Some(ip) = values::ip(text) {
                host = host.with_ip(ip);
            } else if !text.eq_ignore_ascii_case("LOCAL") {
                return Err(self.unfit(ip, text, "an IP address"));
            }
        }
        Ok(host)
    }

    fn fault(&self, field: CsvField, what: &str) -> Fault {
        let name = match self.places[field as usize] {
            Some(column) => self.header.name(column),
            None => field.name().to_owned(),
        };
        Fault::column(name, what)
    }

    fn unfit(&self, field: CsvField, text: &str, expected: &str) -> Fault {
        self.fault(field, &format!("{} is not {expected}", quote(text.as_bytes())))
    }

    fn refused(&self, error: &EventError) -> Fault {
        let named = match error {
            EventError::Missing { field } | EventError::TooLong { field, .. } => *field,
            _ => "time",
        };
        let field = CsvField::ALL.iter().copied().find(|field| field.name() == named);
        self.fault(field.unwrap_or(CsvField::Time), &error.to_string())
    }
}
