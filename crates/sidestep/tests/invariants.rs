//! The engine's invariants, as properties of arbitrary streams.

mod common;

use common::{DAY, Plain, arbitrary_stream, config, events, office_with_intrusion, run};
use proptest::prelude::*;
use sidestep::event::Activity;
use sidestep::{Config, Engine, MemoryUse, Metrics, SnapshotFacts, WarmUp};

/// Settings under which even a short stream of few names gives alerts.
fn eager() -> Config {
    Config::builder()
        .alerts_per_day(100.0)
        .warm_up(WarmUp::Days(1))
        .build()
        .expect("the settings lie in their ranges")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn scoring_changes_nothing(stream in arbitrary_stream(), at in any::<prop::sample::Index>()) {
        let events = events(&stream);
        let mut engine = Engine::new(eager());
        let (learned, judged) = events.split_at(at.index(events.len()));
        let _ = engine.process_all(learned);
        let before = engine.save();
        let once = engine.score_all(judged);
        prop_assert_eq!(&before, &engine.save());
        prop_assert_eq!(once, engine.score_all(judged));
    }

    #[test]
    fn a_surprise_is_the_sum_of_its_contributions(stream in arbitrary_stream()) {
        let events = events(&stream);
        let mut engine = Engine::new(eager());
        for event in &events {
            let score = engine.score(event);
            let sum: f64 = score.contributions.iter().map(|c| c.surprise).sum();
            prop_assert_eq!(score.surprise, sum);
            prop_assert!((0.0..=1.0).contains(&score.p_value));
            for alert in engine.process(event) {
                for hop in &alert.hops {
                    let sum: f64 = hop.evidence.iter().map(|c| c.surprise).sum();
                    prop_assert_eq!(hop.surprise, sum);
                }
            }
        }
    }

    #[test]
    fn any_split_gives_the_same_alerts(
        stream in arbitrary_stream(),
        cut in any::<prop::sample::Index>(),
    ) {
        let events = events(&stream);
        let whole = run(eager(), &events);
        let mut engine = Engine::new(eager());
        let (first, second) = events.split_at(cut.index(events.len()));
        let mut parts = engine.process_all(first);
        for event in second {
            parts.extend(engine.process(event));
        }
        parts.extend(engine.finish());
        prop_assert_eq!(whole, parts);
    }

    #[test]
    fn a_restored_engine_goes_on_as_the_one_saved(
        stream in arbitrary_stream(),
        cut in any::<prop::sample::Index>(),
    ) {
        let events = events(&stream);
        let (first, second) = events.split_at(cut.index(events.len()));
        let mut engine = Engine::new(eager());
        let _ = engine.process_all(first);
        let bytes = engine.save();
        let mut restored = Engine::load(&bytes).expect("what was saved can be loaded");
        prop_assert_eq!(&bytes, &restored.save());
        for event in second {
            prop_assert_eq!(engine.score(event), restored.score(event));
            prop_assert_eq!(engine.process(event), restored.process(event));
        }
        prop_assert_eq!(engine.save(), restored.save());
        prop_assert_eq!(engine.finish(), restored.finish());
    }

    #[test]
    fn tables_keep_their_bounds(stream in arbitrary_stream()) {
        let config = Config::builder()
            .warm_up(WarmUp::Days(1))
            .alerts_per_day(100.0)
            .max_accounts(16)
            .max_hosts(16)
            .max_edges(16)
            .max_movements(16)
            .max_hops(8)
            .build()
            .expect("the settings lie in their ranges");
        let mut engine = Engine::new(config);
        for mut plain in stream {
            // Many more names than fit.
            let n = plain.time % 97;
            plain.dst.push_str(&n.to_string());
            let alerts = engine.process(&plain.event());
            prop_assert!(alerts.iter().all(|alert| alert.hops.len() <= 8));
        }
        let metrics = engine.metrics();
        prop_assert!(metrics.edges <= 16);
        let graph = engine.login_graph();
        prop_assert!(graph.node_count() <= 16 && graph.edge_count() <= 16);
        let restored = Engine::load(&engine.save()).expect("what was saved can be loaded");
        // The restored tables are as large as they need to be.
        let counted = |mut metrics: Metrics| {
            metrics.memory = MemoryUse::default();
            metrics
        };
        prop_assert_eq!(counted(restored.metrics()), counted(metrics));
    }

    #[test]
    fn what_stays_at_home_never_moves(mut stream in arbitrary_stream()) {
        for plain in &mut stream {
            match plain.user.strip_suffix("$@DOM1") {
                // A machine account on its own machine, wherever it goes.
                Some(host) => plain.src = host.to_owned(),
                None => plain.src.clone_from(&plain.dst),
            }
        }
        let mut engine = Engine::new(eager());
        prop_assert!(engine.process_all(&events(&stream)).is_empty());
        prop_assert!(engine.finish().is_empty());
        prop_assert_eq!(engine.metrics().movements, 0);
    }

    #[test]
    fn a_damaged_state_is_an_error(
        at in any::<prop::sample::Index>(),
        flip in 1_u8..=255,
        cut in any::<prop::sample::Index>(),
    ) {
        let mut engine = Engine::new(config());
        engine.learn_all(&events(&common::office(2)));
        let good = engine.save();
        let mut bad = good.clone();
        bad[at.index(good.len())] ^= flip;
        prop_assert!(Engine::load(&bad).is_err());
        prop_assert!(Engine::load(&good[..cut.index(good.len())]).is_err());
        let mut longer = good;
        longer.push(flip);
        prop_assert!(Engine::load(&longer).is_err());
    }

    #[test]
    fn foreign_bytes_are_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Engine::load(&bytes).is_err());
    }
}

#[test]
fn events_are_all_accounted_for() {
    let events = events(&office_with_intrusion());
    let mut engine = Engine::new(config());
    let _ = engine.process_all(&events);
    let Metrics { events: count, logins, habitual, late, .. } = engine.metrics();
    assert_eq!(count, events.len() as u64);
    assert_eq!(late, 0);
    assert!(logins > 0 && habitual > 0 && habitual < logins && logins < count);
}

#[test]
fn late_events_are_counted_and_change_nothing() {
    let plain = office_with_intrusion();
    let mut engine = Engine::new(config());
    let _ = engine.process_all(&events(&plain));
    let length =
        |engine: &Engine| SnapshotFacts::read(&*engine.save()).expect("it is sound").body_bytes;
    let before = length(&engine);
    let mut late = Plain::login(DAY, "U5@DOM1", "C5", "S11");
    late.activity = Activity::Logon;
    assert!(engine.process(&late.event()).is_empty());
    assert_eq!(engine.metrics().late, 1);
    assert_eq!(length(&engine), before);
}
