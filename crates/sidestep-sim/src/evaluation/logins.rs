//! The remote logins of a log in compact form, read once and shared by judge and baselines.

use std::collections::HashMap;
use std::fmt::{Display, Write};

use sidestep::event::{Account, Activity, AuthEvent, Event, Host, Outcome};

use super::naming::Naming;
use super::source::{EventSource, SourceError};

/// Seconds in a day.
pub(crate) const DAY: i64 = 86_400;

/// What stands for a name that the log does not hold.
pub(crate) const NOBODY: u32 = u32::MAX;

/// Names as dense numbers; case does not tell names apart, as it does not in Windows.
#[derive(Debug, Default)]
pub(crate) struct Names {
    numbers: HashMap<Box<str>, u32>,
    buffer: String,
}

impl Names {
    /// The number of a name, given to it now if it has none.
    pub(crate) fn intern(&mut self, name: impl Display) -> u32 {
        self.fold(name);
        if let Some(&number) = self.numbers.get(self.buffer.as_str()) {
            return number;
        }
        // A log with four thousand million names does not fit in memory.
        let number = u32::try_from(self.numbers.len()).unwrap_or(NOBODY);
        self.numbers.insert(self.buffer.as_str().into(), number);
        number
    }

    /// The number of a name; [`NOBODY`] if it has none.
    pub(crate) fn find(&mut self, name: impl Display) -> u32 {
        self.fold(name);
        self.numbers.get(self.buffer.as_str()).copied().unwrap_or(NOBODY)
    }

    pub(crate) fn len(&self) -> usize {
        self.numbers.len()
    }

    fn fold(&mut self, name: impl Display) {
        self.buffer.clear();
        // Writing to a String cannot fail.
        let _ = write!(self.buffer, "{name}");
        if self.buffer.is_ascii() {
            self.buffer.make_ascii_lowercase();
        } else {
            self.buffer = self.buffer.to_lowercase();
        }
    }
}

/// What makes two records the same login: the second, the account and both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LoginKey {
    /// Seconds since 1970 or since the log's start.
    pub(crate) time: i64,
    pub(crate) account: u32,
    pub(crate) src: u32,
    pub(crate) dst: u32,
}

impl LoginKey {
    /// The edge without its time.
    pub(crate) const fn edge(self) -> (u32, u32, u32) {
        (self.account, self.src, self.dst)
    }
}

/// A remote login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Login {
    pub(crate) key: LoginKey,
    pub(crate) failed: bool,
}

/// The remote logins of a log: logons of an account that can move, between two hosts.
#[derive(Debug, Default)]
pub(crate) struct LoginLog {
    /// In order of time.
    pub(crate) logins: Vec<Login>,
    pub(crate) accounts: Names,
    pub(crate) hosts: Names,
    /// Events in the log, of every kind.
    pub(crate) events: u64,
    /// Accounts that can move and log on from somewhere.
    pub(crate) people: usize,
    /// Second of the first and of the last event.
    pub(crate) span: Option<(i64, i64)>,
    /// How names are compared.
    pub(crate) naming: Naming,
}

impl LoginLog {
    /// A log of which nothing was read yet.
    pub(crate) fn new(naming: Naming) -> Self {
        Self { naming, ..Self::default() }
    }

    /// Reads a log to its end.
    pub(crate) fn read(source: &dyn EventSource, naming: Naming) -> Result<Self, SourceError> {
        let mut log = Self::new(naming);
        source.for_each(&mut |event| log.add(event))?;
        if !log.logins.is_sorted_by_key(|login| login.key.time) {
            log.logins.sort_by_key(|login| login.key.time);
        }
        log.people = log.accounts.len();
        Ok(log)
    }

    /// Takes in the next event.
    pub(crate) fn add(&mut self, event: Event<'_>) {
        let time = event.time().micros().div_euclid(1_000_000);
        self.events += 1;
        self.span = Some(match self.span {
            None => (time, time),
            Some((first, last)) => (first.min(time), last.max(time)),
        });
        if let Some(event) = event.auth() {
            self.add_login(time, event);
        }
    }

    fn add_login(&mut self, time: i64, event: &AuthEvent<'_>) {
        let (src, dst) = (event.src_host(), event.dst_host());
        if event.activity() != Activity::Logon || src.is_unknown() || !can_move(event.account()) {
            return;
        }
        let account = self.accounts.intern(self.naming.account(event.account()));
        let src = self.intern_host(src, time);
        if dst.is_unknown() {
            return;
        }
        let dst = self.intern_host(dst, time);
        if src != dst {
            let key = LoginKey { time, account, src, dst };
            self.logins.push(Login { key, failed: event.outcome() == Outcome::Failure });
        }
    }

    /// The key of a login that somebody names, `user@domain` or `DOMAIN\user`; parts that the log
    /// does not hold are [`NOBODY`].
    pub(crate) fn find(&mut self, time: i64, account: &str, src: &str, dst: &str) -> LoginKey {
        let account = Account::parse(account);
        LoginKey {
            time,
            account: self.accounts.find(self.naming.account(&account)),
            src: self.hosts.find(self.naming.host(src, time)),
            dst: self.hosts.find(self.naming.host(dst, time)),
        }
    }

    /// The key of a login of the truth, whose names are given numbers if the log lacks them.
    pub(crate) fn intern(&mut self, time: i64, account: &str, src: &str, dst: &str) -> LoginKey {
        let account = Account::parse(account);
        LoginKey {
            time,
            account: self.accounts.intern(self.naming.account(&account)),
            src: self.hosts.intern(self.naming.host(src, time)),
            dst: self.hosts.intern(self.naming.host(dst, time)),
        }
    }

    fn intern_host(&mut self, host: &Host<'_>, time: i64) -> u32 {
        match &self.naming {
            Naming::Exact => self.hosts.intern(host),
            naming => self.hosts.intern(naming.host(&host.to_string(), time)),
        }
    }
}

/// Whether an account can log on elsewhere as somebody: it is no machine and no built-in one.
pub(crate) fn can_move(account: &Account<'_>) -> bool {
    account.kind.can_move()
}
