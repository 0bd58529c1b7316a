//! Windows Remote Management.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::inbound_connections::InboundConnections;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::rules::windows_paths::file_name;
use crate::store::heap;
use crate::time::Micros;
use crate::tuning::detections::winrm::{CONNECTED, NOBODY};

/// A shell of Windows Remote Management, or a connection to it by somebody's program.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct WinRm {
    callers: InboundConnections,
}

/// Its ports.
const PORTS: [u16; 2] = [5985, 5986];
/// Programs in which remote shells run.
const HOSTS: [&str; 2] = ["wsmprovhost.exe", "winrshost.exe"];

heap! {
    WinRm { callers }
}

impl Rule for WinRm {
    const DETECTION: Detection = Detection {
        id: "winrm",
        title: "A host was worked on through Windows Remote Management",
        techniques: &[attack::WINRM],
        sees: "A process that runs a remote shell (wsmprovhost.exe, winrshost.exe) or is started by \
               one; a shell that WinRM itself tells of (91, 169); a program of somebody's, and not a \
               service of the system, that connects to port 5985 or 5986 of another host; a process \
               that WMI starts right after such a connection came in.",
        needs: &[&[Need::Processes, Need::Connections]],
        formula: "How rare it is that the account does so, see docs/detections/README.md. A \
                  connection of which only the network tells says 2 nats at most.",
        blind_spots: "Management over other ports; hosts of which neither processes nor connections \
                      are logged.",
        false_positives: "Administrators who work with PowerShell remoting, and what is configured \
                          through it. Each becomes usual for its account within days.",
        ask: "Which commands were run (PowerShell 4103, 4104)? Is the account an administrator's, and \
              does it work so at other times?",
        prior: 3e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::PROCESS.or(EventClass::CONNECTION).or(EventClass::LOGON);

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let may = seen.account.is_none_or(|who| who.can_move());
        match seen.class {
            EventClass::PROCESS => found.extend(self.process(seen, context, may)),
            EventClass::CONNECTION => found.extend(self.connection(seen, may)),
            // WinRM 169: it let somebody in.
            _ if seen.auth().is_some_and(|event| event.event_code() == Some(169)) && may => {
                found.extend(Finding::of(seen, "was let in by WinRM"));
            }
            _ => {}
        }
    }

    fn forget(&mut self, now: Micros) {
        self.callers.forget(now);
    }
}

impl WinRm {
    fn process(
        &self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        may: bool,
    ) -> Option<Finding> {
        let activity = seen.activity()?;
        let object = seen.object;
        let parent = activity.parent().unwrap_or_default().to_ascii_lowercase();
        let (program, parent) = (file_name(object), file_name(&parent));
        let host = seen.destination?.id;
        let (kind, what) = if activity.event_code() == Some(91) {
            ("shell", "WinRM opened a shell".to_owned())
        } else if HOSTS.contains(&program) || HOSTS.contains(&parent) && program != "conhost.exe" {
            ("shell", format!("a remote shell: {parent} started {program}"))
        } else if parent == "wmiprvse.exe" && self.callers.within(host, seen.time, 10).is_some() {
            ("wmi", format!("WMI started {program} right after a call of WinRM"))
        } else {
            return None;
        };
        let finding = Finding::of(seen, what).filter(|_| may)?.of_kind(&[kind]);
        let finding = match self.callers.within(host, seen.time, 30) {
            Some(caller) => Finding { source: finding.source.or(Some(caller)), ..finding },
            None => finding,
        };
        Some(match context.sessions.cause(seen) {
            Some(arrival) => finding.by(arrival),
            None if finding.account.is_some() => finding,
            None => finding.at_most(NOBODY),
        })
    }

    fn connection(&mut self, seen: &Observation<'_>, may: bool) -> Option<Finding> {
        let activity = seen.activity()?;
        self.callers.observe(seen, &PORTS);
        let (here, there) = (seen.destination?, seen.source?);
        if here.id == there.id || !may {
            return None;
        }
        let object = seen.object;
        let called = activity.peer().port.is_some_and(|port| PORTS.contains(&port));
        // WinRM 6 is written by the client; Sysmon 3 too where a program went out.
        let outgoing = called || activity.event_code() == Some(6) && object == "winrm";
        if outgoing && activity.host().port.is_none_or(|port| !PORTS.contains(&port)) {
            let program = file_name(object);
            let finding = Finding::of(seen, format!("{program} called WinRM of {}", there.name()))?;
            let finding = Finding { source: Some(here.id), destination: there.id, ..finding };
            let known = finding.account.is_some();
            let finding = finding.of_kind(&["call", program]);
            return Some(if known { finding } else { finding.at_most(CONNECTED) });
        }
        (object == "winrm")
            .then(|| Finding::of(seen, "a connection to WinRM"))
            .flatten()
            .map(|finding| finding.at_most(CONNECTED))
    }
}

#[cfg(test)]
mod tests {
    use crate::event::Timestamp;
    use crate::event::{Account, Host, HostActivityBuilder, HostActivityKind};
    use crate::rules::testing::{Probe, did, logon};

    fn process<'a>(seconds: i64, program: &'a str, parent: &'a str) -> HostActivityBuilder<'a> {
        did(seconds, HostActivityKind::ProcessStart, "SRV").object(program).parent(parent)
    }

    fn of(found: Vec<String>) -> Vec<String> {
        found.into_iter().filter(|told| told.starts_with("winrm")).collect()
    }

    #[test]
    fn a_remote_shell_is_told_and_a_local_one_is_not() {
        let mut probe = Probe::new();
        probe.auth(logon(0, "bob@CORP", "WS-1", "SRV").logon_id(0x99));
        let shell = process(1, r"C:\Windows\System32\wsmprovhost.exe", r"C:\Windows\svchost.exe");
        let shell = shell.account(Account::parse("bob@CORP")).logon_id(0x99);
        assert_eq!(
            of(probe.activity(shell)),
            ["winrm: a remote shell: svchost.exe started wsmprovhost.exe"]
        );
        let child = process(2, r"C:\Windows\System32\whoami.exe", r"C:\x\wsmprovhost.exe");
        assert_eq!(of(probe.activity(child)).len(), 1);
        assert!(of(probe.activity(process(3, "cmd.exe", "explorer.exe"))).is_empty());
    }

    #[test]
    fn somebody_s_program_that_connects_is_told_and_the_system_s_is_not() {
        let mut probe = Probe::new();
        let mut told = |account, port| {
            let there = Host::named("SRV").with_port(port);
            let out = did(0, HostActivityKind::NetworkConnection, "WS-1").object("C:\\x.exe");
            of(probe.activity(out.peer(there).account(Account::parse(account)).event_code(3)))
        };
        assert_eq!(told("bob@CORP", 5985), ["winrm: x.exe called WinRM of SRV"]);
        assert!(told(r"NT AUTHORITY\NETWORK SERVICE", 5985).is_empty());
        assert!(told("bob@CORP", 443).is_empty());
    }

    #[test]
    fn what_wmi_starts_after_a_call_is_told() {
        let mut probe = Probe::new();
        let here = Host::named("SRV").with_port(5985);
        let call = crate::event::HostActivity::builder(
            Timestamp::from_micros(crate::rules::testing::MORNING),
            HostActivityKind::NetworkConnection,
            here,
        );
        probe.activity(call.peer(Host::named("WS-1").with_port(50_000)).object("System"));
        let child = |seconds| process(seconds, "whoami.exe", r"C:\wbem\WmiPrvSE.exe");
        assert_eq!(of(probe.activity(child(3))).len(), 1);
        assert!(of(probe.activity(child(60))).is_empty());
    }
}
