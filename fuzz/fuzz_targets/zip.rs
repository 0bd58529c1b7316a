//! Any bytes as a zip archive of logs.
#![no_main]

use std::io::Cursor;
use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use sidestep_formats::{LogReader, ReadOptions};

fuzz_target!(|bytes: &[u8]| {
    let mut reader = LogReader::new(ReadOptions::default());
    let _ = reader.read_archive(Cursor::new(bytes), "fuzz.zip", &mut |_| ControlFlow::Continue(()));
});
