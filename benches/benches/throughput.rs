//! Events a second from the bytes of a LANL log, with the engine and without: the three figures
//! come from one run over one log, so that their ratios mean something.

use std::hint::black_box;
use std::ops::ControlFlow;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use sidestep::event::Event;
use sidestep::{Config, Engine};
use sidestep_benches::logs::LanlLog;
use sidestep_formats::{LogReader, ReadOptions};

/// Hands every event of `log` to `take`.
fn read(log: &LanlLog, take: &mut dyn FnMut(Event<'_>)) {
    let mut reader = LogReader::new(ReadOptions::default());
    let end = reader.read(log.text.as_bytes(), "simulated", &mut |event| {
        take(event);
        ControlFlow::Continue(())
    });
    assert_eq!(end.expect("a simulated log is well formed"), ControlFlow::Continue(()));
    assert_eq!(reader.summary().events, log.events);
}

fn throughput(criterion: &mut Criterion) {
    let log = LanlLog::of_the_benchmarks().expect("its settings are in range");
    let mut group = criterion.benchmark_group("throughput");
    group.throughput(Throughput::Elements(log.events)).sampling_mode(SamplingMode::Flat);
    group.sample_size(10).warm_up_time(Duration::from_secs(1));
    group.measurement_time(Duration::from_secs(5));
    group.bench_function("read", |bencher| {
        bencher.iter(|| {
            read(&log, &mut |event| {
                black_box(event);
            });
        });
    });
    group.bench_function("read and learn", |bencher| {
        bencher.iter(|| {
            let mut engine = Engine::new(Config::default());
            read(&log, &mut |event| engine.learn(event));
            engine
        });
    });
    group.bench_function("read and process", |bencher| {
        bencher.iter(|| {
            let mut engine = Engine::new(Config::default());
            let mut alerts = Vec::new();
            read(&log, &mut |event| alerts.extend(engine.process(event)));
            alerts.extend(engine.finish());
            (engine, alerts)
        });
    });
    group.finish();
}

criterion_group!(benches, throughput);
criterion_main!(benches);
