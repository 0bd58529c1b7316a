//! Time a record of a Windows event log takes, beside the crate `evtx` that makes JSON of each, and a plain
//! loop over the same log that counts the records by their signatures. Without the captures of `../shared/data` nothing is measured.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use sidestep_benches::logs::evtx::{dense_log, signatures, to_json};
use sidestep_benches::reading::{Sort, read};

fn records(criterion: &mut Criterion) {
    let Some(log) = dense_log() else {
        println!("skipped: evtx_attack_samples is not in ../shared/data");
        return;
    };
    let read = || read(&log[..], Sort::Evtx).expect("the chunks are sound");
    let counted = read();
    println!("{} records, {} events", counted.records, counted.events);

    let mut group = criterion.benchmark_group("evtx");
    group.throughput(Throughput::Elements(counted.records)).sampling_mode(SamplingMode::Flat);
    group.sample_size(10).warm_up_time(Duration::from_secs(1));
    group.measurement_time(Duration::from_secs(5));
    group.bench_function("events", |bencher| bencher.iter(read));
    group.bench_function("evtx crate to JSON", |bencher| {
        bencher.iter(|| to_json(black_box(&log)).expect("the chunks are sound"));
    });
    group.bench_function("signatures", |bencher| bencher.iter(|| signatures(black_box(&log))));
    group.finish();
}

criterion_group!(benches, records);
criterion_main!(benches);
