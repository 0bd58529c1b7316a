//! Saving and loading the state of an engine that has processed a log.

use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use sidestep::{Config, Engine, SnapshotFacts};
use sidestep_benches::logs::LanlLog;
use sidestep_formats::{LogReader, ReadOptions};
use std::ops::ControlFlow;

fn state(criterion: &mut Criterion) {
    let log = LanlLog::of_the_benchmarks().expect("its settings are in range");
    let mut engine = Engine::new(Config::default());
    let mut reader = LogReader::new(ReadOptions::default());
    let end = reader.read(log.text.as_bytes(), "simulated", &mut |event| {
        engine.process(event);
        ControlFlow::Continue(())
    });
    assert_eq!(end.expect("a simulated log is well formed"), ControlFlow::Continue(()));
    let bytes = engine.save();

    let mut group = criterion.benchmark_group("state");
    let facts = SnapshotFacts::read(&*bytes).expect("it was saved by this engine");
    group.throughput(Throughput::Bytes(facts.body_bytes)).sampling_mode(SamplingMode::Flat);
    group.sample_size(10).warm_up_time(Duration::from_secs(1));
    group.measurement_time(Duration::from_secs(5));
    group.bench_function("save", |bencher| bencher.iter(|| engine.save()));
    group.bench_function("load", |bencher| {
        bencher.iter(|| Engine::load(&bytes).expect("it was saved by this engine"));
    });
    group.finish();
}

criterion_group!(benches, state);
criterion_main!(benches);
