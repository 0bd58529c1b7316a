//! Real Zeek logs, where they are present beside the workspace; they are no part of the project.
//! What is read is held against counts made by splitting the lines and nothing else.

#![allow(clippy::print_stdout, reason = "says what it skips, and what it measured")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use sidestep::event::{Activity, Event, HostActivityKind};
use sidestep_formats::{Format, LogReader, OnError, ReadOptions, ReadSummary};

/// A folder of real records, or `None` after saying that the test skips.
fn real(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data").join(name);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {name} is not in ../shared/data");
    None
}

/// Every TSV log below a folder.
fn logs(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            logs(&path, found);
        } else if text(&path).starts_with("#separator") {
            found.push(path);
        }
    }
    found.sort();
}

fn text(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut text = String::new();
        flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_string(&mut text).unwrap();
        return text;
    }
    String::from_utf8(bytes).unwrap()
}

/// The records of a log, each by column name.
fn records(text: &str) -> Vec<BTreeMap<&str, &str>> {
    let names = text.lines().find_map(|line| line.strip_prefix("#fields\t")).unwrap();
    let names: Vec<_> = names.split('\t').collect();
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| names.iter().copied().zip(line.split('\t')).collect())
        .collect()
}

/// What an event is, in one word.
fn kind(event: Event<'_>) -> String {
    match event {
        Event::Auth(event) => event.activity().caption().to_owned(),
        Event::Activity(activity) => activity.kind().caption().to_owned(),
        _ => unreachable!("there is no other kind"),
    }
}

fn read(path: &Path, format: Format) -> (BTreeMap<String, u64>, ReadSummary) {
    let mut counts = BTreeMap::new();
    let options = ReadOptions::default().with_format(format).with_on_error(OnError::Stop);
    let mut reader = LogReader::new(options);
    let flow = reader
        .read_path(path, &mut |event| {
            *counts.entry(kind(event)).or_default() += 1;
            ControlFlow::Continue(())
        })
        .unwrap();
    assert!(flow.is_continue());
    (counts, reader.summary().clone())
}

/// What a record is expected to give, from its columns alone.
fn expected(path: &str, record: &BTreeMap<&str, &str>) -> Vec<&'static str> {
    let set = |name: &str| !matches!(record.get(name), None | Some(&"-" | &"(empty)"));
    let is = |name: &str, values: &[&str]| record.get(name).is_some_and(|v| values.contains(v));
    let activity = |kind: HostActivityKind| vec![kind.caption()];
    let login = |activity: Activity| vec![activity.caption()];
    match path {
        "kerberos" if !set("client") || record["client"].starts_with('/') => vec![],
        "kerberos" if is("error_msg", &["KDC_ERR_PREAUTH_REQUIRED"]) => vec![],
        "kerberos" if record["service"].starts_with("krbtgt/") => {
            login(Activity::TicketGrantingTicket)
        }
        "kerberos" => login(Activity::ServiceTicket),
        "ntlm" if set("username") => login(Activity::Logon),
        "ntlm" if set("server_nb_computer_name") || set("server_dns_computer_name") => {
            activity(HostActivityKind::AddressBinding)
        }
        "rdp" if set("cookie") => login(Activity::Logon),
        "rdp" | "ssh" => activity(HostActivityKind::NetworkConnection),
        "smb_mapping" => activity(HostActivityKind::ShareAccess),
        "smb_files" if set("path") => activity(HostActivityKind::FileTransfer),
        "smb_files" | "dce_rpc" => activity(HostActivityKind::NamedPipe),
        "conn" if is("conn_state", &["S0", "REJ", "RSTOS0", "SH"]) => vec![],
        "conn" => {
            let moves = ["smb", "rdp", "ssh", "dce_rpc", "krb", "krb_tcp", "krb_udp"];
            let told = record["service"].split(',').any(|service| moves.contains(&service));
            let ports = ["22", "23", "88", "135", "139", "445", "3389", "5985"];
            let by_port = !set("service") && is("proto", &["tcp"]) && is("id.resp_p", &ports);
            if told || by_port { activity(HostActivityKind::NetworkConnection) } else { vec![] }
        }
        "dns" if !is("qtype_name", &["A", "AAAA"]) && set("qtype_name") || !set("query") => vec![],
        "dns" => record["answers"]
            .split(',')
            .filter(|answer| answer.parse::<std::net::IpAddr>().is_ok())
            .map(|_| HostActivityKind::AddressBinding.caption())
            .collect(),
        _ => vec![],
    }
}

#[test]
fn every_record_of_every_log_is_accounted_for() {
    let mut table = BTreeMap::<String, (u64, u64, u64)>::new();
    for folder in ["zeek_zed", "zeek_apt29"] {
        let Some(folder) = real(folder) else { continue };
        let mut paths = Vec::new();
        logs(&folder, &mut paths);
        assert!(paths.len() >= 9, "{paths:?}");
        for path in paths {
            let text = text(&path);
            let name = text.lines().find_map(|line| line.strip_prefix("#path\t")).unwrap();
            let records = records(&text);
            let mut wanted = BTreeMap::<String, u64>::new();
            let mut silent = 0;
            for record in &records {
                let kinds = expected(name, record);
                silent += u64::from(kinds.is_empty());
                for kind in kinds {
                    *wanted.entry(kind.to_owned()).or_default() += 1;
                }
            }
            for format in [Format::Auto, Format::Zeek] {
                let (counts, summary) = read(&path, format);
                assert_eq!(counts, wanted, "{}", path.display());
                assert_eq!(summary.passed_over.values().sum::<u64>(), silent, "{}", path.display());
                assert_eq!(summary.skipped, 0);
            }
            let row = table.entry(name.to_owned()).or_default();
            row.0 += records.len() as u64;
            row.1 += wanted.values().sum::<u64>();
            row.2 += silent;
        }
    }
    for (name, (records, events, silent)) in table {
        println!("{name}: {records} records, {events} events, {silent} passed over");
    }
}

#[test]
fn rows_are_those_of_the_manifests() {
    let Some(folder) = real("zeek_zed/zeek-default") else { return };
    // The rows that the folder's README counts.
    for (name, rows) in [
        ("rdp", 4122),
        ("ntlm", 422),
        ("smb_mapping", 393),
        ("dce_rpc", 78),
        ("ssh", 22),
        ("smb_files", 13),
        ("kerberos", 11),
        ("notice", 207),
    ] {
        let (_, summary) = read(&folder.join(format!("{name}.log.gz")), Format::Auto);
        assert_eq!(summary.events + summary.passed_over.values().sum::<u64>(), rows, "{name}");
    }
    let (_, weird) = read(&folder.join("weird.log.gz"), Format::Auto);
    assert_eq!(weird.passed_over["zeek weird"], weird.passed_over.values().sum::<u64>());
}

#[test]
fn a_movement_by_a_service_is_one_session() {
    let Some(folder) = real("zeek_zed/zeek-default") else { return };
    // One uid: a login by NTLM, ADMIN$ or IPC$, the pipe, and the service made over it.
    let mut seen = BTreeMap::<u64, Vec<String>>::new();
    let mut reader = LogReader::new(ReadOptions::default());
    for name in ["ntlm", "smb_mapping", "smb_files", "dce_rpc"] {
        let path = folder.join(format!("{name}.log.gz"));
        let _ = reader
            .read_path(&path, &mut |event| {
                let (session, what) = match event {
                    Event::Auth(event) => {
                        let address = event.dst_host().ip.map(|ip| ip.to_string());
                        assert!(address.is_some() && event.src_host().ip.is_some());
                        (event.logon_id(), event.account().name.to_string())
                    }
                    Event::Activity(activity) => {
                        (activity.logon_id(), activity.object().unwrap_or_default().to_owned())
                    }
                    _ => unreachable!("there is no other kind"),
                };
                if let Some(session) = session {
                    seen.entry(session).or_default().push(what);
                }
                ControlFlow::Continue(())
            })
            .unwrap();
    }
    let services: Vec<_> = seen
        .values()
        .filter(|what| what.iter().any(|what| what == "svcctl CreateServiceW"))
        .collect();
    assert!(!services.is_empty());
    for what in services {
        assert!(what.iter().any(|what| what.ends_with("IPC$")), "{what:?}");
        assert!(what.iter().any(|what| what == "svcctl"), "{what:?}");
    }
}
