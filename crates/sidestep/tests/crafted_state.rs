//! Crafted states: bytes with a right checksum that no engine wrote are refused, or make an engine that
//! works.

use std::panic::{AssertUnwindSafe, catch_unwind};

#[path = "common/every_kind.rs"]
mod every_kind;
#[path = "common/state_bytes.rs"]
mod state_bytes;

use every_kind::{Draw, events};
use sidestep::event::OwnedEvent;
use sidestep::{Config, Engine, SnapshotError, WarmUp};
use state_bytes::{body, with_body};

const DAY: i64 = 86_400_000_000;

fn process(engine: &mut Engine, events: &[OwnedEvent]) {
    for event in events {
        let _ = engine.process(event.as_event());
    }
}

fn state() -> Vec<u8> {
    let config = Config::builder().alerts_per_day(5.0).warm_up(WarmUp::Days(1)).max_hops(8);
    let bounded = config.max_accounts(40).max_hosts(16).max_edges(64).max_movements(16);
    let mut engine = Engine::new(bounded.build().expect("it is in order"));
    process(&mut engine, &events(20_000 * DAY, 700));
    engine.save()
}

/// Merges a state into another, and loads what is then saved.
fn is_merged(state: &[u8], part: Engine) {
    let mut whole = Engine::load(state).expect("it was written so");
    if whole.merge(part).is_ok() {
        let saved = whole.save();
        assert_eq!(Engine::load(&saved).expect("it is sound").save(), saved);
    }
}

/// Loads a state, goes on with it, saves it, and loads that: whether it was accepted.
fn survives(state: &[u8], bytes: &[u8], later: &[OwnedEvent]) -> bool {
    let mut engine = match Engine::load(bytes) {
        Ok(engine) => engine,
        Err(SnapshotError::Malformed { what }) => {
            assert!(!what.is_empty());
            return false;
        }
        Err(error) => panic!("the header is right: {error}"),
    };
    is_merged(state, engine.clone());
    process(&mut engine, later);
    let saved = engine.save();
    let again = Engine::load(&saved).expect("what was saved can be loaded");
    assert_eq!(again.save(), saved);
    let _ = engine.finish();
    true
}

/// Asks of every crafted body that it is refused or works; returns how many were accepted.
fn all_survive(state: &[u8], crafted: impl Iterator<Item = Vec<u8>>) -> usize {
    let later = [events(20_020 * DAY, 60), events(20_100 * DAY, 60)].concat();
    assert!(survives(state, state, &later), "as it was written");
    let (mut accepted, mut faults) = (0, Vec::new());
    for (trial, body) in crafted.enumerate() {
        let bytes = with_body(state, &body);
        match catch_unwind(AssertUnwindSafe(|| survives(state, &bytes, &later))) {
            Ok(is_accepted) => accepted += usize::from(is_accepted),
            Err(_) => faults.push(trial),
        }
    }
    assert!(faults.is_empty(), "{} panicked: {faults:?}", faults.len());
    accepted
}

/// The body with each `step`th of the bytes that are not zero set to zero.
fn zeroed(body: &[u8], step: usize) -> impl Iterator<Item = Vec<u8>> {
    (0..body.len()).filter(|&at| body[at] != 0).step_by(step).map(|at| {
        let mut crafted = body.to_vec();
        crafted[at] = 0;
        crafted
    })
}

#[test]
fn a_state_with_a_byte_set_to_zero_is_refused_or_works() {
    // An empty engine holds nothing that would contradict a capacity of 0.
    for (state, step) in [(Engine::new(Config::default()).save(), 1), (state(), 5)] {
        let accepted = all_survive(&state, zeroed(&body(&state), step));
        assert!(accepted > 10, "{accepted} were accepted");
    }
}

#[test]
fn a_state_with_other_bytes_is_refused_or_works() {
    let state = state();
    let body = body(&state);
    let said: Vec<usize> = (0..body.len()).filter(|&at| body[at] != 0).collect();
    let mut draw = Draw(11);
    let crafted = (0..4000).map(|_| {
        let mut crafted = body.to_vec();
        for _ in 0..=draw.below(3) {
            let at = match draw.below(5) {
                0 => draw.below(crafted.len() as u64) as usize,
                _ => said[draw.below(said.len() as u64) as usize].min(crafted.len() - 1),
            };
            let byte = [0, 1, 0x7f, 0x80, 0xff, draw.below(256) as u8][draw.below(6) as usize];
            match draw.below(12) {
                0 => drop(crafted.remove(at)),
                1 => crafted.insert(at, byte),
                // The widest numbers that a variable length can hold.
                2 if at + 10 < crafted.len() => crafted[at..at + 9].fill(0xff),
                3 if at + 8 < crafted.len() => {
                    crafted[at..at + 8].copy_from_slice(&f64::NAN.to_le_bytes());
                }
                _ => crafted[at] = byte,
            }
        }
        crafted
    });
    let accepted = all_survive(&state, crafted);
    assert!((200..3900).contains(&accepted), "{accepted} were accepted");
}
