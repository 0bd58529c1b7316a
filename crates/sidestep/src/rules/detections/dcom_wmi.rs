//! Programs started through WMI or COM by somebody on another host.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::attack::Technique;
use crate::event::LogonType;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::inbound_connections::InboundConnections;
use crate::rules::inbound_sessions::InboundSession;
use crate::rules::observation::{EventClass, HostRef, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::rules::windows_paths::{answers_through_own_share, file_name, is_interpreter};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::{Micros, SECOND};
use crate::tuning::detections::dcom_wmi::{BY_TIME, COMMON, FOLLOWS};

/// A process was started through WMI or COM from another host.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct DcomWmi {
    callers: InboundConnections,
    /// Hosts on which WMI's provider host was started, and when last, where the log does not say
    /// what starts what (Windows before 10).
    providers: TtlMap<Id, ()>,
}

/// The endpoint mapper, which a call of COM asks first.
const PORTS: [u16; 1] = [135];
/// Programs that serve COM to other hosts and can be made to run something.
const SERVERS: [&str; 8] = [
    "mmc.exe",
    "excel.exe",
    "winword.exe",
    "powerpnt.exe",
    "outlook.exe",
    "visio.exe",
    "msaccess.exe",
    "iexplore.exe",
];
/// What else is made to run something through COM, within a desktop or of its own.
const HANDLERS: [&str; 4] = ["explorer.exe", "mshta.exe", "dllhost.exe", "rundll32.exe"];
/// Programs that no other host calls in the ordinary course.
const NEVER_CALLED: [&str; 7] = [
    "explorer.exe",
    "mmc.exe",
    "mshta.exe",
    "excel.exe",
    "winword.exe",
    "powerpnt.exe",
    "visio.exe",
];
/// What starts in every session, or with the programs that do.
const OTHERS: [&str; 8] = [
    "conhost.exe",
    "dllhost.exe",
    "runtimebroker.exe",
    "taskhostw.exe",
    "werfault.exe",
    "wmiprvse.exe",
    "wsmprovhost.exe",
    "winrshost.exe",
];
/// Calls of WMI by which something is run or planted.
const CALLS: [&str; 4] = ["execmethod", "putinstance", "putclass", "createinstanceenum"];
/// What explicit credentials for the endpoint mapper are called.
const RPCSS: &str = "RPCSS";
/// What starts a process where the log does not say.
const UNNAMED: &str = "something";

heap! {
    DcomWmi { callers, providers }
}

impl Rule for DcomWmi {
    const DETECTION: Detection = Detection {
        id: "dcom_wmi",
        title: "A program was started through WMI or COM from another host",
        techniques: &[attack::DCOM, attack::WMI],
        sees: "A process that WMI's provider host starts (Win32_Process Create) for somebody who came \
               over the network, or whose host was called at the endpoint mapper just before; the \
               consumer of scripts (scrcons.exe) started after somebody came; a program that COM \
               starts within the session of a logon over the network (Office, the management console \
               ...), and what it starts in turn; an interpreter that the desktop starts within \
               seconds of a call from another host; explicit credentials for the endpoint mapper of \
               another host (4648 for RPCSS); on the wire, the calls of WMI that run something. Without any \
               logon: a command under WMI's provider host or a program that COM starts whose output \
               goes to an administrative share of the host itself, from where a remote shell fetches \
               it; and a connection from another host that the desktop, the management console or a \
               program of Office accepted.",
        needs: &[&[Need::Processes, Need::ExplicitCredentials, Need::Pipes]],
        formula: "How rare it is that the account does so, see docs/detections/README.md. What fits \
                  in time only says 4.5 nats at most; calls that management makes all day say 2.",
        blind_spots: "What a call does without starting a process; encrypted calls; objects that run \
                      within programs which are there already, other than the desktop.",
        false_positives: "Software deployment and inventory that start programs through WMI, usual \
                          for their account within days.",
        ask: "Which program was started, by which command line? Does management software run under \
              this account?",
        prior: 2e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::PROCESS
        .or(EventClass::CONNECTION)
        .or(EventClass::PIPE)
        .or(EventClass::EXPLICIT);

    fn techniques(observed: &str) -> &'static [Technique] {
        if ["wmi", "iwbem", "scrcons"].iter().any(|part| observed.contains(part)) {
            &[attack::WMI]
        } else if observed.contains(RPCSS) || observed.starts_with(UNNAMED) {
            Self::DETECTION.techniques
        } else {
            &[attack::DCOM]
        }
    }

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        match seen.class {
            EventClass::PROCESS => found.extend(self.process(seen, context)),
            EventClass::CONNECTION => {
                self.callers.observe(seen, &PORTS);
                found.extend(accepted(seen));
            }
            EventClass::PIPE => found.extend(call(seen)),
            _ => found.extend(explicit(seen)),
        }
    }

    fn forget(&mut self, now: Micros) {
        self.callers.forget(now);
        self.providers.forget(now - FOLLOWS);
    }
}

impl DcomWmi {
    fn process(&mut self, seen: &Observation<'_>, context: &RuleContext<'_>) -> Option<Finding> {
        let object = seen.object;
        let parent = seen.activity()?.parent().unwrap_or_default().to_ascii_lowercase();
        let (program, parent) = (file_name(object), file_name(&parent));
        let place = seen.destination?;
        let host = place.id;
        if let Some(finding) = self.shell(seen, context, (program, parent), place) {
            return Some(finding);
        }
        let is_other = OTHERS.contains(&program);
        let follows = parent.is_empty() && !is_other && self.follows(host, seen.time);
        if parent.is_empty() && program == "wmiprvse.exe" {
            self.providers.insert(host, seen.time, ());
        }
        let by_wmi = follows || parent == "wmiprvse.exe" && !is_other;
        let consumer = program == "scrcons.exe";
        let by_com = parent == "svchost.exe" && !is_other;
        let serves = by_com && SERVERS.contains(&program);
        let served = SERVERS.contains(&parent) && !is_other;
        let desktop = matches!(parent, "explorer.exe" | "dllhost.exe") && is_interpreter(program);
        if !(by_wmi || consumer || by_com || served || desktop) {
            return None;
        }
        let may = seen.account.is_some_and(|who| who.can_move());
        let session = context.sessions.session(seen).filter(|arrival| is_call(arrival));
        let came = |seconds: i64| {
            context.sessions.recent(host, seen.time).find(move |arrival| {
                is_call(arrival) && seen.time - arrival.time <= seconds * SECOND
            })
        };
        let caller = self.callers.within(host, seen.time, 10);
        let parent = if follows { "wmiprvse.exe" } else { parent };
        let finding = Finding::of(seen, format!("{parent} started {program}"))?;
        let finding = finding.of_kind(&[parent, program]);
        let finding = Finding { source: finding.source.or(caller), ..finding };
        if let Some(arrival) = session {
            return Some(finding.by(arrival));
        }
        // What the system does for itself is not the doing of whoever came by.
        if by_wmi && may {
            let arrival = came(10).filter(|a| Some(a.account) == seen.account.map(|who| who.id));
            return match arrival {
                Some(arrival) => Some(finding.by(arrival)),
                None => caller.map(|_| finding),
            };
        }
        let by_time = by_wmi && came(3).is_some()
            || consumer && came(60).is_some()
            || serves && may && (caller.is_some() || came(5).is_some())
            || desktop && may && came(10).is_some();
        let arrival = came(if consumer { 60 } else { 10 });
        by_time.then(|| match arrival {
            Some(arrival) => finding.by(arrival).at_most(BY_TIME),
            None => finding.at_most(BY_TIME),
        })
    }

    /// A command whose output goes to an administrative share of its own host: nothing else does that.
    fn shell(
        &self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        (program, parent): (&str, &str),
        host: HostRef<'_>,
    ) -> Option<Finding> {
        let starts = parent.is_empty()
            || parent == "wmiprvse.exe"
            || SERVERS.contains(&parent)
            || HANDLERS.contains(&parent);
        let command = seen.activity()?.detail().filter(|_| starts)?.to_ascii_lowercase();
        if !answers_through_own_share(&command, host.name()) {
            return None;
        }
        let parent = if parent.is_empty() { UNNAMED } else { parent };
        let what = format!(
            "{parent} started {program}, its output sent to an administrative share of the host itself"
        );
        let finding = Finding::of(seen, what)?.of_kind(&["shell", parent]);
        let arrival = context.sessions.session(seen).or_else(|| context.sessions.cause(seen));
        Some(match arrival {
            Some(arrival) => finding.by(arrival),
            None => {
                let caller = self.callers.within(host.id, seen.time, 10);
                Finding { source: finding.source.or(caller), ..finding }
            }
        })
    }

    /// Whether a provider host was started on a host just before.
    fn follows(&self, host: Id, time: Micros) -> bool {
        self.providers
            .timed(&host)
            .is_some_and(|(start, ())| (0..=FOLLOWS).contains(&(time - start)))
    }
}

/// Whether somebody came over the network to call something, and not to sit at a desktop.
fn is_call(arrival: &InboundSession) -> bool {
    arrival.kind.can_move() && arrival.logon_type == LogonType::Network
}

/// A connection from another host that a program accepted which no other host calls in the ordinary
/// course.
fn accepted(seen: &Observation<'_>) -> Option<Finding> {
    let activity = seen.activity()?;
    // Only an accepted connection has a port of this host.
    activity.host().port?;
    let program = file_name(seen.object);
    let elsewhere = seen.is_remote() && activity.peer().ip.is_none_or(|ip| !ip.is_loopback());
    if !elsewhere || !NEVER_CALLED.contains(&program) {
        return None;
    }
    let what = format!("{program} was called from another host");
    Some(Finding::of(seen, what)?.of_kind(&["called", program]))
}

/// A call that a sensor of the network saw.
fn call(seen: &Observation<'_>) -> Option<Finding> {
    let object = seen.object;
    let (interface, call) = object.split_once(' ')?;
    let finding = Finding::of(seen, format!("called {object}"))?.of_kind(&[object]);
    match interface {
        "iwbemservices" if CALLS.iter().any(|name| call.starts_with(name)) => Some(finding),
        "iwbemservices"
        | "iwbemlevel1login"
        | "isystemactivator"
        | "iremotescmactivator"
        | "iremunknown"
        | "iremunknown2" => Some(finding.at_most(COMMON)),
        _ => None,
    }
}

/// Explicit credentials for the endpoint mapper of another host.
fn explicit(seen: &Observation<'_>) -> Option<Finding> {
    let service = seen.auth()?.logon_process()?;
    let elsewhere = seen.source?.id != seen.destination?.id;
    let may = seen.account.is_some_and(|who| who.can_move());
    if !service.eq_ignore_ascii_case(RPCSS) || !elsewhere || !may {
        return None;
    }
    let finding = Finding::of(seen, format!("used explicit credentials for COM ({RPCSS})"))?;
    Some(finding.of_kind(&["credentials"]))
}

#[cfg(test)]
mod tests {
    use super::DcomWmi;
    use crate::event::Timestamp;
    use crate::event::{
        Account, Activity, AuthEvent, Host, HostActivity, HostActivityBuilder, HostActivityKind,
        LogonType,
    };
    use crate::rules::rule::Rule;
    use crate::rules::testing::{MORNING, Probe, did, logon};

    fn process<'a>(seconds: i64, program: &'a str, parent: &'a str) -> HostActivityBuilder<'a> {
        did(seconds, HostActivityKind::ProcessStart, "SRV")
            .object(program)
            .parent(parent)
            .account(Account::parse("bob@CORP"))
            .logon_id(0x99)
    }

    fn of(found: Vec<String>) -> Vec<String> {
        found.into_iter().filter(|told| told.starts_with("dcom_wmi")).collect()
    }

    #[test]
    fn what_starts_in_the_session_of_a_call_is_told() {
        let mut probe = Probe::new();
        let mut told = |program, parent| of(probe.activity(process(1, program, parent))).len();
        assert_eq!(told("cmd.exe", "WmiPrvSE.exe"), 0, "nobody came");
        probe.auth(logon(0, "bob@CORP", "WS-1", "SRV").logon_id(0x99));
        let mut told = |program, parent| of(probe.activity(process(1, program, parent))).len();
        assert_eq!(told(r"C:\Windows\cmd.exe", r"C:\Windows\wbem\WmiPrvSE.exe"), 1);
        assert_eq!(told("EXCEL.EXE", "svchost.exe"), 1);
        assert_eq!(told("calc.exe", "mmc.exe"), 1);
        assert_eq!(told("conhost.exe", "WmiPrvSE.exe"), 0, "it goes with every console");
        assert_eq!(told("wsmprovhost.exe", "svchost.exe"), 0, "that is WinRM");
    }

    #[test]
    fn a_session_at_the_desk_or_by_remote_desktop_is_not() {
        let mut probe = Probe::new();
        probe.auth(
            logon(0, "bob@CORP", "WS-1", "SRV")
                .logon_id(0x99)
                .logon_type(LogonType::RemoteInteractive),
        );
        for (program, parent) in [("EXCEL.EXE", "svchost.exe"), ("cmd.exe", "explorer.exe")] {
            assert!(of(probe.activity(process(300, program, parent))).is_empty(), "{program}");
        }
    }

    #[test]
    fn a_call_of_the_endpoint_mapper_stands_for_a_logon() {
        let mut probe = Probe::new();
        let here = Host::named("SRV").with_port(135);
        let call = HostActivity::builder(
            Timestamp::from_micros(MORNING),
            HostActivityKind::NetworkConnection,
            here,
        );
        probe.activity(call.peer(Host::named("WS-1").with_port(50_000)).object("svchost.exe"));
        let told = of(probe.activity(process(1, "cmd.exe", "WmiPrvSE.exe")));
        assert_eq!(told, ["dcom_wmi: wmiprvse.exe started cmd.exe"]);
        assert!(of(probe.activity(process(40, "cmd.exe", "WmiPrvSE.exe"))).is_empty());
    }

    #[test]
    fn where_no_log_says_what_starts_what_the_order_does() {
        let mut probe = Probe::new();
        let own = |seconds, program| {
            let start = did(seconds, HostActivityKind::ProcessStart, "SRV").object(program);
            start.account(Account::parse("SRV$@CORP")).logon_id(0x3e4)
        };
        let wmi = |probe: &mut Probe, seconds| {
            probe.activity(own(seconds, r"C:\wbem\WmiPrvSE.exe"));
            of(probe.activity(own(seconds + 1, "calc.exe")))
        };
        assert!(wmi(&mut probe, 0).is_empty(), "nobody came");
        probe.auth(logon(100, "bob@CORP", "WS-1", "SRV").logon_id(0x99));
        assert_eq!(wmi(&mut probe, 100), ["dcom_wmi: wmiprvse.exe started calc.exe"]);
        assert!(wmi(&mut probe, 900).is_empty(), "long ago");
    }

    #[test]
    fn a_shell_that_answers_through_a_share_needs_no_logon() {
        let told = |program: &str, parent: &str, command: &str| {
            let mut probe = Probe::new();
            of(probe.activity(process(0, program, parent).detail(command)))
        };
        let whoami = r"cmd.exe /Q /c whoami 1> \\127.0.0.1\ADMIN$\__17 2>&1";
        let by = |parent: &str| {
            let found = told("cmd.exe", parent, whoami);
            let techniques = |line: &String| {
                let (_, observed) = line.split_once(": ").expect("it has both");
                DcomWmi::techniques(observed).iter().map(|it| it.id).collect::<Vec<_>>()
            };
            found.iter().flat_map(techniques).collect::<Vec<_>>()
        };
        assert_eq!(by(r"C:\Windows\wbem\WmiPrvSE.exe"), ["T1047"]);
        assert_eq!(by("mmc.exe"), ["T1021.003"]);
        assert_eq!(by("explorer.exe"), ["T1021.003"]);
        assert_eq!(by(""), ["T1021.003", "T1047"], "it may be either");
        assert!(by("services.exe").is_empty(), "that is a service");
        let file = r"cmd.exe /c ipconfig > C:\temp\x 2>&1";
        assert!(told("cmd.exe", "WmiPrvSE.exe", file).is_empty());
        assert!(told("ipconfig.exe", "WmiPrvSE.exe", "ipconfig /all").is_empty(), "inventory");
    }

    #[test]
    fn what_no_host_calls_is_told_when_one_does() {
        let told = |program, from: &'static str, accepted: bool| {
            let here = Host::named("SRV");
            let here = if accepted { here.with_port(50_001) } else { here };
            let call = HostActivity::builder(
                Timestamp::from_micros(MORNING),
                HostActivityKind::NetworkConnection,
                here,
            );
            let call = call.object(program).account(Account::parse("bob@CORP"));
            of(Probe::new().activity(call.peer(Host::named(from).with_port(50_000))))
        };
        let explorer = r"C:\Windows\explorer.exe";
        assert_eq!(
            told(explorer, "WS-1", true),
            ["dcom_wmi: explorer.exe was called from another host"]
        );
        assert!(told(explorer, "WS-1", false).is_empty(), "it called itself");
        assert!(told(explorer, "SRV", true).is_empty(), "from its own host");
        assert!(told(r"C:\Windows\System32\svchost.exe", "WS-1", true).is_empty());
    }

    #[test]
    fn calls_and_credentials_are_told() {
        let mut probe = Probe::new();
        let call = did(0, HostActivityKind::NamedPipe, "SRV").object("IWbemServices ExecMethod");
        assert_eq!(of(probe.activity(call)).len(), 1);
        let explicit = |service| {
            AuthEvent::builder(Timestamp::from_micros(MORNING), Account::parse("adm@CORP"))
                .activity(Activity::AccountSwitch)
                .src_host(Host::named("WS-1"))
                .dst_host(Host::named("SRV"))
                .logon_process(service)
        };
        assert_eq!(of(probe.auth(explicit("RPCSS"))).len(), 1);
        assert!(of(probe.auth(explicit("cifs"))).is_empty());
    }
}
