//! What runs something on another host.

use sidestep::event::{Account, Host, HostActivityKind};

use super::Twin;
use super::build::Log;

const ADM: &str = "adm@CORP";

fn task(log: &mut Log, name: &str) {
    let session = log.logon(ADM, "MGMT", "SRV");
    log.wait(1);
    let name = name.to_owned();
    log.did(HostActivityKind::ScheduledTask, "SRV", |record| {
        record
            .account(Account::parse(ADM))
            .object(name)
            .remote(true)
            .logon_id(session)
            .event_code(4698)
    });
}

fn wmi(log: &mut Log, program: &str, command: &str) {
    let session = log.logon(ADM, "MGMT", "SRV");
    log.wait(1);
    let parent = r"C:\Windows\System32\wbem\WmiPrvSE.exe";
    log.process(ADM, session, "SRV", [parent, program], command);
}

fn shell(log: &mut Log, source: &str) {
    let session = log.logon(ADM, source, "SRV");
    log.wait(1);
    let (svchost, shell) =
        (r"C:\Windows\System32\svchost.exe", r"C:\Windows\System32\wsmprovhost.exe");
    log.process(ADM, session, "SRV", [svchost, shell], "wsmprovhost.exe -Embedding");
}

fn copied(log: &mut Log, path: &str) {
    let session = log.logon(ADM, "MGMT", "SRV");
    log.wait(1);
    log.share(ADM, session, "MGMT", "SRV", path);
}

fn installed(log: &mut Log, service: &str) {
    let session = log.logon(ADM, "MGMT", "SRV");
    log.wait(1);
    log.service(ADM, session, "SRV", service);
}

pub(crate) fn twins() -> Vec<Twin> {
    vec![
        Twin {
            detection: "pipe_escalation",
            habit: "installing the same agent",
            benign: |log| installed(log, r"agent (C:\Program Files\Agent\agent.exe)"),
            attack: "a service that writes to a pipe",
            malign: |log| installed(log, r"kx (cmd.exe /c echo kx > \\.\pipe\kx)"),
        },
        Twin {
            detection: "service_install",
            habit: "installing the same agent",
            benign: |log| installed(log, r"agent (C:\Program Files\Agent\agent.exe)"),
            attack: "PsExec",
            malign: |log| installed(log, r"PSEXESVC (%SystemRoot%\PSEXESVC.exe)"),
        },
        Twin {
            detection: "admin_share",
            habit: "a console of services",
            benign: |log| copied(log, r"\\*\IPC$\svcctl"),
            attack: "a program written to ADMIN$",
            malign: |log| copied(log, r"\\*\ADMIN$\kx.exe"),
        },
        Twin {
            detection: "lateral_tool_transfer",
            habit: "packages copied to a folder of C$",
            benign: |log| {
                let path = format!(r"\\*\C$\Deploy\package-{}.exe", log.day);
                copied(log, &path);
            },
            attack: "a program copied to ADMIN$",
            malign: |log| copied(log, r"\\*\ADMIN$\kx.exe"),
        },
        Twin {
            detection: "remote_task",
            habit: "the same task made again",
            benign: |log| task(log, r"\Backup"),
            attack: "a task of another name",
            malign: |log| task(log, r"\kxupd"),
        },
        Twin {
            detection: "dcom_wmi",
            habit: "an inventory by WMI",
            benign: |log| wmi(log, r"C:\Windows\System32\ipconfig.exe", "ipconfig /all"),
            attack: "a command that writes to ADMIN$",
            malign: |log| {
                let command = r"cmd.exe /Q /c whoami 1> \\127.0.0.1\ADMIN$\__17 2>&1";
                wmi(log, r"C:\Windows\System32\cmd.exe", command);
            },
        },
        Twin {
            detection: "winrm",
            habit: "a remote shell from the console",
            benign: |log| shell(log, "MGMT"),
            attack: "a remote shell from a desk",
            malign: |log| shell(log, "WS-3"),
        },
        Twin {
            detection: "vnc",
            habit: "VNC from the help desk to a desk",
            benign: |log| vnc(log, "WS-1"),
            attack: "VNC from the help desk to the server",
            malign: |log| vnc(log, "SRV"),
        },
    ]
}

fn vnc(log: &mut Log, host: &str) {
    log.did(HostActivityKind::NetworkConnection, host, |record| {
        record.peer(Host::named("HELP")).object("vnc")
    });
}
