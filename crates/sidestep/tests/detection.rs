//! An intrusion in a small office, from events to the alert that tells of it.

mod common;

use common::{DAY, HOUR, Plain, config, events, intrusion, office, office_with_intrusion, run};
use sidestep::alert::{Alert, AlertState};
use sidestep::event::Outcome;
use sidestep::{Config, Engine, Status, WarmUp};

fn best(alerts: &[Alert]) -> &Alert {
    alerts
        .iter()
        .filter(|alert| alert.state == AlertState::Closed)
        .max_by(|a, b| a.surprise.total_cmp(&b.surprise))
        .expect("an alert was raised")
}

#[test]
fn the_intrusion_is_the_strongest_alert_and_tells_its_path() {
    let alerts = run(config(), &events(&office_with_intrusion()));
    let alert = best(&alerts);
    assert_eq!(alert.origin.host, "C3");
    assert_eq!(alert.origin.user, "U3@DOM1");
    let truth = intrusion(14 * DAY + 10 * HOUR);
    let found = truth
        .iter()
        .filter(|login| alert.hops.iter().any(|hop| hop.time.micros() == login.time))
        .count();
    assert!(found >= 4, "{alert:#?}");
    assert!(alert.pivots.contains(&"C9".to_owned()));
    assert!(alert.targets.contains(&"C20".to_owned()));
    assert!(alert.credential_switches.iter().any(|s| s.host == "C9" && s.to == "U9@DOM1"));
    assert!(alert.techniques.iter().any(|technique| technique.id == "T1021"));
    assert!(alert.score > 0.5 && alert.score < 1.0);
    assert!(alert.detected_at.micros() <= truth[3].time, "raised while the intruder was at work");
}

#[test]
fn an_alert_keeps_its_id_and_closes_once() {
    let alerts = run(config(), &events(&office_with_intrusion()));
    let id = &best(&alerts).id;
    let states: Vec<AlertState> =
        alerts.iter().filter(|alert| &alert.id == id).map(|alert| alert.state).collect();
    assert_eq!(states.first(), Some(&AlertState::Opened));
    assert_eq!(states.last(), Some(&AlertState::Closed));
    assert!(states[1..states.len() - 1].iter().all(|&state| state == AlertState::Updated));
}

#[test]
fn hops_are_in_order_and_parents_come_first() {
    for alert in run(config(), &events(&office_with_intrusion())) {
        assert!(alert.hops.windows(2).all(|pair| pair[0].time <= pair[1].time));
        for (at, hop) in alert.hops.iter().enumerate() {
            assert!(hop.parent.is_none_or(|parent| parent < at));
        }
        assert_eq!(alert.graph().edge_count(), alert.hops.len());
    }
}

#[test]
fn nothing_is_raised_before_enough_was_learned() {
    let mut engine = Engine::new(config());
    let mut plain = office(8);
    plain.extend(intrusion(5 * DAY + 10 * HOUR));
    plain.sort_by_key(|login| login.time);
    assert!(engine.process_all(&events(&plain)).is_empty());
    assert_eq!(engine.status(), Status::Learning);
}

#[test]
fn an_engine_without_history_begins_to_judge_by_itself() {
    let config = Config::builder().warm_up(WarmUp::Auto).build().expect("in range");
    let mut engine = Engine::new(config);
    let _ = engine.process_all(&events(&office(2)));
    assert_eq!(engine.status(), Status::Learning);
    let _ = engine.process_all(&events(&office(14)[..]));
    assert!(matches!(engine.status(), Status::Detecting { since } if since.micros() >= 7 * DAY));
}

#[test]
fn taught_history_is_enough() {
    let config = Config::builder().warm_up(WarmUp::None).build().expect("in range");
    let mut engine = Engine::new(config);
    let plain = office_with_intrusion();
    let (past, present) = plain.split_at(plain.partition_point(|login| login.time < 14 * DAY));
    engine.learn_all(&events(past));
    let mut alerts = engine.process_all(&events(present));
    alerts.extend(engine.finish());
    assert_eq!(best(&alerts).origin.host, "C3");
}

#[test]
fn failed_logins_reach_nothing() {
    let mut plain = office(16);
    let mut tried = intrusion(14 * DAY + 10 * HOUR);
    tried.iter_mut().for_each(|login| login.failed = true);
    plain.extend(tried);
    plain.sort_by_key(|login| login.time);
    for alert in run(config(), &events(&plain)) {
        for hop in alert.hops.iter().filter(|hop| hop.outcome == Outcome::Failure) {
            assert!(
                !alert.pivots.contains(&hop.dst_host)
                    || alert.hops.iter().any(|other| {
                        other.outcome != Outcome::Failure && other.dst_host == hop.dst_host
                    })
            );
        }
    }
}

#[test]
fn an_alerted_login_is_not_learned_by_repeating_it() {
    let plain = office_with_intrusion();
    let mut engine = Engine::new(config());
    let _ = engine.process_all(&events(&plain));
    let odd = Plain::login(16 * DAY - HOUR, "U17@DOM1", "S3", "C20");
    let first = engine.score(&odd.event()).surprise;
    for again in 0..20 {
        let mut repeat = odd.clone();
        repeat.time += again * 60_000_000;
        repeat.ntlm = true;
        let _ = engine.process(&repeat.event());
    }
    let later = Plain::login(16 * DAY + HOUR, "U17@DOM1", "S3", "C20");
    assert!(engine.score(&later.event()).surprise > 0.5 * first);
    assert!(engine.metrics().quarantined > 0);
}

#[test]
fn a_score_calls_a_new_host_by_its_name() {
    let mut engine = Engine::new(config());
    engine.learn_all(&events(&office(4)));
    let said = |src: &str, dst: &str| -> String {
        let score = engine.score(&Plain::login(5 * DAY, "U1@DOM1", src, dst).event());
        score.contributions.into_iter().map(|reason| reason.observed + "\n").collect()
    };
    let to_new = said("C1", "BRAND-NEW");
    assert!(to_new.contains("BRAND-NEW") && !to_new.contains("a new host"), "{to_new}");
    let from_new = said("BRAND-NEW", "S0");
    assert!(from_new.contains("BRAND-NEW") && !from_new.contains("a new host"), "{from_new}");
}

#[test]
fn the_login_graph_holds_what_was_learned() {
    let mut engine = Engine::new(config());
    engine.learn_all(&events(&office(4)));
    let graph = engine.login_graph();
    let edge = graph
        .edge_references()
        .find(|edge| {
            use sidestep::graph::petgraph::visit::EdgeRef;
            graph[edge.source()] == "C1"
                && graph[edge.target()] == "S0"
                && edge.weight().account == "U1@DOM1"
        })
        .expect("U1 uses the common server");
    assert!(edge.weight().days >= 2);
}
