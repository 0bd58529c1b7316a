//! What the value of a field means. A table that says the same many times can have it understood once.

use sidestep::event::{Account, AccountKind, Activity, AuthProtocol, LogonType, Mfa, Outcome};

use crate::endpoint::Endpoint;
use crate::event_field::{EventField, FieldError};
use crate::{values, vocabulary};

/// A value of a field, as it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldValue<'a> {
    /// Text; what says that it says nothing (`-`, `null` ...) is taken as absent.
    Text(&'a str),
    /// A number.
    Number(u64),
    /// Yes or no.
    Truth(bool),
}

/// What a field says, understood. It borrows the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldMeaning<'a>(pub(crate) Meaning<'a>);

/// What there is to say; each field says one kind of thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning<'a> {
    Account {
        name: &'a str,
        domain: Option<&'a str>,
        kind: AccountKind,
    },
    /// A host by name or address; both absent where it says no more than "here".
    Host(Endpoint<'a>),
    /// What happened, and how it ended where the same word says that.
    Activity(Activity, Option<Outcome>),
    /// A word that names nothing that is known to happen.
    UnknownActivity(&'a str),
    LogonType(LogonType),
    AuthProtocol(AuthProtocol),
    Outcome(Outcome),
    Mfa(Mfa),
    Number(u64),
    Text(&'a str),
}

impl<'a> FieldValue<'a> {
    /// What the value means in a field; `None` where it says that it says nothing.
    ///
    /// # Errors
    /// [`FieldError`]: it means nothing there, such as a port of a million.
    pub fn meaning(self, field: EventField) -> Result<Option<FieldMeaning<'a>>, FieldError> {
        let value = match self {
            Self::Text(text) => match text.trim() {
                text if vocabulary::is_absent(text) => return Ok(None),
                text => Self::Text(text),
            },
            value => value,
        };
        Ok(value.means(field)?.map(FieldMeaning))
    }

    fn means(self, field: EventField) -> Result<Option<Meaning<'a>>, FieldError> {
        use EventField as Field;
        Ok(match field {
            Field::Account | Field::Subject => Some(account(self.text(field)?)),
            Field::SrcHost | Field::DstHost => {
                Some(Meaning::Host(Endpoint::parse(self.text(field)?)))
            }
            Field::SrcIp | Field::DstIp => Some(Meaning::Host(self.ip(field)?)),
            Field::SrcPort => {
                Some(Meaning::Number(self.at_most(field, u16::MAX.into(), "a port")?))
            }
            Field::EventCode => {
                Some(Meaning::Number(self.at_most(field, u32::MAX.into(), "a number")?))
            }
            Field::LogonId => Some(Meaning::Number(self.number(field)?)),
            Field::Activity => {
                let word = self.text(field)?;
                Some(match vocabulary::happened(word) {
                    Some((activity, outcome)) => Meaning::Activity(activity, outcome),
                    None => Meaning::UnknownActivity(word),
                })
            }
            Field::LogonType => Some(Meaning::LogonType(match self {
                Self::Text(text) => vocabulary::logon_type(text),
                Self::Number(number) => vocabulary::windows_logon_type(number),
                Self::Truth(_) => LogonType::Other,
            })),
            Field::AuthProtocol => {
                Some(Meaning::AuthProtocol(vocabulary::auth_protocol(self.text(field)?)))
            }
            Field::Outcome => Some(Meaning::Outcome(self.outcome(field)?)),
            Field::Mfa => Some(Meaning::Mfa(self.mfa(field)?)),
            _ => Some(Meaning::Text(self.text(field)?)),
        })
    }

    fn text(self, field: EventField) -> Result<&'a str, FieldError> {
        match self {
            Self::Text(text) => Ok(text),
            value => Err(value.unfit(field, "text")),
        }
    }

    fn at_most(self, field: EventField, most: u64, expected: &str) -> Result<u64, FieldError> {
        let number = self.number(field).ok();
        number.filter(|&number| number <= most).ok_or_else(|| self.unfit(field, expected))
    }

    /// A number, as [`values::number`] reads it.
    fn number(self, field: EventField) -> Result<u64, FieldError> {
        let number = match self {
            Self::Number(number) => Some(number),
            Self::Text(text) => values::number(text),
            Self::Truth(_) => None,
        };
        number.ok_or_else(|| self.unfit(field, "a number"))
    }

    /// An address, with a port perhaps; a name stands there at times, and says "here" or nothing.
    fn ip(self, field: EventField) -> Result<Endpoint<'a>, FieldError> {
        let end = Endpoint::parse(self.text(field)?);
        let is_known = end.name.is_none() || end.ip.is_some();
        if is_known { Ok(end) } else { Err(self.unfit(field, "an IP address")) }
    }

    fn outcome(self, field: EventField) -> Result<Outcome, FieldError> {
        let outcome = match self.or_truth() {
            Self::Text(text) => vocabulary::outcome(text),
            Self::Truth(true) | Self::Number(1) => Some(Outcome::Success),
            Self::Truth(false) | Self::Number(0) => Some(Outcome::Failure),
            Self::Number(_) => None,
        };
        outcome.ok_or_else(|| self.unfit(field, "an outcome, such as success or failure"))
    }

    /// A text such as `1.0` as the number that it is; tables write truths so.
    fn or_truth(self) -> Self {
        match self {
            Self::Text(text) if text.contains('.') => {
                values::number(text).map_or(self, Self::Number)
            }
            value => value,
        }
    }

    fn mfa(self, field: EventField) -> Result<Mfa, FieldError> {
        let mfa = match self.or_truth() {
            Self::Text(text) => vocabulary::mfa(text),
            Self::Truth(true) | Self::Number(1) => Some(Mfa::Used),
            Self::Truth(false) | Self::Number(0) => Some(Mfa::NotUsed),
            Self::Number(_) => None,
        };
        mfa.ok_or_else(|| self.unfit(field, "yes or no"))
    }

    fn unfit(self, field: EventField, expected: &str) -> FieldError {
        match self {
            Self::Text(text) => FieldError::unfit(field, text, expected),
            Self::Number(number) => FieldError::new(field, format!("{number} is not {expected}")),
            Self::Truth(truth) => FieldError::new(field, format!("{truth} is not {expected}")),
        }
    }
}

/// `name@domain` or `DOMAIN\name`; an unknown domain is left out.
fn account(text: &str) -> Meaning<'_> {
    let (name, domain) = Account::split(text);
    let domain = domain.filter(|&domain| domain != "?");
    Meaning::Account { name, domain, kind: AccountKind::of_name(name) }
}
