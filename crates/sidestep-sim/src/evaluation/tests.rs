//! The judge on cases made by hand, and whole evaluations of tiny logs.

use sidestep::event::{Account, AuthEvent, Host, Outcome};

use crate::login_row::Phase;
use crate::truth::{Attack, Truth, TruthLogin, UNKNOWN};

use super::judge::{Finding, Judge, allowed, judged_days};
use super::logins::{DAY, LoginLog};
use super::naming::Naming;
use super::overlay::{OverlayOptions, evaluate_overlay};
use std::sync::atomic::{AtomicBool, Ordering};

use super::{EvaluationError, LogOptions, Plan, evaluate_log, evaluate_simulated};
use sidestep::Timestamp;

type Row = (i64, &'static str, &'static str, &'static str);

fn truth(logins: &[(Row, &str)]) -> Truth {
    let mut truth = Truth::default();
    for ((time, account, src, dst), attack_id) in logins {
        truth.logins.push(TruthLogin {
            time: *time,
            account: (*account).to_owned(),
            src_host: (*src).to_owned(),
            dst_host: (*dst).to_owned(),
            attack_id: (*attack_id).to_owned(),
            phase: Phase::Attack,
        });
        if truth.attacks.iter().all(|attack| attack.attack_id != *attack_id) {
            truth.attacks.push(Attack {
                attack_id: (*attack_id).to_owned(),
                start: "insider".to_owned(),
                goal: "explore".to_owned(),
                stealth: UNKNOWN.to_owned(),
                entry_host: (*src).to_owned(),
                victim: (*account).to_owned(),
                hops: 1,
                last_time: *time,
                technique: UNKNOWN.to_owned(),
            });
        }
    }
    truth
}

/// Two attacks: one of four logins, one of a single login.
fn attacks() -> Truth {
    truth(&[
        ((10, "a@D", "h1", "h2"), "one"),
        ((20, "b@D", "h2", "h3"), "one"),
        ((30, "b@D", "h3", "h4"), "one"),
        ((40, "b@D", "h3", "h5"), "one"),
        ((50, "c@D", "h1", "h9"), "two"),
    ])
}

fn finding(log: &mut LoginLog, score: f64, detected_at: i64, hops: &[Row]) -> Finding {
    let hops = hops.iter().map(|(time, account, src, dst)| log.find(*time, account, src, dst));
    Finding { score, detected_at, hops: hops.collect() }
}

const ONE: [Row; 4] = [
    (10, "A@d", "H1", "h2"),
    (20, "b@D", "h2", "h3"),
    (30, "D\\b", "h3", "h4"),
    (40, "b@D", "h3", "h5"),
];
const TWO: Row = (50, "c@D", "h1", "h9");
const NONE: Row = (60, "x@D", "h1", "h2");

#[test]
fn half_of_the_hops_is_enough_and_less_is_not() {
    let mut log = LoginLog::default();
    let judge = Judge::new(&attacks(), &mut log, 0);
    let cases: [(&[Row], &[u32]); 7] = [
        (&[ONE[0], NONE], &[0]),
        (&[ONE[0], NONE, NONE], &[]),
        (&ONE, &[0]),
        (&[ONE[0], TWO], &[0, 1]),
        (&[ONE[0], TWO, NONE], &[]),
        (&[(11, "a@D", "h1", "h2")], &[]),
        (&[], &[]),
    ];
    for (hops, expected) in cases {
        let finding = finding(&mut log, 1.0, 0, hops);
        assert_eq!(judge.found_by(&finding), expected, "{hops:?}");
    }
}

#[test]
fn an_alert_on_decoys_finds_nothing() {
    let mut log = LoginLog::default();
    let mut truth = attacks();
    truth.logins[0].phase = Phase::Preparation;
    truth.logins[1].phase = Phase::Decoy;
    let judge = Judge::new(&truth, &mut log, 0);
    let prepared = finding(&mut log, 1.0, 0, &[ONE[0]]);
    let decoys = finding(&mut log, 1.0, 0, &[ONE[1]]);
    assert_eq!(judge.found_by(&prepared), [0]);
    assert!(judge.found_by(&decoys).is_empty());
}

#[test]
fn second_alert_counts_neither_way_and_reading_stops_at_the_budget() {
    let mut log = LoginLog::default();
    let judge = Judge::new(&attacks(), &mut log, 0);
    let findings = [
        finding(&mut log, 1.0, 5, &[TWO]),
        finding(&mut log, 9.0, 1, &ONE[..1]),
        finding(&mut log, 8.0, 2, &ONE[1..2]),
        finding(&mut log, 7.0, 3, &[NONE]),
        finding(&mut log, 6.0, 4, &[NONE]),
    ];
    for (allowed, expected) in [(0, [Some(0), None]), (1, [Some(0), None]), (2, [Some(0), Some(2)])]
    {
        let read = judge.read_ranked(&findings, allowed);
        assert_eq!(judge.false_before(&read), expected, "{allowed} false alerts allowed");
    }
    let online = judge.read_online(&findings);
    assert_eq!(online.iter().filter(|read| read.attacks.is_empty()).count(), 2);
}

#[test]
fn ties_go_by_detection_then_by_input() {
    let mut log = LoginLog::default();
    let judge = Judge::new(&attacks(), &mut log, 0);
    let mut tied = |first: i64, second: i64| {
        let findings =
            [finding(&mut log, 1.0, first, &[NONE]), finding(&mut log, 1.0, second, &[TWO])];
        judge.false_before(&judge.read_ranked(&findings, 5))[1]
    };
    assert_eq!(tied(5, 4), Some(0));
    assert_eq!(tied(4, 5), Some(1));
    assert_eq!(tied(5, 5), Some(1));
}

#[test]
fn budget_is_rounded_down_but_not_by_a_hair() {
    let at = |budget| allowed(budget, 16.0, 800.0);
    assert_eq!([0.0, 0.0625, 0.25, 1.0, 5.0].map(at), [0, 0, 3, 12, 64]);
    assert_eq!(allowed(0.1, 10.0, 3000.0), 3);
    assert!((judged_days(0, 16 * DAY - 7) - 16.0).abs() < f64::EPSILON);
    assert!((judged_days(0, 60) - 1.0).abs() < f64::EPSILON);
}

#[test]
fn attacks_of_the_learning_days_are_left_out_and_alerts_on_them_not_false() {
    let mut log = LoginLog::default();
    let judge = Judge::new(&attacks(), &mut log, 45);
    assert_eq!(judge.attacks.iter().map(|a| a.judged).collect::<Vec<_>>(), [false, true]);
    let findings = [finding(&mut log, 2.0, 46, &ONE), finding(&mut log, 1.0, 50, &[TWO])];
    assert_eq!(judge.false_before(&judge.read_ranked(&findings, 0))[1], Some(0));
    let partly = Judge::new(&attacks(), &mut LoginLog::default(), 35);
    assert!(partly.attacks[0].judged);
}

#[test]
fn detection_waits_for_half_of_the_hops_and_failed_logins_do_not_count() {
    let rows = [event(ONE[0]), failed(ONE[1]), event(ONE[2]), event(ONE[3]), event(TWO)];
    let mut log = LoginLog::read(&rows.to_vec(), Naming::Exact).expect("memory can be read");
    let judge = Judge::new(&attacks(), &mut log, 0);
    let early = [(1, "x@D", "h8", "h7"), (2, "x@D", "h8", "h6")];
    let hops = [&early[..], &ONE[..3]].concat();
    // Raised at second 1, but only at second 20 are two of its four hops the attack's.
    let findings = [finding(&mut log, 1.0, 1, &hops), finding(&mut log, 2.0, 40, &ONE)];
    let first = judge.read_ranked(&findings[..1], 0);
    let found = judge.detections(&findings, &first)[0].expect("three of five hops are its");
    assert_eq!((found.logins, found.hours.to_bits()), (1, (10.0 / 3600.0_f64).to_bits()));
    assert_eq!(
        (found.precision.to_bits(), found.recall.to_bits()),
        (0.6_f64.to_bits(), 0.75_f64.to_bits())
    );
    // With both alerts read, time is that of the earlier, hops those of the fuller one.
    let both = judge.read_online(&findings);
    let found = judge.detections(&findings, &both)[0].expect("it is found twice");
    assert_eq!((found.logins, found.recall.to_bits()), (1, 1.0_f64.to_bits()));
    // An alert raised late has missed the logins until then.
    let late = judge.detections(&findings, &judge.read_online(&findings[1..]));
    assert!(late[1].is_none());
}

fn event((time, account, src, dst): Row) -> AuthEvent<'static> {
    AuthEvent::builder(Timestamp::from_micros(time * 1_000_000), Account::parse(account))
        .src_host(Host::named(src))
        .dst_host(Host::named(dst))
        .outcome(Outcome::Success)
        .build()
        .expect("hand-made events are in order")
}

fn failed((time, account, src, dst): Row) -> AuthEvent<'static> {
    AuthEvent::builder(Timestamp::from_micros(time * 1_000_000), Account::parse(account))
        .src_host(Host::named(src))
        .dst_host(Host::named(dst))
        .outcome(Outcome::Failure)
        .build()
        .expect("hand-made events are in order")
}

/// Six days on which four people use one server each, and an attack on the last.
fn small_log() -> (Vec<AuthEvent<'static>>, Truth) {
    let people: [Row; 4] = [
        (100, "u1@D", "w1", "s1"),
        (200, "u2@D", "w2", "s1"),
        (300, "u3@D", "w3", "s2"),
        (400, "admin@D", "w4", "dc"),
    ];
    let habits = (0..6).flat_map(|day| people.map(|(t, a, s, d)| (t + day * DAY, a, s, d)));
    let attack: [Row; 2] =
        [(5 * DAY + 500, "u1@D", "w1", "w2"), (5 * DAY + 600, "admin@D", "w2", "dc")];
    let local = event((0, "HOST$", "w1", "s1"));
    let events = std::iter::once(local).chain(habits.chain(attack).map(event)).collect();
    (events, truth(&attack.map(|row| (row, "x"))))
}

#[test]
fn a_small_log_is_evaluated_with_every_baseline() {
    let (events, truth) = small_log();
    let options = LogOptions { learn_days: 4, alerts_per_day: 250.0, ..LogOptions::default() };
    let report = evaluate_log("small", &events, &truth, &options).expect("the log is in order");
    let json = report.to_json();
    assert_eq!(json["runs"][0]["accounts"], 4);
    assert_eq!(json["runs"][0]["remote_logins"], 26);
    assert_eq!(json["runs"][0]["attack_logins_in_log"], 2);
    for baseline in ["first_seen", "inverse_count", "credential_switch"] {
        assert_eq!(report.found_share(baseline, 0.0), Some(1.0), "{baseline}");
    }
    assert_eq!(report.found_share("first_seen", 0.5), None);
    let text = report.to_text();
    assert!(text.contains("1 attacks judged, 0 left out"), "{text}");
    assert!(text.contains("sidestep by goal") && !text.contains('±'), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn a_log_that_cannot_be_judged_is_an_error() {
    let none: Vec<AuthEvent<'_>> = Vec::new();
    let options = LogOptions::default();
    let empty = evaluate_log("none", &none, &Truth::default(), &options);
    assert!(matches!(empty, Err(EvaluationError::Empty)));
    let (events, truth) = small_log();
    let short = evaluate_log("short", &events, &truth, &options);
    assert!(matches!(short, Err(EvaluationError::NothingLeft { learn_days: 14 })));
}

#[test]
fn a_clean_log_is_evaluated_without_attacks() {
    let (events, _) = small_log();
    let options = LogOptions { learn_days: 4, ..LogOptions::default() };
    let report =
        evaluate_log("clean", &events, &Truth::default(), &options).expect("the log is in order");
    assert_eq!(report.found_share("sidestep", 1.0), None);
    assert!(report.to_text().contains("0 attacks judged"));
}

#[test]
fn overlay_counts_account_days_with_and_without_the_source() {
    let (events, _) = small_log();
    let red = [
        event((2 * DAY, "U620@DOM1", "C17693", "C1003")),
        event((2 * DAY + 9, "U620@DOM1", "C17693", "C1003")),
        event((3 * DAY, "U620@DOM1", "C2", "C1003")),
        event((3 * DAY, "U7@DOM1", "C17693", "C1003")),
        event((90 * DAY, "U7@DOM1", "C17693", "C1003")),
    ];
    let options = OverlayOptions { seeds: vec![1, 2], ..OverlayOptions::default() };
    let report =
        evaluate_overlay(&events, &red, &options, &mut |_| ()).expect("the overlay is in order");
    let json = report.to_json();
    assert_eq!(
        (&json["semi_synthetic"], &json["red_team_rows_left_out"]),
        (&true.into(), &1.into())
    );
    let runs = |at: usize| &json["figures"][at]["runs"][1];
    assert_eq!((&runs(0)["account_days"], &runs(0)["red_team_logins"]), (&3.into(), &4.into()));
    assert_eq!((&runs(1)["account_days"], &runs(1)["red_team_logins"]), (&1.into(), &1.into()));
    let text = report.to_text();
    assert!(text.contains("SEMI-SYNTHETIC") && text.contains("without C17693, seed 2"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");

    let many: Vec<_> =
        ["a", "b", "c", "d", "e"].map(|user| event((3 * DAY, user, "C2", "C3"))).into();
    let error = evaluate_overlay(&events, &many, &options, &mut |_| ()).map(|_| ());
    let message = error.map_err(|error| error.to_string());
    assert_eq!(
        message,
        Err("the background has 4 accounts, fewer than the red team needs: simulate more accounts"
            .to_owned())
    );
}

#[test]
fn simulated_seeds_are_judged_the_same_each_time_and_in_order() {
    let plan = Plan {
        seeds: vec![8, 3],
        accounts: 60,
        days: 7,
        learn_days: 4,
        alerts_per_day: 5.0,
        ..Plan::default()
    };
    let (going, mut steps) = (AtomicBool::new(false), 0);
    let first =
        evaluate_simulated(&plan, &going, &mut |_| steps += 1).expect("the plan is in order");
    let again = evaluate_simulated(&plan, &going, &mut |_| ()).expect("the plan is in order");
    assert!(steps > 0);
    let json = first.to_json();
    assert_eq!(json, again.to_json());
    assert_eq!((&json["runs"][0]["seed"], &json["runs"][1]["seed"]), (&8.into(), &3.into()));
    assert!(json["runs"][0]["attack_logins_in_log"].as_u64().is_some_and(|n| n > 0));
    let techniques: Vec<_> = first.axes.iter().filter(|row| row.axis == "technique").collect();
    let judged: usize = first.runs.iter().map(|run| run.attacks.len()).sum();
    assert_eq!(techniques.iter().map(|row| row.attacks).sum::<usize>(), judged);
    for row in techniques {
        assert!(row.named_at_one.is_some_and(|named| named <= row.found_at_one), "{row:?}");
    }
    let text = first.with_command("sidestep evaluate").to_text();
    assert!(text.contains("at 1    online  named at 1\n"), "{text}");
    assert!(text.contains("seeds 8, 3") && text.contains("again: sidestep evaluate"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");

    let none = evaluate_simulated(&Plan { seeds: Vec::new(), ..plan.clone() }, &going, &mut |_| ());
    assert!(matches!(none, Err(EvaluationError::NoSeeds)));
    let short = evaluate_simulated(&Plan { days: 1, ..plan }, &going, &mut |_| ());
    assert!(matches!(short, Err(EvaluationError::Simulation(_))));
}

#[test]
fn an_evaluation_that_is_told_to_stop_does() {
    let stop = AtomicBool::new(false);
    let plan =
        Plan { seeds: (1..50).collect(), accounts: 60, days: 7, learn_days: 4, ..Plan::default() };
    let mut steps = 0;
    let stopped = evaluate_simulated(&plan, &stop, &mut |_| {
        steps += 1;
        stop.store(true, Ordering::Relaxed);
    });
    assert!(matches!(stopped, Err(EvaluationError::Stopped)));
    assert!(steps < 50, "{steps}");
}
