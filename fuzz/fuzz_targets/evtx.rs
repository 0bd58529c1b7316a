//! Any bytes as a Windows event log, and as the first chunk of one.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use sidestep_formats::{Format, LogReader, ReadOptions};

fuzz_target!(|bytes: &[u8]| {
    let options = ReadOptions::default().with_format(Format::Evtx);
    let mut reader = LogReader::new(options);
    let _ = reader.read(bytes, "fuzz", &mut |_| ControlFlow::Continue(()));
    // Without a header to get right, more of the bytes matter.
    let mut log = b"ElfFile\0".to_vec();
    log.resize(4096, 0);
    log.extend_from_slice(bytes);
    let _ = reader.read(&log[..], "fuzz", &mut |_| ControlFlow::Continue(()));
});
