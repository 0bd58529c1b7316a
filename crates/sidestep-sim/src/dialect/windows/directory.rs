//! What controllers tell of accounts, groups and the directory itself, and hosts of their own
//! administrators.

use crate::activity::ActivityKind;

use super::activities::Telling;
use super::data::Data;

/// Groups of the domain that administer, and groups that do not, each with its part of a SID.
const POWERFUL: [(&str, u32); 3] =
    [("Domain Admins", 512), ("Enterprise Admins", 519), ("Server Operators", 549)];
const ORDINARY: [(&str, u32); 4] =
    [("Staff", 5_101), ("VPN Users", 5_102), ("Project Files", 5_103), ("Remote Workers", 5_104)];

/// The rights to replicate changes, and all of them, secrets included.
const REPLICATION: [&str; 2] =
    ["{1131f6aa-9c07-11d1-f79f-00c04fc2dcd2}", "{1131f6ad-9c07-11d1-f79f-00c04fc2dcd2}"];
const DOMAIN_CLASS: &str = "19195a5b-6da0-11d0-afd3-00c04fd930c9";

impl Telling<'_, '_> {
    /// 4720 and what goes with it, 4738, 4724, 4728 or 4732.
    pub(super) fn account(&mut self) {
        match self.done.activity.kind {
            ActivityKind::AccountCreation => {
                for id in [4720, 4722, 4724, 4738] {
                    self.changed(id);
                }
            }
            ActivityKind::PasswordReset => self.changed(4724),
            ActivityKind::GroupJoin(powerful) => {
                let list: &[(&str, u32)] = if powerful { &POWERFUL } else { &ORDINARY };
                let turn = usize::try_from(self.dice(2) % 16).unwrap_or(0);
                let (group, id) = list[turn % list.len()];
                let sid = self.scene.sid_in_domain(self.done.activity.other, id);
                let domain = self.scene.account(self.done.activity.other).domain;
                self.joined(4728, group, domain.as_deref().unwrap_or("-"), &sid);
            }
            ActivityKind::LocalGroupJoin => {
                self.joined(4732, "Administrators", "Builtin", "S-1-5-32-544");
            }
            _ => self.changed(4738),
        }
    }

    /// An account was made, let in, given a password or changed.
    fn changed(&mut self, id: u32) {
        let other = self.done.activity.other;
        let account = self.scene.account(other);
        let mut data = Data::default();
        data.put("TargetUserName", account.name.as_ref());
        data.put("TargetDomainName", account.domain.as_deref().unwrap_or("-"));
        data.put("TargetSid", self.scene.sid(other));
        self.subject(&mut data);
        if matches!(id, 4720 | 4738) {
            data.put("PrivilegeList", "-");
            data.put("SamAccountName", account.name.as_ref());
        }
        self.tell(id, &data);
    }

    fn joined(&mut self, id: u32, group: &str, domain: &str, sid: &str) {
        let other = self.done.activity.other;
        let account = self.scene.account(other);
        let mut data = Data::default();
        // Of the members of its own groups a host knows but the SID.
        let name =
            if id == 4728 { format!("CN={},CN=Users", account.name) } else { "-".to_owned() };
        data.put("MemberName", name);
        data.put("MemberSid", self.scene.sid(other));
        data.put("TargetUserName", group);
        data.put("TargetDomainName", domain);
        data.put("TargetSid", sid);
        self.subject(&mut data);
        data.put("PrivilegeList", "-");
        self.tell(id, &data);
    }

    /// 4662, once for each of the rights that replication needs.
    pub(super) fn replication(&mut self) {
        for right in REPLICATION {
            let mut data = Data::default();
            self.subject(&mut data);
            data.put("ObjectServer", "DS");
            data.put("ObjectType", format!("%{{{DOMAIN_CLASS}}}"));
            data.put("ObjectName", "%{6a2f0c1e-52d4-4c1b-9a0e-7d3f41c8b0aa}");
            data.put("OperationType", "Object Access");
            data.put("HandleId", "0x0");
            data.put("AccessList", "%%7688");
            data.put("AccessMask", "0x100");
            data.put("Properties", format!("%%7688\n\t\t{right}\n\t{{{DOMAIN_CLASS}}}"));
            data.put("AdditionalInfo", "-");
            self.tell(4662, &data);
        }
    }
}
