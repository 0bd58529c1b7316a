//! A service made, changed or started by somebody who came over the network.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::event::classify::is_interactive;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::rules::windows_paths::{
    answers_through_own_share, command_of_service, file_name, folder, is_interpreter, pipe_name,
    writes_to_own_pipe,
};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::Micros;
use crate::tuning::detections::service_install::{BY_PLACE, REMEMBERED, SITS};

/// Who logged on at the hosts themselves, to tell what was installed there from what was from afar.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct ServiceInstall {
    /// Sessions at the keyboard, by host and id.
    at_keyboard: TtlMap<(Id, u64), ()>,
    /// Hosts at which somebody logged on.
    manned: TtlMap<Id, ()>,
}

/// Calls of the service manager by which something is run.
const CALLS: [&str; 8] = [
    "createservicew",
    "createservicea",
    "createservicewow64w",
    "createservicewow64a",
    "changeserviceconfigw",
    "changeserviceconfiga",
    "startservicew",
    "startservicea",
];

heap! {
    ServiceInstall { at_keyboard, manned }
}

impl Rule for ServiceInstall {
    const DETECTION: Detection = Detection {
        id: "service_install",
        title: "A service was installed, changed or started over the network",
        techniques: &[attack::ADMIN_SHARES, attack::SERVICE_EXECUTION, attack::WINDOWS_SERVICE],
        sees: "PsExec, smbexec, Cobalt Strike's `jump psexec` and their like install a service on the \
               host that they reach. A service is attributed to the logon over the network whose \
               session installed it; where the log names no session (Windows 7045), to the account \
               that came last within two minutes. Where no logon is known, a service is seen that has \
               the shape of remote execution: it runs a command interpreter, a file on an \
               administrative share, or a file directly below the Windows folder; not one that was \
               installed in a session at the host's own keyboard. A command that the service manager \
               starts and whose output goes to an administrative share of the host itself is seen \
               without its service. On the wire, the calls that make, change and start services.",
        needs: &[&[Need::Services, Need::Pipes, Need::Processes]],
        formula: "How rare it is that the account does so, see docs/detections/README.md. A file \
                  directly below the Windows folder says 4.5 nats at most without a logon, and nothing where \
                  the log shows that somebody logged on at the host within eight hours before and \
                  nobody came from elsewhere.",
        blind_spots: "A service that is changed on a host whose calls are not seen; an installer that \
                      waits longer than two minutes on hosts that write 7045 only; encrypted calls; \
                      hosts whose logs are not collected.",
        false_positives: "Software deployment that works over SMB, backup agents being rolled out, \
                          administrators who use PsExec. Each becomes usual for its account within \
                          days.",
        ask: "Which file does the service run, who signed it, and does it still exist? Is there a \
              change ticket for the account and the time?",
        prior: 1e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass =
        EventClass::SERVICE.or(EventClass::PIPE).or(EventClass::PROCESS).or(EventClass::LOGON);

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let folded = seen.object;
        let Some(host) = seen.destination else { return };
        if seen.class == EventClass::LOGON {
            self.log_on(seen, host.id);
            return;
        }
        if seen.class == EventClass::PROCESS {
            found.extend(shell(seen, context));
            return;
        }
        if seen.class == EventClass::PIPE {
            let call = folded.rsplit(' ').next().unwrap_or_default();
            if pipe_name(folded) == "svcctl" && CALLS.contains(&call) {
                let finding = Finding::of(seen, format!("called {folded}"));
                found.extend(finding.map(|finding| finding.of_kind(&["call"])));
            }
            return;
        }
        // That is an escalation on the host itself (`pipe_escalation`).
        if writes_to_own_pipe(command_of_service(folded)) {
            return;
        }
        // Ids of sessions come again after the host was started anew: who came since has it now.
        let came = context.sessions.session(seen).is_some();
        let session = seen.logon_id().map(|id| (host.id, id)).filter(|_| !came);
        if session.is_some_and(|session| self.at_keyboard.get(&session).is_some()) {
            return;
        }
        let manned = self.manned.since(&host.id, seen.time - SITS).is_some();
        let object = seen.activity().and_then(|activity| activity.object()).unwrap_or("a service");
        let finding = Finding::of(seen, format!("installed {object}"))
            .map(|finding| finding.of_kind(&[place(folded)]));
        found.extend(match (context.sessions.cause(seen), shape(folded)) {
            (Some(arrival), _) => finding.map(|finding| finding.by(arrival)),
            // A log that shows who sits down would show who came.
            (None, Some((_, most))) if manned && most < f64::INFINITY => None,
            (None, Some((what, most))) => finding.map(|finding| {
                let finding = finding.at_most(most);
                Finding { observed: format!("{}, {what}", finding.observed), ..finding }
            }),
            (None, None) => None,
        });
    }

    fn forget(&mut self, now: Micros) {
        self.at_keyboard.forget(now - REMEMBERED);
        self.manned.forget(now - SITS);
    }
}

impl ServiceInstall {
    fn log_on(&mut self, seen: &Observation<'_>, host: Id) {
        let by_hand = seen.auth().is_some_and(|event| is_interactive(event.logon_type()));
        if !by_hand || seen.is_remote() || !seen.account.is_some_and(|who| who.can_move()) {
            return;
        }
        self.manned.touch(host, seen.time);
        if let Some(id) = seen.logon_id() {
            self.at_keyboard.touch((host, id), seen.time);
        }
    }
}

/// A command of the service manager whose output goes to an administrative share of its own host.
fn shell(seen: &Observation<'_>, context: &RuleContext<'_>) -> Option<Finding> {
    let activity = seen.activity()?;
    let parent = activity.parent()?.to_ascii_lowercase();
    let command = activity.detail().filter(|_| file_name(&parent) == "services.exe")?;
    if !answers_through_own_share(&command.to_ascii_lowercase(), seen.destination?.name()) {
        return None;
    }
    let what =
        "a service ran a command, its output sent to an administrative share of the host itself";
    let finding = Finding::of(seen, what)?.of_kind(&["shell"]);
    Some(match context.sessions.cause(seen) {
        Some(arrival) => finding.by(arrival),
        None => finding,
    })
}

/// Where a folded `name (command line)` has its program: what installs an agent into a folder of its own
/// every day may not excuse what runs from another.
fn place(object: &str) -> &str {
    match shape(object) {
        Some((shape, _)) => shape,
        None => folder(program(object)),
    }
}

/// The folded command line of a `name (command line)`, without the quotes before it.
fn command(object: &str) -> &str {
    command_of_service(object).trim_start_matches('"').trim_start()
}

/// The program that it runs.
fn program(object: &str) -> &str {
    let command = command(object);
    if object.contains(" (\"") {
        return command.split('"').next().unwrap_or(command);
    }
    // A path without quotes may hold blanks: it ends where its ending does.
    match command.find(".exe") {
        Some(at) => &command[..at + ".exe".len()],
        None => command.split(['"', ' ']).next().unwrap_or(command),
    }
}

/// Which shape of remote execution a folded `name (command line)` has, and how many nats at most.
fn shape(object: &str) -> Option<(&'static str, f64)> {
    let command = command(object);
    let program = command.split(['"', ' ']).next().unwrap_or(command);
    let name = file_name(program);
    let on_share = command.starts_with(r"\\")
        && command.split('\\').any(|part| part.len() <= 6 && part.ends_with('$'));
    if on_share {
        return Some(("a file on an administrative share", f64::INFINITY));
    }
    // Services of Windows itself run under rundll32 and the like; a shell runs none.
    let shell = ["%comspec%", "cmd", "powershell", "pwsh"].contains(&name)
        || is_interpreter(name) && !name.starts_with("rundll32") && !name.starts_with("msbuild");
    if shell {
        return Some(("a command interpreter", f64::INFINITY));
    }
    let folders = [r"%systemroot%\", r"%windir%\", r"\systemroot\", r"c:\windows\"];
    let below = folders.iter().find_map(|folder| program.strip_prefix(folder));
    below
        .filter(|rest| !rest.contains('\\') && rest.ends_with(".exe"))
        .map(|_| ("a file directly below the Windows folder", BY_PLACE))
}

#[cfg(test)]
mod tests {
    use super::{place, shape};
    use crate::event::{Account, Host, HostActivityKind, LogonType};
    use crate::rules::testing::{Probe, did, logon};

    #[test]
    fn it_is_laid_at_the_door_of_the_session_or_of_whoever_came_last() {
        let service =
            |seconds| did(seconds, HostActivityKind::ServiceInstall, "SRV").object("x (y.exe)");
        let mut probe = Probe::new();
        assert!(probe.activity(service(0)).is_empty(), "nobody came");
        probe.auth(logon(10, "bob@CORP", "WS-1", "SRV").logon_id(0x99));
        assert_eq!(probe.activity(service(20)), ["service_install: installed x (y.exe)"]);
        assert!(probe.activity(service(600)).is_empty(), "he came too long ago");
        let named = service(660).account(Account::parse("bob@CORP")).logon_id(0x99);
        assert_eq!(probe.activity(named), ["service_install: installed x (y.exe)"]);
        let local = service(700).account(Account::parse("amy@CORP")).logon_id(0x77);
        assert!(probe.activity(local).is_empty(), "she sits there");
    }

    #[test]
    fn the_shape_of_remote_execution_needs_no_logon() {
        for odd in [
            r"x (%comspec% /q /c echo dir ^> \\127.0.0.1\c$\__output)",
            r"x (c:\windows\system32\windowspowershell\v1.0\powershell.exe -enc aa)",
            r"x (\\127.0.0.1\admin$\abc.exe)",
            r"x (%systemroot%\abcdefgh.exe)",
        ] {
            assert!(shape(odd).is_some(), "{odd}");
        }
        for usual in [
            r"print spooler (c:\windows\system32\spoolsv.exe)",
            r#"agent ("c:\program files\agent\agent.exe" --service)"#,
            r"driver (\systemroot\system32\drivers\x.sys)",
            r"app (\\files\tools\app.exe)",
            "service without a path",
        ] {
            assert!(shape(usual).is_none(), "{usual}");
        }
    }

    #[test]
    fn a_service_is_known_by_its_folder() {
        for (object, known) in [
            (r#"agent ("c:\program files\agent\agent.exe" --service)"#, r"c:\program files\agent"),
            (r"agent (c:\program files\agent\agent.exe --service)", r"c:\program files\agent"),
            (r"x (%systemroot%\abcdefgh.exe)", "a file directly below the Windows folder"),
            (r"x (cmd /c whoami)", "a command interpreter"),
            ("x", ""),
        ] {
            assert_eq!(place(object), known, "{object}");
        }
    }

    #[test]
    fn calls_that_run_something_are_told_and_questions_are_not() {
        let mut probe = Probe::new();
        let mut told = |call| {
            let call = did(0, HostActivityKind::NamedPipe, "SRV").object(call);
            let found = probe.activity(call.peer(Host::named("WS-1")));
            found.iter().any(|told| told.starts_with("service_install"))
        };
        assert!(told("svcctl CreateServiceW") && told("svcctl StartServiceW"));
        assert!(!told("svcctl QueryServiceStatus") && !told("samr SamrConnect5"));
    }

    #[test]
    fn what_is_installed_at_the_keyboard_is_not_remote() {
        let found = |by_hand: bool, session: Option<u64>, object: &str| {
            let mut probe = Probe::new();
            let sat = logon(0, "amy@CORP", "SRV", "SRV").logon_id(0x77);
            let kind = if by_hand { LogonType::Interactive } else { LogonType::Service };
            probe.auth(sat.logon_type(kind));
            let service = did(600, HostActivityKind::ServiceInstall, "SRV").object(object);
            let service = match session {
                Some(id) => service.account(Account::parse("amy@CORP")).logon_id(id),
                None => service,
            };
            probe.activity(service).len()
        };
        let tool = r"PSEXESVC (%SystemRoot%\PSEXESVC.exe)";
        assert_eq!(found(true, Some(0x77), tool), 0, "in a session at the keyboard");
        assert_eq!(found(true, None, tool), 0, "nobody came");
        assert_eq!(found(false, None, tool), 1, "nothing says that somebody sits there");
        assert_eq!(found(true, None, "x (cmd /c dir)"), 1, "a shell needs more than that");
        assert_eq!(found(true, Some(0x99), "x (cmd /c dir)"), 1, "in another session");
    }

    #[test]
    fn a_service_that_answers_through_a_share_needs_no_record_of_it() {
        let found = |parent, command| {
            let start = did(0, HostActivityKind::ProcessStart, "SRV").object("cmd.exe");
            Probe::new().activity(start.parent(parent).detail(command)).len()
        };
        let smb = r"cmd.exe /Q /c echo cd ^> \\127.0.0.1\C$\__output 2^>^&1 > %TEMP%\x.bat";
        assert_eq!(found(r"C:\Windows\System32\services.exe", smb), 1);
        assert_eq!(found(r"C:\Windows\System32\services.exe", r"cmd.exe /c dir > C:\x"), 0);
        assert_eq!(found(r"C:\Windows\System32\other.exe", smb), 0);
    }
}
