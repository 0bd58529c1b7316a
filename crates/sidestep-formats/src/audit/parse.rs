//! A record of the audit system, taken apart.

use std::borrow::Cow;

use crate::error::Fault;
use crate::options::ReadOptions;
use crate::time::{Micros, TimeFormat, civil};

/// What stands before the values.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head<'t> {
    /// The host, where it says.
    pub(super) node: &'t str,
    pub(super) kind: &'t str,
    /// `1764000000.123:456`, or as `ausearch -i` has it, `11/29/2026 12:00:00.123:456`.
    pub(super) at: Option<&'t str>,
    pub(super) rest: &'t str,
}

impl<'t> Head<'t> {
    /// `node=web1 type=USER_LOGIN msg=audit(1764000000.123:456): ...`, or the kernel's `type=1112
    /// audit(1764000000.123:456): ...`; `None` for what is no record.
    pub(super) fn parse(text: &'t str) -> Option<Self> {
        let text = text.trim_start();
        let (node, text) = match text.strip_prefix("node=") {
            Some(rest) => rest.split_once(' ')?,
            None => ("", text),
        };
        let (kind, rest) = text.trim_start().strip_prefix("type=")?.split_once(' ')?;
        let rest = rest.trim_start();
        let (at, rest) =
            rest.strip_prefix("msg=").unwrap_or(rest).strip_prefix("audit(")?.split_once(')')?;
        let rest = rest.trim_start().strip_prefix(':')?;
        Some(Self { node, kind: name(kind), at: Some(at), rest })
    }

    /// A record without a time of its own.
    pub(super) const fn bare(kind: &'t str, rest: &'t str) -> Self {
        Self { node: "", kind, at: None, rest }
    }

    /// Whether numbers and encoded texts were replaced by what they mean.
    pub(super) fn is_interpreted(&self) -> bool {
        self.at.is_some_and(|at| at.contains(' '))
    }
}

/// Whether a word may name a kind of record.
pub(super) fn is_kind(word: &str) -> bool {
    word.len() > 2
        && word
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
}

/// The name of a kind, where it is written as a number.
fn name(kind: &str) -> &str {
    match kind.strip_prefix("UNKNOWN[").and_then(|kind| kind.strip_suffix(']')).unwrap_or(kind) {
        "1100" => "USER_AUTH",
        "1101" => "USER_ACCT",
        "1103" => "CRED_ACQ",
        "1104" => "CRED_DISP",
        "1105" => "USER_START",
        "1106" => "USER_END",
        "1109" => "USER_ERR",
        "1110" => "CRED_REFR",
        "1112" => "USER_LOGIN",
        "1113" => "USER_LOGOUT",
        "1123" => "USER_CMD",
        _ => kind,
    }
}

/// When a record was written. `ausearch -i` writes the day as the locale has it: in ISO, or as month,
/// day, year; a number beyond 12 in front is a day.
pub(super) fn time(at: &str, options: &ReadOptions) -> Result<Micros, Fault> {
    let bad = || Fault::word("msg", at.as_bytes(), "a time of the audit system");
    let (moment, _serial) = at.rsplit_once(':').ok_or_else(bad)?;
    let Some((date, clock)) = moment.split_once(' ') else {
        return TimeFormat::Seconds.utc(moment).ok_or_else(bad);
    };
    let mut numbers = date.split(['/', '-', '.']).map(|part| part.parse::<i16>().ok());
    let mut next = || numbers.next().flatten().ok_or_else(bad);
    let (a, b, c) = (next()?, next()?, next()?);
    let (year, month, day) = match (a, b) {
        (1000.., _) => (a, b, c),
        (13.., _) => (c, b, a),
        _ => (c, a, b),
    };
    let year = if year < 100 { 2000 + year } else { year };
    let (month, day) =
        (i8::try_from(month).map_err(|_| bad())?, i8::try_from(day).map_err(|_| bad())?);
    civil(year, month, day, clock, &options.zone).ok_or_else(bad)
}

/// The values that tell of a login.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Values<'t> {
    pub(crate) pid: &'t str,
    pub(crate) ses: &'t str,
    /// Who the process belongs to, and who logged on at first, by name where the record says.
    pub(crate) uid_name: Cow<'t, str>,
    pub(crate) auid_name: Cow<'t, str>,
    /// The account, by name and by number.
    pub(crate) acct: Cow<'t, str>,
    pub(crate) id: &'t str,
    pub(crate) id_name: Cow<'t, str>,
    pub(crate) exe: Cow<'t, str>,
    pub(crate) hostname: Cow<'t, str>,
    pub(crate) addr: Cow<'t, str>,
    pub(crate) res: &'t str,
}

impl<'t> Values<'t> {
    /// Reads `name=value` one after the other, also those within `msg='...'` and those after, in capitals,
    /// which an enriched log adds. In an interpreted log a name of an account may hold blanks and look
    /// like what follows it: so the first account counts, and the last of what follows.
    pub(super) fn of(text: &'t str, interpreted: bool) -> Self {
        let mut values = Self::default();
        let mut rest = text;
        loop {
            rest = rest.trim_start_matches([' ', '\'', '\u{1d}']);
            if rest.is_empty() {
                return values;
            }
            let end = rest.find([' ', '\'', '\u{1d}', '=']).unwrap_or(rest.len());
            let Some(after) = rest[end..].strip_prefix('=') else {
                rest = &rest[end..];
                continue;
            };
            let key = &rest[..end];
            let (value, quoted);
            if let Some(text) = after.strip_prefix('"') {
                let (text, left) = text.split_once('"').unwrap_or((text, ""));
                (value, quoted, rest) = (text, true, left);
            } else if after.starts_with('\'') {
                rest = after;
                continue;
            } else {
                let end = after.find([' ', '\'', '\u{1d}']).unwrap_or(after.len());
                (value, quoted, rest) = (&after[..end], false, &after[end..]);
            }
            values.set(key, value, interpreted || quoted, interpreted);
        }
    }

    /// As [`Values::of`], of a log that is not interpreted.
    pub(crate) fn raw(text: &'t str) -> Self {
        Self::of(text, false)
    }

    /// Takes a value in which bytes beyond printable ASCII are written as `%20`.
    pub(crate) fn put(&mut self, key: &str, value: &'t str) {
        self.set(key, value, true, false);
        for text in [&mut self.acct, &mut self.exe] {
            if text.contains('%') {
                *text = Cow::Owned(percent_decoded(text));
            }
        }
    }

    fn set(&mut self, key: &str, value: &'t str, plain: bool, interpreted: bool) {
        let text = || if plain { Cow::Borrowed(value) } else { decoded(value) };
        let once = |slot: &mut &'t str| {
            if slot.is_empty() {
                *slot = value;
            }
        };
        match key {
            "pid" => once(&mut self.pid),
            "ses" => once(&mut self.ses),
            "id" if interpreted => self.id_name = Cow::Borrowed(value),
            "id" => once(&mut self.id),
            "acct" if self.acct.is_empty() => self.acct = text(),
            "uid" if interpreted && self.uid_name.is_empty() => {
                self.uid_name = Cow::Borrowed(value)
            }
            "auid" if interpreted && self.auid_name.is_empty() => {
                self.auid_name = Cow::Borrowed(value)
            }
            "UID" => self.uid_name = Cow::Borrowed(value),
            "AUID" => self.auid_name = Cow::Borrowed(value),
            "ID" => self.id_name = Cow::Borrowed(value),
            "exe" => self.exe = text(),
            "hostname" => self.hostname = text(),
            "addr" => self.addr = Cow::Borrowed(value),
            "res" => self.res = value,
            _ => {}
        }
    }

    /// Whether it says that the account does not exist.
    pub(super) fn is_nobody(&self) -> bool {
        matches!(&*self.acct, "?") || self.acct.starts_with('(')
    }
}

/// A text that is written as hexadecimal digits, because it holds blanks, quotes or other bytes.
fn decoded(text: &str) -> Cow<'_, str> {
    let digits = text.as_bytes();
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return Cow::Borrowed(text);
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let bytes: Option<Vec<u8>> =
        digits.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect();
    match bytes {
        Some(bytes) => {
            let text = String::from_utf8_lossy(&bytes);
            Cow::Owned(text.trim_end_matches('\0').to_owned())
        }
        None => Cow::Borrowed(text),
    }
}

/// A text without the `%20` of others.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let pair = after.get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()).filter(|_| first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_record_is_taken_apart() {
        let text = "node=web1 type=USER_LOGIN msg=audit(1764000000.123:456): pid=17 uid=0 auid=1000 ses=3 \
                    subj==unconfined msg='op=login id=1000 exe=\"/usr/sbin/sshd\" hostname=? addr=10.0.0.5 \
                    terminal=/dev/pts/1 res=success'\u{1d}UID=\"root\" AUID=\"bob\" ID=\"bob\"";
        let head = Head::parse(text).unwrap();
        assert_eq!(
            (head.node, head.kind, head.at),
            ("web1", "USER_LOGIN", Some("1764000000.123:456"))
        );
        let values = Values::of(head.rest, false);
        assert_eq!((values.pid, values.ses, values.id, values.res), ("17", "3", "1000", "success"));
        assert_eq!((&*values.id_name, &*values.addr), ("bob", "10.0.0.5"));
        assert_eq!((&*values.uid_name, &*values.auid_name), ("root", "bob"));
        let kernel = "type=1112 audit(1764000000.123:456): pid=17";
        assert_eq!(Head::parse(kernel).unwrap().kind, "USER_LOGIN");
        for none in ["", "type=", "type=X", "type=X msg=audit(1", "----", "node=x"] {
            assert_eq!(Head::parse(none), None, "{none}");
        }
    }

    #[test]
    fn encoded_texts_are_decoded_where_they_may_be_encoded() {
        let acct = |text, interpreted| Values::of(text, interpreted).acct.into_owned();
        assert_eq!(acct("acct=726F6F74", false), "root");
        assert_eq!(acct("acct=\"726F6F74\"", false), "726F6F74");
        assert_eq!(acct("acct=beef", true), "beef");
        assert_eq!(acct("acct=6120C3A9", false), "a é");
        assert_eq!(acct("acct=root", false), "root");
    }

    #[test]
    fn times_are_numbers_or_dates() {
        let options = ReadOptions::default();
        let at = |text: &str| {
            time(text, &options).ok().map(|at| sidestep::Timestamp::from_micros(at).to_string())
        };
        let told = Some("2026-11-29T12:00:00.123000Z".to_owned());
        assert_eq!(at("1795953600.123:4"), told);
        for date in ["11/29/2026", "11/29/26", "29/11/26", "2026-11-29", "29.11.2026"] {
            assert_eq!(at(&format!("{date} 12:00:00.123:4")), told, "{date}");
        }
        for bad in ["", "x:1", "11/29 12:00:00:1", "13/13/26 12:00:00:1", "99999/1/1 1:1:1:1"] {
            assert_eq!(at(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken_apart_or_not(text in "[ -~\u{1d}é]{0,120}") {
            let _ = Head::parse(&text);
            let _ = time(&text, &ReadOptions::default());
            for interpreted in [true, false] {
                let _ = Values::of(&text, interpreted);
            }
        }

        #[test]
        fn an_account_cannot_forge_where_it_came_from(name in "[ -~]{0,40}") {
            let text = format!("op=login acct={name} exe=/usr/sbin/sshd hostname=h addr=10.0.0.5 terminal=ssh res=failed");
            let values = Values::of(&text, true);
            // A quote left open swallows what follows; then there is no address at all.
            prop_assert!(values.addr == "10.0.0.5" || name.contains('"'));
        }
    }
}
