//! What the sensor sees of activities: shares, files, pipes and remote calls, in the connection of the
//! login that they are done over.

use crate::activity::{ActivityKind, Launcher, Pipe};

use super::super::scene::{Done, Scene};
use super::super::streams::Streams;
use super::super::words;
use super::{Connection, DCE_RPC, SMB_FILES, SMB_MAPPING, Sensor, Time};

impl Sensor {
    /// Writes what goes over the network in an activity.
    pub(in crate::dialect) fn write_activity(
        &mut self,
        scene: &Scene<'_>,
        done: &Done,
        out: &mut Streams,
    ) {
        let activity = &done.activity;
        let known = self.latest.get(&(activity.account, activity.peer, activity.host)).cloned();
        let connection = known.unwrap_or_else(|| Connection {
            uid: self.uid(),
            port: 49_152 + done.dice(1) % 16_000,
        });
        // Calls that do not go through a pipe go over a connection of their own.
        let own = Connection { uid: self.uid(), port: 49_152 + done.dice(3) % 16_000 };
        let mut seen = Seen { scene, done, out, connection, own, time: done.time + 3_000 };
        // What a server seals is not to be seen; nor is what is in a call for an object, but that
        // there was one is.
        let open = !scene.org.habits.seals_shares(activity.host);
        match activity.kind {
            ActivityKind::Share(share) if open => {
                let opened = words::share(activity, share, &scene.domain(activity.host));
                seen.mapped(opened.share);
                opened.files.iter().for_each(|(file, _)| seen.file(opened.share, file));
            }
            ActivityKind::Pipe(pipe) if open => {
                seen.mapped("IPC$");
                let (endpoint, operations) = calls(pipe);
                seen.call(&format!(r"\pipe\{}", words::pipe(pipe)), endpoint, operations);
            }
            ActivityKind::Service(service) if open => {
                if let Some(file) = words::service(activity, service).copied {
                    seen.mapped("ADMIN$");
                    seen.file("ADMIN$", &file);
                }
                seen.mapped("IPC$");
                let operations = ["OpenSCManagerW", "CreateServiceW", "StartServiceW"];
                seen.call(r"\pipe\svcctl", "svcctl", &operations);
            }
            ActivityKind::Task(_) if open => {
                seen.mapped("IPC$");
                let operations = ["SchRpcRegisterTask", "SchRpcRun"];
                seen.call(r"\pipe\atsvc", "ITaskSchedulerService", &operations);
            }
            ActivityKind::Process(Launcher::Wmi, _) => {
                seen.call("49667", "IWbemLevel1Login", &["NTLMLogin"]);
                seen.call("49667", "IWbemServices", &["ExecMethod"]);
            }
            ActivityKind::Process(..) => {
                seen.call("135", "IRemoteSCMActivator", &["RemoteCreateInstance"]);
            }
            ActivityKind::Replication => {
                seen.call("49664", "drsuapi", &["DRSBind", "DRSGetNCChanges"])
            }
            _ => {}
        }
    }
}

/// The interface of a pipe, and what is asked of it.
const fn calls(pipe: Pipe) -> (&'static str, &'static [&'static str]) {
    match pipe {
        Pipe::ServiceControl => ("svcctl", &["OpenSCManagerW", "QueryServiceStatus"]),
        Pipe::Registry => ("winreg", &["OpenLocalMachine", "BaseRegQueryValue"]),
        Pipe::Spooler => ("spoolss", &["RpcOpenPrinterEx"]),
        Pipe::Server => ("srvsvc", &["NetrShareEnum"]),
        Pipe::Accounts => ("samr", &["SamrConnect5", "SamrEnumerateUsersInDomain"]),
        Pipe::Authority => ("lsarpc", &["LsarLookupNames4"]),
        Pipe::Workstation => ("wkssvc", &["NetrWkstaUserEnum"]),
        Pipe::Netlogon => ("netlogon", &["NetrLogonGetCapabilities"]),
    }
}

/// The records of one activity being written.
struct Seen<'a, 's> {
    scene: &'a Scene<'s>,
    done: &'a Done,
    out: &'a mut Streams,
    connection: Connection,
    own: Connection,
    time: i64,
}

impl Seen<'_, '_> {
    /// A share was connected to.
    fn mapped(&mut self, share: &str) {
        let kind = if share == "IPC$" { "PIPE" } else { "DISK" };
        let path = self.path(share);
        self.put(SMB_MAPPING, 445, &format!("{path}\t-\t-\t{kind}"));
    }

    /// A file of a share was opened.
    fn file(&mut self, share: &str, file: &str) {
        let path = self.path(share);
        let size = self.done.dice(2) % 900_000;
        let name = file.replace('\\', r"\\");
        self.put(SMB_FILES, 445, &format!("-\tSMB::FILE_OPEN\t{path}\t{name}\t{size}\t-"));
    }

    /// Calls to an interface: through a pipe, or on a port of its own.
    fn call(&mut self, pipe: &str, endpoint: &str, operations: &[&str]) {
        let port = pipe.parse().unwrap_or(445);
        let pipe = pipe.replace('\\', r"\\");
        for operation in operations {
            self.put(DCE_RPC, port, &format!("0.000900\t{pipe}\t{endpoint}\t{operation}"));
        }
    }

    /// The share as it is written: each stroke twice.
    fn path(&self, share: &str) -> String {
        format!(r"\\\\{}\\{share}", self.scene.dns(self.done.activity.host))
    }

    fn put(&mut self, (file, head): (&'static str, &'static str), port: u16, rest: &str) {
        let activity = &self.done.activity;
        let (src, dst) = (self.scene.address(activity.peer), self.scene.address(activity.host));
        let connection = if port == 445 { &self.connection } else { &self.own };
        let Connection { uid, port: from } = connection;
        let time = self.time;
        self.time += 2_000;
        if self.scene.loses(self.done.dice(time.unsigned_abs())) {
            return;
        }
        let text = format!("{}\t{uid}\t{src}\t{from}\t{dst}\t{port}\t{rest}", Time(time));
        self.out.put(file, head, time, text);
    }
}
