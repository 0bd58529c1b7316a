//! Any bytes as the body of a saved state, with the header that belongs to them: refused, or an engine
//! that goes on, and is the same after it was saved and loaded.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use sidestep::event::{Account, AuthEvent, Host, Outcome};
use sidestep::{Config, Engine};
use sidestep::Timestamp;

/// Signature and version of a state.
fn beginning() -> &'static [u8] {
    static BEGINNING: OnceLock<Vec<u8>> = OnceLock::new();
    BEGINNING.get_or_init(|| Engine::new(Config::default()).save()[..12].to_vec())
}

fuzz_target!(|body: &[u8]| {
    let length = (body.len() as u64).to_le_bytes();
    let checksum = crc32fast::hash(body).to_le_bytes();
    let Ok(mut engine) = Engine::load(&[beginning(), &length, &checksum, body].concat()) else {
        return;
    };
    for hour in 0..200_i64 {
        let account = Account::new(format!("U{}", hour % 7)).with_domain("DOM1");
        let event = AuthEvent::builder(Timestamp::from_micros((20_000 * 24 + hour) * 3_600_000_000), account)
            .src_host(Host::named(format!("C{}", hour % 5)))
            .dst_host(Host::named(format!("C{}", hour % 11)))
            .outcome(if hour % 6 == 0 { Outcome::Failure } else { Outcome::Success })
            .event_code(if hour % 2 == 0 { 4624 } else { 4768 })
            .build()
            .expect("it is a valid event");
        let _ = engine.process(&event);
    }
    let saved = engine.save();
    let again = Engine::load(&saved).expect("what was saved can be loaded");
    assert!(again.save() == saved, "what was loaded is what was saved");
});
