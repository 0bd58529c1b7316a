//! An event from the values of named fields, whatever they are stored in: CSV, columns of a table.

use sidestep::{
    Account, Activity, AuthEvent, EventError, Host, LogonType, Mfa, Outcome, Timestamp,
};
use thiserror::Error;

use crate::csv::CsvField;
use crate::error::quote;
use crate::values;
use crate::words;

/// A value of a field, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldValue<'a> {
    /// Text; what says that it says nothing (`-`, `null` ...) is taken as absent.
    Text(&'a str),
    /// A number.
    Number(u64),
    /// Yes or no.
    Truth(bool),
}

/// What is wrong with a field of a record.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}: {what}", field.name())]
pub struct FieldError {
    /// The field.
    pub field: CsvField,
    /// What is wrong.
    pub what: String,
}

impl FieldError {
    /// An error of a field.
    #[must_use]
    pub fn new(field: CsvField, what: impl Into<String>) -> Self {
        Self { field, what: what.into() }
    }

    /// A field that an event needs and that is empty.
    #[must_use]
    pub fn empty(field: CsvField) -> Self {
        let name = field.name();
        let article = if field == CsvField::Account { "an" } else { "a" };
        Self::new(field, format!("is empty; an event needs {article} {name}"))
    }

    /// A word that means nothing there.
    #[must_use]
    pub fn unfit(field: CsvField, text: &str, expected: &str) -> Self {
        Self::new(field, format!("{} is not {expected}", quote(text.as_bytes())))
    }

    fn unfit_value(field: CsvField, value: FieldValue<'_>, expected: &str) -> Self {
        match value {
            FieldValue::Text(text) => Self::unfit(field, text, expected),
            FieldValue::Number(number) => Self::new(field, format!("{number} is not {expected}")),
            FieldValue::Truth(truth) => Self::new(field, format!("{truth} is not {expected}")),
        }
    }
}

/// One record: the value of each of its fields.
pub trait FieldValues<'a> {
    /// The value; `None` where there is none.
    ///
    /// # Errors
    /// [`FieldError`]: what is stored there is no value.
    fn value(&self, field: CsvField) -> Result<Option<FieldValue<'a>>, FieldError>;

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
    let Some(account) = account(values, CsvField::Account, CsvField::Domain)? else {
        return Err(FieldError::empty(CsvField::Account));
    };
    let account = match text(values, CsvField::Sid)? {
        Some(sid) => account.with_sid(sid),
        None => account,
    };
    let subject = self::account(values, CsvField::Subject, CsvField::SubjectDomain)?;
    let subject =
        subject.filter(|subject| subject.name != account.name || subject.domain != account.domain);
    let mut src = host(values, CsvField::SrcHost, CsvField::SrcIp)?;
    if let Some(port) = number(values, CsvField::SrcPort, "a port")? {
        src = src.with_port(port);
    }
    let dst = host(values, CsvField::DstHost, CsvField::DstIp)?;
    let mut builder = AuthEvent::builder(time, account);
    builder.set_src_host(src).set_dst_host(dst).set_raw_ref(raw_ref);
    if let Some(subject) = subject {
        builder.set_subject(subject);
    }
    if let Some(code) = number(values, CsvField::EventCode, "a number")? {
        builder.set_event_code(code);
        if let Some((activity, outcome)) = words::windows_event(code) {
            builder.set_activity(activity);
            if let Some(outcome) = outcome {
                builder.set_outcome(outcome);
            }
        }
    }
    if let Some(text) = text(values, CsvField::Activity)? {
        // Beside a Windows number, a word that is not known says nothing new.
        let activity = words::activity(text);
        if activity != Activity::Other || !values.has(CsvField::EventCode) {
            builder.set_activity(activity);
        }
    }
    if let Some(value) = stated(values, CsvField::LogonType)? {
        builder.set_logon_type(match value {
            FieldValue::Text(text) => words::logon_type(text),
            FieldValue::Number(number) => words::windows_logon_type(number),
            FieldValue::Truth(_) => LogonType::Other,
        });
    }
    if let Some(text) = text(values, CsvField::AuthProtocol)? {
        builder.set_auth_protocol(words::auth_protocol(text));
    }
    if let Some(value) = stated(values, CsvField::Outcome)? {
        let outcome = match value {
            FieldValue::Text(text) => words::outcome(text),
            FieldValue::Truth(true) => Some(Outcome::Success),
            FieldValue::Truth(false) => Some(Outcome::Failure),
            FieldValue::Number(_) => None,
        };
        let expected = "an outcome, such as success or failure";
        builder.set_outcome(
            outcome.ok_or_else(|| FieldError::unfit_value(CsvField::Outcome, value, expected))?,
        );
    }
    if let Some(text) = text(values, CsvField::OutcomeReason)? {
        builder.set_outcome_reason(text);
    }
    if let Some(text) = text(values, CsvField::LogonProcess)? {
        builder.set_logon_process(text);
    }
    if let Some(value) = stated(values, CsvField::LogonId)? {
        let id = match value {
            FieldValue::Number(id) => Some(id),
            FieldValue::Text(text) => values::number(text),
            FieldValue::Truth(_) => None,
        };
        builder.set_logon_id(
            id.ok_or_else(|| FieldError::unfit_value(CsvField::LogonId, value, "a number"))?,
        );
    }
    if let Some(value) = stated(values, CsvField::Mfa)? {
        let mfa = match value {
            FieldValue::Text(text) => words::mfa(text),
            FieldValue::Truth(true) | FieldValue::Number(1) => Some(Mfa::Used),
            FieldValue::Truth(false) | FieldValue::Number(0) => Some(Mfa::NotUsed),
            FieldValue::Number(_) => None,
        };
        builder.set_mfa(
            mfa.ok_or_else(|| FieldError::unfit_value(CsvField::Mfa, value, "yes or no"))?,
        );
    }
    builder.event().map(take).map_err(|error| refused(&error))
}

/// The value of a field; `None` also where its text says that it says nothing.
fn stated<'a>(
    values: &impl FieldValues<'a>,
    field: CsvField,
) -> Result<Option<FieldValue<'a>>, FieldError> {
    Ok(match values.value(field)? {
        Some(FieldValue::Text(text)) => {
            let text = text.trim();
            (!words::is_absent(text)).then_some(FieldValue::Text(text))
        }
        value => value,
    })
}

/// The text of a field.
fn text<'a>(values: &impl FieldValues<'a>, field: CsvField) -> Result<Option<&'a str>, FieldError> {
    match stated(values, field)? {
        Some(FieldValue::Text(text)) => Ok(Some(text)),
        Some(value) => Err(FieldError::unfit_value(field, value, "text")),
        None => Ok(None),
    }
}

/// The number of a field.
fn number<'a, T: std::str::FromStr + TryFrom<u64>>(
    values: &impl FieldValues<'a>,
    field: CsvField,
    expected: &str,
) -> Result<Option<T>, FieldError> {
    let Some(value) = stated(values, field)? else {
        return Ok(None);
    };
    let number = match value {
        FieldValue::Text(text) => text.parse().ok(),
        FieldValue::Number(number) => T::try_from(number).ok(),
        FieldValue::Truth(_) => None,
    };
    number.map(Some).ok_or_else(|| FieldError::unfit_value(field, value, expected))
}

fn account<'a>(
    values: &impl FieldValues<'a>,
    name: CsvField,
    domain: CsvField,
) -> Result<Option<Account<'a>>, FieldError> {
    let Some(text) = text(values, name)? else {
        return Ok(None);
    };
    let mut account = Account::parse(text);
    if account.domain.as_deref() == Some("?") {
        account.domain = None;
    }
    if account.domain.is_none()
        && let Some(domain) = self::text(values, domain)?
    {
        account = account.with_domain(domain);
    }
    Ok(Some(account))
}

fn host<'a>(
    values: &impl FieldValues<'a>,
    name: CsvField,
    ip: CsvField,
) -> Result<Host<'a>, FieldError> {
    let mut host = match text(values, name)? {
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
    if let Some(text) = text(values, ip)? {
        // Logs write LOCAL and the like here for a login on the spot.
        if let Some(ip) = values::ip(text) {
            host = host.with_ip(ip);
        } else if !text.eq_ignore_ascii_case("LOCAL") {
            return Err(FieldError::unfit(ip, text, "an IP address"));
        }
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
