//! Services, tasks, shells, and the programs that they start.

use crate::activity::{Launcher, Purpose, Service};

use super::super::words::{self, WRITE};
use super::Source;
use super::activities::Telling;
use super::data::Data;

const SERVICE_CONTROL: Source =
    Source { provider: "Service Control Manager", channel: "System", values: "event_data" };
const WINRM: Source = Source {
    provider: "Microsoft-Windows-WinRM",
    channel: "Microsoft-Windows-WinRM/Operational",
    values: "event_data",
};

const SERVICES: &str = r"C:\Windows\System32\services.exe";
const SVCHOST: &str = r"C:\Windows\System32\svchost.exe";
const SHELL_HOST: &str = r"C:\Windows\System32\wsmprovhost.exe";

/// In whose session a program is started, and whose it runs in.
enum As {
    /// A service of the system starts one of its own.
    System,
    /// A service of the system starts one for whoever did the activity.
    Handed,
    /// The same, by the host of management instrumentation, which runs as a network service.
    Asked,
    /// Whoever did the activity, in the session that is his.
    Own,
}

impl Telling<'_, '_> {
    /// Over the network: the program copied to `ADMIN$`, and the service manager's pipe. Then 4697,
    /// where hosts write it, 7045 and the program's start.
    pub(super) fn service(&mut self, service: Service) {
        let activity = self.done.activity;
        let installed = words::service(&activity, service);
        if activity.is_remote() {
            if let Some(file) = &installed.copied {
                self.open("ADMIN$");
                self.ask("ADMIN$", file, WRITE);
                self.pause(20 + self.dice(2) % 900);
            }
            self.talk("svcctl");
        }
        let (number, start) =
            if installed.automatic { ("2", "auto start") } else { ("3", "demand start") };
        if self.scene.org.habits.audit.services {
            let mut data = Data::default();
            self.subject(&mut data);
            data.put("ServiceName", &installed.name);
            data.put("ServiceFileName", &installed.image);
            data.put("ServiceType", "0x10");
            data.put("ServiceStartType", number);
            data.put("ServiceAccount", "LocalSystem");
            self.tell(4697, &data);
        }
        let mut data = Data::default();
        data.put("ServiceName", &installed.name);
        data.put("ImagePath", &installed.image);
        data.put("ServiceType", "user mode service");
        data.put("StartType", start);
        data.put("AccountName", "LocalSystem");
        self.tell_as(&SERVICE_CONTROL, 7045, &data);
        self.pause(10 + self.dice(3) % 400);
        self.start(SERVICES, &installed.program, &installed.image, As::System);
    }

    /// Over the network: the scheduler's pipe. Then 4698, which tells of no process where the client
    /// is on another host, and the program's start.
    pub(super) fn task(&mut self, purpose: Purpose) {
        let activity = self.done.activity;
        let task = words::task(&activity, purpose);
        let client = if activity.is_remote() {
            self.talk("atsvc");
            0
        } else {
            0x400 + self.dice(4) % 0x7000 * 4
        };
        let mut data = Data::default();
        self.subject(&mut data);
        data.put("TaskName", &task.name);
        let (program, command) = (task.program, task.command);
        data.put(
            "TaskContent",
            format!(
                "<Task><Principals><Principal><UserId>S-1-5-18</UserId></Principal></Principals>\
                 <Actions><Exec><Command>{program}</Command><Arguments>{}</Arguments></Exec>\
                 </Actions></Task>",
                command.replace('&', "&amp;").replace('>', "&gt;"),
            ),
        );
        data.put("ClientProcessStartKey", "0");
        data.put("ClientProcessId", client.to_string());
        data.put("ParentProcessId", (client / 2).to_string());
        data.put("RpcCallClientLocality", "0");
        data.put("FQDN", self.scene.dns(activity.host));
        self.tell(4698, &data);
        if activity.is_remote() {
            self.pause(100 + self.dice(2) % 1_500);
            self.start(SVCHOST, program, command, As::System);
        }
    }

    /// A program that was asked for through a remote object, and perhaps another.
    pub(super) fn process(&mut self, launcher: Launcher, purpose: Purpose) {
        let (parent, whose) = match launcher {
            Launcher::Wmi => (r"C:\Windows\System32\wbem\WmiPrvSE.exe", As::Asked),
            Launcher::Console => (r"C:\Windows\System32\mmc.exe", As::Own),
            Launcher::ShellWindows => (r"C:\Windows\explorer.exe", As::Own),
        };
        if matches!(launcher, Launcher::Console | Launcher::ShellWindows) {
            let (program, command) = match launcher {
                Launcher::Console => (parent, "mmc.exe -Embedding"),
                _ => (r"C:\Windows\System32\rundll32.exe", "rundll32.exe -localserver 22d8c27b"),
            };
            self.start(SVCHOST, program, command, As::Handed);
            self.pause(50 + self.dice(2) % 500);
        }
        let again = purpose != Purpose::Query && self.dice(3).is_multiple_of(2);
        for turn in 0..1 + u64::from(again) {
            let (program, command) = words::program(&self.done.activity, purpose, turn);
            let whose = match whose {
                As::Asked => As::Asked,
                _ => As::Own,
            };
            self.start(parent, program, command, whose);
            self.pause(100 + self.dice(4) % 2_000);
        }
    }

    /// WinRM 91, the host of the shell, and what is run in it.
    pub(super) fn shell(&mut self, purpose: Purpose) {
        let powershell = !self.dice(2).is_multiple_of(4);
        let resource = if powershell {
            "http://schemas.microsoft.com/powershell/Microsoft.PowerShell"
        } else {
            "http://schemas.microsoft.com/wbem/wsman/1/windows/shell/cmd"
        };
        let mut data = Data::default();
        data.put("resourceUri", resource);
        let (a, b) = (self.dice(5), self.dice(6));
        data.put("shellId", format!("{:08X}-{:04X}-{:04X}", a >> 32, a & 0xffff, b & 0xffff));
        self.tell_as(&WINRM, 91, &data);
        let (program, command) = if powershell {
            (SHELL_HOST, r"C:\Windows\system32\wsmprovhost.exe -Embedding")
        } else {
            (r"C:\Windows\System32\winrshost.exe", r"C:\Windows\system32\winrshost.exe -Embedding")
        };
        self.start(SVCHOST, program, command, As::Handed);
        // Much of what is asked for is done by the shell itself.
        let started = match purpose {
            Purpose::Query => self.dice(3) % 2,
            _ => self.dice(3) % 3,
        };
        for turn in 0..started {
            self.pause(100 + self.dice(7 + turn) % 3_000);
            let (child, command) = words::program(&self.done.activity, purpose, turn);
            self.start(program, child, command, As::Own);
        }
    }

    /// What Windows starts to update itself.
    pub(super) fn update(&mut self) {
        const PROGRAMS: [(&str, &str); 4] = [
            (SERVICES, r"C:\Windows\servicing\TrustedInstaller.exe"),
            (SVCHOST, r"C:\Windows\System32\usoclient.exe"),
            (SERVICES, r"C:\Windows\System32\msiexec.exe"),
            (SERVICES, r"C:\Windows\System32\sppsvc.exe"),
        ];
        let place = usize::try_from(self.dice(2) % 4).unwrap_or(0);
        let (parent, program) = PROGRAMS[place];
        self.start(parent, program, program, As::System);
    }

    /// 4688.
    fn start(&mut self, parent: &str, program: &str, command: &str, whose: As) {
        let activity = self.done.activity;
        let mut data = Data::default();
        match whose {
            As::System | As::Handed => data.machine(self.scene, activity.host),
            As::Asked => data.service_of(self.scene, activity.host, "S-1-5-20", 0x3e4),
            As::Own => self.subject(&mut data),
        }
        let mine = match whose {
            As::System => "S-1-16-16384",
            _ => "S-1-16-12288",
        };
        data.put_hex("NewProcessId", 0x400 + self.dice(20) % 0x7000 * 4);
        data.put("NewProcessName", program);
        data.put("TokenElevationType", "%%1936");
        data.put_hex("ProcessId", 0x200 + self.dice(21) % 0x800 * 4);
        let written = self.scene.org.habits.audit.command_lines;
        data.put("CommandLine", if written { command } else { "" });
        data.put("TargetUserSid", "S-1-0-0");
        if matches!(whose, As::Handed | As::Asked) {
            let account = self.scene.account(activity.account);
            data.put("TargetUserName", account.name.as_ref());
            data.put("TargetDomainName", account.domain.as_deref().unwrap_or("-"));
            data.put_hex("TargetLogonId", self.session.id);
        } else {
            data.put("TargetUserName", "-");
            data.put("TargetDomainName", "-");
            data.put("TargetLogonId", "0x0");
        }
        data.put("ParentProcessName", parent);
        data.put("MandatoryLabel", mine);
        self.tell(4688, &data);
    }
}
