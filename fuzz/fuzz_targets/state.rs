//! Any bytes as the body of a saved state, or a saved state with some bytes changed, with the checksums that
//! belong to them: refused, or an engine that goes on, is merged, and is the same after it was saved and loaded.
#![no_main]

use std::ops::Range;
use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use sidestep::event::{Account, AuthEvent, Host, Outcome};
use sidestep::{Config, Engine, Timestamp};

#[path = "../../crates/sidestep/tests/common/state_bytes.rs"]
mod state_bytes;

/// The state of an engine that has seen a few days, made anew: a committed one would be of a version
/// that is refused some day.
fn valid() -> &'static [u8] {
    static STATE: OnceLock<Vec<u8>> = OnceLock::new();
    STATE.get_or_init(|| {
        let mut engine = Engine::new(Config::default());
        go_on(&mut engine, 20_000 * 24..20_000 * 24 + 100);
        engine.save()
    })
}

/// Lets the engine see a login every hour.
fn go_on(engine: &mut Engine, hours: Range<i64>) {
    for hour in hours {
        let account = Account::new(format!("U{}", hour % 7)).with_domain("DOM1");
        let event = AuthEvent::builder(Timestamp::from_secs(3600 * hour), account)
            .src_host(Host::named(format!("C{}", hour % 5)))
            .dst_host(Host::named(format!("C{}", hour % 11)))
            .outcome(if hour % 6 == 0 { Outcome::Failure } else { Outcome::Success })
            .event_code(if hour % 2 == 0 { 4624 } else { 4768 })
            .build()
            .expect("it is a valid event");
        let _ = engine.process(&event);
    }
}

/// A valid body in which each three bytes of `changes` choose a place and what stands there.
fn changed(changes: &[u8]) -> Vec<u8> {
    let mut body = state_bytes::body(valid());
    for change in changes.chunks_exact(3) {
        let place = usize::from(u16::from_le_bytes([change[0], change[1]])) % body.len();
        body[place] = change[2];
    }
    body
}

fuzz_target!(|bytes: &[u8]| {
    let body = match bytes {
        [0, changes @ ..] => changed(changes),
        _ => bytes.to_vec(),
    };
    let Ok(mut engine) = Engine::load(&state_bytes::with_body(valid(), &body)) else { return };
    let mut whole = Engine::load(valid()).expect("it was saved so");
    if whole.merge(engine.clone()).is_ok() {
        let merged = whole.save();
        let again = Engine::load(&merged).expect("what was merged can be loaded");
        assert!(again.save() == merged, "what was merged is what was saved");
        go_on(&mut whole, 20_000 * 24 + 100..20_000 * 24 + 200);
    }
    go_on(&mut engine, 20_000 * 24 + 100..20_000 * 24 + 300);
    let saved = engine.save();
    let again = Engine::load(&saved).expect("what was saved can be loaded");
    assert!(again.save() == saved, "what was loaded is what was saved");
});
