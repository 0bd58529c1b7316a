//! Times that lie far ahead: of a clock that is set wrong, or after a gap in the log.

mod common;

use common::{DAY, HOUR, Plain, SECOND, config, events, office, office_with_intrusion};
use proptest::prelude::*;
use sidestep::alert::Alert;
use sidestep::event::AuthEvent;
use sidestep::{Engine, Metrics};

fn run(events: &[AuthEvent<'_>]) -> (Vec<Alert>, Metrics) {
    let mut engine = Engine::new(config());
    let mut alerts = engine.process_all(events);
    alerts.extend(engine.finish());
    (alerts, engine.metrics())
}

#[test]
fn a_clock_that_is_set_wrong_makes_nobody_late() {
    let mut plain = office_with_intrusion();
    let (expected, _) = run(&events(&plain));
    assert!(!expected.is_empty());
    // A host's clock stands at 2099 for a while; another is a month ahead.
    for (at, time) in [(300, 47_000 * DAY), (301, 47_000 * DAY + HOUR), (900, 40 * DAY)] {
        plain.insert(at, Plain::login(time, "U1@DOM1", "C1", "S1"));
    }
    let (alerts, metrics) = run(&events(&plain));
    assert_eq!((metrics.late, metrics.future), (0, 3));
    assert_eq!(alerts, expected);
}

#[test]
fn a_gap_in_the_log_loses_nothing() {
    let mut plain = office(20);
    for login in &mut plain {
        // Three weeks without a log, a year without one, and two events at the end.
        login.time += i64::from(login.time > 10 * DAY) * 21 * DAY;
        login.time += i64::from(login.time > 36 * DAY) * 365 * DAY;
    }
    let last = plain.last().expect("there are events").time;
    plain.push(Plain::login(last + 9 * DAY, "U1@DOM1", "C1", "S1"));
    plain.push(Plain::login(last + 90 * DAY, "U1@DOM1", "C1", "S1"));
    let (_, metrics) = run(&events(&plain));
    assert_eq!((metrics.late, metrics.future), (0, 0));
    let taken = metrics.logins + metrics.passed_over;
    let local = plain.iter().filter(|login| login.src == login.dst).count() as u64;
    assert_eq!(taken + local, plain.len() as u64);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn what_is_set_aside_is_saved(cut in 0_usize..90, spacing in 1_i64..2000) {
        let mut plain = office(3);
        let last = plain.last().expect("there are events").time + 20 * DAY;
        plain.extend((0..60).map(|at| {
            Plain::login(last + at * spacing * SECOND, "U1@DOM1", "C1", &format!("S{}", at % 5))
        }));
        let events = events(&plain);
        let (first, second) = events.split_at(events.len() - cut.min(events.len()));
        let mut whole = Engine::new(config());
        let mut alerts = whole.process_all(first);
        let mut restored = Engine::load(&whole.save()).expect("a saved state loads");
        prop_assert_eq!(restored.save(), whole.save());
        let mut again = alerts.clone();
        alerts.extend(whole.process_all(second));
        again.extend(restored.process_all(second));
        prop_assert_eq!(again, alerts);
        prop_assert_eq!(restored.finish(), whole.finish());
        prop_assert_eq!(restored.save(), whole.save());
    }
}
