//! Any bytes as a log of Windows events in XML.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use sidestep_formats::{Format, LogReader, ReadOptions};

fuzz_target!(|bytes: &[u8]| {
    let mut reader = LogReader::new(ReadOptions::default().with_format(Format::WindowsXml));
    let _ = reader.read(bytes, "fuzz", &mut |_| ControlFlow::Continue(()));
});
