//! Any bytes as a saved state: refused, or an engine that can be saved again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sidestep::Engine;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(engine) = Engine::load(bytes) {
        let again = engine.save();
        assert!(Engine::load(&again).is_ok(), "what was saved can be loaded");
    }
});
