//! Programs that were copied to a host over the network, and then run there.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::attack;
use crate::rules::detection::{Detection, Need, Role};
use crate::rules::finding::Finding;
use crate::rules::observation::{EventClass, Observation};
use crate::rules::rule::{Rule, RuleContext};
use crate::rules::windows_paths::{
    file_name, folder, is_administrative, is_program, share_and_path,
};
use crate::store::TtlMap;
use crate::store::{Id, heap};
use crate::time::Micros;
use crate::tuning::detections::lateral_tool_transfer::{COPIED, FILES, REMEMBERED};

/// Programs that came to each host over the network.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct LateralToolTransfer {
    hosts: TtlMap<Id, VecDeque<File>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct File {
    time: Micros,
    name: String,
    account: Option<Id>,
    source: Option<Id>,
}

heap! {
    LateralToolTransfer { hosts }
    File { name }
}

impl Rule for LateralToolTransfer {
    const DETECTION: Detection = Detection {
        id: "lateral_tool_transfer",
        title: "A program was copied to a host over the network, and run there",
        techniques: &[attack::TOOL_TRANSFER],
        sees: "A program written to an administrative share (5145, Zeek smb_files), or by the kernel \
               for SMB (Sysmon 11); within a day, a process, service or task of the same file name on \
               that host.",
        needs: &[&[Need::ShareFiles], &[Need::ShareFiles, Need::Processes, Need::Services]],
        formula: "How rare it is that the account does so, see docs/detections/README.md. A copy that \
                  nobody ran says 3.5 nats at most.",
        blind_spots: "Files that are renamed after they came; files that are loaded by another \
                      program; copies by other means than SMB.",
        false_positives: "Software deployment over SMB, usual for its account within days.",
        ask: "Which file is it, who signed it, and where else is it?",
        prior: 1.5e-3,
        role: Role::Opens,
    };
    const WANTS: EventClass = EventClass::SHARE
        .or(EventClass::FILE)
        .or(EventClass::PROCESS)
        .or(EventClass::SERVICE)
        .or(EventClass::TASK);

    fn evaluate(
        &mut self,
        seen: &Observation<'_>,
        context: &RuleContext<'_>,
        found: &mut Vec<Finding>,
    ) {
        match seen.class {
            EventClass::SHARE | EventClass::FILE => found.extend(self.copied(seen, context)),
            _ => found.extend(self.run(seen)),
        }
    }

    fn forget(&mut self, now: Micros) {
        self.hosts.forget(now - REMEMBERED);
    }
}

impl LateralToolTransfer {
    fn copied(&mut self, seen: &Observation<'_>, context: &RuleContext<'_>) -> Option<Finding> {
        let activity = seen.activity()?;
        let host = seen.destination?.id;
        let object = seen.object;
        if !is_program(object)
            || seen.account.is_some_and(|who| !who.can_move() && seen.source.is_some())
        {
            return None;
        }
        let kernel = activity.event_code() == Some(11);
        let (share, path) = share_and_path(object);
        let written = kernel || activity.writes() == Some(true);
        let opened = written || seen.class == EventClass::FILE && activity.writes().is_none();
        if !opened {
            return None;
        }
        let finding = Finding::of(seen, format!("copied {} there", file_name(object)))?;
        let finding = match context.sessions.cause(seen).filter(|_| kernel) {
            Some(arrival) => finding.by(arrival),
            None if kernel => Finding { account: None, ..finding },
            None => finding,
        };
        let name = file_name(object).to_owned();
        let (account, source) = (finding.account, finding.source);
        let is_again = self.remember(host, File { time: seen.time, name, account, source });
        let telling = written && (kernel || is_administrative(share)) && !is_again;
        // A deployment copies into the same folder every day.
        let (share, path) = if kernel { ("", object) } else { (share, path) };
        telling.then(|| finding.at_most(COPIED).of_kind(&["copied", share, folder(path)]))
    }

    /// Whether it was known.
    fn remember(&mut self, host: Id, file: File) -> bool {
        let files = self.hosts.touch(host, file.time);
        files.retain(|known| file.time - known.time <= REMEMBERED);
        let known = files.iter().position(|known| known.name == file.name);
        if let Some(at) = known {
            files.remove(at);
        } else if files.len() >= FILES {
            files.pop_front();
        }
        files.push_back(file);
        known.is_some()
    }

    fn run(&mut self, seen: &Observation<'_>) -> Option<Finding> {
        let object = seen.object;
        let files = self.hosts.get_mut(&seen.destination?.id)?;
        let runs = |file: &File| {
            (0..=REMEMBERED).contains(&(seen.time - file.time))
                && if seen.class == EventClass::PROCESS {
                    file_name(object) == file.name
                } else {
                    object.split(['\\', '/', '"', ' ', '(', ')']).any(|part| part == file.name)
                }
        };
        let at = files.iter().position(runs)?;
        let file = files.remove(at)?;
        let finding =
            Finding::of(seen, format!("{} came over the network and was run", file.name))?;
        Some(Finding {
            account: file.account.or(finding.account),
            source: file.source.or(finding.source),
            ..finding.of_kind(&["run", &file.name])
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{FILES, File, LateralToolTransfer};
    use crate::event::{Account, Host, HostActivityKind};
    use crate::rules::rule::Rule;
    use crate::rules::testing::{Probe, did};

    fn of(found: Vec<String>) -> Vec<String> {
        found.into_iter().filter(|told| told.starts_with("lateral_tool")).collect()
    }

    fn told(share: &str, kind: HostActivityKind, program: &str) -> (usize, Vec<String>) {
        let mut probe = Probe::new();
        let file = did(0, HostActivityKind::ShareAccess, "SRV").object(share).writes(true);
        let file = file.account(Account::parse("bob@CORP")).peer(Host::named("WS-1"));
        let copied = of(probe.activity(file.event_code(5145))).len();
        (copied, of(probe.activity(did(60, kind, "SRV").object(program).parent("x"))))
    }

    #[test]
    fn what_came_and_is_run_is_told() {
        let run = ["lateral_tool_transfer: y.exe came over the network and was run"];
        let process = HostActivityKind::ProcessStart;
        let service = HostActivityKind::ServiceInstall;
        assert_eq!(
            told(r"\\*\ADMIN$\y.exe", process, r"C:\Windows\Y.exe"),
            (1, run.map(Into::into).to_vec())
        );
        assert_eq!(told(r"\\*\C$\t\y.exe", service, r"svc (C:\t\y.exe -s)").1, run);
        assert_eq!(
            told(r"\\*\drop\y.exe", process, r"C:\drop\y.exe"),
            (0, run.map(Into::into).to_vec())
        );
    }

    #[test]
    fn other_programs_and_other_files_are_not() {
        let process = HostActivityKind::ProcessStart;
        assert!(told(r"\\*\ADMIN$\y.exe", process, r"C:\Windows\z.exe").1.is_empty());
        assert_eq!(told(r"\\*\ADMIN$\y.txt", process, r"C:\Windows\y.txt"), (0, Vec::new()));
    }

    #[test]
    fn files_are_bounded_and_forgotten() {
        let mut rule = LateralToolTransfer::default();
        for time in 0..=FILES as i64 {
            let name = format!("{time}.exe");
            rule.remember(1, File { time, name, account: None, source: None });
        }
        assert_eq!(rule.hosts.get(&1).map(|files| files.len()), Some(FILES));
        rule.forget(2 * crate::time::DAY);
        assert!(rule.hosts.is_empty());
    }
}
