//! Administrative shares: what is written to them, and which pipes are opened through `IPC$`.

use serde::{Deserialize, Serialize};

use super::attack;
use super::detection::{Detection, Need};
use super::layer::{Around, Rule};
use super::seen::{Class, Finding, Seen};

/// Something was written to an administrative share, or its service manager was spoken to.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct AdminShare;

/// Endings of what a host runs.
const PROGRAMS: [&str; 12] =
    [".exe", ".dll", ".sys", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".hta", ".msi", ".scr", ".wsf"];

/// Whether a path ends as a program does.
pub(super) fn is_program(path: &str) -> bool {
    PROGRAMS.iter().any(|ending| path.ends_with(ending))
}

/// The share and the path in it of a folded `\\host\share\path`.
pub(super) fn share_and_path(object: &str) -> (&str, &str) {
    let rest = object.trim_start_matches('\\');
    let rest = rest.split_once('\\').map_or(rest, |(_, rest)| rest);
    rest.split_once('\\').unwrap_or((rest, ""))
}

/// Whether a share is one that every Windows host has for its administrators.
pub(super) fn is_administrative(share: &str) -> bool {
    let drive =
        share.len() == 2 && share.ends_with('$') && share.as_bytes()[0].is_ascii_alphabetic();
    share == "admin$" || drive
}

impl Rule for AdminShare {
    const DETECTION: Detection = Detection {
        id: "admin_share",
        title: "A program was written to an administrative share, or services were managed through IPC$",
        techniques: &[attack::ADMIN_SHARES],
        sees: "The file that a remote execution runs is first written to ADMIN$, C$ or another drive's \
               share; its service is made through the pipe `svcctl`.",
        needs: &[&[Need::ShareFiles, Need::Pipes]],
        formula: "How rare it is that the account does so, see docs/detections/README.md.",
        blind_spots: "Shares of other names; hosts that do not log detailed share access (5145).",
        false_positives: "Administrators who copy installers, deployment over SMB, consoles that list \
                          the services of other hosts.",
        ask: "Which file is it, who signed it, and was it run? Is the account an administrator's?",
        prior: 3e-3,
        opens: true,
    };
    const WANTS: Class = Class::SHARE.or(Class::FILE);

    fn look(&mut self, seen: &Seen<'_>, _around: &Around<'_>, found: &mut Vec<Finding>) {
        if !seen.account.is_none_or(|who| who.can_move()) {
            return;
        }
        let object = seen.object();
        let (share, path) = share_and_path(&object);
        let writes = seen.activity().and_then(|activity| activity.writes()) == Some(true);
        let what = if is_administrative(share) && writes && is_program(path) {
            format!("wrote {path} to {share}")
        } else if share == "ipc$" && path == "svcctl" {
            "spoke to the service manager".to_owned()
        } else {
            return;
        };
        found.extend(Finding::of(seen, what));
    }
}
