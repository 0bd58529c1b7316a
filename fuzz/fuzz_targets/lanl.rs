//! Any bytes as a LANL log, through the engine.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use sidestep::{Config, Engine};
use sidestep_formats::{Format, LogReader, ReadOptions};

fuzz_target!(|bytes: &[u8]| {
    let mut engine = Engine::new(Config::default());
    let options = ReadOptions::default().with_format(Format::Lanl);
    let _ = LogReader::new(options).read(bytes, "fuzz", &mut |event| {
        engine.process(event);
        ControlFlow::Continue(())
    });
    engine.finish();
});
