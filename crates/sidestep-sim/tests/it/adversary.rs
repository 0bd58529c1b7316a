//! Attackers that prepare: what each does, and that the attacks stay the same.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::common::{all, text};
use sidestep_sim::{
    Adversary, Dialect, Phase, Row, Scenario, SimConfig, SimError, Simulation, Telemetry, Truth,
    write_dialect_to_dir,
};

const DAY: u32 = 86_400;
/// First day on which an attack may begin.
const FROM: u32 = 24;

fn unprepared(scenario: Scenario) -> SimConfig {
    SimConfig::new(4, 150, 32, 2, scenario)
        .expect("valid")
        .with_telemetry(Telemetry::Complete)
        .with_attacks(5)
        .with_attacks_from(FROM)
}

fn prepared(adversary: Adversary) -> (Vec<Row>, Simulation) {
    all(unprepared(Scenario::Standard).with_adversary(adversary))
}

type Edge = (u32, u32, u32);

fn edge(row: &Row) -> Edge {
    (row.account, row.src, row.dst)
}

/// The attackers' logins of a phase, by attack.
fn logins(rows: &[Row], phase: Phase) -> BTreeMap<u16, Vec<Row>> {
    let mut logins: BTreeMap<u16, Vec<Row>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.attack != 0 && row.phase == phase) {
        if row.is_movement() && row.success {
            logins.entry(row.attack).or_default().push(*row);
        }
    }
    logins
}

#[test]
fn everyday_life_and_the_attacks_are_those_without_an_adversary() {
    for scenario in [Scenario::Standard, Scenario::Hard] {
        let (rows, simulation) = all(unprepared(scenario));
        assert!(rows.iter().any(|row| row.attack != 0));
        assert!(rows.iter().all(|row| row.phase == Phase::Attack));
        let plain = text(&rows, &simulation, |_| true);
        for adversary in Adversary::ALL {
            let config = unprepared(scenario).with_adversary(*adversary);
            let (rows, simulation) = all(config);
            let others = |row: &Row| row.phase == Phase::Attack;
            // In one second what was prepared may stand between.
            let sorted = |text: &str| {
                let mut lines: Vec<&str> = text.lines().collect();
                lines.sort_unstable();
                lines.join("\n")
            };
            let same = sorted(&plain) == sorted(&text(&rows, &simulation, others));
            assert!(same, "{scenario}, {adversary}");
            assert!(rows.iter().any(|row| row.phase != Phase::Attack), "{scenario}, {adversary}");
            assert!(rows.is_sorted_by_key(|row| row.time));
            let (again, other) = all(config);
            assert_eq!(text(&rows, &simulation, |_| true), text(&again, &other, |_| true));
        }
    }
}

#[test]
fn the_truth_says_what_was_prepared() {
    for adversary in Adversary::ALL {
        let (rows, simulation) = prepared(*adversary);
        let truth = simulation.truth();
        for phase in [Phase::Attack, Phase::Preparation, Phase::Decoy] {
            let in_log = logins(&rows, phase).values().map(Vec::len).sum::<usize>();
            let in_truth = truth.logins.iter().filter(|login| login.phase == phase).count();
            assert_eq!(in_log, in_truth, "{adversary}, {phase:?}");
        }
        let (mut written, mut attacks) = (Vec::new(), Vec::new());
        truth.write(&mut written, &mut attacks).expect("writing to memory works");
        assert!(written.starts_with(b"time,account,src_host,dst_host,attack_id,phase\n"));
        let back = Truth::read(&written[..], &attacks[..]).expect("our own files are read");
        assert_eq!(&back, truth);
    }
}

#[test]
fn a_slow_ramp_reaches_one_new_host_every_few_days() {
    let (rows, _) = prepared(Adversary::SlowRamp);
    let attacks = logins(&rows, Phase::Attack);
    let mut most = 0;
    for (attack, ramp) in logins(&rows, Phase::Preparation) {
        let strike = attacks[&attack][0].time / DAY;
        let ends: BTreeSet<(u32, u32)> = ramp.iter().map(|row| (row.account, row.src)).collect();
        assert_eq!(ends.len(), 1, "one account, from one foothold");
        let mut firsts: BTreeMap<u32, u32> = BTreeMap::new();
        for row in &ramp {
            let day = row.time / DAY;
            assert!(day < strike && day + 21 >= strike);
            firsts.entry(row.dst).or_insert(day);
        }
        let mut days: Vec<u32> = firsts.into_values().collect();
        days.sort_unstable();
        assert!(days.windows(2).all(|pair| pair[0] + 2 <= pair[1]), "{days:?}");
        assert!(ramp.len() > days.len(), "hosts are visited again");
        most = most.max(days.len());
    }
    assert!(most >= 5, "{most}");
}

#[test]
fn a_flood_makes_up_thousands_of_names_that_come_twice() {
    let (rows, simulation) = prepared(Adversary::Flood);
    let mut times: BTreeMap<(u16, Edge), Vec<u32>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.phase == Phase::Decoy) {
        times.entry((row.attack, edge(row))).or_default().push(row.time);
    }
    let known: HashSet<u32> = rows
        .iter()
        .filter(|row| row.phase == Phase::Attack)
        .flat_map(|row| [row.src, row.dst])
        .collect();
    assert!(times.len() > 5 * 4 * 2_000, "{}", times.len());
    let accounts: HashSet<u32> = times.keys().map(|(_, edge)| edge.0).collect();
    assert_eq!(accounts.len(), times.len(), "each account is made up once");
    assert!(times.keys().all(|(_, (_, src, dst))| !known.contains(src) && known.contains(dst)));
    // Later than a name needs to be taken for known.
    assert!(times.values().all(|times| times.len() == 2 && times[1] - times[0] > 270));
    let attacks = logins(&rows, Phase::Attack);
    for (attack, strike) in attacks {
        let day = strike[0].time / DAY;
        for day in day - 3..=day {
            let decoys = times.iter().filter(|((of, _), at)| *of == attack && at[0] / DAY == day);
            assert_eq!(decoys.count(), 2_000);
        }
    }
    let named: HashSet<&str> =
        simulation.truth().logins.iter().map(|login| login.account.as_str()).collect();
    assert!(named.len() > 1_000);
}

#[test]
fn a_mimic_does_only_what_the_account_does() {
    let (rows, _) = prepared(Adversary::MimicThenStrike);
    let mut mimicked = 0;
    for login in logins(&rows, Phase::Preparation).values().flatten() {
        let own = rows.iter().any(|row| {
            row.attack == 0
                && row.account == login.account
                && row.dst == login.dst
                && (60..=1_800).contains(&(login.time.saturating_sub(row.time)))
        });
        assert!(own, "{login:?}");
        mimicked += 1;
    }
    assert!(mimicked > 50, "{mimicked}");
}

#[test]
fn a_path_is_repeated_on_each_day_before_the_attack() {
    let (rows, _) = prepared(Adversary::Repeat);
    let attacks = logins(&rows, Phase::Attack);
    let rehearsals = logins(&rows, Phase::Preparation);
    assert_eq!(attacks.len(), rehearsals.len());
    for (attack, strike) in attacks {
        let path: BTreeSet<Edge> = strike.iter().map(edge).collect();
        let mut days: BTreeMap<u32, BTreeSet<Edge>> = BTreeMap::new();
        for row in &rehearsals[&attack] {
            days.entry(row.time / DAY).or_default().insert(edge(row));
        }
        let begin = strike[0].time / DAY;
        assert!(days.len() >= 21, "{days:?}");
        assert!(days.keys().all(|day| *day <= begin));
        let last = days.values().flatten().copied().collect::<BTreeSet<Edge>>();
        assert_eq!(last, path);
    }
}

#[test]
fn only_lanl_logs_tell_of_hosts_that_do_not_exist() {
    let folder = std::env::temp_dir().join(format!("sidestep-flood-{}", std::process::id()));
    let config = unprepared(Scenario::Standard).with_adversary(Adversary::Flood);
    let refused = write_dialect_to_dir(config, Dialect::WindowsJson, &folder, &mut |_| ());
    assert!(matches!(refused, Err(SimError::Config { field: "dialect", .. })), "{refused:?}");
    assert!(!folder.exists());
}

#[test]
fn the_first_day_of_attacks_is_checked() {
    let config = unprepared(Scenario::Hard).with_attacks_from(31);
    assert!(matches!(config.check(), Err(SimError::Config { field: "attacks_from", .. })));
    assert!("slow".parse::<Adversary>().is_err_and(|e| e.to_string().contains("slow-ramp")));
}
