//! Administrative shares: what is written to them, and which pipes are opened through `IPC$`.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::rules::windows_paths::{is_administrative, is_program, pipe_name, share_and_path};
use crate::store::heap;
use crate::tuning::detections::admin_share::COMMON;

/// Something was written to an administrative share, or its service manager was spoken to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct AdminShare;

/// Pipes of Windows' own services, and of servers that many networks have.
const KNOWN_PIPES: [&str; 47] = [
    "atsvc",
    "browser",
    "cert",
    "ctx_winstation_api_service",
    "dav rpc service",
    "dhcpserver",
    "dnsserver",
    "efsrpc",
    "epmapper",
    "eventlog",
    "frsrpc",
    "fssagentrpc",
    "hydralspipe",
    "initshutdown",
    "ipsecpolicy",
    "keysvc",
    "llsrpc",
    "lsarpc",
    "lsass",
    "lsm_api_service",
    "msftewds",
    "msgsvc",
    "nddeapi",
    "netdfs",
    "netlogon",
    "netlogonr",
    "nsi",
    "ntsvcs",
    "plugplay",
    "policyagent",
    "protected_storage",
    "router",
    "samr",
    "scerpc",
    "sessenvpublicrpc",
    "spoolss",
    "srvsvc",
    "svcctl",
    "tapsrv",
    "termsrv_api_service",
    "trkwks",
    "w32time",
    "w32time_alt",
    "winreg",
    "winsreplicate",
    "wkssvc",
    "xactsrv",
];

/// Whether a pipe belongs to a service that hosts have without an intruder.
pub(super) fn is_known_pipe(name: &str) -> bool {
    let server = ["sql\\", "mssql", "rpcproxy\\", "winsock", "pshost", "crash", "pipe_eventroot"];
    KNOWN_PIPES.contains(&name) || server.iter().any(|begin| name.starts_with(begin))
}

heap! {
    AdminShare {}
}

impl Rule for AdminShare {
    const DETECTION: Detection = Detection {
        id: "admin_share",
        title: "A program was written to an administrative share, or a host was managed through IPC$",
        techniques: &[attack::ADMIN_SHARES],
        sees: "The file that a remote execution runs is first written to ADMIN$, C$ or another drive's \
               share; its service is managed through the pipe `svcctl`; what it prints comes back \
               through a pipe of its own, which is none of Windows' services'. Where shares are not \
               logged, a program that the kernel wrote, as it does for SMB, stands for the first.",
        needs: &[&[Need::ShareFiles, Need::Shares, Need::Pipes]],
        formula: "How rare it is that the account does so, see docs/detections/README.md. A share \
                  that was only connected to, or a program of which the log does not say whether it \
                  was written, says 2.5 nats at most.",
        blind_spots: "Shares of other names; hosts that do not log detailed share access (5145); pipes \
                      that bear the name of one of Windows' own.",
        false_positives: "Administrators who copy installers, deployment over SMB, consoles that list \
                          the services of other hosts, servers with pipes of their own.",
        ask: "Which file is it, who signed it, and was it run? Is the account an administrator's?",
        prior: 3e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::SHARE.or(EventClass::FILE).or(EventClass::PIPE);

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(activity) = seen.activity() else { return };
        let object = seen.object;
        // What only happened on the host itself moved nobody.
        if activity.peer().ip.is_some_and(|ip| ip.is_loopback()) {
            return;
        }
        let what = match activity.event_code() {
            // Sysmon tells of what is done on its own host; only the kernel speaks for others.
            Some(11) if is_program(object) => Some((format!("wrote {object} over SMB"), None)),
            Some(11) => None,
            Some(17 | 18) => on_pipe(object).filter(|_| {
                let by = activity.parent().unwrap_or_default();
                by.eq_ignore_ascii_case("System")
            }),
            _ if seen.account.is_some_and(|who| !who.can_move()) => None,
            _ if seen.class == EventClass::PIPE => on_pipe(object),
            _ => on_share(object, seen.class, activity.writes()),
        };
        let Some((what, most)) = what else { return };
        let Some(finding) = Finding::of(seen, what) else { return };
        let finding = finding.of_kind(&kind(object));
        let finding = most.map_or(finding.clone(), |most| finding.at_most(most));
        // The kernel acts for whoever came.
        found.push(match (activity.event_code(), context.sessions.cause(seen)) {
            (Some(11 | 17 | 18), Some(arrival)) => finding.by(arrival),
            (Some(11 | 17 | 18), None) => Finding { account: None, ..finding },
            _ => finding,
        });
    }
}

/// What a folded object has in common with what the same account does there on other days: the share
/// and the first folder in it, for the packages of a deployment change below it; of a pipe what stands
/// before the numbers and names of hosts that programs add.
fn kind(object: &str) -> [&str; 2] {
    match share_and_path(object) {
        (share, path) if is_administrative(share) => {
            [share, path.split_once('\\').map_or("", |(first, _)| first)]
        }
        _ => {
            let name = pipe_name(object);
            let end = name.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(name.len());
            ["", &name[..end]]
        }
    }
}

/// What it says that this was opened, and how many nats at most.
fn on_share(
    object: &str,
    class: EventClass,
    writes: Option<bool>,
) -> Option<(String, Option<f64>)> {
    let (share, path) = share_and_path(object);
    if share == "ipc$" {
        return on_pipe(object);
    }
    if !is_administrative(share) {
        return None;
    }
    match writes {
        Some(true) if is_program(path) => Some((format!("wrote {path} to {share}"), None)),
        None if is_program(path) => Some((format!("opened {path} of {share}"), Some(COMMON))),
        None if class == EventClass::SHARE && path.is_empty() => {
            Some((format!("connected to {share}"), Some(COMMON)))
        }
        _ => None,
    }
}

fn on_pipe(object: &str) -> Option<(String, Option<f64>)> {
    // A call of an interface is no pipe, and its interface is known by its name only.
    let call = object.contains(' ');
    match pipe_name(object) {
        "svcctl" | "ntsvcs" => Some(("spoke to the service manager".to_owned(), None)),
        name if !call && !name.is_empty() && !is_known_pipe(name) => {
            Some((format!("opened the unusual pipe {name}"), None))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::kind;
    use crate::event::{Account, Host, HostActivityBuilder, HostActivityKind};
    use crate::rules::testing::{Probe, did};

    fn opened<'a>(seconds: i64, object: &'a str, account: &'a str) -> HostActivityBuilder<'a> {
        did(seconds, HostActivityKind::ShareAccess, "SRV")
            .account(Account::parse(account))
            .peer(Host::named("WS-1"))
            .object(object)
            .event_code(5145)
    }

    fn of(found: Vec<String>) -> Vec<String> {
        found.into_iter().filter(|told| told.starts_with("admin_share")).collect()
    }

    #[test]
    fn programs_written_to_a_drive_s_share_are_told() {
        let mut probe = Probe::new();
        let mut told =
            |object, writes| of(probe.activity(opened(0, object, "bob@CORP").writes(writes)));
        assert_eq!(told(r"\\*\ADMIN$\x.exe", true), ["admin_share: wrote x.exe to admin$"]);
        assert!(told(r"\\*\ADMIN$\x.exe", false).is_empty(), "it was read");
        assert!(told(r"\\*\C$\list.txt", true).is_empty(), "it is no program");
        assert!(told(r"\\*\software\x.exe", true).is_empty(), "it is everybody's share");
    }

    #[test]
    fn a_deployment_is_known_by_its_folder_and_a_pipe_by_what_it_begins_with() {
        assert_eq!(kind(r"\\*\c$\deploy\pkg-7\a.exe"), kind(r"\\*\c$\deploy\pkg-8\b.exe"));
        assert_ne!(kind(r"\\*\c$\deploy\a.exe"), kind(r"\\*\admin$\a.exe"));
        assert_eq!(kind(r"\\*\ipc$\agent-ws1-7"), kind(r"\\*\ipc$\agent-ws2-9"));
        assert_ne!(kind(r"\\*\ipc$\agent-ws1-7"), kind(r"\\*\ipc$\svcctl"));
    }

    #[test]
    fn pipes_that_no_service_of_windows_has_are_told() {
        let mut probe = Probe::new();
        let mut told =
            |object, account| of(probe.activity(opened(0, object, account).writes(true)));
        assert_eq!(
            told(r"\\*\IPC$\agent-stdout", "bob@CORP"),
            ["admin_share: opened the unusual pipe agent-stdout"]
        );
        assert_eq!(
            told(r"\\*\IPC$\svcctl", "bob@CORP"),
            ["admin_share: spoke to the service manager"]
        );
        for usual in [r"\\*\IPC$\srvsvc", r"\\*\IPC$", r"\\*\IPC$\sql\query"] {
            assert!(told(usual, "bob@CORP").is_empty(), "{usual}");
        }
        assert!(told(r"\\*\IPC$\svcctl", "WS-1$@CORP").is_empty(), "machines may");
    }

    #[test]
    fn the_kernel_speaks_for_others_and_programs_for_themselves() {
        let mut probe = Probe::new();
        let pipe = |by| did(0, HostActivityKind::NamedPipe, "SRV").object(r"\ntsvcs").parent(by);
        let told = of(probe.activity(pipe("System").event_code(18)));
        assert_eq!(told, ["admin_share: spoke to the service manager"]);
        assert!(of(probe.activity(pipe("services.exe").event_code(18))).is_empty());
        let file = did(1, HostActivityKind::FileTransfer, "SRV").event_code(11);
        let told = of(probe.activity(file.clone().object(r"C:\ProgramData\x.exe")));
        assert_eq!(told, [r"admin_share: wrote c:\programdata\x.exe over SMB"]);
        assert!(of(probe.activity(file.object(r"C:\logs\x.etl"))).is_empty());
    }
}
