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

    /// Whether any record says something in a field. Most tables have few of the fields, and are not asked for
    /// the others.
    fn has(&self, _field: EventField) -> bool {
        true
    }

    /// Whether the log's numbers of events are Windows' own.
    fn has_windows_codes(&self) -> bool;
}

/// Why a record is no event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoEvent {
    /// It should be one: a field is missing or means nothing.
    Fault(FieldError),
    /// It is a Windows event of this number, which is not about logins.
    WindowsEvent(u32),
    /// What happened is a word that is not known.
    UnknownActivity(String),
}

impl From<FieldError> for NoEvent {
    fn from(error: FieldError) -> Self {
        Self::Fault(error)
    }
}

/// Makes an event at a time (microseconds since 1970, UTC) of the other fields of a record and lends it
/// to `take`, whose answer it gives back; the event borrows their text. `raw_ref` is handed back in the
/// hops of an alert.
///
/// # Errors
/// [`NoEvent`], naming the field that is missing or means nothing, or why it tells of no login.
pub fn event_of_fields<'a, T>(
    time: Micros,
    fields: &impl FieldValues<'a>,
    raw_ref: u64,
    take: impl FnOnce(&AuthEvent<'a>) -> T,
) -> Result<T, NoEvent> {
    let code = number(fields, EventField::EventCode)?.and_then(|code| u32::try_from(code).ok());
    let windows = code.and_then(vocabulary::windows_event);
    // Other numbers may have another account, or none: they are not looked at further.
    if let (Some(code), None) = (code, windows)
        && (fields.has_windows_codes() || vocabulary::is_windows_audit(code))
    {
        return Err(NoEvent::WindowsEvent(code));
    }
    let mut account = account(fields, EventField::Account, EventField::Domain)?
        .ok_or_else(|| FieldError::empty(EventField::Account))?;
    account.sid = text(fields, EventField::Sid)?.map(Cow::Borrowed);
    let subject = self::account(fields, EventField::Subject, EventField::SubjectDomain)?;
    let subject =
        subject.filter(|subject| subject.name != account.name || subject.domain != account.domain);
    let mut builder = AuthEvent::builder(Timestamp::from_micros(time), account);
    if let Some(subject) = subject {
        builder.set_subject(subject);
    }
    let port = number(fields, EventField::SrcPort)?.and_then(|port| u16::try_from(port).ok());
    let mut src = source(fields)?;
    src.port = port.filter(|port| *port > 0).or(src.port);
    let dst = host(fields, EventField::DstHost, EventField::DstIp)?;
    builder.set_src_host(src).set_dst_host(dst).set_raw_ref(raw_ref);
    if let Some(code) = code {
        builder.set_event_code(code);
    }
    if let Some((activity, outcome)) = windows {
        builder.set_activity(activity);
        if let Some(outcome) = outcome {
            builder.set_outcome(outcome);
        }
    }
    match means(fields, EventField::Activity)? {
        // Beside a Windows number, a word that is not known says nothing new.
        Some(Meaning::Activity(activity, outcome))
            if activity != Activity::Other || windows.is_none() =>
        {
            builder.set_activity(activity);
            if let Some(outcome) = outcome {
                builder.set_outcome(outcome);
            }
        }
        Some(Meaning::UnknownActivity(word)) if windows.is_none() => {
            return Err(NoEvent::UnknownActivity(word.to_owned()));
        }
        _ => {}
    }
    if let Some(Meaning::LogonType(kind)) = means(fields, EventField::LogonType)? {
        builder.set_logon_type(kind);
    }
    if let Some(Meaning::AuthProtocol(protocol)) = means(fields, EventField::AuthProtocol)? {
        builder.set_auth_protocol(protocol);
    }
    if let Some(Meaning::Outcome(outcome)) = means(fields, EventField::Outcome)? {
        builder.set_outcome(outcome);
    }
    if let Some(reason) = text(fields, EventField::OutcomeReason)? {
        builder.set_outcome_reason(reason);
    }
    if let Some(process) = text(fields, EventField::LogonProcess)? {
        builder.set_logon_process(process);
    }
    if let Some(id) = number(fields, EventField::LogonId)? {
        builder.set_logon_id(id);
    }
    if let Some(mark) = text(fields, EventField::Credential)? {
        builder.set_credential(mark);
    }
    if let Some(session) = text(fields, EventField::SessionName)? {
        builder.set_session_name(session);
    }
    if let Some(Meaning::Mfa(mfa)) = means(fields, EventField::Mfa)? {
        builder.set_mfa(mfa);
    }
    Ok(builder.event().map(take).map_err(|error| refused(&error))?)
}

#[inline]
fn means<'a>(
    values: &impl FieldValues<'a>,
    field: EventField,
) -> Result<Option<Meaning<'a>>, FieldError> {
    if !values.has(field) {
        return Ok(None);
    }
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
