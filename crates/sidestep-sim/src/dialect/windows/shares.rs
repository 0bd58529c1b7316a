//! Shares and pipes that are opened over the network.

use crate::activity::{Pipe, Share};

use super::super::words::{self, Access, LIST, TALK};
use super::activities::Telling;
use super::data::Data;

impl Telling<'_, '_> {
    /// 5140, and 5145 for each file.
    pub(super) fn share(&mut self, share: Share) {
        let activity = &self.done.activity;
        let domain = self.scene.domain(activity.host);
        let opened = words::share(activity, share, &domain);
        self.open(opened.share);
        for (file, access) in &opened.files {
            self.ask(opened.share, file, *access);
        }
    }

    /// The same for a pipe.
    pub(super) fn pipe(&mut self, pipe: Pipe) {
        self.talk(words::pipe(pipe));
    }

    /// The same for a pipe by its name.
    pub(super) fn talk(&mut self, pipe: &str) {
        self.open("IPC$");
        self.ask("IPC$", pipe, TALK);
    }

    /// 5140: a share was opened.
    pub(super) fn open(&mut self, share: &str) {
        let data = self.shared(share, None, LIST);
        self.tell(5140, &data);
    }

    /// 5145: a file of a share was asked for, where hosts write down as much.
    pub(super) fn ask(&mut self, share: &str, file: &str, access: Access) {
        if self.scene.org.habits.audit.files {
            let data = self.shared(share, Some(file), access);
            self.tell(5145, &data);
        }
    }

    fn shared(&self, share: &str, file: Option<&str>, access: Access) -> Data {
        let mut data = Data::default();
        self.subject(&mut data);
        data.put("ObjectType", "File");
        self.client(&mut data);
        data.put("ShareName", format!(r"\\*\{share}"));
        data.put("ShareLocalPath", folder(share));
        if let Some(file) = file {
            data.put("RelativeTargetName", file);
        }
        data.put("AccessMask", access.mask);
        data.put("AccessList", access.list);
        if file.is_some() {
            data.put("AccessReason", "-");
        }
        data
    }
}

/// Where a share lies on the host; nowhere for pipes.
fn folder(share: &str) -> String {
    match share {
        "IPC$" => String::new(),
        "ADMIN$" => r"\??\C:\Windows".to_owned(),
        "C$" => r"\??\C:\".to_owned(),
        "D$" => r"\??\D:\".to_owned(),
        "SYSVOL" | "NETLOGON" => r"\??\C:\Windows\SYSVOL\sysvol".to_owned(),
        name => format!(r"\??\D:\{name}"),
    }
}
