//! Companion records: what a host tells of an activity.

use crate::activity::ActivityKind;
use crate::login_row::Logon;

use super::super::scene::{Done, Scene};
use super::super::streams::Streams;
use super::data::Data;
use super::{NO_GUID, SECURITY, Session, Source, Windows};

const LOCAL_SESSIONS: Source = Source {
    provider: "Microsoft-Windows-TerminalServices-LocalSessionManager",
    channel: "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
    values: "user_data",
};
const REMOTE_CONNECTIONS: Source = Source {
    provider: "Microsoft-Windows-TerminalServices-RemoteConnectionManager",
    channel: "Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational",
    values: "user_data",
};

/// The records of one activity being written, one after the other.
pub(super) struct Telling<'a, 's> {
    windows: &'a mut Windows,
    pub(super) scene: &'a Scene<'s>,
    pub(super) done: &'a Done,
    out: &'a mut Streams,
    /// The session that it was done in.
    pub(super) session: Session,
    /// When the next record is written.
    time: i64,
    told: u64,
}

impl Windows {
    /// Writes what the host of an activity tells of it.
    pub(in crate::dialect) fn write_activity(
        &mut self,
        scene: &Scene<'_>,
        done: &Done,
        out: &mut Streams,
    ) {
        let session = self.session_of(scene, done);
        let mut telling =
            Telling { windows: self, scene, done, out, session, time: done.time, told: 0 };
        match done.activity.kind {
            ActivityKind::Share(share) => telling.share(share),
            ActivityKind::Pipe(pipe) => telling.pipe(pipe),
            ActivityKind::Service(service) => telling.service(service),
            ActivityKind::Task(purpose) => telling.task(purpose),
            ActivityKind::Process(launcher, purpose) => telling.process(launcher, purpose),
            ActivityKind::Shell(purpose) => telling.shell(purpose),
            ActivityKind::Update => telling.update(),
            ActivityKind::Desktop => telling.desktop(),
            ActivityKind::RunAs | ActivityKind::NewCredentials => telling.other_credentials(),
            ActivityKind::AccountCreation
            | ActivityKind::AccountChange
            | ActivityKind::PasswordReset
            | ActivityKind::GroupJoin(_)
            | ActivityKind::LocalGroupJoin => telling.account(),
            ActivityKind::Replication => telling.replication(),
        }
    }

    /// The session that an activity was done in: the one last opened from where it came, or at the
    /// keyboard; a new one if the log tells of none.
    fn session_of(&mut self, scene: &Scene<'_>, done: &Done) -> Session {
        let activity = &done.activity;
        if activity.is_remote() {
            let key = (activity.account, activity.host, activity.peer);
            if let Some(session) = self.latest.get(&key) {
                return *session;
            }
        } else {
            if activity.account == scene.org.ids().machine(activity.host) {
                return Session { id: 0x3e7, port: 0 };
            }
            let id = self.last(activity.account, activity.host);
            if id != 0x3e7 {
                return Session { id, port: 0 };
            }
        }
        Session { id: self.next_session(activity.host), port: 49_152 + done.dice(1) % 16_000 }
    }
}

impl Telling<'_, '_> {
    /// Random bits for one purpose.
    pub(super) fn dice(&self, what: u64) -> u64 {
        self.done.dice(what)
    }

    /// Writes a record of the Security log.
    pub(super) fn tell(&mut self, id: u32, data: &Data) {
        self.tell_as(&SECURITY, id, data);
    }

    /// Writes a record, some milliseconds after the one before.
    pub(super) fn tell_as(&mut self, source: &Source, id: u32, data: &Data) {
        self.told += 1;
        let dice = self.dice(1_000 + self.told);
        if !self.scene.loses(dice >> 32) {
            let host = self.done.activity.host;
            let (time, told) = (self.time, (id, "success"));
            self.windows.event_of(source, self.scene, time, host, told, data, self.out);
        }
        self.pause(1 + dice % 30);
    }

    /// Lets some milliseconds go by.
    pub(super) fn pause(&mut self, milliseconds: u64) {
        self.time += 1_000 * i64::try_from(milliseconds).unwrap_or(0);
    }

    /// Whoever did it, in his session.
    pub(super) fn subject(&self, data: &mut Data) {
        let activity = &self.done.activity;
        if activity.account == self.scene.org.ids().machine(activity.host) {
            data.machine(self.scene, activity.host);
        } else {
            data.subject(self.scene, activity.account, self.session.id);
        }
    }

    /// Where he came from.
    pub(super) fn client(&self, data: &mut Data) {
        data.put("IpAddress", self.scene.address(self.done.activity.peer).to_string());
        data.put("IpPort", self.session.port.to_string());
    }

    /// 1149 as the client is let in, and 21 as its session begins.
    fn desktop(&mut self) {
        let activity = &self.done.activity;
        let account = self.scene.account(activity.account);
        let domain = account.domain.as_deref().unwrap_or("-");
        let address = self.scene.address(activity.peer).to_string();
        let mut data = Data::default();
        data.put("Param1", account.name.as_ref());
        data.put("Param2", domain);
        data.put("Param3", &address);
        data.put("xml_name", "EventXML");
        self.tell_as(&REMOTE_CONNECTIONS, 1149, &data);
        self.pause(150 + self.dice(2) % 600);
        let mut data = Data::default();
        data.put("User", format!(r"{domain}\{}", account.name));
        data.put("SessionID", (2 + self.dice(3) % 6).to_string());
        data.put("Address", &address);
        data.put("xml_name", "EventXML");
        self.tell_as(&LOCAL_SESSIONS, 21, &data);
    }

    /// 4648 and the 4624 of the session that the other credential opens: one of the other account,
    /// or one's own with that credential for connections.
    fn other_credentials(&mut self) {
        let activity = self.done.activity;
        let other = self.scene.account(activity.other);
        let domain = other.domain.as_deref().unwrap_or("-");
        let mut data = Data::default();
        self.subject(&mut data);
        data.put("LogonGuid", NO_GUID);
        data.put("TargetUserName", other.name.as_ref());
        data.put("TargetDomainName", domain);
        data.put("TargetLogonGuid", NO_GUID);
        data.put("TargetServerName", "localhost");
        data.put("TargetInfo", "localhost");
        data.put("ProcessName", r"C:\Windows\System32\svchost.exe");
        data.put("IpAddress", "::1");
        data.put("IpPort", "0");
        self.tell(4648, &data);
        let mut data = Data::default();
        self.subject(&mut data);
        let net_only = activity.kind == ActivityKind::NewCredentials;
        let (target, logon) = if net_only {
            (activity.account, Logon::NewCredentials)
        } else {
            (activity.other, Logon::Interactive)
        };
        data.target(self.scene, target);
        let id = self.windows.next_session(activity.host);
        data.put_hex("TargetLogonId", id);
        data.put("LogonType", super::logon::logon_type(logon));
        data.put("LogonProcessName", "seclogo");
        data.put("AuthenticationPackageName", "Negotiate");
        let workstation = if net_only { "-" } else { self.scene.short(activity.host) };
        data.put("WorkstationName", workstation);
        data.put("LogonGuid", NO_GUID);
        data.put("LmPackageName", "-");
        data.put("KeyLength", "0");
        data.put("IpAddress", "::1");
        data.put("IpPort", "0");
        data.put("TargetOutboundUserName", if net_only { other.name.as_ref() } else { "-" });
        data.put("TargetOutboundDomainName", if net_only { domain } else { "-" });
        self.tell(4624, &data);
    }
}
