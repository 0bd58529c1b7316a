//! A service made, changed or started by somebody who came over the network.

use serde::{Deserialize, Serialize};

use super::attack;
use super::detection::{Detection, Need, Role};
use super::layer::{Around, Rule};
use super::paths::{file_name, folder, is_interpreter, pipe_name};
use super::seen::{Class, Finding, Seen};

/// A service was installed or changed over the network.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct ServiceInstall;

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

/// Nats of a service that only lies where remote executions put theirs.
const BY_PLACE: f64 = 4.5;

impl Rule for ServiceInstall {
    const DETECTION: Detection = Detection {
        id: "service_install",
        title: "A service was installed, changed or started over the network",
        techniques: &[attack::ADMIN_SHARES, attack::SERVICE_EXECUTION, attack::WINDOWS_SERVICE],
        sees: "PsExec, smbexec, Cobalt Strike's `jump psexec` and their like install a service on the \
               host that they reach. A service is laid at the door of the logon over the network \
               whose session installed it; where the log names no session (Windows 7045), of the \
               account that came last within two minutes. Where no logon is known, a service is told \
               that has the shape of remote execution: it runs a command interpreter, a file on an \
               administrative share, or a file directly below the Windows folder. On the wire, the \
               calls that make, change and start services are seen.",
        needs: &[&[Need::Services, Need::Pipes]],
        formula: "How rare it is that the account does so, see docs/detections/README.md. A file \
                  directly below the Windows folder says 4.5 nats at most without a logon.",
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
    const WANTS: Class = Class::SERVICE.or(Class::PIPE);

    fn look(&mut self, seen: &Seen<'_>, around: &Around<'_>, found: &mut Vec<Finding>) {
        let folded = seen.object;
        if seen.class == Class::PIPE {
            let call = folded.rsplit(' ').next().unwrap_or_default();
            if pipe_name(folded) == "svcctl" && CALLS.contains(&call) {
                let finding = Finding::of(seen, format!("called {folded}"));
                found.extend(finding.map(|finding| finding.of_kind(&["call"])));
            }
            return;
        }
        let object = seen.activity().and_then(|activity| activity.object()).unwrap_or("a service");
        let finding = Finding::of(seen, format!("installed {object}"))
            .map(|finding| finding.of_kind(&[place(folded)]));
        found.extend(match (around.arrivals.cause(seen), shape(folded)) {
            (Some(arrival), _) => finding.map(|finding| finding.by(arrival)),
            (None, Some((what, most))) => finding.map(|finding| {
                let finding = finding.at_most(most);
                Finding { observed: format!("{}, {what}", finding.observed), ..finding }
            }),
            (None, None) => None,
        });
    }
}

/// Where a folded `name (command line)` has its program: what installs an agent into a folder of its own
/// every day may not excuse what runs from another.
fn place(object: &str) -> &str {
    match shape(object) {
        Some((shape, _)) => shape,
        None => folder(program(object)),
    }
}

/// The folded command line of a `name (command line)`.
fn command(object: &str) -> &str {
    let command = object.split_once(" (").map_or(object, |(_, command)| command);
    command.trim_end_matches(')').trim_start_matches('"').trim_start()
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
    use super::super::testing::{Probe, did, logon};
    use super::{place, shape};
    use crate::event::{Account, Host, HostActivityKind};

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
}
