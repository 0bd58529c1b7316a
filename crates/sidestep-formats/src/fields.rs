//! An event from the values of named fields, whatever they are stored in: CSV, columns of a table.

use std::borrow::{Borrow, Cow};
use std::convert::Infallible;
use std::mem::ManuallyDrop;

use sidestep::event::{Account, Activity, AuthEvent, EventError, Host};

use crate::event_field::{EventField, FieldError};
use crate::field_value::{FieldMeaning, Meaning};
use crate::time::Micros;
use crate::values::is_local;
use crate::vocabulary;
use sidestep::Timestamp;

/// One record: what each of its fields says.
pub trait FieldValues<'a> {
    /// What a field says, or a reference to it where it was understood before.
    type Meaning: Borrow<FieldMeaning<'a>>;
    /// [`FieldError`], or [`Infallible`] where all was understood before.
    type Error;

    /// What the field says, by [`FieldValue::meaning`](crate::FieldValue::meaning); `None` where it says
    /// nothing.
    ///
    /// # Errors
    /// What is stored there means nothing.
    fn meaning(&self, field: EventField) -> Result<Option<Self::Meaning>, Self::Error>;

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

impl From<Infallible> for NoEvent {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<FieldError> for NoEvent {
    fn from(error: FieldError) -> Self {
        Self::Fault(error)
    }
}

/// What a field of one kind of word says.
macro_rules! said {
    ($values:expr, $kind:ident) => {
        means($values, EventField::$kind, |means| match *means {
            Meaning::$kind(said) => Some(said),
            _ => None,
        })?
    };
}

/// Makes an event at a time (microseconds since 1970, UTC) of the other fields of a record and lends it
/// to `take`, whose answer it gives back; the event borrows their text. `raw_ref` is handed back in the
/// hops of an alert.
///
/// # Errors
/// [`NoEvent`], naming the field that is missing or means nothing, or why it tells of no login.
pub fn event_of_fields<'a, V: FieldValues<'a>, T>(
    time: Micros,
    fields: &V,
    raw_ref: u64,
    take: impl FnOnce(&AuthEvent<'a>) -> T,
) -> Result<T, NoEvent>
where
    NoEvent: From<V::Error>,
{
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
    // All of its text is borrowed: there is nothing to free.
    let mut builder = ManuallyDrop::new(AuthEvent::builder(Timestamp::from_micros(time), account));
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
    match means(fields, EventField::Activity, |means| match *means {
        Meaning::Activity(activity, outcome) => Some(Ok((activity, outcome))),
        Meaning::UnknownActivity(word) => Some(Err(word)),
        _ => None,
    })? {
        // Beside a Windows number, a word that is not known says nothing new.
        Some(Ok((activity, outcome))) if activity != Activity::Other || windows.is_none() => {
            builder.set_activity(activity);
            if let Some(outcome) = outcome {
                builder.set_outcome(outcome);
            }
        }
        Some(Err(word)) if windows.is_none() => {
            return Err(NoEvent::UnknownActivity(word.to_owned()));
        }
        _ => {}
    }
    if let Some(kind) = said!(fields, LogonType) {
        builder.set_logon_type(kind);
    }
    if let Some(protocol) = said!(fields, AuthProtocol) {
        builder.set_auth_protocol(protocol);
    }
    if let Some(outcome) = said!(fields, Outcome) {
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
    if let Some(mfa) = said!(fields, Mfa) {
        builder.set_mfa(mfa);
    }
    Ok(builder.event().map(take).map_err(|error| refused(&error))?)
}

/// What a field says, of the kind that `of` picks.
#[inline]
fn means<'a, V: FieldValues<'a>, T>(
    values: &V,
    field: EventField,
    of: impl FnOnce(&Meaning<'a>) -> Option<T>,
) -> Result<Option<T>, V::Error> {
    let meaning = values.meaning(field)?;
    Ok(meaning.and_then(|meaning| of(&meaning.borrow().0)))
}

#[inline]
fn text<'a, V: FieldValues<'a>>(
    values: &V,
    field: EventField,
) -> Result<Option<&'a str>, V::Error> {
    means(values, field, |means| match *means {
        Meaning::Text(text) => Some(text),
        _ => None,
    })
}

#[inline]
fn number<'a, V: FieldValues<'a>>(values: &V, field: EventField) -> Result<Option<u64>, V::Error> {
    means(values, field, |means| match *means {
        Meaning::Number(number) => Some(number),
        _ => None,
    })
}

#[inline(always)]
fn account<'a, V: FieldValues<'a>>(
    values: &V,
    name: EventField,
    domain: EventField,
) -> Result<Option<Account<'a>>, V::Error> {
    let account = means(values, name, |means| match *means {
        Meaning::Account { name, domain, kind } => Some((name, domain, kind)),
        _ => None,
    })?;
    let Some((name, own, kind)) = account else { return Ok(None) };
    let domain = match own {
        Some(own) => Some(own),
        None => text(values, domain)?,
    };
    let mut account = Account::of_kind(kind, name);
    account.domain = domain.map(Cow::Borrowed);
    Ok(Some(account))
}

#[inline(always)]
fn host<'a, V: FieldValues<'a>>(
    values: &V,
    name: EventField,
    ip: EventField,
) -> Result<Host<'a>, V::Error> {
    let end = |field| {
        means(values, field, |means| match means {
            Meaning::Host(end) => Some(*end),
            _ => None,
        })
    };
    let mut host = Host::default();
    if let Some(named) = end(name)? {
        host.name = named.name.map(Cow::Borrowed);
        (host.ip, host.port) = (named.ip, named.port);
    }
    if let Some(at) = end(ip)? {
        host.name = host.name.or(at.name.map(Cow::Borrowed));
        (host.ip, host.port) = (at.ip.or(host.ip), at.port.or(host.port));
    }
    Ok(host)
}

/// Where a login came from: an end that says "here" names no host.
#[inline(always)]
fn source<'a, V: FieldValues<'a>>(values: &V) -> Result<Host<'a>, V::Error> {
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
