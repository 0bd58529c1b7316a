//! What is done beside logons: that every technique leaves what it should, that records belong to
//! the sessions of their logons, and that there is as much of each kind as is documented.

#![allow(clippy::print_stdout, reason = "says what it skips, and what it measured")]

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Value;
use sidestep_sim::dialect::DialectWriter;
use sidestep_sim::{
    ActivityKind, AttackKind, Dialect, Goal, Mark, Orientation, Row, Scenario, SimActivity,
    SimConfig, Simulation, Start, Technique, Telemetry,
};

fn config(seed: u64, scenario: Scenario) -> SimConfig {
    let config = SimConfig::new(seed, 250, 16, 8, scenario).expect("valid");
    config.with_attacks(20).with_telemetry(Telemetry::Complete)
}

/// All rows and activities, and the simulation after its last day.
fn lived(config: SimConfig) -> (Vec<Row>, Vec<SimActivity>, Simulation) {
    let mut simulation = Simulation::new(config).expect("the configuration is valid");
    let (mut rows, mut activities) = (Vec::new(), Vec::new());
    while simulation.next_day().is_some() {
        rows.extend_from_slice(simulation.rows());
        activities.extend_from_slice(simulation.activities());
    }
    (rows, activities, simulation)
}

/// A Windows event as it is read from the log.
struct Event {
    id: u64,
    /// Seconds since the log's start.
    time: i64,
    /// Without its domain.
    host: String,
    data: Value,
}

impl Event {
    fn text(&self, name: &str) -> &str {
        self.data[name].as_str().unwrap_or_default()
    }
}

/// The Windows events of a simulation, in order, and what it was.
fn written(config: SimConfig) -> (Vec<Event>, Simulation) {
    let mut simulation = Simulation::new(config).expect("the configuration is valid");
    let mut writer = DialectWriter::new(&simulation, Dialect::WindowsJson);
    let mut events = Vec::new();
    while simulation.next_day().is_some() {
        for log in writer.day(&simulation) {
            events.extend(log.text.lines().map(event));
        }
    }
    (events, simulation)
}

fn event(line: &str) -> Event {
    let mut record: Value = serde_json::from_str(line).expect("it is JSON");
    let stamp = record["@timestamp"].as_str().expect("it has a time");
    let number = |from: usize, to: usize| stamp[from..to].parse::<i64>().expect("digits");
    // All days lie in March 2024, of which the log begins on the fourth.
    let time =
        ((number(8, 10) - 4) * 24 + number(11, 13)) * 3_600 + number(14, 16) * 60 + number(17, 19);
    let winlog = record["winlog"].take();
    let name = winlog["computer_name"].as_str().expect("it has a host");
    let data = if winlog["event_data"].is_object() { "event_data" } else { "user_data" };
    Event {
        id: winlog["event_id"].as_u64().expect("it has a number"),
        time,
        host: name.split('.').next().unwrap_or_default().to_owned(),
        data: winlog[data].clone(),
    }
}

fn kinds(simulation: &Simulation) -> HashMap<String, AttackKind> {
    let kinds = simulation.attack_kinds().into_iter();
    kinds.map(|kind| (kind.attack_id.clone(), kind)).collect()
}

#[test]
fn activities_are_in_order_and_attacks_do_not_change_those_of_everyday_life() {
    for telemetry in Telemetry::ALL {
        let config = config(5, Scenario::Hard).with_telemetry(*telemetry);
        let (_, busy, _) = lived(config);
        let (_, quiet, _) = lived(config.with_attacks(0));
        assert!(busy.is_sorted_by_key(|activity| activity.time), "{telemetry}");
        assert!(busy.iter().any(|activity| activity.attack != 0), "{telemetry}");
        let everyday: Vec<SimActivity> =
            busy.into_iter().filter(|activity| activity.attack == 0).collect();
        assert_eq!(everyday, quiet, "{telemetry}");
    }
}

#[test]
fn what_is_done_over_the_network_is_done_over_a_logon_of_its_second() {
    let (rows, activities, _) = lived(config(6, Scenario::Standard));
    let logons: HashSet<(u32, u32, u32, u32)> = rows
        .iter()
        .filter(|row| row.orientation == Orientation::LogOn && row.success)
        .map(|row| (row.time, row.account, row.src, row.dst))
        .collect();
    let mut over = BTreeMap::new();
    for activity in activities.iter().filter(|activity| activity.is_remote()) {
        let own = logons.contains(&(activity.time, activity.account, activity.peer, activity.host));
        // Accounts are made, and controllers ask each other, in sessions that are open for long;
        // the directory's secrets are asked for some seconds after the login.
        let apart = matches!(
            activity.kind,
            ActivityKind::AccountCreation
                | ActivityKind::AccountChange
                | ActivityKind::GroupJoin(_)
                | ActivityKind::LocalGroupJoin
                | ActivityKind::Replication
        );
        assert!(own || apart, "{activity:?}");
        *over.entry(own).or_insert(0) += 1;
    }
    assert!(over[&true] > 20 * over[&false], "{over:?}");
}

/// Whether an attack did something of a kind.
fn did(activities: &[&SimActivity], kind: impl Fn(ActivityKind) -> bool) -> bool {
    activities.iter().any(|activity| kind(activity.kind))
}

#[test]
fn every_technique_leaves_its_activities() {
    let mut seen: BTreeMap<(Technique, &str), (u32, u32)> = BTreeMap::new();
    for (seed, scenario) in (1..=8).flat_map(|s| [(s, Scenario::Standard), (s, Scenario::Hard)]) {
        let (rows, activities, simulation) = lived(config(seed, scenario));
        for kind in simulation.attack_kinds() {
            let rows: Vec<&Row> = rows.iter().filter(|row| row.attack == kind.number).collect();
            let activities: Vec<&SimActivity> =
                activities.iter().filter(|d| d.attack == kind.number).collect();
            if rows.is_empty() || kind.start == Start::Insider {
                continue;
            }
            let marked = |mark| rows.iter().any(|row| row.mark == mark);
            let left = [
                ("desktop", did(&activities, |k| k == ActivityKind::Desktop)),
                ("service", did(&activities, |k| matches!(k, ActivityKind::Service(_)))),
                ("task", did(&activities, |k| matches!(k, ActivityKind::Task(_)))),
                ("process", did(&activities, |k| matches!(k, ActivityKind::Process(..)))),
                ("shell", did(&activities, |k| matches!(k, ActivityKind::Shell(_)))),
                ("share", did(&activities, |k| matches!(k, ActivityKind::Share(_)))),
                ("pipe", did(&activities, |k| matches!(k, ActivityKind::Pipe(_)))),
                ("new credentials", did(&activities, |k| k == ActivityKind::NewCredentials)),
                ("replication", did(&activities, |k| k == ActivityKind::Replication)),
                ("account", did(&activities, |k| k == ActivityKind::AccountCreation)),
                ("no key", marked(Mark::NoKey)),
                ("old cipher", marked(Mark::OldCipher)),
            ];
            for (name, left) in left {
                let count = seen.entry((kind.technique, name)).or_default();
                count.0 += u32::from(left);
                count.1 += 1;
            }
            let creates = did(&activities, |k| k == ActivityKind::AccountCreation);
            assert!(creates || kind.start != Start::NewAccount, "{kind:?}");
            let replicates = did(&activities, |k| k == ActivityKind::Replication);
            assert!(!replicates || kind.goal == Goal::Escalate, "{kind:?}");
        }
    }
    for ((technique, name), (left, all)) in &seen {
        println!("{:<22} {name:<16} {left:>4} of {all}", technique.to_string());
    }
    let at_least = |technique, name, share: f64| {
        let (left, all) = seen[&(technique, name)];
        assert!(f64::from(left) >= share * f64::from(all), "{technique} {name}: {left} of {all}");
    };
    at_least(Technique::RemoteDesktop, "desktop", 0.85);
    at_least(Technique::Smb, "service", 0.75);
    at_least(Technique::Smb, "task", 0.35);
    at_least(Technique::Wmi, "process", 0.85);
    at_least(Technique::WinRm, "shell", 0.85);
    at_least(Technique::PassTheHash, "new credentials", 0.4);
    at_least(Technique::PassTheHash, "no key", 0.75);
    at_least(Technique::OverpassTheHash, "old cipher", 0.75);
    at_least(Technique::OverpassTheHash, "new credentials", 0.4);
}

#[test]
fn a_ticket_that_is_passed_was_mostly_asked_for_elsewhere() {
    let (mut elsewhere, mut all) = (0, 0);
    for seed in 100..106 {
        let config = SimConfig::new(seed, 400, 20, 10, Scenario::Standard).expect("valid");
        let (rows, _, simulation) =
            lived(config.with_attacks(20).with_telemetry(Telemetry::Complete));
        let kinds: HashMap<u16, Technique> =
            simulation.attack_kinds().iter().map(|kind| (kind.number, kind.technique)).collect();
        let mut asked = HashSet::new();
        for row in rows {
            let passed = kinds.get(&row.attack) == Some(&Technique::PassTheTicket);
            match row.orientation {
                Orientation::Tgt => {
                    asked.insert((row.account, row.src));
                }
                Orientation::Tgs if passed => {
                    all += 1;
                    elsewhere += usize::from(!asked.contains(&(row.account, row.src)));
                }
                _ => {}
            }
        }
    }
    println!("{elsewhere} of {all}");
    assert!(all > 30 && elsewhere * 4 >= all * 3, "{elsewhere} of {all}");
}

/// Seconds by which the clocks of two hosts may differ, and their records lie apart.
const NEAR: i64 = 12;

/// Events of one host, or of one kind, in order of time.
type Listed<'a> = Vec<&'a Event>;

/// Events by host, and the tickets that controllers gave out.
fn listed(events: &[Event]) -> (HashMap<&str, Listed<'_>>, Listed<'_>) {
    let mut hosts: HashMap<&str, Listed<'_>> = HashMap::new();
    events.iter().for_each(|event| hosts.entry(event.host.as_str()).or_default().push(event));
    let tickets = events.iter().filter(|event| matches!(event.id, 4768 | 4769)).collect();
    (hosts, tickets)
}

/// Whether one of the events around a moment is as wanted.
fn near(events: &[&Event], time: i64, is: &dyn Fn(&Event) -> bool) -> bool {
    let from = events.partition_point(|event| event.time < time - NEAR);
    events[from..].iter().take_while(|event| event.time <= time + NEAR).any(|event| is(event))
}

#[test]
fn every_technique_leaves_its_events_beside_its_logins() {
    let mut seen: BTreeMap<Technique, (u32, u32)> = BTreeMap::new();
    for (seed, scenario) in (11..=14).flat_map(|s| [(s, Scenario::Standard), (s, Scenario::Hard)]) {
        let config = SimConfig::new(seed, 120, 12, 6, scenario).expect("valid");
        let config = config.with_attacks(30).with_telemetry(Telemetry::Complete);
        let (events, simulation) = written(config);
        let ((hosts, tickets), kinds) = (listed(&events), kinds(&simulation));
        let mut left: BTreeMap<&str, bool> = BTreeMap::new();
        for login in &simulation.truth().logins {
            let kind = &kinds[&login.attack_id];
            if kind.start == Start::Insider {
                continue;
            }
            let account = login.account.split('@').next().unwrap_or_default();
            let tickets = |is: &dyn Fn(&Event) -> bool| near(&tickets, login.time, is);
            let near = |host: &str, is: &dyn Fn(&Event) -> bool| {
                hosts.get(host).is_some_and(|events| near(events, login.time, is))
            };
            let (src, dst) = (login.src_host.as_str(), login.dst_host.as_str());
            let by = |event: &Event| event.text("SubjectUserName") == account;
            let for_him = |event: &Event| event.text("TargetUserName") == account;
            let child = |event: &Event, parents: &[&str]| {
                let parent = event.text("ParentProcessName");
                event.id == 4688 && parents.iter().any(|name| parent.ends_with(name))
            };
            let proof = match kind.technique {
                Technique::Smb => {
                    let service = near(dst, &|e| e.id == 7045)
                        && near(dst, &|e| child(e, &["services.exe"]))
                        && near(dst, &|e| e.id == 5140 && by(e));
                    service || near(dst, &|e| e.id == 4698 && by(e))
                }
                Technique::Wmi => near(dst, &|e| {
                    child(e, &["WmiPrvSE.exe"]) && for_him(e)
                        || child(e, &["mmc.exe", "explorer.exe"]) && by(e)
                }),
                Technique::WinRm | Technique::SshKey => {
                    near(dst, &|e| e.id == 91)
                        && near(dst, &|e| {
                            let program = e.text("NewProcessName");
                            for_him(e) && program.contains("wsmprovhost")
                                || program.contains("winrshost")
                        })
                }
                Technique::RemoteDesktop => {
                    near(dst, &|e| e.id == 1149 && e.text("Param1") == account)
                        && near(dst, &|e| e.id == 21 && e.text("User").ends_with(account))
                }
                Technique::PassTheHash => {
                    near(dst, &|e| {
                        let ntlm = e.text("AuthenticationPackageName") == "NTLM";
                        e.id == 4624 && ntlm && for_him(e) && e.text("KeyLength") == "0"
                    }) || near(src, &|e| e.text("TargetOutboundUserName") == account)
                }
                Technique::OverpassTheHash => tickets(&|e| {
                    let asked = e.id == 4768 && for_him(e) && e.text("PreAuthType") == "2";
                    asked && e.text("TicketEncryptionType") == "0x17"
                }),
                Technique::PassTheTicket => {
                    let user = format!("{account}@");
                    tickets(&|e| e.id == 4769 && e.text("TargetUserName").starts_with(&user))
                }
                Technique::ExplicitCredentials => near(src, &|e| e.id == 4648 && for_him(e)),
            };
            *left.entry(login.attack_id.as_str()).or_default() |= proof;
        }
        for (attack, proof) in left {
            let count = seen.entry(kinds[attack].technique).or_default();
            count.0 += u32::from(proof);
            count.1 += 1;
        }
    }
    println!("{seen:?}");
    for (technique, (left, all)) in seen {
        assert!(all > 3, "{technique}: {all}");
        // Whoever has no session but of the account itself gives nobody's credentials explicitly.
        let share = if technique == Technique::ExplicitCredentials { 0.6 } else { 0.85 };
        assert!(f64::from(left) >= share * f64::from(all), "{technique}: {left} of {all}");
    }
}

#[test]
fn records_belong_to_the_sessions_of_their_logons() {
    let (events, _) = written(config(21, Scenario::Standard));
    let mut sessions: HashSet<(&str, &str, &str)> = HashSet::new();
    let mut found: BTreeMap<u64, (u32, u32)> = BTreeMap::new();
    for event in &events {
        let host = event.host.as_str();
        if event.id == 4624 {
            sessions.insert((host, event.text("TargetLogonId"), event.text("TargetUserName")));
            continue;
        }
        let (session, account) = match event.id {
            4688 if event.text("TargetLogonId") != "0x0" => {
                (event.text("TargetLogonId"), event.text("TargetUserName"))
            }
            4688 | 4697 | 4698 | 5140 | 5145 => {
                (event.text("SubjectLogonId"), event.text("SubjectUserName"))
            }
            _ => continue,
        };
        if matches!(session, "0x3e7" | "0x3e4") {
            assert!(account.ends_with('$'), "{} {account}", event.id);
            continue;
        }
        let count = found.entry(event.id).or_default();
        count.0 += u32::from(sessions.contains(&(host, session, account)));
        count.1 += 1;
    }
    println!("{found:?}");
    assert_eq!(found.len(), 5, "{found:?}");
    for (id, (joined, all)) in found {
        // Whoever works where he has no session at the keyboard has one that began before the log.
        assert!(joined * 100 >= all * 96, "{id}: {joined} of {all}");
    }
}

/// Records of a day and 1,000 accounts, fewest and most in any organisation: what
/// `docs/simulation.md` says.
const VOLUMES: [(u64, f64, f64); 16] = [
    (5140, 5_000.0, 8_000.0),
    (5145, 0.0, 12_000.0),
    (4688, 900.0, 3_000.0),
    (4662, 25.0, 450.0),
    (7045, 30.0, 700.0),
    (4697, 0.0, 700.0),
    (4698, 5.0, 60.0),
    (91, 0.0, 300.0),
    (1149, 90.0, 220.0),
    (21, 90.0, 220.0),
    (4648, 30.0, 100.0),
    (4720, 1.0, 3.0),
    (4724, 1.0, 20.0),
    (4728, 3.0, 17.0),
    (4732, 0.0, 1.0),
    (4738, 3.0, 14.0),
];

#[test]
fn there_is_as_much_of_each_kind_as_documented() {
    let mut most: BTreeMap<u64, (f64, f64)> = BTreeMap::new();
    for seed in 31..=36 {
        let config = SimConfig::new(seed, 250, 10, 5, Scenario::Standard).expect("valid");
        let (events, _) = written(config.with_telemetry(Telemetry::Complete));
        let mut counts: BTreeMap<u64, u32> = BTreeMap::new();
        events.iter().for_each(|event| *counts.entry(event.id).or_default() += 1);
        for (id, _, _) in VOLUMES {
            let rate = f64::from(counts.get(&id).copied().unwrap_or(0)) / 10.0 / 0.25;
            let range = most.entry(id).or_insert((rate, rate));
            *range = (range.0.min(rate), range.1.max(rate));
        }
        let companions = counts.iter().filter(|(id, _)| COMPANIONS.contains(id));
        let more: u32 = companions.map(|(_, count)| count).sum();
        let share = f64::from(more) / (events.len() as f64 - f64::from(more));
        println!("seed {seed}: {share:.2} more records");
        assert!((0.13..0.35).contains(&share), "seed {seed}: {share}");
    }
    println!("{most:?}");
    for (id, fewest, largest) in VOLUMES {
        let (low, high) = most[&id];
        assert!(low >= fewest && high <= largest, "{id}: {low} to {high}");
    }
}

/// Numbers of events that only activities leave.
const COMPANIONS: [u64; 15] =
    [21, 91, 1149, 4662, 4688, 4697, 4698, 4720, 4722, 4724, 4728, 4732, 4738, 5140, 5145];
