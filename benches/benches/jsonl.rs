//! Records a second from the bytes of Windows events in JSON lines, in the two shapes that most
//! logs have, beside what plain `serde_json` takes to make a tree of each: from one run over the
//! same records, so that the ratios mean something.

use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use sidestep_benches::logs::jsonl::{RECORDS, flat, log, nested, read_trees};
use sidestep_benches::reading::{Sort, read};

fn jsonl(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("jsonl");
    group.throughput(Throughput::Elements(RECORDS)).sampling_mode(SamplingMode::Flat);
    group.sample_size(10).warm_up_time(Duration::from_secs(1));
    group.measurement_time(Duration::from_secs(5));
    for (shape, write) in [("flat", flat as fn(&mut String, u64)), ("nested", nested)] {
        let text = log(write);
        let records = || read(text.as_bytes(), Sort::Json).expect("a log is well formed").records;
        assert_eq!(records(), RECORDS);
        group.bench_function(format!("{shape}, read"), |bencher| bencher.iter(records));
        group.bench_function(format!("{shape}, plain serde_json trees"), |bencher| {
            bencher.iter(|| read_trees(&text).expect("a line is an object"));
        });
    }
    group.finish();
}

criterion_group!(benches, jsonl);
criterion_main!(benches);
