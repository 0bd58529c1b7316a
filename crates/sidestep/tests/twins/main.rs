//! Each detection and its benign twin: for 14 days an account does what the detection sees for a good
//! reason, and on the 15th the same account attacks. The habit must not hide the attack.

#![allow(clippy::print_stdout, reason = "says what it skips, and what it measured")]

mod accounts;
mod build;
mod credentials;
mod execution;
mod remote;
mod tickets;

use build::{Log, START};
use sidestep::alert::{Alert, AlertState};
use sidestep::detection::detections;
use sidestep::{Config, Engine, WarmUp};

/// Days of the benign twin before the attack.
const DAYS: i64 = 14;

/// One detection: what is benign on a day, and the attack.
struct Twin {
    detection: &'static str,
    /// What happens on each of the days before, in words and as events.
    habit: &'static str,
    benign: fn(&mut Log),
    /// What happens on the day of the attack.
    attack: &'static str,
    malign: fn(&mut Log),
}

/// A log of the habit, with the attack on its last day or without.
fn log(twin: &Twin, attacked: bool) -> Log {
    let mut log = Log::default();
    for day in 0..=DAYS {
        log.begin(day);
        log.ordinary();
        if day < DAYS || !attacked {
            (twin.benign)(&mut log);
        } else {
            (twin.malign)(&mut log);
        }
    }
    log
}

/// The alerts raised on the last day that show a detection.
fn raised(twin: &Twin, attacked: bool, warm_up: WarmUp) -> Vec<Alert> {
    let config = Config::builder().warm_up(warm_up).build().expect("it is in order");
    let mut engine = Engine::new(config);
    let mut alerts: Vec<Alert> = Vec::new();
    for event in log(twin, attacked).in_order() {
        alerts.extend(engine.process(event.as_event()));
    }
    alerts.extend(engine.finish());
    let shows = |alert: &Alert| {
        let mut evidence =
            alert.hops.iter().filter(|hop| hop.time.micros() >= START + DAYS * build::DAY);
        evidence.any(|hop| hop.evidence.iter().any(|it| it.name == twin.detection))
    };
    alerts.retain(|alert| alert.state == AlertState::Closed && shows(alert));
    alerts
}

fn twins() -> Vec<Twin> {
    [execution::twins(), remote::twins(), credentials::twins(), tickets::twins(), accounts::twins()]
        .into_iter()
        .flatten()
        .collect()
}

#[test]
fn every_detection_has_a_twin() {
    let twins = twins();
    for detection in detections() {
        let count = twins.iter().filter(|twin| twin.detection == detection.id).count();
        assert_eq!(count, 1, "{}", detection.id);
    }
}

#[test]
fn a_habit_does_not_hide_the_attack() {
    let mut hidden = Vec::new();
    println!("| detection | 14 days of | then | raised | without the attack |");
    println!("|---|---|---|---|---|");
    for twin in twins() {
        let mut told = Vec::new();
        for warm_up in [WarmUp::Auto, WarmUp::Days(7)] {
            let (attacked, quiet) =
                (raised(&twin, true, warm_up).len(), raised(&twin, false, warm_up).len());
            if attacked == 0 || quiet > 0 {
                hidden.push((twin.detection, warm_up, attacked, quiet));
            }
            told.push((attacked > 0, quiet));
        }
        let all = told.iter().all(|(raised, _)| *raised);
        let quiet: usize = told.iter().map(|(_, quiet)| quiet).sum();
        println!(
            "| {} | {} | {} | {} | {quiet} |",
            twin.detection,
            twin.habit,
            twin.attack,
            if all { "yes" } else { "no" }
        );
    }
    assert!(hidden.is_empty(), "{hidden:?}");
}
