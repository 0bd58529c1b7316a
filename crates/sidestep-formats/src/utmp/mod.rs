//! The logins that Linux keeps in `wtmp`, `btmp` and `utmp`: binary records of one size.

mod layout;
mod origin;

use std::collections::HashMap;
use std::ops::ControlFlow::{self, Break, Continue};

use sidestep::Timestamp;
use sidestep::event::{Account, Activity, AuthEvent, AuthEventBuilder, Host, LogonType, Outcome};

use self::layout::{Layout, Record};
use self::origin::{Origin, text};
use crate::dialect::Dialect;
use crate::error::{Fault, FormatError};
use crate::record_sink::RecordSink;
use crate::source::Source;
use crate::values::ip;

/// Types of record.
const EMPTY: i16 = 0;
const RUN_LVL: i16 = 1;
const BOOT_TIME: i16 = 2;
const NEW_TIME: i16 = 3;
const OLD_TIME: i16 = 4;
const INIT_PROCESS: i16 = 5;
const LOGIN_PROCESS: i16 = 6;
const USER_PROCESS: i16 = 7;
const DEAD_PROCESS: i16 = 8;

/// Records that are looked at to learn which file this is.
const LOOKED_AT: usize = 64 << 10;

/// Terminals whose user is remembered until they log off.
const MOST_LINES: usize = 1 << 16;

/// What the records of logins in a file mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// They succeeded: `wtmp`, `utmp`.
    Sessions,
    /// They failed: `btmp`.
    Failures,
}

/// Reads `wtmp`, `btmp` and `utmp`.
pub(crate) struct Utmp {
    /// What the records mean: failures for certain, sessions where the file does not say otherwise; `None`
    /// where it must say.
    kind: Option<Kind>,
    /// Who is logged in where: the user by the terminal.
    users: HashMap<Box<[u8]>, Box<[u8]>>,
}

/// Whether a file begins with such records.
pub(crate) fn is_utmp(window: &[u8]) -> bool {
    Layout::of(window).is_some()
}

impl Utmp {
    pub(crate) fn new(kind: Option<Kind>) -> Self {
        Self { kind, users: HashMap::new() }
    }
}

impl Dialect for Utmp {
    fn read(
        &mut self,
        source: &mut Source<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, FormatError> {
        source.fill(LOOKED_AT).map_err(|error| sink.broken(0, error))?;
        let layout = Layout::likeliest(source.window());
        let told = kind_of(layout, source.window(), sink.place);
        let kind = match (self.kind, told) {
            (Some(Kind::Failures), _) => Kind::Failures,
            // A folder that is read as `wtmp` may hold a `btmp` too.
            (_, Ok(kind)) | (Some(kind), Err(_)) => kind,
            (None, Err(error)) => return Err(error),
        };
        let host = sink.options.host.as_deref().filter(|host| !host.is_empty());
        for number in 1_u64.. {
            source.fill_whole(layout.size).map_err(|error| sink.broken(number - 1, error))?;
            let window = source.window();
            if window.is_empty() {
                break;
            }
            if window.len() < layout.size {
                sink.bad(number, 1, Fault::record("the file is cut within this record"))?;
                break;
            }
            let at = At { host, number };
            let taken = match layout.read(&window[..layout.size]) {
                Ok((record, _)) => self.record(&record, kind, at, sink),
                Err(fault) => Err(Wrong::Record(fault)),
            };
            match taken {
                Ok(Continue(())) => {}
                Ok(Break(())) => return Ok(Break(())),
                Err(Wrong::Record(fault)) => sink.bad(number, 1, fault)?,
                Err(Wrong::NoHost) => {
                    return Err(FormatError::NoHost { place: sink.place.to_owned() });
                }
            }
            source.consume(layout.size);
        }
        Ok(Continue(()))
    }
}

/// What the logins of a file mean: by what it holds, for only `wtmp` has records of the machine and of
/// sessions that end, and only `btmp` those that `sshd` marks as failures. The name decides where neither is
/// there, as in a file of a few logins.
fn kind_of(layout: Layout, window: &[u8], place: &str) -> Result<Kind, FormatError> {
    let (mut bookkeeping, mut failures, mut logins) = (false, false, false);
    for record in window.chunks_exact(layout.size) {
        let Ok((record, _)) = layout.read(record) else { continue };
        match record.kind {
            EMPTY => {}
            LOGIN_PROCESS => failures |= record.is_failure(),
            USER_PROCESS => logins = true,
            _ => bookkeeping = true,
        }
    }
    let name = place.rsplit(['/', '\\', '!']).next().unwrap_or(place).to_ascii_lowercase();
    if bookkeeping {
        Ok(Kind::Sessions)
    } else if failures || name.contains("btmp") {
        Ok(Kind::Failures)
    } else if name.contains("tmp") {
        Ok(Kind::Sessions)
    } else if logins {
        Err(FormatError::UnknownDialect {
            place: place.to_owned(),
            looked_at:
                "records of logins, as in wtmp and btmp, and neither the name nor the records \
                        say whether they failed"
                    .to_owned(),
            advice: "pass --format wtmp if they succeeded, or --format btmp if they failed"
                .to_owned(),
        })
    } else {
        Ok(Kind::Sessions)
    }
}

/// What is wrong with a record, or with the reading of any.
enum Wrong {
    Record(Fault),
    NoHost,
}

impl From<Fault> for Wrong {
    fn from(fault: Fault) -> Self {
        Self::Record(fault)
    }
}

/// Where a record was made, and which of the file it is.
#[derive(Clone, Copy)]
struct At<'h> {
    host: Option<&'h str>,
    number: u64,
}

impl Record<'_> {
    /// Whether a record of a process that waits for a login is one of a login that failed: `getty` gives
    /// no user but `LOGIN`, and no host.
    fn is_failure(&self) -> bool {
        self.line.starts_with(b"ssh:")
            || (!self.host.is_empty() || self.address.is_some()) && !self.user.is_empty()
    }
}

impl Utmp {
    fn record(
        &mut self,
        record: &Record<'_>,
        kind: Kind,
        at: At<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, Wrong> {
        let nothing = match record.kind {
            EMPTY => "utmp, empty record",
            RUN_LVL => "utmp, run level",
            BOOT_TIME => {
                // Whoever was logged in is no more.
                self.users.clear();
                "utmp, boot"
            }
            NEW_TIME | OLD_TIME => "utmp, clock set",
            INIT_PROCESS => "utmp, process of init",
            LOGIN_PROCESS if kind == Kind::Failures || record.is_failure() => {
                return failure(record, at, sink);
            }
            LOGIN_PROCESS => "utmp, terminal that waits for a login",
            // Old programs gave the type of a login to what is none.
            USER_PROCESS if matches!(record.line, [b'~' | b'|' | b'{', ..]) => {
                "utmp, of the machine"
            }
            USER_PROCESS if kind == Kind::Failures => return failure(record, at, sink),
            USER_PROCESS if record.user.is_empty() => return self.logoff(record, at, sink),
            USER_PROCESS => return self.logon(record, at, sink),
            DEAD_PROCESS => return self.logoff(record, at, sink),
            _ => "utmp, accounting",
        };
        sink.pass_over(nothing);
        Ok(Continue(()))
    }

    fn logon(
        &mut self,
        record: &Record<'_>,
        at: At<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, Wrong> {
        let Some(origin) = Origin::of(record) else {
            sink.pass_over("utmp, window of a session");
            return Ok(Continue(()));
        };
        if self.users.len() < MOST_LINES || self.users.contains_key(record.line) {
            self.users.insert(record.line.into(), record.user.into());
        }
        let builder = event(record, record.user, Activity::Logon, Outcome::Success, at)?;
        send(builder.logon_type(origin.logon_type()).src_host(origin.into_host()), record, sink)
    }

    /// The end of a session: of the user whom the record names, or who logged in at its terminal.
    fn logoff(
        &mut self,
        record: &Record<'_>,
        at: At<'_>,
        sink: &mut RecordSink<'_>,
    ) -> Result<ControlFlow<()>, Wrong> {
        let user = self.users.remove(record.line);
        // What `init` and `getty` leave behind is no session.
        let user = match &user {
            Some(user) => user,
            None if matches!(record.user, b"" | b"LOGIN") || Origin::of(record).is_none() => {
                sink.pass_over("utmp, end of what is no session known here");
                return Ok(Continue(()));
            }
            None => record.user,
        };
        send(event(record, user, Activity::Logoff, Outcome::Success, at)?, record, sink)
    }
}

fn failure(
    record: &Record<'_>,
    at: At<'_>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Wrong> {
    // What `login` and `su` write of a user that does not exist, lest a password be kept that was typed
    // in its place.
    if matches!(record.user, b"" | b"(unknown)" | b"UNKNOWN" | b"(invalid)") {
        sink.pass_over("utmp, failed login of a user without a name");
        return Ok(Continue(()));
    }
    let builder = event(record, record.user, Activity::Logon, Outcome::Failure, at)?;
    let builder = match Origin::of(record) {
        Some(origin) => builder.logon_type(origin.logon_type()).src_host(origin.into_host()),
        None => builder.logon_type(LogonType::Interactive),
    };
    send(builder, record, sink)
}

/// Begins an event on the host that wrote the file.
fn event<'e>(
    record: &Record<'_>,
    user: &'e [u8],
    activity: Activity,
    outcome: Outcome,
    at: At<'e>,
) -> Result<AuthEventBuilder<'e>, Wrong> {
    let host = at.host.ok_or(Wrong::NoHost)?;
    let host = ip(host).map_or_else(|| Host::named(host), Host::at);
    if record.seconds == 0 {
        return Err(Fault::column("ut_tv", "has no time").into());
    }
    let Some(time) = record.seconds.checked_mul(1_000_000) else {
        return Err(Fault::column("ut_tv", "is no time").into());
    };
    let user = std::str::from_utf8(user).map_err(|_| Fault::word("ut_user", user, "UTF-8"))?;
    let time = Timestamp::from_micros(time.saturating_add(record.micros));
    Ok(AuthEvent::builder(time, Account::parse(user))
        .dst_host(host)
        .activity(activity)
        .outcome(outcome)
        .raw_ref(at.number))
}

fn send<'e>(
    mut builder: AuthEventBuilder<'e>,
    record: &Record<'e>,
    sink: &mut RecordSink<'_>,
) -> Result<ControlFlow<()>, Wrong> {
    let line = text(record.line);
    if record.line.starts_with(b"ssh") {
        builder = builder.logon_process("sshd");
    } else if !line.is_empty() {
        builder = builder.session_name(line);
    }
    let event = builder.build().map_err(|error| Fault::record(error.to_string()))?;
    Ok(sink.event(&event))
}
