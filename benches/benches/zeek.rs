//! Lines a second of Zeek's TSV, on text made here: connections, most of which do not move, and
//! tickets, each of which is an event. The csv crate splits the same text in the same run.

use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use sidestep_benches::logs::zeek::{LINES, connections, split, tickets};
use sidestep_benches::reading::{Sort, read};

fn zeek(criterion: &mut Criterion) {
    let logs = [("conn", connections(), LINES / 8), ("kerberos", tickets(), LINES)];
    let mut group = criterion.benchmark_group("zeek");
    group.throughput(Throughput::Elements(LINES)).sampling_mode(SamplingMode::Flat);
    group.sample_size(10).warm_up_time(Duration::from_secs(1));
    group.measurement_time(Duration::from_secs(3));
    for (name, text, events) in &logs {
        let read = || read(text.as_bytes(), Sort::Zeek).expect("the text is well formed").events;
        let split = || split(text).expect("the text is well formed");
        assert_eq!((read(), split()), (*events, LINES));
        group.bench_function(*name, |bencher| bencher.iter(read));
        group.bench_function(format!("{name}, split by the csv crate"), |bencher| {
            bencher.iter(split);
        });
    }
    group.finish();
}

criterion_group!(benches, zeek);
criterion_main!(benches);
