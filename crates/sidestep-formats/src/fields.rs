//! An event from the values of named fields, whatever they are stored in: CSV, columns of a table.

use std::borrow::Cow;

use sidestep::{Account, Activity, AuthEvent, EventError, Host, Timestamp};

use crate::event_field::{CsvField, FieldError};
use crate::meaning::{FieldMeaning, Means};
use crate::words;

/// One record: what each of its fields says.
pub trait FieldValues<'a> {
    /// What the field says, by [`FieldValue::meaning`](crate::FieldValue::meaning); `None` where it says
    /// nothing.
    ///
    /// # Errors
    /// [`FieldError`]: what is stored there means nothing.
    fn meaning(&self, field: CsvField) -> Result<Option<FieldMeaning<'a>>, FieldError>;

    /// Whether any record of the log has such a field.
    fn has(&self, field: CsvField) -> bool;
}

/// Makes an event at a time (microseconds since 1970, UTC) of the other fields of a record and lends it
/// to `take`, whose answer it gives back; the event borrows their text. `raw_ref` is handed back in the
/// hops of an alert.
///
/// # Errors
/// [`FieldError`], naming the field that is missing or means nothing.
pub fn event_of_fields<'a, T>(
    time: Timestamp,
    values: &impl FieldValues<'a>,
    raw_ref: u64,
    take: impl FnOnce(&AuthEvent<'a>) -> T,
) -> Result<T, FieldError> {
    let mut account = account(values, CsvField::Account, CsvField::Domain)?
        .ok_or_else(|| FieldError::empty(CsvField::Account))?;
    account.sid = text(values, CsvField::Sid)?.map(Cow::Borrowed);
    let subject = self::account(values, CsvField::Subject, CsvField::SubjectDomain)?;
    let subject =
        subject.filter(|subject| subject.name != account.name || subject.domain != account.domain);
    let mut builder = AuthEvent::builder(time, account);
    if let Some(subject) = subject {
        builder.set_subject(subject);
    }
    let port = number(values, CsvField::SrcPort)?.and_then(|port| u16::try_from(port).ok());
    let src = Host { port, ..host(values, CsvField::SrcHost, CsvField::SrcIp)? };
    let dst = host(values, CsvField::DstHost, CsvField::DstIp)?;
    builder.set_src_host(src).set_dst_host(dst).set_raw_ref(raw_ref);
    let code = number(values, CsvField::EventCode)?.and_then(|code| u32::try_from(code).ok());
    if let Some(code) = code {
        builder.set_event_code(code);
        if let Some((activity, outcome)) = words::windows_event(code) {
            builder.set_activity(activity);
            if let Some(outcome) = outcome {
                builder.set_outcome(outcome);
            }
        }
    }
    if let Some(Means::Activity(activity)) = means(values, CsvField::Activity)? {
        // Beside a Windows number, a word that is not known says nothing new.
        if activity != Activity::Other || !values.has(CsvField::EventCode) {
            builder.set_activity(activity);
        }
    }
    if let Some(Means::LogonType(kind)) = means(values, CsvField::LogonType)? {
        builder.set_logon_type(kind);
    }
    if let Some(Means::AuthProtocol(protocol)) = means(values, CsvField::AuthProtocol)? {
        builder.set_auth_protocol(protocol);
    }
    if let Some(Means::Outcome(outcome)) = means(values, CsvField::Outcome)? {
        builder.set_outcome(outcome);
    }
    if let Some(reason) = text(values, CsvField::OutcomeReason)? {
        builder.set_outcome_reason(reason);
    }
    if let Some(process) = text(values, CsvField::LogonProcess)? {
        builder.set_logon_process(process);
    }
    if let Some(id) = number(values, CsvField::LogonId)? {
        builder.set_logon_id(id);
    }
    if let Some(mark) = text(values, CsvField::Credential)? {
        builder.set_credential(mark);
    }
    if let Some(session) = text(values, CsvField::SessionName)? {
        builder.set_session_name(session);
    }
    if let Some(Means::Mfa(mfa)) = means(values, CsvField::Mfa)? {
        builder.set_mfa(mfa);
    }
    builder.event().map(take).map_err(|error| refused(&error))
}

#[inline]
fn means<'a>(
    values: &impl FieldValues<'a>,
    field: CsvField,
) -> Result<Option<Means<'a>>, FieldError> {
    Ok(values.meaning(field)?.map(|meaning| meaning.0))
}

#[inline]
fn text<'a>(values: &impl FieldValues<'a>, field: CsvField) -> Result<Option<&'a str>, FieldError> {
    Ok(means(values, field)?.and_then(|means| match means {
        Means::Text(text) => Some(text),
        _ => None,
    }))
}

#[inline]
fn number<'a>(values: &impl FieldValues<'a>, field: CsvField) -> Result<Option<u64>, FieldError> {
    Ok(means(values, field)?.and_then(|means| match means {
        Means::Number(number) => Some(number),
        _ => None,
    }))
}

#[inline]
fn account<'a>(
    values: &impl FieldValues<'a>,
    name: CsvField,
    domain: CsvField,
) -> Result<Option<Account<'a>>, FieldError> {
    let Some(Means::Account { name, domain: own, kind }) = means(values, name)? else {
        return Ok(None);
    };
    let domain = match own {
        Some(own) => Some(own),
        None => text(values, domain)?,
    };
    let (name, domain) = (Cow::Borrowed(name), domain.map(Cow::Borrowed));
    Ok(Some(Account { name, domain, sid: None, kind }))
}

#[inline]
fn host<'a>(
    values: &impl FieldValues<'a>,
    name: CsvField,
    ip: CsvField,
) -> Result<Host<'a>, FieldError> {
    let mut host = match means(values, name)? {
        Some(Means::Host(name)) => Host::named(name),
        Some(Means::Ip(ip)) => Host::at(ip),
        _ => Host::default(),
    };
    if let Some(Means::Ip(ip)) = means(values, ip)? {
        host.ip = Some(ip);
    }
    Ok(host)
}

fn refused(error: &EventError) -> FieldError {
    let named = match error {
        EventError::Missing { field } | EventError::TooLong { field, .. } => *field,
        _ => "time",
    };
    let field = CsvField::ALL.iter().copied().find(|field| field.name() == named);
    FieldError::new(field.unwrap_or(CsvField::Time), error.to_string())
}
