//! Any bytes as logins of Linux in binary records, and told by their content.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use sidestep_formats::{Format, LogReader, ReadOptions};

fuzz_target!(|bytes: &[u8]| {
    for format in [Format::Auto, Format::Wtmp, Format::Btmp] {
        let options = ReadOptions::default().with_format(format).with_host(Some("h".to_owned()));
        let mut reader = LogReader::new(options);
        let _ = reader.read(bytes, "fuzz", &mut |_| ControlFlow::Continue(()));
    }
});
