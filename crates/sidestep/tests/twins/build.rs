//! Logs for twins: days of a small network, event by event.

use sidestep::Timestamp;
use sidestep::event::{
    Account, Activity, AuthEvent, AuthEventBuilder, AuthProtocol, Event, Host, HostActivity,
    HostActivityBuilder, HostActivityKind, LogonType, Outcome, OwnedEvent, TicketEncryption,
};

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const DAY: i64 = 86_400 * SECOND;
/// A Monday, at midnight.
pub(crate) const START: i64 = 20_513 * DAY;

/// Events, a day at a time.
#[derive(Default)]
pub(crate) struct Log {
    events: Vec<OwnedEvent>,
    /// The day, counted from the first.
    pub(crate) day: i64,
    /// Time of the next event.
    now: i64,
    session: u64,
}

impl Log {
    /// Begins a day, at ten.
    pub(crate) fn begin(&mut self, day: i64) {
        self.day = day;
        self.now = START + day * DAY + 10 * 3600 * SECOND;
    }

    /// What ten people do every day: they get a ticket and log on to the files.
    pub(crate) fn ordinary(&mut self) {
        for user in 0..10 {
            let (account, desk) = (format!("user{user}@CORP"), format!("WS-{user}"));
            self.granted(&account, &desk, TicketEncryption::AES256);
            self.wait(60);
            self.ticket(&account, &desk, "FILES", TicketEncryption::AES256);
            self.logon(&account, &desk, "FILES");
            self.wait(60);
        }
        self.wait(3600);
    }

    /// Lets seconds pass.
    pub(crate) fn wait(&mut self, seconds: i64) {
        self.now += seconds * SECOND;
    }

    /// Lets milliseconds pass.
    pub(crate) fn wait_ms(&mut self, millis: i64) {
        self.now += millis * 1_000;
    }

    pub(crate) fn in_order(mut self) -> Vec<OwnedEvent> {
        self.events.sort_by_key(|event| event.as_event().time());
        self.events
    }

    /// An event of authentication that `change` makes what it is.
    pub(crate) fn auth(
        &mut self,
        account: &str,
        change: impl FnOnce(AuthEventBuilder<'_>) -> AuthEventBuilder<'_>,
    ) {
        let event =
            change(AuthEvent::builder(Timestamp::from_micros(self.now), Account::parse(account)));
        let event = event.build().expect("it is a valid event");
        self.events.push(Event::from(&event).into());
    }

    /// A record of what happened on a host.
    pub(crate) fn did(
        &mut self,
        kind: HostActivityKind,
        host: &str,
        change: impl FnOnce(HostActivityBuilder<'_>) -> HostActivityBuilder<'_>,
    ) {
        let record = change(HostActivity::builder(
            Timestamp::from_micros(self.now),
            kind,
            Host::named(host),
        ));
        let record = record.build().expect("it is a valid record");
        self.events.push(Event::from(&record).into());
    }

    /// A logon over the network by Kerberos, as 4624 says it; gives out its session.
    pub(crate) fn logon(&mut self, account: &str, source: &str, host: &str) -> u64 {
        self.logon_as(account, source, host, |event| event)
    }

    /// The same, changed.
    pub(crate) fn logon_as(
        &mut self,
        account: &str,
        source: &str,
        host: &str,
        change: impl FnOnce(AuthEventBuilder<'_>) -> AuthEventBuilder<'_>,
    ) -> u64 {
        self.session += 1;
        let session = 0x10_0000 + self.session;
        let (source, host) = (source.to_owned(), host.to_owned());
        self.auth(account, |event| {
            change(
                event
                    .src_host(Host::named(source))
                    .dst_host(Host::named(host))
                    .logon_type(LogonType::Network)
                    .auth_protocol(AuthProtocol::Kerberos)
                    .outcome(Outcome::Success)
                    .logon_id(session)
                    .event_code(4624),
            )
        });
        session
    }

    /// A logon by remote desktop.
    pub(crate) fn desktop(&mut self, account: &str, source: &str, host: &str) -> u64 {
        self.logon_as(account, source, host, |it| it.logon_type(LogonType::RemoteInteractive))
    }

    /// A wrong password over the network (4625).
    pub(crate) fn wrong(&mut self, account: &str, source: &str, host: &str, reason: &str) {
        let reason = reason.to_owned();
        self.logon_as(account, source, host, |event| {
            event
                .auth_protocol(AuthProtocol::Ntlm)
                .outcome(Outcome::Failure)
                .outcome_reason(reason)
                .event_code(4625)
        });
    }

    /// A ticket-granting ticket (4768).
    pub(crate) fn granted(&mut self, account: &str, source: &str, kind: TicketEncryption) {
        self.logon_as(account, source, "DC-1", |event| {
            event
                .activity(Activity::TicketGrantingTicket)
                .logon_type(LogonType::Unknown)
                .ticket_encryption(kind)
                .preauth_type(2)
                .event_code(4768)
        });
    }

    /// A service ticket (4769).
    pub(crate) fn ticket(
        &mut self,
        account: &str,
        source: &str,
        service: &str,
        kind: TicketEncryption,
    ) {
        self.logon_as(account, source, service, |event| {
            event
                .activity(Activity::ServiceTicket)
                .logon_type(LogonType::Unknown)
                .ticket_encryption(kind)
                .event_code(4769)
        });
    }

    /// A file or pipe that somebody opened over the network in a session (5145).
    pub(crate) fn share(
        &mut self,
        account: &str,
        session: u64,
        source: &str,
        host: &str,
        path: &str,
    ) {
        let (account, source, path) = (account.to_owned(), source.to_owned(), path.to_owned());
        self.did(HostActivityKind::ShareAccess, host, |record| {
            record
                .account(Account::parse(&account).into_owned())
                .peer(Host::named(source))
                .object(path)
                .writes(true)
                .logon_id(session)
                .event_code(5145)
        });
    }

    /// A service that was installed in a session (4697).
    pub(crate) fn service(&mut self, account: &str, session: u64, host: &str, service: &str) {
        let (account, service) = (account.to_owned(), service.to_owned());
        self.did(HostActivityKind::ServiceInstall, host, |record| {
            record
                .account(Account::parse(&account).into_owned())
                .object(service)
                .logon_id(session)
                .event_code(4697)
        });
    }

    /// A process that was started in a session (4688).
    pub(crate) fn process(
        &mut self,
        account: &str,
        session: u64,
        host: &str,
        [parent, program]: [&str; 2],
        command: &str,
    ) {
        let (account, parent) = (account.to_owned(), parent.to_owned());
        let (program, command) = (program.to_owned(), command.to_owned());
        self.did(HostActivityKind::ProcessStart, host, |record| {
            record
                .account(Account::parse(&account).into_owned())
                .object(program)
                .parent(parent)
                .detail(command)
                .logon_id(session)
                .event_code(4688)
        });
    }
}
