//! Any bytes as a CSV log or as a log of a format to be told, compressed or not.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use sidestep_formats::{Column, EventField, FieldMapping, Format, LogReader, ReadOptions};

fuzz_target!(|bytes: &[u8]| {
    // The first bytes choose the mapping: pairs of a field and a column's number.
    let (choice, log) = bytes.split_at(bytes.len().min(8));
    let mut mapping = FieldMapping::default();
    for pair in choice.chunks_exact(2) {
        if let Some(&field) = EventField::ALL.get(usize::from(pair[0])) {
            mapping = mapping.with(field, Column::Number(usize::from(pair[1] % 16) + 1));
        }
    }
    for format in [Format::Csv, Format::Auto] {
        let options = ReadOptions::default().with_format(format).with_mapping(mapping.clone());
        let _ = LogReader::new(options).read(log, "fuzz", &mut |_| ControlFlow::Continue(()));
    }
});
