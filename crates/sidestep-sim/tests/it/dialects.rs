//! The logs in every dialect: the same for everybody, in order, and on disk as in memory.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::common::checksum;
use sidestep_sim::dialect::{DayLog, DialectWriter};
use sidestep_sim::{
    Dialect, Scenario, SimConfig, Simulation, Telemetry, write_dialect_to_dir, write_to_dir,
};

fn small() -> SimConfig {
    let config = SimConfig::new(11, 60, 8, 4, Scenario::Hard).expect("valid").with_attacks(3);
    config.with_telemetry(Telemetry::Complete)
}

/// The logs of each day, and the simulation after its last.
fn all(config: SimConfig, dialect: Dialect) -> (Vec<Vec<DayLog>>, Simulation) {
    let mut simulation = Simulation::new(config).expect("the configuration is valid");
    let mut writer = DialectWriter::new(&simulation, dialect);
    let mut days = Vec::new();
    while simulation.next_day().is_some() {
        days.push(writer.day(&simulation));
    }
    assert_eq!(writer.hosts(&simulation), DialectWriter::hosts_of_all_days(&simulation));
    (days, simulation)
}

/// Fails when a machine computes otherwise than ours, and when a dialect is changed: then its
/// checksum is to be renewed, and every figure that rests on it.
#[test]
fn small_logs_have_the_known_checksums() {
    let sum = |dialect| {
        let (days, _) = all(small(), dialect);
        let text: String =
            days.into_iter().flatten().map(|log| log.name.to_owned() + &log.text).collect();
        format!("{dialect} {:016x}", checksum(&text))
    };
    let found: Vec<String> = Dialect::ALL[1..].iter().map(|dialect| sum(*dialect)).collect();
    assert_eq!(found, GOLDEN);
}

const GOLDEN: [&str; 5] = [
    "windows-json 7781f49283badd02",
    "zeek cc964b3ab66ca00b",
    "sshd 2ab2897cc92e4c6a",
    "ocsf e5fa33c08918ee3f",
    "mixed 4872048e6c432ca8",
];

#[test]
fn records_are_of_the_expected_kinds() {
    let (days, _) = all(small(), Dialect::WindowsJson);
    let mut ids: BTreeMap<u32, usize> = BTreeMap::new();
    for line in days.iter().flatten().flat_map(|log| log.text.lines()) {
        let event: serde_json::Value = serde_json::from_str(line).expect("it is JSON");
        let id = event["winlog"]["event_id"].as_u64().and_then(|id| u32::try_from(id).ok());
        *ids.entry(id.expect("it is a number")).or_default() += 1;
    }
    let listed: Vec<u32> = ids.keys().copied().collect();
    let logons = [4624, 4625, 4634, 4648, 4768, 4769, 4771, 4776, 4800, 4801];
    let beside = [21, 91, 1149, 4662, 4688, 4697, 4698, 5140, 5145, 7045];
    let accounts = [4720, 4722, 4724, 4728, 4732, 4738];
    let mut known: Vec<u32> = [&logons[..], &beside, &accounts].concat();
    known.sort_unstable();
    assert_eq!(listed, known);
    let (days, _) = all(small(), Dialect::Mixed);
    let names: Vec<&str> = days[1].iter().map(|log| log.name).collect();
    assert_eq!(
        names,
        [
            "auth.log",
            "conn.log",
            "dce_rpc.log",
            "dhcp.log",
            "dns.log",
            "kerberos.log",
            "ntlm.log",
            "rdp.log",
            "smb_files.log",
            "smb_mapping.log",
            "windows.jsonl"
        ]
    );
}

#[test]
fn records_are_in_order_and_some_come_twice() {
    let (days, _) = all(small(), Dialect::WindowsJson);
    let text: String = days.into_iter().flatten().map(|log| log.text).collect();
    let times: Vec<&str> = text.lines().map(|line| &line[..40]).collect();
    assert!(times.is_sorted());
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines.windows(2).any(|pair| pair[0] == pair[1]));
}

#[test]
fn laptops_move_and_no_two_hosts_share_an_address() {
    let (_, simulation) = all(small(), Dialect::Zeek);
    let hosts = DialectWriter::hosts_of_all_days(&simulation);
    let mut holder = BTreeMap::new();
    let mut has = BTreeMap::new();
    let mut moved = 0;
    for host in &hosts {
        if let Some(old) = has.insert(&host.name, host.address) {
            assert_eq!(holder.remove(&old), Some(&host.name));
            moved += 1;
        }
        assert_eq!(holder.insert(host.address, &host.name), None, "{host:?}");
    }
    assert!(moved > 5, "{moved}");
}

#[test]
fn a_folder_holds_the_logs_and_the_truth() -> Result<(), Box<dyn std::error::Error>> {
    for dialect in [Dialect::Ocsf, Dialect::Zeek] {
        let dir = tempfile::tempdir()?;
        let summary = write_dialect_to_dir(small(), dialect, dir.path(), &mut |_| ())?;
        let (days, simulation) = all(small(), dialect);
        let read = |path: &Path| fs::read_to_string(dir.path().join(path));
        let expected: String = days.iter().flatten().map(|log| log.text.as_str()).collect();
        let found = if dialect.by_day() {
            let first = days[0].iter().map(|log| read(&Path::new("2024-03-04").join(log.name)));
            let found = first.collect::<Result<String, _>>()?;
            assert!(expected.starts_with(&found) && !found.is_empty());
            fs::read_dir(dir.path())?.count()
        } else {
            assert_eq!(read(Path::new("ocsf.jsonl"))?, expected);
            8 + 3
        };
        assert_eq!(found, 8 + 3, "{dialect}");
        let truth = read(Path::new("truth.csv"))?;
        assert_eq!(truth.lines().count() as u64, summary.truth_logins + 1);
        let first = simulation.truth().logins.first().map(|login| login.time + 1_709_510_400);
        let time = truth.lines().nth(1).and_then(|line| line.split(',').next()?.parse().ok());
        assert_eq!(time, first);
        let hosts = read(Path::new("hosts.csv"))?;
        assert!(hosts.starts_with("name,address_from_time,address\nC"), "{hosts}");
    }
    Ok(())
}

#[test]
fn lanl_is_what_it_was() -> Result<(), Box<dyn std::error::Error>> {
    let (one, two) = (tempfile::tempdir()?, tempfile::tempdir()?);
    write_dialect_to_dir(small(), Dialect::Lanl, one.path(), &mut |_| ())?;
    write_to_dir(small(), two.path(), &mut |_| ())?;
    for name in ["auth.csv", "truth.csv", "attacks.csv"] {
        assert_eq!(fs::read(one.path().join(name))?, fs::read(two.path().join(name))?);
    }
    assert_eq!(fs::read_dir(one.path())?.count(), 3);
    Ok(())
}

#[test]
fn only_controllers_write_where_only_they_report() {
    let config = small().with_telemetry(Telemetry::ControllersOnly);
    let (days, _) = all(config, Dialect::WindowsJson);
    let mut writers: Vec<String> = Vec::new();
    for line in days.iter().flatten().flat_map(|log| log.text.lines()) {
        let event: serde_json::Value = serde_json::from_str(line).expect("it is JSON");
        writers.push(event["winlog"]["computer_name"].as_str().unwrap_or_default().to_owned());
    }
    writers.sort();
    writers.dedup();
    assert!((1..=4).contains(&writers.len()), "{writers:?}");
}
