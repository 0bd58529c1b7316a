//! Logons, logoffs and what is checked for them.

use crate::login_row::{Auth, Logon, Mark, Row};

use super::super::is_remote_logon;
use super::super::scene::{Act, Scene};
use super::super::streams::Streams;
use super::data::Data;
use super::{NO_GUID, Session, Windows};

/// Of 1,000 records those that lack the address, and those that lack the workstation's name.
const NO_ADDRESS: u64 = 20;
const NO_WORKSTATION: u64 = 30;

impl Windows {
    /// 4624 and 4625 on the destination.
    pub(super) fn logon(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let row = &act.row;
        let host = row.dst;
        if !scene.writes_windows(host) {
            return;
        }
        let mut data = Data::default();
        if is_remote_logon(row) {
            data.nobody();
        } else if row.subject == row.account {
            data.machine(scene, host);
        } else {
            data.subject(scene, row.subject, self.last(row.subject, host));
        }
        data.target(scene, row.account);
        data.put("LogonType", logon_type(row.logon));
        data.put("LogonProcessName", process(row));
        data.put("AuthenticationPackageName", package(row.auth));
        data.put("LmPackageName", if row.auth == Auth::Ntlm { "NTLM V2" } else { "-" });
        let keyless = row.mark == Mark::NoKey || scene.org.habits.is_old(row.src);
        data.put("KeyLength", if row.auth == Auth::Ntlm && !keyless { "128" } else { "0" });
        source(&mut data, scene, act);
        if row.success {
            let id = self.open_session(row);
            if row.logon == Logon::Network {
                let session = Session { id, port: act.port() };
                self.latest.insert((row.account, host, row.src), session);
            }
            data.put_hex("TargetLogonId", id);
            let kerberos = row.auth == Auth::Kerberos;
            let ticket = self.tickets.remove(&(row.account, host)).filter(|_| kerberos);
            let guid = match ticket {
                None if kerberos => self.guid(act),
                None => NO_GUID.to_owned(),
                Some(ticket) => ticket,
            };
            data.put("LogonGuid", guid);
            self.event(scene, act.time, host, 4624, "success", &data, out);
        } else {
            data.put("Status", "0xc000006d");
            data.put("SubStatus", "0xc000006a");
            data.put("FailureReason", "%%2313");
            self.event(scene, act.time, host, 4625, "failure", &data, out);
        }
    }

    /// 4634.
    pub(super) fn logoff(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let row = &act.row;
        let open = self.open.get_mut(&(row.account, row.dst, row.logon)).and_then(Vec::pop);
        if !scene.writes_windows(row.dst) || scene.is_silent(row.dst) {
            return;
        }
        let id = open.unwrap_or_else(|| self.next_session(row.dst));
        let mut data = Data::default();
        data.target(scene, row.account);
        data.put_hex("TargetLogonId", id);
        data.put("LogonType", logon_type(row.logon));
        self.event(scene, act.time, row.dst, 4634, "success", &data, out);
    }

    /// 4648 on the source, where somebody gave the credentials of another.
    pub(super) fn explicit(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let row = &act.row;
        if !scene.writes_windows(row.src) || scene.is_silent(row.src) {
            return;
        }
        let mut data = Data::default();
        data.subject(scene, row.subject, self.last(row.subject, row.src));
        let account = scene.account(row.account);
        data.put("TargetUserName", account.name.as_ref());
        data.put("TargetDomainName", account.domain.as_deref().unwrap_or("-"));
        data.put("TargetServerName", scene.dns(row.dst));
        data.put("TargetInfo", format!("host/{}", scene.dns(row.dst)));
        data.put("TargetLogonGuid", NO_GUID);
        data.put("IpAddress", "-");
        data.put("IpPort", "-");
        self.event(scene, act.time - 400, row.src, 4648, "success", &data, out);
    }

    /// 4776 on the controller that was asked.
    pub(super) fn validation(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let row = &act.row;
        let controller = scene.controller(row.dst);
        let mut data = Data::default();
        data.put("PackageName", "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0");
        data.put("TargetUserName", scene.account(row.account).name.as_ref());
        let named = !act.chance(5, NO_WORKSTATION);
        data.put("Workstation", if named { scene.short(row.src) } else { "-" });
        data.put("Status", if row.success { "0x0" } else { "0xc000006a" });
        let outcome = if row.success { "success" } else { "failure" };
        self.event(scene, act.time - 900, controller, 4776, outcome, &data, out);
    }

    /// 4800 and 4801.
    pub(super) fn screen(&mut self, scene: &Scene<'_>, act: &Act, id: u32, out: &mut Streams) {
        let row = &act.row;
        if !scene.writes_windows(row.dst) || scene.is_silent(row.dst) {
            return;
        }
        let mut data = Data::default();
        data.target(scene, row.account);
        data.put_hex("TargetLogonId", self.last(row.account, row.dst));
        data.put("SessionId", "1");
        self.event(scene, act.time, row.dst, id, "success", &data, out);
    }
}

/// Where a logon came from, as the destination writes it.
fn source(data: &mut Data, scene: &Scene<'_>, act: &Act) {
    let row = &act.row;
    if !is_remote_logon(row) {
        let desk =
            matches!(row.logon, Logon::Interactive | Logon::Unlock | Logon::CachedInteractive);
        data.put("WorkstationName", if desk { scene.short(row.dst) } else { "-" });
        data.put("IpAddress", if desk { "127.0.0.1" } else { "-" });
        data.put("IpPort", if desk { "0" } else { "-" });
        return;
    }
    let ntlm = matches!(row.auth, Auth::Ntlm | Auth::MsV1);
    let name = match row.logon {
        // A desktop session names the host that it runs on.
        Logon::RemoteInteractive => scene.short(row.dst),
        _ if ntlm && !act.chance(2, NO_WORKSTATION) => scene.short(row.src),
        _ => "-",
    };
    data.put("WorkstationName", name);
    if act.chance(3, NO_ADDRESS) {
        data.put("IpAddress", "-");
        data.put("IpPort", "-");
        return;
    }
    let address = scene.address(row.src);
    let mapped = act.chance(4, 100);
    data.put("IpAddress", if mapped { format!("::ffff:{address}") } else { address.to_string() });
    data.put("IpPort", act.port().to_string());
}

pub(super) const fn logon_type(logon: Logon) -> &'static str {
    match logon {
        Logon::Unknown => "-",
        Logon::Interactive => "2",
        Logon::Network => "3",
        Logon::Batch => "4",
        Logon::Service => "5",
        Logon::Unlock => "7",
        Logon::NetworkCleartext => "8",
        Logon::NewCredentials => "9",
        Logon::RemoteInteractive => "10",
        Logon::CachedInteractive => "11",
    }
}

const fn package(auth: Auth) -> &'static str {
    match auth {
        Auth::Unknown => "-",
        Auth::Kerberos => "Kerberos",
        Auth::Ntlm => "NTLM",
        Auth::Negotiate => "Negotiate",
        Auth::MsV1 => "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0",
    }
}

const fn process(row: &Row) -> &'static str {
    match (row.auth, row.logon) {
        (Auth::Kerberos, _) => "Kerberos",
        (Auth::Ntlm, _) => "NtLmSsp ",
        // OpenSSH for Windows is a logon process of its own.
        (Auth::Unknown, Logon::Network) => "sshd",
        (_, Logon::Service | Logon::Batch) => "Advapi  ",
        (_, Logon::NewCredentials) => "seclogo",
        _ => "User32 ",
    }
}
