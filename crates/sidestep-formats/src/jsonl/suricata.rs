//! Suricata's EVE log: logons and remote calls that it saw on the network. They mean what Zeek's logs
//! of the same protocols mean, and are read through them.

mod calls;

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::Taken;
use super::shape::{not_understood, pass_over};
use super::tape::Node;
use crate::record_sink::RecordSink;
use crate::values::cut;
use crate::zeek::{self, Kind, Record};

/// Ports of the services that are read, by which it shows which end is the server.
const KERBEROS: [&str; 2] = ["88", "464"];
const SMB: [&str; 2] = ["445", "139"];
const RDP: [&str; 1] = ["3389"];
const SSH: [&str; 1] = ["22"];
const RPC: [&str; 1] = ["135"];
const VNC: [&str; 3] = ["5900", "5901", "5902"];

/// A record, and the one in ECS's words around it where Filebeat's module took it apart.
#[derive(Clone, Copy)]
struct Eve<'r> {
    eve: Node<'r>,
    ecs: Option<Node<'r>>,
}

impl<'r> Eve<'r> {
    fn find(self, path: &str) -> Option<Node<'r>> {
        self.eve.find(path)
    }

    fn word(self, path: &str) -> Option<&'r str> {
        self.eve.word(path)
    }

    /// One of the fields that Filebeat's module puts elsewhere.
    fn moved(self, name: &str, elsewhere: &str) -> Option<&'r str> {
        self.eve.word(name).or_else(|| self.ecs?.word(elsewhere))
    }
}

/// Hands on what a record tells.
pub(super) fn take(root: Node<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    eve(Eve { eve: root, ecs: None }, number, sink)
}

/// Hands on what a record tells that Filebeat's module took apart.
pub(super) fn take_of_beats(
    ecs: Node<'_>,
    record: Node<'_>,
    number: u64,
    sink: &mut RecordSink<'_>,
) -> Taken {
    eve(Eve { eve: record, ecs: Some(ecs) }, number, sink)
}

fn eve(root: Eve<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    /// Longest name of a kind that is shown.
    const LONGEST: usize = 64;
    let kind = root.word("event_type").unwrap_or("record without a type");
    match kind {
        "krb5" => kerberos(root, number, sink),
        "smb" => smb(root, number, sink),
        "rdp" => rdp(root, number, sink),
        "ssh" => zeek::emit(&connection(root, Kind::Ssh, &SSH, number), sink),
        "dcerpc" => dcerpc(root, "dcerpc", &RPC, number, sink),
        "rfb" => rfb(root, number, sink),
        _ => {
            let kind = cut(kind, LONGEST);
            sink.pass_over_foreign("Suricata EVE", &format!("Suricata {kind}"));
            Ok(ControlFlow::Continue(()))
        }
    }
}

/// A record of Zeek's with the time, the flow, and the ends of the connection. The client is the one
/// that does not use the service's port: what Suricata logs at the answer has the ends exchanged.
fn connection<'r>(root: Eve<'r>, kind: Kind, ports: &[&str], number: u64) -> Record<'r> {
    let src_port = root.moved("src_port", "source.port");
    let dst_port = root.moved("dest_port", "destination.port");
    let serves = |port: Option<&str>| port.is_some_and(|port| ports.contains(&port));
    let exchanged = match (serves(src_port), serves(dst_port)) {
        (true, false) => true,
        (false, false) => root.word("direction") == Some("to_client"),
        _ => false,
    };
    let mut ends = [
        (root.moved("src_ip", "source.ip"), src_port),
        (root.moved("dest_ip", "destination.ip"), dst_port),
    ];
    if exchanged {
        ends.swap(0, 1);
    }
    let [(orig, orig_port), (resp, resp_port)] = ends;
    let mut record = Record::new(kind);
    record.raw_ref = Some(number);
    for (name, value) in [
        ("ts", root.moved("timestamp", "@timestamp")),
        ("uid", root.word("flow_id")),
        ("id.orig_h", orig),
        ("id.orig_p", orig_port),
        ("id.resp_h", resp),
        ("id.resp_p", resp_port),
    ] {
        put(&mut record, name, value);
    }
    record
}

/// Sets a value, if there is one.
fn put<'r>(record: &mut Record<'r>, name: &str, value: Option<&'r str>) {
    if let Some(value) = value {
        record.set(name, Cow::Borrowed(value));
    }
}

/// A text, where it is not one of those that stand for none.
fn stated(text: &&str) -> bool {
    !matches!(*text, "<empty>" | "<none>" | "<unknown>")
}

/// A ticket that was asked for.
fn kerberos(root: Eve<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let word = |name: &'static str| root.word(name).filter(stated);
    let Some(message) = word("krb5.msg_type") else { return Ok(not_understood(sink, root.eve)) };
    let error = word("krb5.error_code");
    let failed = message == "KRB_ERROR" || error.is_some();
    let exchange = match (message, word("krb5.failed_request")) {
        ("KRB_AS_REP" | "KRB_AS_REQ", _) | (_, Some("KRB_AS_REQ")) => Some("AS"),
        ("KRB_TGS_REP" | "KRB_TGS_REQ", _) | (_, Some("KRB_TGS_REQ")) => Some("TGS"),
        ("KRB_AP_REP" | "KRB_AP_REQ", _) => Some("AP"),
        _ => None,
    };
    if let Some(step @ ("KDC_ERR_PREAUTH_REQUIRED" | "KRB_ERR_RESPONSE_TOO_BIG")) = error {
        return Ok(pass_over(sink, "Suricata krb5", step));
    }
    let Some(client) = word("krb5.cname") else {
        return Ok(pass_over(sink, "Suricata krb5", "without a client"));
    };
    let mut record = connection(root, Kind::Kerberos, &KERBEROS, number);
    let client = match word("krb5.realm") {
        Some(realm) => Cow::Owned(format!("{client}/{realm}")),
        None => Cow::Borrowed(client),
    };
    record.set("client", client);
    put(&mut record, "request_type", exchange);
    put(&mut record, "service", word("krb5.sname"));
    record.set("success", Cow::Borrowed(if failed { "F" } else { "T" }));
    put(&mut record, "error_msg", error);
    // What the reply itself is encrypted with says nothing of the ticket.
    if let Some(cipher) = word("krb5.ticket_encryption") {
        record.set("cipher", Cow::Owned(cipher.to_ascii_lowercase().replace('_', "-")));
    }
    zeek::emit(&record, sink)
}

/// An exchange of SMB: a session with the names that NTLM gave, a share, a file, a remote call.
fn smb(root: Eve<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let word = |name: &'static str| root.word(name);
    let command = word("smb.command").unwrap_or("without a command");
    let status = word("smb.status");
    let ok = matches!(word("smb.status_code"), Some("0x0" | "0x0000" | "0x00000000"))
        || status == Some("STATUS_SUCCESS");
    if let Some(user) = word("smb.ntlmssp.user") {
        if matches!(status, Some("STATUS_MORE_PROCESSING_REQUIRED")) {
            return Ok(pass_over(sink, "Suricata smb", "session that goes on"));
        }
        let mut record = connection(root, Kind::Ntlm, &SMB, number);
        record.set("username", Cow::Borrowed(user));
        put(&mut record, "domainname", word("smb.ntlmssp.domain"));
        put(&mut record, "hostname", word("smb.ntlmssp.host"));
        if status.is_some() || word("smb.status_code").is_some() {
            record.set("success", Cow::Borrowed(if ok { "T" } else { "F" }));
        }
        return zeek::emit(&record, sink);
    }
    if root.find("smb.dcerpc").is_some() || word("smb.dcerpc.request").is_some() {
        return dcerpc(root, "smb.dcerpc", &SMB, number, sink);
    }
    let answered = status.is_none() || ok;
    if root.find("smb.kerberos").is_some() || word("smb.kerberos.realm").is_some() {
        // The ticket is encrypted, so that nothing says whose it is.
        let mut record = connection(root, Kind::Conn, &SMB, number);
        record.set("service", Cow::Borrowed("smb"));
        return zeek::emit(&record, sink);
    }
    let connects = command.contains("TREE_CONNECT");
    let share = word("smb.share").or_else(|| word("smb.named_pipe").filter(|_| connects));
    if let Some(share) = share.filter(|_| answered && connects) {
        let mut record = connection(root, Kind::SmbMapping, &SMB, number);
        record.set("path", Cow::Borrowed(share));
        return zeek::emit(&record, sink);
    }
    let writes = command.contains("WRITE") || command.contains("CREATE");
    if let (Some(share), Some(name), true) = (share, word("smb.filename"), answered && writes)
        && !name.starts_with('<')
    {
        let mut record = connection(root, Kind::SmbFiles, &SMB, number);
        let write = command.contains("WRITE");
        record
            .set("action", Cow::Borrowed(if write { "SMB::FILE_WRITE" } else { "SMB::FILE_OPEN" }));
        record.set("path", Cow::Borrowed(share));
        record.set("name", Cow::Borrowed(name));
        return zeek::emit(&record, sink);
    }
    Ok(pass_over(sink, "Suricata smb", command))
}

/// A remote call: by the names that its interface and number have, or by these themselves.
fn dcerpc(
    root: Eve<'_>,
    path: &'static str,
    ports: &[&str],
    number: u64,
    sink: &mut RecordSink<'_>,
) -> Taken {
    let call = root.find(path);
    let word = |name: &str| call.and_then(|call| call.word(name));
    if word("request") != Some("REQUEST") {
        return Ok(pass_over(sink, "Suricata dcerpc", word("request").unwrap_or("no request")));
    }
    let interface = call.and_then(|call| call.get("interfaces")?.children().next());
    let Some(interface) = interface.filter(|interface| interface.is_object()) else {
        return Ok(pass_over(sink, "Suricata dcerpc", "call without an interface"));
    };
    let uuid = interface.word("uuid").unwrap_or_default();
    let opnum = word("opnum").or_else(|| word("req.opnum"));
    let mut record = connection(root, Kind::DceRpc, ports, number);
    let name = calls::interface(uuid).or_else(|| interface.word("service"));
    put(&mut record, "endpoint", Some(name.unwrap_or(uuid)));
    let named = opnum.and_then(|opnum| calls::operation(name?, opnum));
    match named.or_else(|| interface.word("procedure")) {
        Some(name) => record.set("operation", Cow::Borrowed(name)),
        None => {
            if let Some(opnum) = opnum {
                record.set("operation", Cow::Owned(format!("opnum {opnum}")));
            }
        }
    }
    zeek::emit(&record, sink)
}

/// A remote desktop. The user's name comes with the client's first request; the other records of
/// the connection say nothing more of who that is.
fn rdp(root: Eve<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    match root.word("rdp.event_type") {
        Some("initial_request") => {
            let mut record = connection(root, Kind::Rdp, &RDP, number);
            put(&mut record, "cookie", root.word("rdp.cookie"));
            put(&mut record, "client_name", root.word("rdp.client.client_name"));
            zeek::emit(&record, sink)
        }
        Some(step) => Ok(pass_over(sink, "Suricata rdp", step)),
        None => Ok(not_understood(sink, root.eve)),
    }
}

/// VNC, which knows no accounts.
fn rfb(root: Eve<'_>, number: u64, sink: &mut RecordSink<'_>) -> Taken {
    let mut record = connection(root, Kind::Rfb, &VNC, number);
    let result = root.word("rfb.authentication.security_result");
    let truth = result.and_then(|result| match result {
        "OK" => Some("T"),
        "FAIL" | "TOOMANY" => Some("F"),
        _ => None,
    });
    put(&mut record, "auth", truth);
    zeek::emit(&record, sink)
}
