//! What services, tasks, programs, shares and pipes are called, for every dialect alike.

use crate::activity::{Pipe, Purpose, Service, Share, SimActivity};
use crate::rng::mix;

/// Software that is managed centrally: service, folder, program, and whether it is copied to the
/// folder of Windows to be run from there.
const SOFTWARE: [(&str, &str, &str, bool); 8] = [
    ("InventoryAgent", "Inventory Agent", "invagent.exe", false),
    ("EndpointHealth", "Endpoint Health", "ephealth.exe", false),
    ("PatchRunner", "Patch Runner", "patchrunner.exe", true),
    ("LogForwarder", "Log Forwarder", "logfwd.exe", false),
    ("RemoteAssistSvc", "Remote Assist", "rassist.exe", true),
    ("DeployService", "Deploy Service", "deploysvc.exe", true),
    ("BackupTransport", "Backup Transport", "bktransport.exe", false),
    ("AssetScanner", "Asset Scanner", "assetscan.exe", true),
];
const TOOLS: [(&str, &str); 4] = [
    ("PSEXESVC", "PSEXESVC.exe"),
    ("PSEXESVC", "PSEXESVC.exe"),
    ("PAExec", "PAExec.exe"),
    ("RemComSvc", "RemComSvc.exe"),
];
const LOCAL: [(&str, &str); 6] = [
    ("BrowserUpdate", r"C:\Program Files (x86)\Browser\Update\update.exe"),
    ("MeetingHelper", r"C:\Program Files\Meeting\helper.exe"),
    ("PdfPrinterService", r"C:\Program Files\PDF Printer\pdfsvc.exe"),
    ("VpnAgent", r"C:\Program Files\VPN Client\vpnagent.exe"),
    ("DriverHost", r"C:\Windows\System32\drivers\driverhost.exe"),
    ("SyncService", r"C:\Program Files\Cloud Sync\syncsvc.exe"),
];
const DISGUISES: [(&str, &str); 6] = [
    ("WinUpdateSvc", "wupdmgr32.exe"),
    ("SecurityHealthHost", "shealth.exe"),
    ("NetDiagnostics", "netdiag.exe"),
    ("SpoolerHelper", "splhelp.exe"),
    ("TimeBrokerHost", "tbhost.exe"),
    ("DeployService", "deploysvc.exe"),
];

const CMD: &str = r"C:\Windows\System32\cmd.exe";
const POWERSHELL: &str = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe";

/// Programs and their command lines, by what they are for. Administrators and intruders use much
/// the same.
const QUERIES: [(&str, &str); 5] = [
    (r"C:\Windows\System32\cscript.exe", r"cscript.exe //nologo C:\Windows\Temp\probe.vbs"),
    (POWERSHELL, "powershell.exe -NoProfile -Command Get-Counter"),
    (CMD, r"cmd.exe /c typeperf -sc 1 \Processor(_Total)\*"),
    (r"C:\Program Files\Monitor\probe.exe", "probe.exe /once"),
    (r"C:\Windows\System32\sc.exe", "sc.exe query"),
];
const CARE: [(&str, &str); 7] = [
    (POWERSHELL, "powershell.exe -NoProfile -ExecutionPolicy Bypass -File deploy.ps1"),
    (CMD, "cmd.exe /c gpupdate /force"),
    (r"C:\Windows\System32\msiexec.exe", r"msiexec.exe /i C:\Windows\Temp\package.msi /qn"),
    (CMD, r"cmd.exe /c C:\Windows\Temp\setup.cmd"),
    (r"C:\Windows\System32\net.exe", "net.exe stop spooler"),
    (POWERSHELL, "powershell.exe -NoProfile -EncodedCommand UgBlAHMAdABhAHIAdAA="),
    (r"C:\Windows\System32\whoami.exe", "whoami.exe /all"),
];
const INTRUSIONS: [(&str, &str); 8] = [
    (CMD, r"cmd.exe /Q /c cd \ 1> \\127.0.0.1\ADMIN$\__1709 2>&1"),
    (CMD, r"cmd.exe /Q /c whoami 1> \\127.0.0.1\ADMIN$\__1710 2>&1"),
    (POWERSHELL, "powershell.exe -NoP -NonI -W Hidden -Enc SQBFAFgAIAAoAE4AZQB3AC0ATwBiAGoA"),
    (POWERSHELL, "powershell.exe -NoProfile -Command Get-Process"),
    (r"C:\Windows\System32\rundll32.exe", r"rundll32.exe C:\Windows\Temp\a.dll,Start"),
    (r"C:\Windows\System32\net.exe", "net.exe localgroup administrators"),
    (r"C:\Windows\System32\whoami.exe", "whoami.exe /all"),
    (r"C:\Windows\System32\mshta.exe", r"mshta.exe C:\Users\Public\a.hta"),
];

/// Shares of departments, and what kinds of files they hold.
const FILE_SHARES: [&str; 4] = ["Users", "Team", "Projects", "Public"];
const KINDS: [&str; 5] = ["docx", "xlsx", "pdf", "txt", "zip"];
/// What is looked at on another host's drive, and what is copied to it.
const LOOKED_AT: [(&str, &str); 5] = [
    ("C$", r"Windows\Temp"),
    ("C$", "Users"),
    ("C$", r"Program Files\App\app.log"),
    ("ADMIN$", "WindowsUpdate.log"),
    ("D$", "Data"),
];
const COPIED: [(&str, &str); 6] = [
    ("C$", r"Windows\Temp\setup.exe"),
    ("C$", r"Windows\Temp\tool.exe"),
    ("C$", r"ProgramData\package.msi"),
    ("C$", r"Windows\Temp\run.ps1"),
    ("ADMIN$", r"Temp\setup.exe"),
    ("ADMIN$", "tool.exe"),
];

/// Rights to a file, as Windows writes them: the mask, and the list that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Access {
    pub(super) mask: &'static str,
    pub(super) list: &'static str,
}

/// To list a folder or open a share.
pub(super) const LIST: Access = Access { mask: "0x1", list: "%%4416" };
const READ: Access =
    Access { mask: "0x120089", list: "%%1538\n\t\t\t\t%%1541\n\t\t\t\t%%4416\n\t\t\t\t%%4423" };
/// To write a file.
pub(super) const WRITE: Access = Access { mask: "0x2", list: "%%4417" };
/// To talk through a pipe.
pub(super) const TALK: Access = Access {
    mask: "0x12019f",
    list: "%%1538\n\t\t\t\t%%1541\n\t\t\t\t%%4416\n\t\t\t\t%%4417\n\t\t\t\t%%4418",
};

/// A share, and the files in it that are asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Opened {
    pub(super) share: &'static str,
    pub(super) files: Vec<(String, Access)>,
}

impl Opened {
    fn new(share: &'static str, files: Vec<(String, Access)>) -> Self {
        Self { share, files }
    }
}

/// A service: its name, what it runs, and the file to be copied for it, if any.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Installed {
    pub(super) name: String,
    pub(super) image: String,
    /// The program that starts, without its arguments.
    pub(super) program: String,
    /// Below the folder of Windows.
    pub(super) copied: Option<String>,
    /// Whether it starts with the host.
    pub(super) automatic: bool,
}

/// A registered task: its name, and the program and command line that it runs.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Task {
    pub(super) name: String,
    pub(super) program: &'static str,
    pub(super) command: &'static str,
}

/// What an activity's random bits say for one purpose.
fn dice(activity: &SimActivity, what: u64) -> u64 {
    mix(u64::from(activity.roll) ^ mix(what))
}

fn one_of<T: Copy>(list: &[T], dice: u64) -> Option<T> {
    let length = u64::try_from(list.len()).unwrap_or(1).max(1);
    let index = usize::try_from(dice % length).unwrap_or(0);
    list.get(index).copied()
}

/// Eight letters that mean nothing.
fn letters(dice: u64) -> String {
    let mut left = dice;
    let mut letter = || {
        let place = u8::try_from(left % 26).unwrap_or(0);
        left /= 26;
        char::from(b'a' + place)
    };
    let mut name: String = (0..8).map(|_| letter()).collect();
    name.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
    name
}

/// The service that an activity installs.
pub(super) fn service(activity: &SimActivity, service: Service) -> Installed {
    let pick = dice(activity, 1);
    let mut automatic = false;
    let (name, image, program, copied) = match service {
        Service::Software => {
            let (name, folder, file, copied) = one_of(&SOFTWARE, pick).unwrap_or(SOFTWARE[0]);
            automatic = true;
            let version = dice(activity, 2);
            let path = if copied {
                format!(r"C:\Windows\{file}")
            } else {
                let (major, minor) = (1 + version % 9, version / 9 % 40);
                format!(r"C:\Program Files\{folder}\{major}.{minor}\{file}")
            };
            (name.to_owned(), path.clone(), path, copied.then(|| file.to_owned()))
        }
        Service::Backup => {
            let number = dice(activity, 2) % 0xffff;
            let file = format!("VssHelper_{number:04x}.exe");
            let path = format!(r"C:\Windows\{file}");
            (format!("VssHelper_{number:04x}"), path.clone(), path, Some(file))
        }
        Service::Tool => {
            let (name, file) = one_of(&TOOLS, pick).unwrap_or(TOOLS[0]);
            let program = format!(r"C:\Windows\{file}");
            (name.to_owned(), format!(r"%SystemRoot%\{file}"), program, Some(file.to_owned()))
        }
        Service::Local => {
            let (name, path) = one_of(&LOCAL, pick).unwrap_or(LOCAL[0]);
            automatic = true;
            (name.to_owned(), path.to_owned(), path.to_owned(), None)
        }
        Service::Random => {
            let file = format!("{}.exe", letters(dice(activity, 2)));
            let program = format!(r"C:\Windows\{file}");
            (letters(pick), format!(r"%systemroot%\{file}"), program, Some(file))
        }
        Service::Disguised => {
            let (name, file) = one_of(&DISGUISES, pick).unwrap_or(DISGUISES[0]);
            let folder = if dice(activity, 2).is_multiple_of(2) { "Temp" } else { "System32" };
            let program = format!(r"C:\Windows\{folder}\{file}");
            (name.to_owned(), program.clone(), program, Some(format!(r"{folder}\{file}")))
        }
        Service::Command => {
            let batch = letters(dice(activity, 2));
            let image = format!(
                r"%COMSPEC% /Q /c echo whoami ^> \\127.0.0.1\C$\__output > %TEMP%\{batch}.bat"
            );
            (letters(pick), image, CMD.to_owned(), None)
        }
    };
    Installed { name, image, program, copied, automatic }
}

/// A program that an activity starts, and its command line; `turn` counts those of one activity.
pub(super) fn program(
    activity: &SimActivity,
    purpose: Purpose,
    turn: u64,
) -> (&'static str, &'static str) {
    let pick = dice(activity, 3 + turn);
    let list: &[(&str, &str)] = match purpose {
        Purpose::Query => &QUERIES,
        Purpose::Manage => &CARE,
        Purpose::Intrude => &INTRUSIONS,
    };
    one_of(list, pick).unwrap_or(CARE[0])
}

/// The task that an activity registers.
pub(super) fn task(activity: &SimActivity, purpose: Purpose) -> Task {
    let pick = dice(activity, 1);
    let name = match purpose {
        Purpose::Intrude if pick.is_multiple_of(3) => {
            r"\Microsoft\Windows\UpdateOrchestrator\Refresh".to_owned()
        }
        Purpose::Intrude => format!(r"\{}", letters(pick)),
        _ if pick.is_multiple_of(3) => format!(r"\Deploy-{:04}", pick % 10_000),
        _ if pick.is_multiple_of(2) => r"\Maintenance\Inventory".to_owned(),
        _ => r"\RestartService".to_owned(),
    };
    let (program, command) = program(activity, purpose, 0);
    Task { name, program, command }
}

/// The share that an activity opens on a host of this domain, of which controllers keep the policies.
pub(super) fn share(activity: &SimActivity, share: Share, domain: &str) -> Opened {
    let pick = dice(activity, 1);
    let one = |list: &[(&'static str, &str)], access| {
        let (share, file) = one_of(list, pick).unwrap_or(("C$", "Users"));
        Opened::new(share, vec![(file.to_owned(), access)])
    };
    match share {
        Share::Files | Share::FilesWritten => {
            let name = one_of(&FILE_SHARES, pick).unwrap_or(FILE_SHARES[0]);
            let access = if share == Share::Files { READ } else { WRITE };
            let file = |turn| {
                let dice = dice(activity, 20 + turn);
                // Programs are few among the files of a share.
                let kind = one_of(&KINDS, dice / 40).filter(|_| !dice.is_multiple_of(40));
                let kind = kind.unwrap_or("exe");
                (format!(r"Reports\file-{}.{kind}", dice % 400), access)
            };
            Opened::new(name, (0..1 + dice(activity, 2) % 3).map(file).collect())
        }
        Share::Policy if pick.is_multiple_of(5) => {
            Opened::new("NETLOGON", vec![("logon.cmd".to_owned(), READ)])
        }
        Share::Policy => {
            let number = 0x31B2_F340 + pick % 7;
            let folder = format!(r"{domain}\Policies\{{{number:08X}-016D-11D2-945F-00C04FB984F9}}");
            let names = ["gpt.ini", r"Machine\Registry.pol", r"Machine\comment.cmtx"];
            let read = names.iter().take(usize::from(pick.is_multiple_of(2)) + 1);
            Opened::new("SYSVOL", read.map(|name| (format!(r"{folder}\{name}"), READ)).collect())
        }
        Share::Drive => one(&LOOKED_AT, READ),
        Share::DriveWritten => one(&COPIED, WRITE),
        Share::Admin => {
            let file = format!("__{}", 1_709_000_000 + pick % 9_999_999);
            Opened::new("ADMIN$", vec![(file, READ)])
        }
    }
}

/// What a pipe is called.
pub(super) const fn pipe(pipe: Pipe) -> &'static str {
    match pipe {
        Pipe::ServiceControl => "svcctl",
        Pipe::Registry => "winreg",
        Pipe::Spooler => "spoolss",
        Pipe::Server => "srvsvc",
        Pipe::Accounts => "samr",
        Pipe::Authority => "lsarpc",
        Pipe::Workstation => "wkssvc",
        Pipe::Netlogon => "netlogon",
    }
}
