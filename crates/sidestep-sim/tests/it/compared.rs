//! Evaluations that compare: adversaries with the same attacks unprepared, changes with none.

use sidestep_sim::evaluation::{
    AdversaryPlan, AdversaryRow, AttacksFound, ChangeRow, EvaluationError, Plan,
    evaluate_adversaries, evaluate_changes,
};
use sidestep_sim::{Adversary, ChangeKind, SimError};

fn plan() -> Plan {
    Plan {
        seeds: vec![5],
        accounts: 150,
        days: 30,
        learn_days: 7,
        attacks_from: Some(24),
        alerts_per_day: 20.0,
        ..Plan::default()
    }
}

#[test]
fn adversaries_are_compared_on_the_same_attacks() {
    let plan = AdversaryPlan {
        plan: plan(),
        adversaries: vec![Adversary::Repeat, Adversary::Flood],
        memory_limit: None,
    };
    let report = evaluate_adversaries(&plan, &mut |_| ()).expect("the plan is in order");
    let names: Vec<_> =
        report.rows.iter().map(|row| (row.adversary, row.quarantine_days)).collect();
    let expected = [None, Some("repeat"), Some("flood")];
    assert_eq!(names, expected.map(|name| [(name, 7), (name, 0)]).concat());
    assert!(report.rows[0].attacks > 0);
    for row in &report.rows {
        assert_eq!(row.attacks, report.rows[0].attacks, "{row:?}");
        for found in [row.ranked, row.online] {
            assert!(found.struck.max(found.before) <= found.found, "{row:?}");
            assert!(found.found <= row.attacks, "{row:?}");
        }
    }
    let rehearsed = &report.rows[2].online;
    assert!(rehearsed.before > 0 && rehearsed.before > report.rows[0].online.before);
    assert!(report.rows[0].online.struck > 0);
    let again = evaluate_adversaries(&plan, &mut |_| ()).expect("the plan is in order");
    assert_eq!(report, again);
    let text = report.to_text();
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    for part in ["unprepared", "repeat", "flood"] {
        assert!(text.contains(part), "{text}");
    }
    assert!(!text.contains("given up"), "{text}");
    assert_eq!(report.to_json()["rows"][2]["adversary"], "repeat");
    let mut short = report;
    short.rows[4].evicted = 12;
    assert!(short.to_text().contains("given up for want of memory: unprepared 7: 0;"));
}

#[test]
fn a_comparison_without_seeds_or_out_of_range_is_refused() {
    let none = Plan { seeds: Vec::new(), ..plan() };
    let adversaries = AdversaryPlan { plan: none, adversaries: vec![], memory_limit: None };
    let refused = evaluate_adversaries(&adversaries, &mut |_| ());
    assert!(matches!(refused, Err(EvaluationError::NoSeeds)));
    let late = evaluate_changes(&plan(), &[ChangeKind::Merger], 30, &mut |_| ());
    let field = match late {
        Err(EvaluationError::Simulation(SimError::Config { field, .. })) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field, "attacks_from");
}

#[test]
fn changes_are_compared_with_none() {
    let plan = Plan { days: 24, attacks_from: None, ..plan() };
    let kinds = [ChangeKind::Renaming];
    let report = evaluate_changes(&plan, &kinds, 14, &mut |_| ()).expect("the plan is in order");
    let [none, renamed] = &report.rows[..] else { panic!("{report:?}") };
    assert_eq!((none.change, renamed.change), (None, Some("renaming")));
    // What was before the change is the same.
    assert_eq!(none.raised_by_day[..7], renamed.raised_by_day[..7]);
    assert_ne!(none.raised_by_day[7..], renamed.raised_by_day[7..]);
    assert!(none.attacks.attacks > 0);
    assert_eq!(none.attacks.attacks, renamed.attacks.attacks);
    let text = report.to_text();
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
}

#[test]
fn alerts_are_back_where_three_days_are_within_the_budget() {
    let row = |raised_by_day: &[u32]| ChangeRow {
        change: None,
        raised_by_day: raised_by_day.to_vec(),
        asked_a_day: 2.0,
        change_at: 2,
        attacks: AdversaryRow {
            adversary: None,
            quarantine_days: 7,
            attacks: 0,
            ranked: AttacksFound::default(),
            online: AttacksFound::default(),
            raised: 0,
            asked: 0.0,
            evicted: 0,
        },
    };
    assert_eq!(row(&[9, 9, 3, 3, 3, 9]).days_until_back(), Some(0));
    assert_eq!(row(&[0, 0, 7, 3, 3, 3]).days_until_back(), Some(1));
    assert_eq!(row(&[0, 0, 9, 9, 9, 9]).days_until_back(), None);
    assert_eq!(row(&[0]).days_until_back(), None);
}
