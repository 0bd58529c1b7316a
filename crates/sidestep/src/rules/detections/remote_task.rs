//! A scheduled task made or changed from another host.

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::rules::windows_paths::{
    answers_through_own_share, file_name, pipe_name, share_and_path,
};
use crate::store::heap;
use crate::tuning::detections::remote_task::{ASKED, BY_FILE};

/// A task was made or changed over the network.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct RemoteTask;

/// Interfaces of the task scheduler, old and new.
const SCHEDULERS: [&str; 3] = ["atsvc", "itaskschedulerservice", "sasec"];

/// What their calls that make, change or run a task have in their names.
const CALLS: [&str; 5] = ["register", "jobadd", "schrpcrun", "setaccountinformation", "enabletask"];

/// What starts the programs of tasks, in Windows of any version.
const STARTERS: [&str; 3] = ["svchost.exe", "taskeng.exe", "taskhostw.exe"];

/// A command that the scheduler started and whose output waits to be fetched.
fn shell(seen: &Observation<'_>, context: &RuleContext<'_>) -> Option<Finding> {
    let activity = seen.activity()?;
    let parent = activity.parent()?.to_ascii_lowercase();
    let command = activity.detail().filter(|_| STARTERS.contains(&file_name(&parent)))?;
    let command = command.to_ascii_lowercase();
    let (most, to) = if answers_through_own_share(&command, seen.destination?.name()) {
        (f64::INFINITY, "an administrative share of the host itself")
    } else if seen.is_by_system() && answers_through_file(&command) {
        (BY_FILE, "a temporary file of Windows")
    } else {
        return None;
    };
    let finding = Finding::of(seen, format!("a task ran a command, its output sent to {to}"))?;
    let finding = finding.of_kind(&["shell"]).at_most(most);
    Some(match context.sessions.cause(seen) {
        Some(arrival) => finding.by(arrival),
        None => finding,
    })
}

/// Whether a folded command line is a shell's whose output and errors go to `x.tmp` directly in the
/// folder for temporary files of Windows.
fn answers_through_file(command: &str) -> bool {
    let folders = [r"%windir%\temp\", r"%systemroot%\temp\", r"c:\windows\temp\"];
    let is_one = |rest: &str| {
        let path = rest.trim_start_matches([' ', '"']);
        let file = folders.iter().find_map(|folder| path.strip_prefix(folder));
        let file = file.and_then(|file| file.split(['"', ' ']).next());
        file.is_some_and(|file| !file.contains('\\') && file.ends_with(".tmp"))
    };
    command.contains("2>&1") && command.split('>').skip(1).any(is_one)
}

heap! {
    RemoteTask {}
}

impl Rule for RemoteTask {
    const DETECTION: Detection = Detection {
        id: "remote_task",
        title: "A scheduled task was made or changed from another host",
        techniques: &[attack::SCHEDULED_TASK],
        sees: "A task that Windows says was asked for by another host (4698 and 4702 with \
               `ClientProcessId` 0), or that was made within the session of a logon over the network; \
               the scheduler's pipe `atsvc` opened through IPC$; and on the wire, the calls that make, \
               change and run tasks. Without any of these, a command that the scheduler starts and whose \
               output goes to an administrative share of the host itself, or as the system to a file \
               `.tmp` directly in the folder for temporary files of Windows, to be fetched from there.",
        needs: &[&[Need::Tasks, Need::Pipes, Need::Processes]],
        formula: "How rare it is that the account does so, see docs/detections/README.md. Calls that \
                  only ask say 2 nats at most, and output to a temporary file 4.5.",
        blind_spots: "Tasks made by a program that was first run on the host in another way; hosts \
                      that do not audit object access; encrypted calls.",
        false_positives: "Management software that schedules its work over the network, \
                          administrators who do. Each becomes usual for its account within days.",
        ask: "What does the task run, and as whom? Who else has a task of that name? Was it deleted \
              again soon after?",
        prior: 2e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass =
        EventClass::TASK.or(EventClass::SHARE).or(EventClass::PIPE).or(EventClass::PROCESS);

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        let Some(activity) = seen.activity() else { return };
        let may = seen.account.is_none_or(|who| who.can_move());
        let object = seen.object;
        if seen.class == EventClass::PROCESS {
            found.extend(shell(seen, context));
            return;
        }
        if seen.class == EventClass::TASK {
            let session = context.sessions.session(seen);
            let asked =
                activity.remote() == Some(true) || session.is_some() && activity.remote().is_none();
            if asked && may {
                let name = activity.object().unwrap_or("a task");
                let finding = Finding::of(seen, format!("made or changed the task {name}"));
                let finding = finding.map(|finding| finding.of_kind(&["task", object]));
                found.extend(finding.map(|finding| match session {
                    Some(arrival) => finding.by(arrival),
                    None => finding,
                }));
            }
            return;
        }
        if seen.class == EventClass::SHARE && share_and_path(object).0 != "ipc$" || !may {
            return;
        }
        let pipe = pipe_name(object);
        if !SCHEDULERS.contains(&pipe) {
            return;
        }
        let kernel = activity.parent().is_some_and(|by| by.eq_ignore_ascii_case("System"));
        if activity.event_code().is_some_and(|code| matches!(code, 17 | 18)) && !kernel {
            return;
        }
        let finding = match object.split_once(' ') {
            Some((_, call)) if CALLS.iter().any(|part| call.contains(part)) => {
                Finding::of(seen, format!("called {object}")).map(|it| it.of_kind(&["call"]))
            }
            Some(_) => Finding::of(seen, format!("called {object}")).map(|it| it.at_most(ASKED)),
            None => Finding::of(seen, "spoke to the task scheduler"),
        };
        found.extend(finding);
    }
}

#[cfg(test)]
mod tests {
    use crate::event::{Account, Host, HostActivityBuilder, HostActivityKind};
    use crate::rules::testing::{Probe, did, logon};

    fn task<'a>(seconds: i64, account: &'a str, session: u64) -> HostActivityBuilder<'a> {
        did(seconds, HostActivityKind::ScheduledTask, "SRV")
            .account(Account::parse(account))
            .logon_id(session)
            .object(r"\Update")
            .event_code(4698)
    }

    #[test]
    fn a_task_is_told_by_the_session_or_by_what_windows_says() {
        let mut probe = Probe::new();
        probe.auth(logon(0, "bob@CORP", "WS-1", "SRV").logon_id(0x99));
        let told = [r"remote_task: made or changed the task \Update"];
        assert_eq!(probe.activity(task(5, "bob@CORP", 0x99)), told);
        assert_eq!(probe.activity(task(900, "amy@CORP", 0x77).remote(true)), told);
    }

    #[test]
    fn tasks_of_the_host_itself_are_not() {
        let mut probe = Probe::new();
        probe.auth(logon(0, "bob@CORP", "WS-1", "SRV").logon_id(0x99));
        assert!(probe.activity(task(5, "SRV$@CORP", 0x3e7)).is_empty(), "the system's own");
        assert!(probe.activity(task(5, "bob@CORP", 0x77)).is_empty(), "another session");
        assert!(probe.activity(task(5, "bob@CORP", 0x99).remote(false)).is_empty());
    }

    #[test]
    fn calls_of_the_scheduler_are_told_on_the_wire() {
        let mut probe = Probe::new();
        let mut told = |object, code: Option<u32>| {
            let call = did(0, HostActivityKind::NamedPipe, "SRV").object(object);
            let call = code.map_or(call.clone(), |code| call.event_code(code).parent("mmc.exe"));
            !probe.activity(call.peer(Host::named("WS-1"))).is_empty()
        };
        assert!(told("ITaskSchedulerService SchRpcRegisterTask", None));
        assert!(told("atsvc NetrJobAdd", None));
        assert!(!told("samr SamrConnect5", None));
        assert!(!told(r"\atsvc", Some(18)), "a program of this host");
    }

    #[test]
    fn a_task_whose_output_waits_to_be_fetched_is_told() {
        let found = |account, parent, command| {
            let start = did(0, HostActivityKind::ProcessStart, "SRV").object("cmd.exe");
            let start = start.parent(parent).detail(command).account(Account::parse(account));
            Probe::new().activity(start).len()
        };
        let share = r"cmd.exe /C whoami > \\127.0.0.1\ADMIN$\Temp\x 2>&1";
        let file = r"cmd.exe /C whoami > %windir%\Temp\AbCdEfGh.tmp 2>&1";
        assert_eq!(found("bob@CORP", r"C:\Windows\System32\svchost.exe", share), 1);
        assert_eq!(found("SYSTEM", r"C:\Windows\System32\taskeng.exe", file), 1);
        assert_eq!(found("bob@CORP", "svchost.exe", file), 0, "somebody's own task");
        assert_eq!(found("SYSTEM", "explorer.exe", file), 0, "no task");
        let log = r"cmd.exe /C backup > C:\Windows\Temp\backup.log 2>&1";
        assert_eq!(found("SYSTEM", "svchost.exe", log), 0, "a log of its own");
    }
}
