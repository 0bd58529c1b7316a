//! Accounts as a log names them.

use std::borrow::Cow;
use std::fmt;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::vocabulary::vocabulary;

vocabulary! {
    /// What sort of principal an account is.
    AccountKind {
        /// The name does not tell and the log does not say.
        #[default]
        Unknown = "Unknown",
        /// Somebody.
        Person = "Person",
        /// A computer's own account (`HOST$`).
        Machine = "Machine",
        /// An account that a service or job runs under.
        Service = "Service",
        /// A built-in principal that exists on every host (SYSTEM, LOCAL SERVICE, DWM-1 ...), or an
        /// account with which a server tries itself out (`HealthMailbox` of Exchange).
        WellKnown = "Well-known",
        /// Nobody in particular (ANONYMOUS LOGON).
        Anonymous = "Anonymous",
    }
}

/// An account: its name, and its domain and SID where the log has them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
#[non_exhaustive]
pub struct Account<'a> {
    /// The name without domain.
    #[cfg_attr(feature = "serde", serde(borrow))]
    pub name: Cow<'a, str>,
    /// NetBIOS domain, DNS realm, or the host of a local account.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub domain: Option<Cow<'a, str>>,
    /// Security identifier, `S-1-5-21-...`.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Option::is_none"))]
    pub sid: Option<Cow<'a, str>>,
    /// What sort of principal it is.
    #[cfg_attr(feature = "serde", serde(default))]
    pub kind: AccountKind,
}

impl<'a> Account<'a> {
    /// An account of this name, where its kind is known already.
    #[must_use]
    pub fn of_kind(kind: AccountKind, name: impl Into<Cow<'a, str>>) -> Self {
        Self { name: name.into(), domain: None, sid: None, kind }
    }

    /// An account of this name; its kind is told from the name (see [`AccountKind::of_name`]).
    #[must_use]
    pub fn new(name: impl Into<Cow<'a, str>>) -> Self {
        let name = name.into();
        let kind = AccountKind::of_name(&name);
        Self { name, domain: None, sid: None, kind }
    }

    /// Reads `user@domain` or `DOMAIN\user`; anything else is a name without a domain.
    #[must_use]
    pub fn parse(text: &'a str) -> Self {
        let (name, domain) = Self::split(text);
        let account = Self::new(name);
        Self { domain: domain.map(Cow::Borrowed), ..account }
    }

    /// The name in `user@domain` or `DOMAIN\user`, and the domain; anything else is a name without a
    /// domain.
    #[must_use]
    pub fn split(text: &'a str) -> (&'a str, Option<&'a str>) {
        if let Some((domain, name)) = text.split_once('\\') {
            return (name, (!domain.is_empty()).then_some(domain));
        }
        match text.rsplit_once('@') {
            Some((name, domain)) if !name.is_empty() && !domain.is_empty() => (name, Some(domain)),
            _ => (text, None),
        }
    }

    /// The same account with this domain; an empty one is left out.
    #[must_use]
    pub fn with_domain(mut self, domain: impl Into<Cow<'a, str>>) -> Self {
        let domain = domain.into();
        self.domain = (!domain.is_empty()).then_some(domain);
        self
    }

    /// The same account with this SID; an empty one is left out.
    #[must_use]
    pub fn with_sid(mut self, sid: impl Into<Cow<'a, str>>) -> Self {
        let sid = sid.into();
        self.sid = (!sid.is_empty()).then_some(sid);
        self
    }

    /// The same account of this kind.
    #[must_use]
    pub const fn with_kind(mut self, kind: AccountKind) -> Self {
        self.kind = kind;
        self
    }

    /// The same account that owns its text.
    #[must_use]
    pub fn into_owned(self) -> Account<'static> {
        let own = |text: Cow<'a, str>| Cow::Owned(text.into_owned());
        Account {
            name: own(self.name),
            domain: self.domain.map(own),
            sid: self.sid.map(own),
            kind: self.kind,
        }
    }
}

impl fmt::Display for Account<'_> {
    /// `name@domain`, or the name alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.domain {
            Some(domain) => write!(f, "@{domain}"),
            None => Ok(()),
        }
    }
}

/// Principals that exist on every Windows host, and the prefixes of numbered ones.
const WELL_KNOWN: [&str; 6] =
    ["SYSTEM", "LOCAL SERVICE", "NETWORK SERVICE", "LOCALSERVICE", "NETWORKSERVICE", "IUSR"];
const WELL_KNOWN_PREFIXES: [&str; 2] = ["DWM-", "UMFD-"];

/// Whether this is an account with which Exchange logs on to its own server every few minutes, to see
/// whether that works. What follows the word is exact, for an account that somebody could make with
/// a name of their own must not pass for one: as the SAM name it is cut to 20 characters.
fn is_health_mailbox(name: &str) -> bool {
    const WORD: &str = "HealthMailbox";
    let Some((word, rest)) = name.split_at_checked(WORD.len()) else { return false };
    word.eq_ignore_ascii_case(WORD)
        && matches!(rest.len(), 7 | 32)
        && rest.bytes().all(|byte| byte.is_ascii_hexdigit())
}

impl AccountKind {
    /// Whether it is somebody, or something that somebody could be: no machine, not built in.
    #[must_use]
    pub const fn can_move(self) -> bool {
        matches!(self, Self::Unknown | Self::Person | Self::Service)
    }

    /// The kind that a name alone gives away: `HOST$` is a machine, `SYSTEM` and Exchange's
    /// `HealthMailbox0123abc` are well known, `ANONYMOUS LOGON` anonymous. Any other name is `Unknown`, and is treated as a person.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        if name.ends_with('$') {
            return Self::Machine;
        }
        // Most names begin otherwise than any of these, and every event asks.
        let begin = name.as_bytes().first_chunk::<2>().map(|begin| begin.map(|b| b | 0x20));
        if !matches!(
            begin.as_ref(),
            Some(b"sy" | b"lo" | b"ne" | b"iu" | b"dw" | b"um" | b"he" | b"an")
        ) {
            return Self::Unknown;
        }
        let is = |word: &&str| name.eq_ignore_ascii_case(word);
        let begins = |prefix: &&str| {
            name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
        };
        if WELL_KNOWN.iter().any(is)
            || WELL_KNOWN_PREFIXES.iter().any(begins)
            || is_health_mailbox(name)
        {
            Self::WellKnown
        } else if ["ANONYMOUS LOGON", "ANONYMOUS"].iter().any(is) {
            Self::Anonymous
        } else {
            Self::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probes_of_exchange_are_known_by_their_whole_name() {
        for name in ["HealthMailbox83d6781", "healthmailbox0123456789abcdef0123456789ABCDEF"] {
            assert_eq!(AccountKind::of_name(name), AccountKind::WellKnown, "{name}");
            assert!(!AccountKind::of_name(name).can_move());
        }
        for name in
            ["HealthMailbox", "HealthMailbox83d678", "HealthMailbox83d678x", "Health83d6781"]
        {
            assert_eq!(AccountKind::of_name(name), AccountKind::Unknown, "{name}");
        }
    }
}
