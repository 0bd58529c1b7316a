//! Names of programs, and what they give away.

/// Endings of what a host runs.
const PROGRAMS: [&str; 12] =
    [".exe", ".dll", ".sys", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".hta", ".msi", ".scr", ".wsf"];

/// Programs that run what they are told, as services and remote shells use them.
const INTERPRETERS: [&str; 9] = [
    "cmd.exe",
    "powershell.exe",
    "pwsh.exe",
    "mshta.exe",
    "wscript.exe",
    "cscript.exe",
    "rundll32.exe",
    "regsvr32.exe",
    "msbuild.exe",
];

/// Whether a folded path ends as a program does.
pub(super) fn is_program(path: &str) -> bool {
    PROGRAMS.iter().any(|ending| path.ends_with(ending))
}

/// Whether a file name is that of a program that runs what it is told.
pub(super) fn is_interpreter(name: &str) -> bool {
    INTERPRETERS.contains(&name)
}

/// What follows the last stroke of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['\\', '/']).next().unwrap_or(path)
}

/// What stands before the last stroke of a path; nothing where there is none.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once(['\\', '/']).map_or("", |(folder, _)| folder)
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

/// The pipe that was opened over the network, without what stands before and after its name: of
/// `\\*\ipc$\svcctl`, `\svcctl` or `svcctl createservicew`.
pub(super) fn pipe_name(object: &str) -> &str {
    let path = match share_and_path(object) {
        ("ipc$", path) => path,
        _ => object.trim_start_matches('\\'),
    };
    path.split(' ').next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_is_named_alike_by_every_log() {
        for object in [r"\\*\ipc$\svcctl", r"\svcctl", "svcctl", "svcctl createservicew"] {
            assert_eq!(pipe_name(object), "svcctl", "{object}");
        }
        assert_eq!(pipe_name(r"\\*\ipc$"), "");
    }

    #[test]
    fn a_drive_s_share_is_administrative() {
        assert!(is_administrative("c$") && is_administrative("admin$"));
        assert!(!is_administrative("ipc$") && !is_administrative("1$") && !is_administrative("x"));
        assert_eq!(share_and_path(r"\\*\c$\tools\x.exe"), ("c$", r"tools\x.exe"));
        assert_eq!(file_name(r"c:\tools\x.exe"), "x.exe");
    }
}
