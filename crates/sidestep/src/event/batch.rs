//! Many events in one piece of memory.

use std::borrow::Cow;
use std::net::IpAddr;

use super::builder::Fields;
use super::{
    Account, AccountKind, Activity, AuthEvent, AuthProtocol, Event, Host, LogonType, Mfa, Outcome,
    OwnedEvent, TicketEncryption, Timestamp,
};

/// Bytes of text up to which it is kept together.
const MOST_TEXT: usize = 1 << 30;

/// Events that own their text, all of it in one string: to be handed from one thread to another, or to
/// [`Engine::process_batch`](crate::Engine::process_batch). Once as large as it gets, it is filled, cleared and
/// filled again without another allocation; companion records ([`HostActivity`](super::HostActivity)) are kept one by one.
///
/// ```
/// use sidestep::event::{Account, AuthEvent, EventBatch, Host};
/// use sidestep::{Config, Engine, Timestamp};
///
/// let mut batch = EventBatch::default();
/// for minute in 0..5 {
///     let name = format!("user{minute}");
///     let event = AuthEvent::builder(Timestamp::from_secs(60 * minute), Account::new(name))
///         .dst_host(Host::named("FILES"))
///         .build()?;
///     batch.push(&event);
/// }
/// assert_eq!(batch.len(), 5);
/// let mut engine = Engine::new(Config::default());
/// assert!(engine.process_batch(&batch).is_empty());
/// # Ok::<(), sidestep::event::EventError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct EventBatch {
    text: String,
    events: Vec<Kept>,
    /// What is kept one by one.
    owned: Vec<OwnedEvent>,
}

#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "nearly all are of the large one")]
enum Kept {
    Auth(Record),
    /// At this place among those that are kept one by one.
    Owned(usize),
}

/// A text by where it begins and how long it is.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    length: u32,
}

/// An account whose text is in the batch.
#[derive(Debug, Clone, Copy)]
struct AccountRecord {
    name: Span,
    domain: Option<Span>,
    sid: Option<Span>,
    kind: AccountKind,
}

/// A host whose name is in the batch.
#[derive(Debug, Clone, Copy)]
struct HostRecord {
    name: Option<Span>,
    ip: Option<IpAddr>,
    port: Option<u16>,
}

/// An authentication event whose text is in the batch.
#[derive(Debug, Clone)]
struct Record {
    time: Timestamp,
    activity: Activity,
    account: AccountRecord,
    subject: Option<AccountRecord>,
    src_host: HostRecord,
    dst_host: HostRecord,
    logon_type: LogonType,
    auth_protocol: AuthProtocol,
    logon_process: Option<Span>,
    key_length: Option<u16>,
    ticket_encryption: Option<TicketEncryption>,
    preauth_type: Option<u8>,
    credential: Option<Span>,
    outcome: Outcome,
    outcome_reason: Option<Span>,
    logon_id: Option<u64>,
    logon_guid: Option<u128>,
    session_name: Option<Span>,
    mfa: Mfa,
    event_code: Option<u32>,
    raw_ref: Option<u64>,
}

impl EventBatch {
    /// Events in it.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Removes every event. The memory stays, for the next.
    pub fn clear(&mut self) {
        self.text.clear();
        self.events.clear();
        self.owned.clear();
    }

    /// Adds an event.
    pub fn push<'e>(&mut self, event: impl Into<Event<'e>>) {
        let kept = match event.into() {
            Event::Auth(event) if self.text.len() < MOST_TEXT => Kept::Auth(self.record(event)),
            event => {
                self.owned.push(event.into());
                Kept::Owned(self.owned.len() - 1)
            }
        };
        self.events.push(kept);
    }

    /// Lends the event at a place, counted from 0, to `take`; `None` where there is none.
    pub fn lend<T>(&self, at: usize, take: impl FnOnce(Event<'_>) -> T) -> Option<T> {
        Some(match self.events.get(at)? {
            // An event is large: it is lent where it is made, because moving it costs more than making it.
            Kept::Auth(record) => take(Event::Auth(&self.event(record))),
            Kept::Owned(at) => take(self.owned.get(*at)?.as_event()),
        })
    }

    /// Lends each event to `take`, in the order in which they were added.
    pub fn for_each(&self, mut take: impl FnMut(Event<'_>)) {
        for at in 0..self.len() {
            self.lend(at, &mut take);
        }
    }

    /// The time of the event at a place.
    #[must_use]
    pub fn time(&self, at: usize) -> Option<Timestamp> {
        Some(match self.events.get(at)? {
            Kept::Auth(record) => record.time,
            Kept::Owned(at) => self.owned.get(*at)?.as_event().time(),
        })
    }

    fn record(&mut self, event: &AuthEvent<'_>) -> Record {
        let f = &event.fields;
        Record {
            time: f.time,
            activity: f.activity,
            account: self.add_account(&f.account),
            subject: f.subject.as_ref().map(|subject| self.add_account(subject)),
            src_host: self.add_host(&f.src_host),
            dst_host: self.add_host(&f.dst_host),
            logon_type: f.logon_type,
            auth_protocol: f.auth_protocol,
            logon_process: self.add_some(f.logon_process.as_deref()),
            key_length: f.key_length,
            ticket_encryption: f.ticket_encryption,
            preauth_type: f.preauth_type,
            credential: self.add_some(f.credential.as_deref()),
            outcome: f.outcome,
            outcome_reason: self.add_some(f.outcome_reason.as_deref()),
            logon_id: f.logon_id,
            logon_guid: f.logon_guid,
            session_name: self.add_some(f.session_name.as_deref()),
            mfa: f.mfa,
            event_code: f.event_code,
            raw_ref: f.raw_ref,
        }
    }

    /// Adds text. No text of an event is longer than a few kilobytes, so that all fits a span.
    fn add(&mut self, text: &str) -> Span {
        let span = Span { start: self.text.len() as u32, length: text.len() as u32 };
        self.text.push_str(text);
        span
    }

    fn add_some(&mut self, text: Option<&str>) -> Option<Span> {
        text.map(|text| self.add(text))
    }

    fn add_account(&mut self, account: &Account<'_>) -> AccountRecord {
        AccountRecord {
            name: self.add(&account.name),
            domain: self.add_some(account.domain.as_deref()),
            sid: self.add_some(account.sid.as_deref()),
            kind: account.kind,
        }
    }

    fn add_host(&mut self, host: &Host<'_>) -> HostRecord {
        HostRecord { name: self.add_some(host.name.as_deref()), ip: host.ip, port: host.port }
    }

    fn event(&self, record: &Record) -> AuthEvent<'_> {
        AuthEvent {
            fields: Fields {
                time: record.time,
                activity: record.activity,
                account: self.account(&record.account),
                subject: record.subject.as_ref().map(|subject| self.account(subject)),
                src_host: self.host(&record.src_host),
                dst_host: self.host(&record.dst_host),
                logon_type: record.logon_type,
                auth_protocol: record.auth_protocol,
                logon_process: record.logon_process.map(|text| self.text(text)),
                key_length: record.key_length,
                ticket_encryption: record.ticket_encryption,
                preauth_type: record.preauth_type,
                credential: record.credential.map(|text| self.text(text)),
                outcome: record.outcome,
                outcome_reason: record.outcome_reason.map(|text| self.text(text)),
                logon_id: record.logon_id,
                logon_guid: record.logon_guid,
                session_name: record.session_name.map(|text| self.text(text)),
                mfa: record.mfa,
                event_code: record.event_code,
                raw_ref: record.raw_ref,
            },
        }
    }

    fn text(&self, Span { start, length }: Span) -> Cow<'_, str> {
        let start = start as usize;
        Cow::Borrowed(self.text.get(start..start + length as usize).unwrap_or_default())
    }

    fn account(&self, record: &AccountRecord) -> Account<'_> {
        Account {
            name: self.text(record.name),
            domain: record.domain.map(|text| self.text(text)),
            sid: record.sid.map(|text| self.text(text)),
            kind: record.kind,
        }
    }

    fn host(&self, record: &HostRecord) -> Host<'_> {
        Host { name: record.name.map(|text| self.text(text)), ip: record.ip, port: record.port }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{HostActivity, HostActivityKind};

    #[test]
    fn every_field_of_an_event_is_given_back() {
        let full = AuthEvent::builder(
            Timestamp::from_micros(7),
            Account::new("älice").with_domain("CORP").with_sid("S-1-5-21-1"),
        )
        .subject(Account::parse("bob@CORP"))
        .src_host(Host::named("WS-1").with_ip([10, 0, 0, 7].into()).with_port(445))
        .dst_host(Host::at([10, 0, 0, 8].into()))
        .activity(Activity::ServiceTicket)
        .logon_type(LogonType::Network)
        .auth_protocol(AuthProtocol::Kerberos)
        .logon_process("host")
        .key_length(128)
        .ticket_encryption(TicketEncryption::RC4_HMAC)
        .preauth_type(2)
        .credential("mark")
        .outcome(Outcome::Failure)
        .outcome_reason("0x18")
        .logon_id(9)
        .logon_guid(10)
        .session_name("RDP-Tcp#1")
        .mfa(Mfa::Used)
        .event_code(4769)
        .raw_ref(11)
        .build()
        .unwrap();
        let bare = AuthEvent::builder(Timestamp::from_micros(8), Account::new("x"))
            .dst_host(Host::named("Y"))
            .build()
            .unwrap();
        let kind = HostActivityKind::ShareAccess;
        let activity = HostActivity::builder(Timestamp::from_micros(9), kind, Host::named("Z"))
            .object("C$")
            .build()
            .unwrap();
        let events = [Event::from(&full), Event::from(&activity), Event::from(&bare)];
        let mut batch = EventBatch::default();
        for _ in 0..2 {
            events.iter().for_each(|event| batch.push(*event));
            let mut kept = events.iter();
            batch.for_each(|event| assert_eq!(Some(&event), kept.next()));
            assert_eq!((batch.len(), kept.next(), batch.lend(3, |_| ())), (3, None, None));
            assert!((0..3).all(|at| batch.time(at) == Some(events[at].time())));
            batch.clear();
            assert!(batch.is_empty());
        }
    }
}
