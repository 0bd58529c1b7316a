//! Attacks: what they are, and that they keep to their own rules.

use std::collections::{HashMap, HashSet};

use crate::common::all;
use sidestep_sim::{
    AttackKind, Goal, HardNegative, Noise, Orientation, Scenario, SimConfig, Simulation, Start,
    Stealth, Technique, Telemetry,
};

fn config(seed: u64, scenario: Scenario) -> SimConfig {
    SimConfig::new(seed, 250, 20, 9, scenario).expect("valid").with_attacks(20)
}

fn kinds(simulation: &Simulation) -> HashMap<u16, AttackKind> {
    simulation.attack_kinds().into_iter().map(|kind| (kind.number, kind)).collect()
}

#[test]
fn every_login_of_the_truth_is_in_the_log_and_succeeded() {
    for telemetry in Telemetry::ALL {
        let (rows, simulation) = all(config(2, Scenario::Hard).with_telemetry(*telemetry));
        let mut lines = String::new();
        for row in rows.iter().filter(|row| row.attack != 0) {
            simulation.write_row(row, &mut lines);
        }
        let lines: HashSet<&str> = lines.lines().collect();
        let truth = simulation.truth();
        assert!(!truth.logins.is_empty());
        assert!(truth.logins.is_sorted_by_key(|login| login.time));
        for login in &truth.logins {
            let begin = format!("{},", login.time);
            let ends = format!(",{},{},{},", login.account, login.src_host, login.dst_host);
            let found = lines.iter().any(|line| {
                line.starts_with(&begin) && line.contains(&ends) && line.ends_with(",Success")
            });
            assert!(found, "{login:?}");
        }
    }
}

#[test]
fn the_truth_lists_every_login_in_which_the_attackers_succeeded() {
    let (rows, simulation) = all(config(3, Scenario::Standard).with_telemetry(Telemetry::Complete));
    let logins =
        rows.iter().filter(|row| row.attack != 0 && row.success && row.is_movement()).count();
    assert_eq!(logins, simulation.truth().logins.len());
    let failed = rows.iter().filter(|row| row.attack != 0 && !row.success && row.is_movement());
    assert!(failed.count() > 0, "what failed stays in the log");
    for attack in &simulation.truth().attacks {
        let own: Vec<_> =
            simulation.truth().logins.iter().filter(|l| l.attack_id == attack.attack_id).collect();
        assert_eq!(own.last().map(|l| l.time), Some(attack.last_time));
        assert_eq!(attack.hops as usize, own.len());
    }
}

#[test]
fn attacks_are_whole_and_begin_after_learning() {
    for (seed, scenario) in [(1, Scenario::Standard), (2, Scenario::Hard), (3, Scenario::Hard)] {
        let config = config(seed, scenario);
        let (rows, simulation) = all(config);
        let truth = simulation.truth();
        assert_eq!(truth.attacks.len(), 20, "seed {seed}");
        assert!(truth.logins.iter().all(|l| l.time >= i64::from(config.learn_days) * 86_400));
        let mut paths = 0;
        for attack in &truth.attacks {
            assert!(attack.hops >= 3, "seed {seed}: {attack:?}");
            let own: Vec<_> =
                truth.logins.iter().filter(|l| l.attack_id == attack.attack_id).collect();
            let path = own
                .iter()
                .enumerate()
                .any(|(i, first)| own[i..].iter().any(|then| then.src_host == first.dst_host));
            paths += usize::from(path);
        }
        // Lost rows and narrow rules may hide the second step of one.
        assert!(paths + 2 >= truth.attacks.len(), "seed {seed}: {paths}");
        assert!(rows.iter().filter(|row| row.attack == 0).count() > rows.len() * 9 / 10);
    }
}

#[test]
fn every_value_of_every_axis_occurs() {
    let mut seen: HashSet<String> = HashSet::new();
    for scenario in [Scenario::Standard, Scenario::Hard] {
        let config = SimConfig::new(1, 20, 30, 14, scenario).expect("valid").with_attacks(300);
        for kind in Simulation::new(config).expect("valid").attack_kinds() {
            seen.extend([
                format!("start {}", kind.start),
                format!("goal {}", kind.goal),
                format!("stealth {}", kind.stealth),
                format!("technique {}", kind.technique),
                format!("noise {}", kind.noise),
            ]);
        }
    }
    let all = Start::ALL.len()
        + Goal::ALL.len()
        + Stealth::ALL.len()
        + Technique::ALL.len()
        + Noise::ALL.len();
    assert_eq!(seen.len(), all, "{seen:?}");
}

#[test]
fn every_hard_negative_occurs() {
    for scenario in Scenario::ALL {
        let mut counts = vec![0; HardNegative::ALL.len()];
        for seed in 1..=6 {
            let config = SimConfig::new(seed, 200, 20, 10, *scenario).expect("valid");
            let (_, simulation) = all(config);
            for (count, kind) in counts.iter_mut().zip(HardNegative::ALL) {
                *count += simulation.tally().count(*kind);
            }
        }
        for (count, kind) in counts.iter().zip(HardNegative::ALL) {
            assert!(*count > 0, "{scenario}: {kind} never happened");
        }
    }
}

#[test]
fn attackers_on_known_edges_use_no_other() {
    let mut judged = 0;
    for seed in 1..=4 {
        let (rows, simulation) =
            all(config(seed, Scenario::Hard).with_telemetry(Telemetry::Complete));
        let kinds = kinds(&simulation);
        let mut known = HashSet::new();
        for row in rows.iter().filter(|row| row.is_movement() && row.success) {
            match kinds.get(&row.attack) {
                None => {
                    known.insert((row.src, row.dst));
                }
                Some(kind) if matches!(kind.stealth, Stealth::KnownEdges | Stealth::Both) => {
                    judged += 1;
                    assert!(known.contains(&(row.src, row.dst)), "seed {seed}: {kind:?} {row:?}");
                }
                Some(_) => {}
            }
        }
    }
    assert!(judged > 40, "{judged}");
}

#[test]
fn active_credentials_were_active_within_a_day() {
    let (mut kept, mut judged) = (0, 0);
    for seed in 1..=4 {
        let (rows, simulation) =
            all(config(seed, Scenario::Hard).with_telemetry(Telemetry::Complete));
        let kinds = kinds(&simulation);
        let mut active: HashMap<(u32, u32), u32> = HashMap::new();
        for row in rows.iter().filter(|r| r.orientation == Orientation::LogOn && r.success) {
            match kinds.get(&row.attack) {
                None => {
                    active.insert((row.account, row.src), row.time);
                    active.insert((row.account, row.dst), row.time);
                }
                Some(kind)
                    if row.src != row.dst
                        && matches!(kind.stealth, Stealth::ActiveCredentials | Stealth::Both) =>
                {
                    judged += 1;
                    let last = active.get(&(row.account, row.src));
                    kept += usize::from(last.is_some_and(|t| t + 86_400 + 60 >= row.time));
                }
                Some(_) => {}
            }
        }
    }
    // Whoever finds nothing active for days on end gives up on the rule.
    assert!(judged > 40 && kept * 100 >= judged * 97, "{kept} of {judged}");
}

#[test]
fn an_insider_stays_himself_and_goes_on_from_where_he_got() {
    let (_, simulation) = all(config(7, Scenario::Hard).with_telemetry(Telemetry::Complete));
    let insiders: Vec<_> =
        simulation.truth().attacks.iter().filter(|a| a.start == Start::Insider.word()).collect();
    assert!(!insiders.is_empty());
    let mut went_on = 0;
    for attack in insiders {
        let mut reached = HashSet::from([attack.entry_host.clone()]);
        for login in simulation.truth().logins.iter().filter(|l| l.attack_id == attack.attack_id) {
            assert_eq!(login.account, attack.victim);
            assert!(reached.contains(&login.src_host), "{login:?}");
            went_on += usize::from(login.src_host != attack.entry_host);
            reached.insert(login.dst_host.clone());
        }
    }
    assert!(went_on > 0);
}
