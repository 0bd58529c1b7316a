//! Lines a second of syslog, on text made here: two lines in three are of other programs, the rest
//! sshd's. Taking the same text apart into lines and words is measured in the same run.

use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use sidestep_benches::logs::syslog::{LINES, iso, old, split, text};
use sidestep_benches::reading::{Sort, read};

fn syslog(criterion: &mut Criterion) {
    let logs = [("RFC 3164", text(old)), ("ISO times", text(iso))];
    let mut group = criterion.benchmark_group("syslog");
    group.throughput(Throughput::Elements(LINES)).sampling_mode(SamplingMode::Flat);
    group.sample_size(10).warm_up_time(Duration::from_secs(1));
    group.measurement_time(Duration::from_secs(3));
    for (name, text) in &logs {
        let events =
            || read(text.as_bytes(), Sort::Syslog).expect("the text is well formed").events;
        assert_eq!(events(), LINES.div_ceil(12));
        group.bench_function(*name, |bencher| bencher.iter(events));
        group.bench_function(format!("{name}, lines and words"), |bencher| {
            bencher.iter(|| split(text));
        });
    }
    group.finish();
}

criterion_group!(benches, syslog);
criterion_main!(benches);
