//! Zeek's TSV: what each log gives, and what is wrong with a file.

use std::ops::ControlFlow;

use proptest::prelude::*;
use sidestep::event::{
    Activity, AuthEvent, AuthProtocol, Event, HostActivity, HostActivityKind, LogonType, Outcome,
    TicketEncryption,
};
use sidestep_formats::{Format, FormatError, LogReader, ReadOptions, ReadSummary};

#[derive(Debug, Default)]
struct Found {
    logins: Vec<AuthEvent<'static>>,
    /// Kind, host, peer and object.
    activities: Vec<(HostActivityKind, String, String, String)>,
    sessions: Vec<Option<u64>>,
    summary: ReadSummary,
}

fn try_read(log: &[u8], format: Format) -> (Found, Result<(), FormatError>) {
    let mut found = Found::default();
    let mut reader = LogReader::new(ReadOptions::default().with_format(format));
    let result = reader.read(log, "zeek.log", &mut |event| {
        match event {
            Event::Auth(event) => {
                found.logins.push(event.clone().into_owned());
                found.sessions.push(event.logon_id());
            }
            Event::Activity(activity) => {
                let HostActivityNames(kind, host, peer, object) = names(activity);
                found.activities.push((kind, host, peer, object));
                found.sessions.push(activity.logon_id());
            }
            _ => unreachable!("there is no other kind"),
        }
        ControlFlow::Continue(())
    });
    found.summary = reader.summary().clone();
    (found, result.map(drop))
}

struct HostActivityNames(HostActivityKind, String, String, String);

fn names(activity: &HostActivity<'_>) -> HostActivityNames {
    let whole = |host: &sidestep::event::Host<'_>| match (&host.name, host.ip) {
        (Some(name), Some(ip)) => format!("{name}={ip}"),
        _ => host.to_string(),
    };
    let object = activity.object().unwrap_or_default().to_owned();
    HostActivityNames(activity.kind(), whole(activity.host()), whole(activity.peer()), object)
}

/// A log of one kind: its header and a row for each list of values behind the six that all have.
fn log(path: &str, fields: &str, rows: &[&str]) -> String {
    let mut log =
        "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n".to_owned();
    let head = "ts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p";
    log += &format!("#path\t{path}\n#open\t2024-01-01-00-00-00\n");
    log += &format!("#fields\t{head}\t{}\n", fields.replace(' ', "\t"));
    for row in rows {
        let row = row.replace(' ', "\t").replace('~', " ");
        log +=
            &format!("1700000000.25\tCUM0KZ3MLUfNB0cl11\t10.0.0.1\t50000\t10.0.0.2\t445\t{row}\n");
    }
    log + "#close\t2024-01-01-01-00-00\n"
}

fn read(log: &str) -> Found {
    let (found, result) = try_read(log.as_bytes(), Format::Auto);
    result.unwrap();
    assert_eq!(found.summary.skipped, 0, "{:?}", found.summary.first_errors);
    found
}

const KERBEROS: &str = "request_type client service success error_msg cipher";

#[test]
fn kerberos_marks_the_ticket_that_was_shown() {
    let rows = ["TGS alice/CORP cifs/FILES.corp.example T - - 5fd2", "TGS bob/CORP cifs/A T - - -"];
    let log = log("kerberos", &format!("{KERBEROS} auth_ticket"), &rows);
    let found = read(&log.replace("\t445\t", "\t88\t"));
    let marks: Vec<_> = found.logins.iter().map(|event| event.credential()).collect();
    assert_eq!(marks, [Some("5fd2"), None]);
}

#[test]
fn kerberos_gives_tickets() {
    let rows = [
        "AS alice/CORP krbtgt/CORP F KDC_ERR_PREAUTH_REQUIRED -",
        "AS alice/CORP krbtgt/CORP T - aes256-cts-hmac-sha1-96",
        "TGS alice/CORP cifs/FILES.corp.example T - rc4-hmac",
        "TGS alice/CORP krbtgt/CORP T - -",
        "- WS1$/CORP LDAP/DC1.corp.example/corp.example - - -",
        "AS bob/CORP krbtgt/CORP F KDC_ERR_PREAUTH_FAILED -",
        "- - dc01$ F KRB_AP_ERR_SKEW -",
        "AS /NM krbtgt/NM - - -",
    ];
    let log = log("kerberos", KERBEROS, &rows).replace("\t445\t", "\t88\t");
    let found = read(&log);
    assert_eq!(found.summary.passed_over["zeek kerberos, KDC_ERR_PREAUTH_REQUIRED"], 1);
    assert_eq!(found.summary.passed_over["zeek kerberos without a client"], 2);
    let told: Vec<_> = found
        .logins
        .iter()
        .map(|e| (e.activity(), e.account().to_string(), e.dst_host().to_string(), e.outcome()))
        .collect();
    let ticket = Activity::TicketGrantingTicket;
    assert_eq!(
        told,
        [
            (ticket, "alice@CORP".into(), "10.0.0.2".into(), Outcome::Success),
            (
                Activity::ServiceTicket,
                "alice@CORP".into(),
                "FILES.corp.example".into(),
                Outcome::Success
            ),
            (ticket, "alice@CORP".into(), "10.0.0.2".into(), Outcome::Success),
            (
                Activity::ServiceTicket,
                "WS1$@CORP".into(),
                "DC1.corp.example".into(),
                Outcome::Unknown
            ),
            (ticket, "bob@CORP".into(), "10.0.0.2".into(), Outcome::Failure),
        ]
    );
    let service = &found.logins[1];
    assert_eq!(service.time().micros(), 1_700_000_000_250_000);
    assert_eq!(service.src_host().to_string(), "10.0.0.1");
    assert_eq!((service.src_host().port, service.dst_host().ip), (Some(50_000), None));
    assert_eq!(service.ticket_encryption(), Some(TicketEncryption::RC4_HMAC));
    assert_eq!(service.auth_protocol(), AuthProtocol::Kerberos);
    assert_eq!(service.logon_guid(), None);
    assert_eq!(service.raw_ref(), Some(10));
    assert_eq!(found.logins[4].outcome_reason(), Some("KDC_ERR_PREAUTH_FAILED"));
}

#[test]
fn ntlm_gives_logons_and_the_names_of_servers() {
    let fields =
        "username hostname domainname server_nb_computer_name server_dns_computer_name success";
    let rows = [
        "alice WS1 CORP FILES files.corp.example T",
        "alice \\\\\\\\WS1 - FILES - -",
        "CORP\\\\bob - - - - F",
        "- - - FILES files.corp.example -",
        "(empty) - - - - T",
    ];
    let found = read(&log("ntlm", fields, &rows));
    let first = &found.logins[0];
    assert_eq!(first.account().to_string(), "alice@CORP");
    assert_eq!(first.src_host().name.as_deref(), Some("WS1"));
    assert_eq!(first.src_host().ip, "10.0.0.1".parse().ok());
    assert_eq!(first.dst_host().name.as_deref(), Some("files.corp.example"));
    assert_eq!(first.dst_host().port, Some(445));
    assert_eq!(
        (first.logon_type(), first.auth_protocol()),
        (LogonType::Network, AuthProtocol::Ntlm)
    );
    let outcomes: Vec<_> = found.logins.iter().map(AuthEvent::outcome).collect();
    assert_eq!(outcomes, [Outcome::Success, Outcome::Unknown, Outcome::Failure]);
    assert_eq!(found.logins[1].src_host().name.as_deref(), Some("WS1"));
    assert_eq!(found.logins[2].account().to_string(), "bob@CORP");
    let binding = HostActivityKind::AddressBinding;
    let name = ("files.corp.example=10.0.0.2".to_owned(), "10.0.0.1".to_owned());
    assert_eq!(found.activities, [(binding, name.0, name.1, String::new())]);
    assert_eq!(found.summary.passed_over.values().sum::<u64>(), 1);
    assert!(first.logon_guid().is_some());
    assert_eq!(found.logins[1].logon_guid(), first.logon_guid());
}

#[test]
fn rdp_gives_logons_of_which_the_end_is_not_known() {
    let fields = "cookie result security_protocol client_name";
    let rows = [
        "administr encrypted HYBRID -",
        "CORP\\\\ali Success RDP WS1",
        "bob SSL_NOT_ALLOWED_BY_SERVER - -",
        "- encrypted HYBRID -",
    ];
    let found = read(&log("rdp", fields, &rows));
    assert!(found.logins.iter().all(|e| e.logon_type() == LogonType::RemoteInteractive));
    let outcomes: Vec<_> = found.logins.iter().map(AuthEvent::outcome).collect();
    assert_eq!(outcomes, [Outcome::Unknown, Outcome::Unknown, Outcome::Failure]);
    assert_eq!(found.logins[0].auth_protocol(), AuthProtocol::Negotiate);
    assert_eq!(found.logins[1].account().to_string(), "ali@CORP");
    assert_eq!(found.logins[1].src_host().name.as_deref(), Some("WS1"));
    assert_eq!(found.activities[0].3, "rdp");
}

#[test]
fn connections_shares_files_and_calls_are_one_session() {
    let logs = [
        log("smb_mapping", "path share_type", &["\\\\\\\\10.0.0.2\\\\ADMIN$ DISK", "- PIPE"]),
        log(
            "smb_files",
            "action path name",
            &[
                "SMB::FILE_OPEN \\\\\\\\10.0.0.2\\\\ADMIN$ Temp\\\\x.exe",
                "SMB::FILE_OPEN - \\\\svcctl",
                "SMB::FILE_CLOSE - x",
            ],
        ),
        log(
            "dce_rpc",
            "named_pipe endpoint operation",
            &["\\\\pipe\\\\ntsvcs svcctl CreateServiceW", "- - -"],
        ),
        log(
            "conn",
            "proto service conn_state",
            &["tcp gssapi,smb,ntlm SF", "tcp - S1", "tcp - S0", "tcp http SF", "udp dns SF"],
        ),
        log("ssh", "auth_success", &["T", "F", "-"]),
        log("rfb", "auth", &["T", "-"]),
    ];
    let found = read(&logs.concat());
    use HostActivityKind::{FileTransfer, NamedPipe, NetworkConnection, ShareAccess};
    let told: Vec<_> = found.activities.iter().map(|a| (a.0, a.3.as_str())).collect();
    assert_eq!(
        told,
        [
            (ShareAccess, "\\\\10.0.0.2\\ADMIN$"),
            (ShareAccess, ""),
            (FileTransfer, "\\\\10.0.0.2\\ADMIN$\\Temp\\x.exe"),
            (NamedPipe, "svcctl"),
            (NamedPipe, "svcctl CreateServiceW"),
            (NetworkConnection, "smb"),
            (NetworkConnection, "smb"),
            (NetworkConnection, "ssh accepted"),
            (NetworkConnection, "ssh refused"),
            (NetworkConnection, "ssh"),
            (NetworkConnection, "vnc accepted"),
            (NetworkConnection, "vnc"),
        ]
    );
    assert!(found.activities.iter().all(|a| a.1 == "10.0.0.2" && a.2 == "10.0.0.1"));
    assert!(found.sessions.iter().all(|s| s.is_some() && *s == found.sessions[0]));
    assert_eq!(found.summary.passed_over["zeek conn without an answer"], 1);
    assert_eq!(found.summary.passed_over["zeek conn of another service"], 2);
}

#[test]
fn names_come_from_dhcp_and_dns() {
    let dhcp = log(
        "dhcp",
        "mac host_name client_fqdn assigned_addr client_addr msg_types",
        &[
            "00:01 WS1 - 10.0.0.9 - DISCOVER,OFFER,REQUEST,ACK",
            "00:01 WS1 ws1.corp.example. 10.0.0.9 - ACK",
            "00:02 WS2 - - 10.0.0.8 INFORM,ACK",
            "00:02 WS2 - - 10.0.0.8 RELEASE",
            "00:03 - - 10.0.0.7 - ACK",
        ],
    );
    let dns = log(
        "dns",
        "query qtype_name answers",
        &[
            "files.corp.example A 10.0.0.2,10.0.0.3",
            "alias.corp.example A files.corp.example,10.0.0.2",
            "ws1.corp.example AAAA fd00::1",
            "1.0.0.10.in-addr.arpa PTR ws1.corp.example",
            "sink.example A 0.0.0.0",
            "gone.example A -",
            "many.example A 1.0.0.1,1.0.0.2,1.0.0.3,1.0.0.4,1.0.0.5,1.0.0.6,1.0.0.7,1.0.0.8,1.0.0.9,1.0.0.10,1.0.0.11,1.0.0.12,1.0.0.13,1.0.0.14,1.0.0.15,1.0.0.16,1.0.0.17",
        ],
    );
    let found = read(&(dhcp + &dns));
    assert!(found.activities.iter().all(|a| a.0 == HostActivityKind::AddressBinding));
    let told: Vec<_> = found.activities.iter().map(|a| a.1.as_str()).collect();
    assert_eq!(
        told[..7],
        [
            "WS1=10.0.0.9",
            "ws1.corp.example=10.0.0.9",
            "WS2=10.0.0.8",
            "files.corp.example=10.0.0.2",
            "files.corp.example=10.0.0.3",
            "files.corp.example=10.0.0.2",
            "ws1.corp.example=fd00::1",
        ]
    );
    assert_eq!(told.len(), 7 + 16);
    assert_eq!(found.summary.passed_over["zeek dhcp without a name or an address"], 2);
    assert_eq!(found.summary.passed_over["zeek dns without an address"], 3);
}

#[test]
fn a_header_says_how_its_records_are_written() {
    let other = "#separator \\x2c\n#set_separator,|\n#empty_field,EMPTY\n#unset_field,NONE\n\
                 #path,dns\n#fields,ts,uid,query,answers\n#types,time,string,string,vector[string]\n\
                 1700000000.0,C1,a\\x2cb.example,10.0.0.1|10.0.0.2\n\
                 1700000000.0,C1,NONE,EMPTY\n";
    let found = read(other);
    let told: Vec<_> = found.activities.iter().map(|a| a.1.as_str()).collect();
    assert_eq!(told, ["a,b.example=10.0.0.1", "a,b.example=10.0.0.2"]);
    // A log after another one, without #separator, and with columns that come in another order.
    let unnamed = "#fields\tid.orig_h\tts\tusername\tdomainname\tid.resp_h\tuid\n\
                   10.0.0.1\t1700000000\talice\tCORP\t10.0.0.2\tC1\n";
    let found = read(unnamed);
    assert_eq!(found.logins[0].account().to_string(), "alice@CORP");
    let conn = log("conn", "proto service conn_state", &["tcp smb SF"]);
    let weird = log("weird", "name", &["odd"]);
    let found = read(&format!("{conn}{weird}\n# a remark\n{conn}"));
    assert_eq!(found.activities.len(), 2);
    assert_eq!(found.summary.passed_over["zeek weird"], 1);
}

#[test]
fn addresses_that_name_no_host_are_left_out() {
    let local = log("ssh", "auth_success", &["T"]).replace("10.0.0.1\t", "fe80::1\t");
    assert_eq!(read(&local).activities[0].2, "?");
    let mapped = log("ssh", "auth_success", &["T"]).replace("10.0.0.1\t", "::ffff:10.0.0.5\t");
    assert_eq!(read(&mapped).activities[0].2, "10.0.0.5");
}

#[test]
fn a_bad_record_says_what_is_wrong() {
    let whole = log("ssh", "auth_success", &["T", "F", "maybe", "T", "T", "T"]);
    let mut lines: Vec<_> = whole.lines().map(str::to_owned).collect();
    lines[8] = "1700000000.0\tC1\t10.0.0.1".to_owned();
    lines[10] = lines[10].replace("10.0.0.2", "10.0.0.300");
    lines[11] = lines[11].replace("1700000000.25", "-11644473600.0");
    lines[12] += "\textra";
    let (found, result) = try_read(lines.join("\n").as_bytes(), Format::Auto);
    result.unwrap();
    assert_eq!((found.activities.len(), found.summary.skipped), (1, 5));
    let errors: Vec<_> = found.summary.first_errors.iter().map(ToString::to_string).collect();
    assert_eq!(
        errors,
        [
            "zeek.log:9: has 3 columns where #fields names 7",
            "zeek.log:10: auth_success: \"maybe\" is not T or F",
            "zeek.log:11: id.resp_h: \"10.0.0.300\" is not an IP address",
            "zeek.log:12: ts: \"-11644473600.0\" is not a time (a number since 1970, or RFC 3339; for other forms say the time format)",
            "zeek.log:13: has 8 columns where #fields names 7",
        ]
    );
}

#[test]
fn records_without_a_header_are_an_error() {
    let rows = "1700000000.0\tC1\t10.0.0.1\t5\t10.0.0.2\t22\tT\n".repeat(3);
    let (found, result) = try_read(rows.as_bytes(), Format::Zeek);
    let error = result.unwrap_err().to_string();
    assert!(error.starts_with("zeek.log: no #fields line names the columns; give"), "{error}");
    assert_eq!(found.summary.skipped, 3);
    // A log that lost its beginning is read from the next header on.
    let cut = rows + &log("ssh", "auth_success", &["T"]);
    let (found, result) = try_read(cut.as_bytes(), Format::Zeek);
    result.unwrap();
    assert_eq!((found.activities.len(), found.summary.skipped), (1, 3));
    assert_eq!(
        found.summary.first_errors[0].what,
        "stands above the #fields line that names its columns"
    );
}

/// Text that looks like Zeek's often enough to get past the first checks.
fn zeekish() -> impl Strategy<Value = Vec<u8>> {
    let paths = ["kerberos", "ntlm", "smb_files", "rdp", "dce_rpc", "conn", "dhcp", "dns", "x"];
    let fields = "request_type client service success username action path name cookie result \
                  endpoint operation proto conn_state assigned_addr host_name query answers";
    let mut pieces: Vec<Vec<u8>> = paths.map(|path| log(path, fields, &[]).into_bytes()).to_vec();
    pieces.extend(
        [
            "\t",
            "\t",
            "\t",
            "\n",
            "\n",
            "-",
            "T",
            "(empty)",
            "\\x09",
            "\\",
            "1700000000.1",
            "C1",
            "10.0.0.1",
            "fe80::1",
            "22",
            "445",
            "AS",
            "alice/CORP",
            "krbtgt/CORP",
            "cifs/",
            "$",
            "SMB::FILE_OPEN",
            "\\\\svcctl",
            "smb",
            "#fields\tts\tuid\n",
            "#separator \\x2c\n",
            "#",
            "1700000000.1\tC1\t10.0.0.1\t5\t10.0.0.2\t445\t",
            "é",
            "\u{feff}",
        ]
        .map(|text| text.as_bytes().to_vec()),
    );
    let piece = prop_oneof![
        8 => proptest::sample::select(pieces),
        1 => proptest::collection::vec(any::<u8>(), 0..6),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn every_line_is_an_event_or_counted(bytes in zeekish()) {
        let (found, _) = try_read(&bytes, Format::Zeek);
        let records = bytes
            .strip_prefix("\u{feff}".as_bytes())
            .unwrap_or(&bytes)
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty() && *line != b"\r" && line[0] != b'#')
            .count() as u64;
        let summary = &found.summary;
        let counted = summary.events + summary.passed_over.values().sum::<u64>() + summary.skipped;
        prop_assert!(counted >= records, "{counted} of {records}");
        let _ = try_read(&bytes, Format::Auto);
    }
}
