//! Zeek's TSV logs: what a sensor on the network sees. What a host does with itself it does not.

mod activities;

use std::collections::HashMap;
use std::fmt::Write;
use std::net::Ipv4Addr;

use crate::login_row::{Auth, Logon, Orientation};
use crate::rng::mix;

use super::is_remote_logon;
use super::scene::{Act, Scene};
use super::streams::Streams;

/// Of 1,000 exchanges of NTLM those of which the sensor missed the names.
const NO_NAMES: u64 = 100;
/// Of 1,000 desktop connections those that send no cookie.
const NO_COOKIE: u64 = 100;
const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Declares the logs, each with its fields and their types.
macro_rules! logs {
    ($($log:ident = $path:literal, $fields:literal, $types:literal;)+) => {
        $(const $log: (&str, &str) = (concat!($path, ".log"), concat!(
            "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t",
            $path, "\n#fields\t", $fields, "\n#types\t", $types, "\n",
        ));)+
    };
}

logs! {
    KERBEROS = "kerberos",
        "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\trequest_type\tclient\tservice\tsuccess\terror_msg\tfrom\ttill\tcipher\tforwardable\trenewable",
        "time\tstring\taddr\tport\taddr\tport\tstring\tstring\tstring\tbool\tstring\ttime\ttime\tstring\tbool\tbool";
    NTLM = "ntlm",
        "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tusername\thostname\tdomainname\tserver_nb_computer_name\tserver_dns_computer_name\tserver_tree_name\tsuccess",
        "time\tstring\taddr\tport\taddr\tport\tstring\tstring\tstring\tstring\tstring\tstring\tbool";
    SMB_MAPPING = "smb_mapping",
        "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tpath\tservice\tnative_file_system\tshare_type",
        "time\tstring\taddr\tport\taddr\tport\tstring\tstring\tstring\tstring";
    SMB_FILES = "smb_files",
        "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tfuid\taction\tpath\tname\tsize\tprev_name",
        "time\tstring\taddr\tport\taddr\tport\tstring\tenum\tstring\tstring\tcount\tstring";
    DCE_RPC = "dce_rpc",
        "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\trtt\tnamed_pipe\tendpoint\toperation",
        "time\tstring\taddr\tport\taddr\tport\tinterval\tstring\tstring\tstring";
    RDP = "rdp",
        "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tcookie\tresult\tsecurity_protocol\tclient_name",
        "time\tstring\taddr\tport\taddr\tport\tstring\tstring\tstring\tstring";
    CONN = "conn",
        "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\thistory",
        "time\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tstring";
    DHCP = "dhcp",
        "ts\tuids\tclient_addr\tserver_addr\tmac\thost_name\tclient_fqdn\tdomain\trequested_addr\tassigned_addr\tlease_time\tmsg_types",
        "time\tset[string]\taddr\taddr\tstring\tstring\tstring\tstring\taddr\taddr\tinterval\tvector[string]";
    DNS = "dns",
        "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tquery\tqclass_name\tqtype_name\trcode_name\tanswers\tTTLs",
        "time\tstring\taddr\tport\taddr\tport\tenum\tstring\tstring\tstring\tstring\tvector[string]\tvector[interval]";
}

/// The sensor.
#[derive(Debug)]
pub(super) struct Sensor {
    seed: u64,
    uids: u64,
    /// Hosts that got their lease today, and those whose name was asked for.
    leased: Vec<bool>,
    resolved: Vec<bool>,
    /// The connection of the login last seen by account, source and destination, today.
    latest: HashMap<(u32, u32, u32), Connection>,
}

impl Sensor {
    pub(super) fn new(hosts: usize, seed: u64) -> Self {
        Self {
            seed,
            uids: 0,
            leased: vec![false; hosts],
            resolved: vec![false; hosts],
            latest: HashMap::new(),
        }
    }

    /// Begins a day: names are leased and asked for anew.
    pub(super) fn new_day(&mut self) {
        self.leased.fill(false);
        self.resolved.fill(false);
        self.latest.clear();
    }

    /// Writes what goes over the network in an act.
    pub(super) fn write(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let row = &act.row;
        self.lease(scene, act, row.src, out);
        self.lease(scene, act, row.dst, out);
        match row.orientation {
            Orientation::Tgt if scene.is_sensed(row.src) => self.ticket(scene, act, out),
            Orientation::Tgs if scene.is_sensed(row.dst) => self.ticket(scene, act, out),
            Orientation::LogOn if is_remote_logon(row) && scene.is_sensed(row.dst) => {
                self.resolve(scene, act, out);
                if !scene.is_silent(row.dst) {
                    self.login(scene, act, out);
                }
            }
            _ => {}
        }
    }

    /// The lease of a host, at the first sign of it on a day.
    fn lease(&mut self, scene: &Scene<'_>, act: &Act, host: u32, out: &mut Streams) {
        if !scene.network.is_leased(host)
            || std::mem::replace(&mut self.leased[host as usize], true)
        {
            return;
        }
        let time = act.time - 40_000;
        let (address, server) = (scene.address(host), scene.address(scene.controller(host)));
        let bits = mix(self.seed ^ mix(u64::from(host) ^ 0xDC)).to_be_bytes();
        let mac = format!("00:50:56:{:02x}:{:02x}:{:02x}", bits[0] & 0x3f, bits[1], bits[2]);
        let (name, whole) = (scene.short(host), scene.dns(host));
        let uid = self.uid();
        let text = format!(
            "{}\t{uid}\t{address}\t{server}\t{mac}\t{name}\t{whole}\t-\t{address}\t{address}\t\
             86400.000000\tREQUEST,ACK",
            Time(time),
        );
        out.put(DHCP.0, DHCP.1, time, text);
    }

    /// The name of a host, looked up before the first login to it on a day.
    fn resolve(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let (src, dst) = (act.row.src, act.row.dst);
        if std::mem::replace(&mut self.resolved[dst as usize], true) {
            return;
        }
        let server = scene.controller(src);
        let time = act.time - 20_000;
        let ends = Ends { src: scene.address(src), port: act.port(), dst: scene.address(server) };
        let text = format!(
            "{}\tudp\t{}\tC_INTERNET\tA\tNOERROR\t{}\t1200.000000",
            self.begin(time, &ends, 53),
            scene.dns(dst),
            scene.address(dst),
        );
        out.put(DNS.0, DNS.1, time, text);
    }

    /// A ticket asked of a controller.
    fn ticket(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let row = &act.row;
        let controller = scene.controller(row.src);
        if row.src == controller {
            return;
        }
        let account = scene.account(row.account);
        let realm = scene.realm(&account);
        let (kind, service) = match row.orientation {
            Orientation::Tgt => ("AS", format!("krbtgt/{realm}")),
            _ => {
                let class = ["cifs", "host", "HTTP", "TERMSRV"][(act.dice(7) % 4) as usize];
                ("TGS", format!("{class}/{}", scene.dns(row.dst)))
            }
        };
        let (success, error) = match (row.success, kind) {
            (true, _) => ("T", "-"),
            (false, "AS") => ("F", "KDC_ERR_PREAUTH_FAILED"),
            (false, _) => ("F", "KDC_ERR_S_PRINCIPAL_UNKNOWN"),
        };
        let old = scene.has_old_cipher(row);
        let cipher = if old { "rc4-hmac" } else { "aes256-cts-hmac-sha1-96" };
        let ends =
            Ends { src: scene.address(row.src), port: act.port(), dst: scene.address(controller) };
        let text = format!(
            "{}\t{kind}\t{}/{realm}\t{service}\t{success}\t{error}\t-\t{}\t\
             {cipher}\tT\tT",
            self.begin(act.time, &ends, 88),
            account.name,
            Time(act.time + 36_000_000_000),
        );
        out.put(KERBEROS.0, KERBEROS.1, act.time, text);
    }

    /// A login: its connection, and what the protocol in it shows.
    fn login(&mut self, scene: &Scene<'_>, act: &Act, out: &mut Streams) {
        let row = &act.row;
        let ends =
            Ends { src: scene.address(row.src), port: act.port(), dst: scene.address(row.dst) };
        let desktop = row.logon == Logon::RemoteInteractive;
        let ssh = scene.org.hosts[row.dst as usize].ssh;
        let (port, service) = match () {
            () if desktop => (3389, "rdp"),
            () if ssh => (22, "ssh"),
            () => (445, "gssapi,smb"),
        };
        let begin = self.begin(act.time, &ends, port);
        let conn = format!(
            "{begin}\ttcp\t{service}\t{:.6}\t{}\t{}\tSF\tShADadFf",
            (act.dice(8) % 90_000) as f64 / 1000.0,
            400 + act.dice(9) % 20_000,
            400 + act.dice(10) % 90_000,
        );
        out.put(CONN.0, CONN.1, act.time, conn);
        if desktop {
            let account = scene.account(row.account);
            let cookie = if act.chance(11, NO_COOKIE) { "-" } else { cut(&account.name) };
            let name = if scene.shows_names(row.src) { scene.short(row.src) } else { "-" };
            let text = format!("{begin}\t{cookie}\tencrypted\tHYBRID\t{name}");
            out.put(RDP.0, RDP.1, act.time, text);
            return;
        }
        if ssh {
            return;
        }
        if matches!(row.auth, Auth::Ntlm | Auth::MsV1) {
            out.put(NTLM.0, NTLM.1, act.time, ntlm(scene, act, &begin));
        }
        let connection = Connection { uid: begin_uid(&begin), port: ends.port };
        self.latest.insert((row.account, row.src, row.dst), connection);
    }

    /// The first fields of a record.
    fn begin(&mut self, time: i64, ends: &Ends, port: u16) -> String {
        let uid = self.uid();
        let Ends { src, port: from, dst } = ends;
        format!("{}\t{uid}\t{src}\t{from}\t{dst}\t{port}", Time(time))
    }

    fn uid(&mut self) -> String {
        self.uids += 1;
        let mut bits = u128::from(mix(self.seed ^ mix(self.uids))) << 40 | u128::from(self.uids);
        let mut uid = String::with_capacity(18);
        uid.push('C');
        for _ in 0..17 {
            uid.push(char::from(LETTERS[(bits % 62) as usize]));
            bits /= 62;
        }
        uid
    }
}

/// A connection that a login was made over.
#[derive(Debug, Clone)]
struct Connection {
    uid: String,
    port: u64,
}

/// The uid among the first fields of a record.
fn begin_uid(begin: &str) -> String {
    begin.split('\t').nth(1).unwrap_or_default().to_owned()
}

/// The ends of a connection.
struct Ends {
    src: Ipv4Addr,
    port: u64,
    dst: Ipv4Addr,
}

/// An exchange of NTLM. Names are in it as far as the sensor saw them and they are to be known.
fn ntlm(scene: &Scene<'_>, act: &Act, begin: &str) -> String {
    let row = &act.row;
    let account = scene.account(row.account);
    let seen = !act.chance(14, NO_NAMES);
    let host = if seen && scene.shows_names(row.src) { scene.short(row.src) } else { "-" };
    let mut text = String::with_capacity(160);
    let domain = account.domain.as_deref().unwrap_or("-");
    // Writing to a String cannot fail.
    let _ = write!(text, "{begin}\t{}\t{host}\t{domain}", account.name);
    if seen && scene.shows_names(row.dst) {
        let _ = write!(text, "\t{}\t{}\t-", scene.short(row.dst), scene.dns(row.dst));
    } else {
        text.push_str("\t-\t-\t-");
    }
    text.push_str(if row.success { "\tT" } else { "\tF" });
    text
}

/// As much of a name as a cookie holds.
fn cut(name: &str) -> &str {
    name.get(..9).unwrap_or(name)
}

/// Microseconds since 1970 as Zeek writes them.
struct Time(i64);

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:06}", self.0.div_euclid(1_000_000), self.0.rem_euclid(1_000_000))
    }
}
