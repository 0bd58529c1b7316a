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

/// Whether a folded command line names a program, with a path and ending or without.
pub(super) fn runs(command: &str, program: &str) -> bool {
    let parts = command.split(|c: char| c.is_whitespace() || r#"\/"'&|()"#.contains(c));
    parts.map(|part| part.strip_suffix(".exe").unwrap_or(part)).any(|part| part == program)
}

/// The folded command line of a service `name (command line)`; empty where none is given.
pub(super) fn command_of_service(object: &str) -> &str {
    let command = object.split_once(" (").map_or("", |(_, command)| command);
    command.strip_suffix(')').unwrap_or(command)
}

/// Whether a folded command line sends its output to an administrative share of the host that runs
/// it, as remote shells do to fetch it from there.
pub(super) fn answers_through_own_share(command: &str, host: &str) -> bool {
    let own = host.split('.').next().unwrap_or(host);
    let is_own = |server: &str| {
        let label = server.split('.').next().unwrap_or(server);
        matches!(server, "localhost" | "::1" | "." | "0--1.ipv6-literal.net")
            || server.starts_with("127.")
            || label.eq_ignore_ascii_case(own)
    };
    command.split('>').skip(1).any(|rest| {
        let path = rest.trim_start_matches([' ', '"', '\'']).strip_prefix(r"\\");
        let Some((server, path)) = path.and_then(|path| path.split_once('\\')) else {
            return false;
        };
        let share = path.split(['\\', ' ', '"']).next().unwrap_or(path);
        is_own(server) && is_administrative(share)
    })
}

/// Whether a folded command line writes to a named pipe of its own host.
pub(super) fn writes_to_own_pipe(command: &str) -> bool {
    let targets = command.split('>').skip(1);
    targets
        .map(|rest| rest.trim_start_matches([' ', '"']))
        .any(|rest| rest.starts_with(r"\\.\pipe\"))
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
    fn a_program_is_named_with_and_without_its_path() {
        for command in [
            "tscon 2",
            r"c:\windows\system32\tscon.exe 2",
            "cmd /k tscon 2 /dest:x",
            r#""tscon.exe" 2"#,
        ] {
            assert!(runs(command, "tscon"), "{command}");
        }
        assert!(!runs("mytscon.exe 2", "tscon") && !runs("", "tscon"));
        assert_eq!(command_of_service("x (cmd /c dir (all))"), "cmd /c dir (all)");
        assert_eq!(command_of_service("a service without a path"), "");
    }

    #[test]
    fn output_to_a_share_of_the_host_itself_is_seen() {
        for command in [
            r"cmd.exe /q /c whoami 1> \\127.0.0.1\admin$\__17.7 2>&1",
            r#"cmd /c dir > "\\localhost\c$\x" 2>&1"#,
            r"cmd /q /c echo cd ^> \\127.0.0.1\c$\__output 2^>^&1 > %temp%\x.bat & %temp%\x.bat",
            r"cmd /c dir >> \\srv-1\d$\x",
            r"cmd /c dir >\\srv-1.corp.example\admin$\x",
        ] {
            assert!(answers_through_own_share(command, "SRV-1"), "{command}");
        }
        for command in [
            r"cmd /c dir > \\files\c$\x",
            r"cmd /c dir > \\127.0.0.1\reports\x",
            r"cmd /c dir > c:\temp\x.txt 2>&1",
            r"copy \\127.0.0.1\admin$\x y",
            "dir >",
        ] {
            assert!(!answers_through_own_share(command, "SRV-1"), "{command}");
        }
        assert!(writes_to_own_pipe(r"cmd.exe /c echo abc > \\.\pipe\abc"));
        assert!(!writes_to_own_pipe(r"cmd.exe /c echo abc > \\files\pipe\abc"));
        assert!(!writes_to_own_pipe(r"server.exe \\.\pipe\abc"));
    }

    #[test]
    fn a_drive_s_share_is_administrative() {
        assert!(is_administrative("c$") && is_administrative("admin$"));
        assert!(!is_administrative("ipc$") && !is_administrative("1$") && !is_administrative("x"));
        assert_eq!(share_and_path(r"\\*\c$\tools\x.exe"), ("c$", r"tools\x.exe"));
        assert_eq!(file_name(r"c:\tools\x.exe"), "x.exe");
    }
}
