//! Windows events, one JSON object a line as Winlogbeat writes them.

use std::collections::HashMap;
use std::fmt::Write;
use std::net::Ipv4Addr;

use crate::rng::mix;
use crate::row::{Auth, Logon, Orientation, Row};

use super::clock::Stamp;
use super::is_remote_logon;
use super::scene::{Act, Scene};
use super::streams::Streams;

/// The file.
const FILE: &str = "windows.jsonl";
const PROVIDER: &str = "Microsoft-Windows-Security-Auditing";
const NO_GUID: &str = "{00000000-0000-0000-0000-000000000000}";
/// Open sessions of one account on one host of which the ids are kept.
const MOST_OPEN: usize = 16;
/// Of 1,000 records those that lack the address, and those that lack the workstation's name.
const NO_ADDRESS: u64 = 20;
const NO_WORKSTATION: u64 = 30;

/// What Windows hosts remember from one event to the next.
#[derive(Debug)]
pub(super) struct Windows {
    seed: u64,
    /// Ids of open sessions by account, host and logon type.
    open: HashMap<(u32, u32, Logon), Vec<u64>>,
    /// GUIDs of tickets by account and host, until the logon that they are for.
    tickets: HashMap<(u32, u32), String>,
    /// Per host the last id of a session, and the number of the last record.
    sessions: Vec<u64>,
    records: Vec<u64>,
    /// The address from which each host last asked for its own ticket on getting it.
    greeted: Vec<Option<Ipv4Addr>>,
}

impl Windows {
    pub(super) fn new(hosts: usize, seed: u64) -> Self {
        let sessions = (0..hosts as u64).map(|host| 0x1_0000 + mix(seed ^ host) % 0x8_0000);
        Self {
            seed,
            open: HashMap::new(),
            tickets: HashMap::new(),
            sessions: sessions.collect(),
            records: vec![0; hosts],
            greeted: vec![None; hosts],
        }
    }

    /// Writes what Windows hosts tell of an act.
    pub(super) fn write(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let row = &act.row;
        self.greet(scene, act, out);
        match row.orientation {
            Orientation::LogOn => {
                let checked = matches!(row.auth, Auth::Ntlm | Auth::MsV1);
                if checked && row.src != row.dst {
                    self.validation(scene, act, out);
                }
                if row.subject != row.account && is_remote_logon(row) {
                    self.explicit(scene, act, out);
                }
                if !scene.is_silent(row.dst) {
                    self.logon(scene, act, out);
                }
            }
            Orientation::LogOff => self.logoff(scene, act, out),
            Orientation::Tgt => self.granting_ticket(scene, act, out),
            Orientation::Tgs => self.service_ticket(scene, act, out),
            Orientation::ScreenLock => self.screen(scene, act, 4800, out),
            Orientation::ScreenUnlock => self.screen(scene, act, 4801, out),
            Orientation::AuthMap => {}
        }
    }

    /// 4768 of a machine that has a new address: before anybody uses it from there, it registers its
    /// name and asks for its policy.
    fn greet(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let host = act.row.src;
        let address = Some(scene.address(host));
        if !scene.writes_windows(host) || self.greeted[host as usize] == address {
            return;
        }
        self.greeted[host as usize] = address;
        let machine = scene.org.ids().machine(host);
        let row = Row {
            account: machine,
            subject: machine,
            dst: host,
            orientation: Orientation::Tgt,
            success: true,
            ..act.row
        };
        self.granting_ticket(scene, &Act { row, time: act.time - 30_000, roll: act.dice(6) }, out);
    }

    /// 4624 and 4625 on the destination.
    fn logon(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
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
            data.subject(scene, row.subject, &format!("{:#x}", self.last(row.subject, host)));
        }
        data.target(scene, row.account);
        data.put("LogonType", logon_type(row.logon));
        data.put("LogonProcessName", process(row));
        data.put("AuthenticationPackageName", package(row.auth));
        data.put("LmPackageName", if row.auth == Auth::Ntlm { "NTLM V2" } else { "-" });
        data.put("KeyLength", if row.auth == Auth::Ntlm { "128" } else { "0" });
        source(&mut data, scene, act);
        if row.success {
            let id = self.open_session(row);
            data.put("TargetLogonId", format!("{id:#x}"));
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
    fn logoff(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let row = &act.row;
        let open = self.open.get_mut(&(row.account, row.dst, row.logon)).and_then(Vec::pop);
        if !scene.writes_windows(row.dst) || scene.is_silent(row.dst) {
            return;
        }
        let id = open.unwrap_or_else(|| self.next_session(row.dst));
        let mut data = Data::default();
        data.target(scene, row.account);
        data.put("TargetLogonId", format!("{id:#x}"));
        data.put("LogonType", logon_type(row.logon));
        self.event(scene, act.time, row.dst, 4634, "success", &data, out);
    }

    /// 4648 on the source, where somebody gave the credentials of another.
    fn explicit(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let row = &act.row;
        if !scene.writes_windows(row.src) || scene.is_silent(row.src) {
            return;
        }
        let mut data = Data::default();
        data.subject(scene, row.subject, &format!("{:#x}", self.last(row.subject, row.src)));
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
    fn validation(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
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

    /// 4768 on the controller, or 4771 where the password was wrong.
    fn granting_ticket(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
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
            data.put("TicketEncryptionType", "0x12");
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
    fn service_ticket(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
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
        data.put("TicketEncryptionType", "0x12");
        data.put("Status", if row.success { "0x0" } else { "0x1b" });
        data.put("LogonGuid", guid.as_str());
        client(&mut data, scene, act, controller);
        if row.success {
            self.tickets.insert((row.account, row.dst), guid);
        }
        let outcome = if row.success { "success" } else { "failure" };
        self.event(scene, act.time, controller, 4769, outcome, &data, out);
    }

    /// 4800 and 4801.
    fn screen(&mut self, scene: &Scene<'_>, act: &Act, id: u32, out: &mut Streams) {
        let row = &act.row;
        if !scene.writes_windows(row.dst) || scene.is_silent(row.dst) {
            return;
        }
        let mut data = Data::default();
        data.target(scene, row.account);
        data.put("TargetLogonId", format!("{:#x}", self.last(row.account, row.dst)));
        data.put("SessionId", "1");
        self.event(scene, act.time, row.dst, id, "success", &data, out);
    }

    #[allow(clippy::too_many_arguments)] // the parts of an event
    fn event(
        &mut self,
        scene: &Scene<'_>,
        time: i64,
        host: u32,
        id: u32,
        outcome: &str,
        data: &Data,
        out: &mut Streams,
    ) {
        let number = &mut self.records[host as usize];
        *number += 1;
        let time = time + scene.clock(host);
        let name = scene.dns(host);
        let mut text = String::with_capacity(256 + data.text.len());
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "{{\"@timestamp\":\"{}Z\",\"event\":{{\"code\":\"{id}\",\"outcome\":\"{outcome}\",\
             \"provider\":\"{PROVIDER}\"}},\"host\":{{\"name\":\"{name}\"}},\
             \"winlog\":{{\"channel\":\"Security\",\"computer_name\":\"{name}\",\
             \"event_id\":{id},\"provider_name\":\"{PROVIDER}\",\"record_id\":{number},\
             \"event_data\":{{{}}}}}}}",
            Stamp(time, 3),
            data.text,
        );
        out.put(FILE, "", time, text);
    }

    fn next_session(&mut self, host: u32) -> u64 {
        let last = &mut self.sessions[host as usize];
        *last += 0x31 + mix(*last) % 0x400;
        *last
    }

    fn open_session(&mut self, row: &Row) -> u64 {
        let id = self.next_session(row.dst);
        let open = self.open.entry((row.account, row.dst, row.logon)).or_default();
        if open.len() == MOST_OPEN {
            open.remove(0);
        }
        open.push(id);
        id
    }

    /// The session that an account has open at a host's keyboard, or that of the system.
    fn last(&self, account: u32, host: u32) -> u64 {
        let open = |logon| self.open.get(&(account, host, logon)).and_then(|ids| ids.last());
        let kinds = [Logon::Interactive, Logon::RemoteInteractive, Logon::CachedInteractive];
        kinds.into_iter().find_map(open).copied().unwrap_or(0x3e7)
    }

    fn guid(&self, act: &Act) -> String {
        let (a, b) = (act.dice(self.seed), act.dice(!self.seed));
        format!(
            "{{{:08x}-{:04x}-{:04x}-{:04x}-{:012x}}}",
            a >> 32,
            a >> 16 & 0xffff,
            a & 0xffff,
            b >> 48,
            b & 0xffff_ffff_ffff
        )
    }
}

/// The values of an event, as JSON without its braces.
#[derive(Default)]
struct Data {
    text: String,
}

impl Data {
    fn put(&mut self, name: &str, value: impl AsRef<str>) {
        let comma = if self.text.is_empty() { "" } else { "," };
        let value = value.as_ref();
        // No name of ours holds what JSON would have to escape.
        let _ = write!(self.text, "{comma}\"{name}\":\"{value}\"");
    }

    fn nobody(&mut self) {
        self.put("SubjectUserSid", "S-1-0-0");
        self.put("SubjectUserName", "-");
        self.put("SubjectDomainName", "-");
        self.put("SubjectLogonId", "0x0");
    }

    fn machine(&mut self, scene: &Scene<'_>, host: u32) {
        let account = scene.account(scene.org.ids().machine(host));
        self.put("SubjectUserSid", "S-1-5-18");
        self.put("SubjectUserName", account.name.as_ref());
        self.put("SubjectDomainName", account.domain.as_deref().unwrap_or("-"));
        self.put("SubjectLogonId", "0x3e7");
    }

    fn subject(&mut self, scene: &Scene<'_>, subject: u32, id: &str) {
        let account = scene.account(subject);
        self.put("SubjectUserSid", scene.sid(subject));
        self.put("SubjectUserName", account.name.as_ref());
        self.put("SubjectDomainName", account.domain.as_deref().unwrap_or("-"));
        self.put("SubjectLogonId", id);
    }

    fn target(&mut self, scene: &Scene<'_>, account: u32) {
        let named = scene.account(account);
        self.put("TargetUserSid", scene.sid(account));
        self.put("TargetUserName", named.name.as_ref());
        self.put("TargetDomainName", named.domain.as_deref().unwrap_or("-"));
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

/// Where a ticket was asked from, as the controller writes it: always mapped.
fn client(data: &mut Data, scene: &Scene<'_>, act: &Act, controller: u32) {
    let row = &act.row;
    let here = row.src == controller;
    let address = scene.address(row.src);
    data.put("IpAddress", if here { "::1".to_owned() } else { format!("::ffff:{address}") });
    data.put("IpPort", if here { "0".to_owned() } else { act.port().to_string() });
}

const fn logon_type(logon: Logon) -> &'static str {
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
        (_, Logon::Service | Logon::Batch) => "Advapi  ",
        (_, Logon::NewCredentials) => "seclogo",
        _ => "User32 ",
    }
}
