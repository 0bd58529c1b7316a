//! Changes of a whole organisation on one day.

use std::collections::HashSet;

use crate::common::{all, text};
use sidestep_sim::{Change, ChangeKind, Row, Scenario, SimConfig, SimError, Simulation};

const DAY: u32 = 9;

fn changed(kind: ChangeKind) -> (Vec<Row>, Vec<String>) {
    let config = unchanged().with_change(Change { kind, day: DAY });
    lines(Simulation::new(config).expect("valid"))
}

fn unchanged() -> SimConfig {
    SimConfig::new(6, 200, 14, 4, Scenario::Clean).expect("valid")
}

/// Every row, and its line as it was when its day was given out.
fn lines(mut simulation: Simulation) -> (Vec<Row>, Vec<String>) {
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    while simulation.next_day().is_some() {
        for row in simulation.rows() {
            let mut line = String::new();
            simulation.write_row(row, &mut line);
            rows.push(*row);
            lines.push(line);
        }
    }
    (rows, lines)
}

fn is_before(row: &Row) -> bool {
    row.time < DAY * 86_400
}

/// Names in a column of the lines of some rows.
fn names(
    (rows, lines): &(Vec<Row>, Vec<String>),
    column: usize,
    keep: impl Fn(&Row) -> bool,
) -> HashSet<String> {
    let kept = rows.iter().zip(lines).filter(|(row, _)| keep(row));
    kept.map(|(_, line)| line.split(',').nth(column).unwrap_or_default().to_owned()).collect()
}

#[test]
fn what_was_before_a_change_of_names_or_teams_is_the_same() {
    let (rows, simulation) = all(unchanged());
    let plain = text(&rows, &simulation, is_before);
    for kind in [ChangeKind::Migration, ChangeKind::Renaming, ChangeKind::Reorganisation] {
        let (rows, lines) = changed(kind);
        let kept = rows.iter().zip(&lines).filter(|(row, _)| is_before(row));
        let before: String = kept.map(|(_, line)| line.as_str()).collect();
        assert!(plain == before, "{kind}");
        assert!(changed(kind).1 == lines, "{kind} is not the same twice");
    }
}

#[test]
fn a_migration_changes_every_domain_and_no_host() {
    let log = changed(ChangeKind::Migration);
    let (before, after) = (names(&log, 2, is_before), names(&log, 2, |row| !is_before(row)));
    assert!(before.iter().any(|name| name.contains("@DOM")));
    assert!(after.iter().any(|name| name.contains("@CORP")));
    assert!(!before.iter().any(|name| name.contains("@CORP")));
    assert!(!after.iter().any(|name| name.contains("@DOM")));
    let (rows, simulation) = all(unchanged());
    let plain = text(&rows, &simulation, |_| true).replace("@DOM", "@CORP");
    assert!(plain == log.1.concat().replace("@DOM", "@CORP"), "nothing else changes");
}

#[test]
fn a_renaming_changes_every_host_and_no_domain() {
    let log = changed(ChangeKind::Renaming);
    for column in [3, 4] {
        assert!(names(&log, column, is_before).iter().all(|name| name.starts_with('C')));
        assert!(names(&log, column, |row| !is_before(row)).iter().all(|n| n.starts_with('N')));
    }
    let machines = names(&log, 2, |row| !is_before(row));
    assert!(machines.iter().any(|name| name.starts_with('N') && name.contains("$@DOM")));
    assert!(!machines.iter().any(|name| name.starts_with('C')));
}

#[test]
fn a_merger_brings_people_and_hosts_that_were_not_seen_before() {
    let log = changed(ChangeKind::Merger);
    let joined = |name: &&String| name.ends_with("@DOM9") && name.starts_with('U');
    let before = names(&log, 2, is_before);
    let after = names(&log, 2, |row| !is_before(row));
    assert_eq!(before.iter().filter(joined).count(), 0);
    let (joining, all) =
        (after.iter().filter(joined).count(), after.iter().filter(|n| n.starts_with('U')).count());
    assert!((all / 5..=all / 2).contains(&joining), "{joining} of {all}");
    let old = names(&log, 4, is_before);
    let is_new = |row: &Row| !is_before(row) && row.is_movement();
    let members = log.0.iter().zip(&log.1).filter(|(row, line)| {
        let mut fields = line.split(',');
        let is_joined = fields.nth(2).is_some_and(|name| joined(&&name.to_owned()));
        is_new(row) && is_joined
    });
    let reached: HashSet<&str> =
        members.map(|(_, line)| line.split(',').nth(4).unwrap_or_default()).collect();
    assert!(reached.iter().any(|host| old.contains(*host)), "the first company's servers");
    assert!(reached.iter().any(|host| !old.contains(*host)), "their own servers");
}

#[test]
fn a_reorganisation_takes_people_to_other_servers() {
    let week = |log: &(Vec<Row>, Vec<String>)| -> HashSet<(u32, u32)> {
        let rows = log.0.iter().filter(|row| row.is_movement() && row.success);
        rows.filter(|row| !is_before(row)).map(|row| (row.account, row.dst)).collect()
    };
    let (plain, moved) = (
        week(&lines(Simulation::new(unchanged()).expect("valid"))),
        week(&changed(ChangeKind::Reorganisation)),
    );
    let new = moved.difference(&plain).count();
    assert!(10 * new > moved.len(), "{new} of {}", moved.len());
}

#[test]
fn the_day_of_a_change_is_checked() {
    let late = unchanged().with_change(Change { kind: ChangeKind::Merger, day: 14 });
    assert!(matches!(late.check(), Err(SimError::Config { field: "change_day", .. })));
}
