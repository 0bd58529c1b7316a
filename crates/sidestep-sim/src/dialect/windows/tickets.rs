//! Tickets, as controllers tell of them.

use super::super::scene::{Act, Scene};
use super::super::streams::Streams;
use super::Windows;
use super::data::Data;

impl Windows {
    /// 4768 on the controller, or 4771 where the password was wrong.
    pub(super) fn granting_ticket(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let row = &act.row;
        let controller = scene.controller(row.src);
        let account = scene.account(row.account);
        let realm = scene.realm(&account);
        let mut data = Data::default();
        data.put("TargetUserName", account.name.as_ref());
        if row.success {
            // As the client wrote it: some send the short name, some the realm.
            let short = !row.account.is_multiple_of(3);
            let domain = account.domain.as_deref().filter(|_| short).unwrap_or(&realm);
            data.put("TargetDomainName", domain);
            data.put("TargetSid", scene.sid(row.account));
            data.put("ServiceName", "krbtgt");
            data.put("Status", "0x0");
            data.put("TicketEncryptionType", cipher(scene, act));
            data.put("PreAuthType", "2");
        } else {
            data.put("TargetSid", scene.sid(row.account));
            data.put("ServiceName", format!("krbtgt/{realm}"));
            data.put("Status", "0x18");
            data.put("PreAuthType", "2");
        }
        client(&mut data, scene, act, controller);
        let (id, outcome) = if row.success { (4768, "success") } else { (4771, "failure") };
        self.event(scene, act.time, controller, id, outcome, &data, out);
    }

    /// 4769 on the controller.
    pub(super) fn service_ticket(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let row = &act.row;
        let controller = scene.controller(row.src);
        let account = scene.account(row.account);
        let realm = scene.realm(&account);
        let guid = self.guid(act);
        let mut data = Data::default();
        data.put("TargetUserName", format!("{}@{realm}", account.name));
        data.put("TargetDomainName", realm);
        data.put("ServiceName", format!("{}$", scene.short(row.dst)));
        data.put("ServiceSid", scene.sid(scene.org.ids().machine(row.dst)));
        data.put("TicketEncryptionType", cipher(scene, act));
        data.put("Status", if row.success { "0x0" } else { "0x1b" });
        data.put("LogonGuid", guid.as_str());
        client(&mut data, scene, act, controller);
        if row.success {
            self.tickets.insert((row.account, row.dst), guid);
        }
        let outcome = if row.success { "success" } else { "failure" };
        self.event(scene, act.time, controller, 4769, outcome, &data, out);
    }
}

/// Where a ticket was asked from, as the controller writes it: always mapped.
fn client(data: &mut Data, scene: &Scene<'_>, act: &Act, controller: u32) {
    let row = &act.row;
    let here = row.src == controller;
    let address = scene.address(row.src);
    data.put("IpAddress", if here { "::1".to_owned() } else { format!("::ffff:{address}") });
    data.put("IpPort", if here { "0".to_owned() } else { act.port().to_string() });
}

/// The cipher of a ticket: RC4 or AES.
fn cipher(scene: &Scene<'_>, act: &Act) -> &'static str {
    if scene.has_old_cipher(&act.row) { "0x17" } else { "0x12" }
}
