//! A session that another takes up.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::{AuthEvent, LogonType};
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{AccountRef, EventClass, HostRef, Observation, mark_of};
use crate::rules::rule::{Rule, RuleContext};
use crate::rules::windows_paths::{command_of_service, runs};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::Micros;
use crate::tuning::detections::session_takeover::{AT_ONCE, FRESH, REMEMBERED, TO_CONSOLE};

/// Who comes to hosts from which clients.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct SessionTakeover {
    /// By host and client, the account that last came by remote desktop.
    guests: TtlMap<(Id, Id), Id>,
    /// When an account last logged on to a host, however it did.
    logons: TtlMap<(Id, Id), ()>,
    /// By host and account, the client that its session was last seen at.
    clients: TtlMap<(Id, Id), Id>,
    /// By host and name of a session (`RDP-Tcp#8`, a number for each connection), who left it last.
    left: TtlMap<(Id, u64), Id>,
    /// The same, who took it up last without a logon: Windows may write that first.
    taken: TtlMap<(Id, u64), Id>,
    /// Hosts on which the system ran `tscon`.
    switched: TtlMap<Id, ()>,
}

heap! {
    SessionTakeover { guests, logons, clients, left, taken, switched }
}

impl Rule for SessionTakeover {
    const DETECTION: Detection = Detection {
        id: "session_takeover",
        title: "A remote session was taken up by another than the one who opened it",
        techniques: &[attack::RDP_HIJACKING],
        sees: "A session that is taken up again from a client at which another account sits, or from \
               another client than the one that opened it, or under the name of a session that another \
               account left within ten seconds before (4779, then 4778), without a logon of its account \
               just before. Who takes up their own session is asked for a password, which is a logon; \
               who has the rights of the system is not. And `tscon` itself, started by the system or as \
               a service.",
        needs: &[&[Need::Reconnects, Need::Processes, Need::Services]],
        formula: "How rare it is that the account does so, see docs/detections/README.md. `tscon` by the \
                  system to the console says 2.5 nats at most.",
        blind_spots: "A session that is watched (shadowed); sessions whose client and name the log does \
                      not give.",
        false_positives: "Gateways and jump hosts that several people come from, where a logon was lost \
                          from the log; scheduled tasks that put a session back on the console.",
        ask: "Does the owner of the session know of it? What ran `tscon`, or as a service, on the host?",
        prior: 1e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::RECONNECT
        .or(EventClass::DISCONNECT)
        .or(EventClass::LOGON)
        .or(EventClass::PROCESS)
        .or(EventClass::SERVICE);

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(host) = seen.destination else { return };
        match seen.class {
            EventClass::PROCESS => found.extend(self.switch(seen, context, host)),
            EventClass::SERVICE if runs(command_of_service(seen.object), "tscon") => {
                let finding = Finding::of(seen, "installed a service that runs tscon");
                found.extend(finding.map(|it| match context.sessions.cause(seen) {
                    Some(arrival) => it.by(arrival).of_kind(&["service"]),
                    None => it.of_kind(&["service"]),
                }));
            }
            EventClass::SERVICE => {}
            class => {
                let Some(account) = seen.account.filter(|who| who.can_move()) else { return };
                match class {
                    EventClass::LOGON => self.log_on(seen, account, host),
                    EventClass::DISCONNECT => found.extend(self.leave(seen, account, host)),
                    _ => found.extend(self.take_up(seen, account, host)),
                }
            }
        }
    }

    fn forget(&mut self, now: Micros) {
        self.guests.forget(now - REMEMBERED);
        self.logons.forget(now - FRESH);
        self.clients.forget(now - REMEMBERED);
        self.left.forget(now - AT_ONCE);
        self.taken.forget(now - AT_ONCE);
        self.switched.forget(now - AT_ONCE);
    }
}

/// By which a session is remembered: its host and name.
fn key_of(seen: &Observation<'_>, host: HostRef<'_>) -> Option<(Id, u64)> {
    let name = seen.auth().and_then(AuthEvent::session_name)?;
    Some((host.id, mark_of(name.as_bytes())))
}

impl SessionTakeover {
    /// The system ran `tscon`, or a shell that runs it.
    fn switch(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        host: HostRef<'_>,
    ) -> Option<Finding> {
        let command = seen.activity()?.detail().unwrap_or_default().to_ascii_lowercase();
        if !seen.is_by_system() || !(runs(seen.object, "tscon") || runs(&command, "tscon")) {
            return None;
        }
        self.switched.touch(host.id, seen.time);
        let finding = Finding::of(seen, "the system ran tscon")?.of_kind(&["tscon"]);
        let finding = match context.sessions.cause(seen) {
            Some(arrival) => finding.by(arrival),
            None => finding,
        };
        let to_console = command.contains("dest:console") || command.contains("dest console");
        Some(if to_console { finding.at_most(TO_CONSOLE) } else { finding })
    }

    fn log_on(&mut self, seen: &Observation<'_>, account: AccountRef<'_>, host: HostRef<'_>) {
        let own = (host.id, account.id);
        self.logons.touch(own, seen.time);
        let desktop =
            seen.auth().is_some_and(|event| event.logon_type() == LogonType::RemoteInteractive);
        let client = seen.source.filter(|source| desktop && source.id != host.id);
        if let Some(client) = client {
            *self.guests.touch((host.id, client.id), seen.time) = account.id;
            *self.clients.touch(own, seen.time) = client.id;
        }
    }

    fn leave(
        &mut self,
        seen: &Observation<'_>,
        account: AccountRef<'_>,
        host: HostRef<'_>,
    ) -> Option<Finding> {
        let key = key_of(seen, host)?;
        self.left.insert(key, seen.time, account.id);
        let owner = self.taken.since(&key, seen.time - AT_ONCE).copied();
        owner.filter(|owner| *owner != account.id)?;
        let what = format!("another's session was opened in place of that of {}", account.name());
        self.passed(seen, host, account.id, what)
    }

    /// A session passed on by `account`, which had it before.
    fn passed(
        &self,
        seen: &Observation<'_>,
        host: HostRef<'_>,
        account: Id,
        what: String,
    ) -> Option<Finding> {
        let by_system = self.switched.since(&host.id, seen.time - AT_ONCE).is_some();
        let finding = Finding::of(seen, what)?.of_kind(&["passed on"]);
        // What the system did on the host was not asked for by the client.
        let source = finding.source.filter(|_| !by_system);
        Some(Finding { account: Some(account), source, ..finding })
    }

    fn take_up(
        &mut self,
        seen: &Observation<'_>,
        account: AccountRef<'_>,
        host: HostRef<'_>,
    ) -> Option<Finding> {
        let (own, time) = ((host.id, account.id), seen.time);
        let client = seen.source.filter(|source| source.id != host.id);
        let fresh = self.logons.since(&own, time - FRESH).is_some();
        let key = key_of(seen, host);
        let passed = key.and_then(|key| self.left.since(&key, time - AT_ONCE)).copied();
        let passed = passed.filter(|other| *other != account.id && !fresh);
        let guest = client.and_then(|client| self.guests.get(&(host.id, client.id)).copied());
        let before = self.clients.get(&own).copied();
        if let Some(client) = client {
            *self.clients.touch(own, time) = client.id;
            if fresh {
                *self.guests.touch((host.id, client.id), time) = account.id;
            }
        }
        if fresh {
            return None;
        }
        let name = account.name();
        if let Some(other) = passed {
            let what = format!("the session of {name} was taken up where another's was open");
            return self.passed(seen, host, other, what);
        }
        if let Some(key) = key {
            self.taken.insert(key, time, account.id);
        }
        let client = client?;
        let (account, kind, what) = match (guest, before) {
            (Some(guest), _) if guest != account.id => (guest, "client", "another's client"),
            (_, Some(before)) if before != client.id => {
                (account.id, "new client", "another client without a logon")
            }
            _ => return None,
        };
        let what = format!("the session of {name} was taken up from {what}");
        let finding = Finding::of(seen, what)?.of_kind(&[kind]);
        Some(Finding { account: Some(account), ..finding })
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{
        Account, Activity, AuthEventBuilder, HostActivityBuilder, HostActivityKind, LogonType,
    };
    use crate::rules::testing::{Probe, did, logon};

    fn desktop<'a>(seconds: i64, account: &'a str, client: &'a str) -> AuthEventBuilder<'a> {
        logon(seconds, account, client, "SRV").logon_type(LogonType::RemoteInteractive)
    }

    fn taken_up<'a>(seconds: i64, account: &'a str, client: &'a str) -> AuthEventBuilder<'a> {
        desktop(seconds, account, client).activity(Activity::SessionReconnect).event_code(4778)
    }

    #[test]
    fn a_session_taken_up_by_another_is_told() {
        let mut probe = Probe::new();
        probe.auth(desktop(0, "admin@CORP", "WS-1"));
        probe.auth(desktop(600, "bob@CORP", "WS-2"));
        assert_eq!(
            probe.auth(taken_up(900, "admin@CORP", "WS-2")),
            ["session_takeover: the session of admin@CORP was taken up from another's client"]
        );
    }

    #[test]
    fn a_session_taken_up_from_a_new_client_needs_a_logon() {
        let mut probe = Probe::new();
        probe.auth(desktop(0, "admin@CORP", "WS-1"));
        assert!(probe.auth(taken_up(600, "admin@CORP", "WS-1")).is_empty(), "its own client");
        probe.auth(desktop(1200, "admin@CORP", "HOME"));
        assert!(probe.auth(taken_up(1201, "admin@CORP", "HOME")).is_empty(), "he logged on");
        assert_eq!(
            probe.auth(taken_up(2400, "admin@CORP", "WS-9")),
            [
                "session_takeover: the session of admin@CORP was taken up from another client without a \
              logon"
            ]
        );
    }

    /// What happens to `RDP-Tcp#8` on SRV.
    fn session<'a>(
        seconds: i64,
        account: &'a str,
        activity: Activity,
        name: &'a str,
    ) -> AuthEventBuilder<'a> {
        desktop(seconds, account, "WS-1").activity(activity).session_name(name).event_code(4778)
    }

    #[test]
    fn a_session_passed_on_at_its_own_client_is_told() {
        let (left, taken) = (Activity::SessionDisconnect, Activity::SessionReconnect);
        let mut probe = Probe::new();
        assert!(probe.auth(session(0, "amy@CORP", left, "RDP-Tcp#8")).is_empty());
        assert_eq!(
            probe.auth(session(0, "bob@CORP", taken, "RDP-Tcp#8")),
            ["session_takeover: the session of bob@CORP was taken up where another's was open"]
        );
        let mut probe = Probe::new();
        probe.auth(session(0, "bob@CORP", taken, "RDP-Tcp#8"));
        assert_eq!(
            probe.auth(session(0, "amy@CORP", left, "RDP-Tcp#8")),
            ["session_takeover: another's session was opened in place of that of amy@CORP"],
            "Windows may write it in this order"
        );
        assert!(probe.auth(session(0, "bob@CORP", left, "RDP-Tcp#8")).is_empty(), "their own");
        let benign = |second: &[(i64, &str, &str)], by_logon: bool| {
            let mut probe = Probe::new();
            probe.auth(session(0, "amy@CORP", left, "RDP-Tcp#8"));
            if by_logon {
                probe.auth(logon(1, "bob@CORP", "WS-1", "SRV"));
            }
            let mut told = Vec::new();
            for &(seconds, who, name) in second {
                told.extend(probe.auth(session(seconds, who, taken, name)));
            }
            told
        };
        assert!(benign(&[(2, "bob@CORP", "RDP-Tcp#8")], true).is_empty(), "they logged on");
        assert!(benign(&[(2, "bob@CORP", "RDP-Tcp#9")], false).is_empty(), "another session");
        assert!(benign(&[(2, "amy@CORP", "RDP-Tcp#8")], false).is_empty(), "their own");
        assert!(benign(&[(900, "bob@CORP", "RDP-Tcp#8")], false).is_empty(), "much later");
    }

    #[test]
    fn the_tool_is_told_where_the_system_or_a_service_runs_it() {
        fn process<'a>(account: &'a str, command: &'a str) -> HostActivityBuilder<'a> {
            did(0, HostActivityKind::ProcessStart, "SRV")
                .object(r"C:\Windows\System32\tscon.exe")
                .detail(command)
                .account(Account::parse(account))
        }
        let mut probe = Probe::new();
        let told = |found: Vec<String>| {
            found.iter().filter(|line| line.starts_with("session_takeover")).count()
        };
        assert_eq!(told(probe.activity(process("SRV$@CORP", "tscon 2 /dest:rdp-tcp#8"))), 1);
        assert_eq!(told(probe.activity(process("bob@CORP", "tscon 2 /dest:rdp-tcp#8"))), 0);
        let service = |object| did(0, HostActivityKind::ServiceInstall, "SRV").object(object);
        assert_eq!(told(probe.activity(service("x (cmd.exe /k tscon 2 /dest:rdp-tcp#8)"))), 1);
        assert_eq!(
            told(probe.activity(service(r"tscon (c:\tools\agent.exe)"))),
            0,
            "its name only"
        );
    }
}
