//! An event from the values of named fields, whatever they are stored in: CSV, columns of a table.

use std::borrow::Cow;

use sidestep::event::{Account, Activity, AuthEvent, EventError, Host};

use crate::endpoint::Endpoint;
use crate::event_field::{EventField, FieldError};
use crate::field_value::{FieldMeaning, Meaning};
use crate::time::Micros;
use crate::values::is_local;
use crate::vocabulary;
use sidestep::Timestamp;

/// One record: what each of its fields says.
pub trait FieldValues<'a> {
    /// What the field says, by [`FieldValue::meaning`](crate::FieldValue::meaning); `None` where it says
    /// nothing.
    ///
    /// # Errors
    /// [`FieldError`]: what is stored there means nothing.
    fn meaning(&self, field: EventField) -> Result<Option<FieldMeaning<'a>>, FieldError>;

    /// Whether any record of the log has such a field.
    fn has(&self, field: EventField) -> bool;
}

/// Makes an event at a time (microseconds since 1970, UTC) of the other fields of a record and lends it
/// to `take`, whose answer it gives back; the event borrows their text. `raw_ref` is handed back in the
/// hops of an alert.
///
/// # Errors
/// [`FieldError`], naming the field that is missing or means nothing.
pub fn event_of_fields<'a, T>(
    time: Micros,
    values: &impl FieldValues<'a>,
    raw_ref: u64,
    take: impl FnOnce(&AuthEvent<'a>) -> T,
) -> Result<T, FieldError> {
    let mut account = account(values, EventField::Account, EventField::Domain)?
        .ok_or_else(|| FieldError::empty(EventField::Account))?;
    account.sid = text(values, EventField::Sid)?.map(Cow::Borrowed);
    let subject = self::account(values, EventField::Subject, EventField::SubjectDomain)?;
    let subject =
        subject.filter(|subject| subject.name != account.name || subject.domain != account.domain);
    let mut builder = AuthEvent::builder(Timestamp::from_micros(time), account);
    if let Some(subject) = subject {
        builder.set_subject(subject);
    }
    let port = number(values, EventField::SrcPort)?.and_then(|port| u16::try_from(port).ok());
    let mut src = source(values)?;
    src.port = port.filter(|port| *port > 0).or(src.port);
    let dst = host(values, EventField::DstHost, EventField::DstIp)?;
    builder.set_src_host(src).set_dst_host(dst).set_raw_ref(raw_ref);
    let code = number(values, EventField::EventCode)?.and_then(|code| u32::try_from(code).ok());
    if let Some(code) = code {
        builder.set_event_code(code);
        if let Some((activity, outcome)) = vocabulary::windows_event(code) {
            builder.set_activity(activity);
            if let Some(outcome) = outcome {
                builder.set_outcome(outcome);
            }
        }
    }
    if let Some(Meaning::Activity(activity)) = means(values, EventField::Activity)? {
        // Beside a Windows number, a word that is not known says nothing new.
        if activity != Activity::Other || !values.has(EventField::EventCode) {
            builder.set_activity(activity);
        }
    }
    if let Some(Meaning::LogonType(kind)) = means(values, EventField::LogonType)? {
        builder.set_logon_type(kind);
    }
    if let Some(Meaning::AuthProtocol(protocol)) = means(values, EventField::AuthProtocol)? {
        builder.set_auth_protocol(protocol);
    }
    if let Some(Meaning::Outcome(outcome)) = means(values, EventField::Outcome)? {
        builder.set_outcome(outcome);
    }
    if let Some(reason) = text(values, EventField::OutcomeReason)? {
        builder.set_outcome_reason(reason);
    }
    if let Some(process) = text(values, EventField::LogonProcess)? {
        builder.set_logon_process(process);
    }
    if let Some(id) = number(values, EventField::LogonId)? {
        builder.set_logon_id(id);
    }
    if let Some(mark) = text(values, EventField::Credential)? {
        builder.set_credential(mark);
    }
    if let Some(session) = text(values, EventField::SessionName)? {
        builder.set_session_name(session);
    }
    if let Some(Meaning::Mfa(mfa)) = means(values, EventField::Mfa)? {
        builder.set_mfa(mfa);
    }
    builder.event().map(take).map_err(|error| refused(&error))
}

#[inline]
fn means<'a>(
    values: &impl FieldValues<'a>,
    field: EventField,
) -> Result<Option<Meaning<'a>>, FieldError> {
    Ok(values.meaning(field)?.map(|meaning| meaning.0))
}

#[inline]
fn text<'a>(
    values: &impl FieldValues<'a>,
    field: EventField,
) -> Result<Option<&'a str>, FieldError> {
    Ok(means(values, field)?.and_then(|means| match means {
        Meaning::Text(text) => Some(text),
        _ => None,
    }))
}

#[inline]
fn number<'a>(values: &impl FieldValues<'a>, field: EventField) -> Result<Option<u64>, FieldError> {
    Ok(means(values, field)?.and_then(|means| match means {
        Meaning::Number(number) => Some(number),
        _ => None,
    }))
}

#[inline]
fn account<'a>(
    values: &impl FieldValues<'a>,
    name: EventField,
    domain: EventField,
) -> Result<Option<Account<'a>>, FieldError> {
    let Some(Meaning::Account { name, domain: own, kind }) = means(values, name)? else {
        return Ok(None);
    };
    let domain = match own {
        Some(own) => Some(own),
        None => text(values, domain)?,
    };
    let (name, domain) = (Cow::Borrowed(name), domain.map(Cow::Borrowed));
    let mut account = Account::of_kind(kind, name);
    account.domain = domain;
    Ok(Some(account))
}

#[inline]
fn host<'a>(
    values: &impl FieldValues<'a>,
    name: EventField,
    ip: EventField,
) -> Result<Host<'a>, FieldError> {
    let end = |field| -> Result<Endpoint<'a>, FieldError> {
        Ok(match means(values, field)? {
            Some(Meaning::Host(end)) => end,
            _ => Endpoint::default(),
        })
    };
    let (named, at) = (end(name)?, end(ip)?);
    let mut host = Host::default();
    host.name = named.name.or(at.name).map(Cow::Borrowed);
    host.ip = at.ip.or(named.ip);
    host.port = at.port.or(named.port);
    Ok(host)
}

/// Where a login came from: an end that says "here" names no host.
#[inline]
fn source<'a>(values: &impl FieldValues<'a>) -> Result<Host<'a>, FieldError> {
    let mut host = host(values, EventField::SrcHost, EventField::SrcIp)?;
    if host.ip.as_ref().is_some_and(is_local) {
        (host.ip, host.port) = (None, None);
    }
    Ok(host)
}

fn refused(error: &EventError) -> FieldError {
    let named = match error {
        EventError::Missing { field } | EventError::TooLong { field, .. } => *field,
        _ => "time",
    };
    let field = EventField::ALL.iter().copied().find(|field| field.name() == named);
    FieldError::new(field.unwrap_or(EventField::Time), error.to_string())
}
